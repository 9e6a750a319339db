/*
 * Tests of piste.cost_within, cost_part, cost_day, cost_tree and budget_use:
 * who bears what, and that every split sums to the ledger.
 */
#include "track/costcase.h"

/*
 * Ten thousand amounts and periods by chance: days sum to the amount, any two
 * parts of a period to the whole, a counter-entry to the same below zero, and
 * days differ by a cent at most.
 */
static void
check_days(PGconn *conn)
{
	ck_assert_str_same(sample_text(conn, "WITH a AS MATERIALIZED (SELECT"
	    " ((hashint4(i) % 1000000) / 100.0)::numeric(14, 2) AS amount,"
	    " date '2026-01-01' + i % 50 AS f, date '2026-01-01' + i % 50"
	    " + i % 97 AS t, date '2026-01-01' + i % 50 + i % 31 AS m"
	    " FROM generate_series(1, 10000) AS i) SELECT concat_ws(' ',"
	    " count(*) FILTER (WHERE piste.cost_within(amount, f, t, f, t)"
	    " <> amount), count(*) FILTER (WHERE piste.cost_within(amount,"
	    " f, t, f - 9, m) + piste.cost_within(amount, f, t, m + 1, t + 9)"
	    " <> amount), count(*) FILTER (WHERE piste.cost_within(-amount,"
	    " f, t, f, m) <> -piste.cost_within(amount, f, t, f, m)),"
	    " count(*) FILTER (WHERE abs(piste.cost_within(amount, f, t, m, m)"
	    " * (t - f + 1) - amount) >= (t - f + 1) * .01 AND m <= t),"
	    " max(piste.cost_within(amount, f, t, t + 1, t + 5))) FROM a"),
	    STR("0 0 0 0 0"));
}

#define MAY "2026-05-01", "2026-05-31"

struct entered {
	const char *campaign, *shared_by, *amount, *currency, *from, *to;
};

static void
enter(PGconn *conn, const struct entered *e)
{
	ck_assert_str_same(sample_text(conn, buf_fmt(suite_arena(), 1000,
	    "SELECT t.change FROM piste.cost_take(jsonb_build_array("
	    "jsonb_build_object('line', 1, 'again', true, 'campaign_key',"
	    " nullif('%s', ''), 'shared_by', nullif('%s', ''), 'kind',"
	    " 'staff', 'amount', '%s', 'currency', '%s', 'from_day', '%s',"
	    " 'to_day', '%s', 'supplier', '', 'reference', '')), 'command',"
	    " 'ines', false, false) AS t", e->campaign, e->shared_by,
	    e->amount, e->currency, e->from, e->to).p), STR("new"));
}

START_TEST(a_period_is_spread_to_the_cent)
{
	struct pg *db;
	struct sample c = costcase_new(&db);

	check_days(c.conn);
	enter(c.conn, &(struct entered){ "a", "", "100", "EUR", "2026-01-01",
	    "2026-01-03" });
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', campaign_key, day, kind, amount, is_shared), ', ' ORDER BY"
	    " day) FROM piste.cost_day"), STR("a 2026-01-01 staff 33.33 f,"
	    " a 2026-01-02 staff 33.33 f, a 2026-01-03 staff 33.34 f"));
	pg_free(db);
} END_TEST

#define PARTS "SELECT string_agg(campaign_key || ' ' || amount, ', '" \
    " ORDER BY campaign_key) FROM piste.cost_part WHERE cost_id = " \
    "(SELECT max(id) FROM piste.cost)"

/* Each entered on top of those before. */
static const struct { struct entered entry; const char *parts; } overhead[] = {
	/* Nobody spent: in equal parts to those that run and have no parts. */
	{ { "g", "spend", "10.01", "EUR", MAY }, "a 5.01, b 5.00" },
	{ { "a", "", "1", "EUR", MAY }, "a 1.00" },
	{ { "b", "", "2", "EUR", MAY }, "b 2.00" },
	{ { "g", "spend", "10", "EUR", MAY }, "a 3.33, b 6.67" },
	{ { "g", "spend", "0.01", "EUR", MAY }, "b 0.01" },
	/* Not by francs, which nobody spent; old is archived. */
	{ { "g", "spend", "10", "CHF", MAY }, "a 5.00, b 5.00" },
	{ { "g", "equally", "9", "EUR", "2025-11-01", "2025-12-31" },
	    "b 4.50, old 4.50" },
	{ { "", "equally", "1", "EUR", MAY }, "a 0.34, b 0.33, c1 0.33" },
	{ { "", "spend", "3", "EUR", MAY }, "a 1.00, b 2.00" },
	/* Two leads of c1, one of a campaign nobody defined. */
	{ { "", "leads", "3", "EUR", MAY }, "c1 3.00" },
	{ { "g", "leads", "3", "EUR", MAY }, "a 1.50, b 1.50" },
	{ { "b", "equally", "3", "EUR", MAY }, "b 3.00" },
	{ { "x", "spend", "3", "EUR", MAY }, "x 3.00" },
};

