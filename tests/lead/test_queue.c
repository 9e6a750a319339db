/* Tests of lead/queue.c. */
#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "lead/queue.h"
#include "store/lease.h"
#include "store/pg.h"
#include "support/sample.h"

#define LEASE_MS 60000
#define MANY 150
#define BATCH 50

/* count people with a lead and a ready row each, ids from 1. */
static void
fill(struct sample *c, int count)
{
	struct sample_row row[BATCH] = { 0 };
	int n = 0;

	for (int i = 1; i <= count; i++) {
		row[n++] = (struct sample_row){ i, .email = buf_fmt(
		    suite_arena(), 40, "p%d@firm.fr%c", i, 0).p };
		if (n == BATCH || i == count) {
			sample_take(c->conn, sample_batch(row, (size_t)n));
			n = 0;
		}
	}
}

static int64_t
turn(struct pg *db, const char *worker)
{
	int64_t done;

	ck_assert_int_eq(queue_turn(db, str_of(worker), LEASE_MS, &done), OK);
	return done;
}

START_TEST(lead_is_scored_with_reasons)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	sample_take(c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr", .phone = "+33612345678",
	    .company = "F\"irm" }, 1));
	ck_assert_int_eq(turn(db, "w"), 1);
	ck_assert_int_eq(turn(db, "w"), 0);
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT score FROM piste.lead WHERE scored_at IS NOT NULL"),
	    STR("85"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', part.rule, part.points, part.reason), ', ') FROM piste.lead"
	    " CROSS JOIN jsonb_to_recordset(score_parts) AS part (rule text,"
	    " points int, reason text) WHERE points <> 0"),
	    STR("email 20 given, phone 15 given, company 10 given,"
	    " company-domain 25 firm.fr, country-match 15 FR"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', state,"
	    " attempts, locked_by, last_error, finished_at IS NOT NULL)"
	    " FROM piste.qualification_queue"), STR("done 1 t"));
	pg_free(db);
} END_TEST

START_TEST(turn_takes_so_many)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, QUEUE_CLAIM_MAX + 1);
	ck_assert_int_eq(turn(db, "w"), QUEUE_CLAIM_MAX);
	ck_assert_int_eq(turn(db, "w"), 1);
	ck_assert_int_eq(turn(db, "w"), 0);
	pg_free(db);
} END_TEST

struct rival {
	const char *name;
	struct str conninfo;
	pthread_barrier_t *start;
	int64_t done;
	enum err err;
};

static void *
work_until_empty(void *context)
{
	struct rival *r = context;
	struct pg *db = pg_new(r->conninfo, "piste-test");
	int64_t done = 1;

	pthread_barrier_wait(r->start);
	while (!r->err && done) {
		r->err = queue_turn(db, str_of(r->name), LEASE_MS, &done);
		r->done += done;
	}
	pg_free(db);
	return NULL;
}

/* Every lead's update is counted: a row taken twice would count twice. */
START_TEST(two_workers_never_take_one_row)
{
	struct sample c = sample_new();
	pthread_barrier_t start;
	struct rival rival[2] = { { .name = "one" }, { .name = "two" } };
	pthread_t thread[2];

	fill(&c, MANY);
	sample_run(c.conn, "CREATE TABLE scored (lead_id bigint);"
	    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$"
	    " BEGIN INSERT INTO public.scored VALUES (NEW.id); RETURN NEW;"
	    " END $$;"
	    "ALTER TABLE scored SET SCHEMA public;"
	    "CREATE TRIGGER note AFTER UPDATE ON piste.lead"
	    " FOR EACH ROW EXECUTE FUNCTION note()");
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		rival[i].conninfo = c.conninfo;
		rival[i].start = &start;
		ck_assert_int_eq(pthread_create(&thread[i], NULL,
		    work_until_empty, &rival[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_int_eq(rival[i].err, OK);
		ck_assert_int_gt(rival[i].done, 0);
	}
	ck_assert_int_eq(rival[0].done + rival[1].done, MANY);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " count(*), count(DISTINCT lead_id)) FROM public.scored"),
	    STR("150 150"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.qualification_queue"
	    " WHERE state = 'done' AND attempts = 1"), STR("150"));
} END_TEST

