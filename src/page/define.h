/*
 * Knows how a site definition gets into PostgreSQL and out again: whole or
 * not at all, each change told.
 */
#ifndef PISTE_PAGE_DEFINE_H
#define PISTE_PAGE_DEFINE_H

#include <stdio.h>

#include "base/str.h"
#include "page/merge.h"

struct arena;
struct pg;

/* What a changed text of a running variant is. */
enum define_text {
	DEFINE_NEW_PHASE,	/* something else to be compared */
	DEFINE_CORRECTION,	/* the same: its phase goes on */
	DEFINE_ASK,		/* for somebody to say: nothing is applied */
};

struct define {
	struct str json;
	merge_judge *judge;	/* of scenarios; NULL: there are none */
	enum define_text text;
	FILE *out;
	FILE *complaints;
};

/*
 * Validate d's JSON and apply it in one transaction.  out gets a JSON line per
 * change: {"what":"page","key":…,"change":"created"|"changed"|"unchanged"};
 * complaints a line per mistake: "$.path: reason".  What the document does not
 * name stays.  A page whose content changed gets the next revision; what
 * happens to experiments is trial.h's, and told: "phase" and "because"
 * (content, correction, page, seed, filters, factors, targeting, goal, window,
 * restart).  A page that names no control keeps the one it has.  With
 * DEFINE_ASK *asked may name experiments ("a, b") whose text changed: then
 * nothing was applied; it is empty otherwise.  ERR_INPUT, ERR_AWAY.
 */
MUST_USE enum err define_run(struct pg *db, struct arena *a,
    const struct define *d, struct str *asked);
/*
 * From here until the end of the transaction the site is ours alone, whoever
 * applies or moves an experiment; half a minute is waited for it.  As pg_run.
 */
MUST_USE enum err define_hold(struct pg *db);
/*
 * The same within a transaction, which the caller commits; or rolls back when
 * it fails or asks.  d->out is not told: out->changes is for that.
 */
struct define_answer {
	struct str asked;
	struct str changes;	/* a JSON line each, in a */
};
MUST_USE enum err define_within(struct pg *db, struct arena *a,
    const struct define *d, struct define_answer *out);
/* define_run with DEFINE_NEW_PHASE. */
MUST_USE enum err define_apply(struct pg *db, struct arena *a,
    struct str json, FILE *out, FILE *complaints);

/* The document that define_apply would accept to get this site again. */
MUST_USE enum err define_export(struct pg *db, struct arena *a,
    struct str *json);
/* The same with "state", for the snapshot. */
MUST_USE enum err define_snapshot(struct pg *db, struct arena *a,
    struct str *json);

#endif