static void
add_leads(PGconn *conn)
{
	const struct sample_row row[] = {
		{ 1, .email = "ana@firm.fr" }, { 2, .email = "bob@firm.fr" },
		{ 3, .email = "eve@firm.fr" } };

	ck_assert_str_same(sample_take(conn, sample_batch(row, 3)),
	    STR("new new new"));
	sample_run(conn, "ALTER TABLE piste.submission DISABLE TRIGGER USER;"
	    "UPDATE piste.submission SET campaign_key = CASE WHEN email"
	    " LIKE 'eve%' THEN 'nobody' ELSE 'c1' END;"
	    "ALTER TABLE piste.submission ENABLE TRIGGER USER;"
	    "UPDATE piste.lead SET created_at = '2026-05-31T23:59Z'");
}

/* Every split of the ledger sums to it. */
static void
check_sums(struct pg *db, PGconn *conn)
{
	struct cost_node *node;
	struct str others;
	size_t nodes;

	ck_assert_str_same(sample_text(conn, "SELECT string_agg(concat_ws("
	    "' ', c.currency, c.amount = d.amount, c.amount = p.amount,"
	    " c.n), ', ' ORDER BY c.currency) FROM (SELECT currency,"
	    " sum(amount) AS amount, count(*) AS n FROM piste.cost"
	    " GROUP BY 1) AS c JOIN (SELECT currency, sum(amount) AS amount"
	    " FROM piste.cost_day GROUP BY 1) AS d USING (currency)"
	    " JOIN (SELECT currency, sum(amount) AS amount"
	    " FROM piste.cost_part GROUP BY 1) AS p USING (currency)"),
	    STR("CHF t t 1, EUR t t 12"));
	ck_assert_int_eq(cost_read_tree(db, suite_arena(),
	    &(struct cost_wish){ .from = STR("2026-05-01"),
	    .to = STR("2026-05-31"), .currency = STR("EUR") }, &node, &nodes,
	    &others), OK);
	ck_assert_str_same(others, STR("CHF"));
	ck_assert_uint_eq(nodes, 6);
	ck_assert_str_same(node[0].campaign, STR("c1"));
	ck_assert_str_same(node[1].campaign, STR("g"));
	ck_assert_str_same(node[1].own, STR("0.00"));
	ck_assert_str_same(node[2].campaign, STR("a"));
	ck_assert_uint_eq(node[2].depth, 1);
	ck_assert(node[5].is_all);
	ck_assert_str_same(sample_text(conn, "SELECT concat_ws(' ', (SELECT"
	    " whole = own + shared FROM piste.cost_tree('2026-05-01',"
	    " '2026-05-31', 'EUR', false) WHERE campaign_key IS NULL),"
	    " (SELECT sum(whole) FROM piste.cost_tree('2026-05-01',"
	    " '2026-05-31', 'EUR', false) WHERE depth = 0 AND campaign_key IS"
	    " NOT NULL) = (SELECT sum(amount) - 3 FROM piste.cost WHERE"
	    " currency = 'EUR' AND from_day = '2026-05-01'))"), STR("t t"));
}

START_TEST(overhead_is_shared_to_the_cent)
{
	struct pg *db;
	struct sample c = costcase_new(&db);

	add_leads(c.conn);
	for (size_t i = 0; i < COUNT(overhead); i++) {
		enter(c.conn, &overhead[i].entry);
		ck_assert_str_same(sample_text(c.conn, PARTS),
		    str_of(overhead[i].parts));
	}
	check_sums(db, c.conn);
	/* What counters overhead takes back what each bore. */
	ck_assert_str_same(costcase_correct(db, "4", ""), STR("14 "));
	ck_assert_str_same(sample_text(c.conn, PARTS),
	    STR("a -3.33, b -6.67"));
	/* Without any campaign that runs it is nobody's, or the group's. */
	sample_run(c.conn, "UPDATE piste.campaign SET"
	    " archived_on = '2026-01-01'");
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(p.cost_id"
	    " || ' ' || p.campaign_key || ' ' || p.amount, ', ' ORDER BY 1)"
	    " FROM piste.cost_part AS p WHERE p.cost_id IN (6, 8)"),
	    STR("6 g 10.00, 8  1.00"));
	pg_free(db);
} END_TEST

/* More than an entry may say, in one day and one budget. */
START_TEST(great_sums_are_told)
{
	static const struct entered most = { "b", "", "999999999999.99",
		"EUR", "2026-05-01", "2026-05-01" };
	struct pg *db;
	struct sample c = costcase_new(&db);

	enter(c.conn, &most);
	enter(c.conn, &most);
	sample_run(c.conn, "SELECT piste.budget_put('g', '2026-05-01',"
	    " '2026-05-31', 999999999999.99, 'EUR', 'ines', false)");
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', (SELECT"
	    " amount FROM piste.cost_day), (SELECT spent FROM"
	    " piste.budget_use), (SELECT whole FROM piste.cost_tree("
	    "'2026-05-01', '2026-05-31', 'EUR', false) WHERE campaign_key ="
	    " 'g'))"), STR("1999999999999.98 1999999999999.98"
	    " 1999999999999.98"));
	pg_free(db);
} END_TEST

