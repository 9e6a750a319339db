/*
 * Implements kpi.h: counts come from piste.figures(); what is divided by what,
 * and what is known of which split, are tables here.
 */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/wilson.h"
#include "store/pg.h"

#include "track/kpi.h"

#define READ_MS 120000
#define VALUE_BYTES 64
#define Z 1.959963984540054	/* of 95 % */
#define SHARE_DIGITS 10000
#define DIGITS(n) #n
#define TEXT(n) DIGITS(n)

SQL(kpi_wish, 6,
    "SELECT w.mature_days, w.waiting, w.others, w.before_since,"
    " w.before_until, w.aside FROM piste.figure_wish($1, $2::date, $3::date,"
    " $4::boolean, $5, $6) AS w");
SQL(kpi_figures, 8,
    "SELECT piste.figure_counterpart($1, f.cell, $2::date, $8::date),"
    " f.views, f.robots, f.visitors, f.engaged, f.documents, f.leads,"
    " f.conversions, f.consented, f.mqls, f.sqls, f.opportunities,"
    " f.customers, f.mature_leads, f.mature_mqls, f.mature_sqls,"
    " f.mature_customers, f.orders, (f.won * 100)::bigint, f.margins,"
    " (f.margin * 100)::bigint, (f.cost * 100)::bigint, f.contact_minutes,"
    " f.order_days FROM piste.figures($1, $2::date, $3::date,"
    " $4::boolean, $5, " TEXT(KPI_CELLS_MAX) ", $6, $7::boolean) AS f");
SQL(kpi_count_days, 1,
    "SELECT t.done, t.due FROM piste.figure_turn($1, "
    TEXT(KPI_TURN_DAYS_MAX) ") AS t");
SQL(kpi_keep, 1,
    "SELECT piste.figure_upkeep(now() - make_interval(months => $1::int))");
SQL(kpi_count_all, 0, "SELECT piste.figure_all()");

/* What piste.figures() tells, in its order, and what follows from that. */
enum count { VIEWS, ROBOTS, VISITORS, ENGAGED, DOCUMENTS, LEADS, CONVERSIONS,
	CONSENTED, MQLS, SQLS, OPPORTUNITIES, CUSTOMERS, MATURE_LEADS,
	MATURE_MQLS, MATURE_SQLS, MATURE_CUSTOMERS, ORDERS, WON, MARGINS,
	MARGIN, COST, CONTACT_MINUTES, ORDER_DAYS,
	TOLD, BOUNCED = TOLD, RETURN, COUNTS };
#define NONE COUNTS

/* By which splits something is known: else it is nobody's in particular. */
enum known { ALWAYS, BY_VISITOR, BY_PAGE, BY_CAMPAIGN };

static const struct split {
	const char *name;
	bool has[BY_CAMPAIGN + 1];
} splits[] = {
	{ "campaign", { true, true, true, true } },
	{ "channel", { true, true, true, true } },
	{ "channel-group", { true, true, true, true } },
	{ "strategy", { true, true, true, true } },
	{ "offer", { true, true, true, true } },
	{ "page", { true, true, true, false } },
	{ "variant", { true, true, false, false } },
	{ "keyword", { true, true, false, false } },
	{ "country", { true, true, false, false } },
	{ "region", { true, true, false, false } },
	{ "source", { true, true, false, false } },
	{ "medium", { true, true, false, false } },
	{ "seller", { true, false, false, false } },
	{ "day", { true, true, true, true } },
	{ "week", { true, true, true, true } },
	{ "month", { true, true, true, true } },
};

