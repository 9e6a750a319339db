/*
 * Implements factorline.h: reads and writes JSON, the arithmetic is
 * factorial's, fraction's and bayes'.
 */
#include <math.h>
#include <stdio.h>

#include "experiment/bayes.h"
#include "experiment/factorial.h"
#include "experiment/fraction.h"
#include "experiment/jsonline.h"
#include "experiment/testread.h"
#include "experiment/factorline.h"

static const struct jsonline_range levels_each = { 2, FACTORIAL_LEVELS_MAX,
	NAN, "levels: must be 1 to 4 whole numbers from 2 to 8" };

/* cell[place[i]] is what was asked of in the i-th place. */
struct question {
	struct factorial f;
	size_t place[FACTORIAL_CELLS_MAX];
	struct stats_arm cell[FACTORIAL_CELLS_MAX];
};

static bool
read_levels(struct jsonline *q, struct factorial *f)
{
	double number[FACTORIAL_FACTORS_MAX];
	size_t levels[FACTORIAL_FACTORS_MAX];
	size_t count = jsonline_numbers(q, jsonline_member(q, "levels"),
	    &levels_each, FACTORIAL_FACTORS_MAX, number);

	for (size_t i = 0; i < count; i++) {
		if (number[i] != floor(number[i]))
			return jsonline_fail(q, levels_each.error);
		levels[i] = (size_t)number[i];
	}
	if (q->error)
		return false;
	return factorial_init(f, levels, count) ||
	    jsonline_fail(q, "levels: must make at most 16 cells");
}

static bool
read_cell(const struct factorial *f, const json_t *from, size_t *cell)
{
	size_t level[FACTORIAL_FACTORS_MAX];

	if (json_array_size(from) != f->factors)
		return false;
	for (size_t i = 0; i < f->factors; i++) {
		const json_t *j = json_array_get(from, i);

		if (!json_is_integer(j) || json_integer_value(j) < 0 ||
		    json_integer_value(j) >= (json_int_t)f->levels[i])
			return false;
		level[i] = (size_t)json_integer_value(j);
	}
	*cell = factorial_cell(f, level);
	return true;
}

static bool
read_cells(struct jsonline *q, struct question *asked)
{
	const json_t *list = jsonline_member(q, "cells");
	bool is_seen[FACTORIAL_CELLS_MAX] = { false };
	struct stats_arm arm[STATS_ARMS_MAX];
	size_t cells = asked->f.cells;

	if (json_array_size(list) != cells)
		return jsonline_fail(q, "cells: must be all combinations of"
		    " levels, each once");
	if (!jsonline_arms(q, jsonline_member(q, "n"),
	    jsonline_member(q, "x"), arm))
		return false;
	if (json_array_size(jsonline_member(q, "n")) != cells)
		return jsonline_fail(q, "n, x: must be as many as cells");
	for (size_t i = 0; i < cells; i++) {
		size_t *place = &asked->place[i];

		if (!read_cell(&asked->f, json_array_get(list, i), place) ||
		    is_seen[*place])
			return jsonline_fail(q, "cells: must be all"
			    " combinations of levels, each once");
		is_seen[*place] = true;
		asked->cell[*place] = arm[i];
	}
	return true;
}

static json_t *
tell_marginals(const struct question *asked)
{
	json_t *all = json_object();
	char name[FACTORIAL_NAME_BYTES];

	for (size_t i = 0; i < asked->f.factors; i++)
		for (size_t l = 0; l < asked->f.levels[i]; l++) {
			snprintf(name, sizeof name, "%c%u", (char)('A' + i),
			    (unsigned)l % 10);
			json_object_set_new(all, name, jsonline_real(
			    factorial_marginal(&asked->f, asked->cell, i,
			    l)));
		}
	return all;
}

/* v where it is known, else null. */
static json_t *
figure(bool is_known, double v)
{
	return is_known ? jsonline_real(v) : json_null();
}

static json_t *
tell_terms(const struct factorial_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->terms; i++) {
		const struct factorial_term *t = &r->term[i];

		json_array_append_new(list, json_pack(
		    "{s:s, s:o, s:i, s:o}", "term", t->name,
		    "chi2", figure(t->is_known, t->chi2),
		    "df", (int)t->df, "p", figure(t->is_known, t->p)));
	}
	return list;
}

static json_t *
tell_effects(const struct factorial_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->effects; i++) {
		const struct factorial_effect *e = &r->effect[i];

		json_array_append_new(list, json_pack(
		    "{s:s, s:o, s:o, s:o, s:o, s:o}", "term", e->name,
		    "estimate", figure(e->is_known, e->estimate),
		    "se", figure(e->is_known, e->se),
		    "z", figure(e->is_known, e->z),
		    "p", figure(e->is_known, e->p),
		    "p_holm", figure(e->is_known, e->p_holm)));
	}
	return list;
}

