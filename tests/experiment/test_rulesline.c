#include <stdio.h>

#include "experiment/rulesline.h"
#include "support/asked.h"
#include "support/suite.h"

#define VECTORS "tests/cases/events/vectors.jsonl"
#define VECTORS_COUNT 1

START_TEST(the_vectors_hold)
{
	ck_assert_uint_eq(asked_vectors(rulesline_answer, VECTORS),
	    VECTORS_COUNT);
} END_TEST

/* A log of exposure of a to arm 1 at 0, and what else is in it. */
#define PLAN "\"variations\":2,\"window_s\":100,\"qualify_window_s\":500," \
	"\"as_of\":9999"
#define LOG(more) "{" PLAN ",\"events\":[{\"t\":0,\"type\":\"exposure\"," \
	"\"visitor\":\"a\",\"variation\":1},{\"t\":1,\"type\":\"conversion\"," \
	"\"visitor\":\"a\",\"lead\":\"l\"}" more "]}"
#define ALSO(event) LOG(",{\"t\":2," event "}")
#define FLAGGED(flag) "{" PLAN ",\"events\":[{\"t\":0,\"type\":\"exposure\"," \
	"\"visitor\":\"a\",\"variation\":0," flag "}]}"
#define GOT(n, x, nq, xq) "\"got\":{\"visitors\":[0," n "],\"conversions\":" \
	"[0," x "],\"qualify_mature_visitors\":[0," nq "],\"qualified\":[0," \
	xq "],\"excluded\":{\"bot_visitors\":0,"
#define PLAIN GOT("1", "1", "1", "0")
#define QUALIFIED GOT("1", "1", "1", "1")
#define SPAM GOT("1", "0", "1", "0")
#define NONE "\"got\":{\"visitors\":[0,0],\"conversions\":[0,0]," \
	"\"qualify_mature_visitors\":[0,0],\"qualified\":[0,0],\"excluded\":{"
#define BOT NONE "\"bot_visitors\":1,\"prefetch_exposures\":0," \
	"\"preview_exposures\":0,"
#define PREFETCH NONE "\"bot_visitors\":0,\"prefetch_exposures\":1," \
	"\"preview_exposures\":0,"
#define PREVIEW NONE "\"bot_visitors\":0,\"prefetch_exposures\":0," \
	"\"preview_exposures\":1,"

