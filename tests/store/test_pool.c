/* Tests src/store/pool.c. */
#include <pthread.h>

#include "store/pg.h"
#include "store/pool.h"
#include "support/suite.h"

#define SIZE 2

SQL(pool_zone, 0, "SELECT current_setting('timezone')");

START_TEST(last_given_is_first_taken)
{
	struct pool *p = pool_new(STR("dbname=none"), "piste-test", SIZE);
	struct pg *one = pool_take(p), *two = pool_take(p);

	ck_assert_ptr_ne(one, two);
	pool_give(p, one);
	pool_give(p, two);
	ck_assert_ptr_eq(pool_take(p), two);
	ck_assert_ptr_eq(pool_take(p), one);
	pool_give(p, one);
	pool_give(p, two);
	pool_free(p);
	pool_free(NULL);
} END_TEST

START_TEST(each_begins_as_it_is_told)
{
	struct pool *p = pool_new(suite_database(), "piste-test", SIZE);
	const struct pg_rows *rows;
	struct pg *db;

	pool_session(p, "SET timezone = 'Asia/Tokyo'");
	db = pool_take(p);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pg_run(db, &pool_zone, NULL,
		    PG_STATEMENT_MS, &rows), OK);
		ck_assert_str_same(pg_value(rows, 0, 0), STR("Asia/Tokyo"));
		pg_drop(db);
	}
	pool_give(p, db);
	pool_free(p);
} END_TEST

static void *
take(void *context)
{
	return pool_take(context);
}

/* The one who comes when all are taken gets the first that is given back. */
START_TEST(one_more_waits)
{
	struct pool *p = pool_new(STR("dbname=none"), "piste-test", SIZE);
	struct pg *one = pool_take(p), *two = pool_take(p);
	pthread_t thread;
	void *got;

	ck_assert_int_eq(pthread_create(&thread, NULL, take, p), 0);
	pool_give(p, one);
	ck_assert_int_eq(pthread_join(thread, &got), 0);
	ck_assert_ptr_eq(got, one);
	pool_give(p, got);
	pool_give(p, two);
	pool_free(p);
} END_TEST

SUITE_APART(pool)
{
	SUITE_TEST(each_begins_as_it_is_told);
	SUITE_TEST(last_given_is_first_taken);
	SUITE_TEST(one_more_waits);
}
