/* What leaves for the web server, record by record: http/exchange.c. */
#include <fastcgi.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/exchange.h"
#include "http/frame.h"
#include "http/response.h"

#include "support/fastcgi.h"
#include "support/suite.h"

#define OURS 0
#define PEERS 1
#define LONG_BYTES ((size_t)4 << 20)	/* more than a socket holds */
#define SMALL_BUFFER 4096
#define SOON_US 20000

/* A request that has been read, to be answered to ends[OURS]. */
static struct exchange *
begin(const char *method, int ends[2])
{
	static struct carrier carrier;
	const char *vars[] = { method, "REQUEST_URI=/", NULL };
	struct exchange *x = exchange_new();
	struct str bytes = fastcgi_request(suite_arena(), true, vars,
	    STR_EMPTY), body;
	struct frame f;
	int feed = -1;

	ck_assert_int_eq(FCGX_Init(), 0);
	frame_init(&f);
	ck_assert_int_eq(frame_scan(&f, bytes), FRAME_COMPLETE);
	ck_assert_int_eq(exchange_read(x, &feed, bytes, &f, &body), OK);
	close(feed);
	x->rq.carrier = &carrier;
	ck_assert_int_eq(request_fill(&x->rq, x->fcgi.envp, body), OK);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	return x;
}

static void
end(struct exchange *x, const int ends[2])
{
	exchange_drop(x);
	exchange_free(x);
	close(ends[OURS]);
	close(ends[PEERS]);
}

static struct str
letters(size_t n)
{
	char *p = malloc(n + 1);

	ck_assert_ptr_nonnull(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)('a' + i % 23);
	return (struct str){ p, n };
}

/* How long a body makes head and body together bytes long. */
static size_t
body_bytes(struct exchange *x, size_t bytes)
{
	response_set(&x->rq, 200, RESPONSE_TEXT, letters(bytes - 1000));
	return bytes - response_head(&x->rq).n;
}

static const struct {
	size_t stdout_bytes;	/* head and body */
	int records;		/* of STDOUT that are not empty */
} lengths[] = {
	{ 2000, 1 },
	{ FCGI_MAX_LENGTH, 1 },
	{ FCGI_MAX_LENGTH + 1, 2 },
	{ 2 * FCGI_MAX_LENGTH, 2 },
	{ 2 * FCGI_MAX_LENGTH + 1, 3 },
};

/* Read one record's header, and its content into at. */
static size_t
hear(int fd, unsigned char *type, char *at)
{
	FCGI_Header h;
	size_t n;

	ck_assert_int_eq(recv(fd, &h, sizeof h, MSG_WAITALL), sizeof h);
	n = (size_t)h.contentLengthB1 << 8 | h.contentLengthB0;
	ck_assert_int_eq(h.version, FCGI_VERSION_1);
	ck_assert_int_eq(h.requestIdB1 << 8 | h.requestIdB0, FASTCGI_ID);
	ck_assert_int_eq(h.paddingLength, 0);
	ck_assert_int_eq(recv(fd, at, n, MSG_WAITALL), n);
	*type = h.type;
	return n;
}

START_TEST(an_answer_is_cut_into_records)
{
	int ends[2], records = 0;
	struct exchange *x = begin("REQUEST_METHOD=GET", ends);
	size_t want = lengths[_i].stdout_bytes, got = 0, n;
	struct str body = letters(body_bytes(x, want));
	char *text = malloc(want + FCGI_MAX_LENGTH);
	unsigned char type;

	response_set(&x->rq, 200, RESPONSE_TEXT, body);
	ck_assert(exchange_send(x, ends[OURS]));
	while ((n = hear(ends[PEERS], &type, text + got))) {
		ck_assert_int_eq(type, FCGI_STDOUT);
		got += n;
		records++;
	}
	ck_assert_int_eq(type, FCGI_STDOUT);
	ck_assert_uint_eq(got, want);
	ck_assert_int_eq(records, lengths[_i].records);
	ck_assert_str_same(str_slice((struct str){ text, got }, got - body.n,
	    body.n), body);
	ck_assert_uint_eq(hear(ends[PEERS], &type, text),
	    sizeof(FCGI_EndRequestBody));
	ck_assert_int_eq(type, FCGI_END_REQUEST);
	ck_assert_mem_eq(text, "\0\0\0\0\0\0\0\0", sizeof(FCGI_EndRequestBody));
	end(x, ends);
}
END_TEST

