/*
 * Knows a bandit by context: which weights visitors of a source, a device or
 * a country should have (bandit.h), and what that is worth beside the tenth
 * whose weights stay even.
 */
#ifndef PISTE_EXPERIMENT_CONTEXT_H
#define PISTE_EXPERIMENT_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/results.h"
#include "experiment/stats.h"

struct figures;
struct pg;

#define CONTEXT_LEAVES_MAX 8	/* the largest; the rest has all's weights */

/* Weights for the next epoch; of arms without weight now they stay 0. */
struct context_leaf {
	struct str key;
	int64_t visitors;	/* whose window has passed */
	double weight[RESULTS_ARMS_MAX];
};
struct context {
	struct context_leaf leaf[CONTEXT_LEAVES_MAX];
	size_t leaves;
	double even[RESULTS_ARMS_MAX];
};

/*
 * Work out the leaves of r, whose weights are to move to f's.  Rates of arms
 * are standardised over epochs, and a leaf's counts that would tell as much
 * are those of BANDIT_LEAF_VISITORS_MIN visitors at least.  Texts are in r's
 * arena.  Errors as pg_run.
 */
MUST_USE enum err context_read(struct pg *db, const struct results *r,
    const struct figures *f, struct context *out);
/* Would parts of r's last epoch change, or are there none yet? */
bool context_has_moved(const struct results *r, const struct context *c);

/*
 * Visitors with even weights beside all others, over the epochs that had both:
 * who is which is a hash of its own, so the two differ by weights alone.
 */
struct context_gain {
	struct stats_arm even;		/* counts of the goal, all together */
	struct stats_arm led;		/* by leaf, or like all */
	/* Standardised over epochs; NAN when nobody came. */
	double even_rate;
	double led_rate;
	double lift;
	struct stats_interval lift_log;	/* fixed horizon, at alpha */
};
/* Pure. */
void context_compare(const struct results *r, struct context_gain *out);

#endif
