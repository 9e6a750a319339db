/* Tests src/experiment/figures.c. */
#include <math.h>

#include "base/arena.h"
#include "support/suite.h"
#include "support/trialcase.h"

#define HALF { .5, .5 }

static struct figures f;

static const struct figures *
make(const struct trialcase_counts *c)
{
	figures_make(trialcase_made(c), &f);
	return &f;
}

static const struct trialcase_counts first = { .arms = 2, .epochs = 1,
	.n_star = 5000, .weight = { HALF }, .n = { { 1000, 1000 } },
	.x = { { 52, 71 } } };

/* The first worked example. */
START_TEST(two_arms_say_what_the_formulae_say)
{
	const struct figures_pair *p = make(&first)->pair;

	ck_assert_double_eq_tol(p->lift, .365384615385, 1e-9);
	ck_assert_double_eq_tol(p->lift_log.low, -.03478, 1e-5);
	ck_assert_double_eq_tol(p->lift_log.high, .93146, 1e-5);
	ck_assert_double_eq_tol(p->p, .0769917, 1e-7);
	ck_assert_double_eq_tol(p->chance_to_beat, .961124, 1e-6);
	ck_assert_double_eq_tol(p->bayes_lift[0], -.0335, 1e-4);
	ck_assert_double_eq_tol(p->bayes_lift[1], .3607, 1e-4);
	ck_assert_double_eq_tol(p->bayes_lift[2], .9288, 1e-4);
	ck_assert_double_eq_tol(p->av.low, -.21443, 1e-5);
	ck_assert_double_eq_tol(p->av.high, 1.37316, 1e-5);
	ck_assert_double_eq_tol(p->running_p, .629285, 1e-6);
	ck_assert_double_eq_tol(f.arm[0].loss, .0191311, 1e-7);
	ck_assert_double_eq_tol(f.arm[1].loss, .000169054, 1e-9);
	ck_assert_int_eq(f.verdict, DECIDE_RUNNING);
	ck_assert_int_eq(f.verdict_arm, -1);
	ck_assert_int_eq(f.past.first_significant, -1);
} END_TEST

/* The ninth: pooled, the lift would be 1 %. */
START_TEST(epochs_are_standardised)
{
	const struct trialcase_counts ninth = { .arms = 2, .epochs = 2,
		.n_star = 10000, .weight = { HALF, { .2, .8 } },
		.n = { { 6000, 6000 }, { 1500, 6000 } },
		.x = { { 300, 330 }, { 60, 252 } } };
	const struct figures_pair *p = make(&ninth)->pair;

	ck_assert_double_eq_tol(f.arm[0].rate, .0461538461538, 1e-10);
	ck_assert_double_eq_tol(f.arm[1].rate, .05, 1e-10);
	ck_assert_double_eq_tol(p->lift, .0833333333, 1e-9);
	ck_assert_double_eq_tol(p->lift_log.low, -.0554751274655, 1e-7);
	ck_assert_double_eq_tol(p->av.low, -.125415696682, 1e-7);
	ck_assert_double_eq_tol(p->av.high, .341907357196, 1e-7);
	ck_assert_double_eq(f.srm.df, 2);
	ck_assert(!f.srm.is_flagged);
} END_TEST