START_TEST(head_gets_no_body)
{
	int ends[2];
	struct exchange *x = begin("REQUEST_METHOD=HEAD", ends);
	struct str text;

	response_set(&x->rq, 200, RESPONSE_TEXT, STR("not this"));
	ck_assert(exchange_send(x, ends[OURS]));
	text = fastcgi_answer(suite_arena(), ends[PEERS]);
	ck_assert(str_has_fold(text, STR("content-length: 8")));
	ck_assert(str_has_suffix(text, STR("\r\n\r\n")));
	end(x, ends);
}
END_TEST

START_TEST(who_has_gone_is_noticed)
{
	int ends[2];
	struct exchange *x = begin("REQUEST_METHOD=GET", ends);

	response_set(&x->rq, 200, RESPONSE_TEXT, STR("x"));
	shutdown(ends[PEERS], SHUT_RDWR);
	signal(SIGPIPE, SIG_DFL);
	ck_assert(!exchange_send(x, ends[OURS]));
	end(x, ends);
}
END_TEST

START_TEST(who_takes_nothing_is_given_up)
{
	const struct timeval limit = { .tv_usec = SOON_US };
	int ends[2];
	struct exchange *x = begin("REQUEST_METHOD=GET", ends);
	int64_t began_ms = clock_mono_ms();

	ck_assert_int_eq(setsockopt(ends[OURS], SOL_SOCKET, SO_SNDTIMEO,
	    &limit, sizeof limit), 0);
	response_set(&x->rq, 200, RESPONSE_TEXT, letters(LONG_BYTES));
	ck_assert(!exchange_send(x, ends[OURS]));
	ck_assert_int_lt(clock_mono_ms() - began_ms, EXCHANGE_SEND_MS);
	end(x, ends);
}
END_TEST

static sem_t interrupted;

static void
on_alarm(int number)
{
	(void)number;
	sem_post(&interrupted);
}

struct late {
	int fd;
	struct str text;
};

/* A peer that reads nothing until the sender has been interrupted. */
static void *
read_late(void *context)
{
	struct late *l = context;

	while (sem_wait(&interrupted))
		continue;
	l->text = fastcgi_answer(suite_arena(), l->fd);
	return NULL;
}

START_TEST(an_interruption_loses_nothing)
{
	const struct sigaction act = { .sa_handler = on_alarm };
	const struct itimerval soon = { .it_value.tv_usec = SOON_US };
	const struct timeval limit = { .tv_sec = EXCHANGE_SEND_MS / 1000 };
	const int small = SMALL_BUFFER;
	struct str body = letters(FCGI_MAX_LENGTH / 2);
	int ends[2];
	struct exchange *x = begin("REQUEST_METHOD=GET", ends);
	struct late late = { .fd = ends[PEERS] };
	pthread_t peer;
	sigset_t alarm_only;

	sem_init(&interrupted, 0, 0);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	ck_assert_int_eq(setsockopt(ends[OURS], SOL_SOCKET, SO_SNDBUF, &small,
	    sizeof small), 0);
	ck_assert_int_eq(setsockopt(ends[OURS], SOL_SOCKET, SO_SNDTIMEO,
	    &limit, sizeof limit), 0);
	response_set(&x->rq, 200, RESPONSE_TEXT, body);
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	ck_assert_int_eq(pthread_create(&peer, NULL, read_late, &late), 0);
	pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	ck_assert(exchange_send(x, ends[OURS]));
	ck_assert_int_eq(pthread_join(peer, NULL), 0);
	ck_assert_uint_eq(late.text.n, response_head(&x->rq).n + body.n);
	ck_assert(str_has_suffix(late.text, body));
	end(x, ends);
}
END_TEST

SUITE(exchange)
{
	SUITE_LOOP(an_answer_is_cut_into_records, COUNT(lengths));
	SUITE_TEST(head_gets_no_body);
	SUITE_TEST(who_has_gone_is_noticed);
	SUITE_TEST(who_takes_nothing_is_given_up);
	SUITE_TEST(an_interruption_loses_nothing);
}
