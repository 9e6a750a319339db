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

SQL(standing_now, 1,
    "SELECT s.purpose, s.channel, s.recipient, s.said,"
    " to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), s.may,"
    " s.is_live FROM piste.person_standing($1::bigint) AS s"
    " ORDER BY s.purpose, s.channel, s.recipient");
SQL(standing_take_back_by, 5,
    "SELECT coalesce(sum(w.withdrawn), 0) FROM piste.console_withdraw($1,"
    " $2::bigint[], $3, $4, $5) AS w");

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

enum err
standing_withdraw_by(struct pg *db, struct str session, struct str ids,
    const struct standing_scope *scope, int64_t *withdrawn)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &standing_take_back_by, (struct str[]){
	    session, ids, or_any(scope->purpose), or_any(scope->channel),
	    or_any(scope->recipient) }, WAIT_MS, &rows);

	*withdrawn = 0;
	if (!e)
		(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, withdrawn);
	return e;
}

enum err
standing_read(struct pg *db, struct arena *a, struct str person,
    struct standing_word **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &standing_now, &person, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct standing_word){
			.purpose = arena_copy(a, pg_value(rows, i, 0)),
			.channel = arena_copy(a, pg_value(rows, i, 1)),
			.recipient = arena_copy(a, pg_value(rows, i, 2)),
			.said = arena_copy(a, pg_value(rows, i, 3)),
			.at = arena_copy(a, pg_value(rows, i, 4)),
			.may = str_eq(pg_value(rows, i, 5), STR("t")),
			.is_live = str_eq(pg_value(rows, i, 6), STR("t")),
		};
	return e;
}
