/* Knows a few threads that may block, and the bounded queue before them. */
#ifndef PISTE_HTTP_CREW_H
#define PISTE_HTTP_CREW_H

#include <stdbool.h>
#include <stdint.h>

/* A gateway has the usual one, and that of gateway_plan's routes apart. */
#define CREW_COUNT 2

struct crew;
typedef void crew_fn(void *item);

/* NULL if no thread can be had. */
struct crew *crew_new(int threads, crew_fn *work);

/* From any thread; false if GATEWAY_CREW_QUEUE_MAX items wait already. */
bool crew_push(struct crew *w, void *item);

/*
 * Let the threads finish what is queued and end, until clock_mono_ms says
 * until_ms.  A thread still at work then is left alone together with the
 * crew's memory; false in that case.
 */
bool crew_free(struct crew *w, int64_t until_ms);

#endif
