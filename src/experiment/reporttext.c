/* Implements reporttext.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "experiment/report.h"
#include "experiment/sentence.h"
#include "experiment/table.h"

#include "experiment/reporttext.h"

#define CELL_BYTES_MAX 200

/* The labels of figures. */
enum word {
	ARM, VISITORS, CONVERSIONS, RATE, VALUE, INTERVAL, LIFT, ANY_TIME,
	BEST, LOSS, CONSENTED, SO_FAR, COUNTED, VIEWS, SPLIT, SPLIT_RUNNING,
	LEFT, DAYS, RAIL, EXCLUDED, SEGMENT, SHRUNK, FACTORS, TERM, P_HOLM,
	ALIASES, BEST_CELL, WORDS
};
static const char *const words[WORDS][LANG_COUNT] = {
	[ARM] = { "variante", "variant" },
	[VISITORS] = { "visiteurs", "visitors" },
	[CONVERSIONS] = { "conversions", "conversions" },
	[RATE] = { "taux", "rate" },
	[VALUE] = { "valeur", "value" },
	[INTERVAL] = { "intervalle", "interval" },
	[LIFT] = { "effet", "lift" },
	[ANY_TIME] = { "effet, à tout moment", "lift, at any time" },
	[BEST] = { "meilleure", "is best" },
	[LOSS] = { "perte", "loss" },
	[CONSENTED] = { "avec accord", "consented" },
	[SO_FAR] = { "à ce jour", "so far" },
	[COUNTED] = { "comptés", "counted" },
	[VIEWS] = { "vues", "views" },
	[SPLIT] = { "répartition", "split" },
	[SPLIT_RUNNING] = { "à tout moment", "at any time" },
	[LEFT] = { "reste", "left" },
	[DAYS] = { "jours", "days" },
	[RAIL] = { "garde-fou", "guardrail" },
	[EXCLUDED] = { "non comptés", "not counted" },
	[SEGMENT] = { "segment", "segment" },
	[SHRUNK] = { "effet retenu", "shrunk lift" },
	[FACTORS] = { "facteurs", "factors" },
	[TERM] = { "facteur", "factor" },
	[P_HOLM] = { "p (Holm)", "p (Holm)" },
	[ALIASES] = { "confondu avec", "alias of" },
	[BEST_CELL] = { "meilleure combinaison", "best combination" },
};

/* A report being written. */
struct page {
	const struct report *rep;
	const struct results *r;
	const struct figures *f;
	struct arena *arena;
	enum lang lang;
	FILE *out;
};

static struct str
word(const struct page *p, enum word w)
{
	return str_of(words[w][p->lang]);
}

/* With a decimal comma in French; a dash for what can't be. */
static struct str
number(const struct page *p, const char *unit, double v, int digits)
{
	struct str s, head, tail;

	if (!isfinite(v))
		return STR("-");
	s = buf_fmt(p->arena, CELL_BYTES_MAX, "%.*f%s", digits, v, unit);
	if (p->lang != LANG_FR || !str_cut(s, '.', &head, &tail))
		return s;
	return buf_fmt(p->arena, CELL_BYTES_MAX, "%.*s,%.*s", STR_ARG(head),
	    STR_ARG(tail));
}

static struct str
whole(const struct page *p, int64_t n)
{
	return buf_fmt(p->arena, CELL_BYTES_MAX, "%lld", (long long)n);
}

static struct str
percent(const struct page *p, double v)
{
	return number(p, " %", 100 * v, 2);
}

static struct str
lift(const struct page *p, double v)
{
	struct str s = number(p, " %", 100 * v, 1);

	return isfinite(v) && v >= 0 ? buf_join(p->arena, STR("+"), s) : s;
}

static struct str
range(const struct page *p, struct stats_interval i,
    struct str (*write)(const struct page *p, double v))
{
	struct str low, high;

