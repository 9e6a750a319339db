/*
 * Knows days as numbers, so that weeks and months can be counted back: of the
 * proleptic Gregorian calendar, without clock or zone.  Pure.
 */
#ifndef PISTE_REPORT_CALENDAR_H
#define PISTE_REPORT_CALENDAR_H

#include <stdint.h>

#include "base/str.h"

struct arena;

struct calendar_date {
	int year;
	int month;	/* from 1 */
	int day;
};

/* "2026-11-16" as days since 1970-01-01; ERR_INPUT: it is no such day. */
MUST_USE enum err calendar_parse(struct str text, int64_t *day);
struct str calendar_text(struct arena *a, int64_t day);
struct calendar_date calendar_date(int64_t day);
/* 0 is Monday. */
int calendar_weekday(int64_t day);
/* The first day of the month that is so many after day's; may be negative. */
int64_t calendar_month(int64_t day, int months);

#endif
