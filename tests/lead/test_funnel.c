/* Tests of lead/funnel.c and of piste.funnel, by hand and on the demo year. */
#include <stdio.h>
#include <string.h>

#include "dayword.h"
#include "lead/funnel.h"
#include "lead/leadcase.h"
#include "lead/recycle.h"
#include "lead/scorepass.h"
#include "page/define.h"
#include "store/pg.h"
#include "track/kpi.h"

#define YEAR_BYTES_MAX ((size_t)1 << 20)
/* As many days as can be asked for at once, and those of the demo year. */
#define FROM STR("2023-01-01")
#define TO STR("2032-12-31")
#define YEAR_FROM STR("2025-08-28")
#define YEAR_TO STR("2026-10-01")

static const struct { int64_t part, of; const char *percent, *json; } rates[]
    = {
	{ 0, 0, "n/a", "\"n/a\"" },
	{ 3, 0, "n/a", "\"n/a\"" },
	{ 3, FUNNEL_UNKNOWN, "n/a", "\"n/a\"" },
	{ 0, 3, "0.0 %", "0.0000" },
	{ 1, 3, "33.3 %", "0.3333" },
	{ 3, 3, "100.0 %", "1.0000" },
	/* One visit, two leads: nobody says that can't be. */
	{ 2, 1, "200.0 %", "2.0000" },
};

START_TEST(nothing_has_no_rate)
{
	ck_assert_str_same(funnel_percent(suite_arena(), rates[_i].part,
	    rates[_i].of), str_of(rates[_i].percent));
	ck_assert_str_same(funnel_json(suite_arena(), rates[_i].part,
	    rates[_i].of), str_of(rates[_i].json));
} END_TEST

static struct pg *db;

/* "name visits leads mqls sqls opportunities customers young mature; …". */
static struct str
told(const char *split, bool is_synthetic)
{
	struct funnel f;
	struct buf b;

	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    str_of(split), FROM, TO, is_synthetic }, &f), OK);
	buf_init(&b, suite_arena(), 65536);
	for (size_t i = 0; i < f.cells; i++) {
		const struct funnel_cell *c = &f.cell[i];

		buf_addf(&b, "%s%.*s%s %d %d %d %d %d %d %d %d", i ? "; " : "",
		    STR_ARG(c->name), c->kind == FUNNEL_TOTAL ? "=" :
		    c->kind == FUNNEL_NAMELESS ? "?" : "", (int)c->visits,
		    (int)c->leads, (int)c->mqls, (int)c->sqls,
		    (int)c->opportunities, (int)c->customers, (int)c->young,
		    (int)c->mature_customers);
	}
	return buf_str(&b);
}

/* Ana, twice a customer, and bob, an SQL that was; 9 visits of p1. */
static const char site[] = PEOPLE
    "INSERT INTO piste.person (email) VALUES ('eve@firm.fr');"
    LEAD("1", "o1", "opportunity") LEAD("1", "o2", "opportunity")
    LEAD("2", "o1", "sql") LEAD("3", "o1", "lead") LEAD("3", "o2", "lead")
    "UPDATE piste.lead SET created_at = now() - CASE WHEN id = 1"
    " THEN interval '91 days' ELSE interval '89 days' END;"
    MOVE("1", "customer", "seller", "NULL", "NULL") ";"
    MOVE("2", "customer", "seller", "NULL", "NULL") ";"
    MOVE("3", "nurturing", "seller", "'postponed'", "NULL") ";"
    MOVE("5", "disqualified", "seller", "'spam'", "NULL") ";"
    "INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
    " person_id, lead_id, outcome, fields, via, source, campaign_key,"
    " geo_country, variant_key)"
    " SELECT gen_random_uuid(), CASE l.offer_key WHEN 'o1' THEN 'p1' ELSE"
    " 'p2' END, (SELECT min(key) FROM piste.form), l.offer_key, l.person_id,"
    " l.id, 'new', '{}', 'form', CASE WHEN l.id <> 3 THEN 'google' END,"
    " 'c', 'FR', 'a' FROM piste.lead AS l ORDER BY l.id;"
    "INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
    " person_id, lead_id, outcome, fields, via, source)"
    " SELECT gen_random_uuid(), 'p1', min(key), 'o1', 1, 1, 'update', '{}',"
    " 'form', 'bing' FROM piste.form;"
    "INSERT INTO piste.audience (hour, page_key, variant, class,"
    " campaign_key, channel, source, medium, keyword, country, region,"
    " views, visitors, engaged) SELECT date_trunc('hour', now()), 'p1',"
    " v.variant, v.class, 'c1', '', '', '', '', '', '', v.views, 0, 0"
    " FROM (VALUES ('a', 'human', 7), ('b', 'human', 2),"
    " ('a', 'robot', 100)) AS v (variant, class, views)";

