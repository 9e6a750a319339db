/* An audit's report: what is in it as text and as JSON, and its limits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auditreport.h"
#include "support/suite.h"

#define NOW_MS INT64_C(1772366400123)	/* 2026-03-01T12:00:00Z and a bit */

static struct auditreport *
report_new(void)
{
	struct auditreport *r = ARENA_NEW(suite_arena(), struct auditreport);

	r->arena = suite_arena();
	return r;
}

static struct str
printed(const struct auditreport *r)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	auditreport_print(r, out);
	fclose(out);
	return (struct str){ text, n };
}

START_TEST(a_line_for_each_rule)
{
	struct auditreport *r = report_new();

	ck_assert_str_same(printed(r),
	    STR("0 pass, 0 fail, 0 the operator must say\n"));
	AUDITREPORT_JUDGE(r, true, "cookie", "%s: %d days", "piste", 390);
	AUDITREPORT_JUDGE(r, false, "request", "asks %s", "\"a\\b\"\n");
	auditreport_add(r, AUDITREPORT_ASK, "exemption", "no %%");
	ck_assert_str_same(printed(r), STR(
	    "pass     cookie     piste: 390 days\n"
	    "fail     request    asks \"a\\b\"\n\n"
	    "operator exemption  no %\n"
	    "1 pass, 1 fail, 1 the operator must say\n"));
	ck_assert_str_same(auditreport_json(r, STR("https://a.example"),
	    NOW_MS), STR("{\"at\":\"2026-03-01T12:00:00Z\","
	    "\"url\":\"https://a.example\",\"pass\":1,\"fail\":1,"
	    "\"operator\":1,\"lines\":["
	    "\n{\"verdict\":\"pass\",\"area\":\"cookie\","
	    "\"text\":\"piste: 390 days\"},"
	    "\n{\"verdict\":\"fail\",\"area\":\"request\","
	    "\"text\":\"asks \\\"a\\\\b\\\"\\n\"},"
	    "\n{\"verdict\":\"operator\",\"area\":\"exemption\","
	    "\"text\":\"no %\"}]}\n"));
} END_TEST

START_TEST(a_text_is_cut_at_its_limit)
{
	static const size_t given[] = { AUDITREPORT_TEXT_BYTES_MAX - 2,
		AUDITREPORT_TEXT_BYTES_MAX - 1, AUDITREPORT_TEXT_BYTES_MAX };
	char text[AUDITREPORT_TEXT_BYTES_MAX + 1];

	for (size_t i = 0; i < COUNT(given); i++) {
		struct auditreport *r = report_new();

		memset(text, 'x', given[i]);
		text[given[i]] = '\0';
		auditreport_add(r, AUDITREPORT_PASS, "geo", "%s", text);
		ck_assert_uint_eq(r->line[0].text.n, i < 2 ? given[i] :
		    AUDITREPORT_TEXT_BYTES_MAX - 1);
	}
} END_TEST

/* A failure beyond the last line still makes the report one that fails. */
START_TEST(more_than_there_is_room_for_is_counted)
{
	struct auditreport *r = report_new();

	for (size_t i = 0; i < AUDITREPORT_LINES_MAX; i++)
		auditreport_add(r, AUDITREPORT_PASS, "geo", "%zu", i);
	ck_assert_uint_eq(r->lines, AUDITREPORT_LINES_MAX);
	ck_assert_str_same(r->line[AUDITREPORT_LINES_MAX - 1].text,
	    STR("3999"));
	auditreport_add(r, AUDITREPORT_FAIL, "geo", "one more");
	ck_assert_uint_eq(r->lines, AUDITREPORT_LINES_MAX);
	ck_assert_uint_eq(r->count[AUDITREPORT_FAIL], 1);
} END_TEST

SUITE(auditreport)
{
	SUITE_TEST(a_line_for_each_rule);
	SUITE_TEST(a_text_is_cut_at_its_limit);
	SUITE_TEST(more_than_there_is_room_for_is_counted);
}
