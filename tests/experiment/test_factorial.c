#include <math.h>
#include <string.h>

#include "experiment/factorial.h"
#include "experiment/factorline.h"
#include "support/figure.h"
#include "support/suite.h"

static const struct figure_near near[] = {
	{ "marginal_rates", 1e-10, 0 },
	{ "estimate", 1e-10, 0 },
	{ "se", 1e-10, 0 },
	{ "z", 1e-7, 0 },
	{ "p", 1e-8, 1e-5 },
	{ "p_holm", 1e-8, 1e-5 },
	{ "chi2", 1e-6, 1e-7 },
	{ "p_best", 1e-6, 0 },
	{ NULL, 0, 0 },
};
/* Within marginal_rates it is the name of the level that is looked up. */
static const struct figure_near rates[] = {
	{ "A0", 1e-10, 0 }, { "A1", 1e-10, 0 },
	{ "B0", 1e-10, 0 }, { "B1", 1e-10, 0 }, { NULL, 0, 0 },
};

#define WORKED "'levels': [2,2], 'cells': [[0,0],[0,1],[1,0],[1,1]]," \
    "'n': [410,392,394,409], 'x': [13,13,12,13]"

START_TEST(the_worked_example_holds)
{
	ck_assert_figures(figure_ask(factorline_answer, "{" WORKED
	    ", 'alpha': 0.05}"),
	    "{'marginal_rates': {'A0': 0.0324352911896,"
	    "'A1': 0.0311208469338, 'B0': 0.0310820849325,"
	    "'B1': 0.032474053191}, 'omnibus': ["
	    "{'term': 'A', 'chi2': 0.0225212543315, 'df': 1,"
	    "'p': 0.880708732788}, {'term': 'B', 'chi2': 0.0252561351789,"
	    "'df': 1, 'p': 0.873730493322}, {'term': 'A:B',"
	    "'chi2': 5.33576083445e-05, 'df': 1, 'p': 0.994171800936}],"
	    "'effects': [{'term': 'A1-A0', 'estimate': -0.00131444425581,"
	    "'se': 0.00875882572669, 'z': -0.150070831048,"
	    "'p': 0.880708732788, 'p_holm': 1.0},"
	    "{'term': 'B1-B0', 'estimate': 0.00139196825843,"
	    "'se': 0.00875882572669, 'z': 0.158921789503,"
	    "'p': 0.873730493322, 'p_holm': 1.0},"
	    "{'term': 'A1:B1', 'estimate': -0.000127959949035,"
	    "'se': 0.0175176514534, 'z': -0.00730462924073,"
	    "'p': 0.994171800936, 'p_holm': 1.0}], 'best_cell': 1,"
	    "'p_best': [0.242337198659, 0.307079200779, 0.205011725436,"
	    "0.245571875126]}", near);
} END_TEST

/* Cells come in any order, and p_best goes back in the same. */
START_TEST(the_order_of_cells_is_the_asker_s)
{
	json_t *got = figure_ask(factorline_answer, "{'levels': [2,2],"
	    "'cells': [[1,1],[1,0],[0,1],[0,0]], 'n': [409,394,392,410],"
	    "'x': [13,12,13,13]}");

	ck_assert_figures(figure_at(got, "marginal_rates"),
	    "{'A0': 0.0324352911896, 'A1': 0.0311208469338,"
	    "'B0': 0.0310820849325, 'B1': 0.032474053191}", rates);
	ck_assert_double_eq(figure_number(got, "best_cell"), 2);
	ck_assert_double_eq_tol(figure_number(got, "p_best/2"),
	    0.307079200779, 1e-6);
} END_TEST

static const struct {
	size_t factors, levels[FACTORIAL_FACTORS_MAX];
	size_t terms, effects;
} shapes[] = {
	{ 1, { 2 }, 1, 1 },
	{ 1, { 8 }, 1, 7 },
	{ 2, { 2, 8 }, 3, 15 },
	{ 2, { 4, 4 }, 3, 15 },
	{ 3, { 2, 2, 4 }, 6, 12 },
	{ 3, { 2, 2, 2 }, 6, 6 },
	{ 4, { 2, 2, 2, 2 }, 10, 10 },
};

