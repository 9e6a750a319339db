/*
 * One connection against a real server: values, kinds of failure, losses,
 * deadlines, notifications; and servers that are not there or say nothing.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "store/pg.h"
#include "support/suite.h"

#define WAIT_MS 5000

SQL(test_pg_echo, 3,
    "SELECT $1::text, $2::text, ($3::int + 1)::text");
SQL(test_pg_insert, 2,
    "INSERT INTO scratch (id, parent) VALUES ($1::int, $2::int)");
SQL(test_pg_count, 0, "SELECT count(*) FROM scratch");
SQL(test_pg_sleep, 0, "SELECT pg_sleep(20)");
SQL(test_pg_setting, 1, "SELECT current_setting($1)");
SQL(test_pg_suicide, 0, "SELECT pg_terminate_backend(pg_backend_pid())");
SQL(test_pg_others, 0,
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%'"
    " AND state = 'active' AND pid <> pg_backend_pid()"
    " AND datname = current_database()");
SQL(test_pg_series, 1, "SELECT repeat($1, 1000) FROM generate_series(1, 2000)");

static struct pg *
fresh(struct str *conninfo)
{
	struct pg *db;

	*conninfo = suite_database();
	db = pg_new(*conninfo, "piste-test");
	ck_assert_int_eq(pg_script(db,
	    "CREATE TABLE scratch (id int PRIMARY KEY CHECK (id < 1000),"
	    " parent int REFERENCES scratch)", WAIT_MS), OK);
	return db;
}

static int
rows_in_scratch(struct pg *db)
{
	const struct pg_rows *r;
	uint32_t n;

	ck_assert_int_eq(pg_run(db, &test_pg_count, NULL, WAIT_MS, &r), OK);
	ck_assert(str_u32(pg_value(r, 0, 0), 0, 1000, &n));
	return (int)n;
}

static void
add_row(struct pg *db, const char *id)
{
	struct str params[] = { str_of(id), PG_NULL };

	ck_assert_int_eq(pg_run(db, &test_pg_insert, params, WAIT_MS, NULL),
	    OK);
}

START_TEST(values_come_back_as_they_went)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo);
	struct str params[] = { STR("l'été '; DROP TABLE scratch; --"),
	    PG_NULL, STR("41") };
	const struct pg_rows *r;

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pg_run(db, &test_pg_echo, params, WAIT_MS, &r),
		    OK);
		ck_assert_uint_eq(pg_count(r), 1);
		ck_assert_str_same(pg_value(r, 0, 0), params[0]);
		ck_assert(pg_is_null(r, 0, 1));
		ck_assert(str_is_empty(pg_value(r, 0, 1)));
		ck_assert_str_same(pg_value(r, 0, 2), STR("42"));
	}
	params[1] = STR_EMPTY;
	ck_assert_int_eq(pg_run(db, &test_pg_echo, params, WAIT_MS, &r), OK);
	ck_assert(!pg_is_null(r, 0, 1));
	pg_free(db);
} END_TEST

START_TEST(large_values_pass_both_ways)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo);
	size_t n = (size_t)6 << 20;
	char *big = memset(arena_take(suite_arena(), n), 'x', n);
	struct str params[] = { { big, n }, PG_NULL, STR("1") };
	const struct pg_rows *r;

	ck_assert_int_eq(pg_run(db, &test_pg_echo, params, WAIT_MS, &r), OK);
	ck_assert_str_same(pg_value(r, 0, 0), params[0]);
	params[0] = STR("y");
	ck_assert_int_eq(pg_run(db, &test_pg_series, params, WAIT_MS, &r), OK);
	ck_assert_uint_eq(pg_count(r), 2000);
	pg_free(db);
} END_TEST

START_TEST(the_session_is_ours)
{
	static const struct { struct str name, value; } settings[] = {
		{ STR("search_path"), STR("piste") },
		{ STR("TimeZone"), STR("UTC") },
		{ STR("client_encoding"), STR("UTF8") },
		{ STR("application_name"), STR("piste-test") },
		{ STR("statement_timeout"), STR("1min") },
		{ STR("lock_timeout"), STR("3s") },
		{ STR("idle_in_transaction_session_timeout"), STR("1min") },
		{ STR("enable_seqscan"), STR("off") },
		{ STR("jit"), STR("off") },
	};
	struct pg *db = pg_new(suite_database(), "piste-test");
	const struct pg_rows *r;

	pg_session(db, PG_WRITER_SESSION);
	for (size_t i = 0; i < COUNT(settings); i++) {
		ck_assert_int_eq(pg_run(db, &test_pg_setting,
		    &settings[i].name, WAIT_MS, &r), OK);
		ck_assert_str_same(pg_value(r, 0, 0), settings[i].value);
	}
	pg_free(db);
} END_TEST

static const struct {
	struct str id, parent;
	enum err err;
	const char *state;
} refusals[] = {
	{ STR("1"), { NULL, 0 }, ERR_LIMIT, "23505" },
	{ STR("2"), STR("99"), ERR_ABSENT, "23503" },
	{ STR("1000"), { NULL, 0 }, ERR_INPUT, "23514" },
	{ STR("one"), { NULL, 0 }, ERR_INPUT, "22P02" },
	{ STR("4\0005"), { NULL, 0 }, ERR_INPUT, "22021" },
	{ STR("\xff"), { NULL, 0 }, ERR_INPUT, "22021" },
};
START_TEST(refusals_have_their_kind)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo);
	struct str params[] = { refusals[_i].id, refusals[_i].parent };

	add_row(db, "1");
	ck_assert_int_eq(pg_run(db, &test_pg_insert, params, WAIT_MS, NULL),
	    refusals[_i].err);
	ck_assert_str_eq(pg_state(db), refusals[_i].state);
	ck_assert_str_ne(pg_message(db), "");
	ck_assert(pg_is_connected(db));
	ck_assert_int_eq(rows_in_scratch(db), 1);
	pg_free(db);
} END_TEST

START_TEST(a_table_that_is_not_there_is_away)
{
	struct pg *db = pg_new(suite_database(), "piste-test");

	ck_assert_int_eq(pg_run(db, &test_pg_count, NULL, WAIT_MS, NULL),
	    ERR_AWAY);
	ck_assert_str_eq(pg_state(db), "42P01");
	ck_assert(pg_is_connected(db));
	pg_free(db);
} END_TEST

START_TEST(a_transaction_is_all_or_nothing)
{
	struct str conninfo, twin[] = { STR("1"), PG_NULL };
	struct pg *db = fresh(&conninfo);

	ck_assert_int_eq(pg_begin(db), OK);
	add_row(db, "1");
	pg_rollback(db);
	ck_assert_int_eq(rows_in_scratch(db), 0);
	ck_assert_int_eq(pg_begin(db), OK);
	add_row(db, "1");
	ck_assert_int_eq(pg_commit(db), OK);
	ck_assert_int_eq(rows_in_scratch(db), 1);
	ck_assert_int_eq(pg_begin(db), OK);
	add_row(db, "2");
	ck_assert_int_eq(pg_run(db, &test_pg_insert, twin, WAIT_MS, NULL),
	    ERR_LIMIT);
	ck_assert_int_eq(pg_commit(db), ERR_INPUT);
	ck_assert_int_eq(rows_in_scratch(db), 1);
	pg_free(db);
} END_TEST

START_TEST(a_transaction_never_goes_on_in_another_session)
{
	struct str conninfo, params[] = { STR("2"), PG_NULL };
	struct pg *db = fresh(&conninfo);

	ck_assert_int_eq(pg_begin(db), OK);
	add_row(db, "1");
	ck_assert_int_eq(pg_run(db, &test_pg_suicide, NULL, WAIT_MS, NULL),
	    ERR_AWAY);
	ck_assert_str_eq(pg_state(db), "");
	ck_assert(!pg_is_connected(db));
	ck_assert_int_eq(pg_run(db, &test_pg_insert, params, WAIT_MS, NULL),
	    ERR_AWAY);
	ck_assert_int_eq(pg_commit(db), ERR_AWAY);
	ck_assert_int_eq(rows_in_scratch(db), 0);
	pg_free(db);
} END_TEST

START_TEST(a_lost_session_is_made_again)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo);

	add_row(db, "1");
	ck_assert_int_eq(pg_run(db, &test_pg_suicide, NULL, WAIT_MS, NULL),
	    ERR_AWAY);
	add_row(db, "2");
	pg_drop(db);
	ck_assert(!pg_is_connected(db));
	ck_assert_int_eq(rows_in_scratch(db), 2);
	pg_free(db);
} END_TEST

/* The server ends a statement whose client has gone, within its check. */
START_TEST(a_slow_statement_is_given_up)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo), *other;
	int64_t began = clock_mono_ms(), asleep = 1;
	const struct pg_rows *r;

	ck_assert_int_eq(pg_run(db, &test_pg_sleep, NULL, 200, NULL), ERR_AWAY);
	ck_assert_int_ge(clock_mono_ms() - began, 200);
	ck_assert_int_lt(clock_mono_ms() - began, 2000);
	ck_assert(!pg_is_connected(db));
	pg_free(db);
	other = pg_new(conninfo, "piste-test");
	while (asleep && clock_mono_ms() - began < 10000) {
		ck_assert_int_eq(pg_run(other, &test_pg_others, NULL, WAIT_MS,
		    &r), OK);
		ck_assert(str_i64(pg_value(r, 0, 0), 0, 9, &asleep));
	}
	ck_assert_int_eq(asleep, 0);
	pg_free(other);
} END_TEST

