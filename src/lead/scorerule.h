/*
 * Knows how a rule set is written as JSON, judges one whole, and has the one
 * that is built in.  Pure.
 *
 *	{"mql": {"score": 60, "fit": 0, "engagement": 10},
 *	 "grades": {"hot": 70, "warm": 40, "recent_days": 14,
 *	   "timing_days": 90},
 *	 "groups": [{"key": "web", "part": "engagement", "cap": 30,
 *	   "floor": -20, "within": "behaviour"}],
 *	 "rules": [
 *	   {"key": "a", "group": "fit", "points": 5, "fact": "phone",
 *	     "given": true},
 *	   {"key": "b", …, "fact": "country", "in": ["FR", "BE"]},
 *	   {"key": "c", …, "fact": "job_title", "words": ["chef de projet"]},
 *	   {"key": "d", "group": "fit", "fact": "employees", "bands":
 *	     [{"from": 1, "below": 50, "points": 2}, {"from": 50, …}]},
 *	   {"key": "e", "group": "web", "points": 8, "event":
 *	     "page_meaningful", "name": "prices", "half_life_days": 14}]}
 *
 * A fact is one of score_fact_name's, with values as scorefact has them, or a
 * form's field.  Of mql's, fit and
 * engagement are asked only where they are there.
 */
#ifndef PISTE_LEAD_SCORERULE_H
#define PISTE_LEAD_SCORERULE_H

#include <stdio.h>

#include "base/str.h"

struct arena;
struct score_rules;

#define SCORERULE_BYTES_MAX ((size_t)256 << 10)
#define SCORERULE_POINTS_MAX 100	/* of one rule, either way */
#define SCORERULE_CAP_MAX 1000
#define SCORERULE_DAYS_MAX 3650
#define SCORERULE_WORDS_MAX 100
#define SCORERULE_BANDS_MAX 20

/*
 * Read json into *out, in a.  ERR_INPUT: complaints has a line for each
 * mistake, "$.rules[3].points: …": what is unknown or missing, out of range
 * or there twice, a word that its fact never is, bands that overlap, groups
 * within themselves, thresholds that can't be reached.
 */
MUST_USE enum err scorerule_read(struct arena *a, struct str json,
    FILE *complaints, const struct score_rules **out);

/* The built-in set, and how it is written. */
const struct score_rules *scorerule_builtin(struct arena *a);
struct str scorerule_builtin_text(void);

#endif
