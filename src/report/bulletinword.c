/* Implements bulletinword.h; the sentences are in base/phrase. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "form/date.h"
#include "report/bulletin.h"
#include "report/calendar.h"
#include "report/chart.h"
#include "report/quantity.h"

#include "report/bulletinword.h"

#define LABEL_BYTES 32
#define NAME_BYTES_MAX (BULLETIN_NAME_CHARS_MAX * 4 + 8)

static const char *const weekdays[LANG_COUNT][7] = {
	[LANG_FR] = { "lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim." },
	[LANG_EN] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" },
};
static const char *const months[LANG_COUNT][12] = {
	[LANG_FR] = { "janv.", "févr.", "mars", "avr.", "mai", "juin",
	    "juil.", "août", "sept.", "oct.", "nov.", "déc." },
	[LANG_EN] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	    "Sep", "Oct", "Nov", "Dec" },
};

static bool
is_week(const struct bulletin *b)
{
	return b->period == BULLETIN_WEEK;
}

static struct quantity_style
style_of(const struct bulletin *b, enum lang l)
{
	return (struct quantity_style){ l, b->currency };
}

struct str
bulletinword_day(struct arena *a, struct str day, enum lang l)
{
	int64_t n;

	return date_parse(day, &n) ? day : date_text(a, n, l);
}

struct str
bulletinword_title(struct arena *a, const struct bulletin *b, enum lang l)
{
	return phrase_fill_all(a, is_week(b) ? PHRASE_REPORT_WEEK :
	    PHRASE_REPORT_MONTH, l, (struct str[]){
	    bulletinword_day(a, b->from, l), bulletinword_day(a, b->to, l) },
	    2);
}

struct str
bulletinword_now(const struct bulletin *b, enum lang l)
{
	return phrase_in(is_week(b) ? PHRASE_REPORT_NOW_WEEK :
	    PHRASE_REPORT_NOW_MONTH, l);
}

struct str
bulletinword_before(const struct bulletin *b, enum lang l)
{
	return phrase_in(is_week(b) ? PHRASE_REPORT_BEFORE_WEEK :
	    PHRASE_REPORT_BEFORE_MONTH, l);
}

static double
number_of(const struct kpi_value *v)
{
	return v->is_known ? v->number : NAN;
}

static struct str
between(struct arena *a, const struct quantity_style *s, enum kpi_unit u,
    const struct kpi_value *v)
{
	struct str low;

	if (!v->is_known || !v->has_interval)
		return STR_EMPTY;
	low = quantity_text(a, s, u, v->low);
	return isfinite(v->high) ? phrase_fill_all(a, PHRASE_REPORT_BETWEEN,
	    s->lang, (struct str[]){ low, quantity_text(a, s, u, v->high) },
	    2) : phrase_fill(a, PHRASE_REPORT_AT_LEAST, s->lang, low);
}

struct bulletinword_figure
bulletinword_figure(struct arena *a, const struct bulletin *b,
    enum kpi_figure f, enum lang l)
{
	const struct kpi_definition *d = kpi_definition(f);
	const struct quantity_style s = style_of(b, l);
	const struct kpi_value *now = &b->total.now[f];
	const struct kpi_value *before = &b->total.before[f];

	return (struct bulletinword_figure){
		.name = str_of(d->name[l]),
		.text = str_of(d->text[l]),
		.now = quantity_text(a, &s, d->unit, number_of(now)),
		.between = between(a, &s, d->unit, now),
		.before = quantity_text(a, &s, d->unit, number_of(before)),
		.change = now->is_immature ? STR("n/a") : quantity_change(a,
		    &s, d->unit, number_of(now), number_of(before)),
		.is_young = now->is_immature,
	};
}

struct str
bulletinword_value(struct arena *a, const struct bulletin *b,
    const struct bulletin_row *r, enum kpi_figure f, enum lang l)
{
	const struct quantity_style s = style_of(b, l);

	return quantity_text(a, &s, kpi_definition(f)->unit,
	    number_of(&r->now[f]));
}

struct str
bulletinword_name(struct arena *a, const struct bulletin_row *r, enum lang l)
{
	size_t bytes = 0;

	if (r->kind != KPI_CELL)
		return phrase_in(PHRASE_REPORT_NAMELESS, l);
	for (size_t n = 0; n < BULLETIN_NAME_CHARS_MAX && bytes < r->name.n;
	    n++) {
		size_t step = str_utf8_step(str_slice(r->name, bytes,
		    r->name.n));

		bytes += step ? step : 1;
	}
	return bytes == r->name.n ? r->name : buf_fmt(a, NAME_BYTES_MAX,
	    "%.*s…", (int)bytes, r->name.p);
}

struct str
bulletinword_young(struct arena *a, const struct bulletin *b, enum lang l)
{
	char days[STR_I64_BYTES];

	for (size_t i = 0; i < KPI_FIGURES; i++)
		if (b->total.now[i].is_immature)
			return phrase_fill(a, PHRASE_REPORT_YOUNG_NOTE, l,
			    str_from_i64(days, b->mature_days));
	return STR_EMPTY;
}

struct str
bulletinword_aside(struct arena *a, const struct bulletin *b, enum lang l)
{
	char forms[STR_I64_BYTES];

	return !b->quarantined ? STR_EMPTY : phrase_fill(a,
	    PHRASE_REPORT_ASIDE, l, str_from_i64(forms, b->quarantined));
}

/* What a point is called: short, as an axis has little room. */
static struct str
label_of(struct arena *a, const struct bulletin *b,
    enum bulletinword_chart which, struct str day, enum lang l)
{
	struct calendar_date d;
	int64_t n;

