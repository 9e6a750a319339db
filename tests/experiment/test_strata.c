#include <math.h>

#include "base/buf.h"
#include "experiment/bcg.h"
#include "experiment/strata.h"
#include "experiment/strataline.h"
#include "support/asked.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct figure_near near[] = {
	{ "p_z", 1e-8, 1e-5 },
	{ "p_bh", 1e-8, 1e-5 },
	{ "pooled_log_rr", 1e-9, 0 },
	{ "pooled_lift", 1e-9, 0 },
	{ "Q", 1e-7, 1e-7 },
	{ "p_heterogeneity", 1e-8, 1e-5 },
	{ "I2", 1e-8, 0 },
	{ "tau2", 1e-9, 1e-6 },
	{ "shrunk_lift", 1e-8, 0 },
	{ NULL, 0, 0 },
};

START_TEST(the_worked_example_holds)
{
	ck_assert_figures(figure_ask(strataline_answer, "{'segments': ["
	    "{'name': 'seg0', 'n': [5000,4815], 'x': [769,692]},"
	    "{'name': 'seg1', 'n': [300,312], 'x': [18,23]},"
	    "{'name': 'seg2', 'n': [5000,4985], 'x': [735,842]}],"
	    "'alpha': 0.05}"),
	    "{'p_z': [0.160651143387, 0.4974121663, 0.00268845604139],"
	    "'p_bh': [0.240976715081, 0.4974121663, 0.00806536812418],"
	    "'pooled_log_rr': 0.0419227220643,"
	    "'pooled_lift': 0.0428138891323, 'Q': 9.82116810396, 'df': 2,"
	    "'p_heterogeneity': 0.00736818367214, 'I2': 0.796358235718,"
	    "'tau2': 0.0169316656925, 'shrunk_lift': [-0.0530330442107,"
	    "0.0696112133416, 0.136549060981],"
	    "'claim': [false, false, true]}", near);
} END_TEST

static const struct strata_segment bcg[] = { BCG_TRIALS };

/* The figures that R's metafor prints of these trials. */
START_TEST(r_says_the_same)
{
	struct strata_figure f[COUNT(bcg)];
	struct strata_pool all = strata_analyze(bcg, COUNT(bcg), .05, f);

	ck_assert_uint_eq(all.segments, 13);
	ck_assert_uint_eq(all.df, 12);
	ck_assert_double_eq_tol(all.theta, -.4303, 5e-5);
	ck_assert_double_eq_tol(all.q, 152.2330, 5e-5);
	ck_assert_double_eq_tol(all.i2, .9212, 5e-5);
	ck_assert_double_eq_tol(all.tau2, .3088, 5e-5);
	ck_assert_double_lt(all.p, 1e-4);
} END_TEST

START_TEST(equal_segments_are_one)
{
	static const struct strata_segment same[] = {
		{ { 1000, 50 }, { 1000, 80 } },
		{ { 1000, 50 }, { 1000, 80 } },
		{ { 1000, 50 }, { 1000, 80 } },
	};
	struct strata_figure f[COUNT(same)];
	struct strata_pool all = strata_analyze(same, COUNT(same), .05, f);

	ck_assert_double_eq_tol(all.theta, log(1.6), 1e-14);
	ck_assert_double_eq_tol(all.q, 0, 1e-20);
	ck_assert_double_eq(all.tau2, 0);
	ck_assert_double_eq(all.i2, 0);
	for (size_t i = 0; i < COUNT(same); i++) {
		ck_assert_double_eq(f[i].theta_shrunk, all.theta);
		/* Each is significant, but no different from the others. */
		ck_assert_double_lt(f[i].p_bh, .05);
		ck_assert(!f[i].is_claim);
	}
} END_TEST

START_TEST(swapping_the_arms_turns_the_sign)
{
	struct strata_figure f[COUNT(bcg)], g[COUNT(bcg)];
	struct strata_segment other[COUNT(bcg)];
	struct strata_pool a, b;

	for (size_t i = 0; i < COUNT(bcg); i++)
		other[i] = (struct strata_segment){ bcg[i].treatment,
			bcg[i].control };
	a = strata_analyze(bcg, COUNT(bcg), .05, f);
	b = strata_analyze(other, COUNT(bcg), .05, g);
	ck_assert_double_eq_tol(a.theta, -b.theta, 1e-13);
	ck_assert_double_eq_tol(a.q, b.q, 1e-10);
	ck_assert_double_eq_tol(a.tau2, b.tau2, 1e-13);
	for (size_t i = 0; i < COUNT(bcg); i++)
		ck_assert_double_eq_tol(f[i].theta_shrunk,
		    -g[i].theta_shrunk, 1e-13);
} END_TEST

