/* Implements valueline.h: reads and writes JSON, the arithmetic is value's. */
#include <math.h>
#include <string.h>

#include "experiment/jsonline.h"
#include "experiment/testread.h"
#include "experiment/value.h"
#include "experiment/valueline.h"

#define ARMS 2
#define ROUNDING 1e-9	/* of sums that came as decimals */

static const struct jsonline_range visitors = { 0, STATS_COUNT_MAX, NAN,
	"n: must be a whole number from 0 to 1e12" };
static const struct jsonline_range sums = { -1e15, 1e15, NAN,
	"sum: must be a number from -1e15 to 1e15" };
static const struct jsonline_range squares = { 0, 1e30, NAN,
	"sum_sq: must be a number from 0 to 1e30" };
static const struct jsonline_range costs = { 0, 1e15, NAN,
	"sum_cost: must be a number from 0 to 1e15" };
static const struct jsonline_range cost_squares = { 0, 1e30, NAN,
	"sum_cost_sq: must be a number from 0 to 1e30" };
static const struct jsonline_range leads = { 0, STATS_COUNT_MAX, NAN,
	"sum_leads: must be a whole number from 0 to n" };
static const struct jsonline_range products = { 0, 1e15, NAN,
	"sum_cost_leads: must be a number from 0 to sum_cost" };

/* By Cauchy and Schwarz; for n of 0 it asks for sums of 0. */
static bool
can_be(double n, double sum, double sum_sq)
{
	return sum * sum <= n * sum_sq * (1 + ROUNDING);
}

static bool
read_pair(struct jsonline *q, const char *name,
    const struct jsonline_range *range, double out[ARMS])
{
	size_t count = jsonline_numbers(q, jsonline_member(q, name), range,
	    ARMS, out);

	return count == ARMS || jsonline_fail(q, range->error);
}

static bool
read_sums(struct jsonline *q, struct value_sum *s)
{
	double n[ARMS], sum[ARMS], sum_sq[ARMS];

	if (!read_pair(q, "n", &visitors, n) ||
	    !read_pair(q, "sum", &sums, sum) ||
	    !read_pair(q, "sum_sq", &squares, sum_sq))
		return false;
	for (size_t i = 0; i < ARMS; i++) {
		if (n[i] != floor(n[i]))
			return jsonline_fail(q, visitors.error);
		if (!can_be(n[i], sum[i], sum_sq[i]))
			return jsonline_fail(q, "sum_sq: is too small for"
			    " these n and sum");
		s[i] = (struct value_sum){ (int64_t)n[i], sum[i], sum_sq[i] };
	}
	return true;
}

static json_t *
tell_welch(struct value_sum a, struct value_sum b, double alpha)
{
	struct value_welch w = value_welch(a, b, alpha);

	if (!w.is_known)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
	    "diff", jsonline_real(w.diff),
	    "se", jsonline_real(w.se),
	    "t", jsonline_real(w.t),
	    "df", jsonline_real(w.df),
	    "p", jsonline_real(w.p),
	    "diff_ci", jsonline_interval(w.diff_ci));
}

static json_t *
answer_mean(struct jsonline *q, double alpha)
{
	struct stats_av_plan plan = { alpha,
		testread_n_star(q, "n_star") };
	struct value_estimate mean[ARMS];
	double means[ARMS], vars[ARMS], c;
	struct value_sum s[ARMS];
	struct stats_ratio r;

	if (!read_sums(q, s) || q->error)
		return NULL;
	for (size_t i = 0; i < ARMS; i++) {
		mean[i] = value_mean(s[i]);
		means[i] = mean[i].is_known ? mean[i].value : NAN;
		vars[i] = mean[i].is_known ? value_variance(s[i]) : NAN;
	}
	r = value_log_ratio(mean[0], mean[1]);
	c = stats_av_c(&plan, (double)(s[0].n + s[1].n));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "mean", jsonline_reals(means, ARMS),
	    "var", jsonline_reals(vars, ARMS),
	    "welch", tell_welch(s[0], s[1], alpha),
	    "lift", jsonline_real(value_lift(mean[0], mean[1])),
	    "lift_ci_log", jsonline_interval(stats_lift_log(r, alpha)),
	    "lift_ci_delta", jsonline_interval(
	    value_lift_delta(mean[0], mean[1], alpha)),
	    "av_lift_ci", jsonline_interval(stats_av_lift(r, c, alpha)),
	    "av_p", jsonline_real(stats_av_p(r, c)));
}

