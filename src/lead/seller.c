/* Implements seller.h. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lead/sellersite.h"
#include "store/pg.h"

#include "lead/seller.h"

#define WAIT_MS 30000
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
#define LIST_BYTES_MAX (1 << 20)

/* Two who apply at once do so one after the other, nor does anybody decide. */
SQL(seller_rules_lock, 0, "SELECT piste.allocation_lock()");
SQL(seller_rules_add, 3,
    "INSERT INTO piste.allocation_rules (definition, applied_by, stages)"
    " SELECT $1::jsonb, $2, $3::text[] WHERE $1::jsonb IS DISTINCT FROM (SELECT"
    " r.definition FROM piste.allocation_rules AS r"
    " ORDER BY r.version DESC LIMIT 1) RETURNING version");
SQL(seller_put, 3,
    "WITH given AS (SELECT k, n, t FROM unnest($1::text[], $2::text[],"
    " $3::text[]) AS g (k, n, t)), gone AS ("
    " UPDATE piste.seller AS s SET is_active = false WHERE s.is_active"
    " AND s.key NOT IN (SELECT g.k FROM given AS g) RETURNING s.key),"
    " put AS ("
    " INSERT INTO piste.seller AS s (key, name, team)"
    " SELECT g.k, g.n, nullif(g.t, '') FROM given AS g"
    " ON CONFLICT (key) DO UPDATE SET name = excluded.name,"
    " team = excluded.team, is_active = true"
    " WHERE (s.name, s.team, s.is_active) IS DISTINCT FROM"
    " (excluded.name, excluded.team, true)"
    " RETURNING s.key, xmax = 0 AS is_new)"
    " SELECT CASE WHEN p.is_new THEN 'added' ELSE 'changed' END, p.key"
    " FROM put AS p UNION ALL SELECT 'removed', key FROM gone"
    " ORDER BY 1, 2");
SQL(seller_freed, 0, "SELECT seller, leads FROM piste.seller_gone()");
SQL(seller_version, 0, "SELECT max(version) FROM piste.allocation_rules");
SQL(seller_renew, 0, "SELECT piste.overflow_renew()");
SQL(seller_in_force, 0,
    "SELECT version, definition FROM piste.allocation_rules"
    " ORDER BY version DESC LIMIT 1");
SQL(seller_states, 1,
    "SELECT s.id, s.key, s.tag, s.turn, piste.seller_open(s.id)"
    " FROM piste.seller AS s WHERE s.key = ANY ($1::text[])");
SQL(seller_absences, 3,
    "SELECT s.key, floor(extract(epoch FROM a.starts_at) * 1000)::bigint,"
    " floor(extract(epoch FROM a.ends_at) * 1000)::bigint"
    " FROM piste.seller_absence AS a"
    " JOIN piste.seller AS s ON s.id = a.seller_id"
    " WHERE s.key = ANY ($1::text[])"
    " AND a.ends_at > to_timestamp($2::bigint / 1000.0)"
    " AND a.starts_at < to_timestamp($3::bigint / 1000.0) ORDER BY s.key");
SQL(seller_clocks, 3,
    "SELECT zone, at_ms, minutes FROM piste.zone_offsets($1::text[],"
    " $2::bigint, $3::bigint)");
SQL(seller_rows, 0,
    "SELECT concat_ws(E'\\t', w.key, coalesce(w.team, '-'),"
    " w.open || ' open', w.given || ' in 30 days', w.state),"
    " json_build_object('seller', w.key, 'name', w.name, 'team', w.team,"
    " 'open', w.open, 'given', w.given, 'state', w.state) FROM ("
    "SELECT s.key, s.name, s.team, piste.seller_open(s.id) AS open,"
    " (SELECT count(*) FROM piste.allocation AS a WHERE a.seller_id = s.id"
    " AND a.at > now() - interval '30 days') AS given,"
    " CASE WHEN NOT s.is_active THEN 'removed' WHEN EXISTS (SELECT"
    " FROM piste.seller_absence AS b WHERE b.seller_id = s.id"
    " AND now() >= b.starts_at AND now() < b.ends_at) THEN 'absent'"
    " ELSE 'active' END AS state FROM piste.seller AS s) AS w"
    " ORDER BY w.key");
SQL(seller_away_add, 4,
    "INSERT INTO piste.seller_absence (seller_id, starts_at, ends_at,"
    " created_by) SELECT s.id, $2::timestamptz, $3::timestamptz, $4"
    " FROM piste.seller AS s WHERE s.key = $1 RETURNING "
    STAMP("starts_at") ", " STAMP("ends_at"));
