/*
 * Knows the books in which a self-test's visitors are counted: experiments
 * like a real one, that are in no list, no export and no figure.
 */
#ifndef PISTE_EXPERIMENT_SYNTHETIC_H
#define PISTE_EXPERIMENT_SYNTHETIC_H

#include <stdint.h>

#include "base/str.h"

struct pg;

/* Books older than that are of a self-test that never ended. */
#define SYNTHETIC_LEFT_H 24

/* A book to be opened. */
struct synthetic_book {
	struct str like;	/* the real experiment's key */
	struct str key;
	int64_t planned;	/* visitors, all arms together */
};

/*
 * Open a book: page, seed, weights, phase, epoch, versions, windows and alpha
 * are the real experiment's; its goal is the lead, since nobody qualifies
 * synthetic visitors.  ERR_ABSENT: the real one is not running; else pg_run's.
 */
MUST_USE enum err synthetic_open(struct pg *db,
    const struct synthetic_book *book);
/* Take a book away with all that was counted in it.  As pg_run. */
MUST_USE enum err synthetic_close(struct pg *db, struct str key);
/* Take away what self-tests that never ended have left.  As pg_run. */
MUST_USE enum err synthetic_sweep(struct pg *db);

/* What has arrived in a book so far. */
struct synthetic_count {
	int64_t exposures;
	int64_t conversions;
};
MUST_USE enum err synthetic_count(struct pg *db, struct str key,
    struct synthetic_count *out);

/* Where synthetic visitors must not be. */
struct synthetic_trace {
	int64_t exposures;	/* in any other experiment */
	int64_t submissions;
	int64_t leads;		/* whose people gave one of their addresses */
	int64_t queued;
	int64_t views;		/* of the page, by anybody, since 1970 */
};
/*
 * Look for visitors of book's and for e-mail addresses that end in
 * domain, among all that came since since_ms.  As pg_run.
 */
MUST_USE enum err synthetic_trace(struct pg *db,
    const struct synthetic_book *book, struct str domain, int64_t since_ms,
    struct synthetic_trace *out);

#endif
