/* Holds the special functions against Boost.Math's, over grids up to 1e9. */
#include <math.h>

#include "experiment/special.h"
#include "support/oracle.h"
#include "support/suite.h"

#define TINY 1e-290		/* below, both are as good as 0 */

static void
assert_near(double got, double want, double relative, const char *what)
{
	ck_assert_msg(fabs(got - want) <= fabs(want) * relative + TINY,
	    "%s: got %.17g, wanted %.17g", what, got, want);
}

START_TEST(normal_tails_are_boosts)
{
	for (int i = -370; i <= 370; i++) {
		double z = i / 10.0;

		assert_near(special_normal_q(z), oracle_normal_q(z), 1e-12,
		    "normal q");
		assert_near(special_normal_p(-z), oracle_normal_q(z), 1e-12,
		    "normal p");
	}
} END_TEST

START_TEST(normal_quantiles_are_boosts)
{
	for (int i = 1; i < 1000; i++)
		assert_near(special_normal_quantile(i / 1000.0),
		    oracle_normal_quantile(i / 1000.0), i == 500 ? 1 : 1e-14,
		    "normal quantile");
	for (int i = 4; i < 290; i++)
		assert_near(special_normal_quantile(pow(10, -i)),
		    oracle_normal_quantile(pow(10, -i)), 1e-14,
		    "normal quantile");
	ck_assert(isinf(special_normal_quantile(0)));
	ck_assert(special_normal_quantile(0) < 0);
	ck_assert(isinf(special_normal_quantile(1)));
	ck_assert(special_normal_quantile(1) > 0);
} END_TEST

static const double sizes[] = { .5, 1, 1.5, 2, 3, 10, 14.9, 15, 15.1, 100,
	1000, 2999, 3000, 3001, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };

START_TEST(stirling_leaves_what_boost_says)
{
	double x = sizes[_i];
	double main_terms = (x - .5) * log(x) - x + .5 * log(2 * M_PI);

	assert_near(special_lgamma(x) + 1, oracle_lgamma(x) + 1, 1e-14,
	    "lgamma");
	if (x < 1000)
		ck_assert_double_eq_tol(special_stirling(x),
		    oracle_lgamma(x) - main_terms, 1e-12);
	else
		assert_near(special_stirling(x), 1 / (12 * x), 1e-6,
		    "stirling");
} END_TEST

START_TEST(betas_are_gammas)
{
	for (size_t j = 0; j < COUNT(sizes) - 7; j++) {
		double a = sizes[_i], b = sizes[j];
		double size = oracle_lgamma(a + b);
		double want = oracle_lgamma(a) + oracle_lgamma(b) - size;

		ck_assert_double_eq_tol(special_lbeta(a, b), want,
		    1e-13 + 1e-14 * fabs(size));
	}
	/* B(1, b) is 1 / b, whatever b. */
	assert_near(special_lbeta(1, sizes[_i]) + 1, 1 - log(sizes[_i]), 1e-13,
	    "ln B(1, b)");
} END_TEST

static const struct { double x, want; } log1pmx[] = {
	{ 0, 0 }, { 1e-8, -4.9999999666666671e-17 },
	{ -1e-8, -5.0000000333333338e-17 },
	{ .1, -.0046898201956751405 }, { -.1, -.0053605156578263018 },
	{ .1001, -.0046989152367470323 }, { -.1001, -.0053716329422342034 },
	{ 9, -6.6974149070059543 }, { -.999, -5.9087552789821362 },
};
START_TEST(log1pmx_keeps_its_digits)
{
	assert_near(special_log1pmx(log1pmx[_i].x), log1pmx[_i].want, 1e-12,
	    "log1pmx");
} END_TEST

/* Beta tails from 20 spreads below to 20 above the mean. */
START_TEST(beta_tails_are_boosts)
{
	for (size_t j = 0; j < COUNT(sizes); j++)
		for (int k = -20; k <= 20; k++) {
			double a = sizes[_i], b = sizes[j], n = a + b;
			double sd = sqrt(a / n * (b / n) / (n + 1));
			double x = a / n + k * sd;
			/* What rounding x alone does to a tail at 1e9. */
			double reach = 1e-11 + 1e-16 / sd * (8 + 4.0 *
			    (k < 0 ? -k : k));

			if (x <= 0 || x >= 1)
				continue;
			ck_assert_msg(fabs(special_beta_p(a, b, x) -
			    oracle_beta_p(a, b, x)) <=
			    oracle_beta_p(a, b, x) * reach + TINY,
			    "P(%g, %g, %.17g) %.17g, wanted %.17g", a, b, x,
			    special_beta_p(a, b, x), oracle_beta_p(a, b, x));
			ck_assert_msg(fabs(special_beta_q(a, b, x) -
			    oracle_beta_q(a, b, x)) <=
			    oracle_beta_q(a, b, x) * reach + TINY,
			    "Q(%g, %g, %.17g) %.17g, wanted %.17g", a, b, x,
			    special_beta_q(a, b, x), oracle_beta_q(a, b, x));
		}
} END_TEST

