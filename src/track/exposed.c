/* Implements exposed.h: by pages of the table's key, so that none is large. */
#include <string.h>

#include "base/clock.h"
#include "store/pg.h"

#include "track/exposed.h"

#define VISITOR_BYTES_MAX 64
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

enum err
exposed_read(struct pg *db, const struct exposed_question *q,
    int64_t until_ms, exposed_take take, void *context)
{
	char digits[PARAMS][STR_I64_BYTES], last[VISITOR_BYTES_MAX];
	struct str params[PARAMS] = { q->experiment, { last, 0 },
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
		e = pg_run(db, &exposed_page, params,
		    until_ms - clock_mono_ms(), &rows);
		if (e)
			break;
		count = pg_count(rows);
		e = tell(rows, take, context);
		if (count) {
			struct str visitor = pg_value(rows, count - 1, 0);

			if (visitor.n > sizeof last)
				return ERR_INPUT;
			memcpy(last, visitor.p, visitor.n);
			params[1].n = visitor.n;
		}
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
