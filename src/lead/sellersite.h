/*
 * Knows what a file of rules says that the site, or the database, doesn't
 * know: offers, fields, time zones.
 */
#ifndef PISTE_LEAD_SELLERSITE_H
#define PISTE_LEAD_SELLERSITE_H

#include <stdio.h>

#include "base/err.h"

struct arena;
struct pg;
struct sellerrule;

/*
 * Whatever is unknown goes to complaints with its path.  ERR_INPUT: a time
 * zone or an offer; a field that no form has so far is told and nothing else.
 */
MUST_USE enum err sellersite_check(struct pg *db, struct arena *a,
    const struct sellerrule *r, FILE *complaints);

#endif
