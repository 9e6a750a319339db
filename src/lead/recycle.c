/* Implements recycle.h. */
#include "base/arena.h"
#include "store/pg.h"

#include "lead/recycle.h"

#define STEP_MS 60000
#define READ_MS 120000
#define DAY_START(n) "((" n "::date)::timestamp AT TIME ZONE" \
    " piste.site_zone())"

SQL(recycle_next, 2,
    "SELECT upto, laid, moved FROM piste.recycle_step($1::bigint,"
    " $2::integer)");
SQL(recycle_rows, 3,
    "SELECT rule, laid, asleep, by_date, by_download, by_score, sqls,"
    " customers, days_aside, days_old, mails, cost, won"
    " FROM piste.recycle_figures(" DAY_START("$1") ", " DAY_START("$2")
    " + interval '1 day', $3::boolean)");

static int64_t
whole(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), 0, INT64_MAX, &n);
	return n;
}

enum err
recycle_turn(struct pg *db, struct recycle *pass, bool *is_over)
{
	char after[STR_I64_BYTES], most[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &recycle_next, (struct str[]){
	    str_from_i64(after, pass->after), str_from_i64(most,
	    RECYCLE_STEP_MAX) }, STEP_MS, &rows);

	*is_over = false;
	if (e)
		return e;
	*is_over = pg_is_null(rows, 0, 0);
	pass->after = whole(rows, 0, 0);
	pass->laid += whole(rows, 0, 1);
	pass->moved += whole(rows, 0, 2);
	return OK;
}

enum err
recycle_read(struct pg *db, struct arena *a, const struct recycle_wish *w,
    struct recycle_figure **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &recycle_rows, (struct str[]){ w->from, w->to,
	    PG_BOOL(w->is_synthetic) }, READ_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct recycle_figure){
			.rule = arena_copy(a, pg_value(rows, i, 0)),
			.laid = whole(rows, i, 1),
			.asleep = whole(rows, i, 2),
			.by_date = whole(rows, i, 3),
			.by_download = whole(rows, i, 4),
			.by_score = whole(rows, i, 5),
			.sqls = whole(rows, i, 6),
			.customers = whole(rows, i, 7),
			.days_aside = arena_copy(a, pg_value(rows, i, 8)),
			.days_old = arena_copy(a, pg_value(rows, i, 9)),
			.mails = whole(rows, i, 10),
			.cost = arena_copy(a, pg_value(rows, i, 11)),
			.won = arena_copy(a, pg_value(rows, i, 12)),
		};
	return e;
}
