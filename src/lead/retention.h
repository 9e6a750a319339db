/*
 * Knows how long what is kept, by purpose, and erases what is over in steps
 * that end soon.  When it is over is piste.retention_step()'s.
 */
#ifndef PISTE_LEAD_RETENTION_H
#define PISTE_LEAD_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct conf;
struct pg;

#define RETENTION_ROWS_MAX 200	/* looked at in one step */
#define RETENTION_PURPOSES 7
#define RETENTION_KEPT_BYTES 32
#define RETENTION_ARCHIVED_DAYS 1	/* what is on its way is there then */

/* One rule, of RETENTION_PURPOSES. */
struct retention_rule {
	const char *purpose;	/* prospect, quarantine, visitor, archived… */
	const char *what;	/* for people */
	char kept[RETENTION_KEPT_BYTES];	/* "36 months" */
};
void retention_rule(const struct conf *c, size_t at,
    struct retention_rule *out);
/* How much of it is over as of now_ms.  As pg_run. */
MUST_USE enum err retention_due(struct pg *db, const struct retention_rule *r,
    int64_t now_ms, int64_t *due);

#define RETENTION_CLOCK_MS 3600000	/* this far apart, one is wrong */
/*
 * Nothing may go by a clock that is wrong: OK when ours and db's agree,
 * ERR_DENIED, logged, when they don't; else as pg_run.  Where both go by one
 * machine's clock, nobody can tell that it is wrong.
 */
MUST_USE enum err retention_clock(struct pg *db);

/* How far a pass has come; all zero at its beginning. */
struct retention {
	size_t at;		/* rule */
	char after[64];		/* empty: from its beginning */
};
/*
 * One step of a pass; *is_over when that was the last.  *done is how much was
 * erased.  As pg_run, or ERR_AWAY for a file; then the step was not done.
 */
MUST_USE enum err retention_turn(struct pg *db, const struct conf *c,
    struct retention *pass, int64_t now_ms, int64_t *done, bool *is_over);

#endif
