#include "base/buf.h"
#include "experiment/factorline.h"
#include "experiment/fraction.h"
#include "support/figure.h"
#include "support/suite.h"

START_TEST(the_worked_example_holds)
{
	ck_assert_figures(figure_ask(factorline_answer, "{'design': '2^(3-1)',"
	    "'factors': 3, 'generators': ['C=AB']}"),
	    "{'resolution': 3, 'defining_words': ['ABC'],"
	    "'runs': [[-1,-1,1],[-1,1,-1],[1,-1,-1],[1,1,1]],"
	    "'aliases': {'A': ['BC'], 'B': ['AC'], 'C': ['AB'],"
	    "'AB': ['C'], 'AC': ['B'], 'BC': ['A']}}", NULL);
} END_TEST

/* Resolutions and words as in every textbook. */
static const struct {
	const char *design;
	size_t factors, runs, resolution;
	const char *words, *of_a, *of_ab, *of_bc;
} designs[] = {
	{ "2^(3-1)", 3, 4, 3, "['ABC']", "['BC']", "['C']", "['A']" },
	{ "2^(4-1)", 4, 8, 4, "['ABCD']", "['BCD']", "['CD']", "['AD']" },
	{ "2^(5-2)", 5, 8, 3, "['ABD','ACE','BCDE']",
	    "['BD','CE','ABCDE']", "['D','BCE','ACDE']",
	    "['DE','ABE','ACD']" },
	{ "2^(5-1)", 5, 16, 5, "['ABCDE']", "['BCDE']", "['CDE']",
	    "['ADE']" },
};
START_TEST(the_usual_designs_are_known)
{
	struct str asked = buf_fmt(suite_arena(), 100, "{'design': '%s'}",
	    designs[_i].design);
	json_t *got = figure_ask(factorline_answer, asked.p);

	ck_assert_double_eq(figure_number(got, "resolution"),
	    (double)designs[_i].resolution);
	ck_assert_uint_eq(json_array_size(figure_at(got, "runs")),
	    designs[_i].runs);
	ck_assert_figures(figure_at(got, "defining_words"),
	    designs[_i].words, NULL);
	ck_assert_figures(figure_at(got, "aliases/A"), designs[_i].of_a, NULL);
	ck_assert_figures(figure_at(got, "aliases/AB"), designs[_i].of_ab,
	    NULL);
	ck_assert_figures(figure_at(got, "aliases/BC"), designs[_i].of_bc,
	    NULL);
} END_TEST

/* The sum over runs of two effects' product: 0 unless they are aliases. */
static int
product(const struct fraction *f, unsigned a, unsigned b)
{
	int sum = 0;

	for (size_t run = 0; run < f->runs; run++)
		sum += fraction_sign(f, run, a) * fraction_sign(f, run, b);
	return sum;
}

static bool
is_alias(const struct fraction *f, unsigned a, unsigned b)
{
	unsigned alias[FRACTION_WORDS_MAX];
	size_t count = fraction_aliases(f, a, alias);

	for (size_t i = 0; i < count; i++)
		if (alias[i] == b)
			return true;
	return a == b;
}

/* Every effect is another's alias, or their columns are orthogonal. */
START_TEST(columns_are_orthogonal)
{
	struct fraction f;

	ck_assert(fraction_init(&f, str_of(designs[_i].design)));
	ck_assert_uint_eq(f.factors, designs[_i].factors);
	ck_assert_uint_eq(f.runs, designs[_i].runs);
	for (unsigned a = 1; a < 1u << f.factors; a++)
		for (unsigned b = 1; b < 1u << f.factors; b++)
			ck_assert_int_eq(product(&f, a, b),
			    is_alias(&f, a, b) ? (int)f.runs : 0);
} END_TEST

START_TEST(no_run_comes_twice)
{
	struct fraction f;

	fraction_init(&f, str_of(designs[_i].design));
	for (size_t a = 0; a < f.runs; a++)
		for (size_t b = 0; b < a; b++) {
			size_t same = 0;

			for (size_t i = 0; i < f.factors; i++)
				same += fraction_sign(&f, a, 1u << i) ==
				    fraction_sign(&f, b, 1u << i);
			ck_assert_uint_lt(same, f.factors);
		}
} END_TEST

START_TEST(other_generators_are_taken)
{
	ck_assert_figures(figure_at(figure_ask(factorline_answer,
	    "{'design': '2^(5-2)', 'factors': 5,"
	    "'generators': ['D=AB', 'E=ABC']}"), "defining_words"),
	    "['ABD','CDE','ABCE']", NULL);
} END_TEST

static const struct { const char *inputs, *error; } wrong[] = {
	{ "{'design': 3}", "design" },
	{ "{'design': '2^(6-1)'}", "design" },
	{ "{'design': ''}", "design" },
	{ "{'design': '2^(3-1)', 'factors': 4}", "factors" },
	{ "{'design': '2^(3-1)', 'factors': '3'}", "factors" },
	{ "{'design': '2^(3-1)', 'generators': []}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': 'C=AB'}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': [3]}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['C=A']}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['C=AA']}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['C=AC']}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['C=-AB']}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['D=AB']}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['C']}", "generators" },
	{ "{'design': '2^(3-1)', 'generators': ['C=AB','D=AB']}",
	    "generators" },
	{ "{'design': '2^(5-2)', 'generators': ['D=AB']}", "generators" },
	{ "{'design': '2^(5-2)', 'generators': ['D=AB','E=AB']}",
	    "generators" },
	{ "{'design': '2^(5-2)', 'generators': ['D=AB','E=AC','E=BC']}",
	    "generators" },
};
START_TEST(a_mistake_is_named)
{
	const char *error = figure_error(factorline_answer,
	    wrong[_i].inputs);

	ck_assert_msg(str_has_prefix(str_of(error), str_of(wrong[_i].error)),
	    "%s: %s", wrong[_i].inputs, error);
} END_TEST

SUITE(fraction)
{
	SUITE_TEST(the_worked_example_holds);
	SUITE_LOOP(the_usual_designs_are_known, COUNT(designs));
	SUITE_LOOP(columns_are_orthogonal, COUNT(designs));
	SUITE_LOOP(no_run_comes_twice, COUNT(designs));
	SUITE_TEST(other_generators_are_taken);
	SUITE_LOOP(a_mistake_is_named, COUNT(wrong));
}
