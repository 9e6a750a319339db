/* Knows what time it is, and in tests, what time it is said to be. */
#ifndef PISTE_BASE_CLOCK_H
#define PISTE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define CLOCK_TEXT_BYTES 25	/* 2026-11-21T10:20:30.123Z and a NUL */

/* Milliseconds since 1970 UTC; the pinned value while one is set. */
int64_t clock_now_ms(void);
/* Milliseconds of a clock that never goes back; not affected by a pin. */
int64_t clock_mono_ms(void);

/* For tests: stop clock_now_ms at now_ms; a negative value lets it run. */
void clock_pin(int64_t now_ms);

/* RFC 3339 in UTC with milliseconds, written to dst; returned as str. */
struct str clock_text(int64_t ms, char dst[CLOCK_TEXT_BYTES]);

#endif
