/* Knows how a wish to import stands to the site: page, form, consents. */
#ifndef PISTE_IMPORTPLAN_H
#define PISTE_IMPORTPLAN_H

#include <stdio.h>

#include "base/str.h"
#include "lead/import.h"

struct arena;
struct importwish;
struct pg;
struct site;

/*
 * Fill *out but for columns, secret and time.  The page is the wished one,
 * else the campaign's that has the wished form, else the campaign's; of several
 * with one form the first by key.  Its form is import_form's.  ERR_ABSENT:
 * something named is not there, or it is not clear which page is meant;
 * ERR_AWAY.  complaints is told the reason.
 */
MUST_USE enum err importplan_make(struct pg *db, struct arena *a,
    const struct site *site, const struct importwish *w, FILE *complaints,
    struct import_plan *out);

#endif
