/* Tests of the sums by day that track/kpi.c reads (src/sql/0035). */
#include <stdio.h>

#include "page/define.h"
#include "track/kpicase.h"

#define YEAR_BYTES_MAX ((size_t)1 << 20)

/*
 * A random life around month ends and changes of the clock, one step of it by
 * number; %d is the seed.
 */
static const char step[] =
    "DO $$ DECLARE l piste.lead; n integer; what integer; at timestamptz;"
    " who bigint; BEGIN PERFORM setseed(((%d * 7919) %% 10000) / 10000.0);"
    " FOR n IN 1..40 LOOP BEGIN what := floor(random() * 16);"
    " at := (CASE WHEN random() < .5 THEN '2026-03-27 12:00+00' ELSE"
    "  '2025-10-24 12:00+00' END)::timestamptz + interval '15 minutes'"
    "  * floor(random() * 600);"
    " l := (SELECT o FROM piste.lead AS o ORDER BY random() LIMIT 1);"
    " IF what < 4 OR l.id IS NULL THEN"
    "  INSERT INTO piste.person (email, created_at) VALUES (%d || '.' || n ||"
    "   '@firm.fr', at) RETURNING id INTO who;"
    "  INSERT INTO piste.lead (person_id, offer_key, created_at) VALUES"
    "   (CASE WHEN random() < .3 THEN coalesce(l.person_id, who) ELSE who"
    "   END, CASE WHEN random() < .5 THEN 'o1' ELSE 'o2' END, at)"
    "   RETURNING id, person_id INTO l.id, l.person_id;"
    "  IF random() < .9 THEN INSERT INTO piste.submission (id, page_key,"
    "   form_key, offer_key, person_id, lead_id, outcome, fields, via,"
    "   campaign_key, source, keyword, geo_country) VALUES"
    "   (gen_random_uuid(), 'p1', 'f1', 'o1', l.person_id, l.id, 'new', '{}',"
    "   'form', 'c1', 's' || what, 'k' || n, 'FR'); END IF;"
    " ELSIF what < 9 THEN PERFORM piste.lead_move(l.id,"
    "  CASE WHEN random() < .7 THEN (jsonb '{\"lead\": \"mql\", \"mql\":"
    "   \"sql\", \"sql\": \"opportunity\","
    "   \"opportunity\": \"customer\"}') ->> l.stage"
    "   ELSE (ARRAY['mql', 'sql', 'nurturing', 'lost', 'disqualified',"
    "   'opportunity'])[1 + floor(random() * 6)::integer] END,"
    "  'ines',"
    "  'operator', CASE WHEN random() < .5 THEN 'too-early' END, NULL);"
    " ELSIF what = 9 THEN PERFORM piste.deal_put(jsonb_populate_record("
    "  NULL::piste.deal, jsonb_build_object('lead_id', l.id, 'kind', 'win',"
    "  'amount', 100 + n, 'currency', CASE WHEN random() < .8 THEN 'EUR' ELSE"
    "  'CHF' END, 'margin', CASE WHEN random() < .8 THEN n END, 'order_ref',"
    "  'R' || l.id, 'actor', 'ines', 'why', 'so')), 'operator', 'EUR');"
    " ELSIF what = 10 THEN UPDATE piste.lead AS o SET spam_at ="
    "  CASE WHEN o.spam_at IS NULL THEN now() END WHERE o.id = l.id;"
    " ELSIF what = 11 THEN INSERT INTO piste.audience AS a (hour, page_key,"
    "  variant, class, campaign_key, channel, source, medium, keyword,"
    "  country, region, views, visitors, engaged) VALUES (at, 'p2', '',"
    "  'human', CASE WHEN random() < .5 THEN 'c1' ELSE 'x' END, 'sea', '',"
    "  '', '', '', '', 3, 2, 1) ON CONFLICT ON CONSTRAINT audience_pkey"
    "  DO UPDATE SET views = a.views + 1;"
    " ELSIF what = 12 THEN INSERT INTO piste.cost (campaign_key, shared_by,"
    "  kind, from_day, to_day, amount, currency, source, actor, hash, copy)"
    "  SELECT 'c1', CASE WHEN random() < .3 THEN 'leads' WHEN random() < .3"
    "  THEN 'spend' END, 'media', '2026-03-30', '2026-04-02', 1 + n, 'EUR',"
    "  'command', 'ines', repeat('0', 64), 1 + count(*) FROM piste.cost;"
    " ELSIF what = 13 THEN INSERT INTO piste.event_count AS e (day, kind,"
    "  name, n) VALUES (at::date, 'document', 'p1', 1) ON CONFLICT (day,"
    "  kind, name) DO UPDATE SET n = e.n + 1;"
    " ELSIF what = 14 THEN INSERT INTO piste.follow_up (lead_id, at, author,"
    "  is_contact) VALUES (l.id, at, 'ines', random() < .7);"
    " ELSIF random() < .3 THEN PERFORM piste.erase(ARRAY[l.person_id],"
    "  NULL, NULL, 'request', 'asked'); END IF;"
    " EXCEPTION WHEN integrity_constraint_violation OR raise_exception OR"
    "  object_not_in_prerequisite_state OR no_data_found OR data_exception"
    " THEN NULL; END; END LOOP; END $$";

