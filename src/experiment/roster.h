/* Knows which experiments there are, and what may be done with each. */
#ifndef PISTE_EXPERIMENT_ROSTER_H
#define PISTE_EXPERIMENT_ROSTER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct pg;

/* A JSON line for each, in the site's order.  Errors as pg_run. */
MUST_USE enum err roster_json(struct pg *db, FILE *out);

/* Text for people, to be written. */
struct roster {
	struct arena *arena;
	enum lang lang;
	FILE *out;
};
/* A few words about each, in the site's order.  Errors as pg_run. */
MUST_USE enum err roster_list(struct pg *db, const struct roster *o);
/*
 * One, with everything that was decided about it.  ERR_ABSENT: there is none
 * of that key; else as pg_run.
 */
MUST_USE enum err roster_show(struct pg *db, struct str key,
    const struct roster *o);

/* Where it stands. */
struct roster_state {
	struct str state;	/* in the arena, as the others are */
	struct str page;
	struct str control;	/* the page's; empty: it has no variants */
	bool is_named;		/* its definition names a state */
};
MUST_USE enum err roster_state(struct pg *db, struct arena *a, struct str key,
    struct roster_state *out);

#endif
