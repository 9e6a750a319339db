/* Implements reportpart.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/phrase.h"
#include "experiment/figures.h"
#include "experiment/grid.h"
#include "experiment/jsonline.h"
#include "experiment/results.h"
#include "experiment/slices.h"

#include "experiment/reportpart.h"

#define LABEL_BYTES_MAX 400

static json_t *
text(struct str s)
{
	return json_stringn(s.p ? s.p : "", s.n);
}

/* v where it is known, else null. */
static json_t *
figure(bool is_known, double v)
{
	return is_known ? jsonline_real(v) : json_null();
}

static json_t *
tell_side(struct stats_arm counts, double rate)
{
	return json_pack("{s:I, s:I, s:o}", "n", (json_int_t)counts.n,
	    "x", (json_int_t)counts.x, "rate", jsonline_real(rate));
}

/* What going by context is worth, beside even weights; null without one. */
static json_t *
tell_gain(const struct results *r, const struct figures *f)
{
	const struct context_gain *g = &f->gain;

	if (!r->bandit_context.n)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
	    "by", text(r->bandit_context),
	    "bandit", tell_side(g->led, g->led_rate),
	    "even", tell_side(g->even, g->even_rate),
	    "lift", jsonline_real(g->lift),
	    "lift_ci_log", jsonline_interval(g->lift_log));
}

json_t *
reportpart_bandit(const struct results *r, const struct figures *f)
{
	json_t *weights = json_object();

	for (size_t k = 0; k < r->arms; k++)
		json_object_set_new(weights, r->arm[k].key.p,
		    jsonline_real(f->bandit_weight[k]));
	return json_pack("{s:b, s:o, s:o, s:b, s:o, s:{s:o, s:o}}",
	    "ready", f->bandit_is_ready, "next_weights", weights,
	    "pvr95", jsonline_real(f->pvr95), "stop", f->bandit_is_over,
	    "context", tell_gain(r, f),
	    "warning",
		"fr", text(phrase_in(PHRASE_NOTE_BANDIT, LANG_FR)),
		"en", text(phrase_in(PHRASE_NOTE_BANDIT, LANG_EN)));
}

/* "headline: h2 - h1", and of a pair both, with a cross between. */
static struct str
label(const struct results *r, const char *name)
{
	struct buf b;

	buf_init(&b, r->arena, LABEL_BYTES_MAX);
	for (; *name; name++) {
		const struct results_factor *f;

		/* "A2-A0" says again which factor; "A1:B2" names two. */
		if (*name == '-')
			break;
		if (*name < 'A' || *name >= 'A' + (int)r->factors)
			continue;
		f = &r->factor[*name - 'A'];
		if (b.n)
			buf_add(&b, STR(" \u00d7 "));
		buf_addf(&b, "%.*s: %.*s", STR_ARG(f->key), STR_ARG(
		    f->level[(name[1] - '0') % RESULTS_LEVELS_MAX]));
	}
	return buf_str(&b);
}

static json_t *
tell_full_effects(const struct results *r, const struct grid *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->result.effects; i++) {
		const struct factorial_effect *e = &g->result.effect[i];

		json_array_append_new(list, json_pack(
		    "{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o}",
		    "term", e->name, "label", text(label(r, e->name)),
		    "interaction", e->is_interaction,
		    "estimate", figure(e->is_known, e->estimate),
		    "se", figure(e->is_known, e->se),
		    "z", figure(e->is_known, e->z),
		    "p", figure(e->is_known, e->p),
		    "p_holm", figure(e->is_known, e->p_holm)));
	}
	return list;
}

static json_t *
tell_terms(const struct grid *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->result.terms; i++) {
		const struct factorial_term *t = &g->result.term[i];

		json_array_append_new(list, json_pack(
		    "{s:s, s:o, s:i, s:o}", "term", t->name,
		    "chi2", figure(t->is_known, t->chi2),
		    "df", (int)t->df, "p", figure(t->is_known, t->p)));
	}
	return list;
}

static json_t *
tell_aliases(const struct grid *g, unsigned effect)
{
	unsigned alias[FRACTION_WORDS_MAX];
	size_t count = fraction_aliases(&g->fraction, effect, alias);
	char name[FRACTION_NAME_BYTES];
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		fraction_name(alias[i], name);
		json_array_append_new(list, json_string(name));
	}
	return list;
}

/* "headline × button" of a set of factors. */
static struct str
name_factors(const struct results *r, unsigned effect)
{
	struct buf b;

	buf_init(&b, r->arena, LABEL_BYTES_MAX);
	for (size_t i = 0; i < r->factors; i++) {
		if (!(effect >> i & 1))
			continue;
		if (b.n)
			buf_add(&b, STR(" \u00d7 "));
		buf_add(&b, r->factor[i].key);
	}
	return buf_str(&b);
}

