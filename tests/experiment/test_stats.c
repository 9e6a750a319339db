#include <math.h>
#include <signal.h>

#include "experiment/special.h"
#include "experiment/stats.h"
#include "support/suite.h"

#define ALPHA .05

static struct stats_arm
arm(int64_t n, int64_t x)
{
	return (struct stats_arm){ n, x };
}

/* Counts from nothing to everything, in pairs by the tests. */
static const struct stats_arm arms[] = {
	{ 0, 0 }, { 1, 0 }, { 1, 1 }, { 30, 1 }, { 28, 6 }, { 100, 0 },
	{ 100, 100 }, { 1000, 52 }, { 1000, 71 }, { 1000000000, 0 },
	{ 1000000000, 1 }, { 1000000000, 300000000 },
	{ 1000000000, 1000000000 }, { STATS_COUNT_MAX, 1 },
	{ STATS_COUNT_MAX, STATS_COUNT_MAX / 2 },
	{ STATS_COUNT_MAX, STATS_COUNT_MAX },
};

static void
assert_ordered(struct stats_interval i)
{
	if (!i.is_known)
		return;
	ck_assert(isfinite(i.low));
	ck_assert(isfinite(i.high));
	ck_assert(i.low <= i.high);
}

static void
assert_p(double p)
{
	ck_assert_msg(p >= 0 && p <= 1, "%g is no p", p);
}

START_TEST(no_counts_make_nonsense)
{
	struct stats_av_plan plan = { ALPHA, STATS_N_STAR };
	struct stats_arm a = arms[_i];

	for (size_t j = 0; j < COUNT(arms); j++) {
		struct stats_arm b = arms[j];
		struct stats_ratio r = stats_log_ratio(a, b);
		double c = stats_av_c(&plan, (double)(a.n + b.n));

		assert_p(stats_p(a, b));
		assert_p(stats_fisher(a, b));
		assert_p(stats_p_of_z(stats_z(a, b)));
		assert_p(stats_av_p(r, c));
		ck_assert(!isnan(stats_av_ln_p(r, c)));
		assert_ordered(stats_wilson(a, ALPHA));
		assert_ordered(stats_newcombe(a, b, ALPHA));
		assert_ordered(stats_lift_log(r, ALPHA));
		assert_ordered(stats_lift_delta(a, b, ALPHA));
		assert_ordered(stats_av_lift(r, c, ALPHA));
		ck_assert_int_eq(r.is_known, a.x && b.x);
		ck_assert_int_eq(stats_delta(a, b).is_known, a.x && b.x);
		ck_assert_int_eq(stats_newcombe(a, b, ALPHA).is_known,
		    a.n && b.n);
	}
} END_TEST

START_TEST(swapping_the_arms_turns_the_sign)
{
	struct stats_arm a = arms[_i];

	for (size_t j = 0; j < COUNT(arms); j++) {
		struct stats_arm b = arms[j];
		struct stats_interval d = stats_newcombe(a, b, ALPHA);
		struct stats_interval e = stats_newcombe(b, a, ALPHA);

		ck_assert_double_eq_tol(stats_z(a, b), -stats_z(b, a),
		    1e-12 + 1e-9 * fabs(stats_z(a, b)));
		ck_assert_double_eq_tol(stats_fisher(a, b),
		    stats_fisher(b, a), 1e-9);
		ck_assert_double_eq_tol(d.low, -e.high, 1e-12);
		ck_assert_int_eq(stats_is_small(a, b), stats_is_small(b, a));
		if (stats_log_ratio(a, b).is_known)
			ck_assert_double_eq_tol(stats_log_ratio(a, b).theta,
			    -stats_log_ratio(b, a).theta, 1e-12);
	}
} END_TEST

START_TEST(more_conversions_are_a_higher_z)
{
	double z = -INFINITY;

	for (int64_t x = 0; x <= 1000; x += 10) {
		double now = stats_z(arm(1000, 100), arm(1000, x));

		ck_assert(now > z);
		z = now;
	}
} END_TEST

START_TEST(a_rate_lies_in_its_interval)
{
	for (int64_t x = 0; x <= 40; x++) {
		struct stats_interval w = stats_wilson(arm(40, x), ALPHA);

		ck_assert(w.low <= (double)x / 40);
		ck_assert(w.high >= (double)x / 40);
		ck_assert_double_eq_tol(w.low,
		    1 - stats_wilson(arm(40, 40 - x), ALPHA).high, 1e-14);
	}
	ck_assert_double_eq(stats_wilson(arm(40, 0), ALPHA).low, 0);
	ck_assert_double_eq(stats_wilson(arm(40, 40), ALPHA).high, 1);
	ck_assert_double_eq(stats_wilson(arm(0, 0), ALPHA).high, 1);
} END_TEST

