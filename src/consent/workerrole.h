/*
 * Knows the role piste_worker, under which the background worker reaches
 * addresses only by consent (src/sql/0008): how a session takes it, and
 * whether one is bound by it.
 */
#ifndef PISTE_CONSENT_WORKERROLE_H
#define PISTE_CONSENT_WORKERROLE_H

#include "base/str.h"

struct arena;
struct pg;

#define WORKERROLE_NAME "piste_worker"

/*
 * For pg_session: take the role where it is there and this login may; the
 * session goes on as its login where not.  The login can leave it again: only
 * a login that has no other rights (setting worker_database) is held to it.
 */
#define WORKERROLE_SESSION \
    "SELECT set_config('role', rolname, false) FROM pg_catalog.pg_roles" \
    " WHERE rolname = '" WORKERROLE_NAME "'" \
    " AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER')"

struct workerrole {
	struct str user;	/* as whom its statements run */
	struct str login;	/* who it could be again */
	bool is_bound;		/* user reads no address, forges no consent */
	bool is_login_bound;	/* nor does login */
};
/* Ask db, whose session was begun so.  As pg_run. */
MUST_USE enum err workerrole_look(struct pg *db, struct arena *a,
    struct workerrole *out);

#endif
