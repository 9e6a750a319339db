/* Parsing form bodies where files are taken: http/body.c. */
#include "base/buf.h"
#include "http/body.h"

#include "support/suite.h"

#define MULTIPART "multipart/form-data; boundary=XyZ"
#define PART(name, value) \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" \
	value "\r\n"
#define END "--XyZ--\r\n"
#define DISPOSITION "Content-Disposition: form-data; name=\"a\""
#define FFFD "\xef\xbf\xbd"
#define BYTES(literal) { literal, sizeof (literal) - 1 }
#define FILE_PART(field, name, content) \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" field \
	"\"; filename=\"" name "\"\r\nContent-Type: application/pdf" \
	"\r\n\r\n" content "\r\n"

/* Where files are taken: fields and files, and what is wrong. */
static const struct {
	struct str bytes;
	enum body_fault fault;
	const char *fields;
	const char *files;	/* "field name content\n" */
} uploads[] = {
	{ BYTES(PART("a", "1") END), BODY_FINE, "a=1\n", "" },
	{ BYTES(PART("a", "1") FILE_PART("f", "x.pdf", "%PDF\0\xff") END),
	    BODY_FINE, "a=1\n", "f x.pdf 6\n" },
	/* No file was chosen: browsers say so this way. */
	{ BYTES(FILE_PART("f", "", "") END), BODY_FINE, "", "f  0\n" },
	{ BYTES(FILE_PART("f", "\xc3\xa9\xff", "v") END), BODY_FINE, "",
	    "f \xc3\xa9" FFFD " 1\n" },
	{ BYTES("--XyZ\r\n" DISPOSITION "\r\nContent-Type: application/pdf"
	    "\r\n\r\nv\r\n" END), BODY_FINE, "", "a  1\n" },
	{ BYTES(FILE_PART("f\xff", "x", "v") PART("b", "2") END),
	    BODY_NOT_UTF8, "b=2\n", "" },
	{ BYTES(FILE_PART("f", "a\\b", "v") END), BODY_BROKEN_MULTIPART, "",
	    "" },
	/* Cut short a file is none. */
	{ BYTES("--XyZ\r\n" DISPOSITION "; filename=x\r\n\r\nhalf"),
	    BODY_BROKEN_MULTIPART, "", "" },
};

START_TEST(files_are_taken_where_they_may)
{
	struct body body;
	struct buf b;
	enum err e = body_parse_files(suite_arena(), STR(MULTIPART),
	    uploads[_i].bytes, &body);

	ck_assert_str_eq(body_fault_name(body.fault),
	    body_fault_name(uploads[_i].fault));
	ck_assert_int_eq(e, uploads[_i].fault ? ERR_INPUT : OK);
	buf_init(&b, suite_arena(), 1000);
	for (size_t i = 0; i < body.count; i++)
		buf_addf(&b, "%.*s=%.*s\n", STR_ARG(body.field[i].name),
		    STR_ARG(body.field[i].value));
	ck_assert_str_same(buf_str(&b), str_of(uploads[_i].fields));
	buf_init(&b, suite_arena(), 1000);
	for (size_t i = 0; i < body.files; i++)
		buf_addf(&b, "%.*s %.*s %zu\n",
		    STR_ARG(body.file[i].field), STR_ARG(body.file[i].name),
		    body.file[i].bytes.n);
	ck_assert_str_same(buf_str(&b), str_of(uploads[_i].files));
}
END_TEST

START_TEST(files_are_limited)
{
	for (int n = BODY_FILES_MAX; n <= BODY_FILES_MAX + 1; n++) {
		struct body body;
		struct buf b;

		buf_init(&b, suite_arena(), 1 << 16);
		for (int i = 0; i < n; i++)
			buf_add(&b, STR(FILE_PART("f", "x", "v")));
		buf_add(&b, STR(END));
		ck_assert_int_eq(body_parse_files(suite_arena(),
		    STR(MULTIPART), buf_str(&b), &body),
		    n > BODY_FILES_MAX ? ERR_LIMIT : OK);
		ck_assert_int_eq(body.fault, n > BODY_FILES_MAX ?
		    BODY_TOO_MANY_FILES : BODY_FINE);
		ck_assert_uint_eq(body.files, BODY_FILES_MAX);
	}
}
END_TEST

/* Names and values together, at n and n + 1; a file does not count. */
START_TEST(text_is_limited)
{
	size_t each = BODY_TEXT_BYTES_MAX / 16 - 1;

	for (size_t more = 0; more <= 1; more++) {
		struct body body;
		struct buf b;

		buf_init(&b, suite_arena(), 1 << 20);
		buf_add(&b, STR(FILE_PART("f", "x", "much more of it")));
		for (size_t i = 0; i < 16; i++) {
			size_t n = each + (i == 15 ? more : 0);

			buf_add(&b, STR("--XyZ\r\n" DISPOSITION
			    "\r\n\r\n"));
			while (n--)
				buf_byte(&b, 'v');
			buf_add(&b, STR("\r\n"));
		}
		buf_add(&b, STR(END));
		ck_assert_int_eq(body_parse_files(suite_arena(),
		    STR(MULTIPART), buf_str(&b), &body),
		    more ? ERR_LIMIT : OK);
		ck_assert_int_eq(body.fault, more ? BODY_TOO_MUCH_TEXT :
		    BODY_FINE);
		ck_assert_uint_eq(body.count, 16 - more);
	}
}
END_TEST

SUITE(body_files)
{
	SUITE_LOOP(files_are_taken_where_they_may, COUNT(uploads));
	SUITE_TEST(files_are_limited);
	SUITE_TEST(text_is_limited);
}
