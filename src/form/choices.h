/* Knows answers of several boxes: which are ticked, and how many.  Pure. */
#ifndef PISTE_FORM_CHOICES_H
#define PISTE_FORM_CHOICES_H

#include "form/field.h"

struct arena;

/*
 * The index of f's option that was posted as value, NFC or not; f->options
 * when there is none.
 */
size_t choices_find(struct arena *a, const struct field *f, struct str value);

/*
 * Judge what was ticked: each of count values is an option's or empty; one
 * given twice counts once.  chosen[0..f->options) tells which are.  *normal is
 * a JSON array of their values in the definition's order, empty unless
 * FIELD_FINE and when nothing is ticked.  Bounds are for those who tick any.
 */
enum field_error choices_check(struct arena *a, const struct field *f,
    const struct str *value, size_t count, bool *chosen, struct str *normal);

#endif
