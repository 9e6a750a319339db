/*
 * Tests of what src/sql/0003_experiment.sql does with exposures, forms and
 * leads, case by case; test_counting_history.c has them at random.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/sample.h"

#define X_WINDOWS "86400, 864000, 864000, 864000"

static const char experiment[] =
    "INSERT INTO piste.experiment (key, page_key, seed, weights, coverage,"
    " goal, window_s, mql_window_s, sql_window_s, customer_window_s, alpha,"
    " planned_visitors, state, phase, bucket_version, variants_revision,"
    " position, definition) SELECT key, 'p1', 'x', '{}', 1, 'lead', "
    X_WINDOWS ", .05, 0, 'running', 1, 1, 1, 1, '{}'"
    " FROM unnest('{x,y}'::text[]) AS made (key);"
    "INSERT INTO piste.epoch (experiment_key, number, phase, weights,"
    " coverage, started_at) VALUES ('x', 1, 1, '{}', 1, '2026-01-01Z'),"
    " ('x', 2, 1, '{}', 1, '2026-01-02Z'), ('x', 3, 2, '{}', 1,"
    " '2026-01-03Z')";

static struct sample
start(void)
{
	struct sample c = sample_new();

	sample_run(c.conn, experiment);
	/* Stages are set here as they come, at times of the past. */
	sample_run(c.conn, "ALTER TABLE piste.lead DISABLE TRIGGER lead_guard");
	return c;
}

/* One exposure: visitor, variant, phase, epoch, ms, posted, refused, bot. */
#define SEEN(v, a, b, e, t, p, r, bot) \
	"SELECT piste.exposure_take('{x}', '{" v "}', '{" a "}', '{" #b "}'," \
	" '{" #e "}', '{" #t "}', '{FR}', '{\"\"}', '{}', '{fr}', '{" #p "}'," \
	" '{" #r "}', '{" #bot "}');"

static const struct {
	const char *told;
	const char *row;
} merges[] = {
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, false), "a 1 1 1.000" },
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, false)
	    SEEN("v", "a", 1, 2, 500, 0, 0, false), "a 1 1 1.000" },
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, false)
	    SEEN("v", "b", 1, 1, 2000, 0, 0, false), "a 1 1 1.000 multi" },
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, false)
	    SEEN("v", "a", 1, 1, 1000, 3000, 0, false)
	    SEEN("v", "a", 1, 1, 1000, 4000, 5000, false),
	    "a 1 1 1.000 posted 3 refused 5" },
	{ SEEN("v", "a", 1, 1, 1000, 2000, 0, false)
	    SEEN("v", "b", 2, 3, 9000, 0, 0, false), "b 2 3 9.000" },
	{ SEEN("v", "b", 2, 3, 9000, 0, 0, false)
	    SEEN("v", "a", 1, 1, 1000, 2000, 0, false), "b 2 3 9.000" },
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, true)
	    SEEN("v", "b", 1, 1, 2000, 0, 0, false), "a 1 1 1.000 bot" },
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, false)
	    SEEN("v", "b", 1, 1, 2000, 0, 0, false)
	    SEEN("v", "a", 1, 1, 3000, 0, 0, true), "a 1 1 1.000 bot" },
	/* R8: for all times, also the next phase's. */
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, true)
	    SEEN("v", "b", 2, 3, 9000, 0, 0, false), "b 2 3 9.000 bot" },
	{ SEEN("v", "b", 2, 3, 9000, 0, 0, false)
	    SEEN("v", "a", 1, 1, 1000, 0, 0, true), "b 2 3 9.000 bot" },
	/* Several arms in an earlier phase are nothing in the next. */
	{ SEEN("v", "a", 1, 1, 1000, 0, 0, false)
	    SEEN("v", "b", 1, 1, 2000, 0, 0, false)
	    SEEN("v", "b", 2, 3, 9000, 0, 0, false), "b 2 3 9.000" },
	/* In one batch, in whatever order. */
	{ "SELECT piste.exposure_take('{x,x,x}', '{v,v,v}', '{b,a,a}',"
	    " '{1,1,1}', '{1,1,1}', '{3000,1000,2000}', NULL, '{\"\",\"\","
	    "mobile}', NULL, NULL, '{0,0,7000}', NULL)",
	    "a 1 1 1.000 multi posted 7 mobile" },
	{ "SELECT piste.exposure_take('{x,x}', '{v,v}', '{b,a}',"
	    " '{2,1}', '{3,1}', '{3000,1000}', NULL, NULL, NULL, NULL,"
	    " NULL, NULL)", "b 2 3 3.000" },
};