	if (calendar_parse(day, &n))
		return day;
	d = calendar_date(n);
	if (which == BULLETINWORD_DAYS && is_week(b))
		return str_of(weekdays[l][calendar_weekday(n)]);
	if (which == BULLETINWORD_DAYS)
		return buf_fmt(a, LABEL_BYTES, "%d", d.day);
	if (!is_week(b))
		return str_of(months[l][d.month - 1]);
	return l == LANG_FR ? buf_fmt(a, LABEL_BYTES, "%02d/%02d", d.day,
	    d.month) : buf_fmt(a, LABEL_BYTES, "%d %s", d.day,
	    months[l][d.month - 1]);
}

static void
set_days(struct arena *a, const struct bulletin *b, struct chart *c)
{
	enum lang l = c->style.lang;

	c->id = STR("days");
	c->title = phrase_in(PHRASE_REPORT_DAYS, l);
	c->text = phrase_fill_all(a, PHRASE_REPORT_DAYS_TEXT, l,
	    (struct str[]){ quantity_text(a, &c->style, KPI_COUNT,
	    number_of(&b->total.now[KPI_LEADS])), quantity_text(a, &c->style,
	    KPI_COUNT, number_of(&b->total.before[KPI_LEADS])) }, 2);
	c->before.name = bulletinword_before(b, l);
}

static void
set_trend(struct arena *a, const struct bulletin *b, struct chart *c)
{
	enum lang l = c->style.lang;
	double low = NAN, high = NAN;

	for (size_t i = 0; i < c->points; i++) {
		low = fmin(low, c->now.value[i]);
		high = fmax(high, c->now.value[i]);
	}
	c->id = STR("trend");
	c->title = phrase_in(is_week(b) ? PHRASE_REPORT_TREND_WEEK :
	    PHRASE_REPORT_TREND_MONTH, l);
	c->text = phrase_fill_all(a, PHRASE_REPORT_TREND_TEXT, l,
	    (struct str[]){ quantity_text(a, &c->style, KPI_COUNT,
	    c->points ? c->now.value[c->points - 1] : NAN),
	    quantity_text(a, &c->style, KPI_COUNT, low),
	    quantity_text(a, &c->style, KPI_COUNT, high) }, 3);
	c->before.value = NULL;
}

struct str
bulletinword_chart(struct arena *a, const struct bulletin *b,
    enum bulletinword_chart which, enum lang l, bool is_alone)
{
	bool is_days = which == BULLETINWORD_DAYS;
	const struct bulletin_point *p = is_days ? b->day : b->trend;
	size_t points = is_days ? b->days : b->trends;
	double *now = arena_array(a, points, sizeof *now);
	double *before = arena_array(a, points, sizeof *before);
	struct str *label = arena_array(a, points, sizeof *label);
	struct chart c = { .style = style_of(b, l), .unit = KPI_COUNT,
		.points = points, .label = label, .now = { .value = now },
		.before = { .value = before }, .ripe = points,
		.is_alone = is_alone };

	for (size_t i = 0; i < points; i++) {
		now[i] = number_of(&p[i].leads);
		before[i] = number_of(&p[i].before);
		label[i] = label_of(a, b, which, p[i].day, l);
	}
	c.now.name = bulletinword_now(b, l);
	if (is_days)
		set_days(a, b, &c);
	else
		set_trend(a, b, &c);
	return chart_svg(a, &c);
}

static void
add_figures(struct buf *out, struct arena *a, const struct bulletin *b,
    enum lang l)
{
	for (size_t i = 0; bulletin_headline(i) != KPI_FIGURES; i++) {
		struct bulletinword_figure f = bulletinword_figure(a, b,
		    bulletin_headline(i), l);

		buf_add(out, phrase_fill_all(a, f.is_young ?
		    PHRASE_REPORT_LINE_YOUNG : PHRASE_REPORT_LINE, l,
		    (struct str[]){ f.name, f.now, f.before, f.change },
		    f.is_young ? 2 : 4));
		buf_byte(out, '\n');
	}
}

struct str
bulletinword_text(struct arena *a, const struct bulletin *b, enum lang l)
{
	struct str young = bulletinword_young(a, b, l);
	struct str aside = bulletinword_aside(a, b, l);
	struct buf out;

	buf_init(&out, a, BULLETINWORD_TEXT_BYTES_MAX);
	add_figures(&out, a, b, l);
	if (young.n)
		buf_addf(&out, "\n%.*s\n", STR_ARG(young));
	if (aside.n)
		buf_addf(&out, "\n%.*s\n", STR_ARG(aside));
	if (b->cells)
		buf_addf(&out, "\n%.*s\n", STR_ARG(phrase_in(
		    PHRASE_REPORT_CAMPAIGNS, l)));
	for (size_t i = 0; i < b->cells; i++) {
		const struct bulletin_row *r = &b->cell[i];

		buf_add(&out, phrase_fill_all(a, PHRASE_REPORT_CAMPAIGN_LINE,
		    l, (struct str[]){ bulletinword_name(a, r, l),
		    bulletinword_value(a, b, r, KPI_LEADS, l),
		    bulletinword_value(a, b, r, KPI_COST_LEAD, l) }, 3));
		buf_byte(&out, '\n');
	}
	buf_addf(&out, "\n%.*s", STR_ARG(phrase_in(PHRASE_REPORT_NOTE, l)));
	return buf_str(&out);
}
