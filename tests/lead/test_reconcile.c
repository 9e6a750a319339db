/* What nginx's log, the spool and the database say, each against the others. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lead/reconcile.h"
#include "store/pg.h"
#include "store/spool.h"
#include "support/sample.h"

#define DAY_MS INT64_C(86400000)
#define TOLD_BYTES_MAX 4096
#define ID "00000000-0000-7000-8000-%012d"

static struct pg *db;
static struct reconcile *r;
static struct reconcile_plan plan;
static char told[TOLD_BYTES_MAX];

/* A post's line, so many milliseconds after the day's beginning. */
static void
log_post(int request, int64_t ms, const char *receipt)
{
	char line[512], at[CLOCK_TEXT_BYTES];

	clock_text(plan.since_ms + ms, at);
	snprintf(line, sizeof line, "{\"time\":\"%.19s+00:00\",\"request_id\":"
	    "\"%032d\",\"method\":\"POST\",\"receipt\":\"%s\"}\n", at, request,
	    receipt);
	ck_assert_int_eq(reconcile_line(r, str_of(line)), OK);
}

static const char *
id_of(int n)
{
	static char text[2][37];
	static int turn;

	turn = !turn;
	snprintf(text[turn], sizeof text[turn], ID, n);
	return text[turn];
}

static void
begin(struct sample *c)
{
	memset(told, 0, sizeof told);
	*c = sample_new();
	db = pg_new(c->conninfo, "piste-test");
	plan = (struct reconcile_plan){
		.since_ms = clock_now_ms() - clock_now_ms() % DAY_MS - DAY_MS,
		.spool = suite_directory(),
		.out = fmemopen(told, sizeof told, "w") };
	plan.until_ms = plan.since_ms + DAY_MS;
	r = reconcile_new(&plan);
}

static struct reconcile_sums
end(void)
{
	struct reconcile_sums s;

	ck_assert_int_eq(reconcile_end(r, db, &s), OK);
	reconcile_free(r);
	fclose(plan.out);
	return s;
}

/* A row, received so many milliseconds after the day's beginning. */
static void
store(struct sample *c, int id, int request, int64_t ms)
{
	char sql[512];

	ck_assert_str_same(sample_take(c->conn, sample_batch(
	    &(struct sample_row){ .id = id }, 1)), STR("new"));
	snprintf(sql, sizeof sql, "ALTER TABLE piste.submission DISABLE"
	    " TRIGGER USER; UPDATE piste.submission SET request_id = '%032d',"
	    " received_at = to_timestamp(%lld / 1000.0) WHERE id = '" ID "'",
	    request, (long long)(plan.since_ms + ms), id);
	sample_run(c->conn, sql);
}

START_TEST(what_is_there_closes_the_sums)
{
	struct reconcile_last last;
	struct reconcile_sums s;
	struct sample c;

	begin(&c);
	ck_assert_int_eq(reconcile_last(db, &last), ERR_ABSENT);
	store(&c, 1, 1, 0);
	log_post(1, 0, id_of(1));
	log_post(2, 1000, id_of(1));
	log_post(3, 2000, "");
	s = end();
	ck_assert_int_eq(s.posts, 3);
	ck_assert_int_eq(s.receipts, 2);
	ck_assert_int_eq(s.acknowledged, 1);
	ck_assert_int_eq(s.stored, 1);
	ck_assert_int_eq(s.rows, 1);
	ck_assert(reconcile_closes(&s));
	ck_assert_str_eq(told, "");
	ck_assert_int_eq(reconcile_last(db, &last), OK);
	ck_assert_int_eq(last.missing, 0);
	ck_assert_int_lt(last.age_ms, 60000);
} END_TEST

/* The beginning is the day's, the end the next one's. */
START_TEST(a_day_has_an_end)
{
	struct reconcile_sums s;
	struct sample c;

	begin(&c);
	log_post(1, -1000, id_of(1));
	log_post(2, 0, id_of(2));
	log_post(3, DAY_MS - 1000, id_of(3));
	log_post(4, DAY_MS, id_of(4));
	store(&c, 5, 5, -1);
	store(&c, 6, 6, DAY_MS);
	/* Received before midnight and logged after, and in no log at all. */
	store(&c, 7, 7, DAY_MS - 1);
	log_post(7, DAY_MS + RECONCILE_SLACK_MS - 1000, "");
	store(&c, 8, 8, DAY_MS - 1);
	log_post(8, DAY_MS + RECONCILE_SLACK_MS, "");
	s = end();
	ck_assert_int_eq(s.lost, 2);
	ck_assert_int_eq(s.rows, 2);
	ck_assert_int_eq(s.unanswered, 1);
	ck_assert_int_eq(s.unlogged, 1);
} END_TEST

