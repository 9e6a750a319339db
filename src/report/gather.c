/* Implements gather.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/calendar.h"
#include "store/pg.h"

#include "report/gather.h"

#define WEEK 7
#define WAIT_MS 60000
#define COUNT_BYTES 24
#define DIGITS(n) #n
#define TEXT(n) DIGITS(n)

/*
 * The counts that piste.figures() sums, by day and cell: it tells one or the
 * other.  What has no name, and what is too many, is nobody's to mend; of what
 * is over there is nothing to judge.
 */
SQL(gather_counts, 5,
    "WITH part AS (SELECT f.cell, f.day, sum(f.conversions) AS conversions,"
    " sum(f.visitors) AS visitors, sum(f.leads) AS leads,"
    " sum(f.cost) FILTER (WHERE f.currency = $5) AS cost,"
    " sum(f.robots) AS robots, sum(f.views) AS views"
    " FROM piste.figure_day AS f WHERE f.split = $1"
    " AND f.day BETWEEN $2::date AND $3::date AND f.is_synthetic = $4"
    " AND ($1 = '' OR f.cell NOT IN ('', '*')) GROUP BY f.cell, f.day),"
    " judged AS (SELECT p.cell FROM part AS p GROUP BY p.cell"
    " HAVING max(p.day) > $3::date - " TEXT(WEEK)
    " ORDER BY sum(p.visitors) DESC NULLS LAST, p.cell"
    " LIMIT " TEXT(GATHER_SERIES_MAX) ")"
    " SELECT p.cell, p.day - $2::date, coalesce(p.conversions, 0)::bigint,"
    " coalesce(p.visitors, 0)::bigint, coalesce(p.leads, 0)::bigint,"
    " (coalesce(p.cost, 0) * 100)::bigint, coalesce(p.robots, 0)::bigint,"
    " coalesce(p.views, 0)::bigint FROM part AS p JOIN judged AS j"
    " ON j.cell = p.cell ORDER BY p.cell, p.day");
enum count { DAY = 1, CONVERSIONS, VISITORS, LEADS, COST, ROBOTS, VIEWS,
	COUNTS };

/* One wish to kpi after the other. */
struct gather {
	struct pg *db;
	struct arena *a;
	const struct gather_wish *w;
};

/* The sum, which has no split, also of the period before. */
static enum err
ask(const struct gather *g, const char *split, const int64_t span[2],
    struct kpi *out)
{
	return kpi_read(g->db, g->a, &(struct kpi_wish){
	    .split = str_of(split), .from = calendar_text(g->a, span[0]),
	    .to = calendar_text(g->a, span[1]), .currency = g->w->currency,
	    .zone = g->w->zone, .is_synthetic = g->w->is_synthetic,
	    .has_before = !*split }, out);
}

static enum err
ask_total(const struct gather *g, const int64_t span[2],
    struct bulletin *out)
{
	const struct kpi_cell *c;
	struct kpi k;
	enum err e = ask(g, "", span, &k);

	if (e)
		return e;
	c = &k.cell[k.cells - 1];
	out->total.kind = KPI_TOTAL;
	memcpy(out->total.now, c->value, sizeof c->value);
	memcpy(out->total.before, c->before, sizeof c->before);
	out->before_from = k.before_from;
	out->before_to = k.before_to;
	out->mature_days = k.mature_days;
	out->quarantined = k.quarantined;
	return OK;
}

/* The beginning of the period that is so many after from's. */
static int64_t
begin(enum bulletin_period p, int64_t from, int after)
{
	return p == BULLETIN_WEEK ? from + (int64_t)after * WEEK :
	    calendar_month(from, after);
}

static bool
is_more(const struct kpi_cell *a, const struct kpi_cell *b)
{
	return a->value[KPI_LEADS].number > b->value[KPI_LEADS].number;
}

/* Those with most leads, in that order; all the others are left out. */
static enum err
ask_cells(const struct gather *g, const int64_t span[2], struct bulletin *out)
{
	const struct kpi_cell *best[BULLETIN_CELLS_MAX];
	struct kpi k;
	enum err e = ask(g, "campaign", span, &k);

	for (size_t i = 0; !e && i + 1 < k.cells; i++) {
		const struct kpi_cell *c = &k.cell[i];
		size_t at = out->cells;

		while (at > 0 && is_more(c, best[at - 1]))
			at--;
		if (c->kind == KPI_OTHERS || at == BULLETIN_CELLS_MAX)
			continue;
		out->cells += out->cells < BULLETIN_CELLS_MAX;
		memmove(best + at + 1, best + at, (out->cells - at - 1) *
		    sizeof *best);
		best[at] = c;
	}
	for (size_t i = 0; i < out->cells; i++) {
		out->cell[i].kind = best[i]->kind;
		out->cell[i].name = best[i]->name;
		memcpy(out->cell[i].now, best[i]->value,
		    sizeof out->cell[i].now);
	}
	return e;
}

/* Leads of days from since on, each of them. */
struct days {
	int64_t since;
	int64_t leads[KPI_DAILY_DAYS_MAX];
};

