/* Implements rescore.h.  What a row means is piste.score_read's to say. */
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "lead/scorerule.h"
#include "store/pg.h"

#include "lead/rescore.h"

#define ROWS_BYTES_MAX ((size_t)64 << 20)
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
SQL(rescore_put, 3,
    "INSERT INTO piste.score_rules (definition, fields, applied_by)"
    " VALUES ($1::jsonb, $2::text[], $3) RETURNING version");
SQL(rescore_upto, 2,
    "SELECT max(o.person_id) FROM (SELECT l.person_id FROM piste.lead AS l"
    " WHERE l.person_id > $1::bigint ORDER BY l.person_id LIMIT $2::int)"
    " AS o");
SQL(rescore_part, 5,
    "SELECT " RESCORE_COLUMNS " FROM piste.score_read($1::bigint,"
    " $2::bigint, $3::text[], " AT(4) ", $5::boolean) AS r");
SQL(rescore_single, 3,
    "SELECT " RESCORE_COLUMNS " FROM piste.lead AS l CROSS JOIN LATERAL"
    " piste.score_read(l.person_id - 1, l.person_id, $2::text[], " AT(3)
    ", true) AS r WHERE l.id = piste.lead_now($1::bigint)"
    " AND r.lead = l.id");
SQL(rescore_take, 3,
    "SELECT piste.score_take($1::int, " AT(2) ", $3::json)");
/* Who does more meanwhile waits for this to be over, and is noted anew. */
SQL(rescore_next, 1,
    "DELETE FROM piste.score_due AS d USING (SELECT person_id"
    " FROM piste.score_due ORDER BY at, person_id LIMIT $1::int"
    " FOR UPDATE SKIP LOCKED) AS n WHERE d.person_id = n.person_id"
    " RETURNING d.person_id");

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

/* The fields that rules ask, as PostgreSQL has an array. */
static struct str
fields_of(struct arena *a, const struct score_rules *r)
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
		    fields_of(a, r), who }, PG_STATEMENT_MS, &rows);
	if (e)
		return e;
	if (!str_u32(pg_value(rows, 0, 0), 1, INT32_MAX, &made))
		return ERR_INPUT;
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
rescore_moment(struct pg *db, struct str text, int64_t *ms)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_when, &text, PG_STATEMENT_MS, &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, ms))
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
	char id[STR_I64_BYTES], at[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_single, (const struct str[]){
	    str_from_i64(id, lead), fields_of(a, r), str_from_i64(at, at_ms) },
	    RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	return pg_count(rows) ? rescore_row(a, r, rows, 0, at_ms, out) :
	    ERR_ABSENT;
}

static enum err
read_range(struct pg *db, struct arena *a, const struct score_rules *r,
    const struct str *params, int64_t at_ms, struct rescore_part *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rescore_part, params, RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	out->count = pg_count(rows);
	out->lead = arena_array(a, out->count + 1, sizeof *out->lead);
	for (size_t i = 0; !e && i < out->count; i++)
		e = rescore_row(a, r, rows, i, at_ms, &out->lead[i]);
	return e;
}