START_TEST(exposures_merge)
{
	struct sample c = start();

	sample_run(c.conn, merges[_i].told);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', variant,"
	    " bucket_version, epoch, round(extract(epoch FROM first_seen_at),"
	    " 3), excluded, 'posted ' || extract(epoch FROM posted_at)::int,"
	    " 'refused ' || extract(epoch FROM refused_at)::int, device)"
	    " FROM piste.exposure"), str_of(merges[_i].row));
} END_TEST

/* What says nothing new takes no lock and writes no row. */
START_TEST(known_exposure_is_left_alone)
{
	static const char told[] = SEEN("v", "a", 1, 1, 1000, 2000, 0, false);
	struct sample c = start();
	struct str before;

	sample_run(c.conn, told);
	before = sample_text(c.conn, "SELECT concat(xmin, ' ', xmax)"
	    " FROM piste.exposure");
	sample_run(c.conn, told);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat(xmin, ' ', xmax)"
	    " FROM piste.exposure"), before);
} END_TEST

/* By visitor, in seconds after v was seen. */
#define FORM(n, visitor, at) \
	"SELECT piste.conversion_take('{x}', '{" visitor "}', '{1}'," \
	" '{00000000-0000-0000-0000-00000000000" #n "}', '{" #n "}'," \
	" ARRAY[to_timestamp(" #at ")], '{true}');"
#define V SEEN("v", "a", 1, 1, 0, 0, 0, false)
#define SPAM(n) "UPDATE piste.lead SET stage = 'disqualified'," \
	" stage_reason = 'spam' WHERE id = " #n ";"
#define GENUINE(n) "UPDATE piste.lead SET stage = 'lead' WHERE id = " #n ";"
#define MOVE(name, reason) "SELECT piste.lead_move(1, '" #name "', 'ines'," \
	" 'operator', " #reason ", NULL);"
#define STAGE(n, name, at) "UPDATE piste.lead SET stage = '" #name "', " \
	#name "_at = to_timestamp(" #at ") WHERE id = " #n ";"

static const struct {
	const char *rule;
	const char *told;
	const char *figures;	/* as of ever */
} rules[] = {
	{ "R4 at once", V FORM(1, "v", 0), "leads 1" },
	{ "R4 to the end", V FORM(1, "v", 86399.999), "leads 1" },
	{ "R4 at the end", V FORM(1, "v", 86400),
	    "conversions_after_window 1" },
	{ "R4 before", V FORM(1, "v", -.001),
	    "conversions_before_exposure 1" },
	{ "R4 one a visitor", V FORM(1, "v", 1) FORM(2, "v", 2)
	    FORM(1, "v", 1), "duplicate_conversions 1 leads 1" },
	{ "R4 without", V FORM(1, "w", 1),
	    "conversions_without_exposure 1" },
	{ "exposure behind its form", FORM(1, "v", 1) V, "leads 1" },
	{ "spam, then its exposure", FORM(1, "v", 1) SPAM(1) V GENUINE(1),
	    "leads 1" },
	{ "R3", V FORM(1, "v", 1) SEEN("v", "b", 1, 1, 9, 0, 0, false),
	    "multi_exposed_visitors 1" },
	{ "R6", V FORM(1, "v", 1) SPAM(1), "spam 1 spam_conversions 1" },
	{ "R6 and back", V FORM(1, "v", 1) SPAM(1) GENUINE(1), "leads 1" },
	{ "R6 a later one", V FORM(1, "v", 1) FORM(2, "v", 2) SPAM(1),
	    "leads 1 spam 1 spam_conversions 1" },
	{ "R6 a late one", V FORM(1, "v", 1) FORM(2, "v", 86400) SPAM(1),
	    "conversions_after_window 1 spam 1 spam_conversions 1" },
	{ "R7", V FORM(1, "v", 1) STAGE(1, mql, 863999),
	    "leads 1 mqls 1" },
	{ "R7 too late", V FORM(1, "v", 1) STAGE(1, mql, 864000), "leads 1" },
	{ "R7 kept when it moves back", V FORM(1, "v", 1)
	    STAGE(1, customer, 5) GENUINE(1),
	    "customers 1 leads 1 mqls 1 sqls 1 value 1" },
	{ "R7 and the moves people make", V FORM(1, "v", 1) MOVE(sql, NULL)
	    MOVE(mql, 'refused') MOVE(lead, 'not-ripe'), "leads 1" },
	{ "R7 in time, then back", V FORM(1, "v", 1) STAGE(1, mql, 5)
	    MOVE(sql, NULL) MOVE(mql, 'refused'), "leads 1 mqls 1" },
	{ "R6 and the moves people make", V FORM(1, "v", 1)
	    MOVE(disqualified, 'spam'), "spam 1 spam_conversions 1" },
	{ "R6 and back, moved", V FORM(1, "v", 1) STAGE(1, mql, 5)
	    MOVE(disqualified, 'spam') MOVE(lead, 'mistake'),
	    "leads 1 mqls 1" },
	{ "R7 of the lead that counts", V FORM(1, "v", 1) FORM(2, "v", 2)
	    STAGE(2, mql, 5), "duplicate_conversions 1 leads 1" },
	{ "R7 and then spam", V FORM(1, "v", 1) STAGE(1, mql, 5) SPAM(1),
	    "spam 1 spam_conversions 1" },
	{ "R8", V FORM(1, "v", 1) STAGE(1, mql, 5)
	    SEEN("v", "a", 1, 1, 0, 0, 0, true), "bot_visitors 1" },
	{ "R8 before its form", SEEN("v", "a", 1, 1, 0, 0, 0, true)
	    FORM(1, "v", 1), "bot_visitors 1" },
	{ "no salt, no unit", "UPDATE piste.experiment SET salt = '';" V
	    FORM(1, "v", 1), "" },
};

