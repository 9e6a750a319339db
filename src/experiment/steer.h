/*
 * Knows what people and the worker decide about an experiment once it is
 * defined: shipping an arm and the way back, weights that follow results, an
 * arm paused, the end.  Each decision is recorded with who and why.
 *
 * All are called within a transaction (pg_begin), which the caller commits or
 * rolls back; until then nobody else changes the site.  ERR_ABSENT: there is no
 * such experiment, or arm; ERR_DENIED: its state does not allow it, and
 * nothing was changed; else as pg_run.
 */
#ifndef PISTE_EXPERIMENT_STEER_H
#define PISTE_EXPERIMENT_STEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define STEER_REASON_BYTES_MAX 2000
#define STEER_WHO_BYTES_MAX 200

/* Who decides, and why, in their words (may be empty). */
struct steer_note {
	struct str who;
	struct str reason;
};

/*
 * The arm becomes its page's control, and the experiment decided, at one
 * moment: a snapshot sees both or neither.
 */
MUST_USE enum err steer_ship(struct pg *db, struct str key, struct str arm,
    const struct steer_note *note);
/*
 * The page's control is again what it was before; the experiment is stopped.
 * ERR_DENIED as well when another was shipped on the page since.
 */
MUST_USE enum err steer_undo(struct pg *db, struct str key,
    const struct steer_note *note);

/* Stop it where it runs or is paused. */
MUST_USE enum err steer_stop(struct pg *db, struct str key,
    const struct steer_note *note);

/* A weight by arm. */
struct steer_weight {
	struct str arm;
	double weight;
};
/* A part of an epoch: the visitors of one leaf, or those with even weights. */
struct steer_part {
	bool is_even;
	struct str leaf;
	const struct steer_weight *weight;
};
/*
 * Open an epoch with these weights, where it runs in that phase and the last
 * epoch is that one, so that of two workers one has its way.  what is
 * "bandit" or "pause-arm".  Arms that are not named get nothing.  By a context
 * it has parts, numbered before it, each with weights of the same arms.
 */
struct steer_epoch {
	struct str key;
	int64_t phase;
	int64_t epoch;
	const char *what;
	struct str context;	/* source, device or country; empty: none */
	const struct steer_part *part;
	size_t parts;
};
MUST_USE enum err steer_reweigh(struct pg *db, struct arena *a,
    const struct steer_epoch *at, const struct steer_weight *weight,
    size_t count, const struct steer_note *note);

/* Say of its last move who made it and why. */
MUST_USE enum err steer_sign(struct pg *db, struct str key,
    const struct steer_note *note);

/*
 * The definition says of no state again: an apply that names none leaves the
 * experiment where it is (page/trial.h).
 */
MUST_USE enum err steer_unname(struct pg *db, struct str key);

#endif
