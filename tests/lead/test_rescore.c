/* Tests of lead/rescore.c, lead/backtest.c's run, and src/sql/0026. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lead/queue.h"
#include "lead/rescore.h"
#include "lead/scorepass.h"
#include "store/pg.h"
#include "support/sample.h"

#define LEASE_MS 60000
#define EVENT(name) "INSERT INTO piste.event (at, kind, name, person_id," \
	" via) SELECT now(), 'document', '" name "', id, 'link' FROM" \
	" piste.person"
#define OLDER(days) "UPDATE piste.event SET at = at - interval '" #days \
	" days'"
#define MQLS "SELECT coalesce(string_agg(concat_ws(' ', score, version," \
	" history_id IS NOT NULL, fallen_at IS NOT NULL), ', ' ORDER BY id)," \
	" '') FROM piste.mql"
/* 45 points by a company's address and phone, 10 for each document. */
static const char set[] = "{\"mql\":{\"score\":60,\"engagement\":15},"
    "\"grades\":{\"hot\":60,\"warm\":30,\"recent_days\":7},\"groups\":["
    "{\"key\":\"f\",\"part\":\"fit\",\"cap\":100},"
    "{\"key\":\"e\",\"part\":\"engagement\",\"cap\":40}],\"rules\":["
    "{\"key\":\"mail\",\"group\":\"f\",\"fact\":\"domain\",\"in\":"
    "[\"company\"],\"points\":45},"
    "{\"key\":\"text\",\"group\":\"f\",\"fact\":\"text\",\"words\":"
    "[\"budget\"],\"points\":20},"
    "{\"key\":\"doc\",\"group\":\"e\",\"event\":\"document\",\"points\":10,"
    "\"half_life_days\":10}]}";

struct scene {
	struct sample c;
	struct pg *db;
};

static struct scene
scene_new(void)
{
	struct scene s = { .c = sample_new() };

	s.db = pg_new(s.c.conninfo, "piste-test");
	sample_run(s.c.conn, "UPDATE piste.form SET definition = '{\"fields\":"
	    "[{\"name\":\"job\"},{\"name\":\"text\"}]}'");
	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	sample_run(s.c.conn, "SELECT piste.event_partition(((now() -"
	    " n * interval '1 day') AT TIME ZONE 'UTC')::date)"
	    " FROM generate_series(-1, 60) AS g (n)");
	return s;
}

static int32_t
apply(struct scene *s, const char *json)
{
	int32_t version;

	ck_assert_int_eq(rescore_apply(s->db, suite_arena(), str_of(json),
	    STR("test"), stderr, &version), OK);
	return version;
}

static void
qualify(struct scene *s)
{
	int64_t done;

	ck_assert_int_eq(queue_turn(s->db, STR("w"), LEASE_MS, &done), OK);
}

static int64_t
due(struct scene *s)
{
	int64_t done;

	ck_assert_int_eq(scorepass_due(s->db, &done), OK);
	return done;
}

static struct scorepass
pass(struct scene *s)
{
	struct scorepass p = { 0 };
	bool is_over = false;

	while (!is_over)
		ck_assert_int_eq(scorepass_turn(s->db, &p, &is_over), OK);
	return p;
}

static struct str
lead(struct scene *s)
{
	return sample_text(s->c.conn, "SELECT concat_ws(' ', stage, score,"
	    " grade, score_version) FROM piste.lead");
}

START_TEST(what_somebody_does_is_scored)
{
	struct scene s = scene_new();

	ck_assert_int_eq(apply(&s, set), 1);
	qualify(&s);
	ck_assert_str_same(lead(&s), STR("lead 45 warm 1"));
	ck_assert_int_eq(due(&s), 0);
	sample_run(s.c.conn, EVENT("p1"));
	ck_assert_int_eq(due(&s), 1);
	ck_assert_int_eq(due(&s), 0);
	ck_assert_str_same(lead(&s), STR("lead 55 warm 1"));
	ck_assert_str_same(sample_text(s.c.conn, MQLS), STR_EMPTY);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT score_parts->-1"
	    "->>'rule' FROM piste.lead"), STR("doc"));
} END_TEST

