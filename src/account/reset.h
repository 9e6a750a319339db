/*
 * Knows how somebody comes by a password again, or by their first: a link by
 * mail, which works once.
 */
#ifndef PISTE_ACCOUNT_RESET_H
#define PISTE_ACCOUNT_RESET_H

#include "base/str.h"

struct arena;
struct pg;

/* Such a link is good for so long; the first one, which is an invitation: */
#define RESET_S 3600
#define RESET_FIRST_S 259200

/*
 * Mail a link to that account; the one before is over.  by is the hash of an
 * administrator's session, else p is NULL: a command, or whoever has asked.
 * OK as well when there is none: who asks is told the same.  As pg_run.
 */
MUST_USE enum err reset_ask(struct pg *db, struct str by, struct str login);
/* Whose link of that name is; ERR_ABSENT: it is over. */
MUST_USE enum err reset_look(struct pg *db, struct arena *a, struct str name,
    struct str *login);
/* Set the password, hashed.  ERR_ABSENT: the link is over. */
MUST_USE enum err reset_take(struct pg *db, struct str name,
    struct str hashed);

#endif
