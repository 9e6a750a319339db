#include "experiment/assignread.h"
#include "support/asked.h"
#include "support/suite.h"

/* The ranges of the arms. */
static json_t *
give_arms(struct jsonline *q)
{
	struct assignread r = { .arms = 0 };
	json_t *list = json_array();

	assignread_arms(q, q->inputs, &r);
	for (size_t i = 0; i < r.arms; i++)
		json_array_append_new(list, json_pack("[f, f]",
		    r.range[i].start, r.range[i].end));
	return list;
}

static json_t *
give_passes(struct jsonline *q)
{
	return json_boolean(assignread_passes(q, q->inputs, STR("v00000001"),
	    NULL));
}

#define HALVES "\"got\":[[0.0,0.5],[0.5,1.0]]}"
#define BAD_FILTERS "\"error\":\"filters: must be of"
/* The seed spring-hero gives v00000001 the bucket .4458. */
static const struct {
	jsonline_answer answer;
	const char *inputs, *wanted;
} rows[] = {
	{ give_arms, "{\"weights\":[0.25,0.75]}",
	    "\"got\":[[0.0,0.25],[0.25,1.0]]}" },
	{ give_arms, "{\"weights\":[0.25,0.75],\"coverage\":0.5}",
	    "\"got\":[[0.0,0.125],[0.25,0.625]]}" },
	{ give_arms, "{\"weights\":[0.25,0.75],\"variations\":2}",
	    "\"got\":[[0.0,0.25],[0.25,1.0]]}" },
	/* Weights that don't sum, or are not of the arms' number. */
	{ give_arms, "{\"weights\":[0.25,0.5]}", HALVES },
	{ give_arms, "{\"weights\":[-1,2]}", HALVES },
	{ give_arms, "{\"weights\":[0.25,0.25,0.5],\"variations\":2}",
	    HALVES },
	{ give_arms, "{\"weights\":[1],\"variations\":2}", HALVES },
	{ give_arms, "{\"variations\":2}", HALVES },
	{ give_arms, "{\"weights\":null,\"variations\":2}", HALVES },
	{ give_arms, "{\"weights\":[],\"variations\":2}", HALVES },
	{ give_arms, "{}", "\"error\":\"weights" },
	{ give_arms, "{\"weights\":[]}", "\"error\":\"weights" },
	{ give_arms, "{\"weights\":1}", "\"error\":\"weights" },
	{ give_arms, "{\"weights\":[1,null]}", "\"error\":\"weights" },
	{ give_arms, "{\"variations\":0}", "\"error\":\"variations" },
	{ give_arms, "{\"variations\":65}", "\"error\":\"variations" },
	{ give_arms, "{\"variations\":2.0}", "\"error\":\"variations" },
	{ give_arms, "{\"weights\":[1],\"coverage\":null}",
	    "\"error\":\"coverage" },
	{ give_passes, "{}", "\"got\":true" },
	{ give_passes, "{\"filters\":null}", "\"got\":true" },
	{ give_passes, "{\"filters\":[]}", "\"got\":true" },
	{ give_passes, "{\"filters\":[{\"seed\":\"spring-hero\","
	    "\"ranges\":[[0,0.1],[0.4458,0.5]]}]}", "\"got\":true" },
	{ give_passes, "{\"filters\":[{\"seed\":\"spring-hero\","
	    "\"ranges\":[[0,0.4458],[0.5,1]]}]}", "\"got\":false" },
	{ give_passes, "{\"filters\":[{\"seed\":\"spring-hero\","
	    "\"ranges\":[[0,1]]},{\"seed\":\"x\",\"ranges\":[]}]}",
	    "\"got\":false" },
	{ give_passes, "{\"filters\":{}}", "\"error\":\"filters" },
	{ give_passes, "{\"filters\":[{\"seed\":\"s\"}]}", BAD_FILTERS },
	{ give_passes, "{\"filters\":[{\"ranges\":[]}]}", BAD_FILTERS },
	{ give_passes, "{\"filters\":[{\"seed\":\"s\",\"ranges\":[[0]]}]}",
	    "\"error\":\"filters: a range" },
	{ give_passes, "{\"filters\":[{\"seed\":\"s\",\"ranges\":[[0,0,0]]}]}",
	    "\"error\":\"filters: a range" },
	{ give_passes, "{\"filters\":[{\"seed\":\"s\","
	    "\"ranges\":[[0,\"1\"]]}]}", "\"error\":\"filters: a range" },
};

START_TEST(an_experiment_is_read)
{
	ck_assert_str_begins(asked_inputs(rows[_i].answer,
	    rows[_i].inputs), rows[_i].wanted);
} END_TEST

#define ALL "{\"seed\":\"s\",\"ranges\":[[0,1]]}"
#define RANGES "{\"filters\":[{\"seed\":\"s\",\"ranges\":["
static const struct { struct asked_list list; const char *wanted; } limits[] = {
	{ { "{\"filters\":[", ALL, "]}", ASSIGNREAD_FILTERS_MAX },
	    "\"got\":true" },
	{ { "{\"filters\":[", ALL, "]}", ASSIGNREAD_FILTERS_MAX + 1 },
	    "\"error\":\"filters" },
	{ { RANGES, "[0,1]", "]}]}", ASSIGNREAD_RANGES_MAX }, "\"got\":true" },
	{ { RANGES, "[0,1]", "]}]}", ASSIGNREAD_RANGES_MAX + 1 },
	    BAD_FILTERS },
};

START_TEST(filters_have_limits)
{
	ck_assert_str_begins(asked_list(give_passes,
	    &limits[_i].list), limits[_i].wanted);
} END_TEST

SUITE(assignread)
{
	SUITE_LOOP(an_experiment_is_read, COUNT(rows));
	SUITE_LOOP(filters_have_limits, COUNT(limits));
}
