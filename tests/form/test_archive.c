/* Tests form/archive on archives made here, whole and cut. */
#include <string.h>

#include "form/archive.h"
#include "support/suite.h"
#include "support/zip.h"

#define WORD "word/document.xml"

static struct str
sample(void)
{
	static const struct zip_file files[] = {
		{ STR("[Content_Types].xml"), STR("<Types/>") },
		{ STR(WORD), STR("<w/>") },
	};

	return zip_make(suite_arena(), files, COUNT(files), STR("a comment"));
}

START_TEST(an_archive_is_known)
{
	struct str zip = sample();

	ck_assert(archive_is(zip));
	ck_assert(archive_has(zip, STR(WORD)));
	ck_assert(archive_has(zip, STR("[Content_Types].xml")));
	ck_assert(!archive_has(zip, STR("word/document.xm")));
	ck_assert(!archive_has(zip, STR("")));
	ck_assert(archive_has_ending(zip, STR("DOCUMENT.xml")));
	ck_assert(!archive_has_ending(zip, STR("document.xm")));
	ck_assert(!archive_has_ending(zip, STR("a word/" WORD)));
	ck_assert(archive_begins(zip, STR("[Content_Types].xml"),
	    STR("<Types/>")));
	ck_assert(!archive_begins(zip, STR("[Content_Types].xml"),
	    STR("<Types/")));
	ck_assert(!archive_begins(zip, STR(WORD), STR("<w/>")));
	ck_assert(!archive_is(STR_EMPTY));
	ck_assert(!archive_is(STR("PK\3\4")));
} END_TEST

/* Cut anywhere it is none, and nothing past its end is read. */
START_TEST(a_cut_archive_is_none)
{
	struct str zip = sample();

	for (size_t n = 0; n < zip.n; n++) {
		struct str cut = arena_copy(suite_arena(),
		    str_slice(zip, 0, n));

		ck_assert(!archive_is(cut));
		ck_assert(!archive_has(cut, STR(WORD)));
	}
} END_TEST

/* Every byte wrong: whatever is said of it, no length is believed. */
START_TEST(a_spoilt_archive_is_survived)
{
	struct str zip = sample();
	char *p = (char *)zip.p;

	for (size_t i = 0; i < zip.n; i++) {
		char right = p[i];

		p[i] = (char)0xff;
		(void)archive_is(zip);
		(void)archive_has(zip, STR("nothing"));
		(void)archive_begins(zip, STR("x"), STR("y"));
		p[i] = right;
	}
	ck_assert(archive_is(zip));
} END_TEST

/* A directory with a hole could hide what comes after it. */
START_TEST(a_directory_that_cannot_be_read_to_its_end_is_none)
{
	struct str zip = sample();
	char *second = memmem(zip.p + zip.n / 2, zip.n / 2, WORD,
	    strlen(WORD));

	ck_assert_ptr_nonnull(second);
	second[-46] = 'Q';
	ck_assert(!archive_is(zip));
} END_TEST

START_TEST(so_many_files_are_looked_at)
{
	size_t most = ARCHIVE_FILES_MAX;
	struct zip_file *file = arena_array(suite_arena(), most + 1,
	    sizeof *file);

	for (size_t i = 0; i <= most; i++)
		file[i] = (struct zip_file){ STR("x"), STR_EMPTY };
	ck_assert(archive_is(zip_make(suite_arena(), file, most, STR_EMPTY)));
	ck_assert(!archive_is(zip_make(suite_arena(), file, most + 1,
	    STR_EMPTY)));
} END_TEST

SUITE(archive)
{
	SUITE_TEST(an_archive_is_known);
	SUITE_TEST(a_cut_archive_is_none);
	SUITE_TEST(a_spoilt_archive_is_survived);
	SUITE_TEST(a_directory_that_cannot_be_read_to_its_end_is_none);
	SUITE_TEST(so_many_files_are_looked_at);
}
