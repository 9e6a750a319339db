/*
 * Exposures against a real table: the first of each visitor arrives in time,
 * whatever else is sent, and nothing waits for PostgreSQL.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/pg.h"
#include "support/suite.h"
#include "track/event.h"

#define AWAIT_MS 50000
#define FLUSH_MS 40

SQL(test_event_rows, 0,
    "SELECT experiment_key, visitor, variant, bucket_version,"
    " (extract(epoch FROM first_seen_at) * 1000)::bigint"
    " FROM piste.exposure ORDER BY experiment_key, visitor");
SQL(test_event_stuck, 0,
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND datname = current_database() AND application_name = 'piste-event'"
    " ORDER BY backend_start DESC LIMIT 1");
SQL(test_event_posts, 0,
    "SELECT count(*) OVER (), (extract(epoch FROM posted_at) * 1000)::bigint,"
    " (extract(epoch FROM refused_at) * 1000)::bigint FROM piste.exposure");
SQL(test_event_flags, 0,
    "SELECT concat_ws(' ', visitor, (extract(epoch FROM activated_at)"
    " * 1000)::bigint, excluded) FROM piste.exposure ORDER BY visitor");
SQL(test_event_views, 0,
    "SELECT class, sum(views) FROM piste.traffic GROUP BY class"
    " ORDER BY class");
SQL(test_event_count, 0, "SELECT count(*) FROM piste.exposure");

static struct event_log *
start(struct str conninfo)
{
	struct event_log *ev;

	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_int_eq(event_new(conninfo, FLUSH_MS, &ev), OK);
	return ev;
}

static struct event_count
counts_of(struct event_log *ev)
{
	struct event_count c;

	event_counts(ev, &c);
	return c;
}

static void
await_written(struct event_log *ev, uint64_t n)
{
	int64_t until = clock_mono_ms() + AWAIT_MS;

	while (counts_of(ev).written < n) {
		ck_assert_int_lt(clock_mono_ms(), until);
		poll(NULL, 0, 1);
	}
	ck_assert_uint_eq(counts_of(ev).written, n);
}

static const struct pg_rows *
rows_of(struct pg *db)
{
	const struct pg_rows *r;

	ck_assert_int_eq(pg_run(db, &test_event_rows, NULL, AWAIT_MS, &r), OK);
	return r;
}

static uint64_t
count_rows(struct pg *db)
{
	const struct pg_rows *r;
	uint64_t n;

	ck_assert_int_eq(pg_run(db, &test_event_count, NULL, AWAIT_MS, &r),
	    OK);
	ck_assert(str_u64(pg_value(r, 0, 0), 0, UINT64_MAX, &n));
	return n;
}

static void
show(struct event_log *ev, struct str experiment, struct str visitor,
    struct str variant, int64_t at_ms)
{
	event_exposure(ev, &(struct event_exposure){
		.experiment = experiment, .visitor = visitor,
		.variant = variant, .bucket_version = 1, .epoch = 1,
		.at_ms = at_ms });
}

static void
expose(struct event_log *ev, uint32_t visitor)
{
	char text[12];

	snprintf(text, sizeof text, "%u", visitor);
	show(ev, STR("headline"), str_of(text), STR("b"), 1700000000000);
}

START_TEST(an_exposure_arrives_as_it_was)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	char visitor[] = "ana";
	const struct pg_rows *r;

	event_exposure(ev, &(struct event_exposure){
		.experiment = STR("headline"), .visitor = str_of(visitor),
		.variant = STR("b"), .bucket_version = 4294967295, .epoch = 7,
		.at_ms = 1700000000123, .country = STR("FR"),
		.device = STR("mobile"), .source = STR("google"),
		.lang = STR("fr") });
	visitor[0] = 'x';
	await_written(ev, 1);
	r = rows_of(db);
	ck_assert_uint_eq(pg_count(r), 1);
	ck_assert_str_same(pg_value(r, 0, 0), STR("headline"));
	ck_assert_str_same(pg_value(r, 0, 1), STR("ana"));
	ck_assert_str_same(pg_value(r, 0, 2), STR("b"));
	ck_assert_str_same(pg_value(r, 0, 3), STR("4294967295"));
	ck_assert_str_same(pg_value(r, 0, 4), STR("1700000000123"));
	event_free(ev);
	pg_free(db);
} END_TEST

START_TEST(odd_texts_arrive_unchanged)
{
	static const struct str odd[] = {
		STR("\"},{\""), STR("\\"), STR("NULL"), STR("a,b {c} 'd'"),
		STR("\xc3\xa9\xf0\x9f\x98\x80"), STR(" "),
		STR("line\nend"),
	};
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	const struct pg_rows *r;

	for (size_t i = 0; i < COUNT(odd); i++)
		show(ev, STR("e"), odd[i], odd[i], 1);
	event_free(ev);
	r = rows_of(db);
	ck_assert_uint_eq(pg_count(r), COUNT(odd));
	for (size_t i = 0; i < COUNT(odd); i++) {
		size_t found = 0;

		for (size_t j = 0; j < COUNT(odd); j++)
			found += str_eq(pg_value(r, j, 1), odd[i])
			    && str_eq(pg_value(r, j, 2), odd[i]);
		ck_assert_uint_eq(found, 1);
	}
	pg_free(db);
} END_TEST

START_TEST(only_the_first_of_a_visitor_is_kept)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	const struct pg_rows *r;

	show(ev, STR("e"), STR("ana"), STR("a"), 1000);
	show(ev, STR("e"), STR("ana"), STR("a"), 2000);
	show(ev, STR("f"), STR("ana"), STR("c"), 3000);
	await_written(ev, 2);
	event_free(ev);
	ev = start(conninfo);
	show(ev, STR("e"), STR("ana"), STR("a"), 4000);
	await_written(ev, 1);
	event_free(ev);
	r = rows_of(db);
	ck_assert_uint_eq(pg_count(r), 2);
	ck_assert_str_same(pg_value(r, 0, 2), STR("a"));
	ck_assert_str_same(pg_value(r, 0, 4), STR("1000"));
	ck_assert_str_same(pg_value(r, 1, 2), STR("c"));
	pg_free(db);
} END_TEST

/* A new phase counts everybody anew; the memory of the old is no obstacle. */
START_TEST(a_later_phase_is_another_exposure)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	struct event_exposure x = { .experiment = STR("e"),
		.visitor = STR("ana"), .variant = STR("a"),
		.bucket_version = 1, .epoch = 1, .at_ms = 1000 };
	const struct pg_rows *r;

	ck_assert(!event_is_seen(ev, &x));
	event_exposure(ev, &x);
	ck_assert(event_is_seen(ev, &x));
	x.bucket_version = 2;
	ck_assert(!event_is_seen(ev, &x));
	x.variant = STR("b");
	x.at_ms = 2000;
	event_exposure(ev, &x);
	await_written(ev, 2);
	r = rows_of(db);
	ck_assert_uint_eq(pg_count(r), 1);
	ck_assert_str_same(pg_value(r, 0, 2), STR("b"));
	ck_assert_str_same(pg_value(r, 0, 3), STR("2"));
	ck_assert_str_same(pg_value(r, 0, 4), STR("2000"));
	event_free(ev);
	pg_free(db);
} END_TEST