/* What a machine noted whose clock is ahead counts as of now. */
START_TEST(a_clock_ahead_is_believed_a_little)
{
	static const struct { const char *ahead; const char *lead; } cases[] = {
		{ "9 seconds", "lead 55 warm 1" },
		{ "1 minute", "lead 45 warm 1" },
	};
	struct scene s = scene_new();

	apply(&s, set);
	qualify(&s);
	sample_run(s.c.conn, buf_fmt(suite_arena(), 300, "INSERT INTO"
	    " piste.event (at, kind, name, person_id, via) SELECT now() +"
	    " interval '%s', 'document', 'p', id, 'link' FROM piste.person"
	    "%c", cases[_i].ahead, 0).p);
	ck_assert_int_eq(due(&s), 1);
	ck_assert_str_same(lead(&s), str_of(cases[_i].lead));
} END_TEST

/* Up, again, down, up while it is an MQL, and up out of nurturing. */
START_TEST(each_rise_is_one_mql)
{
	struct scene s = scene_new();

	apply(&s, set);
	qualify(&s);
	sample_run(s.c.conn, EVENT("p1") "; " EVENT("p2"));
	due(&s);
	ck_assert_str_same(lead(&s), STR("mql 65 hot 1"));
	ck_assert_str_same(sample_text(s.c.conn, MQLS), STR("65 1 t f"));
	sample_run(s.c.conn, EVENT("p3"));
	due(&s);
	ck_assert_str_same(lead(&s), STR("mql 75 hot 1"));
	ck_assert_str_same(sample_text(s.c.conn, MQLS), STR("65 1 t f"));
	/* Nurturing as high as it is, it does not come straight back. */
	sample_run(s.c.conn, "SELECT piste.lead_move(1, 'nurturing', 'ana',"
	    " 'operator', (SELECT r.key FROM piste.lead_reason AS r WHERE"
	    " 'nurturing' = ANY (r.stages) LIMIT 1), NULL)");
	pass(&s);
	ck_assert_str_same(lead(&s), STR("nurturing 75 hot 1"));
	sample_run(s.c.conn, OLDER(20));
	ck_assert_int_eq(pass(&s).changed, 1);
	ck_assert_str_same(sample_text(s.c.conn, MQLS), STR("65 1 t t"));
	sample_run(s.c.conn, EVENT("p4") "; " EVENT("p5"));
	due(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT stage FROM"
	    " piste.lead"), STR("mql"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg("
	    "to_stage, ' ' ORDER BY id) FROM piste.lead_history WHERE"
	    " to_stage <> 'lead'"), STR("mql nurturing mql"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*) FROM"
	    " piste.mql WHERE history_id IS NOT NULL"), STR("2"));
} END_TEST

/* A seller's lead stays where it is. */
START_TEST(who_is_further_is_not_moved_back)
{
	struct scene s = scene_new();

	apply(&s, set);
	qualify(&s);
	sample_run(s.c.conn, "SELECT piste.lead_move(1, 'mql', 'ana',"
	    " 'operator', NULL, NULL); SELECT piste.lead_move(1, 'sql',"
	    " 'ana', 'operator', NULL, NULL)");
	sample_run(s.c.conn, EVENT("p1") "; " EVENT("p2"));
	due(&s);
	ck_assert_str_same(lead(&s), STR("sql 65 hot 1"));
	ck_assert_str_same(sample_text(s.c.conn, MQLS), STR("65 1 f f"));
} END_TEST

START_TEST(a_pass_lets_scores_fade)
{
	struct scene s = scene_new();
	struct scorepass p;

	apply(&s, set);
	p = pass(&s);
	/* The queue's, so far. */
	ck_assert_int_eq(p.leads, 1);
	ck_assert_int_eq(p.changed, 0);
	qualify(&s);
	sample_run(s.c.conn, EVENT("p1"));
	due(&s);
	sample_run(s.c.conn, OLDER(10));
	p = pass(&s);
	ck_assert_int_eq(p.changed, 1);
	ck_assert_int_eq(p.mqls, 0);
	ck_assert_str_same(lead(&s), STR("lead 50 warm 1"));
	ck_assert_int_eq(pass(&s).changed, 0);
} END_TEST

