/* Implements dayword.h. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/localday.h"
#include "form/date.h"

#include "dayword.h"

#define YEAR_DAYS 365

bool
dayword_zone(const struct conf *c, const char *command)
{
	if (!localday_zone(c->time_zone))
		return true;
	fprintf(stderr, "piste %s: time_zone: there is no zone %.*s\n", command,
	    STR_ARG(c->time_zone));
	return false;
}

struct str
dayword_ago(struct arena *a, int days)
{
	time_t at = (time_t)(clock_now_ms() / 1000);
	struct tm tm;

	localtime_r(&at, &tm);
	/* Noon: whatever the clock does on that day, it is that day. */
	tm.tm_mday -= days;
	tm.tm_hour = 12;
	tm.tm_isdst = -1;
	(void)mktime(&tm);
	return date_iso(a, (tm.tm_year + 1900) * INT64_C(10000) +
	    (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

void
dayword_year(struct arena *a, struct str *from, struct str *to)
{
	*from = dayword_ago(a, YEAR_DAYS - 1);
	*to = dayword_ago(a, 0);
}

bool
dayword_span(struct arena *a, struct str *from, struct str *to)
{
	int64_t first, last;

	return dayword_read(a, from) && dayword_read(a, to) &&
	    !date_parse(*from, &first) && !date_parse(*to, &last) &&
	    first <= last;
}

bool
dayword_read(struct arena *a, struct str *day)
{
	int64_t typed;

	if (!day->n)
		return true;
	if (date_parse(*day, &typed))
		return false;
	*day = date_iso(a, typed);
	return true;
}
