/* Implements reset.h; the letter is written in src/sql. */
#include "base/arena.h"
#include "base/token.h"
#include "store/pg.h"

#include "account/reset.h"

#define WAIT_MS PG_STATEMENT_MS
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define SECONDS(n) "interval '" TEXT_OF(n) " s'"

SQL(reset_asks, 3, "SELECT piste.reset_ask($1, $2, $3, " SECONDS(RESET_S)
    ", " SECONDS(RESET_FIRST_S) ")");
SQL(reset_looks, 1, "SELECT piste.reset_look($1)");
SQL(reset_takes, 2, "SELECT piste.reset_take($1, $2)");

enum err
reset_ask(struct pg *db, struct str by, struct str login)
{
	char name[TOKEN_ID_CHARS + 1];
	const struct str params[] = { by, login, token_id(name) };

	return pg_run(db, &reset_asks, params, WAIT_MS, NULL);
}

enum err
reset_look(struct pg *db, struct arena *a, struct str name,
    struct str *login)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &reset_looks, &name, WAIT_MS, &rows);

	if (e)
		return e;
	*login = arena_copy(a, pg_value(rows, 0, 0));
	return login->n ? OK : ERR_ABSENT;
}

enum err
reset_take(struct pg *db, struct str name, struct str hashed)
{
	const struct str params[] = { name, hashed };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &reset_takes, params, WAIT_MS, &rows);

	if (e)
		return e;
	return str_eq(pg_value(rows, 0, 0), STR("t")) ? OK : ERR_ABSENT;
}
