/*
 * Implements results.h.  Counts come as rows of a look, an epoch, an arm and
 * a measure; what a definition says beside the columns is resultsplan's.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "experiment/resultsplan.h"
#include "store/pg.h"

#include "experiment/results.h"

#define READ_MS 60000
#define RECOUNT_MS 600000	/* 40 s for ten million visitors */
#define DAY_MS INT64_C(86400000)
#define LOOK_BYTES_MAX ((size_t)RESULTS_LOOKS_MAX * 22)

#define MS(column) "(extract(epoch FROM " column ") * 1000)::bigint"

SQL(results_experiment, 1,
    "SELECT page_key, state, coalesce(shipped_key, ''), phase,"
    " bucket_version, goal, CASE goal WHEN 'lead' THEN window_s"
    " WHEN 'mql' THEN mql_window_s WHEN 'sql' THEN sql_window_s"
    " ELSE customer_window_s END, alpha, planned_visitors, n_star,"
    " coalesce(" MS("phase_started_at") ", 0),"
    " coalesce(" MS("ended_at") ", 0), " MS("clock_timestamp()") ","
    " coverage, definition FROM piste.experiment WHERE key = $1");
SQL(results_arms, 1,
    "SELECT v.key, coalesce(v.definition->'levels', '{}'),"
    " coalesce((e.weights->>v.key)::double precision, 0)"
    " FROM piste.experiment AS e JOIN piste.variant AS v"
    " ON v.page_key = e.page_key AND v.removed_at IS NULL"
    " WHERE e.key = $1 AND (e.weights ? v.key OR EXISTS (SELECT"
    " FROM piste.epoch AS o WHERE o.experiment_key = e.key"
    " AND o.phase = e.phase AND o.weights ? v.key))"
    " ORDER BY v.key IS DISTINCT FROM e.control_key, v.position");
SQL(results_epochs, 3,
    "SELECT number, coverage, " MS("started_at") ", weights"
    " FROM piste.epoch WHERE experiment_key = $1 AND phase = $2::integer"
    " AND started_at <= to_timestamp($3::bigint / 1000.0) ORDER BY number");
SQL(results_counts, 3,
    "SELECT c.look, c.epoch, c.variant, c.measure, c.n, c.total, c.total_sq"
    " FROM (SELECT " MS("look") " AS look, epoch, variant, measure, n,"
    " total, total_sq FROM piste.experiment_counts($1, $2::bigint,"
    " ARRAY(SELECT to_timestamp(t / 1000.0) FROM unnest($3::bigint[]) AS u"
    " (t)))) AS c");
SQL(results_recount, 3,
    "SELECT $3::bigint, c.epoch, c.variant, c.measure, c.n, c.total,"
    " c.total_sq FROM piste.experiment_recount($1, $2::bigint,"
    " to_timestamp($3::bigint / 1000.0)) AS c WHERE c.epoch IS NOT NULL");
SQL(results_exclusions, 3,
    "SELECT reason, n FROM piste.experiment_exclusions($1, $2::bigint,"
    " to_timestamp($3::bigint / 1000.0)) ORDER BY reason");

SQL(results_views, 3,
    "SELECT t.class, sum(t.views)::bigint FROM piste.experiment AS e"
    " JOIN piste.traffic AS t ON t.page_key = e.page_key"
    " AND t.experiment_key IN ('', e.key)"
    " WHERE e.key = $1 AND t.hour >= date_bin('1 hour', to_timestamp("
    "nullif($2::bigint, 0) / 1000.0), 'epoch')"
    " AND t.hour <= to_timestamp($3::bigint / 1000.0)"
    " GROUP BY t.class ORDER BY t.class");

