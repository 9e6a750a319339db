/* Knows decimal numbers as people type them, exactly: no floating point. */
#ifndef PISTE_FORM_NUMBER_H
#define PISTE_FORM_NUMBER_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define NUMBER_DECIMALS_MAX 6
#define NUMBER_DIGITS_MAX 12		/* before the decimal sign */
/* The largest number, times 10^NUMBER_DECIMALS_MAX, fits an int64_t. */
#define NUMBER_WHOLE_MAX INT64_C(999999999999)

/* 10^decimals; decimals is at most NUMBER_DECIMALS_MAX. */
int64_t number_scale(uint32_t decimals);

/*
 * Read typed, a trimmed text whose white space is plain blanks: a sign, digits
 * with blanks between groups of three, and decimals behind a comma or a dot.
 * *normal is what was typed with a dot, without blanks, plus sign and leading
 * zeros; *scaled its value times 10^decimals.  ERR_INPUT when it is no number;
 * ERR_LIMIT when it has more decimals, *normal and *scaled then untouched.
 * With more than NUMBER_DIGITS_MAX digits *scaled is INT64_MAX or INT64_MIN.
 */
MUST_USE enum err number_parse(struct arena *a, struct str typed,
    uint32_t decimals, struct str *normal, int64_t *scaled);

/* For a person: "12,5" in French, "12.5" in English; no zeros at the end. */
struct str number_text(struct arena *a, int64_t scaled, uint32_t decimals,
    enum lang l);

#endif
