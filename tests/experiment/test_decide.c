#include <math.h>
#include <string.h>

#include "experiment/decide.h"
#include "support/suite.h"

#define ARMS 3

/* A question of two or three arms; what is 0 in x[2] says two. */
struct row {
	const char *verdict;
	int arm;
	int64_t n[ARMS], x[ARMS];
	double days;
	double seq_p, multi;
	double prior[ARMS - 1];
	int64_t planned;	/* of each arm; 0 nothing is */
};

#define QUIET .seq_p = 1, .prior = { 1, 1 }
#define NONE DECIDE_NO_ARM

static const struct row rows[] = {
	/* 1: by chi-square, with a hundred visitors, and by the sequence. */
	{ "invalid_srm", NONE, { 80, 20 }, { 4, 4 }, 3, QUIET },
	{ "collecting", NONE, { 80, 19 }, { 4, 4 }, 3, QUIET },
	{ "invalid_srm", NONE, { 5000, 5000 }, { 500, 700 }, 8,
	    .seq_p = .00099, .prior = { 1 } },
	{ "ship", 1, { 5000, 5000 }, { 500, 700 }, 8, .seq_p = .001,
	    .prior = { 1 } },
	/* Mismatch goes before what else is wrong. */
	{ "invalid_srm", NONE, { 6000, 5000 }, { 500, 700 }, 8, QUIET,
	    .multi = .5 },
	/* 2 */
	{ "invalid_multi_exposure", NONE, { 5000, 5000 }, { 500, 700 }, 8,
	    QUIET, .multi = .0101 },
	{ "ship", 1, { 5000, 5000 }, { 500, 700 }, 8, QUIET, .multi = .01 },
	/* 4: at any time, and only when all lose. */
	{ "stop_keep_control", 0, { 5000, 5000 }, { 700, 500 }, 1, QUIET },
	{ "stop_keep_control", 0, { 5000, 5000, 5000 }, { 700, 500, 490 }, 1,
	    QUIET },
	{ "collecting", NONE, { 5000, 5000, 5000 }, { 700, 500, 690 }, 1,
	    QUIET },
	{ "running", NONE, { 5000, 5000, 5000 }, { 700, 500, 690 }, 8,
	    QUIET },
	/* What was found at an earlier look stays found. */
	{ "stop_keep_control", 0, { 5000, 5000 }, { 510, 500 }, 1, .seq_p = 1,
	    .prior = { .05 } },
	{ "collecting", NONE, { 5000, 5000 }, { 510, 500 }, 1, .seq_p = 1,
	    .prior = { .0501 } },
	/* 5: each of the three minima, and just beyond. */
	{ "collecting", NONE, { 5000, 5000 }, { 500, 700 }, 6.99, QUIET },
	{ "ship", 1, { 5000, 5000 }, { 500, 700 }, 7, QUIET },
	{ "collecting", NONE, { 110, 99 }, { 30, 32 }, 8, QUIET },
	{ "running", NONE, { 110, 100 }, { 30, 32 }, 8, QUIET },
	{ "collecting", NONE, { 1000, 1000 }, { 25, 24 }, 8, QUIET },
	{ "running", NONE, { 1000, 1000 }, { 25, 25 }, 8, QUIET },
	/* 6 */
	{ "ship", 2, { 5000, 5000, 5000 }, { 500, 505, 700 }, 8, QUIET },
	{ "ship", 1, { 5000, 5000 }, { 500, 560 }, 8, .seq_p = 1,
	    .prior = { .05 } },
	/* Two winners, as good as each other: either is cheap to ship. */
	{ "ship", 1, { 500000, 500000, 500000 },
	    { 50000, 70000, 70000 }, 8, QUIET },
	/* A winner from before whom another, not winning, overtook. */
	{ "winner_contested", NONE, { 5000, 5000, 5000 }, { 500, 510, 560 },
	    8, .seq_p = 1, .prior = { .02, 1 } },
	/* The leader wins, but neither chance nor loss are good enough. */
	{ "winner_contested", NONE, { 1000, 1000, 1000 }, { 100, 120, 119 },
	    8, .seq_p = 1, .prior = { .02, .02 } },
	{ "winner_contested", NONE, { 5000, 5000, 5000 }, { 560, 561, 500 },
	    8, .seq_p = 1, .prior = { .02, 1 } },
	/* 7 */
	{ "ship_low_risk", 1, { 5000, 5000 }, { 500, 540 }, 8, QUIET,
	    .planned = 5000 },
	{ "running", NONE, { 5000, 5000 }, { 500, 540 }, 8, QUIET,
	    .planned = 5001 },
	{ "running", NONE, { 5000, 4999 }, { 500, 540 }, 8, QUIET,
	    .planned = 5000 },
	{ "keep_control_low_risk", 0, { 5000, 5000 }, { 540, 500 }, 8, QUIET,
	    .planned = 5000 },
	{ "inconclusive_stop", NONE, { 5000, 5000 }, { 500, 500 }, 8, QUIET,
	    .planned = 5000 },
	/* 8: with enough visitors, and with too few. */
	{ "no_meaningful_difference", NONE, { 1000000, 1000000 },
	    { 200000, 200100 }, 8, QUIET },
	{ "running", NONE, { 20000, 20000 }, { 2000, 2002 }, 8, QUIET },
	/* 9 */
	{ "running", NONE, { 1000, 1010 }, { 50, 60 }, 8, QUIET },
	/* Nothing to go by. */
	{ "collecting", NONE, { 0, 0 }, { 0, 0 }, 0, QUIET },
	{ "collecting", NONE, { 50, 60 }, { 0, 0 }, 8, QUIET },
};

