/* Tests src/experiment/synthetic.c, and what the schema does with its books. */
#include <stdio.h>

#include "experiment/synthetic.h"
#include "support/suite.h"
#include "support/trialcase.h"

#define BOOK STR("selftest-1-aa")
#define EVERYTHING \
    "SELECT (SELECT count(*) FROM piste.experiment) || ' '" \
    " || (SELECT count(*) FROM piste.epoch) || ' '" \
    " || (SELECT count(*) FROM piste.exposure) || ' '" \
    " || (SELECT count(*) FROM piste.conversion) || ' '" \
    " || (SELECT count(*) FROM piste.outcome) || ' '" \
    " || (SELECT coalesce(sum(n), 0) FROM piste.experiment_hour)"

static struct pg *db;

static enum err
open_book(struct str like)
{
	return synthetic_open(db, &(struct synthetic_book){ .like = like,
		.key = BOOK, .planned = 100 });
}

/* In a book and in the real one: v1 sends, v2 had it given back, v3 doesn't. */
static void
visit(const char *experiment)
{
	char script[1000];

	snprintf(script, sizeof script, "SELECT piste.exposure_take("
	    "ARRAY['%s', '%s', '%s', '%s'], ARRAY['v1', 'v2', 'v3', 'v1'],"
	    " ARRAY['a', 'b', 'a', 'a'], ARRAY[1, 1, 1, 1]::bigint[],"
	    " ARRAY[1, 1, 1, 1], ARRAY[1000, 1000, 1000, 1000]::bigint[],"
	    " NULL, NULL, NULL, NULL, ARRAY[0, 1500, 0, 2000]::bigint[],"
	    " ARRAY[0, 1500, 0, 0]::bigint[])", experiment, experiment,
	    experiment, experiment);
	trialcase_say(db, script);
}

START_TEST(a_book_is_like_the_real_one)
{
	static const char plan[] = "SELECT string_agg(DISTINCT concat_ws(' ',"
	    " page_key, seed, weights, coverage, window_s, alpha, phase,"
	    " bucket_version, control_key, state), ';') FROM piste.experiment";

	db = trialcase_db("{}");
	ck_assert_int_eq(open_book(TRIALCASE_KEY), OK);
	ck_assert_int_lt(str_find(trialcase_ask(db, plan), ';'), 0);
	ck_assert_str_same(trialcase_ask(db, "SELECT goal || planned_visitors"
	    " FROM piste.experiment WHERE is_synthetic"), STR("lead100"));
	ck_assert_int_eq(open_book(TRIALCASE_KEY), ERR_LIMIT);
} END_TEST

START_TEST(only_what_runs_has_books)
{
	db = trialcase_db("{}");
	ck_assert_int_eq(open_book(STR("none")), ERR_ABSENT);
	trialcase_say(db, "UPDATE piste.experiment SET state = 'paused'");
	ck_assert_int_eq(open_book(TRIALCASE_KEY), ERR_ABSENT);
	trialcase_say(db, "UPDATE piste.experiment SET state = 'running',"
	    " is_synthetic = true");
	ck_assert_int_eq(open_book(TRIALCASE_KEY), ERR_ABSENT);
} END_TEST

/* A form that was taken is a conversion there, and nowhere else. */
START_TEST(a_post_is_a_conversion_of_a_book_alone)
{
	struct synthetic_count c;
	struct synthetic_trace t;

	db = trialcase_db("{}");
	ck_assert_int_eq(open_book(TRIALCASE_KEY), OK);
	for (int again = 0; again < 2; again++) {
		visit("selftest-1-aa");
		ck_assert_int_eq(synthetic_count(db, BOOK, &c), OK);
		ck_assert_int_eq(c.exposures, 3);
		ck_assert_int_eq(c.conversions, 1);
	}
	ck_assert_int_eq(synthetic_trace(db, &(struct synthetic_book){
		.like = TRIALCASE_KEY, .key = BOOK }, STR("@s.example.org"),
		0, &t), OK);
	ck_assert_int_eq(t.exposures, 0);
	visit("lb-headline");
	ck_assert_int_eq(synthetic_count(db, TRIALCASE_KEY, &c), OK);
	ck_assert_int_eq(c.exposures, 3);
	ck_assert_int_eq(c.conversions, 0);
	ck_assert_int_eq(synthetic_trace(db, &(struct synthetic_book){
		.like = TRIALCASE_KEY, .key = BOOK }, STR("@s.example.org"),
		0, &t), OK);
	ck_assert_int_eq(t.exposures, 3);
} END_TEST

START_TEST(a_closed_book_leaves_nothing)
{
	struct str before;

	db = trialcase_db("{}");
	visit("lb-headline");
	before = trialcase_ask(db, EVERYTHING);
	ck_assert_int_eq(open_book(TRIALCASE_KEY), OK);
	visit("selftest-1-aa");
	ck_assert_int_eq(synthetic_close(db, BOOK), OK);
	ck_assert_str_same(trialcase_ask(db, EVERYTHING), before);
	ck_assert_int_eq(synthetic_close(db, TRIALCASE_KEY), OK);
	ck_assert_str_same(trialcase_ask(db, EVERYTHING), before);
} END_TEST

/* Whose self-test may still be running stays. */
static const struct { const char *aged; const char *left; } ages[] = {
	{ "UPDATE piste.experiment SET created_at = now()"
	    " - interval '23 hours 59 minutes'", "2 3" },
	{ "UPDATE piste.experiment SET created_at = now()"
	    " - interval '24 hours 1 second'", "1 0" },
};
START_TEST(what_was_left_is_swept)
{
	db = trialcase_db("{}");
	ck_assert_int_eq(open_book(TRIALCASE_KEY), OK);
	visit("selftest-1-aa");
	trialcase_say(db, ages[_i].aged);
	ck_assert_int_eq(synthetic_sweep(db), OK);
	ck_assert_str_same(trialcase_ask(db, "SELECT (SELECT count(*)"
	    " FROM piste.experiment) || ' ' || (SELECT count(*)"
	    " FROM piste.exposure)"), str_of(ages[_i].left));
} END_TEST

SUITE_APART(synthetic)
{
	SUITE_TEST(a_book_is_like_the_real_one);
	SUITE_TEST(only_what_runs_has_books);
	SUITE_TEST(a_post_is_a_conversion_of_a_book_alone);
	SUITE_TEST(a_closed_book_leaves_nothing);
	SUITE_LOOP(what_was_left_is_swept, COUNT(ages));
}