	if (!i.is_known)
		return STR("-");
	low = write(p, i.low);
	high = write(p, i.high);
	return buf_fmt(p->arena, CELL_BYTES_MAX, "%.*s … %.*s", STR_ARG(low),
	    STR_ARG(high));
}

static struct str
money(const struct page *p, double v)
{
	return number(p, "", v, 2);
}

static void
write_arms(const struct page *p)
{
	bool is_value = p->r->goal == RESULTS_GOAL_VALUE;
	struct str (*level)(const struct page *p, double v) = is_value ?
	    money : percent;
	struct table *t = ARENA_NEW(p->arena, struct table);
	const enum word heads[] = { ARM, VISITORS, CONVERSIONS,
		is_value ? VALUE : RATE, INTERVAL, LIFT, ANY_TIME, BEST,
		LOSS };

	t->columns = sizeof heads / sizeof *heads;
	for (size_t i = 0; i < t->columns; i++)
		table_add(t, word(p, heads[i]));
	for (size_t k = 0; k < p->r->arms; k++) {
		const struct figures_arm *a = &p->f->arm[k];
		const struct figures_pair *pair = k ? &p->f->pair[k - 1] :
		    NULL;

		table_add(t, p->r->arm[k].key);
		table_add(t, whole(p, a->mature.n));
		table_add(t, whole(p, a->mature.x));
		table_add(t, level(p, a->rate));
		table_add(t, range(p, a->rate_ci, level));
		table_add(t, pair ? lift(p, pair->lift) : STR("-"));
		table_add(t, pair && pair->is_ready ? range(p, pair->av,
		    lift) : STR("-"));
		table_add(t, percent(p, a->p_best));
		table_add(t, level(p, a->loss));
	}
	table_write(t, p->out);
}

/* "label: " and its figures follow. */
static void
begin(const struct page *p, enum word w)
{
	fprintf(p->out, p->lang == LANG_FR ? "%s\u00a0: " : "%s: ",
	    words[w][p->lang]);
}

/* An arm's counts: "a 12/480". */
static void
write_count(const struct page *p, size_t arm, struct stats_arm counts)
{
	fprintf(p->out, "%s%.*s %lld/%lld", arm ? ", " : "",
	    STR_ARG(p->r->arm[arm].key), (long long)counts.x,
	    (long long)counts.n);
}

static void
write_live(const struct page *p)
{
	begin(p, SO_FAR);
	for (size_t k = 0; k < p->r->arms; k++)
		write_count(p, k, p->f->arm[k].live);
	putc('\n', p->out);
	if (!p->r->tests_consent)
		return;
	begin(p, CONSENTED);
	for (size_t k = 0; k < p->r->arms; k++)
		write_count(p, k, p->f->arm[k].consented);
	putc('\n', p->out);
}

static void
write_rails(const struct page *p)
{
	static const char *const names[][LANG_COUNT] = {
		[RESULTS_METRIC_SPAM] = { "spam", "spam" },
		[RESULTS_METRIC_BOUNCE] = { "rebond", "bounce" },
		[RESULTS_METRIC_ERROR] = { "erreurs", "errors" },
		[RESULTS_METRIC_CONSENT] = { "accord", "consent" },
	};

	for (size_t i = 0; i < p->r->guardrails; i++) {
		const struct results_guardrail *g = &p->r->guardrail[i];
		struct str margin = lift(p, g->margin);

		begin(p, RAIL);
		fprintf(p->out, "%s (%.*s) ", names[g->metric][p->lang],
		    STR_ARG(margin));
		for (size_t k = 0; k < p->r->arms; k++) {
			write_count(p, k, p->f->arm[k].metric[i]);
			if (k && p->f->pair[k - 1].is_breached[i])
				putc('!', p->out);
		}
		putc('\n', p->out);
	}
}

