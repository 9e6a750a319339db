/*
 * Knows when somebody works: hours of a week in a time zone whose clock is
 * set forward and back, and absences.  Pure.
 */
#ifndef PISTE_LEAD_SHIFT_H
#define PISTE_LEAD_SHIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define SHIFT_DAY_MINUTES 1440
#define SHIFT_DEADLINE_DAYS_MAX 30	/* looked ahead for working time */

/* A zone's clock is ahead of UTC by minutes, from a moment on. */
struct shift_change {
	int64_t from_ms;
	int32_t minutes;
};
/* Changes in their order; before the first one its minutes hold as well. */
struct shift_zone {
	struct str name;		/* "Europe/Paris" */
	struct shift_change *change;
	size_t changes;			/* none: UTC */
};

/* From minute to minute of the day, the second not included. */
struct shift_hours {
	uint8_t days;			/* bit 0: Monday … bit 6: Sunday */
	uint16_t from;
	uint16_t to;			/* SHIFT_DAY_MINUTES: until midnight */
};

/* From a moment to another one, that one not included. */
struct shift_absence {
	int64_t from_ms;
	int64_t to_ms;
};

struct shift {
	const struct shift_zone *zone;	/* NULL: UTC */
	struct shift_hours *hours;
	size_t hours_count;		/* 0: always */
	struct shift_absence *absence;
	size_t absences;
};

bool shift_is_working(const struct shift *s, int64_t at_ms);
bool shift_is_absent(const struct shift *s, int64_t at_ms);
/*
 * The moment by which minutes of working time, absences left out, have passed
 * since from_ms; at most SHIFT_DEADLINE_DAYS_MAX later.
 */
int64_t shift_deadline(const struct shift *s, int64_t from_ms,
    uint32_t minutes);

#endif
