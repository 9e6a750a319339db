/* Implements exposed.h: by pages of the table's key, so that none is large. */
#include <string.h>

#include "base/clock.h"
#include "store/pg.h"

#include "track/exposed.h"

#define PARAMS 7
#define NO_EPOCH 0

/* Most experiments have had one epoch, and millions of rows. */
SQL(exposed_changed, 4,
    "SELECT EXISTS (SELECT FROM piste.epoch WHERE experiment_key = $1"
    " AND phase = $2::integer AND number < $3::integer)"
    " OR $4::bigint > 1");
SQL(exposed_page, 7,
    "SELECT visitor, variant, bucket_version FROM piste.exposure"
    " WHERE experiment_key = $1 AND visitor > $2"
    " AND (bucket_version = $3::bigint AND epoch <> $4::integer"
    " OR bucket_version < $5::bigint)"
    " AND first_seen_at >= to_timestamp($6::bigint / 1000.0)"
    " ORDER BY visitor LIMIT $7::bigint");

SQL(exposed_new, 4,
    "SELECT visitor, variant, bucket_version FROM piste.exposure"
    " WHERE first_seen_at >= to_timestamp($1::bigint / 1000.0)"
    " AND experiment_key = $2 AND bucket_version = $3::bigint"
    " LIMIT $4::bigint");

static enum err
has_changed(struct pg *db, const struct exposed_question *q, bool *out)
{
	char phase[STR_I64_BYTES], epoch[STR_I64_BYTES], min[STR_I64_BYTES];
	const struct str params[] = { q->experiment,
		str_from_i64(phase, q->phase), str_from_i64(epoch, q->epoch),
		str_from_i64(min, q->min_bucket_version) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &exposed_changed, params, PG_STATEMENT_MS,
	    &rows);

	*out = !e && pg_count(rows) && str_eq(pg_value(rows, 0, 0), STR("t"));
	return e;
}

static enum err
tell(const struct pg_rows *rows, exposed_take take, void *context)
{
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct exposed_row row = { .visitor = pg_value(rows, i, 0),
			.variant = pg_value(rows, i, 1) };

		if (!str_u32(pg_value(rows, i, 2), 0, UINT32_MAX,
		    &row.bucket_version))
			return ERR_INPUT;
		take(context, &row);
	}
	return OK;
}

/* A page that is told of is behind us. */
static enum err
move_on(struct exposed_place *place, const struct pg_rows *rows)
{
	struct str last;

	if (!pg_count(rows))
		return OK;
	last = pg_value(rows, pg_count(rows) - 1, 0);
	if (last.n > sizeof place->visitor)
		return ERR_INPUT;
	memcpy(place->visitor, last.p, last.n);
	place->n = last.n;
	return OK;
}

enum err
exposed_read(struct pg *db, const struct exposed_question *q,
    struct exposed_place *place, int64_t until_ms, exposed_take take,
    void *context)
{
	char digits[PARAMS][STR_I64_BYTES];
	struct str params[PARAMS] = { q->experiment, STR_EMPTY,
		str_from_i64(digits[2], q->bucket_version),
		str_from_i64(digits[3], q->is_of_all ? NO_EPOCH : q->epoch),
		str_from_i64(digits[4], q->min_bucket_version),
		str_from_i64(digits[5], q->since_ms),
		str_from_i64(digits[6], EXPOSED_ROWS_MAX) };
	const struct pg_rows *rows;
	size_t count = EXPOSED_ROWS_MAX;
	bool is_changed;
	enum err e = has_changed(db, q, &is_changed);

	while (!e && is_changed && count == EXPOSED_ROWS_MAX) {
		if (clock_mono_ms() >= until_ms)
			return ERR_LIMIT;
		params[1] = (struct str){ place->visitor, place->n };
		e = pg_run(db, &exposed_page, params, EXPOSED_WAIT_MS, &rows);
		if (e)
			break;
		count = pg_count(rows);
		e = tell(rows, take, context);
		if (!e)
			e = move_on(place, rows);
	}
	return e;
}

enum err
exposed_fresh(struct pg *db, const struct exposed_question *q,
    exposed_take take, void *context)
{
	char since[STR_I64_BYTES], version[STR_I64_BYTES];
	char most[STR_I64_BYTES];
	const struct str params[] = { str_from_i64(since, q->since_ms),
		q->experiment, str_from_i64(version, q->bucket_version),
		str_from_i64(most, EXPOSED_ROWS_MAX) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &exposed_new, params, PG_STATEMENT_MS, &rows);

	if (e)
		return e;
	return pg_count(rows) < EXPOSED_ROWS_MAX ? tell(rows, take, context) :
	    ERR_LIMIT;
}