static struct sample
with_site(void)
{
	struct sample c = sample_new();

	sample_run(c.conn, site);
	db = pg_new(c.conninfo, "piste-test");
	return c;
}

/* Spam is none; who ordered twice is one customer, by the first order. */
static const struct { const char *split, *told; } splits[] = {
	{ "offer", "o1 9 3 2 2 1 1 2 1; o2 0 1 1 1 1 0 1 0;"
	    " = 9 4 3 3 2 1 3 1" },
	{ "source", "google 0 3 2 2 2 1 2 1; ? 9 1 1 1 0 0 1 0;"
	    " = 9 4 3 3 2 1 3 1" },
	{ "seller", "? -1 4 3 3 2 1 3 1; = 9 4 3 3 2 1 3 1" },
	{ "country", "FR 0 4 3 3 2 1 3 1; ? 9 0 0 0 0 0 0 0; = 9 4 3 3 2 1 3 1" },
	{ "page", "p1 9 3 2 2 1 1 2 1; p2 0 1 1 1 1 0 1 0;"
	    " = 9 4 3 3 2 1 3 1" },
	{ "variant", "p1/a 7 3 2 2 1 1 2 1; p2/a 0 1 1 1 1 0 1 0;"
	    " p1/b 2 0 0 0 0 0 0 0; = 9 4 3 3 2 1 3 1" },
};

START_TEST(each_lead_is_in_one_cell)
{
	(void)with_site();
	ck_assert_str_same(told(splits[_i].split, false),
	    str_of(splits[_i].told));
	pg_free(db);
} END_TEST

START_TEST(a_customer_is_one_as_long_as_the_order_stands)
{
	struct sample c = with_site();

	sample_run(c.conn, STAGED("1", "opportunity", "'cancelled'"));
	/* Then it is the other one that made her a customer. */
	ck_assert_str_same(told("offer", false), STR("o1 9 3 2 2 1 0 2 0;"
	    " o2 0 1 1 1 1 1 1 0; = 9 4 3 3 2 1 3 0"));
	pg_free(db);
} END_TEST

START_TEST(invented_leads_are_apart)
{
	struct sample c = with_site();

	sample_run(c.conn, "UPDATE piste.offer SET is_synthetic = true"
	    " WHERE key = 'o2'");
	ck_assert_str_same(told("offer", false),
	    STR("o1 9 3 2 2 1 1 2 1; = 9 3 2 2 1 1 2 1"));
	ck_assert_str_same(told("offer", true),
	    STR("o2 0 1 1 1 1 1 1 0; = 0 1 1 1 1 1 1 0"));
	pg_free(db);
} END_TEST

/* Nobody ever came. */
/* Of campaign c, that nobody defined, and of c1, which the pages are of. */
static const char audience[] = "DELETE FROM piste.audience;"
    "INSERT INTO piste.audience (hour, page_key, variant, class,"
    " campaign_key, channel, source, medium, keyword, country, region, views,"
    " visitors, engaged) SELECT date_trunc('hour', now()), 'p1', v.variant,"
    " v.class, v.campaign, '', v.source, v.medium, v.keyword, v.country,"
    " v.region, 2 * v.visitors, v.visitors, 0 FROM (VALUES"
    " ('a', 'human', 'c', 'google', 'cpc', 'k', 'FR', 'IDF', 5),"
    " ('a', 'human', 'c', 'google', 'cpc', '*', 'FR', '', 2),"
    " ('b', 'human', 'c1', '', '', '', '', '', 4),"
    " ('a', 'human', '*', '*', '*', '*', 'BE', 'BRU', 1),"
    " ('a', 'robot', 'c', 'google', 'cpc', 'k', 'FR', 'IDF', 0)) AS v"
    " (variant, class, campaign, source, medium, keyword, country, region,"
    " visitors)";

