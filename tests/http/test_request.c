/* Filling a request from variables: http/request.c. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "http/request.h"

#include "support/suite.h"

#define VARS_MAX 8
static struct request
new_request(void)
{
	return (struct request){ .arena = suite_arena() };
}

static const struct {
	char *vars[VARS_MAX];
	const char *body;
	int status;		/* 0: fine */
	const char *path;
	const char *query;
} cases[] = {
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/" }, "", 0, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/p/a?b=c%20d" }, "", 0,
	    "/p/a", "b=c%20d" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/p/%C3%A9%2F%25+" }, "", 0,
	    "/p/\xc3\xa9/%+", "" },
	/* The path as sent is preferred to the decoded one. */
	{ { "REQUEST_METHOD=GET", "SCRIPT_NAME=/x", "PATH_INFO=/y",
	    "QUERY_STRING=z", "REQUEST_URI=/p?q" }, "", 0, "/p", "q" },
	{ { "REQUEST_METHOD=GET", "QUERY_STRING=z", "REQUEST_URI=/p" }, "",
	    0, "/p", "z" },
	{ { "REQUEST_METHOD=GET", "SCRIPT_NAME=/p/a%20", "QUERY_STRING=b" },
	    "", 0, "/p/a%20", "b" },
	{ { "REQUEST_METHOD=GET", "SCRIPT_NAME=/cgi", "PATH_INFO=/p/a" }, "",
	    0, "/p/a", "" },
	{ { "REQUEST_METHOD=GET", "no equals sign", "REQUEST_URI=/" }, "", 0,
	    "/", "" },
	{ { "REQUEST_URI=/" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=", "REQUEST_URI=/" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=p" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=OPTIONS", "REQUEST_URI=*" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/%zz" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/%" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/%00" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/%FF" }, "", 400, "/", "" },
	{ { "REQUEST_METHOD=GET", "SCRIPT_NAME=/\xff" }, "", 400, "/", "" },
	/* A length that is missing, right, wrong, absurd. */
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/" }, "12345", 0, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=" },
	    "12345", 0, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=5" },
	    "12345", 0, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=4" },
	    "12345", 400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=6" },
	    "12345", 400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=5" }, "",
	    400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=-1" },
	    "12345", 400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=+5" },
	    "12345", 400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=5 " },
	    "12345", 400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=0x5" },
	    "12345", 400, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=5505025" },
	    "12345", 413, "/", "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/",
	    "CONTENT_LENGTH=99999999999999999999" }, "12345", 413, "/", "" },
};

START_TEST(requests_are_filled)
{
	struct request rq = new_request();
	enum err e = request_fill(&rq, cases[_i].vars,
	    str_of(cases[_i].body)), want = OK;

	if (cases[_i].status)
		want = cases[_i].status == 400 ? ERR_INPUT : ERR_LIMIT;
	ck_assert_int_eq(e, want);
	ck_assert_int_eq(rq.response.status, cases[_i].status);
	ck_assert_str_same(rq.path, str_of(cases[_i].path));
	ck_assert_str_same(rq.query, str_of(cases[_i].query));
	ck_assert_str_same(rq.body, str_of(cases[_i].body));
}
END_TEST

