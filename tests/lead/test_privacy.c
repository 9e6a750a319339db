/* What the database says of how data are kept: each fact, and none. */
#include "consent/said.h"
#include "lead/privacy.h"
#include "store/pg.h"

static const char trial[] =
    "INSERT INTO piste.experiment (key, page_key, seed, weights, coverage,"
    " goal, window_s, mql_window_s, sql_window_s, customer_window_s, alpha,"
    " planned_visitors, state, phase, bucket_version, variants_revision,"
    " position, definition) VALUES ('x', 'p1', 's', '{\"a\": 1}', 1, 'lead',"
    " 60, 60, 60, 86400, 0.05, 0, 'running', 1, 1, 1, 1, '{}')";
#define STOP "UPDATE piste.experiment SET state = 'stopped';"
#define ENDED(since) STOP "UPDATE piste.experiment SET ended_at = now() -" \
	" interval '" since "'"
/* As nobody can by the usual roads. */
#define FORGED(change) "SET session_replication_role = replica; " change \
	"; SET session_replication_role = origin"

/* What is changed, and the facts in their order. */
static const struct { const char *change; struct privacy_facts facts; }
    cases[] = {
	{ "SELECT 1", { .joinable = 1 } },
	{ FORGED("UPDATE piste.submission SET ip_prefix = '192.0.2.7'"),
	    { .joinable = 1, .whole_addresses = 1 } },
	{ FORGED("UPDATE piste.submission SET ip_prefix = '2001:db8::/49'"),
	    { .joinable = 1, .whole_addresses = 1 } },
	{ FORGED("UPDATE piste.submission SET ip_prefix = '2001:db8::/48'"),
	    { .joinable = 1 } },
	{ "ALTER TABLE piste.person ADD COLUMN geo_lat real",
	    { .joinable = 1, .coordinates = 1 } },
	{ "ALTER TABLE piste.person ADD COLUMN platform text",
	    { .joinable = 1 } },
	{ "ALTER TABLE piste.lead ADD COLUMN visitor text",
	    { .joinable = 1, .visitor_columns = 1 } },
	{ STOP, { .joinable = 1 } },
	{ ENDED("23 hours"), { .joinable = 1 } },
	{ ENDED("25 hours"), { .joinable = 1, .unarchived = 1 } },
	{ ENDED("25 hours") "; UPDATE piste.experiment SET is_synthetic ="
	    " true", { .joinable = 1 } },
	{ STOP "UPDATE piste.experiment SET state = 'archived'",
	    { .joinable = 0 } },
	{ "UPDATE piste.consent_wording SET definition ="
	    " '{\"text\": {\"fr\": \"Autre\"}}'",
	    { .joinable = 1, .unkept_texts = 1 } },
	{ FORGED("DELETE FROM piste.consent_text"),
	    { .joinable = 1, .unproved = 1 } },
};

START_TEST(each_fact_is_told)
{
	const struct privacy_facts *want = &cases[_i].facts;
	struct sample c = said_new();
	struct pg *db = pg_new(c.conninfo, "test");
	struct privacy_facts got;

	sample_run(c.conn, trial);
	SAID_GIVE(c.conn, 1);
	sample_run(c.conn, cases[_i].change);
	ck_assert_int_eq(privacy_look(db, &got), OK);
	ck_assert_int_eq(got.whole_addresses, want->whole_addresses);
	ck_assert_int_eq(got.coordinates, want->coordinates);
	ck_assert_int_eq(got.visitor_columns, want->visitor_columns);
	ck_assert_int_eq(got.joinable, want->joinable);
	ck_assert_int_eq(got.unarchived, want->unarchived);
	ck_assert_int_eq(got.unkept_texts, want->unkept_texts);
	ck_assert_int_eq(got.unproved, want->unproved);
	pg_free(db);
} END_TEST

START_TEST(away_is_told)
{
	struct pg *db = pg_new(STR("host=/nonexistent dbname=no"), "test");
	struct privacy_facts got;

	ck_assert_int_eq(privacy_look(db, &got), ERR_AWAY);
	pg_free(db);
} END_TEST

SUITE_APART(privacy)
{
	SUITE_LOOP(each_fact_is_told, COUNT(cases));
	SUITE_TEST(away_is_told);
}
