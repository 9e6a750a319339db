/*
 * Knows the numbering plans of France, Belgium and Switzerland, for builds
 * without libphonenumber.
 */
#ifndef PISTE_FORM_PLAN_H
#define PISTE_FORM_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define PLAN_DIGITS_MIN 7
#define PLAN_DIGITS_MAX 15	/* E.164 section 6 */

/*
 * Read number as dialled from region ("FR", "BE", "CH"), write it to dst in
 * E.164 with a NUL; false when it is none, or does not fit.  A number with +
 * and a country code we have no plan for is judged by its length alone.
 */
bool plan_e164(struct str number, const char *region, char *dst,
    size_t capacity);

#endif
