/* Tests src/lead/nurtureturn.c, nurturefacts.c and src/sql/0029: replays. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "lead/nurturecase.h"
#include "store/pg.h"

START_TEST(a_scenario_is_replayed)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "two", "submission", TWO);
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1"));
	ck_assert_str_same(mailcase_text(&c, JOURNEYS),
	    STR("two running w"));
	nurturecase_run(&c, 3 * DAY - HOUR);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1"));
	nurturecase_run(&c, 3 * DAY);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1 m2"));
	ck_assert_str_same(mailcase_text(&c, JOURNEYS),
	    STR("two ended finished"));
	ck_assert_str_same(mailcase_text(&c, "SELECT DISTINCT concat(zones,"
	    " hours) FROM piste.letter"), STR("{Europe/Paris}[0,1440)"));
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), 2);
	/* Once in all: another form brings nobody in again. */
	mailcase_submit(&c, 2, "ana@c.fr");
	nurturecase_run(&c, 4 * DAY);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1 m2"));
	ck_assert_str_same(mailcase_text(&c, "SELECT count(*) FROM"
	    " piste.nurture_cause"), STR("0"));
} END_TEST

START_TEST(again_after_so_many_days)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "one", "submission", ON_FORM ","
	    " \"again_days\": 30, \"steps\": [" MAIL("m1") "]");
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 200,
	    "UPDATE piste.journey SET entered_at = now() - interval"
	    " '%d days %d minutes'%c", 30, _i ? 1 : -1, 0).p);
	mailcase_submit(&c, 2, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS),
	    _i ? STR("m1 m1") : STR("m1"));
} END_TEST

static const struct {
	const char *scenario;	/* members after enter */
	const char *before;	/* SQL, on the second day */
	const char *journeys;
	const char *subjects;
} ends[] = {
#define STEPS ", \"steps\": [" MAIL("m1") ", " WAIT("w", 3) ", " MAIL("m2") "]"
	{ STEPS, "SELECT 1", "s ended finished", "m1 m2" },
	{ STEPS, "SELECT piste.consent_withdraw(1, NULL, NULL, NULL, 'link')",
	    "s ended withdrawn", "m1" },
	{ STEPS, "SELECT piste.lead_move(1, 'disqualified', 'x', 'operator',"
	    " 'no-need', NULL)", "s ended closed", "m1" },
	{ ", \"stop\": [\"converted\"]" STEPS, "SELECT piste.lead_move(1,"
	    " 'mql', 'x', 'operator', NULL, NULL)", "s ended converted",
	    "m1" },
	{ STEPS, "SELECT piste.lead_move(1, 'mql', 'x', 'operator', NULL,"
	    " NULL)", "s ended finished", "m1 m2" },
	{ ", \"stop\": [\"answered\"]" STEPS, "INSERT INTO piste.bant"
	    " (lead_id, topic, value, author) VALUES (1, 'need', 'yes', 'x')",
	    "s ended answered", "m1" },
	{ ", \"stop\": [\"answered\"]" STEPS, "SELECT piste.lead_move(1,"
	    " 'sql', 'paul', 'seller', NULL, NULL)", "s ended answered",
	    "m1" },
	{ ", \"stop\": [\"submission\"]" STEPS, NULL, "s ended submitted",
	    "m1" },
	{ STEPS, "UPDATE piste.scenario SET state = 'archived'",
	    "s ended archived", "m1" },
	{ STEPS, "UPDATE piste.scenario SET state = 'paused'",
	    "s running w", "m1" },
	{ STEPS, "UPDATE piste.scenario SET definition = definition ||"
	    " '{\"steps\": [" MAIL("m1") "]}'", "s ended changed", "m1" },
	{ STEPS, "SELECT piste.erase('{1}', NULL, NULL, 'request', NULL)",
	    "s ended erased", "" },
	{ STEPS, "SELECT piste.nurture_stop(1, 's', 'by hand')",
	    "s ended by hand", "m1" },
};

