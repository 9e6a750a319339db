/*
 * Knows when days begin and end where the site is.  The zone is the whole
 * process's (TZ): set once, before its threads start.
 */
#ifndef PISTE_BASE_LOCALDAY_H
#define PISTE_BASE_LOCALDAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define LOCALDAY_ZONE_BYTES_MAX 64
#define LOCALDAY_HOUR_MS INT64_C(3600000)

/* From start on, before end; 23 to 25 hours in most zones. */
struct localday {
	int64_t start_ms;
	int64_t end_ms;
};

/*
 * zone is an IANA name.  ERR_INPUT when the machine knows no such zone: days
 * are those of UTC then.
 */
MUST_USE enum err localday_zone(struct str zone);
/* The day that now_ms is in. */
struct localday localday_of(int64_t now_ms);
bool localday_has(const struct localday *d, int64_t now_ms);
/*
 * The beginning of d's hour with now_ms in it, counted from d's start, so that
 * hours of zones that are half an hour off lie within one day; of a moment
 * outside of d the hour next to it.
 */
int64_t localday_hour(const struct localday *d, int64_t now_ms);

#endif
