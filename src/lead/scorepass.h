/*
 * Knows how leads are scored anew: all of them, in steps, and those of whom
 * there is something new.
 */
#ifndef PISTE_LEAD_SCOREPASS_H
#define PISTE_LEAD_SCOREPASS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct pg;

#define SCOREPASS_SLICE 100		/* leads that are written at once */
#define SCOREPASS_DUE_MAX 100		/* persons of a turn */

/* How far a pass over all open leads has come; all zero at its beginning. */
struct scorepass {
	int64_t after;		/* that person */
	int64_t last;		/* its end, too; 0: there is none before all */
	int64_t leads;		/* looked at */
	int64_t changed;
	int64_t mqls;		/* came up */
};
/*
 * One step of a pass of one's own; *is_over when that was the last.  What does
 * not change is not written, nor is what was scored later by others.  As
 * pg_run.
 */
MUST_USE enum err scorepass_turn(struct pg *db, struct scorepass *pass,
    bool *is_over);

#define SCOREPASS_LANES_MAX 8
/*
 * Make a pass whole, in so many lanes: a part of the persons, a thread and a
 * connection of its own each, db of that number; pass is their sum.  As pg_run
 * of the first lane in which it went wrong.
 */
MUST_USE enum err scorepass_run(struct pg *const db[], size_t lanes,
    struct scorepass *pass);

/* The pass that workers make together, one a day. */
#define SCOREPASS_HOURS 24
struct scorepass_told {
	bool has_more;
	bool is_over;		/* that was the last step */
	struct scorepass pass;	/* since its beginning */
};
/*
 * One step of it, unless none is due or another worker is at it.  It goes on
 * where it was left, whoever stopped.  As pg_run.
 */
MUST_USE enum err scorepass_daily(struct pg *db, struct scorepass_told *told);

/*
 * Score leads of persons of whom there is something new.  *done is how many
 * notes of that were settled: 0 also while another worker is at it.  Who is
 * noted anew meanwhile stays noted, as does whose queue row somebody is at:
 * that one may have read before.  As pg_run.
 */
MUST_USE enum err scorepass_due(struct pg *db, int64_t *done);

#endif
