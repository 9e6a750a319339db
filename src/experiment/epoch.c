/*
 * Implements epoch.h: sums over epochs.  What one epoch says, and what follows
 * from a log ratio, is stats'.
 */
#include <math.h>

#include "experiment/special.h"
#include "experiment/epoch.h"

static double
visitors(const struct epoch_series *s, const struct epoch *e)
{
	double n = 0;

	for (size_t i = 0; i < s->arms; i++)
		n += (double)e->arm[i].n;
	return n;
}

static bool
is_shared(const struct epoch *e, size_t arm)
{
	return e->arm[0].n > 0 && e->arm[arm].n > 0;
}

static void
add(struct epoch_rate *to, struct stats_arm a, double share)
{
	double p = (double)a.x / (double)a.n;

	to->rate += share * p;
	to->var += share * share * p * (1 - p) / (double)a.n;
}

static struct stats_ratio
log_ratio(const struct epoch_rate *a, const struct epoch_rate *b)
{
	struct stats_ratio r = { 0 };

	if (a->rate <= 0 || b->rate <= 0 || a->var + b->var <= 0)
		return r;
	r.theta = log(b->rate / a->rate);
	r.se = sqrt(a->var / (a->rate * a->rate) +
	    b->var / (b->rate * b->rate));
	r.is_known = true;
	return r;
}

struct epoch_pair
epoch_compare(const struct epoch_series *s, size_t arm)
{
	struct epoch_pair pair = { 0 };
	double all = 0;

	for (size_t i = 0; i < s->epochs; i++)
		if (is_shared(&s->epoch[i], arm))
			all += visitors(s, &s->epoch[i]);
	for (size_t i = 0; i < s->epochs; i++) {
		const struct epoch *e = &s->epoch[i];
		double share;

		if (!is_shared(e, arm))
			continue;
		share = visitors(s, e) / all;
		add(&pair.control, e->arm[0], share);
		add(&pair.treatment, e->arm[arm], share);
		pair.visitors += (double)(e->arm[0].n + e->arm[arm].n);
		pair.epochs++;
	}
	pair.ratio = log_ratio(&pair.control, &pair.treatment);
	return pair;
}

struct stats_arm
epoch_pooled(const struct epoch_series *s, size_t arm)
{
	struct stats_arm sum = { 0 };

	for (size_t i = 0; i < s->epochs; i++) {
		sum.n += s->epoch[i].arm[arm].n;
		sum.x += s->epoch[i].arm[arm].x;
	}
	return sum;
}

/* The visitors by arm; returns those of the arms that have a weight. */
static int64_t
counts(const struct epoch_series *s, const struct epoch *e, int64_t *count)
{
	int64_t weighted = 0;

	for (size_t i = 0; i < s->arms; i++) {
		count[i] = e->arm[i].n;
		weighted += e->weight[i] > 0 ? count[i] : 0;
	}
	return weighted;
}

struct stats_srm
epoch_srm(const struct epoch_series *s, struct stats_srm_limit limit)
{
	struct stats_srm sum = { 0 };
	int64_t count[STATS_ARMS_MAX];
	int64_t total = 0;

	for (size_t i = 0; i < s->epochs; i++) {
		const struct epoch *e = &s->epoch[i];
		int64_t weighted = counts(s, e, count);
		struct stats_srm one;

		if (!weighted)
			continue;
		one = stats_srm(count, e->weight, s->arms, limit);
		sum.chi2 += one.chi2;
		sum.df += one.df;
		total += weighted;
	}
	sum.p = special_chi2_q(sum.chi2, sum.df);
	sum.is_flagged = sum.p < limit.p && total >= limit.total_min;
	return sum;
}

double
epoch_srm_ln_bf(const struct epoch_series *s, double concentration)
{
	int64_t count[STATS_ARMS_MAX];
	double sum = 0;

	for (size_t i = 0; i < s->epochs; i++)
		if (counts(s, &s->epoch[i], count))
			sum += stats_srm_ln_bf(count, s->epoch[i].weight,
			    s->arms, concentration);
	return sum;
}
