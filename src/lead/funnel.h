/*
 * Knows how many of those who came got how far, from a visitor to an order,
 * by whatever the leads of a time can be split by.
 *
 * A lead counts where it was made, not where it is now: what became of the
 * leads of a week or a campaign is that cohort's, however late.  It counts for
 * a stage once it has reached it; a customer is one as long as the order
 * stands, and one person is one customer, by the first order.  Cohorts that
 * are young are marked, and their customers are compared with mature leads
 * alone: a lead is mature when as many days have passed as nine of ten orders
 * of the last two years needed (90 days while there are fewer than 20).
 */
#ifndef PISTE_LEAD_FUNNEL_H
#define PISTE_LEAD_FUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

/* With most leads, all others are one; of days, weeks and months all. */
#define FUNNEL_CELLS_MAX 100
#define FUNNEL_UNKNOWN INT64_C(-1)

/* "campaign", "week", …; NULL beyond the last. */
const char *funnel_split(size_t split);

/* Days like 2026-12-31, both of them included, in the site's zone. */
struct funnel_wish {
	struct str split;	/* of funnel_split */
	struct str from;
	struct str to;
	bool is_synthetic;	/* of invented offers, instead of real ones */
};

enum funnel_kind { FUNNEL_CELL, FUNNEL_NAMELESS, FUNNEL_OTHERS, FUNNEL_TOTAL };
struct funnel_cell {
	enum funnel_kind kind;	/* nameless: nobody knows of what */
	struct str name;	/* of a FUNNEL_CELL */
	int64_t visitors;	/* people who came, or FUNNEL_UNKNOWN */
	int64_t visits;		/* pages shown to humans, or FUNNEL_UNKNOWN */
	int64_t leads;
	int64_t mqls;
	int64_t sqls;
	int64_t opportunities;
	int64_t customers;
	int64_t young;		/* leads that are not mature */
	int64_t mature_customers;	/* of the leads that are */
	struct str days;	/* median from lead to order; empty: no order */
	struct str won;		/* {"EUR": "1200.00"}; empty: nothing */
};
struct funnel {
	int64_t mature_days;
	int64_t quarantined;	/* forms of that time, in no cell */
	struct funnel_cell *cell;	/* the total is the last */
	size_t cells;
};
/* In a.  ERR_INPUT: such days there are not, or too many; else as pg_run. */
MUST_USE enum err funnel_read(struct pg *db, struct arena *a,
    const struct funnel_wish *w, struct funnel *out);

/* "12.3 %", or "n/a" of nothing or of what nobody knows; in a. */
struct str funnel_percent(struct arena *a, int64_t part, int64_t of);
/* The same as JSON: 0.1235, or "n/a". */
struct str funnel_json(struct arena *a, int64_t part, int64_t of);

#endif
