/* Tests src/deliver/wire.c. */
#include <string.h>

#include "base/buf.h"
#include "deliver/wire.h"
#include "support/suite.h"

#define ROOM 20000

static struct buf
empty(void)
{
	struct buf b;

	buf_init(&b, suite_arena(), ROOM);
	return b;
}

static const struct {
	const char *text;
	const char *wire;
} headers[] = {
	{ "Hello", "Subject: Hello\r\n" },
	{ "", "Subject: \r\n" },
	{ "a\r\nBcc: x@y.z", "Subject: =?UTF-8?B?YSAgQmNjOiB4QHkueg==?=\r\n" },
	{ "=?UTF-8?B?QQ==?=",
	    "Subject: =?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=\r\n" },
	{ "\xff", "Subject: =?UTF-8?B?Pw==?=\r\n" },
	{ "Énergie", "Subject: =?UTF-8?B?w4luZXJnaWU=?=\r\n" },
	/* 60 bytes and the longest name fit on a line, 61 don't. */
	{ "123456789 123456789 123456789 123456789 123456789 1234567890",
	    "Subject: 123456789 123456789 123456789 123456789 123456789"
	    " 1234567890\r\n" },
	{ "123456789 123456789 123456789 123456789 123456789 12345678901",
	    "Subject: =?UTF-8?B?MTIzNDU2Nzg5IDEyMzQ1Njc4OSAxMjM0NTY3ODkgMTIz"
	    "?=\r\n =?UTF-8?B?NDU2Nzg5IDEyMzQ1Njc4OSAxMjM0NTY3ODkwMQ==?=\r\n" },
	/* A character is never cut: 17 of two bytes don't fit in 33. */
	{ "ééééééééééééééééé", "Subject: =?UTF-8?B?"
	    "w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6k=?=\r\n"
	    " =?UTF-8?B?w6k=?=\r\n" },
};

START_TEST(header_is_one_header)
{
	struct buf b = empty();

	wire_header(&b, "Subject", str_of(headers[_i].text));
	ck_assert_str_same(buf_str(&b), str_of(headers[_i].wire));
} END_TEST

static const struct {
	const char *display;
	const char *wire;
} mailboxes[] = {
	{ "", "From: <a@b.fr>\r\n" },
	{ "Piste 2", "From: Piste 2\r\n <a@b.fr>\r\n" },
	{ "A, B", "From: =?UTF-8?B?QSwgQg==?=\r\n <a@b.fr>\r\n" },
	{ "x\" <evil@x.y>",
	    "From: =?UTF-8?B?eCIgPGV2aWxAeC55Pg==?=\r\n <a@b.fr>\r\n" },
	{ "é\r\nBcc: x",
	    "From: =?UTF-8?B?w6kgIEJjYzogeA==?=\r\n <a@b.fr>\r\n" },
};

START_TEST(mailbox_is_one_mailbox)
{
	struct buf b = empty();

	wire_mailbox(&b, "From", str_of(mailboxes[_i].display),
	    STR("a@b.fr"));
	ck_assert_str_same(buf_str(&b), str_of(mailboxes[_i].wire));
} END_TEST

static const struct {
	const char *text;
	const char *wire;
} bodies[] = {
	{ "", "\r\n" },
	{ "one\ntwo\r\nthree", "one\r\ntwo\r\nthree\r\n" },
	{ "a = b", "a =3D b\r\n" },
	{ "é", "=C3=A9\r\n" },
	{ "blank \ntab\t\nend ", "blank=20\r\ntab=09\r\nend=20\r\n" },
	{ ".\n..\nFrom here", "=2E\r\n=2E.\r\n=46rom here\r\n" },
	{ "bare\rreturn", "bare=0Dreturn\r\n" },
	/* 75 stand on a line, 76 don't: the soft end takes the last place. */
	{ "123456789 123456789 123456789 123456789 123456789 123456789"
	    " 123456789 12345",
	    "123456789 123456789 123456789 123456789 123456789 123456789"
	    " 123456789 12345\r\n" },
	{ "123456789 123456789 123456789 123456789 123456789 123456789"
	    " 123456789 123456",
	    "123456789 123456789 123456789 123456789 123456789 123456789"
	    " 123456789 12345=\r\n6\r\n" },
	/* What begins the next line is looked at anew. */
	{ "123456789 123456789 123456789 123456789 123456789 123456789"
	    " 123456789 12345.x",
	    "123456789 123456789 123456789 123456789 123456789 123456789"
	    " 123456789 12345=\r\n=2Ex\r\n" },
};

START_TEST(body_is_short_ascii_lines)
{
	struct buf b = empty();

	wire_quoted(&b, str_of(bodies[_i].text));
	ck_assert_str_same(buf_str(&b), str_of(bodies[_i].wire));
} END_TEST

/* Lines of any length, of any bytes: none is longer than it may be. */
START_TEST(no_line_is_too_long)
{
	char text[998 * 2];
	struct buf b = empty();
	struct str rest, line;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(_i ? 'x' : i % 256);
	wire_quoted(&b, (struct str){ text, sizeof text });
	rest = buf_str(&b);
	while (str_cut(rest, '\n', &line, &rest)) {
		ck_assert_uint_le(line.n, WIRE_LINE_BYTES_MAX + 1);
		ck_assert(str_has_suffix(line, STR("\r")));
		ck_assert(!str_has_prefix(line, STR(".")));
	}
	ck_assert_uint_eq(rest.n, 0);
} END_TEST

START_TEST(date_is_of_the_world)
{
	struct buf b = empty();

	wire_date(&b, "Date", INT64_C(1795326306123));
	ck_assert_str_same(buf_str(&b),
	    STR("Date: Sun, 22 Nov 2026 05:45:06 +0000\r\n"));
} END_TEST

SUITE(wire)
{
	SUITE_LOOP(header_is_one_header, COUNT(headers));
	SUITE_LOOP(mailbox_is_one_mailbox, COUNT(mailboxes));
	SUITE_LOOP(body_is_short_ascii_lines, COUNT(bodies));
	SUITE_LOOP(no_line_is_too_long, 2);
	SUITE_TEST(date_is_of_the_world);
}
