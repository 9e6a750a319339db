/* Tests of lead/queue.c: who comes first, and for how long. */
#include <string.h>

#include "base/buf.h"
#include "lead/queue.h"
#include "store/pg.h"
#include "support/sample.h"

#define LEASE_MS 60000
#define MANY 120
#define SEEDS 3
#define FILL_BYTES_MAX 2000
#define PLAN_BYTES_MAX (64 << 10)

/* Leads of their own and a ready row each: "(priority, age in seconds)…". */
static void
fill(struct sample *c, const char *rows)
{
	sample_run(c->conn, buf_fmt(suite_arena(), FILL_BYTES_MAX,
	    "WITH g AS (SELECT row_number() OVER () AS n, r.priority, r.age"
	    " FROM (%s) AS r (priority, age)), p AS ("
	    "INSERT INTO piste.person (email) SELECT 'p' || n || '@firm.fr'"
	    " FROM g ORDER BY n RETURNING id, email), l AS ("
	    "INSERT INTO piste.lead (person_id, offer_key) SELECT p.id, 'o1'"
	    " FROM p ORDER BY p.id RETURNING id, person_id)"
	    "INSERT INTO piste.qualification_queue (lead_id, submission_id,"
	    " priority, available_at, created_at) SELECT l.id,"
	    " gen_random_uuid(), g.priority, now() - g.age * interval"
	    " '1 second', now() FROM g JOIN p ON p.email = 'p' || g.n ||"
	    " '@firm.fr' JOIN l ON l.person_id = p.id ORDER BY g.n%c", rows,
	    0).p);
}

static void
drain(struct sample *c)
{
	struct pg *db = pg_new(c->conninfo, "piste-test");
	int64_t done = 1;

	while (done)
		ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done),
		    OK);
	pg_free(db);
}

/*
 * Whatever came in whatever order: who is passed by somebody that became
 * ready later is of a lower priority, and by less than a quarter of an hour
 * for each step between them; and within that time the higher one is first.
 */
START_TEST(nobody_is_passed_for_longer_than_the_bound)
{
	struct sample c = sample_new();

	fill(&c, buf_fmt(suite_arena(), 400, "SELECT (n * 7 %% 3)::int - 1,"
	    " hashint4extended(n, %d) & 4095 FROM generate_series(1, %d)"
	    " AS n%c", _i, MANY, 0).p);
	drain(&c);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.qualification_queue WHERE state = 'done'"),
	    STR("120"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " count(*) FILTER (WHERE a.available_at > b.available_at"
	    " AND NOT (a.priority > b.priority AND a.available_at"
	    " - b.available_at < (a.priority - b.priority) * interval"
	    " '15 minutes')), count(*) FILTER (WHERE a.priority < b.priority"
	    " AND b.available_at - a.available_at < (b.priority - a.priority)"
	    " * interval '15 minutes'), count(*) FILTER (WHERE"
	    " a.available_at > b.available_at) > 100)"
	    " FROM piste.qualification_queue AS a"
	    " JOIN piste.qualification_queue AS b"
	    " ON a.finished_at < b.finished_at"), STR("0 0 t"));
} END_TEST

/* A cold one, and a stream of hot ones that never ends. */
START_TEST(cold_is_passed_for_half_an_hour_and_no_longer)
{
	struct sample c = sample_new();

	fill(&c, "VALUES (-1, 3600), (1, 1801), (1, 1800), (1, 1799),"
	    " (1, 60), (1, 0)");
	drain(&c);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
	    "concat_ws('/', priority, round(extract(epoch FROM created_at"
	    " - available_at))), ' ' ORDER BY finished_at)"
	    " FROM piste.qualification_queue"),
	    STR("1/1801 -1/3600 1/1800 1/1799 1/60 1/0"));
} END_TEST

START_TEST(priority_is_what_is_known_of_the_lead)
{
	static const struct {
		const char *grade;
		const char *priority;
	} cases[] = { { "'hot'", "1" }, { "'warm'", "0" }, { "'cold'", "-1" },
		{ "NULL", "0" } };
	struct sample c = sample_new();

	for (size_t i = 0; i < COUNT(cases); i++) {
		sample_take(c.conn, sample_batch(&(struct sample_row){
		    (int)(2 * i + 1), .email = "ana@firm.fr",
		    .text = i % 2 ? "one" : "two" }, 1));
		sample_run(c.conn, buf_fmt(suite_arena(), 300, "UPDATE"
		    " piste.lead SET grade = %s; UPDATE"
		    " piste.qualification_queue SET state = 'done',"
		    " finished_at = now(), priority = 1%c", cases[i].grade,
		    0).p);
		sample_take(c.conn, sample_batch(&(struct sample_row){
		    (int)(2 * i + 2), .email = "ana@firm.fr",
		    .text = buf_fmt(suite_arena(), 20, "again %zu%c", i,
		    0).p }, 1));
		ck_assert_str_same(sample_text(c.conn, "SELECT priority"
		    " FROM piste.qualification_queue"),
		    str_of(cases[i].priority));
	}
} END_TEST

static const struct sql *
claim_statement(void)
{
	const struct sql *const *all;
	size_t count = pg_statements(&all);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(all[i]->name, "queue_claim"))
			return all[i];
	return NULL;
}

/* The first rows come off the index, however many wait behind them. */
START_TEST(claim_walks_the_index)
{
	struct sample c = sample_new();
	struct buf plan;
	PGresult *r;

	sample_run(c.conn, "INSERT INTO piste.person (email) SELECT 'p' || n"
	    " || '@firm.fr' FROM generate_series(1, 5000) AS n;"
	    "INSERT INTO piste.lead (person_id, offer_key) SELECT id, 'o1'"
	    " FROM piste.person; INSERT INTO piste.qualification_queue"
	    " (lead_id, submission_id, priority) SELECT id,"
	    " gen_random_uuid(), (id % 3)::int - 1 FROM piste.lead;"
	    "ANALYZE piste.qualification_queue");
	sample_run(c.conn, buf_fmt(suite_arena(), PLAN_BYTES_MAX,
	    "PREPARE claim (text, bigint, int) AS %s%c",
	    claim_statement()->text, 0).p);
	r = PQexec(c.conn, "EXPLAIN (COSTS OFF) EXECUTE claim ('w', 1, 20)");
	buf_init(&plan, suite_arena(), PLAN_BYTES_MAX);
	for (int i = 0; i < PQntuples(r); i++)
		buf_add(&plan, str_of(PQgetvalue(r, i, 0)));
	buf_byte(&plan, '\0');
	PQclear(r);
	ck_assert_msg(strstr(plan.p, "LockRows                ->  Index Scan"
	    " using qualification_queue_ready"), "%s", plan.p);
} END_TEST

SUITE_APART(queue_order)
{
	SUITE_LOOP(nobody_is_passed_for_longer_than_the_bound, SEEDS);
	SUITE_TEST(cold_is_passed_for_half_an_hour_and_no_longer);
	SUITE_TEST(priority_is_what_is_known_of_the_lead);
	SUITE_TEST(claim_walks_the_index);
}