START_TEST(a_silent_server_is_given_up)
{
	struct str conninfo = buf_fmt(suite_arena(), 200, "host=%.*s user=u",
	    STR_ARG(suite_silent_server()));
	struct pg *db = pg_new(conninfo, "piste-test");
	int64_t began = clock_mono_ms();

	ck_assert_int_eq(pg_script(db, "SELECT 1", 300), ERR_AWAY);
	ck_assert_int_ge(clock_mono_ms() - began, 300);
	ck_assert_int_lt(clock_mono_ms() - began, PG_CONNECT_MS);
	ck_assert_int_eq(pg_script(db, "SELECT 1", 60000), ERR_AWAY);
	ck_assert_int_lt(clock_mono_ms() - began, 2 * PG_CONNECT_MS + 500);
	pg_free(db);
} END_TEST

START_TEST(an_unreachable_server_is_away_at_once)
{
	static const char *const conninfos[] = {
		"host=/nowhere", "host=127.0.0.1 port=1", "no=option",
		"host=/nowhere,127.0.0.1,/nowhere port=1,1,1",
	};
	struct pg *db = pg_new(str_of(conninfos[_i]), "piste-test");

	ck_assert_int_eq(pg_script(db, "SELECT 1", 1000), ERR_AWAY);
	ck_assert_str_eq(pg_state(db), "");
	ck_assert_str_ne(pg_message(db), "");
	pg_free(db);
} END_TEST

