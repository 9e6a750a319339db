/*
 * One connection after the other: reading until a request is whole, having it
 * answered on the spot, by the crew or when it is resumed, and sending.  Only
 * the loop's thread comes here, but for connection_work and wake, which hand
 * an exchange back and touch nothing else.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/crew.h"
#include "http/exchange.h"
#include "http/frame.h"
#include "http/tally.h"

#include "http/connection.h"

#define SPARES_MAX 64	/* exchanges kept for the next requests */

struct connection {
	int fd;			/* -1 once closed */
	char *bytes;		/* FRAME_BYTES_MAX of them, or NULL */
	size_t n;
	struct frame frame;
	struct exchange *exchange;	/* being answered */
	bool has_more;		/* in the socket, since an exchange began */
	bool is_half_closed;	/* the peer sends no more */
	bool is_ended;		/* and all it sent has been read */
	bool is_broken;		/* to be closed */
	bool is_draining;	/* answered before it was read whole */
	bool is_awaited;	/* until due_ms */
	int64_t due_ms;
	TAILQ_ENTRY(connection) all;
	TAILQ_ENTRY(connection) awaited;	/* when closed: the dead */
};

/* Exchanges ------------------------------------------------------------- */

static void
wake(struct request *rq)
{
	struct exchange *x = (struct exchange *)rq->carrier;

	x->is_resumed = true;
	ready_push(x->ready, x);
}

void
connection_work(void *exchange)
{
	struct exchange *x = exchange;

	if (dispatch_run(x->route, &x->rq) == TURN_ANSWERED)
		ready_push(x->ready, x);
	else
		tally_add(TALLY_PARKED, 1);
}

static struct exchange *
acquire(struct connection_set *s)
{
	struct exchange *x = s->spare;

	if (x) {
		s->spare = x->next;
		s->spares--;
	} else {
		x = exchange_new();
	}
	if (!x)
		return NULL;
	x->carrier.wake = wake;
	x->ready = &s->ready;
	x->connection = NULL;
	x->is_resumed = false;
	dispatch_init(&x->rq, s->plan, x->rq.arena, &x->carrier);
	return x;
}

static void
release(struct connection_set *s, struct exchange *x)
{
	if (s->spares == SPARES_MAX) {
		exchange_free(x);
		return;
	}
	arena_reset(x->rq.arena);
	x->next = s->spare;
	s->spare = x;
	s->spares++;
}

/* Send the answer of x, whose connection then waits for what comes next. */
static void
finish(struct connection_set *s, struct exchange *x)
{
	struct connection *c = x->connection;

	if (c) {
		bool sent = exchange_send(x, c->fd);

		c->exchange = NULL;
		if (!sent || (!x->keep && !c->is_draining))
			c->is_broken = true;
		if (sent && c->is_draining)
			shutdown(c->fd, SHUT_WR);
	}
	dispatch_done(&x->rq);
	exchange_drop(x);
	release(s, x);
}

/* Connections ----------------------------------------------------------- */

static void
unawait(struct connection_set *s, struct connection *c)
{
	if (c->is_awaited)
		TAILQ_REMOVE(&s->awaited, c, awaited);
	c->is_awaited = false;
}

static void
await(struct connection_set *s, struct connection *c)
{
	if (c->is_awaited)
		return;
	c->is_awaited = true;
	c->due_ms = clock_mono_ms() + GATEWAY_PARTIAL_MS;
	/* The time allowed is the same for all, so this keeps the order. */
	TAILQ_INSERT_TAIL(&s->awaited, c, awaited);
}

static void
give_bytes(struct connection_set *s, struct connection *c)
{
	if (s->spare_bytes)
		free(c->bytes);
	else
		s->spare_bytes = c->bytes;
	c->bytes = NULL;
	c->n = 0;
}

static bool
get_bytes(struct connection_set *s, struct connection *c)
{
	if (c->bytes)
		return true;
	c->bytes = s->spare_bytes ? s->spare_bytes : malloc(FRAME_BYTES_MAX);
	s->spare_bytes = NULL;
	return c->bytes != NULL;
}

