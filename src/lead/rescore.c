/* Implements rescore.h.  What a row means is piste.score_read's to say. */
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "lead/scorerule.h"
#include "store/pg.h"

#include "lead/rescore.h"

#define FIELDS_BYTES_MAX 4096

#define AT(n) "to_timestamp($" #n "::float8 / 1000)"
SQL(rescore_in_force, 1,
    "SELECT version, definition FROM piste.score_rules WHERE applied_at <= "
    AT(1) " ORDER BY version DESC LIMIT 1");
SQL(rescore_say, 0,
    "SELECT jsonb_pretty(definition) FROM piste.score_rules"
    " ORDER BY version DESC LIMIT 1");
SQL(rescore_when, 1,
    "SELECT floor(extract(epoch FROM $1::timestamptz) * 1000)::bigint");
/* Does the JSON list have an object with that member? */
#define HAS(list, member, value) list \
    " @> jsonb_build_array(jsonb_build_object('" member "', " value "))"
/*
 * The version, and in rows of their own what the site as it is now does not
 * have: a field may be asked no more that old answers have, or not yet.
 */
SQL(rescore_put, 3,
    "WITH put AS (INSERT INTO piste.score_rules (definition, fields,"
    " applied_by) VALUES ($1::jsonb, $2::text[], $3)"
    " RETURNING version, definition, fields)"
    " SELECT q.version, q.told FROM (SELECT p.version, NULL AS told, 0 AS n"
    " FROM put AS p UNION ALL SELECT p.version,"
    " concat('$.rules[', r.n - 1, CASE WHEN r.fact IS NOT NULL"
    " THEN '].fact: no form of the site has a field ' || r.fact"
    " ELSE concat('].name: the site has no ', CASE r.event"
    " WHEN 'page_view' THEN 'origin that observes'"
    " WHEN 'page_meaningful' THEN 'origin that observes a page'"
    " WHEN 'mail_link' THEN 'page or origin that observes' ELSE 'page' END,"
    " ' called ', r.name) END), r.n FROM put AS p CROSS JOIN ROWS FROM ("
    "jsonb_to_recordset(p.definition->'rules') AS (fact text, event text,"
    " name text)) WITH ORDINALITY AS r (fact, event, name, n)"
    " WHERE r.fact = ANY (p.fields) AND NOT EXISTS (SELECT FROM piste.form"
    " AS f WHERE " HAS("f.definition->'fields'", "name", "r.fact") ")"
    " OR r.name IS NOT NULL AND r.event <> 'webinar'"
    " AND NOT (r.event NOT IN ('page_view', 'page_meaningful')"
    " AND EXISTS (SELECT FROM piste.page AS g WHERE g.key = r.name))"
    " AND NOT EXISTS (SELECT FROM piste.origin AS o"
    " WHERE o.definition ? 'observe' AND CASE r.event"
    " WHEN 'page_meaningful' THEN "
    HAS("o.definition->'observe'->'pages'", "name", "r.name")
    " WHEN 'page_view' THEN o.key = r.name"
    " WHEN 'mail_link' THEN o.key = r.name ELSE false END)"
    ") AS q ORDER BY q.n");
SQL(rescore_upto, 3,
    "SELECT max(o.person_id) FROM (SELECT l.person_id FROM piste.lead AS l"
    " WHERE l.person_id > $1::bigint AND l.person_id <= $3::bigint"
    " ORDER BY l.person_id LIMIT $2::int) AS o");
/* Invented ones stay as they were made. */
SQL(rescore_part, 6,
    "SELECT " RESCORE_COLUMNS " FROM piste.score_read($1::bigint,"
    " $2::bigint, $3::text[], " AT(4) ", " AT(5) ", $6::boolean) AS r"
    " WHERE (SELECT l.offer_key FROM piste.lead AS l WHERE l.id = r.lead)"
    " <> ALL (ARRAY(SELECT o.key FROM piste.offer AS o"
    " WHERE o.is_synthetic))");
SQL(rescore_single, 4,
    "SELECT " RESCORE_COLUMNS " FROM piste.lead AS l CROSS JOIN LATERAL"
    " piste.score_read(l.person_id - 1, l.person_id, $2::text[], " AT(3)
    ", " AT(4) ", true) AS r WHERE l.id = piste.lead_now($1::bigint)"
    " AND r.lead = l.id");
SQL(rescore_at_desk, 5,
    "SELECT r.of_lead, r.score, r.grade, r.stage, r.is_above, r.timing,"
    " r.happened FROM piste.lead_desk_score($1, $2::bigint, $3::text[], "
    AT(4) ", " AT(5) ") AS r");
