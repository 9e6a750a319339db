/* Tests of lead/seller.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lead/seller.h"
#include "store/migrate.h"
#include "store/migrate_table.h"
#include "store/pg.h"
#include "support/sample.h"

#define DAY_MS INT64_C(86400000)
#define SELLERS_MIGRATION 27
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
	ck_assert_str_same(said, STR("unchanged\trules are as in version"
	    " 1\n"));
	ck_assert_int_eq(apply(db, "{\"sellers\":[" ANA ",{\"key\":\"cy\"}]}"),
	    ERR_INPUT);
	ck_assert_int_eq(apply(db, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"timezone\":\"Europe/Atlantis\"}]}"),
	    ERR_INPUT);
	ck_assert_str_same(said, STR("$.sellers[0].timezone: there is no time"
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
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	int64_t ended;

	ck_assert_int_eq(apply(db, BOTH), OK);
	ck_assert_int_eq(seller_absent(db, &w, f), OK);
	w.from = STR("2119-01-01");
	ck_assert_int_eq(seller_absent(db, &w, f), OK);
	w.to = STR("2118-01-01");
	ck_assert_int_eq(seller_absent(db, &w, f), ERR_INPUT);
	/* Without end, whoever decides could not tell when. */
	w.to = STR("infinity");
	ck_assert_int_eq(seller_absent(db, &w, f), ERR_INPUT);
	w.to = STR("2200-01-01 00:00:01Z");
	ck_assert_int_eq(seller_absent(db, &w, f), ERR_INPUT);
	w.from = STR("-infinity");
	w.to = STR("2120-01-01");
	ck_assert_int_eq(seller_absent(db, &w, f), ERR_INPUT);
	w.key = STR("cy");
	ck_assert_int_eq(seller_absent(db, &w, f), ERR_ABSENT);
	ck_assert_int_eq(seller_present(db, STR("ana"), &ended), OK);
	ck_assert_int_eq(ended, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', count(*),"
	    " max(ends_at) <= now()) FROM piste.seller_absence"),
	    STR("1 t"));
	ck_assert_int_eq(seller_present(db, STR("cy"), &ended), ERR_ABSENT);
	fclose(f);
	ck_assert_str_same(str_of(text), STR("ana is away from"
	    " 2020-01-01T00:00:00Z to 2120-01-01T00:00:00Z\nana is away from"
	    " 2119-01-01T00:00:00Z to 2120-01-01T00:00:00Z\n"));
	free(text);
	pg_free(db);
} END_TEST

START_TEST(everybody_goes_by_their_own_words_only)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	ck_assert_int_eq(apply(db, "{\"sellers\":[" ANA "]}"), OK);
	ck_assert_int_eq(apply(db, "{}"), ERR_INPUT);
	ck_assert_str_same(sample_text(c.conn, "SELECT is_active"
	    " FROM piste.seller"), STR("t"));
	ck_assert_int_eq(apply(db, "{\"sellers\":[]}"), OK);
	ck_assert_str_same(said, STR("rules\tversion 2\n"
	    "removed\tseller ana\nnobody\tthere is no seller: leads are"
	    " nobody's\n"));
	pg_free(db);
} END_TEST

/* Needs are offers, unless a field tells them. */
static const struct {
	const char *json;
	enum err err;
	const char *said;
} unknown[] = {
	{ "{\"bant\":[{\"offer\":\"o1\"},{\"offer\":\"o3\"}],"
	    "\"sellers\":[]}", ERR_INPUT,
	    "$.bant[1].offer: the site has no offer o3\n" },
	{ "{\"sellers\":[" ANA ",{\"key\":\"bob\",\"general\":true,"
	    "\"needs\":[\"o1\",\"solar\"]}]}", ERR_INPUT,
	    "$.sellers[1]: needs solar, which is no offer of the site\n" },
	{ "{\"need_field\":\"kind\",\"sellers\":[{\"key\":\"bob\","
	    "\"general\":true,\"needs\":[\"solar\"]}]}", OK,
	    "$.need_field: no form of the site has a field kind so far\n"
	    "rules\tversion 1\nadded\tseller bob\n" },
	{ "{\"potential_field\":\"sum\",\"sellers\":[" ANA "]}", OK,
	    "$.potential_field: no form of the site has a field sum so far\n"
	    "rules\tversion 1\nadded\tseller ana\n" },
};

START_TEST(what_the_site_has_not_is_told)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	ck_assert_int_eq(apply(db, unknown[_i].json), unknown[_i].err);
	ck_assert_str_same(said, str_of(unknown[_i].said));
	pg_free(db);
} END_TEST

/* A database as it was before there were sellers. */
static void
go_back(PGconn *conn)
{
	sample_run(conn, "SET client_min_messages = warning;"
	    " DROP SCHEMA piste CASCADE; CREATE SCHEMA piste;"
	    " CREATE TABLE piste.migration (number int PRIMARY KEY,"
	    " name text NOT NULL, applied_at timestamptz NOT NULL"
	    " DEFAULT now())");
	for (const struct migration *m = migration_table;
	    m->number < SELLERS_MIGRATION; m++) {
		sample_run(conn, m->text);
		sample_run(conn, buf_fmt(suite_arena(), 200, "INSERT INTO"
		    " piste.migration (number, name) VALUES (%d, '%s')%c",
		    m->number, m->name, 0).p);
	}
}

static enum err
migrate(struct pg *db)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	enum err e = migrate_run(db, f);

	fclose(f);
	said = arena_copy(suite_arena(), (struct str){ text, bytes });
	free(text);
	return e;
}

/* Whoever named owners by hand keeps them, or says that they may go. */
START_TEST(owners_of_before_stop_the_upgrade)
{
	struct sample c = { .conninfo = suite_database() };
	struct pg *db = pg_new(c.conninfo, "piste-test");

	c.conn = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	go_back(c.conn);
	sample_fill(c.conn);
	sample_take(c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	sample_run(c.conn, "UPDATE piste.lead SET owner_id = 7");
	ck_assert_int_ne(migrate(db), OK);
	ck_assert(str_has_fold(said, STR("1 leads have an owner_id")));
	ck_assert_str_same(sample_text(c.conn, "SELECT owner_id"
	    " FROM piste.lead"), STR("7"));
	sample_run(c.conn, "UPDATE piste.lead SET owner_id = NULL");
	ck_assert_int_eq(migrate(db), OK);
	pg_free(db);
} END_TEST

SUITE_APART(seller)
{
	SUITE_TEST(owners_of_before_stop_the_upgrade);
	SUITE_TEST(rules_are_applied_whole_or_not_at_all);
	SUITE_TEST(everybody_goes_by_their_own_words_only);
	SUITE_LOOP(what_the_site_has_not_is_told, COUNT(unknown));
	SUITE_TEST(edits_reset_nothing);
	SUITE_TEST(snapshot_has_what_changes);
	SUITE_TEST(absences_are_kept_and_ended);
}
