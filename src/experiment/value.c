/* Implements value.h. */
#include <math.h>

#include "experiment/special.h"
#include "experiment/value.h"

double
value_variance(struct value_sum s)
{
	double n = (double)s.n;

	/* A constant value's sums may differ by their rounding. */
	return fmax(0, (s.sum_sq - s.sum * s.sum / n) / (n - 1));
}

struct value_estimate
value_mean(struct value_sum s)
{
	struct value_estimate e = { 0 };

	if (s.n < 2)
		return e;
	e.value = s.sum / (double)s.n;
	e.var = value_variance(s) / (double)s.n;
	e.is_known = true;
	return e;
}

struct value_welch
value_welch(struct value_sum a, struct value_sum b, double alpha)
{
	struct value_estimate ma = value_mean(a), mb = value_mean(b);
	struct value_welch w = { 0 };
	double var = ma.var + mb.var, half;

	if (!ma.is_known || !mb.is_known || !isnormal(var))
		return w;
	w.diff = mb.value - ma.value;
	w.se = sqrt(var);
	w.t = w.diff / w.se;
	/* By shares of var: its square would leave the doubles. */
	w.df = 1 / (ma.var / var * (ma.var / var) / (double)(a.n - 1) +
	    mb.var / var * (mb.var / var) / (double)(b.n - 1));
	w.p = fmin(1, 2 * special_t_q(fabs(w.t), w.df));
	half = special_t_quantile_q(alpha / 2, w.df) * w.se;
	w.diff_ci = (struct stats_interval){ w.diff - half, w.diff + half,
		true };
	w.is_known = true;
	return w;
}

struct value_estimate
value_ratio(const struct value_ratio_sum *s)
{
	struct value_estimate e = { 0 };
	double n = (double)s->n, share, costs, leads, both;

	if (s->n < 2 || s->leads <= 0)
		return e;
	share = s->leads / n;
	costs = (s->cost_sq - s->cost * s->cost / n) / (n - 1);
	leads = (s->leads - s->leads * share) / (n - 1);
	both = (s->cost_leads - s->cost * share) / (n - 1);
	e.value = s->cost / s->leads;
	e.var = fmax(0, (costs - 2 * e.value * both +
	    e.value * e.value * leads) / (n * share * share));
	e.is_known = true;
	return e;
}

double
value_lift(struct value_estimate a, struct value_estimate b)
{
	return a.is_known && b.is_known && a.value > 0 ?
	    b.value / a.value - 1 : INFINITY;
}

struct stats_ratio
value_log_ratio(struct value_estimate a, struct value_estimate b)
{
	struct stats_ratio r = { 0 };

	if (!a.is_known || !b.is_known || a.value <= 0 || b.value <= 0)
		return r;
	r.theta = log(b.value / a.value);
	r.se = sqrt(a.var / a.value / a.value + b.var / b.value / b.value);
	/* Values of 1e-300 are numbers too, their squares are not. */
	r.is_known = isfinite(r.theta) && isnormal(r.se);
	return r;
}

struct stats_interval
value_lift_delta(struct value_estimate a, struct value_estimate b,
    double alpha)
{
	struct stats_interval i = { 0 };
	double lift = value_lift(a, b), half;

	if (!value_log_ratio(a, b).is_known)
		return i;
	half = -special_normal_quantile(alpha / 2) *
	    sqrt(b.var + a.var * (1 + lift) * (1 + lift)) / a.value;
	return (struct stats_interval){ lift - half, lift + half, true };
}

double
value_limit(const double *sorted, size_t count, double quantile)
{
	double at;
	size_t below;

	if (!count)
		return 0;
	at = quantile * (double)(count - 1);
	below = (size_t)at;
	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (at - (double)below) *
	    (sorted[below + 1] - sorted[below]);
}
