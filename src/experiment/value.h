/*
 * Knows what sums over visitors say of a value: means (revenue a visitor) and
 * ratios of means (cost a lead), the latter by the delta method.  Pure,
 * deterministic.
 */
#ifndef PISTE_EXPERIMENT_VALUE_H
#define PISTE_EXPERIMENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/stats.h"

#define VALUE_QUANTILE .995	/* where values are cut off by default */

/* A mean or a ratio of means, and the variance of that figure itself. */
struct value_estimate {
	double value;
	double var;
	bool is_known;
};

struct value_sum {
	int64_t n;	/* visitors, those worth nothing too */
	double sum;
	double sum_sq;
};
/* s^2 = (sum_sq - sum^2 / n) / (n - 1), not below 0; n of at least 2. */
double value_variance(struct value_sum s);
/* Mean with s^2 / n; unknown below two visitors. */
struct value_estimate value_mean(struct value_sum s);

struct value_welch {
	double diff;	/* mean b - mean a */
	double se;
	double t;
	double df;	/* Satterthwaite (1946), not whole */
	double p;	/* two-sided */
	struct stats_interval diff_ci;
	bool is_known;	/* false: a mean is unknown, or no spread at all */
};
struct value_welch value_welch(struct value_sum a, struct value_sum b,
    double alpha);

/* Of each visitor a cost, and whether a lead came of it. */
struct value_ratio_sum {
	int64_t n;
	double cost;
	double cost_sq;
	double leads;		/* its sum of squares as well: 0 or 1 each */
	double cost_leads;	/* sum of the products */
};
/*
 * R = cost / lead with (s_c^2 - 2 R s_cl + R^2 s_l^2) / (n l^2), l the leads a
 * visitor; unknown without leads or below two visitors.  It says something
 * only where the cost is known by visitor: of spend shared out evenly it is
 * the rate turned over.
 */
struct value_estimate value_ratio(const struct value_ratio_sum *s);

/* b / a - 1; INFINITY when that can't be. */
double value_lift(struct value_estimate a, struct value_estimate b);
/*
 * ln(b / a), SE^2 = var_a / a^2 + var_b / b^2.  Unknown when a value is not
 * above 0, or there is no spread at all.
 */
struct stats_ratio value_log_ratio(struct value_estimate a,
    struct value_estimate b);
/* b / a - 1 -+ z SE, SE^2 = var_b / a^2 + var_a b^2 / a^4; unknown likewise. */
struct stats_interval value_lift_delta(struct value_estimate a,
    struct value_estimate b, double alpha);

/*
 * Where values of all arms together are cut off (winsorised): their quantile,
 * linear between neighbours (Hyndman & Fan 1996, type 7); 0 without values.
 * sorted ascends.  Give it the values above 0: of all visitors, when fewer
 * than 1 in 200 buys, the quantile is 0 and would cut off everything.
 */
double value_limit(const double *sorted, size_t count, double quantile);

#endif
