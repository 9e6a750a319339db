#include <math.h>

#include "base/buf.h"
#include "experiment/planline.h"
#include "experiment/power.h"
#include "experiment/stats.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct figure_near near[] = {
	{ "n_control_raw", 0, 1e-7 },
	{ "n_control", 1, 0 },
	{ "n_treatment", 1, 0 },
	{ "total", 2, 0 },
	{ "n_av_per_arm", 1, 0 },
	{ "mde_relative_up", 0, 1e-5 },
	{ "mde_relative_down", 0, 1e-5 },
	{ "power", 1e-7, 0 },
	{ NULL, 0, 0 },
};

static const struct { const char *inputs, *want; } worked[] = {
	{ "{'kind': 'sample_size', 'baseline': 0.008, 'mde_relative': 0.05,"
	    "'alpha': 0.05, 'power': 0.8, 'ratio': 1.0, 'sides': 2,"
	    "'variants': 2, 'daily_visitors': 5000, 'coverage': 1.0}",
	    "{'n_control_raw': 797912.010416, 'n_control': 797913,"
	    "'n_treatment': 797913, 'total': 1595826,"
	    "'n_av_per_arm': 1528234, 'days': 320, 'full_weeks': 46}" },
	{ "{'kind': 'sample_size', 'baseline': 0.03, 'mde_relative': 0.15,"
	    "'alpha': 0.05, 'power': 0.9, 'ratio': 1.0, 'sides': 1,"
	    "'variants': 2, 'daily_visitors': 800, 'coverage': 0.5}",
	    "{'n_control_raw': 26395.8670666, 'n_control': 26396,"
	    "'n_treatment': 26396, 'total': 52792, 'days': 132,"
	    "'full_weeks': 19}" },
	{ "{'kind': 'mde', 'baseline': 0.02, 'n_control': 800,"
	    "'alpha': 0.05, 'power': 0.8, 'ratio': 1, 'sides': 2}",
	    "{'mde_relative_up': 1.23902850758,"
	    "'mde_relative_down': 0.771081453357}" },
	{ "{'kind': 'power', 'baseline': 0.04, 'mde_relative': 0.1,"
	    "'n_control': 10000, 'alpha': 0.05, 'ratio': 1, 'sides': 2}",
	    "{'power': 0.291183241422}" },
	/* The eighth example of the method's description. */
	{ "{'kind': 'sample_size', 'baseline': 0.04, 'mde_relative': 0.2}",
	    "{'n_control_raw': 10316.1733956, 'n_control': 10317,"
	    "'n_treatment': 10317, 'total': 20634, 'n_av_per_arm': 19820}" },
	{ "{'kind': 'power', 'baseline': 0.04, 'mde_relative': 0.2,"
	    "'n_control': 5000}", "{'power': 0.496149842779}" },
	/* Out of reach: nobody comes, twenty visitors, a single one. */
	{ "{'kind': 'sample_size', 'baseline': 0.04, 'mde_relative': 0.2,"
	    "'daily_visitors': 0}",
	    "{'n_control_raw': 10316.1733956, 'n_control': 10317,"
	    "'n_treatment': 10317, 'total': 20634, 'n_av_per_arm': 19820,"
	    "'days': null, 'full_weeks': null}" },
	{ "{'kind': 'mde', 'baseline': 0.02, 'n_control': 20}",
	    "{'mde_relative_up': 16.8031183148, 'mde_relative_down': null}" },
	{ "{'kind': 'mde', 'baseline': 0.5, 'n_control': 1}",
	    "{'mde_relative_up': null, 'mde_relative_down': null}" },
};
START_TEST(worked_figures_hold)
{
	ck_assert_figures(figure_ask(planline_answer, worked[_i].inputs),
	    worked[_i].want, near);
} END_TEST

