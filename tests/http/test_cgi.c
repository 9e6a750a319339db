/* One plain CGI request: http/cgi.c, through gateway_cgi. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "http/gateway.h"
#include "http/request.h"
#include "http/response.h"

#include "support/fastcgi.h"
#include "support/suite.h"

#define VARS_MAX 6

static enum turn
echo(struct request *rq)
{
	response_set(rq, 200, RESPONSE_TEXT, rq->body);
	return TURN_ANSWERED;
}

static void
answer_resumed(struct request *rq)
{
	response_set(rq, 200, RESPONSE_TEXT, STR("resumed"));
}

static void *
resume(void *rq)
{
	gateway_resume(rq);
	return NULL;
}

static enum turn
park(struct request *rq)
{
	pthread_t t;

	rq->resume = answer_resumed;
	ck_assert_int_eq(pthread_create(&t, NULL, resume, rq), 0);
	pthread_detach(t);
	return TURN_PARKED;
}

static void
refuse(struct request *rq, int status)
{
	response_set(rq, status, RESPONSE_TEXT, STR("refused"));
}

#define ANY (METHOD_GET | METHOD_HEAD | METHOD_POST)
static const struct route routes[] = {
	{ ANY, "/echo", echo, ROUTE_LOOP },
	{ ANY, "/crew", echo, ROUTE_CREW },
	{ ANY, "/park", park, ROUTE_LOOP },
};
static const struct gateway_plan plan = {
	.routes = routes,
	.count = COUNT(routes),
	.refuse = refuse,
};

/* Have the program answer with in on standard input; what it wrote. */
static struct str
answer(char *const *vars, struct str in)
{
	static char out[65536];
	int to[2], from[2], stdin_saved = dup(0), stdout_saved = dup(1);
	ssize_t n;

	ck_assert_int_eq(pipe(to), 0);
	ck_assert_int_eq(pipe(from), 0);
	ck_assert_int_eq(write(to[1], in.p, in.n), (ssize_t)in.n);
	close(to[1]);
	dup2(to[0], 0);
	dup2(from[1], 1);
	ck_assert_int_eq(gateway_cgi(&plan, vars), OK);
	dup2(stdin_saved, 0);
	dup2(stdout_saved, 1);
	n = read(from[0], out, sizeof out);
	ck_assert_int_gt(n, 0);
	return (struct str){ out, (size_t)n };
}

static const struct {
	char *vars[VARS_MAX];
	const char *in;
	int status;
	const char *out;
} cases[] = {
	{ { "REQUEST_METHOD=GET", "SCRIPT_NAME=/echo" }, "", 200, "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/echo", "CONTENT_LENGTH=3" },
	    "abc", 200, "abc" },
	/* What comes after the stated length is not ours to read. */
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/echo", "CONTENT_LENGTH=3" },
	    "abcdef", 200, "abc" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/echo" }, "abc", 200, "" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/crew", "CONTENT_LENGTH=3" },
	    "abc", 200, "abc" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/park" }, "", 200,
	    "resumed" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/echo", "CONTENT_LENGTH=4" },
	    "abc", 400, "refused" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/echo", "CONTENT_LENGTH=-1" },
	    "abc", 400, "refused" },
	{ { "REQUEST_METHOD=POST", "REQUEST_URI=/echo",
	    "CONTENT_LENGTH=5505025" }, "abc", 413, "refused" },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/none" }, "", 404,
	    "refused" },
	{ { "REQUEST_METHOD=PUT", "REQUEST_URI=/echo" }, "", 405,
	    "refused" },
	{ { "REQUEST_METHOD=GET" }, "", 400, "refused" },
};

START_TEST(a_request_is_answered)
{
	struct str text = answer(cases[_i].vars, str_of(cases[_i].in));

	ck_assert_int_eq(fastcgi_status(text), cases[_i].status);
	ck_assert(str_has_suffix(text, buf_fmt(suite_arena(), 100,
	    "Content-Length: %zu\r\n\r\n%s", strlen(cases[_i].out),
	    cases[_i].out)));
	/* 405 says what would be allowed (RFC 9110, 15.5.6). */
	ck_assert_int_eq(str_has_fold(text,
	    STR("\r\nallow: get, head, post\r\n")),
	    cases[_i].status == 405);
}
END_TEST

static const struct {
	char *vars[VARS_MAX];
	bool is_cgi;
} environments[] = {
	{ { "GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=GET" }, true },
	{ { "REQUEST_METHOD=GET" }, true },
	{ { "REQUEST_METHOD=" }, false },
	{ { "PATH=/bin" }, false },
	{ { NULL }, false },
};

START_TEST(an_environment_is_recognised)
{
	ck_assert_int_eq(gateway_is_cgi(environments[_i].vars),
	    environments[_i].is_cgi);
}
END_TEST

SUITE(cgi)
{
	SUITE_LOOP(a_request_is_answered, COUNT(cases));
	SUITE_LOOP(an_environment_is_recognised, COUNT(environments));
}
