/* Reading and setting cookies: http/cookie.c. */
#include <string.h>

#include "base/buf.h"
#include "http/cookie.h"
#include "http/request.h"

#include "support/suite.h"

static const struct {
	const char *header;
	const char *name;
	const char *value;
} headers[] = {
	{ "", "v", "" },
	{ "v=1", "v", "1" },
	{ "a=0; v=1", "v", "1" },
	{ "a=0;v=1", "v", "1" },
	{ " v = 1 ", "v", "1" },
	{ "v=1; v=2", "v", "1" },
	{ "vv=1; xv=2", "v", "" },
	{ "V=1", "v", "" },
	{ "v", "v", "" },
	{ "v=", "v", "" },
	{ "v=a=b", "v", "a=b" },
	{ "v=\"q\"", "v", "\"q\"" },
	{ ";;;=;v=1", "v", "1" },
	{ "v=%41", "v", "%41" },
};

START_TEST(the_first_is_found)
{
	ck_assert_str_same(cookie_find(str_of(headers[_i].header),
	    str_of(headers[_i].name)), str_of(headers[_i].value));
}
END_TEST

START_TEST(a_long_header_is_ignored)
{
	static char header[COOKIE_HEADER_BYTES_MAX + 1];

	memset(header, 'x', sizeof header);
	memcpy(header, "v=1;", 4);
	ck_assert_str_same(cookie_find((struct str){ header,
	    COOKIE_HEADER_BYTES_MAX }, STR("v")), STR("1"));
	ck_assert_str_same(cookie_find((struct str){ header,
	    COOKIE_HEADER_BYTES_MAX + 1 }, STR("v")), STR_EMPTY);
}
END_TEST

static const struct {
	const char *host;
	const char *domain;
	bool is_within;
} hosts[] = {
	{ "firm.fr", "firm.fr", true }, { "go.firm.fr", "firm.fr", true },
	{ "a.go.Firm.FR:8080", "firm.fr", true },
	{ "firm.fr:80", "firm.fr", true },
	{ "firm.fr", "go.firm.fr", false }, { "nofirm.fr", "firm.fr", false },
	{ "firm.fr.evil.example", "firm.fr", false }, { "", "firm.fr", false },
	{ "firm.fr", "", false }, { ":1", "firm.fr", false },
};

START_TEST(a_cookie_is_for_a_domain_of_its_page)
{
	struct request rq = { .arena = suite_arena(),
		.host = str_of(hosts[_i].host) };
	struct str line;

	cookie_set(&rq, STR("v"), STR("a"), str_of(hosts[_i].domain), 60);
	ck_assert_uint_eq(rq.response.headers, 1);
	line = rq.response.header[0].value;
	ck_assert_str_same(line, buf_fmt(suite_arena(), 200, "v=a; Path=/;"
	    " Max-Age=60; HttpOnly; SameSite=Lax%s%s",
	    hosts[_i].is_within ? "; Domain=" : "",
	    hosts[_i].is_within ? hosts[_i].domain : ""));
} END_TEST

static const struct {
	struct str name;
	struct str value;
	bool is_https;
	const char *line;	/* NULL: no header */
} sets[] = {
	{ { "v", 1 }, { "abc", 3 }, false,
	    "v=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax" },
	{ { "v", 1 }, { "abc", 3 }, true,
	    "v=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure" },
	{ { "v", 1 }, { "", 0 }, false,
	    "v=; Path=/; Max-Age=60; HttpOnly; SameSite=Lax" },
	{ { "v", 1 }, { "a;b", 3 }, false, NULL },
	{ { "v", 1 }, { "a b", 3 }, false, NULL },
	{ { "v", 1 }, { "a,b", 3 }, false, NULL },
	{ { "v", 1 }, { "a\"b", 3 }, false, NULL },
	{ { "v", 1 }, { "a\\b", 3 }, false, NULL },
	{ { "v", 1 }, { "a\r\nX: y", 7 }, false, NULL },
	{ { "v", 1 }, { "a\0b", 3 }, false, NULL },
	{ { "v", 1 }, { "\xc3\xa9", 2 }, false, NULL },
	{ { "v=", 2 }, { "a", 1 }, false, NULL },
	{ { "", 0 }, { "a", 1 }, false, NULL },
};

START_TEST(only_plain_values_are_set)
{
	struct request rq = {
		.arena = suite_arena(),
		.is_https = sets[_i].is_https,
	};

	cookie_set(&rq, sets[_i].name, sets[_i].value, STR_EMPTY, 60);
	ck_assert_uint_eq(rq.response.headers, sets[_i].line != NULL);
	if (sets[_i].line) {
		ck_assert_str_same(rq.response.header[0].name,
		    STR("Set-Cookie"));
		ck_assert_str_same(rq.response.header[0].value,
		    str_of(sets[_i].line));
	}
}
END_TEST

SUITE(cookie)
{
	SUITE_LOOP(the_first_is_found, COUNT(headers));
	SUITE_TEST(a_long_header_is_ignored);
	SUITE_LOOP(a_cookie_is_for_a_domain_of_its_page, COUNT(hosts));
	SUITE_LOOP(only_plain_values_are_set, COUNT(sets));
}
