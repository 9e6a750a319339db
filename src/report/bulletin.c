/* Implements bulletin.h. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"

#include "report/bulletin.h"

#define NUMBER_BYTES_MAX 40

static const char *const kinds[] = {
	[KPI_CELL] = "cell", [KPI_NAMELESS] = "nameless",
	[KPI_OTHERS] = "others", [KPI_TOTAL] = "total",
};

static const enum kpi_figure headlines[] = { KPI_VISITORS, KPI_LEADS,
	KPI_CONVERSION, KPI_COST, KPI_COST_LEAD, KPI_MQLS, KPI_CUSTOMERS,
	KPI_ROI };
static const enum kpi_figure columns[] = { KPI_VISITORS, KPI_LEADS,
	KPI_CONVERSION, KPI_COST, KPI_COST_LEAD, KPI_CUSTOMERS };

const char *
bulletin_period_name(enum bulletin_period p)
{
	return p == BULLETIN_WEEK ? "week" : "month";
}

enum kpi_figure
bulletin_headline(size_t at)
{
	return at < sizeof headlines / sizeof *headlines ? headlines[at] :
	    KPI_FIGURES;
}

enum kpi_figure
bulletin_column(size_t at)
{
	return at < sizeof columns / sizeof *columns ? columns[at] :
	    KPI_FIGURES;
}

static bool
is_something(const struct kpi_value *v)
{
	return v->is_known && v->number != 0;
}

bool
bulletin_is_quiet(const struct bulletin *b)
{
	static const enum kpi_figure asked[] = { KPI_VIEWS, KPI_VISITORS,
		KPI_LEADS, KPI_COST };

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		if (is_something(&b->total.now[asked[i]]) ||
		    is_something(&b->total.before[asked[i]]))
			return false;
	return true;
}

/* Endless is left out: JSON has no word for it. */
static void
add_number(struct buf *b, const char *name, double v)
{
	if (isfinite(v)) {
		buf_json_name(b, name);
		buf_addf(b, "%.17g", v);
	}
}

static void
add_value(struct buf *b, const char *name, const struct kpi_value *v)
{
	if (!v->is_known && !v->is_immature)
		return;
	buf_json_name(b, name);
	buf_byte(b, '{');
	if (v->is_known) {
		buf_json_pair(b, "text", v->text);
		add_number(b, "number", v->number);
	}
	if (v->has_interval) {
		add_number(b, "low", v->low);
		add_number(b, "high", v->high);
	}
	if (v->is_immature) {
		buf_json_name(b, "immature");
		buf_add(b, STR("true"));
	}
	buf_byte(b, '}');
}

static void
add_values(struct buf *b, const char *name, const struct kpi_value *v)
{
	buf_json_name(b, name);
	buf_byte(b, '{');
	for (size_t i = 0; i < KPI_FIGURES; i++)
		add_value(b, kpi_definition((enum kpi_figure)i)->key, &v[i]);
	buf_byte(b, '}');
}

static void
add_row(struct buf *b, const struct bulletin_row *r)
{
	buf_add(b, b->p[b->n - 1] == '}' ? STR(",{") : STR("{"));
	buf_json_pair(b, "row", str_of(kinds[r->kind]));
	buf_json_pair(b, "name", r->name);
	add_values(b, "now", r->now);
	if (r->kind == KPI_TOTAL)
		add_values(b, "before", r->before);
	buf_byte(b, '}');
}

