/* Tests src/experiment/results.c. */
#include <string.h>

#include "base/buf.h"
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
	    .as_of_ms = quick->as_of_ms, .is_exact = true }, &exact), OK);
	ck_assert_uint_eq(quick->looks, exact->looks);
	ck_assert_int_eq(memcmp(quick->cell, exact->cell,
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
	    .as_of_ms = now->as_of_ms - 5 * INT64_C(86400000) }, &then), OK);
	ck_assert_uint_eq(then->epochs, 1);
	n = results_sum(then, then->looks - 1, 0).n[RESULTS_VISITORS];
	/* Four days of seven. */
	ck_assert(n >= 571 && n <= 572);
} END_TEST

#define DAY_MS INT64_C(86400000)

/* Two days ago another phase began, with all that makes results other ones. */
static void
begin_another_phase(void)
{
	begin("{'window': '24h', 'planned_visitors': 20000}");
	trialcase_say(db, "UPDATE piste.variant SET removed_at = now() WHERE"
	    " key = 'b'; INSERT INTO piste.variant (page_key, key, position,"
	    " template, definition) SELECT page_key, 'c', 2, template,"
	    " definition || '{\"key\": \"c\"}' FROM piste.variant"
	    " WHERE key = 'b';"
	    " UPDATE piste.experiment SET phase = 2, bucket_version = 2,"
	    " goal = 'mql', window_s = 60, mql_window_s = 60, alpha = .1,"
	    " planned_visitors = 0, n_star = 5000, weights = '{\"a\": 0.5,"
	    " \"c\": 0.5}', coverage = .5, definition = definition ||"
	    " '{\"equivalence\": 0.2}';"
	    " UPDATE piste.experiment SET phase_started_at = now() -"
	    " interval '2 days' WHERE phase = 2;"
	    " UPDATE piste.experiment_phase SET ended_at = now() - interval"
	    " '2 days' WHERE phase = 1;"
	    " INSERT INTO piste.epoch (experiment_key, number, phase, weights,"
	    " coverage, started_at) SELECT key, 2, 2, weights, coverage,"
	    " phase_started_at FROM piste.experiment");
}

START_TEST(an_earlier_phase_is_read_as_it_was)
{
	struct results *now, *then, *same;
	struct results_cell b;

	begin_another_phase();
	now = trialcase_results(db);
	ck_assert_int_eq(now->phase, 2);
	ck_assert(!now->is_past);
	ck_assert_str_same(now->arm[1].key, STR("c"));
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .phase = 1 }, &then), OK);
	ck_assert_int_eq(then->phase, 1);
	ck_assert(then->is_past);
	ck_assert_str_same(then->state, STR("stopped"));
	ck_assert_str_same(then->arm[1].key, STR("b"));
	ck_assert_double_eq(then->arm[1].weight, .5);
	ck_assert_str_same(then->goal_name, STR("lead"));
	ck_assert_int_eq(then->window_s, 86400);
	ck_assert_double_eq(then->alpha, .05);
	ck_assert_int_eq(then->planned_visitors, 20000);
	ck_assert_double_eq(then->n_star, 20000);
	ck_assert_double_eq(then->coverage, 1);
	ck_assert_double_eq(then->equivalence, .05);
	ck_assert_uint_eq(then->epochs, 1);
	/* All are mature by the window they were counted by. */
	b = results_sum(then, then->looks - 1, 1);
	ck_assert_int_eq(b.n[RESULTS_VISITORS], 1000);
	ck_assert_int_eq(b.n[RESULTS_LEADS], 71);
	/* By its day as by its number. */
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .as_of_ms = now->as_of_ms - 3 * DAY_MS }, &same), OK);
	ck_assert_int_eq(same->phase, 1);
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .as_of_ms = now->as_of_ms - DAY_MS }, &same), OK);
	ck_assert_int_eq(same->phase, 2);
} END_TEST

/* The sixth day's visitors are not mature on the seventh, by a day's window. */
START_TEST(an_earlier_phase_matures_by_its_own_window)
{
	struct results *r;
	int64_t n, mature;

	begin_another_phase();
	r = trialcase_results(db);
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .as_of_ms = r->as_of_ms - 5 * DAY_MS }, &r), OK);
	n = results_sum(r, r->looks - 1, 0).n[RESULTS_VISITORS];
	mature = results_sum(r, r->looks - 1, 0).n[RESULTS_MATURE_VISITORS];
	ck_assert(n >= 571 && n <= 572);
	ck_assert(mature >= 428 && mature <= 429);
} END_TEST

