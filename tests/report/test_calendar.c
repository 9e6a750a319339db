/* Tests src/report/calendar.c. */
#include "base/buf.h"
#include "report/calendar.h"
#include "support/suite.h"

static const struct {
	const char *text;
	int64_t day;
	int weekday;
	const char *next;	/* month's first day */
	const char *year;	/* twelve months before */
} cases[] = {
	{ "1970-01-01", 0, 3, "1970-02-01", "1969-01-01" },
	{ "1969-12-31", -1, 2, "1970-01-01", "1968-12-01" },
	{ "2000-02-29", 11016, 1, "2000-03-01", "1999-02-01" },
	{ "2026-11-16", 20773, 0, "2026-12-01", "2025-11-01" },
	{ "2026-12-31", 20818, 3, "2027-01-01", "2025-12-01" },
	{ "2100-03-01", 47541, 0, "2100-04-01", "2099-03-01" },
};

START_TEST(days_are_counted)
{
	struct arena *a = suite_arena();
	int64_t day;

	ck_assert_int_eq(calendar_parse(str_of(cases[_i].text), &day), OK);
	ck_assert_int_eq(day, cases[_i].day);
	ck_assert_str_same(calendar_text(a, day), str_of(cases[_i].text));
	ck_assert_int_eq(calendar_weekday(day), cases[_i].weekday);
	ck_assert_str_same(calendar_text(a, calendar_month(day, 1)),
	    str_of(cases[_i].next));
	ck_assert_str_same(calendar_text(a, calendar_month(day, -12)),
	    str_of(cases[_i].year));
} END_TEST

/* Over four centuries each day follows the one before. */
START_TEST(no_day_is_left_out)
{
	struct arena *a = suite_arena();
	int64_t day, back;

	ck_assert_int_eq(calendar_parse(STR("1600-01-01"), &day), OK);
	for (int i = 0; i < 146097; i += 97) {
		ck_assert_int_eq(calendar_parse(calendar_text(a, day + i),
		    &back), OK);
		ck_assert_int_eq(back, day + i);
	}
	ck_assert_str_same(calendar_text(a, day + 146097),
	    STR("2000-01-01"));
} END_TEST

static const char *const wrong[] = { "", "2026-02-29", "2026-2-1",
	"01/02/2026", "2026-13-01", "2026-11-16 ", "x026-11-16" };

START_TEST(what_is_no_day_is_refused)
{
	int64_t day;

	ck_assert_int_eq(calendar_parse(str_of(wrong[_i]), &day), ERR_INPUT);
} END_TEST

SUITE(calendar)
{
	SUITE_LOOP(days_are_counted, COUNT(cases));
	SUITE_TEST(no_day_is_left_out);
	SUITE_LOOP(what_is_no_day_is_refused, COUNT(wrong));
}
