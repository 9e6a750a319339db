#include <math.h>

#include "experiment/value.h"
#include "experiment/valueline.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct figure_near near[] = {
	{ "mean", 0, 1e-10 },
	{ "var", 0, 1e-8 },
	{ "diff", 1e-10, 1e-8 },
	{ "se", 0, 1e-8 },
	{ "t", 1e-7, 0 },
	{ "df", 0, 1e-7 },
	{ "p", 1e-8, 1e-5 },
	{ "diff_ci", 1e-6, 1e-6 },
	{ "ratio", 0, 1e-10 },
	{ "lift", 1e-9, 0 },
	{ "lift_ci_log", 1e-7, 0 },
	{ "lift_ci_delta", 1e-7, 0 },
	{ "av_lift_ci", 1e-7, 0 },
	{ "av_p", 1e-9, 1e-5 },
	{ "p_log", 1e-8, 1e-5 },
	{ NULL, 0, 0 },
};

START_TEST(a_worked_mean_holds)
{
	ck_assert_figures(figure_ask(valueline_answer, "{'kind': 'mean',"
	    "'n': [4772,5193], 'sum': [5023.0,5824.03],"
	    "'sum_sq': [659004.3156,743478.0733],"
	    "'alpha': 0.05, 'n_star': 5000}"),
	    "{'mean': [1.0525984912, 1.12151550164],"
	    "'var': [137.018887734, 141.938816135],"
	    "'welch': {'diff': 0.0689170104382, 'se': 0.236739973156,"
	    "'t': 0.29110846605, 'df': 9918.54799358, 'p': 0.770974452271,"
	    "'diff_ci': [-0.395141439784, 0.53297546066]},"
	    "'lift': 0.0654732179596,"
	    "'lift_ci_log': [-0.305386990581, 0.634339067646],"
	    "'lift_ci_delta': [-0.390356943945, 0.521303379864],"
	    "'av_lift_ci': [-0.453806749849, 1.078446004], 'av_p': 1.0}",
	    near);
} END_TEST

#define FIRST_COSTS "{'n': 1144, 'sum_cost': 2089.04," \
    "'sum_cost_sq': 5885.9004, 'sum_leads': 32, 'sum_cost_leads': 69.09}"
#define OTHER_COSTS "{'n': 3333, 'sum_cost': 5931.73," \
    "'sum_cost_sq': 15991.4351, 'sum_leads': 98, 'sum_cost_leads': 167.25}"

START_TEST(a_worked_ratio_holds)
{
	ck_assert_figures(figure_ask(valueline_answer, "{'kind': 'ratio',"
	    "'metric': 'cost_per_lead', 'lower_is_better': true,"
	    "'arms': [" FIRST_COSTS "," OTHER_COSTS "], 'alpha': 0.05}"),
	    "{'ratio': [65.2825, 60.5278571429],"
	    "'se': [11.4120058821, 6.07880917764], 'lift': -0.0728318133825,"
	    "'lift_ci_log': [-0.375471777618, 0.376464370172],"
	    "'lift_ci_delta': [-0.439191622513, 0.293527995748],"
	    "'p_log': 0.707592447382, 'better': true}", near);
} END_TEST

static const struct { const char *inputs; bool is_better; } sides[] = {
	{ "{'kind': 'ratio', 'arms': [" FIRST_COSTS "," OTHER_COSTS "]}",
	    true },
	{ "{'kind': 'ratio', 'arms': [" OTHER_COSTS "," FIRST_COSTS "]}",
	    false },
	{ "{'kind': 'ratio', 'arms': [" OTHER_COSTS "," FIRST_COSTS "],"
	    "'lower_is_better': false}", true },
};
START_TEST(less_cost_is_better)
{
	ck_assert(json_is_true(figure_at(figure_ask(valueline_answer,
	    sides[_i].inputs), "better")) == sides[_i].is_better);
} END_TEST

static struct value_sum
sum_of(const double *v, size_t count)
{
	struct value_sum s = { .n = (int64_t)count };

	for (size_t i = 0; i < count; i++) {
		s.sum += v[i];
		s.sum_sq += v[i] * v[i];
	}
	return s;
}

/* Student's sleep data, as R's t.test(extra ~ group, data = sleep). */
static const double sleep1[] = { .7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0,
	2 };
static const double sleep2[] = { 1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6,
	3.4 };

START_TEST(r_says_the_same)
{
	struct value_welch w = value_welch(sum_of(sleep2, COUNT(sleep2)),
	    sum_of(sleep1, COUNT(sleep1)), .05);

	ck_assert(w.is_known);
	ck_assert_double_eq_tol(w.t, -1.8608, 5e-5);
	ck_assert_double_eq_tol(w.df, 17.776, 5e-4);
	ck_assert_double_eq_tol(w.p, .07939, 5e-6);
	ck_assert_double_eq_tol(w.diff_ci.low, -3.3654832, 5e-8);
	ck_assert_double_eq_tol(w.diff_ci.high, .2054832, 5e-8);
} END_TEST

