#include "experiment/stickyline.h"
#include "support/asked.h"
#include "support/suite.h"

/* The seed s gives v1 the bucket .168, and v3 .7163. */
#define FIRST "{\"at\":0,\"seed\":\"s\",\"weights\":[0.5,0.5]}"
#define SECOND(more) "{\"configs\":[" FIRST ",{\"at\":10,\"seed\":\"s\"," \
	"\"weights\":[0,1]" more "}],"
#define TWICE "\"visits\":[{\"t\":1,\"visitor\":\"v1\"}," \
	"{\"t\":10,\"visitor\":\"v1\"}]}"
#define ARM_0 "{\"served\":0,\"analysis\":0,\"reason\":\"assigned\"}"
#define STICKY_0 "{\"served\":0,\"analysis\":0,\"reason\":\"sticky\"}"
#define ARM_1 "{\"served\":1,\"analysis\":1,\"reason\":\"assigned\"}"
#define NOT_IN "{\"served\":0,\"analysis\":null,\"reason\":\"not_included\"}"
#define GOT(visits) "\"got\":{\"visits\":[" visits "]}}"
#define ONE(config) "{\"configs\":[{\"at\":0,\"seed\":\"s\"," config "}]," \
	"\"visits\":[{\"t\":0,\"visitor\":\"v1\"}]}"

static const struct { const char *inputs, *wanted; } rows[] = {
	/* Weights change: the row wins, unless the version does too. */
	{ SECOND("") TWICE, GOT(ARM_0 "," STICKY_0) },
	{ SECOND(",\"bucket_version\":1") TWICE, GOT(ARM_0 "," STICKY_0) },
	{ SECOND(",\"bucket_version\":2") TWICE, GOT(ARM_0 "," ARM_1) },
	{ SECOND(",\"bucket_version\":2,\"min_bucket_version\":1") TWICE,
	    GOT(ARM_0 "," ARM_1) },
	{ SECOND(",\"bucket_version\":2,\"min_bucket_version\":2") TWICE,
	    GOT(ARM_0 ",{\"served\":0,\"analysis\":null,"
	    "\"reason\":\"blocked\"}") },
	{ SECOND(",\"archived\":[1]") "\"visits\":[{\"t\":1,\"visitor\":"
	    "\"v3\"},{\"t\":10,\"visitor\":\"v3\"},{\"t\":10,\"visitor\":"
	    "\"v1\"}]}", GOT(ARM_1 ",{\"served\":0,\"analysis\":1,"
	    "\"reason\":\"archived\"}," NOT_IN) },
	/* Who leaves the filters gets control, row or not. */
	{ SECOND(",\"filters\":[{\"seed\":\"f\",\"ranges\":[]}]") TWICE,
	    GOT(ARM_0 "," NOT_IN) },
	/* Coverage that shrinks sends nobody away. */
	{ SECOND(",\"coverage\":0") TWICE, GOT(ARM_0 "," STICKY_0) },
	/* A version is that of the config before, until one names another. */
	{ "{\"configs\":[{\"at\":0,\"seed\":\"s\",\"weights\":[0.5,0.5],"
	    "\"bucket_version\":3},{\"at\":5,\"seed\":\"s\",\"weights\":"
	    "[0,1]},{\"at\":9,\"seed\":\"s\",\"weights\":[0,1],"
	    "\"bucket_version\":4}],\"visits\":[{\"t\":0,\"visitor\":\"v1\"},"
	    "{\"t\":5,\"visitor\":\"v1\"},{\"t\":9,\"visitor\":\"v1\"}]}",
	    GOT(ARM_0 "," STICKY_0 "," ARM_1) },
	{ "{\"configs\":[" FIRST ",{\"at\":5,\"seed\":\"s\",\"weights\":"
	    "[0,1],\"bucket_version\":2,\"min_bucket_version\":2},{\"at\":"
	    "10,\"seed\":\"s\",\"weights\":[0,1]}]," TWICE, GOT(ARM_0 ","
	    "{\"served\":0,\"analysis\":null,\"reason\":\"blocked\"}") },
	/* Nothing runs before the first; of two at once the later one. */
	{ "{\"configs\":[{\"at\":0,\"seed\":\"s\",\"weights\":[1,0]},{"
	    "\"at\":0,\"seed\":\"s\",\"weights\":[0,1]}],\"visits\":[{\"t\":"
	    "-1,\"visitor\":\"v1\"},{\"t\":0,\"visitor\":\"v1\"}]}",
	    GOT(NOT_IN "," ARM_1) },
	/* Configs need not stand in order. */
	{ "{\"configs\":[{\"at\":9,\"seed\":\"s\",\"weights\":[1,0]},{"
	    "\"at\":0,\"seed\":\"s\",\"weights\":[0,1]}],\"visits\":[{\"t\":"
	    "8.5,\"visitor\":\"v1\"},{\"t\":9,\"visitor\":\"v3\"}]}",
	    GOT(ARM_1 "," ARM_0) },
	{ "{\"configs\":[" FIRST "],\"visits\":[]}", GOT("") },
	{ "{\"configs\":[" FIRST "]}", "\"error\":\"visits" },
	{ "{\"configs\":[],\"visits\":[]}", "\"error\":\"configs" },
	{ "{\"configs\":[1],\"visits\":[]}", "\"error\":\"configs" },
	{ "{\"configs\":[" FIRST "],\"visits\":[{\"visitor\":\"v\"}]}",
	    "\"error\":\"visits: t" },
	{ "{\"configs\":[" FIRST "],\"visits\":[{\"t\":0}]}",
	    "\"error\":\"visitor" },
	{ ONE("\"weights\":[0]"), GOT(ARM_0) },
	{ ONE("\"weights\":[]"), "\"error\":\"weights" },
	{ ONE("\"weights\":[1],\"bucket_version\":4294967295"), GOT(ARM_0) },
	{ ONE("\"weights\":[1],\"bucket_version\":4294967296"),
	    "\"error\":\"bucket_version" },
	{ ONE("\"weights\":[1],\"min_bucket_version\":-1"),
	    "\"error\":\"bucket_version" },
	{ ONE("\"weights\":[1],\"bucket_version\":\"1\""),
	    "\"error\":\"bucket_version" },
	{ ONE("\"weights\":[1],\"archived\":[0]"), GOT(NOT_IN) },
	{ ONE("\"weights\":[1],\"archived\":null"), GOT(ARM_0) },
	{ ONE("\"weights\":[1],\"archived\":[1]"), "\"error\":\"archived" },
	{ ONE("\"weights\":[1],\"archived\":[-1]"), "\"error\":\"archived" },
	{ ONE("\"weights\":[1],\"archived\":0"), "\"error\":\"archived" },
	{ ONE("\"weights\":[1],\"filters\":[1]"), "\"error\":\"filters" },
};

