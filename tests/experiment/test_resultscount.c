/* Tests src/experiment/resultscount.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/resultscount.h"
#include "experiment/value.h"
#include "support/suite.h"
#include "support/trialcase.h"

#define BUYERS 300		/* of each arm */
#define VISITORS 1000

/* What buyer i of an arm is worth: a few are far beyond all others. */
static double
worth(int arm, int i)
{
	return i % 100 ? i + .5 * arm : 100000. * (i / 100 + 1) * (arm + 1);
}

static int
ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Their limit, by the pure core. */
static double
limit(void)
{
	double value[2 * BUYERS];

	for (int i = 0; i < 2 * BUYERS; i++)
		value[i] = worth(i / BUYERS, i % BUYERS + 1);
	qsort(value, COUNT(value), sizeof *value, ascending);
	return value_limit(value, COUNT(value), VALUE_QUANTILE);
}

static struct value_sum
sum_of(int arm, double cap)
{
	struct value_sum s = { VISITORS, 0, 0 };

	for (int i = 1; i <= BUYERS; i++) {
		double v = fmin(worth(arm, i), cap);

		s.sum += v;
		s.sum_sq += v * v;
	}
	return s;
}

static struct pg *
begin(void)
{
	static const struct trialcase_flow flows[] = {
		{ "a", VISITORS, BUYERS, 1, 9, 2 },
		{ "b", VISITORS, BUYERS, 1, 9, 2 },
	};
	struct pg *db = trialcase_db("{'goal': 'value', 'windows':"
	    " {'customer': '24h'}}");

	trialcase_began(db, 10);
	for (size_t i = 0; i < COUNT(flows); i++)
		trialcase_flow(db, &flows[i]);
	/* The n-th to be seen of an arm is its n-th buyer. */
	trialcase_say(db, "UPDATE piste.outcome AS o SET mql_at = o.lead_at,"
	    " sql_at = o.lead_at, customer_at = o.lead_at, value = CASE"
	    " WHEN b.i % 100 = 0 THEN 100000 * (b.i / 100 + 1) * (b.arm + 1)"
	    " ELSE b.i + .5 * b.arm END FROM (SELECT unit, (variant ="
	    " 'b')::integer AS arm, row_number() OVER (PARTITION BY variant"
	    " ORDER BY exposed_at) AS i FROM piste.outcome WHERE lead_at IS"
	    " NOT NULL) AS b WHERE b.unit = o.unit");
	return db;
}

START_TEST(values_are_cut_off_at_one_limit)
{
	struct results *r = trialcase_results(begin());
	double cap = limit();

	ck_assert_double_gt(cap, BUYERS);
	ck_assert_double_eq_tol(r->value_cap, cap, 1e-6);
	for (size_t k = 0; k < 2; k++) {
		struct value_sum want = sum_of((int)k, cap);
		struct results_cell got = results_sum(r, r->looks - 1, k);

		ck_assert_int_eq(got.n[RESULTS_CUSTOMER_VISITORS], VISITORS);
		ck_assert_int_eq(got.n[RESULTS_VALUE], BUYERS);
		ck_assert_double_eq_tol(got.value, want.sum, 1e-6);
		ck_assert_double_eq_tol(got.value_sq / want.sum_sq, 1, 1e-9);
	}
} END_TEST

START_TEST(the_limit_holds_at_looks_before)
{
	struct pg *db = begin();
	struct results *r = trialcase_results(db);
	double cap = limit();

	for (size_t k = 0; k < 2; k++)
		for (size_t at = 0; at + 1 < r->looks; at++) {
			struct results_cell c = results_sum(r, at, k);

			ck_assert_double_ge(c.value, -1e-6);
			ck_assert_double_le(c.value, cap *
			    (double)c.n[RESULTS_VALUE] + 1e-6);
			ck_assert_double_le(c.value_sq, cap * cap *
			    (double)c.n[RESULTS_VALUE] + 1e-3);
		}
	ck_assert_double_gt(results_sum(r, r->looks - 2, 0).value, 0);
} END_TEST

START_TEST(a_goal_without_money_cuts_nothing)
{
	ck_assert_double_eq(trialcase_results(trialcase_db(NULL))->value_cap,
	    0);
	ck_assert_double_eq(trialcase_results(trialcase_db("{'goal':"
	    " 'value'}"))->value_cap, 0);
} END_TEST

/* As many changes as there are, and one fewer. */
START_TEST(changes_are_bounded)
{
	struct pg *db = begin();
	struct results *r = trialcase_results(db);
	size_t changes = r->changes, cells = r->epochs * r->arms;

	ck_assert_uint_gt(changes, 1);
	for (size_t less = 0; less < 2; less++) {
		memset(r->cell, 0, cells * sizeof *r->cell);
		r->changes = 0;
		ck_assert_int_eq(resultscount_read(db, r, changes - less),
		    less ? ERR_LIMIT : OK);
		ck_assert_uint_eq(r->changes, less ? 0 : changes);
	}
} END_TEST

SUITE_APART(resultscount)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(values_are_cut_off_at_one_limit);
	SUITE_TEST(the_limit_holds_at_looks_before);
	SUITE_TEST(a_goal_without_money_cuts_nothing);
	SUITE_TEST(changes_are_bounded);
}