START_TEST(sums_are_what_is_recounted)
{
	setup();
	for (int i = 0; i < 12; i++) {
		run(buf_fmt(suite_arena(), SQL_BYTES_MAX, step, 12 * _i + i,
		    12 * _i + i).p);
		if (i == 5)
			run("UPDATE piste.campaign SET strategy ="
			    " 'outbound', channel = 'fair'");
		/* What was seen by its key is of it from now on. */
		if (i == 8)
			run("INSERT INTO piste.campaign (key, name, channel,"
			    " strategy, offer_key, position, definition)"
			    " VALUES ('x', 'x', 'email', 'outbound', 'o2', 2,"
			    " '{}')");
		if (i % 4 == 3)
			assert_recounted(PARIS);
	}
	ck_assert_str_same(sample_text(sample.conn, "SELECT count(*) > 100"
	    " AND sum(leads) > 50 AND sum(customers) > 0 AND sum(cost) > 0"
	    " AND sum(documents) > 0 AND sum(views) > 0 AND sum(orders) > 0"
	    " FROM piste.figure_day"), STR("t"));
	run("DELETE FROM piste.figure_day");
	ck_assert_int_eq(kpi_rebuild(db), OK);
	assert_recounted(PARIS);
	pg_free(db);
} END_TEST

/*
 * Of visitors' keywords as many as a day tells apart, and one more: of 150
 * here, since thousands take a second.
 */
START_TEST(however_many_keywords_none_is_lost)
{
	static const char add[] = "SELECT piste.audience_add("
	    "'00000000-0000-0000-0000-0000000000aa', %d, array_fill("
	    "(extract(epoch FROM '2026-03-29'::timestamptz) * 1000)::bigint,"
	    " n),"
	    " array_fill(false, n), array_fill('p1'::text, n),"
	    " array_fill(''::text, n), array_fill('c1'::text, n),"
	    " array_fill('sea'::text, n), array_fill('google'::text, n),"
	    " array_fill('cpc'::text, n), (SELECT array_agg('k' || i) FROM"
	    " generate_series(%d, %d) AS i), array_fill('FR'::text, n),"
	    " array_fill(''::text, n), array_fill(2::bigint, n),"
	    " array_fill(1::bigint, n), array_fill(0::bigint, n))"
	    " FROM (SELECT ARRAY[%d] AS n) AS n";
	static const char told[] = "SELECT count(*) || ' ' || sum(views) || ' '"
	    " || coalesce(sum(views) FILTER (WHERE keyword = '*'), 0)"
	    " FROM piste.audience";
	int64_t sum = 0;
	struct kpi k;

	setup();
	run("CREATE OR REPLACE FUNCTION piste.audience_terms_max("
	    "has_keyword boolean) RETURNS integer LANGUAGE sql IMMUTABLE"
	    " AS 'SELECT 150'");
	run(buf_fmt(suite_arena(), SQL_BYTES_MAX, add, 1, 1, 150, 150).p);
	ck_assert_str_same(sample_text(sample.conn, told), STR("150 300 0"));
	run(buf_fmt(suite_arena(), SQL_BYTES_MAX, add, 2, 150, 151, 2).p);
	ck_assert_str_same(sample_text(sample.conn, told), STR("151 304 2"));
	count_in(PARIS);
	ck_assert_int_eq(kpi_read(db, suite_arena(), &(struct kpi_wish){
	    .split = STR("keyword"), .from = STR("2026-03-01"),
	    .to = STR("2026-03-31"), .currency = STR("EUR"),
	    .zone = STR(PARIS) }, &k), OK);
	ck_assert_uint_eq(k.cells, KPI_CELLS_MAX + 2);
	for (size_t i = 0; i + 1 < k.cells; i++)
		sum += k.cell[i].value[KPI_VIEWS].part;
	ck_assert_int_eq(sum, 304);
	ck_assert_int_eq(k.cell[k.cells - 1].value[KPI_VIEWS].part, 304);
	pg_free(db);
} END_TEST

