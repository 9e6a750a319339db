/*
 * The event loop: accepts, waits, and tells the connections what happened.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connection.h"
#include "http/gateway.h"

#include "http/loop.h"

#define EVENTS_MAX 64
#define ACCEPT_PAUSE_MS 100	/* when descriptors have run out */

struct loop {
	struct connection_set set;
	pthread_t thread;
	int epoll;
	int listener;
	bool is_accepting;
	int64_t accept_ms;		/* not before */
	_Atomic int64_t stop_ms;	/* 0 while serving */
	struct loop *next;		/* abandoned */
};

/*
 * Loops whose requests others still hold.  They end with the process; until
 * then they are kept in sight, so that a leak checker finds only leaks.
 */
static struct loop *abandoned;

static bool
watch(struct loop *l, int fd, uint32_t events, void *what)
{
	struct epoll_event ev = { .events = events, .data.ptr = what };

	return !epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev);
}

static void
accept_pause(struct loop *l, int64_t ms)
{
	if (l->is_accepting)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->listener, NULL);
	l->is_accepting = false;
	l->accept_ms = clock_mono_ms() + ms;
}

/* Is all that keeps the loop from accepting a pause? */
static bool
is_pausing(const struct loop *l)
{
	return !l->is_accepting && !l->set.is_stopping &&
	    l->set.count < GATEWAY_CONNECTIONS_MAX;
}

static void
accept_go(struct loop *l)
{
	if (!is_pausing(l) || clock_mono_ms() < l->accept_ms)
		return;
	/* EPOLLEXCLUSIVE wakes one loop, not all, for one newcomer. */
	l->is_accepting = watch(l, l->listener, EPOLLIN | EPOLLEXCLUSIVE,
	    &l->listener);
	if (!l->is_accepting)
		l->accept_ms = clock_mono_ms() + ACCEPT_PAUSE_MS;
}

/* One at a time, so that newcomers spread over the loops. */
static void
on_listener(struct loop *l)
{
	int fd = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC);

	/* Another loop may have been faster; anything else wants a pause. */
	if (fd < 0 && (errno == EAGAIN || errno == EINTR ||
	    errno == ECONNABORTED))
		return;
	if (fd < 0 || !connection_open(&l->set, fd, l->epoll)) {
		log_event(LOG_ERROR, "loop.accept", LOG_INT("errno", errno));
		accept_pause(l, ACCEPT_PAUSE_MS);
		if (fd >= 0)
			close(fd);
	} else if (l->set.count >= GATEWAY_CONNECTIONS_MAX) {
		accept_pause(l, 0);
	}
}

/* Milliseconds for epoll_wait: to the next thing due, or -1. */
static int
patience(const struct loop *l)
{
	int64_t due = connection_due_ms(&l->set);
	int64_t now = clock_mono_ms();

	if (is_pausing(l) && l->accept_ms < due)
		due = l->accept_ms;
	if (l->set.is_stopping && l->stop_ms < due)
		due = l->stop_ms;
	if (due == INT64_MAX)
		return -1;
	return due > now ? (int)(due - now) : 0;
}

static bool
is_over(const struct loop *l)
{
	if (!l->set.is_stopping)
		return false;
	return (!l->set.count && !l->set.outstandings) ||
	    clock_mono_ms() >= l->stop_ms;
}

/*
 * A batch thread does not interrupt whoever wakes it: on a busy machine nginx
 * then goes on to its other visitors, and a turn finds several requests at
 * once.  Where a sandbox forbids it, things just stay as they were.
 */
static void
work_in_batches(void)
{
	const struct sched_param none = { 0 };

	pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

static void *
turn(void *arg)
{
	struct loop *l = arg;
	struct epoll_event event[EVENTS_MAX];

	work_in_batches();
	while (!is_over(l)) {
		int n;

		accept_go(l);
		n = epoll_wait(l->epoll, event, EVENTS_MAX, patience(l));
		for (int i = 0; i < n; i++) {
			void *what = event[i].data.ptr;

			if (what == &l->listener)
				on_listener(l);
			else if (what == &l->set.ready)
				connection_answer_ready(&l->set);
			else
				connection_event(&l->set, what,
				    event[i].events);
		}
		connection_close_overdue(&l->set);
		if (l->stop_ms && !l->set.is_stopping) {
			accept_pause(l, 0);
			connection_stop(&l->set);
		}
		connection_bury(&l->set);
	}
	return NULL;
}

struct loop *
loop_new(const struct gateway_plan *plan,
    struct crew *const crew[CREW_COUNT], int listener)
{
	struct loop *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->listener = listener;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		goto free_loop;
	if (connection_set_init(&l->set, plan, crew))
		goto close_epoll;
	if (watch(l, l->set.ready.wake, EPOLLIN, &l->set.ready) &&
	    !pthread_create(&l->thread, NULL, turn, l))
		return l;
	connection_set_clear(&l->set);
close_epoll:
	close(l->epoll);
free_loop:
	log_event(LOG_ERROR, "loop.new", LOG_INT("errno", errno));
	free(l);
	return NULL;
}

void
loop_stop(struct loop *l, int64_t until_ms)
{
	l->stop_ms = until_ms;
	ready_poke(&l->set.ready);
}

bool
loop_free(struct loop *l)
{
	pthread_join(l->thread, NULL);
	close(l->epoll);
	if (connection_set_clear(&l->set)) {
		free(l);
		return true;
	}
	log_event(LOG_WARN, "loop.abandoned",
	    LOG_INT("requests", (int64_t)l->set.outstandings));
	l->next = abandoned;
	abandoned = l;
	return false;
}
