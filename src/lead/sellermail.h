/*
 * Knows the mails that sellers get: a lead is theirs, a promise is about to
 * be broken or is, their morning; and the one that tells whoever minds the
 * promises.  Each fact is taken and its letter made in one transaction: told
 * once, whatever is killed when.  What a letter says of a person is read when
 * it is sent (piste.letter_filled), so that none is kept here.
 */
#ifndef PISTE_LEAD_SELLERMAIL_H
#define PISTE_LEAD_SELLERMAIL_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct pg;

#define SELLERMAIL_BATCH_MAX 50		/* of a sort, in a turn */
#define SELLERMAIL_BROKEN_MAX 2000	/* promises, in one turn and alarm */
#define SELLERMAIL_ALARM_LINES_MAX 50	/* of them told one by one */
/*
 * After an alarm the next ones are gathered, for so long for each promise in
 * it and no longer than that: thousands that break one by one are few mails.
 */
#define SELLERMAIL_PAUSE_MS 2000
#define SELLERMAIL_PAUSE_MS_MAX 300000
#define SELLERMAIL_MORNING_MS 60000	/* mornings are looked for so often */
#define SELLERMAIL_MORNING_HOUR 8	/* of who has no hours */
#define SELLERMAIL_LINES_MAX 20		/* of a sort, in a digest */
#define SELLERMAIL_BUTTONS_MAX 8	/* leads a digest leads on to */

/* Zeroed but for the first three; kept from turn to turn. */
struct sellermail {
	struct str alarm_to;	/* who minds the promises; or nobody */
	enum lang alarm_lang;
	struct str zone;	/* the site's: base/localday's; empty: UTC */
	int64_t morning_at_ms;	/* by clock_mono_ms: not before */
	int64_t broken_at_ms;	/* the same */
};

struct arena;
/* "Lead 12 (hot)"; grade may be empty. */
struct str sellermail_headline(struct arena *a, struct str lead,
    struct str grade, enum lang l);

/* *done is how many facts there were to tell. */
MUST_USE enum err sellermail_turn(struct pg *db, struct sellermail *m,
    int64_t *done);

#endif
