/* Knows the mail domains made to be thrown away: npm's list, compiled in. */
#ifndef PISTE_LEAD_DISPOSABLE_H
#define PISTE_LEAD_DISPOSABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Is this very name listed?  In lower case, an A-label. */
bool disposable_has(struct str name);
/* Are the lines in the order that look-ups need?  For its test. */
bool disposable_is_sorted(void);
/* How many names are listed: 0 when the build could not fetch them. */
size_t disposable_count(void);

#endif
