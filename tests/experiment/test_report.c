/* Tests src/experiment/report.c and reportpart.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/report.h"
#include "support/figure.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct figures figures;

static const struct trialcase_counts first = { .arms = 2, .epochs = 1,
	.n_star = 5000, .weight = { { .5, .5 } }, .n = { { 1000, 1000 } },
	.x = { { 52, 71 } } };
static const struct trialcase_counts nobody = { .arms = 3, .epochs = 2,
	.n_star = 5000, .weight = { { .4, .3, .3 }, { .4, .6, 0 } } };

static json_t *
tell(struct results *r)
{
	struct report rep = { .results = r, .has_looks = true };

	if (figures_can(r)) {
		figures_make(r, &figures);
		rep.figures = &figures;
	}
	return report_json(&rep);
}

static const struct { const char *path; double want, near; } told[] = {
	{ "arms/0/n", 1000, 0 },
	{ "arms/1/x", 71, 0 },
	{ "arms/1/versus_control/lift", .365384615385, 1e-9 },
	{ "arms/1/versus_control/lift_ci_log/0", -.03478, 1e-5 },
	{ "arms/1/versus_control/diff_ci_newcombe/0", -.0021504, 1e-7 },
	{ "arms/1/versus_control/diff_ci_newcombe/1", .0403847, 1e-7 },
	{ "arms/1/versus_control/p_value", .0769917, 1e-7 },
	{ "arms/1/versus_control/chance_to_beat_control", .961124, 1e-6 },
	{ "arms/1/versus_control/av_lift_ci/1", 1.37316, 1e-5 },
	{ "arms/1/versus_control/av_p", .629285, 1e-6 },
	{ "arms/0/expected_loss", .0191311, 1e-7 },
	{ "counts/raw/visitors", 2009, 0 },
	{ "counts/raw/views", 3000, 0 },
	{ "counts/raw/conversions", 128, 0 },
	{ "counts/human/visitors", 2000, 0 },
	{ "counts/human/leads", 123, 0 },
	{ "exclusions/spam_conversions", 5, 0 },
	{ "quarantine/forms", 12, 0 },
	{ "quarantine/reasons/too-fast", 4, 0 },
	{ "quarantine/reasons/trapped", 8, 0 },
	{ "traffic/human", 3000, 0 },
	{ "looks/0/arms/b/n/1", 1000, 0 },
	{ "looks/0/arms/b/av_running_p", .629285, 1e-6 },
	{ "epochs/0/weights/a", .5, 0 },
	{ "remaining/visitors", 18000, 0 },
	{ "srm_p", 1, 0 },
	{ "arms/1/counts/activated", 830, 0 },
	{ "activated/visitors", 1630, 0 },
	{ "activated/srm_p", .457442, 1e-6 },
	{ "activated/srm_df", 1, 0 },
	{ "activated/srm_sequential_p", 1, 0 },
};
START_TEST(everything_is_told)
{
	struct results *r = trialcase_made(&first);
	json_t *got;

	r->planned_visitors = 20000;
	r->aside[r->asides++] = (struct results_aside){ STR("too-fast"), 4 };
	r->aside[r->asides++] = (struct results_aside){ STR("trapped"), 8 };
	trialcase_cell(r, 0, 0, 0)->n[RESULTS_ACTIVATED] = 800;
	trialcase_cell(r, 0, 0, 1)->n[RESULTS_ACTIVATED] = 830;
	trialcase_cell(r, 0, 0, 0)->n[RESULTS_BOTS] = 7;
	trialcase_cell(r, 0, 0, 1)->n[RESULTS_MULTI] = 2;
	r->reason[r->reasons++] = (struct results_reason){
		STR("spam_conversions"), 5 };
	r->views[r->classes++] = (struct results_views){ STR("human"), 3000 };
	got = tell(r);
	for (size_t i = 0; i < COUNT(told); i++)
		ck_assert_msg(fabs(figure_number(got, told[i].path) -
		    told[i].want) <= told[i].near, "%s", told[i].path);
	ck_assert_str_eq(json_string_value(figure_at(got, "verdict/name")),
	    "running");
	ck_assert(json_is_null(figure_at(got, "verdict/arm")));
	json_decref(got);
} END_TEST

/* What can't be is null: a dump fails on what is no JSON. */
static const struct { bool is_value, is_bandit, has_run; } empty[] = {
	{ false, false, true }, { true, false, true }, { false, true, true },
	{ true, true, true }, { false, false, false },
};
START_TEST(nobody_came_and_all_is_json)
{
	struct results *r = trialcase_made(&nobody);
	json_t *got;
	char *text;

	r->goal = empty[_i].is_value ? RESULTS_GOAL_VALUE : RESULTS_GOAL_LEAD;
	r->is_bandit = empty[_i].is_bandit;
	r->epochs = empty[_i].has_run ? r->epochs : 0;
	got = tell(r);
	text = json_dumps(got, 0);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_null(strstr(text, "nan"));
	ck_assert_str_eq(json_string_value(figure_at(got, "verdict/name")),
	    empty[_i].has_run ? "collecting" : "not_started");
	ck_assert_uint_eq(json_array_size(figure_at(got, "arms")), 3);
	if (empty[_i].is_bandit)
		ck_assert_ptr_nonnull(figure_at(got, "bandit/warning/fr"));
	free(text);
	json_decref(got);
} END_TEST

/* Each verdict that names an arm says so in both languages. */
START_TEST(the_verdict_names_its_arm)
{
	struct trialcase_counts c = first;
	json_t *got;

	c.n[0][0] = c.n[0][1] = 10000;
	c.x[0][0] = 400;
	c.x[0][1] = 600;
	got = tell(trialcase_made(&c));
	ck_assert_str_eq(json_string_value(figure_at(got, "verdict/name")),
	    "ship");
	ck_assert_str_eq(json_string_value(figure_at(got, "verdict/arm")),
	    "b");
	ck_assert_ptr_nonnull(strstr(json_string_value(figure_at(got,
	    "verdict/sentence/fr")), "variante b"));
	ck_assert_ptr_nonnull(strstr(json_string_value(figure_at(got,
	    "verdict/sentence/en")), "Variant b"));
	json_decref(got);
} END_TEST

SUITE(report)
{
	SUITE_TEST(everything_is_told);
	SUITE_LOOP(nobody_came_and_all_is_json, COUNT(empty));
	SUITE_TEST(the_verdict_names_its_arm);
}
