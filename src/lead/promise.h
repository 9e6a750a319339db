/*
 * Knows how long leads wait for each step (scored, given to a seller, spoken
 * with), what they were promised by grade, and which promises are broken.
 */
#ifndef PISTE_LEAD_PROMISE_H
#define PISTE_LEAD_PROMISE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct pg;

#define PROMISE_BATCH_MAX 200	/* of a step, noted or reckoned in a turn */
#define PROMISE_COUNTS_MAX 9	/* three steps of three grades */
#define PROMISE_MOMENT_BYTES_MAX 64

#define PROMISE_DAY_MAX 1000	/* of a sort, in a seller's day */
#define PROMISE_NOTE_MS 10000	/* who waits is noted so often */

/* Zeroed; kept from turn to turn. */
struct promise {
	int64_t note_at_ms;	/* by clock_mono_ms: not before */
};

/*
 * Note who waits, and reckon until when they were promised to.  *done is how
 * many that were.  Which promises are broken is lead/sellermail's to write
 * down, with the mails that tell it.
 */
MUST_USE enum err promise_turn(struct pg *db, struct promise *p,
    int64_t *done);

/* Moments as PostgreSQL reads them, in UTC unless they say otherwise. */
struct promise_span {
	struct str since;
	struct str until;	/* not included */
};
/*
 * A line for each step and grade: the promise, how many waited, still wait,
 * kept and broken ones, how long it took.  ERR_INPUT: no such moments.
 */
MUST_USE enum err promise_show(struct pg *db, const struct promise_span *span,
    bool is_json, FILE *out);
/* Those that were broken in that time, a line each, the oldest first. */
MUST_USE enum err promise_breaches(struct pg *db,
    const struct promise_span *span, bool is_json, FILE *out);

/* For metrics; the words live as long as the program. */
struct promise_count {
	const char *step;
	const char *grade;	/* of who is not judged: hot */
	int64_t broken;		/* ever */
	int64_t overdue;	/* of them, those that still wait */
};
/* Fills out[0..*count); ERR_AWAY. */
MUST_USE enum err promise_counts(struct pg *db,
    struct promise_count out[PROMISE_COUNTS_MAX], size_t *count);

/*
 * Tell that somebody spoke with a lead's person, or only note words about it.
 * *is_new is false when the same was told last.  ERR_INPUT: pg_message says
 * why not.
 */
struct promise_word {
	struct str lead;
	struct str who;
	bool is_contact;
	struct str note;	/* or empty */
};
MUST_USE enum err promise_tell(struct pg *db, const struct promise_word *w,
    bool *is_new);

/*
 * What awaits a seller, a line each, moments by the clock of zone, which they
 * name.  ERR_ABSENT: there is no such seller.
 */
MUST_USE enum err promise_day(struct pg *db, struct str seller,
    struct str zone, bool is_json, FILE *out);
/* What was told of a lead, a line each, oldest first. */
MUST_USE enum err promise_words(struct pg *db, struct str lead, bool is_json,
    FILE *out);

#endif
