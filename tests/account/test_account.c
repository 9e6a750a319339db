/* The database holds each role to what it may, whatever is tried. */
#include <string.h>

#include "account/desks.h"
#include "account/journal.h"
#include "account/reset.h"
#include "base/buf.h"

#define DENIED "42501"
#define GUARDED "23001"

/* What nobody of the console may; %.*s is the hash of their own session. */
static const char *const for_nobody[] = {
	"SELECT password FROM piste.app_user",
	"SELECT login FROM piste.app_user",
	"SELECT hash FROM piste.session",
	"SELECT name FROM piste.password_reset",
	"SELECT hash FROM piste.recovery_code",
	"SELECT key FROM piste.attempt",
	"SELECT who FROM piste.audit",
	"INSERT INTO piste.audit (who, role, what, subject) VALUES ('x', 'x',"
	    " 'x', 'x')",
	"UPDATE piste.audit SET who = 'x'",
	"DELETE FROM piste.audit",
	"TRUNCATE piste.audit",
	"ALTER TABLE piste.audit DISABLE TRIGGER ALL",
	"DROP TABLE piste.audit",
	"COPY piste.audit TO STDOUT",
	"SET session_replication_role = replica",
	"UPDATE piste.app_user SET role = 'administrator'",
	"INSERT INTO piste.session (hash, user_id, is_whole, place, agent)"
	    " VALUES (repeat('0', 64), 1, true, '', '')",
	"UPDATE piste.session SET user_id = 4",
	"UPDATE piste.person SET email = 'x@y.fr'",
	"DELETE FROM piste.person",
	"UPDATE piste.lead SET stage = 'mql'",
	"INSERT INTO piste.lead_history (lead_id, actor, role, to_stage)"
	    " VALUES (1, 'x', 'system', 'mql')",
	"INSERT INTO piste.consent_block (hash, block)"
	    " VALUES (repeat('0', 64), 'x')",
	"UPDATE piste.consent SET person_id = 1",
	"SELECT salt FROM piste.experiment",
	"SELECT piste.quarantine_release(ARRAY[gen_random_uuid()])",
	"SELECT piste.consent_withdraw(1, NULL, NULL, NULL, 'console')",
	"SELECT piste.lead_move(1, 'mql', 'x', 'operator', NULL, NULL)",
	"SELECT piste.lead_contact(1, 'x', true, '')",
	"SELECT inner_key FROM piste.objection_key",
	"SELECT secret FROM piste.import_secret",
	"SELECT piste.role_allow('reader', 'SELECT ON piste.app_user')",
	"SELECT piste.console_roles()",
	"SELECT piste.worker_allow('SELECT ON piste.person')",
	"SELECT piste.audit_write(ROW(1, 'x', 'x')::piste.actor, 'x', 'x',"
	    " NULL, NULL)",
	"SELECT piste.actor_of(NULL, 'reader')",
	"SELECT piste.user_first('x@y.fr', 'x', 'fr', 'x')",
	"SELECT piste.user_hold('reader@desk.example')",
	"SELECT piste.audit_append(NULL, 'x', 'x', NULL, NULL)",
	"SELECT piste.user_add(NULL, 'x@y.fr', 'x', 'reader', 'fr', NULL)",
	"SELECT piste.user_list(NULL, 1)",
	"SELECT piste.audit_list(NULL, NULL, NULL, NULL, NULL, NULL, 1)",
	"SELECT piste.own_password(NULL, 'x')",
	"SELECT piste.own_second(NULL, NULL, NULL, NULL)",
	"CREATE TABLE piste.leak (x text)",
	"CREATE FUNCTION piste.leak() RETURNS int LANGUAGE sql AS 'SELECT 1'",
	"GRANT SELECT ON piste.app_user TO piste_reader",
	"CREATE ROLE piste_reader_two SUPERUSER",
};

