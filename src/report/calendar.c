/*
 * Implements calendar.h.  Days and dates are converted as Hinnant, "chrono-
 * Compatible Low-Level Date Algorithms" (2013), days_from_civil and
 * civil_from_days: years begin in March, eras of 400 years have 146,097 days.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/date.h"

#include "report/calendar.h"

#define ERA_DAYS 146097
#define EPOCH_DAYS 719468	/* from 0000-03-01 to 1970-01-01 */
#define TEXT_BYTES 32

static int64_t
days_of(struct calendar_date d)
{
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
	int64_t in_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 +
	    d.day - 1;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 +
	    in_year - EPOCH_DAYS;
}

struct calendar_date
calendar_date(int64_t day)
{
	int64_t z = day + EPOCH_DAYS;
	int64_t era = (z >= 0 ? z : z - ERA_DAYS + 1) / ERA_DAYS;
	int64_t in_era = z - era * ERA_DAYS;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 -
	    in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;
	struct calendar_date d = { .day = (int)(in_year -
		(153 * month + 2) / 5 + 1), .month = (int)(month < 10 ?
		month + 3 : month - 9) };

	d.year = (int)(year + era * 400) + (d.month <= 2);
	return d;
}

enum err
calendar_parse(struct str text, int64_t *day)
{
	int64_t n;

	if (text.n != 10 || text.p[4] != '-' || date_parse(text, &n))
		return ERR_INPUT;
	*day = days_of((struct calendar_date){ (int)(n / 10000),
	    (int)(n / 100 % 100), (int)(n % 100) });
	return OK;
}

struct str
calendar_text(struct arena *a, int64_t day)
{
	struct calendar_date d = calendar_date(day);

	return buf_fmt(a, TEXT_BYTES, "%04d-%02d-%02d", d.year, d.month,
	    d.day);
}

int
calendar_weekday(int64_t day)
{
	return (int)(((day + 3) % 7 + 7) % 7);
}

int64_t
calendar_month(int64_t day, int months)
{
	struct calendar_date d = calendar_date(day);
	int month = d.year * 12 + d.month - 1 + months;

	return days_of((struct calendar_date){ month / 12, month % 12 + 1,
	    1 });
}
