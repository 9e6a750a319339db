/* Tests src/report/reportturn.c: each report is told once. */
#include <limits.h>
#include <pthread.h>

#include "report/reportcase.h"
#include "report/reportturn.h"

static struct reportturn
turn_of(const struct reportcase *c, const char *to)
{
	return (struct reportturn){ .wish = c->wish, .to = str_of(to),
		.lang = LANG_EN };
}

/* As a worker that has just been started, until it waits for the clock. */
static int64_t
run(struct reportcase *c, const char *to)
{
	struct reportturn t = turn_of(c, to);
	int64_t done;

	do
		ck_assert_int_eq(reportturn_run(c->db, &t, &done), OK);
	while (t.to.n && !t.look_at_ms);
	return done;
}

static struct str
letters(struct reportcase *c)
{
	return sample_text(c->sample.conn, "SELECT string_agg(concat_ws(' ',"
	    " l.recipient, r.period, r.from_day), ', ' ORDER BY l.outbox_id)"
	    " FROM piste.letter AS l"
	    " JOIN piste.report AS r ON r.id = l.report_id");
}

START_TEST(a_week_is_told_once)
{
	struct reportcase c = reportcase_new();

	reportcase_seen(&c, "p1", "human", 10, "'2026-11-16', '2026-11-22'");
	reportcase_at(&c, "2026-11-23 05:59");
	ck_assert_int_eq(run(&c, "a@x.fr b@x.fr"), 0);
	ck_assert_str_same(sample_text(c.sample.conn, "SELECT string_agg("
	    "concat_ws(' ', period, from_day, to_day, is_quiet), ', '"
	    " ORDER BY period) FROM piste.report"), STR("month 2026-10-01"
	    " 2026-10-31 t, week 2026-11-09 2026-11-15 t"));
	reportcase_at(&c, "2026-11-23 06:00");
	ck_assert_int_eq(run(&c, "a@x.fr  b@x.fr"), 2);
	ck_assert_int_eq(run(&c, "a@x.fr b@x.fr"), 0);
	ck_assert_str_same(letters(&c), STR("a@x.fr week 2026-11-16,"
	    " b@x.fr week 2026-11-16"));
	/* Who is new is told of what is still the last one. */
	reportcase_at(&c, "2026-11-29 23:00");
	(void)run(&c, "b@x.fr c@x.fr");
	ck_assert_str_same(letters(&c), STR("a@x.fr week 2026-11-16,"
	    " b@x.fr week 2026-11-16, c@x.fr week 2026-11-16"));
	ck_assert_int_eq(run(&c, ""), 0);
} END_TEST

START_TEST(who_comes_late_tells_the_last_alone)
{
	struct reportcase c = reportcase_new();

	reportcase_seen(&c, "p1", "human", 10, "'2026-09-01', '2026-12-31'");
	reportcase_at(&c, "2026-10-05 07:00");
	ck_assert_int_eq(run(&c, "a@x.fr"), 2);
	reportcase_at(&c, "2026-12-01 07:00");
	ck_assert_int_eq(run(&c, "a@x.fr"), 2);
	ck_assert_str_same(sample_text(c.sample.conn, "SELECT string_agg("
	    "period || ' ' || from_day, ', ' ORDER BY from_day, period)"
	    " FROM piste.report"), STR("month 2026-09-01, week 2026-09-28,"
	    " month 2026-11-01, week 2026-11-23"));
	/* Clocks are put back on 2026-10-25: a week of 169 hours. */
	ck_assert_str_same(sample_text(c.sample.conn, "SELECT (content#>>"
	    "'{rows,0,now,visitors,text}') || ' ' || (content#>>"
	    "'{rows,-1,now,visitors,text}') FROM piste.report"
	    " WHERE from_day = '2026-11-01'"), STR("300 300"));
} END_TEST

/* Counting goes on in the turns after: the worker has more to do. */
START_TEST(a_turn_counts_a_few_days)
{
	struct reportcase c = reportcase_new();
	struct reportturn t = turn_of(&c, "a@x.fr");
	int64_t done;

	reportcase_seen(&c, "p1", "human", 10, "'2026-10-19', '2026-11-22'");
	reportcase_at(&c, "2026-11-23 07:00");
	for (int i = 0; i < 35 / KPI_TURN_DAYS_MAX - 1; i++) {
		ck_assert_int_eq(reportturn_run(c.db, &t, &done), OK);
		ck_assert_int_eq(done, 0);
		ck_assert_int_eq(t.look_at_ms, 0);
		ck_assert_str_same(sample_text(c.sample.conn,
		    "SELECT count(*) FROM piste.report"), STR("0"));
	}
	ck_assert_int_eq(reportturn_run(c.db, &t, &done), OK);
	ck_assert_int_eq(done, 2);
	ck_assert_int_gt(t.look_at_ms, 0);
	ck_assert_str_same(sample_text(c.sample.conn, "SELECT"
	    " string_agg(p.day ->> 'day' || coalesce(p.day #>>"
	    " '{leads,text}', ''), ' ' ORDER BY p.place) FROM piste.report"
	    " AS r, jsonb_array_elements(r.content -> 'trend')"
	    " WITH ORDINALITY AS p (day, place) WHERE r.period = 'week'"
	    " AND p.place IN (1, 12)"), STR("2026-08-310 2026-11-160"));
} END_TEST

