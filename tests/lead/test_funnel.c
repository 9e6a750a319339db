/* Tests of lead/funnel.c and of piste.funnel, by hand. */
#include <stdio.h>

#include "lead/funnel.h"
#include "lead/leadcase.h"
#include "store/pg.h"

/* As many days as can be asked for at once. */
#define FROM STR("2023-01-01")
#define TO STR("2032-12-31")

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
	{ "country", "FR 0 4 3 3 2 1 3 1;"
	    " ? 9 0 0 0 0 0 0 0; = 9 4 3 3 2 1 3 1" },
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
}