/* Nobody waits for anybody when many change the same day. */
START_TEST(changes_do_not_wait_for_each_other)
{
	PGconn *other;

	setup();
	other = PQconnectdb(sample.conninfo.p);
	run("BEGIN; INSERT INTO piste.event_count VALUES (current_date,"
	    " 'document', 'p1', 1)");
	sample_run(other, "SET statement_timeout = 2000; INSERT INTO"
	    " piste.event_count VALUES (current_date, 'document', 'p2', 1)");
	count_in(PARIS);
	run("COMMIT");
	assert_recounted(PARIS);
	ck_assert_str_same(text_of(&read_days("", "2020-01-01", "2029-12-31",
	    false).cell[0], KPI_DOWNLOADS), STR("2"));
	PQfinish(other);
	pg_free(db);
} END_TEST

/* Old views go, sums of theirs stay; years go when they are over. */
START_TEST(sums_outlive_what_they_count)
{
	setup();
	run(SEEN("'2024-05-01 10:00+00'", "5", "4", "1")
	    SEEN("'2024-05-02 10:00+00'", "6", "4", "1")
	    SEEN("'2024-05-02 20:00+00'", "7", "4", "1")
	    SEEN("'2026-05-02 20:00+00'", "8", "4", "1"));
	count_in(PARIS);
	run("DELETE FROM piste.audience WHERE hour < '2024-05-02 12:00+00'");
	ck_assert_int_eq(kpi_rebuild(db), OK);
	count_in(PARIS);
	ck_assert_str_same(text_of(&read_days("", "2024-01-01", "2026-12-31",
	    false).cell[0], KPI_VIEWS), STR("26"));
	ck_assert_str_same(sample_text(sample.conn,
	    "SELECT piste.figure_upkeep('2024-12-31')"), STR("0"));
	ck_assert_str_same(sample_text(sample.conn,
	    "SELECT piste.figure_upkeep('2025-01-01')"), STR("1"));
	ck_assert_str_same(text_of(&read_days("", "2024-01-01", "2026-12-31",
	    false).cell[0], KPI_VIEWS), STR("8"));
	pg_free(db);
} END_TEST

/* May an analyst read it? */
static const struct { const char *place; bool is_open; } places[] = {
	{ "kpi_count", true }, { "kpi_money", true }, { "audience", true },
	{ "cost_day", true }, { "campaign", true }, { "person", false },
	{ "lead", false }, { "submission", false }, { "consent", false },
	{ "cost", false }, { "figure_day", false }, { "event", false },
};