/* What has begun ends now, what has not is taken back. */
SQL(seller_back, 1,
    "WITH mine AS (SELECT a.id, a.starts_at FROM piste.seller_absence AS a"
    " JOIN piste.seller AS s ON s.id = a.seller_id"
    " WHERE s.key = $1 AND a.ends_at > now()), gone AS ("
    " DELETE FROM piste.seller_absence AS a USING mine"
    " WHERE a.id = mine.id AND mine.starts_at >= now()), cut AS ("
    " UPDATE piste.seller_absence AS a SET ends_at = now() FROM mine"
    " WHERE a.id = mine.id AND mine.starts_at < now())"
    " SELECT count(*), (SELECT count(*) FROM piste.seller AS s"
    " WHERE s.key = $1) FROM mine");

static int64_t
number(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), INT64_MIN, INT64_MAX, &n);
	return n;
}

enum part { PART_KEY, PART_NAME, PART_TEAM, PART_ZONE };

static struct str
part_of(const struct allocate_seller *s, enum part part)
{
	switch (part) {
	case PART_KEY:
		return s->key;
	case PART_NAME:
		return s->name;
	case PART_TEAM:
		return s->team;
	case PART_ZONE:
		return s->zone_name;
	}
	return STR_EMPTY;
}

/* An array as PostgreSQL reads it. */
static struct str
array_of(struct arena *a, const struct allocate_plan *p, enum part part)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; i < p->sellers; i++) {
		struct str s = part_of(&p->seller[i], part);

		buf_add(&b, i ? STR(",\"") : STR("\""));
		for (size_t k = 0; k < s.n; k++) {
			if (s.p[k] == '"' || s.p[k] == '\\')
				buf_byte(&b, '\\');
			buf_byte(&b, s.p[k]);
		}
		buf_byte(&b, '"');
	}
	buf_byte(&b, '}');
	return buf_str(&b);
}

static bool
is_taken(const struct allocate_plan *p, struct str stage)
{
	for (size_t i = 0; i < p->sellers; i++)
		for (size_t k = 0; k < p->seller[i].stages; k++)
			if (str_eq(p->seller[i].stage[k], stage))
				return true;
	return false;
}

/* At which somebody takes leads, as an array. */
static struct str
stages_of(struct arena *a, const struct allocate_plan *p)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; sellerrule_stage(i); i++)
		if (is_taken(p, str_of(sellerrule_stage(i))))
			buf_addf(&b, "%s%s", b.n > 1 ? "," : "",
			    sellerrule_stage(i));
	buf_byte(&b, '}');
	return buf_str(&b);
}

/* Those whom nobody follows up any more. */
static enum err
free_leads(struct pg *db, const struct allocate_plan *p, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_freed, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "freed\t%.*s open leads of %.*s, for others\n",
		    STR_ARG(pg_value(rows, i, 1)),
		    STR_ARG(pg_value(rows, i, 0)));
	if (!e && !p->sellers)
		fprintf(out, "nobody\tthere is no seller: leads are"
		    " nobody's\n");
	return e ? e : pg_run(db, &seller_renew, NULL, WAIT_MS, NULL);
}

static enum err
tell_unchanged(struct pg *db, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_version, NULL, WAIT_MS, &rows);

	if (!e)
		fprintf(out, "unchanged\trules are as in version %.*s\n",
		    STR_ARG(pg_value(rows, 0, 0)));
	return e;
}

/* In a transaction. */
static enum err
put(struct pg *db, struct arena *a, struct str json, struct str who,
    const struct allocate_plan *p, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_rules_lock, NULL, WAIT_MS, NULL);

	if (!e)
		e = pg_run(db, &seller_rules_add, (struct str[]){ json, who,
		    stages_of(a, p) }, WAIT_MS, &rows);
	if (e)
		return e;
	if (pg_count(rows))
		fprintf(out, "rules\tversion %.*s\n",
		    STR_ARG(pg_value(rows, 0, 0)));
	else
		e = tell_unchanged(db, out);
	if (e)
		return e;
	e = pg_run(db, &seller_put, (struct str[]){ array_of(a, p, PART_KEY),
	    array_of(a, p, PART_NAME), array_of(a, p, PART_TEAM) }, WAIT_MS,
	    &rows);
	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\tseller %.*s\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)));
	return e ? e : free_leads(db, p, out);
}

enum err
seller_apply(struct pg *db, struct arena *a, struct str json, struct str who,
    FILE *complaints, FILE *out)
{
	struct sellerrule rule;
	enum err e = sellerrule_read(a, json, complaints, &rule);

	if (!e)
		e = sellersite_check(db, a, &rule, complaints);
	if (!e)
		e = pg_begin(db);
	if (e)
		return e;
	e = put(db, a, json, who, &rule.plan, out);
	if (!e)
		return pg_commit(db);
	pg_rollback(db);
	return e;
}

static struct allocate_seller *
find(struct allocate_plan *p, struct str key)
{
	for (size_t i = 0; i < p->sellers; i++)
		if (str_eq(p->seller[i].key, key))
			return &p->seller[i];
	return NULL;
}

