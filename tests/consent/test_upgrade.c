/* What was there before a migration is as it should be after it. */
#include <stdio.h>

#include "consent/ledger.h"
#include "consent/said.h"
#include "store/migrate.h"
#include "store/migrate_table.h"
#include "store/pg.h"

#define CONSENT_MIGRATION 8
#define MAIL_MIGRATION 9
#define UNMERGE_MIGRATION 17
/* As migrate.c has it. */
#define APPLIED "CREATE TABLE piste.migration (number int PRIMARY KEY," \
	" name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
#define COLUMNS "submission_id, consent_key, purpose, channel, recipient," \
	" version, text_hash, lang, given_at"

static void
migrate_to(PGconn *conn, int number)
{
	sample_run(conn, "DROP SCHEMA piste CASCADE; CREATE SCHEMA piste;"
	    APPLIED);
	for (const struct migration *m = migration_table; m->number < number;
	    m++) {
		sample_run(conn, m->text);
		sample_run(conn, arena_copy(suite_arena(), buf_fmt(
		    suite_arena(), 200, "INSERT INTO piste.migration (number,"
		    " name) VALUES (%d, '%s')", m->number, m->name)).p);
	}
}

static void
migrate_on(struct pg *db)
{
	char told[4000] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	enum err e = migrate_run(db, out);

	fclose(out);
	ck_assert_msg(e == OK, "%s", told);
}

START_TEST(consents_of_before_are_chained)
{
	struct sample c = { .conninfo = suite_database() };
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const char *same = "SELECT md5(string_agg(o::text, ' ' ORDER BY"
	    " submission_id)) FROM (SELECT " COLUMNS " FROM piste.consent)"
	    " AS o";
	const int rows = _i ? 3 : 0;
	struct str before;
	struct ledger_report r;

	c.conn = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	migrate_to(c.conn, CONSENT_MIGRATION);
	sample_fill(c.conn);
	sample_run(c.conn, said_wording);
	/* The later id came first. */
	for (int i = rows; i > 0; i--)
		SAID_GIVE(c.conn, i);
	before = sample_text(c.conn, same);
	migrate_on(db);
	ck_assert_str_same(sample_text(c.conn, same), before);
	ck_assert_int_eq(ledger_verify(db, suite_arena(), STR_EMPTY, &r), OK);
	ck_assert_str_same(r.fault, STR_EMPTY);
	ck_assert_int_eq(r.rows, rows);
	ck_assert_str_same(said_ledger(c.conn), _i ? STR("given3 given2 given1")
	    : STR_EMPTY);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " bool_and(block_hash = " BLOCK_HASH_SQL "), bool_and(via ="
	    " 'form'), bool_or(needs_confirm)) FROM piste.consent"),
	    _i ? STR("t t f") : STR_EMPTY);
	SAID_ASK(c.conn, 9);
	ck_assert_str_same(said_confirm(c.conn, 9), STR("confirmed"));
	ck_assert_int_eq(ledger_verify(db, suite_arena(), STR_EMPTY, &r), OK);
	ck_assert_str_same(r.fault, STR_EMPTY);
	ck_assert_int_eq(r.rows, rows + 2);
	pg_free(db);
} END_TEST

/* The form's block as it is asked now: what is shown next is kept already. */
START_TEST(blocks_of_now_are_kept)
{
	struct sample c = { .conninfo = suite_database() };
	struct pg *db = pg_new(c.conninfo, "piste-test");

	c.conn = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	migrate_to(c.conn, CONSENT_MIGRATION);
	sample_fill(c.conn);
	sample_run(c.conn, said_wording);
	sample_run(c.conn, "UPDATE piste.form SET definition ="
	    " '{\"consents\": [\"news\"]}'; UPDATE piste.consent_wording"
	    " SET definition = '{\"text\": {\"fr\": \"Oui\"}}'");
	migrate_on(db);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(block, '')"
	    " FROM piste.consent_block"), STR("[\"news\",1,\"newsletter\","
	    "\"email\",\"us\",false,\"Oui\"]\n"));
	pg_free(db);
} END_TEST

/* Nobody is written to for what was answered long ago. */
START_TEST(what_came_before_mails_asks_for_none)
{
	struct sample c = { .conninfo = suite_database() };
	struct pg *db = pg_new(c.conninfo, "piste-test");

	c.conn = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	migrate_to(c.conn, MAIL_MIGRATION);
	sample_fill(c.conn);
	SAID_GIVE(c.conn, 1);
	migrate_on(db);
	sample_run(c.conn, "UPDATE piste.form SET definition ="
	    " '{\"asset_delivery\": \"mail\"}'");
	SAID_GIVE(c.conn, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.outbox_plan(9)"),
	    STR("1"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
	    "right(submission_id::text, 1), ' ') FROM piste.delivery"),
	    STR("2"));
	pg_free(db);
} END_TEST

/* An address in a link's parameters, kept before touches were cleaned of it. */
START_TEST(addresses_leave_exposures)
{
	struct sample c = { .conninfo = suite_database() };
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const char *sums = "SELECT string_agg(h::text, ' ' ORDER BY h::text)"
	    " FROM piste.experiment_hour AS h";
	struct str before;

	c.conn = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	migrate_to(c.conn, UNMERGE_MIGRATION);
	sample_fill(c.conn);
	sample_run(c.conn, "INSERT INTO piste.experiment (key, page_key, seed,"
	    " weights, coverage, goal, window_s, alpha, planned_visitors,"
	    " state, phase, bucket_version, variants_revision, position,"
	    " definition) VALUES ('x', 'p1', 's', '{\"a\": 1}', 1, 'lead',"
	    " 86400, 0.05, 0, 'running', 1, 1, 1, 1, '{}');"
	    "INSERT INTO piste.exposure (experiment_key, visitor, variant,"
	    " bucket_version, epoch, first_seen_at, source) VALUES"
	    " ('x', 'v1', 'a', 1, 1, now(), 'news'),"
	    " ('x', 'v2', 'a', 1, 1, now(), 'ana@firm.fr'),"
	    " ('x', 'v3', 'a', 1, 1, now(), NULL);"
	    "INSERT INTO piste.outcome (experiment_key, bucket_version, unit,"
	    " epoch, variant, exposed_at, source) VALUES ('x', 1, 'u', 1, 'a',"
	    " now(), 'ana@firm.fr')");
	before = sample_text(c.conn, sums);
	ck_assert(before.n);
	migrate_on(db);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat("
	    "visitor, source), ' ' ORDER BY visitor) FROM piste.exposure"),
	    STR("v1news v2 v3"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) || concat("
	    "max(source)) FROM piste.outcome"), STR("1"));
	ck_assert_str_same(sample_text(c.conn, sums), before);
	pg_free(db);
} END_TEST

SUITE_APART(upgrade)
{
	SUITE_LOOP(consents_of_before_are_chained, 2);
	SUITE_TEST(blocks_of_now_are_kept);
	SUITE_TEST(what_came_before_mails_asks_for_none);
	SUITE_TEST(addresses_leave_exposures);
}
