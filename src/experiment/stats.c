/* Implements stats.h; Fisher's test is fisher.c's. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/wilson.h"
#include "experiment/fisher.h"
#include "experiment/special.h"
#include "experiment/stats.h"

static double
rate(struct stats_arm a)
{
	return a.n ? (double)a.x / (double)a.n : 0;
}

static double
two_sided_z(double alpha)
{
	return -special_normal_quantile(alpha / 2);
}

struct stats_interval
stats_wilson(struct stats_arm a, double alpha)
{
	struct wilson w = wilson_interval(a.x, a.n,
	    two_sided_z(alpha));

	return (struct stats_interval){ w.low, w.high, true };
}

struct stats_interval
stats_newcombe(struct stats_arm a, struct stats_arm b, double alpha)
{
	struct stats_interval wa = stats_wilson(a, alpha);
	struct stats_interval wb = stats_wilson(b, alpha), out = { 0 };
	double pa = rate(a), pb = rate(b);

	if (!a.n || !b.n)
		return out;
	out.low = pb - pa - hypot(pb - wb.low, wa.high - pa);
	out.high = pb - pa + hypot(wb.high - pb, pa - wa.low);
	out.is_known = true;
	return out;
}

double
stats_z(struct stats_arm a, struct stats_arm b)
{
	double na = (double)a.n, nb = (double)b.n, p, variance;

	if (!a.n || !b.n)
		return 0;
	p = ((double)a.x + (double)b.x) / (na + nb);
	variance = p * (1 - p) * (1 / na + 1 / nb);
	return variance > 0 ? (rate(b) - rate(a)) / sqrt(variance) : 0;
}

double
stats_p_of_z(double z)
{
	return fmin(1, 2 * special_normal_q(fabs(z)));
}

bool
stats_is_small(struct stats_arm a, struct stats_arm b)
{
	double total = (double)a.n + (double)b.n;
	double hits = (double)a.x + (double)b.x;

	return !a.n || !b.n || fmin((double)a.n, (double)b.n) / total *
	    fmin(hits, total - hits) < STATS_SMALL_CELL;
}

double
stats_fisher(struct stats_arm a, struct stats_arm b)
{
	struct fisher_urn urn = { a.x + b.x, a.n - a.x + b.n - b.x, b.n };

	return fisher_p(&urn, b.x);
}

double
stats_p(struct stats_arm a, struct stats_arm b)
{
	return stats_is_small(a, b) ? stats_fisher(a, b) :
	    stats_p_of_z(stats_z(a, b));
}

struct stats_ratio
stats_log_ratio(struct stats_arm a, struct stats_arm b)
{
	struct stats_ratio out = { 0 };

	if (!a.x || !b.x)
		return out;
	out.theta = log(rate(b) / rate(a));
	out.se = sqrt((1 - rate(a)) / (double)a.x +
	    (1 - rate(b)) / (double)b.x);
	out.is_known = true;
	return out;
}

/* exp(theta -+ half) - 1, with an end beyond a double's reach cut there. */
static struct stats_interval
lift_around(struct stats_ratio r, double half)
{
	struct stats_interval out = { .is_known = r.is_known };

	if (!r.is_known)
		return out;
	out.low = expm1(r.theta - half);
	out.high = expm1(r.theta + half);
	out.is_known = isfinite(out.high);
	return out;
}

struct stats_interval
stats_lift_log(struct stats_ratio r, double alpha)
{
	return lift_around(r, two_sided_z(alpha) * r.se);
}

struct stats_delta
stats_delta(struct stats_arm a, struct stats_arm b)
{
	struct stats_delta out = { 0 };
	double pa = rate(a), pb = rate(b);

	if (!a.x || !b.x)
		return out;
	out.lift = pb / pa - 1;
	out.se = pb / pa * sqrt((1 - pa) / (double)a.x +
	    (1 - pb) / (double)b.x);
	out.is_known = true;
	return out;
}

struct stats_interval
stats_lift_delta(struct stats_arm a, struct stats_arm b, double alpha)
{
	struct stats_delta d = stats_delta(a, b);
	double half = two_sided_z(alpha) * d.se;

	return (struct stats_interval){ d.lift - half, d.lift + half,
		d.is_known };
}

double
stats_av_c(const struct stats_av_plan *plan, double total)
{
	double l = -2 * log(plan->alpha0);

	return total * (l + log1p(l)) / plan->n_star;
}

