/*
 * Knows which of the files visitors sent belong to nobody: of forms that never
 * became a submission, or of submissions that were erased.
 */
#ifndef PISTE_LEAD_ORPHAN_H
#define PISTE_LEAD_ORPHAN_H

#include <stdint.h>

#include "base/str.h"

struct pg;

#define ORPHAN_AGE_MS INT64_C(86400000)

/* Where files are, and where submissions wait that may name them. */
struct orphan_place {
	struct str uploads;
	struct str spool;
	int64_t form_max_age_ms;
};

struct orphan_told {
	int64_t removed;
	/*
	 * Pieces of the spool that nobody can read: while there are any, each
	 * file may be one's of theirs, and an operator has to look.
	 */
	int64_t held_by;
};
/*
 * Remove the files that were written more than ORPHAN_AGE_MS and the life of
 * a form ago and that no submission names: by then nobody can send that form
 * again.  While anything is in the spool nothing is removed.  ERR_AWAY: the
 * database or the disk.
 */
MUST_USE enum err orphan_sweep(struct pg *db, const struct orphan_place *place,
    int64_t now_ms, struct orphan_told *out);

#endif
