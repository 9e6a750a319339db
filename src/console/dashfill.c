/* Implements dashfill.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "console/word.h"
#include "page/view.h"
#include "report/bulletinword.h"
#include "report/calendar.h"
#include "report/chart.h"

#include "console/dashfill.h"

#define TEXT_BYTES_MAX 1000
#define DAYS_BY_DAY 31		/* and fewer are told day by day */
#define DAYS_BY_WEEK 190
#define STAGES 6

static struct str
word(const struct dashfill *f, enum word w)
{
	return word_in(w, f->lang);
}

struct str
dashfill_split(struct str key, enum lang l)
{
	static const struct { const char *key; enum word word; } names[] = {
		{ "campaign", WORD_BY_CAMPAIGN },
		{ "channel", WORD_BY_CHANNEL },
		{ "channel-group", WORD_BY_GROUP },
		{ "strategy", WORD_BY_STRATEGY }, { "offer", WORD_BY_OFFER },
		{ "page", WORD_BY_PAGE }, { "variant", WORD_BY_VARIANT },
		{ "keyword", WORD_BY_KEYWORD }, { "country", WORD_BY_COUNTRY },
		{ "region", WORD_BY_REGION }, { "source", WORD_BY_SOURCE },
		{ "medium", WORD_BY_MEDIUM },
		{ "seller", WORD_BY_SELLER }, { "day", WORD_BY_DAY },
		{ "week", WORD_BY_WEEK }, { "month", WORD_BY_MONTH },
		{ "all", WORD_BY_ALL },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(key, str_of(names[i].key)))
			return word_in(names[i].word, l);
	return key;
}

struct str
dashfill_trend(struct str from, struct str to)
{
	int64_t first, last;

	if (calendar_parse(from, &first) || calendar_parse(to, &last))
		return STR("month");
	return last - first < DAYS_BY_DAY ? STR("day") :
	    last - first < DAYS_BY_WEEK ? STR("week") : STR("month");
}

static const struct kpi_cell *
total_of(const struct kpi *k)
{
	return &k->cell[k->cells - 1];
}

/* What names, values and definitions are told by. */
static struct bulletin *
bulletin_of(const struct dashfill *f)
{
	struct bulletin *b = ARENA_NEW(f->a, struct bulletin);

	*b = (struct bulletin){ .currency = f->wish->currency,
		.mature_days = f->kpi->mature_days, .total.kind = KPI_TOTAL };
	for (int i = 0; i < KPI_FIGURES; i++) {
		b->total.now[i] = total_of(f->kpi)->value[i];
		b->total.before[i] = total_of(f->kpi)->before[i];
	}
	return b;
}

static void
add_figure(const struct dashfill *f, struct view *v,
    const struct bulletin *b, enum kpi_figure figure)
{
	struct bulletinword_figure t = bulletinword_figure(f->a, b, figure,
	    f->lang);

	view_set(v, "FIGURE_NAME", t.name);
	view_set(v, "FIGURE_TEXT", t.text);
	view_set(v, "FIGURE_NOW", t.now);
	view_set(v, "FIGURE_BETWEEN", t.between);
	if (t.is_young)
		view_set(v, "FIGURE_YOUNG", STR("1"));
	if (!f->wish->has_before)
		return;
	view_set(v, "FIGURE_BEFORE", t.before);
	view_set(v, "FIGURE_CHANGE", t.change);
}

static void
keep_picture(struct dashfill *f, struct str name, const struct chart *c)
{
	f->picture[f->pictures++] = (struct shell_picture){ name,
		chart_svg(f->a, c) };
}

