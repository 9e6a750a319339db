#include <math.h>

#include "experiment/bayes.h"
#include "experiment/special.h"
#include "support/suite.h"

static const struct bayes_beta flat = { 1, 1 };

/* Rates from rare to saturated, visitors from none to 1e9. */
static const struct stats_arm arms[] = {
	{ 0, 0 }, { 12, 0 }, { 28, 6 }, { 28, 28 }, { 1000, 52 },
	{ 1000, 71 }, { 24000, 1200 }, { 1000000, 20000 },
	{ 1000000000, 0 }, { 1000000000, 3 }, { 1000000000, 300000000 },
	{ 1000000000, 300020000 }, { 1000000000, 1000000000 },
};

static struct bayes_beta
posterior(size_t i)
{
	return bayes_posterior(arms[i], flat);
}

/*
 * P(b > a) for whole a.a: sum over i < a.a of B(b.a + i, a.b + b.b) /
 * ((a.b + i) B(1 + i, a.b) B(b.a, b.b)) is P(b < a) with roles turned
 * (closed form after Miller).
 */
static double
beats_in_closed_form(struct bayes_beta a, struct bayes_beta b)
{
	double sum = 0;

	for (int i = 0; i < b.a; i++)
		sum += exp(special_lbeta(a.a + i, a.b + b.b) -
		    log(b.b + i) - special_lbeta(1 + i, b.b) -
		    special_lbeta(a.a, a.b));
	return sum;
}

START_TEST(chances_are_those_of_the_closed_form)
{
	struct bayes_beta b = posterior((size_t)_i);

	if (b.a > 1e5)
		b = (struct bayes_beta){ 300, 700 };
	for (size_t j = 0; j < COUNT(arms); j++)
		if (posterior(j).b < 1e8)
			ck_assert_double_eq_tol(bayes_beats(posterior(j), b),
			    beats_in_closed_form(posterior(j), b), 1e-10);
} END_TEST

struct two {
	struct special_beta density;
	struct bayes_beta other;
};

static double
density_above_other(double x, const void *context)
{
	const struct two *t = context;

	return exp(special_beta_ln(&t->density, x)) *
	    special_beta_p(t->other.a, t->other.b, x);
}

/* By incomplete betas, which bayes.c does without. */
static double
beats_by_tails(struct bayes_beta a, struct bayes_beta b)
{
	struct two t = { special_beta_of(b.a, b.b), a };
	double mean = bayes_mean(b), n = b.a + b.b, sum = 0;
	double sd = sqrt(mean * (1 - mean) / (n + 1));

	for (int i = -40; i < 40; i++)
		sum += special_gauss(density_above_other, &t,
		    fmin(1, fmax(0, mean + i * sd)),
		    fmin(1, fmax(0, mean + (i + 1) * sd)));
	return sum;
}

static const struct { size_t a, b; } pairs[] = {
	{ 4, 5 }, { 2, 3 }, { 6, 7 }, { 1, 2 }, { 10, 11 }, { 8, 9 },
	{ 11, 10 },
};
START_TEST(two_routes_give_one_chance)
{
	struct bayes_beta both[] = { posterior(pairs[_i].a),
		posterior(pairs[_i].b) };
	double best[2];

	bayes_best(both, 2, best);
	ck_assert_double_eq_tol(bayes_beats(both[0], both[1]), best[1], 1e-12);
	ck_assert_double_eq_tol(beats_by_tails(both[0], both[1]), best[1],
	    1e-7);
} END_TEST

START_TEST(chances_sum_to_one)
{
	struct bayes_beta beta[COUNT(arms)];
	double best[COUNT(arms)], loss[COUNT(arms)], sum = 0;

	for (size_t i = 0; i < COUNT(arms); i++)
		beta[i] = posterior(i);
	bayes_best(beta, 2 + (size_t)_i, best);
	bayes_loss(beta, 2 + (size_t)_i, loss);
	for (size_t i = 0; i < 2 + (size_t)_i; i++) {
		ck_assert(best[i] >= 0 && best[i] <= 1);
		ck_assert(loss[i] >= 0 && loss[i] <= 1);
		sum += best[i];
	}
	ck_assert_double_eq_tol(sum, 1, 1e-7);
} END_TEST

/* loss_a - loss_b = E[b] - E[a]; and the chances of both sum to one. */
START_TEST(a_pair_is_consistent)
{
	for (size_t j = 0; j < COUNT(arms); j++) {
		struct bayes_beta both[] = { posterior((size_t)_i),
			posterior(j) };
		double loss[2];

		bayes_loss(both, 2, loss);
		ck_assert_double_eq_tol(loss[0] - loss[1],
		    bayes_mean(both[1]) - bayes_mean(both[0]), 1e-9);
		ck_assert_double_eq_tol(bayes_beats(both[0], both[1]) +
		    bayes_beats(both[1], both[0]), 1, 1e-6);
	}
} END_TEST

START_TEST(order_does_not_matter)
{
	struct bayes_beta some[] = { posterior(4), posterior(5), posterior(2),
		posterior(6) };
	struct bayes_beta turned[] = { some[2], some[3], some[0], some[1] };
	double best[4], loss[4], best_turned[4], loss_turned[4];

	bayes_best(some, 4, best);
	bayes_loss(some, 4, loss);
	bayes_best(turned, 4, best_turned);
	bayes_loss(turned, 4, loss_turned);
	for (int i = 0; i < 4; i++) {
		ck_assert_double_eq_tol(best[i], best_turned[(i + 2) % 4],
		    1e-13);
		ck_assert_double_eq_tol(loss[i], loss_turned[(i + 2) % 4],
		    1e-13);
	}
} END_TEST

