/* Building answers: http/response.c. */
#include <string.h>

#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"

#include "support/suite.h"

static const char always[] =
    "Content-Security-Policy: default-src 'none'; style-src 'self';"
    " img-src 'self' data:; script-src 'self'; connect-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none';"
    " object-src 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: strict-origin-when-cross-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cache-Control: private, no-store\r\n";

static struct request
new_request(void)
{
	return (struct request){
		.arena = suite_arena(),
		.method = METHOD_GET,
		.response.body = STR_EMPTY,
	};
}

static size_t
occurrences(struct str s, const char *needle)
{
	size_t n = 0, size = strlen(needle);
	const char *at;

	while ((at = memmem(s.p, s.n, needle, size))) {
		s = str_slice(s, (size_t)(at - s.p) + size, s.n);
		n++;
	}
	return n;
}

START_TEST(an_answer_is_whole)
{
	struct request rq = new_request();

	response_header(&rq, "X-One", STR("1"));
	response_set(&rq, 404, RESPONSE_HTML, STR("<p>no\n"));
	ck_assert_str_same(response_text(&rq), buf_fmt(suite_arena(), 4096,
	    "Status: 404 Not Found\r\nX-One: 1\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n%s"
	    "Content-Length: 6\r\n\r\n<p>no\n", always));
}
END_TEST

START_TEST(head_has_the_length_and_no_body)
{
	struct request rq = new_request();

	rq.method = METHOD_HEAD;
	response_set(&rq, 200, RESPONSE_TEXT, STR("twelve bytes"));
	ck_assert(str_has_suffix(response_text(&rq),
	    STR("Content-Length: 12\r\n\r\n")));
}
END_TEST

/* Neither a length nor a type of what is not there. */
START_TEST(no_content_says_nothing_of_it)
{
	struct request rq = new_request();

	response_set(&rq, 204, RESPONSE_TEXT, STR_EMPTY);
	ck_assert_str_same(response_text(&rq), buf_fmt(suite_arena(), 4096,
	    "Status: 204 No Content\r\n%s\r\n", always));
}
END_TEST

START_TEST(https_is_made_to_last)
{
	struct request rq = new_request();

	rq.is_https = true;
	response_set(&rq, 200, RESPONSE_TEXT, STR_EMPTY);
	ck_assert_uint_eq(occurrences(response_text(&rq),
	    "\r\nStrict-Transport-Security: max-age=31536000\r\n"), 1);
	rq.is_https = false;
	ck_assert_uint_eq(occurrences(response_text(&rq), "Strict-Tr"), 0);
}
END_TEST

START_TEST(a_handler_overrides_a_default)
{
	struct request rq = new_request();
	struct str text;

	response_header(&rq, "cache-control", STR("public, max-age=60"));
	response_set(&rq, 200, RESPONSE_TEXT, STR_EMPTY);
	text = response_text(&rq);
	ck_assert_uint_eq(occurrences(text, "no-store"), 0);
	ck_assert_uint_eq(occurrences(text, "public, max-age=60"), 1);
	ck_assert_uint_eq(occurrences(text, "nosniff"), 1);
}
END_TEST

static const struct str unsafe[] = {
	{ "a\r\nSet-Cookie: x=y", 18 },
	{ "a\nb", 3 },
	{ "a\rb", 3 },
	{ "a\0b", 3 },
	{ "a\x1b", 2 },
	{ "a\x7f", 2 },
};

START_TEST(unsafe_values_are_left_out)
{
	struct request rq = new_request();

	response_header(&rq, "X-One", unsafe[_i]);
	ck_assert_uint_eq(rq.response.headers, 0);
	response_header(&rq, "X-One", STR("a\tb \xc3\xa9"));
	ck_assert_uint_eq(rq.response.headers, 1);
}
END_TEST

START_TEST(headers_are_limited)
{
	struct request rq = new_request();

	response_set(&rq, 200, RESPONSE_TEXT, STR_EMPTY);
	for (int i = 1; i < RESPONSE_HEADERS_MAX; i++)
		response_header(&rq, "X-Many", STR("1"));
	ck_assert_uint_eq(rq.response.headers, RESPONSE_HEADERS_MAX);
	response_header(&rq, "X-Over", STR("1"));
	ck_assert_uint_eq(rq.response.headers, RESPONSE_HEADERS_MAX);
	ck_assert_uint_eq(occurrences(response_text(&rq), "X-Over"), 0);
}
END_TEST

