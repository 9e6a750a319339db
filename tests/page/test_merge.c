#include <stdio.h>

#include "base/buf.h"
#include "page/merge.h"
#include "support/suite.h"

static const struct { const char *in, *out; } layouts[] = {
	{ "{}", "{}\n" },
	{ "[ ]", "[]\n" },
	{ "{ \"a\" : [1,2], \"b\" : {} }",
	    "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n" },
	{ "{\"a\": 0.05, \"b\": 1e3, \"c\": null}",
	    "{\n  \"a\": 0.05,\n  \"b\": 1e3,\n  \"c\": null\n}\n" },
	{ "[\"a, [b]: {\\\"c\\\\\", \"\"]",
	    "[\n  \"a, [b]: {\\\"c\\\\\",\n  \"\"\n]\n" },
};

START_TEST(json_is_laid_out)
{
	ck_assert_str_same(merge_pretty(suite_arena(),
	    str_of(layouts[_i].in)), str_of(layouts[_i].out));
} END_TEST

#define OFFER(key) "{\"key\":\"" key "\",\"name\":{\"fr\":\"x\"}}"
#define CAMPAIGN(key, offer) "{\"key\":\"" key "\",\"name\":\"n\"," \
    "\"channel\":\"sea\",\"strategy\":\"inbound\",\"offer\":\"" offer "\"}"
#define SITE "{\"offers\":[" OFFER("one") "],\"campaigns\":[" \
    CAMPAIGN("spring", "one") "]}"

/* given over current, and the complaints. */
static const struct { const char *given, *current, *complaints; } rows[] = {
	{ "{}", "{}", "" },
	{ SITE, "{}", "" },
	{ SITE, SITE, "" },
	{ "{}", SITE, "" },
	{ "{\"campaigns\":[" CAMPAIGN("autumn", "one") "]}", SITE, "" },
	{ "{\"campaigns\":[" CAMPAIGN("autumn", "one") "]}", "{}",
	    "$.campaigns[0].offer: there is no offer \"one\"\n" },
	{ "{\"campaigns\":[5," CAMPAIGN("autumn", "two") "]}", SITE,
	    "$.campaigns[0]: must be an object\n"
	    "$.campaigns[1].offer: there is no offer \"two\"\n" },
	{ "{\"offers\":null}", SITE, "" },
	{ "{\"offers\":5}", "{}", "$.offers: must be a list\n" },
	{ "{\"state\":{}}", SITE, "$.state: is for the database to say\n" },
	{ "{\"state\":1,\"x\":1}", "{}", "$.state: is for the database to"
	    " say\n$.x: is not a key known here\n" },
	{ "7", SITE, "$: line 1, column 1: \"'[' or '{' expected near '7'\""
	    "\n" },
	{ "[]", SITE, "$: must be an object\n" },
	{ "{\"offers\":[{\"key\":\"one\"}]}", SITE,
	    "$.offers[0].name: is missing\n" },
};

static enum err
check(struct str given, struct str current, struct str *complaints)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	const struct site *site;
	enum err e = merge_check(suite_arena(),
	    &(struct merge){ .given = given, .current = current,
	    .kept = STR("{}") }, &site, out);

	fclose(out);
	*complaints = (struct str){ text, n };
	return e;
}

START_TEST(a_part_is_judged_over_the_whole)
{
	struct str complaints;
	enum err e = check(str_of(rows[_i].given), str_of(rows[_i].current),
	    &complaints);

	ck_assert_int_eq(e, complaints.n ? ERR_INPUT : OK);
	ck_assert_str_same(complaints, str_of(rows[_i].complaints));
} END_TEST

#define FIELDS 2
#define OPTIONS (FIELDS * FIELD_OPTIONS_MAX)
#define FRAME_BYTES 35	/* of an option, without its label; and a bit */

/* A form of many options, the last of which has a label of last bytes. */
static struct str
long_site(struct arena *a, size_t last)
{
	const char *between = "{\"forms\":[{\"key\":\"f\",\"country\":"
	    "\"FR\",\"fields\":[";
	struct buf b;

	buf_init(&b, a, (size_t)2 * MERGE_BYTES_MAX);
	for (size_t i = 0; i < OPTIONS; i++) {
		size_t label = i == OPTIONS - 1 ? last :
		    MERGE_BYTES_MAX / OPTIONS - FRAME_BYTES;

		if (i % FIELD_OPTIONS_MAX == 0) {
			buf_addf(&b, "%s{\"name\":\"f%zu\",\"kind\":"
			    "\"choice\",\"label\":{\"fr\":\"x\"},"
			    "\"options\":[", between, i);
			between = "]},";
		} else {
			buf_byte(&b, ',');
		}
		buf_addf(&b, "{\"value\":\"%zu\",\"label\":{\"fr\":"
		    "\"%0*d\"}}", i, (int)label, 0);
	}
	buf_add(&b, STR("]}]}]}"));
	return buf_str(&b);
}

START_TEST(a_site_has_a_limit)
{
	struct arena *a = arena_new((size_t)12 * MERGE_BYTES_MAX);
	size_t last = MERGE_BYTES_MAX - (long_site(a, 1).n - 1);
	struct str complaints;

	ck_assert_uint_le(last, SITE_TEXT_BYTES_MAX - 1);
	ck_assert_int_eq(check(long_site(a, last), STR("{}"), &complaints),
	    OK);
	ck_assert_int_eq(check(long_site(a, last + 1), STR("{}"),
	    &complaints), ERR_INPUT);
	ck_assert(str_has_prefix(complaints, STR("$: the site would have")));
	arena_free(a);
} END_TEST

SUITE(merge)
{
	SUITE_LOOP(json_is_laid_out, COUNT(layouts));
	SUITE_LOOP(a_part_is_judged_over_the_whole, COUNT(rows));
	SUITE_TEST(a_site_has_a_limit);
}
