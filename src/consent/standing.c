/* Implements standing.h: asks the functions that every other part asks. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/email.h"
#include "store/pg.h"

#include "consent/standing.h"

#define WAIT_MS 30000

SQL(standing_by_id, 1,
    "SELECT n.id, 1 FROM (SELECT piste.person_now($1::bigint) AS id) AS n"
    " WHERE n.id IS NOT NULL");
/* By key, and by what was typed last, which may be known by another key. */
SQL(standing_by_email, 2,
    "SELECT string_agg(n.id::text, ' ' ORDER BY n.id), count(*)"
    " FROM (SELECT DISTINCT piste.person_now(f.id) AS id FROM"
    " (SELECT k.person_id AS id FROM piste.person_key AS k"
    " WHERE k.kind = 'email' AND k.value = piste.email_key($2)"
    " UNION SELECT p.id FROM piste.person AS p"
    " WHERE lower(p.email) = lower($1)) AS f) AS n");
SQL(standing_said, 1,
    "SELECT json_build_object('person', c.person_id, 'purpose', c.purpose,"
    " 'channel', c.channel, 'recipient', c.recipient, 'may_contact',"
    " piste.may_contact(c.person_id, c.purpose, c.channel, c.recipient),"
    " 'said', json_agg(json_build_object('seq', c.seq, 'what', c.what,"
    " 'at', to_char(c.given_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), 'via', c.via,"
    " 'consent', c.consent_key, 'version', c.version, 'lang', c.lang,"
    " 'submission', c.submission_id) ORDER BY c.seq))"
    " FROM piste.consent AS c WHERE c.person_id = $1::bigint"
    " GROUP BY c.person_id, c.purpose, c.channel, c.recipient"
    " ORDER BY c.purpose, c.channel, c.recipient");
SQL(standing_take_back, 5,
    "SELECT piste.consent_withdraw($1::bigint, $2, $3, $4, $5)");

enum err
standing_find(struct pg *db, struct arena *a, struct str name,
    struct str *id)
{
	struct str params[2] = { name };
	const struct pg_rows *rows;
	int64_t number;
	bool is_id = str_i64(name, 1, INT64_MAX, &number);
	enum err e;

	if (!is_id && email_parse(a, name, &params[0], &params[1]))
		return ERR_ABSENT;
	e = pg_run(db, is_id ? &standing_by_id : &standing_by_email, params,
	    WAIT_MS, &rows);
	if (e)
		return e;
	if (!pg_count(rows) || pg_is_null(rows, 0, 0))
		return ERR_ABSENT;
	*id = arena_copy(a, pg_value(rows, 0, 0));
	return str_eq(pg_value(rows, 0, 1), STR("1")) ? OK : ERR_LIMIT;
}

enum err
standing_show(struct pg *db, struct str id, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &standing_said, &id, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, 0)));
	return e;
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
standing_withdraw(struct pg *db, struct str id,
    const struct standing_scope *scope, struct str via, int64_t *live)
{
	const struct str params[] = { id, or_any(scope->purpose),
		or_any(scope->channel), or_any(scope->recipient), via };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &standing_take_back, params, WAIT_MS, &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, live))
		e = ERR_INPUT;
	return e;
}
