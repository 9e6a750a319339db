/* The worker's role reaches addresses by consent only, whatever it tries. */
#include <string.h>

#include "consent/said.h"
#include "consent/workerrole.h"
#include "lead/queue.h"
#include "store/pg.h"

#define LEASE_MS 60000
#define DENIED "42501"

/* ANA has consented; submission 2's, BOB, has withdrawn. */
static struct sample
with_people(void)
{
	struct sample c = said_new();
	const struct sample_row bob = { 2, .email = "bob@firm.fr",
		.phone = "+33612345678", .company = "Firm" };

	SAID_GIVE(c.conn, 1);
	sample_take(c.conn, sample_batch(&bob, 1));
	sample_run(c.conn, "SELECT piste.consent_withdraw(max(id), NULL, NULL,"
	    " NULL, 'link') FROM piste.person");
	return c;
}

/* As a worker's session is begun. */
static PGconn *
as_worker(struct sample *c)
{
	sample_run(c->conn, WORKERROLE_SESSION);
	ck_assert_str_same(sample_text(c->conn, "SELECT current_user"),
	    STR(WORKERROLE_NAME));
	return c->conn;
}

static const char *const attempts[] = {
	"SELECT email FROM piste.person",
	"SELECT phone FROM piste.person",
	"SELECT first_name FROM piste.person",
	"SELECT p FROM piste.person AS p",
	"SELECT 1 FROM piste.person WHERE email LIKE 'a%'",
	"SELECT email FROM piste.submission",
	"SELECT phone FROM piste.submission",
	"SELECT fields FROM piste.submission",
	"SELECT fields->>'email' FROM piste.submission",
	"SELECT s FROM piste.submission AS s",
	"SELECT ip_prefix FROM piste.submission",
	"SELECT value FROM piste.person_key",
	"COPY piste.person TO STDOUT",
	"COPY piste.submission (email) TO STDOUT",
	"BEGIN; LOCK TABLE piste.person",
	"UPDATE piste.person SET email = 'x@y.fr'",
	"UPDATE piste.submission SET person_id = 1",
	"UPDATE piste.lead SET person_id = 1",
	"UPDATE piste.lead SET stage = 'mql'",
	"UPDATE piste.lead SET stage_reason = 'spam'",
	"UPDATE piste.lead_history SET actor = 'x'",
	"SELECT note FROM piste.lead_history",
	"SELECT person_id FROM piste.event",
	"SELECT n FROM piste.behaviour",
	"INSERT INTO piste.lead_history (lead_id, actor, role, to_stage)"
	    " VALUES (1, 'x', 'system', 'mql')",
	"SELECT 1 FROM piste.consent",
	"UPDATE piste.consent SET person_id = 1",
	"DELETE FROM piste.consent",
	"TRUNCATE piste.consent",
	"INSERT INTO piste.consent (submission_id, consent_key, person_id,"
	    " purpose, channel, recipient, version, text_hash, lang, given_at,"
	    " what, needs_confirm, via, seq, previous_hash, hash) VALUES"
	    " ('00000000-0000-7000-8000-000000000002', 'forged', 2, 'p', 'c',"
	    " 'r', 1, repeat('0', 64), 'fr', now(), 'given', false, 'form', 9,"
	    " repeat('0', 64), repeat('0', 64))",
	"SELECT piste.consent_append(ARRAY[ROW("
	    "'00000000-0000-7000-8000-000000000002', 'forged', 2, 'p', 'c',"
	    " 'r', 1, repeat('0', 64), 'fr', now(), 'given', false, NULL,"
	    " 'form')::piste.consent_word])",
	"SELECT piste.consent_confirm('00000000-0000-7000-8000-000000000002',"
	    " 'link')",
	"SELECT piste.consent_withdraw(1, NULL, NULL, NULL, 'link')",
	"UPDATE piste.consent_head SET seq = 99",
	"UPDATE piste.consent_text SET text = 'Non'",
	"INSERT INTO piste.consent_block (hash, block)"
	    " VALUES (repeat('0', 64), 'x')",
	"INSERT INTO piste.person (email) VALUES ('x@y.fr')",
	"SELECT piste.submit_group('[{\"id\":"
	    "\"00000000-0000-7000-8000-000000000009\",\"page_key\":\"p1\","
	    "\"form_key\":\"f1\",\"offer_key\":\"o1\",\"duplicates\":"
	    "\"email\",\"email\":\"a@b.fr\",\"email_key\":\"a@b.fr\",\"lang\":"
	    "\"fr\",\"via\":\"form\",\"fields\":{}}]')",
	"CREATE FUNCTION piste.leak() RETURNS SETOF piste.person LANGUAGE sql"
	    " SECURITY DEFINER AS $$ SELECT p FROM piste.person AS p $$",
	"CREATE TABLE piste.leak (x text)",
	"CREATE VIEW piste.leak AS SELECT 1",
	"CREATE OR REPLACE VIEW piste.contactable AS SELECT 1",
	"CREATE OR REPLACE FUNCTION piste.may_contact(person bigint,"
	    " purpose text, channel text, recipient text) RETURNS boolean"
	    " LANGUAGE sql AS 'SELECT true'",
	"ALTER TABLE piste.consent DISABLE TRIGGER ALL",
	"SET session_replication_role = replica",
	"CREATE TRIGGER leak BEFORE UPDATE ON piste.lead FOR EACH ROW"
	    " EXECUTE FUNCTION piste.kept_guard()",
	"GRANT SELECT ON piste.person TO piste_worker",
	"SELECT piste.worker_allow('SELECT ON piste.person')",
	"SELECT piste.worker_role()",
	"CREATE ROLE piste_worker_two SUPERUSER",
	"DROP TABLE piste.consent",
	"SELECT piste.person_merge(1, 2, 'worker', 'x')",
};

