/*
 * Knows the journal: who changed what at the console, and of accounts by
 * whatever road.  Rows are added, and nobody changes one.
 */
#ifndef PISTE_ACCOUNT_JOURNAL_H
#define PISTE_ACCOUNT_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define JOURNAL_PAGE_MAX 200	/* rows that are read at once */

/* What was done: "person.withdraw", of "person 12"; was and is are JSON. */
struct journal_entry {
	struct str what;
	struct str of;
	struct str was;		/* p NULL: nothing */
	struct str is;
};
/* On the word of a session (its hash).  As pg_run. */
MUST_USE enum err journal_add(struct pg *db, struct str by,
    const struct journal_entry *entry);

/* What is asked for; p NULL or 0: any. */
struct journal_wish {
	struct str by;		/* as account_wish has it */
	int64_t before;		/* an id */
	struct str from;	/* moments as PostgreSQL reads them */
	struct str to;
	struct str who;
	struct str of;
};
struct journal_row {
	int64_t id;
	struct str at;		/* RFC 3339 */
	struct str who;
	struct str role;
	struct journal_entry entry;
};
/* The newest JOURNAL_PAGE_MAX first.  ERR_DENIED: not theirs to read. */
MUST_USE enum err journal_read(struct pg *db, struct arena *a,
    const struct journal_wish *w, struct journal_row **out, size_t *count);

#endif
