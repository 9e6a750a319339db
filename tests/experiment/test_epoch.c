#include <math.h>

#include "base/buf.h"
#include "experiment/bcg.h"
#include "experiment/epoch.h"
#include "experiment/epochline.h"
#include "support/asked.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct figure_near near[] = {
	{ "std_rate", 1e-10, 0 },
	{ "std_var", 0, 1e-8 },
	{ "lift", 1e-9, 0 },
	{ "lift_ci_log", 1e-7, 1e-6 },
	{ "p_log", 1e-8, 1e-5 },
	{ "av_lift_ci", 1e-7, 1e-6 },
	{ "av_p", 1e-9, 1e-5 },
	{ "naive_pooled_lift", 1e-9, 0 },
	{ "srm_chi2", 1e-6, 1e-7 },
	{ "srm_p", 1e-9, 1e-5 },
	{ NULL, 0, 0 },
};

/* No lift in either epoch, and pooled a loss of 44 % (Simpson). */
START_TEST(pooled_counts_lie)
{
	ck_assert_figures(figure_ask(epochline_answer, "{'epochs': ["
	    "{'n': [5000,5000], 'x': [500,500], 'weights': [0.5,0.5]},"
	    "{'n': [1000,9000], 'x': [20,180], 'weights': [0.1,0.9]}],"
	    "'alpha': 0.05, 'n_star': 10000}"),
	    "{'std_rate': [0.06, 0.06],"
	    "'std_var': [9.4e-06, 5.04444444444e-06], 'lift': 0.0,"
	    "'lift_ci_log': [-0.116752792041, 0.132185860299],"
	    "'p_log': 1.0, 'av_lift_ci': [-0.176278996061, 0.214003279287],"
	    "'av_p': 1.0, 'naive_pooled_lift': -0.43956043956,"
	    "'srm_chi2': 0.0, 'srm_df': 2, 'srm_p': 1.0}", near);
} END_TEST

static const struct { const char *path; double want, near; } ninth[] = {
	{ "std_rate/0", 0.0461538461538, 1e-10 },
	{ "std_rate/1", 0.05, 1e-10 },
	{ "lift", 0.0833333333333, 1e-9 },
	{ "naive_pooled_lift", 0.0104166666667, 1e-9 },
	{ "lift_ci_log/0", -0.0554751274655, 1e-7 },
	{ "lift_ci_log/1", 0.242541245062, 1e-7 },
	{ "av_lift_ci/0", -0.125415696682, 1e-7 },
	{ "av_lift_ci/1", 0.341907357196, 1e-7 },
	{ "av_p", 1.0, 1e-12 },
};

/* The ninth worked example; alpha is .05 when nobody says otherwise. */
START_TEST(the_ninth_example_holds)
{
	json_t *got = figure_ask(epochline_answer, "{'epochs': ["
	    "{'n': [6000,6000], 'x': [300,330], 'weights': [0.5,0.5]},"
	    "{'n': [1500,6000], 'x': [60,252], 'weights': [0.2,0.8]}],"
	    "'n_star': 10000}");

	ck_assert_double_eq_tol(figure_number(got, ninth[_i].path),
	    ninth[_i].want, ninth[_i].near);
} END_TEST

static const double halves[] = { .5, .5 };
static const double thirds[] = { 1 / 3., 1 / 3., 1 / 3. };

START_TEST(one_epoch_is_the_plain_formula)
{
	static const struct stats_arm arm[] = { { 1000, 52 }, { 980, 71 } };
	static const struct epoch epoch = { arm, halves };
	struct epoch_series s = { &epoch, 1, 2 };
	struct epoch_pair p = epoch_compare(&s, 1);
	struct stats_ratio plain = stats_log_ratio(arm[0], arm[1]);

	ck_assert_uint_eq(p.epochs, 1);
	ck_assert_double_eq(p.visitors, 1980);
	ck_assert_double_eq_tol(p.control.rate, .052, 1e-15);
	ck_assert_double_eq_tol(p.ratio.theta, plain.theta, 1e-14);
	ck_assert_double_eq_tol(p.ratio.se, plain.se, 1e-14);
} END_TEST

START_TEST(swapping_the_arms_turns_the_sign)
{
	static const struct stats_arm ab[2][2] = {
		{ { 900, 40 }, { 1100, 60 } }, { { 300, 9 }, { 2000, 90 } } };
	static const struct stats_arm ba[2][2] = {
		{ { 1100, 60 }, { 900, 40 } }, { { 2000, 90 }, { 300, 9 } } };
	struct epoch first[] = { { ab[0], halves }, { ab[1], halves } };
	struct epoch second[] = { { ba[0], halves }, { ba[1], halves } };
	struct epoch_pair p = epoch_compare(
	    &(struct epoch_series){ first, 2, 2 }, 1);
	struct epoch_pair q = epoch_compare(
	    &(struct epoch_series){ second, 2, 2 }, 1);

	ck_assert_double_ne(p.ratio.theta, 0);
	ck_assert_double_eq_tol(p.ratio.theta, -q.ratio.theta, 1e-14);
	ck_assert_double_eq_tol(p.ratio.se, q.ratio.se, 1e-14);
} END_TEST

