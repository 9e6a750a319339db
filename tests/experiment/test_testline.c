#include <math.h>

#include "experiment/testline.h"
#include "support/asked.h"
#include "support/figure.h"
#include "support/suite.h"

/* inputs, and what the answer begins with behind its id. */
static const struct { const char *inputs, *answer; } refused[] = {
	{ "{}", "\"error\":\"n, x" },
	{ "[]", "\"error\":\"n, x" },
	{ "{\"n\":[10],\"x\":[1]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,10],\"x\":[1]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,10],\"x\":[1,11]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,10],\"x\":[1,-1]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,-10],\"x\":[1,1]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,1000000000001],\"x\":[1,1]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,10],\"x\":[1,1.5]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,10],\"x\":[1,\"1\"]}", "\"error\":\"n, x" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"alpha\":0}", "\"error\":\"alpha" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"alpha\":1}", "\"error\":\"alpha" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"alpha\":\"a\"}",
	    "\"error\":\"alpha" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"n_star\":0}", "\"error\":\"n_star" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"weights\":[1]}",
	    "\"error\":\"weights" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"weights\":[1,-1]}",
	    "\"error\":\"weights" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"weights\":[0,0]}",
	    "\"error\":\"weights: must not all be 0" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"weights\":7}",
	    "\"error\":\"weights" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"prior\":[1]}", "\"error\":\"prior" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"prior\":[0.5,0.4]}",
	    "\"error\":\"prior" },
	{ "{\"n\":[10,10,10],\"x\":[1,1,1],\"bandit_floor\":2}",
	    "\"error\":\"bandit_floor" },
	{ "{\"n\":[10,10],\"x\":[1,1]}", "\"got\"" },
	{ "{\"n\":[10,10],\"x\":[1,1],\"weights\":[30,0],\"alpha\":null,"
	    "\"prior\":[0.5,0.5]}", "\"got\"" },
};
START_TEST(bad_inputs_are_named)
{
	ck_assert_str_begins(asked_inputs(testline_answer,
	    refused[_i].inputs), refused[_i].answer);
} END_TEST

static const struct { const char *inputs, *null, *number; } edges[] = {
	{ "{'n': [0,0], 'x': [0,0]}", "rate/0", "chance_to_beat_control" },
	{ "{'n': [0,0], 'x': [0,0]}", "av_critical", "p_value" },
	{ "{'n': [0,0], 'x': [0,0]}", "diff_ci_newcombe", "srm_p" },
	{ "{'n': [100,100], 'x': [5,0]}", "lift_ci_log", "lift" },
	{ "{'n': [100,100], 'x': [0,5]}", "lift", "av_p" },
	{ "{'n': [100,100], 'x': [5,0]}", "gb_delta_av_p", "av_p" },
	{ "{'n': [1000000000,1000000000], 'x': [0,1]}", "lift_ci_delta",
	    "bayes_lift_median" },
	{ "{'n': [1000000000,0], 'x': [1000000000,0]}", "av_lift_ci",
	    "expected_loss/0" },
	{ "{'n': [1,1,0], 'x': [1,0,0]}", "av_lift_ci_bonferroni/0",
	    "pvr95" },
	{ "{'n': [5,5,5], 'x': [1,0,0]}", "chance_to_beat_control/0",
	    "bandit_weights/2" },
};
START_TEST(what_cannot_be_known_is_null)
{
	json_t *got = figure_ask(testline_answer, edges[_i].inputs);

	ck_assert(json_is_null(figure_at(got, edges[_i].null)));
	ck_assert(isfinite(figure_number(got, edges[_i].number)));
	json_decref(got);
} END_TEST

/* Two arms and more, asked for what is always valid only. */
static const struct { const char *inputs; size_t members; } only[] = {
	{ "{\"id\":1,\"inputs\":{\"n\":[900,900],\"x\":[50,60]}}", 5 },
	{ "{\"id\":1,\"inputs\":{\"n\":[9,9,9],\"x\":[5,6,7]}}", 3 },
};
START_TEST(only_av_is_a_part_of_everything)
{
	json_t *line = json_loads(only[_i].inputs, 0, NULL);
	struct jsonline q = { .inputs = json_object_get(line, "inputs") };
	json_t *all = testline_answer(&q), *got;
	const json_t *value;
	const char *key;

	q.only = TESTLINE_ONLY_AV;
	got = testline_answer(&q);
	ck_assert_uint_eq(json_object_size(got), only[_i].members);
	json_object_foreach(got, key, value)
		ck_assert_msg(json_equal(value, json_object_get(all, key)),
		    "%s differs", key);
	json_decref(got);
	json_decref(all);
	json_decref(line);
} END_TEST

