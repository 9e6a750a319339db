#include "experiment/looksline.h"
#include "support/asked.h"
#include "support/suite.h"

static const struct { const char *inputs, *answer; } rows[] = {
	{ "{}", "\"error\":\"n, x" },
	{ "{\"n\":[],\"x\":[]}", "\"error\":\"n, x" },
	{ "{\"n\":[[9,9]],\"x\":[]}", "\"error\":\"n, x" },
	{ "{\"n\":[[9,9],[9,9]],\"x\":[[1,1]]}", "\"error\":\"n, x" },
	{ "{\"n\":[[9,9,9]],\"x\":[[1,1,1]]}", "\"error\":\"n, x" },
	{ "{\"n\":[[9,9]],\"x\":[[1,10]]}", "\"error\":\"n, x" },
	{ "{\"n\":[[9,9],5],\"x\":[[1,1],5]}", "\"error\":\"n, x" },
	{ "{\"n\":[[9,9]],\"x\":[[1,1]],\"alpha\":-1}", "\"error\":\"alpha" },
	{ "{\"n\":[[9,9]],\"x\":[[1,1]],\"weights\":[1,1,1]}",
	    "\"error\":\"weights" },
	{ "{\"n\":[[9,9]],\"x\":[[1,1]],\"split_test_concentration\":0}",
	    "\"error\":\"concentration" },
	{ "{\"n\":[[0,0]],\"x\":[[0,0]]}", "\"got\":{\"av_lift_ci\":[null],"
	    "\"av_p\":[1.0],\"av_ready\":[false],\"av_running_p\":[1.0],"
	    "\"first_significant_look\":null,\"split_test_running_p\":[1" },
};
START_TEST(looks_are_told_or_refused)
{
	ck_assert_str_begins(asked_inputs(looksline_answer, rows[_i].inputs),
	    rows[_i].answer);
} END_TEST

SUITE(looksline)
{
	SUITE_LOOP(looks_are_told_or_refused, COUNT(rows));
}