START_TEST(what_happens_meanwhile_counts)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", "submission", buf_fmt(suite_arena(), 4096,
	    ON_FORM "%s%c", ends[_i].scenario, 0).p);
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	if (ends[_i].before)
		sample_run(c.sample.conn, ends[_i].before);
	else
		mailcase_submit(&c, 2, "ana@c.fr");
	nurturecase_run(&c, 3 * DAY);
	ck_assert_str_same(mailcase_text(&c, JOURNEYS),
	    str_of(ends[_i].journeys));
	ck_assert_str_same(mailcase_text(&c, SUBJECTS " WHERE l.subject <>"
	    " ''"), str_of(ends[_i].subjects));
} END_TEST

START_TEST(unconfirmed_wait_for_their_link)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", "submission", TWO);
	mailcase_agree(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, JOURNEYS),
	    STR("s running m1"));
	sample_run(c.sample.conn, "SELECT piste.outbox_plan(9);"
	    " SELECT piste.mail_confirm(id) FROM piste.submission");
	nurturecase_run(&c, HOUR);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1"));
} END_TEST

/* Several scenarios of one person share one cap. */
START_TEST(pressure_is_of_all_scenarios)
{
	struct mailcase c = nurturecase_new();

	c.conf.nurture_mails_max = 2;
	for (int i = 0; i < 3; i++)
		nurturecase_scenario(&c, (const char *[]){ "a", "b", "c" }[i],
		    "submission", ON_FORM ", \"steps\": [" MAIL("m") "]");
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m m"));
	nurturecase_run(&c, 6 * DAY);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m m"));
	nurturecase_run(&c, 7 * DAY + HOUR);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m m m"));
} END_TEST

START_TEST(leads_are_moved_and_colleagues_told)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", "submission", ON_FORM ","
	    " \"steps\": [{\"key\": \"t\", \"do\": \"stage\","
	    " \"to\": \"mql\"}, {\"key\": \"n\", \"do\": \"notify\","
	    " \"to\": \"us@b.fr\", \"subject\": \"x\", \"text\": \"y\"},"
	    " {\"key\": \"u\", \"do\": \"stage\", \"to\": \"nurturing\","
	    " \"reason\": \"rain\"}, {\"key\": \"v\", \"do\": \"stop\"}]");
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(concat_ws("
	    "' ', step, what, split_part(detail, ':', 1)), ', ' ORDER BY at,"
	    " step = 'u', step = 'n') FROM piste.journey_step"),
	    STR("t stage mql, n notify, u stage there is no reason rain to be"
	    " nurturing"));
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ',"
	    " l.stage, t.recipient, t.text ~ 'piste lead show 1')"
	    " FROM piste.lead AS l, piste.letter AS t"), STR("mql us@b.fr t"));
	ck_assert_str_same(mailcase_text(&c, JOURNEYS),
	    STR("s ended stopped"));
} END_TEST

/* Two who turn out to be one get one series. */
START_TEST(merged_people_go_one_way)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "two", "submission", TWO);
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_submit(&c, 2, "ana@d.fr");
	nurturecase_run(&c, 0);
	sample_run(c.sample.conn, "SELECT piste.person_merge(2, 1, 'x',"
	    " 'y')");
	nurturecase_run(&c, 3 * DAY);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1 m1 m2"));
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(outcome, ' '"
	    " ORDER BY outcome) FROM piste.journey"), STR("finished merged"));
} END_TEST

/* What can't be decided does not hold up the others. */
START_TEST(a_bad_one_waits_alone)
{
	struct mailcase c = nurturecase_new();

	log_level_set((enum log_level)(LOG_ERROR + 1));
	nurturecase_scenario(&c, "two", "submission", TWO);
	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, "UPDATE piste.country_zone SET zones ="
	    " '{Nowhere/Town}' WHERE country = 'FR'");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR_EMPTY);
	sample_run(c.sample.conn, "UPDATE piste.country_zone SET zones ="
	    " '{Europe/Paris}' WHERE country = 'FR'");
	nurturecase_run(&c, HOUR + 60000);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1"));
} END_TEST