START_TEST(beta_ends_are_sure)
{
	ck_assert_double_eq(special_beta_p(2, 3, 0), 0);
	ck_assert_double_eq(special_beta_q(2, 3, 0), 1);
	ck_assert_double_eq(special_beta_p(2, 3, 1), 1);
	ck_assert_double_eq(special_beta_q(2, 3, 1), 0);
} END_TEST

/* The density is the slope of the tail, known in closed form here. */
START_TEST(beta_density_is_known)
{
	struct special_beta flat = special_beta_of(1, 1);
	struct special_beta falling = special_beta_of(1, 1e9);
	struct special_beta peak = special_beta_of(2, 2);
	struct special_beta pole = special_beta_of(.5, .5);

	ck_assert_double_eq_tol(special_beta_ln(&flat, .3), 0, 1e-14);
	ck_assert_double_eq_tol(special_beta_ln(&falling, 1e-9),
	    log(1e9) - 1, 1e-8);
	ck_assert_double_eq_tol(special_beta_ln(&peak, .25), log(1.125),
	    1e-14);
	ck_assert_double_eq_tol(special_beta_ln(&pole, .5), log(2 / M_PI),
	    1e-14);
	ck_assert(isinf(special_beta_ln(&peak, 0)));
	ck_assert(isinf(special_beta_ln(&peak, 1)));
} END_TEST

static const double dfs[] = { 1, 2, 3, 5, 10, 29.5, 100, 1000, 1e5, 1e7 };

START_TEST(chi_square_tails_are_boosts)
{
	double df = dfs[_i];

	for (int k = -6; k <= 30; k++) {
		double x = df + k * sqrt(2 * df);

		if (x > 0)
			assert_near(special_chi2_q(x, df),
			    oracle_chi2_q(x, df), 1e-10, "chi-square");
	}
	ck_assert_double_eq(special_chi2_q(0, df), 1);
	ck_assert_double_eq(special_chi2_q(INFINITY, df), 0);
	ck_assert_double_eq(special_chi2_q(3, 0), 1);
} END_TEST

START_TEST(students_tails_are_boosts)
{
	double df = dfs[_i];

	for (int k = -40; k <= 40; k++) {
		double t = k / 2.0;

		assert_near(special_t_q(t, df), oracle_t_q(t, df), 1e-9,
		    "Student");
	}
	for (int k = 1; k < 12; k++) {
		double q = pow(10, -k);

		assert_near(special_t_quantile_q(q, df),
		    oracle_t_quantile_q(q, df), 1e-9, "Student's quantile");
		ck_assert_double_eq_tol(special_t_quantile_q(1 - q, df),
		    -special_t_quantile_q(1 - (1 - q), df),
		    1e-9 * fabs(special_t_quantile_q(1 - q, df)));
	}
	ck_assert_double_eq(special_t_q(0, df), .5);
	ck_assert(isinf(special_t_quantile_q(0, df)));
	ck_assert(isinf(special_t_quantile_q(1, df)));
} END_TEST

static double
power_of(double x, const void *degree)
{
	return pow(x, *(const int *)degree);
}

/* 20 nodes are exact up to degree 39, and not at 60 over [-1, 1]. */
START_TEST(gauss_is_exact_for_polynomials)
{
	for (int degree = 0; degree < 2 * SPECIAL_GAUSS_NODES; degree++)
		ck_assert_double_eq_tol(special_gauss(power_of, &degree, 0, 2),
		    pow(2, degree + 1) / (degree + 1),
		    pow(2, degree + 1) * 1e-14);
	ck_assert_double_eq(special_gauss(power_of, &(int){ 2 }, 1, 1), 0);
} END_TEST

SUITE(special)
{
	SUITE_TEST(normal_tails_are_boosts);
	SUITE_TEST(normal_quantiles_are_boosts);
	SUITE_LOOP(stirling_leaves_what_boost_says, COUNT(sizes));
	SUITE_LOOP(betas_are_gammas, COUNT(sizes));
	SUITE_LOOP(log1pmx_keeps_its_digits, COUNT(log1pmx));
	SUITE_LOOP(beta_tails_are_boosts, COUNT(sizes));
	SUITE_TEST(beta_ends_are_sure);
	SUITE_TEST(beta_density_is_known);
	SUITE_LOOP(chi_square_tails_are_boosts, COUNT(dfs));
	SUITE_LOOP(students_tails_are_boosts, COUNT(dfs));
	SUITE_TEST(gauss_is_exact_for_polynomials);
}