/* Points of time are cells that are named like their first day. */
static void
add_chart(struct dashfill *f, const struct kpi *k, enum kpi_figure figure,
    const char *id, struct str by)
{
	size_t most = k->cells - 1, points = most < CHART_POINTS_MAX ? most :
	    CHART_POINTS_MAX, first = most - points;
	double *value = arena_array(f->a, points, sizeof *value);
	struct str *label = arena_array(f->a, points, sizeof *label);
	const struct kpi_definition *d = kpi_definition(figure);
	struct str name = str_of(d->name[f->lang]);
	struct chart c = { .style = { f->lang, f->wish->currency },
		.unit = d->unit, .id = str_of(id), .points = points,
		.label = label, .ripe = points };

	for (size_t i = 0; i < points; i++) {
		const struct kpi_cell *cell = &k->cell[first + i];
		const struct kpi_value *v = &cell->value[figure];

		value[i] = v->is_known ? v->number : NAN;
		/* 2026-11-16 is "11-16", and a month "2026-11". */
		label[i] = cell->name.n > 7 ? str_slice(cell->name, 5,
		    cell->name.n) : cell->name;
		if (v->is_immature && c.ripe == points)
			c.ripe = i;
	}
	c.unripe = word(f, WORD_DASH_YOUNG);
	c.now = (struct chart_series){ name, value };
	c.title = word_fill(f->a, WORD_DASH_CHART, f->lang,
	    (struct str[]){ name, by }, 2);
	c.text = str_of(d->text[f->lang]);
	keep_picture(f, c.id, &c);
}

void
dashfill_charts(struct dashfill *f, const struct kpi *k, struct str split)
{
	struct str by = dashfill_split(split, f->lang);

	add_chart(f, k, KPI_LEADS, "leads", by);
	add_chart(f, k, KPI_CONVERSION, "conversion", by);
}

/* From those who came to those who bought; visitors would dwarf the rest. */
static void
add_funnel(struct dashfill *f)
{
	static const enum kpi_figure stage[STAGES - 1] = { KPI_LEADS, KPI_MQLS,
		KPI_SQLS, KPI_OPPORTUNITIES, KPI_CUSTOMERS };
	double value[STAGES - 1];
	struct str label[STAGES - 1];
	bool is_young = false;
	struct chart c = { .style = { f->lang, f->wish->currency },
		.unit = KPI_COUNT, .id = STR("funnel"), .points = STAGES - 1,
		.label = label, .ripe = STAGES - 1,
		.title = word(f, WORD_DASH_FUNNEL),
		.text = word(f, WORD_DASH_FUNNEL_TEXT) };

	for (size_t i = 0; i < STAGES - 1; i++) {
		const struct kpi_value *v = &total_of(f->kpi)->
		    value[stage[i]];

		value[i] = v->is_known ? v->number : NAN;
		label[i] = str_of(kpi_definition(stage[i])->name[f->lang]);
		is_young |= v->is_immature;
	}
	if (is_young)
		c.ripe = 1;
	c.unripe = word(f, WORD_DASH_YOUNG);
	c.now = (struct chart_series){ c.title, value };
	keep_picture(f, c.id, &c);
}

static struct str
name_cell(const struct dashfill *f, const struct kpi_cell *c)
{
	switch (c->kind) {
	case KPI_CELL:
		break;
	case KPI_NAMELESS:
		return word(f, WORD_LAB_UNKNOWN);
	case KPI_OTHERS:
		return word(f, WORD_LAB_OTHERS);
	case KPI_TOTAL:
		return word(f, WORD_DASH_ALL);
	}
	return c->name;
}

/* A cell's figures; what is immature is greyed. */
static void
add_row(const struct dashfill *f, struct view *row,
    const struct kpi_cell *cell, const enum kpi_figure *figure,
    size_t figures)
{
	const struct quantity_style s = { f->lang, f->wish->currency };

	view_set(row, "ROW_NAME", name_cell(f, cell));
	for (size_t i = 0; i < figures; i++) {
		const struct kpi_value *v = &cell->value[figure[i]];
		struct view *one = view_add(row, "CELL");

		view_set(one, "CELL_VALUE", quantity_text(f->a, &s,
		    kpi_definition(figure[i])->unit, v->is_known ? v->number :
		    NAN));
		if (v->is_immature)
			view_set(one, "CELL_YOUNG", STR("1"));
	}
}

static void
add_table(const struct dashfill *f, enum word title,
    const enum kpi_figure *figure, size_t figures)
{
	struct view *t = view_add(f->v, "TABLE");

	view_set(t, "TABLE_TITLE", word(f, title));
	view_set(t, "TABLE_BY", dashfill_split(f->wish->split.n ?
	    f->wish->split : STR("all"), f->lang));
	for (size_t i = 0; i < figures; i++) {
		const struct kpi_definition *d = kpi_definition(figure[i]);
		struct view *v = view_add(t, "COLUMN");

		view_set(v, "COLUMN_NAME", str_of(d->name[f->lang]));
		view_set(v, "COLUMN_TEXT", str_of(d->text[f->lang]));
	}
	for (size_t c = 0; c < f->kpi->cells; c++)
		add_row(f, view_add(t, "ROW"), &f->kpi->cell[c], figure,
		    figures);
}

