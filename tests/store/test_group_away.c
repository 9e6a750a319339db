/*
 * The group while PostgreSQL is away, silent, slow or restarted: each item is
 * answered in time, and is afterwards in the table or in the spool, once.
 */
#include <unistd.h>

#include "base/buf.h"
#include "store/scene.h"

static enum err
take_into_table(void *context, const struct str *record, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str row = buf_fmt(suite_arena(), 100, "[%.*s]",
		    STR_ARG(record[i]));
		enum err e = pg_run(context, &test_group_insert, &row,
		    AWAIT_MS, NULL);

		if (e)
			return e;
	}
	return OK;
}

static int64_t
drain(struct scene *s)
{
	int64_t drained;

	ck_assert_int_eq(spool_drain(s->dir, 16, take_into_table, s->db,
	    &drained), OK);
	return drained;
}

/* Nobody listens: the first may wait for the attempt, the rest never. */
START_TEST(an_unreachable_server_means_the_spool)
{
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 300);
	start_group(&s, STR("host=/nowhere"), &test_group_insert, 1000);
	put_all(&s, v, 300);
	await_answers(&s, 300);
	check_answered_once(v, 300, OK);
	check_spooled(v, 300, true);
	ck_assert(counts_of(&s).is_away);
	ck_assert(counts_of(&s).can_spool);
	ck_assert_uint_eq(counts_of(&s).spooled, 300);
	tear_down(&s);
	s.db = pg_new(s.conninfo, "piste-test");
	ck_assert_int_eq(drain(&s), 300);
	ck_assert_uint_eq(rows_of(s.db, &test_group_rows), 300);
	pg_free(s.db);
} END_TEST

/* One attempt after another hangs, and no visitor with it. */
START_TEST(a_silent_server_delays_nobody)
{
	int64_t began, slowest = 0;
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 100);
	start_group(&s, buf_fmt(suite_arena(), 200, "host=%.*s user=u",
	    STR_ARG(suite_silent_server())), &test_group_insert, 400);
	began = clock_mono_ms();
	put_all(&s, v, 1);
	await_answers(&s, 1);
	ck_assert_int_lt(v[0].answered_ms - began, 400);
	await_state(&s, true);
	for (size_t i = 1; i < 100; i++) {
		put_all(&s, v + i, 1);
		await_answers(&s, i + 1);
		if (v[i].answered_ms - v[i].item.put_ms > slowest)
			slowest = v[i].answered_ms - v[i].item.put_ms;
	}
	ck_assert_int_lt(slowest, 400);
	check_answered_once(v, 100, OK);
	check_spooled(v, 100, true);
	tear_down(&s);
} END_TEST

/* The commit hangs: its batch and those behind it are answered in time. */
START_TEST(a_slow_commit_goes_to_the_spool_and_is_done_once)
{
	int64_t wait_ms = 600;
	struct visitor *v;
	struct pg *locker;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 301);
	start_group(&s, s.conninfo, &test_group_insert, wait_ms);
	locker = lock_scratch(&s);
	put_stuck(&s, v);
	put_all(&s, v + 1, 300);
	await_answers(&s, 301);
	check_answered_once(v, 301, OK);
	check_spooled(v, 301, true);
	for (size_t i = 0; i < 301; i++)
		ck_assert_int_lt(v[i].answered_ms - v[i].item.put_ms,
		    wait_ms + 2000);
	pg_free(locker);
	await_state(&s, false);
	v[0].answers = 0;
	v[0].item.row = STR("{\"id\":999}");
	put_all(&s, v, 1);
	await_answers(&s, 302);
	check_spooled(v, 1, false);
	ck_assert_int_eq(drain(&s), 301);
	ck_assert_uint_eq(rows_of(s.db, &test_group_rows), 302);
	tear_down(&s);
} END_TEST

