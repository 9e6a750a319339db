#include <math.h>

#include "experiment/fisher.h"
#include "support/suite.h"

/* C(n, k) in whole numbers, small enough to be exact. */
static double
choose(int n, int k)
{
	double c = 1;

	for (int i = 1; i <= k; i++)
		c = c * (n - k + i) / i;
	return k < 0 || k > n ? 0 : c;
}

static double
probability(const struct fisher_urn *urn, int64_t x)
{
	return choose((int)urn->hits, (int)x) *
	    choose((int)urn->others, (int)(urn->drawn - x)) /
	    choose((int)(urn->hits + urn->others), (int)urn->drawn);
}

/* The test as it is defined: every table there is, added up. */
static double
p_by_definition(const struct fisher_urn *urn, int64_t x)
{
	double limit = probability(urn, x) * (1 + 1e-7), sum = 0;

	for (int64_t i = 0; i <= urn->drawn; i++)
		if (probability(urn, i) <= limit)
			sum += probability(urn, i);
	return fmin(1, sum);
}

START_TEST(every_small_table_is_summed)
{
	for (int hits = 0; hits <= 14; hits++)
		for (int drawn = 0; drawn <= 20; drawn++) {
			struct fisher_urn urn = { hits, 20 - hits, drawn };

			for (int x = 0; x <= drawn; x++) {
				double want = probability(&urn, x);

				if (!(want > 0)) {
					ck_assert(isinf(fisher_ln_probability(
					    &urn, x)));
					continue;
				}
				ck_assert_double_eq_tol(exp(
				    fisher_ln_probability(&urn, x)), want,
				    want * 1e-12);
				ck_assert_double_eq_tol(fisher_p(&urn, x),
				    p_by_definition(&urn, x), 1e-12);
			}
		}
} END_TEST

/* Against the normal test, which agrees at such counts. */
static const struct { struct fisher_urn urn; int64_t x; double p, tolerance; }
large[] = {
	{ { 2000000, 1998000000, 1000000000 }, 1001000, .1570916, 3e-4 },
	{ { 600000000, 1400000000, 1000000000 }, 300030000,
	    .00341479, 2e-6 },
	{ { 1000000000000, 1000000000000, 1000000000000 }, 500000000000,
	    1, 1e-9 },
	{ { 1000000000000, 1000000000000, 1000000000000 }, 600000000000,
	    0, 1e-300 },
	/* One hit among 2e9: in either half. */
	{ { 1, 1999999999, 1000000000 }, 1, 1, 1e-9 },
};
START_TEST(counts_may_be_large)
{
	ck_assert_double_eq_tol(fisher_p(&large[_i].urn, large[_i].x),
	    large[_i].p, large[_i].tolerance);
} END_TEST

START_TEST(nothing_drawn_says_nothing)
{
	ck_assert_double_eq(fisher_p(&(struct fisher_urn){ 0, 0, 0 }, 0), 1);
	ck_assert_double_eq(fisher_p(&(struct fisher_urn){ 3, 4, 0 }, 0), 1);
	ck_assert_double_eq(fisher_p(&(struct fisher_urn){ 3, 4, 7 }, 3), 1);
	ck_assert_double_eq(fisher_p(&(struct fisher_urn){ 0, 9, 4 }, 0), 1);
} END_TEST

SUITE(fisher)
{
	SUITE_TEST(every_small_table_is_summed);
	SUITE_LOOP(counts_may_be_large, COUNT(large));
	SUITE_TEST(nothing_drawn_says_nothing);
}
