/* Implements workerrole.h.  What the role may do is granted in src/sql. */
#include "base/arena.h"
#include "store/pg.h"

#include "consent/workerrole.h"

#define WAIT_MS PG_STATEMENT_MS

#define FREE(who) \
    " has_column_privilege(" who ", 'piste.person', 'email', 'SELECT')" \
    " OR has_column_privilege(" who ", 'piste.submission', 'email'," \
    " 'SELECT')" \
    " OR has_table_privilege(" who ", 'piste.consent'," \
    " 'INSERT, UPDATE, DELETE')"
SQL(workerrole_is, 0,
    "SELECT current_user, session_user," FREE("current_user") ","
    FREE("session_user"));

enum err
workerrole_look(struct pg *db, struct arena *a, struct workerrole *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &workerrole_is, NULL, WAIT_MS, &rows);

	if (e)
		return e;
	*out = (struct workerrole){
		.user = arena_copy(a, pg_value(rows, 0, 0)),
		.login = arena_copy(a, pg_value(rows, 0, 1)),
		.is_bound = str_eq(pg_value(rows, 0, 2), STR("f")),
		.is_login_bound = str_eq(pg_value(rows, 0, 3), STR("f")),
	};
	return OK;
}
