/*
 * Knows the qualification queue: claiming with a lease, renewing it, doing
 * the first qualification, finishing, retrying, giving up.
 */
#ifndef PISTE_LEAD_QUEUE_H
#define PISTE_LEAD_QUEUE_H

#include <stdint.h>

#include "base/str.h"

struct lease_depth;
struct pg;

#define QUEUE_CLAIM_MAX 20
#define QUEUE_ATTEMPTS_MAX 8		/* then the row is dead */
#define QUEUE_BACKOFF_MS_MIN 1000
#define QUEUE_BACKOFF_MS_MAX 3600000
#define QUEUE_CHANNEL "piste_queue"

/*
 * Claim up to QUEUE_CLAIM_MAX rows for worker (a name unique to the process),
 * qualify each, each in a transaction of its own with its finish.  *done is
 * how many were claimed: 0 when nothing is ready, or when nobody can read the
 * rules in force, which is logged: rows wait for who can.
 */
MUST_USE enum err queue_turn(struct pg *db, struct str worker,
    int64_t lease_ms, int64_t *done);

/* Rows by state, for check and metrics; ERR_AWAY. */
MUST_USE enum err queue_depth(struct pg *db, struct lease_depth *out);

#endif
