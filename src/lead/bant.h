/*
 * Knows what four answers (budget, authority, need, timing) make of a lead.
 * Pure.
 */
#ifndef PISTE_LEAD_BANT_H
#define PISTE_LEAD_BANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define BANT_VALUE_BYTES_MAX 64
#define BANT_TIMING_DAYS 90	/* later than that is not ripe */
#define BANT_TIMING_DAYS_MAX 3650

enum bant_topic { BANT_BUDGET, BANT_AUTHORITY, BANT_NEED, BANT_TIMING };
#define BANT_TOPICS 4
/* "budget", …; NULL beyond the last. */
const char *bant_topic_name(size_t topic);
MUST_USE enum err bant_topic_parse(struct str name, enum bant_topic *out);

enum bant_word { BANT_UNKNOWN, BANT_YES, BANT_NO, BANT_NUMBER };
struct arena;
struct bant_answer {
	enum bant_word word;
	int64_t number;	/* of budget: an amount; of timing: 20261231 */
};
/*
 * An answer as people type it: "yes" or "no" (of timing: "now" for yes), an
 * amount in the site's currency for a budget, with blanks between groups of
 * three and two decimals at will (whole units count), a date that exists for
 * timing.  "unknown" takes back what was answered.
 */
MUST_USE enum err bant_parse(struct arena *a, enum bant_topic topic,
    struct str typed, struct bant_answer *out);
/* As it is kept: typed, or what a number is; in a or borrowed. */
struct str bant_text(struct arena *a, enum bant_topic topic,
    struct str typed, const struct bant_answer *answer);

/* An offer's thresholds. */
struct bant_rule {
	struct str offer;
	int64_t budget_min;		/* a smaller amount is no budget */
	uint32_t timing_days_max;	/* until then it is time */
	uint32_t good_min;		/* good answers that make an SQL */
};
/* What holds for an offer nobody gave thresholds. */
struct bant_rule bant_rule_default(void);

enum bant_outcome {
	BANT_INCOMPLETE,	/* something is still to be asked */
	BANT_READY,		/* SQL may be accepted */
	BANT_LATER,		/* nurturing, until the date if there is one */
	BANT_DISQUALIFIED,
};
struct bant_verdict {
	enum bant_outcome outcome;
	const char *reason;	/* "no-budget", "no-need", "too-early"; "" */
	int64_t until;		/* 20270301; 0: nobody said */
	uint32_t good;
	bool is_missing[BANT_TOPICS];	/* neither good nor refused */
};
/*
 * No need and no budget disqualify, whatever else was answered; then a time
 * that is later, or never, sends to nurturing.  last_day is today plus the
 * rule's timing_days_max, as a date_parse day.
 */
void bant_decide(const struct bant_rule *r,
    const struct bant_answer answer[BANT_TOPICS], int64_t last_day,
    struct bant_verdict *out);

#endif
