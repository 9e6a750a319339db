/*
 * A database whose pages have an asset, an outbox that catches mails in a
 * directory, and submissions for them.
 */
#ifndef PISTE_TESTS_SUPPORT_MAILCASE_H
#define PISTE_TESTS_SUPPORT_MAILCASE_H

#include "base/conf.h"
#include "support/sample.h"

struct outbox;
struct pg;

struct mailcase {
	struct sample sample;
	struct conf conf;
	struct pg *db;
	struct outbox *outbox;
};

/* Forms have that asset_delivery. */
struct mailcase mailcase_new(const char *delivery);
/* An outbox of its own, by c->conf as it is now. */
struct outbox *mailcase_outbox(const struct mailcase *c);

/* The submission of that number, by somebody at that address. */
void mailcase_submit(struct mailcase *c, int id, const char *email);
/* The same, with a consent that counts once it is confirmed. */
void mailcase_agree(struct mailcase *c, int id, const char *email);

/* Turns until nothing is ready; how many rows that were. */
int64_t mailcase_run(struct mailcase *c);
/* How many mails were caught. */
int mailcase_caught(const struct mailcase *c);
/* The first value that SQL gives. */
struct str mailcase_text(const struct mailcase *c, const char *sql);

#endif
