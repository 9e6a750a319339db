/* Implements standing.h: asks the functions that every other part asks. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/email.h"
#include "store/pg.h"

#include "consent/standing.h"

#define WAIT_MS 30000

SQL(standing_by_id, 1,
    "SELECT ARRAY[n.id] FROM (SELECT piste.person_now($1::bigint) AS id) AS n"
    " WHERE n.id IS NOT NULL");
SQL(standing_by_email, 1,
    "SELECT n.ids FROM (SELECT piste.consent_people($1) AS ids) AS n"
    " WHERE n.ids <> '{}'");
SQL(standing_said, 1,
    "SELECT json_build_object('person', c.person_id, 'purpose', c.purpose,"
    " 'channel', c.channel, 'recipient', c.recipient, 'may_contact',"
    " piste.may_contact(c.person_id, c.purpose, c.channel, c.recipient),"
    " 'said', json_agg(json_build_object('seq', c.seq, 'what', c.what,"
    " 'at', to_char(c.given_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), 'via', c.via,"
    " 'consent', c.consent_key, 'version', c.version, 'lang', c.lang,"
    " 'submission', c.submission_id) ORDER BY c.seq))"
    " FROM piste.consent AS c WHERE c.person_id ="
    " ANY ($1::bigint[])"
    " GROUP BY c.person_id, c.purpose, c.channel, c.recipient"
    " ORDER BY c.person_id, c.purpose, c.channel, c.recipient");
SQL(standing_take_back, 5,
    "SELECT json_build_object('person', w.id, 'withdrawn',"
    " piste.consent_withdraw(w.id, $2, $3, $4, $5))"
    " FROM unnest(piste.consent_hold_all($1::bigint[])) AS w (id)"
    " ORDER BY w.id");

enum err
standing_find(struct pg *db, struct arena *a, struct str name,
    struct str *ids)
{
	struct str typed = name, key;
	const struct pg_rows *rows;
	int64_t number;
	bool is_id = str_i64(name, 1, INT64_MAX, &number);
	enum err e;

	if (!is_id && email_parse(a, name, &typed, &key))
		return ERR_ABSENT;
	e = pg_run(db, is_id ? &standing_by_id : &standing_by_email, &typed,
	    WAIT_MS, &rows);
	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	*ids = arena_copy(a, pg_value(rows, 0, 0));
	return OK;
}

/* A statement's first column, a line each. */
static enum err
write_lines(struct pg *db, const struct sql *ask, const struct str *params,
    FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, ask, params, WAIT_MS, &rows);

	for (size_t i = 0; !e && out && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, 0)));
	return e;
}

enum err
standing_show(struct pg *db, struct str ids, FILE *out)
{
	return write_lines(db, &standing_said, &ids, out);
}

bool
standing_via_ok(struct str via)
{
	return via.n && via.n <= STANDING_VIA_BYTES_MAX && str_is_utf8(via) &&
	    !str_has_control(via, false) && str_find(via, '|') < 0;
}

static struct str
or_any(struct str word)
{
	return word.n ? word : PG_NULL;
}

enum err
standing_withdraw(struct pg *db, struct str ids,
    const struct standing_scope *scope, struct str via, FILE *out)
{
	return write_lines(db, &standing_take_back, (struct str[]){ ids,
	    or_any(scope->purpose), or_any(scope->channel),
	    or_any(scope->recipient), via }, out);
}