static const struct { int64_t phase, days; bool is_exact; enum err err; }
phases[] = {
	{ 1, 0, false, OK }, { 2, 0, true, OK }, { 1, 0, true, ERR_DENIED },
	{ 3, 0, false, ERR_INPUT }, { 0, 11, false, OK },
};
START_TEST(a_phase_that_is_not_there_is_told)
{
	struct results *r;
	int64_t now;

	begin_another_phase();
	now = trialcase_results(db)->as_of_ms;
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .as_of_ms = phases[_i].days ? now - phases[_i].days * DAY_MS : 0,
	    .phase = phases[_i].phase, .is_exact = phases[_i].is_exact }, &r),
	    phases[_i].err);
	/* As one that ended before phases were kept. */
	trialcase_say(db, "DELETE FROM piste.experiment_phase WHERE phase = 1");
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .as_of_ms = now - 4 * DAY_MS }, &r), ERR_INPUT);
} END_TEST

/* A lead that is told late is judged by the window of its own phase. */
START_TEST(a_late_fact_falls_in_its_own_phase)
{
	struct results *r;

	begin_another_phase();
	trialcase_say(db, "UPDATE piste.conversion SET converted_at ="
	    " converted_at + interval '1 hour'; SELECT piste.outcome_refresh("
	    "array_agg(experiment_key), array_agg(bucket_version),"
	    " array_agg(unit)) FROM piste.conversion");
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){
	    .phase = 1 }, &r), OK);
	ck_assert_int_eq(results_sum(r, r->looks - 1, 1).n[RESULTS_LEADS],
	    71);
} END_TEST

START_TEST(a_look_at_which_something_was_done_is_one)
{
	struct results *r;

	begin(NULL);
	trialcase_say(db, "INSERT INTO piste.verdict (experiment_key, phase,"
	    " as_of, verdict, inputs) SELECT key, phase, date_trunc('day',"
	    " now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - h, 'running', '{}'"
	    " FROM piste.experiment, unnest(ARRAY[interval '24 hours',"
	    " '36 hours', '40 hours', '300 hours']) AS h");
	r = trialcase_results(db);
	/* Two between the same midnights, one before the phase. */
	ck_assert_uint_eq(r->looks, 13);
	for (size_t i = 1; i < r->looks; i++)
		ck_assert_int_lt(r->look_ms[i - 1], r->look_ms[i]);
	ck_assert_int_eq(r->look_ms[10] - r->look_ms[9], 12 * 3600000);
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

/* An arm that never had a weight is no comparison. */
START_TEST(who_was_never_open_is_left_out)
{
	struct results *r;

	db = trialcase_db(NULL);
	trialcase_say(db, "UPDATE piste.experiment SET weights ="
	    " '{\"a\": 1, \"b\": 0}'; UPDATE piste.epoch SET weights ="
	    " '{\"a\": 1, \"b\": 0}'");
	r = trialcase_results(db);
	ck_assert_uint_eq(r->arms, 1);
	/* Once it had one it stays: it was looked at. */
	trialcase_say(db, "UPDATE piste.epoch SET weights ="
	    " '{\"a\": 0.5, \"b\": 0.5}'");
	r = trialcase_results(db);
	ck_assert_uint_eq(r->arms, 2);
	ck_assert(r->arm[1].is_archived);
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
	    .is_exact = true }, &r), ERR_DENIED);
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

