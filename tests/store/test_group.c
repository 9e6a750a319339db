/*
 * The group while PostgreSQL answers: each item is answered once, after a
 * commit it shares; within limits.
 */
#include <stdlib.h>
#include <string.h>

#include "store/scene.h"

SQL(test_group_mute, 1,
    "WITH row AS (" ROWS_OF_JSON ") SELECT ord, 'new' FROM row"
    " WHERE id % 2 = 0");
SQL(test_group_conflict, 1,
    "WITH row AS (" ROWS_OF_JSON ") SELECT conflict_once(ord), 'new' FROM row");

#define PEOPLE 8
#define EACH 500

struct person {
	struct scene *scene;
	struct visitor *visitor;
};

static void *
visit(void *context)
{
	struct person *p = context;

	for (int i = 0; i < EACH; i++)
		while (group_put(p->scene->group, &p->visitor[i].item))
			sched_yield();
	return NULL;
}

START_TEST(many_at_once_are_answered_once)
{
	struct person person[PEOPLE];
	pthread_t thread[PEOPLE];
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, PEOPLE * EACH);
	start_group(&s, s.conninfo, &test_group_insert, AWAIT_MS);
	for (size_t i = 0; i < PEOPLE; i++) {
		person[i] = (struct person){ &s, v + i * EACH };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, visit,
		    &person[i]), 0);
	}
	for (size_t i = 0; i < PEOPLE; i++)
		pthread_join(thread[i], NULL);
	await_answers(&s, PEOPLE * EACH);
	check_answered_once(v, PEOPLE * EACH, OK);
	check_spooled(v, PEOPLE * EACH, false);
	for (size_t i = 0; i < PEOPLE * EACH; i++)
		ck_assert_str_eq(v[i].item.verdict, "new");
	ck_assert_uint_eq(rows_of(s.db, &test_group_rows), PEOPLE * EACH);
	ck_assert_uint_eq(counts_of(&s).committed, PEOPLE * EACH);
	ck_assert_uint_ge(counts_of(&s).commits, PEOPLE * EACH / 64);
	ck_assert(!counts_of(&s).is_away);
	tear_down(&s);
} END_TEST

/* One is stuck, so that the others share the next commit. */
START_TEST(what_gathers_shares_a_commit)
{
	struct visitor *v;
	struct pg *locker;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 1 + GROUP_BATCH_MAX + 1);
	start_group(&s, s.conninfo, &test_group_insert, AWAIT_MS);
	locker = lock_scratch(&s);
	put_stuck(&s, v);
	put_all(&s, v + 1, GROUP_BATCH_MAX + 1);
	pg_free(locker);
	await_answers(&s, GROUP_BATCH_MAX + 2);
	check_answered_once(v, GROUP_BATCH_MAX + 2, OK);
	ck_assert_uint_eq(counts_of(&s).commits, 3);
	tear_down(&s);
} END_TEST

START_TEST(a_bad_row_fails_alone)
{
	static const char *const bad[] = { "{\"id\":\"x\"}", "{\"id\":1000000}",
		"{\"id\":1", "[" };
	struct visitor *v;
	struct pg *locker;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 65);
	v[40].item.row = str_of(bad[_i]);
	start_group(&s, s.conninfo, &test_group_insert, AWAIT_MS);
	locker = lock_scratch(&s);
	put_stuck(&s, v);
	put_all(&s, v + 1, 64);
	pg_free(locker);
	await_answers(&s, 65);
	check_answered_once(v, 40, OK);
	check_answered_once(v + 40, 1, ERR_INPUT);
	check_answered_once(v + 41, 24, OK);
	check_spooled(v, 65, false);
	ck_assert_uint_eq(rows_of(s.db, &test_group_rows), 64);
	ck_assert_uint_eq(counts_of(&s).refused, 1);
	tear_down(&s);
} END_TEST

START_TEST(twins_are_told_apart)
{
	static const char *const verdicts[] = { "new", "new", "twin", "new" };
	struct visitor *v;
	struct pg *locker;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 5);
	v[3].item.row = v[2].item.row;
	start_group(&s, s.conninfo, &test_group_insert, AWAIT_MS);
	locker = lock_scratch(&s);
	put_stuck(&s, v);
	put_all(&s, v + 1, 4);
	pg_free(locker);
	await_answers(&s, 5);
	check_answered_once(v, 5, OK);
	for (size_t i = 0; i < COUNT(verdicts); i++)
		ck_assert_str_eq(v[i + 1].item.verdict, verdicts[i]);
	v[0].answers = 0;
	put_all(&s, v, 1);
	await_answers(&s, 6);
	ck_assert_str_eq(v[0].item.verdict, "replay");
	tear_down(&s);
} END_TEST

