/* Knows how a judgement is told to programs: one line of JSON. */
#ifndef PISTE_FORM_VERDICT_H
#define PISTE_FORM_VERDICT_H

#include "base/str.h"
#include "form/field.h"
#include "form/form.h"

struct arena;

#define VERDICT_VALUE_BYTES_MAX (64 << 10)
#define VERDICT_FORM_BYTES_MAX (128 << 10)	/* a post has the same */
#define VERDICT_MEMBERS_MAX 100			/* so has a post */
#define VERDICT_SHOWN_BYTES_MAX 100	/* of an input that is too long */

/*
 * {"input":…,"ok":true,"value":…} or {"input":…,"ok":false,"error":CODE} for
 * one value, judged like a required field of that kind.  Input over its limit
 * is "too-long", and only its beginning is repeated.
 */
struct str verdict_value(struct arena *a, enum field_kind kind,
    struct str country, struct str input);

/*
 * The same for a whole post, input being a JSON object of texts by field name
 * (true for a consent's box, a list of texts for choices; a file's field takes
 * none): value is what would be stored; on failure
 * error is "invalid" and errors has a code by field; or it is "too-long",
 * "not-json" or "too-many-fields".
 */
struct str verdict_form(struct arena *a, const struct form *f,
    struct str input);

#endif