static const struct { const char *split, *told; } people[] = {
	{ "campaign", "c 7 14;c1 4 8;* 1 2; = 12 24" },
	{ "channel", "? 8 16;sea 4 8; = 12 24" },
	{ "channel-group", "? 8 16;search 4 8; = 12 24" },
	{ "source", "google 7 14;? 4 8;* 1 2; = 12 24" },
	{ "medium", "? 4 8;cpc 7 14;* 1 2; = 12 24" },
	{ "keyword", "? 4 8;k 5 10;* 3 6; = 12 24" },
	{ "page", "p1 12 24;p2 0 0; = 12 24" },
	{ "variant", "p1/a 8 16;p2/a 0 0;p1/b 4 8; = 12 24" },
	{ "offer", "o1 12 24;o2 0 0; = 12 24" },
	{ "country", "FR 7 14;? 4 8;BE 1 2; = 12 24" },
	{ "region", "FR 2 4;? 4 8;BE-BRU 1 2;FR-IDF 5 10; = 12 24" },
	{ "seller", "? -1 -1; = 12 24" },
};

START_TEST(people_come_first)
{
	struct sample c = with_site();
	struct funnel f;
	struct buf b;

	sample_run(c.conn, audience);
	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    str_of(people[_i].split), FROM, TO, false }, &f), OK);
	buf_init(&b, suite_arena(), 4096);
	for (size_t i = 0; i < f.cells; i++) {
		static const char *const marks[] = { [FUNNEL_NAMELESS] = "?",
			[FUNNEL_OTHERS] = "", [FUNNEL_CELL] = "",
			[FUNNEL_TOTAL] = " =" };

		buf_addf(&b, "%s%.*s%s %d %d", i ? ";" : "",
		    STR_ARG(f.cell[i].name), marks[f.cell[i].kind],
		    (int)f.cell[i].visitors, (int)f.cell[i].visits);
	}
	ck_assert_str_same(buf_str(&b), str_of(people[_i].told));
	pg_free(db);
} END_TEST

START_TEST(an_empty_house_has_a_sum)
{
	db = pg_new(sample_new().conninfo, "piste-test");
	ck_assert_str_same(told("campaign", false), STR("= 0 0 0 0 0 0 0 0"));
	pg_free(db);
} END_TEST

/* FUNNEL_CELLS_MAX, and one more: nothing is lost from the sum. */
START_TEST(small_cells_are_one)
{
	struct sample c = sample_new();
	int count = FUNNEL_CELLS_MAX + _i;
	struct funnel f;

	db = pg_new(c.conninfo, "piste-test");
	sample_run(c.conn, buf_fmt(suite_arena(), 900, "WITH p AS (INSERT INTO"
	    " piste.person (email) SELECT n || '@firm.fr' FROM"
	    " generate_series(1, %d) AS n RETURNING id), l AS (INSERT INTO"
	    " piste.lead (person_id, offer_key) SELECT id, 'o1' FROM p"
	    " RETURNING id, person_id) INSERT INTO piste.submission (id,"
	    " page_key, form_key, offer_key, person_id, lead_id, outcome,"
	    " fields, via, source) SELECT gen_random_uuid(), 'p1',"
	    " (SELECT min(key) FROM piste.form), 'o1', person_id, id, 'new',"
	    " '{}', 'form', 's' || id FROM l", count).p);
	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    STR("source"), FROM, TO, false }, &f), OK);
	ck_assert_int_eq(f.cells, FUNNEL_CELLS_MAX + 1 + _i);
	ck_assert_int_eq(f.cell[f.cells - 2].kind, _i ? FUNNEL_OTHERS :
	    FUNNEL_CELL);
	ck_assert_int_eq(f.cell[f.cells - 1].leads, count);
	pg_free(db);
} END_TEST

/* Of 20 orders the 18th slowest says when a lead is mature. */
START_TEST(maturity_follows_from_orders)
{
	struct sample c = sample_new();
	struct funnel f;

	db = pg_new(c.conninfo, "piste-test");
	sample_run(c.conn, buf_fmt(suite_arena(), 900, "WITH p AS (INSERT INTO"
	    " piste.person (email) SELECT n || '@firm.fr' FROM"
	    " generate_series(1, %d) AS n RETURNING id), l AS (INSERT INTO"
	    " piste.lead (person_id, offer_key, created_at) SELECT id, 'o1',"
	    " now() - id * interval '1 day' FROM p RETURNING id) INSERT INTO"
	    " piste.deal (lead_id, kind, amount, currency, day, order_ref,"
	    " actor) SELECT id, 'win', 1, 'EUR', current_date, id, 'ines'"
	    " FROM l", 19 + _i).p);
	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    STR("offer"), FROM, TO, false }, &f), OK);
	ck_assert_int_eq(f.mature_days, _i ? 18 : 90);
	pg_free(db);
} END_TEST