/* What takes at least that role. */
static const struct { enum account_role least; const char *sql; } deeds[] = {
	{ ACCOUNT_READER, "SELECT count(*) FROM piste.traffic" },
	{ ACCOUNT_READER, "SELECT count(state) FROM piste.experiment" },
	{ ACCOUNT_READER, "SELECT count(id) FROM piste.person" },
	{ ACCOUNT_READER, "SELECT count(outcome) FROM piste.submission" },
	{ ACCOUNT_READER, "SELECT piste.audit_append('%.*s', 'x', 'x', NULL,"
	    " NULL)" },
	{ ACCOUNT_READER, "SELECT piste.own_sessions('%.*s')" },
	{ ACCOUNT_SELLER, "SELECT count(email) FROM piste.person" },
	{ ACCOUNT_SELLER, "SELECT count(fields) FROM piste.submission" },
	{ ACCOUNT_SELLER, "SELECT count(note) FROM piste.lead_history" },
	{ ACCOUNT_SELLER, "SELECT count(*) FROM piste.contactable" },
	{ ACCOUNT_SELLER, "SELECT piste.may_contact(1, 'p', 'email', 'us')" },
	{ ACCOUNT_MARKETER, "SELECT count(*) FROM piste.mail_address" },
	{ ACCOUNT_MARKETER, "SELECT count(*) FROM piste.person_key" },
	{ ACCOUNT_ADMINISTRATOR, "SELECT count(*) FROM piste.user_list("
	    "'%.*s', 10)" },
	{ ACCOUNT_ADMINISTRATOR, "SELECT count(*) FROM piste.audit_list("
	    "'%.*s', NULL, NULL, NULL, NULL, NULL, 1)" },
	{ ACCOUNT_ADMINISTRATOR, "SELECT piste.user_disable('%.*s',"
	    " 'reader@desk.example', false)" },
	{ ACCOUNT_ADMINISTRATOR, "SELECT piste.user_set_password('%.*s',"
	    " 'reader@desk.example', 'x')" },
};

/* SQLSTATE of its failure, "" for none; nothing it does stays. */
static const char *
state_of(PGconn *conn, const char *sql)
{
	PGresult *r;
	const char *state;

	sample_run(conn, "BEGIN");
	r = PQexec(conn, sql);
	state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	state = state ? arena_copy(suite_arena(), str_of(state)).p : "";
	PQclear(r);
	sample_run(conn, "ROLLBACK");
	return state;
}

static const char *
filled(const char *sql, struct str hash)
{
	char *out = arena_take(suite_arena(), 500);
	const char *at = strstr(sql, "%.*s");

	if (!at)
		return sql;
	snprintf(out, 500, "%.*s%.*s%s", (int)(at - sql), sql, STR_ARG(hash),
	    at + 4);
	return out;
}

static void
become(PGconn *conn, struct str role)
{
	sample_run(conn, arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    100, "SET ROLE piste_%.*s", STR_ARG(role))).p);
}

/* GRANT without a right to give is a warning, and gives nothing. */
static void
expect_nothing(PGconn *conn, struct str role)
{
	for (size_t i = 0; i < COUNT(for_nobody); i++) {
		if (!strncmp(for_nobody[i], "GRANT", 5))
			continue;
		ck_assert_msg(!strcmp(state_of(conn, for_nobody[i]), DENIED),
		    "%.*s: %s", STR_ARG(role), for_nobody[i]);
	}
}

START_TEST(each_role_does_what_it_may_and_no_more)
{
	struct desks d = desks_new();
	PGconn *conn = d.sample.conn;

	for (size_t r = 0; r < ACCOUNT_ROLES; r++) {
		struct str role = account_role_name((enum account_role)r);

		become(conn, role);
		expect_nothing(conn, role);
		for (size_t i = 0; i < COUNT(deeds); i++)
			ck_assert_msg(!strcmp(state_of(conn, filled(
			    deeds[i].sql, d.hash[r])), r < deeds[i].least ?
			    DENIED : ""), "%.*s: %s", STR_ARG(role),
			    deeds[i].sql);
		sample_run(conn, "RESET ROLE");
	}
	become(conn, STR("console"));
	expect_nothing(conn, STR("console"));
	for (size_t i = 0; i < COUNT(deeds); i++)
		ck_assert_msg(!strcmp(state_of(conn, filled(deeds[i].sql,
		    d.hash[ACCOUNT_ADMINISTRATOR])), DENIED), "console: %s",
		    deeds[i].sql);
	pg_free(d.db);
} END_TEST

