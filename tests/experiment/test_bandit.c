#include <math.h>

#include "experiment/assign.h"
#include "experiment/bandit.h"
#include "experiment/banditline.h"
#include "experiment/bayes.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct figure_near near[] = {
	{ "p_best", 1e-6, 0 },
	{ "raw_weights", 1e-6, 0 },
	{ "applied_weights", 1e-6, 0 },
	{ "bucket_weights_10000", 1, 0 },
	{ "pvr95", 1e-6, 1e-4 },
	{ NULL, 0, 0 },
};

START_TEST(the_worked_example_holds)
{
	ck_assert_figures(figure_ask(banditline_answer,
	    "{'n': [12330,4996,3152,8247], 'x': [1674,809,383,1084],"
	    "'prior': [2,38], 'floor': 0.02, 'min_visitors_per_arm': 100,"
	    "'current_weights': [0.25,0.25,0.25,0.25]}"),
	    "{'p_best': [7.70634599789e-06, 0.999991276538,"
	    "1.4452153995e-07, 8.72594313112e-07],"
	    "'raw_weights': [0.0200070898383, 0.939991974415,"
	    "0.0200001329598, 0.0200008027868], 'ready': true,"
	    "'applied_weights': [0.0200070898383, 0.939991974415,"
	    "0.0200001329598, 0.0200008027868],"
	    "'bucket_weights_10000': [200, 9400, 200, 200], 'leader': 1,"
	    "'pvr95': 0.0, 'stop': true}", near);
} END_TEST

static const struct { const char *path; double want, near; } sixth[] = {
	{ "raw_weights/0", 0.064719285389, 1e-6 },
	{ "raw_weights/1", 0.24702481046, 1e-6 },
	{ "raw_weights/2", 0.629518687582, 1e-6 },
	{ "raw_weights/3", 0.0587372165691, 1e-6 },
	{ "p_best/2", 0.724398359478, 1e-6 },
	{ "leader", 2, 1e-12 },
	{ "pvr95", 0.150544940274, 1.6e-5 },
};

/* The sixth worked example; its floor and prior are what is usual. */
START_TEST(the_sixth_example_holds)
{
	json_t *got = figure_ask(banditline_answer,
	    "{'n': [2000,2010,1990,2005], 'x': [80,95,103,78]}");

	ck_assert_double_eq_tol(figure_number(got, sixth[_i].path),
	    sixth[_i].want, sixth[_i].near);
	ck_assert(json_is_false(figure_at(got, "stop")));
} END_TEST

START_TEST(weights_wait_for_every_arm)
{
	static const char *const asked[] = {
		"{'n': [100,99,100], 'x': [5,50,5],"
		    "'current_weights': [0.2,0.3,0.5]}",
		"{'n': [100,100,100], 'x': [5,50,5],"
		    "'current_weights': [0.2,0.3,0.5]}",
	};
	json_t *held = figure_ask(banditline_answer, asked[0]);
	json_t *moved = figure_ask(banditline_answer, asked[1]);

	ck_assert(json_is_false(figure_at(held, "ready")));
	ck_assert_figures(figure_at(held, "applied_weights"), "[0.2,0.3,0.5]",
	    NULL);
	ck_assert_figures(figure_at(held, "bucket_weights_10000"),
	    "[2000,3000,5000]", NULL);
	ck_assert(json_is_true(figure_at(moved, "ready")));
	ck_assert_double_gt(figure_number(moved, "applied_weights/1"), .89);
} END_TEST

START_TEST(an_untouched_bandit_is_even)
{
	json_t *got = figure_ask(banditline_answer,
	    "{'n': [0,0,0], 'x': [0,0,0]}");

	ck_assert_double_eq_tol(figure_number(got, "p_best/0"), 1 / 3., 1e-9);
	ck_assert_double_eq_tol(figure_number(got, "p_best/1"), 1 / 3., 1e-9);
	ck_assert_double_eq_tol(figure_number(got, "p_best/2"), 1 / 3., 1e-9);
	ck_assert_figures(figure_at(got, "bucket_weights_10000"),
	    "[3334,3333,3333]", NULL);
	ck_assert(json_is_false(figure_at(got, "ready")));
} END_TEST

static const struct { size_t arms; double floor; } floors[] = {
	{ 2, .05 }, { 4, .05 }, { 5, .02 }, { 64, .02 },
};
START_TEST(the_floor_is_the_arms)
{
	ck_assert_double_eq(bandit_floor(floors[_i].arms),
	    floors[_i].floor);
} END_TEST