START_TEST(more_conversions_are_a_better_chance)
{
	double chance = -1, loss = 2;

	for (int64_t x = 0; x <= 100; x += 5) {
		struct bayes_beta both[] = { posterior(4), bayes_posterior(
		    (struct stats_arm){ 1000, x }, flat) };
		double now[2];

		ck_assert(bayes_beats(both[0], both[1]) > chance);
		chance = bayes_beats(both[0], both[1]);
		bayes_loss(both, 2, now);
		ck_assert(now[1] < loss);
		loss = now[1];
	}
} END_TEST

/*
 * Beta(a, 1) are powers of uniform variables, so that rate b / rate a has
 * quantiles by hand: P(b/a <= r) = r^m n / (n + m) below 1.
 */
START_TEST(lifts_have_their_quantiles)
{
	double n = 1 + _i * 100, m = 1 + _i * 50;
	struct bayes_beta a = { n, 1 }, b = { m, 1 };
	double q = n / (n + m) / 2;

	ck_assert_double_eq_tol(bayes_lift_quantile(a, b, q),
	    pow(.5, 1 / m) - 1, 1e-9);
	q = 1 - m / (n + m) / 2;
	ck_assert_double_eq_tol(bayes_lift_quantile(a, b, q),
	    pow(.5, -1 / n) - 1, 1e-9);
} END_TEST

START_TEST(quantiles_ascend_and_turn_with_the_arms)
{
	static const double q[] = { .001, .025, .5, .975, .999 };
	struct bayes_beta a = posterior((size_t)_i);

	for (size_t j = 0; j < COUNT(arms); j++) {
		double last = -1, turned;

		for (size_t k = 0; k < COUNT(q); k++) {
			double lift = bayes_lift_quantile(a, posterior(j),
			    q[k]);

			ck_assert(isfinite(lift));
			ck_assert(lift > last);
			turned = bayes_lift_quantile(posterior(j), a,
			    1 - q[k]);
			/* A lift near -1 has 1e-16 to tell it from -1. */
			ck_assert_double_eq_tol((1 + lift) * (1 + turned), 1,
			    1e-5 + 1e-15 * fmax(lift, turned));
			last = lift;
		}
	}
} END_TEST

/* v solves P(leader >= every other / (1 + v)) = .95: as a lift for two. */
START_TEST(what_may_remain_is_a_quantile)
{
	struct bayes_beta both[] = { posterior(4), posterior(5) };
	struct bayes_beta far[] = { posterior(4), { 200, 800 } };

	ck_assert_double_eq_tol(bayes_pvr95(both, 2, 0),
	    bayes_lift_quantile(both[0], both[1], .95), 1e-9);
	ck_assert_double_eq(bayes_pvr95(far, 2, 1), 0);
} END_TEST

/* Beta(1/2, 1/2) has poles at both ends. */
START_TEST(poles_are_integrated)
{
	struct bayes_beta poles[] = { { .5, .5 }, { .5, .5 }, { .5, .5 } };
	double best[3], loss[3];

	bayes_best(poles, 3, best);
	for (int i = 0; i < 3; i++)
		ck_assert_double_eq_tol(best[i], 1 / 3.0, 1e-6);
	/* E|a - b| of two arcsine variables is 4 / pi^2. */
	bayes_loss(poles, 2, loss);
	ck_assert_double_eq_tol(loss[0], 2 / (M_PI * M_PI), 1e-7);
} END_TEST

START_TEST(a_house_full_of_arms)
{
	struct bayes_beta all[BAYES_ARMS_MAX];
	double best[BAYES_ARMS_MAX], loss[BAYES_ARMS_MAX];

	for (size_t i = 0; i < BAYES_ARMS_MAX; i++)
		all[i] = (struct bayes_beta){ 50, 950 };
	bayes_best(all, BAYES_ARMS_MAX, best);
	bayes_loss(all, BAYES_ARMS_MAX, loss);
	for (size_t i = 0; i < BAYES_ARMS_MAX; i++) {
		ck_assert_double_eq_tol(best[i], 1.0 / BAYES_ARMS_MAX, 1e-12);
		ck_assert_double_eq_tol(loss[i], loss[0], 1e-13);
	}
} END_TEST

SUITE(bayes)
{
	SUITE_LOOP(chances_are_those_of_the_closed_form, COUNT(arms));
	SUITE_LOOP(two_routes_give_one_chance, COUNT(pairs));
	SUITE_LOOP(chances_sum_to_one, COUNT(arms) - 1);
	SUITE_LOOP(a_pair_is_consistent, COUNT(arms));
	SUITE_TEST(order_does_not_matter);
	SUITE_TEST(more_conversions_are_a_better_chance);
	SUITE_LOOP(lifts_have_their_quantiles, 5);
	SUITE_LOOP(quantiles_ascend_and_turn_with_the_arms, COUNT(arms));
	SUITE_TEST(what_may_remain_is_a_quantile);
	SUITE_TEST(poles_are_integrated);
	SUITE_TEST(a_house_full_of_arms);
}
