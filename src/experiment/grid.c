/*
 * Implements grid.h: which arm is which cell.  Cells are counted as if every
 * epoch had sent each the same share.
 */
#include <math.h>
#include <string.h>

#include "experiment/grid.h"

#define NOWHERE RESULTS_LEVELS_MAX

static size_t
level_of(const struct results *r, size_t arm, size_t factor)
{
	const struct results_factor *f = &r->factor[factor];
	size_t i = 0;

	while (i < f->levels && !str_eq(f->level[i], r->arm[arm].level[factor]))
		i++;
	return i < f->levels ? i : NOWHERE;
}

/* The cell of an arm's levels; false when one of them isn't the factor's. */
static bool
find_cell(const struct results *r, const struct factorial *f, size_t arm,
    size_t *cell)
{
	size_t level[FACTORIAL_FACTORS_MAX];

	for (size_t i = 0; i < r->factors; i++) {
		level[i] = level_of(r, arm, i);
		if (level[i] == NOWHERE)
			return false;
	}
	*cell = factorial_cell(f, level);
	return true;
}

static bool
find_run(const struct results *r, const struct fraction *f, size_t arm,
    size_t *run)
{
	for (*run = 0; *run < f->runs; ++*run) {
		size_t same = 0;

		for (size_t i = 0; i < r->factors; i++)
			same += level_of(r, arm, i) ==
			    (fraction_sign(f, *run, 1u << i) > 0);
		if (same == r->factors)
			return true;
	}
	return false;
}

static bool
start(const struct results *r, struct grid *g)
{
	size_t levels[RESULTS_FACTORS_MAX];

	if (!r->factors)
		return false;
	if (r->design.n && !str_eq(r->design, STR("full"))) {
		g->kind = GRID_FRACTION;
		return fraction_init(&g->fraction, r->design) &&
		    g->fraction.factors == r->factors &&
		    g->fraction.runs == r->arms;
	}
	g->kind = GRID_FULL;
	for (size_t i = 0; i < r->factors; i++)
		levels[i] = r->factor[i].levels;
	return factorial_init(&g->full, levels, r->factors) &&
	    g->full.cells == r->arms;
}

void
grid_place(const struct results *r, struct grid *out)
{
	bool is_taken[FACTORIAL_CELLS_MAX] = { false };
	bool is_sound;

	*out = (struct grid){ .best = -1 };
	is_sound = start(r, out);
	for (size_t k = 0; is_sound && k < r->arms; k++) {
		size_t at;

		is_sound = (out->kind == GRID_FULL ?
		    find_cell(r, &out->full, k, &at) :
		    find_run(r, &out->fraction, k, &at)) && !is_taken[at];
		if (!is_sound)
			break;
		is_taken[at] = true;
		out->arm[at] = k;
	}
	if (!is_sound)
		out->kind = GRID_NONE;
}

/* The contrast of the runs with that effect's signs. */
static struct grid_effect
estimate(const struct grid *g, unsigned effect)
{
	const struct fraction *f = &g->fraction;
	double half = (double)f->runs / 2, var = 0;
	struct grid_effect e = { .effect = effect, .is_known = true };

	for (size_t run = 0; run < f->runs; run++) {
		double n = (double)g->cell[run].n;
		double p = (double)g->cell[run].x / n;

		if (!(n > 0))
			return (struct grid_effect){ .effect = effect,
				.p = 1, .p_holm = 1 };
		e.estimate += fraction_sign(f, run, effect) * p / half;
		var += p * (1 - p) / n / (half * half);
	}
	e.se = sqrt(var);
	e.z = var > 0 ? e.estimate / e.se : 0;
	e.p = stats_p_of_z(e.z);
	return e;
}

/* Does it show as one with an effect that is listed before? */
static bool
is_listed(const struct grid *g, unsigned effect)
{
	unsigned alias[FRACTION_WORDS_MAX];
	size_t count = fraction_aliases(&g->fraction, effect, alias);

	for (size_t i = 0; i < g->effects; i++)
		for (size_t j = 0; j < count; j++)
			if (g->effect[i].effect == alias[j])
				return true;
	return false;
}

/* Single factors, then the pairs that show apart. */
static void
list_effects(struct grid *g)
{
	size_t factors = g->fraction.factors;

	for (size_t i = 0; i < factors; i++)
		g->effect[g->effects++] = estimate(g, 1u << i);
	for (size_t i = 0; i < factors; i++)
		for (size_t j = i + 1; j < factors; j++)
			if (!is_listed(g, 1u << i | 1u << j))
				g->effect[g->effects++] = estimate(g,
				    1u << i | 1u << j);
}

static void
adjust(const struct results *r, struct grid *g)
{
	double p[GRID_EFFECTS_MAX], holm[GRID_EFFECTS_MAX];
	size_t known = 0;

	for (size_t i = 0; i < g->effects; i++)
		if (g->effect[i].is_known)
			p[known++] = g->effect[i].p;
	stats_holm(p, known, holm);
	known = 0;
	for (size_t i = 0; i < g->effects; i++) {
		struct grid_effect *e = &g->effect[i];

		if (!e->is_known)
			continue;
		e->p_holm = holm[known++];
		g->has_interaction |= i >= g->fraction.factors &&
		    e->p_holm <= r->alpha;
	}
}

static enum factorial_fit
least_filled(const struct grid *g, size_t cells)
{
	enum factorial_fit worst = FACTORIAL_FITS;

	for (size_t i = 0; i < cells; i++) {
		if (g->cell[i].n < FACTORIAL_VISITORS_MIN)
			return FACTORIAL_FEW_VISITORS;
		if (g->cell[i].x < FACTORIAL_CONVERSIONS_MIN)
			worst = FACTORIAL_FEW_CONVERSIONS;
	}
	return worst;
}

void
grid_make(const struct results *r, const struct figures *f, struct grid *out)
{
	grid_place(r, out);
	if (out->kind == GRID_NONE)
		return;
	for (size_t i = 0; i < r->arms; i++) {
		size_t k = out->arm[i];

		out->cell[i] = f->arm[k].standard;
		if (f->arm[k].p_best > 0 && (out->best < 0 ||
		    f->arm[k].p_best > f->arm[out->best].p_best))
			out->best = (int)k;
	}
	out->fit = least_filled(out, r->arms);
	if (out->kind == GRID_FRACTION) {
		list_effects(out);
		adjust(r, out);
		return;
	}
	factorial_analyze(&out->full, out->cell, &out->result);
	out->has_interaction = factorial_interacts(&out->result, r->alpha);
}
