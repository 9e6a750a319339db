/* Tests src/experiment/results.c. */
#include <string.h>

#include "support/suite.h"
#include "support/trialcase.h"

static struct pg *db;

static const struct trialcase_flow flows[] = {
	{ "a", 1000, 52, 1, 9, 2 },
	{ "b", 1000, 71, 1, 9, 2 },
};

static void
begin(const char *members)
{
	db = trialcase_db(members);
	trialcase_began(db, 10);
	for (size_t i = 0; i < COUNT(flows); i++)
		trialcase_flow(db, &flows[i]);
}

static enum err
read_as(struct str key, struct results_wish wish, struct results **out)
{
	*out = ARENA_NEW(suite_arena(), struct results);
	return results_read(db, suite_arena(), key, &wish, *out);
}

START_TEST(counts_are_those_of_the_database)
{
	struct results *r;
	struct results_cell b;

	begin(NULL);
	r = trialcase_results(db);
	ck_assert_uint_eq(r->arms, 2);
	ck_assert_str_same(r->arm[0].key, STR("a"));
	ck_assert_uint_eq(r->epochs, 1);
	/* Ten midnights and now. */
	ck_assert_uint_eq(r->looks, 11);
	b = results_sum(r, 10, 1);
	ck_assert_int_eq(b.n[RESULTS_VISITORS], 1000);
	ck_assert_int_eq(b.n[RESULTS_MATURE_VISITORS], 1000);
	ck_assert_int_eq(b.n[RESULTS_LEADS], 71);
	ck_assert_int_eq(b.n[RESULTS_MATURE_LEADS], 71);
	ck_assert_int_eq(b.n[RESULTS_POSTED], 71);
	ck_assert_int_eq(b.n[RESULTS_CONSENTED], 35);
	ck_assert_int_eq(results_sum(r, 0, 1).n[RESULTS_VISITORS], 0);
	ck_assert_double_eq(r->n_star, 20000);
} END_TEST

START_TEST(sums_and_rows_agree)
{
	struct results *quick, *exact;

	begin(NULL);
	trialcase_say(db, "UPDATE piste.exposure SET excluded = 'bot' WHERE"
	    " visitor IN ('a1-3', 'b1-400'); UPDATE piste.exposure SET"
	    " excluded = 'multi' WHERE visitor = 'a1-5'");
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){ 0 },
	    &quick), OK);
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    quick->as_of_ms, true }, &exact), OK);
	ck_assert_uint_eq(quick->looks, exact->looks);
	ck_assert_int_eq(memcmp(quick->cell, exact->cell, quick->looks *
	    quick->epochs * quick->arms * sizeof *quick->cell), 0);
	ck_assert_int_eq(results_sum(exact, 10, 0).n[RESULTS_BOTS], 1);
	ck_assert_int_eq(results_sum(exact, 10, 0).n[RESULTS_MULTI], 1);
	ck_assert_int_eq(results_sum(exact, 10, 0).n[RESULTS_LEADS], 50);
} END_TEST

START_TEST(the_past_is_as_it_was)
{
	struct results *now, *then;
	int64_t n;

	begin(NULL);
	trialcase_say(db, "INSERT INTO piste.epoch (experiment_key, number,"
	    " phase, weights, coverage, started_at) SELECT experiment_key, 2,"
	    " phase, weights, coverage, now() - interval '1 day'"
	    " FROM piste.epoch");
	now = trialcase_results(db);
	ck_assert_uint_eq(now->epochs, 2);
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    now->as_of_ms - 5 * INT64_C(86400000), false }, &then), OK);
	ck_assert_uint_eq(then->epochs, 1);
	n = results_sum(then, then->looks - 1, 0).n[RESULTS_VISITORS];
	/* Four days of seven. */
	ck_assert(n >= 571 && n <= 572);
} END_TEST