static struct str
put_budget(struct pg *db, const char *campaign, const char *amount,
    const char *to)
{
	struct cost_budget b = { str_of(campaign), str_of(amount),
		STR("2026-01-01"), str_of(to), STR("EUR"), STR("ines"),
		false };
	const char *wrong = cost_judge_budget(suite_arena(), &b);
	struct str told = STR_EMPTY;

	if (wrong)
		return str_of(wrong);
	return cost_put_budget(db, &b, &told) ? arena_copy(suite_arena(),
	    str_of(pg_message(db))) : arena_copy(suite_arena(), told);
}

static const struct entered spent[] = {
	{ "b", "", "20", "EUR", "2025-12-22", "2026-01-10" },
	{ "g", "equally", "85", "EUR", MAY },
	{ "b", "", "7", "CHF", MAY },
};

START_TEST(budgets_are_kept_and_used_up)
{
	struct pg *db;
	struct sample c = costcase_new(&db);
	static const struct { const char *campaign, *amount, *to, *told; }
	    said[] = {
		{ "g", "100", "2026-12-31", "new" },
		{ "g", "100.00", "2026-12-31", "unchanged" },
		{ "g", "90", "2026-12-31", "changed" },
		{ "a", "60", "2026-06-30", "new" },
		{ "b", "40", "2026-12-31", "new" },
		{ "b", "40", "2026-12-30", "new" },
		{ "b", "0", "2026-12-30", "removed" },
		{ "b", "0", "2026-12-29", "unchanged" },
		{ "a", "5", "2026-07-01", "campaign a runs from 2026-01-01 to"
		    " 2026-06-30; --anyway keeps it all the same" },
		{ "old", "5", "2026-07-01", "campaign old is archived since"
		    " 2025-12-31; --anyway keeps it all the same" },
		{ "z", "5", "2026-07-01", "there is no campaign z" },
		{ "g", "5", "2025-07-01", "the last day is before the first" },
		{ "g", "x", "2026-07-01", "a budget is like 1200 or 1200.50,"
		    " up to 12 digits; 0: none any more" },
	};

	for (size_t i = 0; i < COUNT(said); i++)
		ck_assert_str_same(put_budget(db, said[i].campaign,
		    said[i].amount, said[i].to), str_of(said[i].told));
	/* Ten days of twenty are before it; what the group shares counts. */
	for (size_t i = 0; i < COUNT(spent); i++)
		enter(c.conn, &spent[i]);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', campaign_key, amount, spent, given), ', ' ORDER BY"
	    " campaign_key) FROM piste.budget_use"), STR("a 60.00 0.00 0.00,"
	    " b 40.00 10.00 0.00, g 90.00 95.00 100.00"));
	pg_free(db);
} END_TEST

/* What an import of leads says its file cost is in the ledger, once. */
START_TEST(a_file_of_leads_is_a_cost)
{
	struct pg *db;
	struct sample c = costcase_new(&db);

#define OPENED(hash, cost) "SELECT piste.import_open(repeat('" hash "', 64)," \
    " 'f.csv', 'c1', 's', 'p1', 'f1', 'Halle', 'contract', " cost ", CASE" \
    " WHEN " cost " IS NULL THEN NULL ELSE 'EUR' END, NULL)"
	sample_run(c.conn, OPENED("a", "12.345"));
	sample_run(c.conn, OPENED("a", "12.345"));
	sample_run(c.conn, OPENED("b", "NULL::numeric"));
	sample_run(c.conn, OPENED("c", "0.004"));
	/* By whoever may import, and not write to the ledger; a great one. */
	sample_run(c.conn, "GRANT INSERT ON piste.import TO piste_analyst;"
	    "SET ROLE piste_analyst; INSERT INTO piste.import (file_sha256,"
	    " file_name, campaign_key, source, page_key, form_key,"
	    " legal_basis, cost, currency) VALUES (repeat('d', 64), 'g.csv',"
	    " 'c1', 's', 'p1', 'f1', 'contract', 999999999999.9999, 'EUR');"
	    "RESET ROLE");
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', campaign_key, kind, amount, currency, supplier, reference,"
	    " source, from_day = current_date), ', ' ORDER BY id)"
	    " FROM piste.cost"),
	    STR("c1 files 12.35 EUR Halle import 1 leads t, c1 files"
	    " 999999999999.99 EUR  import 5 leads t"));
	pg_free(db);
} END_TEST

SUITE_APART(cost_shared)
{
	SUITE_TEST(a_period_is_spread_to_the_cent);
	SUITE_TEST(overhead_is_shared_to_the_cent);
	SUITE_TEST(great_sums_are_told);
	SUITE_TEST(budgets_are_kept_and_used_up);
	SUITE_TEST(a_file_of_leads_is_a_cost);
}
