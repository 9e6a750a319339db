/* Knows dates as people type them, in the calendar we all use. */
#ifndef PISTE_FORM_DATE_H
#define PISTE_FORM_DATE_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

/*
 * Read a date that exists: "2026-12-31" as browsers send it, or day, month and
 * a year of four digits behind slashes, dots or hyphens ("31/12/2026",
 * "1.2.2026").  *day orders dates: year, month and day as one number,
 * 20261231.  ERR_INPUT for anything else.
 */
MUST_USE enum err date_parse(struct str typed, int64_t *day);

/* "2026-12-31". */
struct str date_iso(struct arena *a, int64_t day);
/* For a person: "31/12/2026" in French, "31 December 2026" in English. */
struct str date_text(struct arena *a, int64_t day, enum lang l);

#endif