static const struct { const char *inputs, *wanted; } rows[] = {
	{ LOG(""), PLAIN },
	{ ALSO("\"type\":\"mql\",\"lead\":\"l\""), QUALIFIED },
	{ ALSO("\"type\":\"sql\",\"lead\":\"l\""), QUALIFIED },
	{ ALSO("\"type\":\"qualified\",\"lead\":\"l\""), QUALIFIED },
	{ ALSO("\"type\":\"qualify\",\"lead\":\"l\""), QUALIFIED },
	{ ALSO("\"type\":\"stage\",\"stage\":\"mql\",\"lead\":\"l\""),
	    QUALIFIED },
	{ ALSO("\"type\":\"stage\",\"stage\":\"sql\",\"lead\":\"l\""),
	    QUALIFIED },
	{ ALSO("\"type\":\"stage\",\"stage\":\"new\",\"lead\":\"l\""), PLAIN },
	{ ALSO("\"type\":\"stage\",\"lead\":\"l\""), PLAIN },
	{ ALSO("\"type\":\"mql\",\"lead\":\"other\""), PLAIN },
	{ ALSO("\"type\":\"spam\",\"lead\":\"l\""), SPAM },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\",\"lead\":\"l\","
	    "\"spam\":true"), SPAM },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\",\"lead\":\"l\","
	    "\"is_spam\":1"), SPAM },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\",\"lead\":\"l\","
	    "\"is_spam\":false"), PLAIN },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\""), PLAIN },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\",\"lead\":null"),
	    PLAIN },
	{ ALSO("\"type\":\"scroll\",\"visitor\":7"), PLAIN },
	{ FLAGGED("\"bot\":true"), BOT },
	{ FLAGGED("\"is_bot\":true"), BOT },
	{ FLAGGED("\"is_bot\":1"), BOT },
	{ FLAGGED("\"prefetch\":true"), PREFETCH },
	{ FLAGGED("\"is_prefetch\":true"), PREFETCH },
	{ FLAGGED("\"prerender\":true"), PREFETCH },
	{ FLAGGED("\"is_prerender\":true"), PREFETCH },
	{ FLAGGED("\"preview\":true"), PREVIEW },
	{ FLAGGED("\"is_preview\":true"), PREVIEW },
	{ FLAGGED("\"preview\":true,\"prefetch\":true"), PREVIEW },
	{ FLAGGED("\"preview\":true,\"bot\":true"), BOT },
	/* An activation by either name; t and seq in any order. */
	{ "{" PLAN ",\"events\":[{\"t\":5,\"seq\":2,\"type\":\"activate\","
	    "\"visitor\":\"a\"},{\"t\":5,\"seq\":1,\"type\":\"exposure\","
	    "\"visitor\":\"a\",\"variation\":1,\"prefetch\":true}]}",
	    GOT("1", "0", "1", "0") },
	{ "{" PLAN ",\"events\":[{\"t\":6,\"type\":\"activation\","
	    "\"visitor\":\"a\"},{\"t\":5,\"type\":\"exposure\","
	    "\"visitor\":\"a\",\"variation\":1,\"prefetch\":true}]}",
	    GOT("1", "0", "1", "0") },
	/* Windows have defaults, and without as_of everything is over. */
	{ "{\"variations\":2,\"mature_only\":true,\"events\":[{\"t\":0,"
	    "\"type\":\"exposure\",\"visitor\":\"a\",\"variation\":1},{\"t\":"
	    "86399,\"type\":\"conversion\",\"visitor\":\"a\",\"lead\":\"l\"},"
	    "{\"t\":1209599,\"type\":\"mql\",\"lead\":\"l\"}]}", QUALIFIED },
	{ "{\"variations\":2,\"as_of\":86399,\"mature_only\":true,"
	    "\"events\":[{\"t\":0,\"type\":\"exposure\",\"visitor\":\"a\","
	    "\"variation\":1}]}", NONE "\"bot_visitors\":0,"
	    "\"prefetch_exposures\":0,\"preview_exposures\":0,"
	    "\"multi_exposed_visitors\":0,\"immature_visitors\":1,"
	    "\"spam_conversions\":0,\"conversions_without_exposure\":0,"
	    "\"conversions_before_exposure\":0,"
	    "\"conversions_after_window\":0,\"duplicate_conversions\":0}}}" },
	{ "{" PLAN ",\"events\":[]}", NONE },
	{ "{" PLAN "}", "\"error\":\"events: must be a list" },
	{ "{" PLAN ",\"events\":[7]}", "\"error\":\"events: type" },
	{ "{" PLAN ",\"events\":[{\"t\":1}]}", "\"error\":\"events: type" },
	{ "{\"variations\":0,\"events\":[]}", "\"error\":\"variations" },
	{ "{\"variations\":64,\"events\":[]}", "\"got\"" },
	{ "{\"variations\":65,\"events\":[]}", "\"error\":\"variations" },
	{ "{\"variations\":1.5,\"events\":[]}", "\"error\":\"variations" },
	{ "{\"events\":[]}", "\"error\":\"variations" },
	{ "{\"variations\":2,\"window_s\":-1,\"events\":[]}",
	    "\"error\":\"window_s" },
	{ "{\"variations\":2,\"window_s\":1e9,\"events\":[]}", "\"got\"" },
	{ "{\"variations\":2,\"window_s\":1000000001,\"events\":[]}",
	    "\"error\":\"window_s" },
	{ "{\"variations\":2,\"qualify_window_s\":\"1\",\"events\":[]}",
	    "\"error\":\"qualify_window_s" },
	{ "{\"variations\":2,\"as_of\":1e15,\"events\":[]}", "\"got\"" },
	{ "{\"variations\":2,\"as_of\":1000000000000001,\"events\":[]}",
	    "\"error\":\"as_of" },
	{ "{\"variations\":2,\"mature_only\":1,\"events\":[]}",
	    "\"error\":\"mature_only" },
	{ ALSO("\"type\":\"exposure\",\"visitor\":\"b\""),
	    "\"error\":\"events: variation" },
	{ ALSO("\"type\":\"exposure\",\"visitor\":\"b\",\"variation\":2"),
	    "\"error\":\"events: variation" },
	{ ALSO("\"type\":\"exposure\",\"visitor\":\"b\",\"variation\":-1"),
	    "\"error\":\"events: variation" },
	{ ALSO("\"type\":\"exposure\",\"visitor\":\"b\",\"variation\":0.0"),
	    "\"error\":\"events: variation" },
	{ ALSO("\"type\":\"exposure\",\"variation\":0"),
	    "\"error\":\"events: visitor" },
	{ ALSO("\"type\":\"exposure\",\"visitor\":7,\"variation\":0"),
	    "\"error\":\"events: visitor" },
	{ ALSO("\"type\":\"activate\",\"visitor\":\"\""),
	    "\"error\":\"events: visitor" },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"\xc3\xa9\""),
	    "\"error\":\"events: visitor" },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\",\"lead\":\"\""),
	    "\"error\":\"events: lead" },
	{ ALSO("\"type\":\"conversion\",\"visitor\":\"b\",\"lead\":7"),
	    "\"error\":\"events: lead" },
	{ ALSO("\"type\":\"spam\""), "\"error\":\"events: lead" },
	{ ALSO("\"type\":\"mql\",\"lead\":null"), "\"error\":\"events: lead" },
	{ LOG(",{\"type\":\"mql\",\"lead\":\"l\"}"),
	    "\"error\":\"events: t and seq" },
	{ LOG(",{\"t\":\"1\",\"type\":\"mql\",\"lead\":\"l\"}"),
	    "\"error\":\"events: t and seq" },
	{ LOG(",{\"t\":-1e15,\"type\":\"mql\",\"lead\":\"l\"}"), "\"got\"" },
	{ LOG(",{\"t\":1.1e15,\"type\":\"mql\",\"lead\":\"l\"}"),
	    "\"error\":\"events: t and seq" },
	{ ALSO("\"seq\":\"1\",\"type\":\"mql\",\"lead\":\"l\""),
	    "\"error\":\"events: t and seq" },
	{ ALSO("\"seq\":null,\"type\":\"mql\",\"lead\":\"l\""), QUALIFIED },
};

