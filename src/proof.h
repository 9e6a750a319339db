/*
 * Knows what a self-test's visitors prove of an experiment, once they have
 * come and gone: its checks, told as they are made.
 */
#ifndef PISTE_PROOF_H
#define PISTE_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cast.h"
#include "experiment/stats.h"
#include "experiment/synthetic.h"

struct arena;
struct pg;
struct site_experiment;

/* Without a difference; with one planted in an arm; with some of it lost. */
enum { PROOF_SAME, PROOF_LIFT, PROOF_LOSS, PROOF_ACTS };
#define PROOF_LIFT_FROM .2	/* the control's rate beside a lift */

struct proof {
	struct pg *db;
	struct arena *arena;
	const struct site_experiment *x;
	const struct cast_stage *stage;
	struct cast_act act[PROOF_ACTS];
	struct cast_visitor *visitor[PROOF_ACTS];	/* after each act */
	size_t visitors;
	uint32_t looks;			/* at each A/A test */
	size_t control, treatment;	/* of the page's variants */
	double lift_to;			/* the treatment's rate */
	double lost;			/* share of it that stayed away */
	int64_t began_ms;
	struct synthetic_trace before;
	bool has_failed;		/* set by a check that fails */
};

/*
 * Check all there is: a JSON line each on standard output, the same in words
 * on standard error.  As results_read and pg_run, then perhaps after some.
 */
MUST_USE enum err proof_run(struct proof *p);

/* What visitors from to to of an arm did in an act. */
struct stats_arm proof_tally(const struct proof *p, int act, size_t arm,
    size_t from, size_t to);
/* Where synthetic visitors must not be, by an act's book.  As pg_run. */
MUST_USE enum err proof_trace(const struct proof *p, int act,
    struct synthetic_trace *out);

#endif