static void
add_tables(const struct dashfill *f)
{
	static const enum kpi_figure gain[] = { KPI_VISITORS, KPI_LEADS,
		KPI_CONVERSION, KPI_COST, KPI_COST_LEAD, KPI_CUSTOMERS,
		KPI_MARGIN, KPI_ROI };
	static const enum kpi_figure seen[] = { KPI_VISITORS, KPI_VIEWS,
		KPI_ROBOTS, KPI_BOUNCE, KPI_LEADS, KPI_CONVERSION,
		KPI_DOWNLOADS, KPI_CONSENTED };
	static const enum kpi_figure stages[] = { KPI_LEADS, KPI_MQLS,
		KPI_SQLS, KPI_OPPORTUNITIES, KPI_CUSTOMERS, KPI_MQL_RATE,
		KPI_SQL_RATE, KPI_TRANSFORMATION, KPI_CONTACT_TIME,
		KPI_ORDER_TIME };
	static const enum kpi_figure money[] = { KPI_COST, KPI_COST_VISITOR,
		KPI_COST_LEAD, KPI_COST_MQL, KPI_COST_SQL, KPI_COST_CUSTOMER,
		KPI_TURNOVER, KPI_MARGIN, KPI_LEAD_VALUE, KPI_ROI };

	add_table(f, WORD_DASH_GAIN, gain, sizeof gain / sizeof *gain);
	add_table(f, WORD_DASH_SEEN, seen, sizeof seen / sizeof *seen);
	add_table(f, WORD_DASH_STAGES, stages,
	    sizeof stages / sizeof *stages);
	add_table(f, WORD_DASH_MONEY, money,
	    sizeof money / sizeof *money);
}

static void
add_notes(const struct dashfill *f, const struct bulletin *b)
{
	const struct kpi *k = f->kpi;
	struct kpi_value robots = total_of(k)->value[KPI_ROBOTS];

	view_set(f->v, "YOUNG_NOTE", word_number(f->a, WORD_DASH_YOUNG_NOTE,
	    f->lang, b->mature_days));
	if (robots.part > 0)
		view_set(f->v, "ROBOTS", word_number(f->a, WORD_DASH_ROBOTS,
		    f->lang, robots.part));
	if (k->quarantined)
		view_set(f->v, "ASIDE", word_number(f->a, WORD_DASH_ASIDE,
		    f->lang, k->quarantined));
	if (k->waiting)
		view_set(f->v, "WAITING", word_number(f->a,
		    WORD_DASH_WAITING, f->lang, k->waiting));
	if (k->others.n)
		view_set(f->v, "OTHER_CURRENCIES", word_fill(f->a,
		    WORD_DASH_CURRENCIES, f->lang, &k->others, 1));
	if (f->wish->has_before)
		view_set(f->v, "BEFORE", word_fill(f->a, WORD_DASH_BEFORE,
		    f->lang, (struct str[]){ k->before_from, k->before_to },
		    2));
}

static bool
is_empty(const struct kpi *k)
{
	const struct kpi_value *all = total_of(k)->value;

	return !all[KPI_VIEWS].part && !all[KPI_LEADS].part &&
	    !all[KPI_COST].part;
}

void
dashfill_all(struct dashfill *f)
{
	static const enum kpi_figure card[] = { KPI_VISITORS, KPI_LEADS,
		KPI_CONVERSION, KPI_COST_LEAD, KPI_CUSTOMERS, KPI_ROI };
	const struct bulletin *b = bulletin_of(f);

	if (is_empty(f->kpi))
		view_set(f->v, f->wish->is_synthetic ? "EMPTY" : "EMPTY_REAL",
		    STR("1"));
	else
		view_set(f->v, "FIGURES", STR("1"));
	for (size_t i = 0; i < sizeof card / sizeof *card; i++)
		add_figure(f, view_add(f->v, "CARD"), b, card[i]);
	add_funnel(f);
	add_tables(f);
	for (int i = 0; i < KPI_FIGURES; i++)
		add_figure(f, view_add(f->v, "ALL_ROW"), b,
		    (enum kpi_figure)i);
	add_notes(f, b);
}