START_TEST(rules_hold)
{
	struct sample c = start();
	struct str got;

	sample_run(c.conn, "INSERT INTO piste.person (id) VALUES (1), (2);"
	    "INSERT INTO piste.lead (id, person_id, offer_key, value)"
	    " OVERRIDING SYSTEM VALUE VALUES (1, 1, 'o1', 10),"
	    " (2, 2, 'o1', 20)");
	sample_run(c.conn, rules[_i].told);
	got = sample_text(c.conn, "SELECT string_agg(concat(what, ' ', n), ' '"
	    " ORDER BY what) FROM (SELECT measure AS what, n"
	    " FROM piste.experiment_counts('x', 1, '{2100-01-01}')"
	    " WHERE measure NOT LIKE '%visitors' AND measure NOT IN ('bots',"
	    " 'multi', 'mature_leads', 'consented') UNION ALL SELECT reason, n"
	    " FROM piste.experiment_exclusions('x', 1, '2100-01-01')"
	    " WHERE n > 0) AS f");
	ck_assert_msg(str_eq(got, str_of(rules[_i].figures)),
	    "%s: got \"%.*s\", wanted \"%s\"", rules[_i].rule, STR_ARG(got),
	    rules[_i].figures);
} END_TEST

/* A stage reached tells the times of those before it. */
static const struct {
	const char *set;
	const char *times;	/* mql sql customer spam, days of January */
} moves[] = {
	{ "stage = 'mql'", "now - - -" },
	{ "stage = 'opportunity'", "now now - -" },
	{ "stage = 'customer', customer_at = '2026-01-09Z'", "9 9 9 -" },
	{ "stage = 'customer', mql_at = '2026-01-02Z',"
	    " sql_at = '2026-01-03Z'", "2 3 now -" },
	{ "stage = 'nurturing'", "- - - -" },
	{ "stage = 'lost'", "- - - -" },
	{ "stage = 'disqualified'", "- - - -" },
	{ "stage = 'disqualified', stage_reason = 'spam'", "- - - now" },
	{ "stage = 'lead', stage_reason = 'spam',"
	    " spam_at = '2026-01-02Z'", "- - - -" },
};

START_TEST(stages_leave_their_times)
{
	struct sample c = start();
	struct str update = buf_fmt(suite_arena(), 300,
	    "UPDATE piste.lead SET %s%c", moves[_i].set, 0);

	sample_run(c.conn, "INSERT INTO piste.person (id) VALUES (1);"
	    "INSERT INTO piste.lead (person_id, offer_key) VALUES (1, 'o1')");
	sample_run(c.conn, update.p);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(CASE WHEN at"
	    " IS NULL THEN '-' WHEN at > '2026-02-01' OR at < '2026-01-01'"
	    " THEN 'now' ELSE extract(day FROM at AT TIME ZONE 'UTC')::text"
	    " END, ' ' ORDER BY n) FROM piste.lead CROSS JOIN LATERAL unnest("
	    "ARRAY[mql_at, sql_at, customer_at, spam_at]) WITH ORDINALITY"
	    " AS t (at, n)"), str_of(moves[_i].times));
} END_TEST