/* A time-out looks as if PostgreSQL was away, and may come each time. */
START_TEST(a_slow_one_waits_alone)
{
	struct mailcase c = nurturecase_new();

	log_level_set((enum log_level)(LOG_ERROR + 1));
	nurturecase_scenario(&c, "two", "submission", TWO);
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_submit(&c, 2, "bob@d.fr");
	sample_run(c.sample.conn, "CREATE FUNCTION slow() RETURNS trigger"
	    " LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '57014'; END $$;"
	    " CREATE TRIGGER slow BEFORE INSERT ON piste.letter FOR EACH ROW"
	    " WHEN (NEW.person_id = 1) EXECUTE FUNCTION slow()");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(concat_ws("
	    "' ', person_id, subject), ', ') FROM piste.letter"),
	    STR("2 m1"));
	sample_run(c.sample.conn, "DROP TRIGGER slow ON piste.letter");
	nurturecase_run(&c, 2 * 60000);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1 m1"));
} END_TEST

/* Neither those who are through nor those who wait are read for one more. */
START_TEST(a_claim_reads_no_others)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "off", "event", TWO);
	nurturecase_scenario(&c, "two", "submission", TWO);
	sample_run(c.sample.conn, "UPDATE piste.scenario SET state = 'paused'"
	    " WHERE key = 'off'; WITH p AS (INSERT INTO piste.person (email)"
	    " SELECT n || '@c.fr' FROM generate_series(1, 3000) AS n"
	    " RETURNING id), l AS (INSERT INTO piste.lead (person_id,"
	    " offer_key) SELECT id, 'o1' FROM p RETURNING id, person_id)"
	    " INSERT INTO piste.journey (scenario_key, person_id, lead_id,"
	    " entered_at, step, step_at, due_at, state, outcome, ended_at)"
	    " SELECT s.key, l.person_id, l.id, now(), '', now(), now(),"
	    " s.state, s.outcome, s.at FROM l, (VALUES ('off', 'running',"
	    " NULL, NULL), ('two', 'ended', 'finished', now()))"
	    " AS s (key, state, outcome, at)");
	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, "ANALYZE; SELECT piste.nurture_enter(9)");
	sample_run(c.sample.conn, "SELECT pg_stat_force_next_flush()");
	sample_run(c.sample.conn, "BEGIN");
	ck_assert_str_same(mailcase_text(&c, "SELECT scenario FROM"
	    " piste.nurture_claim(now())"), STR("two"));
	ck_assert_str_same(mailcase_text(&c, "SELECT bool_and("
	    "pg_stat_get_xact_tuples_returned(t)"
	    " + pg_stat_get_xact_tuples_fetched(t) < 500)"
	    " FROM unnest(ARRAY['piste.journey', 'piste.lead']::regclass[])"
	    " AS u (t)"), STR("t"));
	sample_run(c.sample.conn, "COMMIT");
} END_TEST

START_TEST(who_was_merged_is_let_go)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "two", "submission", TWO);
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	mailcase_submit(&c, 2, "ana@d.fr");
	nurturecase_run(&c, 0);
	sample_run(c.sample.conn, "SELECT piste.person_merge(2, 1, 'x',"
	    " 'y')");
	ck_assert_str_same(mailcase_text(&c, "SELECT piste.nurture_stop(2,"
	    " NULL, 'by hand')"), STR("2"));
} END_TEST

struct rival {
	struct mailcase *c;
	pthread_barrier_t *start;
	int64_t now_ms;
};