/* Cells of different sizes and rates, by no rule that a contrast would see. */
static void
fill(const struct factorial *f, struct stats_arm *cell)
{
	for (size_t i = 0; i < f->cells; i++) {
		cell[i].n = 900 + (int64_t)(i * 37 % 11) * 50;
		cell[i].x = 60 + (int64_t)(i * 53 % 17) * 3;
	}
}

START_TEST(cells_are_numbered_and_back)
{
	struct factorial f;

	ck_assert(factorial_init(&f, shapes[_i].levels, shapes[_i].factors));
	for (size_t cell = 0; cell < f.cells; cell++) {
		size_t level[FACTORIAL_FACTORS_MAX];

		for (size_t i = 0; i < f.factors; i++)
			level[i] = factorial_level(&f, cell, i);
		ck_assert_uint_eq(factorial_cell(&f, level), cell);
	}
	ck_assert_uint_eq(factorial_level(&f, 1, f.factors - 1), 1);
} END_TEST

START_TEST(factors_and_pairs_are_listed)
{
	struct stats_arm cell[FACTORIAL_CELLS_MAX];
	struct factorial_result r;
	struct factorial f;
	size_t df = 0;

	ck_assert(factorial_init(&f, shapes[_i].levels, shapes[_i].factors));
	fill(&f, cell);
	factorial_analyze(&f, cell, &r);
	ck_assert_uint_eq(r.terms, shapes[_i].terms);
	ck_assert_uint_eq(r.effects, shapes[_i].effects);
	for (size_t i = 0; i < r.terms; i++) {
		ck_assert(r.term[i].is_known);
		df += r.term[i].df;
	}
	ck_assert_uint_eq(df, r.effects);
	/* A term of one effect is that effect, squared. */
	for (size_t i = 0, e = 0; i < r.terms; e += r.term[i++].df)
		if (r.term[i].df == 1) {
			ck_assert_double_eq_tol(r.term[i].chi2,
			    r.effect[e].z * r.effect[e].z, 1e-9);
			ck_assert_double_eq_tol(r.term[i].p, r.effect[e].p,
			    1e-9);
		}
} END_TEST

/* Of one factor, Wald's chi2 is the spread around the weighted mean. */
START_TEST(a_term_is_a_test_of_evenness)
{
	static const size_t levels[] = { 5 };
	double weights = 0, mean = 0, chi2 = 0;
	struct stats_arm cell[FACTORIAL_CELLS_MAX];
	struct factorial_result r;
	struct factorial f;

	factorial_init(&f, levels, 1);
	fill(&f, cell);
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < f.cells; i++) {
			double n = (double)cell[i].n;
			double p = (double)cell[i].x / n;
			double w = n / (p * (1 - p));

			weights += turn ? 0 : w;
			mean += turn ? 0 : w * p;
			chi2 += turn ? w * (p - mean / weights) *
			    (p - mean / weights) : 0;
		}
	factorial_analyze(&f, cell, &r);
	ck_assert_double_eq_tol(r.term[0].chi2, chi2, 1e-9 * chi2);
} END_TEST

/* With the levels of A exchanged, what A has to do with turns its sign. */
START_TEST(swapping_levels_turns_the_sign)
{
	static const size_t levels[] = { 2, 2, 2 };
	struct stats_arm cell[FACTORIAL_CELLS_MAX], other[FACTORIAL_CELLS_MAX];
	struct factorial_result r, s;
	struct factorial f;

	factorial_init(&f, levels, 3);
	fill(&f, cell);
	for (size_t i = 0; i < f.cells; i++)
		other[i] = cell[(i + 4) % 8];
	factorial_analyze(&f, cell, &r);
	factorial_analyze(&f, other, &s);
	for (size_t i = 0; i < r.effects; i++) {
		double sign = strchr(r.effect[i].name, 'A') ? -1 : 1;

		ck_assert_str_eq(r.effect[i].name, s.effect[i].name);
		ck_assert_double_eq_tol(r.effect[i].estimate,
		    sign * s.effect[i].estimate, 1e-15);
		ck_assert_double_eq_tol(r.effect[i].se, s.effect[i].se,
		    1e-15);
	}
} END_TEST

