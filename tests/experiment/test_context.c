/* Tests src/experiment/context.c. */
#include "experiment/context.h"
#include "experiment/figures.h"
#include "experiment/watch.h"
#include "support/suite.h"
#include "support/trialcase.h"

#define MEMBERS "{'bandit': {'context': 'device', 'floor': 0.05}}"
#define PARTS "SELECT string_agg(concat_ws(' ', number, coalesce(leaf," \
    " '='), part_of, (weights->>'b')::numeric > 0.5), ', ' ORDER BY number)" \
    " FROM piste.epoch"

static struct pg *db;

/* On a mobile b does better, on a desktop a; tablets are few. */
struct visit { struct trialcase_flow flow; const char *device; };
static const struct visit flows[] = {
	{ { "a", 800, 60, 1, 10, 3 }, "mobile" },
	{ { "b", 800, 120, 1, 10, 3 }, "mobile" },
	{ { "a", 700, 120, 1, 10, 3 }, "desktop" },
	{ { "b", 700, 60, 1, 10, 3 }, "desktop" },
	{ { "a", 499, 30, 1, 10, 3 }, "tablet" },
	{ { "b", 500, 60, 1, 10, 3 }, "tablet" },
};

static void
begin(const char *members, const struct visit *visit, size_t count)
{
	db = trialcase_db(members);
	trialcase_began(db, 11);
	for (size_t i = 0; i < count; i++)
		trialcase_flow_on(db, &visit[i].flow, visit[i].device);
}

/* Until nothing is due. */
static void
watch_all(void)
{
	int64_t done;

	do
		ck_assert_int_eq(watch_turn(db, &done), OK);
	while (done);
}

/* The largest first; who has 999 visitors has no leaf, whatever it says. */
START_TEST(each_leaf_has_its_own_weights)
{
	begin(MEMBERS, flows, COUNT(flows));
	watch_all();
	ck_assert_str_same(trialcase_ask(db, PARTS), STR("1 = f,"
	    " 2 mobile 5 t, 3 desktop 5 f, 4 = 5 f, 5 = t"));
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ',"
	    " min(weights->>'b'), max(context), count(1)) FROM piste.epoch"
	    " WHERE leaf IS NULL AND part_of = 5"), STR("0.5 device 1"));
	ck_assert_str_same(trialcase_ask(db, "SELECT e.weights = x.weights"
	    " FROM piste.epoch AS e JOIN piste.experiment AS x"
	    " ON x.key = e.experiment_key WHERE e.number = 5"), STR("true"));
} END_TEST

/* 1,000 visitors and one less. */
static const struct { int visitors; const char *leaves; } sizes[] = {
	{ 499, "" }, { 500, "mobile" },
};
START_TEST(a_leaf_needs_a_thousand_visitors)
{
	const struct visit few[] = {
		{ { "a", 500, 50, 1, 10, 3 }, "mobile" },
		{ { "b", sizes[_i].visitors, 50, 1, 10, 3 }, "mobile" },
	};

	begin(MEMBERS, few, COUNT(few));
	watch_all();
	ck_assert_str_same(trialcase_ask(db, "SELECT string_agg(leaf, ' ')"
	    " FROM piste.epoch"), str_of(sizes[_i].leaves));
} END_TEST

/* Ten countries with enough visitors each: the eight largest have leaves. */
START_TEST(the_largest_leaves_are_kept)
{
	begin("{'bandit': {'context': 'country'}}", NULL, 0);
	trialcase_flow(db, &(struct trialcase_flow){ "a", 5500, 300, 1, 10,
	    3 });
	trialcase_flow(db, &(struct trialcase_flow){ "b", 5500, 400, 1, 10,
	    3 });
	trialcase_say(db, "UPDATE piste.exposure SET country = 'A' || CASE"
	    " WHEN n < 1000 THEN 0 WHEN n < 10000 THEN (n / 1000) ELSE 1 END"
	    " FROM (SELECT visitor AS v, row_number() OVER (ORDER BY"
	    " split_part(visitor, '-', 2)::integer, visitor) - 1 AS n"
	    " FROM piste.exposure) AS t WHERE t.v = visitor");
	watch_all();
	ck_assert_str_same(trialcase_ask(db, "SELECT string_agg(leaf, ' '"
	    " ORDER BY number) FROM piste.epoch"),
	    STR("A1 A0 A2 A3 A4 A5 A6 A7"));
} END_TEST

