/* Knows `piste events analyze --jsonl`: a log in JSON, counted by the rules. */
#ifndef PISTE_EXPERIMENT_RULESLINE_H
#define PISTE_EXPERIMENT_RULESLINE_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"

struct jsonline;

#define RULESLINE_EVENTS_MAX 100000	/* of one line */
#define RULESLINE_LEAD_BYTES_MAX 256
#define RULESLINE_WINDOW_S_MAX 1e9
#define RULESLINE_T_MAX 1e15		/* either side of 0 */

/*
 * Inputs: variations (1 to RULES_ARMS_MAX), window_s, qualify_window_s, as_of
 * (without: whatever there is), mature_only (false), events in any order,
 * each with t, perhaps seq, and by its type:
 *
 *	exposure			visitor, variation, flags: bot or
 *		is_bot; prefetch, is_prefetch, prerender or is_prerender;
 *		preview or is_preview
 *	activate, activation		visitor
 *	conversion			visitor, perhaps lead; flags: spam or
 *		is_spam
 *	spam				lead
 *	mql, sql, qualified, qualify	lead
 *	stage				lead, and stage: mql or sql, others
 *		say nothing
 *
 * A flag is up when it is true or 1.  Events of other types say nothing to the
 * rules, nor do other members.  The answer has the counts of rules.h, those
 * by arm as lists, the others in "excluded".
 */
json_t *rulesline_answer(struct jsonline *q);

/* That for every line: jsonline_run. */
MUST_USE enum err rulesline_run(FILE *in, FILE *out);

#endif
