/*
 * Implements report.h: the whole; what only some experiments have is
 * reportpart's.
 */
#include <math.h>

#include "base/arena.h"
#include "base/clock.h"
#include "experiment/jsonline.h"
#include "experiment/reportpart.h"
#include "experiment/sentence.h"
#include "experiment/value.h"

#include "experiment/report.h"

static json_t *
text(struct str s)
{
	return json_stringn(s.p ? s.p : "", s.n);
}

/* A moment as ISO 8601 in UTC; null for none. */
static json_t *
moment(int64_t ms)
{
	char iso[CLOCK_TEXT_BYTES];

	return ms ? text(clock_text(ms, iso)) : json_null();
}

static json_t *
whole(int64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
tell_counts(const struct results_cell *c)
{
	static const struct { const char *name; enum results_measure at; }
	told[] = {
		{ "visitors", RESULTS_VISITORS },
		{ "activated", RESULTS_ACTIVATED },
		{ "leads", RESULTS_LEADS },
		{ "consented_leads", RESULTS_CONSENTED },
		{ "posted", RESULTS_POSTED },
		{ "refused", RESULTS_REFUSED },
		{ "spam", RESULTS_SPAM },
		{ "mature_visitors", RESULTS_MATURE_VISITORS },
		{ "mature_leads", RESULTS_MATURE_LEADS },
		{ "mql_visitors", RESULTS_MQL_VISITORS },
		{ "mqls", RESULTS_MQLS },
		{ "sql_visitors", RESULTS_SQL_VISITORS },
		{ "sqls", RESULTS_SQLS },
		{ "customer_visitors", RESULTS_CUSTOMER_VISITORS },
		{ "customers", RESULTS_CUSTOMERS },
		{ "bots", RESULTS_BOTS },
		{ "multi_exposed", RESULTS_MULTI },
	};
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		json_object_set_new(out, told[i].name,
		    whole(c->n[told[i].at]));
	json_object_set_new(out, "value", jsonline_real(c->value));
	return out;
}

const char *
report_metric(enum results_metric metric)
{
	static const char *const names[] = {
		[RESULTS_METRIC_SPAM] = "spam",
		[RESULTS_METRIC_BOUNCE] = "bounce",
		[RESULTS_METRIC_ERROR] = "error",
		[RESULTS_METRIC_CONSENT] = "consent",
	};

	return names[metric];
}

static json_t *
tell_guardrails(const struct results *r, const struct figures *f, size_t arm)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->guardrails; i++) {
		struct stats_arm m = f->arm[arm].metric[i];

		json_array_append_new(list, json_pack(
		    "{s:s, s:f, s:o, s:o, s:o, s:b}",
		    "metric", report_metric(r->guardrail[i].metric),
		    "margin", r->guardrail[i].margin,
		    "n", whole(m.n), "x", whole(m.x),
		    "rate", jsonline_real(m.n ? (double)m.x / (double)m.n :
			NAN),
		    "breached", arm && f->pair[arm - 1].is_breached[i]));
	}
	return list;
}

static json_t *
tell_pair(const struct results *r, const struct figures *f, size_t arm)
{
	const struct figures_pair *p = &f->pair[arm - 1];
	struct stats_arm a = f->arm[0].standard, b = f->arm[arm].standard;
	struct stats_interval diff = { 0 };

	if (r->goal != RESULTS_GOAL_VALUE)
		diff = stats_newcombe(a, b, r->alpha /
		    (double)(r->arms - 1));
	return json_pack("{s:o, s:o, s:o, s:f, s:f, s:f, s:f, s:o, s:o, s:o,"
	    " s:f, s:f, s:f, s:b, s:b, s:s}",
	    "lift", jsonline_real(p->lift),
	    "lift_ci_log", jsonline_interval(p->lift_log),
	    "diff_ci_newcombe", jsonline_interval(diff),
	    "p_value", p->p, "p_holm", p->p_holm, "p_bh", p->p_bh,
	    "chance_to_beat_control", p->chance_to_beat,
	    "bayes_lift_median", jsonline_real(p->bayes_lift[1]),
	    "bayes_lift_ci", isfinite(p->bayes_lift[0]) &&
		isfinite(p->bayes_lift[2]) ? json_pack("[f, f]",
		p->bayes_lift[0], p->bayes_lift[2]) : json_null(),
	    "av_lift_ci", jsonline_interval(p->av),
	    "av_p", p->av_p, "av_running_p", p->running_p,
	    "av_running_p_holm", p->running_p_holm,
	    "av_ready", p->is_ready,
	    "av_significant", p->running_p_holm <= r->alpha,
	    "state", p->is_compared ? decide_state_name(p->state) :
		"archived");
}

