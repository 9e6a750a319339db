/*
 * Knows what leads may bring and what they brought: opportunities and orders
 * with amount, margin, day and reference, each correction kept.
 */
#ifndef PISTE_LEAD_DEAL_H
#define PISTE_LEAD_DEAL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

struct pg;

#define DEAL_AMOUNT_BYTES_MAX 16	/* 12 digits, a point, 2 digits, sign */
#define DEAL_REF_BYTES_MAX 100
#define DEAL_WHY_BYTES_MAX 2000
#define DEAL_WHO_BYTES_MAX 200

enum deal_kind { DEAL_OPPORTUNITY, DEAL_WIN };

/*
 * Is it an amount: 1 to 12 digits, then perhaps a point and one or two more?
 * A margin may have a minus before it.  Never a floating number, so none is
 * rounded.
 */
bool deal_is_amount(struct str typed);
bool deal_is_margin(struct str typed);

struct deal_wish {
	struct str lead;
	enum deal_kind kind;
	struct str amount;
	struct str currency;
	/* Empty, of a correction: as they were. */
	struct str margin;	/* else not known */
	struct str day;		/* 2026-12-31; else none, of a win today */
	struct str order;	/* of a win alone */
	struct str why;		/* of a correction; empty: it is none */
	struct str who;
	struct str site_currency;
};
/*
 * Keep it and move the lead there; *told is "new", "corrected" or "unchanged",
 * borrowed until the next call on db.  ERR_INPUT: pg_message says why not, and
 * nothing is done.
 */
MUST_USE enum err deal_put(struct pg *db, const struct deal_wish *wish,
    struct str *told);

/* An order is taken back; reason is piste.lead_reason's, note may be empty. */
struct deal_end {
	struct str lead;
	struct str who;
	struct str reason;
	struct str note;
};
/* The lead is an opportunity again.  ERR_INPUT: pg_message says why not. */
MUST_USE enum err deal_cancel(struct pg *db, const struct deal_end *end);

/*
 * Everything that was said of a lead's opportunity and order, what stands and
 * what does not.  ERR_ABSENT: there is no such lead.
 */
MUST_USE enum err deal_show(struct pg *db, struct str lead, bool is_json,
    FILE *out);

#endif