/* One country has 1,500 visitors, nineteen more 500 each. */
START_TEST(others_are_no_leaf)
{
	begin("{'bandit': {'context': 'country'}}", NULL, 0);
	trialcase_flow(db, &(struct trialcase_flow){ "a", 5500, 300, 1, 10,
	    3 });
	trialcase_flow(db, &(struct trialcase_flow){ "b", 5500, 400, 1, 10,
	    3 });
	trialcase_say(db, "UPDATE piste.exposure SET country = CASE WHEN"
	    " n < 1500 THEN 'AA' ELSE 'B' || chr(65 + n / 500) END"
	    " FROM (SELECT visitor AS v, row_number() OVER (ORDER BY"
	    " split_part(visitor, '-', 2)::integer, visitor)::integer - 1"
	    " AS n FROM piste.exposure) AS t WHERE t.v = visitor");
	watch_all();
	ck_assert_str_same(trialcase_ask(db, "SELECT string_agg(leaf, ' '"
	    " ORDER BY number) FROM piste.epoch"), STR("AA"));
} END_TEST

START_TEST(what_has_not_moved_opens_nothing)
{
	struct figures *f = ARENA_NEW(suite_arena(), struct figures);
	struct context by;
	struct results *r;

	begin(MEMBERS, flows, COUNT(flows));
	watch_all();
	r = trialcase_results(db);
	figures_make(r, f);
	ck_assert_int_eq(context_read(db, r, f, &by), OK);
	ck_assert(!context_has_moved(r, &by));
	by.leaf[1].weight[0] -= .001;
	ck_assert(context_has_moved(r, &by));
	by.leaf[1].weight[0] += .001;
	by.leaves--;
	ck_assert(context_has_moved(r, &by));
	trialcase_say(db, "UPDATE piste.bandit_look SET made_at = now() -"
	    " interval '25 hours'");
	watch_all();
	ck_assert_str_same(trialcase_ask(db, "SELECT max(number) FROM"
	    " piste.epoch"), STR("5"));
} END_TEST

/*
 * Visitors as the hash would split them by their part's weights, the even
 * tenth beside: no alarm, though pooled they are far from any weights; rates
 * as they are; and the row-by-row count says the same.
 */
static const struct visit split[] = {
	{ { "a", 180, 18, 2, 2, 1 }, "mobile" },
	{ { "b", 3420, 513, 2, 2, 1 }, "mobile" },
	{ { "a", 3420, 513, 3, 2, 1 }, "desktop" },
	{ { "b", 180, 18, 3, 2, 1 }, "desktop" },
	{ { "a", 200, 20, 4, 2, 1 }, "mobile" },
	{ { "b", 200, 30, 4, 2, 1 }, "mobile" },
	{ { "a", 200, 30, 4, 2, 1 }, "desktop" },
	{ { "b", 200, 20, 4, 2, 1 }, "desktop" },
};
START_TEST(parts_are_strata)
{
	struct figures *f = ARENA_NEW(suite_arena(), struct figures);
	struct results *r = ARENA_NEW(suite_arena(), struct results);
	const struct results_wish exact = { .is_exact = true };
	struct results *kept;
	const struct context_gain *g = &f->gain;

	begin(MEMBERS, flows, COUNT(flows));
	watch_all();
	trialcase_say(db, "UPDATE piste.epoch SET started_at = now() -"
	    " interval '2 days' WHERE number > 1; UPDATE piste.epoch SET"
	    " weights = CASE number WHEN 2 THEN '{\"a\": 0.05, \"b\": 0.95}'"
	    " ELSE '{\"a\": 0.95, \"b\": 0.05}' END::jsonb"
	    " WHERE number IN (2, 3)");
	for (size_t i = 0; i < COUNT(split); i++)
		trialcase_flow_on(db, &split[i].flow, split[i].device);
	kept = trialcase_results(db);
	figures_make(kept, f);
	ck_assert(!f->srm.is_flagged);
	ck_assert_double_gt(f->srm.p, .5);
	ck_assert_double_gt(f->srm_seq_p, .001);
	ck_assert_int_eq(g->even.n, 800);
	ck_assert_int_eq(g->even.x, 100);
	ck_assert_int_eq(g->led.n, 7200);
	ck_assert_int_eq(g->led.x, 1062);
	ck_assert_double_eq_tol(g->lift, (1062. / 7200) / (100. / 800) - 1,
	    1e-9);
	ck_assert(g->lift_log.is_known && g->lift_log.low < g->lift &&
	    g->lift_log.high > g->lift);
	/* Of tables that nobody has looked at yet it takes a bad plan. */
	trialcase_say(db, "ANALYZE piste.exposure, piste.conversion");
	ck_assert_int_eq(results_read(db, suite_arena(), TRIALCASE_KEY, &exact,
	    r), OK);
	ck_assert_uint_eq(r->epochs, 5);
	for (size_t i = 0; i < r->epochs * r->arms; i++)
		for (size_t m = 0; m < RESULTS_MEASURES; m++)
			ck_assert_int_eq(r->cell[i].n[m],
			    kept->cell[i].n[m]);
} END_TEST