/* Pairs of rows that ask the same by other names. */
static const struct { const char *inputs, *at; double value; } named[] = {
	{ "{'n': [2000,2010,1990,2005], 'x': [80,95,103,78],"
	    " 'n_star_pair': 8000}", "av_p/1", .637869048481 },
	{ "{'n': [2000,2010,1990,2005], 'x': [80,95,103,78],"
	    " 'n_star': 8000}", "av_p/1", .637869048481 },
	{ "{'n': [1000,1000], 'x': [52,71], 'n_star': 5000}",
	    "av_p", .629284773361 },
	{ "{'n': [1000,1000], 'x': [52,71], 'n_star_pair': 5000}",
	    "av_p", .629284773361 },
	{ "{'n': [5,5,5], 'x': [1,1,1], 'bandit_floor': 1}",
	    "bandit_weights/0", 1. / 3 },
	{ "{'n': [900,900,900], 'x': [1,1,900], 'bandit_floor': 0.3}",
	    "bandit_weights/2", .4 },
	{ "{'n': [900,900,900], 'x': [1,1,900], 'floor': 0.3}",
	    "bandit_weights/2", .4 },
};
START_TEST(both_names_of_a_figure_are_read)
{
	json_t *got = figure_ask(testline_answer, named[_i].inputs);

	ck_assert_double_eq_tol(figure_number(got, named[_i].at),
	    named[_i].value, 1e-6);
	json_decref(got);
} END_TEST

START_TEST(ready_and_small_p_are_significant)
{
	json_t *got = figure_ask(testline_answer,
	    "{'n': [5000,5000], 'x': [500,700]}");
	json_t *few = figure_ask(testline_answer,
	    "{'n': [5000,5000], 'x': [9,700]}");

	ck_assert(json_is_true(figure_at(got, "av_significant")));
	ck_assert(json_is_false(figure_at(few, "av_significant")));
	ck_assert(figure_number(few, "av_p") < .05);
	json_decref(got);
	json_decref(few);
} END_TEST

static const struct { const char *inputs, *answer; } adjusted[] = {
	{ "{}", "\"error\":\"p: must" },
	{ "{\"p\":[]}", "\"error\":\"p: must" },
	{ "{\"p\":[0.5,1.1]}", "\"error\":\"p: must" },
	{ "{\"p\":[0.5,null]}", "\"error\":\"p: must" },
	{ "{\"p\":[0.5],\"alpha\":2}", "\"error\":\"alpha" },
	{ "{\"p\":[0.05]}", "\"got\":{\"holm\":[0.05" },
	{ "{\"p\":[0]}", "\"got\":{\"holm\":[0.0],\"bh\":[0.0],"
	    "\"reject_holm\":[true]" },
};
START_TEST(families_are_adjusted_or_refused)
{
	ck_assert_str_begins(asked_inputs(testline_adjust,
	    adjusted[_i].inputs), adjusted[_i].answer);
} END_TEST

static const struct { struct asked_list list; const char *answer; } limits[] = {
	{ { "{\"p\":[", "0.5", "]}", STATS_P_MAX }, "\"got\"" },
	{ { "{\"p\":[", "0.5", "]}", STATS_P_MAX + 1 }, "\"error\":\"p" },
};
START_TEST(families_have_a_limit)
{
	ck_assert_str_begins(asked_list(testline_adjust, &limits[_i].list),
	    limits[_i].answer);
} END_TEST

SUITE(testline)
{
	SUITE_LOOP(bad_inputs_are_named, COUNT(refused));
	SUITE_LOOP(what_cannot_be_known_is_null, COUNT(edges));
	SUITE_LOOP(only_av_is_a_part_of_everything, COUNT(only));
	SUITE_LOOP(both_names_of_a_figure_are_read, COUNT(named));
	SUITE_TEST(ready_and_small_p_are_significant);
	SUITE_LOOP(families_are_adjusted_or_refused, COUNT(adjusted));
	SUITE_LOOP(families_have_a_limit, COUNT(limits));
}