static const struct { const char *split, *from, *to; enum err e; } spans[] = {
	{ "offer", "2026-02-30", "2026-03-01", ERR_INPUT },
	{ "offer", "2026-03-02", "2026-03-01", ERR_INPUT },
	{ "offer", "2026-03-01", "2026-03-01", OK },
	{ "offer", "2020-01-01", "2030-01-07", OK },	/* 3660 days */
	{ "offer", "2020-01-01", "2030-01-08", ERR_INPUT },
	{ "day", "2026-01-01", "2027-02-04", OK },	/* 400 days */
	{ "day", "2026-01-01", "2027-02-05", ERR_INPUT },
};

START_TEST(days_that_are_none_or_too_many_are_refused)
{
	db = pg_new(sample_new().conninfo, "piste-test");
	for (size_t i = 0; i < COUNT(spans); i++) {
		struct funnel f;

		ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct
		    funnel_wish){ str_of(spans[i].split),
		    str_of(spans[i].from), str_of(spans[i].to), false }, &f),
		    spans[i].e);
	}
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
static struct sample
with_year(void)
{
	struct sample c = { .conninfo = suite_database() };
	FILE *out = fopen("/dev/null", "w");

	c.conn = PQconnectdb(c.conninfo.p);
	db = pg_new(c.conninfo, "piste-test");
	ck_assert_int_eq(define_apply(db, suite_arena(),
	    slurp("templates/demo/year.json"), out, out), OK);
	fclose(out);
	sample_run(c.conn, "SET demo.size = 600; SET demo.until ="
	    " '2026-09-01'");
	sample_run(c.conn, slurp("templates/demo/year.sql").p);
	return c;
}

/* Sums close over every split, and nobody real is there. */
START_TEST(the_demo_year_adds_up)
{
	struct sample c = with_year();

	for (size_t i = 0; funnel_split(i); i++) {
		struct funnel_cell sum = { 0 };
		struct funnel f;

		ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct
		    funnel_wish){ str_of(funnel_split(i)), YEAR_FROM, YEAR_TO,
		    true }, &f), OK);
		ck_assert_int_gt(f.cells, 2);
		for (size_t k = 0; k + 1 < f.cells; k++) {
			const struct funnel_cell *cell = &f.cell[k];

			sum.visitors += cell->visitors;
			sum.visits += cell->visits;
			sum.leads += cell->leads;
			sum.mqls += cell->mqls;
			sum.sqls += cell->sqls;
			sum.opportunities += cell->opportunities;
			sum.customers += cell->customers;
			sum.young += cell->young;
			sum.mature_customers += cell->mature_customers;
			ck_assert(cell->leads >= cell->mqls &&
			    cell->mqls >= cell->sqls &&
			    cell->sqls >= cell->opportunities &&
			    cell->opportunities >= cell->customers);
		}
		ck_assert_int_eq(sum.leads, f.cell[f.cells - 1].leads);
		ck_assert_int_eq(sum.mqls, f.cell[f.cells - 1].mqls);
		ck_assert_int_eq(sum.sqls, f.cell[f.cells - 1].sqls);
		ck_assert_int_eq(sum.opportunities,
		    f.cell[f.cells - 1].opportunities);
		ck_assert_int_eq(sum.customers, f.cell[f.cells - 1].customers);
		ck_assert_int_eq(sum.young, f.cell[f.cells - 1].young);
		ck_assert_int_eq(sum.mature_customers,
		    f.cell[f.cells - 1].mature_customers);
		ck_assert(sum.visitors < 0 ||
		    sum.visitors == f.cell[f.cells - 1].visitors);
		ck_assert(sum.visits < 0 ||
		    sum.visits == f.cell[f.cells - 1].visits);
	}
	ck_assert_str_same(told("campaign", false), STR("= 0 0 0 0 0 0 0 0"));
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

/* What the same cell of kpi says, or nothing. */
static const struct kpi_cell *
cell_of(const struct kpi *k, const struct funnel_cell *f)
{
	for (size_t i = 0; i < k->cells; i++)
		if (str_eq(k->cell[i].name, f->name) &&
		    k->cell[i].kind == (enum kpi_kind)f->kind)
			return &k->cell[i];
	return NULL;
}

