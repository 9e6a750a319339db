/*
 * Knows what campaigns cost: a ledger that is only added to, corrections by
 * counter-entries, overhead that several campaigns share, and budgets.
 *
 * Amounts are text and numeric, never floating.  A cost of some days is spread
 * over them evenly, overhead over those who share it by the largest remainder
 * (Hamilton's method), both in whole cents: sums over any split are the
 * ledger's.  What is in different currencies is never added up.
 */
#ifndef PISTE_TRACK_COST_H
#define PISTE_TRACK_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct pg;

#define COST_ENTRIES_MAX 20000		/* of one file */
#define COST_AMOUNT_BYTES_MAX 15	/* 12 digits, a point, 2 digits */
#define COST_SUPPLIER_BYTES_MAX 200
#define COST_REFERENCE_BYTES_MAX 100
#define COST_WHO_BYTES_MAX 200
#define COST_WHY_BYTES_MAX 2000

/* "media", "supplier", …; NULL beyond the last. */
const char *cost_kind(size_t kind);
/* What overhead is shared by: "spend", …; NULL beyond the last. */
const char *cost_share(size_t share);

struct cost_entry {
	uint64_t line;		/* of its file, or 0 */
	struct str campaign;	/* empty: all real ones share it */
	struct str shared_by;	/* empty: it is that campaign's own */
	struct str kind;
	struct str from;
	struct str to;		/* empty: that day alone */
	struct str amount;
	struct str currency;
	struct str supplier;	/* may be empty */
	struct str reference;	/* may be empty */
	bool is_again;		/* another one that says the same */
};

/*
 * Rewrite an amount and days as people type them as the ledger has them, in a:
 * 1200,5 becomes 1200.50, 31/12/2026 becomes 2026-12-31.  NULL, or what is
 * wrong with the entry by itself: kind, share, days, amount, currency, texts.
 */
const char *cost_judge(struct arena *a, struct cost_entry *e);

/*
 * An amount above zero, or at least zero, to the cent, in a: up to 12 digits,
 * perhaps with blanks between groups of three, and behind a point or a comma
 * one or two more.  Empty if it is none.
 */
struct str cost_amount(struct arena *a, struct str typed, bool may_be_zero);

enum cost_change { COST_NEW, COST_KNOWN, COST_REFUSED };
struct cost_told {
	uint64_t line;
	enum cost_change change;
	struct str id;		/* empty: it was not entered */
	struct str problem;	/* of COST_REFUSED */
};

struct cost_batch {
	const struct cost_entry *entry;	/* all judged */
	size_t entries;
	bool is_file;		/* else a command's */
	bool is_anyway;		/* although a campaign is over or archived */
	bool is_trial;		/* enter nothing */
	struct str who;
};
/*
 * Enter all of them, or none when one is refused: an entry that is there, with
 * as many that say the same as there are up to it in the batch, is known and
 * not entered again.  told has room for each, in a.  As pg_run.
 */
MUST_USE enum err cost_take(struct pg *db, struct arena *a,
    const struct cost_batch *b, struct cost_told *told);

struct cost_correction {
	struct str entry;
	struct str amount;	/* what is right; empty: nothing is */
	struct str why;
	struct str who;
};
/*
 * Counter an entry; *counter and *right (empty without amount) are their ids,
 * in a.  ERR_INPUT: pg_message says why not.
 */
MUST_USE enum err cost_correct(struct pg *db, struct arena *a,
    const struct cost_correction *c, struct str *counter, struct str *right);

struct cost_budget {
	struct str campaign;
	struct str amount;	/* zero: none any more */
	struct str from;
	struct str to;
	struct str currency;
	struct str who;
	bool is_anyway;
};
/* As cost_judge, of its amount, currency and days. */
const char *cost_judge_budget(struct arena *a, struct cost_budget *b);
/*
 * *told is "new", "changed", "removed" or "unchanged", borrowed until the next
 * call on db.  ERR_INPUT: pg_message says why not.
 */
MUST_USE enum err cost_put_budget(struct pg *db, const struct cost_budget *b,
    struct str *told);

/* Days both included; empty texts: any. */
struct cost_wish {
	struct str campaign;
	struct str from;
	struct str to;
	struct str currency;	/* of a tree */
	bool is_synthetic;	/* of a tree: of invented offers */
	bool is_json;
};
/* Entries that touch those days, in their order, a line each. */
MUST_USE enum err cost_list(struct pg *db, const struct cost_wish *w,
    FILE *out);
/* Budgets that stand, and what is left of them, a line each. */
MUST_USE enum err cost_budgets(struct pg *db, const struct cost_wish *w,
    FILE *out);

struct cost_node {
	struct str campaign;	/* empty: of nobody, or all */
	bool is_all;
	uint32_t depth;
	struct str own;		/* amounts */
	struct str shared;	/* its part of overhead */
	struct str whole;	/* both, and of all below it */
};
/*
 * What campaigns cost, each below the one it is a part of, the sum last; in a.
 * *others: currencies that are not in it, "CHF USD".
 */
MUST_USE enum err cost_read_tree(struct pg *db, struct arena *a,
    const struct cost_wish *w, struct cost_node **node, size_t *nodes,
    struct str *others);

#endif