enum err
rescore_read(struct pg *db, struct arena *a, const struct rescore_ask *ask,
    int64_t after, struct rescore_part *out)
{
	char from[STR_I64_BYTES], n[STR_I64_BYTES], at[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct str upto;
	enum err e = pg_run(db, &rescore_upto, (const struct str[]){
	    str_from_i64(from, after), str_from_i64(n, RESCORE_CHUNK) },
	    RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	*out = (struct rescore_part){ .upto = after };
	if (pg_is_null(rows, 0, 0))
		return OK;
	upto = arena_copy(a, pg_value(rows, 0, 0));
	if (!str_i64(upto, 1, INT64_MAX, &out->upto))
		return ERR_INPUT;
	return read_range(db, a, ask->rules, (const struct str[]){
	    str_of(from), upto, fields_of(a, ask->rules), str_from_i64(at,
	    ask->at_ms), ask->is_closed_too ? STR("t") : STR("f") },
	    ask->at_ms, out);
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

/* What was never scored waits for the queue, which judges its address first. */
static bool
is_news(const struct rescore_lead *l, const struct score *s)
{
	char was[STR_I64_BYTES];

	return l->score.n > 0 && (s->is_mql != l->is_above || !str_eq(l->score,
	    str_from_i64(was, s->points)) || !str_eq(l->grade,
	    str_of(score_grade_name(s->grade))));
}

/* Score what was read and write what is new. */
static enum err
write_part(struct pg *db, struct arena *a, const struct score_rules *r,
    int64_t now_ms, const struct rescore_part *part, struct rescore *pass)
{
	char version[STR_I64_BYTES], now[STR_I64_BYTES];
	struct score *s = ARENA_NEW(a, struct score);
	const struct pg_rows *rows;
	int64_t changed = 0, moved;
	struct buf b;
	enum err e;

	buf_init(&b, a, ROWS_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < part->count; i++) {
		score_lead(a, r, &part->lead[i].in, now_ms, s);
		if (!is_news(&part->lead[i], s))
			continue;
		rescore_add(&b, a, part->lead[i].id, s);
		changed++;
	}
	buf_byte(&b, ']');
	pass->leads += (int64_t)part->count;
	if (!changed)
		return OK;
	if (b.full)
		return ERR_LIMIT;
	e = pg_run(db, &rescore_take, (const struct str[]){
	    str_from_i64(version, r->version), str_from_i64(now, now_ms),
	    buf_str(&b) }, RESCORE_WAIT_MS, &rows);
	if (e || !str_i64(pg_value(rows, 0, 0), 0, INT32_MAX, &moved))
		return e ? e : ERR_INPUT;
	pass->changed += changed;
	pass->mqls += moved;
	return OK;
}

enum err
rescore_turn(struct pg *db, struct rescore *pass, int64_t now_ms,
    bool *is_over)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	const struct score_rules *r;
	struct rescore_part part;
	struct rescore next = *pass;
	enum err e = rescore_rules(db, a, now_ms, &r);

	*is_over = false;
	if (!e)
		e = rescore_read(db, a, &(struct rescore_ask){ r, now_ms,
		    false }, pass->after, &part);
	if (!e)
		e = write_part(db, a, r, now_ms, &part, &next);
	if (!e) {
		*is_over = part.upto == pass->after;
		next.after = part.upto;
		*pass = next;
	}
	arena_free(a);
	return e;
}

/* The leads of one who has just been taken out, behind those of others. */
static enum err
gather_person(struct pg *db, struct arena *a, const struct score_rules *r,
    struct str person, int64_t now_ms, struct rescore_part *all)
{
	char before[STR_I64_BYTES], now[STR_I64_BYTES];
	struct rescore_part part;
	struct rescore_lead *both;
	int64_t id;
	enum err e;

	if (!str_i64(person, 1, INT64_MAX, &id))
		return ERR_INPUT;
	e = read_range(db, a, r, (const struct str[]){ str_from_i64(before,
	    id - 1), person, fields_of(a, r), str_from_i64(now, now_ms +
	    RESCORE_SKEW_MS), STR("f") }, now_ms, &part);
	if (e || !part.count)
		return e;
	both = arena_array(a, all->count + part.count, sizeof *both);
	if (all->count)
		memcpy(both, all->lead, all->count * sizeof *both);
	memcpy(both + all->count, part.lead, part.count * sizeof *both);
	all->lead = both;
	all->count += part.count;
	return OK;
}

/* One write for all: its rows are locked before anybody's stage moves. */
static enum err
score_due(struct pg *db, struct arena *a, int64_t now_ms, int64_t *done)
{
	struct str person[RESCORE_DUE_MAX];
	char most[STR_I64_BYTES];
	struct rescore told = { 0 };
	struct rescore_part all = { 0 };
	const struct score_rules *r;
	const struct pg_rows *rows;
	size_t n = 0;
	enum err e = rescore_rules(db, a, now_ms, &r);

	if (!e)
		e = pg_run(db, &rescore_next, (const struct str[]){
		    str_from_i64(most, RESCORE_DUE_MAX) }, RESCORE_WAIT_MS,
		    &rows);
	for (; !e && n < pg_count(rows) && n < RESCORE_DUE_MAX; n++)
		person[n] = arena_copy(a, pg_value(rows, n, 0));
	for (size_t i = 0; !e && i < n; i++)
		e = gather_person(db, a, r, person[i], now_ms, &all);
	*done = (int64_t)n;
	return e ? e : write_part(db, a, r, now_ms, &all, &told);
}

enum err
rescore_due(struct pg *db, int64_t now_ms, int64_t *done)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	enum err e = pg_begin(db);

	*done = 0;
	if (e)
		goto free;
	e = score_due(db, a, now_ms, done);
	if (!e)
		e = pg_commit(db);
	else
		pg_rollback(db);
	if (e)
		*done = 0;
free:
	arena_free(a);
	return e;
}