/* An exchange that is under way goes on without its connection. */
static void
close_connection(struct connection_set *s, struct connection *c)
{
	if (c->exchange)
		c->exchange->connection = NULL;
	unawait(s, c);
	give_bytes(s, c);
	close(c->fd);
	c->fd = -1;
	TAILQ_REMOVE(&s->all, c, all);
	s->count--;
	tally_add(TALLY_CONNECTIONS, -1);
	TAILQ_INSERT_TAIL(&s->dead, c, awaited);
}

static void
refuse_connection(struct connection *c, const char *why)
{
	tally_add(TALLY_REFUSED, 1);
	log_event(LOG_WARN, "loop.refused", LOG_Z("why", why),
	    LOG_INT("bytes", (int64_t)c->n));
	c->is_broken = true;
}

static void
let_out(struct connection_set *s, struct exchange *x)
{
	LIST_INSERT_HEAD(&s->outstanding, x, outstanding);
	s->outstandings++;
}

static void
take_back(struct connection_set *s, struct exchange *x)
{
	LIST_REMOVE(x, outstanding);
	s->outstandings--;
}

static bool
is_apart(const struct gateway_plan *plan, const struct route *route)
{
	return (size_t)(route - plan->routes) >= plan->count - plan->apart;
}

/* Run x's handler where the route wants it run. */
static void
run(struct connection_set *s, struct exchange *x)
{
	if (x->route->place != ROUTE_LOOP) {
		if (crew_push(s->crew[is_apart(s->plan, x->route)], x)) {
			let_out(s, x);
			return;
		}
		dispatch_refuse(s->plan, &x->rq, 503);
	} else if (dispatch_run(x->route, &x->rq) == TURN_PARKED) {
		let_out(s, x);
		tally_add(TALLY_PARKED, 1);
		return;
	}
	finish(s, x);
}

/* c holds a request, whole or too big: have it parsed and answered. */
static void
begin(struct connection_set *s, struct connection *c, bool is_too_big)
{
	struct exchange *x = acquire(s);
	struct str body;

	if (!x || exchange_read(x, &s->feed, (struct str){ c->bytes, c->n },
	    &c->frame, &body)) {
		if (x)
			release(s, x);
		refuse_connection(c, "unread");
		return;
	}
	c->is_draining = is_too_big;
	c->n = is_too_big ? 0 : c->n - c->frame.end;
	if (c->n)
		memmove(c->bytes, c->bytes + c->frame.end, c->n);
	frame_init(&c->frame);
	unawait(s, c);
	x->connection = c;
	c->exchange = x;
	x->route = dispatch_fill(s->plan, &x->rq, x->fcgi.envp, body,
	    is_too_big ? 413 : 0);
	if (x->route)
		run(s, x);
	else
		finish(s, x);
}

/* Do what the bytes read so far allow. */
static void
advance(struct connection_set *s, struct connection *c)
{
	while (c->n && !c->exchange && !c->is_broken && !c->is_draining) {
		enum frame_state state = frame_scan(&c->frame,
		    (struct str){ c->bytes, c->n });

		if (state == FRAME_PARTIAL)
			return;
		if (state == FRAME_BAD)
			refuse_connection(c, c->frame.fault);
		else
			begin(s, c, state == FRAME_TOO_BIG);
	}
	if (c->is_draining)
		c->n = 0;
}

