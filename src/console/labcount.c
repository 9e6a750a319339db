/* Implements labcount.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "console/labfill.h"
#include "console/word.h"
#include "experiment/reportword.h"
#include "page/view.h"

#include "console/labcount.h"

#define TEXT_BYTES_MAX 2000

static struct str
word(const struct labfill *f, enum word w)
{
	return word_in(w, f->cell.lang);
}

static struct str
whole(const struct labfill *f, int64_t n)
{
	return reportcell_whole(&f->cell, n);
}

/* "5.60 % (372/6646)"; a dash of nobody. */
static struct str
share(const struct labfill *f, struct stats_arm a)
{
	if (!a.n)
		return STR("–");
	return buf_fmt(f->cell.arena, TEXT_BYTES_MAX, "%.*s (%lld/%lld)",
	    STR_ARG(reportcell_percent(&f->cell, (double)a.x / (double)a.n,
	    2)), (long long)a.x, (long long)a.n);
}

static void
fill_split(struct labfill *f, struct view *v, bool is_bad, double once,
    double running)
{
	view_set(v, is_bad ? "SPLIT_BAD" : "SPLIT_GOOD", STR("1"));
	view_set(v, "SPLIT_P", word_fill(f->cell.arena, WORD_LAB_SPLIT_P,
	    f->cell.lang, (struct str[]){ reportcell_p(&f->cell, once),
	    reportcell_p(&f->cell, running) }, 2));
}

static struct str
left_of(struct labfill *f)
{
	const struct figures *g = f->report->figures;
	int64_t left = f->report->results->planned_visitors - g->visitors;
	struct str value[] = { whole(f, left), STR_EMPTY };

	if (left <= 0)
		return word(f, WORD_LAB_LEFT_NONE);
	if (!isfinite(g->days_left))
		return word_fill(f->cell.arena, WORD_LAB_LEFT_VISITORS,
		    f->cell.lang, value, 1);
	value[1] = whole(f, llround(ceil(g->days_left)));
	return word_fill(f->cell.arena, WORD_LAB_LEFT_DAYS, f->cell.lang,
	    value, 2);
}

static void
fill_weights(struct labfill *f)
{
	const struct results *r = f->report->results;
	const struct results_epoch *now = &r->epoch[r->epochs - 1];
	struct buf b;

	buf_init(&b, f->cell.arena, TEXT_BYTES_MAX);
	for (size_t k = 0; k < r->arms; k++)
		buf_addf(&b, "%s%.*s\u00a0%.*s", k ? ", " : "",
		    STR_ARG(r->arm[k].key), STR_ARG(reportcell_percent(
		    &f->cell, now->weight[k], 1)));
	view_set(f->v, "WEIGHTS", buf_str(&b));
}

static void
fill_counted(struct labfill *f)
{
	const struct figures *g = f->report->figures;
	const struct results *r = f->report->results;
	struct report_raw raw = report_raw(r);
	int64_t aside = 0;

	view_set(f->v, "COUNTED", buf_fmt(f->cell.arena, TEXT_BYTES_MAX,
	    "%lld / %lld", (long long)g->visitors, (long long)raw.visitors));
	view_set(f->v, "VIEWS", whole(f, raw.views));
	fill_weights(f);
	fill_split(f, view_add(f->v, "SPLIT"), g->srm.is_flagged ||
	    g->srm_seq_p < STATS_SRM_P, g->srm.p, g->srm_seq_p);
	if (g->activated) {
		struct view *v = view_add(f->v, "ACTIVATED");

		view_set(v, "ACTIVATED_N", whole(f, g->activated));
		fill_split(f, v, g->activated_is_odd, g->activated_srm.p,
		    g->activated_srm_seq_p);
	}
	if (!isnan(g->days_left))
		view_set(f->v, "LEFT", left_of(f));
	for (size_t i = 0; i < r->asides; i++)
		aside += r->aside[i].n;
	if (aside)
		view_set(f->v, "ASIDE", whole(f, aside));
}

static void
fill_excluded(struct labfill *f)
{
	const struct results *r = f->report->results;
	bool is_any = false;

	for (size_t i = 0; i < r->reasons; i++) {
		struct view *v;

		if (!r->reason[i].n)
			continue;
		v = view_add(f->v, "EXCLUDED_ROW");
		view_set(v, "REASON", reportword_of(r->reason[i].name,
		    f->cell.lang));
		view_set(v, "REASON_N", whole(f, r->reason[i].n));
		is_any = true;
	}
	view_set(f->v, is_any ? "EXCLUDED" : "EXCLUDED_NONE", STR("1"));
}

