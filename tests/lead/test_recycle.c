/* Tests of lead/recycle.c and of piste.recycle_step. */
#include "lead/leadcase.h"
#include "lead/recycle.h"
#include "store/pg.h"

/* As if the last move had been days ago. */
#define AGO(days) "ALTER TABLE piste.lead_history DISABLE TRIGGER" \
    " lead_history_guard; UPDATE piste.lead_history SET at = at - " days \
    " * interval '1 day'; ALTER TABLE piste.lead_history ENABLE TRIGGER" \
    " lead_history_guard;"
#define MOVED(to, reason) "SELECT piste.lead_move(1, '" to "', 'ines'," \
    " 'operator', '" reason "', NULL);"

static struct pg *db;

static struct sample
with_lead(const char *stage)
{
	struct sample c = sample_new();

	sample_run(c.conn, PEOPLE);
	sample_run(c.conn, buf_fmt(suite_arena(), 200, "INSERT INTO"
	    " piste.lead (person_id, offer_key, stage, score) VALUES (1, 'o1',"
	    " '%s', 30)", stage).p);
	db = pg_new(c.conninfo, "piste-test");
	return c;
}

/* A whole pass: what it noted and moved. */
static void
pass(int64_t laid, int64_t moved)
{
	struct recycle p = { 0 };
	bool is_over = false;

	while (!is_over)
		ck_assert_int_eq(recycle_turn(db, &p, &is_over), OK);
	ck_assert_int_eq(p.laid, laid);
	ck_assert_int_eq(p.moved, moved);
	ck_assert_int_eq(p.after, 0);
}

static struct str
cases(PGconn *conn)
{
	return sample_text(conn, "SELECT string_agg(concat_ws(' ', c.lead_id,"
	    " c.rule, c.score, CASE WHEN c.back_at IS NOT NULL THEN 'back' END,"
	    " c.woken_by, h.to_stage), ', ' ORDER BY c.id)"
	    " FROM piste.recycling AS c"
	    " LEFT JOIN piste.lead_history AS h ON h.id = c.wake_id");
}

/* What is there and how it wakes; days since it was laid aside. */
static const struct {
	const char *stage;	/* where it was before */
	const char *to;
	const char *reason;
	const char *days;
	const char *event;	/* SQL, or none */
	const char *found;	/* as cases() has it */
} wakings[] = {
	{ "mql", "nurturing", "too-early", "179", "", "1 too-early 30" },
	{ "mql", "nurturing", "too-early", "180", "",
	    "1 too-early 30 date mql" },
	{ "mql", "nurturing", "refused", "3000", "", "1 refused 30" },
	{ "mql", "nurturing", "refused", "1",
	    "UPDATE piste.lead SET score = 49", "1 refused 30" },
	{ "mql", "nurturing", "refused", "1",
	    "UPDATE piste.lead SET score = 50", "1 refused 30 score mql" },
	{ "mql", "nurturing", "refused", "1", "SELECT piste.event_partition("
	    "current_date); INSERT INTO piste.event (at, kind, name,"
	    " person_id, via) VALUES (now(), 'document', 'p1', 1, 'link')",
	    "1 refused 30 download mql" },
	{ "mql", "nurturing", "refused", "1", "SELECT piste.event_partition("
	    "current_date); INSERT INTO piste.event (at, kind, name,"
	    " person_id, via) VALUES (now(), 'page_view', 'p1', 1, 'link')",
	    "1 refused 30" },
	/* A day of its own beats the rule's, either way. */
	{ "mql", "nurturing", "too-early", "5", "INSERT INTO piste.lead_wake"
	    " VALUES (1, current_date)", "1 too-early 30 date mql" },
	{ "mql", "nurturing", "too-early", "200", "INSERT INTO piste.lead_wake"
	    " VALUES (1, current_date + 1)", "1 too-early 30" },
	/* It is let alone until then, unless its person asks by a form. */
	{ "mql", "nurturing", "too-early", "5", "INSERT INTO piste.lead_wake"
	    " VALUES (1, current_date + 1); UPDATE piste.lead SET score = 90",
	    "1 too-early 30" },
	{ "mql", "nurturing", "too-early", "5", "INSERT INTO piste.lead_wake"
	    " VALUES (1, current_date + 1); SELECT piste.event_partition("
	    "current_date); INSERT INTO piste.event (at, kind, name,"
	    " person_id, via) VALUES (now(), 'document', 'p1', 1, 'link')",
	    "1 too-early 30" },
	{ "mql", "nurturing", "too-early", "5", "INSERT INTO piste.lead_wake"
	    " VALUES (1, current_date + 1); INSERT INTO piste.submission (id,"
	    " page_key, form_key, offer_key, person_id, lead_id, outcome,"
	    " fields, via) SELECT gen_random_uuid(), 'p1', min(key), 'o1', 1,"
	    " 1, 'update', '{}', 'form' FROM piste.form",
	    "1 too-early 30 download mql" },
	{ "mql", "nurturing", "mistake", "3000", "", "" },
	{ "sql", "lost", "price", "29", "", "1 lost 30" },
	{ "sql", "lost", "price", "30", "", "1 lost 30 back" },
	{ "sql", "lost", "no-need", "3000", "", "" },
	{ "lead", "disqualified", "spam", "3000", "", "" },
};

