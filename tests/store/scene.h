/*
 * What the group's tests share: a scene of database, spool and group, visitors
 * who count their answers, and a lock that makes a commit slow.
 */
#ifndef PISTE_TESTS_STORE_SCENE_H
#define PISTE_TESTS_STORE_SCENE_H

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/group.h"
#include "store/pg.h"
#include "store/spool.h"
#include "support/suite.h"

#define ROOM ((int64_t)1 << 30)
#define AWAIT_MS 20000
#define ROW_BYTES 32

static const char scratch_text[] =
    "CREATE TABLE scratch (id int PRIMARY KEY CHECK (id < 1000000));"
    "CREATE SEQUENCE tries;"
    "CREATE FUNCTION conflict_once(id int) RETURNS int LANGUAGE plpgsql AS $$"
    " BEGIN IF nextval('tries') = 1 THEN"
    " RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF;"
    " RETURN id; END $$";

#define ROWS_OF_JSON \
	"SELECT ord::int AS ord, (e ->> 'id')::int AS id" \
	" FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (e, ord)"
SQL(test_group_insert, 1,
    "WITH row AS (" ROWS_OF_JSON "), added AS (INSERT INTO scratch (id)"
    " SELECT DISTINCT id FROM row ON CONFLICT DO NOTHING RETURNING id)"
    " SELECT row.ord, CASE WHEN added.id IS NULL THEN 'replay'"
    " WHEN row.ord = min(row.ord) OVER (PARTITION BY row.id) THEN 'new'"
    " ELSE 'twin' END FROM row LEFT JOIN added ON added.id = row.id");
SQL(test_group_rows, 0, "SELECT count(*) FROM scratch");
SQL(test_group_waiting, 0,
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND datname = current_database() AND application_name = 'piste-group'");
SQL(test_group_kill, 0,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'piste-group'"
    " AND datname = current_database()");

/* Who waits for answers, and what they were. */
struct desk {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	size_t answers;
};

struct visitor {
	struct group_item item;
	struct desk *desk;
	char row[ROW_BYTES];
	int answers;
	int64_t answered_ms;
};

struct scene {
	struct str conninfo;
	struct str dir;
	struct pg *db;
	struct group *group;
	struct desk desk;
};

static inline void
note_answer(struct group_item *item)
{
	struct visitor *v = item->context;

	pthread_mutex_lock(&v->desk->lock);
	v->answers++;
	v->answered_ms = clock_mono_ms();
	v->desk->answers++;
	pthread_cond_broadcast(&v->desk->answered);
	pthread_mutex_unlock(&v->desk->lock);
}

static inline void
start_group(struct scene *s, struct str conninfo, const struct sql *statement,
    int64_t wait_ms)
{
	struct group_plan plan = { .database = conninfo,
		.statement = statement, .spool_dir = s->dir,
		.spool_bytes_max = ROOM, .wait_ms = wait_ms };

	ck_assert_int_eq(group_new(&plan, &s->group), OK);
}

static inline void
set_up(struct scene *s)
{
	log_level_set((enum log_level)(LOG_ERROR + 1));
	s->conninfo = suite_database();
	s->dir = suite_directory();
	s->db = pg_new(s->conninfo, "piste-test");
	s->desk.answers = 0;
	pthread_mutex_init(&s->desk.lock, NULL);
	pthread_cond_init(&s->desk.answered, NULL);
	ck_assert_int_eq(pg_script(s->db, scratch_text, AWAIT_MS), OK);
}

static inline void
tear_down(struct scene *s)
{
	group_free(s->group);
	pg_free(s->db);
}

static inline struct visitor *
visitors(struct scene *s, size_t count)
{
	struct visitor *v = arena_array(suite_arena(), count, sizeof *v);

	for (size_t i = 0; i < count; i++) {
		snprintf(v[i].row, ROW_BYTES, "{\"id\":%zu}", i);
		v[i].desk = &s->desk;
		v[i].item = (struct group_item){ .row = str_of(v[i].row),
			.done = note_answer, .context = &v[i] };
	}
	return v;
}

static inline void
put_all(struct scene *s, struct visitor *v, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(group_put(s->group, &v[i].item), OK);
}

static inline void
await_answers(struct scene *s, size_t count)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += AWAIT_MS / 1000;
	pthread_mutex_lock(&s->desk.lock);
	while (s->desk.answers < count)
		ck_assert_msg(!pthread_cond_timedwait(&s->desk.answered,
		    &s->desk.lock, &until), "%zu of %zu answered",
		    s->desk.answers, count);
	pthread_mutex_unlock(&s->desk.lock);
}

static inline void
check_answered_once(const struct visitor *v, size_t count, enum err e)
{
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(v[i].answers, 1);
		ck_assert_int_eq(v[i].item.err, e);
	}
}

static inline void
check_spooled(const struct visitor *v, size_t count, bool is_spooled)
{
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(v[i].item.is_spooled, is_spooled);
}

static inline size_t
rows_of(struct pg *db, const struct sql *statement)
{
	const struct pg_rows *r;
	uint32_t n;

	ck_assert_int_eq(pg_run(db, statement, NULL, AWAIT_MS, &r), OK);
	if (statement != &test_group_rows)
		return pg_count(r);
	ck_assert(str_u32(pg_value(r, 0, 0), 0, UINT32_MAX, &n));
	return n;
}

static inline struct group_count
counts_of(struct scene *s)
{
	struct group_count c;

	group_counts(s->group, &c);
	return c;
}

static inline void
await_state(struct scene *s, bool is_away)
{
	int64_t until = clock_mono_ms() + AWAIT_MS;

	while (counts_of(s).is_away != is_away) {
		ck_assert_int_lt(clock_mono_ms(), until);
		sched_yield();
	}
}

/* Another session that keeps the table to itself. */
static inline struct pg *
lock_scratch(struct scene *s)
{
	struct pg *db = pg_new(s->conninfo, "piste-test-lock");

	ck_assert_int_eq(pg_script(db, "BEGIN; LOCK TABLE scratch", AWAIT_MS),
	    OK);
	return db;
}

/* Put one, and let it be stuck at the lock: what follows gathers. */
static inline void
put_stuck(struct scene *s, struct visitor *v)
{
	int64_t until = clock_mono_ms() + AWAIT_MS;

	put_all(s, v, 1);
	while (!rows_of(s->db, &test_group_waiting))
		ck_assert_int_lt(clock_mono_ms(), until);
}

#endif