/* GRANT without a right to give is a warning, and gives nothing. */
static bool
is_refused(PGconn *conn, const char *sql)
{
	PGresult *r = PQexec(conn, sql);
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	bool is = state ? !strcmp(state, DENIED) : !strncmp(sql, "GRANT", 5);

	PQclear(r);
	if (PQtransactionStatus(conn) != PQTRANS_IDLE)
		sample_run(conn, "ROLLBACK");
	return is;
}

START_TEST(nothing_gets_round_consent)
{
	struct sample c = with_people();
	PGconn *conn = as_worker(&c);

	for (size_t i = 0; i < COUNT(attempts); i++)
		ck_assert_msg(is_refused(conn, attempts[i]), "%s",
		    attempts[i]);
	ck_assert(is_refused(conn, attempts[0]));
} END_TEST

/* What runs with the owner's rights. */
START_TEST(no_function_lends_its_rights_to_everybody)
{
	struct sample c = said_new();

	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
	    "p.oid::regprocedure::text, ' ' ORDER BY p.proname)"
	    " FROM pg_proc AS p WHERE p.prosecdef"
	    " AND p.pronamespace = 'piste'::regnamespace"
	    " AND (NOT coalesce(p.proconfig @>"
	    " ARRAY['search_path=pg_catalog, pg_temp'], false)"
	    " OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl,"
	    " acldefault('f', p.proowner))) AS a WHERE a.grantee = 0))"),
	    STR_EMPTY);
} END_TEST

/* A function in a question is given whom the view shows, and nobody else. */
START_TEST(a_leaky_question_sees_nobody_else)
{
	struct sample c = with_people();
	PGconn *conn = as_worker(&c);

	sample_run(conn, "CREATE FUNCTION pg_temp.leak(person bigint) RETURNS"
	    " boolean LANGUAGE plpgsql STABLE COST 0.0000001 AS $$ BEGIN IF"
	    " NOT piste.may_contact(person, 'newsletter', 'email', 'us') THEN"
	    " RAISE '%', person; END IF; RETURN true; END $$");
	ck_assert_str_same(sample_text(conn, "SELECT string_agg(email, ' ')"
	    " FROM piste.contactable WHERE pg_temp.leak(person_id)"),
	    STR(ANA));
} END_TEST

START_TEST(whom_it_may_contact_it_reads)
{
	struct sample c = with_people();

	ck_assert_str_same(sample_text(as_worker(&c), "SELECT string_agg("
	    "concat(email, ' ', piste.may_contact(person_id, purpose, channel,"
	    " recipient)), ', ') FROM piste.contactable"), STR(ANA " t"));
} END_TEST

/* Without an address, the same score as with one. */
START_TEST(it_qualifies_without_addresses)
{
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t done;

	pg_session(db, WORKERROLE_SESSION);
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_int_eq(done, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(part.rule ||"
	    " ' ' || part.points || ' ' || part.reason, ', ') FROM piste.lead"
	    " CROSS JOIN jsonb_to_recordset(score_parts) AS part (rule text,"
	    " points int, reason text) WHERE person_id = (SELECT max(id) FROM"
	    " piste.person) AND points <> 0"),
	    STR("email 20 given, phone 15 given, company 10 given,"
	    " company-domain 25 firm.fr, country-match 15 FR"));
	pg_free(db);
} END_TEST

