/*
 * Knows how a site definition gets into PostgreSQL and out again: whole or
 * not at all, each change told.
 */
#ifndef PISTE_PAGE_DEFINE_H
#define PISTE_PAGE_DEFINE_H

#include <stdio.h>

#include "base/str.h"

struct arena;
struct pg;

/*
 * Validate json and apply it in one transaction.  out gets a JSON line per
 * change: {"what":"page","key":…,"change":"created"|"changed"|"unchanged"};
 * complaints a line per mistake: "$.path: reason".  What the document does not
 * name stays.  A page whose content changed gets the next revision; weights or
 * coverage that changed open an epoch; a variant's content a phase.
 * ERR_INPUT, ERR_AWAY.
 */
MUST_USE enum err define_apply(struct pg *db, struct arena *a,
    struct str json, FILE *out, FILE *complaints);

/* The document that define_apply would accept to get this site again. */
MUST_USE enum err define_export(struct pg *db, struct arena *a,
    struct str *json);
/* The same with "state", for the snapshot. */
MUST_USE enum err define_snapshot(struct pg *db, struct arena *a,
    struct str *json);

#endif
