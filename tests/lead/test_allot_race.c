/* Tests of lead/allot.c: whoever decides, accepts or edits at the same time. */
#include <pthread.h>
#include <string.h>

#include "lead/allotcase.h"

#define MANY 120

struct rival {
	struct str conninfo;
	pthread_barrier_t *start;
	enum err err;
};

static void *
give_until_none(void *context)
{
	struct rival *r = context;
	struct pg *db = pg_new(r->conninfo, "piste-test");
	int64_t done = 0, idle = 0;

	pthread_barrier_wait(r->start);
	/* None may also mean that the other one is at it. */
	while (!r->err && idle < 50) {
		r->err = allot_turn(db, &done);
		idle = done ? 0 : idle + 1;
	}
	pg_free(db);
	return NULL;
}

START_TEST(two_workers_never_give_one_lead_twice)
{
	struct scene s = scene(MANY, SELLERS);
	pthread_barrier_t start;
	struct rival rival[2];
	pthread_t thread[2];

	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		rival[i] = (struct rival){ s.c.conninfo, &start, OK };
		ck_assert_int_eq(pthread_create(&thread[i], NULL,
		    give_until_none, &rival[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_int_eq(rival[i].err, OK);
	}
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), count(DISTINCT lead_id), count(*) FILTER (WHERE"
	    " seller_id = 1)) FROM piste.allocation"), STR("120 120 60"));
} END_TEST

struct taker {
	struct str conninfo;
	pthread_barrier_t *start;
	int taken;
};

static void *
accept_all(void *context)
{
	struct taker *t = context;
	struct pg *db = pg_new(t->conninfo, "piste-test");
	char id[STR_I64_BYTES];
	struct str whose;

	pthread_barrier_wait(t->start);
	for (int i = MANY; i > 0; i--)
		t->taken += !allot_accept(db, str_from_i64(id, i), &whose);
	pg_free(db);
	return NULL;
}

/* All are too late by a little: who is told that it is theirs has it. */
START_TEST(what_was_accepted_does_not_expire)
{
	struct scene s = scene(MANY, SELLERS);
	pthread_barrier_t start;
	struct taker taker = { s.c.conninfo, &start, 0 };
	pthread_t thread;

	while (turn(s.db))
		continue;
	sample_run(s.c.conn, "UPDATE piste.allocation SET accept_by = now()");
	pthread_barrier_init(&start, NULL, 2);
	ck_assert_int_eq(pthread_create(&thread, NULL, accept_all, &taker),
	    0);
	pthread_barrier_wait(&start);
	do
		sample_run(s.c.conn, "SELECT piste.allocation_expire(500)");
	while (strcmp(sample_text(s.c.conn, "SELECT count(*) > 0"
	    " FROM piste.allocation WHERE ended_at IS NULL"
	    " AND accepted_at IS NULL").p, "t") == 0);
	pthread_join(thread, NULL);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*) FILTER (WHERE accepted_at IS NOT NULL),"
	    " count(*) FILTER (WHERE accepted_at IS NOT NULL"
	    " AND ended_at IS NOT NULL)) FROM piste.allocation"),
	    buf_fmt(suite_arena(), 40, "%d 0", taker.taken));
} END_TEST

/* Nobody who sells says besides that it is theirs. */
START_TEST(what_is_being_sold_does_not_expire)
{
	struct scene s = scene(3, SELLERS);

	ck_assert_int_eq(turn(s.db), 3);
	sample_run(s.c.conn, "SELECT piste.lead_move(id, 'sql', 't', 'seller',"
	    " NULL, NULL) FROM piste.lead; SELECT piste.lead_move(id,"
	    " 'opportunity', 't', 'seller', NULL, NULL) FROM piste.lead"
	    " WHERE id > 1; SELECT piste.lead_move(3, 'customer', 't',"
	    " 'seller', NULL, NULL); UPDATE piste.allocation"
	    " SET accept_by = now()");
	ck_assert_str_same(sample_text(s.c.conn,
	    "SELECT piste.allocation_expire(500)"), STR("1"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(id::text,"
	    " ',' ORDER BY id) FROM piste.lead WHERE owner_id IS NOT NULL"),
	    STR("2,3"));
} END_TEST

struct editor {
	struct str conninfo;
	enum err err;
};

static void *
edit(void *context)
{
	static char json[] = "{\"sellers\":[{\"key\":\"ana\",\"name\":"
	    "\"Ana\",\"general\":true}]}";
	struct editor *e = context;
	struct pg *db = pg_new(e->conninfo, "piste-test");
	struct arena *a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	FILE *null = fopen("/dev/null", "we");

	e->err = seller_apply(db, a, str_of(json), STR("test"), null, null);
	fclose(null);
	arena_free(a);
	pg_free(db);
	return NULL;
}

/* Whoever decides holds leads, and then wants sellers' rows. */
START_TEST(rules_wait_for_who_decides_and_hold_nothing)
{
	struct scene s = scene(1, SELLERS);
	struct editor e = { s.c.conninfo, OK };
	pthread_t thread;

	sample_run(s.c.conn, "BEGIN; SELECT piste.allocation_lock()");
	ck_assert_int_eq(pthread_create(&thread, NULL, edit, &e), 0);
	ck_assert(sample_await(s.c.conn, "SELECT count(*) = 1 FROM pg_locks"
	    " AS k JOIN pg_database AS d ON d.oid = k.database"
	    " WHERE NOT k.granted AND k.locktype = 'advisory'"
	    " AND d.datname = current_database()"));
	sample_run(s.c.conn, "SET LOCAL lock_timeout = 1000;"
	    " UPDATE piste.seller SET tag = 5, turn = 1; COMMIT");
	pthread_join(thread, NULL);
	ck_assert_int_eq(e.err, OK);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(concat_ws("
	    "' ', name, tag, is_active), ',' ORDER BY id) FROM piste.seller"),
	    STR("Ana 5 t,bob 5 f"));
} END_TEST

SUITE_APART(allot_race)
{
	SUITE_TEST(two_workers_never_give_one_lead_twice);
	SUITE_TEST(what_was_accepted_does_not_expire);
	SUITE_TEST(what_is_being_sold_does_not_expire);
	SUITE_TEST(rules_wait_for_who_decides_and_hold_nothing);
}
