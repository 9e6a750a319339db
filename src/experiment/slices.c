/*
 * Implements slices.h: rows of a slice, an epoch, an arm.  What epochs say
 * together is epoch's, the rest strata's.
 */
#include "base/arena.h"
#include "experiment/epoch.h"
#include "store/pg.h"

#include "experiment/slices.h"

#define READ_MS 60000

SQL(slices_counts, 5,
    "SELECT slice, epoch, variant, n, x FROM piste.experiment_slices($1,"
    " $2::bigint, $3, to_timestamp($4::bigint / 1000.0), $5::integer)");

static const char *const dimensions[SLICES_DIMENSIONS] = { "country",
	"device", "source", "lang" };

/* The slice being gathered. */
struct gathering {
	const struct results *r;
	const struct pg_rows *rows;
	struct stats_arm *count;	/* [epoch][arm] */
	size_t at;			/* the epoch of the last row */
};

static int64_t
whole_at(const struct gathering *g, size_t row, size_t column, int64_t most)
{
	int64_t v = 0;

	(void)str_i64(pg_value(g->rows, row, column), 0, most, &v);
	return v;
}

static void
empty(struct gathering *g)
{
	g->at = 0;
	for (size_t i = 0; i < g->r->epochs * g->r->arms; i++)
		g->count[i] = (struct stats_arm){ 0 };
}

/* Rows come by epoch; what is of an arm or epoch of others is left out. */
static void
gather(struct gathering *g, size_t row)
{
	const struct results *r = g->r;
	int64_t number = whole_at(g, row, 1, INT64_MAX);
	struct stats_arm found = { .n = whole_at(g, row, 3, STATS_COUNT_MAX) };

	found.x = whole_at(g, row, 4, found.n);
	while (g->at < r->epochs && r->epoch[g->at].number < number)
		g->at++;
	if (g->at == r->epochs || r->epoch[g->at].number > number)
		return;
	for (size_t k = 0; k < r->arms; k++)
		if (str_eq(r->arm[k].key, pg_value(g->rows, row, 2)))
			g->count[g->at * r->arms + k] = found;
}

/* Others have no name of their own. */
static bool
is_same(const struct pg_rows *rows, size_t a, size_t b)
{
	return pg_is_null(rows, a, 0) == pg_is_null(rows, b, 0) &&
	    str_eq(pg_value(rows, a, 0), pg_value(rows, b, 0));
}

enum err
slices_each(struct pg *db, const struct results *r,
    const struct slices_question *q, slices_take take, void *context)
{
	char version[STR_I64_BYTES], as_of[STR_I64_BYTES];
	char most[STR_I64_BYTES];
	const struct str params[] = { r->key, str_from_i64(version,
	    r->bucket_version), q->dimension, str_from_i64(as_of,
	    r->as_of_ms), str_from_i64(most, (int64_t)q->most) };
	struct gathering g = { .r = r, .count = arena_array(r->arena,
	    r->epochs * r->arms, sizeof *g.count) };
	enum err e = pg_run(db, &slices_counts, params, READ_MS, &g.rows);

	for (size_t i = 0; !e && i < pg_count(g.rows); i++) {
		struct str name = pg_value(g.rows, i, 0);

		gather(&g, i);
		if (i + 1 < pg_count(g.rows) && is_same(g.rows, i, i + 1))
			continue;
		take(context, pg_is_null(g.rows, i, 0) ? NULL : &name,
		    g.count);
		empty(&g);
	}
	return e;
}

/* A dimension being read. */
struct reading {
	const struct results *r;
	struct slices *slices;
	struct epoch *epoch;
};

static struct strata_figure
judge(const struct epoch_series *s, const struct slices_value *v, size_t arm)
{
	struct strata_figure f = strata_judge(v->arm[0], v->arm[arm]);

	if (s->epochs == 1)
		return f;
	f.ratio = epoch_common_ratio(s, arm);
	f.p_z = f.ratio.is_known ? stats_p_of_z(f.ratio.theta / f.ratio.se) :
	    1;
	return f;
}

static void
take_slice(void *context, const struct str *name,
    const struct stats_arm *count)
{
	struct reading *g = context;
	const struct results *r = g->r;
	const struct epoch_series s = { g->epoch, r->epochs, r->arms };
	size_t i = g->slices->values;
	struct slices_value *v = &g->slices->value[i];

	if (i > SLICES_VALUES_MAX)
		return;
	g->slices->values++;
	for (size_t e = 0; e < r->epochs; e++)
		g->epoch[e].arm = &count[e * r->arms];
	v->name = name ? arena_copy(r->arena, *name) : STR("*");
	for (size_t k = 0; k < r->arms; k++)
		v->arm[k] = epoch_pooled(&s, k);
	for (size_t k = 1; k < r->arms; k++)
		g->slices->treatment[k - 1].figure[i] = judge(&s, v, k);
}

enum err
slices_read(struct pg *db, const struct results *r,
    struct slices out[SLICES_DIMENSIONS])
{
	struct reading g = { .r = r, .epoch = arena_array(r->arena,
	    r->epochs, sizeof *g.epoch) };
	enum err e = OK;

	for (size_t d = 0; !e && d < SLICES_DIMENSIONS; d++) {
		out[d] = (struct slices){ .dimension = dimensions[d] };
		g.slices = &out[d];
		e = slices_each(db, r, &(struct slices_question){
			str_of(dimensions[d]), SLICES_VALUES_MAX },
		    take_slice, &g);
		for (size_t k = 0; !e && k + 1 < r->arms; k++)
			out[d].treatment[k].pool = strata_combine(
			    out[d].treatment[k].figure, out[d].values,
			    r->alpha);
	}
	return e;
}