static void
add_points(struct buf *b, const char *name, const struct bulletin_point *p,
    size_t points)
{
	buf_json_name(b, name);
	buf_byte(b, '[');
	for (size_t i = 0; i < points; i++, p++) {
		buf_add(b, i ? STR(",{") : STR("{"));
		buf_json_pair(b, "day", p->day);
		add_value(b, "leads", &p->leads);
		add_value(b, "before", &p->before);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

struct str
bulletin_write(struct arena *a, const struct bulletin *b)
{
	struct buf out;

	buf_init(&out, a, BULLETIN_BYTES_MAX);
	buf_byte(&out, '{');
	buf_json_pair(&out, "period", str_of(bulletin_period_name(b->period)));
	buf_json_pair(&out, "from", b->from);
	buf_json_pair(&out, "to", b->to);
	buf_json_pair(&out, "before_from", b->before_from);
	buf_json_pair(&out, "before_to", b->before_to);
	buf_json_pair(&out, "currency", b->currency);
	buf_json_name(&out, "mature_days");
	buf_addf(&out, "%lld", (long long)b->mature_days);
	buf_json_name(&out, "quarantined");
	buf_addf(&out, "%lld", (long long)b->quarantined);
	buf_json_name(&out, "rows");
	buf_byte(&out, '[');
	for (size_t i = 0; i < b->cells; i++)
		add_row(&out, &b->cell[i]);
	add_row(&out, &b->total);
	buf_byte(&out, ']');
	add_points(&out, "days", b->day, b->days);
	add_points(&out, "trend", b->trend, b->trends);
	buf_byte(&out, '}');
	return buf_str(&out);
}

static struct str
text_of(struct arena *a, const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	return arena_copy(a, (struct str){ json_string_value(v),
		json_string_length(v) });
}

static double
number_of(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	return json_is_number(v) ? json_number_value(v) : INFINITY;
}

static struct kpi_value
value_of(struct arena *a, const json_t *v)
{
	struct kpi_value out = { .part = KPI_UNKNOWN, .of = KPI_UNKNOWN };

	out.is_known = json_object_get(v, "text") != NULL;
	out.is_immature = json_is_true(json_object_get(v, "immature"));
	out.has_interval = json_object_get(v, "low") != NULL;
	out.text = text_of(a, v, "text");
	out.number = out.is_known ? number_of(v, "number") : 0;
	out.low = out.has_interval ? number_of(v, "low") : 0;
	out.high = out.has_interval ? number_of(v, "high") : 0;
	return out;
}

static void
read_values(struct arena *a, const json_t *from, struct kpi_value *out)
{
	for (size_t i = 0; i < KPI_FIGURES; i++)
		out[i] = value_of(a, json_object_get(from,
		    kpi_definition((enum kpi_figure)i)->key));
}

static void
read_row(struct arena *a, const json_t *from, struct bulletin *out)
{
	struct str kind = text_of(a, from, "row");
	struct bulletin_row *r = &out->total;
	enum kpi_kind k = KPI_CELL;

	while (k < KPI_TOTAL && !str_eq(kind, str_of(kinds[k])))
		k++;
	if (!str_eq(kind, str_of(kinds[k])) ||
	    (k != KPI_TOTAL && out->cells == BULLETIN_CELLS_MAX))
		return;
	if (k != KPI_TOTAL)
		r = &out->cell[out->cells++];
	r->kind = k;
	r->name = text_of(a, from, "name");
	read_values(a, json_object_get(from, "now"), r->now);
	read_values(a, json_object_get(from, "before"), r->before);
}

static size_t
read_points(struct arena *a, const json_t *list, struct bulletin_point *out,
    size_t max)
{
	size_t count = json_array_size(list);

	count = count < max ? count : max;
	for (size_t i = 0; i < count; i++) {
		const json_t *p = json_array_get(list, i);

		out[i] = (struct bulletin_point){ text_of(a, p, "day"),
			value_of(a, json_object_get(p, "leads")),
			value_of(a, json_object_get(p, "before")) };
	}
	return count;
}

enum err
bulletin_read(struct arena *a, struct str json, struct bulletin *out)
{
	json_error_t why;
	json_t *top = strictjson_read(json, &why);
	const json_t *rows = json_object_get(top, "rows");

	memset(out, 0, sizeof *out);
	out->from = text_of(a, top, "from");
	out->to = text_of(a, top, "to");
	out->before_from = text_of(a, top, "before_from");
	out->before_to = text_of(a, top, "before_to");
	out->currency = text_of(a, top, "currency");
	out->mature_days = json_integer_value(json_object_get(top,
	    "mature_days"));
	out->quarantined = json_integer_value(json_object_get(top,
	    "quarantined"));
	if (str_eq(text_of(a, top, "period"), STR("month")))
		out->period = BULLETIN_MONTH;
	for (size_t i = 0; i < json_array_size(rows); i++)
		read_row(a, json_array_get(rows, i), out);
	out->days = read_points(a, json_object_get(top, "days"), out->day,
	    BULLETIN_DAYS_MAX);
	out->trends = read_points(a, json_object_get(top, "trend"),
	    out->trend, BULLETIN_TREND);
	json_decref(top);
	return out->from.n && out->total.kind == KPI_TOTAL ? OK : ERR_INPUT;
}

/* What a line of the CSV is about. */
struct line {
	const char *section;
	struct str from;
	struct str to;
	struct str name;
	const struct kpi_definition *figure;
	const struct kpi_value *value;
};

static void
add_bound(struct buf *b, const struct kpi_value *v, double bound)
{
	buf_byte(b, ',');
	if (v->has_interval && isfinite(bound))
		buf_addf(b, "%.6g", bound);
}

static void
add_line(struct buf *b, const struct line *l)
{
	const struct kpi_value *v = l->value;

	buf_addf(b, "%s,%.*s,%.*s,", l->section, STR_ARG(l->from),
	    STR_ARG(l->to));
	buf_csv(b, l->name);
	buf_addf(b, ",%s,%s,%.*s", l->figure->key, kpi_unit(l->figure->unit),
	    STR_ARG(v->is_known ? v->text : STR("n/a")));
	add_bound(b, v, v->low);
	add_bound(b, v, v->high);
	buf_add(b, v->is_immature ? STR(",yes\r\n") : STR(",no\r\n"));
}

static void
add_figures(struct buf *b, struct line l, const struct kpi_value *v)
{
	for (size_t i = 0; i < KPI_FIGURES; i++) {
		l.figure = kpi_definition((enum kpi_figure)i);
		l.value = &v[i];
		add_line(b, &l);
	}
}

struct str
bulletin_csv(struct arena *a, const struct bulletin *b)
{
	struct line l = { "total", b->from, b->to, STR_EMPTY, NULL, NULL };
	struct buf out;

	buf_init(&out, a, BULLETIN_CSV_BYTES_MAX);
	buf_add(&out, STR("section,from,to,name,figure,unit,value,low,high,"
	    "immature\r\n"));
	add_figures(&out, l, b->total.now);
	l.section = "before";
	l.from = b->before_from;
	l.to = b->before_to;
	add_figures(&out, l, b->total.before);
	for (size_t i = 0; i < b->cells; i++) {
		const struct bulletin_row *r = &b->cell[i];

		add_figures(&out, (struct line){ "campaign", b->from, b->to,
		    r->kind == KPI_CELL ? r->name : buf_fmt(a,
		    NUMBER_BYTES_MAX, "(%s)", kinds[r->kind]), NULL, NULL },
		    r->now);
	}
	l = (struct line){ .section = "day", .figure =
		kpi_definition(KPI_LEADS) };
	for (size_t i = 0; i < b->days; i++) {
		l.from = l.to = b->day[i].day;
		l.value = &b->day[i].leads;
		add_line(&out, &l);
	}
	return buf_str(&out);
}