/* host=a,b: each has its share of the time, so b is reached behind a. */
START_TEST(a_silent_host_does_not_hide_the_next)
{
	struct str plain = suite_database(), conninfo, value, rest;
	struct pg *db;

	ck_assert(str_cut(plain, '=', &value, &rest));
	conninfo = buf_fmt(suite_arena(), 500, "host=%.*s,/nowhere,%.*s",
	    STR_ARG(suite_silent_server()), STR_ARG(rest));
	db = pg_new(conninfo, "piste-test");
	ck_assert_int_eq(pg_script(db, "SELECT 1", 3000), OK);
	pg_free(db);
} END_TEST

START_TEST(notifications_wake)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct pg *other = pg_new(conninfo, "piste-test");
	bool notified = true;
	int wake[2];

	ck_assert_int_eq(pg_wait(db, -1, 0, &notified), ERR_AWAY);
	pg_session(db, "LISTEN piste_test");
	ck_assert_int_eq(pg_script(db, "SELECT 1", WAIT_MS), OK);
	ck_assert_int_eq(pg_wait(db, -1, 20, &notified), OK);
	ck_assert(!notified);
	ck_assert_int_eq(pg_script(other, "NOTIFY piste_test", WAIT_MS), OK);
	ck_assert_int_eq(pg_wait(db, -1, WAIT_MS, &notified), OK);
	ck_assert(notified);
	ck_assert_int_eq(pipe(wake), 0);
	ck_assert_int_eq(write(wake[1], "x", 1), 1);
	ck_assert_int_eq(pg_wait(db, wake[0], 60000, &notified), OK);
	ck_assert(!notified);
	ck_assert_int_eq(pg_script(other, "SELECT pg_terminate_backend(pid)"
	    " FROM pg_stat_activity WHERE datname = current_database()"
	    " AND pid <> pg_backend_pid()", WAIT_MS), OK);
	ck_assert_int_eq(pg_wait(db, -1, WAIT_MS, &notified), ERR_AWAY);
	ck_assert(!pg_is_connected(db));
	pg_free(db);
	pg_free(other);
} END_TEST