static void
ask(const struct row *r, struct decide_answer *a)
{
	static const double weight[ARMS] = { 1, 1, 1 };
	size_t arms = r->n[2] ? 3 : 2;
	const int64_t planned[] = { r->planned, r->planned, r->planned };
	struct stats_arm arm[ARMS];
	struct decide_question q = { .arm = arm, .weight = weight,
		.arms = arms, .days = r->days, .srm_seq_p = r->seq_p,
		.multi_exposed_share = r->multi, .prior_p = r->prior,
		.planned_n = r->planned ? planned : NULL,
		.settings = decide_default };

	for (size_t i = 0; i < arms; i++)
		arm[i] = (struct stats_arm){ r->n[i], r->x[i] };
	decide_answer(&q, a);
}

START_TEST(each_case_has_its_verdict)
{
	struct decide_answer a;

	ask(&rows[_i], &a);
	ck_assert_str_eq(decide_verdict_name(a.verdict), rows[_i].verdict);
	ck_assert_int_eq(a.arm, rows[_i].arm);
} END_TEST

START_TEST(figures_stay_figures)
{
	struct decide_answer a;
	double sum = 0;
	size_t arms = rows[_i].n[2] ? 3 : 2;

	ask(&rows[_i], &a);
	for (size_t i = 0; i < arms; i++) {
		ck_assert(a.expected_loss[i] >= 0 && a.expected_loss[i] <= 1);
		sum += a.p_best[i];
	}
	ck_assert_double_eq_tol(sum, 1, 1e-9);
	for (size_t i = 0; i + 1 < arms; i++) {
		ck_assert(a.p_running[i] <= rows[_i].prior[i]);
		ck_assert(a.p_holm[i] >= a.p_running[i] && a.p_holm[i] <= 1);
	}
} END_TEST

START_TEST(states_need_the_corrected_p)
{
	static const struct row row = { .n = { 5000, 5000, 5000 },
		.x = { 500, 520, 480 }, .days = 8, .seq_p = 1,
		.prior = { .025, .0251 } };
	struct decide_answer a;

	ask(&row, &a);
	ck_assert_double_eq_tol(a.p_holm[0], .05, 1e-15);
	ck_assert_double_eq_tol(a.p_holm[1], .05, 1e-15);
	ck_assert_str_eq(decide_state_name(a.state[0]), "winning");
	ck_assert_str_eq(decide_state_name(a.state[1]), "losing");
} END_TEST

/* An arm that stopped converting after it had been seen to lose. */
START_TEST(a_ratio_to_nothing_has_a_sign)
{
	static const struct row row = { .n = { 5000, 5000 }, .x = { 500, 0 },
		.days = 1, .seq_p = 1, .prior = { .01 } };
	struct decide_answer a;

	ask(&row, &a);
	ck_assert_int_eq(a.state[0], DECIDE_LOSING);
	ck_assert(!a.av[0].is_known);
	ck_assert_int_eq(a.verdict, DECIDE_STOP_KEEP_CONTROL);
} END_TEST

