/*
 * Knows what one submission is and does: the fact, the consents, the person,
 * the lead, the queue row, the exposure and the outbox row, in one
 * transaction, safe to send twice.
 */
#ifndef PISTE_LEAD_SUBMIT_H
#define PISTE_LEAD_SUBMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct form;
struct form_result;
struct group;
struct group_plan;
struct pg;
struct place;
struct ticket;

/* Why a submission is put aside for a person to look at. */
enum submit_suspect {
	SUBMIT_CLEAN,
	SUBMIT_TRAPPED,		/* the trap field was filled in */
	SUBMIT_TOO_FAST,	/* sooner than min_fill_ms */
	SUBMIT_NO_WORK,		/* asked for a proof of work, sent none;
				 * the database may let it pass */
};

/* Everything that is known when the form has been judged. */
struct submit {
	const struct ticket *ticket;
	const struct form *form;
	const struct form_result *result;
	const struct place *place;
	struct str offer;		/* key */
	struct str campaign;		/* the page's, if the touch has none */
	/* Of the code that was typed: they go before the touch's; or empty. */
	struct str promo_campaign;
	struct str promo_channel;
	struct str ip_prefix;
	struct str request_id;
	struct str origin;		/* key, of a program's; or empty */
	struct str visitor;		/* cookie, for the exposure; or empty */
	enum submit_suspect suspect;
	struct str via;			/* form, api, import */
	int64_t received_ms;
};

/*
 * The JSON row that group, spool and submit_group() in the database share.
 * Empty if it is longer than the spool takes (SPOOL_RECORD_BYTES_MAX).
 */
struct str submit_row(struct arena *a, const struct submit *s);

/* The statement a group runs: SELECT ord, verdict FROM piste.submit_group. */
const struct sql *submit_statement(void);

/* What the database says of a row; anything else is an error of ours. */
enum submit_verdict {
	SUBMIT_NEW, SUBMIT_UPDATE, SUBMIT_REPEAT, SUBMIT_QUARANTINED,
	SUBMIT_REPLAY,		/* this very submission is already there */
	SUBMIT_CONFLICT,	/* its id is there with other content */
	SUBMIT_ODD,
};
enum submit_verdict submit_verdict(struct str word);

/*
 * Drain the spool in dir over db by the same statement; via becomes spool.  A
 * spooled row whose id is taken by other content is stored under an id derived
 * from both, since its sender was told it is safe.  Stops early, with OK, when
 * wake_fd is readable (-1 for none).  ERR_AWAY: what was not taken stays.
 */
MUST_USE enum err submit_drain(struct pg *db, struct str dir, int wake_fd,
    int64_t *drained);

#endif
