/* Implements resultscount.h: rows of a look, an epoch, an arm, a measure. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "experiment/resultsplan.h"
#include "experiment/value.h"
#include "store/pg.h"

#include "experiment/resultscount.h"

#define READ_MS 60000
#define RECOUNT_MS 600000	/* 40 s for ten million visitors */
#define LOOK_BYTES_MAX ((size_t)RESULTS_LOOKS_MAX * 22)
#define QUANTILE_BYTES_MAX 32

#define MS(column) "(extract(epoch FROM " column ") * 1000)::bigint"

SQL(resultscount_steps, 3,
    "SELECT " MS("look") ", epoch, variant, measure, n, total, total_sq"
    " FROM piste.experiment_steps($1, $2::bigint, ARRAY(SELECT"
    " to_timestamp(t / 1000.0) FROM unnest($3::bigint[]) AS u (t)))"
    " ORDER BY look, epoch, variant");
SQL(resultscount_anew, 3,
    "SELECT $3::bigint, c.epoch, c.variant, c.measure, c.n, c.total,"
    " c.total_sq FROM piste.experiment_recount($1, $2::bigint,"
    " to_timestamp($3::bigint / 1000.0)) AS c WHERE c.epoch IS NOT NULL");
/*
 * What customers are worth whose time was over, those beyond the quantile of
 * all.  Linear between neighbours, as value_limit.
 */
SQL(resultscount_beyond, 4,
    "WITH paid AS MATERIALIZED (SELECT ceil(extract(epoch FROM o.exposed_at +"
    " s.customer) * 1000)::bigint AS at, o.epoch, o.variant,"
    " o.value::double precision AS value FROM piste.outcome AS o"
    " CROSS JOIN piste.experiment_spans($1, $2::bigint) AS s"
    " WHERE o.experiment_key = $1 AND o.bucket_version = $2::bigint"
    " AND o.value > 0 AND o.exposed_at + s.customer <="
    " to_timestamp($3::bigint / 1000.0)) SELECT p.at, p.epoch, p.variant,"
    " p.value, c.cap FROM (SELECT percentile_cont($4::double precision)"
    " WITHIN GROUP (ORDER BY value) AS cap FROM paid) AS c"
    " LEFT JOIN paid AS p ON p.value > c.cap WHERE c.cap IS NOT NULL");

