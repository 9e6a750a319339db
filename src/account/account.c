/* Implements account.h.  Who may, and the journal's rows, are SQL's. */
#include <string.h>

#include "base/arena.h"
#include "form/email.h"
#include "store/pg.h"

#include "account/account.h"

#define WAIT_MS PG_STATEMENT_MS
#define STAMP(column) "coalesce(to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)

SQL(account_adds, 6, "SELECT piste.user_add($1, $2, $3, $4, $5, $6)");
SQL(account_firsts, 4, "SELECT piste.user_first($1, $2, $3, $4)");
SQL(account_roles, 3, "SELECT piste.user_set_role($1, $2, $3)");
SQL(account_disables, 3, "SELECT piste.user_disable($1, $2, $3::boolean)");
SQL(account_passwords, 3, "SELECT piste.user_set_password($1, $2, $3)");
SQL(account_seconds, 2, "SELECT piste.user_drop_second($1, $2)");
SQL(account_all, 1,
    "SELECT u.login, u.name, u.role, u.lang, u.is_disabled, u.has_password,"
    " u.has_second, " STAMP("u.seen_at") ", " STAMP("u.created_at") ","
    " u.sessions FROM piste.user_list($1, " TEXT_OF(ACCOUNT_LIST_MAX)
    ") AS u");

SQL(account_looks, 0,
    "SELECT session_user, (SELECT count(*) = 5 AND bool_and("
    "pg_has_role(session_user, r.oid, 'MEMBER')) FROM pg_roles AS r"
    " WHERE r.rolname IN ('piste_console', 'piste_reader', 'piste_seller',"
    " 'piste_marketer', 'piste_administrator')),"
    " has_table_privilege('piste.app_user', 'SELECT')");
SQL(account_administrators, 0,
    "SELECT count(*) FROM piste.app_user WHERE role = 'administrator'"
    " AND disabled_at IS NULL AND password IS NOT NULL");

static const struct str names[ACCOUNT_ROLES] = {
	[ACCOUNT_READER] = STR("reader"),
	[ACCOUNT_SELLER] = STR("seller"),
	[ACCOUNT_MARKETER] = STR("marketer"),
	[ACCOUNT_ADMINISTRATOR] = STR("administrator"),
};

struct str
account_role_name(enum account_role r)
{
	return names[r];
}

enum err
account_role_parse(struct str name, enum account_role *out)
{
	for (size_t i = 0; i < ACCOUNT_ROLES; i++)
		if (str_eq(name, names[i])) {
			*out = (enum account_role)i;
			return OK;
		}
	return ERR_INPUT;
}

enum err
account_look(struct pg *db, struct arena *a, struct account_door *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &account_looks, NULL, WAIT_MS, &rows);

	if (e)
		return e;
	*out = (struct account_door){
		.login = arena_copy(a, pg_value(rows, 0, 0)),
		.is_open = str_eq(pg_value(rows, 0, 1), STR("t")),
		.is_bound = str_eq(pg_value(rows, 0, 2), STR("f")),
		.administrators = -1,
	};
	if (out->is_bound)
		return OK;
	e = pg_run(db, &account_administrators, NULL, WAIT_MS, &rows);
	if (!e)
		(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX,
		    &out->administrators);
	return e;
}

enum err
account_login(struct arena *a, struct str typed, struct str *out)
{
	struct str address;

	return typed.n <= ACCOUNT_LOGIN_BYTES_MAX ?
	    email_parse(a, typed, &address, out) : ERR_INPUT;
}

/* What the functions refuse by name is no failure of the server's. */
static enum err
run(struct pg *db, const struct sql *s, const struct str *params,
    const struct pg_rows **rows)
{
	enum err e = pg_run(db, s, params, WAIT_MS, rows);

	return e && (!strcmp(pg_state(db), "42501") ||
	    !strcmp(pg_state(db), "23514")) ? ERR_DENIED : e;
}

enum err
account_add(struct pg *db, const struct account_wish *w)
{
	const struct str params[] = { w->by, w->login, w->name,
		names[w->role], lang_code(w->lang), w->password };

	return run(db, &account_adds, params, NULL);
}

enum err
account_first(struct pg *db, const struct account_wish *w, bool *is_first)
{
	const struct str params[] = { w->login, w->name, lang_code(w->lang),
		w->password };
	const struct pg_rows *rows;
	enum err e = run(db, &account_firsts, params, &rows);

	*is_first = !e && str_eq(pg_value(rows, 0, 0), STR("t"));
	return e;
}

enum err
account_set_role(struct pg *db, struct str by, struct str login,
    enum account_role r)
{
	const struct str params[] = { by, login, names[r] };

	return run(db, &account_roles, params, NULL);
}

enum err
account_disable(struct pg *db, struct str by, struct str login,
    bool is_disabled)
{
	const struct str params[] = { by, login,
		PG_BOOL(is_disabled) };

	return run(db, &account_disables, params, NULL);
}

enum err
account_set_password(struct pg *db, struct str by, struct str login,
    struct str hashed)
{
	const struct str params[] = { by, login, hashed };

	return run(db, &account_passwords, params, NULL);
}

enum err
account_drop_second(struct pg *db, struct str by, struct str login)
{
	const struct str params[] = { by, login };

	return run(db, &account_seconds, params, NULL);
}

static struct str
text(struct arena *a, const struct pg_rows *rows, size_t row, size_t column)
{
	return arena_copy(a, pg_value(rows, row, column));
}

static bool
is_set(const struct pg_rows *rows, size_t row, size_t column)
{
	return str_eq(pg_value(rows, row, column), STR("t"));
}

enum err
account_list(struct pg *db, struct arena *a, struct str by,
    struct account **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = run(db, &account_all, &by, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		struct account *one = &(*out)[i];

		one->login = text(a, rows, i, 0);
		one->name = text(a, rows, i, 1);
		(void)!account_role_parse(pg_value(rows, i, 2), &one->role);
		(void)!lang_parse(pg_value(rows, i, 3), &one->lang);
		one->is_disabled = is_set(rows, i, 4);
		one->has_password = is_set(rows, i, 5);
		one->has_second = is_set(rows, i, 6);
		one->seen_at = text(a, rows, i, 7);
		one->created_at = text(a, rows, i, 8);
		(void)str_i64(pg_value(rows, i, 9), 0, INT64_MAX,
		    &one->sessions);
	}
	return e;
}
