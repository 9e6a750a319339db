/* Tests of lead/scorepass.c, and src/sql/0026 and 0027's part of scores. */
#include <pthread.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lead/queue.h"
#include "lead/rescore.h"
#include "lead/scorepass.h"
#include "store/pg.h"
#include "support/sample.h"

#define LEASE_MS 60000
#define ASK_BYTES_MAX 1000
#define EVENT "INSERT INTO piste.event (at, kind, name, person_id, via)" \
	" SELECT now(), 'document', 'p', id, 'link' FROM piste.person"
#define FORGOTTEN "UPDATE piste.event SET person_id = NULL"
#define LEAD "SELECT concat_ws(' ', stage, score, grade) FROM piste.lead" \
	" ORDER BY id LIMIT 1"
#define BEHAVIOUR "SELECT score_parts @? '$[*].decay' FROM piste.lead"
#define DUE "SELECT count(*) FROM piste.score_due"
/* 45 points by a company's address, 10 for each document. */
static const char set[] = "{\"mql\":{\"score\":60},"
    "\"grades\":{\"hot\":60,\"warm\":30,\"recent_days\":7},\"groups\":["
    "{\"key\":\"f\",\"part\":\"fit\",\"cap\":100},"
    "{\"key\":\"e\",\"part\":\"engagement\",\"cap\":40}],\"rules\":["
    "{\"key\":\"mail\",\"group\":\"f\",\"fact\":\"domain\",\"in\":"
    "[\"company\"],\"points\":45},"
    "{\"key\":\"doc\",\"group\":\"e\",\"event\":\"document\",\"points\":10,"
    "\"half_life_days\":10},"
    "{\"key\":\"more\",\"group\":\"e\",\"event\":\"other_submission\","
    "\"points\":5,\"half_life_days\":10}]}";

struct scene {
	struct sample c;
	struct pg *db;
};

static struct scene
scene_new(void)
{
	struct scene s = { .c = sample_new() };
	int32_t version;
	int64_t done;

	s.db = pg_new(s.c.conninfo, "piste-test");
	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	sample_run(s.c.conn, "SELECT piste.event_partition(((now() -"
	    " n * interval '1 day') AT TIME ZONE 'UTC')::date)"
	    " FROM generate_series(-1, 1) AS g (n)");
	ck_assert_int_eq(rescore_apply(s.db, suite_arena(), str_of(set),
	    STR("test"), stderr, &version), OK);
	ck_assert_int_eq(queue_turn(s.db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_str_same(sample_text(s.c.conn, LEAD), STR("lead 45 warm"));
	return s;
}

static int64_t
due(struct scene *s)
{
	int64_t done;

	ck_assert_int_eq(scorepass_due(s->db, &done), OK);
	return done;
}

static struct scorepass_told
daily(struct scene *s)
{
	struct scorepass_told told;

	ck_assert_int_eq(scorepass_daily(s->db, &told), OK);
	return told;
}

/* As of before what it was last scored with: nothing is taken back. */
START_TEST(who_knows_less_writes_nothing)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, EVENT ";" EVENT);
	ck_assert_int_eq(due(&s), 2);
	ck_assert_str_same(sample_text(s.c.conn, LEAD), STR("mql 65 hot"));
	sample_run(s.c.conn, "SELECT piste.score_take(1, now() -"
	    " interval '1 minute', '[{\"lead\": 1, \"points\": 45, \"grade\":"
	    " \"warm\", \"above\": false, \"parts\": []}]')");
	ck_assert_str_same(sample_text(s.c.conn, LEAD), STR("mql 65 hot"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), count(fallen_at)) FROM piste.mql"), STR("1 0"));
	sample_run(s.c.conn, "SELECT piste.score_take(1, clock_timestamp(),"
	    " '[{\"lead\": 1, \"points\": 45, \"grade\": \"warm\", \"above\":"
	    " false, \"parts\": []}]')");
	ck_assert_str_same(sample_text(s.c.conn, LEAD), STR("mql 45 warm"));
} END_TEST