START_TEST(facts_are_for_who_claimed_the_row)
{
	static const struct { const char *as; const char *facts; } cases[] = {
		{ "w", "@firm.fr given given FR" },
		{ "v", "" },
	};
	struct sample c = with_people();

	sample_run(c.conn, "UPDATE piste.qualification_queue SET state ="
	    " 'claimed', locked_by = 'w', locked_until = now()");
	ck_assert_str_same(sample_text(as_worker(&c), arena_copy(suite_arena(),
	    buf_fmt(suite_arena(), 300, "SELECT concat_ws(' ', f.email,"
	    " f.phone, f.first_name, f.company, f.geo_country) FROM"
	    " piste.qualification_queue AS q CROSS JOIN LATERAL"
	    " piste.qualification_facts(q.id, '%s') AS f ORDER BY q.id DESC"
	    " LIMIT 1", cases[_i].as)).p), str_of(cases[_i].facts));
} END_TEST

static struct workerrole
look(struct str conninfo, const char *session)
{
	struct pg *db = pg_new(conninfo, "piste-test");
	struct workerrole w;

	pg_session(db, session);
	ck_assert_int_eq(workerrole_look(db, suite_arena(), &w), OK);
	pg_free(db);
	return w;
}

/* Who leaves the role is free again; who has no other can't leave it. */
START_TEST(a_login_of_its_own_is_held_to_it)
{
	struct sample c = with_people();
	struct str login = sample_text(c.conn,
	    "SELECT 'worker_' || md5(current_database())");
	struct str conninfo = arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    500, "%.*s user=%.*s", STR_ARG(c.conninfo), STR_ARG(login)));
	struct workerrole w = look(c.conninfo, WORKERROLE_SESSION);
	PGconn *conn;

	ck_assert(w.is_bound && !w.is_login_bound);
	ck_assert(!look(c.conninfo, "SELECT").is_bound);
	sample_run(c.conn, arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    200, "CREATE ROLE %.*s LOGIN IN ROLE piste_worker",
	    STR_ARG(login))).p);
	w = look(conninfo, WORKERROLE_SESSION);
	ck_assert(w.is_bound && w.is_login_bound);
	ck_assert_str_same(w.login, login);
	conn = PQconnectdb(conninfo.p);
	sample_run(conn, WORKERROLE_SESSION);
	sample_run(conn, "RESET ROLE");
	for (size_t i = 0; i < COUNT(attempts); i++)
		ck_assert_msg(is_refused(conn, attempts[i]), "%s",
		    attempts[i]);
	PQfinish(conn);
	sample_run(c.conn, arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    200, "DROP ROLE %.*s", STR_ARG(login))).p);
} END_TEST

/* A migration's user without the right still migrates; later it is made. */
START_TEST(rights_are_remembered)
{
	struct sample c = sample_new();

	sample_run(c.conn, "SELECT piste.worker_allow("
	    "'SELECT (email) ON piste.submission')");
	ck_assert_str_same(sample_text(c.conn, "SELECT has_column_privilege("
	    "'piste_worker', 'piste.submission', 'email', 'SELECT')"),
	    STR("t"));
	sample_run(c.conn, "REVOKE SELECT (email) ON piste.submission"
	    " FROM piste_worker");
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.worker_role()"),
	    STR("ready"));
	ck_assert_str_same(sample_text(c.conn, "SELECT has_column_privilege("
	    "'piste_worker', 'piste.submission', 'email', 'SELECT')"),
	    STR("t"));
} END_TEST

SUITE_APART(workerrole)
{
	SUITE_TEST(nothing_gets_round_consent);
	SUITE_TEST(no_function_lends_its_rights_to_everybody);
	SUITE_TEST(a_leaky_question_sees_nobody_else);
	SUITE_TEST(whom_it_may_contact_it_reads);
	SUITE_TEST(it_qualifies_without_addresses);
	SUITE_LOOP(facts_are_for_who_claimed_the_row, 2);
	SUITE_TEST(a_login_of_its_own_is_held_to_it);
	SUITE_TEST(rights_are_remembered);
}