static const double best[] = { .7, .2, .06, .04 };
static const struct { double floor; double want[4]; } mixes[] = {
	{ 0, { .7, .2, .06, .04 } },
	{ .05, { .61, .21, .098, .082 } },
	{ .25, { .25, .25, .25, .25 } },
	{ .9, { .25, .25, .25, .25 } },
};
START_TEST(every_arm_keeps_its_floor)
{
	double got[4], sum = 0;

	bandit_weights(best, 4, mixes[_i].floor, got);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_double_eq_tol(got[i], mixes[_i].want[i], 1e-15);
		sum += got[i];
	}
	ck_assert_double_eq_tol(sum, 1, 1e-15);
} END_TEST

static const struct {
	size_t arms;
	double weight[4];
	int64_t want[4];
} shares[] = {
	{ 3, { 1, 1, 1 }, { 3334, 3333, 3333 } },
	{ 2, { .5, .5 }, { 5000, 5000 } },
	{ 2, { .33336, .66664 }, { 3334, 6666 } },
	{ 2, { .33334, .66666 }, { 3333, 6667 } },
	{ 2, { 1, 31 }, { 313, 9687 } },	/* 312.5: the first */
	{ 3, { 0, 0, 1 }, { 0, 0, 10000 } },
	{ 4, { .00004, .00004, .00004, .99988 }, { 1, 0, 0, 9999 } },
	{ 2, { .99, .02 }, { 9802, 198 } },
};
START_TEST(shares_are_whole_and_all)
{
	int64_t got[4], sum = 0;

	bandit_buckets(shares[_i].weight, shares[_i].arms, got);
	for (size_t i = 0; i < shares[_i].arms; i++) {
		ck_assert_int_eq(got[i], shares[_i].want[i]);
		sum += got[i];
	}
	ck_assert_int_eq(sum, ASSIGN_BUCKETS);
} END_TEST

/* Whatever the weights: the sum is kept, and nobody is off by one. */
START_TEST(shares_follow_weights)
{
	double weight[BANDIT_ARMS_MAX] = { 0 }, sum = 0;
	int64_t got[BANDIT_ARMS_MAX], all = 0;
	size_t arms = (size_t)_i + 1;

	for (size_t i = 0; i < arms; i++)
		sum += weight[i] = (double)(1 + i * 7919 % 101);
	bandit_buckets(weight, arms, got);
	for (size_t i = 0; i < arms; i++) {
		ck_assert_double_lt(fabs((double)got[i] -
		    weight[i] / sum * ASSIGN_BUCKETS), 1);
		all += got[i];
	}
	ck_assert_int_eq(all, ASSIGN_BUCKETS);
} END_TEST

static const struct { double best, pvr95; bool is_over; } ends[] = {
	{ .95, .01, true },
	{ .949, .01, false },
	{ .95, .0101, false },
	{ 1, 0, true },
};
START_TEST(both_conditions_end_it)
{
	ck_assert(bandit_is_over(ends[_i].best, ends[_i].pvr95) ==
	    ends[_i].is_over);
} END_TEST

START_TEST(the_first_of_the_best_leads)
{
	ck_assert_uint_eq(bandit_leader((double[]){ .2, .4, .4 }, 3), 1);
	ck_assert_uint_eq(bandit_leader((double[]){ .4, .2, .4 }, 3), 0);
} END_TEST

