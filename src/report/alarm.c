/* Implements alarm.h. */
#include <assert.h>
#include <math.h>

#include "experiment/special.h"

#include "report/alarm.h"

#define WEEK 7
#define USUAL (ALARM_WEEKS * WEEK)
#define BAND_STEPS 60		/* of halving: beyond a double's precision */

/* What is judged, and what is usual. */
struct pair {
	double x;
	double n;
	double usual_x;
	double usual_n;
	double spread;
};

/*
 * Of what nothing came or was paid for nothing can be told, whatever its
 * count: before visitors were counted there were leads as well.
 */
static void
add(const struct alarm_day *day, double *count, double *of)
{
	if (day->of <= 0)
		return;
	*count += day->count;
	*of += day->of;
}

/* P(count <= x), were the rate the usual one: 1 - I_q(x + 1, X). */
static double
low_tail(const struct pair *p, double x)
{
	double q = p->n / (p->n + p->usual_n);

	return p->usual_x <= 0 ? 1 : special_beta_q(x / p->spread + 1,
	    p->usual_x / p->spread, q);
}

/* P(count >= x): I_q(x, X + 1). */
static double
high_tail(const struct pair *p, double x)
{
	double q = p->n / (p->n + p->usual_n);

	return x <= 0 ? 1 : special_beta_p(x / p->spread,
	    p->usual_x / p->spread + 1, q);
}

/* Pearson's X^2 of usual days, over its degrees of freedom. */
static double
spread_of(const struct alarm_day *day)
{
	double chi2 = 0;
	int df = 0;

	for (size_t w = 0; w < WEEK; w++) {
		double x = 0, n = 0;
		int days = 0;

		for (size_t i = w; i < USUAL; i += WEEK) {
			add(&day[i], &x, &n);
			days += day[i].of > 0;
		}
		if (x <= 0 || n <= 0)
			continue;
		df += days - 1;
		for (size_t i = w; i < USUAL; i += WEEK) {
			double want = x * day[i].of / n;
			double off = day[i].count - want;

			chi2 += want > 0 ? off * off / want : 0;
		}
	}
	return df > 0 ? fmax(1, chi2 / df) : 1;
}

/* Of one day the same weekday alone is usual. */
static struct pair
pair_of(const struct alarm_day *day, size_t span)
{
	struct pair p = { .spread = spread_of(day) };

	for (size_t i = ALARM_DAYS - span; i < ALARM_DAYS; i++) {
		add(&day[i], &p.x, &p.n);
		for (size_t w = 1; w <= ALARM_WEEKS; w++)
			add(&day[i - w * WEEK], &p.usual_x, &p.usual_n);
	}
	return p;
}

static bool
is_usual(const struct alarm_day *day)
{
	int days = 0;

	for (size_t i = 0; i < USUAL; i++)
		days += day[i].of > 0;
	return days >= ALARM_DAYS_MIN;
}

/* The least and the most that is no alarm: where the tails reach alpha. */
static double
limit(const struct pair *p, double alpha, bool is_high)
{
	double from = 0, to = p->usual_x * p->n / p->usual_n + 1;

	if (is_high)
		while (high_tail(p, to) >= alpha)
			to *= 2;
	for (int i = 0; i < BAND_STEPS; i++) {
		double x = (from + to) / 2;
		bool is_out = is_high ? high_tail(p, x) < alpha :
		    low_tail(p, x) >= alpha;

		if (is_out)
			to = x;
		else
			from = x;
	}
	return is_high ? from : to;
}

/* Where the tail leaves no room, or where the difference is none to tell. */
static void
set_band(struct alarm_verdict *v, const struct pair *p, double alpha)
{
	double rate = p->usual_x / p->usual_n;

	v->low = low_tail(p, 0) >= alpha ? 0 :
	    fmin(limit(p, alpha, false) / p->n, rate / ALARM_RATIO_MIN);
	v->high = fmax(limit(p, alpha, true) / p->n, rate * ALARM_RATIO_MIN);
}

struct alarm_verdict
alarm_judge(const struct alarm_day day[ALARM_DAYS], size_t span,
    enum alarm_watch watch, double alpha)
{
	struct pair p;
	struct alarm_verdict v;
	double rate, low, high;

	assert((span == 1 || span == WEEK) && alpha > 0 && alpha < 1);
	p = pair_of(day, span);
	v = (struct alarm_verdict){ .count = p.x, .of = p.n, .p = 1,
		.spread = p.spread, .high = INFINITY };
	if (!is_usual(day) || p.n <= 0 || p.usual_n <= 0)
		return v;
	v.is_judged = true;
	alpha /= 2;
	rate = p.usual_x * p.n / p.usual_n;
	low = low_tail(&p, p.x);
	high = high_tail(&p, p.x);
	v.p = fmin(low, high);
	set_band(&v, &p, alpha);
	if (watch != ALARM_HIGH_ALONE && low < alpha &&
	    p.x * ALARM_RATIO_MIN <= rate)
		v.side = ALARM_LOW;
	else if (watch != ALARM_LOW_ALONE && high < alpha &&
	    p.x >= rate * ALARM_RATIO_MIN)
		v.side = ALARM_HIGH;
	return v;
}

struct alarm_verdict
alarm_silent(const struct alarm_day day[ALARM_DAYS], double alpha)
{
	struct alarm_verdict v = alarm_judge(day, WEEK, ALARM_LOW_ALONE,
	    alpha);
	double before = 0, now = 0;

	for (size_t i = 0; i < ALARM_DAYS; i++)
		*(i < USUAL ? &before : &now) += day[i].count;
	if (now > 0) {
		v.side = ALARM_NONE;
		return v;
	}
	if (v.is_judged && before > 0)
		return v;
	v.is_judged = true;
	v.p = pow(1 - ALARM_SILENT_RATE, v.of);
	v.side = v.p < alpha ? ALARM_LOW : ALARM_NONE;
	return v;
}
