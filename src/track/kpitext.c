/* Implements kpitext.h. */
#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "track/kpi.h"

#include "track/kpitext.h"

const char *
kpitext_kind(int kind)
{
	static const char *const names[] = { [KPI_CELL] = "cell",
		[KPI_NAMELESS] = "unknown", [KPI_OTHERS] = "others",
		[KPI_TOTAL] = "total" };

	return names[kind];
}

/* The number as it stands, or "n/a". */
static void
add_number(struct buf *b, const struct kpi_value *v)
{
	buf_add(b, v->is_known ? v->text : STR("\"n/a\""));
}

static void
add_limit(struct buf *b, const char *name, double limit)
{
	buf_json_name(b, name);
	if (isfinite(limit))
		buf_addf(b, "%.4f", limit);
	else
		buf_add(b, STR("null"));
}

/* What is divided: money in its unit, all else as it is. */
static void
add_part(struct buf *b, enum kpi_unit unit, const struct kpi_value *v)
{
	if (v->of == KPI_UNKNOWN)
		return;
	buf_json_name(b, "part");
	buf_addf(b, unit == KPI_MONEY ? "%.2f" : "%.0f",
	    (double)v->part / (unit == KPI_MONEY ? 100 : 1));
	buf_json_name(b, "of");
	buf_addf(b, "%" PRId64, v->of);
}

static void
add_figure(struct buf *b, const struct kpi_definition *d,
    const struct kpi_value *v)
{
	buf_json_name(b, d->key);
	buf_byte(b, '{');
	buf_json_name(b, "value");
	add_number(b, v);
	buf_json_pair(b, "unit", str_of(kpi_unit(d->unit)));
	add_part(b, d->unit, v);
	if (v->has_interval) {
		add_limit(b, "low", v->low);
		add_limit(b, "high", v->high);
	}
	if (d->ripens) {
		buf_json_name(b, "immature");
		buf_add(b, v->is_immature ? STR("true") : STR("false"));
	}
}

static void
add_cell(struct buf *b, const struct kpi_wish *w, const struct kpi *k,
    const struct kpi_cell *c)
{
	buf_byte(b, '{');
	buf_json_pair(b, "by", w->split);
	buf_json_pair(b, "row", str_of(kpitext_kind(c->kind)));
	if (c->kind == KPI_CELL)
		buf_json_pair(b, "cell", c->name);
	buf_json_pair(b, "from", w->from);
	buf_json_pair(b, "to", w->to);
	buf_json_pair(b, "currency", w->currency);
	buf_json_name(b, "mature_after_days");
	buf_addf(b, "%" PRId64, k->mature_days);
	buf_json_name(b, "young_leads");
	buf_addf(b, "%" PRId64, c->young);
	buf_json_name(b, "waiting");
	buf_addf(b, "%" PRId64, k->waiting);
	buf_json_name(b, "quarantined");
	buf_addf(b, "%" PRId64, k->quarantined);
	if (k->others.n)
		buf_json_pair(b, "left_out", k->others);
	if (w->has_before) {
		buf_json_pair(b, "before_from", k->before_from);
		buf_json_pair(b, "before_to", k->before_to);
	}
	buf_json_name(b, "figures");
	buf_byte(b, '{');
	for (int i = 0; i < KPI_FIGURES; i++) {
		add_figure(b, kpi_definition(i), &c->value[i]);
		if (w->has_before) {
			buf_json_name(b, "before");
			add_number(b, &c->before[i]);
			buf_json_name(b, "change");
			add_number(b, &c->change[i]);
		}
		buf_byte(b, '}');
	}
	buf_add(b, STR("}}\n"));
}

void
kpitext_json(struct buf *b, const struct kpi_wish *w, const struct kpi *k)
{
	for (size_t i = 0; i < k->cells; i++)
		add_cell(b, w, k, &k->cell[i]);
}

static void
add_value(struct buf *b, const struct kpi_value *v)
{
	buf_byte(b, ',');
	buf_add(b, v->is_known ? v->text : STR("n/a"));
}

static void
add_head(struct buf *b, bool has_before)
{
	buf_add(b, STR("by,row,cell,from,to,currency,young_leads"));
	for (int i = 0; i < KPI_FIGURES; i++) {
		const char *key = kpi_definition(i)->key;

		buf_addf(b, ",%s", key);
		if (has_before)
			buf_addf(b, ",%s_before,%s_change", key, key);
	}
	buf_add(b, STR("\r\n"));
}

void
kpitext_csv(struct buf *b, const struct kpi_wish *w, const struct kpi *k)
{
	add_head(b, w->has_before);
	for (size_t i = 0; i < k->cells; i++) {
		const struct kpi_cell *c = &k->cell[i];

		buf_addf(b, "%.*s,%s,", STR_ARG(w->split),
		    kpitext_kind(c->kind));
		buf_csv(b, c->kind == KPI_CELL ? c->name : STR_EMPTY);
		buf_addf(b, ",%.*s,%.*s,%.*s,%" PRId64, STR_ARG(w->from),
		    STR_ARG(w->to), STR_ARG(w->currency), c->young);
		for (int f = 0; f < KPI_FIGURES; f++) {
			add_value(b, &c->value[f]);
			if (w->has_before) {
				add_value(b, &c->before[f]);
				add_value(b, &c->change[f]);
			}
		}
		buf_add(b, STR("\r\n"));
	}
}