static json_t *
answer_full(struct jsonline *q)
{
	struct bayes_beta beta[FACTORIAL_CELLS_MAX];
	double p_best[FACTORIAL_CELLS_MAX];
	struct factorial_result result;
	struct question asked;
	size_t best = 0;

	/* Adjusted p need none, but a wrong one is a mistake to be told of. */
	testread_alpha(q);
	if (!read_levels(q, &asked.f) || !read_cells(q, &asked) || q->error)
		return NULL;
	factorial_analyze(&asked.f, asked.cell, &result);
	for (size_t i = 0; i < asked.f.cells; i++)
		beta[i] = bayes_posterior(asked.cell[asked.place[i]],
		    (struct bayes_beta){ 1, 1 });
	bayes_best(beta, asked.f.cells, p_best);
	for (size_t i = 1; i < asked.f.cells; i++)
		if (p_best[i] > p_best[best])
			best = i;
	return json_pack("{s:o, s:o, s:o, s:i, s:o}",
	    "marginal_rates", tell_marginals(&asked),
	    "omnibus", tell_terms(&result),
	    "effects", tell_effects(&result),
	    "best_cell", (int)best,
	    "p_best", jsonline_reals(p_best, asked.f.cells));
}

static bool
read_generators(struct jsonline *q, struct fraction *f)
{
	static const char error[] = "generators: must be one text like"
	    " \"D=ABC\" for each of the design's last factors";
	const json_t *list = jsonline_member(q, "generators");
	struct str generator[FRACTION_GENERATORS_MAX];
	size_t count = json_array_size(list);

	if (!list || json_is_null(list))
		return true;
	if (!count || count > FRACTION_GENERATORS_MAX)
		return jsonline_fail(q, error);
	for (size_t i = 0; i < count; i++)
		generator[i] = jsonline_text(json_array_get(list, i));
	return fraction_generate(f, generator, count) ||
	    jsonline_fail(q, error);
}

static json_t *
tell_name(unsigned effect)
{
	char name[FRACTION_NAME_BYTES];

	fraction_name(effect, name);
	return json_string(name);
}

static json_t *
tell_runs(const struct fraction *f)
{
	json_t *runs = json_array();

	for (size_t run = 0; run < f->runs; run++) {
		int64_t sign[FRACTION_FACTORS_MAX];

		for (size_t i = 0; i < f->factors; i++)
			sign[i] = fraction_sign(f, run, 1u << i);
		json_array_append_new(runs,
		    jsonline_integers(sign, f->factors));
	}
	return runs;
}

static void
add_aliases(const struct fraction *f, unsigned effect, json_t *to)
{
	unsigned alias[FRACTION_WORDS_MAX];
	size_t count = fraction_aliases(f, effect, alias);
	char name[FRACTION_NAME_BYTES];
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, tell_name(alias[i]));
	fraction_name(effect, name);
	json_object_set_new(to, name, list);
}

static json_t *
tell_aliases(const struct fraction *f)
{
	json_t *all = json_object();

	for (size_t i = 0; i < f->factors; i++)
		add_aliases(f, 1u << i, all);
	for (size_t i = 0; i < f->factors; i++)
		for (size_t j = i + 1; j < f->factors; j++)
			add_aliases(f, 1u << i | 1u << j, all);
	return all;
}

static json_t *
answer_fraction(struct jsonline *q)
{
	const json_t *factors = jsonline_member(q, "factors");
	struct fraction f;
	json_t *words;

	if (!fraction_init(&f, jsonline_text(jsonline_member(q, "design"))))
		jsonline_fail(q, "design: must be 2^(3-1), 2^(4-1), 2^(5-2)"
		    " or 2^(5-1)");
	else if (factors && (!json_is_integer(factors) ||
	    json_integer_value(factors) != (json_int_t)f.factors))
		jsonline_fail(q, "factors: must be the design's");
	if (q->error || !read_generators(q, &f))
		return NULL;
	words = json_array();
	for (size_t i = 0; i < f.words; i++)
		json_array_append_new(words, tell_name(f.word[i]));
	return json_pack("{s:i, s:o, s:o, s:o}",
	    "resolution", (int)f.resolution,
	    "defining_words", words,
	    "runs", tell_runs(&f),
	    "aliases", tell_aliases(&f));
}

json_t *
factorline_answer(struct jsonline *q)
{
	return jsonline_member(q, "design") ? answer_fraction(q) :
	    answer_full(q);
}