static enum err
ask_days(const struct gather *g, int64_t since, int64_t last,
    struct days *out)
{
	struct kpi k;
	int64_t day;
	enum err e = ask(g, "day", (int64_t[]){ since, last }, &k);

	*out = (struct days){ .since = since };
	for (size_t i = 0; !e && i + 1 < k.cells; i++)
		if (!calendar_parse(k.cell[i].name, &day))
			out->leads[day - since] =
			    k.cell[i].value[KPI_LEADS].part;
	return e;
}

static struct kpi_value
leads_of(const struct gather *g, const struct days *d, int64_t from,
    int64_t to)
{
	int64_t sum = 0;

	for (int64_t day = from; day <= to; day++)
		sum += d->leads[day - d->since];
	return (struct kpi_value){ .is_known = true, .number = (double)sum,
		.part = sum, .of = KPI_UNKNOWN, .text = buf_fmt(g->a,
		COUNT_BYTES, "%lld", (long long)sum) };
}

/* A day's fellow is the weekday before, or the same day of a month. */
static void
add_days(const struct gather *g, const struct days *d, const int64_t span[2],
    int64_t before, struct bulletin *out)
{
	for (int64_t day = span[0]; day <= span[1] &&
	    out->days < BULLETIN_DAYS_MAX; day++) {
		int64_t fellow = before + (day - span[0]);
		struct bulletin_point *p = &out->day[out->days++];

		p->day = calendar_text(g->a, day);
		p->leads = leads_of(g, d, day, day);
		if (fellow < span[0])
			p->before = leads_of(g, d, fellow, fellow);
	}
}

static void
add_trend(const struct gather *g, const struct days *d, int64_t from,
    struct bulletin *out)
{
	for (int i = 1 - BULLETIN_TREND; i <= 0; i++) {
		int64_t day = begin(out->period, from, i);
		struct bulletin_point *p = &out->trend[out->trends++];

		p->day = calendar_text(g->a, day);
		p->leads = leads_of(g, d, day,
		    begin(out->period, from, i + 1) - 1);
	}
}

enum err
gather_bulletin(struct pg *db, struct arena *a, const struct gather_wish *w,
    enum bulletin_period period, struct str from, struct bulletin *out)
{
	const struct gather g = { db, a, w };
	struct days *days = ARENA_NEW(a, struct days);
	int64_t span[2], before;
	enum err e = calendar_parse(from, &span[0]);

	if (e)
		return e;
	memset(out, 0, sizeof *out);
	span[1] = begin(period, span[0], 1) - 1;
	before = begin(period, span[0], -1);
	out->period = period;
	out->currency = w->currency;
	out->from = calendar_text(a, span[0]);
	out->to = calendar_text(a, span[1]);
	e = ask_total(&g, span, out);
	if (!e)
		e = ask_cells(&g, span, out);
	if (!e)
		e = ask_days(&g, begin(period, span[0], 1 - BULLETIN_TREND),
		    span[1], days);
	if (e)
		return e;
	add_days(&g, days, span, before, out);
	add_trend(&g, days, span[0], out);
	return OK;
}

static struct gather_series *
find(struct gather_found *f, struct str name, struct arena *a)
{
	struct gather_series *last = f->count ? &f->series[f->count - 1] :
	    NULL;

	if (last && str_eq(last->name, name))
		return last;
	f->series[f->count].name = arena_copy(a, name);
	return &f->series[f->count++];
}

static void
keep(struct gather_found *f, struct arena *a, const struct pg_rows *rows,
    size_t row)
{
	struct gather_series *s = find(f, pg_value(rows, row, 0), a);
	int64_t n[COUNTS] = { 0 };

	for (size_t i = DAY; i < COUNTS; i++)
		(void)!str_i64(pg_value(rows, row, i), INT64_MIN, INT64_MAX,
		    &n[i]);
	s->conversion[n[DAY]] = (struct alarm_day){ (double)n[CONVERSIONS],
		(double)n[VISITORS] };
	s->cost[n[DAY]] = (struct alarm_day){ (double)n[LEADS],
		(double)n[COST] };
	s->robots[n[DAY]] = (struct alarm_day){ (double)n[ROBOTS],
		(double)(n[ROBOTS] + n[VIEWS]) };
}

enum err
gather_days(struct pg *db, struct arena *a, const struct gather_wish *w,
    const char *split, struct str last, struct gather_found *out)
{
	const struct pg_rows *rows;
	int64_t end;
	enum err e = calendar_parse(last, &end);

	*out = (struct gather_found){ arena_array(a, GATHER_SERIES_MAX,
		sizeof *out->series), 0 };
	if (!e)
		e = pg_run(db, &gather_counts, (struct str[]){ str_of(split),
		    calendar_text(a, end - (ALARM_DAYS - 1)), last,
		    PG_BOOL(w->is_synthetic), w->currency },
		    WAIT_MS, &rows);
	for (size_t i = 0; !e && i < pg_count(rows); i++)
		keep(out, a, rows, i);
	return e;
}