START_TEST(ended_lease_is_taken_over)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, 1);
	sample_run(c.conn, "UPDATE piste.qualification_queue"
	    " SET state = 'claimed', locked_by = 'killed', attempts = 1,"
	    " locked_until = now() + interval '1 minute'");
	ck_assert_int_eq(turn(db, "w"), 0);
	sample_run(c.conn, "UPDATE piste.qualification_queue"
	    " SET locked_until = now() - interval '1 millisecond'");
	ck_assert_int_eq(turn(db, "w"), 1);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', state,"
	    " attempts) FROM piste.qualification_queue"), STR("done 2"));
	pg_free(db);
} END_TEST

/* A row that kills every worker is given up like one that fails. */
START_TEST(row_that_kills_workers_is_given_up)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, 1);
	sample_run(c.conn, "UPDATE piste.qualification_queue"
	    " SET state = 'claimed', locked_by = 'killed', attempts = 8,"
	    " locked_until = now() - interval '1 second'");
	ck_assert_int_eq(turn(db, "w"), 0);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', state,"
	    " attempts, last_error) FROM piste.qualification_queue"),
	    STR("dead 8 lease ended, held by killed"));
	pg_free(db);
} END_TEST

/* Five rows of 100 ms each within leases of 300 ms: none ends meanwhile. */
START_TEST(lease_is_renewed_between_rows)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t done;

	fill(&c, 5);
	sample_run(c.conn, "CREATE TABLE public.ended (lead_id bigint);"
	    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$"
	    " BEGIN PERFORM pg_sleep(0.1); INSERT INTO public.ended"
	    " SELECT lead_id FROM piste.qualification_queue"
	    " WHERE state = 'claimed' AND lead_id > NEW.id"
	    " AND locked_until < clock_timestamp(); RETURN NEW; END $$;"
	    "CREATE TRIGGER note BEFORE UPDATE ON piste.lead"
	    " FOR EACH ROW EXECUTE FUNCTION note()");
	ck_assert_int_eq(queue_turn(db, STR("w"), 300, &done), OK);
	ck_assert_int_eq(done, 5);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM public.ended"), STR("0"));
	pg_free(db);
} END_TEST

/* Much was typed by everybody of a turn: each row has its own memory. */
START_TEST(long_texts_are_scored)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, QUEUE_CLAIM_MAX);
	sample_run(c.conn, "INSERT INTO piste.score_rules (definition, fields,"
	    " applied_by) VALUES ('{\"mql\": {\"score\": 9}, \"grades\":"
	    " {\"hot\": 9, \"warm\": 5, \"recent_days\": 7}, \"groups\":"
	    " [{\"key\": \"f\", \"part\": \"fit\", \"cap\": 100}],"
	    " \"rules\": [{\"key\": \"t\", \"group\": \"f\", \"fact\":"
	    " \"text\", \"words\": [\"budget\"], \"points\": 9}]}',"
	    " '{text}', 'test');"
	    "INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
	    " person_id, lead_id, outcome, fields, via) SELECT"
	    " gen_random_uuid(), 'p1', 'f1', 'o1', l.person_id, l.id,"
	    " 'update', jsonb_build_object('text', 'Budget ' || repeat("
	    "U&'\\4e00', 3900)), 'form' FROM piste.lead AS l,"
	    " generate_series(1, 60)");
	ck_assert_int_eq(turn(db, "w"), QUEUE_CLAIM_MAX);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.lead WHERE score = 9"), STR("20"));
	pg_free(db);
} END_TEST

