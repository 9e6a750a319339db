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

/* Takes lists from r's arena. */
void glance_take(const struct results *r, size_t look, struct glance *out);

/* Counts by epoch and arm at a look: all counted visitors, nobody converted. */
struct epoch_series glance_visitors(const struct results *r, size_t look);
/* Likewise who could have done, and did, what a guardrail watches. */
struct epoch_series glance_metric(const struct results *r, size_t look,
    enum results_metric metric);

/*
 * The counts that alone would give that rate and variance; n visitors when
 * there is no variance.
 */
struct stats_arm glance_counts(struct epoch_rate rate, int64_t n);

/* The belief of an arm, the control's from the widest pair. */
struct bayes_beta glance_belief(const struct glance *g, size_t arm);

#endif