/* What was kept stays, whatever comes in afterwards. */
START_TEST(a_report_stays_as_it_was)
{
	struct reportcase c = reportcase_new();
	struct reportturn_kept k;
	struct arena *a = suite_arena();
	struct str before;

	reportcase_seen(&c, "p1", "human", 10, "'2026-11-16', '2026-11-22'");
	reportcase_at(&c, "2026-11-24 12:00");
	/* Nor is it kept while another still counts. */
	ck_assert_int_eq(pg_script(c.db, "SET lock_timeout = '20ms'",
	    PG_STATEMENT_MS), OK);
	sample_run(c.sample.conn,
	    "SELECT pg_advisory_lock(hashtextextended('piste.figure', 0))");
	ck_assert_int_eq(reportturn_keep(c.db, a, &c.wish, BULLETIN_WEEK,
	    STR_EMPTY, &k), ERR_AWAY);
	sample_run(c.sample.conn,
	    "SELECT pg_advisory_unlock(hashtextextended('piste.figure', 0))");
	ck_assert_int_eq(reportturn_keep(c.db, a, &c.wish, BULLETIN_WEEK,
	    STR_EMPTY, &k), OK);
	before = k.json;
	ck_assert_str_same(k.bulletin.from, STR("2026-11-16"));
	ck_assert_double_eq(k.bulletin.total.now[KPI_VISITORS].number, 70);
	reportcase_seen(&c, "p2", "human", 10, "'2026-11-16', '2026-11-22'");
	ck_assert_int_eq(reportturn_keep(c.db, a, &c.wish, BULLETIN_WEEK,
	    STR("2026-11-18"), &k), OK);
	ck_assert_str_same(k.json, before);
	ck_assert_int_eq(reportturn_find(c.db, a, k.id, &k), OK);
	ck_assert_str_same(k.json, before);
	ck_assert_int_eq(reportturn_find(c.db, a, k.id + 1, &k), ERR_ABSENT);
	/* Its mail comes later, and is of those figures. */
	ck_assert_int_eq(run(&c, "a@x.fr"), 1);
	ck_assert_int_eq(reportturn_keep(c.db, a, &c.wish, BULLETIN_WEEK,
	    STR("2026-11-23"), &k), ERR_INPUT);
	ck_assert_int_eq(reportturn_keep(c.db, a, &c.wish, BULLETIN_MONTH,
	    STR("2026-11-02"), &k), ERR_INPUT);
} END_TEST

static void *
run_alone(void *context)
{
	const struct reportcase *c = context;
	struct pg *db = pg_new(c->sample.conninfo, "test");
	struct reportturn t = turn_of(c, "a@x.fr b@x.fr");
	int64_t done;
	enum err e = reportturn_run(db, &t, &done);

	pg_free(db);
	return e ? context : NULL;
}

START_TEST(workers_at_once_tell_once)
{
	struct reportcase c = reportcase_new();
	pthread_t thread[3];
	void *failed;
	int64_t left;

	reportcase_seen(&c, "p1", "human", 10, "'2026-11-16', '2026-11-22'");
	reportcase_at(&c, "2026-11-24 12:00");
	ck_assert_int_eq(kpi_catch_up(c.db, c.wish.zone, INT_MAX, &left),
	    OK);
	for (size_t i = 0; i < COUNT(thread); i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, run_alone,
		    &c), 0);
	for (size_t i = 0; i < COUNT(thread); i++) {
		pthread_join(thread[i], &failed);
		ck_assert_ptr_null(failed);
	}
	ck_assert_str_same(letters(&c), STR("a@x.fr week 2026-11-16,"
	    " b@x.fr week 2026-11-16"));
} END_TEST

/* An address that can't be one must not keep the others from being told. */
START_TEST(n_recipients_are_told)
{
	struct reportcase c = reportcase_new();
	struct buf to;

	reportcase_seen(&c, "p1", "human", 10, "'2026-11-16', '2026-11-22'");
	reportcase_at(&c, "2026-11-24 12:00");
	buf_init(&to, suite_arena(), 10000);
	for (int i = 0; i < 300; i++)
		buf_byte(&to, 'x');
	for (int i = 0; i <= REPORTTURN_RECIPIENTS_MAX; i++)
		buf_addf(&to, " r%d@x.fr", i);
	buf_byte(&to, 0);
	ck_assert_int_eq(run(&c, buf_str(&to).p), REPORTTURN_RECIPIENTS_MAX);
	ck_assert_int_eq(run(&c, buf_str(&to).p), 0);
} END_TEST

SUITE_APART(reportturn)
{
	SUITE_TEST(a_week_is_told_once);
	SUITE_TEST(who_comes_late_tells_the_last_alone);
	SUITE_TEST(a_turn_counts_a_few_days);
	SUITE_TEST(a_report_stays_as_it_was);
	SUITE_TEST(workers_at_once_tell_once);
	SUITE_TEST(n_recipients_are_told);
}