static json_t *
tell_fraction_effects(const struct results *r, const struct grid *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->effects; i++) {
		const struct grid_effect *e = &g->effect[i];
		char name[FRACTION_NAME_BYTES];

		fraction_name(e->effect, name);
		json_array_append_new(list, json_pack(
		    "{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
		    "term", name, "label", text(name_factors(r, e->effect)),
		    "interaction", i >= r->factors,
		    "aliases", tell_aliases(g, e->effect),
		    "estimate", figure(e->is_known, e->estimate),
		    "se", figure(e->is_known, e->se),
		    "z", figure(e->is_known, e->z),
		    "p", figure(e->is_known, e->p),
		    "p_holm", figure(e->is_known, e->p_holm)));
	}
	return list;
}

json_t *
reportpart_factors(const struct results *r, const struct grid *g)
{
	json_t *out;

	if (g->kind == GRID_NONE)
		return json_null();
	out = json_pack("{s:o, s:o, s:b, s:b}",
	    "design", text(g->kind == GRID_FULL ? STR("full") : r->design),
	    "best", g->best < 0 ? json_null() : text(r->arm[g->best].key),
	    "interaction", g->has_interaction,
	    "filled", g->fit == FACTORIAL_FITS);
	if (g->kind == GRID_FULL) {
		json_object_set_new(out, "omnibus", tell_terms(g));
		json_object_set_new(out, "effects", tell_full_effects(r, g));
	} else {
		json_object_set_new(out, "resolution",
		    json_integer((json_int_t)g->fraction.resolution));
		json_object_set_new(out, "effects",
		    tell_fraction_effects(r, g));
	}
	return out;
}

static json_t *
tell_segment(const struct slices_value *v, const struct strata_figure *f,
    size_t arm)
{
	return json_pack("{s:o, s:[I, I], s:[I, I], s:o, s:o, s:o, s:o, s:b}",
	    "value", text(v->name),
	    "n", (json_int_t)v->arm[0].n, (json_int_t)v->arm[arm].n,
	    "x", (json_int_t)v->arm[0].x, (json_int_t)v->arm[arm].x,
	    "lift", figure(f->ratio.is_known, expm1(f->ratio.theta)),
	    "shrunk_lift", figure(f->ratio.is_known, expm1(f->theta_shrunk)),
	    "p_z", figure(f->has_p, f->p_z),
	    "p_bh", figure(f->has_p, f->p_bh), "claim", f->is_claim);
}

static json_t *
tell_slices(const struct slices *s, size_t arm)
{
	const struct slices_treatment *t = &s->treatment[arm - 1];
	bool is_known = t->pool.segments > 0;
	json_t *list = json_array();

	for (size_t i = 0; i < s->values; i++)
		json_array_append_new(list, tell_segment(&s->value[i],
		    &t->figure[i], arm));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
	    "pooled_lift", figure(is_known, expm1(t->pool.theta)),
	    "p_heterogeneity", figure(is_known, t->pool.p),
	    "I2", figure(is_known, t->pool.i2),
	    "tau2", figure(is_known, t->pool.tau2), "values", list);
}

json_t *
reportpart_segments(const struct results *r, const struct slices *s)
{
	json_t *out = json_object();

	for (size_t d = 0; d < SLICES_DIMENSIONS; d++) {
		json_t *arms = json_object();

		for (size_t k = 1; k < r->arms; k++)
			json_object_set_new(arms, r->arm[k].key.p,
			    tell_slices(&s[d], k));
		json_object_set_new(out, s[d].dimension, arms);
	}
	return out;
}

static json_t *
tell_look(const struct history_look *l)
{
	return json_pack("{s:[I, I], s:[I, I], s:o, s:o, s:f}",
	    "n", (json_int_t)l->control.n, (json_int_t)l->treatment.n,
	    "x", (json_int_t)l->control.x, (json_int_t)l->treatment.x,
	    "lift", jsonline_real(l->lift),
	    "av_lift_ci", jsonline_interval(l->av),
	    "av_running_p", l->running_p);
}

json_t *
reportpart_looks(const struct results *r, const struct figures *f)
{
	json_t *list = json_array();

	for (size_t at = 0; at < r->looks; at++) {
		char iso[CLOCK_TEXT_BYTES];
		json_t *arms = json_object();

		for (size_t k = 1; k < r->arms; k++)
			json_object_set_new(arms, r->arm[k].key.p, tell_look(
			    &f->past.look[at * (r->arms - 1) + k - 1]));
		json_array_append_new(list, json_pack("{s:o, s:o}",
		    "as_of", text(clock_text(r->look_ms[at], iso)),
		    "arms", arms));
	}
	return list;
}
