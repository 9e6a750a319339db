/* Knows which part of a post answers which field of a form.  Pure. */
#ifndef PISTE_FORM_ANSWERS_H
#define PISTE_FORM_ANSWERS_H

#include <stddef.h>

#include "base/str.h"

struct arena;
struct form;
struct form_post;
struct form_result;

/* How many texts name has; *value is the first, empty when there is none. */
size_t answers_find(const struct form_post *post, struct str name,
    struct str *value);

/* Fill out->value, blank before, and count its errors: see form_check_post. */
void answers_check(struct arena *a, const struct form *f,
    const struct form_post *post, struct form_result *out);

#endif