static bool
read_costs(struct jsonline *q, const json_t *from, struct value_ratio_sum *s)
{
	struct jsonline arm = { .inputs = from };
	double n = jsonline_number(&arm, "n", &visitors);

	s->cost = jsonline_number(&arm, "sum_cost", &costs);
	s->cost_sq = jsonline_number(&arm, "sum_cost_sq", &cost_squares);
	s->leads = jsonline_number(&arm, "sum_leads", &leads);
	s->cost_leads = jsonline_number(&arm, "sum_cost_leads", &products);
	if (arm.error)
		return jsonline_fail(q, arm.error);
	if (n != floor(n))
		return jsonline_fail(q, visitors.error);
	if (s->leads != floor(s->leads) || s->leads > n)
		return jsonline_fail(q, leads.error);
	if (!can_be(n, s->cost, s->cost_sq))
		return jsonline_fail(q, "sum_cost_sq: is too small for these"
		    " n and sum_cost");
	if (s->cost_leads > s->cost * (1 + ROUNDING))
		return jsonline_fail(q, products.error);
	s->n = (int64_t)n;
	return true;
}

static json_t *
tell_better(double lift, bool is_lower_better)
{
	if (isinf(lift))
		return json_null();
	return json_boolean(is_lower_better ? lift < 0 : lift > 0);
}

static json_t *
answer_ratio(struct jsonline *q, double alpha)
{
	const json_t *arms = jsonline_member(q, "arms");
	const json_t *lower = jsonline_member(q, "lower_is_better");
	double ratios[ARMS], errors[ARMS];
	struct value_estimate e[ARMS];
	struct value_ratio_sum s;
	struct stats_ratio r;

	if (json_array_size(arms) != ARMS)
		jsonline_fail(q, "arms: must be a list of two");
	if (lower && !json_is_boolean(lower))
		jsonline_fail(q, "lower_is_better: must be true or false");
	for (size_t i = 0; i < ARMS && !q->error; i++) {
		if (!read_costs(q, json_array_get(arms, i), &s))
			return NULL;
		e[i] = value_ratio(&s);
		ratios[i] = e[i].is_known ? e[i].value : NAN;
		errors[i] = e[i].is_known ? sqrt(e[i].var) : NAN;
	}
	if (q->error)
		return NULL;
	r = value_log_ratio(e[0], e[1]);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "ratio", jsonline_reals(ratios, ARMS),
	    "se", jsonline_reals(errors, ARMS),
	    "lift", jsonline_real(value_lift(e[0], e[1])),
	    "lift_ci_log", jsonline_interval(stats_lift_log(r, alpha)),
	    "lift_ci_delta", jsonline_interval(
	    value_lift_delta(e[0], e[1], alpha)),
	    "p_log", jsonline_real(r.is_known ?
	    stats_p_of_z(r.theta / r.se) : 1),
	    "better", tell_better(value_lift(e[0], e[1]),
	    !json_is_false(lower)));
}

json_t *
valueline_answer(struct jsonline *q)
{
	const char *kind = json_string_value(jsonline_member(q, "kind"));
	double alpha = testread_alpha(q);

	if (kind && !strcmp(kind, "mean"))
		return answer_mean(q, alpha);
	if (kind && !strcmp(kind, "ratio"))
		return answer_ratio(q, alpha);
	jsonline_fail(q, "kind: must be mean or ratio");
	return NULL;
}