static enum err
refuse(void *context, const struct str *record, size_t count)
{
	(void)context, (void)record, (void)count;
	return ERR_INPUT;
}

static void
append(int id)
{
	struct str record = buf_fmt(suite_arena(), 100, "{\"id\":\"" ID "\"}",
	    id);
	struct spool *sp;

	ck_assert_int_eq(spool_open(plan.spool, 1 << 20, &sp), OK);
	ck_assert_int_eq(spool_append(sp, &record, 1), OK);
	spool_close(sp);
}

START_TEST(what_is_missing_is_named)
{
	struct reconcile_last last;
	struct reconcile_sums s;
	struct sample c;
	int64_t drained;

	begin(&c);
	append(1);
	ck_assert_int_eq(spool_drain(plan.spool, 1, refuse, NULL, &drained),
	    OK);
	append(2);
	/* Another's row, by the request that 3 was acknowledged to. */
	store(&c, 9, 3, 1000);
	store(&c, 5, 5, 1000);
	sample_run(c.conn, "DELETE FROM piste.qualification_queue WHERE lead_id"
	    " = (SELECT lead_id FROM piste.submission WHERE id ="
	    " '00000000-0000-7000-8000-000000000005');"
	    "DELETE FROM piste.outbox WHERE submission_id ="
	    " '00000000-0000-7000-8000-000000000009'");
	for (int n = 1; n <= 5; n++)
		log_post(n, 1000, id_of(n));
	s = end();
	ck_assert_int_eq(s.acknowledged, 5);
	ck_assert_int_eq(s.aside, 1);
	ck_assert_int_eq(s.spooled, 1);
	ck_assert_int_eq(s.stored, 1);
	ck_assert_int_eq(s.lost, 2);
	ck_assert_int_eq(s.unqueued, 1);
	ck_assert_int_eq(s.unsent, 1);
	ck_assert(!reconcile_closes(&s));
	ck_assert_ptr_nonnull(strstr(told, "aside\tsubmission "
	    "00000000-0000-7000-8000-000000000001\t"));
	ck_assert_ptr_nonnull(strstr(told, "lost\tsubmission "
	    "00000000-0000-7000-8000-000000000004\trequest "
	    "00000000000000000000000000000004\t"));
	ck_assert_int_eq(reconcile_last(db, &last), OK);
	ck_assert_int_eq(last.missing, 5);
} END_TEST

#define MANY 3001	/* three batches, and one more */
#define READ "SELECT coalesce(seq_tup_read + idx_tup_fetch, 0) FROM" \
	" pg_stat_user_tables WHERE relname = 'submission'"
SQL(flush, 0, "SELECT pg_stat_force_next_flush()");

START_TEST(a_day_is_gone_through_once)
{
	struct reconcile_sums s;
	struct sample c;
	char sql[600];
	int64_t read;

	begin(&c);
	snprintf(sql, sizeof sql, "SET session_replication_role = replica;"
	    " INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
	    " outcome, quarantine_reason, fields, via, received_at) SELECT"
	    " gen_random_uuid(), 'p', 'f', 'o', 'quarantined', 'x', '{}',"
	    " 'form', to_timestamp(%lld) FROM generate_series(1, %d)",
	    (long long)(plan.since_ms / 1000), MANY);
	sample_run(c.conn, sql);
	s = end();
	ck_assert_int_eq(s.rows, MANY);
	ck_assert_int_eq(s.quarantined, MANY);
	ck_assert_int_eq(pg_run(db, &flush, NULL, PG_STATEMENT_MS, NULL), OK);
	ck_assert(str_i64(sample_text(c.conn, READ), 0, INT64_MAX, &read));
	ck_assert_int_le(read, 2 * MANY);
} END_TEST

SUITE_APART(reconcile)
{
	SUITE_TEST(a_day_is_gone_through_once);
	SUITE_TEST(what_is_there_closes_the_sums);
	SUITE_TEST(a_day_has_an_end);
	SUITE_TEST(what_is_missing_is_named);
}
