/*
 * Knows what the links in our mails do once somebody presses their button,
 * and how far each delivery has come.
 */
#ifndef PISTE_DELIVER_OPTIN_H
#define PISTE_DELIVER_OPTIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/token.h"

struct arena;
struct bounce_failure;
struct mail_id;
struct pg;

#define OPTIN_NOTE_MS 300	/* a count that takes longer is not made */
#define OPTIN_ROUNDS_MAX 4	/* mails with a link for one submission */

enum optin {
	OPTIN_CONFIRMED,
	OPTIN_ALREADY,	/* was confirmed before */
	OPTIN_QUEUED,	/* a fresh mail is on its way */
	OPTIN_CAPPED,	/* too many were asked for */
	OPTIN_ABSENT,	/* there is nothing (left) to confirm */
};

/* For all of these ERR_AWAY when PostgreSQL is: nothing has happened then. */

/* Its sender meant the submission: OPTIN_CONFIRMED, _ALREADY or _ABSENT. */
MUST_USE enum err optin_confirm(struct pg *db, const struct uuid *submission,
    enum optin *out);
/* Send the link again: any but OPTIN_CONFIRMED. */
MUST_USE enum err optin_again(struct pg *db, const struct uuid *submission,
    enum optin *out);
/*
 * The submission's person takes back what they agreed to by e-mail, or by
 * every channel.
 */
MUST_USE enum err optin_withdraw(struct pg *db, const struct uuid *submission,
    bool is_all);

/* A link's page was shown, or its asset fetched: counted if that is quick. */
void optin_note(struct pg *db, const struct uuid *submission, bool is_fetched);

/*
 * A mail came back.  ERR_ABSENT when no such mail of ours went to that
 * address.
 */
MUST_USE enum err optin_bounce(struct pg *db, const struct mail_id *id,
    const struct bounce_failure *f);
/* Send to a bounced address again; ERR_ABSENT when it is none. */
MUST_USE enum err optin_allow(struct pg *db, struct str address);

/* Deliveries of one page, each step of them. */
#define OPTIN_STEPS 9
struct optin_steps {
	struct str page;
	int64_t count[OPTIN_STEPS];
};
/* "submitted", "to_confirm"…; NULL beyond the last. */
const char *optin_step_name(size_t step);
/*
 * Of one page, or, when it is empty, of all that have any, by key; in the
 * arena.
 */
MUST_USE enum err optin_count(struct pg *db, struct arena *a, struct str page,
    struct optin_steps **out, size_t *pages);

#endif
