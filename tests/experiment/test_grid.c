/* Tests src/experiment/grid.c. */
#include "experiment/grid.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct figures f;
static struct grid g;

/* Arms a, b, c… stand at these levels, a digit for each factor. */
static struct results *
make(const struct trialcase_counts *c, const char *const *levels,
    const char *design)
{
	static const char *const names[] = { "low", "high", "third" };
	struct results *r = trialcase_made(c);

	r->design = str_of(design);
	for (const char *at = levels[0]; *at; at++) {
		struct results_factor *one = &r->factor[r->factors++];

		one->key = STR("f");
		one->levels = 2;
		for (size_t l = 0; l < 2; l++)
			one->level[l] = str_of(names[l]);
	}
	for (size_t k = 0; k < r->arms; k++)
		for (size_t i = 0; i < r->factors; i++)
			r->arm[k].level[i] = str_of(names[levels[k][i] - '0']);
	return r;
}

static const struct trialcase_counts four = { .arms = 4, .epochs = 1,
	.n_star = 5000, .weight = { { .25, .25, .25, .25 } },
	.n = { { 1000, 1000, 1000, 1000 } }, .x = { { 40, 60, 50, 90 } } };

/* The arms in another order than the cells. */
START_TEST(a_full_design_has_main_effects_and_pairs)
{
	static const char *const levels[] = { "00", "10", "01", "11" };
	struct results *r = make(&four, levels, "full");

	figures_make(r, &f);
	grid_make(r, &f, &g);
	ck_assert_int_eq(g.kind, GRID_FULL);
	ck_assert_uint_eq(g.arm[1], 2);
	ck_assert_uint_eq(g.result.effects, 3);
	ck_assert_str_eq(g.result.effect[0].name, "A1-A0");
	ck_assert_double_eq_tol(g.result.effect[0].estimate, .03, 1e-12);
	ck_assert_double_eq_tol(g.result.effect[1].estimate, .02, 1e-12);
	ck_assert_double_eq_tol(g.result.effect[2].estimate, .02, 1e-12);
	ck_assert_int_eq(g.best, 3);
	ck_assert_int_eq(g.fit, FACTORIAL_FITS);
	ck_assert(!g.has_interaction);
} END_TEST

/* C = AB: each effect shows with its alias, once. */
START_TEST(a_fraction_has_the_effects_that_show_apart)
{
	static const char *const levels[] = { "001", "100", "010", "111" };
	struct results *r = make(&four, levels, "2^(3-1)");

	figures_make(r, &f);
	grid_make(r, &f, &g);
	ck_assert_int_eq(g.kind, GRID_FRACTION);
	ck_assert_uint_eq(g.effects, 3);
	/* (60 + 90 - 40 - 50) / 2 of a thousand. */
	ck_assert_double_eq_tol(g.effect[0].estimate, .03, 1e-12);
	ck_assert_double_eq_tol(g.effect[1].estimate, .02, 1e-12);
	ck_assert_double_eq_tol(g.effect[2].estimate, .01, 1e-12);
	ck_assert(g.effect[0].p_holm >= g.effect[0].p);
	/* Half of the root of .04 * .96 + .06 * .94 + … of a thousand. */
	ck_assert_double_eq_tol(g.effect[0].se, .5 * .0149733, 1e-6);
} END_TEST

static const struct { const char *levels[4], *design; } wrong[] = {
	{ { "00", "10", "01", "01" }, "full" },		/* one twice */
	{ { "00", "10", "01", "12" }, "full" },		/* no such level */
	{ { "000", "100", "010", "110" }, "2^(3-1)" },	/* no fraction */
	{ { "000", "110", "101", "011" }, "2^(3-1)" },	/* the other half */
	{ { "000", "100", "010", "110" }, "full" },	/* half of it */
	{ { "001", "100", "010", "111" }, "2^(4-1)" },
};
START_TEST(what_is_no_design_has_no_effects)
{
	struct results *r = make(&four, wrong[_i].levels, wrong[_i].design);

	figures_make(r, &f);
	grid_make(r, &f, &g);
	ck_assert_int_eq(g.kind, GRID_NONE);
} END_TEST

static const struct { int64_t n, x; enum factorial_fit fit; } fills[] = {
	{ 100, 25, FACTORIAL_FITS }, { 99, 25, FACTORIAL_FEW_VISITORS },
	{ 100, 24, FACTORIAL_FEW_CONVERSIONS },
};
START_TEST(the_least_filled_cell_is_told)
{
	static const char *const levels[] = { "001", "100", "010", "111" };
	struct trialcase_counts c = four;
	struct results *r;

	c.n[0][2] = fills[_i].n;
	c.x[0][2] = fills[_i].x;
	r = make(&c, levels, "2^(3-1)");
	figures_make(r, &f);
	grid_make(r, &f, &g);
	ck_assert_int_eq(g.fit, fills[_i].fit);
} END_TEST

SUITE(grid)
{
	SUITE_TEST(a_full_design_has_main_effects_and_pairs);
	SUITE_TEST(a_fraction_has_the_effects_that_show_apart);
	SUITE_LOOP(what_is_no_design_has_no_effects, COUNT(wrong));
	SUITE_LOOP(the_least_filled_cell_is_told, COUNT(fills));
}
