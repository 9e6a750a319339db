/*
 * Implements results.h.  Counts are resultscount's; what a definition says
 * beside the columns is resultsplan's.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "experiment/resultscount.h"
#include "experiment/resultsplan.h"
#include "store/pg.h"

#include "experiment/results.h"

#define READ_MS 60000
#define DAY_MS INT64_C(86400000)

#define MS(column) "(extract(epoch FROM " column ") * 1000)::bigint"
/* An experiment's, while phase p is its present one, else p's last. */
#define NOW(column) \
    "CASE WHEN p.phase = e.phase THEN e." column " ELSE (SELECT o." column \
    " FROM piste.epoch AS o WHERE o.experiment_key = e.key" \
    " AND o.phase = p.phase ORDER BY o.number DESC LIMIT 1) END"

/*
 * The phase that is asked for ($2), or was in force at $3, or is the present
 * one; NULLs for one that was not kept.  One that another follows has ended.
 */
SQL(results_experiment, 3,
    "SELECT p.page_key, CASE WHEN p.phase = e.phase THEN e.state"
    " ELSE 'stopped' END, CASE WHEN p.phase = e.phase THEN"
    " coalesce(e.shipped_key, '') ELSE '' END, p.phase, p.bucket_version,"
    " p.goal, CASE p.goal WHEN 'lead' THEN p.window_s"
    " WHEN 'mql' THEN p.mql_window_s WHEN 'sql' THEN p.sql_window_s"
    " ELSE p.customer_window_s END, p.alpha, p.planned_visitors, p.n_star,"
    " coalesce(" MS("p.started_at") ", 0), coalesce(" MS("p.ended_at") ","
    " 0), " MS("clock_timestamp()") ", " NOW("coverage") ", p.definition,"
    " coalesce((SELECT " MS("max(m.at)")
    " FROM piste.experiment_move AS m WHERE m.experiment_key = e.key"
    " AND p.phase = e.phase AND m.what = 'ship ' || e.shipped_key), 0),"
    " p.phase IS DISTINCT FROM e.phase"
    " FROM piste.experiment AS e LEFT JOIN piste.experiment_phase AS p"
    " ON p.experiment_key = e.key AND p.phase = CASE"
    " WHEN $2::integer > 0 THEN $2::integer"
    " WHEN $3::bigint = 0 THEN e.phase ELSE coalesce((SELECT max(b.phase)"
    " FROM piste.experiment_phase AS b WHERE b.experiment_key = e.key"
    " AND b.started_at <= to_timestamp($3::bigint / 1000.0)), 1) END"
    " WHERE e.key = $1");
/*
 * Whoever never had a weight was never compared: it would only widen what is
 * said of the others.
 */
SQL(results_arms, 2,
    "SELECT v.d->>'key', coalesce(v.d->'levels', '{}'),"
    " coalesce((w.weights->>(v.d->>'key'))::double precision, 0)"
    " FROM piste.experiment AS e JOIN piste.experiment_phase AS p"
    " ON p.experiment_key = e.key AND p.phase = $2::integer"
    " CROSS JOIN LATERAL (SELECT " NOW("weights") " AS weights) AS w"
    " CROSS JOIN LATERAL jsonb_array_elements(p.variants)"
    " WITH ORDINALITY AS v (d, ord)"
    " WHERE e.key = $1 AND (v.d->>'key' = p.control_key"
    " OR (w.weights->>(v.d->>'key'))::double precision > 0 OR EXISTS (SELECT"
    " FROM piste.epoch AS o WHERE o.experiment_key = e.key"
    " AND o.phase = p.phase"
    " AND (o.weights->>(v.d->>'key'))::double precision > 0))"
    " ORDER BY v.d->>'key' IS DISTINCT FROM p.control_key, v.ord");
SQL(results_epochs, 3,
    "SELECT number, coverage, " MS("started_at") ", weights,"
    " coalesce(part_of, 0), coalesce(leaf, ''), leaf IS NULL"
    " FROM piste.epoch WHERE experiment_key = $1 AND phase = $2::integer"
    " AND started_at <= to_timestamp($3::bigint / 1000.0) ORDER BY number");
SQL(results_looks, 4,
    "SELECT " MS("as_of") " FROM piste.verdict WHERE experiment_key = $1"
    " AND phase = $2::integer AND as_of < to_timestamp($3::bigint / 1000.0)"
    " AND as_of > to_timestamp($4::bigint / 1000.0)"
    " AND as_of <> date_trunc('day', as_of AT TIME ZONE 'UTC')"
    " AT TIME ZONE 'UTC' ORDER BY as_of");