/* By an administrator's role, on the word of who is none. */
START_TEST(a_session_speaks_for_its_owner_alone)
{
	struct desks d = desks_new();
	PGconn *conn = d.sample.conn;

	become(conn, STR("administrator"));
	for (size_t i = 0; i < COUNT(deeds); i++)
		if (deeds[i].least == ACCOUNT_ADMINISTRATOR)
			ck_assert_msg(!strcmp(state_of(conn, filled(
			    deeds[i].sql, d.hash[ACCOUNT_MARKETER])), DENIED),
			    "%s", deeds[i].sql);
	pg_free(d.db);
} END_TEST

/* Setting console_database: who has no other rights can't take them. */
START_TEST(a_login_of_its_own_is_held_to_the_roles)
{
	struct desks d = desks_new();
	struct str login = sample_text(d.sample.conn,
	    "SELECT 'console_' || md5(current_database())");
	struct arena *a = suite_arena();
	PGconn *conn;

	sample_run(d.sample.conn, arena_copy(a, buf_fmt(a, 300,
	    "CREATE ROLE %.*s LOGIN IN ROLE piste_console, piste_reader,"
	    " piste_seller, piste_marketer, piste_administrator",
	    STR_ARG(login))).p);
	conn = PQconnectdb(arena_copy(a, buf_fmt(a, 500, "%.*s user=%.*s",
	    STR_ARG(d.sample.conninfo), STR_ARG(login))).p);
	expect_nothing(conn, STR("its own login"));
	sample_run(conn, ACCOUNT_SESSION);
	sample_run(conn, "RESET ROLE");
	expect_nothing(conn, STR("its own login"));
	PQfinish(conn);
	sample_run(d.sample.conn, arena_copy(a, buf_fmt(a, 100,
	    "DROP ROLE %.*s", STR_ARG(login))).p);
	pg_free(d.db);
} END_TEST

/* Not even by who owns the table. */
START_TEST(the_journal_is_kept)
{
	static const char *const attempts[] = {
		"UPDATE piste.audit SET who = 'x'",
		"DELETE FROM piste.audit",
		"TRUNCATE piste.audit",
	};
	struct desks d = desks_new();

	for (size_t i = 0; i < COUNT(attempts); i++)
		ck_assert_str_eq(state_of(d.sample.conn, attempts[i]),
		    GUARDED);
	pg_free(d.db);
} END_TEST