START_TEST(analysts_read_figures_alone)
{
	setup();
	for (size_t i = 0; i < COUNT(places); i++)
		ck_assert_msg(str_eq(sample_text(sample.conn,
		    buf_fmt(suite_arena(), SQL_BYTES_MAX, "SELECT"
		    " has_any_column_privilege('piste_analyst', 'piste.%s',"
		    " 'SELECT')", places[i].place).p), places[i].is_open ?
		    STR("t") : STR("f")), "%s", places[i].place);
	ck_assert_str_same(sample_text(sample.conn, "SELECT count(*) FROM"
	    " pg_class AS c WHERE c.relnamespace = 'piste'::regnamespace AND"
	    " c.relkind IN ('r', 'p', 'v') AND (has_any_column_privilege("
	    "'piste_analyst', c.oid, 'INSERT, UPDATE') OR has_table_privilege("
	    "'piste_analyst', c.oid, 'DELETE, TRUNCATE'))"), STR("0"));
	run("SET ROLE piste_analyst");
	(void)sample_text(sample.conn, "SELECT sum(leads) FROM"
	    " piste.kpi_count WHERE split = 'campaign'");
	pg_free(db);
} END_TEST

static struct str
slurp(const char *path)
{
	char *text = arena_room(suite_arena(), YEAR_BYTES_MAX);
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_msg(f, "%s: %m", path);
	n = fread(text, 1, YEAR_BYTES_MAX, f);
	fclose(f);
	ck_assert(n < YEAR_BYTES_MAX);
	return arena_copy(suite_arena(), (struct str){ text, n });
}

/* What `make demo-data` loads, a small one of a day that is always the same. */
static void
with_year(void)
{
	FILE *out = fopen("/dev/null", "w");

	sample.conninfo = suite_database();
	sample.conn = PQconnectdb(sample.conninfo.p);
	db = pg_new(sample.conninfo, "piste-test");
	ck_assert_int_eq(define_apply(db, suite_arena(),
	    slurp("templates/demo/year.json"), out, out), OK);
	fclose(out);
	run("SET demo.size = 600; SET demo.until = '2026-09-01'");
	run(slurp("templates/demo/year.sql").p);
	count_in(PARIS);
}

/* Which cells sum to the whole. */
static const enum kpi_figure sums[] = { KPI_VIEWS, KPI_VISITORS, KPI_ROBOTS,
	KPI_LEADS, KPI_DOWNLOADS, KPI_CONSENTED, KPI_MQLS, KPI_SQLS,
	KPI_OPPORTUNITIES, KPI_CUSTOMERS, KPI_COST, KPI_TURNOVER,
	KPI_MARGIN };

static struct kpi
read_year(const char *split, bool is_recount)
{
	struct kpi k;

	ck_assert_int_eq(kpi_read(db, suite_arena(), &(struct kpi_wish){
	    .split = str_of(split), .from = STR("2025-09-01"),
	    .to = STR("2026-08-31"), .currency = STR("EUR"),
	    .zone = STR(PARIS), .is_synthetic = true,
	    .is_recount = is_recount }, &k), OK);
	return k;
}

static void
assert_same_by_both_roads(const char *split)
{
	struct kpi k = read_year(split, false), anew = read_year(split, true);

	ck_assert_uint_eq(k.cells, anew.cells);
	for (size_t c = 0; c < k.cells; c++)
		for (int i = 0; i < KPI_FIGURES; i++)
			ck_assert_str_same(text_of(&k.cell[c], i),
			    text_of(&anew.cell[c], i));
}

/* What does not hang on the day it is asked on. */
static const enum kpi_figure golden[] = { KPI_VISITORS, KPI_VIEWS,
	KPI_ROBOTS, KPI_BOUNCE, KPI_LEADS, KPI_CONVERSION, KPI_MQLS, KPI_SQLS,
	KPI_OPPORTUNITIES, KPI_CUSTOMERS, KPI_COST, KPI_COST_LEAD,
	KPI_COST_CUSTOMER, KPI_TURNOVER, KPI_MARGIN, KPI_ROI,
	KPI_CONTACT_TIME, KPI_ORDER_TIME };
static const char *const golden_rows[] = {
	"inbound 23637 25188 17120 0.9552 481 0.0203 216 120"
	    " 74 35 32452.51 67.47 927.21 318762.41 95047.90 1.9288 14585 60",
	"outbound 2603 2670 2478 0.9270 106 0.0111 61 36 22"
	    " 10 15148.15 142.91 1514.82 79633.87 21187.07 0.3987 11165 46",
	" 26240 27858 19598 0.9524 587 0.0194 277 156 96 45"
	    " 47600.66 81.09 1057.79 398396.28 116234.97 1.4419 14465 59",
};

