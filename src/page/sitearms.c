/*
 * Implements sitearms.h.  A fractional design's variants are its runs; that
 * they are the right ones is experiment/fraction's to say.
 */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitearms.h"

#define PRODUCT_SLACK 1e-9	/* of a cell's weight written out */

/* How many two-level factors a design has, and how many runs. */
static const struct design {
	const char *name;
	size_t factors;
	size_t runs;
} designs[] = {
	{ "full", 0, 0 },
	{ "2^(3-1)", 3, 4 },
	{ "2^(4-1)", 4, 8 },
	{ "2^(5-2)", 5, 8 },
	{ "2^(5-1)", 5, 16 },
};
#define DESIGNS (sizeof designs / sizeof designs[0])

static void
check_sum(const struct reader_node *n, double sum)
{
	if (!(sum >= 1 - SITEARMS_SLACK && sum <= 1 + SITEARMS_SLACK))
		reader_complain(n, "sum to %.15g, not to 1", sum);
}

void
sitearms_read_weights(const struct reader_node *n, struct site_experiment *out)
{
	static const struct reader_range share = { READER_MUST, 0, 1, 0 };
	const struct site_page *pg = out->page;
	json_t *object = (json_t *)n->json, *value;
	size_t before = n->reader->errors;
	const char *key;
	double sum = 0;

	if (!reader_object(n, READER_MUST, NULL) || !pg)
		return;
	json_object_foreach(object, key, value) {
		struct reader_node member = reader_member(n, key);

		if (!site_variant(pg, str_of(key)))
			reader_complain(&member, "page %.*s has no such"
			    " variant", STR_ARG(reader_quote(n, pg->key)));
	}
	out->weight = arena_array(n->reader->arena, pg->variants,
	    sizeof *out->weight);
	for (size_t i = 0; i < pg->variants; i++) {
		struct reader_node member = reader_member(n,
		    pg->variant[i].key.p);

		if (str_is_empty(pg->variant[i].key))
			return;
		out->weight[i] = reader_number(&member, &share);
		sum += out->weight[i];
	}
	if (n->reader->errors == before)
		check_sum(n, sum);
}

static void
read_level_weights(const struct reader_node *n, struct site_factor *out)
{
	static const struct reader_range share = { READER_MUST, 0, 1, 0 };
	size_t before = n->reader->errors;
	size_t count = reader_list(n, READER_MAY, SITE_LEVELS_MAX);
	double sum = 0;

	for (size_t i = 0; i < out->levels; i++)
		out->weight[i] = 1. / (double)out->levels;
	if (!n->json || n->reader->errors > before)
		return;
	if (count != out->levels) {
		reader_complain(n, "has %zu weights for %zu levels", count,
		    out->levels);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		out->weight[i] = reader_number(&item, &share);
		sum += out->weight[i];
	}
	if (n->reader->errors == before)
		check_sum(n, sum);
}

