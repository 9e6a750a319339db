/*
 * Knows what an applied definition does to experiments: their moves, phases
 * and epochs, and what of the database's own stays.
 *
 * A definition moves an experiment to the state it names; one that names none,
 * and named none before, leaves it where it is; a new one runs.  Weights and
 * coverage are the definition's when it changes them or a phase begins, else
 * they stay what a bandit or a command made of them.  While an experiment
 * runs or is paused, a new phase begins when its page, seed, filters, layer,
 * holdout, factors, goal, windows or its variants' content change, or its
 * targeting leaves out someone it had; and when a stopped one runs again.
 * Within a phase that has begun, goal, windows, alpha and planned visitors
 * stay.
 */
#ifndef PISTE_PAGE_TRIAL_H
#define PISTE_PAGE_TRIAL_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct buf;
struct pg;
struct site;

/* All within define_apply's transaction. */

/*
 * {"KEY": "stopped"…}: the states to which a definition that names none and
 * named none before does not speak.
 */
MUST_USE enum err trial_kept(struct pg *db, struct arena *a,
    struct str *json);

/* What the experiments of a whole site come to, for the functions below. */
struct trial {
	struct str json;	/* the document that is applied */
	struct str plan;	/* trial_plan's */
	bool is_correction;	/* changed texts begin no phase */
};
struct str trial_plan(struct arena *a, const struct site *s);

/*
 * Before pages are written: a line for each move that isn't allowed, and for
 * each page whose arms a correction would change, *refused of them.
 */
MUST_USE enum err trial_refuse(struct pg *db, const struct trial *t,
    FILE *complaints, size_t *refused);
/*
 * Once pages are written: the experiments, running or paused, whose variants'
 * content has changed, as "a, b"; empty for none.
 */
MUST_USE enum err trial_reworded(struct pg *db, struct arena *a,
    const struct trial *t, struct str *keys);
/* Then too: a line for each change of what a phase keeps, *refused of them. */
MUST_USE enum err trial_fixed(struct pg *db, const struct trial *t,
    FILE *complaints, size_t *refused);
/* Write them, and their moves; a JSON line each to changes. */
MUST_USE enum err trial_write(struct pg *db, const struct trial *t,
    struct buf *changes);

#endif
