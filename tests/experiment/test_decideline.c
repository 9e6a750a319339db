#include "experiment/decideline.h"
#include "support/asked.h"
#include "support/figure.h"
#include "support/suite.h"

#define ARMS "{\"n\":[5000,5000],\"x\":[500,700],\"days\":8"

static const struct { const char *inputs, *answer; } refused[] = {
	{ "{}", "\"error\":\"n, x" },
	{ "{\"n\":[9,9],\"x\":[1,1]}", "\"error\":\"days" },
	{ "{\"n\":[9,9],\"x\":[1,1],\"days\":-1}", "\"error\":\"days" },
	{ ARMS ",\"weights\":[0,0]}", "\"error\":\"weights" },
	{ ARMS ",\"srm_seq_p\":1.5}", "\"error\":\"srm_seq_p" },
	{ ARMS ",\"multi_exposed_share\":2}",
	    "\"error\":\"multi_exposed_share" },
	{ ARMS ",\"planned_n\":0}", "\"error\":\"planned_n" },
	{ ARMS ",\"planned_n\":[1]}", "\"error\":\"planned_n" },
	{ ARMS ",\"planned_n\":\"x\"}", "\"error\":\"planned_n" },
	{ ARMS ",\"prior_running_p\":[1,1]}",
	    "\"error\":\"prior_running_p" },
	{ ARMS ",\"prior_running_p\":[2]}", "\"error\":\"prior_running_p" },
	{ ARMS ",\"settings\":3}", "\"error\":\"settings" },
	{ ARMS ",\"settings\":{\"alpha\":7}}", "\"error\":\"alpha" },
	{ ARMS ",\"settings\":{\"min_n\":-7}}", "\"error\":\"settings" },
	{ ARMS "}", "\"got\":{\"states\":[\"winning\"]" },
};
START_TEST(bad_inputs_are_named)
{
	ck_assert_str_begins(asked_inputs(decideline_answer,
	    refused[_i].inputs), refused[_i].answer);
} END_TEST

/* Each setting and input reaches the decision. */
static const struct { const char *inputs, *verdict; } rows[] = {
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8}", "ship" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'settings': {'min_days': 9}}", "collecting" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'settings': {'min_n': 5001}}", "collecting" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'settings': {'min_x': 501}}", "collecting" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'settings': {'alpha': 1e-9}}", "running" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'settings': {'n_star': 1e12}}", "running" },
	{ "{'n': [5000,5000], 'x': [500,500], 'days': 8,"
	    "'settings': {'equivalence': 0.5}}", "no_meaningful_difference" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'weights': [2,1]}", "invalid_srm" },
	{ "{'n': [5000,5000], 'x': [500,700], 'days': 8,"
	    "'weights': [2,1], 'settings': {'srm_p': 0}}", "ship" },
	{ "{'n': [5000,5000], 'x': [500,500], 'days': 8,"
	    "'planned_n': 5000}", "inconclusive_stop" },
	{ "{'n': [5000,5000], 'x': [500,500], 'days': 8,"
	    "'planned_n': [5000,5001]}", "running" },
	{ "{'n': [5000,5000], 'x': [500,500], 'days': 8,"
	    "'planned_n': [5000,5000], 'settings': {'loss_tol': 0.5}}",
	    "keep_control_low_risk" },
	{ "{'n': [5000,5000], 'x': [500,510], 'days': 8,"
	    "'prior_running_p': [0.01],"
	    "'settings': {'loss_tol': 0, 'p_best_min': 0.99}}",
	    "winner_contested" },
};
START_TEST(settings_reach_the_decision)
{
	json_t *got = figure_ask(decideline_answer, rows[_i].inputs);

	ck_assert_str_eq(json_string_value(figure_at(got, "verdict")),
	    rows[_i].verdict);
	json_decref(got);
} END_TEST

SUITE(decideline)
{
	SUITE_LOOP(bad_inputs_are_named, COUNT(refused));
	SUITE_LOOP(settings_reach_the_decision, COUNT(rows));
}
