/* Tests of lead/shift.c. */
#include "lead/shift.h"
#include "support/suite.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* Sunday 2026-03-29 and 2026-10-25, 01:00 UTC: Paris sets its clocks. */
#define FORWARD INT64_C(1774746000000)
#define BACK INT64_C(1792890000000)
#define MONDAY (FORWARD + 22 * HOUR)	/* 2026-03-29 23:00 UTC */

static struct shift_change changes[] = {
	{ FORWARD - 100 * DAY, 60 }, { FORWARD, 120 }, { BACK, 60 } };
static const struct shift_zone paris = { { "Europe/Paris", 12 }, changes,
	3 };
/* Monday to Friday 9 to 12, Sunday from 2 to 3. */
static struct shift_hours hours[] = { { 31, 540, 720 }, { 64, 120, 180 } };

static const struct {
	int64_t at_ms;
	bool is_working;
} moments[] = {
	{ MONDAY + 8 * HOUR - MINUTE, false },	/* 08:59 in Paris */
	{ MONDAY + 8 * HOUR, true },
	{ MONDAY + 11 * HOUR - 1, true },
	{ MONDAY + 11 * HOUR, false },
	{ MONDAY + 8 * HOUR - 7 * DAY, false },	/* winter: 08:00 */
	{ MONDAY + 9 * HOUR - 7 * DAY, true },
	{ MONDAY + 8 * HOUR + 5 * DAY, false },	/* Saturday */
	/* A Sunday of spring has no hour from 2 to 3, one of autumn two. */
	{ FORWARD - MINUTE, false }, { FORWARD, false },
	{ BACK - HOUR - MINUTE, false }, { BACK - HOUR, true },
	{ BACK, true }, { BACK + HOUR - MINUTE, true }, { BACK + HOUR, false },
};

START_TEST(hours_are_of_the_zone)
{
	struct shift s = { .zone = &paris, .hours = hours,
		.hours_count = 2 };

	ck_assert(shift_is_working(&s, moments[_i].at_ms) ==
	    moments[_i].is_working);
} END_TEST

START_TEST(without_hours_it_is_always)
{
	struct shift s = { 0 };

	ck_assert(shift_is_working(&s, FORWARD));
	ck_assert(shift_is_working(&s, -1));
} END_TEST

START_TEST(deadline_counts_working_time)
{
	struct shift_absence away = { MONDAY + 9 * HOUR, MONDAY + 10 * HOUR };
	struct shift s = { .zone = &paris, .hours = hours,
		.hours_count = 1 };

	ck_assert_int_eq(shift_deadline(&s, MONDAY + 8 * HOUR, 60),
	    MONDAY + 9 * HOUR);
	/* The rest the next morning. */
	ck_assert_int_eq(shift_deadline(&s, MONDAY + 10 * HOUR, 90),
	    MONDAY + DAY + 8 * HOUR + 30 * MINUTE);
	s.absence = &away;
	s.absences = 1;
	ck_assert_int_eq(shift_deadline(&s, MONDAY + 8 * HOUR, 90),
	    MONDAY + 10 * HOUR + 30 * MINUTE);
	/* Never is at the end of what is looked at. */
	s.hours = &(struct shift_hours){ 0 };
	ck_assert_int_eq(shift_deadline(&s, MONDAY, 1), MONDAY +
	    SHIFT_DEADLINE_DAYS_MAX * DAY);
} END_TEST

SUITE(shift)
{
	SUITE_LOOP(hours_are_of_the_zone, COUNT(moments));
	SUITE_TEST(without_hours_it_is_always);
	SUITE_TEST(deadline_counts_working_time);
}
