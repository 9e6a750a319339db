/*
 * Knows what everybody may do with their own account: their password, their
 * language, and the second factor by which they log in.
 */
#ifndef PISTE_ACCOUNT_OWN_H
#define PISTE_ACCOUNT_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct pg;

/* As pg_run, all of these. */

/* Who may log in: nobody (id 0, no password) for an unknown one as well. */
struct own_login {
	int64_t id;
	struct str password;	/* hashed; or empty */
	bool has_second;
};
MUST_USE enum err own_find(struct pg *db, struct arena *a, struct str login,
    struct own_login *out);
/* The same password, hashed anew. */
MUST_USE enum err own_rehash(struct pg *db, const struct own_login *was,
    struct str hashed);

/* by is the hash of one's session; one's other sessions end. */
MUST_USE enum err own_set_password(struct pg *db, struct str by,
    struct str hashed);
/* by as above; nobody's session ends. */
MUST_USE enum err own_set_lang(struct pg *db, struct str by, enum lang l);

/* A second factor to be, or of a session that is only half. */
struct own_second {
	int64_t user;
	struct str login;
	enum lang lang;
	struct str sealed;	/* as totp_seal gives it, in hexadecimal */
	int64_t step;		/* whose code was used last */
};
/* ERR_DENIED: no such session. */
MUST_USE enum err own_look_second(struct pg *db, struct arena *a,
    struct str by, struct own_second *out);
/*
 * codes are the hashes of recovery codes; with sealed.p NULL it is gone.
 * One's other sessions end.
 */
MUST_USE enum err own_set_second(struct pg *db, struct str by,
    const struct own_second *second, const struct str *codes, size_t count);
/*
 * Use a code up, of that step, or a recovery code (its hash, step 0); with
 * neither count a wrong one.  ERR_DENIED: it was wrong, or used before.
 */
MUST_USE enum err own_use_second(struct pg *db, struct str by, int64_t step,
    struct str recovery);

#endif
