/*
 * Knows the connections of one loop: what has arrived on each, which of them
 * are being answered, and for which the time runs.
 */
#ifndef PISTE_HTTP_CONNECTION_H
#define PISTE_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http/crew.h"
#include "http/ready.h"

struct connection;
struct exchange;
struct gateway_plan;

TAILQ_HEAD(connection_list, connection);
LIST_HEAD(exchange_list, exchange);

/* What the connections of a loop have in common; its thread's alone. */
struct connection_set {
	const struct gateway_plan *plan;
	struct crew *crew[CREW_COUNT];
	struct ready ready;		/* the exception: any thread's */
	int feed;			/* see exchange_read */
	size_t count;
	size_t outstandings;
	struct exchange_list outstanding;	/* parked or with the crew */
	bool is_stopping;
	struct connection_list all;
	struct connection_list awaited;	/* the one due first is first */
	struct connection_list dead;	/* see connection_bury */
	char *spare_bytes;
	struct exchange *spare;
	size_t spares;
};

/* ERR_AWAY if a descriptor is missing. */
MUST_USE enum err connection_set_init(struct connection_set *s,
    const struct gateway_plan *plan,
    struct crew *const crew[CREW_COUNT]);
/*
 * Close all and release.  False if requests are outstanding: then ready stays
 * in use, and the memory of s must stay too, for others hold them.
 */
bool connection_set_clear(struct connection_set *s);

/* Take fd over, to be watched by epoll_fd.  NULL, fd untouched, if it can't. */
struct connection *connection_open(struct connection_set *s, int fd,
    int epoll_fd);

/* Do what epoll's events ask for. */
void connection_event(struct connection_set *s, struct connection *c,
    uint32_t events);

/* Answer what has been pushed to ready. */
void connection_answer_ready(struct connection_set *s);

/* Close those that have let their time run out. */
void connection_close_overdue(struct connection_set *s);
/* When the next one will have, by clock_mono_ms; INT64_MAX for never. */
int64_t connection_due_ms(const struct connection_set *s);

/*
 * Free what was closed; not before the events of a round are done with, for
 * one of them may point to it.
 */
void connection_bury(struct connection_set *s);

/* From now on close what is idle, and what gets idle. */
void connection_stop(struct connection_set *s);

/* For the crew: run the handler of the struct exchange given. */
void connection_work(void *exchange);

#endif
