/* Knows the texts that consents were ever asked with. */
#ifndef PISTE_CONSENT_WORDING_H
#define PISTE_CONSENT_WORDING_H

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct form_consent;
struct pg;

/*
 * A consent as it was asked in l, at a version of its text, or as it is asked
 * now for version 0.  ERR_ABSENT when it never was; ERR_AWAY.
 */
MUST_USE enum err wording_find(struct pg *db, struct arena *a, struct str key,
    uint32_t version, enum lang l, struct form_consent *out);

#endif
