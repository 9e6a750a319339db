/*
 * Knows the figures of a time, by whatever they can be split by: how many
 * came, became what, cost and brought what.  Each has its definition beside
 * it, in both languages.
 *
 * Days are the site's (setting time_zone).  Visitors and costs count on their
 * own day, a lead with all that becomes of it on the day it was made, as in
 * piste.funnel().  Counts are kept by day and cell in piste.figure_day, and
 * counted anew whenever anything of that day changes.  Money is in cents until
 * it is divided, and what is in another currency is not in it.
 */
#ifndef PISTE_TRACK_KPI_H
#define PISTE_TRACK_KPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct pg;

#define KPI_CELLS_MAX 100	/* with most leads; all others are one */
#define KPI_DAILY_DAYS_MAX 400	/* of a wish by day: see figure_wish() */
#define KPI_TURN_DAYS_MAX 7	/* counted in one turn, but for costs */
#define KPI_WAITS_MAX 10	/* turns that another's counting may last */
#define KPI_UNKNOWN INT64_C(-1)	/* for kpi_value.part and of */

enum kpi_figure {
	KPI_VIEWS, KPI_VISITORS, KPI_ROBOTS, KPI_BOUNCE,
	KPI_LEADS, KPI_CONVERSION, KPI_DOWNLOADS, KPI_CONSENTED,
	KPI_MQLS, KPI_SQLS, KPI_OPPORTUNITIES, KPI_CUSTOMERS,
	KPI_MQL_RATE, KPI_SQL_RATE, KPI_TRANSFORMATION,
	KPI_COST, KPI_COST_VISITOR, KPI_COST_LEAD, KPI_COST_MQL,
	KPI_COST_SQL, KPI_COST_CUSTOMER,
	KPI_TURNOVER, KPI_MARGIN, KPI_LEAD_VALUE, KPI_ROI,
	KPI_CONTACT_TIME, KPI_ORDER_TIME,
};
#define KPI_FIGURES (KPI_ORDER_TIME + 1)

enum kpi_unit { KPI_COUNT, KPI_SHARE, KPI_MONEY, KPI_MINUTES, KPI_DAYS };

struct kpi_definition {
	const char *key;	/* "cost_per_lead" */
	enum kpi_unit unit;
	bool ripens;		/* grows while leads are young */
	const char *name[LANG_COUNT];
	const char *text[LANG_COUNT];
};
const struct kpi_definition *kpi_definition(enum kpi_figure figure);
/* "count", "share", "money", "minutes" or "days". */
const char *kpi_unit(enum kpi_unit unit);

/* "campaign", "week", …; NULL beyond the last. */
const char *kpi_split(size_t split);

/* Days like 2026-12-31, both of them included, in the site's zone. */
struct kpi_wish {
	struct str split;	/* of kpi_split; empty: the sum alone */
	struct str from;
	struct str to;
	struct str currency;	/* "EUR" */
	struct str zone;	/* "Europe/Paris" */
	bool is_synthetic;	/* of invented offers, instead of real ones */
	/* Also the period before: as many days, or of whole months months. */
	bool has_before;
	bool is_recount;	/* from what happened, not from sums by day */
};

/*
 * A share is a fraction (0.0345), money in the wish's currency.  The interval,
 * at 95 %: of a share of people that of base/wilson.h; of a cost per lead and
 * its like, the cost over the score limits of a Poisson count n,
 * n + z^2/2 -+ z sqrt(n + z^2/4).
 */
struct kpi_value {
	bool is_known;		/* false: n/a, and only part and of hold */
	bool is_immature;	/* it ripens, and leads in it are young */
	bool has_interval;
	double number;
	double low;
	double high;		/* infinite for a cost of nobody */
	int64_t part;		/* what is divided (money: cents), … */
	int64_t of;		/* … by what; KPI_UNKNOWN for a count */
	struct str text;	/* number, exact: "17", "0.0345", "5.00" */
};

enum kpi_kind { KPI_CELL, KPI_NAMELESS, KPI_OTHERS, KPI_TOTAL };
struct kpi_cell {
	enum kpi_kind kind;	/* nameless: nobody knows of what */
	struct str name;	/* of a KPI_CELL */
	int64_t young;		/* leads that are not mature */
	struct kpi_value value[KPI_FIGURES];
	/*
	 * With has_before; n/a where there is nothing to compare.  A day,
	 * week or month is compared with the one that stands where it does in
	 * the period before.
	 */
	struct kpi_value before[KPI_FIGURES];
	/* Of before, as a share; of what ripens while immature: n/a. */
	struct kpi_value change[KPI_FIGURES];
};
struct kpi {
	int64_t mature_days;
	int64_t waiting;	/* changes that are not in the sums yet */
	int64_t quarantined;	/* forms of these days, in no figure */
	struct str before_from;	/* of has_before */
	struct str before_to;
	struct str others;	/* currencies left out: "CHF USD" */
	struct kpi_cell *cell;	/* the total is the last */
	size_t cells;
};

/*
 * In a.  ERR_INPUT: there are no such days, no such zone or too many days,
 * and pg_message says so; else as pg_run.
 */
MUST_USE enum err kpi_read(struct pg *db, struct arena *a,
    const struct kpi_wish *w, struct kpi *out);

/*
 * Count up to KPI_TURN_DAYS_MAX days anew in which something has changed, and
 * costs of up to a quarter; *done is the larger number of days, *left how many
 * more there are.  When the zone is another one than the last time, all days
 * change.  While another counts it is waited for, as long as lock_timeout of
 * db's session says; then *done is 0, and *left not.  As pg_run; ERR_INPUT: no
 * such zone.
 */
MUST_USE enum err kpi_turn(struct pg *db, struct str zone, int64_t *done,
    int64_t *left);
/*
 * Count what has changed since somebody last did, so that a day which is over
 * is whole, in at most so many turns, and at most KPI_WAITS_MAX in which
 * another counted; *left says how many days there are still.  Outside of a
 * transaction; as kpi_turn.
 */
MUST_USE enum err kpi_catch_up(struct pg *db, struct str zone, int turns,
    int64_t *left);
/*
 * Partitions for the days to come, and none for years that were over months
 * before.  As pg_run.
 */
MUST_USE enum err kpi_upkeep(struct pg *db, int64_t months);
/* From the next turn on count all days anew.  As pg_run. */
MUST_USE enum err kpi_rebuild(struct pg *db);

/* For people: "1234", "12.3 %", "5.00 EUR", "2.4 h", "n/a"; in a. */
struct str kpi_text(struct arena *a, enum kpi_unit unit,
    const struct kpi_value *v, struct str currency);

#endif
