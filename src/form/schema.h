/* Knows how a form is described to programs: JSON Schema, draft 2020-12. */
#ifndef PISTE_FORM_SCHEMA_H
#define PISTE_FORM_SCHEMA_H

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct form;

#define SCHEMA_BYTES_MAX ((size_t)1 << 20)

/*
 * What jsonpost_parse takes for f in language l, with labels and consents'
 * texts as titles, and consent_hash (may be empty) as what proves that those
 * texts were shown.  Files and what comes from the touch have no place in it.
 * What only conditions require is not told as required.
 */
struct str schema_form(struct arena *a, const struct form *f, enum lang l,
    struct str consent_hash);

#endif
