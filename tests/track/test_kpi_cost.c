/*
 * Tests that the costs of track/kpi.c are the ledger's to the cent, whatever
 * is shared, spread, corrected, and asked for.
 */
#include <string.h>

#include "track/costcase.h"
#include "track/kpicase.h"

/* Leads, then entries and corrections, by chance; %d is the seed. */
static const char ledger[] =
    "DO $$ DECLARE n integer; who bigint; l bigint; f date; BEGIN"
    " PERFORM setseed(%d / 100.0);"
    " FOR n IN 1..60 LOOP"
    "  f := (ARRAY['2024-02-20', '2024-12-25', '2026-03-25'])[1 + n %% 3]::date"
    "   + (random() * 20)::integer;"
    "  INSERT INTO piste.person (email) VALUES (n || '@firm.fr')"
    "   RETURNING id INTO who;"
    "  INSERT INTO piste.lead (person_id, offer_key, created_at) VALUES (who,"
    "   'o1', f + time '23:30' * random()) RETURNING id INTO l;"
    "  INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
    "   person_id, lead_id, outcome, fields, via, campaign_key) VALUES"
    "   (gen_random_uuid(), 'p1', 'f1', 'o1', who, l, 'new', '{}', 'form',"
    "   (ARRAY['a', 'b', 'c1', 'x', 'old', NULL])[1 + n %% 6]);"
    " END LOOP;"
    " FOR n IN 1..100 LOOP"
    "  f := (ARRAY['2024-02-20', '2024-12-25', '2026-03-25'])[1 + n %% 3]::date"
    "   + (random() * 20)::integer;"
    "  PERFORM piste.cost_take(jsonb_build_array(jsonb_strip_nulls("
    "   jsonb_build_object('line', n, 'again', true,"
    "   'campaign_key', (ARRAY['a', 'b', 'g', 'c1', 'x', 'old'])[1 + n %% 6],"
    "   'kind', 'media', 'from_day', f, 'to_day', f + CASE WHEN n = 50"
    "    THEN 500 ELSE (random() * random() * 90)::integer END,"
    "   'amount', round((random() * 1000)::numeric, 2) + 0.01,"
    "   'currency', CASE WHEN n %% 7 = 0 THEN 'CHF' ELSE 'EUR' END,"
    "   'supplier', '', 'reference', '', 'shared_by', CASE WHEN n %% 3 = 0"
    "    THEN (ARRAY['spend', 'leads', 'equally'])[1 + n / 3 %% 3] END))"
    "   - CASE WHEN n %% 9 = 0 THEN 'campaign_key' ELSE '' END),"
    "   'command', 'ines', true, false);"
    "  IF n %% 5 = 0 THEN PERFORM piste.cost_correct(max(c.id),"
    "   CASE WHEN n %% 2 = 0 THEN 7.77 END, 'ines', 'wrong')"
    "   FROM piste.cost AS c; END IF;"
    " END LOOP; END $$";

static const struct { const char *from, *to; } periods[] = {
	{ "2024-02-29", "2024-02-29" },
	{ "2024-02-01", "2024-02-29" },
	{ "2024-03-01", "2024-03-31" },
	{ "2024-01-01", "2024-12-31" },
	{ "2024-12-31", "2025-01-01" },
	{ "2026-03-29", "2026-03-29" },
	{ "2026-01-01", "2026-12-31" },
	{ "2023-12-01", "2027-12-31" },
};

static int64_t
cents(const char *sql)
{
	int64_t n = -1;

	ck_assert(str_i64(sample_text(sample.conn, sql), INT64_MIN, INT64_MAX,
	    &n));
	return n;
}

static struct kpi
read_costs(const char *split, size_t period, const char *currency,
    bool is_synthetic)
{
	struct kpi k;

	ck_assert_int_eq(kpi_read(db, suite_arena(), &(struct kpi_wish){
	    .split = str_of(split), .from = str_of(periods[period].from),
	    .to = str_of(periods[period].to), .currency = str_of(currency),
	    .zone = STR(PARIS), .is_synthetic = is_synthetic }, &k), OK);
	return k;
}

