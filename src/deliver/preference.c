/* Implements preference.h; the rules are in src/sql/0029_nurturing.sql. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "store/pg.h"

#include "deliver/preference.h"

#define DIGITS(n) #n
#define LIMIT(n) " LIMIT " DIGITS(n)
#define LIST_BYTES_MAX ((size_t)64 << 10)

SQL(preference_all, 2,
    "SELECT concat_ws('/', p.purpose, p.channel, p.recipient), p.wording,"
    " p.is_live FROM piste.preference_list($1::uuid, $2) AS p"
    LIMIT(PREFERENCE_MAX));
SQL(preference_over, 2, "SELECT piste.preference_end($1::uuid, $2::jsonb)");

enum err
preference_list(struct pg *db, struct arena *a, const struct uuid *submission,
    enum lang l, struct preference **out, size_t *count)
{
	char id[UUID_TEXT];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &preference_all, (struct str[]){
	    token_uuid_text(submission, id), lang_code(l) }, PG_STATEMENT_MS,
	    &rows);

	if (e)
		return e;
	*count = pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct preference){
		    arena_copy(a, pg_value(rows, i, 0)),
		    arena_copy(a, pg_value(rows, i, 1)),
		    str_eq(pg_value(rows, i, 2), STR("t")) };
	return OK;
}

enum err
preference_end(struct pg *db, struct arena *a, const struct uuid *submission,
    const struct str *name, size_t names)
{
	char id[UUID_TEXT];
	struct buf list;

	buf_init(&list, a, LIST_BYTES_MAX);
	buf_byte(&list, '[');
	for (size_t i = 0; i < names; i++) {
		buf_add(&list, i ? STR(",") : STR_EMPTY);
		buf_json(&list, name[i]);
	}
	buf_byte(&list, ']');
	if (list.full)
		return ERR_LIMIT;
	return pg_run(db, &preference_over, (struct str[]){
	    token_uuid_text(submission, id), buf_str(&list) },
	    PG_STATEMENT_MS, NULL);
}
