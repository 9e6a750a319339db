/*
 * Knows what one look at an experiment's counts says for its goal: of each
 * arm, and of each treatment beside the control, as if every epoch had sent
 * each arm the same share of visitors.  Mature visitors only.  Pure.
 */
#ifndef PISTE_EXPERIMENT_GLANCE_H
#define PISTE_EXPERIMENT_GLANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/bayes.h"
#include "experiment/epoch.h"
#include "experiment/results.h"
#include "experiment/stats.h"

/*
 * A treatment beside the control.  rates: of visitors who converted, or the
 * value a visitor.  Beliefs are of rates; a value is told in the control's
 * mean customers, so that it is a rate too.
 */
struct glance_pair {
	struct epoch_pair rates;
	struct bayes_beta control;
	struct bayes_beta treatment;
	double p;		/* fixed horizon */
	double av_p;		/* always valid; 1 until it is ready */
	bool is_ready;
};

/* By results' arms; index 0 of pair is empty. */
struct glance {
	struct stats_arm pooled[RESULTS_ARMS_MAX];
	struct glance_pair pair[RESULTS_ARMS_MAX];
	size_t widest;		/* the pair that has most visitors */
	/* What a rate of 1 is worth: 1, or a customer of the control. */
	double unit;
};

/* At the last look.  Takes lists from r's arena. */
void glance_take(const struct results *r, struct glance *out);

/*
 * For looks before: what an epoch's cells, by arm, say of the goal, and what
 * they add to a comparison; what such sums say; and the always-valid p of it
 * beside the arms' counts of all epochs, 1 until it is ready.
 */
struct stats_arm glance_goal(const struct results *r,
    const struct results_cell *cell);
struct epoch_sum glance_part(const struct results *r,
    const struct results_cell *cell, size_t arm);
struct epoch_pair glance_pair_of(const struct results *r,
    const struct epoch_sum *sum);
double glance_av_p(const struct results *r, const struct epoch_pair *p,
    struct stats_arm control, struct stats_arm treatment);
/* Alpha of each treatment; the interval that keeps it; NAN: no lift. */
double glance_alpha(const struct results *r);
struct stats_interval glance_av(const struct results *r,
    const struct epoch_pair *p);
double glance_lift(const struct epoch_pair *p);

/*
 * Counts by epoch and arm at the last look: all counted visitors, nobody
 * converted.
 */
struct epoch_series glance_visitors(const struct results *r);
/* Likewise those whose page told that it was really shown. */
struct epoch_series glance_activated(const struct results *r);
/* Likewise who could have done, and did, what a guardrail watches. */
struct epoch_series glance_metric(const struct results *r,
    enum results_metric metric);

/*
 * The counts that alone would give that rate and variance; n visitors at most,
 * and when there is no variance: as decide_posterior.
 */
struct stats_arm glance_counts(struct epoch_rate rate, int64_t n);

/* The belief of an arm, the control's from the widest pair. */
struct bayes_beta glance_belief(const struct glance *g, size_t arm);

#endif