/* What needs more than a million million visitors has no number. */
START_TEST(beyond_counting_is_null)
{
	json_t *got = figure_ask(planline_answer, "{'kind': 'sample_size',"
	    "'baseline': 0.01, 'mde_relative': 1e-9, 'daily_visitors': 9}");

	ck_assert(json_is_null(figure_at(got, "n_control")));
	ck_assert(json_is_null(figure_at(got, "total")));
	ck_assert(json_is_null(figure_at(got, "n_av_per_arm")));
	ck_assert(json_is_null(figure_at(got, "days")));
	ck_assert_double_gt(figure_number(got, "n_control_raw"), 1e12);
} END_TEST

static const struct power_plan plans[] = {
	{ .01, .05, 1, 2, 2 },
	{ .04, .05, 1, 1, 2 },
	{ .2, .01, .25, 2, 2 },
	{ .001, .1, 4, 2, 5 },
	{ .5, .05, 1, 2, 3 },
};

START_TEST(size_and_power_agree)
{
	const struct power_plan *p = &plans[_i];

	for (double power = .5; power < .99; power += .1) {
		double up = power_size(p, p->baseline * 1.3, power).raw;
		double down = power_size(p, p->baseline * .7, power).raw;

		ck_assert_double_eq_tol(power_reached(p, p->baseline * 1.3,
		    up), power, 1e-12);
		ck_assert_double_eq_tol(power_reached(p, p->baseline * .7,
		    down), power, 1e-12);
		ck_assert_double_eq_tol(power_mde_up(p, up, power), .3, 1e-9);
		ck_assert_double_eq_tol(power_mde_down(p, down, power), .3,
		    1e-9);
	}
} END_TEST

/* More power, more arms, smaller changes: more visitors. */
START_TEST(size_grows_with_what_is_asked)
{
	struct power_plan p = plans[_i], more = p;
	double n = power_size(&p, p.baseline * 1.2, .8).raw;

	more.variants++;
	ck_assert_double_gt(power_size(&p, p.baseline * 1.2, .9).raw, n);
	ck_assert_double_gt(power_size(&p, p.baseline * 1.1, .8).raw, n);
	ck_assert_double_gt(power_size(&more, p.baseline * 1.2, .8).raw, n);
	ck_assert_double_gt(power_av_size(&more, p.baseline * 1.2, .8),
	    power_av_size(&p, p.baseline * 1.2, .8));
} END_TEST

/* As R's help of power.prop.test has them. */
START_TEST(r_says_the_same)
{
	static const struct power_plan p = { .5, .05, 1, 2, 2 };

	ck_assert_double_eq_tol(power_reached(&p, .75, 50), .740, 5e-4);
	ck_assert_double_eq_tol(power_size(&p, .75, .9).raw, 76.7, .05);
} END_TEST

/* k - 1 treatments, each at alpha / (k - 1), and their share of visitors. */
START_TEST(more_arms_are_more_tests)
{
	static const struct power_plan many = { .05, .05, .5, 2, 4 };
	static const struct power_plan one = { .05, .05 / 3, .5, 2, 2 };
	struct power_size s = power_size(&many, .06, .8);

	ck_assert_double_eq_tol(s.raw, power_size(&one, .06, .8).raw, 1e-6);
	ck_assert_int_eq(s.treatment, (int64_t)ceil(s.raw / 2));
	ck_assert_int_eq(s.total, s.control + 3 * s.treatment);
} END_TEST

/* At one look at n_star the boundary is 3.035 standard errors. */
START_TEST(looking_always_costs_visitors)
{
	static const struct power_plan p = { .04, .05, 1, 2, 2 };
	double theta = log(1.2), per = .96 / .04 + .952 / .048;
	double n = power_av_size(&p, .048, .8);

	ck_assert_double_eq_tol(theta / sqrt(per / n) - .8416212335729143,
	    3.0352089904, 1e-4);
	ck_assert_double_gt(n, 1.9 * power_size(&p, .048, .8).raw);
} END_TEST

static const struct { double days, weeks; } spans[] = {
	{ 0, 1 }, { 1, 1 }, { 7, 1 }, { 8, 2 }, { 56, 8 }, { 57, 9 },
};
START_TEST(weeks_are_whole)
{
	ck_assert_double_eq(power_full_weeks(spans[_i].days),
	    spans[_i].weeks);
} END_TEST

