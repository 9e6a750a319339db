/*
 * Implements inspectrole.h.  A login that can't have its role may still work;
 * that should not go unseen.
 */
#include "account/account.h"
#include "base/buf.h"
#include "base/conf.h"
#include "consent/workerrole.h"
#include "store/pg.h"

#include "inspectrole.h"

#define TOLD_BYTES_MAX (2 * CONF_VALUE_BYTES_MAX + 1000)

enum err
inspectrole_worker(struct arena *a, const struct conf *c, struct str *told)
{
	struct pg *db = pg_new(c->worker_database.n ? c->worker_database :
	    c->database, "piste-check");
	struct workerrole w;
	enum err e;

	pg_session(db, WORKERROLE_SESSION);
	e = workerrole_look(db, a, &w);
	if (e)
		*told = buf_fmt(a, TOLD_BYTES_MAX, "%s", pg_message(db));
	else if (!w.is_bound)
		*told = buf_fmt(a, TOLD_BYTES_MAX, "as %.*s, who reads every"
		    " address: should be in the role " WORKERROLE_NAME
		    ", which SELECT piste.worker_role() makes or takes",
		    STR_ARG(w.user));
	else
		*told = buf_fmt(a, TOLD_BYTES_MAX, "as %.*s, addresses by"
		    " consent only%s%.*s%s", STR_ARG(w.user),
		    w.is_login_bound ? "" : "; its login ",
		    STR_ARG(w.is_login_bound ? STR_EMPTY : w.login),
		    w.is_login_bound ? "" : " could do otherwise, see"
		    " worker_database");
	pg_free(db);
	return e;
}

/* Without its roles nobody gets in: no mistake, but to be known. */
enum err
inspectrole_console(struct arena *a, const struct conf *c, struct str *told)
{
	struct pg *db = pg_new(c->console_database.n ? c->console_database :
	    c->database, "piste-check");
	struct account_door door;
	enum err e = account_look(db, a, &door);

	if (e)
		*told = buf_fmt(a, TOLD_BYTES_MAX, "%s", pg_message(db));
	else if (!door.is_open)
		*told = buf_fmt(a, TOLD_BYTES_MAX, "closed: %.*s is not in "
		    ACCOUNT_DOOR " and the other roles, which SELECT"
		    " piste.console_roles() makes or takes",
		    STR_ARG(door.login));
	else
		*told = buf_fmt(a, TOLD_BYTES_MAX, "open, as %.*s%s%s",
		    STR_ARG(door.login), door.is_bound ? "" : ", who could"
		    " do more, see console_database", door.administrators ?
		    "" : "; nobody administers it: piste user add");
	pg_free(db);
	return e;
}
