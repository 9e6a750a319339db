/*
 * Knows how exposures and sums of views are written: a statement for each
 * batch, two when it tells more than new visitors; safe to send twice.
 */
#ifndef PISTE_TRACK_EVENTROW_H
#define PISTE_TRACK_EVENTROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/token.h"
#include "track/audience.h"
#include "track/event.h"
#include "track/pile.h"

struct arena;
struct pg;

#define EVENTROW_ROWS_MAX EVENT_BATCH_MAX
/* Quoted, each byte may be two; a buffer that grows leaves its halves. */
#define EVENTROW_ARRAY_BYTES_MAX \
	((size_t)EVENTROW_ROWS_MAX * (2 * PILE_TEXT_BYTES_MAX + 3) + 2)
#define EVENTROW_ARRAYS 15
#define EVENTROW_ARENA_BYTES_MAX \
	(EVENTROW_ARRAYS * 4 * EVENTROW_ARRAY_BYTES_MAX)

/* The audience's: one column may hold all texts. */
#define EVENTROW_CELLS_BYTES_MAX \
	(2 * (size_t)AUDIENCE_BYTES_MAX + 3 * AUDIENCE_CELLS_MAX + 2)

/* Who adds sums, and how often it has: a repeated addition is known by it. */
struct eventrow_writer {
	struct uuid id;
	uint64_t turn;		/* of the addition to come */
};
void eventrow_writer_init(struct eventrow_writer *w);

/* Write up to EVENTROW_ROWS_MAX rows; resets the arena.  Errors as pg_run. */
MUST_USE enum err eventrow_write(struct pg *db, struct arena *a,
    const struct pile_row *row, size_t count, int64_t wait_ms);
/*
 * Add the sums; resets the arena.  Errors as pg_run: after ERR_AWAY the same
 * sums must come again before any other, or be dropped.
 */
MUST_USE enum err eventrow_add(struct pg *db, struct arena *a,
    struct eventrow_writer *w, const struct traffic *t, int64_t wait_ms);
/* Add to the audience, by a writer of its own; likewise. */
MUST_USE enum err eventrow_arrive(struct pg *db, struct arena *a,
    struct eventrow_writer *w, const struct audience *t, int64_t wait_ms);

#endif
