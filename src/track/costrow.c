/* Implements costrow.h. */
#include "base/arena.h"
#include "store/pg.h"

#include "track/costrow.h"

#define WAIT_MS 10000
#define DIGITS(n) #n
#define LIMIT(n) " LIMIT " DIGITS(n)

SQL(costrow_entries, 3,
    "SELECT c.id, coalesce(c.campaign_key, ''), coalesce(c.shared_by, ''),"
    " c.kind, c.from_day, c.to_day, c.amount, c.currency,"
    " coalesce(c.supplier, ''), coalesce(c.reference, ''), c.actor,"
    " coalesce(c.corrects::text, ''), coalesce(c.why, ''), c.amount > 0"
    " AND NOT EXISTS (SELECT FROM piste.cost AS k WHERE k.corrects = c.id"
    " AND k.amount < 0) FROM piste.cost AS c"
    " WHERE (nullif($1, '') IS NULL OR c.id < nullif($1, '')::bigint)"
    " AND (nullif($2, '') IS NULL OR c.id = nullif($2, '')::bigint)"
    " AND (nullif($3, '') IS NULL OR c.campaign_key = $3)"
    " ORDER BY c.id DESC" LIMIT(COSTROW_PAGE_MAX));
SQL(costrow_standing, 0,
    "SELECT b.campaign_key, b.from_day, b.to_day, b.amount, b.spent,"
    " b.amount - b.spent, b.currency, b.spent > b.amount"
    " FROM piste.budget_use AS b ORDER BY b.to_day DESC, b.campaign_key,"
    " b.from_day, b.currency" LIMIT(COSTROW_PAGE_MAX));
SQL(costrow_keys, 0,
    "SELECT c.key FROM piste.campaign AS c WHERE c.archived_on IS NULL"
    " ORDER BY c.key LIMIT 1000");

static struct str
text(struct arena *a, const struct pg_rows *rows, size_t row, size_t column)
{
	return arena_copy(a, pg_value(rows, row, column));
}

static bool
is_true(const struct pg_rows *rows, size_t row, size_t column)
{
	return str_eq(pg_value(rows, row, column), STR("t"));
}

enum err
costrow_read(struct pg *db, struct arena *a, const struct costrow_wish *w,
    struct costrow **out, size_t *count)
{
	const struct str params[] = { w->before, w->entry, w->campaign };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &costrow_entries, params, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct costrow){
			.id = text(a, rows, i, 0),
			.campaign = text(a, rows, i, 1),
			.shared_by = text(a, rows, i, 2),
			.kind = text(a, rows, i, 3),
			.from = text(a, rows, i, 4),
			.to = text(a, rows, i, 5),
			.amount = text(a, rows, i, 6),
			.currency = text(a, rows, i, 7),
			.supplier = text(a, rows, i, 8),
			.reference = text(a, rows, i, 9),
			.who = text(a, rows, i, 10),
			.corrects = text(a, rows, i, 11),
			.why = text(a, rows, i, 12),
			.is_open = is_true(rows, i, 13) };
	return e;
}

enum err
costrow_budgets(struct pg *db, struct arena *a, struct costrow_budget **out,
    size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &costrow_standing, NULL, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct costrow_budget){
			.campaign = text(a, rows, i, 0),
			.from = text(a, rows, i, 1),
			.to = text(a, rows, i, 2),
			.amount = text(a, rows, i, 3),
			.spent = text(a, rows, i, 4),
			.left = text(a, rows, i, 5),
			.currency = text(a, rows, i, 6),
			.is_over = is_true(rows, i, 7) };
	return e;
}

enum err
costrow_campaigns(struct pg *db, struct arena *a, struct str **out,
    size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &costrow_keys, NULL, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = text(a, rows, i, 0);
	return e;
}