static void
fill_quality(struct labfill *f)
{
	static const struct {
		const char *marker;
		enum results_measure n, x;
	} columns[] = {
		{ "Q_LEADS", RESULTS_MATURE_VISITORS, RESULTS_MATURE_LEADS },
		{ "Q_MQLS", RESULTS_MQL_VISITORS, RESULTS_MQLS },
		{ "Q_SQLS", RESULTS_SQL_VISITORS, RESULTS_SQLS },
		{ "Q_CUSTOMERS", RESULTS_CUSTOMER_VISITORS,
		    RESULTS_CUSTOMERS },
	};
	const struct results *r = f->report->results;

	if (r->epochs > 1)
		view_set(f->v, "QUALITY_EPOCHS", STR("1"));
	for (size_t k = 0; k < r->arms; k++) {
		struct results_cell cell = results_sum(r, r->looks - 1, k);
		struct view *v = view_add(f->v, "QUALITY_ROW");

		view_set(v, "ARM", r->arm[k].key);
		for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
			view_set(v, columns[i].marker, share(f,
			    (struct stats_arm){ cell.n[columns[i].n],
			    cell.n[columns[i].x] }));
	}
}

static void
fill_rails(struct labfill *f)
{
	const struct results *r = f->report->results;

	if (r->guardrails)
		view_set(f->v, "RAILS", STR("1"));
	for (size_t i = 0; i < r->guardrails; i++) {
		const struct results_guardrail *g = &r->guardrail[i];
		struct str name = reportword_of(str_of(report_metric(
		    g->metric)), f->cell.lang);
		struct str margin = reportcell_lift(&f->cell, g->metric ==
		    RESULTS_METRIC_CONSENT ? -g->margin : g->margin);

		for (size_t k = 0; k < r->arms; k++) {
			struct view *v = view_add(f->v, "RAIL_ROW");

			view_set(v, "RAIL", name);
			view_set(v, "RAIL_MARGIN", margin);
			view_set(v, "ARM", r->arm[k].key);
			view_set(v, "RAIL_SHARE", share(f,
			    f->report->figures->arm[k].metric[i]));
			if (k)
				view_set(v, f->report->figures->pair[k - 1]
				    .is_breached[i] ? "RAIL_BROKEN" :
				    "RAIL_KEPT", STR("1"));
		}
	}
}

static struct str
name_slice(const struct labfill *f, struct str name)
{
	return !name.n ? word(f, WORD_LAB_UNKNOWN) : str_eq(name, STR("*")) ?
	    word(f, WORD_LAB_OTHERS) : reportword_of(name, f->cell.lang);
}

/* A segment's arm; what can't be claimed is greyed and shrunken. */
static void
fill_slice(struct labfill *f, struct view *list, const struct slices *s,
    size_t i, size_t k)
{
	struct view *v = view_add(list, "SLICE");
	const struct strata_figure *g = k ? &s->treatment[k - 1].figure[i] :
	    NULL;

	view_set(v, "SLICE_NAME", name_slice(f, s->value[i].name));
	view_set(v, "ARM", f->report->results->arm[k].key);
	view_set(v, "SLICE_SHARE", share(f, s->value[i].arm[k]));
	if (!g)
		return;
	if (!g->ratio.is_known) {
		view_set(v, "SLICE_FAINT", STR("1"));
		view_set(v, "SLICE_LIFT", STR("–"));
		return;
	}
	view_set(v, g->is_claim ? "SLICE_CLAIM" : "SLICE_FAINT", STR("1"));
	view_set(v, "SLICE_LIFT", g->is_claim ? reportcell_lift(&f->cell,
	    expm1(g->ratio.theta)) : buf_fmt(f->cell.arena, TEXT_BYTES_MAX,
	    "(%.*s)", STR_ARG(reportcell_lift(&f->cell,
	    expm1(g->theta_shrunk)))));
}

static void
fill_slices(struct labfill *f)
{
	const struct results *r = f->report->results;

	if (!f->report->slices)
		return;
	for (size_t d = 0; d < SLICES_DIMENSIONS; d++) {
		const struct slices *s = &f->report->slices[d];
		struct view *list;

		if (!s->values)
			continue;
		view_set(f->v, "SLICES", STR("1"));
		list = view_add(f->v, "DIMENSION");
		view_set(list, "DIMENSION_NAME", reportword_of(str_of(
		    s->dimension), f->cell.lang));
		for (size_t i = 0; i < s->values; i++)
			for (size_t k = 0; k < r->arms; k++)
				fill_slice(f, list, s, i, k);
	}
}

void
labcount_all(struct labfill *f)
{
	fill_counted(f);
	fill_excluded(f);
	fill_quality(f);
	fill_rails(f);
	fill_slices(f);
}
