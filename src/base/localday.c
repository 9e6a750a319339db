/*
 * Implements localday.h by the C library's zones.  It knows one zone at a
 * time, TZ's, and takes a name it doesn't know for UTC without a word: the
 * name's file is looked for before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/localday.h"

#define ZONES "/usr/share/zoneinfo/"
#define DAY_S 86400

static bool
is_name(struct str zone)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";

	for (size_t i = 0; i < zone.n; i++)
		if (!memchr(allowed, zone.p[i], sizeof allowed - 1))
			return false;
	return zone.n > 0 && zone.p[0] != '/';
}

enum err
localday_zone(struct str zone)
{
	char name[LOCALDAY_ZONE_BYTES_MAX + 1];
	char path[sizeof ZONES + sizeof name];
	struct stat st;
	enum err e = OK;

	if (!is_name(zone) || str_z(zone, name, sizeof name))
		e = ERR_INPUT;
	if (!e) {
		snprintf(path, sizeof path, ZONES "%s", name);
		if (stat(path, &st) || !S_ISREG(st.st_mode))
			e = ERR_INPUT;
	}
	if (setenv("TZ", e ? "UTC0" : name, 1))
		abort();
	tzset();
	return e;
}

static bool
is_same_date(time_t a, time_t b)
{
	struct tm x, y;

	return localtime_r(&a, &x) && localtime_r(&b, &y) &&
	    x.tm_year == y.tm_year && x.tm_yday == y.tm_yday;
}

/*
 * Where the date changes between a time of this day and one outside of it.
 * Searched for, not computed by mktime: there are days without a midnight.
 */
static time_t
edge(time_t in, time_t out)
{
	while (in - out > 1 || out - in > 1) {
		time_t middle = in + (out - in) / 2;

		if (is_same_date(in, middle))
			in = middle;
		else
			out = middle;
	}
	return in > out ? in : out;
}

/* A day that a zone left out, or a clock put back over midnight, is longer. */
static time_t
outside(time_t at, time_t step)
{
	time_t t = at + step;

	while (is_same_date(at, t))
		t += step;
	return t;
}

struct localday
localday_of(int64_t now_ms)
{
	time_t now = (time_t)((now_ms - (now_ms < 0 ? 999 : 0)) / 1000);

	return (struct localday){
		.start_ms = (int64_t)edge(now, outside(now, -DAY_S)) * 1000,
		.end_ms = (int64_t)edge(now, outside(now, DAY_S)) * 1000,
	};
}

bool
localday_has(const struct localday *d, int64_t now_ms)
{
	return now_ms >= d->start_ms && now_ms < d->end_ms;
}

int64_t
localday_hour(const struct localday *d, int64_t now_ms)
{
	if (now_ms >= d->end_ms)
		now_ms = d->end_ms - 1;
	return now_ms < d->start_ms ? d->start_ms :
	    now_ms - (now_ms - d->start_ms) % LOCALDAY_HOUR_MS;
}
