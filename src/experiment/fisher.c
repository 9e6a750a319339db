/* Implements fisher.h. */
#include <math.h>
#include <stdbool.h>

#include "experiment/special.h"
#include "experiment/fisher.h"

#define TIE 1e-7		/* probabilities as near as that are equal */
#define NEGLIGIBLE 1e-18	/* of the sum */

/* ln of the binomial probability of x among n, when n / total are expected. */
static double
ln_binomial(double x, double n, double p, double q)
{
	double rest = n - x;

	if (x == 0)
		return n * (p < .1 ? log1p(-p) : log(q));
	if (rest == 0)
		return n * (q < .1 ? log1p(-q) : log(p));
	/* x ln(x / np) in terms of (np - x) / x, whose linear parts cancel. */
	return special_stirling(n) - special_stirling(x) -
	    special_stirling(rest) +
	    .5 * log(n / (2 * M_PI * x * rest)) +
	    x * special_log1pmx((n * p - x) / x) +
	    rest * special_log1pmx((n * q - rest) / rest);
}

static int64_t
x_min(const struct fisher_urn *urn)
{
	return urn->drawn > urn->others ? urn->drawn - urn->others : 0;
}

static int64_t
x_max(const struct fisher_urn *urn)
{
	return urn->drawn < urn->hits ? urn->drawn : urn->hits;
}

double
fisher_ln_probability(const struct fisher_urn *urn, int64_t x)
{
	double total = (double)(urn->hits + urn->others);
	double p = (double)urn->drawn / total;
	double q = (total - (double)urn->drawn) / total;

	if (x < x_min(urn) || x > x_max(urn))
		return -INFINITY;
	if (!urn->drawn || (double)urn->drawn == total)
		return 0;
	return ln_binomial((double)x, (double)urn->hits, p, q) +
	    ln_binomial((double)(urn->drawn - x), (double)urn->others, p, q) -
	    ln_binomial((double)urn->drawn, total, p, q);
}

/* P(x + step) / P(x), step 1 or -1. */
static double
ratio_to_next(const struct fisher_urn *urn, int64_t x, int step)
{
	int64_t low = step > 0 ? x : x - 1;
	double up = (double)(urn->hits - low) * (double)(urn->drawn - low) /
	    ((double)(low + 1) *
	    (double)(urn->others - urn->drawn + low + 1));

	return step > 0 ? up : 1 / up;
}

/* From x, of probability 1 here, outwards in steps of 1 or -1. */
static double
sum_outwards(const struct fisher_urn *urn, int64_t x, int step)
{
	int64_t end = step > 0 ? x_max(urn) : x_min(urn);
	double term = 1, sum = 1;

	while (x != end && term > sum * NEGLIGIBLE) {
		term *= ratio_to_next(urn, x, step);
		sum += term;
		x += step;
	}
	return sum;
}

/*
 * The x nearest to the peak, beyond it from the observed one, whose
 * probability is at most ln_limit; false when there is none.
 */
static bool
find_other_side(const struct fisher_urn *urn, int64_t peak, int step,
    double ln_limit, int64_t *out)
{
	int64_t end = step > 0 ? x_max(urn) : x_min(urn);
	int64_t steps = (end - peak) * step, low = 0, high = steps;

	if (steps < 0 || fisher_ln_probability(urn, end) > ln_limit)
		return false;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (fisher_ln_probability(urn, peak + step * middle) >
		    ln_limit)
			low = middle + 1;
		else
			high = middle;
	}
	*out = peak + step * low;
	return true;
}

double
fisher_p(const struct fisher_urn *urn, int64_t x)
{
	double total = (double)(urn->hits + urn->others);
	double ln_x = fisher_ln_probability(urn, x), p;
	int64_t other, peak;
	int out;

	if (!(total > 0) || isinf(ln_x))
		return 1;
	peak = (int64_t)(((double)urn->drawn + 1) * ((double)urn->hits + 1) /
	    (total + 2));
	out = x < peak ? -1 : 1;
	p = exp(ln_x) * sum_outwards(urn, x, out);
	/* Of two equal peaks either may be what was computed. */
	other = x == peak ? x - out : peak;
	if (find_other_side(urn, other, -out, ln_x + log1p(TIE), &other))
		p += exp(fisher_ln_probability(urn, other)) *
		    sum_outwards(urn, other, -out);
	return fmin(1, p);
}
