/* A row is the same in JSON and in CSV, and no spreadsheet reckons with it. */
#include "account/journal.h"
#include "account/journalrow.h"
#include "base/buf.h"
#include "support/suite.h"

static const struct journal_row row = { 7, STR("2026-11-22T10:00:00.000Z"),
	STR("a@x.fr"), STR("seller"), { STR("lead.move"),
	STR("=cmd|' /C calc'!A0"), { NULL, 0 }, STR("{\"a\": \"b\"}") } };

START_TEST(a_row_is_told)
{
	struct buf json, csv;

	buf_init(&json, suite_arena(), 1000);
	journalrow_json(&json, &row);
	ck_assert_str_same(buf_str(&json), STR("{\"id\":7,"
	    "\"at\":\"2026-11-22T10:00:00.000Z\",\"who\":\"a@x.fr\","
	    "\"role\":\"seller\",\"what\":\"lead.move\","
	    "\"of\":\"=cmd|' /C calc'!A0\",\"was\":null,"
	    "\"is\":{\"a\": \"b\"}}"));
	buf_init(&csv, suite_arena(), 1000);
	journalrow_csv(&csv, &row);
	ck_assert_str_same(buf_str(&csv), STR("7,"
	    "\"2026-11-22T10:00:00.000Z\",\"a@x.fr\",\"seller\","
	    "\"lead.move\",\"'=cmd|' /C calc'!A0\",\"\","
	    "\"{\"\"a\"\": \"\"b\"\"}\"\r\n"));
} END_TEST

SUITE(journalrow)
{
	SUITE_TEST(a_row_is_told);
}