/* The sixth: four arms, as a bandit. */
START_TEST(many_arms_are_corrected_and_a_bandit_moves)
{
	const struct trialcase_counts sixth = { .arms = 4, .epochs = 1,
		.n_star = 8000, .weight = { { .25, .25, .25, .25 } },
		.n = { { 2000, 2010, 1990, 2005 } },
		.x = { { 80, 95, 103, 78 } } };
	static const double best[] = { .018399, .246281, .724398, .010922 };
	static const double holm[] = { .520546, .227541, .858442 };
	static const double bh[] = { .390410, .227541, .858442 };
	static const double moved[] = { .064719, .247025, .629519, .058737 };
	struct results *r = trialcase_made(&sixth);

	r->is_bandit = true;
	r->bandit_floor = .05;
	r->bandit_visitors_min = 100;
	figures_make(r, &f);
	for (size_t k = 0; k < 4; k++) {
		ck_assert_double_eq_tol(f.arm[k].p_best, best[k], 1e-6);
		ck_assert_double_eq_tol(f.bandit_weight[k], moved[k], 1e-6);
	}
	for (size_t k = 0; k < 3; k++) {
		ck_assert_double_eq_tol(f.pair[k].p_holm, holm[k], 1e-6);
		ck_assert_double_eq_tol(f.pair[k].p_bh, bh[k], 1e-6);
	}
	ck_assert_double_eq_tol(f.pair[1].av.low, -.22294, 1e-5);
	ck_assert_double_eq_tol(f.pair[1].running_p, .637869, 1e-6);
	ck_assert_double_eq_tol(f.pvr95, .150545, 1e-6);
	ck_assert(f.bandit_is_ready && !f.bandit_is_over);
} END_TEST

START_TEST(a_wrong_split_blocks)
{
	const struct trialcase_counts torn = { .arms = 2, .epochs = 1,
		.n_star = 5000, .weight = { HALF }, .n = { { 10300, 9700 } },
		.x = { { 100, 900 } } };

	ck_assert_int_eq(make(&torn)->verdict, DECIDE_INVALID_SRM);
	ck_assert_double_eq_tol(f.srm.chi2, 18, 1e-9);
	ck_assert_double_eq_tol(f.srm_seq_p, .00429082, 1e-8);
} END_TEST

/* An arm whose page is not shown warns; that blocks nothing. */
START_TEST(a_split_of_the_shown_warns)
{
	static const int64_t shown[][2] = { { 990, 985 }, { 990, 800 },
		{ 0, 0 }, { 60, 30 }, { 90, 10 } };
	static const bool is_odd[] = { false, true, false, false, true };
	struct results *r = trialcase_made(&first);

	for (size_t k = 0; k < 2; k++)
		trialcase_cell(r, 0, 0, k)->n[RESULTS_ACTIVATED] =
		    shown[_i][k];
	figures_make(r, &f);
	ck_assert_int_eq(f.activated, shown[_i][0] + shown[_i][1]);
	ck_assert_int_eq(f.activated_is_odd, is_odd[_i]);
	ck_assert(!f.srm.is_flagged);
	ck_assert_int_eq(f.verdict, DECIDE_RUNNING);
} END_TEST

/* More than one in a hundred. */
static const struct { int64_t multi; enum decide_verdict verdict; } seen[] = {
	{ 20, DECIDE_RUNNING },
	{ 21, DECIDE_INVALID_MULTI_EXPOSURE },
};
START_TEST(visitors_of_several_arms_block)
{
	struct results *r = trialcase_made(&first);

	trialcase_cell(r, 0, 0, 0)->n[RESULTS_VISITORS] = 990;
	trialcase_cell(r, 0, 0, 1)->n[RESULTS_VISITORS] = 990;
	trialcase_cell(r, 0, 0, 1)->n[RESULTS_MULTI] = seen[_i].multi;
	figures_make(r, &f);
	ck_assert_int_eq(f.verdict, seen[_i].verdict);
} END_TEST

START_TEST(nobody_came_and_nothing_is_nan)
{
	const struct trialcase_counts none = { .arms = 3, .epochs = 1,
		.n_star = 5000, .weight = { { .4, .3, .3 } } };

	ck_assert_int_eq(make(&none)->verdict, DECIDE_COLLECTING);
	ck_assert(isnan(f.arm[0].rate));
	ck_assert(!f.arm[0].rate_ci.is_known);
	ck_assert(isnan(f.pair[0].lift));
	ck_assert_double_eq(f.pair[0].p, 1);
	ck_assert_double_eq(f.srm.p, 1);
	ck_assert_double_eq(f.srm_seq_p, 1);
	ck_assert(isnan(f.days_left));
} END_TEST

