/* Tests of lead/deal.c and of piste.deal_put. */
#include <stdio.h>
#include <string.h>

#include "lead/deal.h"
#include "lead/lead.h"
#include "lead/leadcase.h"
#include "store/pg.h"

#define TOLD_BYTES_MAX 8192
#define D12 "999999999999"

static const struct { const char *typed; bool is_amount, is_margin; } amounts[]
    = {
	{ "0", true, true },
	{ "1200", true, true },
	{ "1200.5", true, true },
	{ "1200.50", true, true },
	{ D12 ".99", true, true },
	{ "1" D12, false, false },
	{ "1200.505", false, false },
	{ "1200.", false, false },
	{ ".5", false, false },
	{ "1,5", false, false },
	{ "1200.5x", false, false },
	{ "1200.x5", false, false },
	{ "-3.20", false, true },
	{ "-" D12, false, true },
	{ "-", false, false },
	{ "--3", false, false },
	{ "+3", false, false },
	{ "1e3", false, false },
	{ "NaN", false, false },
	{ "", false, false },
	{ "1 200", false, false },
};

START_TEST(amounts_are_judged)
{
	ck_assert_msg(deal_is_amount(str_of(amounts[_i].typed)) ==
	    amounts[_i].is_amount, "amount %s", amounts[_i].typed);
	ck_assert_msg(deal_is_margin(str_of(amounts[_i].typed)) ==
	    amounts[_i].is_margin, "margin %s", amounts[_i].typed);
} END_TEST

/* Lead 1 an SQL of o1, 2 an opportunity of o2, 3 just a lead. */
static struct sample
with_leads(struct pg **db)
{
	struct sample c = sample_new();

	sample_run(c.conn, PEOPLE LEAD("1", "o1", "sql")
	    LEAD("1", "o2", "opportunity") LEAD("2", "o1", "lead")
	    "UPDATE piste.lead SET created_at = now() - interval '10 days'");
	*db = pg_new(c.conninfo, "piste-test");
	return c;
}

static struct deal_wish
win(const char *lead, const char *amount, const char *order)
{
	return (struct deal_wish){ .lead = str_of(lead), .kind = DEAL_WIN,
	    .amount = str_of(amount), .currency = STR("EUR"),
	    .margin = STR("1"), .order = str_of(order), .who = STR("ines"),
	    .site_currency = STR("EUR") };
}

static struct deal_wish
hope(const char *lead, const char *amount)
{
	struct deal_wish w = win(lead, amount, "");

	w.kind = DEAL_OPPORTUNITY;
	return w;
}

/* What it says, or why it does not. */
static struct str
put(struct pg *db, struct deal_wish w)
{
	struct str told = STR_EMPTY;
	enum err e = deal_put(db, &w, &told);

	return arena_copy(suite_arena(), e ? str_of(pg_message(db)) : told);
}

static struct str
rows(PGconn *conn)
{
	return sample_text(conn, "SELECT string_agg(concat_ws(' ', lead_id,"
	    " kind, amount, margin, currency, order_ref, why, outcome), ', '"
	    " ORDER BY id) FROM piste.deal");
}

START_TEST(an_order_is_kept_and_moves_its_lead)
{
	struct pg *db;
	struct sample c = with_leads(&db);

	ck_assert_str_same(put(db, hope("1", "1000")), STR("new"));
	ck_assert_str_same(put(db, hope("1", "1000.00")), STR("unchanged"));
	ck_assert_str_same(put(db, win("1", "1200.50", "A-1")), STR("new"));
	ck_assert_str_same(put(db, win("1", "1200.5", "A-1")),
	    STR("unchanged"));
	ck_assert_str_same(leadcase_state(c.conn), STR("1 customer sql"
	    " sql>opportunity opportunity>customer, 2 opportunity opportunity,"
	    " 3 lead lead"));
	ck_assert_str_same(rows(c.conn), STR("1 opportunity 1000.00 1.00 EUR,"
	    " 1 win 1200.50 1.00 EUR A-1"));
	ck_assert_str_same(sample_text(c.conn, "SELECT value FROM piste.lead"
	    " WHERE id = 1"), STR("1200.50"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', lead_id,"
	    " amount, won_on = current_date) FROM piste.win"),
	    STR("1 1200.50 t"));
	pg_free(db);
} END_TEST