static const struct rule {
	enum count part;
	enum count of;		/* NONE: a count, or an amount */
	enum known known;
	enum count mature_part;	/* of mature leads where there are any */
	enum count mature_of;
} rules[KPI_FIGURES] = {
	[KPI_VIEWS] = { VIEWS, NONE, BY_VISITOR, NONE, NONE },
	[KPI_VISITORS] = { VISITORS, NONE, BY_VISITOR, NONE, NONE },
	[KPI_ROBOTS] = { ROBOTS, NONE, BY_VISITOR, NONE, NONE },
	[KPI_BOUNCE] = { BOUNCED, VISITORS, BY_VISITOR, NONE, NONE },
	[KPI_LEADS] = { LEADS, NONE, ALWAYS, NONE, NONE },
	[KPI_CONVERSION] = { CONVERSIONS, VISITORS, BY_VISITOR, NONE, NONE },
	[KPI_DOWNLOADS] = { DOCUMENTS, NONE, BY_PAGE, NONE, NONE },
	[KPI_CONSENTED] = { CONSENTED, NONE, ALWAYS, NONE, NONE },
	[KPI_MQLS] = { MQLS, NONE, ALWAYS, NONE, NONE },
	[KPI_SQLS] = { SQLS, NONE, ALWAYS, NONE, NONE },
	[KPI_OPPORTUNITIES] = { OPPORTUNITIES, NONE, ALWAYS, NONE, NONE },
	[KPI_CUSTOMERS] = { CUSTOMERS, NONE, ALWAYS, NONE, NONE },
	[KPI_MQL_RATE] = { MQLS, LEADS, ALWAYS, MATURE_MQLS, MATURE_LEADS },
	[KPI_SQL_RATE] = { SQLS, MQLS, ALWAYS, MATURE_SQLS, MATURE_MQLS },
	[KPI_TRANSFORMATION] = { CUSTOMERS, LEADS, ALWAYS, MATURE_CUSTOMERS,
	    MATURE_LEADS },
	[KPI_COST] = { COST, NONE, BY_CAMPAIGN, NONE, NONE },
	[KPI_COST_VISITOR] = { COST, VISITORS, BY_CAMPAIGN, NONE, NONE },
	[KPI_COST_LEAD] = { COST, LEADS, BY_CAMPAIGN, NONE, NONE },
	[KPI_COST_MQL] = { COST, MQLS, BY_CAMPAIGN, NONE, NONE },
	[KPI_COST_SQL] = { COST, SQLS, BY_CAMPAIGN, NONE, NONE },
	[KPI_COST_CUSTOMER] = { COST, CUSTOMERS, BY_CAMPAIGN, NONE, NONE },
	[KPI_TURNOVER] = { WON, NONE, ALWAYS, NONE, NONE },
	[KPI_MARGIN] = { MARGIN, NONE, ALWAYS, NONE, NONE },
	[KPI_LEAD_VALUE] = { MARGIN, LEADS, ALWAYS, NONE, NONE },
	[KPI_ROI] = { RETURN, COST, BY_CAMPAIGN, NONE, NONE },
	[KPI_CONTACT_TIME] = { CONTACT_MINUTES, NONE, ALWAYS, NONE, NONE },
	[KPI_ORDER_TIME] = { ORDER_DAYS, NONE, ALWAYS, NONE, NONE },
};

#define KPI(figure, key, unit, ripens, name_fr, text_fr, name_en, text_en) \
	[figure] = { key, unit, ripens, { [LANG_FR] = name_fr, \
	    [LANG_EN] = name_en }, { [LANG_FR] = text_fr, \
	    [LANG_EN] = text_en } },
static const struct kpi_definition definitions[KPI_FIGURES] = {
#include "track/kpi.def"
};
#undef KPI

const struct kpi_definition *
kpi_definition(enum kpi_figure figure)
{
	return &definitions[figure];
}

const char *
kpi_unit(enum kpi_unit unit)
{
	static const char *const names[] = { [KPI_COUNT] = "count",
		[KPI_SHARE] = "share", [KPI_MONEY] = "money",
		[KPI_MINUTES] = "minutes", [KPI_DAYS] = "days" };

	return names[unit];
}

const char *
kpi_split(size_t split)
{
	return split < sizeof splits / sizeof *splits ? splits[split].name :
	    NULL;
}