/* Every registered statement fits the schema; those of tests have their own. */
START_TEST(every_statement_can_be_prepared)
{
	PGconn *conn = PQconnectdb(suite_database().p);
	const struct sql *const *first;
	size_t count = pg_statements(&first), ours = 0;

	for (size_t i = 0; i < count; i++) {
		PGresult *said;

		if (str_has_prefix(str_of(first[i]->name), STR("test_")))
			continue;
		ours++;
		said = PQprepare(conn, first[i]->name, first[i]->text, 0, NULL);
		ck_assert_msg(PQresultStatus(said) == PGRES_COMMAND_OK,
		    "%s: %s", first[i]->name, PQerrorMessage(conn));
		PQclear(said);
	}
	ck_assert_uint_gt(ours, 0);
	PQfinish(conn);
} END_TEST

/* Far more than a socket's buffer holds. */
START_TEST(rows_are_copied)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo);
	struct buf b;

	buf_init(&b, suite_arena(), 4 << 20);
	for (int i = 0; i < 900; i++) {
		buf_addf(&b, "%d\t", i);
		for (int k = 0; k < 4000; k++)
			buf_byte(&b, '0');
		buf_add(&b, STR("\n"));
	}
	ck_assert_int_eq(pg_script(db, "ALTER TABLE scratch ADD COLUMN x text",
	    WAIT_MS), OK);
	ck_assert_int_eq(pg_copy(db, "COPY scratch (id, x) FROM STDIN",
	    buf_str(&b), WAIT_MS), OK);
	ck_assert_int_eq(rows_in_scratch(db), 900);
	ck_assert_int_eq(pg_copy(db, "COPY scratch (id) FROM STDIN",
	    STR_EMPTY, WAIT_MS), OK);
	ck_assert_int_eq(rows_in_scratch(db), 900);
	pg_free(db);
} END_TEST

static const struct {
	const char *rows;
	enum err err;
	const char *state;
} bad_copies[] = {
	{ "1\nx\n", ERR_INPUT, "22P02" },
	{ "1\n1\n", ERR_LIMIT, "23505" },
	{ "1\n2000\n", ERR_INPUT, "23514" },
	{ "1\t2\t3\n", ERR_INPUT, "22P04" },
};

START_TEST(a_copy_is_whole_or_nothing)
{
	struct str conninfo;
	struct pg *db = fresh(&conninfo);

	ck_assert_int_eq(pg_copy(db, "COPY scratch (id) FROM STDIN",
	    str_of(bad_copies[_i].rows), WAIT_MS), bad_copies[_i].err);
	ck_assert_str_eq(pg_state(db), bad_copies[_i].state);
	ck_assert_int_eq(rows_in_scratch(db), 0);
	add_row(db, "7");
	ck_assert_int_eq(pg_copy(db, "COPY scratch (id) FROM STDIN",
	    STR("8\n"), WAIT_MS), OK);
	ck_assert_int_eq(rows_in_scratch(db), 2);
	pg_free(db);
} END_TEST

SUITE_APART(pg)
{
	SUITE_TEST(values_come_back_as_they_went);
	SUITE_TEST(large_values_pass_both_ways);
	SUITE_TEST(the_session_is_ours);
	SUITE_LOOP(refusals_have_their_kind, COUNT(refusals));
	SUITE_TEST(a_table_that_is_not_there_is_away);
	SUITE_TEST(a_transaction_is_all_or_nothing);
	SUITE_TEST(a_transaction_never_goes_on_in_another_session);
	SUITE_TEST(a_lost_session_is_made_again);
	SUITE_TEST(a_slow_statement_is_given_up);
	SUITE_TEST(a_silent_server_is_given_up);
	SUITE_LOOP(an_unreachable_server_is_away_at_once, 4);
	SUITE_TEST(a_silent_host_does_not_hide_the_next);
	SUITE_TEST(notifications_wake);
	SUITE_TEST(every_statement_can_be_prepared);
	SUITE_TEST(rows_are_copied);
	SUITE_LOOP(a_copy_is_whole_or_nothing, COUNT(bad_copies));
}