START_TEST(a_log_is_counted)
{
	ck_assert_str_begins(asked_inputs(rulesline_answer,
	    rows[_i].inputs), rows[_i].wanted);
} END_TEST

#define EVENT "{\"t\":0,\"type\":\"mql\",\"lead\":\"l\"}"
#define NAME(before) "{" PLAN ",\"events\":[{\"t\":0," before "\":\""
/* Names are made of commas: one fewer than texts of nothing around them. */
static const struct { struct asked_list list; const char *wanted; } limits[] = {
	{ { "{" PLAN ",\"events\":[", EVENT, "]}", RULESLINE_EVENTS_MAX },
	    "\"got\"" },
	{ { "{" PLAN ",\"events\":[", EVENT, "]}", RULESLINE_EVENTS_MAX + 1 },
	    "\"error\":\"events: must be a list" },
	{ { NAME("\"type\":\"mql\",\"lead"), "", "\"}]}",
	    RULESLINE_LEAD_BYTES_MAX + 1 }, "\"got\"" },
	{ { NAME("\"type\":\"mql\",\"lead"), "", "\"}]}",
	    RULESLINE_LEAD_BYTES_MAX + 2 }, "\"error\":\"events: lead" },
	{ { NAME("\"type\":\"activate\",\"visitor"), "", "\"}]}", 257 },
	    "\"got\"" },
	{ { NAME("\"type\":\"activate\",\"visitor"), "", "\"}]}", 258 },
	    "\"error\":\"events: visitor" },
};

START_TEST(a_log_has_limits)
{
	ck_assert_str_begins(asked_list(rulesline_answer,
	    &limits[_i].list), limits[_i].wanted);
} END_TEST

START_TEST(lines_are_answered)
{
	char said[100] = "";
	FILE *in = fmemopen((char[]){ "{\"id\":1,\"inputs\":0}" }, 19, "r");
	FILE *out = fmemopen(said, sizeof said, "w");

	ck_assert_int_eq(rulesline_run(in, out), OK);
	fclose(in);
	fclose(out);
	ck_assert_str_eq(said, "{\"id\":1,\"error\":\"variations: must be"
	    " from 1 to 64\"}\n");
} END_TEST

SUITE(rulesline)
{
	SUITE_TEST(the_vectors_hold);
	SUITE_LOOP(a_log_is_counted, COUNT(rows));
	SUITE_LOOP(a_log_has_limits, COUNT(limits));
	SUITE_TEST(lines_are_answered);
}
