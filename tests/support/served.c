/*
 * The handlers run on the gateway's threads and tell the test by semaphores
 * how far they have come.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/response.h"

#include "support/served.h"

/* Posted by handlers when they park or block. */
static sem_t reached;
sem_t served_gate;
struct request *_Atomic served_parked[SERVED_KEPT];
static _Atomic int parked_count;

static enum turn
echo(struct request *rq)
{
	response_set(rq, 200, RESPONSE_TEXT, buf_fmt(rq->arena, 1000,
	    "%.*s query=%.*s body=%zu id=%.*s", STR_ARG(rq->path),
	    STR_ARG(rq->query), rq->body.n, STR_ARG(rq->id)));
	return TURN_ANSWERED;
}

static enum turn
big(struct request *rq)
{
	char *p = arena_take(rq->arena, SERVED_BIG_BYTES);

	memset(p, 'b', SERVED_BIG_BYTES);
	response_set(rq, 200, RESPONSE_TEXT,
	    (struct str){ p, SERVED_BIG_BYTES });
	return TURN_ANSWERED;
}

static void
answer_resumed(struct request *rq)
{
	response_set(rq, 200, RESPONSE_TEXT, STR("resumed"));
}

static enum turn
park(struct request *rq)
{
	rq->resume = answer_resumed;
	served_parked[parked_count++] = rq;
	sem_post(&reached);
	return TURN_PARKED;
}

/* Can be answered before it has said that it can't yet. */
static enum turn
park_shortly(struct request *rq)
{
	rq->resume = answer_resumed;
	gateway_resume(rq);
	return TURN_PARKED;
}

static enum turn
block(struct request *rq)
{
	sem_post(&reached);
	sem_wait(&served_gate);
	return echo(rq);
}

static enum turn
forget(struct request *rq)
{
	(void)rq;
	return TURN_ANSWERED;
}

static void
refuse(struct request *rq, int status)
{
	response_set(rq, status, RESPONSE_TEXT, STR("refused"));
}

const struct served_uri served_uri[SERVED_URIS] = {
	{ "/echo", 200 },
	{ "/crew", 200 },
	{ "/big", 200 },
	{ "/shortly", 200 },
	{ "/crew/shortly", 200 },
	{ "/none", 404 },
	{ "/echo/%zz", 400 },
	{ "/forget", 500 },
};

#define ANY (METHOD_GET | METHOD_HEAD | METHOD_POST)
static const struct route routes[] = {
	{ ANY, "/echo", echo, ROUTE_LOOP },
	{ ANY, "/big", big, ROUTE_LOOP },
	{ ANY, "/park", park, ROUTE_LOOP },
	{ ANY, "/shortly", park_shortly, ROUTE_LOOP },
	{ ANY, "/forget", forget, ROUTE_LOOP },
	{ ANY, "/crew", echo, ROUTE_CREW },
	{ ANY, "/files", echo, ROUTE_FILES },
	{ ANY, "/crew/park", park, ROUTE_CREW },
	{ ANY, "/crew/shortly", park_shortly, ROUTE_CREW },
	{ ANY, "/block", block, ROUTE_CREW },
	{ ANY, "/apart", block, ROUTE_CREW },
};

struct gateway_plan served_plan = {
	.routes = routes,
	.count = COUNT(routes),
	.refuse = refuse,
	.loops = 2,
	.crew = 2,
	.apart = 1,
	.stop_ms = SERVED_STOP_MS,
};
const char *served_path;
static int listener;
static pthread_t server;

static void *
serve(void *arg)
{
	(void)arg;
	return (void *)(intptr_t)gateway_serve(&served_plan, listener);
}

void
served_start(void)
{
	struct str dir = suite_directory();

	sem_init(&reached, 0, 0);
	sem_init(&served_gate, 0, 0);
	served_path = arena_copy(suite_arena(), buf_fmt(suite_arena(), 100,
	    "%.*s/socket", STR_ARG(dir))).p;
	ck_assert_int_eq(gateway_listen(str_of(served_path), 0600,
	    &listener), OK);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
}

void
served_join_within(int64_t ms)
{
	int64_t until_ms = clock_now_ms() + ms;
	struct timespec until = { until_ms / 1000,
	    until_ms % 1000 * 1000000 };
	void *e;

	ck_assert_int_eq(pthread_timedjoin_np(server, &e, &until), 0);
	ck_assert_int_eq((int)(intptr_t)e, OK);
	close(listener);
}

void
served_finish(void)
{
	gateway_stop();
	served_join_within(SERVED_STOP_MS);
}

struct str
served_request(const char *uri, bool keep, const char *length, struct str body)
{
	char var[2][200];
	const char *vars[] = { "REQUEST_METHOD=POST", var[0],
	    "REQUEST_ID=0123456789abcdef", var[1], NULL };

	snprintf(var[0], sizeof var[0], "REQUEST_URI=%s", uri);
	snprintf(var[1], sizeof var[1], "CONTENT_LENGTH=%s", length);
	return fastcgi_request(suite_arena(), keep, vars, body);
}

void
served_ask(int fd, const char *uri)
{
	fastcgi_send(fd, served_request(uri, true, "", STR_EMPTY));
}

struct str
served_answer(int fd)
{
	return fastcgi_answer(suite_arena(), fd);
}

int
served_status(int fd)
{
	return fastcgi_status(served_answer(fd));
}

void
served_check(void)
{
	int fd = fastcgi_connect(served_path);

	served_ask(fd, "/echo");
	ck_assert_int_eq(served_status(fd), 200);
	close(fd);
}

void
served_check_closed(int fd)
{
	char byte;

	ck_assert_int_le(recv(fd, &byte, 1, 0), 0);
	ck_assert_int_ne(errno, EAGAIN);
}

void
served_await(int times)
{
	while (times--)
		ck_assert_int_eq(sem_wait(&reached), 0);
}