/* Rows wait for a program that can read them. */
START_TEST(unreadable_rules_harm_no_row)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, 1);
	sample_run(c.conn, "INSERT INTO piste.score_rules (definition, fields,"
	    " applied_by) VALUES ('{\"later\": 1}', '{}', 'test')");
	ck_assert_int_eq(turn(db, "w"), 0);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', state,"
	    " attempts) FROM piste.qualification_queue"), STR("ready 0"));
	sample_run(c.conn, "DELETE FROM piste.score_rules");
	ck_assert_int_eq(turn(db, "w"), 1);
	pg_free(db);
} END_TEST

START_TEST(priority_then_age)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, 4);
	sample_run(c.conn, "UPDATE piste.qualification_queue AS q"
	    " SET priority = new.priority,"
	    " available_at = now() - new.age * interval '1 second'"
	    " FROM (VALUES ('1', 0, 9), ('2', 5, 1), ('3', 5, 2),"
	    " ('4', 9, 0)) AS new (id, priority, age)"
	    " WHERE right(q.submission_id::text, 1) = new.id");
	ck_assert_int_eq(turn(db, "w"), 4);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(right("
	    "q.submission_id::text, 1), ' ' ORDER BY l.scored_at)"
	    " FROM piste.lead AS l JOIN piste.qualification_queue AS q"
	    " ON q.lead_id = l.id"), STR("4 3 2 1"));
	pg_free(db);
} END_TEST

START_TEST(what_is_not_available_waits)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	fill(&c, 1);
	sample_run(c.conn, "UPDATE piste.qualification_queue"
	    " SET available_at = now() + interval '1 minute'");
	ck_assert_int_eq(turn(db, "w"), 0);
	pg_free(db);
} END_TEST

/* A lead that can't be scored: 1 of 3. */
static void
poison(struct sample *c)
{
	fill(c, 3);
	sample_run(c->conn, "CREATE FUNCTION refuse() RETURNS trigger"
	    " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poisoned';"
	    " END $$; CREATE TRIGGER refuse BEFORE UPDATE ON piste.lead"
	    " FOR EACH ROW WHEN (OLD.id = 1) EXECUTE FUNCTION refuse()");
}

START_TEST(failure_is_retried_then_given_up)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t delay_ms = QUEUE_BACKOFF_MS_MIN;

	poison(&c);
	ck_assert_int_eq(turn(db, "w"), 3);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.qualification_queue WHERE state = 'done'"), STR("2"));
	for (int i = 1; i < QUEUE_ATTEMPTS_MAX; i++, delay_ms *= 2) {
		struct str ask = buf_fmt(suite_arena(), 500,
		    "SELECT state = 'ready' AND attempts = %d AND"
		    " last_error LIKE '%%poisoned%%' AND available_at - now()"
		    " BETWEEN interval '%d milliseconds' AND interval"
		    " '%d milliseconds' FROM piste.qualification_queue"
		    " WHERE lead_id = 1%c", i, (int)delay_ms / 2 - 250,
		    (int)delay_ms, 0);

		ck_assert_str_same(sample_text(c.conn, ask.p), STR("t"));
		ck_assert_int_eq(turn(db, "w"), 0);
		sample_run(c.conn, "UPDATE piste.qualification_queue"
		    " SET available_at = now() WHERE state = 'ready'");
		ck_assert_int_eq(turn(db, "w"), 1);
	}
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', state,"
	    " attempts, locked_by) FROM piste.qualification_queue"
	    " WHERE lead_id = 1"), STR("dead 8"));
	/* Its lead can be queued again. */
	sample_take(c.conn, sample_batch(&(struct sample_row){ 4,
	    .email = "p1@firm.fr", .text = "more" }, 1));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.qualification_queue WHERE state = 'ready'"), STR("1"));
	pg_free(db);
} END_TEST

