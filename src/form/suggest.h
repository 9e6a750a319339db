/*
 * Knows which address somebody may have meant who mistyped the domain of a
 * frequent mail provider.  A hint to look again, never a refusal.  Pure.
 */
#ifndef PISTE_FORM_SUGGEST_H
#define PISTE_FORM_SUGGEST_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct form;
struct form_result;

/*
 * email, in its normal form, with the frequent domain that its own is a typing
 * mistake away from; empty when there is none, or it is right as it is.
 */
struct str suggest_email(struct arena *a, struct str email);

/*
 * Put an advice in l beside each e-mail field of r that suggest_email has one
 * for; was there any?  None for a form that came with files, which would have
 * to be chosen again.
 */
bool suggest_form(struct arena *a, const struct form *f, enum lang l,
    struct form_result *r);

#endif
