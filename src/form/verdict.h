/* Knows how a judgement is told to programs: one line of JSON. */
#ifndef PISTE_FORM_VERDICT_H
#define PISTE_FORM_VERDICT_H

#include "base/str.h"
#include "form/field.h"
#include "form/form.h"

struct arena;

/*
 * {"input":…,"ok":true,"value":…} or {"input":…,"ok":false,"error":CODE} for
 * one value, judged like a required field of that kind.
 */
struct str verdict_value(struct arena *a, enum field_kind kind,
    struct str country, struct str input);

/*
 * The same for a whole post, input being a JSON object of texts by field name
 * (and true for a consent's box): value is what would be stored; on failure
 * error is "invalid" (or "not-json") and errors has a code by field.
 */
struct str verdict_form(struct arena *a, const struct form *f,
    struct str input);

#endif
