/*
 * Knows how a report's figures are gathered, by track/kpi, so that they are
 * what piste kpi says; and the counts below them that alarms judge.
 */
#ifndef PISTE_REPORT_GATHER_H
#define PISTE_REPORT_GATHER_H

#include "base/str.h"
#include "report/alarm.h"
#include "report/bulletin.h"

struct arena;
struct pg;

#define GATHER_ARENA_BYTES_MAX ((size_t)256 << 20)
#define GATHER_SERIES_MAX 400	/* with most visitors; others are not judged */

/* What holds for all of it. */
struct gather_wish {
	struct str currency;
	struct str zone;
	bool is_synthetic;	/* of invented offers, instead of real ones */
};

/* The report of the period from begins; as kpi_read. */
MUST_USE enum err gather_bulletin(struct pg *db, struct arena *a,
    const struct gather_wish *w, enum bulletin_period period,
    struct str from, struct bulletin *out);

/* Of a campaign or a page, day by day. */
struct gather_series {
	struct str name;	/* empty: the site */
	struct alarm_day conversion[ALARM_DAYS];	/* by form, visitors */
	struct alarm_day cost[ALARM_DAYS];		/* leads, cents */
	struct alarm_day robots[ALARM_DAYS];		/* robots', all views */
};
struct gather_found {
	struct gather_series *series;
	size_t count;
};
/*
 * ALARM_DAYS days, the last of them named; by "campaign" or "page", or the
 * site alone.  As pg_run.
 */
MUST_USE enum err gather_days(struct pg *db, struct arena *a,
    const struct gather_wish *w, const char *split, struct str last,
    struct gather_found *out);

#endif