/* A lead's form counts with its own facts, a robot's flags its visitor. */
START_TEST(submissions_count)
{
	struct sample c = start();
	const struct sample_row row[] = { { .id = 1, .email = "a@b.fr" },
		{ .id = 2, .email = "c@b.fr", .suspect = "trapped" } };

	sample_take(c.conn, sample_batch(row, COUNT(row)));
	sample_take(c.conn, sample_batch(row, COUNT(row)));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', visitor, variant, epoch, excluded, country, lang), ', '"
	    " ORDER BY visitor) FROM piste.exposure"),
	    STR("v1 a 2 FR fr, v2 a 2 bot FR fr"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', is_consented, reason, lead_id IS NOT NULL,"
	    " unit = piste.experiment_unit(salt, 'v1')), ', ')"
	    " FROM piste.conversion JOIN piste.experiment"
	    " ON key = experiment_key"), STR("t t t"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', measure, n), ', ' ORDER BY measure)"
	    " FROM piste.experiment_counts('x', 1, ARRAY[now()])"),
	    STR("bots 1, consented 1, leads 1, visitors 1"));
} END_TEST

#define TYPED(n, address, text) \
	"[{\"id\":\"00000000-0000-7000-8000-00000000000" #n "\",\"page_key\":" \
	"\"p1\",\"offer_key\":\"o1\",\"form_key\":\"f1\",\"via\":\"form\"," \
	"\"duplicates\":\"email\",\"email_key\":\"ana@b.fr\"," \
	"\"email\":\"" address "\",\"fields\":{\"mail\":\"" address "\"," \
	"\"text\":\"" text "\"}}]"

static const struct {
	const char *first, *second;
	const char *verdict;
} typed[] = {
	{ TYPED(1, "ana@b.fr", "Hi"), TYPED(2, "Ana@B.fr", "Hi"), "repeat" },
	{ TYPED(1, "Ana@b.fr", "Hi"), TYPED(2, "ana@b.fr", "Hi"), "repeat" },
	{ TYPED(1, "ANA@b.fr", "Hi"), TYPED(2, "Ana@b.fr", "Hi"), "repeat" },
	{ TYPED(1, "ana@b.fr", "Hi"), TYPED(2, "Ana@b.fr", "hi"), "update" },
};

/* An e-mail in capitals is the same e-mail; other text is other text. */
START_TEST(case_of_an_email_is_no_update)
{
	struct sample c = start();

	ck_assert_str_same(sample_take(c.conn, str_of(typed[_i].first)),
	    STR("new"));
	ck_assert_str_same(sample_take(c.conn, str_of(typed[_i].second)),
	    str_of(typed[_i].verdict));
} END_TEST

#define VIEWS(turn, n) \
	"SELECT piste.traffic_add('00000000-0000-7000-8000-000000000001', " \
	#turn ", '{p1,p1,p1}', '{\"\",x,x}', '{a,a,a}', '{robot,human," \
	"human}', '{0,3600000,3600001}', '{" #n "," #n ",1}');"

START_TEST(traffic_is_added_once)
{
	struct sample c = start();

	sample_run(c.conn, VIEWS(1, 5) VIEWS(1, 5) VIEWS(2, 7) VIEWS(2, 7));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', experiment_key, class, extract(epoch FROM hour)::int,"
	    " views), ', ' ORDER BY class) FROM piste.traffic"),
	    STR("x human 3600 14,  robot 0 12"));
} END_TEST

START_TEST(unknown_experiment_has_no_rows)
{
	struct sample c = start();

	sample_run(c.conn, "SELECT piste.conversion_take('{no}', '{v}',"
	    " '{1}', '{00000000-0000-0000-0000-000000000001}', '{NULL}',"
	    " '{now}', '{true}')");
	ck_assert_str_same(sample_text(c.conn, "SELECT concat((SELECT count(*)"
	    " FROM piste.conversion), (SELECT count(*)"
	    " FROM piste.experiment_counts('no', 1, '{now}')),"
	    " (SELECT count(*) FROM piste.experiment_recount('no', 1, now())),"
	    " (SELECT count(*) FROM piste.experiment_exclusions('no', 1,"
	    " now())), (SELECT count(*) FROM piste.experiment_slices('no',"
	    " 1, 'lang', now(), 9)), (SELECT count(*)"
	    " FROM piste.experiment_slices('x', 1, 'no', now(), 9)))"),
	    STR("000000"));
} END_TEST

