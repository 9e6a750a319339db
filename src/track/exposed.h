/* Knows who has been exposed to an experiment before, as PostgreSQL has it. */
#ifndef PISTE_TRACK_EXPOSED_H
#define PISTE_TRACK_EXPOSED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct pg;

/* Read at once, for so long: each may be a page of the disk away. */
#define EXPOSED_ROWS_MAX 5000
#define EXPOSED_WAIT_MS 10000
#define EXPOSED_VISITOR_BYTES_MAX 64

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

/* How far a reading has come; all 0: it begins. */
struct exposed_place {
	char visitor[EXPOSED_VISITOR_BYTES_MAX];
	size_t n;
};
/*
 * Tell take of every counted visitor first seen in an earlier epoch of this
 * phase, or in a phase before min_bucket_version, from *place on.  Rows are
 * borrowed for the call.  Nothing is begun after until_ms, by the monotonic
 * clock.  ERR_LIMIT when it passed before the last row, and then, as for
 * ERR_AWAY, *place says where to go on: millions can't be read at once, and
 * need not be begun anew.  ERR_INPUT for a row that can be none of ours.
 */
MUST_USE enum err exposed_read(struct pg *db,
    const struct exposed_question *q, struct exposed_place *place,
    int64_t until_ms, exposed_take take, void *context);
/*
 * Likewise of all whom the phase has counted since since_ms, not long ago.
 * Errors as pg_run; ERR_LIMIT, and nobody told, for EXPOSED_ROWS_MAX of them.
 */
MUST_USE enum err exposed_fresh(struct pg *db,
    const struct exposed_question *q, exposed_take take, void *context);

#endif