SQL(results_exclusions, 3,
    "SELECT reason, n FROM piste.experiment_exclusions($1, $2::bigint,"
    " to_timestamp($3::bigint / 1000.0)) ORDER BY reason");

/* A page that was fetched ahead and then shown is a person's view. */
SQL(results_views, 3,
    "SELECT v.class, greatest(sum(v.views), 0)::bigint"
    " FROM piste.experiment AS e"
    " JOIN piste.traffic AS t ON t.page_key = e.page_key"
    " AND t.experiment_key IN ('', e.key)"
    " CROSS JOIN LATERAL (VALUES (CASE t.class WHEN 'activated' THEN 'human'"
    " ELSE t.class END, t.views), ('prefetch', CASE t.class"
    " WHEN 'activated' THEN -t.views END)) AS v (class, views)"
    " WHERE v.views IS NOT NULL AND t.class <> 'started' AND e.key = $1"
    " AND t.hour >= date_bin('1 hour', to_timestamp("
    "nullif($2::bigint, 0) / 1000.0), 'epoch')"
    " AND t.hour <= to_timestamp($3::bigint / 1000.0)"
    " GROUP BY v.class ORDER BY v.class");
/* What a file brought is no form of a visitor. */
SQL(results_quarantine, 3,
    "SELECT quarantine_reason, count(*) FROM piste.submission"
    " WHERE page_key = $1 AND outcome = 'quarantined' AND via <> 'import'"
    " AND received_at >= to_timestamp(nullif($2::bigint, 0) / 1000.0)"
    " AND received_at <= to_timestamp($3::bigint / 1000.0)"
    " GROUP BY quarantine_reason ORDER BY quarantine_reason");

/* The reading under way. */
struct reading {
	struct pg *db;
	struct arena *arena;
	struct results *r;
	const struct pg_rows *rows;
};

static int64_t
whole_at(const struct reading *g, size_t row, size_t column)
{
	int64_t v = 0;

	(void)str_i64(pg_value(g->rows, row, column), INT64_MIN, INT64_MAX,
	    &v);
	return v;
}

static double
real_at(const struct reading *g, size_t row, size_t column)
{
	return resultsplan_real(pg_value(g->rows, row, column));
}

static struct str
text_at(const struct reading *g, size_t row, size_t column)
{
	return arena_copy(g->arena, pg_value(g->rows, row, column));
}

static enum results_goal
goal_of(struct str name)
{
	static const char *const names[] = { "lead", "mql", "sql", "customer",
		"value" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_of(names[i])))
			return (enum results_goal)i;
	return RESULTS_GOAL_LEAD;
}

static enum err
read_experiment(struct reading *g, const struct results_wish *wish)
{
	char phase[STR_I64_BYTES], as_of[STR_I64_BYTES];
	struct results *r = g->r;
	const struct str params[] = { r->key, str_from_i64(phase,
	    wish->phase), str_from_i64(as_of, wish->as_of_ms) };
	enum err e = pg_run(g->db, &results_experiment, params, READ_MS,
	    &g->rows);

	if (e)
		return e;
	if (!pg_count(g->rows))
		return ERR_ABSENT;
	if (pg_is_null(g->rows, 0, 0))
		return ERR_INPUT;
	r->page = text_at(g, 0, 0);
	r->state = text_at(g, 0, 1);
	r->shipped = text_at(g, 0, 2);
	r->phase = whole_at(g, 0, 3);
	r->bucket_version = whole_at(g, 0, 4);
	r->goal_name = text_at(g, 0, 5);
	r->goal = goal_of(r->goal_name);
	r->window_s = whole_at(g, 0, 6);
	r->alpha = real_at(g, 0, 7);
	r->planned_visitors = whole_at(g, 0, 8);
	r->n_star = real_at(g, 0, 9);
	r->started_ms = whole_at(g, 0, 10);
	r->ended_ms = whole_at(g, 0, 11);
	r->as_of_ms = wish->as_of_ms ? wish->as_of_ms : whole_at(g, 0, 12);
	r->coverage = real_at(g, 0, 13);
	r->is_past = str_eq(pg_value(g->rows, 0, 16), STR("t"));
	r->shipped_ms = whole_at(g, 0, 15);
	return resultsplan_read(text_at(g, 0, 14), g->arena, r);
}