START_TEST(what_never_ran_has_no_figures)
{
	struct results *r;

	db = trialcase_db("{'state': 'draft'}");
	r = trialcase_results(db);
	ck_assert_uint_eq(r->epochs, 0);
	ck_assert_int_eq(r->started_ms, 0);
	ck_assert(!figures_can(r));
	trialcase_say(db, "UPDATE piste.experiment SET state = 'running'");
	r = trialcase_results(db);
	/* The apply that starts it opens its first epoch. */
	ck_assert_uint_eq(r->epochs, 0);
} END_TEST

START_TEST(what_is_not_there_is_told)
{
	struct results *r;

	begin(NULL);
	ck_assert_int_eq(read_as(STR("nope"), (struct results_wish){ 0 }, &r),
	    ERR_ABSENT);
	trialcase_say(db, "UPDATE piste.experiment SET state = 'stopped';"
	    " UPDATE piste.experiment SET state = 'archived'");
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    0, true }, &r), ERR_DENIED);
	r = trialcase_results(db);
	ck_assert_int_eq(results_sum(r, r->looks - 1, 1).n[RESULTS_LEADS],
	    71);
} END_TEST

/* Midnights since, and now. */
static const struct { int days; enum err err; } ages[] = {
	{ RESULTS_LOOKS_MAX - 1, OK }, { RESULTS_LOOKS_MAX, ERR_LIMIT },
};
START_TEST(looks_are_bounded)
{
	struct results *r;

	db = trialcase_db(NULL);
	trialcase_began(db, ages[_i].days);
	trialcase_say(db, "UPDATE piste.experiment SET phase_started_at ="
	    " date_trunc('day', phase_started_at AT TIME ZONE 'UTC')"
	    " AT TIME ZONE 'UTC'");
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){ 0 },
	    &r), ages[_i].err);
} END_TEST

/* Nothing changes once the last visitor's window is over. */
START_TEST(what_ended_long_ago_has_few_looks)
{
	struct results *r;

	db = trialcase_db(NULL);
	trialcase_began(db, 2000);
	trialcase_say(db, "UPDATE piste.experiment SET state = 'stopped';"
	    " UPDATE piste.experiment SET ended_at = now() -"
	    " interval '1990 days'");
	r = trialcase_results(db);
	ck_assert_uint_eq(r->looks, 13);
} END_TEST

START_TEST(views_are_told_by_class)
{
	struct results *r;

	db = trialcase_db(NULL);
	trialcase_began(db, 10);
	trialcase_say(db, "INSERT INTO piste.traffic (page_key,"
	    " experiment_key, variant, class, hour, views) SELECT"
	    " 'livre-blanc', 'lb-headline', 'a', c, date_bin('1 hour', now() -"
	    " interval '2 days', 'epoch'), 40 FROM unnest(ARRAY['human',"
	    " 'robot']) AS c UNION ALL SELECT 'livre-blanc', '', 'a', 'head',"
	    " date_bin('1 hour', now() - interval '2 days', 'epoch'), 3"
	    " UNION ALL SELECT 'livre-blanc', '', 'a', 'head',"
	    " date_bin('1 hour', now() - interval '12 days', 'epoch'), 5");
	r = trialcase_results(db);
	ck_assert_uint_eq(r->classes, 3);
	ck_assert_str_same(r->views[0].class, STR("head"));
	ck_assert_int_eq(r->views[0].n, 3);
	ck_assert_int_eq(r->views[1].n, 40);
} END_TEST

SUITE(results)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(counts_are_those_of_the_database);
	SUITE_TEST(sums_and_rows_agree);
	SUITE_TEST(the_past_is_as_it_was);
	SUITE_TEST(what_never_ran_has_no_figures);
	SUITE_TEST(what_is_not_there_is_told);
	SUITE_LOOP(looks_are_bounded, COUNT(ages));
	SUITE_TEST(what_ended_long_ago_has_few_looks);
	SUITE_TEST(views_are_told_by_class);
}