/* 3 by 2 levels, the rates made of known effects. */
START_TEST(effects_are_found_again)
{
	static const size_t levels[] = { 3, 2 };
	static const struct stats_arm cell[] = {
		{ 1000, 100 }, { 1000, 120 },
		{ 1000, 130 }, { 1000, 190 },
		{ 1000, 110 }, { 1000, 130 },
	};
	static const struct { const char *name; double estimate; } want[] = {
		{ "A1-A0", .05 }, { "A2-A0", .01 }, { "B1-B0", .1 / 3 },
		{ "A1:B1", .04 }, { "A2:B1", 0 },
	};
	struct factorial_result r;
	struct factorial f;

	factorial_init(&f, levels, 2);
	factorial_analyze(&f, cell, &r);
	ck_assert_uint_eq(r.effects, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		ck_assert_str_eq(r.effect[i].name, want[i].name);
		ck_assert_double_eq_tol(r.effect[i].estimate,
		    want[i].estimate, 1e-15);
	}
	ck_assert_double_eq_tol(factorial_marginal(&f, cell, 0, 1), .16,
	    1e-15);
	ck_assert(!factorial_interacts(&r, .05));
	ck_assert(factorial_interacts(&r, r.effect[3].p_holm));
} END_TEST

/* A cell nobody saw takes its effects along, and Holm is of the others. */
START_TEST(an_empty_cell_is_known_to_be_unknown)
{
	static const size_t levels[] = { 3 };
	static const struct stats_arm cell[] = {
		{ 1000, 100 }, { 1000, 130 }, { 0, 0 } };
	struct factorial_result r;
	struct factorial f;

	factorial_init(&f, levels, 1);
	factorial_analyze(&f, cell, &r);
	ck_assert(r.effect[0].is_known);
	ck_assert_double_eq(r.effect[0].p_holm, r.effect[0].p);
	ck_assert(!r.effect[1].is_known);
	ck_assert(!r.term[0].is_known);
	ck_assert(isnan(factorial_marginal(&f, cell, 0, 2)));
} END_TEST

static const struct { const char *inputs, *path; } silent[] = {
	{ "{'levels': [2], 'cells': [[0],[1]], 'n': [9,0], 'x': [1,0]}",
	    "effects/0/p_holm" },
	{ "{'levels': [2], 'cells': [[0],[1]], 'n': [9,0], 'x': [1,0]}",
	    "effects/0/estimate" },
	{ "{'levels': [2], 'cells': [[0],[1]], 'n': [9,0], 'x': [1,0]}",
	    "omnibus/0/chi2" },
	{ "{'levels': [2], 'cells': [[0],[1]], 'n': [9,0], 'x': [1,0]}",
	    "marginal_rates/A1" },
};
START_TEST(what_can_t_be_is_null)
{
	ck_assert(json_is_null(figure_at(figure_ask(factorline_answer,
	    silent[_i].inputs), silent[_i].path)));
} END_TEST

/* No conversions, or nothing else: no spread, z of 0 and p of 1. */
START_TEST(without_spread_nothing_is_found)
{
	json_t *got = figure_ask(factorline_answer, "{'levels': [2],"
	    "'cells': [[0],[1]], 'n': [9,9], 'x': [0,9]}");

	ck_assert_double_eq(figure_number(got, "effects/0/z"), 0);
	ck_assert_double_eq(figure_number(got, "effects/0/p"), 1);
	ck_assert_double_eq(figure_number(got, "omnibus/0/chi2"), 0);
	ck_assert_double_eq(figure_number(got, "omnibus/0/p"), 1);
} END_TEST

static const struct {
	double visitors, rate;
	enum factorial_fit want;
} plans[] = {
	{ 100, .25, FACTORIAL_FITS },
	{ 99, .5, FACTORIAL_FEW_VISITORS },
	{ 100, .24, FACTORIAL_FEW_CONVERSIONS },
	{ 0, 0, FACTORIAL_FEW_VISITORS },
	{ 25000, .001, FACTORIAL_FITS },
};
START_TEST(a_plan_that_can_t_be_filled_is_refused)
{
	ck_assert_int_eq(factorial_fit(plans[_i].visitors, plans[_i].rate),
	    plans[_i].want);
} END_TEST

