/* Implements draft.h. */
#include "base/token.h"
#include "store/pg.h"

#include "lead/draft.h"

#define WAIT_MS 1000
#define KEEP_PARAMS 9

SQL(draft_keep_one, KEEP_PARAMS,
    "SELECT piste.draft_keep($1::uuid, $2, $3, $4, $5::jsonb, $6, $7, $8,"
    " $9::integer)");
SQL(draft_drop_one, 1, "DELETE FROM piste.draft WHERE id = $1::uuid");
SQL(draft_forget, 0, "SELECT piste.forget_expired()");

enum err
draft_keep(struct pg *db, const struct draft *d)
{
	char id[UUID_TEXT], days[STR_I64_BYTES];
	const struct str param[KEEP_PARAMS] = {
		token_uuid_text(d->id, id), d->page, d->form,
		lang_code(d->lang), d->fields,
		d->email.n ? d->email : PG_NULL,
		d->phone.n ? d->phone : PG_NULL, d->agreed,
		str_from_i64(days, d->days),
	};

	return pg_run(db, &draft_keep_one, param, WAIT_MS, NULL);
}

enum err
draft_drop(struct pg *db, const struct uuid *id)
{
	char text[UUID_TEXT];
	struct str param = token_uuid_text(id, text);

	return pg_run(db, &draft_drop_one, &param, WAIT_MS, NULL);
}

enum err
draft_expire(struct pg *db, int64_t *removed)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &draft_forget, NULL, PG_STATEMENT_MS, &rows);

	*removed = 0;
	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, removed))
		e = ERR_AWAY;
	return e;
}
