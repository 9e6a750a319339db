/* Tests of lead/seller.c. */
#include <stdio.h>
#include <stdlib.h>

#include "lead/seller.h"
#include "store/pg.h"
#include "support/sample.h"

#define DAY_MS INT64_C(86400000)
#define SUMMER INT64_C(1782864000000)	/* 2026-07-01 */

static struct str said;

static enum err
apply(struct pg *db, const char *json)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	enum err e = seller_apply(db, suite_arena(), str_of(json),
	    STR("test"), f, f);

	fclose(f);
	said = arena_copy(suite_arena(), (struct str){ text, bytes });
	free(text);
	return e;
}

#define ANA "{\"key\":\"ana\",\"general\":true,\"timezone\":" \
	"\"Europe/Paris\"}"
#define BOB "{\"key\":\"bob\",\"general\":true,\"name\":\"B\\\"ob\"," \
	"\"stages\":[\"sql\"]}"
#define BOTH "{\"sellers\":[" ANA "," BOB "]}"

START_TEST(rules_are_applied_whole_or_not_at_all)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	ck_assert_int_eq(apply(db, BOTH), OK);
	ck_assert_str_same(said, STR("rules\tversion 1\nadded\tseller ana\n"
	    "added\tseller bob\n"));
	ck_assert_int_eq(apply(db, BOTH), OK);
	ck_assert_str_same(said, STR_EMPTY);
	ck_assert_int_eq(apply(db, "{\"sellers\":[" ANA ",{\"key\":\"cy\"}]}"),
	    ERR_INPUT);
	ck_assert_int_eq(apply(db, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"timezone\":\"Europe/Atlantis\"}]}"),
	    ERR_INPUT);
	ck_assert_str_same(said, STR("sellers/0/timezone: there is no time"
	    " zone Europe/Atlantis\n"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', count(*),"
	    " (SELECT string_agg(key || name || is_active, ',' ORDER BY key)"
	    " FROM piste.seller)) FROM piste.allocation_rules"),
	    STR("1 anaanatrue,bobB\"obtrue"));
	pg_free(db);
} END_TEST

START_TEST(edits_reset_nothing)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	ck_assert_int_eq(apply(db, BOTH), OK);
	sample_run(c.conn, "UPDATE piste.seller SET tag = 7, turn = 8");
	ck_assert_int_eq(apply(db, "{\"sellers\":[" ANA "]}"), OK);
	ck_assert_str_same(said, STR("rules\tversion 2\n"
	    "removed\tseller bob\n"));
	ck_assert_int_eq(apply(db, BOTH), OK);
	ck_assert_str_same(said, STR("rules\tversion 3\n"
	    "changed\tseller bob\n"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', key, tag, turn), ',' ORDER BY key) FROM piste.seller"),
	    STR("ana 7 8,bob 7 8"));
	pg_free(db);
} END_TEST

START_TEST(snapshot_has_what_changes)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct seller_span span = { SUMMER, SUMMER + 180 * DAY_MS };
	struct seller_snapshot s;
	const struct allocate_seller *ana;

	ck_assert_int_eq(seller_load(db, suite_arena(), span, &s),
	    ERR_ABSENT);
	ck_assert_int_eq(apply(db, BOTH), OK);
	sample_run(c.conn, "UPDATE piste.seller SET tag = 7, turn = 8"
	    " WHERE key = 'ana'; INSERT INTO piste.seller_absence (seller_id,"
	    " starts_at, ends_at, created_by) SELECT id, '2026-07-01Z',"
	    " '2026-07-02Z', 't' FROM piste.seller WHERE key = 'ana'");
	ck_assert_int_eq(seller_load(db, suite_arena(), span, &s), OK);
	ana = &s.rule.plan.seller[0];
	ck_assert_int_eq(ana->tag, 7);
	ck_assert_int_eq(s.rule.plan.turn, 8);
	ck_assert(shift_is_absent(&ana->shift, SUMMER));
	ck_assert(!shift_is_absent(&ana->shift, SUMMER + DAY_MS));
	ck_assert_uint_eq(s.rule.plan.seller[1].shift.absences, 0);
	/* Paris goes back once in that time, at 2026-10-25 01:00 UTC. */
	ck_assert_uint_eq(ana->shift.zone->changes, 2);
	ck_assert_int_eq(ana->shift.zone->change[0].minutes, 120);
	ck_assert_int_eq(ana->shift.zone->change[1].minutes, 60);
	ck_assert_int_eq(ana->shift.zone->change[1].from_ms,
	    INT64_C(1792890000000));
	pg_free(db);
} END_TEST

START_TEST(absences_are_kept_and_ended)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct seller_away w = { STR("ana"), STR("2020-01-01"),
		STR("2120-01-01"), STR("test") };
	int64_t ended;

	ck_assert_int_eq(apply(db, BOTH), OK);
	ck_assert_int_eq(seller_absent(db, &w), OK);
	w.from = STR("2119-01-01");
	ck_assert_int_eq(seller_absent(db, &w), OK);
	w.to = STR("2118-01-01");
	ck_assert_int_eq(seller_absent(db, &w), ERR_INPUT);
	w.key = STR("cy");
	ck_assert_int_eq(seller_absent(db, &w), ERR_ABSENT);
	ck_assert_int_eq(seller_present(db, STR("ana"), &ended), OK);
	ck_assert_int_eq(ended, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', count(*),"
	    " max(ends_at) <= now()) FROM piste.seller_absence"),
	    STR("1 t"));
	ck_assert_int_eq(seller_present(db, STR("cy"), &ended), ERR_ABSENT);
	pg_free(db);
} END_TEST

SUITE(seller)
{
	SUITE_TEST(rules_are_applied_whole_or_not_at_all);
	SUITE_TEST(edits_reset_nothing);
	SUITE_TEST(snapshot_has_what_changes);
	SUITE_TEST(absences_are_kept_and_ended);
}