/* From an SQL in one go, through the stage between. */
START_TEST(an_sql_may_order_at_once)
{
	struct pg *db;
	struct sample c = with_leads(&db);

	ck_assert_str_same(put(db, win("1", "1", "A-1")), STR("new"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(to_stage,"
	    " ' ' ORDER BY id) FROM piste.lead_history WHERE lead_id = 1"),
	    STR("sql opportunity customer"));
	pg_free(db);
} END_TEST

START_TEST(a_correction_keeps_what_was_said)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	struct deal_wish w = win("2", "1100", "A-1");

	ck_assert_str_same(put(db, win("2", "1000", "A-1")), STR("new"));
	ck_assert_str_same(put(db, w), STR("lead 2 has another order already:"
	    " say why it is corrected"));
	w.why = STR("typed wrong");
	ck_assert_str_same(put(db, w), STR("corrected"));
	ck_assert_str_same(put(db, w), STR("unchanged"));
	ck_assert_str_same(rows(c.conn), STR("2 win 1000.00 1.00 EUR A-1"
	    " corrected, 2 win 1100.00 1.00 EUR A-1 typed wrong"));
	ck_assert_str_same(leadcase_say(c.conn, "UPDATE piste.deal SET"
	    " amount = 1"), STR("what was said of lead 2 is kept as it is"));
	ck_assert_str_same(leadcase_say(c.conn, "UPDATE piste.deal SET"
	    " why = NULL"), STR("what was said of lead 2 is kept as it is"));
	ck_assert_str_same(leadcase_say(c.conn, "UPDATE piste.deal SET"
	    " outcome = 'cancelled' WHERE outcome IS NOT NULL"),
	    STR("what was said of lead 2 is kept as it is"));
	ck_assert(leadcase_say(c.conn, "DELETE FROM piste.deal").n);
	pg_free(db);
} END_TEST

/* Nor does a figure that is corrected change what is not said again. */
START_TEST(a_correction_keeps_margin_and_day)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	struct deal_wish w = win("2", "1000", "A-1");
	struct deal_wish h = hope("1", "500");

	w.day = sample_text(c.conn, "SELECT current_date - 5");
	h.day = STR("2030-01-31");
	ck_assert_str_same(put(db, w), STR("new"));
	ck_assert_str_same(put(db, h), STR("new"));
	w.day = w.margin = h.day = h.margin = STR_EMPTY;
	ck_assert_str_same(put(db, w), STR("unchanged"));
	w.amount = h.amount = STR("1100");
	w.why = h.why = STR("typed wrong");
	ck_assert_str_same(put(db, w), STR("corrected"));
	ck_assert_str_same(put(db, h), STR("corrected"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', amount,"
	    " margin, won_on = current_date - 5) FROM piste.win"),
	    STR("1100.00 1.00 t"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', amount,"
	    " margin, expected_on) FROM piste.opportunity WHERE lead_id = 1"),
	    STR("1100.00 1.00 2030-01-31"));
	pg_free(db);
} END_TEST

/* A form holds its person, then the lead: whoever orders does so, too. */
START_TEST(an_order_never_waits_crosswise_with_a_form)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	PGconn *other = PQconnectdb(arena_copy(suite_arena(),
	    c.conninfo).p);
	PGconn *looks = PQconnectdb(arena_copy(suite_arena(),
	    c.conninfo).p);
	PGresult *r;

	sample_run(other, "SET application_name = 'second'");
	sample_run(c.conn, "BEGIN; SELECT FROM piste.person WHERE id = 1"
	    " FOR NO KEY UPDATE");
	ck_assert_int_eq(PQsendQuery(other, "SELECT piste.deal_put("
	    "jsonb_populate_record(NULL::piste.deal, '{\"lead_id\": 2,"
	    " \"kind\": \"win\", \"amount\": 10, \"currency\": \"EUR\","
	    " \"order_ref\": \"A-1\", \"actor\": \"ines\"}'), 'seller',"
	    " 'EUR')"), 1);
	ck_assert_int_eq(PQflush(other), 0);
	ck_assert(sample_await(looks, "SELECT wait_event_type = 'Lock'"
	    " FROM pg_stat_activity WHERE application_name = 'second'"));
	ck_assert_str_same(leadcase_say(c.conn, "SELECT id FROM piste.lead"
	    " WHERE id = 2 FOR NO KEY UPDATE NOWAIT"), STR("2"));
	sample_run(c.conn, "COMMIT");
	r = PQgetResult(other);
	ck_assert_str_eq(PQgetvalue(r, 0, 0), "new");
	PQclear(r);
	PQfinish(other);
	PQfinish(looks);
	pg_free(db);
} END_TEST

START_TEST(an_order_is_taken_back_by_any_road)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	const struct deal_end end = { STR("2"), STR("ines"), STR("cancelled"),
		STR_EMPTY };

	ck_assert_int_eq(deal_cancel(db, &end), ERR_INPUT);
	ck_assert_str_same(str_of(pg_message(db)),
	    STR("lead 2 is no customer"));
	ck_assert_str_same(put(db, win("2", "1000", "A-1")), STR("new"));
	ck_assert_str_same(put(db, hope("2", "5")),
	    STR("lead 2 is a customer: take the order back first"));
	if (_i)
		sample_run(c.conn, STAGED("2", "opportunity", "'mistake'"));
	else
		ck_assert_int_eq(deal_cancel(db, &end), OK);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', l.stage,"
	    " l.value, d.outcome) FROM piste.lead AS l JOIN piste.deal AS d"
	    " ON d.lead_id = l.id WHERE l.id = 2"),
	    STR("opportunity cancelled"));
	/* The reference is free again, and the lead may order again. */
	ck_assert_str_same(put(db, win("1", "10", "A-1")), STR("new"));
	ck_assert_str_same(put(db, win("2", "1000", "A-2")), STR("new"));
	pg_free(db);
} END_TEST