/* Noted before, committed behind what was noted later. */
START_TEST(a_late_commit_is_not_missed)
{
	struct scene s = scene_new();
	PGconn *late = PQconnectdb(arena_copy(suite_arena(),
	    s.c.conninfo).p);

	sample_run(late, "BEGIN; " EVENT);
	sample_run(s.c.conn, "SET lock_timeout = '2s'; " EVENT);
	ck_assert_int_eq(due(&s), 1);
	ck_assert_str_same(sample_text(s.c.conn, LEAD), STR("lead 55 warm"));
	sample_run(late, "COMMIT");
	ck_assert_int_eq(due(&s), 1);
	ck_assert_str_same(sample_text(s.c.conn, LEAD), STR("mql 65 hot"));
	PQfinish(late);
} END_TEST

static void *
score_due(void *context)
{
	struct scene *s = context;
	static int64_t done;

	done = -1;
	if (scorepass_due(s->db, &done))
		done = -1;
	return &done;
}

/* While the worker waits for a lead nobody waits for the worker. */
static const struct { const char *what; const char *lead; int64_t again; }
meanwhile[] = {
	{ EVENT, "mql 65 hot", 1 },
	{ "DELETE FROM piste.score_due", "lead 55 warm", 0 },
};

START_TEST(nobody_waits_for_the_worker)
{
	struct scene s = scene_new();
	PGconn *gate = PQconnectdb(arena_copy(suite_arena(),
	    s.c.conninfo).p);
	pthread_t thread;
	void *done;

	sample_run(s.c.conn, EVENT);
	sample_run(gate, "SET lock_timeout = '2s'; BEGIN; SELECT FROM"
	    " piste.lead FOR NO KEY UPDATE");
	ck_assert_int_eq(pthread_create(&thread, NULL, score_due, &s), 0);
	ck_assert(sample_await(s.c.conn, "SELECT count(*) > 0 FROM"
	    " pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE"
	    " '%score_take%' AND datname = current_database()"));
	sample_run(gate, meanwhile[_i].what);
	sample_run(gate, "COMMIT");
	pthread_join(thread, &done);
	ck_assert_int_ge(*(int64_t *)done, 0);
	ck_assert_int_eq(due(&s), meanwhile[_i].again);
	ck_assert_str_same(sample_text(s.c.conn, LEAD),
	    str_of(meanwhile[_i].lead));
	PQfinish(gate);
} END_TEST

/* Who is at a queue row may have read before: it is scored again. */
START_TEST(a_claimed_row_keeps_its_note)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, "UPDATE piste.qualification_queue SET state ="
	    " 'claimed', locked_by = 'w', locked_until = now(), finished_at ="
	    " NULL; " EVENT);
	ck_assert_int_eq(due(&s), 0);
	ck_assert_str_same(sample_text(s.c.conn, DUE), STR("1"));
	sample_run(s.c.conn, "UPDATE piste.qualification_queue SET state ="
	    " 'done', finished_at = now(), locked_by = NULL, locked_until ="
	    " NULL");
	ck_assert_int_eq(due(&s), 1);
} END_TEST

/* What may be known no more, of a lead that is open or not. */
START_TEST(a_withdrawal_takes_behaviour_away)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, EVENT);
	due(&s);
	ck_assert_str_same(sample_text(s.c.conn, BEHAVIOUR), STR("t"));
	if (_i)
		sample_run(s.c.conn, "SELECT piste.lead_move(1,"
		    " 'disqualified', 'ana', 'operator', 'spam', NULL)");
	sample_run(s.c.conn, FORGOTTEN);
	ck_assert_int_eq(due(&s), 1);
	ck_assert_str_same(sample_text(s.c.conn, BEHAVIOUR), STR("f"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT score FROM"
	    " piste.lead"), _i ? STR("55") : STR("45"));
} END_TEST

START_TEST(who_is_merged_is_scored)
{
	struct scene s = scene_new();
	int64_t done;

	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 2,
	    .email = "bea@firm.fr", .offer = "o2" }, 1));
	ck_assert_int_eq(queue_turn(s.db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_int_eq(done, 1);
	sample_run(s.c.conn, "SELECT piste.person_merge(2, 1, 'ana', NULL)");
	ck_assert_int_gt(due(&s), 0);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg("
	    "score::text, ' ') FROM piste.lead"), STR("50 50"));
	sample_run(s.c.conn, "SELECT piste.person_unmerge(1, 'ana')");
	ck_assert_int_gt(due(&s), 0);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg("
	    "score::text, ' ') FROM piste.lead"), STR("45 45"));
} END_TEST