static enum err
read_arms(struct reading *g)
{
	char phase[STR_I64_BYTES];
	struct results *r = g->r;
	const struct str params[] = { r->key, str_from_i64(phase,
	    r->phase) };
	enum err e = pg_run(g->db, &results_arms, params, READ_MS, &g->rows);

	if (e)
		return e;
	if (pg_count(g->rows) > RESULTS_ARMS_MAX)
		return ERR_LIMIT;
	r->arms = pg_count(g->rows);
	for (size_t i = 0; i < r->arms && !e; i++) {
		r->arm[i].key = text_at(g, i, 0);
		r->arm[i].weight = real_at(g, i, 2);
		r->arm[i].is_archived = !(r->arm[i].weight > 0);
		e = resultsplan_levels(text_at(g, i, 1), r, &r->arm[i]);
	}
	return e;
}

static enum err
read_epochs(struct reading *g)
{
	char phase[STR_I64_BYTES], as_of[STR_I64_BYTES];
	struct results *r = g->r;
	const struct str params[] = { r->key, str_from_i64(phase,
	    r->phase), str_from_i64(as_of, r->as_of_ms) };
	enum err e = pg_run(g->db, &results_epochs, params, READ_MS, &g->rows);

	if (e)
		return e;
	r->epochs = pg_count(g->rows);
	if (r->epochs > RESULTS_EPOCHS_MAX)
		return ERR_LIMIT;
	r->epoch = arena_array(g->arena, r->epochs, sizeof *r->epoch);
	for (size_t i = 0; i < r->epochs && !e; i++) {
		r->epoch[i].number = whole_at(g, i, 0);
		r->epoch[i].coverage = real_at(g, i, 1);
		r->epoch[i].started_ms = whole_at(g, i, 2);
		r->epoch[i].part_of = whole_at(g, i, 4);
		r->epoch[i].leaf = text_at(g, i, 5);
		r->epoch[i].is_even = r->epoch[i].part_of &&
		    str_eq(pg_value(g->rows, i, 6), STR("t"));
		e = resultsplan_weights(text_at(g, i, 3), r, &r->epoch[i]);
	}
	return e;
}

/* Until when a midnight may tell something that the one before did not. */
static int64_t
last_change(const struct results *r)
{
	int64_t end = r->ended_ms ? r->ended_ms + r->window_s * 1000 + DAY_MS :
	    r->as_of_ms;

	return end < r->as_of_ms ? end : r->as_of_ms;
}

/* Looks at which something was done, other than those of midnights. */
static enum err
ask_looks(struct reading *g)
{
	char phase[STR_I64_BYTES], since[STR_I64_BYTES];
	char as_of[STR_I64_BYTES];
	struct results *r = g->r;
	const struct str params[] = { r->key, str_from_i64(phase,
	    r->phase), str_from_i64(as_of, r->as_of_ms),
	    str_from_i64(since, r->started_ms) };

	return pg_run(g->db, &results_looks, params, READ_MS, &g->rows);
}

static enum err
plan_looks(struct reading *g)
{
	struct results *r = g->r;
	int64_t night = r->started_ms - r->started_ms % DAY_MS + DAY_MS;
	int64_t until = last_change(r);
	int64_t nights = r->started_ms && until > night ?
	    (until - night + DAY_MS - 1) / DAY_MS : 0;
	enum err e = ask_looks(g);
	size_t days;

	if (e)
		return e;
	days = pg_count(g->rows);
	if (nights > RESULTS_LOOKS_MAX - 1 - (int64_t)days)
		return ERR_LIMIT;
	r->look_ms = arena_array(g->arena, (size_t)nights + days + 1,
	    sizeof *r->look_ms);
	for (size_t i = 0; i < days; i++) {
		int64_t at = whole_at(g, i, 0);

		for (; nights && night < at; nights--, night += DAY_MS)
			r->look_ms[r->looks++] = night;
		r->look_ms[r->looks++] = at;
	}
	for (; nights; nights--, night += DAY_MS)
		r->look_ms[r->looks++] = night;
	r->look_ms[r->looks++] = r->as_of_ms;
	r->cell = arena_array(g->arena, r->epochs * r->arms,
	    sizeof *r->cell);
	return OK;
}