static void
assert_golden(void)
{
	struct kpi k = read_year("strategy", false);
	struct buf b;

	ck_assert_uint_eq(k.cells, COUNT(golden_rows));
	for (size_t c = 0; c < k.cells; c++) {
		buf_init(&b, suite_arena(), SQL_BYTES_MAX);
		buf_add(&b, k.cell[c].name);
		for (size_t i = 0; i < COUNT(golden); i++)
			buf_addf(&b, " %.*s", STR_ARG(text_of(&k.cell[c],
			    golden[i])));
		ck_assert_str_same(buf_str(&b), str_of(golden_rows[c]));
	}
}

/* What was waiting after a change of the definition: parts of all days. */
static void
assert_waiting(const char *parts)
{
	ck_assert_str_same(sample_text(sample.conn, "SELECT coalesce("
	    "string_agg(DISTINCT part, ' ' ORDER BY part), '') FROM"
	    " piste.figure_change"), str_of(parts));
	run("DELETE FROM piste.figure_change");
}

/* A year is not counted anew for a definition that changes nothing in it. */
static void
assert_definitions_weighed(void)
{
	FILE *out = fopen("/dev/null", "w");

	ck_assert_int_eq(define_apply(db, suite_arena(),
	    slurp("templates/demo/year.json"), out, out), OK);
	fclose(out);
	assert_waiting("");
	run("INSERT INTO piste.campaign SELECT (c).* FROM (SELECT"
	    " jsonb_populate_record(o, '{\"key\": \"new\", \"position\":"
	    " 99}') AS c FROM piste.campaign AS o LIMIT 1) AS n");
	assert_waiting("cost");
	run("UPDATE piste.campaign SET ends = '2026-12-31' WHERE key = 'new'");
	assert_waiting("cost");
	run("UPDATE piste.campaign SET channel = 'fair' WHERE key = 'new'");
	assert_waiting("cost document lead seen");
}

START_TEST(the_demo_year_closes_over_every_split)
{
	with_year();
	assert_definitions_weighed();
	assert_golden();
	for (size_t s = 0; kpi_split(s); s++) {
		struct kpi k = read_year(kpi_split(s), false);
		const struct kpi_cell *all = &k.cell[k.cells - 1];

		for (size_t i = 0; i < COUNT(sums); i++) {
			int64_t sum = 0;

			for (size_t c = 0; c + 1 < k.cells; c++)
				sum += k.cell[c].value[sums[i]].part;
			ck_assert_int_eq(sum, all->value[sums[i]].part);
		}
	}
	assert_same_by_both_roads("week");
	assert_same_by_both_roads("campaign");
	/* The funnel's leads are ours. */
	ck_assert_str_same(sample_text(sample.conn, "SELECT (f.leads, f.mqls,"
	    " f.sqls, f.opportunities, f.customers) = (k.leads, k.mqls,"
	    " k.sqls, k.opportunities, k.customers) FROM piste.funnel('offer',"
	    " '2020-01-01', '2030-01-01', true, 100) AS f CROSS JOIN (SELECT"
	    " sum(leads)::bigint AS leads, sum(mqls)::bigint AS mqls,"
	    " sum(sqls)::bigint AS sqls, sum(opportunities)::bigint AS"
	    " opportunities, sum(customers)::bigint AS customers FROM"
	    " piste.kpi_count WHERE split = '' AND is_synthetic) AS k"
	    " WHERE f.cell IS NULL"), STR("t"));
	pg_free(db);
} END_TEST

SUITE_APART(kpi_sums)
{
	SUITE_LOOP(sums_are_what_is_recounted, 2);
	SUITE_TEST(however_many_keywords_none_is_lost);
	SUITE_TEST(changes_do_not_wait_for_each_other);
	SUITE_TEST(sums_outlive_what_they_count);
	SUITE_TEST(analysts_read_figures_alone);
	SUITE_TEST(the_demo_year_closes_over_every_split);
}