/* Two epochs without a lift, which together would show a loss of 44 %. */
START_TEST(epochs_speak_instead_of_pooled_counts)
{
	const struct stats_arm arm[] = { { 6000, 520 }, { 14000, 680 } };
	const double weight[] = { .3, .7 }, prior[] = { 1 };
	struct decide_pair pair = { { 0, .051107, true }, 20000 };
	const struct bayes_beta posterior[] = {
		decide_posterior(.06, 9.4e-6, 6000),
		decide_posterior(.06, 5.04444e-6, 14000) };
	const struct stats_srm fine = { .p = .5 };
	struct decide_question q = { .arm = arm, .weight = weight, .arms = 2,
		.days = 8, .srm_seq_p = 1, .prior_p = prior,
		.settings = decide_default };
	struct decide_answer a;

	decide_answer(&q, &a);
	ck_assert_int_eq(a.verdict, DECIDE_STOP_KEEP_CONTROL);
	q.pair = &pair;
	q.posterior = posterior;
	q.srm = &fine;
	decide_answer(&q, &a);
	ck_assert_int_eq(a.verdict, DECIDE_RUNNING);
	ck_assert_double_eq(a.srm.p, .5);
	ck_assert_double_eq_tol(a.p_best[0], .5, .02);
} END_TEST

START_TEST(a_standardised_rate_is_believed)
{
	struct bayes_beta plain = decide_posterior(.05, .05 * .95 / 2000,
	    9999);
	struct bayes_beta nothing = decide_posterior(0, 0, 40);

	ck_assert_double_eq_tol(plain.a, 101, 1e-9);
	ck_assert_double_eq_tol(plain.b, 1901, 1e-9);
	ck_assert_double_eq(nothing.a, 1);
	ck_assert_double_eq(nothing.b, 41);
} END_TEST

/* However little it varied: 90 visitors tell as much as 90 can. */
START_TEST(nobody_is_believed_twice)
{
	struct bayes_beta sure = decide_posterior(.1, .1 * .9 / 2000, 90);

	ck_assert_double_eq_tol(sure.a, 10, 1e-12);
	ck_assert_double_eq_tol(sure.b, 82, 1e-12);
} END_TEST

/* The interval's end is what must pass the margin. */
START_TEST(a_guardrail_breaks_at_its_margin)
{
	const struct stats_arm a = { 20000, 1000 }, b = { 20000, 1500 };
	const struct stats_av_plan plan = { DECIDE_GUARD_ALPHA, 5000 };
	struct stats_interval up = stats_av_lift(stats_log_ratio(a, b),
	    stats_av_c(&plan, 40000), DECIDE_GUARD_ALPHA);
	struct stats_interval down = stats_av_lift(stats_log_ratio(b, a),
	    stats_av_c(&plan, 40000), DECIDE_GUARD_ALPHA);
	struct decide_guard spam = { up.low, true, 5000 };
	struct decide_guard consent = { -down.high, false, 5000 };

	ck_assert(up.low > 0 && down.high < 0);
	ck_assert(!decide_guard_is_breached(&spam, a, b));
	ck_assert(!decide_guard_is_breached(&consent, b, a));
	spam.margin -= 1e-9;
	consent.margin -= 1e-9;
	ck_assert(decide_guard_is_breached(&spam, a, b));
	ck_assert(decide_guard_is_breached(&consent, b, a));
	/* The harmless side never breaks. */
	ck_assert(!decide_guard_is_breached(&spam, b, a));
	ck_assert(!decide_guard_is_breached(&consent, a, b));
} END_TEST

START_TEST(a_guardrail_waits_until_it_is_ready)
{
	const struct decide_guard spam = { .2, true, 5000 };

	ck_assert(!decide_guard_is_breached(&spam,
	    (struct stats_arm){ 5000, 9 }, (struct stats_arm){ 5000, 500 }));
	ck_assert(decide_guard_is_breached(&spam,
	    (struct stats_arm){ 5000, 10 }, (struct stats_arm){ 5000, 500 }));
	ck_assert(!decide_guard_is_breached(&spam,
	    (struct stats_arm){ 0, 0 }, (struct stats_arm){ 0, 0 }));
} END_TEST

SUITE(decide)
{
	SUITE_LOOP(each_case_has_its_verdict, COUNT(rows));
	SUITE_LOOP(figures_stay_figures, COUNT(rows));
	SUITE_TEST(states_need_the_corrected_p);
	SUITE_TEST(a_ratio_to_nothing_has_a_sign);
	SUITE_TEST(epochs_speak_instead_of_pooled_counts);
	SUITE_TEST(a_standardised_rate_is_believed);
	SUITE_TEST(nobody_is_believed_twice);
	SUITE_TEST(a_guardrail_breaks_at_its_margin);
	SUITE_TEST(a_guardrail_waits_until_it_is_ready);
}
