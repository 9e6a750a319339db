/* Implements bandit.h; how likely an arm is the best is bayes'. */
#include <math.h>

#include "experiment/assign.h"
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