#define OLD "UPDATE piste.lead SET score = 9; "
#define AGE(interval) OLD "UPDATE piste.score_pass SET begun_at = now() -" \
	" interval '" interval "'"
static const struct { const char *sql; bool is_made; int64_t leads; }
passes[] = {
	{ AGE("23 hours 59 minutes"), false, 0 },
	{ AGE("24 hours"), true, 1 },
	/* Somebody was stopped: before the last person, behind it. */
	{ OLD "UPDATE piste.score_pass SET ended_at = NULL, scored = 7", true,
	    8 },
	{ "UPDATE piste.score_pass SET ended_at = NULL, scored = 7, after = 1",
	    true, 7 },
};

/* One a day, whoever starts or stops. */
START_TEST(a_day_has_one_pass)
{
	struct scene s = scene_new();
	struct scorepass_told told = daily(&s);

	ck_assert(told.has_more);
	ck_assert_int_eq(told.pass.leads, 1);
	told = daily(&s);
	ck_assert(told.is_over);
	ck_assert(!told.has_more);
	ck_assert(!daily(&s).is_over);
	sample_run(s.c.conn, "UPDATE piste.score_pass SET after = 0");
	sample_run(s.c.conn, passes[_i].sql);
	told = daily(&s);
	ck_assert_int_eq(told.has_more || told.is_over, passes[_i].is_made);
	ck_assert_int_eq(told.pass.leads, passes[_i].leads);
	while (told.has_more)
		told = daily(&s);
	ck_assert_int_eq(told.is_over, passes[_i].is_made);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT score FROM"
	    " piste.lead"), passes[_i].is_made ? STR("45") : STR("9"));
} END_TEST

START_TEST(one_worker_is_at_it)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, EVENT "; SELECT pg_advisory_lock("
	    "hashtextextended('piste.score', 0))");
	ck_assert_int_eq(due(&s), 0);
	ck_assert(!daily(&s).has_more);
	sample_run(s.c.conn, "SELECT pg_advisory_unlock("
	    "hashtextextended('piste.score', 0))");
	ck_assert_int_eq(due(&s), 1);
	ck_assert(daily(&s).has_more);
} END_TEST

#define DAYS(n) "to_char((now() AT TIME ZONE 'UTC') + interval '" #n \
	" days', 'YYYY-MM-DD')"
static const struct { const char *answer; const char *when; }
timings[] = {
	{ "'2027-03-01'", "2027-03-01 00:00" },
	{ "'1/3/2027'", "2027-03-01 00:00" },
	{ "'28.02.2027'", "2027-02-28 00:00" },
	{ "'no'", "9999-12-31 00:00" },
	{ "'unknown'", "" },
	/* What nobody could have typed breaks nothing. */
	{ "'2027-02-31'", "2027-03-03 00:00" },
	{ "'2027-13-01'", "" },
	{ "NULL", "" },
};

static void
answer(struct scene *s, const char *value)
{
	sample_run(s->c.conn, buf_fmt(suite_arena(), ASK_BYTES_MAX, "INSERT"
	    " INTO piste.bant (lead_id, topic, value, author) SELECT 1,"
	    " 'timing', %s, 'ana'%c", value, 0).p);
}

START_TEST(timing_is_read)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, "SET timezone = 'UTC'; INSERT INTO piste.bant"
	    " (lead_id, topic, value, author) VALUES (1, 'timing', 'yes',"
	    " 'ana'), (1, 'budget', 'no', 'ana')");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT t = b.at FROM"
	    " piste.bant AS b, piste.score_timing(1, now()) AS t LIMIT 1"),
	    STR("t"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*) FROM"
	    " piste.score_timing(1, now() - interval '1 hour')"), STR("0"));
	for (size_t i = 0; i < COUNT(timings); i++) {
		answer(&s, timings[i].answer);
		ck_assert_str_same(sample_text(s.c.conn, "SELECT to_char(t,"
		    " 'YYYY-MM-DD HH24:MI') FROM piste.score_timing(1, now())"
		    " AS t"), str_of(timings[i].when));
	}
} END_TEST