/* Read until the socket has no more or an exchange waits. */
static void
take(struct connection_set *s, struct connection *c)
{
	while (!c->exchange && !c->is_ended && !c->is_broken) {
		size_t room;
		ssize_t n;

		if (!get_bytes(s, c)) {
			refuse_connection(c, "no memory");
			return;
		}
		room = FRAME_BYTES_MAX - c->n;
		n = recv(c->fd, c->bytes + c->n, room, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		c->has_more = n == (ssize_t)room;
		if (n < 0 && errno == EAGAIN)
			return;
		c->is_ended = n <= 0 || (!c->has_more && c->is_half_closed);
		if (n > 0) {
			c->n += (size_t)n;
			advance(s, c);
		}
		/* An edge is reported for what comes after a short read. */
		if (!c->has_more)
			return;
	}
}

/* Nothing more can be done now: wait for what fits c's state, or close. */
static void
settle(struct connection_set *s, struct connection *c)
{
	if (c->exchange) {
		if (!c->n && c->bytes)
			give_bytes(s, c);
		return;
	}
	if (c->is_ended && c->n && !c->is_broken)
		refuse_connection(c, "cut short");
	if (c->is_ended || c->is_broken ||
	    (s->is_stopping && !c->n && !c->is_draining)) {
		close_connection(s, c);
	} else if (c->n || c->is_draining) {
		await(s, c);
	} else {
		unawait(s, c);
		if (c->bytes)
			give_bytes(s, c);
	}
}

/* Life ------------------------------------------------------------------ */

struct connection *
connection_open(struct connection_set *s, int fd, int epoll_fd)
{
	struct timeval limit = { .tv_sec = EXCHANGE_SEND_MS / 1000 };
	struct connection *c = calloc(1, sizeof *c);
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.ptr = c,
	};
	int on = 1;

	if (!c)
		return NULL;
	c->fd = fd;
	frame_init(&c->frame);
	/* Answers are sent blocking; a unix socket knows no TCP_NODELAY. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev)) {
		free(c);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&s->all, c, all);
	s->count++;
	tally_add(TALLY_CONNECTIONS, 1);
	return c;
}

void
connection_event(struct connection_set *s, struct connection *c,
    uint32_t events)
{
	if (c->fd < 0)
		return;
	if (events & EPOLLRDHUP)
		c->is_half_closed = true;
	if (!c->exchange) {
		take(s, c);
		settle(s, c);
	} else if (events & (EPOLLHUP | EPOLLERR)) {
		close_connection(s, c);
	} else {
		c->has_more = true;
	}
}

void
connection_answer_ready(struct connection_set *s)
{
	struct exchange *x, *next;

	for (x = ready_take(&s->ready); x; x = next) {
		struct connection *c = x->connection;

		next = x->next;
		take_back(s, x);
		if (x->is_resumed) {
			tally_add(TALLY_PARKED, -1);
			dispatch_resume(&x->rq);
		}
		finish(s, x);
		if (!c)
			continue;
		advance(s, c);
		if (c->has_more)
			take(s, c);
		settle(s, c);
	}
}

void
connection_close_overdue(struct connection_set *s)
{
	struct connection *c;

	while ((c = TAILQ_FIRST(&s->awaited)) &&
	    c->due_ms <= clock_mono_ms()) {
		if (!c->is_draining)
			refuse_connection(c, "too slow");
		close_connection(s, c);
	}
}

int64_t
connection_due_ms(const struct connection_set *s)
{
	const struct connection *c = TAILQ_FIRST(&s->awaited);

	return c ? c->due_ms : INT64_MAX;
}

void
connection_bury(struct connection_set *s)
{
	struct connection *c;

	while ((c = TAILQ_FIRST(&s->dead))) {
		TAILQ_REMOVE(&s->dead, c, awaited);
		free(c);
	}
}

void
connection_stop(struct connection_set *s)
{
	struct connection *c, *next;

	s->is_stopping = true;
	for (c = TAILQ_FIRST(&s->all); c; c = next) {
		next = TAILQ_NEXT(c, all);
		if (c->exchange)
			continue;
		/* A last look: a request may just have been sent. */
		take(s, c);
		settle(s, c);
	}
}

enum err
connection_set_init(struct connection_set *s, const struct gateway_plan *plan,
    struct crew *const crew[CREW_COUNT])
{
	*s = (struct connection_set){ .plan = plan, .feed = -1 };
	memcpy(s->crew, crew, sizeof s->crew);
	TAILQ_INIT(&s->all);
	TAILQ_INIT(&s->awaited);
	TAILQ_INIT(&s->dead);
	LIST_INIT(&s->outstanding);
	return ready_init(&s->ready);
}

bool
connection_set_clear(struct connection_set *s)
{
	struct connection *c;
	struct exchange *x;

	while ((c = TAILQ_FIRST(&s->all)))
		close_connection(s, c);
	connection_bury(s);
	while ((x = s->spare)) {
		s->spare = x->next;
		exchange_free(x);
	}
	free(s->spare_bytes);
	if (s->feed >= 0)
		close(s->feed);
	if (s->outstandings)
		return false;
	ready_clear(&s->ready);
	return true;
}
