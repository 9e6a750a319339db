/* How long what is kept, by clocks of ours. */
#include "base/clock.h"
#include "base/conf.h"
#include "consent/said.h"
#include "lead/leadcase.h"
#include "lead/retention.h"
#include "lead/erase.h"
#include "store/pg.h"

static struct conf
conf_of(void)
{
	struct str dir = suite_directory();

	return (struct conf){ .spool = dir, .uploads = dir,
		.mail_caught = dir, .retention_prospect_months = 36,
		.retention_quarantine_days = 30,
		.retention_visitor_months = 25,
		.retention_objection_months = 36 };
}

/* Milliseconds since 1970, as PostgreSQL's calendar has it. */
static int64_t
ms_of(PGconn *conn, const char *moment)
{
	struct arena *a = suite_arena();
	int64_t ms = 0;

	ck_assert(str_i64(sample_text(conn, arena_copy(a, buf_fmt(a, 300,
	    "SELECT floor(extract(epoch FROM %s) * 1000)::bigint::text",
	    moment)).p), INT64_MIN, INT64_MAX, &ms));
	return ms;
}

/* All of a pass; how much went. */
static int64_t
pass(struct pg *db, const struct conf *c, int64_t now_ms)
{
	struct retention r = { 0 };
	int64_t done, sum = 0;
	bool is_over = false;

	for (size_t i = 0; !is_over; i++) {
		ck_assert_uint_lt(i, 100);
		ck_assert_int_eq(retention_turn(db, c, &r, now_ms, &done,
		    &is_over), OK);
		sum += done;
	}
	return sum;
}

#define RECEIVED "'2020-01-15T12:00:00Z'::timestamptz"
#define AT(t) ",\"received_at\":\"" t "\""
/* ANA's last word, and whether a moment is behind the end of her time. */
static const struct { const char *change, *now; bool goes; } rows[] = {
	{ "SELECT 1", RECEIVED " + interval '36 months'", false },
	{ "SELECT 1", RECEIVED " + interval '36 months 1 second'", true },
	/* A document fetched, a confirmation, a word about consent. */
	{ "UPDATE piste.delivery SET fetched_at = '2021-01-01'",
	    RECEIVED " + interval '40 months'", false },
	{ "UPDATE piste.delivery SET fetched_at = '2021-01-01'",
	    "'2024-01-02'::timestamptz", true },
	{ "UPDATE piste.delivery SET confirmed_at = '2021-01-01'",
	    RECEIVED " + interval '40 months'", false },
	/* What only we did. */
	{ "UPDATE piste.delivery SET asset_sent_at = '2021-01-01',"
	    " opened_at = '2021-01-01'", RECEIVED " + interval '40 months'",
	    true },
	/* A customer is kept for other reasons. */
	{ STAGED("1", "sql", "NULL") ";" STAGED("1", "opportunity", "NULL")
	    ";" STAGED("1", "customer", "NULL"),
	    RECEIVED " + interval '40 months'", false },
	{ STAGED("1", "sql", "NULL") ";" STAGED("1", "lost", "'price'"),
	    RECEIVED " + interval '40 months'", true },
};
START_TEST(prospects_have_their_time)
{
	struct sample c = said_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");
	struct retention_rule rule;
	int64_t now_ms, due;

	conf.retention_visitor_months = 1200;
	said_submit(c.conn, 1, "", AT("2020-01-15T12:00:00Z"));
	sample_run(c.conn, "UPDATE piste.person SET created_at = " RECEIVED);
	sample_run(c.conn, "INSERT INTO piste.delivery (submission_id,"
	    " page_key, policy, needs_confirm, received_at) SELECT id,"
	    " page_key, 'mail', false, received_at FROM piste.submission");
	sample_run(c.conn, rows[_i].change);
	now_ms = ms_of(c.conn, rows[_i].now);
	retention_rule(&conf, 0, &rule);
	ck_assert_int_eq(retention_due(db, &rule, now_ms, &due), OK);
	ck_assert_int_eq(due, rows[_i].goes);
	ck_assert_int_eq(pass(db, &conf, now_ms), rows[_i].goes);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(email)::text ||"
	    " (SELECT count(*) FROM piste.person_key) FROM piste.submission"),
	    rows[_i].goes ? STR("00") : STR("11"));
	/* Nobody objected. */
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT count(*)::text FROM piste.objection"), STR("0"));
	ck_assert_int_eq(pass(db, &conf, now_ms), 0);
} END_TEST

