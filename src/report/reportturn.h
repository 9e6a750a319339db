/*
 * Knows when a week or a month is over and who is told of it: makes its
 * report and the letters that bring it, in one transaction, so that each is
 * sent once, whatever is killed when.  Only the last week and month are still
 * reported: who comes back late is not sent all that was missed.
 */
#ifndef PISTE_REPORT_REPORTTURN_H
#define PISTE_REPORT_REPORTTURN_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "report/bulletin.h"
#include "report/gather.h"

struct arena;
struct pg;

#define REPORTTURN_LOOK_MS 60000	/* between two looks at the clock */
#define REPORTTURN_RECIPIENTS_MAX 20	/* others are not written to */
#define REPORTTURN_ADDRESS_BYTES_MAX 254

/* Zeroed but for what is said of it; kept from turn to turn. */
struct reportturn {
	struct gather_wish wish;
	struct str to;		/* addresses, blanks between; or nobody */
	struct str brand;	/* or empty */
	enum lang lang;
	int64_t look_at_ms;	/* by clock_mono_ms: not before */
};

/*
 * By the servers' rights.  *done is how many were to have a letter of what
 * was told, also who had theirs before; as pg_run.
 */
MUST_USE enum err reportturn_run(struct pg *db, struct reportturn *t,
    int64_t *done);

/* A report that is kept. */
struct reportturn_kept {
	int64_t id;
	struct bulletin bulletin;
	struct str json;
};
/* In a; ERR_ABSENT: there is none. */
MUST_USE enum err reportturn_find(struct pg *db, struct arena *a, int64_t id,
    struct reportturn_kept *out);
/*
 * That of the period with day in it (2026-11-16; empty: the last that is
 * over), kept from now on if it was not; nobody is told.  ERR_INPUT: there is
 * no such day, or its period is not over; ERR_AWAY also while another counts
 * its days.
 */
MUST_USE enum err reportturn_keep(struct pg *db, struct arena *a,
    const struct gather_wish *w, enum bulletin_period period, struct str day,
    struct reportturn_kept *out);

#endif
