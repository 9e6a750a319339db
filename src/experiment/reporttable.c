/* Implements reporttable.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "experiment/grid.h"
#include "experiment/paragraph.h"
#include "experiment/reportcell.h"
#include "experiment/reportword.h"
#include "experiment/slices.h"
#include "experiment/table.h"

#include "experiment/reporttable.h"

#define TEXT_BYTES_MAX 8000
#define P_DIGITS 4
#define POINT_DIGITS 2

static struct str
aliases_of(const struct reportcell *c, const struct grid *g, unsigned effect)
{
	unsigned alias[FRACTION_WORDS_MAX];
	size_t count = fraction_aliases(&g->fraction, effect, alias);
	char name[FRACTION_NAME_BYTES];
	struct buf b;

	buf_init(&b, c->arena, TEXT_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		fraction_name(alias[i], name);
		buf_addf(&b, "%s%s", i ? ", " : "", name);
	}
	return buf_str(&b);
}

/* A p in a column that says so. */
static struct str
bare_p(const struct reportcell *c, double p)
{
	double least = pow(10, -P_DIGITS);

	return p < least ? buf_join(c->arena, STR("<\u00a0"),
	    reportcell_number(c, least, P_DIGITS)) :
	    reportcell_number(c, p, P_DIGITS);
}

/* What is known of it: how large, p, Holm's p; NULL: nothing. */
static void
add_effect(const struct reportcell *c, struct table *t, const char *name,
    const double *figure)
{
	table_add(t, arena_copy(c->arena, str_of(name)));
	table_add(t, figure ? buf_join(c->arena, reportcell_number(c,
	    100 * figure[0], POINT_DIGITS), STR("\u00a0pt")) : STR("-"));
	for (size_t i = 1; i < 3; i++)
		table_add(t, figure ? bare_p(c, figure[i]) : STR("-"));
}

static void
add_effects(const struct reportcell *c, const struct grid *g,
    struct table *t)
{
	for (size_t i = 0; i < g->result.effects; i++) {
		const struct factorial_effect *e = &g->result.effect[i];
		const double figure[] = { e->estimate, e->p, e->p_holm };

		add_effect(c, t, e->name, e->is_known ? figure : NULL);
	}
	for (size_t i = 0; i < g->effects; i++) {
		const struct grid_effect *e = &g->effect[i];
		const double figure[] = { e->estimate, e->p, e->p_holm };
		char name[FRACTION_NAME_BYTES];

		fraction_name(e->effect, name);
		add_effect(c, t, name, e->is_known ? figure : NULL);
		table_add(t, aliases_of(c, g, e->effect));
	}
}

static void
write_legend(const struct reportcell *c, const struct results *r, FILE *out)
{
	struct buf b;

	buf_init(&b, c->arena, TEXT_BYTES_MAX);
	buf_add(&b, reportword_in(REPORTWORD_FACTORS, c->lang));
	buf_add(&b, phrase_in(PHRASE_PAGE_COLON, c->lang));
	for (size_t i = 0; i < r->factors; i++) {
		const struct results_factor *f = &r->factor[i];

		buf_addf(&b, "%s%c %.*s (", i ? ", " : "",
		    (char)('A' + (int)i), STR_ARG(f->key));
		for (size_t l = 0; l < f->levels; l++)
			buf_addf(&b, "%s%zu %.*s", l ? ", " : "", l,
			    STR_ARG(f->level[l]));
		buf_byte(&b, ')');
	}
	paragraph_write(buf_str(&b), "", "  ", out);
}

void
reporttable_factors(const struct reportcell *c, const struct results *r,
    const struct grid *g, FILE *out)
{
	struct table *t = ARENA_NEW(c->arena, struct table);

	putc('\n', out);
	write_legend(c, r, out);
	t->columns = g->kind == GRID_FULL ? 4 : 5;
	table_add(t, reportword_in(REPORTWORD_TERM, c->lang));
	table_add(t, reportword_in(REPORTWORD_LIFT, c->lang));
	table_add(t, STR("p"));
	table_add(t, reportword_in(REPORTWORD_P_HOLM, c->lang));
	if (g->kind != GRID_FULL)
		table_add(t, reportword_in(REPORTWORD_ALIASES, c->lang));
	add_effects(c, g, t);
	table_write(t, out);
	if (g->best < 0)
		return;
	paragraph_write(buf_fmt(c->arena, TEXT_BYTES_MAX, "%.*s%.*s%.*s",
	    STR_ARG(reportword_in(REPORTWORD_BEST_CELL, c->lang)),
	    STR_ARG(phrase_in(PHRASE_PAGE_COLON, c->lang)),
	    STR_ARG(r->arm[g->best].key)), "", "  ", out);
}

/* What a dimension's value is called: devices alone are ours to translate. */
static struct str
name_value(const struct reportcell *c, const struct slices *s,
    struct str name)
{
	if (!name.n)
		return reportword_in(REPORTWORD_UNKNOWN, c->lang);
	if (str_eq(name, STR("*")))
		return reportword_in(REPORTWORD_OTHERS, c->lang);
	return str_eq(str_of(s->dimension), STR("device")) ?
	    reportword_of(name, c->lang) : name;
}

static void
add_value(const struct reportcell *c, struct table *t,
    const struct strata_figure *f, struct stats_arm counts, bool is_control)
{
	/* The control's own figures stand beside those it is compared with. */
	bool is_known = !is_control && f->ratio.is_known;
	struct str shrunk = is_known ? reportcell_lift(c,
	    expm1(f->theta_shrunk)) : STR("-");

	table_add(t, reportcell_whole(c, counts.n));
	table_add(t, reportcell_whole(c, counts.x));
	table_add(t, is_known ? reportcell_lift(c, expm1(f->ratio.theta)) :
	    STR("-"));
	table_add(t, !is_known || f->is_claim ? shrunk :
	    buf_fmt(c->arena, TEXT_BYTES_MAX, "(%.*s)", STR_ARG(shrunk)));
}

static void
write_slices(const struct reportcell *c, const struct results *r,
    const struct slices *s, FILE *out)
{
	static const enum reportword heads[] = { REPORTWORD_ARM,
		REPORTWORD_VISITORS, REPORTWORD_CONVERSIONS, REPORTWORD_LIFT,
		REPORTWORD_SHRUNK };
	struct table *t = ARENA_NEW(c->arena, struct table);

	t->columns = 1 + sizeof heads / sizeof *heads;
	table_add(t, reportword_of(str_of(s->dimension), c->lang));
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		table_add(t, reportword_in(heads[i], c->lang));
	for (size_t i = 0; i < s->values; i++)
		for (size_t k = 0; k < r->arms; k++) {
			table_add(t, name_value(c, s, s->value[i].name));
			table_add(t, r->arm[k].key);
			add_value(c, t, &s->treatment[k ? k - 1 : 0].figure[i],
			    s->value[i].arm[k], !k);
		}
	putc('\n', out);
	table_write(t, out);
}

void
reporttable_slices(const struct reportcell *c, const struct results *r,
    const struct slices *s, FILE *out)
{
	for (size_t d = 0; d < SLICES_DIMENSIONS; d++)
		write_slices(c, r, &s[d], out);
	putc('\n', out);
	paragraph_write(reportword_in(REPORTWORD_SHRUNK_NOTE, c->lang), "",
	    "", out);
}
