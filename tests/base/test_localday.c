/* Tests src/base/localday.c: days of 23 to 49 hours, and of half an hour. */
#include "base/localday.h"
#include "support/suite.h"

#define HOUR LOCALDAY_HOUR_MS
#define S(seconds) (INT64_C(seconds) * 1000)

static const struct {
	const char *zone;
	int64_t now_ms, start_ms, end_ms;
} days[] = {
	{ "UTC", S(1767225600), S(1767225600), S(1767312000) },
	{ "UTC", S(1767311999) + 999, S(1767225600), S(1767312000) },
	/* 2026-01-15, and the month's last second there. */
	{ "Europe/Paris", S(1768431600), S(1768431600), S(1768518000) },
	{ "Europe/Paris", S(1769900399) + 999, S(1769814000), S(1769900400) },
	{ "Europe/Paris", S(1769900400), S(1769900400), S(1769986800) },
	/* Summer begins on 2026-03-29 and ends on 2026-10-25. */
	{ "Europe/Paris", S(1774746000), S(1774738800), S(1774821600) },
	{ "Europe/Paris", S(1792890000), S(1792879200), S(1792969200) },
	{ "Europe/Paris", S(1792969199), S(1792879200), S(1792969200) },
	/* Half an hour off; a midnight that is left out (2022-09-11). */
	{ "Asia/Kolkata", S(1768415400), S(1768415400), S(1768501800) },
	{ "America/Santiago", S(1662868800), S(1662868800), S(1662951600) },
	/* A day that was left out, 2011-12-30. */
	{ "Pacific/Apia", S(1325203200), S(1325152800), S(1325239200) },
	{ "Pacific/Apia", S(1325239200), S(1325239200), S(1325325600) },
	{ "UTC", -1, -S(86400), 0 },
};

START_TEST(days_begin_and_end)
{
	struct localday d;

	ck_assert_int_eq(localday_zone(str_of(days[_i].zone)), OK);
	d = localday_of(days[_i].now_ms);
	ck_assert_int_eq(d.start_ms, days[_i].start_ms);
	ck_assert_int_eq(d.end_ms, days[_i].end_ms);
	ck_assert(localday_has(&d, d.start_ms));
	ck_assert(localday_has(&d, d.end_ms - 1));
	ck_assert(!localday_has(&d, d.start_ms - 1));
	ck_assert(!localday_has(&d, d.end_ms));
} END_TEST

START_TEST(hours_lie_within_their_day)
{
	struct localday d = { 30 * 60000, 30 * 60000 + 23 * HOUR };

	ck_assert_int_eq(localday_hour(&d, d.start_ms), d.start_ms);
	ck_assert_int_eq(localday_hour(&d, d.start_ms + HOUR - 1),
	    d.start_ms);
	ck_assert_int_eq(localday_hour(&d, d.start_ms + HOUR),
	    d.start_ms + HOUR);
	ck_assert_int_eq(localday_hour(&d, d.start_ms - 1), d.start_ms);
	ck_assert_int_eq(localday_hour(&d, d.end_ms), d.end_ms - HOUR);
} END_TEST

static const char *const strangers[] = { "", "Europe/Lyon", "/etc/passwd",
	"../zoneinfo/UTC", "Europe", ":UTC", "Europe/Paris\n" };

START_TEST(unknown_zones_are_utc)
{
	struct localday d;

	ck_assert_int_eq(localday_zone(STR("Asia/Tokyo")), OK);
	ck_assert_int_eq(localday_zone(str_of(strangers[_i])), ERR_INPUT);
	d = localday_of(0);
	ck_assert_int_eq(d.start_ms, 0);
	ck_assert_int_eq(d.end_ms, S(86400));
} END_TEST

START_TEST(a_name_has_a_greatest_length)
{
	char name[LOCALDAY_ZONE_BYTES_MAX + 1];

	/* As long as may be: the file system is asked, and doesn't know it. */
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = 'x';
	ck_assert_int_eq(localday_zone((struct str){ name,
	    LOCALDAY_ZONE_BYTES_MAX }), ERR_INPUT);
	ck_assert_int_eq(localday_zone((struct str){ name, sizeof name }),
	    ERR_INPUT);
} END_TEST

SUITE(localday)
{
	SUITE_LOOP(days_begin_and_end, COUNT(days));
	SUITE_TEST(hours_lie_within_their_day);
	SUITE_LOOP(unknown_zones_are_utc, COUNT(strangers));
	SUITE_TEST(a_name_has_a_greatest_length);
}