/* Rounded, a half away from zero; of is above zero. */
static int64_t
divide(__int128 part, int64_t of)
{
	return (int64_t)((part * 2 + (part < 0 ? -of : of)) /
	    ((__int128)of * 2));
}

/* 12345 of two digits: "123.45". */
static struct str
decimal(struct arena *a, int64_t v, int digits)
{
	int64_t unit = digits == 2 ? 100 : SHARE_DIGITS;
	int64_t size = v < 0 ? -v : v;

	return buf_fmt(a, VALUE_BYTES, "%s%lld.%0*lld", v < 0 ? "-" : "",
	    (long long)(size / unit), digits, (long long)(size % unit));
}

static void
take_number(struct arena *a, enum kpi_unit unit, struct kpi_value *v)
{
	bool is_whole = v->of == KPI_UNKNOWN;
	int64_t of = is_whole ? 1 : v->of, cents;

	v->is_known = true;
	v->number = (double)v->part / (double)of;
	if (unit == KPI_MONEY) {
		cents = divide(v->part, of);
		v->number /= 100;
		v->text = decimal(a, cents, 2);
	} else if (unit == KPI_SHARE) {
		v->text = decimal(a, divide((__int128)v->part * SHARE_DIGITS,
		    of), 4);
	} else {
		v->text = buf_fmt(a, VALUE_BYTES, "%lld",
		    (long long)v->part);
	}
}

static void
take_share_interval(struct kpi_value *v)
{
	struct wilson w = wilson_interval(v->part, v->of, Z);

	v->has_interval = true;
	v->low = w.low;
	v->high = w.high;
}

/* Of as many as there were, by chance there might have been others. */
static void
take_cost_interval(struct kpi_value *v)
{
	double n = (double)v->of, cost = (double)v->part / 100;
	double half = Z * sqrt(n + Z * Z / 4);

	/* More was given back than paid. */
	if (cost < 0)
		return;
	v->has_interval = true;
	v->low = cost / (n + Z * Z / 2 + half);
	v->high = cost / (n + Z * Z / 2 - half);
}

static void
take_interval(enum kpi_figure figure, struct kpi_value *v)
{
	if (figure == KPI_ROI || figure == KPI_LEAD_VALUE ||
	    v->of == KPI_UNKNOWN)
		return;
	if (definitions[figure].unit == KPI_MONEY)
		take_cost_interval(v);
	else if (v->part >= 0 && v->part <= v->of)
		take_share_interval(v);
}

/* What of it can't be told, though it could be divided? */
static bool
is_untold(enum kpi_figure figure, const int64_t *n, bool is_young)
{
	switch (figure) {
	case KPI_MARGIN:
	case KPI_LEAD_VALUE:
		return n[ORDERS] && !n[MARGINS];
	case KPI_ROI:
		return n[ORDERS] ? !n[MARGINS] : is_young;
	case KPI_CONTACT_TIME:
		return n[CONTACT_MINUTES] == KPI_UNKNOWN;
	case KPI_ORDER_TIME:
		return n[ORDER_DAYS] == KPI_UNKNOWN;
	default:
		return false;
	}
}

static void
take_value(struct arena *a, enum kpi_figure figure, const int64_t *n,
    bool is_apart, struct kpi_value *v)
{
	const struct rule *r = &rules[figure];
	bool is_mature = r->mature_of != NONE && n[r->mature_of] > 0;
	bool is_young = n[LEADS] > n[MATURE_LEADS];

	*v = (struct kpi_value){ .of = KPI_UNKNOWN,
	    .part = n[is_mature ? r->mature_part : r->part],
	    .is_immature = definitions[figure].ripens && is_young &&
		!is_mature };
	if (r->of != NONE)
		v->of = n[is_mature ? r->mature_of : r->of];
	if (is_apart || is_untold(figure, n, is_young) ||
	    (r->of != NONE && v->of <= 0))
		return;
	take_number(a, definitions[figure].unit, v);
	take_interval(figure, v);
}