/* Machines differ; by this one it is told which score knew more. */
SQL(rescore_clock, 0,
    "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

enum err
rescore_rules(struct pg *db, struct arena *a, int64_t at_ms,
    const struct score_rules **out)
{
	char at[STR_I64_BYTES];
	const struct pg_rows *rows;
	const struct score_rules *read;
	struct score_rules *copy;
	enum err e = pg_run(db, &rescore_in_force, (const struct str[]){
	    str_from_i64(at, at_ms) }, PG_STATEMENT_MS, &rows);
	int64_t version;

	if (e)
		return e;
	if (!pg_count(rows)) {
		*out = scorerule_builtin(a);
		return OK;
	}
	if (!str_i64(pg_value(rows, 0, 0), 1, INT32_MAX, &version))
		return ERR_INPUT;
	e = scorerule_read(a, pg_value(rows, 0, 1), stderr, &read);
	if (e) {
		log_event(LOG_ERROR, "rescore.rules",
		    LOG_INT("version", version));
		return e;
	}
	copy = ARENA_NEW(a, struct score_rules);
	*copy = *read;
	copy->version = (int32_t)version;
	*out = copy;
	return OK;
}

struct str
rescore_fields(struct arena *a, const struct score_rules *r)
{
	struct buf b;

	buf_init(&b, a, FIELDS_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; i < r->owns; i++) {
		buf_add(&b, i ? STR(",\"") : STR("\""));
		for (size_t k = 0; k < r->own[i].n; k++) {
			char c = r->own[i].p[k];

			if (c == '"' || c == '\\')
				buf_byte(&b, '\\');
			buf_byte(&b, c);
		}
		buf_byte(&b, '"');
	}
	buf_byte(&b, '}');
	return buf_str(&b);
}

enum err
rescore_apply(struct pg *db, struct arena *a, struct str json, struct str who,
    FILE *complaints, int32_t *version)
{
	const struct score_rules *r;
	const struct pg_rows *rows;
	enum err e = scorerule_read(a, json, complaints, &r);
	uint32_t made;

	if (!e)
		e = pg_run(db, &rescore_put, (const struct str[]){ json,
		    rescore_fields(a, r), who }, PG_STATEMENT_MS, &rows);
	if (e)
		return e;
	if (!str_u32(pg_value(rows, 0, 0), 1, INT32_MAX, &made))
		return ERR_INPUT;
	for (size_t i = 1; i < pg_count(rows); i++)
		fprintf(complaints, "%.*s\n", STR_ARG(pg_value(rows, i, 1)));
	*version = (int32_t)made;
	return OK;
}

enum err
rescore_text(struct pg *db, struct arena *a, struct str *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_say, NULL, PG_STATEMENT_MS, &rows);

	if (!e)
		*out = pg_count(rows) ? arena_copy(a, pg_value(rows, 0, 0)) :
		    scorerule_builtin_text();
	return e;
}

enum err
rescore_now(struct pg *db, int64_t *ms)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_clock, NULL, PG_STATEMENT_MS, &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, ms))
		e = ERR_INPUT;
	return e;
}

enum err
rescore_moment(struct pg *db, struct str text, int64_t *ms)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_when, &text, PG_STATEMENT_MS, &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, RESCORE_MOMENT_MAX, ms))
		e = ERR_INPUT;
	return e;
}

static struct str
text_of(struct arena *a, json_t *json)
{
	return json_is_string(json) ? arena_copy(a, (struct str){
	    json_string_value(json), json_string_length(json) }) : STR_EMPTY;
}

/* What a submission said, by fact; NULL for an event. */
static const struct str *
said_of(struct arena *a, const struct score_rules *r, json_t *said)
{
	struct str *value;

	if (!json_is_object(said))
		return NULL;
	value = arena_array(a, SCORE_FACTS + r->owns, sizeof *value);
	for (size_t i = 0; i < SCORE_FACTS + r->owns; i++)
		value[i] = i < SCORE_SAID ? text_of(a, json_object_get(said,
		    score_fact_name(i))) : i < SCORE_FACTS ? STR_EMPTY :
		    text_of(a, json_object_getn(said, r->own[i -
		    SCORE_FACTS].p, r->own[i - SCORE_FACTS].n));
	return value;
}

static enum err
read_happened(struct arena *a, const struct score_rules *r, struct str json,
    int64_t at_ms, struct score_input *out)
{
	json_t *list = json.n ? json_loadb(json.p, json.n, 0, NULL) : NULL;
	struct score_happening *h;

	if (json.n && !json_is_array(list)) {
		json_decref(list);
		return ERR_INPUT;
	}
	out->count = json_array_size(list);
	h = arena_array(a, out->count + 1, sizeof *h);
	for (size_t i = 0; i < out->count; i++) {
		json_t *one = json_array_get(list, i);

		h[i] = (struct score_happening){
			json_integer_value(json_array_get(one, 0)),
			text_of(a, json_array_get(one, 1)),
			text_of(a, json_array_get(one, 2)),
			said_of(a, r, json_array_get(one, 3)) };
		if (h[i].at_ms > at_ms)
			h[i].at_ms = at_ms;
	}
	out->happening = h;
	json_decref(list);
	return OK;
}