START_TEST(rules_wake_what_they_lay_aside)
{
	struct sample c = with_lead(wakings[_i].stage);
	bool is_moved;

	sample_run(c.conn, buf_fmt(suite_arena(), 400, MOVED("%s", "%s"),
	    wakings[_i].to, wakings[_i].reason).p);
	sample_run(c.conn, buf_fmt(suite_arena(), 400, AGO("%s"),
	    wakings[_i].days).p);
	/* Noted with the score of that time. */
	sample_run(c.conn, "INSERT INTO piste.recycling (history_id, lead_id,"
	    " rule, laid_at, score) SELECT h.id, 1, f, h.at, 30"
	    " FROM piste.lead_history AS h, piste.recycle_fit(h.to_stage,"
	    " h.reason) AS f WHERE h.from_stage IS NOT NULL"
	    " AND f IS NOT NULL");
	if (wakings[_i].event[0])
		sample_run(c.conn, wakings[_i].event);
	is_moved = strstr(wakings[_i].found, "mql") ||
	    strstr(wakings[_i].found, "back");
	pass(0, is_moved);
	ck_assert_str_same(cases(c.conn), str_of(wakings[_i].found));
	/* Once. */
	pass(0, 0);
	ck_assert_str_same(cases(c.conn), str_of(wakings[_i].found));
	pg_free(db);
} END_TEST

/* Lost, back, up again: one case, told by history. */
START_TEST(a_lost_one_comes_up_again_with_its_history)
{
	struct sample c = with_lead("sql");

	sample_run(c.conn, MOVED("lost", "price"));
	pass(1, 0);
	pass(0, 0);
	sample_run(c.conn, AGO("30"));
	pass(0, 1);
	ck_assert_str_same(leadcase_state(c.conn), STR("1 nurturing price"
	    " sql sql>lost lost>nurturing"));
	sample_run(c.conn, AGO("269"));
	pass(0, 0);
	sample_run(c.conn, AGO("1"));
	pass(0, 1);
	ck_assert_str_same(leadcase_state(c.conn), STR("1 mql sql sql>lost"
	    " lost>nurturing nurturing>mql"));
	ck_assert_str_same(cases(c.conn), STR("1 lost 30 back date mql"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', actor,"
	    " role, note) FROM piste.lead_history ORDER BY id DESC LIMIT 1"),
	    STR("piste system comes up again: date"));
	pg_free(db);
} END_TEST

START_TEST(it_comes_up_so_often_and_no_more)
{
	struct sample c = with_lead("mql");

	sample_run(c.conn, "UPDATE piste.recycle_rule SET times_max = 2");
	for (int i = 0; i < 3; i++) {
		sample_run(c.conn, MOVED("nurturing", "too-early"));
		pass(1, 0);
		sample_run(c.conn, AGO("180"));
		pass(0, i < 2);
	}
	sample_run(c.conn, "UPDATE piste.recycle_rule SET times_max = 3");
	pass(0, 1);
	pg_free(db);
} END_TEST

/* Who is sold to, gone, another's or invented is left alone. */
static const char *const others[] = {
	LEAD("1", "o1", "lead"),
	LEAD("1", "o1", "customer"),
	"SELECT piste.erase('{1}', NULL, NULL, 'request', NULL)",
	"UPDATE piste.offer SET is_synthetic = true",
	"UPDATE piste.recycle_rule SET is_archived = true",
};

START_TEST(some_are_left_alone)
{
	struct sample c = with_lead("sql");

	sample_run(c.conn, MOVED("lost", "price"));
	pass(1, 0);
	sample_run(c.conn, AGO("30"));
	sample_run(c.conn, others[_i]);
	pass(0, 0);
	ck_assert_str_same(sample_text(c.conn, "SELECT stage FROM piste.lead"
	    " WHERE id = 1"), STR("lost"));
	pg_free(db);
} END_TEST

