/* Tests form/date. */
#include "form/date.h"
#include "support/suite.h"

static const struct {
	const char *typed;
	int64_t day;	/* 0: none */
} dates[] = {
	{ "2026-12-31", 20261231 },
	{ "31/12/2026", 20261231 },
	{ "31.12.2026", 20261231 },
	{ "31-12-2026", 20261231 },
	{ "1/2/2026", 20260201 },
	{ "01/02/2026", 20260201 },
	{ "29/02/2028", 20280229 },
	{ "29/02/2000", 20000229 },
	{ "0001-01-01", 10101 },
	{ "9999-12-31", 99991231 },
	{ "29/02/2026", 0 },
	{ "29/02/1900", 0 },
	{ "31/04/2026", 0 },
	{ "2026-04-31", 0 },
	{ "32/01/2026", 0 },
	{ "12/31/2026", 0 },
	{ "0/1/2026", 0 },
	{ "1/0/2026", 0 },
	{ "1/13/2026", 0 },
	{ "0000-01-01", 0 },
	{ "1/1/26", 0 },
	{ "1/1/02026", 0 },
	{ "2026-1-1", 0 },
	{ "2026/01/01", 0 },
	{ "001/01/2026", 0 },
	{ "1/1/2026/", 0 },
	{ "1/1-2026", 0 },
	{ "1 1 2026", 0 },
	{ "-1/1/2026", 0 },
	{ "31/12", 0 },
	{ "31122026", 0 },
	{ "demain", 0 },
	{ "", 0 },
	{ "//", 0 },
	{ "2026-12-31T00:00", 0 },
};

START_TEST(dates_exist_or_are_none)
{
	int64_t day = 0;

	ck_assert_int_eq(date_parse(str_of(dates[_i].typed), &day),
	    dates[_i].day ? OK : ERR_INPUT);
	ck_assert_int_eq(day, dates[_i].day);
} END_TEST

/* As the C library counts days, for eight hundred years. */
START_TEST(every_month_has_its_days)
{
	static const int usual[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	for (int year = 1600; year < 2400; year++) {
		for (int month = 1; month <= 12; month++) {
			int days = usual[month - 1] + (month == 2 &&
			    (year % 400 == 0 || (year % 4 == 0 && year % 100)));

			for (int d = days; d <= days + 1; d++) {
				int64_t want = year * 10000 + month * 100 + d;
				int64_t day;

				ck_assert_int_eq(date_parse(
				    date_iso(suite_arena(), want), &day),
				    d > days ? ERR_INPUT : OK);
			}
		}
	}
} END_TEST

START_TEST(dates_are_written_for_people)
{
	ck_assert_str_same(date_text(suite_arena(), 20260307, LANG_FR),
	    STR("07/03/2026"));
	ck_assert_str_same(date_text(suite_arena(), 20260307, LANG_EN),
	    STR("7 March 2026"));
	ck_assert_str_same(date_iso(suite_arena(), 70101), STR("0007-01-01"));
} END_TEST

SUITE(date)
{
	SUITE_LOOP(dates_exist_or_are_none, COUNT(dates));
	SUITE_TEST(every_month_has_its_days);
	SUITE_TEST(dates_are_written_for_people);
}