/* The whole; each campaign's cell is what it bears. */
static int64_t
check_split(const char *split, size_t period, const char *currency,
    bool is_synthetic)
{
	struct kpi k = read_costs(split, period, currency, is_synthetic);
	int64_t sum = 0;

	for (size_t i = 0; i + 1 < k.cells; i++) {
		int64_t cost = k.cell[i].value[KPI_COST].part;

		sum += cost;
		if (strcmp(split, "campaign") != 0)
			continue;
		ck_assert_int_eq(cost, cents(buf_fmt(suite_arena(),
		    SQL_BYTES_MAX, "SELECT (coalesce(sum(piste.cost_borne("
		    "p.amount, p.before, p.from_day, p.to_day, '%s', '%s')), 0)"
		    " * 100)::bigint FROM piste.cost_part AS p JOIN"
		    " piste.campaign AS c ON c.key = p.campaign_key JOIN"
		    " piste.offer AS f ON f.key = c.offer_key AND"
		    " f.is_synthetic = %s WHERE p.currency = '%s' AND"
		    " p.campaign_key = '%.*s'", periods[period].from,
		    periods[period].to, is_synthetic ? "true" : "false",
		    currency, STR_ARG(k.cell[i].name)).p));
	}
	ck_assert_int_eq(sum, k.cell[k.cells - 1].value[KPI_COST].part);
	return sum;
}

static void
check_period(size_t period, const char *currency)
{
	static const char *const by[] = { "campaign", "channel", "strategy",
		"offer" };
	int64_t paid = cents(buf_fmt(suite_arena(), SQL_BYTES_MAX,
	    "SELECT (coalesce(sum(piste.cost_within(c.amount, c.from_day,"
	    " c.to_day, '%s', '%s')), 0) * 100)::bigint FROM piste.cost AS c"
	    " WHERE c.currency = '%s'", periods[period].from,
	    periods[period].to, currency).p);

	for (size_t i = 0; i < COUNT(by); i++)
		ck_assert_int_eq(check_split(by[i], period, currency, false) +
		    check_split(by[i], period, currency, true), paid);
}

START_TEST(costs_are_the_ledgers)
{
	setup();
	run(COSTCASE_SITE);
	run(buf_fmt(suite_arena(), SQL_BYTES_MAX, ledger, 1).p);
	count_in(PARIS);
	for (size_t i = 0; i < COUNT(periods); i++) {
		check_period(i, "EUR");
		if (i % 3 == 0)
			check_period(i, "CHF");
	}
	/* The last period holds all of it, by other roads. */
	run("SET ROLE piste_analyst");
	ck_assert_str_same(sample_text(sample.conn, "SELECT (SELECT sum(amount)"
	    " FROM piste.cost_day) = (SELECT sum(cost) FROM piste.kpi_money"
	    " WHERE split = 'campaign')"), STR("t"));
	run("RESET ROLE");
	ck_assert_str_same(sample_text(sample.conn, "SELECT (SELECT sum(amount)"
	    " FROM piste.cost) = (SELECT sum(cost) FROM piste.kpi_money WHERE"
	    " split = '') AND (SELECT count(DISTINCT shared_by) FROM"
	    " piste.cost) = 3"), STR("t"));
	pg_free(db);
} END_TEST

/* A lead, or a cost of another, changes what is shared, and so the figure. */
START_TEST(what_is_shared_anew_is_counted_anew)
{
	setup();
	run(COSTCASE_SITE);
	run(buf_fmt(suite_arena(), SQL_BYTES_MAX, ledger, 2).p);
	count_in(PARIS);
	run("UPDATE piste.lead SET spam_at = now() WHERE id % 3 = 0");
	count_in(PARIS);
	check_period(3, "EUR");
	run(COST("a", "2024-02-29", "2024-02-29", "1000", "EUR"));
	count_in(PARIS);
	check_period(3, "EUR");
	run("UPDATE piste.campaign SET archived_on = '2024-03-01' WHERE key ="
	    " 'b'");
	count_in(PARIS);
	check_period(3, "EUR");
	pg_free(db);
} END_TEST

/* However many have changed, no turn counts more than a quarter. */
START_TEST(many_days_take_many_turns)
{
	int64_t done, left;

	setup();
	run(COST("c1", "2020-01-01", "2020-04-02", "93", "EUR"));
	ck_assert_int_eq(kpi_turn(db, STR(PARIS), &done, &left), OK);
	ck_assert_int_eq(done, 92);
	ck_assert_int_eq(left, 1);
	ck_assert_int_eq(kpi_turn(db, STR(PARIS), &done, &left), OK);
	ck_assert_int_eq(done, 1);
	ck_assert_int_eq(left, 0);
	pg_free(db);
} END_TEST

SUITE_APART(kpi_cost)
{
	SUITE_TEST(costs_are_the_ledgers);
	SUITE_TEST(what_is_shared_anew_is_counted_anew);
	SUITE_TEST(many_days_take_many_turns);
}