START_TEST(a_lost_conflict_is_tried_again)
{
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 1);
	start_group(&s, s.conninfo, &test_group_conflict, AWAIT_MS);
	put_all(&s, v, 1);
	await_answers(&s, 1);
	check_answered_once(v, 1, OK);
	check_spooled(v, 1, false);
	ck_assert_uint_eq(counts_of(&s).spooled, 0);
	ck_assert(!counts_of(&s).is_away);
	tear_down(&s);
} END_TEST

START_TEST(who_gets_no_verdict_is_spooled)
{
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 4);
	start_group(&s, s.conninfo, &test_group_mute, AWAIT_MS);
	put_all(&s, v, 4);
	await_answers(&s, 4);
	check_answered_once(v, 4, OK);
	for (size_t i = 0; i < 4; i++)
		check_spooled(v + i, 1, i % 2 == 1);
	ck_assert_uint_eq(counts_of(&s).committed, 2);
	ck_assert_uint_eq(counts_of(&s).spooled, 2);
	tear_down(&s);
} END_TEST

START_TEST(the_queue_is_bounded)
{
	struct visitor *v;
	struct pg *locker;
	struct scene s;

	set_up(&s);
	v = visitors(&s, GROUP_QUEUE_MAX + 1);
	start_group(&s, s.conninfo, &test_group_insert, AWAIT_MS);
	locker = lock_scratch(&s);
	put_all(&s, v, GROUP_QUEUE_MAX);
	ck_assert_int_eq(group_put(s.group, &v[GROUP_QUEUE_MAX].item),
	    ERR_LIMIT);
	pg_free(locker);
	await_answers(&s, GROUP_QUEUE_MAX);
	check_answered_once(v, GROUP_QUEUE_MAX, OK);
	ck_assert_int_eq(v[GROUP_QUEUE_MAX].answers, 0);
	put_all(&s, &v[GROUP_QUEUE_MAX], 1);
	tear_down(&s);
	check_answered_once(&v[GROUP_QUEUE_MAX], 1, OK);
} END_TEST

START_TEST(a_row_is_bounded)
{
	char *big = memset(arena_take(suite_arena(),
	    SPOOL_RECORD_BYTES_MAX + 1), ' ', SPOOL_RECORD_BYTES_MAX + 1);
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 1);
	memcpy(big, "{\"id\":1}", 8);
	v[0].item.row = (struct str){ big, SPOOL_RECORD_BYTES_MAX + 1 };
	start_group(&s, s.conninfo, &test_group_insert, AWAIT_MS);
	ck_assert_int_eq(group_put(s.group, &v[0].item), ERR_LIMIT);
	v[0].item.row.n--;
	put_all(&s, v, 1);
	await_answers(&s, 1);
	check_answered_once(v, 1, OK);
	tear_down(&s);
} END_TEST

START_TEST(stopping_finishes_what_waits)
{
	struct str conninfo;
	struct visitor *v;
	struct scene s;

	set_up(&s);
	conninfo = _i ? s.conninfo : STR("host=/nowhere");
	v = visitors(&s, 500);
	start_group(&s, conninfo, &test_group_insert, 5000);
	put_all(&s, v, 500);
	tear_down(&s);
	ck_assert_uint_eq(s.desk.answers, 500);
	check_answered_once(v, 500, OK);
} END_TEST

START_TEST(without_a_spool_there_is_no_group)
{
	struct group_plan plan = { .database = STR("host=/nowhere"),
		.statement = &test_group_insert, .spool_dir = STR("/dev/null"),
		.spool_bytes_max = ROOM, .wait_ms = 500 };
	struct group *g;

	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_int_eq(group_new(&plan, &g), ERR_AWAY);
} END_TEST

SUITE_APART(group)
{
	SUITE_TEST(many_at_once_are_answered_once);
	SUITE_TEST(what_gathers_shares_a_commit);
	SUITE_LOOP(a_bad_row_fails_alone, 4);
	SUITE_TEST(twins_are_told_apart);
	SUITE_TEST(a_lost_conflict_is_tried_again);
	SUITE_TEST(who_gets_no_verdict_is_spooled);
	SUITE_TEST(the_queue_is_bounded);
	SUITE_TEST(a_row_is_bounded);
	SUITE_LOOP(stopping_finishes_what_waits, 2);
	SUITE_TEST(without_a_spool_there_is_no_group);
}