START_TEST(an_archived_arm_is_not_waited_for)
{
	const struct trialcase_counts c = { .arms = 3, .epochs = 2,
		.n_star = 5000, .weight = { { .34, .33, .33 }, { .5, .5, 0 } },
		.n = { { 50, 50, 50 }, { 3000, 3000, 0 } },
		.x = { { 3, 3, 3 }, { 150, 270, 0 } } };

	ck_assert_int_eq(make(&c)->verdict, DECIDE_SHIP);
	ck_assert_int_eq(f.verdict_arm, 1);
	ck_assert(f.pair[0].is_compared && !f.pair[1].is_compared);
	ck_assert(isnan(f.arm[2].p_best));
	/* What it had is told all the same. */
	ck_assert_double_eq_tol(f.arm[2].rate, .06, 1e-12);
	/* The control's rate is that beside the arm still there. */
	ck_assert_double_eq_tol(f.arm[0].rate, .05 * 6000. / 6150 +
	    .06 * 150. / 6150, 1e-9);
} END_TEST

/* A p of .033: enough of one treatment, not of two, though c is closed. */
static const struct { double before; enum decide_state state; } closed[] = {
	{ .33, DECIDE_OPEN }, { 0, DECIDE_WINNING },
};
START_TEST(who_closes_an_arm_has_tried_it_all_the_same)
{
	const struct trialcase_counts c = { .arms = 3, .epochs = 2,
		.n_star = 5000, .weight = { { .5, .5, closed[_i].before },
		    { .5, .5, 0 } },
		.n = { { 50, 50, 50 }, { 3000, 3000, 0 } },
		.x = { { 3, 3, 3 }, { 150, 210, 0 } } };

	make(&c);
	ck_assert(f.pair[0].is_compared && !f.pair[1].is_compared);
	ck_assert_double_eq_tol(f.pair[0].running_p, .033017, 1e-6);
	ck_assert_double_eq_tol(f.pair[0].running_p_holm,
	    f.pair[0].running_p * (closed[_i].before > 0 ? 2 : 1), 1e-12);
	ck_assert_int_eq(f.pair[0].state, closed[_i].state);
} END_TEST

START_TEST(with_nothing_left_all_are_judged)
{
	const struct trialcase_counts c = { .arms = 2, .epochs = 2,
		.n_star = 5000, .weight = { HALF, { 1, 0 } },
		.n = { { 3000, 3000 }, { 10, 0 } },
		.x = { { 270, 150 }, { 1, 0 } } };

	ck_assert_int_eq(make(&c)->verdict, DECIDE_STOP_KEEP_CONTROL);
	ck_assert_int_eq(f.verdict_arm, 0);
} END_TEST

/* Each arm is due its weight's share of the plan. */
static const struct { int64_t planned; enum decide_verdict verdict; }
plans[] = {
	{ 10000, DECIDE_SHIP_LOW_RISK },
	{ 10005, DECIDE_RUNNING },
};
START_TEST(a_plan_is_shared_by_weight)
{
	const struct trialcase_counts c = { .arms = 2, .epochs = 1,
		.n_star = 20000, .weight = { { .8, .2 } },
		.n = { { 8000, 2000 } }, .x = { { 400, 116 } } };
	struct results *r = trialcase_made(&c);

	r->planned_visitors = plans[_i].planned;
	figures_make(r, &f);
	ck_assert_int_eq(f.verdict, plans[_i].verdict);
} END_TEST

/* A look that was significant stays so. */
START_TEST(the_least_p_of_all_looks_decides)
{
	struct results *r = trialcase_made(&first);
	static const int64_t before[] = { 40, 110 };
	int64_t look_ms[2] = { r->as_of_ms - 86400000, r->as_of_ms };

	r->look_ms = look_ms;
	r->looks = 2;
	for (size_t k = 0; k < 2; k++) {
		struct results_cell *c = trialcase_cell(r, 0, 0, k);

		c->n[RESULTS_VISITORS] = 900;
		c->n[RESULTS_MATURE_VISITORS] = 900;
		c->n[RESULTS_MATURE_LEADS] = before[k];
	}
	figures_make(r, &f);
	ck_assert_int_eq(f.past.first_significant, 0);
	ck_assert_double_lt(f.pair[0].running_p, .001);
	ck_assert_double_gt(f.pair[0].av_p, .1);
	ck_assert_double_eq(f.past.look[1].running_p, f.pair[0].running_p);
	ck_assert_int_eq(f.pair[0].state, DECIDE_WINNING);
} END_TEST