START_TEST(variables_find_their_place)
{
	static char *const vars[] = {
		"REQUEST_METHOD=POST", "REQUEST_URI=/p",
		"CONTENT_TYPE=text/plain", "REMOTE_ADDR=192.0.2.1",
		"HTTP_HOST=piste.example", "HTTP_USER_AGENT=agent/1",
		"HTTP_ACCEPT_LANGUAGE=fr", "HTTP_COOKIE=a=b; c=d",
		"HTTP_ORIGIN=https://piste.example",
		"HTTP_REFERER=https://else.example/x",
		"HTTP_SEC_FETCH_SITE=same-origin",
		"HTTP_IDEMPOTENCY_KEY=key", "REQUEST_ID=abcdef0123456789",
		"HTTP_HOST=second.example", NULL,
	};
	struct request rq = new_request();

	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY), OK);
	ck_assert_int_eq(rq.method, METHOD_POST);
	ck_assert_str_same(rq.content_type, STR("text/plain"));
	ck_assert_str_same(rq.remote_addr, STR("192.0.2.1"));
	ck_assert_str_same(rq.host, STR("piste.example"));
	ck_assert_str_same(rq.user_agent, STR("agent/1"));
	ck_assert_str_same(rq.accept_language, STR("fr"));
	ck_assert_str_same(rq.cookie, STR("a=b; c=d"));
	ck_assert_str_same(rq.origin, STR("https://piste.example"));
	ck_assert_str_same(rq.referer, STR("https://else.example/x"));
	ck_assert_str_same(rq.fetch_site, STR("same-origin"));
	ck_assert_str_same(rq.idempotency_key, STR("key"));
	ck_assert_str_same(rq.id, STR("abcdef0123456789"));
	ck_assert(!rq.is_https);
	ck_assert(!rq.is_prefetch);
	ck_assert_int_gt(rq.received_ms, 0);
	ck_assert_int_gt(rq.received_mono_ms, 0);
}
END_TEST

static const struct {
	const char *name;
	enum method method;
} methods[] = {
	{ "GET", METHOD_GET }, { "HEAD", METHOD_HEAD },
	{ "POST", METHOD_POST }, { "OPTIONS", METHOD_OPTIONS },
	{ "PUT", METHOD_OTHER }, { "get", METHOD_OTHER },
	{ "TRACE", METHOD_OTHER },
};

START_TEST(methods_are_known)
{
	struct request rq = new_request();
	char method[40];
	char *const vars[] = { method, "REQUEST_URI=/", NULL };

	snprintf(method, sizeof method, "REQUEST_METHOD=%s",
	    methods[_i].name);
	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY), OK);
	ck_assert_int_eq(rq.method, methods[_i].method);
}
END_TEST

static const struct {
	char *var;
	bool is_https;
	bool is_prefetch;
} marks[] = {
	{ "HTTPS=on", true, false },
	{ "HTTPS=1", true, false },
	{ "HTTPS=off", false, false },
	{ "HTTPS=", false, false },
	{ "REQUEST_SCHEME=https", true, false },
	{ "REQUEST_SCHEME=http", false, false },
	/* A visitor's own word for it counts for nothing. */
	{ "HTTP_X_FORWARDED_PROTO=https", false, false },
	{ "HTTP_SEC_PURPOSE=prefetch", false, true },
	{ "HTTP_SEC_PURPOSE=prefetch;prerender", false, true },
	{ "HTTP_PURPOSE=prefetch", false, true },
	{ "HTTP_SEC_PURPOSE=prerender", false, true },
	{ "HTTP_X_PURPOSE=preview", false, true },
	{ "HTTP_X_MOZ=Prefetch", false, true },
	{ "HTTP_PURPOSE=reading", false, false },
};

START_TEST(marks_are_read)
{
	struct request rq = new_request();
	char *const vars[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/",
	    marks[_i].var, NULL };

	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY), OK);
	ck_assert_int_eq(rq.is_https, marks[_i].is_https);
	ck_assert_int_eq(rq.is_prefetch, marks[_i].is_prefetch);
}
END_TEST

#define EIGHT "0123-aZ9"
static const struct {
	char *var;
	bool is_taken;
} ids[] = {
	{ "REQUEST_ID=" EIGHT, true },
	{ "REQUEST_ID=" EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT,
	    true },
	{ "REQUEST_ID=" EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT "x",
	    false },
	{ "REQUEST_ID=0123456", false },
	{ "REQUEST_ID=", false },
	{ "REQUEST_ID=0123456_", false },
	{ "REQUEST_ID=0123456\n", false },
	{ "HTTP_X_REQUEST_ID=" EIGHT, false },
};

