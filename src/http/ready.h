/* Knows the requests that other threads have made ready to be answered. */
#ifndef PISTE_HTTP_READY_H
#define PISTE_HTTP_READY_H

#include <pthread.h>

#include "base/err.h"

struct exchange;

struct ready {
	pthread_mutex_t lock;
	struct exchange *newest;
	int wake;	/* readable when there may be something */
};

/* ERR_AWAY if there is no descriptor for it. */
MUST_USE enum err ready_init(struct ready *r);
void ready_clear(struct ready *r);

/* From any thread. */
void ready_push(struct ready *r, struct exchange *x);

/* From its own thread: all there is, linked by next, oldest first. */
struct exchange *ready_take(struct ready *r);

/* Make wake readable with nothing to take. */
void ready_poke(struct ready *r);

#endif
