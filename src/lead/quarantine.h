/*
 * Knows what was put aside, why, and how it becomes leads after all.  Nothing
 * is deleted here.
 */
#ifndef PISTE_LEAD_QUARANTINE_H
#define PISTE_LEAD_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct buf;
struct pg;

#define QUARANTINE_PAGE_ROWS 50		/* on a screen */
#define QUARANTINE_BATCH_MAX 500	/* released in one transaction */
#define QUARANTINE_IDS_MAX 500		/* named one by one */
#define QUARANTINE_REASONS_MAX 16
#define QUARANTINE_REASON_BYTES_MAX 64

/* Which; what is empty lets all pass. */
struct quarantine_choice {
	struct str reason;
	struct str since;	/* received at or after: as PostgreSQL reads a
				 * moment, in UTC unless it says otherwise */
	struct str ids;		/* an array of uuids, as PostgreSQL writes it */
	/*
	 * On whose word it is released: a marketer's session, by its hash; p
	 * is NULL for whoever db is.
	 */
	struct str session;
};

/* Add to an array of ids, "{…,…" and not closed yet; false: it is no id. */
bool quarantine_add_id(struct buf *ids, struct str typed);

/*
 * A line for each, in the order of acceptance: id, moment, reason, page,
 * network, e-mail address, between tabs; or a JSON object.  Fails as pg_run:
 * ERR_INPUT for a since that is no moment.
 */
MUST_USE enum err quarantine_list(struct pg *db,
    const struct quarantine_choice *c, bool is_json, FILE *out);

struct quarantine_row {
	struct str id;
	struct str seq;
	struct str at;		/* 2026-12-31 08:30, in UTC */
	struct str reason;
	struct str page;
	struct str email;	/* as typed, or m…@example.org if masked */
};
/*
 * Those of a reason (empty: any), the latest first, before the one with seq
 * before (empty: from the latest on), texts in a; is_more: there are others.
 * Masked, nothing is read that a reader may not see.  As pg_run.
 */
struct quarantine_page {
	struct quarantine_row row[QUARANTINE_PAGE_ROWS];
	size_t rows;
	bool is_more;
};
struct quarantine_place {
	struct str reason;
	struct str before;
	bool is_masked;
};
MUST_USE enum err quarantine_page(struct pg *db, struct arena *a,
    const struct quarantine_place *from, struct quarantine_page *out);

struct quarantine_done {
	int64_t made;		/* persons nobody knew */
	int64_t updates;
	int64_t repeats;
};
/*
 * Release them all, a transaction for each QUARANTINE_BATCH_MAX; *out counts
 * those released, also when it fails, and running it again goes on.
 */
MUST_USE enum err quarantine_release(struct pg *db,
    const struct quarantine_choice *c, struct quarantine_done *out);

/* How many there are, by reason; those without any are not told. */
struct quarantine_count {
	char reason[QUARANTINE_REASON_BYTES_MAX + 1];
	int64_t submissions;
};
MUST_USE enum err quarantine_counts(struct pg *db,
    struct quarantine_count out[QUARANTINE_REASONS_MAX], size_t *count);

#endif
