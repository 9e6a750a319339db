/*
 * Implements shift.h.  Moments are turned into a zone's clock, never the other
 * way: an hour that comes twice or not at all needs no rule then.
 */
#include "lead/shift.h"

#define MINUTE_MS 60000
#define WEEK_DAYS 7
#define EPOCH_WEEKDAY 3		/* 1970-01-01 was a Thursday */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int32_t
offset_at(const struct shift_zone *z, int64_t at_ms)
{
	int32_t minutes = 0;

	if (!z || !z->changes)
		return 0;
	minutes = z->change[0].minutes;
	for (size_t i = 0; i < z->changes && z->change[i].from_ms <= at_ms;
	    i++)
		minutes = z->change[i].minutes;
	return minutes;
}

bool
shift_is_working(const struct shift *s, int64_t at_ms)
{
	int64_t local = floor_div(at_ms, MINUTE_MS) +
	    offset_at(s->zone, at_ms);
	int64_t day = floor_div(local, SHIFT_DAY_MINUTES);
	int64_t minute = local - day * SHIFT_DAY_MINUTES;
	int64_t weekday = day + EPOCH_WEEKDAY -
	    floor_div(day + EPOCH_WEEKDAY, WEEK_DAYS) * WEEK_DAYS;

	for (size_t i = 0; i < s->hours_count; i++)
		if ((s->hours[i].days >> weekday & 1) &&
		    minute >= s->hours[i].from && minute < s->hours[i].to)
			return true;
	return s->hours_count == 0;
}

bool
shift_is_absent(const struct shift *s, int64_t at_ms)
{
	for (size_t i = 0; i < s->absences; i++)
		if (at_ms >= s->absence[i].from_ms &&
		    at_ms < s->absence[i].to_ms)
			return true;
	return false;
}

int64_t
shift_deadline(const struct shift *s, int64_t from_ms, uint32_t minutes)
{
	int64_t end = from_ms + (int64_t)SHIFT_DEADLINE_DAYS_MAX *
	    SHIFT_DAY_MINUTES * MINUTE_MS;
	int64_t at = from_ms;

	for (; minutes && at < end; at += MINUTE_MS)
		minutes -= shift_is_working(s, at) && !shift_is_absent(s, at);
	return at;
}
