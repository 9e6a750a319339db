/* Knows telephone numbers, by libphonenumber where it was built in. */
#ifndef PISTE_FORM_PHONE_H
#define PISTE_FORM_PHONE_H

#include "base/str.h"

struct arena;

#define PHONE_TYPED_BYTES_MAX 64

/*
 * E.164 ("+33612345678") of what was typed by somebody in country; overseas
 * regions of France are tried for FR.  ERR_INPUT when no valid number.
 */
MUST_USE enum err phone_parse(struct arena *a, struct str typed,
    struct str country, struct str *e164);

#endif