START_TEST(swapping_the_arms_turns_the_sign)
{
	struct value_sum a = { 500, 900, 40000 }, b = { 800, 1100, 30000 };
	struct value_welch ab = value_welch(a, b, .05);
	struct value_welch ba = value_welch(b, a, .05);
	struct stats_ratio there = value_log_ratio(value_mean(a),
	    value_mean(b));
	struct stats_ratio back = value_log_ratio(value_mean(b),
	    value_mean(a));

	ck_assert_double_ne(ab.t, 0);
	ck_assert_double_eq_tol(ab.t, -ba.t, 1e-12);
	ck_assert_double_eq_tol(ab.df, ba.df, 1e-9);
	ck_assert_double_eq_tol(ab.diff_ci.low, -ba.diff_ci.high, 1e-12);
	ck_assert_double_eq_tol(there.theta, -back.theta, 1e-12);
	ck_assert_double_eq_tol(there.se, back.se, 1e-12);
} END_TEST

/* A value of 1 for who converts and 0 else is a rate, but for n - 1. */
START_TEST(a_rate_is_a_mean)
{
	static const struct stats_arm a = { 1000, 52 }, b = { 1000, 71 };
	struct stats_ratio plain = stats_log_ratio(a, b);
	struct stats_ratio r = value_log_ratio(
	    value_mean((struct value_sum){ 1000, 52, 52 }),
	    value_mean((struct value_sum){ 1000, 71, 71 }));

	ck_assert_double_eq_tol(r.theta, plain.theta, 1e-14);
	ck_assert_double_eq_tol(r.se * sqrt(.999), plain.se, 1e-12);
} END_TEST

/* Where every visitor costs the same, cost a lead is the rate turned over. */
START_TEST(an_even_cost_is_one_over_the_rate)
{
	struct value_ratio_sum s = { 1000, 2000, 4000, 52, 104 };
	struct value_estimate e = value_ratio(&s);
	struct value_estimate rate = value_mean(
	    (struct value_sum){ 1000, 52, 52 });

	ck_assert_double_eq_tol(e.value, 2000 / 52., 1e-12);
	ck_assert_double_eq_tol(sqrt(e.var) / e.value,
	    sqrt(rate.var) / rate.value, 1e-12);
} END_TEST

static const double ten[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
static const struct { size_t count; double quantile, want; } limits[] = {
	{ 10, .995, 9.955 },	/* as R's quantile(1:10, .995) */
	{ 10, .5, 5.5 },
	{ 10, 0, 1 },
	{ 10, 1, 10 },
	{ 1, .995, 1 },
	{ 2, .995, 1.995 },
	{ 0, .995, 0 },
};
START_TEST(values_are_cut_off_at_a_quantile)
{
	ck_assert_double_eq_tol(value_limit(ten, limits[_i].count,
	    limits[_i].quantile), limits[_i].want, 1e-12);
} END_TEST

static const struct { const char *inputs, *want; } silent[] = {
	{ "{'kind': 'mean', 'n': [0,1], 'sum': [0,3], 'sum_sq': [0,9]}",
	    "{'mean': [null,null], 'var': [null,null], 'welch': null,"
	    "'lift': null, 'lift_ci_log': null, 'lift_ci_delta': null,"
	    "'av_lift_ci': null, 'av_p': 1.0}" },
	/* Everybody is worth the same: no spread, no test. */
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [2,4], 'sum_sq': [2,8]}",
	    "{'mean': [1.0,2.0], 'var': [0.0,0.0], 'welch': null,"
	    "'lift': 1.0, 'lift_ci_log': null, 'lift_ci_delta': null,"
	    "'av_lift_ci': null, 'av_p': 1.0}" },
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [0,0], 'sum_sq': [0,0]}",
	    "{'mean': [0.0,0.0], 'var': [0.0,0.0], 'welch': null,"
	    "'lift': null, 'lift_ci_log': null, 'lift_ci_delta': null,"
	    "'av_lift_ci': null, 'av_p': 1.0}" },
	{ "{'kind': 'ratio', 'arms': [{'n': 9, 'sum_cost': 9, 'sum_cost_sq':"
	    "9, 'sum_leads': 0, 'sum_cost_leads': 0}, {'n': 1, 'sum_cost': 9,"
	    "'sum_cost_sq': 81, 'sum_leads': 1, 'sum_cost_leads': 9}]}",
	    "{'ratio': [null,null], 'se': [null,null], 'lift': null,"
	    "'lift_ci_log': null, 'lift_ci_delta': null, 'p_log': 1.0,"
	    "'better': null}" },
};
START_TEST(what_can_t_be_is_null)
{
	ck_assert_figures(figure_ask(valueline_answer, silent[_i].inputs),
	    silent[_i].want, near);
} END_TEST