START_TEST(the_journal_tells_who_did_what)
{
	struct desks d = desks_new();
	const struct journal_entry entry = { STR("person.withdraw"),
		STR("person 12"), PG_NULL, STR("{\"a\": 1}") };
	const struct journal_wish of = { .by = PG_NULL,
		.of = STR("person 12") };
	struct journal_row *row;
	size_t count;

	ck_assert_int_eq(journal_add(d.db, d.hash[ACCOUNT_MARKETER], &entry),
	    OK);
	ck_assert_int_eq(journal_read(d.db, suite_arena(), &of, &row,
	    &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_same(row->who, STR("marketer@desk.example"));
	ck_assert_str_same(row->role, STR("marketer"));
	ck_assert_str_same(row->entry.what, entry.what);
	ck_assert_ptr_null(row->entry.was.p);
	ck_assert_str_same(row->entry.is, entry.is);
	ck_assert_int_eq(journal_read(d.db, suite_arena(),
	    &(struct journal_wish){ .by = d.hash[ACCOUNT_MARKETER] }, &row,
	    &count), ERR_DENIED);
	pg_free(d.db);
} END_TEST

/* Whoever asks at the door is nobody; an administrator is not. */
START_TEST(the_journal_tells_who_mailed_a_link)
{
	struct desks d = desks_new();

	ck_assert_int_eq(reset_ask(d.db, PG_NULL, desks_login(
	    ACCOUNT_READER)), OK);
	ck_assert_int_eq(reset_ask(d.db, d.hash[ACCOUNT_ADMINISTRATOR],
	    desks_login(ACCOUNT_READER)), OK);
	ck_assert_int_ne(reset_ask(d.db, d.hash[ACCOUNT_MARKETER],
	    desks_login(ACCOUNT_READER)), OK);
	pg_session(d.db, ACCOUNT_SESSION);
	pg_drop(d.db);
	ck_assert_int_eq(reset_ask(d.db, PG_NULL, desks_login(
	    ACCOUNT_READER)), OK);
	ck_assert_str_same(sample_text(d.sample.conn, "SELECT string_agg(who,"
	    " ', ' ORDER BY id) FROM piste.audit WHERE what ="
	    " 'user.reset-asked'"), STR("command,"
	    " administrator@desk.example, nobody"));
	pg_free(d.db);
} END_TEST

static const struct { const char *sql; const char *hours; const char *says; }
links[] = {
	{ "SELECT 1", "1", "Votre mot de passe" },
	{ "UPDATE piste.app_user SET password = NULL", "72",
	    "Votre accès à la console" },
};
START_TEST(an_invitation_lasts_longer)
{
	struct desks d = desks_new();

	sample_run(d.sample.conn, links[_i].sql);
	ck_assert_int_eq(reset_ask(d.db, PG_NULL, desks_login(
	    ACCOUNT_READER)), OK);
	ck_assert_str_same(sample_text(d.sample.conn, "SELECT round(extract("
	    "epoch FROM until - now()) / 3600) FROM piste.password_reset"),
	    str_of(links[_i].hours));
	ck_assert_str_same(sample_text(d.sample.conn,
	    "SELECT subject FROM piste.letter"), str_of(links[_i].says));
	pg_free(d.db);
} END_TEST

/* A role that is made later, or in another database, gets the same. */
START_TEST(rights_are_remembered)
{
	struct sample c = sample_new();

	sample_run(c.conn, "SELECT piste.role_allow('seller',"
	    " 'SELECT (key) ON piste.origin')");
	sample_run(c.conn, "REVOKE SELECT (key) ON piste.origin"
	    " FROM piste_seller, piste_marketer");
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.console_roles()"),
	    STR("ready"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(r || ' ' ||"
	    " has_column_privilege('piste_' || r, 'piste.origin', 'key',"
	    " 'SELECT'), ', ') FROM unnest('{console,reader,seller,marketer}'"
	    "::text[]) AS r"), STR("console false, reader false,"
	    " seller true, marketer true"));
} END_TEST

/* Once, however many start at the same time. */
START_TEST(the_first_is_made_once)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct account_wish w = { .login = STR("a@x.fr"),
		.name = STR("A"), .password = STR("h") };
	bool is_first;

	ck_assert_int_eq(account_first(db, &w, &is_first), OK);
	ck_assert(is_first);
	ck_assert_int_eq(account_first(db, &w, &is_first), OK);
	ck_assert(!is_first);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(role, ' ')"
	    " FROM piste.app_user"), STR("administrator"));
	pg_free(db);
} END_TEST

SUITE_APART(account)
{
	SUITE_TEST(each_role_does_what_it_may_and_no_more);
	SUITE_TEST(a_session_speaks_for_its_owner_alone);
	SUITE_TEST(a_login_of_its_own_is_held_to_the_roles);
	SUITE_TEST(the_journal_is_kept);
	SUITE_TEST(the_journal_tells_who_did_what);
	SUITE_TEST(the_journal_tells_who_mailed_a_link);
	SUITE_LOOP(an_invitation_lasts_longer, COUNT(links));
	SUITE_TEST(rights_are_remembered);
	SUITE_TEST(the_first_is_made_once);
}