/* Hours that were over before, and no other. */
START_TEST(an_audience_goes_by_the_hour)
{
	struct sample c = sample_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");
	struct retention_rule rule;
	int64_t now_ms = ms_of(c.conn, "'2022-02-01T01:00:01Z'::timestamptz");
	int64_t due, kept = 0;

	conf.retention_visitor_months = 25;
	sample_run(c.conn, "INSERT INTO piste.audience (hour, page_key,"
	    " variant, class, campaign_key, channel, source, medium, keyword,"
	    " country, region, views, visitors, engaged) SELECT h, 'p', v,"
	    " 'human', '', '', '', '', '', '', '', 1, 1, 0 FROM"
	    " unnest('{2020-01-01T00:00Z,2020-01-01T01:00Z,"
	    "2020-01-01T02:00Z,2021-01-01T00:00Z}'::timestamptz[]) AS h"
	    " CROSS JOIN unnest('{a,b}'::text[]) AS v");
	for (size_t i = 0; i < RETENTION_PURPOSES; i++) {
		retention_rule(&conf, i, &rule);
		ck_assert_int_eq(retention_due(db, &rule, now_ms, &due), OK);
		kept += due;
	}
	ck_assert_int_eq(kept, 4);
	ck_assert_int_eq(pass(db, &conf, now_ms), 4);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) || ' ' ||"
	    " min(hour AT TIME ZONE 'UTC') FROM piste.audience"),
	    STR("4 2020-01-01 02:00:00"));
	ck_assert_int_eq(pass(db, &conf, now_ms), 0);
} END_TEST

START_TEST(steps_are_bounded)
{
	struct sample c = sample_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");
	struct retention r = { 0 };
	int64_t done;
	bool is_over;

	sample_run(c.conn, "INSERT INTO piste.person (email, created_at)"
	    " SELECT 'p' || n || '@firm.fr', '2020-01-01' FROM"
	    " generate_series(1, 201) AS n");
	ck_assert_int_eq(retention_turn(db, &conf, &r, ms_of(c.conn,
	    "'2026-01-01'::timestamptz"), &done, &is_over), OK);
	ck_assert_int_eq(done, RETENTION_ROWS_MAX);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)::text FROM"
	    " piste.person WHERE email IS NOT NULL"), STR("1"));
	ck_assert_int_eq(retention_turn(db, &conf, &r, ms_of(c.conn,
	    "'2026-01-01'::timestamptz"), &done, &is_over), OK);
	ck_assert_int_eq(done, 1);
	ck_assert(!is_over);
} END_TEST

static const struct { int64_t ahead_ms; enum err e; } clocks[] = {
	{ 0, OK },
	{ RETENTION_CLOCK_MS - 60000, OK },
	{ RETENTION_CLOCK_MS + 60000, ERR_DENIED },
	{ -RETENTION_CLOCK_MS + 60000, OK },
	{ -RETENTION_CLOCK_MS - 60000, ERR_DENIED },
};
START_TEST(nothing_goes_by_a_wrong_clock)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "test");

	clock_pin(clock_now_ms() + clocks[_i].ahead_ms);
	ck_assert_int_eq(retention_clock(db), clocks[_i].e);
} END_TEST

static const struct { const char *now; bool goes; } aside[] = {
	{ RECEIVED " + interval '30 days'", false },
	{ RECEIVED " + interval '30 days 1 second'", true },
};
START_TEST(quarantine_has_its_time)
{
	struct sample c = said_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");

	said_submit(c.conn, 1, "", AT("2020-01-15T12:00:00Z")
	    ",\"suspect\":\"trapped\",\"ip_prefix\":\"192.0.2.0/24\"");
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, aside[_i].now)),
	    aside[_i].goes);
	ck_assert_str_same(sample_text(c.conn, "SELECT outcome || ' ' ||"
	    " (num_nonnulls(email, ip_prefix) = 0 AND fields = '{}')::text"
	    " FROM piste.submission"), aside[_i].goes ?
	    STR("quarantined true") : STR("quarantined false"));
} END_TEST

static const char experiment[] =
    "INSERT INTO piste.experiment (key, page_key, seed, weights, coverage,"
    " goal, window_s, alpha, planned_visitors, state, phase, bucket_version,"
    " variants_revision, position, definition) VALUES ('x', 'p1', 's',"
    " '{\"a\": 1}', 1, 'lead', 86400, 0.05, 0, 'running', 1, 1, 1, 1, '{}')";
static const char sums[] =
    "SELECT md5(jsonb_agg(to_jsonb(x) ORDER BY to_jsonb(x))::text || (SELECT"
    " jsonb_agg(to_jsonb(h) ORDER BY to_jsonb(h))::text FROM"
    " piste.experiment_hour AS h) || (SELECT jsonb_agg(to_jsonb(o) - 'unit'"
    " ORDER BY o.exposed_at)::text FROM piste.outcome AS o))"
    " FROM piste.experiment_counts('x', 1,"
    " ARRAY['2100-01-01'::timestamptz]) AS x";

