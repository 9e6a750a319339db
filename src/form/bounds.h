/* Knows whether a number or a date lies where a field wants it.  Pure. */
#ifndef PISTE_FORM_BOUNDS_H
#define PISTE_FORM_BOUNDS_H

#include "form/field.h"

struct arena;

/*
 * Judge a trimmed text by b; *normal is what is stored.  FIELD_FINE, or what
 * is wrong: untouched then.
 */
enum field_error bounds_number(struct arena *a, const struct field_bounds *b,
    struct str typed, struct str *normal);
enum field_error bounds_date(struct arena *a, const struct field_bounds *b,
    struct str typed, struct str *normal);

/* The bound that e speaks of, for a visitor; empty when it is of another. */
struct str bounds_text(struct arena *a, const struct field_bounds *b,
    enum field_error e, enum lang l);

#endif