START_TEST(submission_during_work_is_not_missed)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	PGconn *gate = PQconnectdb(arena_copy(suite_arena(), c.conninfo).p);
	struct rival r = { .name = "w", .conninfo = c.conninfo };
	pthread_barrier_t start;
	pthread_t thread;

	fill(&c, 1);
	/* The worker has claimed the row and now waits to read the person. */
	sample_run(gate, "BEGIN; LOCK TABLE piste.person");
	pthread_barrier_init(&start, NULL, 1);
	r.start = &start;
	ck_assert_int_eq(pthread_create(&thread, NULL, work_until_empty, &r),
	    0);
	ck_assert(sample_await(c.conn, "SELECT bool_or(state = 'claimed')"
	    " FROM piste.qualification_queue"));
	/* What submit_enqueue does, not yet committed. */
	sample_run(c.conn, "BEGIN; UPDATE piste.qualification_queue"
	    " SET submission_id = gen_random_uuid()");
	sample_run(gate, "COMMIT");
	ck_assert(sample_await(gate, "SELECT count(*) > 0 FROM"
	    " pg_stat_activity WHERE wait_event_type = 'Lock'"
	    " AND query LIKE '%score_take%' AND datname ="
	    " current_database()"));
	sample_run(c.conn, "COMMIT");
	pthread_join(thread, NULL);
	ck_assert_int_eq(r.err, OK);
	/* Scored, ready again, scored again. */
	ck_assert_int_eq(r.done, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', state,"
	    " attempts) FROM piste.qualification_queue"), STR("done 1"));
	PQfinish(gate);
	pg_free(db);
} END_TEST

START_TEST(depth_is_told)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct lease_depth d;

	ck_assert_int_eq(queue_depth(db, &d), OK);
	ck_assert_int_eq(d.ready + d.claimed + d.dead + d.oldest_ms, 0);
	fill(&c, 6);
	sample_run(c.conn, "UPDATE piste.qualification_queue SET"
	    " state = 'dead', finished_at = now() WHERE lead_id = 1;"
	    "UPDATE piste.qualification_queue SET state = 'claimed',"
	    " locked_by = 'w', locked_until = now() WHERE lead_id IN (2, 3);"
	    "UPDATE piste.qualification_queue SET"
	    " created_at = now() - interval '1 hour' WHERE lead_id = 4");
	ck_assert_int_eq(queue_depth(db, &d), OK);
	ck_assert_int_eq(d.ready, 3);
	ck_assert_int_eq(d.claimed, 2);
	ck_assert_int_eq(d.dead, 1);
	ck_assert_int_ge(d.oldest_ms, 3600000);
	ck_assert_int_lt(d.oldest_ms, 3660000);
	pg_free(db);
} END_TEST

START_TEST(away_is_told)
{
	struct pg *db = pg_new(STR("host=/nonexistent dbname=no"),
	    "piste-test");
	struct lease_depth d;
	int64_t done;

	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), ERR_AWAY);
	ck_assert_int_eq(done, 0);
	ck_assert_int_eq(queue_depth(db, &d), ERR_AWAY);
	pg_free(db);
} END_TEST

SUITE_APART(queue)
{
	SUITE_TEST(lead_is_scored_with_reasons);
	SUITE_TEST(turn_takes_so_many);
	SUITE_TEST(two_workers_never_take_one_row);
	SUITE_TEST(ended_lease_is_taken_over);
	SUITE_TEST(row_that_kills_workers_is_given_up);
	SUITE_TEST(lease_is_renewed_between_rows);
	SUITE_TEST(long_texts_are_scored);
	SUITE_TEST(unreadable_rules_harm_no_row);
	SUITE_TEST(priority_then_age);
	SUITE_TEST(what_is_not_available_waits);
	SUITE_TEST(failure_is_retried_then_given_up);
	SUITE_TEST(submission_during_work_is_not_missed);
	SUITE_TEST(depth_is_told);
	SUITE_TEST(away_is_told);
}