/* Three arms, the last archived after the first epoch. */
static const struct stats_arm three[2][3] = {
	{ { 1000, 50 }, { 1000, 60 }, { 1000, 70 } },
	{ { 3000, 90 }, { 3000, 120 }, { 0, 0 } },
};
static const double two_of_three[] = { .5, .5, 0 };
static const struct epoch archived[] = {
	{ three[0], thirds }, { three[1], two_of_three } };

START_TEST(an_epoch_without_the_arm_says_nothing_of_it)
{
	struct epoch_series s = { archived, 2, 3 };
	struct epoch_pair p = epoch_compare(&s, 2);
	struct epoch_pair both = epoch_compare(&s, 1);

	ck_assert_uint_eq(p.epochs, 1);
	ck_assert_double_eq(p.visitors, 2000);
	ck_assert_double_eq_tol(p.control.rate, .05, 1e-15);
	ck_assert_double_eq_tol(p.treatment.rate, .07, 1e-15);
	ck_assert_uint_eq(both.epochs, 2);
	/* 3,000 visitors in the first epoch, 6,000 in the second. */
	ck_assert_double_eq_tol(both.control.rate, .05 / 3 + .03 * 2 / 3,
	    1e-15);
	ck_assert_double_eq_tol(both.treatment.rate, .06 / 3 + .04 * 2 / 3,
	    1e-15);
	ck_assert_int_eq(epoch_pooled(&s, 2).n, 1000);
	ck_assert_int_eq(epoch_pooled(&s, 1).x, 180);
} END_TEST

static const struct stats_srm_limit limit = { STATS_SRM_P,
	STATS_SRM_TOTAL_MIN };

START_TEST(mismatch_is_summed_over_epochs)
{
	static const struct stats_arm arm[3][2] = {
		{ { 10300, 1 }, { 9700, 1 } },
		{ { 200, 1 }, { 800, 1 } },
		{ { 0, 0 }, { 0, 0 } },
	};
	static const double fifths[] = { .2, .8 }, none[] = { 0, 0 };
	struct epoch epoch[] = { { arm[0], halves }, { arm[1], fifths },
		{ arm[2], halves }, { arm[0], none } };
	struct epoch_series one = { epoch, 1, 2 }, all = { epoch, 4, 2 };
	struct stats_srm srm = epoch_srm(&all, limit);
	double ln_bf = epoch_srm_ln_bf(&one, STATS_SRM_CONCENTRATION);

	ck_assert_double_eq_tol(srm.chi2, 18, 1e-12);
	ck_assert_double_eq(srm.df, 2);
	/* Q(chi2 = 18, df = 2) = exp(-9). */
	ck_assert_double_eq_tol(srm.p, exp(-9), 1e-14);
	ck_assert(srm.is_flagged);
	ck_assert_double_eq_tol(epoch_srm(&one, limit).p, 2.20904969986e-5,
	    1e-15);
	ck_assert_double_eq_tol(ln_bf, 5.45127729744, 1e-9);
	/* The second is as the weights say: it speaks against a mismatch. */
	ck_assert_double_lt(epoch_srm_ln_bf(&all, STATS_SRM_CONCENTRATION),
	    ln_bf);
} END_TEST

START_TEST(few_visitors_raise_no_flag)
{
	static const struct stats_arm few[] = { { 90, 0 }, { 9, 0 } };
	static const struct stats_arm enough[] = { { 90, 0 }, { 10, 0 } };
	struct epoch a = { few, halves }, b = { enough, halves };

	ck_assert(!epoch_srm(&(struct epoch_series){ &a, 1, 2 },
	    limit).is_flagged);
	ck_assert(epoch_srm(&(struct epoch_series){ &b, 1, 2 },
	    limit).is_flagged);
} END_TEST