START_TEST(ids_are_taken_or_made)
{
	struct request rq = new_request();
	char *const vars[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/",
	    ids[_i].var, NULL };

	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY), OK);
	if (ids[_i].is_taken) {
		ck_assert_str_same(rq.id, str_of(strchr(ids[_i].var, '=') +
		    1));
		return;
	}
	ck_assert_uint_eq(rq.id.n, 32);
	for (size_t i = 0; i < rq.id.n; i++)
		ck_assert_int_ge(str_find(STR("0123456789abcdef"),
		    rq.id.p[i]), 0);
}
END_TEST

/* Fill from the three variables there must be and one that is n bytes. */
static int
status_with(const char *start, size_t n)
{
	struct request rq = new_request();
	char *long_var = arena_take(suite_arena(), strlen(start) + n + 1);
	char *const vars[] = { "REQUEST_METHOD=GET", long_var,
	    "REQUEST_URI=/", NULL };

	memcpy(long_var, start, strlen(start));
	memset(long_var + strlen(start), 'a', n);
	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY) == OK,
	    !rq.response.status);
	return rq.response.status;
}

#define FIXED (sizeof "REQUEST_METHOD=GET" + sizeof "REQUEST_URI=/" - 2)
static const struct {
	const char *start;
	size_t most;
	int status;		/* of one byte more */
} limits[] = {
	{ "REQUEST_URI=/", REQUEST_PATH_BYTES_MAX - 1, 414 },
	{ "REQUEST_URI=/?", REQUEST_QUERY_BYTES_MAX, 414 },
	{ "QUERY_STRING=", REQUEST_QUERY_BYTES_MAX, 414 },
	{ "HTTP_X=", REQUEST_HEADER_BYTES_MAX - FIXED - 7, 431 },
};

START_TEST(lengths_are_limited)
{
	ck_assert_int_eq(status_with(limits[_i].start, limits[_i].most), 0);
	ck_assert_int_eq(status_with(limits[_i].start, limits[_i].most + 1),
	    limits[_i].status);
}
END_TEST

START_TEST(variables_are_limited)
{
	static char *vars[REQUEST_VARS_MAX + 2];
	struct request rq = new_request();

	vars[0] = "REQUEST_METHOD=GET";
	vars[1] = "REQUEST_URI=/";
	for (size_t i = 2; i < REQUEST_VARS_MAX; i++)
		vars[i] = "HTTP_X=1";
	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY), OK);
	vars[REQUEST_VARS_MAX] = "HTTP_X=1";
	ck_assert_int_eq(request_fill(&rq, vars, STR_EMPTY), ERR_LIMIT);
	ck_assert_int_eq(rq.response.status, 431);
}
END_TEST

START_TEST(the_body_is_limited)
{
	static char bytes[REQUEST_BODY_BYTES_MAX + 1];
	static char *const vars[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/",
	    NULL };
	struct request rq = new_request();

	ck_assert_int_eq(request_fill(&rq, vars,
	    (struct str){ bytes, REQUEST_BODY_BYTES_MAX }), OK);
	ck_assert_int_eq(request_fill(&rq, vars,
	    (struct str){ bytes, REQUEST_BODY_BYTES_MAX + 1 }), ERR_LIMIT);
	ck_assert_int_eq(rq.response.status, 413);
}
END_TEST

SUITE(request)
{
	SUITE_LOOP(requests_are_filled, COUNT(cases));
	SUITE_TEST(variables_find_their_place);
	SUITE_LOOP(methods_are_known, COUNT(methods));
	SUITE_LOOP(marks_are_read, COUNT(marks));
	SUITE_LOOP(ids_are_taken_or_made, COUNT(ids));
	SUITE_LOOP(lengths_are_limited, COUNT(limits));
	SUITE_TEST(variables_are_limited);
	SUITE_TEST(the_body_is_limited);
}
