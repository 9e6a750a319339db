/* An audit's visit: what it asks for, and what it takes of the answer. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auditvisit.h"
#include "base/buf.h"
#include "support/suite.h"

#define ASKED_BYTES_MAX 4096
#define ANSWER_BYTES_MAX (AUDITVISIT_BYTES_MAX + 8192)

/* Takes one request, answers it as told, and closes. */
struct server {
	int fd;
	pthread_t thread;
	struct str answer;
	char asked[ASKED_BYTES_MAX];
};

static void *
serve(void *context)
{
	struct server *s = context;
	int fd = accept(s->fd, NULL, NULL);
	size_t n = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	while (n < sizeof s->asked - 1 && !strstr(s->asked, "\r\n\r\n") &&
	    (got = read(fd, s->asked + n, sizeof s->asked - 1 - n)) > 0)
		n += (size_t)got;
	while (s->answer.n && (got = send(fd, s->answer.p, s->answer.n,
	    MSG_NOSIGNAL)) > 0)
		s->answer = str_slice(s->answer, (size_t)got, s->answer.n);
	close(fd);
	return NULL;
}

/* *url is its address. */
static struct server *
server_new(struct str answer, struct str *url)
{
	struct server *s = ARENA_NEW(suite_arena(), struct server);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;

	s->answer = answer;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(s->fd, 0);
	ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(listen(s->fd, 1), 0);
	ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&at, &n), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
	*url = buf_fmt(suite_arena(), 100, "http://127.0.0.1:%u/p/x?lang=fr",
	    ntohs(at.sin_port));
	return s;
}

static enum err
visit(struct str answer, struct str cookies, struct auditvisit *out,
    const char **asked)
{
	struct str url, why;
	struct server *s = server_new(answer, &url);
	enum err e = auditvisit_get(suite_arena(), url, cookies, out, &why);

	ck_assert(!e || why.n);
	pthread_join(s->thread, NULL);
	close(s->fd);
	if (asked)
		*asked = s->asked;
	return e;
}

START_TEST(it_comes_as_a_browser_that_fetches_ahead)
{
	static const char *const lines[] = { "GET /p/x?lang=fr HTTP/1.1\r\n",
		"\r\nUser-Agent: Mozilla/5.0", "\r\nSec-Purpose: prefetch\r\n",
		"\r\nCookie: piste=no\r\n" };
	struct auditvisit v;
	const char *asked;

	ck_assert_int_eq(visit(STR("HTTP/1.1 200 OK\r\n"
	    "Content-Length: 2\r\ncontent-security-policy:  default-src\r\n"
	    "SET-COOKIE: a=1; Path=/\r\nSet-Cookie: b=2\r\n\r\nhi"),
	    STR("piste=no"), &v, &asked), OK);
	for (size_t i = 0; i < COUNT(lines); i++)
		ck_assert_msg(strstr(asked, lines[i]) != NULL, "no %s in %s",
		    lines[i], asked);
	ck_assert_int_eq(v.status, 200);
	ck_assert_str_same(v.body, STR("hi"));
	ck_assert_str_same(v.policy, STR("default-src"));
	ck_assert_uint_eq(v.cookies, 2);
	ck_assert_str_same(v.cookie[0], STR("a=1; Path=/"));
	ck_assert_str_same(v.cookie[1], STR("b=2"));
	ck_assert_int_eq(visit(STR("HTTP/1.1 404 No\r\nContent-Length: 0\r\n"
	    "\r\n"), STR_EMPTY, &v, &asked), OK);
	ck_assert_int_eq(v.status, 404);
	ck_assert_ptr_null(strstr(asked, "Cookie:"));
	ck_assert_uint_eq(v.cookies, 0);
	ck_assert_str_same(v.policy, STR_EMPTY);
} END_TEST

START_TEST(a_redirect_is_what_was_found)
{
	struct auditvisit v;

	ck_assert_int_eq(visit(STR("HTTP/1.1 302 Found\r\nLocation: /q\r\n"
	    "Content-Length: 0\r\n\r\n"), STR_EMPTY, &v, NULL), OK);
	ck_assert_int_eq(v.status, 302);
} END_TEST

START_TEST(cookies_beyond_the_limit_are_counted)
{
	for (size_t n = AUDITVISIT_COOKIES_MAX;
	    n <= AUDITVISIT_COOKIES_MAX + 1; n++) {
		struct auditvisit v;
		struct buf b;

		buf_init(&b, suite_arena(), ASKED_BYTES_MAX);
		buf_add(&b, STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"));
		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "Set-Cookie: c%zu=1\r\n", i);
		buf_add(&b, STR("\r\n"));
		ck_assert_int_eq(visit(buf_str(&b), STR_EMPTY, &v, NULL), OK);
		ck_assert_uint_eq(v.cookies, n);
		ck_assert_str_same(v.cookie[AUDITVISIT_COOKIES_MAX - 1],
		    STR("c31=1"));
	}
} END_TEST

START_TEST(a_page_has_its_limit)
{
	for (size_t n = AUDITVISIT_BYTES_MAX; n <= AUDITVISIT_BYTES_MAX + 1;
	    n++) {
		char *body = arena_take(suite_arena(), n);
		struct auditvisit v;
		struct buf b;

		memset(body, 'x', n);
		buf_init(&b, suite_arena(), ANSWER_BYTES_MAX);
		buf_addf(&b, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		    n);
		buf_add(&b, (struct str){ body, n });
		ck_assert_int_eq(visit(buf_str(&b), STR_EMPTY, &v, NULL),
		    n > AUDITVISIT_BYTES_MAX ? ERR_AWAY : OK);
	}
} END_TEST

START_TEST(nobody_there_is_told)
{
	struct str url, why;
	struct auditvisit v;
	struct server *s = server_new(STR("no HTTP at all\r\n"), &url);

	ck_assert_int_eq(auditvisit_get(suite_arena(), url, STR_EMPTY, &v,
	    &why), ERR_AWAY);
	pthread_join(s->thread, NULL);
	close(s->fd);
	ck_assert_int_eq(auditvisit_get(suite_arena(), url, STR_EMPTY, &v,
	    &why), ERR_AWAY);
	ck_assert(why.n);
	ck_assert_int_eq(v.status, 0);
	ck_assert_int_eq(auditvisit_get(suite_arena(),
	    STR("file:///etc/passwd"), STR_EMPTY, &v, &why), ERR_AWAY);
} END_TEST

SUITE(auditvisit)
{
	SUITE_TEST(it_comes_as_a_browser_that_fetches_ahead);
	SUITE_TEST(a_redirect_is_what_was_found);
	SUITE_TEST(cookies_beyond_the_limit_are_counted);
	SUITE_TEST(a_page_has_its_limit);
	SUITE_TEST(nobody_there_is_told);
}