/* The seen are not asked again, yet that one has sent a form is news. */
START_TEST(a_form_is_told_beside_its_exposure)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	struct event_exposure x = { .experiment = STR("e"),
		.visitor = STR("ana"), .variant = STR("a"),
		.bucket_version = 1, .epoch = 1, .at_ms = 1000 };
	const struct pg_rows *r;

	event_exposure(ev, &x);
	event_post(ev, &x, 5000, true);
	event_post(ev, &x, 6000, false);
	await_written(ev, 3);
	ck_assert_int_eq(pg_run(db, &test_event_posts, NULL, AWAIT_MS, &r),
	    OK);
	ck_assert_str_same(pg_value(r, 0, 0), STR("1"));
	ck_assert_str_same(pg_value(r, 0, 1), STR("5000"));
	ck_assert_str_same(pg_value(r, 0, 2), STR("5000"));
	event_free(ev);
	pg_free(db);
} END_TEST

/* Each is told once, whatever else was told of the visitor. */
START_TEST(activations_and_robots_are_told_once)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	struct event_exposure x = { .experiment = STR("e"),
		.visitor = STR("ana"), .variant = STR("a"),
		.bucket_version = 1, .epoch = 1, .at_ms = 1000 };
	const struct pg_rows *r;

	event_exposure(ev, &x);
	ck_assert(event_activation(ev, &x, 3000));
	ck_assert(!event_activation(ev, &x, 4000));
	event_robot(ev, &x);
	event_robot(ev, &x);
	x.visitor = STR("eve");
	ck_assert(event_activation(ev, &x, 5000));
	x.visitor = STR("ida");
	x.is_ahead = true;
	event_post(ev, &x, 6000, false);
	await_written(ev, 5);
	ck_assert_int_eq(pg_run(db, &test_event_flags, NULL, AWAIT_MS, &r),
	    OK);
	ck_assert_uint_eq(pg_count(r), 2);
	ck_assert_str_same(pg_value(r, 0, 0), STR("ana 3000 bot"));
	ck_assert_str_same(pg_value(r, 1, 0), STR("eve 5000"));
	event_free(ev);
	pg_free(db);
} END_TEST

