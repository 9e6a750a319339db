/* Tests src/experiment/outlook.c. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "experiment/outlook.h"
#include "support/suite.h"
#include "support/trialcase.h"

static const struct trialcase_counts two = { .arms = 2, .epochs = 1,
	.n_star = 5000, .weight = { { .5, .5 } } };
static const struct trialcase_counts four = { .arms = 4, .epochs = 1,
	.n_star = 5000, .weight = { { .25, .25, .25, .25 } } };

/* The eighth worked example, at 1000 visitors a day. */
START_TEST(a_plan_is_what_the_formulae_say)
{
	const struct outlook_past past = { 28, 28000, 1120,
		false };
	const struct outlook_wish wish = { .mde = .2, .power = .8 };
	struct results *r = trialcase_made(&two);
	struct outlook o;

	r->planned_visitors = 10000;
	outlook_make(r, &past, &wish, &o);
	ck_assert_int_eq(o.refusal, OUTLOOK_FINE);
	ck_assert_double_eq(o.baseline, .04);
	ck_assert_int_eq(o.per_arm, 10317);
	ck_assert_int_eq(o.total, 20634);
	ck_assert_double_eq(o.weeks, 3);
	ck_assert(!o.is_long);
	ck_assert_double_eq_tol(o.mde_up, .292984, 1e-6);
	r->coverage = .3;
	outlook_make(r, &past, &wish, &o);
	ck_assert_double_eq(o.weeks, 10);
	ck_assert(o.is_long);
} END_TEST

static const struct {
	double baseline, mde;
	int64_t visitors;
	enum results_goal goal;
	enum outlook_refusal refusal;
} asked[] = {
	{ 0, .2, 1000, RESULTS_GOAL_LEAD, OUTLOOK_FINE },
	{ 0, .2, 0, RESULTS_GOAL_LEAD, OUTLOOK_NO_BASELINE },
	/* A page's past says nothing of what leads become. */
	{ 0, .2, 1000, RESULTS_GOAL_MQL, OUTLOOK_NO_BASELINE },
	{ .01, .2, 0, RESULTS_GOAL_MQL, OUTLOOK_FINE },
	{ .5, 1, 0, RESULTS_GOAL_LEAD, OUTLOOK_NO_RATE },
};
START_TEST(what_cant_be_planned_is_refused)
{
	const struct outlook_past past = { asked[_i].visitors ? 28 : 0,
		asked[_i].visitors, asked[_i].visitors / 20, false };
	const struct outlook_wish wish = { asked[_i].baseline, asked[_i].mde,
		0 };
	struct results *r = trialcase_made(&two);
	struct outlook o;
	json_t *told;

	r->goal = asked[_i].goal;
	outlook_make(r, &past, &wish, &o);
	ck_assert_int_eq(o.refusal, asked[_i].refusal);
	ck_assert(!outlook_why(o.refusal) == !asked[_i].refusal);
	told = outlook_json(r, &o, &past);
	ck_assert_ptr_nonnull(told);
	json_decref(told);
} END_TEST

/* One that runs knows what leads became, by its control. */
START_TEST(a_goal_behind_the_lead_is_planned_by_what_was_seen)
{
	static const struct trialcase_counts seen = { .arms = 2, .epochs = 2,
		.n_star = 5000, .weight = { { .5, .5 }, { .5, .5 } } };
	const struct outlook_past past = { 28, 28000, 1120, false };
	struct results *r = trialcase_made(&seen);
	struct outlook o;

	r->goal = RESULTS_GOAL_SQL;
	for (size_t e = 0; e < 2; e++) {
		trialcase_cell(r, 0, e, 0)->n[RESULTS_SQL_VISITORS] = 1000;
		trialcase_cell(r, 0, e, 0)->n[RESULTS_SQLS] = 5 + 10 * (int)e;
		trialcase_cell(r, 0, e, 1)->n[RESULTS_SQLS] = 90;
	}
	outlook_make(r, &past, &(struct outlook_wish){ 0 }, &o);
	ck_assert_int_eq(o.refusal, OUTLOOK_FINE);
	ck_assert_double_eq_tol(o.baseline, .01, 1e-12);
} END_TEST

