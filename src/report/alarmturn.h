/*
 * Knows the alarms about figures: judges each day once when it is over, keeps
 * what is out of its band, and tells whoever minds it what is new, in one
 * transaction and one letter.
 */
#ifndef PISTE_REPORT_ALARMTURN_H
#define PISTE_REPORT_ALARMTURN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/lang.h"
#include "base/str.h"
#include "report/gather.h"

struct pg;

#define ALARMTURN_LOOK_MS 60000		/* between two looks at the clock */
#define ALARMTURN_FOUND_MAX 100		/* of a day; others are not kept */
#define ALARMTURN_LINES_MAX 30		/* of a letter */
#define ALARMTURN_COUNTS_MAX 8		/* kinds */

/* Zeroed but for what is said of it; kept from turn to turn. */
struct alarmturn {
	struct gather_wish wish;
	struct str to;		/* who is told; or nobody */
	enum lang lang;
	int64_t look_at_ms;	/* by clock_mono_ms: not before */
};

/* By the servers' rights.  *done is how many alarms are new; as pg_run. */
MUST_USE enum err alarmturn_run(struct pg *db, struct alarmturn *t,
    int64_t *done);

/* A line for each that stands, or for all; as pg_run. */
MUST_USE enum err alarmturn_list(struct pg *db, bool has_ended, bool is_json,
    FILE *out);

/* How many stand, by kind, for the metrics; kind is a constant. */
struct alarmturn_count {
	const char *kind;
	int64_t alarms;
};
MUST_USE enum err alarmturn_counts(struct pg *db,
    struct alarmturn_count out[ALARMTURN_COUNTS_MAX], size_t *count);

#endif