START_TEST(cookies_are_forgotten)
{
	struct sample c = said_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");
	struct str before;

	sample_run(c.conn, experiment);
	SAID_GIVE(c.conn, 1);
	SAID_GIVE(c.conn, 2);
	before = sample_text(c.conn, sums);
	ck_assert(before.n);
	conf.retention_prospect_months = 120;
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn,
	    "now() + interval '24 months'")), 0);
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn,
	    "now() + interval '26 months'")), 2);
	ck_assert_str_same(sample_text(c.conn, sums), before);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)::text FROM"
	    " piste.exposure WHERE visitor IN ('v1', 'v2')"), STR("0"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)::text FROM"
	    " piste.exposure AS e JOIN piste.experiment AS x ON x.key ="
	    " e.experiment_key JOIN piste.outcome AS o ON o.unit ="
	    " piste.experiment_unit(x.salt, e.visitor) JOIN piste.conversion"
	    " AS v ON v.unit = o.unit"), STR("2"));
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn,
	    "now() + interval '26 months'")), 0);
} END_TEST

/* What is forgotten is not read again, whatever is kept how long since. */
START_TEST(a_pass_begins_where_the_last_ended)
{
	struct sample c = said_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");
	struct retention_rule rule;
	int64_t due;

	conf.retention_prospect_months = 120;
	sample_run(c.conn, experiment);
	sample_run(c.conn, "INSERT INTO piste.exposure (experiment_key,"
	    " visitor, variant, bucket_version, first_seen_at) SELECT 'x',"
	    " 'v' || n, 'a', 1, '2020-01-15'::timestamptz + n * interval"
	    " '1 day' FROM generate_series(1, 3) AS n");
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, "now()")), 3);
	ck_assert_str_same(sample_text(c.conn, "SELECT (until < now() -"
	    " interval '24 months')::text FROM piste.retention_mark"),
	    STR("true"));
	/* As if it had been missed: nobody looks. */
	sample_run(c.conn, "UPDATE piste.exposure SET visitor = 'v1' WHERE"
	    " first_seen_at < '2020-01-17'");
	retention_rule(&conf, 2, &rule);
	ck_assert_int_eq(retention_due(db, &rule, ms_of(c.conn, "now()"),
	    &due), OK);
	ck_assert_int_eq(due, 0);
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, "now()")), 0);
	/* Kept longer and shorter again: the mark only goes forward. */
	conf.retention_visitor_months = 120;
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, "now()")), 0);
	conf.retention_visitor_months = 25;
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, "now()")), 0);
} END_TEST

#define MOVED "INSERT INTO piste.experiment_move (experiment_key," \
	" from_state, to_state, phase, what, who, at) SELECT 'x', 'stopped'," \
	" '%s', 1, 'moved', 'test', now() - interval '%s'"
/* A state, for how long, and whether its visitors' cookies go. */
static const struct { const char *state, *since; bool goes; } ends[] = {
	{ "running", "9 days", false }, { "stopped", "9 days", false },
	{ "archived", "23 hours", false }, { "archived", "25 hours", true },
};
START_TEST(an_archived_experiment_has_no_cookie)
{
	struct sample c = said_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");
	struct arena *a = suite_arena();
	struct str before;

	sample_run(c.conn, experiment);
	for (int i = 1; i < 4; i++)
		SAID_GIVE(c.conn, i);
	if (_i)
		sample_run(c.conn, "UPDATE piste.experiment SET state ="
		    " 'stopped'");
	sample_run(c.conn, arena_copy(a, buf_fmt(a, 200, "UPDATE"
	    " piste.experiment SET state = '%s'", ends[_i].state)).p);
	sample_run(c.conn, arena_copy(a, buf_fmt(a, 400, MOVED,
	    ends[_i].state, ends[_i].since)).p);
	before = sample_text(c.conn, sums);
	ck_assert(before.n);
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, "now()")),
	    ends[_i].goes ? 3 : 0);
	ck_assert_str_same(sample_text(c.conn, sums), before);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)::text FROM"
	    " piste.exposure WHERE visitor LIKE 'v%'"), ends[_i].goes ?
	    STR("0") : STR("3"));
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, "now()")), 0);
} END_TEST

START_TEST(objections_have_their_time)
{
	struct sample c = sample_new();
	struct conf conf = conf_of();
	struct pg *db = pg_new(c.conninfo, "test");

	sample_run(c.conn, "INSERT INTO piste.objection (kind, print, at)"
	    " VALUES ('email', piste.objection_print('email', 'a@firm.fr'), "
	    RECEIVED ")");
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, RECEIVED
	    " + interval '36 months'")), 0);
	ck_assert_int_eq(pass(db, &conf, ms_of(c.conn, RECEIVED
	    " + interval '36 months 1 second'")), 1);
} END_TEST

SUITE_APART(retention)
{
	SUITE_LOOP(prospects_have_their_time, COUNT(rows));
	SUITE_TEST(an_audience_goes_by_the_hour);
	SUITE_TEST(steps_are_bounded);
	SUITE_LOOP(nothing_goes_by_a_wrong_clock, COUNT(clocks));
	SUITE_LOOP(quarantine_has_its_time, COUNT(aside));
	SUITE_TEST(cookies_are_forgotten);
	SUITE_TEST(a_pass_begins_where_the_last_ended);
	SUITE_LOOP(an_archived_experiment_has_no_cookie, COUNT(ends));
	SUITE_TEST(objections_have_their_time);
}