/* More persons than a step takes, and each once. */
START_TEST(a_pass_takes_all)
{
	struct scene s = scene_new();

	sample_run(s.c.conn, "INSERT INTO piste.person (email) SELECT"
	    " 'p' || n || '@firm.fr' FROM generate_series(1, 5100) AS g (n);"
	    "INSERT INTO piste.lead (person_id, offer_key, score) SELECT id,"
	    " 'o2', 99 FROM piste.person");
	ck_assert_int_eq(pass(&s).leads, 5102);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), count(*) FILTER (WHERE score = 99)) FROM piste.lead"
	    " WHERE offer_key = 'o2'"), STR("5101 0"));
} END_TEST

START_TEST(erased_and_merged_stay_as_they_are)
{
	struct scene s = scene_new();

	apply(&s, set);
	qualify(&s);
	sample_run(s.c.conn, EVENT("p1") "; UPDATE piste.person SET"
	    " erased_at = now(); UPDATE piste.submission SET"
	    " person_id = person_id");
	due(&s);
	ck_assert_str_same(lead(&s), STR("lead 45 warm 1"));
	ck_assert_int_eq(pass(&s).leads, 0);
} END_TEST

static struct score
score_of(struct scene *s, int64_t at_ms, int32_t *version)
{
	const struct score_rules *r;
	struct rescore_lead l;
	struct score score;

	ck_assert_int_eq(rescore_rules(s->db, suite_arena(), at_ms, &r), OK);
	ck_assert_int_eq(rescore_one(s->db, suite_arena(), r, 1, at_ms, &l),
	    OK);
	score_lead(suite_arena(), r, &l.in, at_ms, &score);
	*version = r->version;
	return score;
}

/* What was known, and by the rules of then. */
START_TEST(the_past_is_scored_as_it_was)
{
	struct scene s = scene_new();
	int64_t now = clock_now_ms();
	const struct score_rules *r;
	struct rescore_lead l;
	int32_t version;

	sample_run(s.c.conn, "UPDATE piste.submission SET received_at ="
	    " received_at; UPDATE piste.lead SET created_at = now() -"
	    " interval '50 days'");
	apply(&s, set);
	sample_run(s.c.conn, "UPDATE piste.score_rules SET applied_at ="
	    " now() - interval '20 days'");
	sample_run(s.c.conn, EVENT("p1") "; " OLDER(10));
	ck_assert_int_eq(score_of(&s, now + 1000, &version).points, 50);
	ck_assert_int_eq(version, 1);
	/* The event was there, the form was not yet. */
	ck_assert_int_eq(score_of(&s, now - 9 * SCORE_DAY_MS,
	    &version).points, 9);
	ck_assert_int_eq(score_of(&s, now - 11 * SCORE_DAY_MS,
	    &version).points, 0);
	ck_assert_int_eq(version, 1);
	(void)score_of(&s, now - 30 * SCORE_DAY_MS, &version);
	ck_assert_int_eq(version, 0);
	ck_assert_int_eq(rescore_rules(s.db, suite_arena(), now, &r), OK);
	ck_assert_int_eq(rescore_one(s.db, suite_arena(), r, 1, now - 51 *
	    SCORE_DAY_MS, &l), ERR_ABSENT);
	ck_assert_int_eq(rescore_one(s.db, suite_arena(), r, 7, now, &l),
	    ERR_ABSENT);
} END_TEST

/* An answer is read where the rules in force ask it, and nowhere else. */
START_TEST(the_worker_reads_what_rules_ask)
{
	struct scene s = scene_new();
	static const char read[] = "SELECT r.happened::text LIKE '%hello%'"
	    " FROM piste.score_queued((SELECT id FROM"
	    " piste.qualification_queue), 'w', '-infinity') AS r";

	sample_run(s.c.conn, "UPDATE piste.qualification_queue SET state ="
	    " 'claimed', locked_by = 'w', locked_until = now(); SET ROLE"
	    " piste_worker");
	ck_assert_str_same(sample_text(s.c.conn, read), STR("f"));
	sample_run(s.c.conn, "RESET ROLE");
	apply(&s, set);
	sample_run(s.c.conn, "SET ROLE piste_worker");
	ck_assert_str_same(sample_text(s.c.conn, read), STR("t"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT"
	    " has_function_privilege('piste.score_take(integer, timestamptz,"
	    " json)', 'EXECUTE') AND NOT has_table_privilege("
	    "'piste.score_rules', 'INSERT')"), STR("t"));
} END_TEST

