/* Implements slices.h: a question for each dimension; the rest is strata's. */
#include "base/arena.h"
#include "experiment/resultsplan.h"
#include "store/pg.h"

#include "experiment/slices.h"

#define READ_MS 60000

/* The values that most visitors have, then '*' for the rest. */
SQL(slices_dimension, 4,
    "WITH found AS (SELECT value, variant, n, x, dense_rank() OVER ("
    "ORDER BY whole DESC, value) <= 20 AS is_shown FROM (SELECT value,"
    " variant, n, x, sum(n) OVER (PARTITION BY value) AS whole FROM"
    " piste.experiment_segments($1, $2::bigint, $3,"
    " to_timestamp($4::bigint / 1000.0))) AS s) "
    "SELECT CASE WHEN is_shown THEN value ELSE '*' END AS name, variant,"
    " sum(n)::bigint, sum(x)::bigint FROM found GROUP BY is_shown, name,"
    " variant ORDER BY is_shown DESC, max(sum(n)) OVER (PARTITION BY"
    " is_shown, CASE WHEN is_shown THEN value ELSE '*' END) DESC, name");

static const char *const dimensions[SLICES_DIMENSIONS] = { "country",
	"device", "source", "lang" };

static struct stats_arm
counts_of(const struct pg_rows *rows, size_t row)
{
	struct stats_arm a = { 0 };

	(void)str_i64(pg_value(rows, row, 2), 0, STATS_COUNT_MAX, &a.n);
	(void)str_i64(pg_value(rows, row, 3), 0, a.n, &a.x);
	return a;
}

static void
take_row(const struct results *r, const struct pg_rows *rows, size_t row,
    struct slices *s)
{
	struct str name = pg_value(rows, row, 0);
	size_t i = 0;

	while (i < s->values && !str_eq(s->value[i].name, name))
		i++;
	if (i > SLICES_VALUES_MAX)
		return;
	if (i == s->values)
		s->value[s->values++].name = arena_copy(r->arena, name);
	for (size_t k = 0; k < r->arms; k++)
		if (str_eq(r->arm[k].key, pg_value(rows, row, 1)))
			s->value[i].arm[k] = counts_of(rows, row);
}

static void
analyze(const struct results *r, struct slices *s)
{
	struct strata_segment segment[SLICES_VALUES_MAX + 1];

	for (size_t k = 1; k < r->arms; k++) {
		struct slices_treatment *t = &s->treatment[k - 1];

		for (size_t i = 0; i < s->values; i++)
			segment[i] = (struct strata_segment){
				s->value[i].arm[0], s->value[i].arm[k] };
		t->pool = strata_analyze(segment, s->values, r->alpha,
		    t->figure);
	}
}

enum err
slices_read(struct pg *db, const struct results *r,
    struct slices out[SLICES_DIMENSIONS])
{
	char version[STR_I64_BYTES];
	char as_of[STR_I64_BYTES];
	struct str params[4] = { r->key, str_from_i64(version,
	    r->bucket_version), STR_EMPTY, str_from_i64(as_of,
	    r->as_of_ms) };
	const struct pg_rows *rows;
	enum err e = OK;

	for (size_t d = 0; !e && d < SLICES_DIMENSIONS; d++) {
		out[d] = (struct slices){ .dimension = dimensions[d] };
		params[2] = str_of(dimensions[d]);
		e = pg_run(db, &slices_dimension, params, READ_MS, &rows);
		for (size_t i = 0; !e && i < pg_count(rows); i++)
			take_row(r, rows, i, &out[d]);
		if (!e)
			analyze(r, &out[d]);
	}
	return e;
}