static void
add_arm_figures(const struct results *r, const struct figures *f, size_t k,
    json_t *arm)
{
	const struct figures_arm *a = &f->arm[k];
	bool is_value = r->goal == RESULTS_GOAL_VALUE;

	json_object_update_new(arm, json_pack(
	    "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "n", whole(a->mature.n), "x", whole(a->mature.x),
	    "n_live", whole(a->live.n), "x_live", whole(a->live.x),
	    is_value ? "value_per_visitor" : "rate", jsonline_real(a->rate),
	    is_value ? "value_ci" : "wilson", jsonline_interval(a->rate_ci),
	    "p_best", jsonline_real(a->p_best),
	    "expected_loss", jsonline_real(a->loss),
	    "guardrails", tell_guardrails(r, f, k)));
	if (r->tests_consent)
		json_object_set_new(arm, "consented", json_pack(
		    "{s:o, s:o, s:o}", "n", whole(a->consented.n),
		    "x", whole(a->consented.x),
		    "wilson", jsonline_interval(a->consented.n ?
			stats_wilson(a->consented, r->alpha) :
			(struct stats_interval){ 0 })));
	if (k)
		json_object_set_new(arm, "versus_control", tell_pair(r, f, k));
}

static json_t *
tell_arms(const struct results *r, const struct figures *f)
{
	json_t *list = json_array();

	for (size_t k = 0; k < r->arms; k++) {
		struct results_cell c = { 0 };
		json_t *arm;

		if (r->epochs)
			c = results_sum(r, r->looks - 1, k);
		arm = json_pack("{s:o, s:b, s:b, s:o, s:o}",
		    "key", text(r->arm[k].key), "control", k == 0,
		    "archived", r->arm[k].is_archived,
		    "weight", jsonline_real(r->epochs ?
			r->epoch[r->epochs - 1].weight[k] : NAN),
		    "counts", tell_counts(&c));
		if (f)
			add_arm_figures(r, f, k, arm);
		json_array_append_new(list, arm);
	}
	return list;
}

static json_t *
tell_epochs(const struct results *r)
{
	json_t *list = json_array();

	for (size_t e = 0; e < r->epochs; e++) {
		json_t *n = json_object(), *weights = json_object();
		json_t *part = json_null();

		for (size_t k = 0; k < r->arms; k++) {
			const char *key = r->arm[k].key.p;

			json_object_set_new(n, key, whole(results_at(r,
			    r->looks - 1, e, k)->n[RESULTS_VISITORS]));
			json_object_set_new(weights, key,
			    jsonline_real(r->epoch[e].weight[k]));
		}
		if (r->epoch[e].part_of)
			part = json_pack("{s:o, s:b, s:o}",
			    "of", whole(r->epoch[e].part_of),
			    "even", r->epoch[e].is_even,
			    "leaf", r->epoch[e].is_even ? json_null() :
				text(r->epoch[e].leaf));
		json_array_append_new(list, json_pack(
		    "{s:o, s:o, s:o, s:f, s:o, s:o}",
		    "number", whole(r->epoch[e].number), "part", part,
		    "started_at", moment(r->epoch[e].started_ms),
		    "coverage", r->epoch[e].coverage,
		    "weights", weights, "visitors", n));
	}
	return list;
}

const char *
report_verdict(const struct report *rep)
{
	return rep->figures ? decide_verdict_name(rep->figures->verdict) :
	    "not_started";
}

struct report_raw
report_raw(const struct results *r)
{
	struct report_raw raw = { 0 };

	for (size_t i = 0; i < r->classes; i++)
		raw.views += r->views[i].n;
	for (size_t k = 0; r->epochs && k < r->arms; k++) {
		struct results_cell c = results_sum(r, r->looks - 1, k);

		raw.visitors += c.n[RESULTS_VISITORS] + c.n[RESULTS_BOTS] +
		    c.n[RESULTS_MULTI];
		raw.conversions += c.n[RESULTS_LEADS];
	}
	for (size_t i = 0; i < r->reasons; i++)
		if (str_has_suffix(r->reason[i].name, STR("_conversions")) ||
		    str_has_prefix(r->reason[i].name, STR("conversions_")))
			raw.conversions += r->reason[i].n;
	return raw;
}

static json_t *
tell_exclusions(const struct results *r)
{
	json_t *object = json_object();

	for (size_t i = 0; i < r->reasons; i++)
		json_object_set_new(object, r->reason[i].name.p,
		    whole(r->reason[i].n));
	return object;
}

static json_t *
tell_traffic(const struct results *r)
{
	json_t *object = json_object();

	for (size_t i = 0; i < r->classes; i++)
		json_object_set_new(object, r->views[i].class.p,
		    whole(r->views[i].n));
	return object;
}

static json_t *
tell_quarantine(const struct results *r)
{
	json_t *reasons = json_object();
	int64_t sum = 0;

	for (size_t i = 0; i < r->asides; i++) {
		sum += r->aside[i].n;
		json_object_set_new(reasons, r->aside[i].reason.p,
		    whole(r->aside[i].n));
	}
	return json_pack("{s:o, s:o}", "forms", whole(sum), "reasons",
	    reasons);
}

