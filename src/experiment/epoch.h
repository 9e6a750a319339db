/*
 * Knows what counts say when the weights changed meanwhile: each epoch by
 * itself, then together by the visitors each had (direct standardisation).
 * Pooled counts can be wrong by any amount (Simpson).  Pure, deterministic.
 */
#ifndef PISTE_EXPERIMENT_EPOCH_H
#define PISTE_EXPERIMENT_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/stats.h"

#define EPOCH_MAX 8784		/* of one experiment: a leap year, hourly */

/* From one change of weights or coverage to the next; borrows both lists. */
struct epoch {
	const struct stats_arm *arm;
	const double *weight;	/* in force then; any sum */
};

struct epoch_series {
	const struct epoch *epoch;
	size_t epochs;		/* at most EPOCH_MAX */
	size_t arms;		/* of every epoch; 2 to STATS_ARMS_MAX */
};

/* A rate as if each epoch had sent the arm its share of all visitors. */
struct epoch_rate {
	double rate;	/* sum h_e x_e / n_e */
	double var;	/* sum h_e^2 p_e (1 - p_e) / n_e */
};

/* A treatment beside the control. */
struct epoch_pair {
	struct epoch_rate control;
	struct epoch_rate treatment;
	/*
	 * theta = ln(treatment / control), SE^2 = sum of var / rate^2.
	 * Unknown when a rate is 0 or there is no spread at all.
	 */
	struct stats_ratio ratio;
	double visitors;	/* of the two arms */
	size_t epochs;		/* in which both had visitors */
};

/*
 * What epochs add to such a pair before anything is divided by N, the visitors
 * of all: sums of N_e, N_e p_e, and N_e^2 p_e (1 - p_e) / n_e.
 */
struct epoch_sum {
	double all;
	struct epoch_rate control;
	struct epoch_rate treatment;
	double visitors;
	size_t epochs;
};
/* What one epoch says; of its arms arm 0 and that one are compared. */
struct epoch_sum epoch_part(const struct epoch *e, size_t arms, size_t arm);
void epoch_add(struct epoch_sum *to, const struct epoch_sum *more);
struct epoch_pair epoch_pair_of(const struct epoch_sum *sum);

/*
 * Arm against arm 0, h_e = N_e / N with the visitors N_e of every arm, so that
 * one control serves all comparisons.  An epoch in which one of the two had no
 * visitors (archived, or nobody came yet) says nothing of their ratio and is
 * left out; when none is left, epochs is 0 and nothing else means anything.
 */
struct epoch_pair epoch_compare(const struct epoch_series *s, size_t arm);
/*
 * The ratio of arm to arm 0 that all epochs have in common: Mantel and
 * Haenszel's, with the variance of Greenland and Robins (1985).  Beside
 * standardised rates it supposes that there is one, and holds where epochs
 * have a handful of visitors each, whose own variances say nothing.  Of one
 * epoch it is stats_log_ratio.  Unknown when an arm has no conversion in an
 * epoch that both were in, or nothing varies.
 */
struct stats_ratio epoch_common_ratio(const struct epoch_series *s,
    size_t arm);
/* The arm's counts, epochs ignored: for showing how wrong they are. */
struct stats_arm epoch_pooled(const struct epoch_series *s, size_t arm);

/*
 * Sample ratio mismatch against the weights in force: chi2 and df summed over
 * epochs, p of the sums.  An epoch without visitors or weights adds nothing.
 */
struct stats_srm epoch_srm(const struct epoch_series *s,
    struct stats_srm_limit limit);
/* What one epoch adds to the sum below. */
double epoch_ln_bf(const struct epoch *e, size_t arms, double concentration);
/* Likewise the sum of ln of the Bayes factors (stats_srm_ln_bf). */
double epoch_srm_ln_bf(const struct epoch_series *s, double concentration);

#endif