/* As the functions in the database call them. */
static const char *const measure_names[RESULTS_MEASURES] = {
	[RESULTS_VISITORS] = "visitors",
	[RESULTS_LEADS] = "leads",
	[RESULTS_MATURE_VISITORS] = "mature_visitors",
	[RESULTS_MATURE_LEADS] = "mature_leads",
	[RESULTS_POSTED] = "posted",
	[RESULTS_REFUSED] = "refused",
	[RESULTS_CONSENTED] = "consented",
	[RESULTS_SPAM] = "spam",
	[RESULTS_MQL_VISITORS] = "mql_visitors",
	[RESULTS_MQLS] = "mqls",
	[RESULTS_SQL_VISITORS] = "sql_visitors",
	[RESULTS_SQLS] = "sqls",
	[RESULTS_CUSTOMER_VISITORS] = "customer_visitors",
	[RESULTS_CUSTOMERS] = "customers",
	[RESULTS_VALUE] = "value",
	[RESULTS_BOTS] = "bots",
	[RESULTS_MULTI] = "multi",
};

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
	struct results *r = g->r;
	enum err e = pg_run(g->db, &results_experiment, &r->key, READ_MS,
	    &g->rows);

	if (e)
		return e;
	if (!pg_count(g->rows))
		return ERR_ABSENT;
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
	return resultsplan_read(text_at(g, 0, 14), g->arena, r);
}

