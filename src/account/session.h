/*
 * Knows who is logged in: sessions of 256 bits by chance, of which the
 * database has the hash, and what forms of a session's pages must carry.
 */
#ifndef PISTE_ACCOUNT_SESSION_H
#define PISTE_ACCOUNT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "base/token.h"

#define SESSION_TEXT 65		/* 64 hex digits and a NUL */
#define SESSION_IDLE_S 1800	/* without a request it is over */
#define SESSION_WHOLE_S 43200	/* and so long after the login */
#define SESSION_HALF_S 300	/* to type a one-time code */

/* A new one, in dst: what the cookie holds. */
struct str session_make(char dst[SESSION_TEXT]);
/* Is s what such a cookie may hold? */
bool session_is(struct str s);

/*
 * What proves that a form came from a page of that session: keyed BLAKE2b of
 * it (RFC 7693), so whoever reads the database can't make it.
 */
struct str session_proof(const struct token_key *k, struct str session,
    char dst[SESSION_TEXT]);
/* In time that does not tell how much of it is right. */
bool session_proof_is(const struct token_key *k, struct str session,
    struct str proof);

struct session_login {
	int64_t user;
	struct str session;	/* the new one, as session_make gave it */
	struct str was;		/* what the cookie held before; or empty */
	bool is_whole;		/* false: a one-time code is awaited */
	struct str place;	/* as addr_prefix gives it */
	struct str agent;	/* cut to what is stored */
};
/* As pg_run, for all of these. */
MUST_USE enum err session_begin(struct pg *db, const struct session_login *l);

struct session {
	struct str hash;	/* by which the database's functions know it */
	int64_t user;
	struct str login;
	struct str name;
	enum account_role role;
	enum lang lang;
	bool is_whole;
	bool has_second;	/* a code is asked for at login */
};
/*
 * Who is logged in by it, and note that they are there.  ERR_DENIED: nobody.
 * With take, db speaks as their database's role from here on, if it is whole.
 */
MUST_USE enum err session_find(struct pg *db, struct arena *a,
    struct str session, bool take, struct session *out);

/* Log out; one that is over is nothing to fail about. */
MUST_USE enum err session_end(struct pg *db, struct str session);

/* One's own sessions; by is a hash. */
struct session_row {
	int64_t id;
	bool is_this;
	struct str begun_at;	/* RFC 3339 */
	struct str seen_at;
	struct str place;
	struct str agent;
};
MUST_USE enum err session_list(struct pg *db, struct arena *a, struct str by,
    struct session_row **out, size_t *count);
/* One of them; 0: all but that one itself. */
MUST_USE enum err session_revoke(struct pg *db, struct str by, int64_t id);

#endif
