/*
 * Knows what the worker needs to send mail: the outbox, and letters laid out
 * by templates/mail.
 */
#ifndef PISTE_POSTMAN_H
#define PISTE_POSTMAN_H

#include <stdint.h>

#include "base/str.h"

struct arena;
struct conf;
struct letter;
struct pg;
struct postman;
struct template_set;

/*
 * stop_fd is readable once we shall stop; c is borrowed.  One at a time in a
 * process; NULL if libcurl can't be had.  Release with postman_free.
 */
struct postman *postman_new(const struct conf *c, int stop_fd);
void postman_free(struct postman *p);	/* NULL is accepted */

/* As outbox_turn. */
MUST_USE enum err postman_turn(struct postman *p, struct pg *db,
    struct str worker, int64_t *done);

/*
 * The letter as HTML, by the template mail/letter-mjml, else mail/letter; empty
 * without both, or beyond LETTER_BYTES_MAX.
 */
struct str postman_html(struct arena *a, const struct template_set *set,
    const struct letter *l);

/*
 * Can mail be sent as c says?  OK, or ERR_AWAY; *why is one line either way.
 * Greets the server and sends nothing.
 */
MUST_USE enum err postman_check(struct arena *a, const struct conf *c,
    struct str *why);

#endif