/* Towards the pool, never beyond it. */
START_TEST(shrinking_stays_between)
{
	struct strata_figure f[COUNT(bcg)];
	struct strata_pool all = strata_analyze(bcg, COUNT(bcg), .05, f);
	double raw = f[_i].ratio.theta - all.theta;
	double shrunk = f[_i].theta_shrunk - all.theta;

	ck_assert_double_gt(raw * shrunk, 0);
	ck_assert_double_lt(fabs(shrunk), fabs(raw));
} END_TEST

/* A claim needs the segment's p and the segments' difference. */
START_TEST(a_claim_needs_both)
{
	struct strata_figure f[COUNT(bcg)];
	struct strata_pool all = strata_analyze(bcg, COUNT(bcg), .05, f);

	ck_assert(f[3].is_claim);
	ck_assert(!f[7].is_claim);
	strata_analyze(bcg, COUNT(bcg), all.p / 2, f);
	ck_assert(!f[3].is_claim);
} END_TEST

static const struct { const char *segments, *want; } silent[] = {
	/* Nobody converted in one arm, nobody came to another. */
	{ "{'n': [100,100], 'x': [0,0]}, {'n': [100,0], 'x': [9,0]},"
	    "{'n': [100,100], 'x': [10,10]}",
	    "{'p_z': [1.0, null, 1.0], 'p_bh': [1.0, null, 1.0],"
	    "'pooled_log_rr': 0.0, 'pooled_lift': 0.0, 'Q': 0.0, 'df': 0,"
	    "'p_heterogeneity': 1.0, 'I2': 0.0, 'tau2': 0.0,"
	    "'shrunk_lift': [null, null, 0.0],"
	    "'claim': [false, false, false]}" },
	{ "{'n': [0,0], 'x': [0,0]}",
	    "{'p_z': [null], 'p_bh': [null], 'pooled_log_rr': null,"
	    "'pooled_lift': null, 'Q': null, 'df': 0,"
	    "'p_heterogeneity': null, 'I2': null, 'tau2': null,"
	    "'shrunk_lift': [null], 'claim': [false]}" },
	/* Everybody converted: a ratio without spread. */
	{ "{'n': [9,9], 'x': [9,9]}",
	    "{'p_z': [1.0], 'p_bh': [1.0], 'pooled_log_rr': null,"
	    "'pooled_lift': null, 'Q': null, 'df': 0,"
	    "'p_heterogeneity': null, 'I2': null, 'tau2': null,"
	    "'shrunk_lift': [null], 'claim': [false]}" },
};
START_TEST(what_can_t_be_is_null)
{
	struct str inputs = buf_fmt(suite_arena(), 1000, "{'segments': [%s]}",
	    silent[_i].segments);

	ck_assert_figures(figure_ask(strataline_answer, inputs.p),
	    silent[_i].want, near);
} END_TEST

static const struct { const char *inputs, *error; } wrong[] = {
	{ "{}", "segments" },
	{ "{'segments': []}", "segments" },
	{ "{'segments': {}}", "segments" },
	{ "{'segments': [7]}", "n, x" },
	{ "{'segments': [{'n': [9,9], 'x': [1,10]}]}", "n, x" },
	{ "{'segments': [{'n': [9,9], 'x': [1,-1]}]}", "n, x" },
	{ "{'segments': [{'n': [9,9], 'x': [1]}]}", "n, x" },
	{ "{'segments': [{'n': [9,9,9], 'x': [1,1,1]}]}", "n, x" },
	{ "{'segments': [{'n': [9,2e12], 'x': [1,1]}]}", "n, x" },
	{ "{'segments': [{'n': [9,9], 'x': [1,1]}], 'alpha': '1'}",
	    "alpha" },
};
START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(strataline_answer,
	    wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

START_TEST(segments_have_a_limit)
{
	struct asked_list list = { "{\"segments\":[", "{\"n\":[100,100],"
	    "\"x\":[10,10]}", "]}", STRATA_MAX };

	ck_assert_str_begins(asked_list(strataline_answer, &list),
	    "\"got\"");
	list.count++;
	ck_assert_str_begins(asked_list(strataline_answer, &list),
	    "\"error\":\"segments");
} END_TEST

SUITE(strata)
{
	SUITE_TEST(the_worked_example_holds);
	SUITE_TEST(r_says_the_same);
	SUITE_TEST(equal_segments_are_one);
	SUITE_TEST(swapping_the_arms_turns_the_sign);
	SUITE_LOOP(shrinking_stays_between, COUNT(bcg));
	SUITE_TEST(a_claim_needs_both);
	SUITE_LOOP(what_can_t_be_is_null, COUNT(silent));
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
	SUITE_TEST(segments_have_a_limit);
}