static enum err
load_states(struct pg *db, struct arena *a, struct allocate_plan *p)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_states, (struct str[]){
	    array_of(a, p, PART_KEY) }, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		struct allocate_seller *s = find(p, pg_value(rows, i, 1));

		if (!s)
			continue;
		s->id = number(rows, i, 0);
		s->tag = number(rows, i, 2);
		s->turn = number(rows, i, 3);
		s->open = (uint32_t)number(rows, i, 4);
		if (s->turn > p->turn)
			p->turn = s->turn;
	}
	return e;
}

static enum err
load_absences(struct pg *db, struct arena *a, struct allocate_plan *p,
    struct str from, struct str to)
{
	const struct pg_rows *rows;
	struct shift_absence *room;
	enum err e = pg_run(db, &seller_absences, (struct str[]){
	    array_of(a, p, PART_KEY), from, to }, WAIT_MS, &rows);

	if (e)
		return e;
	room = arena_array(a, pg_count(rows), sizeof *room);
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct allocate_seller *s = find(p, pg_value(rows, i, 0));

		room[i] = (struct shift_absence){ number(rows, i, 1),
			number(rows, i, 2) };
		if (!s)
			continue;
		/* A seller's rows stand one after the other. */
		if (!s->shift.absences)
			s->shift.absence = &room[i];
		s->shift.absences++;
	}
	return OK;
}

static enum err
load_zones(struct pg *db, struct arena *a, struct allocate_plan *p,
    struct str from, struct str to)
{
	const struct pg_rows *rows;
	struct shift_change *change;
	struct shift_zone *zone = NULL;
	enum err e = pg_run(db, &seller_clocks, (struct str[]){
	    array_of(a, p, PART_ZONE), from, to }, WAIT_MS, &rows);

	if (e)
		return e;
	change = arena_array(a, pg_count(rows), sizeof *change);
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct str name = pg_value(rows, i, 0);

		change[i] = (struct shift_change){ number(rows, i, 1),
			(int32_t)number(rows, i, 2) };
		if (!zone || !str_eq(zone->name, name)) {
			zone = ARENA_NEW(a, struct shift_zone);
			zone->name = arena_copy(a, name);
			zone->change = &change[i];
			for (size_t k = 0; k < p->sellers; k++)
				if (str_eq(p->seller[k].zone_name, name))
					p->seller[k].shift.zone = zone;
		}
		zone->changes++;
	}
	return OK;
}

static enum err
load_times(struct pg *db, struct arena *a, struct allocate_plan *p,
    struct seller_span span)
{
	char from[STR_I64_BYTES], to[STR_I64_BYTES];
	struct str since = str_from_i64(from, span.from_ms);
	struct str until = str_from_i64(to, span.to_ms);
	enum err e = load_absences(db, a, p, since, until);

	return e ? e : load_zones(db, a, p, since, until);
}

enum err
seller_rules(struct pg *db, struct arena *a, struct seller_snapshot *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_in_force, NULL, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	out->version = number(rows, 0, 0);
	/* Judged when it was applied; a later program may judge otherwise. */
	return sellerrule_read(a, arena_copy(a, pg_value(rows, 0, 1)), stderr,
	    &out->rule);
}

enum err
seller_load(struct pg *db, struct arena *a, struct seller_span span,
    struct seller_snapshot *out)
{
	enum err e = seller_rules(db, a, out);

	if (!e)
		e = load_states(db, a, &out->rule.plan);
	return e ? e : load_times(db, a, &out->rule.plan, span);
}

enum err
seller_suppose(struct pg *db, struct arena *a, struct str json,
    FILE *complaints, struct seller_span span, struct seller_snapshot *out)
{
	enum err e = sellerrule_read(a, json, complaints, &out->rule);

	out->version = 0;
	if (!e)
		e = sellersite_check(db, a, &out->rule, complaints);
	return e ? e : load_times(db, a, &out->rule.plan, span);
}

enum err
seller_list(struct pg *db, bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_rows, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}

enum err
seller_absent(struct pg *db, const struct seller_away *w, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_away_add, (struct str[]){ w->key,
	    w->from, w->to, w->who }, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	fprintf(out, "%.*s is away from %.*s to %.*s\n", STR_ARG(w->key),
	    STR_ARG(pg_value(rows, 0, 0)), STR_ARG(pg_value(rows, 0, 1)));
	return OK;
}

enum err
seller_present(struct pg *db, struct str key, int64_t *ended)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &seller_back, &key, WAIT_MS, &rows);

	if (e)
		return e;
	*ended = number(rows, 0, 0);
	if (!number(rows, 0, 1))
		return ERR_ABSENT;
	return pg_run(db, &seller_renew, NULL, WAIT_MS, NULL);
}