double
stats_av_critical(double c, double alpha)
{
	return sqrt(2 * (c + 1) / c * (.5 * log1p(c) - log(alpha)));
}

struct stats_interval
stats_av_lift(struct stats_ratio r, double c, double alpha)
{
	if (!(c > 0))
		r.is_known = false;
	return r.is_known ? lift_around(r, stats_av_critical(c, alpha) * r.se) :
	    (struct stats_interval){ 0 };
}

double
stats_av_ln_p(struct stats_ratio r, double c)
{
	double z;

	if (!r.is_known || !(r.se > 0))
		return 0;
	z = r.theta / r.se;
	return fmin(0, .5 * log1p(c) - c / (c + 1) * z * z / 2);
}

double
stats_av_p(struct stats_ratio r, double c)
{
	return exp(stats_av_ln_p(r, c));
}

bool
stats_av_is_ready(struct stats_arm a, struct stats_arm b)
{
	return a.x >= STATS_READY_MIN && b.x >= STATS_READY_MIN &&
	    a.n - a.x >= STATS_READY_MIN && b.n - b.x >= STATS_READY_MIN;
}

/* What the weighted arms hold together; an arm without a weight is no part. */
static void
sum_up(const int64_t *count, const double *weight, size_t arms,
    double *total, double *weights)
{
	*total = *weights = 0;
	for (size_t i = 0; i < arms; i++)
		if (weight[i] > 0) {
			*total += (double)count[i];
			*weights += weight[i];
		}
}

struct stats_srm
stats_srm(const int64_t *count, const double *weight, size_t arms,
    struct stats_srm_limit limit)
{
	struct stats_srm out = { .df = -1, .p = 1 };
	double total, weights;

	sum_up(count, weight, arms, &total, &weights);
	for (size_t i = 0; i < arms; i++) {
		double expected = total * (weight[i] / weights);

		if (!(weight[i] > 0))
			continue;
		out.df++;
		if (expected > 0)
			out.chi2 += ((double)count[i] - expected) / expected *
			    ((double)count[i] - expected);
	}
	out.df = fmax(0, out.df);
	out.p = special_chi2_q(out.chi2, out.df);
	out.is_flagged = out.p < limit.p && total >= (double)limit.total_min;
	return out;
}

/*
 * Stirling's terms of the seven ln Gamma, whose large parts cancel on paper:
 * as they stand they would cost six digits at counts of 1e9.
 */
double
stats_srm_ln_bf(const int64_t *count, const double *weight, size_t arms,
    double concentration)
{
	double total, weights, t, sum;

	sum_up(count, weight, arms, &total, &weights);
	t = concentration + total;
	sum = .5 * log(t / concentration) +
	    special_stirling(concentration) - special_stirling(t);
	for (size_t i = 0; i < arms; i++) {
		double w = weight[i] / weights, expected = t * w;
		double before = concentration * w;
		double after = before + (double)count[i];
		double d = ((double)count[i] - total * w) / expected;

		if (!(weight[i] > 0))
			continue;
		/* after ln(after / expected), less what sums to 0. */
		sum += expected * ((1 + d) * special_log1pmx(d) + d * d) -
		    .5 * log(after / before) +
		    special_stirling(after) - special_stirling(before);
	}
	return sum;
}

static int
compare(const void *a, const void *b, void *context)
{
	const double *p = context;
	double first = p[*(const size_t *)a], second = p[*(const size_t *)b];

	return (first > second) - (first < second);
}

/* The indices of the p-values, smallest first. */
static void
sort_indices(const double *p, size_t count, size_t *index)
{
	assert(count <= STATS_P_MAX);
	for (size_t i = 0; i < count; i++)
		index[i] = i;
	qsort_r(index, count, sizeof *index, compare, (void *)(uintptr_t)p);
}

void
stats_holm(const double *p, size_t count, double *out)
{
	size_t index[STATS_P_MAX];
	double worst = 0;

	sort_indices(p, count, index);
	for (size_t i = 0; i < count; i++) {
		worst = fmax(worst, (double)(count - i) * p[index[i]]);
		out[index[i]] = fmin(1, worst);
	}
}

void
stats_bh(const double *p, size_t count, double *out)
{
	size_t index[STATS_P_MAX];
	double best = 1;

	sort_indices(p, count, index);
	for (size_t i = count; i-- > 0;) {
		best = fmin(best, p[index[i]] * (double)count /
		    (double)(i + 1));
		out[index[i]] = best;
	}
}