static void
assert_same(const struct kpi_cell *k, const struct funnel_cell *f)
{
	const struct { enum kpi_figure figure; int64_t n; } same[] = {
		{ KPI_VIEWS, f->visits }, { KPI_VISITORS, f->visitors },
		{ KPI_LEADS, f->leads }, { KPI_MQLS, f->mqls },
		{ KPI_SQLS, f->sqls }, { KPI_OPPORTUNITIES, f->opportunities },
		{ KPI_CUSTOMERS, f->customers },
	};

	for (size_t i = 0; i < COUNT(same); i++)
		if (same[i].n != FUNNEL_UNKNOWN)
			ck_assert_int_eq(k->value[same[i].figure].part,
			    same[i].n);
}

/* Also the demo experiments: two roads, one figure, whatever the split. */
START_TEST(funnel_and_figures_agree)
{
	struct sample c = with_year();
	FILE *out = fopen("/dev/null", "w");
	int64_t left;

	ck_assert_int_eq(define_apply(db, suite_arena(),
	    slurp("templates/demo/experiments.json"), out, out), OK);
	fclose(out);
	/* Behind what is psql's alone; PQreset drops the year's functions. */
	PQreset(c.conn);
	sample_run(c.conn, strstr(slurp("templates/demo/history.sql").p,
	    "BEGIN;"));
	ck_assert_int_eq(kpi_catch_up(db, STR("Europe/Paris"), 1000, &left),
	    OK);
	for (size_t i = 0; funnel_split(i); i++) {
		struct kpi_wish w = { .split = str_of(funnel_split(i)),
			.from = dayword_ago(suite_arena(), 398), .to =
			dayword_ago(suite_arena(), 0), .is_synthetic = true,
			.currency = STR("EUR"), .zone = STR("Europe/Paris") };
		struct funnel f;
		struct kpi k;

		ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct
		    funnel_wish){ w.split, w.from, w.to, true }, &f), OK);
		ck_assert_int_eq(kpi_read(db, suite_arena(), &w, &k), OK);
		ck_assert_uint_eq(k.cells, f.cells);
		ck_assert_int_gt(f.cell[f.cells - 1].visits, 50000);
		for (size_t n = 0; n < f.cells; n++)
			assert_same(cell_of(&k, &f.cell[n]), &f.cell[n]);
	}
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

static const struct { const char *what, *ask; } facts[] = {
	{ "as many leads as asked", "SELECT count(*) BETWEEN 590 AND 600"
	    " FROM piste.lead" },
	{ "an audience of those who looked", "SELECT sum(views) ="
	    " (SELECT sum(t.views) FROM piste.traffic AS t) AND sum(visitors)"
	    " BETWEEN 20000 AND 27858 AND bool_and(engaged <= visitors AND"
	    " visitors <= views) AND count(DISTINCT country) > 3"
	    " AND sum(engaged) > (SELECT count(*) FROM piste.submission)"
	    " FROM piste.audience" },
	{ "all stages", "SELECT count(DISTINCT stage) = 8 FROM piste.lead" },
	{ "history ends where they stand", "SELECT bool_and(l.stage ="
	    " h.to_stage AND l.stage_reason IS NOT DISTINCT FROM h.reason)"
	    " FROM piste.lead AS l CROSS JOIN LATERAL (SELECT o.to_stage,"
	    " o.reason FROM piste.lead_history AS o WHERE o.lead_id = l.id"
	    " ORDER BY o.id DESC LIMIT 1) AS h" },
	{ "moves that are allowed", "SELECT count(*) = 0"
	    " FROM piste.lead_history AS h LEFT JOIN piste.stage_move AS m"
	    " USING (from_stage, to_stage) WHERE h.from_stage IS NOT NULL"
	    " AND (m.roles IS NULL OR NOT h.role = ANY (m.roles)"
	    " OR m.needs_reason AND h.reason IS NULL)" },
	{ "reasons that there are", "SELECT count(*) = 0"
	    " FROM piste.lead_history AS h LEFT JOIN piste.lead_reason AS r"
	    " ON r.key = h.reason WHERE h.reason IS NOT NULL"
	    " AND r.key IS NULL" },
	{ "one move after the other", "SELECT bool_and(ok) FROM (SELECT h.at"
	    " >= lag(h.at, 1, h.at) OVER w AND h.from_stage IS NOT DISTINCT"
	    " FROM lag(h.to_stage) OVER w AS ok FROM piste.lead_history AS h"
	    " WINDOW w AS (PARTITION BY h.lead_id ORDER BY h.id)) AS o" },
	{ "nothing after its end", "SELECT max(at) < '2026-09-01 00:00+00'"
	    " FROM piste.lead_history" },
	{ "orders with amounts", "SELECT count(*) > 5 AND bool_and(amount > 0)"
	    " FROM piste.win" },
	{ "each customer has an order", "SELECT count(*) = 0 FROM piste.lead"
	    " AS l LEFT JOIN piste.win AS w ON w.lead_id = l.id"
	    " WHERE (l.stage = 'customer') <> (w.lead_id IS NOT NULL)" },
	{ "leads that came up again", "SELECT count(DISTINCT woken_by) = 3"
	    " AND count(back_at) > 0 FROM piste.recycling" },
	{ "sellers with absences", "SELECT count(*) = 8 AND bool_and(NOT"
	    " s.is_active AND EXISTS (SELECT FROM piste.seller_absence AS a"
	    " WHERE a.seller_id = s.id)) FROM piste.seller AS s" },
	{ "leads given to nobody who is away", "SELECT count(*) = 0"
	    " FROM piste.allocation AS a JOIN piste.seller_absence AS b"
	    " USING (seller_id) WHERE a.at >= b.starts_at AND a.at < b.ends_at"
	    },
	{ "none to allocate", "SELECT count(*) = 0 FROM piste.lead"
	    " WHERE owner_id IS NULL" },
	{ "invented addresses", "SELECT bool_and(email LIKE '%.example' AND"
	    " (phone IS NULL OR phone LIKE '+3363998%')) FROM piste.person" },
	{ "nobody to write to", "SELECT (SELECT count(*) FROM piste.consent)"
	    " + (SELECT count(*) FROM piste.outbox) + (SELECT count(*)"
	    " FROM piste.qualification_queue) = 0" },
	{ "nothing to do for a worker", "SELECT (SELECT count(*)"
	    " FROM piste.waiting) + (SELECT count(*) FROM piste.score_due)"
	    " + (SELECT count(*) FROM piste.nurture_cause) = 0" },
	{ "seasons", "SELECT (count(*) FILTER (WHERE extract(month FROM"
	    " created_at) = 3)) > 2 * count(*) FILTER (WHERE"
	    " extract(month FROM created_at) = 8) FROM piste.lead" },
};

