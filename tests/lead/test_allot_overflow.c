/* Tests of lead/allot.c: leads that nobody can take. */
#include "lead/allotcase.h"

START_TEST(nobody_free_is_an_overflow_with_an_alarm)
{
	struct scene s = scene(2, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":1}]}");
	struct allot_depth d;

	ck_assert_int_eq(turn(s.db), 2);
	ck_assert_int_eq(allot_depth(s.db, &d), OK);
	ck_assert_int_eq(d.overflow, 1);
	ck_assert_int_eq(turn(s.db), 0);
	sample_run(s.c.conn, "UPDATE piste.overflow SET next_at = now()");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT tries"
	    " FROM piste.overflow"), STR("2"));
	/* A place gets free. */
	sample_run(s.c.conn, "SELECT piste.lead_move(1, 'nurturing', 't',"
	    " 'seller', 'too-early', NULL);"
	    " UPDATE piste.overflow SET next_at = now()");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " (SELECT outcome FROM piste.allocation), owner_id IS NULL)"
	    " FROM piste.lead WHERE id = 1"), STR("left t"));
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS), STR("1,2 ana"));
} END_TEST

START_TEST(new_rules_try_what_waits_at_once)
{
	struct scene s = scene(2, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":0,\"stages\":[\"mql\",\"lead\"]}"
	    "]}");

	ck_assert_int_eq(turn(s.db), 2);
	sample_run(s.c.conn, "SELECT piste.lead_move(2, 'lead', 't',"
	    " 'operator', 'mistake', NULL)");
	ck_assert_str_same(sample_text(s.c.conn,
	    "SELECT count(*) FROM piste.overflow"), STR("2"));
	/* At the stage of lead 2 nobody takes any more. */
	apply(s.db, SELLERS);
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS), STR("1 ana,2"));
	ck_assert_str_same(sample_text(s.c.conn,
	    "SELECT count(*) FROM piste.overflow"), STR("0"));
} END_TEST

#define WAITS "SELECT string_agg(concat_ws(' ', lead_id, tries," \
	" next_at <= now()), ',' ORDER BY lead_id) FROM piste.overflow"
#define FREE(lead) "SELECT piste.lead_move(" #lead ", 'nurturing', 't'," \
	" 'seller', 'too-early', NULL)"

/* Hot first, then who waits longest, before those who have just come. */
START_TEST(a_place_goes_to_the_first_who_waits_for_it)
{
	struct scene s = scene(5, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":1},{\"key\":\"bob\","
	    "\"territories\":[{\"country\":\"BE\"}]}]}");

	sample_run(s.c.conn, "UPDATE piste.lead SET scored_at = NULL"
	    " WHERE id = 5; UPDATE piste.lead SET grade = 'hot'"
	    " WHERE id IN (1, 4)");
	ck_assert_int_eq(turn(s.db), 4);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS),
	    STR("1 ana,2,3,4,5"));
	/* Another's place is nobody's here. */
	sample_run(s.c.conn, "UPDATE piste.overflow SET next_at = now() + '1h';"
	    " UPDATE piste.lead SET owner_id = 2 WHERE id = 5;"
	    " UPDATE piste.lead SET owner_id = NULL WHERE id = 5");
	ck_assert_str_same(sample_text(s.c.conn, WAITS),
	    STR("2 1 f,3 1 f,4 1 f"));
	sample_run(s.c.conn, FREE(1));
	ck_assert_str_same(sample_text(s.c.conn, WAITS),
	    STR("2 1 f,3 1 f,4 1 t"));
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS),
	    STR("1,2,3,4 ana,5"));
	sample_run(s.c.conn, "UPDATE piste.lead SET scored_at = now()"
	    " WHERE id = 5; " FREE(4));
	ck_assert_int_eq(turn(s.db), 2);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS),
	    STR("1,2 ana,3,4,5"));
} END_TEST

START_TEST(each_place_wakes_one)
{
	struct scene s = scene(5, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":2}]}");

	ck_assert_int_eq(turn(s.db), 5);
	sample_run(s.c.conn, FREE(1) "; " FREE(2));
	ck_assert_str_same(sample_text(s.c.conn, WAITS),
	    STR("3 1 t,4 1 t,5 1 f"));
} END_TEST

START_TEST(what_waits_holds_nothing_up)
{
	struct scene s = scene(120, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":0}]}");

	sample_run(s.c.conn, "UPDATE piste.lead SET scored_at = NULL"
	    " WHERE id > 60");
	ck_assert_int_eq(turn(s.db), ALLOT_BATCH_MAX);
	ck_assert_int_eq(turn(s.db), 10);
	ck_assert_int_eq(turn(s.db), 0);
	sample_run(s.c.conn, "UPDATE piste.overflow SET next_at = now();"
	    " UPDATE piste.lead SET scored_at = now() WHERE id > 60");
	ck_assert_int_eq(turn(s.db), 2 * ALLOT_BATCH_MAX);
	ck_assert_int_eq(turn(s.db), 10 + 10);
	ck_assert_int_eq(turn(s.db), 0);
} END_TEST

#define DECIDED "SELECT decision->'lead'->>'at_ms' FROM piste.overflow"

START_TEST(a_decision_that_is_the_same_is_not_written_again)
{
	struct scene s = scene(1, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":0}]}");
	struct str first;

	ck_assert_int_eq(turn(s.db), 1);
	first = sample_text(s.c.conn, DECIDED);
	sample_run(s.c.conn, "UPDATE piste.overflow SET next_at = now()");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, DECIDED), first);
	/* Now she is away as well. */
	sample_run(s.c.conn, "INSERT INTO piste.seller_absence (seller_id,"
	    " starts_at, ends_at, created_by) SELECT id, now() - '1h'"
	    "::interval, now() + '1h'::interval, 't' FROM piste.seller;"
	    " UPDATE piste.overflow SET next_at = now()");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert(!str_eq(sample_text(s.c.conn, DECIDED), first));
} END_TEST

SUITE_APART(allot_overflow)
{
	SUITE_TEST(nobody_free_is_an_overflow_with_an_alarm);
	SUITE_TEST(new_rules_try_what_waits_at_once);
	SUITE_TEST(a_place_goes_to_the_first_who_waits_for_it);
	SUITE_TEST(each_place_wakes_one);
	SUITE_TEST(what_waits_holds_nothing_up);
	SUITE_TEST(a_decision_that_is_the_same_is_not_written_again);
}