/* An arm nobody saw, rates of 0 and 1: null and p of 1, never NaN. */
static const struct { const char *epochs, *want; } silent[] = {
	{ "{'n': [0,0], 'x': [0,0], 'weights': [0.5,0.5]}",
	    "{'std_rate': null, 'std_var': null, 'lift': null,"
	    "'lift_ci_log': null, 'p_log': 1.0, 'av_lift_ci': null,"
	    "'av_p': 1.0, 'naive_pooled_lift': null, 'srm_chi2': 0.0,"
	    "'srm_df': 0, 'srm_p': 1.0}" },
	{ "{'n': [4,0], 'x': [1,0], 'weights': [1,0]}",
	    "{'std_rate': null, 'std_var': null, 'lift': null,"
	    "'lift_ci_log': null, 'p_log': 1.0, 'av_lift_ci': null,"
	    "'av_p': 1.0, 'naive_pooled_lift': null, 'srm_chi2': 0.0,"
	    "'srm_df': 0, 'srm_p': 1.0}" },
	{ "{'n': [4,4], 'x': [0,2], 'weights': [0.5,0.5]}",
	    "{'std_rate': [0.0, 0.5], 'std_var': [0.0, 0.0625], 'lift': null,"
	    "'lift_ci_log': null, 'p_log': 1.0, 'av_lift_ci': null,"
	    "'av_p': 1.0, 'naive_pooled_lift': null, 'srm_chi2': 0.0,"
	    "'srm_df': 1, 'srm_p': 1.0}" },
	{ "{'n': [4,4], 'x': [2,0], 'weights': [0.5,0.5]}",
	    "{'std_rate': [0.5, 0.0], 'std_var': [0.0625, 0.0], 'lift': -1.0,"
	    "'lift_ci_log': null, 'p_log': 1.0, 'av_lift_ci': null,"
	    "'av_p': 1.0, 'naive_pooled_lift': -1.0, 'srm_chi2': 0.0,"
	    "'srm_df': 1, 'srm_p': 1.0}" },
	{ "{'n': [4,4], 'x': [4,4], 'weights': [0.5,0.5]}",
	    "{'std_rate': [1.0, 1.0], 'std_var': [0.0, 0.0], 'lift': 0.0,"
	    "'lift_ci_log': null, 'p_log': 1.0, 'av_lift_ci': null,"
	    "'av_p': 1.0, 'naive_pooled_lift': 0.0, 'srm_chi2': 0.0,"
	    "'srm_df': 1, 'srm_p': 1.0}" },
};
START_TEST(what_can_t_be_is_null)
{
	struct str inputs = buf_fmt(suite_arena(), 1000, "{'epochs': [%s]}",
	    silent[_i].epochs);

	ck_assert_figures(figure_ask(epochline_answer, inputs.p),
	    silent[_i].want, near);
} END_TEST

START_TEST(a_billion_visitors_are_no_trouble)
{
	json_t *got = figure_ask(epochline_answer, "{'epochs': ["
	    "{'n': [1e12,1e12], 'x': [1,1e12], 'weights': [0.5,0.5]}]}");

	ck_assert_double_eq_tol(figure_number(got, "lift"), 1e12 - 1,
	    1e-3);
} END_TEST