START_TEST(visits_are_judged)
{
	ck_assert_str_begins(asked_inputs(stickyline_answer,
	    rows[_i].inputs), rows[_i].wanted);
} END_TEST

#define VISIT "{\"t\":0,\"visitor\":\"v\"}"
static const struct { struct asked_list list; const char *wanted; } limits[] = {
	{ { "{\"visits\":[],\"configs\":[", FIRST, "]}",
	    STICKYLINE_CONFIGS_MAX }, GOT("") },
	{ { "{\"visits\":[],\"configs\":[", FIRST, "]}",
	    STICKYLINE_CONFIGS_MAX + 1 }, "\"error\":\"configs" },
	{ { "{\"configs\":[" FIRST "],\"visits\":[", VISIT, "]}",
	    STICKYLINE_VISITS_MAX }, "\"got\"" },
	{ { "{\"configs\":[" FIRST "],\"visits\":[", VISIT, "]}",
	    STICKYLINE_VISITS_MAX + 1 }, "\"error\":\"visits" },
};

START_TEST(lists_have_limits)
{
	ck_assert_str_begins(asked_list(stickyline_answer,
	    &limits[_i].list), limits[_i].wanted);
} END_TEST

SUITE(stickyline)
{
	SUITE_LOOP(visits_are_judged, COUNT(rows));
	SUITE_LOOP(lists_have_limits, COUNT(limits));
}
