/*
 * Knows the proof of one submission's consents: a text that holds what was
 * shown and said, with the links of the chain around it, and how sha256sum
 * and psql check it.
 */
#ifndef PISTE_CONSENT_DOSSIER_H
#define PISTE_CONSENT_DOSSIER_H

#include "base/str.h"

struct arena;
struct pg;

#define DOSSIER_ARENA_BYTES_MAX ((size_t)64 << 20)
#define DOSSIER_BYTES_MAX ((size_t)8 << 20)
#define DOSSIER_ROWS_MAX 256	/* of the chain */
#define DOSSIER_LINKS_AFTER 3	/* rows shown after each of the submission's */

/*
 * The proof, in a.  ERR_ABSENT: no such submission, or its id is none;
 * ERR_DENIED: it is there, and no consent was given with it; else as pg_run.
 */
MUST_USE enum err dossier_make(struct pg *db, struct arena *a,
    struct str submission, struct str *out);

#endif
