/*
 * Knows the outbox: what was accepted becomes the mails its form's policy asks
 * for, each once, and mails are sent, tried again, given up.
 *
 * A mail is sent once as far as SMTP allows.  Its row is claimed, and written
 * down as begun, before the server is spoken to, and is done only when that
 * has answered; a worker killed in between leaves its row to the lease's end,
 * and then that one mail is sent again, with the same Message-ID.
 */
#ifndef PISTE_DELIVER_OUTBOX_H
#define PISTE_DELIVER_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct conf;
struct lease_depth;
struct letter;
struct mail;
struct outbox;
struct pg;

#define OUTBOX_CHANNEL "piste_outbox"
#define OUTBOX_PLAN_MAX 200		/* submissions planned a turn */
#define OUTBOX_MAILS_MAX 20		/* sent a turn */
/* Together some four days, as RFC 5321 4.5.4.1 asks for. */
#define OUTBOX_ATTEMPTS_MAX 40
#define OUTBOX_BACKOFF_MS_MIN 1000
#define OUTBOX_BACKOFF_MS_MAX 14400000
/* With a mail server away none is tried for so long, doubled each time. */
#define OUTBOX_PAUSE_MS_MIN 1000
#define OUTBOX_PAUSE_MS_MAX 60000
#define OUTBOX_LEASE_SPARE_MS 10000	/* a lease outlives a mail by that */

/*
 * A letter as out's html, with its pictures; empty when it can't be made: it
 * is sent as text alone.
 */
typedef void outbox_html_fn(void *context, struct arena *a,
    const struct letter *l, struct mail *out);

struct outbox_plan {
	const struct conf *conf;
	int stop_fd;		/* readable once we shall stop */
	outbox_html_fn *html;
	void *context;
};

/* NULL if libcurl has no memory.  Release with outbox_free. */
struct outbox *outbox_new(const struct outbox_plan *plan);
void outbox_free(struct outbox *o);	/* NULL is accepted */

/*
 * Plan what was accepted, then send what is due.  *done is how many rows that
 * were; 0 when nothing is ready, or no mail can be sent now.
 */
MUST_USE enum err outbox_turn(struct outbox *o, struct pg *db,
    struct str worker, int64_t *done);

/* Rows by state, for check and metrics; ERR_AWAY. */
MUST_USE enum err outbox_depth(struct pg *db, struct lease_depth *out);

/* What mails come from: mail_from, else no-reply at url's host. */
struct str outbox_sender(struct arena *a, const struct conf *c);

#endif
