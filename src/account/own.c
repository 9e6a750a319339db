/* Implements own.h. */
#include <stdio.h>

#include "base/arena.h"
#include "store/pg.h"

#include "account/own.h"

#define WAIT_MS PG_STATEMENT_MS
#define LIST_BYTES_MAX 2048

SQL(own_finds, 1, "SELECT l.id, l.password, l.has_second"
    " FROM piste.login_find($1) AS l");
SQL(own_rehashes, 3, "SELECT piste.own_rehash($1::bigint, $2, $3)");
SQL(own_passwords, 2, "SELECT piste.own_password($1, $2)");
SQL(own_langs, 2, "SELECT piste.own_lang($1, $2)");
SQL(own_looks, 1, "SELECT s.user_id, s.login, s.lang,"
    " encode(s.second, 'hex'), s.step FROM piste.second_find($1) AS s");
SQL(own_seconds, 4, "SELECT piste.own_second($1, decode($2, 'hex'),"
    " $3::bigint, $4::text[])");
SQL(own_uses, 3, "SELECT piste.second_take($1, nullif($2::bigint, 0), $3)");

enum err
own_find(struct pg *db, struct arena *a, struct str login,
    struct own_login *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &own_finds, &login, WAIT_MS, &rows);

	*out = (struct own_login){ .password = STR_EMPTY };
	if (e || !pg_count(rows))
		return e;
	out->password = arena_copy(a, pg_value(rows, 0, 1));
	out->has_second = str_eq(pg_value(rows, 0, 2), STR("t"));
	return str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &out->id) ? OK :
	    ERR_AWAY;
}

enum err
own_rehash(struct pg *db, const struct own_login *was, struct str hashed)
{
	char id[STR_I64_BYTES];
	const struct str params[] = { str_from_i64(id, was->id),
		was->password, hashed };

	return pg_run(db, &own_rehashes, params, WAIT_MS, NULL);
}

enum err
own_set_password(struct pg *db, struct str by, struct str hashed)
{
	const struct str params[] = { by, hashed };

	return pg_run(db, &own_passwords, params, WAIT_MS, NULL);
}

enum err
own_set_lang(struct pg *db, struct str by, enum lang l)
{
	const struct str params[] = { by, lang_code(l) };

	return pg_run(db, &own_langs, params, WAIT_MS, NULL);
}

enum err
own_look_second(struct pg *db, struct arena *a, struct str by,
    struct own_second *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &own_looks, &by, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_DENIED;
	*out = (struct own_second){
		.login = arena_copy(a, pg_value(rows, 0, 1)),
		.sealed = arena_copy(a, pg_value(rows, 0, 3)) };
	(void)!lang_parse(pg_value(rows, 0, 2), &out->lang);
	return str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &out->user) &&
	    str_i64(pg_value(rows, 0, 4), 0, INT64_MAX, &out->step) ? OK :
	    ERR_AWAY;
}

enum err
own_set_second(struct pg *db, struct str by, const struct own_second *second,
    const struct str *codes, size_t count)
{
	char list[LIST_BYTES_MAX] = "{", step[STR_I64_BYTES];
	struct str params[] = { by, second->sealed,
		str_from_i64(step, second->step), STR_EMPTY };
	size_t n = 1;

	/* Hashes are hexadecimal: nothing in them needs quotes. */
	for (size_t i = 0; i < count && n < sizeof list - codes[i].n - 3; i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%.*s",
		    i ? "," : "", STR_ARG(codes[i]));
	list[n++] = '}';
	params[3] = (struct str){ list, n };
	return pg_run(db, &own_seconds, params, WAIT_MS, NULL);
}

enum err
own_use_second(struct pg *db, struct str by, int64_t step,
    struct str recovery)
{
	char text[STR_I64_BYTES];
	const struct str params[] = { by, str_from_i64(text, step), recovery };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &own_uses, params, WAIT_MS, &rows);

	if (e)
		return e;
	return str_eq(pg_value(rows, 0, 0), STR("t")) ? OK : ERR_DENIED;
}
