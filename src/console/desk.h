/*
 * Knows how a request gets to a desk of the console: who is logged in, may do
 * what is asked for, and has asked for it from one of our own pages.
 */
#ifndef PISTE_CONSOLE_DESK_H
#define PISTE_CONSOLE_DESK_H

#include <stdint.h>

#include "account/account.h"
#include "base/lang.h"
#include "base/str.h"
#include "http/body.h"
#include "http/route.h"

struct pg;
struct request;

#define DESK_CSRF "csrf"		/* the hidden field of every form */
#define DESK_NEXT "next"		/* where to go after a login */
#define DESK_HOME "/console"
#define DESK_LOGIN "/console/login"

struct desk {
	struct request *rq;
	struct pg *db;		/* bound by the database's role of role */
	int64_t user;
	struct str login;
	struct str name;
	enum account_role role;
	enum lang lang;
	struct str csrf;	/* what that field holds */
	struct str session;	/* its hash, for functions that ask by whom */
	struct body body;	/* what is posted, files among it */
};
typedef enum turn desk_fn(struct desk *d);

/*
 * Call fn for whoever is logged in and has at least that role.  Otherwise the
 * answer is 303 to the login, or 403.  What is posted is refused before fn is
 * called unless it comes from our pages and session (Sec-Fetch-Site, Origin,
 * the field csrf), and is well-formed.  d, and its connection, are fn's until
 * it returns; a transaction it leaves open is rolled back.
 */
enum turn desk_enter(struct request *rq, enum account_role least, desk_fn *fn);

/* The value of a posted field; empty for none. */
struct str desk_field(const struct desk *d, struct str name);

/*
 * Note a change in the journal, in fn's own transaction: what ("person.
 * withdraw"), of what ("person 12"), and what was and is, as JSON; p NULL for
 * nothing.  As pg_run.
 */
MUST_USE enum err desk_journal(struct desk *d, struct str what,
    struct str of, struct str was, struct str is);

/* The login, cut to what decisions and entries are signed with. */
#define DESK_WHO_BYTES_MAX 200
struct str desk_who(const struct desk *d);

/* 303 to another page of the console, and an answer for a failure. */
enum turn desk_go(struct desk *d, struct str path);
enum turn desk_refuse(struct desk *d, enum err e);

#endif