START_TEST(moments_are_read)
{
	static const struct { struct str text; int64_t ms; } cases[] = {
		{ STR("2026-11-02"), INT64_C(1793577600000) },
		{ STR("2026-11-02T01:00:00+01:00"), INT64_C(1793577600000) },
		{ STR("9999-12-31"), INT64_C(253402214400000) },
		{ STR("10000-01-01"), 0 }, { STR("1969-12-31"), 0 },
		{ STR("yesterweek"), 0 }, { STR("infinity"), 0 },
	};
	struct scene s = scene_new();

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 0;

		ck_assert_int_eq(rescore_moment(s.db, cases[i].text, &ms),
		    cases[i].ms ? OK : ERR_INPUT);
		ck_assert_int_eq(ms, cases[i].ms);
	}
} END_TEST

#define WORD(fact) ",{\"key\":\"" fact "\",\"group\":\"f\",\"fact\":\"" \
	fact "\",\"given\":true,\"points\":1}"
#define NAMED(kind, name) ",{\"key\":\"" kind name "\",\"group\":\"e\"," \
	"\"event\":\"" kind "\",\"name\":\"" name "\",\"points\":1," \
	"\"half_life_days\":1}"

/* Applied all the same. */
START_TEST(what_the_site_has_not_is_told)
{
	struct scene s = scene_new();
	struct str json = buf_fmt(suite_arena(), 8192, "%.*s%s]}",
	    (int)sizeof set - 3, set, WORD("job") WORD("jobtitel")
	    NAMED("page_view", "shop") NAMED("page_view", "p1")
	    NAMED("page_meaningful", "prices") NAMED("page_meaningful", "shop")
	    NAMED("document", "p1") NAMED("submission", "p9")
	    NAMED("mail_link", "p1") NAMED("mail_link", "shop")
	    NAMED("mail_link", "shut") NAMED("webinar", "any"));
	char told[2048] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	int32_t version;

	sample_run(s.c.conn, "INSERT INTO piste.origin (key, position,"
	    " definition) VALUES ('shop', 1, '{\"observe\":{\"pages\":"
	    "[{\"name\":\"prices\"}]}}'), ('shut', 2, '{}')");
	ck_assert_int_eq(rescore_apply(s.db, suite_arena(), json,
	    STR("test"), out, &version), OK);
	fclose(out);
	ck_assert_int_eq(version, 1);
	ck_assert_str_eq(told,
	    "$.rules[4].fact: no form of the site has a field jobtitel\n"
	    "$.rules[6].name: the site has no origin that observes called p1\n"
	    "$.rules[8].name: the site has no origin that observes a page"
	    " called shop\n"
	    "$.rules[10].name: the site has no page called p9\n"
	    "$.rules[13].name: the site has no page or origin that observes"
	    " called shut\n");
} END_TEST

SUITE_APART(rescore)
{
	SUITE_TEST(what_the_site_has_not_is_told);
	SUITE_TEST(what_somebody_does_is_scored);
	SUITE_LOOP(a_clock_ahead_is_believed_a_little, 2);
	SUITE_TEST(each_rise_is_one_mql);
	SUITE_TEST(who_is_further_is_not_moved_back);
	SUITE_TEST(a_pass_lets_scores_fade);
	SUITE_TEST(a_pass_takes_all);
	SUITE_TEST(erased_and_merged_stay_as_they_are);
	SUITE_TEST(the_past_is_scored_as_it_was);
	SUITE_TEST(the_worker_reads_what_rules_ask);
	SUITE_TEST(moments_are_read);
}