/* A form may be told of before its view; which part, only the view knows. */
START_TEST(the_view_says_which_part)
{
	begin(MEMBERS, NULL, 0);
	trialcase_say(db, "SELECT piste.exposure_take(ARRAY['lb-headline'],"
	    " ARRAY['v'], ARRAY['a'], ARRAY[1]::bigint[], ARRAY[5],"
	    " ARRAY[1000]::bigint[], ARRAY['FR'], NULL, NULL, NULL, NULL,"
	    " NULL); SELECT piste.exposure_take(ARRAY['lb-headline'],"
	    " ARRAY['v'], ARRAY['a'], ARRAY[1]::bigint[], ARRAY[3],"
	    " ARRAY[1000]::bigint[], ARRAY['FR'], ARRAY['mobile'], NULL,"
	    " NULL, NULL, NULL); SELECT piste.exposure_take("
	    "ARRAY['lb-headline'], ARRAY['v'], ARRAY['a'],"
	    " ARRAY[1]::bigint[], ARRAY[2], ARRAY[2000]::bigint[],"
	    " ARRAY['FR'], ARRAY['desktop'], NULL, NULL, NULL, NULL)");
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ', epoch,"
	    " device) FROM piste.exposure"), STR("3 mobile"));
	ck_assert_str_same(trialcase_ask(db, "SELECT string_agg(epoch || '='"
	    " || n, ' ') FROM piste.experiment_hour WHERE n <> 0"),
	    STR("3=1"));
} END_TEST

/* Without the other side, or before there were parts, nothing is known. */
START_TEST(nothing_is_compared_with_nothing)
{
	struct figures *f = ARENA_NEW(suite_arena(), struct figures);

	begin(MEMBERS, flows, 2);
	figures_make(trialcase_results(db), f);
	ck_assert_int_eq(f->gain.even.n + f->gain.led.n, 0);
	ck_assert(isnan(f->gain.lift) && isnan(f->gain.even_rate) &&
	    !f->gain.lift_log.is_known);
	watch_all();
	figures_make(trialcase_results(db), f);
	ck_assert_int_eq(f->gain.even.n + f->gain.led.n, 0);
	ck_assert(isnan(f->gain.lift));
} END_TEST

SUITE_APART(context)
{
	SUITE_TEST(each_leaf_has_its_own_weights);
	SUITE_LOOP(a_leaf_needs_a_thousand_visitors, COUNT(sizes));
	SUITE_TEST(the_largest_leaves_are_kept);
	SUITE_TEST(others_are_no_leaf);
	SUITE_TEST(what_has_not_moved_opens_nothing);
	SUITE_TEST(parts_are_strata);
	SUITE_TEST(the_view_says_which_part);
	SUITE_TEST(nothing_is_compared_with_nothing);
}
