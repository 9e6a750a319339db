/* Knows the connections of one thread: who has sent what, who is answered. */
#ifndef PISTE_HTTP_LOOP_H
#define PISTE_HTTP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/crew.h"

struct gateway_plan;
struct loop;

/*
 * A loop that accepts from listener, which must not block; its thread runs
 * when this returns.  plan and the crews are borrowed until loop_free.  NULL
 * if a thread, a descriptor or memory can't be had, logged.
 */
struct loop *loop_new(const struct gateway_plan *plan,
    struct crew *const crew[CREW_COUNT], int listener);

/*
 * Ask the loop to end: take nothing new, finish what has begun, until
 * clock_mono_ms says until_ms.
 */
void loop_stop(struct loop *l, int64_t until_ms);

/*
 * After loop_stop: wait for the end and release.  A loop whose requests are
 * still waited for is ended but kept in memory, where gateway_resume may find
 * it; false then.
 */
bool loop_free(struct loop *l);

#endif