static const struct { const char *inputs, *error; } wrong[] = {
	{ "{}", "epochs" },
	{ "{'epochs': []}", "epochs" },
	{ "{'epochs': 3}", "epochs" },
	{ "{'epochs': [3]}", "n, x" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,3], 'weights': [0.5,0.5]}]}",
	    "n, x" },
	{ "{'epochs': [{'n': [2,2], 'x': [1], 'weights': [0.5,0.5]}]}",
	    "n, x" },
	{ "{'epochs': [{'n': [2,2,2], 'x': [1,1,1], 'weights': [0.5,0.5]}]}",
	    "n, x" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,1]}]}", "weights" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,1], 'weights': [1]}]}",
	    "weights" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,1], 'weights': [0.5,-0.5]}]}",
	    "weights" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,1], 'weights': [0.5,0.4]}]}",
	    "weights: must sum" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,1], 'weights': [0.5,0.5]}],"
	    "'alpha': 0}", "alpha" },
	{ "{'epochs': [{'n': [2,2], 'x': [1,1], 'weights': [0.5,0.5]}],"
	    "'n_star': -1}", "n_star" },
	{ "5", "epochs" },
};
START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(epochline_answer, wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

START_TEST(epochs_have_a_limit)
{
	struct asked_list list = { "{\"epochs\":[", "{\"n\":[2,2],"
	    "\"x\":[1,1],\"weights\":[0.5,0.5]}", "]}", EPOCH_MAX };

	ck_assert_str_begins(asked_list(epochline_answer, &list), "\"got\"");
	list.count++;
	ck_assert_str_begins(asked_list(epochline_answer, &list),
	    "\"error\":\"epochs");
} END_TEST

static const struct stats_arm bcg[][2] = { BCG_TRIALS };

/* The figures that R's metafor prints of these trials (rma.mh). */
START_TEST(r_has_the_same_in_common)
{
	struct epoch epoch[COUNT(bcg)];
	const struct epoch_series s = { epoch, COUNT(bcg), 2 };
	struct stats_ratio r;

	for (size_t i = 0; i < COUNT(bcg); i++)
		epoch[i] = (struct epoch){ bcg[i], halves };
	r = epoch_common_ratio(&s, 1);
	ck_assert(r.is_known);
	ck_assert_double_eq_tol(r.theta, -.4537, 5e-5);
	ck_assert_double_eq_tol(r.se, .0393, 5e-5);
} END_TEST

/* Of one epoch it is the plain ratio; of two it is none that mixes them. */
START_TEST(what_epochs_have_in_common_is_no_mixture)
{
	static const struct stats_arm one[] = { { 1000, 52 }, { 980, 71 } };
	static const struct stats_arm two[][2] = {
		{ { 5000, 500 }, { 5000, 500 } },
		{ { 1000, 20 }, { 9000, 180 } },
	};
	const struct epoch epoch[] = { { one, halves }, { two[0], halves },
		{ two[1], halves } };
	struct epoch_series s = { epoch, 1, 2 };
	struct stats_ratio r = epoch_common_ratio(&s, 1);
	struct stats_ratio plain = stats_log_ratio(one[0], one[1]);

	ck_assert_double_eq_tol(r.theta, plain.theta, 1e-14);
	ck_assert_double_eq_tol(r.se, plain.se, 1e-14);
	s = (struct epoch_series){ epoch + 1, 2, 2 };
	r = epoch_common_ratio(&s, 1);
	ck_assert_double_eq_tol(r.theta, 0, 1e-15);
} END_TEST

#define FEW_EPOCHS 4000
#define FEW_VISITORS 2		/* of an arm in an epoch */

/*
 * A tenth of two visitors an epoch: rates by epoch are 0, a half or 1, and
 * what they vary by says half of what there is.  Together they are what the
 * visitors would be in one.
 */
START_TEST(epochs_of_a_few_visitors_keep_their_spread)
{
	static struct stats_arm arm[FEW_EPOCHS][2];
	static struct epoch epoch[FEW_EPOCHS];
	const struct epoch_series s = { epoch, FEW_EPOCHS, 2 };
	struct stats_ratio common, pooled;
	uint32_t chance = 1;

	for (size_t i = 0; i < FEW_EPOCHS; i++) {
		for (size_t k = 0; k < 2; k++) {
			arm[i][k] = (struct stats_arm){ FEW_VISITORS, 0 };
			for (int v = 0; v < FEW_VISITORS; v++) {
				chance = chance * 1664525 + 1013904223;
				arm[i][k].x += chance >> 16 < 6554;
			}
		}
		epoch[i] = (struct epoch){ arm[i], halves };
	}
	pooled = stats_log_ratio(epoch_pooled(&s, 0), epoch_pooled(&s, 1));
	common = epoch_common_ratio(&s, 1);
	ck_assert_double_eq_tol(common.theta, pooled.theta, 1e-9);
	ck_assert_double_eq_tol(common.se / pooled.se, 1, .02);
	ck_assert_double_lt(epoch_compare(&s, 1).ratio.se / pooled.se, .8);
} END_TEST

static const struct stats_arm uncommon[][2] = {
	{ { 10, 0 }, { 10, 3 } }, { { 10, 3 }, { 10, 0 } },
	{ { 0, 0 }, { 10, 3 } }, { { 10, 3 }, { 0, 0 } },
	{ { 10, 10 }, { 10, 10 } }, { { 0, 0 }, { 0, 0 } },
};
START_TEST(nothing_in_common_is_unknown)
{
	const struct epoch epoch = { uncommon[_i], halves };
	const struct epoch_series s = { &epoch, 1, 2 };

	ck_assert(!epoch_common_ratio(&s, 1).is_known);
} END_TEST

SUITE(epoch)
{
	SUITE_TEST(pooled_counts_lie);
	SUITE_LOOP(the_ninth_example_holds, COUNT(ninth));
	SUITE_TEST(one_epoch_is_the_plain_formula);
	SUITE_TEST(swapping_the_arms_turns_the_sign);
	SUITE_TEST(an_epoch_without_the_arm_says_nothing_of_it);
	SUITE_TEST(mismatch_is_summed_over_epochs);
	SUITE_TEST(few_visitors_raise_no_flag);
	SUITE_LOOP(what_can_t_be_is_null, COUNT(silent));
	SUITE_TEST(a_billion_visitors_are_no_trouble);
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
	SUITE_TEST(epochs_have_a_limit);
	SUITE_TEST(r_has_the_same_in_common);
	SUITE_TEST(what_epochs_have_in_common_is_no_mixture);
	SUITE_TEST(epochs_of_a_few_visitors_keep_their_spread);
	SUITE_LOOP(nothing_in_common_is_unknown, COUNT(uncommon));
}