START_TEST(views_arrive_as_sums)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	struct traffic_key key = { .page = STR("p"), .experiment = STR("e"),
		.variant = STR("a"), .class = TRAFFIC_ROBOT,
		.hour_ms = 1700000000000 - 1700000000000 % TRAFFIC_HOUR_MS };
	const struct pg_rows *r;

	for (int i = 0; i < 1000; i++)
		event_view(ev, &key, NULL, NULL);
	key.class = TRAFFIC_HUMAN;
	event_view(ev, &key, NULL, NULL);
	event_free(ev);
	ck_assert_int_eq(pg_run(db, &test_event_views, NULL, AWAIT_MS, &r),
	    OK);
	ck_assert_uint_eq(pg_count(r), 2);
	ck_assert_str_same(pg_value(r, 0, 0), STR("human"));
	ck_assert_str_same(pg_value(r, 0, 1), STR("1"));
	ck_assert_str_same(pg_value(r, 1, 0), STR("robot"));
	ck_assert_str_same(pg_value(r, 1, 1), STR("1000"));
	pg_free(db);
} END_TEST

/* A bad one in a batch costs itself only. */
START_TEST(a_refused_exposure_is_lost_alone)
{
	static const struct str bad[] = {
		STR(""), STR("\xff"), STR("nul\0here"),
	};
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);

	for (uint32_t i = 0; i < 40; i++)
		expose(ev, i);
	show(ev, STR("e"), bad[_i], STR("a"), 1);
	for (uint32_t i = 40; i < 100; i++)
		expose(ev, i);
	await_written(ev, 100);
	ck_assert_uint_eq(counts_of(ev).lost, 1);
	ck_assert_uint_eq(counts_of(ev).waiting, 0);
	ck_assert_uint_eq(count_rows(db), 100);
	event_free(ev);
	pg_free(db);
} END_TEST

/* Half of a batch refused: its time is each attempt's, not all's together. */
START_TEST(many_bad_ones_cost_only_themselves)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	char text[12];

	for (uint32_t i = 0; i < EVENT_BATCH_MAX; i++) {
		snprintf(text, sizeof text, "%u", i);
		event_exposure(ev, &(struct event_exposure){
			.experiment = STR("e"), .visitor = str_of(text),
			.variant = STR("a"), .bucket_version = 1, .epoch = 1,
			.at_ms = 1, .source = i % 2 ? STR("\xff") :
			    STR_EMPTY });
	}
	await_written(ev, EVENT_BATCH_MAX / 2);
	ck_assert_uint_eq(counts_of(ev).lost, EVENT_BATCH_MAX / 2);
	ck_assert_uint_eq(count_rows(db), EVENT_BATCH_MAX / 2);
	event_free(ev);
	pg_free(db);
} END_TEST

START_TEST(texts_have_a_greatest_length)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	char text[EVENT_KEY_BYTES_MAX + 1];
	struct str fits = { text, EVENT_KEY_BYTES_MAX };
	struct str is_over = { text, EVENT_KEY_BYTES_MAX + 1 };

	memset(text, '"', sizeof text);
	show(ev, is_over, STR("v"), STR("a"), 1);
	show(ev, STR("e"), is_over, STR("a"), 1);
	show(ev, STR("e"), STR("v"), is_over, 1);
	ck_assert_uint_eq(counts_of(ev).lost, 3);
	show(ev, fits, fits, fits, 1);
	await_written(ev, 1);
	ck_assert_uint_eq(count_rows(db), 1);
	event_free(ev);
	pg_free(db);
} END_TEST

START_TEST(more_than_a_batch_arrives)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);

	for (uint32_t i = 0; i < 2 * EVENT_BATCH_MAX + 1; i++)
		expose(ev, i);
	await_written(ev, 2 * EVENT_BATCH_MAX + 1);
	ck_assert_uint_eq(count_rows(db), 2 * EVENT_BATCH_MAX + 1);
	event_free(ev);
	pg_free(db);
} END_TEST