static const struct { double margin; bool is_breached; } rails[] = {
	{ .1, true }, { .9, false },
};
START_TEST(a_guardrail_breaks_beyond_its_margin)
{
	struct results *r = trialcase_made(&first);

	r->guardrails = 1;
	r->guardrail[0] = (struct results_guardrail){ RESULTS_METRIC_ERROR,
		rails[_i].margin };
	for (size_t k = 0; k < 2; k++) {
		struct results_cell *c = trialcase_cell(r, 0, 0, k);

		c->n[RESULTS_POSTED] = 900;
		c->n[RESULTS_REFUSED] = k ? 400 : 200;
	}
	figures_make(r, &f);
	ck_assert(f.pair[0].is_breached[0] == rails[_i].is_breached);
	ck_assert_int_eq(f.arm[1].metric[0].x, 400);
} END_TEST

/* A hundred customers of each arm; b's are worth half as much again. */
START_TEST(a_value_is_compared_by_its_mean)
{
	struct results *r = trialcase_made(&first);

	r->goal = RESULTS_GOAL_VALUE;
	for (size_t k = 0; k < 2; k++) {
		struct results_cell *c = trialcase_cell(r, 0, 0, k);
		double each = k ? 150 : 100;

		c->n[RESULTS_CUSTOMER_VISITORS] = 1000;
		c->n[RESULTS_VALUE] = 100;
		c->value = 100 * each;
		c->value_sq = 100 * each * each;
	}
	figures_make(r, &f);
	ck_assert_double_eq_tol(f.arm[0].rate, 10, 1e-9);
	ck_assert_double_eq_tol(f.pair[0].lift, .5, 1e-9);
	ck_assert(f.arm[1].rate_ci.low < 15 && f.arm[1].rate_ci.high > 15);
	ck_assert_double_gt(f.pair[0].chance_to_beat, .99);
	/* Keeping a would cost about five a visitor. */
	ck_assert_double_eq_tol(f.arm[0].loss, 5, .5);
	ck_assert_double_lt(f.pair[0].p, .01);
} END_TEST

/* More was paid back than paid. */
START_TEST(a_value_below_nothing_is_judged_too)
{
	struct results *r = trialcase_made(&first);

	r->goal = RESULTS_GOAL_VALUE;
	for (size_t k = 0; k < 2; k++) {
		struct results_cell *c = trialcase_cell(r, 0, 0, k);

		c->n[RESULTS_CUSTOMER_VISITORS] = 1000;
		c->n[RESULTS_VALUE] = 100;
		c->value = k ? -5000 : 10000;
		c->value_sq = 1000000;
	}
	figures_make(r, &f);
	ck_assert(isnan(f.pair[0].lift));
	ck_assert(isfinite(f.pair[0].chance_to_beat));
	ck_assert(isfinite(f.arm[0].p_best) && isfinite(f.arm[1].p_best));
	ck_assert(isfinite(f.pair[0].bayes_lift[1]));
} END_TEST

/*
 * Each epoch alone says no difference; pooled, b would have most of its
 * visitors where everybody buys less.
 */
START_TEST(values_are_standardised_too)
{
	const struct trialcase_counts c = { .arms = 2, .epochs = 2,
		.n_star = 5000, .weight = { HALF, { .1, .9 } } };
	static const int64_t n[2][2] = { { 1000, 1000 }, { 200, 1800 } };
	static const double each[] = { 100, 20 };
	struct results *r = trialcase_made(&c);

	r->goal = RESULTS_GOAL_VALUE;
	for (size_t e = 0; e < 2; e++)
		for (size_t k = 0; k < 2; k++) {
			struct results_cell *cell = trialcase_cell(r, 0, e, k);
			double buyers = (double)n[e][k] / 10;

			cell->n[RESULTS_CUSTOMER_VISITORS] = n[e][k];
			cell->n[RESULTS_VALUE] = n[e][k] / 10;
			cell->value = buyers * each[e];
			cell->value_sq = buyers * each[e] * each[e];
		}
	figures_make(r, &f);
	ck_assert_double_eq_tol(f.pair[0].lift, 0, 1e-9);
	/* Half of all visitors came in each epoch. */
	ck_assert_double_eq_tol(f.arm[0].rate, 6, 1e-9);
	ck_assert_double_eq_tol(f.arm[1].rate, 6, 1e-9);
	ck_assert_double_eq_tol(f.pair[0].p, 1, 1e-9);
} END_TEST