/* An expected cell of 5 is large enough, the next smaller one isn't. */
START_TEST(a_cell_of_five_is_not_small)
{
	ck_assert(!stats_is_small(arm(100, 5), arm(100, 5)));
	ck_assert(stats_is_small(arm(100, 5), arm(100, 4)));
	ck_assert(!stats_is_small(arm(100, 95), arm(100, 95)));
	ck_assert(stats_is_small(arm(100, 95), arm(100, 96)));
	ck_assert_double_eq(stats_p(arm(100, 5), arm(100, 5)), 1);
	ck_assert_double_eq(stats_p(arm(100, 3), arm(100, 1)),
	    stats_fisher(arm(100, 3), arm(100, 1)));
	ck_assert_double_eq(stats_p(arm(100, 30), arm(100, 10)),
	    stats_p_of_z(stats_z(arm(100, 30), arm(100, 10))));
} END_TEST

/* Both delta intervals and log ones know the same variance. */
START_TEST(delta_and_log_agree_for_small_lifts)
{
	struct stats_arm a = arm(100000000, 10000000);
	struct stats_arm b = arm(100000000, 10010000);
	struct stats_delta d = stats_delta(a, b);
	struct stats_ratio r = stats_log_ratio(a, b);

	ck_assert_double_eq_tol(d.se, r.se * (1 + d.lift), 1e-15);
	ck_assert_double_eq_tol(log1p(d.lift), r.theta, 1e-12);
} END_TEST

/* statistics, 2.5: 3.035 spreads at the planned size. */
START_TEST(the_boundary_is_where_p_is_alpha)
{
	struct stats_av_plan plan = { ALPHA, 5000 };
	double c = stats_av_c(&plan, 5000 * (_i + 1));
	double boundary = stats_av_critical(c, ALPHA);
	struct stats_ratio r = { boundary, 1, true };

	if (_i == 0)
		ck_assert_double_eq_tol(boundary, 3.035, 5e-4);
	ck_assert_double_eq_tol(stats_av_p(r, c), ALPHA, 1e-12);
	ck_assert_double_eq_tol(stats_av_lift(r, c, ALPHA).low, 0, 1e-12);
} END_TEST

/* Where p itself can't be told from 0, its logarithm can. */
START_TEST(the_logarithm_of_p_stays)
{
	struct stats_av_plan plan = { ALPHA, 5000 };
	double c = stats_av_c(&plan, 2e9);
	struct stats_ratio r = stats_log_ratio(arm(1000000000, 300000000),
	    arm(1000000000, 400000000));

	ck_assert_double_eq(stats_av_p(r, c), 0);
	ck_assert(isfinite(stats_av_ln_p(r, c)));
	ck_assert(stats_av_ln_p(r, c) < -1e6);
} END_TEST

static const struct { struct stats_arm a, b; bool is_ready; } ready[] = {
	{ { 20, 10 }, { 20, 10 }, true },
	{ { 20, 9 }, { 20, 10 }, false }, { { 20, 10 }, { 20, 9 }, false },
	{ { 20, 11 }, { 20, 10 }, false }, { { 20, 10 }, { 20, 11 }, false },
	{ { 21, 11 }, { 21, 11 }, true },
};
START_TEST(ten_of_each_make_it_ready)
{
	ck_assert_int_eq(stats_av_is_ready(ready[_i].a, ready[_i].b),
	    ready[_i].is_ready);
} END_TEST

static const struct stats_srm_limit limit = { STATS_SRM_P,
	STATS_SRM_TOTAL_MIN };

START_TEST(mismatch_needs_a_hundred)
{
	const int64_t enough[] = { 80, 20 }, few[] = { 80, 19 };
	const double weight[] = { 1, 1 };

	ck_assert(stats_srm(enough, weight, 2, limit).is_flagged);
	ck_assert(!stats_srm(few, weight, 2, limit).is_flagged);
	ck_assert(stats_srm(few, weight, 2, limit).p < STATS_SRM_P);
} END_TEST

START_TEST(only_the_proportion_of_weights_counts)
{
	const int64_t count[] = { 700, 205, 95, 0 };
	const double once[] = { .7, .2, .1, 0 }, more[] = { 70, 20, 10, 0 };
	const int64_t archived[] = { 700, 205, 95, 1000000 };
	struct stats_srm a = stats_srm(count, once, 4, limit);
	struct stats_srm b = stats_srm(count, more, 4, limit);
	struct stats_srm c = stats_srm(archived, more, 4, limit);

	ck_assert_double_eq_tol(a.chi2, .375, 1e-12);
	ck_assert_double_eq(a.df, 2);
	ck_assert_double_eq_tol(a.chi2, b.chi2, 1e-12);
	ck_assert_double_eq_tol(a.chi2, c.chi2, 1e-12);
	ck_assert_double_eq_tol(stats_srm_ln_bf(count, once, 4, 1e4),
	    stats_srm_ln_bf(archived, more, 4, 1e4), 1e-12);
} END_TEST

START_TEST(no_visitors_are_no_mismatch)
{
	const int64_t none[] = { 0, 0 };
	const double weight[] = { 1, 1 }, nothing[] = { 0, 0 };

	ck_assert_double_eq(stats_srm(none, weight, 2, limit).p, 1);
	ck_assert_double_eq(stats_srm(none, nothing, 2, limit).p, 1);
	ck_assert_double_eq_tol(stats_srm_ln_bf(none, weight, 2, 1e4), 0,
	    1e-15);
} END_TEST