/* Weights that changed every hour, each epoch with visitors of its hour. */
static const struct { int epochs; enum err err; } years[] = {
	{ RESULTS_EPOCHS_MAX, OK }, { RESULTS_EPOCHS_MAX + 1, ERR_LIMIT },
};
START_TEST(a_year_of_hourly_epochs_is_told)
{
	struct figures *f = ARENA_NEW(suite_arena(), struct figures);
	const int n = years[_i].epochs;
	struct results *r;

	db = trialcase_db(NULL);
	trialcase_began(db, 366);
	trialcase_say(db, buf_fmt(suite_arena(), 2000,
	    "INSERT INTO piste.epoch (experiment_key, number, phase, weights,"
	    " coverage, started_at) SELECT e.experiment_key, i, e.phase,"
	    " e.weights, e.coverage, e.started_at + i * interval '1 hour' -"
	    " interval '2 hours' FROM piste.epoch AS e,"
	    " generate_series(2, %d) AS i; INSERT INTO piste.experiment_hour"
	    " (experiment_key, bucket_version, epoch, variant, measure, hour,"
	    " n) SELECT e.experiment_key, 1, e.number, v.key, m.name,"
	    " date_bin('1 hour', e.started_at, 'epoch'), m.n + (m.name ="
	    " 'visitor' AND e.number %% 7 = 0)::integer FROM piste.epoch AS e,"
	    " (VALUES ('a', 8), ('b', 10)) AS v (key, leads), LATERAL (VALUES"
	    " ('visitor', 100), ('posted', 11), ('lead', v.leads),"
	    " ('lead_mature', v.leads)) AS m (name, n); ANALYZE", n).p);
	ck_assert_int_eq(read_as(TRIALCASE_KEY, (struct results_wish){ 0 },
	    &r), years[_i].err);
	if (years[_i].err)
		return;
	ck_assert_uint_eq(r->epochs, RESULTS_EPOCHS_MAX);
	ck_assert_int_eq(results_sum(r, r->looks - 1, 1).n[RESULTS_LEADS],
	    10 * RESULTS_EPOCHS_MAX);
	figures_make(r, f);
	/* What the looks add up to is what the last one says by itself. */
	ck_assert_int_eq(f->past.visitors[r->looks - 1], f->visitors);
	ck_assert_int_eq(f->past.look[r->looks - 1].treatment.n,
	    f->arm[1].mature.n);
	ck_assert_double_eq_tol(f->past.look[r->looks - 1].lift,
	    f->pair[0].lift, 1e-12);
	ck_assert_double_eq_tol(f->pair[0].lift, .25, .001);
	/* Of a day's visitors those who came a day before have matured. */
	ck_assert_int_lt(f->past.look[200].treatment.n,
	    f->past.visitors[200] / 2);
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
	    " 'robot', 'started']) AS c UNION ALL SELECT 'livre-blanc', '',"
	    " 'a', 'head',"
	    " date_bin('1 hour', now() - interval '2 days', 'epoch'), 3"
	    " UNION ALL SELECT 'livre-blanc', '', 'a', 'head',"
	    " date_bin('1 hour', now() - interval '12 days', 'epoch'), 5");
	r = trialcase_results(db);
	/* A form that was begun is no view. */
	ck_assert_uint_eq(r->classes, 3);
	ck_assert_str_same(r->views[0].class, STR("head"));
	ck_assert_int_eq(r->views[0].n, 3);
	ck_assert_int_eq(r->views[1].n, 40);
} END_TEST

/* Of its page and its time, and from visitors. */
static const struct { const char *script; int64_t trapped; } quarantines[] = {
	{ "SELECT 1", 2 },
	{ "UPDATE piste.experiment SET state = 'stopped';"
	    " UPDATE piste.experiment SET ended_at = now() -"
	    " interval '36 hours'", 1 },
};
START_TEST(what_is_in_quarantine_is_told)
{
	struct results *r;

	db = trialcase_db(NULL);
	trialcase_began(db, 10);
	trialcase_say(db, "INSERT INTO piste.submission (id, page_key,"
	    " form_key, offer_key, outcome, quarantine_reason, fields, via,"
	    " received_at) SELECT gen_random_uuid(), p.key, p.form_key, 'o',"
	    " 'quarantined', q.reason, '{}', q.via, now() - make_interval("
	    "hours => 24 * q.days) FROM piste.page AS p, (VALUES"
	    " ('trapped', 'form', 1), ('trapped', 'api', 2),"
	    " ('too-fast', 'form', 3), ('trapped', 'import', 3),"
	    " ('too-fast', 'form', 11)) AS q (reason, via, days)"
	    " WHERE p.key = 'livre-blanc'");
	trialcase_say(db, quarantines[_i].script);
	r = trialcase_results(db);
	ck_assert_uint_eq(r->asides, 2);
	ck_assert_str_same(r->aside[0].reason, STR("too-fast"));
	ck_assert_int_eq(r->aside[0].n, 1);
	ck_assert_str_same(r->aside[1].reason, STR("trapped"));
	ck_assert_int_eq(r->aside[1].n, quarantines[_i].trapped);
} END_TEST

SUITE_APART(results)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(counts_are_those_of_the_database);
	SUITE_TEST(sums_and_rows_agree);
	SUITE_TEST(the_past_is_as_it_was);
	SUITE_TEST(an_earlier_phase_is_read_as_it_was);
	SUITE_TEST(an_earlier_phase_matures_by_its_own_window);
	SUITE_LOOP(a_phase_that_is_not_there_is_told, COUNT(phases));
	SUITE_TEST(a_late_fact_falls_in_its_own_phase);
	SUITE_TEST(a_look_at_which_something_was_done_is_one);
	SUITE_TEST(what_never_ran_has_no_figures);
	SUITE_TEST(who_was_never_open_is_left_out);
	SUITE_TEST(what_is_not_there_is_told);
	SUITE_LOOP(looks_are_bounded, COUNT(ages));
	SUITE_LOOP(a_year_of_hourly_epochs_is_told, COUNT(years));
	SUITE_TEST(what_ended_long_ago_has_few_looks);
	SUITE_TEST(views_are_told_by_class);
	SUITE_LOOP(what_is_in_quarantine_is_told, COUNT(quarantines));
}