#define CROWD 4
#define ROUNDS 40
#define CROWD_VISITORS 60

struct crowd {
	struct str conninfo;
	pthread_barrier_t *start;
	int number;
	char *failure;
};

/* Visitors of two experiments, in one order or the other; some see two arms. */
static void
crowd_expose(char *say, size_t size, const struct crowd *me, int round)
{
	snprintf(say, size, "SELECT piste.exposure_take(array_agg(CASE WHEN"
	    " n %% 2 = 0 THEN 'x' ELSE 'y' END), array_agg('v' || n),"
	    " array_agg(CASE WHEN n %% 9 = %d THEN 'b' ELSE 'a' END),"
	    " array_agg(1::bigint), array_agg(1), array_agg(n * 60000::bigint),"
	    " NULL, NULL, NULL, NULL, array_agg(CASE WHEN n %% 7 = %d THEN"
	    " 1000::bigint END), NULL) FROM (SELECT n FROM generate_series(%d,"
	    " %d) AS n ORDER BY n %s) AS t", me->number, round % 7, round * 5,
	    round * 5 + CROWD_VISITORS, me->number % 2 ? "DESC" : "ASC");
}

static void
crowd_convert(char *say, size_t size, const struct crowd *me, int round)
{
	snprintf(say, size, "SELECT piste.conversion_take(array_agg(CASE WHEN"
	    " n %% 2 = 0 THEN 'x' ELSE 'y' END), array_agg('v' || n),"
	    " array_agg(1::bigint), array_agg(md5('%d' || n)::uuid),"
	    " array_agg(1 + n %% 2), array_agg(to_timestamp(n * 60 + %d)),"
	    " array_agg(true)) FROM generate_series(%d, %d) AS n",
	    me->number, me->number, round * 5, round * 5 + CROWD_VISITORS);
}

static void
crowd_move(char *say, size_t size, const struct crowd *me, int round)
{
	snprintf(say, size, "UPDATE piste.lead SET stage = '%s',"
	    " stage_reason = 'spam' WHERE id = %d",
	    round % 2 ? "sql" : "disqualified", 1 + me->number % 2);
}

/* One statement, one transaction, as all who count do it. */
static void *
crowd_in(void *context)
{
	static void (*const step[])(char *, size_t, const struct crowd *,
	    int) = { crowd_expose, crowd_convert, crowd_move };
	struct crowd *me = context;
	PGconn *conn = PQconnectdb(me->conninfo.p);
	char say[1000];

	pthread_barrier_wait(me->start);
	for (int i = 0; i < ROUNDS * 3 && !me->failure; i++) {
		PGresult *r;

		step[(i + me->number) % 3](say, sizeof say, me, i / 3);
		r = PQexec(conn, say);
		if (PQresultStatus(r) != PGRES_COMMAND_OK &&
		    PQresultStatus(r) != PGRES_TUPLES_OK)
			me->failure = strdup(PQerrorMessage(conn));
		PQclear(r);
	}
	PQfinish(conn);
	return NULL;
}

START_TEST(crowds_never_deadlock)
{
	static const char derived[] = "SELECT md5(concat((SELECT string_agg("
	    "h::text, ' ' ORDER BY h) FROM piste.experiment_hour AS h WHERE"
	    " n <> 0), (SELECT string_agg(o::text, ' ' ORDER BY o)"
	    " FROM piste.outcome AS o)))";
	struct sample c = start();
	struct crowd crowd[CROWD];
	pthread_t thread[CROWD];
	pthread_barrier_t together;
	struct str before;

	sample_run(c.conn, "INSERT INTO piste.person (id) VALUES (1), (2);"
	    "INSERT INTO piste.lead (id, person_id, offer_key)"
	    " OVERRIDING SYSTEM VALUE VALUES (1, 1, 'o1'), (2, 2, 'o1')");
	pthread_barrier_init(&together, NULL, CROWD);
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = (struct crowd){ .conninfo = c.conninfo,
			.start = &together, .number = i };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, crowd_in,
		    &crowd[i]), 0);
	}
	for (int i = 0; i < CROWD; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < CROWD; i++)
		ck_assert_msg(!crowd[i].failure, "%s", crowd[i].failure);
	before = sample_text(c.conn, derived);
	ck_assert_str_same(sample_text(c.conn, "SELECT sum(n)"
	    " FROM piste.experiment_hour WHERE measure IN ('visitor',"
	    " 'multi')"),
	    sample_text(c.conn, "SELECT count(*) FROM piste.exposure"));
	sample_run(c.conn, "SELECT piste.experiment_rebuild(key)"
	    " FROM piste.experiment");
	ck_assert_str_same(sample_text(c.conn, derived), before);
} END_TEST