/*
 * Of cells that have a name what is not known by this split is n/a; in the
 * nameless one it is told, so that cells sum to the whole, but divided by
 * nothing.
 */
static bool
is_apart(const struct split *s, const struct kpi_cell *c,
    enum kpi_figure figure)
{
	const struct rule *r = &rules[figure];

	if (!s || c->kind == KPI_TOTAL || s->has[r->known])
		return false;
	return c->kind != KPI_NAMELESS || r->of != NONE;
}

static void
read_counts(const struct pg_rows *rows, size_t row, int64_t *n)
{
	for (size_t i = 0; i < TOLD; i++) {
		n[i] = KPI_UNKNOWN;
		if (!pg_is_null(rows, row, i + 1))
			(void)str_i64(pg_value(rows, row, i + 1), INT64_MIN,
			    INT64_MAX, &n[i]);
	}
	/* Who came to one cell may have done more in another. */
	n[BOUNCED] = n[VISITORS] > n[ENGAGED] ? n[VISITORS] - n[ENGAGED] : 0;
	n[RETURN] = n[MARGIN] - n[COST];
}

static void
read_cell(struct arena *a, const struct split *s, const struct pg_rows *rows,
    size_t row, struct kpi_cell *c)
{
	struct str name = pg_value(rows, row, 0);
	int64_t n[COUNTS + 1];

	*c = (struct kpi_cell){ .kind = pg_is_null(rows, row, 0) ? KPI_TOTAL :
	    !name.n ? KPI_NAMELESS : str_eq(name, STR("*")) ? KPI_OTHERS :
	    KPI_CELL, .name = arena_copy(a, name) };
	read_counts(rows, row, n);
	c->young = n[LEADS] - n[MATURE_LEADS];
	for (int i = 0; i < KPI_FIGURES; i++)
		take_value(a, i, n, is_apart(s, c, i), &c->value[i]);
}

static const struct split *
find_split(struct str name)
{
	for (size_t i = 0; kpi_split(i); i++)
		if (str_eq(name, str_of(kpi_split(i))))
			return &splits[i];
	return NULL;
}

/* Days, weeks and months are called as if the wish began on told_from. */
static enum err
read_cells(struct pg *db, struct arena *a, const struct kpi_wish *w,
    struct str told_from, struct kpi_cell **cell, size_t *cells)
{
	const struct split *s = find_split(w->split);
	const struct pg_rows *rows;
	enum err e = pg_run(db, &kpi_figures, (struct str[]){ w->split,
	    w->from, w->to, PG_BOOL(w->is_synthetic), w->currency,
	    w->zone, PG_BOOL(w->is_recount), told_from },
	    READ_MS, &rows);

	if (e)
		return e;
	*cells = pg_count(rows);
	*cell = arena_array(a, *cells, sizeof **cell);
	for (size_t i = 0; i < *cells; i++)
		read_cell(a, s, rows, i, &(*cell)[i]);
	return OK;
}

static void
take_change(struct arena *a, const struct kpi_value *now,
    const struct kpi_value *before, struct kpi_value *out)
{
	double share;

	*out = (struct kpi_value){ .part = KPI_UNKNOWN, .of = KPI_UNKNOWN };
	if (!now->is_known || !before->is_known || now->is_immature ||
	    before->is_immature || before->number <= 0)
		return;
	share = now->number / before->number - 1;
	out->is_known = true;
	out->number = share;
	out->text = decimal(a, llround(share * SHARE_DIGITS), 4);
}

static const struct kpi_cell *
find_cell(const struct kpi_cell *cell, size_t cells, const struct kpi_cell *c)
{
	for (size_t i = 0; i < cells; i++)
		if (cell[i].kind == c->kind && str_eq(cell[i].name, c->name))
			return &cell[i];
	return NULL;
}

static enum err
compare(struct pg *db, struct arena *a, const struct kpi_wish *w,
    struct kpi *out)
{
	struct kpi_wish earlier = *w;
	const struct kpi_cell *same;
	struct kpi_cell *cell;
	size_t cells;
	enum err e;

