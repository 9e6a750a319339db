/*
 * Knows what segments of one test say, each by itself and all together: most
 * differences between segments are noise, and are shown shrunken.  Pure,
 * deterministic.
 */
#ifndef PISTE_EXPERIMENT_STRATA_H
#define PISTE_EXPERIMENT_STRATA_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/stats.h"

#define STRATA_MAX 1000		/* segments */

struct strata_segment {
	struct stats_arm control;
	struct stats_arm treatment;
};

/* The segments whose log ratio is known, weighted by w = 1 / SE^2. */
struct strata_pool {
	size_t segments;	/* 0: nothing below means anything */
	double theta;		/* sum w theta / sum w */
	double q;		/* Cochran (1954): sum w (theta_s - theta)^2 */
	size_t df;		/* segments - 1 */
	double p;		/* of q; 1 for a single one */
	double i2;		/* max(0, (q - df) / q) */
	double tau2;		/* DerSimonian & Laird (1986), not below 0 */
};

struct strata_figure {
	bool has_p;		/* both arms have visitors */
	double p_z;
	double p_bh;		/* among the segments that have a p */
	struct stats_ratio ratio;	/* unknown: left out of the pool */
	/*
	 * (theta_s / SE^2 + theta / tau2) / (1 / SE^2 + 1 / tau2), theta when
	 * tau2 is 0.
	 */
	double theta_shrunk;
	bool is_claim;		/* p_bh and the pool's p are <= alpha */
};

/* Fill count figures, at most STRATA_MAX. */
struct strata_pool strata_analyze(const struct strata_segment *s,
    size_t count, double alpha, struct strata_figure *out);
/* Its two halves: has_p, p_z and ratio of one; what follows from all. */
struct strata_figure strata_judge(struct stats_arm control,
    struct stats_arm treatment);
struct strata_pool strata_combine(struct strata_figure *figure, size_t count,
    double alpha);

#endif