/* By the formula as it is printed, where its digits suffice. */
START_TEST(the_bayes_factor_is_its_formula)
{
	static const int64_t counts[][3] = { { 0, 0, 1 }, { 3, 1, 0 },
		{ 125, 126, 30 }, { 103000, 97000, 20000 } };
	const double w[] = { .45, .45, .1 }, k[] = { 100, 10000 };
	const int64_t *n = counts[_i / 2];
	double concentration = k[_i % 2], total = 0, want = 0;

	for (int i = 0; i < 3; i++) {
		double a = concentration * w[i];

		total += (double)n[i];
		want += lgamma(a + (double)n[i]) - lgamma(a) -
		    (double)n[i] * log(w[i]);
	}
	want += lgamma(concentration) - lgamma(concentration + total);
	ck_assert_double_eq_tol(stats_srm_ln_bf(n, w, 3, concentration),
	    want, 1e-8);
} END_TEST

/*
 * An exact split of 2e9 between two: ln B(a + n, a + n) - ln B(a, a) +
 * 2 n ln 2, by 40 digits.
 */
START_TEST(the_bayes_factor_keeps_its_digits)
{
	const int64_t even[] = { 1000000000, 1000000000 };
	const int64_t uneven[] = { 1000100000, 999900000 };
	const double w[] = { 1, 1 };

	ck_assert_double_eq_tol(stats_srm_ln_bf(even, w, 2, 1e4),
	    -6.1030638226337958, 1e-9);
	ck_assert_double_eq_tol(stats_srm_ln_bf(uneven, w, 2, 1e4),
	    3.8968861992825697, 1e-9);
} END_TEST

static const struct { double p[4], holm[4], bh[4]; } families[] = {
	{ { .01, .04, .03, .005 }, { .03, .06, .06, .02 },
	    { .02, .04, .04, .02 } },
	{ { 1, 1, 1, 1 }, { 1, 1, 1, 1 }, { 1, 1, 1, 1 } },
	{ { 0, .5, .5, .9 }, { 0, 1, 1, 1 },
	    { 0, .5 * 4 / 3, .5 * 4 / 3, .9 } },
	{ { .2, .2, .2, .2 }, { .8, .8, .8, .8 }, { .2, .2, .2, .2 } },
};
START_TEST(families_are_adjusted)
{
	double holm[4], bh[4];

	stats_holm(families[_i].p, 4, holm);
	stats_bh(families[_i].p, 4, bh);
	for (int i = 0; i < 4; i++) {
		ck_assert_double_eq_tol(holm[i], families[_i].holm[i], 1e-15);
		ck_assert_double_eq_tol(bh[i], families[_i].bh[i], 1e-15);
	}
} END_TEST

START_TEST(a_family_may_be_full)
{
	static double p[STATS_P_MAX], out[STATS_P_MAX];

	for (size_t i = 0; i < STATS_P_MAX; i++)
		p[i] = (double)(STATS_P_MAX - i) / STATS_P_MAX / 1e6;
	stats_holm(p, STATS_P_MAX, out);
	ck_assert_double_eq_tol(out[STATS_P_MAX - 1], 1e-6, 1e-18);
	stats_bh(p, STATS_P_MAX, out);
	ck_assert_double_eq_tol(out[0], 1e-6, 1e-18);
} END_TEST

START_TEST(too_large_a_family_is_a_bug)
{
	static double p[STATS_P_MAX + 1], out[STATS_P_MAX + 1];

	stats_holm(p, STATS_P_MAX + 1, out);
	ck_abort_msg("the assertion should have ended this test");
} END_TEST

SUITE_APART(stats)
{
	SUITE_LOOP(no_counts_make_nonsense, COUNT(arms));
	SUITE_LOOP(swapping_the_arms_turns_the_sign, COUNT(arms));
	SUITE_TEST(more_conversions_are_a_higher_z);
	SUITE_TEST(a_rate_lies_in_its_interval);
	SUITE_TEST(a_cell_of_five_is_not_small);
	SUITE_TEST(delta_and_log_agree_for_small_lifts);
	SUITE_LOOP(the_boundary_is_where_p_is_alpha, 3);
	SUITE_TEST(the_logarithm_of_p_stays);
	SUITE_LOOP(ten_of_each_make_it_ready, COUNT(ready));
	SUITE_TEST(mismatch_needs_a_hundred);
	SUITE_TEST(only_the_proportion_of_weights_counts);
	SUITE_TEST(no_visitors_are_no_mismatch);
	SUITE_LOOP(the_bayes_factor_is_its_formula, 8);
	SUITE_TEST(the_bayes_factor_keeps_its_digits);
	SUITE_LOOP(families_are_adjusted, COUNT(families));
	SUITE_TEST(a_family_may_be_full);
	tcase_add_test_raise_signal(suite_case, too_large_a_family_is_a_bug,
	    SIGABRT);
}