static void
write_whole(const struct page *p)
{
	struct report_raw raw = report_raw(p->r);
	struct str once = number(p, "", p->f->srm.p, 4);
	struct str running = number(p, "", p->f->srm_seq_p, 4);

	begin(p, COUNTED);
	fprintf(p->out, "%lld/%lld %s, %lld %s\n",
	    (long long)p->f->visitors, (long long)raw.visitors,
	    words[VISITORS][p->lang], (long long)raw.views,
	    words[VIEWS][p->lang]);
	begin(p, SPLIT);
	fprintf(p->out, "p = %.*s, %s p = %.*s\n", STR_ARG(once),
	    words[SPLIT_RUNNING][p->lang], STR_ARG(running));
	if (isfinite(p->f->days_left)) {
		begin(p, LEFT);
		fprintf(p->out, "%.0f %s, %lld %s\n", ceil(p->f->days_left),
		    words[DAYS][p->lang], (long long)(p->f->visitors >
		    p->r->planned_visitors ? 0 : p->r->planned_visitors -
		    p->f->visitors), words[VISITORS][p->lang]);
	}
}

static struct str
aliases_of(const struct page *p, const struct grid *g, unsigned effect)
{
	unsigned alias[FRACTION_WORDS_MAX];
	size_t count = fraction_aliases(&g->fraction, effect, alias);
	char name[FRACTION_NAME_BYTES];
	struct buf b;

	buf_init(&b, p->arena, CELL_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		fraction_name(alias[i], name);
		buf_addf(&b, "%s%s", i ? ", " : "", name);
	}
	return buf_str(&b);
}

static void
add_effect(const struct page *p, struct table *t, const char *name,
    bool is_known, const double *figure)
{
	table_add(t, arena_copy(p->arena, str_of(name)));
	for (size_t i = 0; i < 3; i++)
		table_add(t, !is_known ? STR("-") : i ? number(p, "",
		    figure[i], 4) : number(p, " pt", 100 * figure[i], 2));
}

static void
add_effects(const struct page *p, const struct grid *g, struct table *t)
{
	for (size_t i = 0; i < g->result.effects; i++) {
		const struct factorial_effect *e = &g->result.effect[i];

		add_effect(p, t, e->name, e->is_known, (double[]){
			e->estimate, e->p, e->p_holm });
	}
	for (size_t i = 0; i < g->effects; i++) {
		const struct grid_effect *e = &g->effect[i];
		char name[FRACTION_NAME_BYTES];

		fraction_name(e->effect, name);
		add_effect(p, t, name, e->is_known, (double[]){
			e->estimate, e->p, e->p_holm });
		table_add(t, aliases_of(p, g, e->effect));
	}
}

/* Letters for factors, numbers for levels, as the effects name them. */
static void
write_factors(const struct page *p, const struct grid *g)
{
	struct table *t = ARENA_NEW(p->arena, struct table);
	const enum word heads[] = { TERM, LIFT, WORDS, P_HOLM, ALIASES };

	putc('\n', p->out);
	begin(p, FACTORS);
	for (size_t i = 0; i < p->r->factors; i++) {
		const struct results_factor *f = &p->r->factor[i];

		fprintf(p->out, "%s%c %.*s (", i ? ", " : "",
		    (char)('A' + (int)i), STR_ARG(f->key));
		for (size_t l = 0; l < f->levels; l++)
			fprintf(p->out, "%s%zu %.*s", l ? ", " : "", l,
			    STR_ARG(f->level[l]));
		putc(')', p->out);
	}
	putc('\n', p->out);
	t->columns = g->kind == GRID_FULL ? 4 : 5;
	for (size_t i = 0; i < t->columns; i++)
		table_add(t, heads[i] == WORDS ? STR("p") :
		    word(p, heads[i]));
	add_effects(p, g, t);
	table_write(t, p->out);
	if (g->best < 0)
		return;
	begin(p, BEST_CELL);
	fprintf(p->out, "%.*s\n", STR_ARG(p->r->arm[g->best].key));
}

