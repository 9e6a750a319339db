/*
 * Knows which touches led to the leads of a time, and what each model of
 * track/model.h credits channels, campaigns or sources with.
 *
 * The path of a lead is its touches as piste.touch has them: until the lead
 * was made, or for customers and margin until the order, of others until now.
 * Won are all leads; or those that became customers; or orders, by margin.
 */
#ifndef PISTE_TRACK_CREDIT_H
#define PISTE_TRACK_CREDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "track/model.h"

struct arena;
struct pg;

#define CREDIT_UNIT 100	/* credits are in hundredths, or cents */

/* "channel", "campaign", …; NULL beyond the last. */
const char *credit_split(size_t split);

enum credit_of { CREDIT_LEADS, CREDIT_CUSTOMERS, CREDIT_MARGIN };

/* Days like 2026-12-31, both of them included, of when leads were made. */
struct credit_wish {
	struct str split;
	enum credit_of of;
	struct str from;
	struct str to;
	struct str zone;	/* whose days: "Europe/Paris" */
	struct str currency;	/* of margin */
	bool is_synthetic;	/* of invented offers */
};

struct credit_cell {
	struct str name;	/* empty: not known; "*": all others */
	int64_t credit[MODEL_KINDS];
};
/* The cells sum to won or margin, by each model. */
struct credit {
	int64_t leads;
	int64_t won;
	int64_t total;		/* in hundredths, or cents */
	int64_t unknown;	/* orders with no margin in that currency */
	int64_t quarantined;	/* forms of these days, in no figure */
	struct credit_cell *cell;	/* by the linear model, most first */
	size_t cells;
};
/*
 * In a.  As pg_run; ERR_INPUT: no such days or zone, see pg_message.  db's
 * session waits ten minutes for an answer from then on.
 */
MUST_USE enum err credit_read(struct pg *db, struct arena *a,
    const struct credit_wish *w, struct credit *out);

#endif