enum err
rescore_row(struct arena *a, const struct score_rules *r,
    const struct pg_rows *rows, size_t row, int64_t at_ms,
    struct rescore_lead *out)
{
	struct str timing = pg_value(rows, row, 5);
	enum err e = OK;

	*out = (struct rescore_lead){ 0 };
	if (!str_i64(pg_value(rows, row, 0), 1, INT64_MAX, &out->id) ||
	    (timing.n && !str_i64(timing, INT64_MIN, INT64_MAX,
	    &out->in.timing_ms)))
		e = ERR_INPUT;
	out->score = arena_copy(a, pg_value(rows, row, 1));
	out->grade = arena_copy(a, pg_value(rows, row, 2));
	out->stage = arena_copy(a, pg_value(rows, row, 3));
	out->is_above = str_eq(pg_value(rows, row, 4), STR("t"));
	if (!e)
		e = read_happened(a, r, pg_value(rows, row, 6), at_ms,
		    &out->in);
	if (e)
		log_event(LOG_ERROR, "rescore.row", LOG_INT("lead", out->id));
	return e;
}

enum err
rescore_one(struct pg *db, struct arena *a, const struct score_rules *r,
    int64_t lead, int64_t at_ms, struct rescore_lead *out)
{
	char id[STR_I64_BYTES], at[STR_I64_BYTES], since[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_single, (const struct str[]){
	    str_from_i64(id, lead), rescore_fields(a, r), str_from_i64(since,
	    score_since(r, at_ms)), str_from_i64(at, at_ms) },
	    RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	return pg_count(rows) ? rescore_row(a, r, rows, 0, at_ms, out) :
	    ERR_ABSENT;
}

enum err
rescore_desk(struct pg *db, struct arena *a, const struct score_rules *r,
    const struct rescore_view *view, struct rescore_lead *out)
{
	char at[STR_I64_BYTES], since[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_at_desk, (const struct str[]){
	    view->session, view->lead, rescore_fields(a, r),
	    str_from_i64(since, score_since(r, view->at_ms)),
	    str_from_i64(at, view->at_ms) }, RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	return pg_count(rows) ? rescore_row(a, r, rows, 0, view->at_ms, out) :
	    ERR_ABSENT;
}

enum err
rescore_give(const struct rescore_ask *ask, const struct pg_rows *rows)
{
	struct arena *a = arena_new(RESCORE_LEAD_BYTES_MAX);
	enum err e = OK;

	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		struct rescore_lead lead;

		e = rescore_row(a, ask->rules, rows, i, ask->at_ms, &lead);
		if (!e)
			ask->each(ask->context, a, &lead);
		arena_reset(a);
	}
	arena_free(a);
	return e;
}

enum err
rescore_read(struct pg *db, const struct rescore_ask *ask, int64_t after,
    int64_t *upto)
{
	char from[STR_I64_BYTES], n[STR_I64_BYTES], to[STR_I64_BYTES],
	    until[STR_I64_BYTES], since[STR_I64_BYTES], last[STR_I64_BYTES];
	struct arena *a;
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_upto, (const struct str[]){
	    str_from_i64(from, after), str_from_i64(n, RESCORE_CHUNK),
	    str_from_i64(last, ask->last ? ask->last : INT64_MAX) },
	    RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	*upto = after;
	if (pg_is_null(rows, 0, 0))
		return OK;
	if (!str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, upto))
		return ERR_INPUT;
	a = arena_new(RESCORE_LEAD_BYTES_MAX);
	e = pg_run(db, &rescore_part, (const struct str[]){ str_of(from),
	    str_from_i64(to, *upto), rescore_fields(a, ask->rules),
	    str_from_i64(since, ask->since_ms), str_from_i64(until,
	    ask->until_ms),
	    PG_BOOL(ask->is_closed_too) }, RESCORE_WAIT_MS,
	    &rows);
	arena_free(a);
	return e ? e : rescore_give(ask, rows);
}

void
rescore_add(struct buf *b, struct arena *a, int64_t lead,
    const struct score *s)
{
	buf_addf(b, "%s{\"lead\":%lld,\"points\":%d,\"grade\":\"%s\","
	    "\"above\":%s,\"parts\":", b->n > 1 ? "," : "", (long long)lead,
	    (int)s->points, score_grade_name(s->grade), s->is_mql ? "true" :
	    "false");
	buf_add(b, score_json(a, s));
	buf_byte(b, '}');
}