static void
read_factor(const struct reader_node *n, struct site_factor *out)
{
	static const char *const known[] = { "key", "levels", "weights",
		NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node levels = reader_member(n, "levels");
	struct reader_node weights = reader_member(n, "weights");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->levels = reader_list(&levels, READER_MUST, SITE_LEVELS_MAX);
	if (json_is_array(levels.json) && json_array_size(levels.json) < 2)
		reader_complain(&levels, "a factor needs two levels");
	for (size_t i = 0; i < out->levels; i++) {
		struct reader_node item = reader_element(&levels, i);

		out->level[i] = reader_key(&item, READER_MUST);
	}
	reader_unique(&levels, NULL);
	read_level_weights(&weights, out);
}

/* The variant's level of a factor, or -1: none of the factor's. */
static int
level_of(const struct site_variant *v, const struct site_factor *f)
{
	for (size_t i = 0; i < v->levels; i++) {
		if (!str_eq(v->level[i].factor, f->key))
			continue;
		for (size_t k = 0; k < f->levels; k++)
			if (str_eq(f->level[k], v->level[i].level))
				return (int)k;
	}
	return -1;
}

/* The combination of levels a variant stands for, as site.h counts them. */
static bool
find_cell(const struct reader_node *n, const struct site_experiment *e,
    const struct site_variant *v, size_t *out)
{
	*out = 0;
	for (size_t i = 0; i < e->factors; i++) {
		int level = level_of(v, &e->factor[i]);

		if (level < 0) {
			reader_complain(n, "variant %.*s names no level of"
			    " factor %.*s", STR_ARG(reader_quote(n, v->key)),
			    STR_ARG(reader_quote(n, e->factor[i].key)));
			return false;
		}
		*out = *out * e->factor[i].levels + (size_t)level;
	}
	if (v->levels == e->factors)
		return true;
	reader_complain(n, "variant %.*s names a factor that isn't here",
	    STR_ARG(reader_quote(n, v->key)));
	return false;
}

/*
 * No two variants stand for the same combination; cell[combination] becomes
 * the variant.  False when something is wrong.
 */
static bool
place_variants(const struct reader_node *n, const struct site_experiment *e,
    uint32_t *cell, size_t combinations)
{
	const struct site_page *pg = e->page;
	size_t before = n->reader->errors, at;

	memset(cell, 0xff, combinations * sizeof *cell);
	for (size_t i = 0; i < pg->variants; i++) {
		if (!find_cell(n, e, &pg->variant[i], &at))
			continue;
		if (cell[at] != UINT32_MAX)
			reader_complain(n, "variants %.*s and %.*s stand at"
			    " the same levels", STR_ARG(reader_quote(n,
			    pg->variant[cell[at]].key)),
			    STR_ARG(reader_quote(n, pg->variant[i].key)));
		cell[at] = (uint32_t)i;
	}
	return n->reader->errors == before;
}

static double
cell_weight(const struct site_experiment *e, size_t cell)
{
	double weight = 1;

	for (size_t i = e->factors; i--; cell /= e->factor[i].levels)
		weight *= e->factor[i].weight[cell % e->factor[i].levels];
	return weight;
}

/* Weights beside a full factorial may only say what its levels say. */
static void
weigh_cells(const struct reader_node *weights, struct site_experiment *e)
{
	const struct site_page *pg = e->page;
	size_t before = weights->reader->errors;
	double *given = NULL;

	if (weights->json) {
		sitearms_read_weights(weights, e);
		given = e->weight;
	}
	e->weight = arena_array(weights->reader->arena, pg->variants,
	    sizeof *e->weight);
	for (size_t i = 0; i < e->cells; i++)
		e->weight[e->cell[i]] = cell_weight(e, i);
	for (size_t i = 0; given && i < pg->variants; i++) {
		struct reader_node member = reader_member(weights,
		    pg->variant[i].key.p);

		if (weights->reader->errors == before &&
		    fabs(given[i] - e->weight[i]) > PRODUCT_SLACK)
			reader_complain(&member, "is %.15g by its levels'"
			    " weights", e->weight[i]);
	}
}

static void
read_full(const struct reader_node *factors, const struct reader_node *weights,
    struct site_experiment *e)
{
	size_t combinations = 1;
	uint32_t *cell;

	for (size_t i = 0; i < e->factors; i++)
		combinations *= e->factor[i].levels;
	if (combinations > SITE_VARIANTS_MAX) {
		reader_complain(factors, "make %zu combinations, at most %d"
		    " are allowed", combinations, SITE_VARIANTS_MAX);
		return;
	}
	cell = arena_array(factors->reader->arena, combinations, sizeof *cell);
	if (!place_variants(factors, e, cell, combinations))
		return;
	if (e->page->variants != combinations) {
		reader_complain(factors, "make %zu combinations, but page"
		    " %.*s has %zu variants", combinations,
		    STR_ARG(reader_quote(factors, e->page->key)),
		    e->page->variants);
		return;
	}
	e->cell = cell;
	e->cells = combinations;
	weigh_cells(weights, e);
}

static bool
fits_design(const struct reader_node *n, const struct site_experiment *e,
    const struct design *d)
{
	size_t before = n->reader->errors;

	if (e->factors != d->factors)
		reader_complain(n, "%s is a design of %zu factors, not %zu",
		    d->name, d->factors, e->factors);
	else if (e->page->variants != d->runs)
		reader_complain(n, "%s has %zu runs, but page %.*s has %zu"
		    " variants", d->name, d->runs,
		    STR_ARG(reader_quote(n, e->page->key)),
		    e->page->variants);
	for (size_t i = 0; i < e->factors; i++)
		if (e->factor[i].levels != 2)
			reader_complain(n, "%s is a design of two levels, and"
			    " factor %.*s has %zu", d->name,
			    STR_ARG(reader_quote(n, e->factor[i].key)),
			    e->factor[i].levels);
	return n->reader->errors == before;
}

static void
read_fraction(const struct reader_node *n, const struct design *d,
    struct site_experiment *e)
{
	struct reader_node factors = reader_member(n, "factors");
	struct reader_node design = reader_member(n, "design");
	struct reader_node weights = reader_member(n, "weights");
	uint32_t cell[1 << SITE_FACTORS_MAX];

	for (size_t i = 0; i < e->factors; i++) {
		struct reader_node item = reader_element(&factors, i);
		struct reader_node of_levels = reader_member(&item, "weights");

		if (of_levels.json)
			reader_complain(&of_levels, "the runs of a fractional"
			    " design have weights, its levels have not");
	}
	if (!fits_design(&design, e, d) ||
	    !place_variants(&factors, e, cell, (size_t)1 << e->factors))
		return;
	if (weights.json) {
		sitearms_read_weights(&weights, e);
		return;
	}
	e->weight = arena_array(n->reader->arena, e->page->variants,
	    sizeof *e->weight);
	for (size_t i = 0; i < e->page->variants; i++)
		e->weight[i] = 1. / (double)e->page->variants;
}

static void
read_factors(const struct reader_node *n, struct site_experiment *out)
{
	struct site_factor *factor;

	out->factors = reader_list(n, READER_MAY, SITE_FACTORS_MAX);
	factor = arena_array(n->reader->arena, out->factors, sizeof *factor);
	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "leave it out to compare variants alone");
	for (size_t i = 0; i < out->factors; i++) {
		struct reader_node item = reader_element(n, i);

		read_factor(&item, &factor[i]);
	}
	reader_unique(n, "key");
	out->factor = factor;
}

void
sitearms_read(const struct reader_node *n, struct site_experiment *out)
{
	struct reader_node weights = reader_member(n, "weights");
	struct reader_node factors = reader_member(n, "factors");
	struct reader_node design = reader_member(n, "design");
	const char *names[DESIGNS + 1] = { NULL };
	size_t before = n->reader->errors, chosen;

	for (size_t i = 0; i < DESIGNS; i++)
		names[i] = designs[i].name;
	chosen = reader_choice(&design, READER_MAY, names);
	read_factors(&factors, out);
	if (!factors.json) {
		if (design.json)
			reader_complain(&design, "is for an experiment with"
			    " factors");
		sitearms_read_weights(&weights, out);
		return;
	}
	out->design = str_of(names[chosen]);
	if (n->reader->errors > before || !out->page)
		return;
	if (chosen)
		read_fraction(n, &designs[chosen], out);
	else
		read_full(&factors, &weights, out);
}
