/*
 * Knows how traffic moves to the arm that is likely the best (Scott 2010;
 * the stopping rule is that of Google's Content Experiments).  Pure,
 * deterministic: each update opens an epoch, and epoch.h says what came of it.
 */
#ifndef PISTE_EXPERIMENT_BANDIT_H
#define PISTE_EXPERIMENT_BANDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/stats.h"

#define BANDIT_ARMS_MAX STATS_ARMS_MAX
#define BANDIT_VISITORS_MIN 100	/* of every arm before weights move */
#define BANDIT_STOP_BEST .95
#define BANDIT_STOP_PVR .01

/* What every arm keeps when nobody says otherwise: .05 to four arms, or .02. */
double bandit_floor(size_t arms);
/* floor + (1 - k floor) P(best); equal when k floor >= 1. */
void bandit_weights(const double *p_best, size_t arms, double floor,
    double *out);
/*
 * Contextual: visitors in leaves by one categorical context (source, device,
 * country).  An arm's belief in a leaf begins as Beta(1 + 20 p, 1 + 20 (1 - p))
 * around its rate p of all leaves; BANDIT_UNIFORM of the traffic stays evenly
 * split, to tell whether leaves are worth it.
 */
#define BANDIT_LEAF_VISITORS_MIN 1000	/* of all arms */
#define BANDIT_LEAF_PRIOR 20		/* visitors that the prior is worth */
#define BANDIT_UNIFORM .1
struct bandit_leaf {
	bool is_ready;		/* has visitors enough: weight is its own */
	double p_best[BANDIT_ARMS_MAX];
	double weight[BANDIT_ARMS_MAX];
};
/*
 * leaf and all: counts by arm, of the leaf and of all leaves.  Until it is
 * ready a leaf has the weights of all, with BANDIT_UNIFORM likewise.
 */
void bandit_leaf(const struct stats_arm *leaf, const struct stats_arm *all,
    size_t arms, double floor, struct bandit_leaf *out);

/* Has every arm visitors_min?  Until then the weights stay. */
bool bandit_is_ready(const struct stats_arm *arm, size_t arms,
    int64_t visitors_min);
/*
 * Weights, of any sum above 0, as ASSIGN_BUCKETS parts: by largest remainder,
 * and of equal ones the first arm's.
 */
void bandit_buckets(const double *weight, size_t arms, int64_t *out);
/* The first of the arms most likely the best. */
size_t bandit_leader(const double *p_best, size_t arms);
/* P(best) of the leader >= BANDIT_STOP_BEST and pvr95 <= BANDIT_STOP_PVR. */
bool bandit_is_over(double p_best, double pvr95);

#endif