static const struct { const char *answer; const char *lead; } talks[] = {
	{ "'now'", "mql 65 hot" },
	{ DAYS(89), "mql 65 hot" },
	{ DAYS(92), "mql 65 warm" },
	{ "'no'", "mql 65 warm" },
	/* Long past: by when they last came. */
	{ DAYS(-92), "mql 65 hot" },
};

START_TEST(what_a_seller_heard_grades)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, EVENT ";" EVENT);
	due(&s);
	for (size_t i = 0; i < COUNT(talks); i++) {
		answer(&s, talks[i].answer);
		ck_assert_int_eq(due(&s), 1);
		ck_assert_str_same(sample_text(s.c.conn, LEAD),
		    str_of(talks[i].lead));
	}
} END_TEST

/* The last of each, no older than asked. */
START_TEST(so_much_is_read)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, "INSERT INTO piste.submission (id, page_key,"
	    " form_key, offer_key, person_id, lead_id, outcome, fields, via,"
	    " received_at) SELECT gen_random_uuid(), 'p2', 'f1', 'o1', 1, 1,"
	    " 'update', '{}', 'form', now() + n * interval '1 second'"
	    " FROM generate_series(1, 50) AS g (n);"
	    "INSERT INTO piste.event (at, kind, name, person_id, via)"
	    " SELECT now() - n * interval '1 hour', 'document', 'd' || n, 1,"
	    " 'link' FROM generate_series(0, 5) AS g (n)");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(o.kind ||"
	    " ' ' || o.n, ', ' ORDER BY o.kind) FROM (SELECT h->>1 || ' ' ||"
	    " left(h->>2, 1) AS kind, count(*) AS n FROM piste.score_read(0,"
	    " 1, '{}', now() - interval '4 hours', now() + interval"
	    " '1 minute', false) AS r CROSS JOIN json_array_elements("
	    "r.happened) AS h GROUP BY 1) AS o"),
	    STR("document d 4, submission p 50"));
} END_TEST

/* However many share it, each lead is looked at by one. */
START_TEST(lanes_share_a_pass)
{
	struct scene s = scene_new();
	size_t lanes = (size_t)_i + 1;
	struct pg *db[SCOREPASS_LANES_MAX];
	struct scorepass pass;

	sample_run(s.c.conn, "INSERT INTO piste.person (email) SELECT 'p' || n"
	    " || '@firm.fr' FROM generate_series(2, 6) AS n; INSERT INTO"
	    " piste.lead (person_id, offer_key, score, grade, scored_at)"
	    " SELECT p.id, l.offer_key, 1, 'cold', now() - interval '1 hour'"
	    " FROM piste.person AS p CROSS JOIN piste.lead AS l"
	    " WHERE p.id > 1");
	for (size_t i = 0; i < lanes; i++)
		db[i] = pg_new(s.c.conninfo, "piste-test");
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(scorepass_run(db, lanes, &pass), OK);
		ck_assert_int_eq(pass.leads, 6);
		ck_assert_int_eq(pass.changed, round ? 0 : 5);
	}
	for (size_t i = 0; i < lanes; i++)
		pg_free(db[i]);
} END_TEST

SUITE_APART(scorepass)
{
	SUITE_TEST(who_knows_less_writes_nothing);
	SUITE_TEST(a_late_commit_is_not_missed);
	SUITE_LOOP(nobody_waits_for_the_worker, COUNT(meanwhile));
	SUITE_TEST(a_claimed_row_keeps_its_note);
	SUITE_LOOP(a_withdrawal_takes_behaviour_away, 2);
	SUITE_TEST(who_is_merged_is_scored);
	SUITE_LOOP(a_day_has_one_pass, COUNT(passes));
	SUITE_TEST(one_worker_is_at_it);
	SUITE_TEST(timing_is_read);
	SUITE_TEST(what_a_seller_heard_grades);
	SUITE_TEST(so_much_is_read);
	SUITE_LOOP(lanes_share_a_pass, SCOREPASS_LANES_MAX);
}