#define BATCHES 40
#define BATCH 50
#define READS_A_ROW 20	/* index entries */

/* Plans made for empty tables, and kept, must do for full ones. */
START_TEST(growth_costs_nothing)
{
	struct sample c = start();
	struct str ask = buf_fmt(suite_arena(), 300, "SELECT"
	    " sum(idx_tup_read) BETWEEN %d AND %d FROM pg_stat_user_indexes"
	    " WHERE schemaname = 'piste'%c", BATCHES * BATCH,
	    READS_A_ROW * BATCHES * BATCH, 0);

	sample_run(c.conn, "ANALYZE; SELECT pg_stat_reset()");
	for (int i = 0; i < BATCHES; i++) {
		struct str say = buf_fmt(suite_arena(), 1200, "SELECT"
		    " piste.exposure_take(array_agg('x'::text), array_agg("
		    "'v' || n), array_agg('a'::text), array_agg(1::bigint),"
		    " array_agg(1), array_agg(n * 60000::bigint), NULL, NULL,"
		    " NULL, NULL, NULL, NULL), piste.conversion_take("
		    "array_agg('x'::text), array_agg('v' || n - 25),"
		    " array_agg(1::bigint), array_agg(md5(n::text)::uuid),"
		    " array_agg(n), array_agg(to_timestamp(n * 60)),"
		    " array_agg(true)) FROM generate_series(%d::bigint, %d)"
		    " AS n%c", i * BATCH, i * BATCH + BATCH - 1, 0);

		sample_run(c.conn, say.p);
	}
	sample_run(c.conn, "SELECT pg_stat_force_next_flush()");
	ck_assert_msg(str_eq(sample_text(c.conn, ask.p), STR("t")), "%.*s",
	    STR_ARG(sample_text(c.conn, "SELECT string_agg(concat_ws(' ',"
	    " indexrelname, idx_tup_read), ', ') FROM pg_stat_user_indexes"
	    " WHERE idx_tup_read > 1000")));
} END_TEST

START_TEST(everything_is_commented)
{
	struct sample c = start();

	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(what, ', ')"
	    " FROM (SELECT c.relname || coalesce('.' || a.attname, '') AS what"
	    " FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid ="
	    " c.oid AND a.attnum > 0 AND NOT a.attisdropped"
	    " WHERE c.relnamespace = 'piste'::regnamespace AND c.relkind = 'r'"
	    " AND c.relname <> 'migration'"
	    " AND (col_description(c.oid, a.attnum) IS NULL"
	    " OR obj_description(c.oid, 'pg_class') IS NULL)"
	    " UNION ALL SELECT oid::regprocedure::text FROM pg_proc"
	    " WHERE pronamespace = 'piste'::regnamespace"
	    " AND obj_description(oid, 'pg_proc') IS NULL AND NOT EXISTS ("
	    "SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass"
	    " AND d.objid = pg_proc.oid AND d.deptype = 'e')) AS bare"),
	    STR_EMPTY);
} END_TEST

SUITE_APART(counting)
{
	SUITE_LOOP(exposures_merge, COUNT(merges));
	SUITE_TEST(known_exposure_is_left_alone);
	SUITE_LOOP(rules_hold, COUNT(rules));
	SUITE_LOOP(stages_leave_their_times, COUNT(moves));
	SUITE_TEST(submissions_count);
	SUITE_LOOP(case_of_an_email_is_no_update, COUNT(typed));
	SUITE_TEST(traffic_is_added_once);
	SUITE_TEST(unknown_experiment_has_no_rows);
	SUITE_TEST(crowds_never_deadlock);
	SUITE_TEST(growth_costs_nothing);
	SUITE_TEST(everything_is_commented);
}