START_TEST(the_pace_is_that_of_the_last_week)
{
	struct results *r = trialcase_made(&first);

	r->planned_visitors = 4000;
	figures_make(r, &f);
	/* 2000 in eight days. */
	ck_assert_double_eq_tol(f.days_left, 8, 1e-9);
	r->ended_ms = r->as_of_ms - 86400000;
	figures_make(r, &f);
	ck_assert(isnan(f.days_left));
	ck_assert_double_eq_tol(f.days, 7, 1e-9);
} END_TEST

/*
 * An arm that was broken, then mended: that it lost so surely is no proof that
 * it wins.
 */
START_TEST(a_past_defeat_is_no_victory)
{
	const struct trialcase_counts now = { .arms = 2, .epochs = 1,
		.n_star = 10000, .weight = { HALF },
		.n = { { 12000, 12000 } }, .x = { { 720, 750 } } };
	static const int64_t before[] = { 180, 60 };
	struct results *r = trialcase_made(&now);

	r->looks = 2;
	for (size_t k = 0; k < 2; k++) {
		struct results_cell *c = trialcase_cell(r, 0, 0, k);

		c->n[RESULTS_VISITORS] = 3000;
		c->n[RESULTS_MATURE_VISITORS] = 3000;
		c->n[RESULTS_LEADS] = before[k];
		c->n[RESULTS_MATURE_LEADS] = before[k];
	}
	r->look_ms = arena_array(r->arena, 2, sizeof *r->look_ms);
	r->look_ms[0] = r->started_ms + 2 * 86400000;
	r->look_ms[1] = r->as_of_ms;
	figures_make(r, &f);
	ck_assert_int_eq(f.past.first_significant, 0);
	ck_assert_double_lt(f.past.look[0].running_p, 1e-6);
	ck_assert_double_eq_tol(f.pair[0].running_p, 1, 1e-9);
	ck_assert_int_eq(f.pair[0].state, DECIDE_OPEN);
	ck_assert_int_ne(f.verdict, DECIDE_SHIP);
} END_TEST

SUITE(figures)
{
	SUITE_TEST(two_arms_say_what_the_formulae_say);
	SUITE_TEST(epochs_are_standardised);
	SUITE_TEST(many_arms_are_corrected_and_a_bandit_moves);
	SUITE_TEST(a_wrong_split_blocks);
	SUITE_LOOP(a_split_of_the_shown_warns, 5);
	SUITE_LOOP(visitors_of_several_arms_block, COUNT(seen));
	SUITE_TEST(nobody_came_and_nothing_is_nan);
	SUITE_TEST(an_archived_arm_is_not_waited_for);
	SUITE_LOOP(who_closes_an_arm_has_tried_it_all_the_same, COUNT(closed));
	SUITE_TEST(with_nothing_left_all_are_judged);
	SUITE_LOOP(a_plan_is_shared_by_weight, COUNT(plans));
	SUITE_TEST(the_least_p_of_all_looks_decides);
	SUITE_LOOP(a_guardrail_breaks_beyond_its_margin, COUNT(rails));
	SUITE_TEST(a_value_is_compared_by_its_mean);
	SUITE_TEST(a_value_below_nothing_is_judged_too);
	SUITE_TEST(values_are_standardised_too);
	SUITE_TEST(the_pace_is_that_of_the_last_week);
	SUITE_TEST(a_past_defeat_is_no_victory);
}