/* What can't be claimed is in brackets, as greyed as text can be. */
static void
add_segment(const struct page *p, struct table *t,
    const struct slices_value *v, const struct strata_figure *f, size_t arm)
{
	/* The control's own figures stand beside those it is compared with. */
	bool is_known = arm && f->ratio.is_known;
	struct str shrunk = is_known ? lift(p, expm1(f->theta_shrunk)) :
	    STR("-");

	table_add(t, v->name.n ? v->name : STR("?"));
	table_add(t, p->r->arm[arm].key);
	table_add(t, whole(p, v->arm[arm].n));
	table_add(t, whole(p, v->arm[arm].x));
	table_add(t, is_known ? lift(p, expm1(f->ratio.theta)) : STR("-"));
	table_add(t, !is_known || f->is_claim ? shrunk :
	    buf_fmt(p->arena, CELL_BYTES_MAX, "(%.*s)", STR_ARG(shrunk)));
}

static void
write_slices(const struct page *p, const struct slices *s)
{
	struct table *t = ARENA_NEW(p->arena, struct table);
	const enum word heads[] = { SEGMENT, ARM, VISITORS, CONVERSIONS,
		LIFT, SHRUNK };

	fprintf(p->out, "\n%s\n", s->dimension);
	t->columns = sizeof heads / sizeof *heads;
	for (size_t i = 0; i < t->columns; i++)
		table_add(t, word(p, heads[i]));
	for (size_t i = 0; i < s->values; i++)
		for (size_t k = 0; k < p->r->arms; k++)
			add_segment(p, t, &s->value[i],
			    &s->treatment[k ? k - 1 : 0].figure[i], k);
	table_write(t, p->out);
}

static void
write_exclusions(const struct page *p)
{
	struct table *t = ARENA_NEW(p->arena, struct table);

	t->columns = 2;
	for (size_t i = 0; i < p->r->reasons; i++) {
		if (!p->r->reason[i].n)
			continue;
		table_add(t, buf_join(p->arena, STR("  "),
		    p->r->reason[i].name));
		table_add(t, whole(p, p->r->reason[i].n));
	}
	if (!t->rows)
		return;
	putc('\n', p->out);
	fprintf(p->out, "%s\n", words[EXCLUDED][p->lang]);
	table_write(t, p->out);
}

static void
write_figures(const struct page *p)
{
	putc('\n', p->out);
	write_arms(p);
	putc('\n', p->out);
	write_live(p);
	write_whole(p);
	write_rails(p);
	if (p->rep->grid && p->rep->grid->kind != GRID_NONE)
		write_factors(p, p->rep->grid);
	for (size_t d = 0; p->rep->slices && d < SLICES_DIMENSIONS; d++)
		write_slices(p, &p->rep->slices[d]);
}

static void
write_notes(const struct page *p)
{
	struct str note[SENTENCE_NOTES_MAX];
	size_t count = sentence_notes(p->rep, p->lang, note);

	if (count)
		putc('\n', p->out);
	for (size_t i = 0; i < count; i++)
		fprintf(p->out, "- %.*s\n", STR_ARG(note[i]));
}

void
reporttext_write(const struct report *rep, enum lang lang, FILE *out)
{
	const struct results *r = rep->results;
	const struct page p = { rep, r, rep->figures, r->arena, lang, out };
	struct str verdict = sentence_verdict(rep, lang);
	char as_of[CLOCK_TEXT_BYTES];
	struct str at = clock_text(r->as_of_ms, as_of);

	fprintf(out, "%.*s\n\n%.*s: %.*s, phase %lld, %.*s, %.*s\n",
	    STR_ARG(verdict), STR_ARG(r->key), STR_ARG(r->state),
	    (long long)r->phase, STR_ARG(r->goal_name), STR_ARG(at));
	if (rep->figures)
		write_figures(&p);
	write_notes(&p);
	write_exclusions(&p);
}