static enum err
read_arms(struct reading *g)
{
	struct results *r = g->r;
	enum err e = pg_run(g->db, &results_arms, &r->key, READ_MS, &g->rows);

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

static enum err
plan_looks(struct reading *g)
{
	struct results *r = g->r;
	int64_t first = r->started_ms - r->started_ms % DAY_MS + DAY_MS;
	int64_t until = last_change(r);
	int64_t nights = r->started_ms && until > first ?
	    (until - first + DAY_MS - 1) / DAY_MS : 0;

	if (nights > RESULTS_LOOKS_MAX - 1)
		return ERR_LIMIT;
	r->look_ms = arena_array(g->arena, (size_t)nights + 1,
	    sizeof *r->look_ms);
	for (int64_t i = 0; i < nights; i++)
		r->look_ms[r->looks++] = first + i * DAY_MS;
	r->look_ms[r->looks++] = r->as_of_ms;
	if (r->looks * r->epochs * r->arms > RESULTS_CELLS_MAX)
		return ERR_LIMIT;
	r->cell = arena_array(g->arena, r->looks * r->epochs * r->arms,
	    sizeof *r->cell);
	return OK;
}

static size_t
find_look(const struct results *r, int64_t ms)
{
	size_t low = 0, high = r->looks;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (r->look_ms[middle] < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->looks && r->look_ms[low] == ms ? low : r->looks;
}

static size_t
find_epoch(const struct results *r, int64_t number)
{
	size_t low = 0, high = r->epochs;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (r->epoch[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->epochs && r->epoch[low].number == number ? low :
	    r->epochs;
}

static size_t
find_arm(const struct results *r, struct str key)
{
	size_t i = 0;

	while (i < r->arms && !str_eq(r->arm[i].key, key))
		i++;
	return i;
}

static size_t
find_measure(struct str name)
{
	size_t i = 0;

	while (i < RESULTS_MEASURES && !str_eq(name,
	    str_of(measure_names[i])))
		i++;
	return i;
}

static struct results_cell *
cell_at(const struct results *r, size_t look, size_t epoch, size_t arm)
{
	return &r->cell[(look * r->epochs + epoch) * r->arms + arm];
}

/* Rows of arms or epochs that are no more are nobody's. */
static void
take_count(struct reading *g, size_t row, size_t look)
{
	struct results *r = g->r;
	size_t epoch = find_epoch(r, whole_at(g, row, 1));
	size_t arm = find_arm(r, pg_value(g->rows, row, 2));
	size_t measure = find_measure(pg_value(g->rows, row, 3));
	struct results_cell *c;

	if (look == r->looks || epoch == r->epochs || arm == r->arms ||
	    measure == RESULTS_MEASURES)
		return;
	c = cell_at(r, look, epoch, arm);
	c->n[measure] = whole_at(g, row, 4);
	if (measure == RESULTS_VALUE) {
		c->value = real_at(g, row, 5);
		c->value_sq = real_at(g, row, 6);
	}
}

static enum err
read_counts(struct reading *g)
{
	struct results *r = g->r;
	char version[STR_I64_BYTES];
	struct str params[3] = { r->key, str_from_i64(version,
	    r->bucket_version) };
	struct buf b;
	enum err e;

	buf_init(&b, g->arena, LOOK_BYTES_MAX);
	for (size_t i = 0; i < r->looks; i++) {
		char digits[STR_I64_BYTES];

		buf_byte(&b, i ? ',' : '{');
		buf_add(&b, str_from_i64(digits, r->look_ms[i]));
	}
	buf_byte(&b, '}');
	params[2] = buf_str(&b);
	e = pg_run(g->db, &results_counts, params, READ_MS, &g->rows);
	if (e)
		return e;
	for (size_t i = 0; i < pg_count(g->rows); i++)
		take_count(g, i, find_look(r, whole_at(g, i, 0)));
	return OK;
}

static enum err
recount(struct reading *g)
{
	struct results *r = g->r;
	char version[STR_I64_BYTES], as_of[STR_I64_BYTES];
	const struct str params[3] = { r->key, str_from_i64(version,
	    r->bucket_version), str_from_i64(as_of, r->as_of_ms) };
	enum err e = pg_run(g->db, &results_recount, params, RECOUNT_MS,
	    &g->rows);

	if (e)
		return e;
	memset(cell_at(r, r->looks - 1, 0, 0), 0,
	    r->epochs * r->arms * sizeof *r->cell);
	for (size_t i = 0; i < pg_count(g->rows); i++)
		take_count(g, i, r->looks - 1);
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

static enum err
read_views(struct reading *g)
{
	struct results *r = g->r;
	int64_t until = r->ended_ms && r->ended_ms < r->as_of_ms ?
	    r->ended_ms : r->as_of_ms;
	char from[STR_I64_BYTES], to[STR_I64_BYTES];
	const struct str params[3] = { r->key, str_from_i64(from,
	    r->started_ms), str_from_i64(to, until) };
	enum err e = pg_run(g->db, &results_views, params, READ_MS, &g->rows);

	for (size_t i = 0; !e && i < pg_count(g->rows) &&
	    i < RESULTS_CLASSES_MAX; i++)
		r->views[r->classes++] = (struct results_views){
			text_at(g, i, 0), whole_at(g, i, 1) };
	return e;
}

static enum err
read_all(struct reading *g, const struct results_wish *wish)
{
	struct results *r = g->r;
	enum err e = read_experiment(g, wish);

	/* Its visitors can't be told from each other any more. */
	if (!e && wish->is_exact && str_eq(r->state, STR("archived")))
		return ERR_DENIED;
	if (!e)
		e = read_arms(g);
	if (!e)
		e = read_epochs(g);
	if (!e)
		e = plan_looks(g);
	if (!e && r->epochs && r->arms)
		e = read_counts(g);
	if (!e && r->epochs && r->arms && wish->is_exact)
		e = recount(g);
	if (!e)
		e = read_exclusions(g);
	return e ? e : read_views(g);
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
	assert(look < r->looks && epoch < r->epochs && arm < r->arms);
	return cell_at(r, look, epoch, arm);
}

struct results_cell
results_sum(const struct results *r, size_t look, size_t arm)
{
	struct results_cell sum = { 0 };

	for (size_t i = 0; i < r->epochs; i++) {
		const struct results_cell *c = cell_at(r, look, i, arm);

		for (size_t m = 0; m < RESULTS_MEASURES; m++)
			sum.n[m] += c->n[m];
		sum.value += c->value;
		sum.value_sq += c->value_sq;
	}
	return sum;
}
