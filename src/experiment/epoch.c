/*
 * Implements epoch.h: sums over epochs.  What one epoch says, and what follows
 * from a log ratio, is stats'.
 */
#include <math.h>

#include "experiment/special.h"
#include "experiment/epoch.h"

static double
visitors(const struct epoch *e, size_t arms)
{
	double n = 0;

	for (size_t i = 0; i < arms; i++)
		n += (double)e->arm[i].n;
	return n;
}

static struct epoch_rate
rate_of(struct stats_arm a, double all)
{
	double p = (double)a.x / (double)a.n;

	return (struct epoch_rate){ all * p,
		all * all * p * (1 - p) / (double)a.n };
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

struct epoch_sum
epoch_part(const struct epoch *e, size_t arms, size_t arm)
{
	struct epoch_sum part = { 0 };
	double all;

	if (e->arm[0].n <= 0 || e->arm[arm].n <= 0)
		return part;
	all = visitors(e, arms);
	return (struct epoch_sum){ all, rate_of(e->arm[0], all),
		rate_of(e->arm[arm], all),
		(double)(e->arm[0].n + e->arm[arm].n), 1 };
}

void
epoch_add(struct epoch_sum *to, const struct epoch_sum *more)
{
	to->all += more->all;
	to->control.rate += more->control.rate;
	to->control.var += more->control.var;
	to->treatment.rate += more->treatment.rate;
	to->treatment.var += more->treatment.var;
	to->visitors += more->visitors;
	to->epochs += more->epochs;
}

static struct epoch_rate
divide(struct epoch_rate sum, double all)
{
	return (struct epoch_rate){ sum.rate / all, sum.var / (all * all) };
}

struct epoch_pair
epoch_pair_of(const struct epoch_sum *sum)
{
	struct epoch_pair pair = { .visitors = sum->visitors,
		.epochs = sum->epochs };

	if (!sum->epochs)
		return pair;
	pair.control = divide(sum->control, sum->all);
	pair.treatment = divide(sum->treatment, sum->all);
	pair.ratio = log_ratio(&pair.control, &pair.treatment);
	return pair;
}

struct epoch_pair
epoch_compare(const struct epoch_series *s, size_t arm)
{
	struct epoch_sum sum = { 0 };

	for (size_t i = 0; i < s->epochs; i++) {
		struct epoch_sum part = epoch_part(&s->epoch[i], s->arms, arm);

		epoch_add(&sum, &part);
	}
	return epoch_pair_of(&sum);
}

struct stats_ratio
epoch_common_ratio(const struct epoch_series *s, size_t arm)
{
	double control = 0, treatment = 0, spread = 0;
	struct stats_ratio r = { 0 };

	for (size_t i = 0; i < s->epochs; i++) {
		struct stats_arm a = s->epoch[i].arm[0];
		struct stats_arm b = s->epoch[i].arm[arm];
		double na = (double)a.n, nb = (double)b.n, all = na + nb;
		double xa = (double)a.x, xb = (double)b.x;

		if (!a.n || !b.n)
			continue;
		control += xa * nb / all;
		treatment += xb * na / all;
		spread += na / all * (nb / all) * (xa + xb) - xa / all * xb;
	}
	if (control <= 0 || treatment <= 0 || spread <= 0)
		return r;
	r.theta = log(treatment / control);
	r.se = sqrt(spread / (control * treatment));
	r.is_known = true;
	return r;
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
counts(const struct epoch *e, size_t arms, int64_t *count)
{
	int64_t weighted = 0;

	for (size_t i = 0; i < arms; i++) {
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
		int64_t weighted = counts(e, s->arms, count);
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
epoch_ln_bf(const struct epoch *e, size_t arms, double concentration)
{
	int64_t count[STATS_ARMS_MAX];

	return counts(e, arms, count) ? stats_srm_ln_bf(count, e->weight,
	    arms, concentration) : 0;
}

double
epoch_srm_ln_bf(const struct epoch_series *s, double concentration)
{
	double sum = 0;

	for (size_t i = 0; i < s->epochs; i++)
		sum += epoch_ln_bf(&s->epoch[i], s->arms, concentration);
	return sum;
}
