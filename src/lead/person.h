/*
 * Knows what is known of one person, and how two that are one are merged, and
 * parted again.  What that does to rows is piste.person_merge()'s.
 */
#ifndef PISTE_LEAD_PERSON_H
#define PISTE_LEAD_PERSON_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

struct pg;

#define PERSON_WHO_BYTES_MAX 200
#define PERSON_REASON_BYTES_MAX 2000
#define PERSON_LEADS_SHOWN_MAX 100	/* and merges, of one person */

/* Who decides, and why; reason may be empty. */
struct person_note {
	struct str who;
	struct str reason;
};

/* Is it an id as people type it: digits, of a bigint above 0? */
bool person_is_id(struct str typed);

/*
 * Write a person's particulars, keys, leads and merges to out, a fact a line.
 * ERR_ABSENT when there is none of that id.
 */
MUST_USE enum err person_show(struct pg *db, struct str id, FILE *out);

/* Who goes into whom. */
struct person_pair {
	struct str from;
	struct str into;
};

/*
 * Merge, and write to out what that changes, a fact a line, and last the
 * merge's id.  With is_preview the same is done and written, but for the id,
 * and nothing is kept.  ERR_INPUT when it is refused: pg_message says why.
 */
MUST_USE enum err person_merge(struct pg *db, const struct person_pair *pair,
    const struct person_note *note, bool is_preview, FILE *out);
/*
 * Take a merge back, and what came since with the keys it came by.  ERR_INPUT
 * when it is refused: pg_message says why.
 */
MUST_USE enum err person_unmerge(struct pg *db, struct str merge,
    struct str who);

#endif
