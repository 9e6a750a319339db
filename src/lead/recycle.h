/*
 * Knows how leads that came to nothing come up again: lost ones go back to
 * nurturing, and what a rule of the site names wakes them; and what came of
 * that.  What is due is piste.recycle_due()'s.
 */
#ifndef PISTE_LEAD_RECYCLE_H
#define PISTE_LEAD_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct pg;

#define RECYCLE_STEP_MAX 200	/* leads looked at in one transaction */

/* How far a pass over leads laid aside has come; all zero at its beginning. */
struct recycle {
	int64_t after;
	int64_t laid;		/* newly noted */
	int64_t moved;		/* back to nurturing, or up again */
};
/*
 * One step of a pass; *is_over when that was the last.  Safe to repeat and to
 * be killed anywhere.  As pg_run.
 */
MUST_USE enum err recycle_turn(struct pg *db, struct recycle *pass,
    bool *is_over);

/* Days like 2026-12-31, both of them included, in the site's zone. */
struct recycle_wish {
	struct str from;
	struct str to;
	bool is_synthetic;
};
/* Of the leads laid aside then, by one rule or all. */
struct recycle_figure {
	struct str rule;	/* empty: the sum */
	int64_t laid;
	int64_t asleep;		/* still aside */
	int64_t by_date;
	int64_t by_download;
	int64_t by_score;
	int64_t sqls;		/* of those woken, or further */
	int64_t customers;
	struct str days_aside;	/* medians of those woken; empty: none was */
	struct str days_old;
	int64_t mails;
	struct str cost;	/* in the site's currency */
	struct str won;		/* {"EUR": "1200.00"}; empty: nothing */
};
/* In a; the sum is the last.  As pg_run; ERR_INPUT: such days there are not. */
MUST_USE enum err recycle_read(struct pg *db, struct arena *a,
    const struct recycle_wish *w, struct recycle_figure **out,
    size_t *count);

#endif