START_TEST(the_worst_cell_counts)
{
	static const size_t levels[] = { 2 };
	static const struct stats_arm full[] = { { 100, 25 }, { 100, 25 } };
	static const struct stats_arm thin[] = { { 100, 24 }, { 100, 25 } };
	static const struct stats_arm low[] = { { 100, 24 }, { 99, 25 } };
	struct factorial f;

	factorial_init(&f, levels, 1);
	ck_assert_int_eq(factorial_filled(&f, full), FACTORIAL_FITS);
	ck_assert_int_eq(factorial_filled(&f, thin),
	    FACTORIAL_FEW_CONVERSIONS);
	ck_assert_int_eq(factorial_filled(&f, low), FACTORIAL_FEW_VISITORS);
} END_TEST

static const struct {
	size_t factors, levels[5];
	bool is_ok;
} limits[] = {
	{ 0, { 0 }, false },
	{ 4, { 2, 2, 2, 2 }, true },
	{ 5, { 2, 2, 2, 2, 2 }, false },
	{ 1, { 8 }, true },
	{ 1, { 9 }, false },
	{ 1, { 1 }, false },
	{ 2, { 2, 8 }, true },
	{ 2, { 3, 6 }, false },
	{ 1, { (size_t)1 << 40 }, false },
};
START_TEST(a_test_has_limits)
{
	struct factorial f;

	ck_assert(factorial_init(&f, limits[_i].levels, limits[_i].factors)
	    == limits[_i].is_ok);
} END_TEST

#define TWO "'cells': [[0],[1]], "
static const struct { const char *inputs, *error; } wrong[] = {
	{ "{}", "levels" },
	{ "{'levels': []}", "levels" },
	{ "{'levels': [2,2,2,2,2]}", "levels" },
	{ "{'levels': [9]}", "levels" },
	{ "{'levels': [2.5]}", "levels" },
	{ "{'levels': [3,6]}", "levels: must make" },
	{ "{'levels': [2]}", "cells" },
	{ "{'levels': [2], 'cells': [[0]]}", "cells" },
	{ "{'levels': [2], 'cells': [[0],[0]], 'n': [9,9], 'x': [1,1]}",
	    "cells" },
	{ "{'levels': [2], 'cells': [[0],[2]], 'n': [9,9], 'x': [1,1]}",
	    "cells" },
	{ "{'levels': [2], 'cells': [[0],[-1]], 'n': [9,9], 'x': [1,1]}",
	    "cells" },
	{ "{'levels': [2], 'cells': [[0],[1,0]], 'n': [9,9], 'x': [1,1]}",
	    "cells" },
	{ "{'levels': [2], 'cells': [0,1], 'n': [9,9], 'x': [1,1]}",
	    "cells" },
	{ "{'levels': [2], " TWO "'n': [9,9,9], 'x': [1,1,1]}", "n, x" },
	{ "{'levels': [2], " TWO "'n': [9,9], 'x': [1,10]}", "n, x" },
	{ "{'levels': [2], " TWO "'n': [9,9], 'x': [1,1], 'alpha': 0}",
	    "alpha" },
};
START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(factorline_answer,
	    wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

SUITE(factorial)
{
	SUITE_TEST(the_worked_example_holds);
	SUITE_TEST(the_order_of_cells_is_the_asker_s);
	SUITE_LOOP(cells_are_numbered_and_back, COUNT(shapes));
	SUITE_LOOP(factors_and_pairs_are_listed, COUNT(shapes));
	SUITE_TEST(a_term_is_a_test_of_evenness);
	SUITE_TEST(swapping_levels_turns_the_sign);
	SUITE_TEST(effects_are_found_again);
	SUITE_TEST(an_empty_cell_is_known_to_be_unknown);
	SUITE_LOOP(what_can_t_be_is_null, COUNT(silent));
	SUITE_TEST(without_spread_nothing_is_found);
	SUITE_LOOP(a_plan_that_can_t_be_filled_is_refused, COUNT(plans));
	SUITE_TEST(the_worst_cell_counts);
	SUITE_LOOP(a_test_has_limits, COUNT(limits));
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
}
