/* Tests src/experiment/slices.c. */
#include "experiment/slices.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct slices s[SLICES_DIMENSIONS];

START_TEST(parts_are_counted_and_shrunken)
{
	const struct trialcase_flow a = { "a", 1500, 150, 1, 9, 3 };
	const struct trialcase_flow b = { "b", 1500, 180, 1, 9, 3 };
	struct pg *db = trialcase_db(NULL);

	trialcase_began(db, 10);
	trialcase_flow(db, &a);
	trialcase_flow(db, &b);
	ck_assert_int_eq(slices_read(db, trialcase_results(db), s), OK);
	ck_assert_str_eq(s[0].dimension, "country");
	ck_assert_uint_eq(s[0].values, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(s[0].value[i].arm[1].n, 500);
		ck_assert_int_eq(s[0].value[i].arm[1].x, 60);
		/* Alike: nothing but the whole's lift is left of them. */
		ck_assert(!s[0].treatment[0].figure[i].is_claim);
		ck_assert_double_eq(s[0].treatment[0].figure[i].theta_shrunk,
		    s[0].treatment[0].pool.theta);
	}
	ck_assert_uint_eq(s[3].values, 1);
	ck_assert_str_same(s[3].value[0].name, STR("fr"));
} END_TEST

/* Sources of one visitor each, but for the first, of two. */
static const struct { int sources; size_t values; int64_t others; } many[] = {
	{ SLICES_VALUES_MAX, SLICES_VALUES_MAX, 0 },
	{ SLICES_VALUES_MAX + 1, SLICES_VALUES_MAX + 1, 1 },
	{ SLICES_VALUES_MAX + 7, SLICES_VALUES_MAX + 1, 7 },
};
START_TEST(the_rest_is_one)
{
	const struct trialcase_flow a = { "a", many[_i].sources + 1, 1, 1, 9,
		3 };
	struct pg *db = trialcase_db(NULL);
	const struct slices *sources = &s[2];

	trialcase_began(db, 10);
	trialcase_flow(db, &a);
	trialcase_say(db, "UPDATE piste.exposure SET source = 's' || CASE"
	    " visitor WHEN 'a1-1' THEN '2' ELSE substring(visitor, 4) END");
	ck_assert_int_eq(slices_read(db, trialcase_results(db), s), OK);
	ck_assert_uint_eq(sources->values, many[_i].values);
	ck_assert_str_same(sources->value[0].name, STR("s2"));
	ck_assert_int_eq(sources->value[0].arm[0].n, 2);
	if (!many[_i].others)
		return;
	ck_assert_str_same(sources->value[SLICES_VALUES_MAX].name, STR("*"));
	ck_assert_int_eq(sources->value[SLICES_VALUES_MAX].arm[0].n,
	    many[_i].others);
} END_TEST

/* No lift in either epoch, and pooled a loss of 44 % (Simpson). */
static const struct trialcase_flow changed[] = {
	{ "a", 1500, 150, 1, 9, 6 }, { "b", 1500, 150, 1, 9, 6 },
	{ "a", 300, 6, 2, 5, 3 }, { "b", 2700, 54, 2, 5, 3 },
};
START_TEST(epochs_are_not_pooled)
{
	const struct slices *country = &s[0];
	struct pg *db = trialcase_db(NULL);

	trialcase_began(db, 10);
	trialcase_say(db, "INSERT INTO piste.epoch (experiment_key, number,"
	    " phase, weights, coverage, started_at) SELECT experiment_key, 2,"
	    " phase, '{\"a\": 0.1, \"b\": 0.9}', coverage, now() -"
	    " interval '5 days' FROM piste.epoch");
	for (size_t i = 0; i < COUNT(changed); i++)
		trialcase_flow(db, &changed[i]);
	ck_assert_int_eq(slices_read(db, trialcase_results(db), s), OK);
	ck_assert_uint_eq(country->values, 3);
	for (size_t i = 0; i < country->values; i++) {
		const struct strata_figure *f =
		    &country->treatment[0].figure[i];

		ck_assert_int_eq(country->value[i].arm[0].n, 600);
		ck_assert_int_eq(country->value[i].arm[0].x, 52);
		ck_assert_int_eq(country->value[i].arm[1].n, 1400);
		ck_assert_int_eq(country->value[i].arm[1].x, 68);
		ck_assert(f->ratio.is_known && f->has_p);
		ck_assert_double_eq_tol(f->ratio.theta, 0, 1e-12);
		ck_assert_double_eq_tol(f->p_z, 1, 1e-9);
	}
	ck_assert_double_eq_tol(country->treatment[0].pool.theta, 0, 1e-12);
} END_TEST

SUITE_APART(slices)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(parts_are_counted_and_shrunken);
	SUITE_LOOP(the_rest_is_one, COUNT(many));
	SUITE_TEST(epochs_are_not_pooled);
}
