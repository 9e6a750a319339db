/* Knows who has been exposed to an experiment before, as PostgreSQL has it. */
#ifndef PISTE_TRACK_EXPOSED_H
#define PISTE_TRACK_EXPOSED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct pg;

#define EXPOSED_ROWS_MAX 20000	/* read at once */

/* Whose assignments an experiment, as it is now, may make otherwise. */
struct exposed_question {
	struct str experiment;
	uint32_t phase;
	uint32_t epoch;			/* now */
	uint32_t bucket_version;	/* now */
	uint32_t min_bucket_version;
	int64_t since_ms;		/* first seen since then; 0: ever */
	bool is_of_all;			/* in this epoch as well */
};

struct exposed_row {
	struct str visitor;
	struct str variant;
	uint32_t bucket_version;
};
typedef void (*exposed_take)(void *context, const struct exposed_row *row);

/*
 * Tell take of every counted visitor first seen in an earlier epoch of this
 * phase, or in a phase before min_bucket_version.  Rows are borrowed for the
 * call.  until_ms is by the monotonic clock.  ERR_AWAY, then perhaps after
 * some rows; ERR_LIMIT when until_ms passed before the last; ERR_INPUT for a
 * row that can be none of ours.
 */
MUST_USE enum err exposed_read(struct pg *db,
    const struct exposed_question *q, int64_t until_ms, exposed_take take,
    void *context);
/*
 * Likewise of all whom the phase has counted since since_ms, not long ago.
 * Errors as pg_run; ERR_LIMIT, and nobody told, for EXPOSED_ROWS_MAX of them.
 */
MUST_USE enum err exposed_fresh(struct pg *db,
    const struct exposed_question *q, exposed_take take, void *context);

#endif