/* Losses, next to nothing, and very much: an answer, whatever it is. */
static const char *const odd[] = {
	"{'kind': 'mean', 'n': [9,9], 'sum': [-9,9], 'sum_sq': [99,99]}",
	"{'kind': 'mean', 'n': [9,9], 'sum': [1e-300,1e-300],"
	    "'sum_sq': [1e-290,1e-290]}",
	"{'kind': 'mean', 'n': [9,9], 'sum': [1e-320,1e15],"
	    "'sum_sq': [1e-320,1e30]}",
	"{'kind': 'mean', 'n': [1e12,1e12], 'sum': [1e15,1e15],"
	    "'sum_sq': [1e30,1e30]}",
	"{'kind': 'ratio', 'arms': [{'n': 1e12, 'sum_cost': 1e-320,"
	    "'sum_cost_sq': 1e30, 'sum_leads': 1, 'sum_cost_leads': 0},"
	    "{'n': 1e12, 'sum_cost': 1e15, 'sum_cost_sq': 1e30, 'sum_leads':"
	    "1e12, 'sum_cost_leads': 1e15}]}",
};
START_TEST(odd_values_are_answered)
{
	ck_assert(json_is_object(figure_ask(valueline_answer, odd[_i])));
} END_TEST

static const struct { const char *inputs, *error; } wrong[] = {
	{ "{}", "kind" },
	{ "{'kind': 'median'}", "kind" },
	{ "{'kind': 'mean'}", "n:" },
	{ "{'kind': 'mean', 'n': [2], 'sum': [1,1], 'sum_sq': [1,1]}",
	    "n:" },
	{ "{'kind': 'mean', 'n': [2,2,2], 'sum': [1,1], 'sum_sq': [1,1]}",
	    "n:" },
	{ "{'kind': 'mean', 'n': [2,-2], 'sum': [1,1], 'sum_sq': [1,1]}",
	    "n:" },
	{ "{'kind': 'mean', 'n': [2,2.5], 'sum': [1,1], 'sum_sq': [1,1]}",
	    "n:" },
	{ "{'kind': 'mean', 'n': [2,2e12], 'sum': [1,1], 'sum_sq': [1,1]}",
	    "n:" },
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [1,'1'], 'sum_sq': [1,1]}",
	    "sum:" },
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [1,1], 'sum_sq': [1,-1]}",
	    "sum_sq:" },
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [1,4], 'sum_sq': [1,7]}",
	    "sum_sq:" },
	{ "{'kind': 'mean', 'n': [2,0], 'sum': [1,4], 'sum_sq': [1,7]}",
	    "sum_sq:" },
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [1,1], 'sum_sq': [1,1],"
	    "'alpha': 2}", "alpha" },
	{ "{'kind': 'mean', 'n': [2,2], 'sum': [1,1], 'sum_sq': [1,1],"
	    "'n_star': 0}", "n_star" },
	{ "{'kind': 'ratio'}", "arms" },
	{ "{'kind': 'ratio', 'arms': [" FIRST_COSTS "]}", "arms" },
	{ "{'kind': 'ratio', 'arms': [{}, {}]}", "n:" },
	{ "{'kind': 'ratio', 'arms': [1, 2]}", "n:" },
	{ "{'kind': 'ratio', 'arms': [{'n': 3, 'sum_cost': 3, 'sum_cost_sq':"
	    "2, 'sum_leads': 1, 'sum_cost_leads': 1}, " FIRST_COSTS "]}",
	    "sum_cost_sq" },
	{ "{'kind': 'ratio', 'arms': [{'n': 3, 'sum_cost': 3, 'sum_cost_sq':"
	    "9, 'sum_leads': 4, 'sum_cost_leads': 1}, " FIRST_COSTS "]}",
	    "sum_leads" },
	{ "{'kind': 'ratio', 'arms': [{'n': 3, 'sum_cost': 3, 'sum_cost_sq':"
	    "9, 'sum_leads': 1, 'sum_cost_leads': 4}, " FIRST_COSTS "]}",
	    "sum_cost_leads" },
	{ "{'kind': 'ratio', 'arms': [" FIRST_COSTS "," OTHER_COSTS "],"
	    "'lower_is_better': 1}", "lower_is_better" },
};
START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(valueline_answer, wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

SUITE(value)
{
	SUITE_TEST(a_worked_mean_holds);
	SUITE_TEST(a_worked_ratio_holds);
	SUITE_LOOP(less_cost_is_better, COUNT(sides));
	SUITE_TEST(r_says_the_same);
	SUITE_TEST(swapping_the_arms_turns_the_sign);
	SUITE_TEST(a_rate_is_a_mean);
	SUITE_TEST(an_even_cost_is_one_over_the_rate);
	SUITE_LOOP(values_are_cut_off_at_a_quantile, COUNT(limits));
	SUITE_LOOP(what_can_t_be_is_null, COUNT(silent));
	SUITE_LOOP(odd_values_are_answered, COUNT(odd));
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
}