/* As the functions in the database call them. */
static const char *const measure_names[RESULTS_MEASURES] = {
	[RESULTS_VISITORS] = "visitors",
	[RESULTS_LEADS] = "leads",
	[RESULTS_MATURE_VISITORS] = "mature_visitors",
	[RESULTS_MATURE_LEADS] = "mature_leads",
	[RESULTS_ACTIVATED] = "activated",
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

/* The counting under way. */
struct counting {
	struct results *r;
	const struct pg_rows *rows;
};

static int64_t
whole_at(const struct counting *g, size_t row, size_t column)
{
	int64_t v = 0;

	(void)str_i64(pg_value(g->rows, row, column), INT64_MIN, INT64_MAX,
	    &v);
	return v;
}

static double
real_at(const struct counting *g, size_t row, size_t column)
{
	return resultsplan_real(pg_value(g->rows, row, column));
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
cell_at(const struct results *r, size_t epoch, size_t arm)
{
	return &r->cell[epoch * r->arms + arm];
}

/* What a row is about; its look, epoch or arm may be nobody's. */
struct place {
	size_t look;
	size_t epoch;
	size_t arm;
};

static struct place
place_at(const struct counting *g, size_t row)
{
	const struct results *r = g->r;

	return (struct place){ find_look(r, whole_at(g, row, 0)),
		find_epoch(r, whole_at(g, row, 1)),
		find_arm(r, pg_value(g->rows, row, 2)) };
}

static bool
is_somebodys(const struct results *r, const struct place *p)
{
	return p->look < r->looks && p->epoch < r->epochs && p->arm < r->arms;
}

static void
take_count(struct counting *g, size_t row, const struct place *p)
{
	struct results_cell *c = cell_at(g->r, p->epoch, p->arm);
	size_t measure = find_measure(pg_value(g->rows, row, 3));

	if (measure == RESULTS_MEASURES)
		return;
	c->n[measure] += whole_at(g, row, 4);
	if (measure == RESULTS_VALUE) {
		c->value += real_at(g, row, 5);
		c->value_sq += real_at(g, row, 6);
	}
}

static bool
is_same(const struct place *a, const struct place *b)
{
	return a->look == b->look && a->epoch == b->epoch && a->arm == b->arm;
}

/* The cell as it is once all of a place's rows are taken. */
static void
note_change(struct results *r, const struct place *p)
{
	r->change[r->changes++] = (struct results_change){
		(uint32_t)p->look, (uint32_t)p->epoch, (uint32_t)p->arm,
		*cell_at(r, p->epoch, p->arm) };
}

/* How many places before the last look the rows are about. */
static size_t
count_changes(const struct counting *g, const struct place *place)
{
	const struct results *r = g->r;
	size_t count = 0;

	for (size_t i = 0; i < pg_count(g->rows); i++)
		count += is_somebodys(r, &place[i]) &&
		    place[i].look + 1 < r->looks &&
		    !(i && is_same(&place[i], &place[i - 1]));
	return count;
}

/* Rows come by look; of each place one behind the other. */
static enum err
take_counts(struct counting *g, size_t changes_max)
{
	struct results *r = g->r;
	size_t rows = pg_count(g->rows), changes;
	struct place *place = arena_array(r->arena, rows, sizeof *place);

	for (size_t i = 0; i < rows; i++)
		place[i] = place_at(g, i);
	changes = count_changes(g, place);
	if (changes > changes_max)
		return ERR_LIMIT;
	r->change = arena_array(r->arena, changes, sizeof *r->change);
	for (size_t i = 0; i < rows; i++) {
		if (!is_somebodys(r, &place[i]))
			continue;
		take_count(g, i, &place[i]);
		if (place[i].look + 1 < r->looks && (i + 1 == rows ||
		    !is_same(&place[i], &place[i + 1])))
			note_change(r, &place[i]);
	}
	return OK;
}

/* A phase's key, version and moment, as statements want them. */
struct wanted {
	char version[STR_I64_BYTES];
	char as_of[STR_I64_BYTES];
};

static struct str
write_looks(const struct results *r)
{
	struct buf b;

	buf_init(&b, r->arena, LOOK_BYTES_MAX);
	for (size_t i = 0; i < r->looks; i++) {
		char digits[STR_I64_BYTES];

		buf_byte(&b, i ? ',' : '{');
		buf_add(&b, str_from_i64(digits, r->look_ms[i]));
	}
	buf_byte(&b, '}');
	return buf_str(&b);
}

enum err
resultscount_read(struct pg *db, struct results *r, size_t changes_max)
{
	struct counting g = { .r = r };
	struct wanted w;
	const struct str params[] = { r->key, str_from_i64(w.version,
	    r->bucket_version), write_looks(r) };
	enum err e = pg_run(db, &resultscount_steps, params, READ_MS,
	    &g.rows);

	return e ? e : take_counts(&g, changes_max);
}

enum err
resultscount_again(struct pg *db, struct results *r)
{
	struct counting g = { .r = r };
	struct wanted w;
	const struct str params[] = { r->key, str_from_i64(w.version,
	    r->bucket_version), str_from_i64(w.as_of, r->as_of_ms) };
	enum err e = pg_run(db, &resultscount_anew, params, RECOUNT_MS,
	    &g.rows);

	if (e)
		return e;
	memset(r->cell, 0, r->epochs * r->arms * sizeof *r->cell);
	for (size_t i = 0; i < pg_count(g.rows); i++) {
		struct place p = place_at(&g, i);

		if (is_somebodys(r, &p))
			take_count(&g, i, &p);
	}
	return OK;
}

static void
cut(struct results_cell *c, double value, double cap)
{
	c->value -= value - cap;
	c->value_sq -= value * value - cap * cap;
}

/* One customer's value, at the looks that knew it. */
static void
cut_value(const struct counting *g, size_t row)
{
	struct results *r = g->r;
	int64_t at = whole_at(g, row, 0);
	size_t epoch = find_epoch(r, whole_at(g, row, 1));
	size_t arm = find_arm(r, pg_value(g->rows, row, 2));
	double value = real_at(g, row, 3);

	if (epoch == r->epochs || arm == r->arms)
		return;
	cut(cell_at(r, epoch, arm), value, r->value_cap);
	for (size_t i = 0; i < r->changes; i++) {
		struct results_change *c = &r->change[i];

		if (c->epoch == epoch && c->arm == arm &&
		    r->look_ms[c->look] >= at)
			cut(&c->cell, value, r->value_cap);
	}
}

enum err
resultscount_cap(struct pg *db, struct results *r)
{
	struct counting g = { .r = r };
	struct wanted w;
	const struct str params[] = { r->key, str_from_i64(w.version,
	    r->bucket_version), str_from_i64(w.as_of, r->as_of_ms),
	    buf_fmt(r->arena, QUANTILE_BYTES_MAX, "%.17g", VALUE_QUANTILE) };
	enum err e = pg_run(db, &resultscount_beyond, params, READ_MS,
	    &g.rows);

	if (e || !pg_count(g.rows))
		return e;
	r->value_cap = real_at(&g, 0, 4);
	/* Without a value beyond it the cap comes alone. */
	for (size_t i = 0; i < pg_count(g.rows); i++)
		if (!pg_is_null(g.rows, i, 3))
			cut_value(&g, i);
	return OK;
}