static void *
work(void *context)
{
	struct rival *r = context;
	struct pg *db = pg_new(r->c->sample.conninfo, "piste-test");
	int64_t done = 1;

	pthread_barrier_wait(r->start);
	for (int i = 0; i < 100 && done; i++)
		if (nurtureturn_run(db, &r->c->conf, r->now_ms, &done))
			done = 1;
	pg_free(db);
	return NULL;
}

#define MANY 20

START_TEST(two_workers_do_each_step_once)
{
	struct mailcase c = nurturecase_new();
	pthread_barrier_t start;
	pthread_t thread[2];
	struct rival r = { &c, &start, clock_now_ms() + 4 * DAY };

	nurturecase_scenario(&c, "two", "submission", TWO);
	nurturecase_scenario(&c, "too", "submission", TWO);
	for (int i = 1; i <= MANY; i++)
		mailcase_submit(&c, i, buf_fmt(suite_arena(), 40,
		    "p%d@c.fr%c", i, 0).p);
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, work, &r),
		    0);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	nurturecase_run(&c, 8 * DAY);
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ', count(*),"
	    " count(DISTINCT once_key)) FROM piste.letter"), STR("80 80"));
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(DISTINCT"
	    " outcome, ' ') FROM piste.journey"), STR("finished"));
} END_TEST

static const struct {
	const char *country;
	const char *zones;
} clocks[] = {
	{ "FR", "Europe/Paris" }, { "RE", "Indian/Reunion" },
	{ "GB", "Europe/London" }, { "IN", "Asia/Kolkata" },
	{ "PT", "Europe/Lisbon Atlantic/Azores" },
};

START_TEST(countries_have_their_clocks)
{
	struct mailcase c = nurturecase_new();

	ck_assert_str_same(mailcase_text(&c, buf_fmt(suite_arena(), 300,
	    "SELECT array_to_string(zones, ' ') FROM piste.country_zone"
	    " WHERE country = '%s'%c", clocks[_i].country, 0).p),
	    str_of(clocks[_i].zones));
	ck_assert_str_same(mailcase_text(&c, "SELECT count(*) FROM"
	    " piste.country_zone AS c CROSS JOIN unnest(c.zones) AS z (name)"
	    " WHERE NOT EXISTS (SELECT FROM pg_timezone_names AS t"
	    " WHERE t.name = z.name)"), STR("0"));
} END_TEST

START_TEST(scenarios_are_listed)
{
	struct mailcase c = nurturecase_new();
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	nurturecase_scenario(&c, "two", "submission", TWO);
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_int_eq(nurtureturn_list(c.db, true, out), OK);
	ck_assert_int_eq(nurtureturn_show(c.db, STR("two"), false, out), OK);
	ck_assert_int_eq(nurtureturn_show(c.db, STR("six"), false, out),
	    ERR_ABSENT);
	fclose(out);
	ck_assert_msg(strstr(text, "\"running\" : 1, \"ended\" : 0, \"mails\""
	    " : 1, \"steps\" : { \"w\" : 1 }") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "person 1\tlead 1\tsince ") != NULL, "%s",
	    text);
} END_TEST

SUITE_APART(nurtureturn)
{
	SUITE_TEST(a_scenario_is_replayed);
	SUITE_LOOP(again_after_so_many_days, 2);
	SUITE_LOOP(what_happens_meanwhile_counts, COUNT(ends));
	SUITE_TEST(unconfirmed_wait_for_their_link);
	SUITE_TEST(pressure_is_of_all_scenarios);
	SUITE_TEST(leads_are_moved_and_colleagues_told);
	SUITE_TEST(merged_people_go_one_way);
	SUITE_TEST(a_bad_one_waits_alone);
	SUITE_TEST(a_slow_one_waits_alone);
	SUITE_TEST(a_claim_reads_no_others);
	SUITE_TEST(who_was_merged_is_let_go);
	SUITE_TEST(two_workers_do_each_step_once);
	SUITE_LOOP(countries_have_their_clocks, COUNT(clocks));
	SUITE_TEST(scenarios_are_listed);
}