/* Raw and human, side by side. */
static json_t *
tell_both(const struct results *r)
{
	struct report_raw raw = report_raw(r);
	int64_t visitors = 0, leads = 0;

	for (size_t k = 0; r->epochs && k < r->arms; k++) {
		struct results_cell c = results_sum(r, r->looks - 1, k);

		visitors += c.n[RESULTS_VISITORS];
		leads += c.n[RESULTS_LEADS];
	}
	return json_pack("{s:{s:o, s:o, s:o}, s:{s:o, s:o}}",
	    "raw", "views", whole(raw.views), "visitors", whole(raw.visitors),
		"conversions", whole(raw.conversions),
	    "human", "visitors", whole(visitors), "leads", whole(leads));
}

static json_t *
tell_verdict(const struct report *rep)
{
	const struct figures *f = rep->figures;

	return json_pack("{s:s, s:o, s:{s:o, s:o}}",
	    "name", report_verdict(rep),
	    "arm", f && f->verdict_arm >= 0 ?
		text(rep->results->arm[f->verdict_arm].key) : json_null(),
	    "sentence", "fr", text(sentence_verdict(rep, LANG_FR)),
		"en", text(sentence_verdict(rep, LANG_EN)));
}

static json_t *
tell_notes(const struct report *rep)
{
	struct str fr[SENTENCE_NOTES_MAX], en[SENTENCE_NOTES_MAX];
	size_t count = sentence_notes(rep, LANG_FR, fr);
	json_t *list = json_array();

	(void)sentence_notes(rep, LANG_EN, en);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}",
		    "fr", text(fr[i]), "en", text(en[i])));
	return list;
}

static json_t *
tell_remaining(const struct results *r, const struct figures *f)
{
	int64_t left = r->planned_visitors - f->visitors;

	return r->planned_visitors ? json_pack("{s:o, s:o, s:o}",
	    "planned_visitors", whole(r->planned_visitors),
	    "visitors", whole(left > 0 ? left : 0),
	    "days", jsonline_real(f->days_left)) : json_null();
}

/* Visitors whose page was really shown: split as all are? */
static json_t *
tell_activated(const struct figures *f)
{
	const struct stats_srm *srm = &f->activated_srm;

	return json_pack("{s:o, s:f, s:f, s:f, s:b, s:f}",
	    "visitors", whole(f->activated), "srm_chi2", srm->chi2,
	    "srm_df", srm->df, "srm_p", srm->p, "srm_flag", srm->is_flagged,
	    "srm_sequential_p", f->activated_srm_seq_p);
}

static void
add_figures(const struct report *rep, json_t *out)
{
	const struct results *r = rep->results;
	const struct figures *f = rep->figures;

	json_object_update_new(out, json_pack(
	    "{s:f, s:f, s:f, s:f, s:b, s:f, s:o, s:f, s:o}",
	    "days", f->days, "srm_chi2", f->srm.chi2, "srm_df", f->srm.df,
	    "srm_p", f->srm.p, "srm_flag", f->srm.is_flagged,
	    "srm_sequential_p", f->srm_seq_p,
	    "activated", tell_activated(f),
	    "multi_exposed_share", f->multi_share,
	    "remaining", tell_remaining(r, f)));
	if (r->is_bandit)
		json_object_set_new(out, "bandit", reportpart_bandit(r, f));
	if (rep->grid)
		json_object_set_new(out, "factors",
		    reportpart_factors(r, rep->grid));
	if (rep->slices)
		json_object_set_new(out, "segments",
		    reportpart_segments(r, rep->slices));
	if (rep->has_looks)
		json_object_set_new(out, "looks", reportpart_looks(r, f));
}

json_t *
report_json(const struct report *rep)
{
	const struct results *r = rep->results;
	json_t *out = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:o,"
	    " s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
	    " s:o}",
	    "experiment", text(r->key), "page", text(r->page),
	    "state", text(r->state), "phase", whole(r->phase),
	    "goal", text(r->goal_name), "window_s", whole(r->window_s),
	    "alpha", r->alpha, "n_star", r->n_star,
	    "planned_visitors", whole(r->planned_visitors),
	    "started_at", moment(r->started_ms),
	    "ended_at", moment(r->ended_ms), "as_of", moment(r->as_of_ms),
	    "shipped", r->shipped.n ? text(r->shipped) : json_null(),
	    "shipped_at", moment(r->shipped_ms),
	    "verdict", tell_verdict(rep), "notes", tell_notes(rep),
	    "counts", tell_both(r), "traffic", tell_traffic(r),
	    "exclusions", tell_exclusions(r),
	    "quarantine", tell_quarantine(r),
	    "arms", tell_arms(r, rep->figures), "epochs", tell_epochs(r));

	if (r->goal == RESULTS_GOAL_VALUE)
		json_object_update_new(out, json_pack("{s:o, s:f}",
		    "value_cap", r->value_cap > 0 ?
			json_real(r->value_cap) : json_null(),
		    "value_cap_quantile", VALUE_QUANTILE));
	if (rep->figures)
		add_figures(rep, out);
	return out;
}