START_TEST(days_are_counted)
{
	ck_assert_double_eq(power_days(700, 100), 7);
	ck_assert_double_eq(power_days(701, 100), 8);
	ck_assert(isinf(power_days(700, 0)));
	ck_assert_double_eq(power_days_left(1000, 300, 70), 70);
	ck_assert_double_eq(power_days_left(1000, 1000, 0), 0);
	ck_assert_double_eq(power_days_left(1000, 1001, 7), 0);
	ck_assert(isinf(power_days_left(1000, 999, 0)));
} END_TEST

static const struct { const char *inputs, *error; } wrong[] = {
	{ "{}", "kind" },
	{ "{'kind': 'guess'}", "kind" },
	{ "{'kind': 3}", "kind" },
	{ "[]", "kind" },
	{ "{'kind': 'power', 'n_control': 5}", "baseline" },
	{ "{'kind': 'power', 'baseline': 0, 'n_control': 5}", "baseline" },
	{ "{'kind': 'power', 'baseline': 1, 'n_control': 5}", "baseline" },
	{ "{'kind': 'power', 'baseline': '.1', 'n_control': 5}", "baseline" },
	{ "{'kind': 'power', 'baseline': 0.1, 'n_control': 5}",
	    "mde_relative" },
	{ "{'kind': 'power', 'baseline': 0.1, 'mde_relative': 0,"
	    "'n_control': 5}", "mde_relative" },
	{ "{'kind': 'power', 'baseline': 0.1, 'mde_relative': 9,"
	    "'n_control': 5}", "mde_relative" },
	{ "{'kind': 'power', 'baseline': 0.1, 'mde_relative': -1,"
	    "'n_control': 5}", "mde_relative" },
	{ "{'kind': 'power', 'baseline': 0.1, 'mde_relative': 0.1}",
	    "n_control" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': -5}", "n_control" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5.5}",
	    "n_control" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 2e12}",
	    "n_control" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'power': 1}",
	    "power" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'alpha': 1}",
	    "alpha" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'ratio': 0}",
	    "ratio" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'sides': 3}",
	    "sides" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'sides': 1.5}",
	    "sides" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5,"
	    "'variants': 65}", "variants" },
	{ "{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'variants': 1}",
	    "variants" },
	{ "{'kind': 'sample_size', 'baseline': 0.1, 'mde_relative': 0.1,"
	    "'daily_visitors': -1}", "daily_visitors" },
	{ "{'kind': 'sample_size', 'baseline': 0.1, 'mde_relative': 0.1,"
	    "'coverage': 1.1}", "coverage" },
};
START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(planline_answer, wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

/* The last that is taken; the next is among the mistakes. */
static const char *const taken[] = {
	"{'kind': 'mde', 'baseline': 0.1, 'n_control': 1e12}",
	"{'kind': 'mde', 'baseline': 0.1, 'n_control': 5, 'variants': 64}",
	("{'kind': 'sample_size', 'baseline': 0.1, 'mde_relative': 0.1,"
	    "'daily_visitors': 1, 'coverage': 1e-300}"),
};
START_TEST(limits_are_included)
{
	ck_assert(json_is_object(figure_ask(planline_answer, taken[_i])));
} END_TEST

SUITE(power)
{
	SUITE_LOOP(worked_figures_hold, COUNT(worked));
	SUITE_TEST(beyond_counting_is_null);
	SUITE_LOOP(size_and_power_agree, COUNT(plans));
	SUITE_LOOP(size_grows_with_what_is_asked, COUNT(plans));
	SUITE_TEST(r_says_the_same);
	SUITE_TEST(more_arms_are_more_tests);
	SUITE_TEST(looking_always_costs_visitors);
	SUITE_LOOP(weeks_are_whole, COUNT(spans));
	SUITE_TEST(days_are_counted);
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
	SUITE_LOOP(limits_are_included, COUNT(taken));
}
