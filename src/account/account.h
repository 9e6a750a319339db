/*
 * Knows the people who work at the console: who has an account, in which
 * role, and as which role of the database their requests run.
 */
#ifndef PISTE_ACCOUNT_ACCOUNT_H
#define PISTE_ACCOUNT_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct pg;

#define ACCOUNT_LOGIN_BYTES_MAX 254
#define ACCOUNT_NAME_BYTES_MAX 200
#define ACCOUNT_LIST_MAX 1000

/* Each may do what those before it may. */
enum account_role {
	ACCOUNT_READER,		/* figures; no addresses */
	ACCOUNT_SELLER,		/* people and leads */
	ACCOUNT_MARKETER,	/* campaigns, imports, quarantine */
	ACCOUNT_ADMINISTRATOR,	/* accounts and the journal */
};
#define ACCOUNT_ROLES 4
/* "reader" and so on, of the database's role what stands behind "piste_". */
struct str account_role_name(enum account_role r);
MUST_USE enum err account_role_parse(struct str name, enum account_role *out);

/*
 * For pg_session: a connection of the console begins, also after a loss, as
 * the role that may log somebody in and nothing else.
 */
#define ACCOUNT_DOOR "piste_console"
#define ACCOUNT_SESSION "SET ROLE " ACCOUNT_DOOR "; SET timezone = 'UTC'"

/* What the login of db, which has no session of its own, may. */
struct account_door {
	struct str login;
	bool is_open;		/* take all of the console's roles */
	bool is_bound;		/* and read no password besides */
	int64_t administrators;	/* who can log in; -1: it can't tell */
};
MUST_USE enum err account_look(struct pg *db, struct arena *a,
    struct account_door *out);

/* A login as it is compared and stored: ERR_INPUT when it is no address. */
MUST_USE enum err account_login(struct arena *a, struct str typed,
    struct str *out);

/* On whose word: of a session (its hash) or, when p is NULL, of a command. */
struct account_wish {
	struct str by;
	struct str login;		/* as account_login gives it */
	struct str name;
	enum account_role role;
	enum lang lang;
	struct str password;		/* hashed; p is NULL: none yet */
};
/*
 * All of these write a row of the journal, and fail as pg_run; ERR_ABSENT
 * also: no such account; ERR_DENIED: by is no administrator's session, or
 * nobody would be left who is administrator.
 */
/* ERR_LIMIT: there is such an account. */
MUST_USE enum err account_add(struct pg *db, const struct account_wish *w);
/* The same unless there is any account; *is_first: there was none. */
MUST_USE enum err account_first(struct pg *db, const struct account_wish *w,
    bool *is_first);
MUST_USE enum err account_set_role(struct pg *db, struct str by,
    struct str login, enum account_role r);
/* Who is disabled is logged out at once. */
MUST_USE enum err account_disable(struct pg *db, struct str by,
    struct str login, bool is_disabled);
/* Another's: every session of theirs ends. */
MUST_USE enum err account_set_password(struct pg *db, struct str by,
    struct str login, struct str hashed);
/* Take away a second factor that was lost; sessions end. */
MUST_USE enum err account_drop_second(struct pg *db, struct str by,
    struct str login);

struct account {
	struct str login;
	struct str name;
	enum account_role role;
	enum lang lang;
	bool is_disabled;
	bool has_password;
	bool has_second;
	struct str seen_at;		/* RFC 3339, last login; or empty */
	struct str created_at;
	int64_t sessions;
};
/* By login; ACCOUNT_LIST_MAX at most.  by as in a wish; fails likewise. */
MUST_USE enum err account_list(struct pg *db, struct arena *a,
    struct str by, struct account **out, size_t *count);

#endif
