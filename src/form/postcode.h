/* Knows what postcodes look like, country by country. */
#ifndef PISTE_FORM_POSTCODE_H
#define PISTE_FORM_POSTCODE_H

#include "base/str.h"

struct arena;

/* For countries we have no rule for: A-Z, 0-9 and hyphens. */
#define POSTCODE_CHARS_MIN 2
#define POSTCODE_CHARS_MAX 12

/*
 * *normal is typed without blanks, in capitals, and without the country letter
 * of old ("F-75011").  ERR_INPUT when country has no such postcode.
 */
MUST_USE enum err postcode_parse(struct arena *a, struct str typed,
    struct str country, struct str *normal);

#endif
