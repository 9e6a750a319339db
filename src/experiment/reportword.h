/* Knows what figures, reasons and states are called, in each language. */
#ifndef PISTE_EXPERIMENT_REPORTWORD_H
#define PISTE_EXPERIMENT_REPORTWORD_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

/* Headings and labels. */
enum reportword {
	REPORTWORD_ARM, REPORTWORD_VISITORS, REPORTWORD_CONVERSIONS,
	REPORTWORD_RATE, REPORTWORD_VALUE, REPORTWORD_INTERVAL,
	REPORTWORD_LIFT, REPORTWORD_ANY_TIME, REPORTWORD_BEST,
	REPORTWORD_LOSS, REPORTWORD_CONSENTED, REPORTWORD_SO_FAR,
	REPORTWORD_COUNTED, REPORTWORD_ASIDE, REPORTWORD_OF, REPORTWORD_WEIGHTS,
	REPORTWORD_NEXT_WEIGHTS, REPORTWORD_EVEN, REPORTWORD_GAIN,
	REPORTWORD_AGAINST, REPORTWORD_SPLIT, REPORTWORD_SPLIT_GOOD,
	REPORTWORD_SPLIT_BAD, REPORTWORD_SPLIT_RUNNING,
	REPORTWORD_ACTIVATED, REPORTWORD_LEFT,
	REPORTWORD_LEFT_NONE, REPORTWORD_LEFT_NEVER,
	REPORTWORD_RAIL, REPORTWORD_MARGIN, REPORTWORD_BREACHED,
	REPORTWORD_EXCLUDED, REPORTWORD_SHRUNK, REPORTWORD_SHRUNK_NOTE,
	REPORTWORD_FACTORS, REPORTWORD_TERM, REPORTWORD_P_HOLM,
	REPORTWORD_ALIASES, REPORTWORD_BEST_CELL, REPORTWORD_PHASE,
	REPORTWORD_GOAL, REPORTWORD_AS_OF, REPORTWORD_CLOSED,
	REPORTWORD_UNKNOWN, REPORTWORD_OTHERS, REPORTWORD_COUNT
};
struct str reportword_in(enum reportword w, enum lang l);

/* What is counted: "1 visitor", "2 visitors", and in French "0 visiteur". */
enum reportword_unit {
	REPORTWORD_VISITOR, REPORTWORD_VIEW, REPORTWORD_CONVERSION,
	REPORTWORD_LEAD, REPORTWORD_DAY, REPORTWORD_WEEK
};
struct str reportword_unit(enum reportword_unit u, int64_t n, enum lang l);

/*
 * What the database calls by that name: a state, a goal, a guardrail's metric,
 * a reason not to count or for quarantine, a dimension of segments, a device.
 * A name that is none of these comes back as it is.
 */
struct str reportword_of(struct str name, enum lang l);
/* Likewise a verdict, in a few words. */
struct str reportword_verdict(struct str name, enum lang l);

#endif
