/*
 * Knows what another rule set would have made of the past: how many MQL, how
 * many of the leads that became SQL it holds, and whom it moves.
 */
#ifndef PISTE_LEAD_BACKTEST_H
#define PISTE_LEAD_BACKTEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct pg;
struct score_happening;
struct score_input;
struct score_rules;

/* What a set makes of a lead in a stretch of time. */
struct backtest_way {
	int64_t first_ms;	/* when it was first above; 0: never */
	int64_t mqls;		/* how often it came up, not how it began */
	int32_t points;		/* at the end */
};
/*
 * Follow a lead from since to until.  It is looked at when something happens,
 * right before that, and each midnight (UTC) where waiting may help: where
 * events cost points.  Pure.
 */
void backtest_follow(const struct score_rules *r, const struct score_input *in,
    int64_t since_ms, int64_t until_ms, struct backtest_way *out);

struct backtest_wish {
	const struct score_rules *rules;
	int64_t since_ms;
	int64_t until_ms;
	bool is_json;		/* a line each */
};

#define BACKTEST_SHOWN_MAX 20	/* of whom it moves, in a text */

/*
 * Follow every lead by the rules in force at until and by those wished for,
 * from what was known until then, and write to out whom the change moves and
 * the sums.  Nothing is changed.  Memory is bounded by RESCORE_CHUNK.  As
 * pg_run.
 */
MUST_USE enum err backtest_run(struct pg *db, const struct backtest_wish *w,
    FILE *out);

#endif
