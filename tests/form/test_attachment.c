/* Tests form/attachment. */
#include <string.h>

#include "base/buf.h"
#include "form/attachment.h"
#include "form/media.h"
#include "support/suite.h"

#define PDF STR("%PDF-1.7\n")

static const struct {
	struct str name, bytes;
	bool is_required;
	enum field_error error;
	const char *kept;	/* its name then */
} files[] = {
	{ STR("cv.pdf"), PDF, true, FIELD_FINE, "cv.pdf" },
	{ STR(""), PDF, true, FIELD_FINE, "" },
	{ STR(""), STR(""), true, FIELD_MISSING, "" },
	{ STR(""), STR(""), false, FIELD_FINE, "" },
	/* Chosen, and empty. */
	{ STR("cv.pdf"), STR(""), false, FIELD_NOT_MEDIA, "" },
	/* What it is called is not what it is. */
	{ STR("cv.pdf"), STR("MZ"), false, FIELD_NOT_MEDIA, "" },
	{ STR("cv.exe"), PDF, false, FIELD_FINE, "cv.exe" },
	/* Known, and not asked for. */
	{ STR("a.jpg"), STR("\xff\xd8\xff\xe0"), false, FIELD_NOT_MEDIA, "" },
	{ STR("../../etc/passwd"), PDF, false, FIELD_FINE, "passwd" },
	{ STR("C:\\Users\\Ana\\cv.pdf"), PDF, false, FIELD_FINE, "cv.pdf" },
	{ STR("a\x01\xff.pdf"), PDF, false, FIELD_FINE,
	    "a\ufffd\ufffd.pdf" },
	{ STR("  e\u0301te\u0301  2026.pdf "), PDF, false, FIELD_FINE,
	    "été 2026.pdf" },
};

START_TEST(files_are_judged)
{
	const struct field f = { .kind = FIELD_FILE, .bytes_max = 100,
	    .is_required = files[_i].is_required,
	    .media = 1u << MEDIA_PDF | 1u << MEDIA_PNG };
	struct attachment kept;

	ck_assert_str_eq(field_error_code(attachment_check(suite_arena(), &f,
	    &(struct attachment_file){ files[_i].name, files[_i].bytes },
	    &kept)), field_error_code(files[_i].error));
	ck_assert_str_same(kept.name, str_of(files[_i].kept));
	ck_assert_uint_eq(kept.bytes.n, kept.type.n ? PDF.n : 0);
} END_TEST

START_TEST(a_size_has_its_limit)
{
	const struct field f = { .kind = FIELD_FILE, .bytes_max = 12,
	    .media = 1u << MEDIA_PDF };
	struct attachment kept;

	for (size_t n = 12; n <= 13; n++)
		ck_assert_int_eq(attachment_check(suite_arena(), &f,
		    &(struct attachment_file){ STR("a"),
		    str_slice(STR("%PDF-1234567890"), 0, n) }, &kept),
		    n > 12 ? FIELD_TOO_BIG : FIELD_FINE);
} END_TEST

START_TEST(a_name_is_cut_at_a_character)
{
	const struct field f = { .kind = FIELD_FILE, .bytes_max = 100,
	    .media = 1u << MEDIA_PDF };

	for (size_t n = 0; n <= 1; n++) {
		char name[ATTACHMENT_NAME_BYTES_MAX + 1];
		struct attachment kept;

		memset(name, 'a', sizeof name);
		memcpy(name + sizeof name - 3 + n, "é", 2);
		ck_assert_int_eq(attachment_check(suite_arena(), &f,
		    &(struct attachment_file){ { name, sizeof name - 1 + n },
		    PDF }, &kept), FIELD_FINE);
		ck_assert_uint_eq(kept.name.n, n ?
		    ATTACHMENT_NAME_BYTES_MAX - 1 :
		    ATTACHMENT_NAME_BYTES_MAX);
	}
} END_TEST

START_TEST(what_is_stored_names_it)
{
	const struct field f = { .kind = FIELD_FILE, .bytes_max = 100,
	    .media = 1u << MEDIA_PDF };
	struct attachment kept;

	ck_assert_int_eq(attachment_check(suite_arena(), &f,
	    &(struct attachment_file){ STR("l'été \"1\".pdf"), PDF }, &kept),
	    FIELD_FINE);
	kept.id = STR("00112233445566778899aabbccddeeff");
	ck_assert_str_same(attachment_json(suite_arena(), &kept),
	    STR("{\"file\":\"00112233445566778899aabbccddeeff\","
	    "\"name\":\"l'été \\\"1\\\".pdf\",\"bytes\":9,"
	    "\"type\":\"application/pdf\",\"sha256\":\""
	    "0716f9264c9fe19f5d7455276107f3ddcc1d3497f63d60689a73558ae8a1bf5e"
	    "\"}"));
} END_TEST

static const struct {
	uint32_t bytes;
	const char *text[LANG_COUNT];
} sizes[] = {
	{ 5 << 20, { "5\u00a0Mo", "5\u00a0MB" } },
	{ 1536 << 10, { "1536\u00a0ko", "1536\u00a0kB" } },
	{ 1025, { "1\u00a0ko", "1\u00a0kB" } },
	{ 1023, { "1023\u00a0octets", "1023\u00a0bytes" } },
};

START_TEST(limits_are_written_for_people)
{
	const struct field f = { .bytes_max = sizes[_i].bytes };

	for (int l = 0; l < LANG_COUNT; l++)
		ck_assert_str_same(attachment_limit(suite_arena(), &f,
		    (enum lang)l), str_of(sizes[_i].text[l]));
} END_TEST

START_TEST(kinds_are_written_for_people)
{
	const struct field f = { .media = 1u << MEDIA_JPEG |
	    1u << MEDIA_DOCX };

	ck_assert_str_same(attachment_titles(suite_arena(), &f),
	    STR("JPEG, Word (DOCX)"));
	ck_assert_str_same(attachment_endings(suite_arena(), &f),
	    STR(".jpg,.jpeg,.docx"));
} END_TEST

SUITE(attachment)
{
	SUITE_LOOP(files_are_judged, COUNT(files));
	SUITE_TEST(a_size_has_its_limit);
	SUITE_TEST(a_name_is_cut_at_a_character);
	SUITE_TEST(what_is_stored_names_it);
	SUITE_LOOP(limits_are_written_for_people, COUNT(sizes));
	SUITE_TEST(kinds_are_written_for_people);
}
