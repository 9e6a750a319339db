#include <math.h>

#include "experiment/srmline.h"
#include "support/asked.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct {
	jsonline_answer ask;
	const char *inputs, *answer;
} rows[] = {
	{ srmline_answer, "{}", "\"error\":\"counts" },
	{ srmline_answer, "{\"counts\":[1]}", "\"error\":\"counts" },
	{ srmline_answer, "{\"counts\":[1,1.5]}", "\"error\":\"counts" },
	{ srmline_answer, "{\"counts\":[1,-1]}", "\"error\":\"counts" },
	{ srmline_answer, "{\"counts\":[1,1e13]}", "\"error\":\"counts" },
	{ srmline_answer, "{\"counts\":[1,1],\"weights\":[1,1,1]}",
	    "\"error\":\"weights" },
	{ srmline_answer, "{\"counts\":[1,1],\"weights\":[0,0]}",
	    "\"error\":\"weights" },
	{ srmline_answer, "{\"counts\":[1,1],\"threshold\":2}",
	    "\"error\":\"threshold" },
	{ srmline_answer, "{\"counts\":[1,1],\"min_total\":-1}",
	    "\"error\":\"min_total" },
	{ srmline_answer, "{\"counts\":[0,0]}",
	    "\"got\":{\"chi2\":0.0,\"df\":1,\"p\":1.0,\"flag\":false}" },
	{ srmline_answer, "{\"counts\":[80,20],\"min_total\":101}",
	    "\"got\":{\"chi2\":36.0,\"df\":1,\"p\":1.97" },
	{ srmline_sequential, "{}", "\"error\":\"batches" },
	{ srmline_sequential, "{\"batches\":[]}", "\"error\":\"batches" },
	{ srmline_sequential, "{\"batches\":[[1,1],[1]]}",
	    "\"error\":\"batches" },
	{ srmline_sequential, "{\"batches\":[[1,1],[1,1,1]]}",
	    "\"error\":\"batches" },
	{ srmline_sequential, "{\"batches\":[[1,1],3]}",
	    "\"error\":\"batches" },
	{ srmline_sequential, "{\"batches\":[[1,1e12],[1,1]]}",
	    "\"error\":\"batches" },
	{ srmline_sequential, "{\"batches\":[[1,1]],\"weights\":[1]}",
	    "\"error\":\"weights" },
	{ srmline_sequential, "{\"batches\":[[1,1]],\"concentration\":0}",
	    "\"error\":\"concentration" },
	{ srmline_sequential, "{\"batches\":[[1,999999999999]]}", "\"got\"" },
};
START_TEST(counts_are_judged_or_refused)
{
	ck_assert_str_begins(asked_inputs(rows[_i].ask, rows[_i].inputs),
	    rows[_i].answer);
} END_TEST

/* The first batch below the threshold is kept, whatever comes after. */
START_TEST(the_alarm_stays)
{
	json_t *got = figure_ask(srmline_sequential,
	    "{'batches': [[500,500],[900,100],[0,800]]}");

	ck_assert_double_eq(figure_number(got, "first_alert_batch"), 1);
	ck_assert_double_eq(figure_number(got, "running_p/2"),
	    figure_number(got, "running_p/1"));
	ck_assert(figure_number(got, "chi2_p_each/2") > .5);
	json_decref(got);
} END_TEST

SUITE(srmline)
{
	SUITE_LOOP(counts_are_judged_or_refused, COUNT(rows));
	SUITE_TEST(the_alarm_stays);
}
