/*
 * Knows how a definition that names only part of a site is judged: laid over
 * the site as it is, so that references into it hold.  Pure.
 */
#ifndef PISTE_PAGE_MERGE_H
#define PISTE_PAGE_MERGE_H

#include <stdio.h>

#include "base/str.h"
#include "page/site.h"

struct arena;

/* The whole site; the database spells it longer, and a state is added. */
#define MERGE_BYTES_MAX (SITE_JSON_BYTES_MAX / 2)

/*
 * What another room says of a whole site, as JSON: a line to complaints for
 * each mistake, and ERR_INPUT.
 */
typedef enum err merge_judge(struct arena *a, struct str site,
    FILE *complaints);

/* A definition and what it is laid over, all JSON. */
struct merge {
	struct str given;
	struct str current;	/* the site as it is */
	struct str kept;	/* trial_kept's: states given needn't name */
	merge_judge *judge;	/* of what only other rooms know; or NULL */
};

/*
 * Would given, applied over the current site, be a whole site?  Then *out is
 * that.  If not, ERR_INPUT, and complaints gets a line for each mistake: its
 * path in given, or for an object of current that given breaks, that object's
 * name.
 */
MUST_USE enum err merge_check(struct arena *a, const struct merge *m,
    const struct site **out, FILE *complaints);

/* The same JSON with two blanks for each level and an end of line. */
struct str merge_pretty(struct arena *a, struct str json);

#endif