/* Also a second time, which adds nothing. */
START_TEST(the_demo_year_is_plausible)
{
	struct sample c = with_year();

	PQreset(c.conn);
	sample_run(c.conn, slurp("templates/demo/year.sql").p);
	for (size_t i = 0; i < COUNT(facts); i++)
		ck_assert_msg(str_eq(sample_text(c.conn, facts[i].ask),
		    STR("t")), "%s", facts[i].what);
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

/* The same whenever it is made; the worker leaves it as it is. */
START_TEST(the_demo_year_is_the_same_each_time)
{
	struct sample c = with_year();
	struct scorepass scored = { 0 };
	struct recycle p = { 0 };
	bool is_over = false;

	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', cell, visitors, visits, leads, mqls, sqls, opportunities,"
	    " customers),"
	    " '; ') FROM piste.funnel('strategy', '2020-01-01', '2099-12-31',"
	    " true, 10)"), STR("inbound 23637 25188 481 216 120 74 35;"
	    " outbound 2603 2670 106 61 36 22 10;"
	    " 26240 27858 587 277 156 96 45"));
	while (!is_over)
		ck_assert_int_eq(recycle_turn(db, &p, &is_over), OK);
	ck_assert_int_eq(p.laid + p.moved, 0);
	for (is_over = false; !is_over;)
		ck_assert_int_eq(scorepass_turn(db, &scored, &is_over), OK);
	ck_assert_int_eq(scored.leads, 0);
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

SUITE_APART(funnel)
{
	SUITE_LOOP(nothing_has_no_rate, COUNT(rates));
	SUITE_LOOP(each_lead_is_in_one_cell, COUNT(splits));
	SUITE_TEST(a_customer_is_one_as_long_as_the_order_stands);
	SUITE_TEST(invented_leads_are_apart);
	SUITE_LOOP(people_come_first, COUNT(people));
	SUITE_TEST(an_empty_house_has_a_sum);
	SUITE_LOOP(small_cells_are_one, 2);
	SUITE_LOOP(maturity_follows_from_orders, 2);
	SUITE_TEST(days_that_are_none_or_too_many_are_refused);
	SUITE_TEST(the_demo_year_adds_up);
	SUITE_TEST(funnel_and_figures_agree);
	SUITE_TEST(the_demo_year_is_plausible);
	SUITE_TEST(the_demo_year_is_the_same_each_time);
}
