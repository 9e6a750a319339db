/* Knows which experiments there are, and what may be done with each. */
#ifndef PISTE_EXPERIMENT_ROSTER_H
#define PISTE_EXPERIMENT_ROSTER_H

#include <stdbool.h>
#include <stdint.h>
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

/* What a screen shows of each; texts are in the arena, or empty. */
struct roster_row {
	struct str key;
	struct str page;
	struct str state;
	struct str goal;
	struct str verdict;	/* of its last look, as reportword_verdict */
	struct str arm;		/* has it */
	struct str next;	/* "pause, stop": words of piste experiment */
	int64_t started_ms;	/* its phase; 0: not yet */
	int64_t visitors;	/* counted in it */
};
#define ROSTER_ROWS_MAX 500
/* In the site's order, ROSTER_ROWS_MAX at most; key empty: all.  As pg_run. */
MUST_USE enum err roster_read(struct pg *db, struct arena *a, struct str key,
    struct roster_row **out, size_t *count);

/* What was decided about one, the latest first. */
struct roster_move {
	struct str at;		/* "2026-12-01T08:00:00Z" */
	struct str what;	/* as rosterword_in has it, as why */
	struct str from;	/* states, or empty */
	struct str to;
	struct str who;
	struct str why;
};
#define ROSTER_MOVES_MAX 100
MUST_USE enum err roster_history(struct pg *db, struct arena *a,
    struct str key, struct roster_move **out, size_t *count);

#endif