	earlier.from = out->before_from;
	earlier.to = out->before_to;
	e = read_cells(db, a, &earlier, w->from, &cell, &cells);
	for (size_t i = 0; !e && i < out->cells; i++) {
		struct kpi_cell *c = &out->cell[i];

		same = find_cell(cell, cells, c);
		for (int k = 0; k < KPI_FIGURES; k++) {
			c->before[k] = same ? same->value[k] :
			    (struct kpi_value){ .of = KPI_UNKNOWN };
			take_change(a, &c->value[k], &c->before[k],
			    &c->change[k]);
		}
	}
	return e;
}

enum err
kpi_read(struct pg *db, struct arena *a, const struct kpi_wish *w,
    struct kpi *out)
{
	const struct pg_rows *rows;
	enum err e = w->split.n && !find_split(w->split) ? ERR_INPUT :
	    pg_run(db, &kpi_wish, (struct str[]){ w->split, w->from, w->to,
	    PG_BOOL(w->is_synthetic), w->currency, w->zone },
	    READ_MS, &rows);

	if (e)
		return e;
	*out = (struct kpi){ 0 };
	(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &out->mature_days);
	(void)str_i64(pg_value(rows, 0, 1), 0, INT64_MAX, &out->waiting);
	out->others = arena_copy(a, pg_value(rows, 0, 2));
	out->before_from = arena_copy(a, pg_value(rows, 0, 3));
	out->before_to = arena_copy(a, pg_value(rows, 0, 4));
	(void)str_i64(pg_value(rows, 0, 5), 0, INT64_MAX, &out->quarantined);
	e = read_cells(db, a, w, w->from, &out->cell, &out->cells);
	return !e && w->has_before ? compare(db, a, w, out) : e;
}

enum err
kpi_turn(struct pg *db, struct str zone, int64_t *done, int64_t *left)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &kpi_count_days, &zone, READ_MS, &rows);

	*done = 0;
	*left = 0;
	if (!e) {
		(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, done);
		(void)str_i64(pg_value(rows, 0, 1), 0, INT64_MAX, left);
	}
	return e;
}

enum err
kpi_catch_up(struct pg *db, struct str zone, int turns, int64_t *left)
{
	int64_t done;
	int in_vain = 0;
	enum err e = OK;

	*left = 1;
	for (int i = 0; !e && *left && i < turns && in_vain < KPI_WAITS_MAX;
	    i++) {
		e = kpi_turn(db, zone, &done, left);
		in_vain = done ? 0 : in_vain + 1;
	}
	return e;
}

enum err
kpi_upkeep(struct pg *db, int64_t months)
{
	char text[STR_I64_BYTES];
	struct str param = str_from_i64(text, months);

	return pg_run(db, &kpi_keep, &param, READ_MS, NULL);
}

enum err
kpi_rebuild(struct pg *db)
{
	return pg_run(db, &kpi_count_all, NULL, READ_MS, NULL);
}

struct str
kpi_text(struct arena *a, enum kpi_unit unit, const struct kpi_value *v,
    struct str currency)
{
	if (!v->is_known)
		return STR("n/a");
	switch (unit) {
	case KPI_SHARE:
		return buf_fmt(a, VALUE_BYTES, "%.1f %%", v->number * 100);
	case KPI_MONEY:
		return buf_fmt(a, VALUE_BYTES, "%.*s %.*s", STR_ARG(v->text),
		    STR_ARG(currency));
	case KPI_MINUTES:
		return v->number < 60 ? buf_fmt(a, VALUE_BYTES, "%.0f min",
		    v->number) : buf_fmt(a, VALUE_BYTES, "%.1f h",
		    v->number / 60);
	case KPI_DAYS:
		return buf_fmt(a, VALUE_BYTES, "%.*s d", STR_ARG(v->text));
	default:
		return v->text;
	}
}
