/* The schema's versions: applied once, in order, by one at a time. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/migrate.h"
#include "store/migrate_table.h"
#include "store/pg.h"
#include "support/suite.h"

SQL(test_migrate_add_row, 0,
    "INSERT INTO piste.migration (number, name) VALUES (9999, '9999_later')");
SQL(test_migrate_drop_row, 1,
    "DELETE FROM piste.migration WHERE number = $1::int");

static int
migrations(void)
{
	int n = 0;

	while (migration_table[n].number)
		n++;
	return n;
}

START_TEST(numbers_have_no_gap)
{
	ck_assert_int_gt(migrations(), 0);
	for (int i = 0; i < migrations(); i++)
		ck_assert_int_eq(migration_table[i].number, i + 1);
} END_TEST

START_TEST(again_changes_nothing)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	char told[1000] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	int missing = -1;

	ck_assert_int_eq(migrate_missing(db, &missing), OK);
	ck_assert_int_eq(missing, 0);
	ck_assert_int_eq(migrate_run(db, out), OK);
	fclose(out);
	ck_assert_str_eq(told, "");
	pg_free(db);
} END_TEST

START_TEST(an_empty_database_lacks_all)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	char told[4000] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	int missing = -1;

	ck_assert_int_eq(pg_script(db, "DROP SCHEMA piste CASCADE", 3000), OK);
	ck_assert_int_eq(migrate_missing(db, &missing), OK);
	ck_assert_int_eq(missing, migrations());
	ck_assert_int_eq(migrate_run(db, out), OK);
	fclose(out);
	for (int i = 0; i < migrations(); i++)
		ck_assert_ptr_nonnull(strstr(told, migration_table[i].name));
	ck_assert_int_eq(migrate_missing(db, &missing), OK);
	ck_assert_int_eq(missing, 0);
	pg_free(db);
} END_TEST

START_TEST(a_newer_database_is_left_alone)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	FILE *out = fopen("/dev/null", "w");
	int missing;

	ck_assert_int_eq(pg_run(db, &test_migrate_add_row, NULL, 3000, NULL),
	    OK);
	ck_assert_int_eq(migrate_missing(db, &missing), ERR_INPUT);
	ck_assert_int_eq(migrate_run(db, out), ERR_INPUT);
	fclose(out);
	pg_free(db);
} END_TEST

/* The first migration can't be applied twice: what it makes is there. */
START_TEST(a_failed_one_leaves_nothing_and_says_why)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	static const struct str first = { "1", 1 };
	char told[4000] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	int missing = -1;

	ck_assert_int_eq(pg_run(db, &test_migrate_drop_row, &first, 3000, NULL),
	    OK);
	ck_assert_int_ne(migrate_run(db, out), OK);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(told, "failed: "));
	ck_assert_int_eq(migrate_missing(db, &missing), OK);
	ck_assert_int_eq(missing, 1);
	pg_free(db);
} END_TEST

START_TEST(an_unreachable_server_is_away)
{
	struct pg *db = pg_new(STR("host=/nowhere"), "piste-test");
	FILE *out = fopen("/dev/null", "w");
	int missing;

	ck_assert_int_eq(migrate_run(db, out), ERR_AWAY);
	ck_assert_int_eq(migrate_missing(db, &missing), ERR_AWAY);
	fclose(out);
	pg_free(db);
} END_TEST

#define RUNNERS 4

static void *
run_one(void *conninfo)
{
	struct pg *db = pg_new(str_of(conninfo), "piste-test");
	FILE *out = fopen("/dev/null", "w");
	enum err e = migrate_run(db, out);

	fclose(out);
	pg_free(db);
	return (void *)(intptr_t)e;
}

START_TEST(several_at_once_apply_each_once)
{
	char *conninfo = strdup(arena_copy(suite_arena(), suite_database()).p);
	struct pg *db = pg_new(str_of(conninfo), "piste-test");
	pthread_t runner[RUNNERS];
	int missing = -1;

	ck_assert_int_eq(pg_script(db, "DROP SCHEMA piste CASCADE", 3000), OK);
	for (int i = 0; i < RUNNERS; i++)
		ck_assert_int_eq(pthread_create(&runner[i], NULL, run_one,
		    conninfo), 0);
	for (int i = 0; i < RUNNERS; i++) {
		void *e;

		pthread_join(runner[i], &e);
		ck_assert_int_eq((intptr_t)e, OK);
	}
	ck_assert_int_eq(migrate_missing(db, &missing), OK);
	ck_assert_int_eq(missing, 0);
	pg_free(db);
	free(conninfo);
} END_TEST

SUITE_APART(migrate)
{
	SUITE_TEST(numbers_have_no_gap);
	SUITE_TEST(again_changes_nothing);
	SUITE_TEST(an_empty_database_lacks_all);
	SUITE_TEST(a_newer_database_is_left_alone);
	SUITE_TEST(a_failed_one_leaves_nothing_and_says_why);
	SUITE_TEST(an_unreachable_server_is_away);
	SUITE_TEST(several_at_once_apply_each_once);
}
