/* Implements bandit.h; how likely an arm is the best is bayes'. */
#include <math.h>

#include "experiment/assign.h"
#include "experiment/bayes.h"

#include "experiment/bandit.h"

#define ARMS_FEW 4

double
bandit_floor(size_t arms)
{
	return arms <= ARMS_FEW ? .05 : .02;
}

void
bandit_weights(const double *p_best, size_t arms, double floor, double *out)
{
	double k = (double)arms;

	for (size_t i = 0; i < arms; i++)
		out[i] = k * floor >= 1 ? 1 / k :
		    floor + (1 - k * floor) * p_best[i];
}

void
bandit_leaf(const struct stats_arm *leaf, const struct stats_arm *all,
    size_t arms, double floor, struct bandit_leaf *out)
{
	static const struct bayes_beta flat = { 1, 1 };
	struct bayes_beta belief[BANDIT_ARMS_MAX] = { 0 };
	int64_t visitors = 0;

	for (size_t i = 0; i < arms; i++)
		visitors += leaf[i].n;
	out->is_ready = visitors >= BANDIT_LEAF_VISITORS_MIN;
	for (size_t i = 0; i < arms; i++) {
		double p = all[i].n ? (double)all[i].x / (double)all[i].n : .5;
		struct bayes_beta prior = { 1 + BANDIT_LEAF_PRIOR * p,
			1 + BANDIT_LEAF_PRIOR * (1 - p) };

		belief[i] = out->is_ready ? bayes_posterior(leaf[i], prior) :
		    bayes_posterior(all[i], flat);
	}
	bayes_best(belief, arms, out->p_best);
	bandit_weights(out->p_best, arms, floor, out->weight);
	for (size_t i = 0; i < arms; i++)
		out->weight[i] = BANDIT_UNIFORM / (double)arms +
		    (1 - BANDIT_UNIFORM) * out->weight[i];
}

bool
bandit_is_ready(const struct stats_arm *arm, size_t arms,
    int64_t visitors_min)
{
	for (size_t i = 0; i < arms; i++)
		if (arm[i].n < visitors_min)
			return false;
	return true;
}

void
bandit_buckets(const double *weight, size_t arms, int64_t *out)
{
	double rest[BANDIT_ARMS_MAX], sum = 0;
	int64_t left = ASSIGN_BUCKETS;

	for (size_t i = 0; i < arms; i++)
		sum += weight[i];
	for (size_t i = 0; i < arms; i++) {
		double exact = weight[i] / sum * ASSIGN_BUCKETS;

		out[i] = (int64_t)exact;
		rest[i] = exact - (double)out[i];
		left -= out[i];
	}
	while (left-- > 0) {
		size_t largest = 0;

		for (size_t i = 1; i < arms; i++)
			if (rest[i] > rest[largest])
				largest = i;
		out[largest]++;
		rest[largest] = -1;
	}
}

size_t
bandit_leader(const double *p_best, size_t arms)
{
	size_t leader = 0;

	for (size_t i = 1; i < arms; i++)
		if (p_best[i] > p_best[leader])
			leader = i;
	return leader;
}

bool
bandit_is_over(double p_best, double pvr95)
{
	return p_best >= BANDIT_STOP_BEST && pvr95 <= BANDIT_STOP_PVR;
}
