/* Implements wording.h: consent_text keeps every version there was. */
#include "base/arena.h"
#include "form/form.h"
#include "store/pg.h"

#include "consent/wording.h"

#define WAIT_MS 30000

SQL(wording_text, 3,
    "SELECT t.version, t.purpose, t.channel, t.recipient, t.text,"
    " coalesce(w.definition->>'confirm', 'false')"
    " FROM piste.consent_text AS t JOIN piste.consent_wording AS w"
    " ON w.key = t.key WHERE t.key = $1 AND t.lang = $2"
    " AND t.version = coalesce(nullif($3::bigint, 0), w.version)");

enum err
wording_find(struct pg *db, struct arena *a, struct str key, uint32_t version,
    enum lang l, struct form_consent *out)
{
	char number[STR_I64_BYTES];
	const struct str params[] = { key, lang_code(l),
	    str_from_i64(number, version) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &wording_text, params, WAIT_MS, &rows);

	if (e)
		return e;
	*out = (struct form_consent){ .key = arena_copy(a, key) };
	if (!pg_count(rows) || !str_u32(pg_value(rows, 0, 0), 1, UINT32_MAX,
	    &out->version))
		return ERR_ABSENT;
	out->purpose = arena_copy(a, pg_value(rows, 0, 1));
	out->channel = arena_copy(a, pg_value(rows, 0, 2));
	out->recipient = arena_copy(a, pg_value(rows, 0, 3));
	out->text.in[l] = arena_copy(a, pg_value(rows, 0, 4));
	out->needs_confirm = str_eq(pg_value(rows, 0, 5), STR("true"));
	return OK;
}
