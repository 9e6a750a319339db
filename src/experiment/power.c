/* Implements power.h. */
#include <math.h>

#include "experiment/special.h"
#include "experiment/stats.h"
#include "experiment/power.h"

#define BISECTIONS 200

static double
alpha_each(const struct power_plan *p)
{
	return p->variants > 2 ? p->alpha / (double)(p->variants - 1) :
	    p->alpha;
}

/* Of the difference, times sqrt(n): were the rates one, and as they are. */
struct spread {
	double null;
	double real;
};

static struct spread
spread(const struct power_plan *p, double rate)
{
	double r = p->ratio, mean = (p->baseline + r * rate) / (1 + r);

	return (struct spread){
		sqrt((1 + 1 / r) * mean * (1 - mean)),
		sqrt(p->baseline * (1 - p->baseline) + rate * (1 - rate) / r),
	};
}

/* The upper quantile, from the tail that keeps its digits. */
static double
critical(const struct power_plan *p)
{
	return -special_normal_quantile(alpha_each(p) / p->sides);
}

double
power_reached(const struct power_plan *p, double rate, double control)
{
	struct spread s = spread(p, rate);

	return special_normal_p((sqrt(control) * fabs(rate - p->baseline) -
	    critical(p) * s.null) / s.real);
}

struct power_size
power_size(const struct power_plan *p, double rate, double power)
{
	struct spread s = spread(p, rate);
	double root = (critical(p) * s.null +
	    special_normal_quantile(power) * s.real) / (rate - p->baseline);
	struct power_size size = { .raw = root * root };

	if (!(size.raw <= (double)STATS_COUNT_MAX &&
	    p->ratio * size.raw <= (double)STATS_COUNT_MAX))
		return size;
	size.control = (int64_t)ceil(size.raw);
	size.treatment = (int64_t)ceil(p->ratio * size.raw);
	size.total = size.control +
	    (int64_t)(p->variants - 1) * size.treatment;
	size.is_known = true;
	return size;
}

double
power_av_control(const struct power_plan *p, double rate, double power)
{
	struct stats_av_plan at_n_star = { p->alpha, 1 };
	double boundary = stats_av_critical(stats_av_c(&at_n_star, 1),
	    alpha_each(p));
	double theta = log(rate / p->baseline);
	double root = (boundary + special_normal_quantile(power)) / theta;

	return root * root * ((1 - p->baseline) / p->baseline +
	    (1 - rate) / (rate * p->ratio));
}

double
power_av_size(const struct power_plan *p, double rate, double power)
{
	struct power_plan even = *p;
	double n;

	even.ratio = 1;
	n = power_av_control(&even, rate, power);
	return n <= (double)STATS_COUNT_MAX ? ceil(n) : INFINITY;
}

/* The rate between the baseline and end that is just found. */
static double
rate_found(const struct power_plan *p, double control, double power,
    double end)
{
	double missed = p->baseline, found = end;

	if (power_reached(p, end, control) < power)
		return INFINITY;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = missed + (found - missed) / 2;

		if (power_reached(p, middle, control) < power)
			missed = middle;
		else
			found = middle;
	}
	return found;
}

double
power_mde_up(const struct power_plan *p, double control, double power)
{
	return rate_found(p, control, power, 1) / p->baseline - 1;
}

double
power_mde_down(const struct power_plan *p, double control, double power)
{
	double rate = rate_found(p, control, power, 0);

	return isinf(rate) ? rate : 1 - rate / p->baseline;
}

double
power_days(double total, double daily)
{
	return daily > 0 ? ceil(total / daily) : INFINITY;
}

double
power_full_weeks(double days)
{
	return fmax(1, ceil(days / 7));
}

double
power_days_left(int64_t planned, int64_t n, int64_t trailing)
{
	if (n >= planned)
		return 0;
	return trailing > 0 ? (double)(planned - n) * POWER_DAYS_TRAILING /
	    (double)trailing : INFINITY;
}