START_TEST(long_values_are_left_out)
{
	struct request rq = new_request();
	static char value[RESPONSE_VALUE_BYTES_MAX + 1];

	memset(value, 'a', sizeof value);
	response_header(&rq, "X-Long", (struct str){ value,
	    RESPONSE_VALUE_BYTES_MAX + 1 });
	ck_assert_uint_eq(rq.response.headers, 0);
	for (int i = 0; i < RESPONSE_HEADERS_MAX; i++)
		response_header(&rq, "X-Long", (struct str){ value,
		    RESPONSE_VALUE_BYTES_MAX });
	ck_assert_uint_eq(rq.response.headers, RESPONSE_HEADERS_MAX);
	/* All of them together still make a head. */
	rq.response.status = 200;
	ck_assert_uint_gt(response_head(&rq).n,
	    RESPONSE_VALUE_BYTES_MAX * RESPONSE_HEADERS_MAX);
}
END_TEST

START_TEST(answering_again_replaces)
{
	struct request rq = new_request();
	struct str text;

	response_set(&rq, 200, RESPONSE_HTML, STR("first"));
	response_set(&rq, 503, RESPONSE_TEXT, STR("second"));
	text = response_text(&rq);
	ck_assert_uint_eq(occurrences(text, "Content-Type: "), 1);
	ck_assert_uint_eq(occurrences(text, "text/plain"), 1);
	ck_assert(str_has_suffix(text, STR("\r\n\r\nsecond")));
}
END_TEST

START_TEST(no_answer_is_an_error)
{
	struct request rq = new_request();

	ck_assert(str_has_prefix(response_text(&rq),
	    STR("Status: 500 Internal Server Error\r\n")));
}
END_TEST

static const struct {
	struct str path;
	bool is_local;
} paths[] = {
	{ { "/", 1 }, true },
	{ { "/p/a?b=c#d", 10 }, true },
	{ { "/a//b", 5 }, true },
	{ { "", 0 }, false },
	{ { "p/a", 3 }, false },
	{ { "//evil.example", 14 }, false },
	{ { "/\\evil.example", 14 }, false },
	{ { "\\/evil.example", 14 }, false },
	{ { "https://evil.example", 20 }, false },
	{ { "/\t/evil.example", 15 }, false },
	{ { "/a\r\nX: y", 8 }, false },
	{ { "/a\0b", 4 }, false },
	{ { " /a", 3 }, false },
};

START_TEST(redirects_stay_here)
{
	struct request rq = new_request();

	ck_assert_int_eq(response_is_local(paths[_i].path),
	    paths[_i].is_local);
	response_redirect(&rq, 303, paths[_i].path);
	ck_assert_int_eq(rq.response.status, 303);
	ck_assert_uint_eq(occurrences(response_text(&rq),
	    arena_copy(suite_arena(), buf_fmt(suite_arena(), 100,
	    "\r\nLocation: %.*s\r\n", STR_ARG(paths[_i].is_local ?
	    paths[_i].path : STR("/")))).p), 1);
}
END_TEST

START_TEST(frames_are_for_those_named)
{
	struct request rq = new_request();

	response_set(&rq, 200, RESPONSE_TEXT, STR_EMPTY);
	response_frame(&rq, STR_EMPTY);
	ck_assert_uint_eq(occurrences(response_text(&rq), always), 1);
	response_frame(&rq, STR("https://a.example http://b.example"));
	ck_assert_uint_eq(occurrences(response_text(&rq),
	    "Content-Security-Policy: default-src 'none'; "), 1);
	ck_assert_uint_eq(occurrences(response_text(&rq), " object-src 'none';"
	    " frame-ancestors https://a.example http://b.example\r\n"), 1);
}
END_TEST

START_TEST(reasons_are_known)
{
	ck_assert_str_eq(response_reason(200), "OK");
	ck_assert_str_eq(response_reason(413), "Content Too Large");
	ck_assert_str_eq(response_reason(299), "Unknown");
}
END_TEST

SUITE(response)
{
	SUITE_TEST(an_answer_is_whole);
	SUITE_TEST(head_has_the_length_and_no_body);
	SUITE_TEST(no_content_says_nothing_of_it);
	SUITE_TEST(https_is_made_to_last);
	SUITE_TEST(a_handler_overrides_a_default);
	SUITE_LOOP(unsafe_values_are_left_out, COUNT(unsafe));
	SUITE_TEST(headers_are_limited);
	SUITE_TEST(long_values_are_left_out);
	SUITE_TEST(answering_again_replaces);
	SUITE_TEST(no_answer_is_an_error);
	SUITE_LOOP(redirects_stay_here, COUNT(paths));
	SUITE_TEST(frames_are_for_those_named);
	SUITE_TEST(reasons_are_known);
}
