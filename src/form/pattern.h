/* Knows marketers' patterns: POSIX extended regular expressions, tamed. */
#ifndef PISTE_FORM_PATTERN_H
#define PISTE_FORM_PATTERN_H

#include <stdbool.h>

#include "base/str.h"

/*
 * The product of all repetition counts, as in (a{2}){3}: 6.  The C library
 * writes repetitions out, so nesting them is what makes a pattern slow.
 */
#define PATTERN_COPIES_MAX 256

/*
 * May pattern be used?  UTF-8, at most FIELD_PATTERN_BYTES_MAX, balanced, at
 * most PATTERN_COPIES_MAX copies, and accepted by the C library.  Refused
 * too: back-references, which cost exponential time; a backslash before a
 * letter ("\d"), which POSIX gives no meaning; a backslash in brackets.
 * A range between accented letters ("à-ÿ") the C library refuses: [:alpha:]
 * knows every letter.
 */
bool pattern_is_ok(struct str pattern);

/* Does pattern match the whole of text?  false when it is not ok. */
bool pattern_matches(struct str pattern, struct str text);

#endif
