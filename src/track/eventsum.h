/*
 * Knows what was seen, added up: views and audience, being gathered on one
 * side and written on the other.  Its owner locks what is gathered.
 */
#ifndef PISTE_TRACK_EVENTSUM_H
#define PISTE_TRACK_EVENTSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "track/audience.h"
#include "track/eventrow.h"
#include "track/traffic.h"

struct eventsum {
	uint64_t seed;			/* of the audience */
	struct traffic *views;		/* gathered */
	struct audience *arriving;
	struct traffic *sums;		/* taken, being written */
	struct audience *arrived;
	struct eventrow_writer writer;	/* of sums */
	struct eventrow_writer arrived_writer;
};

void eventsum_init(struct eventsum *s);
void eventsum_clear(struct eventsum *s);

bool eventsum_is_gathered(const struct eventsum *s);	/* is there any? */
bool eventsum_is_taken(const struct eventsum *s);
/* Take what was gathered, where the last is written. */
void eventsum_take(struct eventsum *s);
/*
 * Write what is taken, within wait_ms; resets the arena.  Needs no lock
 * against gathering.  ERR_AWAY: the same must be tried again; what PostgreSQL
 * refuses is logged and dropped.
 */
MUST_USE enum err eventsum_write(struct eventsum *s, struct pg *db,
    struct arena *a, int64_t wait_ms);

#endif
