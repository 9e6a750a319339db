/*
 * Tests of what statements read: of src/sql/0025, 0026 and 0033, whose plans
 * once went through everything that stands.  Rows are counted, not time.
 */
#include "consent/said.h"

#define STANDING 3000
#define TEXT_(n) #n
#define TEXT(n) TEXT_(n)

/* Leads besides the sample's, each of a person of its own. */
#define LEADS "INSERT INTO piste.person (email) SELECT 'p' || n || '@firm.fr'" \
	" FROM generate_series(1, " TEXT(STANDING) ") AS n; INSERT INTO" \
	" piste.lead (person_id, offer_key) SELECT id, 'o1' FROM piste.person"
/* Of the first hundred, which fall. */
#define TAKE "SELECT piste.score_take(0, now(), (SELECT json_agg(" \
	"json_build_object('lead', l.id, 'points', 5, 'grade', 'cold'," \
	" 'above', false, 'parts', '[]'::json)) FROM (SELECT id FROM" \
	" piste.lead ORDER BY id LIMIT 100) AS l))"
#define READ "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM" \
	" pg_stat_xact_user_tables WHERE relname = 'mql'"

/* The plan is made while nobody is an MQL, and kept. */
START_TEST(who_falls_is_found_without_who_stands)
{
	struct sample c = sample_new();
	int64_t read;

	sample_run(c.conn, LEADS);
	for (int i = 0; i < 8; i++)
		sample_run(c.conn, TAKE);
	sample_run(c.conn, "INSERT INTO piste.mql (lead_id, at, score, version)"
	    " SELECT id, now(), 70, 0 FROM piste.lead");
	sample_run(c.conn, "BEGIN; " TAKE);
	ck_assert(str_i64(sample_text(c.conn, READ), 0, INT64_MAX, &read));
	ck_assert_int_le(read, 1000);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM piste.mql"
	    " WHERE fallen_at IS NOT NULL"), STR("100"));
	sample_run(c.conn, "COMMIT");
} END_TEST

/* However much who withdrew had done: each is asked for once. */
START_TEST(a_withdrawal_is_asked_for_once)
{
	struct sample c = said_new();

	SAID_GIVE(c.conn, 1);
	sample_run(c.conn, "INSERT INTO piste.origin (key, position,"
	    " definition) VALUES ('www', 1, '{\"observe\": {\"purpose\":"
	    " \"newsletter\"}}'); SELECT piste.event_partition(current_date -"
	    " n) FROM generate_series(-1, 1) AS n; SELECT"
	    " piste.consent_withdraw(1, NULL, NULL, NULL, 'link'); INSERT INTO"
	    " piste.event (at, kind, name, person_id, via) SELECT now(),"
	    " 'document', 'd', 1, 'link' FROM generate_series(1, 500)");
	sample_run(c.conn, "BEGIN; SET LOCAL track_functions = 'all';"
	    " SELECT piste.event_upkeep('2020-01-01', 'names', 1)");
	ck_assert_str_same(sample_text(c.conn, "SELECT calls FROM"
	    " pg_stat_xact_user_functions WHERE funcname = 'may_observe'"),
	    STR("1"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(person_id) FROM"
	    " piste.event"), STR("0"));
	sample_run(c.conn, "COMMIT");
} END_TEST

/* Whoever has one lead lends it nothing, and is not asked about. */
START_TEST(few_are_asked_whose_touches_are_whose)
{
	struct sample c = sample_new();

	sample_run(c.conn, LEADS);
	sample_run(c.conn, "INSERT INTO piste.lead (person_id, offer_key)"
	    " SELECT id, 'o2' FROM piste.person ORDER BY id LIMIT 2;"
	    " ANALYZE piste.lead");
	sample_run(c.conn, "BEGIN; SET LOCAL track_functions = 'all';"
	    " SELECT count(*) FROM piste.touch_lent");
	ck_assert_str_same(sample_text(c.conn, "SELECT calls FROM"
	    " pg_stat_xact_user_functions WHERE funcname = 'may_observe'"),
	    STR("4"));
	sample_run(c.conn, "COMMIT");
} END_TEST

SUITE_APART(plans)
{
	SUITE_TEST(few_are_asked_whose_touches_are_whose);
	SUITE_TEST(who_falls_is_found_without_who_stands);
	SUITE_TEST(a_withdrawal_is_asked_for_once);
}