static enum err
read_exclusions(struct reading *g)
{
	struct results *r = g->r;
	char version[STR_I64_BYTES], as_of[STR_I64_BYTES];
	const struct str params[3] = { r->key, str_from_i64(version,
	    r->bucket_version), str_from_i64(as_of, r->as_of_ms) };
	enum err e = pg_run(g->db, &results_exclusions, params, READ_MS,
	    &g->rows);

	for (size_t i = 0; !e && i < pg_count(g->rows) &&
	    i < RESULTS_REASONS_MAX; i++)
		r->reason[r->reasons++] = (struct results_reason){
			text_at(g, i, 0), whole_at(g, i, 1) };
	return e;
}

/* Ask for what is about whom, from its beginning to its end. */
static enum err
ask_meanwhile(struct reading *g, const struct sql *question, struct str whom)
{
	const struct results *r = g->r;
	int64_t until = r->ended_ms && r->ended_ms < r->as_of_ms ?
	    r->ended_ms : r->as_of_ms;
	char from[STR_I64_BYTES], to[STR_I64_BYTES];
	const struct str params[3] = { whom, str_from_i64(from,
	    r->started_ms), str_from_i64(to, until) };

	return pg_run(g->db, question, params, READ_MS, &g->rows);
}

static enum err
read_views(struct reading *g)
{
	struct results *r = g->r;
	enum err e = ask_meanwhile(g, &results_views, r->key);

	for (size_t i = 0; !e && i < pg_count(g->rows) &&
	    i < RESULTS_CLASSES_MAX; i++)
		r->views[r->classes++] = (struct results_views){
			text_at(g, i, 0), whole_at(g, i, 1) };
	return e;
}

static enum err
read_asides(struct reading *g)
{
	struct results *r = g->r;
	enum err e = ask_meanwhile(g, &results_quarantine, r->page);

	for (size_t i = 0; !e && i < pg_count(g->rows) &&
	    i < RESULTS_REASONS_MAX; i++)
		r->aside[r->asides++] = (struct results_aside){
			text_at(g, i, 0), whole_at(g, i, 1) };
	return e;
}

static enum err
read_all(struct reading *g, const struct results_wish *wish)
{
	struct results *r = g->r;
	enum err e = read_experiment(g, wish);

	/* Its visitors can't be told from each other, or came again since. */
	if (!e && wish->is_exact && (r->is_past ||
	    str_eq(r->state, STR("archived"))))
		return ERR_DENIED;
	if (!e)
		e = read_arms(g);
	if (!e)
		e = read_epochs(g);
	if (!e)
		e = plan_looks(g);
	if (!e && r->epochs && r->arms)
		e = resultscount_read(g->db, r, RESULTS_CHANGES_MAX);
	if (!e && r->epochs && r->arms && wish->is_exact)
		e = resultscount_again(g->db, r);
	if (!e && r->epochs && r->arms && r->goal == RESULTS_GOAL_VALUE)
		e = resultscount_cap(g->db, r);
	if (!e)
		e = read_exclusions(g);
	if (!e)
		e = read_views(g);
	return e ? e : read_asides(g);
}

enum err
results_read(struct pg *db, struct arena *a, struct str key,
    const struct results_wish *wish, struct results *out)
{
	struct reading g = { .db = db, .arena = a, .r = out };
	enum err e = pg_begin(db);

	*out = (struct results){ .arena = a, .key = arena_copy(a, key) };
	if (e)
		return e;
	e = pg_script(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ,"
	    " READ ONLY", PG_STATEMENT_MS);
	if (!e)
		e = read_all(&g, wish);
	/* Nothing was written. */
	pg_rollback(db);
	return e;
}

const struct results_cell *
results_at(const struct results *r, size_t look, size_t epoch, size_t arm)
{
	static const struct results_cell none;
	const struct results_cell *found = &none;

	assert(look < r->looks && epoch < r->epochs && arm < r->arms);
	if (look + 1 == r->looks)
		return &r->cell[epoch * r->arms + arm];
	for (size_t i = 0; i < r->changes && r->change[i].look <= look; i++)
		if (r->change[i].epoch == epoch && r->change[i].arm == arm)
			found = &r->change[i].cell;
	return found;
}

struct results_cell
results_sum(const struct results *r, size_t look, size_t arm)
{
	struct results_cell sum = { 0 };

	for (size_t i = 0; i < r->epochs; i++) {
		const struct results_cell *c = results_at(r, look, i, arm);

		for (size_t m = 0; m < RESULTS_MEASURES; m++)
			sum.n[m] += c->n[m];
		sum.value += c->value;
		sum.value_sq += c->value_sq;
	}
	return sum;
}
