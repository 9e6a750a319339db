/* Implements funnel.h; who counts as what is piste.funnel()'s. */
#include "base/arena.h"
#include "base/buf.h"
#include "store/pg.h"

#include "lead/funnel.h"

#define READ_MS 120000
#define RATE_BYTES 32
#define DIGITS(n) #n
#define TEXT(n) DIGITS(n)
#define DAY_START(n) "((" n "::date)::timestamp AT TIME ZONE" \
    " piste.site_zone())"

SQL(funnel_rows, 4,
    "SELECT cell, visitors, visits, leads, mqls, sqls, opportunities,"
    " customers, young, mature_customers, days, won"
    " FROM piste.funnel($1, " DAY_START("$2")
    ", " DAY_START("$3") " + interval '1 day', $4::boolean, "
    TEXT(FUNNEL_CELLS_MAX) ")");
SQL(funnel_age, 4, "SELECT mature_days, aside FROM piste.figure_wish($1,"
    " $2::date, $3::date, $4::boolean, '', piste.site_zone())");

/* As piste.funnel_leads() knows them. */
static const char *const splits[] = { "campaign", "channel",
	"channel-group", "strategy", "source", "medium", "keyword", "page",
	"variant", "offer", "country", "region", "seller", "day", "week",
	"month" };

const char *
funnel_split(size_t split)
{
	return split < sizeof splits / sizeof *splits ? splits[split] : NULL;
}

static int64_t
whole(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	if (pg_is_null(rows, row, column))
		return FUNNEL_UNKNOWN;
	(void)str_i64(pg_value(rows, row, column), 0, INT64_MAX, &n);
	return n;
}

static enum funnel_kind
kind_of(const struct pg_rows *rows, size_t row)
{
	struct str name = pg_value(rows, row, 0);

	if (pg_is_null(rows, row, 0))
		return FUNNEL_TOTAL;
	return !name.n ? FUNNEL_NAMELESS : str_eq(name, STR("*")) ?
	    FUNNEL_OTHERS : FUNNEL_CELL;
}

static enum err
read_cells(struct pg *db, struct arena *a, const struct funnel_wish *w,
    struct funnel *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &funnel_rows, (struct str[]){ w->split,
	    w->from, w->to, PG_BOOL(w->is_synthetic) }, READ_MS,
	    &rows);

	out->cells = e ? 0 : pg_count(rows);
	out->cell = arena_array(a, out->cells, sizeof *out->cell);
	for (size_t i = 0; i < out->cells; i++)
		out->cell[i] = (struct funnel_cell){
			.kind = kind_of(rows, i),
			.name = arena_copy(a, pg_value(rows, i, 0)),
			.visitors = whole(rows, i, 1),
			.visits = whole(rows, i, 2),
			.leads = whole(rows, i, 3),
			.mqls = whole(rows, i, 4),
			.sqls = whole(rows, i, 5),
			.opportunities = whole(rows, i, 6),
			.customers = whole(rows, i, 7),
			.young = whole(rows, i, 8),
			.mature_customers = whole(rows, i, 9),
			.days = arena_copy(a, pg_value(rows, i, 10)),
			.won = arena_copy(a, pg_value(rows, i, 11)),
		};
	return e;
}

enum err
funnel_read(struct pg *db, struct arena *a, const struct funnel_wish *w,
    struct funnel *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &funnel_age, (struct str[]){
	    w->split, w->from, w->to, PG_BOOL(w->is_synthetic) },
	    READ_MS, &rows);

	if (e)
		return e;
	out->mature_days = whole(rows, 0, 0);
	out->quarantined = whole(rows, 0, 1);
	return read_cells(db, a, w, out);
}

static bool
has_rate(int64_t part, int64_t of)
{
	return part != FUNNEL_UNKNOWN && of != FUNNEL_UNKNOWN && of != 0;
}

struct str
funnel_percent(struct arena *a, int64_t part, int64_t of)
{
	return !has_rate(part, of) ? STR("n/a") : buf_fmt(a, RATE_BYTES,
	    "%.1f %%", 100.0 * (double)part / (double)of);
}

struct str
funnel_json(struct arena *a, int64_t part, int64_t of)
{
	return !has_rate(part, of) ? STR("\"n/a\"") : buf_fmt(a, RATE_BYTES,
	    "%.4f", (double)part / (double)of);
}
