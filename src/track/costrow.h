/* Knows the ledger of costs and the budgets as a screen shows them. */
#ifndef PISTE_TRACK_COSTROW_H
#define PISTE_TRACK_COSTROW_H

#include <stdbool.h>
#include <stddef.h>

#include "track/cost.h"

#define COSTROW_PAGE_MAX 100	/* rows that are read at once */

/* Texts are in the arena; what is not known is empty. */
struct costrow {
	struct str id;
	struct str campaign;	/* empty: overhead that is shared */
	struct str shared_by;
	struct str kind;
	struct str from;
	struct str to;
	struct str amount;	/* below zero: a counter-entry */
	struct str currency;
	struct str supplier;
	struct str reference;
	struct str who;
	struct str corrects;	/* the entry it counters, or stands for */
	struct str why;
	bool is_open;		/* it may be countered */
};
/*
 * The newest first, those before that id, or all of empty; with an entry that
 * one alone.  As pg_run.
 */
struct costrow_wish {
	struct str before;
	struct str entry;
	struct str campaign;
};
MUST_USE enum err costrow_read(struct pg *db, struct arena *a,
    const struct costrow_wish *w, struct costrow **out, size_t *count);

struct costrow_budget {
	struct str campaign;
	struct str from;
	struct str to;
	struct str amount;
	struct str spent;
	struct str left;
	struct str currency;
	bool is_over;
};
/* Those that stand, COSTROW_PAGE_MAX at most, the latest first.  As pg_run. */
MUST_USE enum err costrow_budgets(struct pg *db, struct arena *a,
    struct costrow_budget **out, size_t *count);

/* Campaigns by key, that are not archived, to choose from.  As pg_run. */
MUST_USE enum err costrow_campaigns(struct pg *db, struct arena *a,
    struct str **out, size_t *count);

#endif