START_TEST(a_killed_session_is_replaced)
{
	size_t spooled = 0, count = 200;
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, count);
	start_group(&s, s.conninfo, &test_group_insert, 2000);
	for (size_t i = 0; i < count; i++) {
		if (i % 50 == 25)
			rows_of(s.db, &test_group_kill);
		put_all(&s, v + i, 1);
		if (i % 50 == 49) {
			await_answers(&s, i + 1);
			await_state(&s, false);
		}
	}
	check_answered_once(v, count, OK);
	for (size_t i = 0; i < count; i++)
		spooled += v[i].item.is_spooled;
	ck_assert_uint_ge(spooled, 1);
	ck_assert_uint_eq(counts_of(&s).spooled, spooled);
	group_free(s.group);
	ck_assert_int_eq(drain(&s), (int64_t)spooled);
	ck_assert_uint_eq(rows_of(s.db, &test_group_rows), count);
	pg_free(s.db);
} END_TEST

/* The writer is idle and alive, and yet its segment can be drained. */
START_TEST(the_segment_is_sealed_without_another_append)
{
	int64_t until = clock_mono_ms() + AWAIT_MS;
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 1);
	start_group(&s, STR("host=/nowhere"), &test_group_insert, 500);
	put_all(&s, v, 1);
	await_answers(&s, 1);
	while (!drain(&s))
		ck_assert_int_lt(clock_mono_ms(), until);
	tear_down(&s);
} END_TEST

START_TEST(nothing_can_take_it_is_said)
{
	struct group_plan plan = { .database = STR("host=/nowhere"),
		.statement = &test_group_insert, .spool_bytes_max = 50,
		.wait_ms = 500 };
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 3);
	plan.spool_dir = s.dir;
	ck_assert_int_eq(group_new(&plan, &s.group), OK);
	for (size_t i = 0; i < 3; i++) {
		put_all(&s, v + i, 1);
		await_answers(&s, i + 1);
	}
	check_answered_once(v, 1, OK);
	check_answered_once(v + 1, 2, ERR_AWAY);
	check_spooled(v + 1, 2, false);
	ck_assert(!counts_of(&s).can_spool);
	ck_assert_uint_eq(counts_of(&s).refused, 2);
	tear_down(&s);
} END_TEST

static bool
can_spool(struct scene *s)
{
	return counts_of(s).can_spool;
}

/* A full spool, and nobody comes any more. */
START_TEST(room_is_found_without_a_visitor)
{
	int64_t until = clock_mono_ms() + AWAIT_MS, later;
	struct group_plan plan = { .database = STR("host=/nowhere"),
		.statement = &test_group_insert, .spool_bytes_max = 50,
		.wait_ms = 500 };
	struct visitor *v;
	struct scene s;

	set_up(&s);
	v = visitors(&s, 2);
	plan.spool_dir = s.dir;
	ck_assert_int_eq(group_new(&plan, &s.group), OK);
	for (size_t i = 0; i < 2; i++) {
		put_all(&s, v + i, 1);
		await_answers(&s, i + 1);
	}
	/* Longer than it takes to look again. */
	later = v[1].answered_ms + SPOOL_SEGMENT_AGE_MS + 500;
	while (clock_mono_ms() < later) {
		ck_assert(!can_spool(&s));
		usleep(20000);
	}
	ck_assert_int_eq(drain(&s), 1);
	while (!can_spool(&s)) {
		ck_assert_int_lt(clock_mono_ms(), until);
		usleep(2000);
	}
	tear_down(&s);
} END_TEST

SUITE_APART(group_away)
{
	SUITE_TEST(an_unreachable_server_means_the_spool);
	SUITE_TEST(a_silent_server_delays_nobody);
	SUITE_TEST(a_slow_commit_goes_to_the_spool_and_is_done_once);
	SUITE_TEST(a_killed_session_is_replaced);
	SUITE_TEST(the_segment_is_sealed_without_another_append);
	SUITE_TEST(nothing_can_take_it_is_said);
	SUITE_TEST(room_is_found_without_a_visitor);
}