static const struct { const char *inputs, *error; } wrong[] = {
	{ "{}", "n, x" },
	{ "{'n': [], 'x': []}", "n, x" },
	{ "{'n': [5], 'x': [1]}", "n, x" },
	{ "{'n': [5,5], 'x': [1,6]}", "n, x" },
	{ "{'n': [5,5], 'x': [1]}", "n, x" },
	{ "{'n': [5,5], 'x': [1,1], 'prior': [1]}", "prior" },
	{ "{'n': [5,5], 'x': [1,1], 'prior': [0,1]}", "prior" },
	{ "{'n': [5,5], 'x': [1,1], 'prior': [1,1,1]}", "prior" },
	{ "{'n': [5,5], 'x': [1,1], 'prior': 1}", "prior" },
	{ "{'n': [5,5], 'x': [1,1], 'floor': -0.1}", "floor" },
	{ "{'n': [5,5], 'x': [1,1], 'floor': 1.1}", "floor" },
	{ "{'n': [5,5], 'x': [1,1], 'min_visitors_per_arm': -1}",
	    "min_visitors_per_arm" },
	{ "{'n': [5,5], 'x': [1,1], 'current_weights': [1]}",
	    "current_weights" },
	{ "{'n': [5,5], 'x': [1,1], 'current_weights': [0.5,0.4]}",
	    "current_weights: must sum" },
	{ "{'n': [5,5], 'x': [1,1], 'current_weights': [1.5,-0.5]}",
	    "current_weights" },
	{ "{'n': [5,5], 'x': [1,1], 'leaves': 1}", "leaves: must be a list" },
	{ "{'n': [5,5], 'x': [1,1], 'leaves': [1]}",
	    "leaves: must be objects" },
	{ "{'n': [5,5], 'x': [1,1], 'leaves': [{'n': [1,1,1], 'x': [0,0,0]}]}",
	    "leaves: must have the same arms" },
	{ "{'n': [5,5], 'x': [1,1], 'leaves': [{'n': [1,1], 'x': [0,2]}]}",
	    "n, x" },
};
/* A leaf of enough visitors goes its own way, a smaller one with all. */
static const struct { int64_t n; bool is_ready; } leaves[] = {
	{ BANDIT_LEAF_VISITORS_MIN / 2, true },
	{ BANDIT_LEAF_VISITORS_MIN / 2 - 1, false },
};
START_TEST(a_leaf_has_weights_of_its_own)
{
	const struct stats_arm all[] = { { 4000, 200 }, { 4000, 240 } };
	const struct stats_arm leaf[] = { { BANDIT_LEAF_VISITORS_MIN / 2, 60 },
		{ leaves[_i].n, 20 } };
	/* 1 + 20 p + x, 1 + 20 (1 - p) + n - x. */
	const struct bayes_beta own[] = { { 1 + 1 + 60, 1 + 19 + 440 },
		{ 1 + 1.2 + 20, 1 + 18.8 + (double)leaves[_i].n - 20 } };
	const struct bayes_beta whole[] = { { 201, 3801 }, { 241, 3761 } };
	struct bandit_leaf got;
	double likely[2];

	bandit_leaf(leaf, all, 2, .05, &got);
	bayes_best(leaves[_i].is_ready ? own : whole, 2, likely);
	ck_assert(got.is_ready == leaves[_i].is_ready);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_double_eq_tol(got.p_best[i], likely[i], 1e-9);
		ck_assert_double_eq_tol(got.weight[i], .05 + .9 * (.05 +
		    .9 * likely[i]), 1e-9);
	}
} END_TEST

START_TEST(leaves_are_told_beside_the_whole)
{
	json_t *got = figure_ask(banditline_answer, "{'n': [4000, 4000],"
	    " 'x': [200, 240], 'leaves': [{'n': [500, 500], 'x': [60, 20]},"
	    " {'n': [0, 0], 'x': [0, 0]}]}");

	ck_assert_double_gt(figure_number(got, "leaves/0/weights/0"), .8);
	ck_assert_double_lt(figure_number(got, "leaves/1/weights/0"), .2);
	ck_assert_double_eq(figure_number(got,
	    "leaves/0/bucket_weights_10000/0") + figure_number(got,
	    "leaves/0/bucket_weights_10000/1"), ASSIGN_BUCKETS);
	ck_assert(json_is_false(figure_at(got, "leaves/1/ready")));
	json_decref(got);
} END_TEST

START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(banditline_answer,
	    wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

SUITE(bandit)
{
	SUITE_TEST(the_worked_example_holds);
	SUITE_LOOP(the_sixth_example_holds, COUNT(sixth));
	SUITE_TEST(weights_wait_for_every_arm);
	SUITE_TEST(an_untouched_bandit_is_even);
	SUITE_LOOP(the_floor_is_the_arms, COUNT(floors));
	SUITE_LOOP(every_arm_keeps_its_floor, COUNT(mixes));
	SUITE_LOOP(shares_are_whole_and_all, COUNT(shares));
	SUITE_LOOP(shares_follow_weights, BANDIT_ARMS_MAX);
	SUITE_LOOP(both_conditions_end_it, COUNT(ends));
	SUITE_TEST(the_first_of_the_best_leads);
	SUITE_LOOP(a_leaf_has_weights_of_its_own, COUNT(leaves));
	SUITE_TEST(leaves_are_told_beside_the_whole);
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
}