static const struct {
	int64_t planned;
	double baseline;
	enum outlook_refusal refusal;
} grids[] = {
	{ 400, .25, OUTLOOK_FINE },
	{ 399, .25, OUTLOOK_FEW_VISITORS },
	{ 400, .249, OUTLOOK_FEW_CONVERSIONS },
	{ 0, .04, OUTLOOK_FINE },	/* as many as it needs */
};
START_TEST(combinations_have_to_be_filled)
{
	static const char *const levels[] = { "h1", "h2" };
	const struct outlook_past past = { 0 };
	const struct outlook_wish wish = { grids[_i].baseline, .2, .8 };
	struct results *r = trialcase_made(&four);
	struct outlook o;

	r->planned_visitors = grids[_i].planned;
	r->factors = 2;
	for (size_t i = 0; i < 2; i++) {
		r->factor[i].levels = 2;
		for (size_t l = 0; l < 2; l++)
			r->factor[i].level[l] = str_of(levels[l]);
		for (size_t k = 0; k < 4; k++)
			r->arm[k].level[i] = str_of(levels[k >> i & 1]);
	}
	outlook_make(r, &past, &wish, &o);
	ck_assert_int_eq(o.refusal, grids[_i].refusal);
	r->arm[3].level[0] = STR("h1");
	outlook_make(r, &past, &wish, &o);
	ck_assert_int_eq(o.refusal, OUTLOOK_NO_GRID);
} END_TEST

/* Shares of .6, .3 and .1 need visitors in that proportion. */
START_TEST(each_arm_has_its_own_number)
{
	const struct trialcase_counts three = { .arms = 3, .epochs = 1,
		.n_star = 5000, .weight = { { .6, .3, .1 } } };
	const struct outlook_past past = { 28, 28000, 1120, false };
	const struct outlook_wish wish = { .mde = .2, .power = .8 };
	struct results *r = trialcase_made(&three);
	char *text;
	size_t n;
	const struct outlook_page page = { r, &past, LANG_EN,
		open_memstream(&text, &n) };
	struct outlook o;

	outlook_make(r, &past, &wish, &o);
	ck_assert_double_eq_tol(o.arm[0], 6 * o.arm[2], 6);
	ck_assert_double_eq_tol(o.arm[1], 3 * o.arm[2], 3);
	ck_assert_double_eq_tol(o.av_arm[0], 6 * o.av_arm[2], 6);
	ck_assert_int_eq(o.per_arm, (int64_t)o.arm[2]);
	ck_assert_int_eq(o.total, (int64_t)(o.arm[0] + o.arm[1] + o.arm[2]));
	ck_assert_double_gt(o.av_per_arm, (double)o.per_arm);
	outlook_write(&page, &o, NAN);
	fclose(page.out);
	ck_assert_ptr_nonnull(strstr(text, buf_fmt(suite_arena(), 200,
	    "looked at once        a\u00a0%.0f, b\u00a0%.0f, c\u00a0%.0f"
	    "\u00a0visitors, ", o.arm[0], o.arm[1], o.arm[2]).p));
} END_TEST

START_TEST(the_past_is_the_pages_own)
{
	struct pg *db = trialcase_db("{'state': 'draft'}");
	struct outlook_past past;

	ck_assert_int_eq(outlook_read(db, TRIALCASE_KEY, &past), OK);
	ck_assert_double_eq(past.days, 0);
	trialcase_say(db, "INSERT INTO piste.traffic (page_key,"
	    " experiment_key, variant, class, hour, views) SELECT"
	    " 'livre-blanc', '', 'a', c, date_bin('1 hour', now() - d *"
	    " interval '1 day', 'epoch'), 10 FROM unnest(ARRAY['human',"
	    " 'robot', 'outside']) AS c, generate_series(1, 40) AS d");
	ck_assert_int_eq(outlook_read(db, TRIALCASE_KEY, &past), OK);
	ck_assert(past.days > 26.9 && past.days <= 28);
	/* Of 27 or 28 days, by whole hours. */
	ck_assert(past.visitors == 540 || past.visitors == 560);
	ck_assert(past.is_views);
	/* Once visitors are counted, how often they look is of no interest. */
	trialcase_say(db, "INSERT INTO piste.experiment_hour (experiment_key,"
	    " bucket_version, epoch, variant, measure, hour, n) SELECT key, 1,"
	    " 1, 'a', m.name, date_bin('1 hour', now() - interval '10 days',"
	    " 'epoch'), m.n FROM piste.experiment, (VALUES ('visitor', 300),"
	    " ('lead', 15)) AS m (name, n)");
	ck_assert_int_eq(outlook_read(db, TRIALCASE_KEY, &past), OK);
	ck_assert_int_eq(past.visitors, 300);
	ck_assert_int_eq(past.conversions, 15);
	ck_assert(!past.is_views);
	ck_assert_double_eq_tol(past.days, 10, .05);
	ck_assert_int_eq(outlook_read(db, STR("nope"), &past), OK);
	ck_assert_int_eq(past.visitors, 0);
} END_TEST

SUITE_APART(outlook)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(a_plan_is_what_the_formulae_say);
	SUITE_LOOP(what_cant_be_planned_is_refused, COUNT(asked));
	SUITE_TEST(a_goal_behind_the_lead_is_planned_by_what_was_seen);
	SUITE_LOOP(combinations_have_to_be_filled, COUNT(grids));
	SUITE_TEST(each_arm_has_its_own_number);
	SUITE_TEST(the_past_is_the_pages_own);
}