START_TEST(what_can_not_be_is_refused_by_name)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	struct deal_wish w = win("2", "10", "A-1");

	ck_assert_str_same(put(db, win("9", "1", "A-9")),
	    STR("there is no lead 9"));
	ck_assert_str_same(put(db, win("3", "1", "A-3")),
	    STR("lead 3 can't go from lead to customer"));
	ck_assert_str_same(put(db, hope("3", "1")),
	    STR("lead 3 can't go from lead to opportunity"));
	w.margin = STR("10.01");
	ck_assert_str_same(put(db, w),
	    STR("a margin of 10.01 is more than the amount, 10.00"));
	w.margin = STR("-10");
	w.day = sample_text(c.conn, "SELECT current_date + 2");
	ck_assert(str_has_suffix(put(db, w), STR("which is yet to come")));
	w.day = sample_text(c.conn, "SELECT current_date - 12");
	ck_assert(str_has_prefix(put(db, w), STR("the order is of ")));
	w.day = sample_text(c.conn, "SELECT current_date - 11");
	ck_assert_str_same(put(db, w), STR("new"));
	ck_assert_str_same(put(db, win("1", "1", "A-1")),
	    STR("order A-1 is that of lead 2"));
	ck_assert_str_same(leadcase_state(c.conn), STR("1 sql sql, 2 customer"
	    " opportunity opportunity>customer, 3 lead lead"));
	pg_free(db);
} END_TEST

/* What another currency is worth in ours nobody said. */
START_TEST(another_currency_is_no_value)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	struct deal_wish w = win("2", "10", "A-1");

	w.currency = STR("CHF");
	w.margin = STR_EMPTY;
	ck_assert_str_same(put(db, w), STR("new"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat(value, '-')"
	    " FROM piste.lead WHERE id = 2"), STR("-"));
	pg_free(db);
} END_TEST

START_TEST(erasing_keeps_the_books)
{
	struct pg *db;
	struct sample c = with_leads(&db);
	struct deal_wish w = win("2", "11", "A-1");

	put(db, win("2", "10", "A-1"));
	w.why = STR("Ana said so");
	ck_assert_str_same(put(db, w), STR("corrected"));
	sample_run(c.conn, "SELECT piste.erase('{1}', NULL, NULL, 'request',"
	    " NULL)");
	ck_assert_str_same(rows(c.conn), STR("2 win 10.00 1.00 EUR A-1"
	    " corrected, 2 win 11.00 1.00 EUR A-1"));
	pg_free(db);
} END_TEST

START_TEST(all_of_it_is_shown)
{
	char told[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	struct pg *db;
	struct deal_wish w;

	(void)with_leads(&db);
	w = win("2", "11", "A-1");
	put(db, win("2", "10", "A-1"));
	w.why = STR("typed\nwrong");
	put(db, w);
	ck_assert_int_eq(deal_show(db, STR("2"), false, out), OK);
	ck_assert_int_eq(deal_show(db, STR("2"), true, out), OK);
	ck_assert_int_eq(deal_show(db, STR("9"), true, out), ERR_ABSENT);
	fclose(out);
	ck_assert_msg(strstr(told, "win 10.00 EUR margin 1.00 of ") &&
	    strstr(told, "because typed wrong (10 days after the lead)\n") &&
	    strstr(told, " (corrected)\n") &&
	    strstr(told, "\"why\" : \"typed\\nwrong\"") &&
	    strstr(told, "\"amount\" : \"11.00\"") &&
	    strstr(told, "\"days\" : 10"), "%s", told);
	pg_free(db);
} END_TEST

SUITE_APART(deal)
{
	SUITE_LOOP(amounts_are_judged, COUNT(amounts));
	SUITE_TEST(an_order_is_kept_and_moves_its_lead);
	SUITE_TEST(an_sql_may_order_at_once);
	SUITE_TEST(a_correction_keeps_what_was_said);
	SUITE_TEST(a_correction_keeps_margin_and_day);
	SUITE_TEST(an_order_never_waits_crosswise_with_a_form);
	SUITE_LOOP(an_order_is_taken_back_by_any_road, 2);
	SUITE_TEST(what_can_not_be_is_refused_by_name);
	SUITE_TEST(another_currency_is_no_value);
	SUITE_TEST(erasing_keeps_the_books);
	SUITE_TEST(all_of_it_is_shown);
}