START_TEST(memory_is_bounded_while_away)
{
	struct event_log *ev = start(STR("host=/nowhere"));
	int64_t began;

	for (uint32_t i = 0; i < EVENT_QUEUE_MAX; i++)
		expose(ev, i);
	ck_assert_uint_eq(counts_of(ev).waiting, EVENT_QUEUE_MAX);
	ck_assert_uint_eq(counts_of(ev).lost, 0);
	expose(ev, EVENT_QUEUE_MAX);
	ck_assert_uint_eq(counts_of(ev).waiting, EVENT_QUEUE_MAX);
	ck_assert_uint_eq(counts_of(ev).lost, 1);
	began = clock_mono_ms();
	event_free(ev);
	ck_assert_int_lt(clock_mono_ms() - began, 2500);
} END_TEST

/* The process id of the session that waits for a lock; 0 when none does. */
static uint32_t
stuck_session(struct pg *db)
{
	const struct pg_rows *r;
	uint32_t pid = 0;

	ck_assert_int_eq(pg_run(db, &test_event_stuck, NULL, AWAIT_MS, &r),
	    OK);
	if (pg_count(r))
		ck_assert(str_u32(pg_value(r, 0, 0), 1, UINT32_MAX, &pid));
	return pid;
}

/* A first attempt is given up, so a second session tries while more gathers. */
START_TEST(what_gathers_while_away_is_written_later)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct pg *locker = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	int64_t until = clock_mono_ms() + AWAIT_MS;
	uint32_t first = 0, now;

	ck_assert_int_eq(pg_script(locker,
	    "BEGIN; LOCK TABLE piste.exposure", AWAIT_MS), OK);
	for (uint32_t i = 0; i < 500; i++)
		expose(ev, i);
	while (!(first = stuck_session(db)))
		ck_assert_int_lt(clock_mono_ms(), until);
	for (uint32_t i = 500; i < 1000; i++)
		expose(ev, i);
	while (!(now = stuck_session(db)) || now == first)
		ck_assert_int_lt(clock_mono_ms(), until);
	ck_assert_uint_eq(counts_of(ev).written, 0);
	ck_assert_uint_eq(counts_of(ev).waiting, 1000);
	pg_free(locker);
	await_written(ev, 1000);
	ck_assert_uint_eq(counts_of(ev).lost, 0);
	ck_assert_uint_eq(count_rows(db), 1000);
	event_free(ev);
	pg_free(db);
} END_TEST

#define THREADS 4
#define EACH 3000

struct crowd {
	struct event_log *ev;
	uint32_t from;
};

static void *
visit(void *context)
{
	const struct crowd *c = context;

	for (uint32_t i = 0; i < EACH; i++)
		expose(c->ev, c->from + i);
	return NULL;
}

/* Half of each one's visitors are its neighbour's too. */
START_TEST(threads_may_write_at_once)
{
	struct str conninfo = suite_database();
	struct pg *db = pg_new(conninfo, "piste-test");
	struct event_log *ev = start(conninfo);
	struct crowd crowd[THREADS];
	pthread_t thread[THREADS];

	for (uint32_t i = 0; i < THREADS; i++) {
		crowd[i] = (struct crowd){ ev, i * EACH / 2 };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, visit,
		    &crowd[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	event_free(ev);
	ck_assert_uint_eq(count_rows(db), (THREADS + 1) * EACH / 2);
	pg_free(db);
} END_TEST

SUITE_APART(event)
{
	SUITE_TEST(an_exposure_arrives_as_it_was);
	SUITE_TEST(odd_texts_arrive_unchanged);
	SUITE_TEST(only_the_first_of_a_visitor_is_kept);
	SUITE_TEST(a_later_phase_is_another_exposure);
	SUITE_TEST(a_form_is_told_beside_its_exposure);
	SUITE_TEST(activations_and_robots_are_told_once);
	SUITE_TEST(views_arrive_as_sums);
	SUITE_LOOP(a_refused_exposure_is_lost_alone, 3);
	SUITE_TEST(many_bad_ones_cost_only_themselves);
	SUITE_TEST(texts_have_a_greatest_length);
	SUITE_TEST(more_than_a_batch_arrives);
	SUITE_TEST(memory_is_bounded_while_away);
	SUITE_TEST(what_gathers_while_away_is_written_later);
	SUITE_TEST(threads_may_write_at_once);
}