/* A site's own rule comes before ours. */
START_TEST(ours_come_last)
{
	struct sample c = with_lead("sql");

	sample_run(c.conn, "SELECT key FROM piste.recycle_apply("
	    "'{\"recycling\": [{\"key\": \"own\", \"stages\": [\"lost\"],"
	    " \"wake\": {\"days\": 1}}]}')");
	sample_run(c.conn, MOVED("lost", "price"));
	pass(1, 1);
	ck_assert_str_same(cases(c.conn), STR("1 own 30 back"));
	pg_free(db);
} END_TEST

/* Of two workers at once one does it, and nobody waits. */
START_TEST(two_workers_wake_it_once)
{
	struct sample c = with_lead("mql");
	PGconn *other = PQconnectdb(c.conninfo.p);

	sample_run(c.conn, MOVED("nurturing", "too-early"));
	pass(1, 0);
	sample_run(c.conn, AGO("180"));
	sample_run(other, "BEGIN");
	ck_assert_str_same(sample_text(other, "SELECT moved FROM"
	    " piste.recycle_step(0, 10)"), STR("1"));
	pass(0, 0);
	/* Killed before its commit: nothing was done, and it is due. */
	sample_run(other, _i ? "COMMIT" : "ROLLBACK");
	pass(0, !_i);
	ck_assert_str_same(cases(c.conn), STR("1 too-early 30 date mql"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.lead_history WHERE to_stage = 'mql'"), STR("2"));
	PQfinish(other);
	pg_free(db);
} END_TEST

/* More than a step has, and steps that end at its limit. */
START_TEST(a_pass_sees_all)
{
	struct sample c = sample_new();
	int count = 2 * RECYCLE_STEP_MAX - 1 + _i;
	struct recycle p = { 0 };
	bool is_over = false;
	int steps = 0;

	db = pg_new(c.conninfo, "piste-test");
	sample_run(c.conn, buf_fmt(suite_arena(), 600, "WITH p AS (INSERT INTO"
	    " piste.person (email) SELECT n || '@firm.fr' FROM"
	    " generate_series(1, %d) AS n RETURNING id) INSERT INTO piste.lead"
	    " (person_id, offer_key, stage, stage_reason) SELECT id, 'o1',"
	    " 'nurturing', 'refused' FROM p", count).p);
	for (; !is_over; steps++)
		ck_assert_int_eq(recycle_turn(db, &p, &is_over), OK);
	ck_assert_int_eq(p.laid, count);
	ck_assert_int_eq(steps, _i == 2 ? 4 : 3);
	pg_free(db);
} END_TEST

START_TEST(figures_tell_yield_age_and_cost)
{
	struct sample c = with_lead("mql");
	struct recycle_figure *f;
	size_t n;

	sample_run(c.conn, "UPDATE piste.lead SET created_at = now()"
	    " - interval '200 days'; UPDATE piste.recycle_rule SET"
	    " mail_cost = 0.25, wake_cost = 12");
	sample_run(c.conn, MOVED("nurturing", "too-early"));
	sample_run(c.conn, AGO("179"));
	sample_run(c.conn, "INSERT INTO piste.lead (person_id, offer_key,"
	    " stage, stage_reason) VALUES (2, 'o1', 'nurturing', 'refused')");
	pass(2, 0);
	/* Two mails meanwhile, of which one was never sent. */
	sample_run(c.conn, "SELECT piste.letter_append(NULL, 'fr', 1, NULL, 1,"
	    " 'news', 'email', 's', NULL, NULL, 't', '[]', 'k' || n)"
	    " FROM generate_series(1, 2) AS n;"
	    " UPDATE piste.outbox SET state = 'done', finished_at = now()"
	    " WHERE id = (SELECT min(outbox_id) FROM piste.letter);"
	    " UPDATE piste.recycling SET laid_at = laid_at - interval '1 day'"
	    " WHERE lead_id = 1");
	sample_run(c.conn, AGO("1"));
	pass(0, 1);
	sample_run(c.conn, STAGED("1", "sql", "NULL") ";" STAGED("1",
	    "opportunity", "NULL") ";" STAGED("1", "customer", "NULL"));
	ck_assert_int_eq(recycle_read(db, suite_arena(), &(struct
	    recycle_wish){ STR("2020-01-01"), STR("2099-12-31"), false }, &f,
	    &n), OK);
	ck_assert_int_eq(n, 3);
	ck_assert_str_same(f[0].rule, STR("refused"));
	ck_assert_int_eq(f[0].asleep, 1);
	ck_assert_int_eq(f[0].by_score, 0);
	ck_assert_str_same(f[0].days_aside, STR_EMPTY);
	ck_assert_str_same(f[1].rule, STR("too-early"));
	ck_assert_str_same(f[2].rule, STR_EMPTY);
	ck_assert_int_eq(f[2].laid, 2);
	for (size_t i = 1; i < n; i++) {
		ck_assert_int_eq(f[i].by_date, 1);
		ck_assert_int_eq(f[i].sqls, 1);
		ck_assert_int_eq(f[i].customers, 1);
		ck_assert_str_same(f[i].days_aside, STR("180"));
		ck_assert_str_same(f[i].days_old, STR("200"));
		ck_assert_int_eq(f[i].mails, 1);
		ck_assert_str_same(f[i].cost, STR("12.25"));
	}
	ck_assert_int_eq(recycle_read(db, suite_arena(), &(struct
	    recycle_wish){ STR("2020-01-01"), STR("2099-12-31"), true }, &f,
	    &n), OK);
	ck_assert_int_eq(f[n - 1].laid, 0);
	/* A day that it named made the other one an MQL, or its score. */
	sample_run(c.conn, MOVE("2", "mql", "system", "NULL", "NULL"));
	for (int is_score = 0; is_score < 2; is_score++) {
		ck_assert_int_eq(recycle_read(db, suite_arena(), &(struct
		    recycle_wish){ STR("2020-01-01"), STR("2099-12-31"),
		    false }, &f, &n), OK);
		ck_assert_int_eq(f[0].asleep, 0);
		ck_assert_int_eq(f[0].by_date, !is_score);
		ck_assert_int_eq(f[0].by_score, is_score);
		sample_run(c.conn, "INSERT INTO piste.mql (lead_id, at, score,"
		    " version, history_id) SELECT 2, now(), 60, 0, max(id)"
		    " FROM piste.lead_history WHERE lead_id = 2"
		    " ON CONFLICT DO NOTHING");
	}
	pg_free(db);
} END_TEST

/* Up again twice, an SQL once: not also of the first time. */
START_TEST(what_comes_of_it_counts_once)
{
	struct sample c = with_lead("mql");
	struct recycle_figure *f;
	size_t n;

	for (int i = 0; i < 2; i++) {
		sample_run(c.conn, MOVED("nurturing", "too-early"));
		pass(1, 0);
		sample_run(c.conn, AGO("180") "UPDATE piste.recycling SET"
		    " laid_at = laid_at - interval '180 days', woken_at ="
		    " woken_at - interval '180 days';");
		pass(0, 1);
	}
	sample_run(c.conn, STAGED("1", "sql", "NULL"));
	ck_assert_int_eq(recycle_read(db, suite_arena(), &(struct
	    recycle_wish){ STR("2020-01-01"), STR("2099-12-31"), false }, &f,
	    &n), OK);
	ck_assert_int_eq(f[n - 1].laid, 2);
	ck_assert_int_eq(f[n - 1].by_date, 2);
	ck_assert_int_eq(f[n - 1].sqls, 1);
	pg_free(db);
} END_TEST

/* One that can't be moved, whatever is wrong with it. */
START_TEST(a_bad_one_keeps_nobody_waiting)
{
	struct sample c = with_lead("mql");

	sample_run(c.conn, "INSERT INTO piste.lead (person_id, offer_key,"
	    " stage) VALUES (2, 'o1', 'mql')");
	sample_run(c.conn, MOVED("nurturing", "too-early") STAGED("2",
	    "nurturing", "'too-early'"));
	sample_run(c.conn, AGO("180"));
	sample_run(c.conn, "CREATE FUNCTION piste.bad() RETURNS trigger"
	    " LANGUAGE plpgsql AS $$ BEGIN RAISE 'a bad one'; END $$;"
	    " CREATE TRIGGER bad BEFORE UPDATE ON piste.lead FOR EACH ROW"
	    " WHEN (OLD.id = 1) EXECUTE FUNCTION piste.bad()");
	pass(2, 1);
	ck_assert_str_same(cases(c.conn),
	    STR("1 too-early 30, 2 too-early 0 date mql"));
	pg_free(db);
} END_TEST

SUITE_APART(recycle)
{
	SUITE_LOOP(rules_wake_what_they_lay_aside, COUNT(wakings));
	SUITE_TEST(a_lost_one_comes_up_again_with_its_history);
	SUITE_TEST(it_comes_up_so_often_and_no_more);
	SUITE_LOOP(some_are_left_alone, COUNT(others));
	SUITE_TEST(ours_come_last);
	SUITE_LOOP(two_workers_wake_it_once, 2);
	SUITE_LOOP(a_pass_sees_all, 3);
	SUITE_TEST(figures_tell_yield_age_and_cost);
	SUITE_TEST(what_comes_of_it_counts_once);
	SUITE_TEST(a_bad_one_keeps_nobody_waiting);
}
