/* Tests of track/cost.c, and of what may be entered and corrected. */
#include <stdio.h>
#include <string.h>

#include "track/costcase.h"

#define D12 "999999999999"
#define TOLD_BYTES_MAX 8192
#define SUPPLIER_MAX "2345678901234567890123456789012345678901234567890" \
    "123456789012345678901234567890123456789012345678901"
static const struct { const char *typed, *amount, *budget; } amounts[] = {
	{ "1200", "1200.00", "1200.00" },
	{ "1200.5", "1200.50", "1200.50" },
	{ "1200,05", "1200.05", "1200.05" },
	{ "0.01", "0.01", "0.01" },
	{ "0", "", "0.00" },
	{ "0.00", "", "0.00" },
	{ D12 ".99", D12 ".99", D12 ".99" },
	{ "1" D12, "", "" },
	{ "-5", "", "" },
	{ "1.234", "", "" },
	{ "1,234.50", "", "" },
	{ "1 200", "1200.00", "1200.00" },
	{ "1\u202f234\u202f567,8", "1234567.80", "1234567.80" },
	{ "\u00a012\u00a0345,06 ", "12345.06", "12345.06" },
	{ "12 34", "", "" },
	{ "1234 567", "", "" },
	{ "1 200 EUR", "", "" },
	{ ".5", "0.50", "0.50" },
	{ "007", "7.00", "7.00" },
	{ ".", "", "" },
	{ "0.005", "", "" },
	{ "1e3", "", "" },
	{ "NaN", "", "" },
	{ "", "", "" },
};

START_TEST(amounts_are_judged)
{
	struct arena *a = suite_arena();
	struct str typed = str_of(amounts[_i].typed);

	ck_assert_str_same(cost_amount(a, typed, false),
	    str_of(amounts[_i].amount));
	ck_assert_str_same(cost_amount(a, typed, true),
	    str_of(amounts[_i].budget));
} END_TEST

#define AT(member) offsetof(struct cost_entry, member)
static const struct {
	size_t member;
	const char *typed;
	const char *wrong;	/* what it says of it; NULL: it is right */
} entries[] = {
	{ AT(kind), "files", NULL },
	{ AT(kind), "Media", "a kind is" },
	{ AT(kind), "", "a kind is" },
	{ AT(shared_by), "leads", NULL },
	{ AT(shared_by), "chance", "overhead is shared by" },
	{ AT(campaign), "", "a cost is some campaign's" },
	{ AT(campaign), "a\nb", "there is no such campaign" },
	{ AT(amount), "-10", "an amount is above zero" },
	{ AT(amount), "0,00", "an amount is above zero" },
	{ AT(currency), "CHF", NULL },
	{ AT(currency), "eur", "a currency is" },
	{ AT(currency), "€", "a currency is" },
	{ AT(currency), "", "a currency is" },
	{ AT(from), "31/01/2026", NULL },
	{ AT(from), "2026-02-30", "a day is like" },
	{ AT(from), "", "a day is like" },
	{ AT(from), "2000-01-01", NULL },
	{ AT(from), "1999-12-31", "days are from" },
	{ AT(from), "2099-12-31", NULL },
	{ AT(to), "2026-01-01", NULL },
	{ AT(to), "2025-12-31", "the last day is before" },
	{ AT(to), "2030-12-31", NULL },
	{ AT(to), "2031-01-01", "these are five years" },
	{ AT(supplier), SUPPLIER_MAX SUPPLIER_MAX, NULL },
	{ AT(supplier), SUPPLIER_MAX SUPPLIER_MAX "1", "a supplier is" },
	{ AT(supplier), "a\tb", "a supplier is" },
	{ AT(supplier), "\xff", "a supplier is" },
	{ AT(reference), SUPPLIER_MAX, NULL },
	{ AT(reference), SUPPLIER_MAX "1", "a reference is" },
};

START_TEST(entries_are_judged)
{
	struct cost_entry e = costcase_entry();
	const char *said, *wrong = entries[_i].wrong;
	struct str typed = str_of(entries[_i].typed);

	memcpy((char *)&e + entries[_i].member, &typed, sizeof typed);
	said = cost_judge(suite_arena(), &e);
	ck_assert_msg(wrong ? said && !strncmp(said, wrong, strlen(wrong)) :
	    !said, "%s: %s", entries[_i].typed, said ? said : "right");
} END_TEST

START_TEST(an_entry_is_put_in_the_ledgers_words)
{
	struct cost_entry e = costcase_entry();

	e.from = STR("31/1/2026");
	e.amount = STR("7,5");
	ck_assert_ptr_null(cost_judge(suite_arena(), &e));
	ck_assert_str_same(e.from, STR("2026-01-31"));
	ck_assert_str_same(e.to, STR("2026-01-31"));
	ck_assert_str_same(e.amount, STR("7.50"));
} END_TEST

/* "new known refused: why" of each. */
static struct str
take(struct pg *db, const struct cost_batch *b)
{
	static const char *const changes[] = { "new", "known", "refused" };
	struct cost_told told[8] = { { 0 } };
	struct buf out;

	buf_init(&out, suite_arena(), TOLD_BYTES_MAX);
	ck_assert_uint_le(b->entries, COUNT(told));
	ck_assert_int_eq(cost_take(db, suite_arena(), b, told), OK);
	for (size_t i = 0; i < b->entries; i++)
		buf_addf(&out, "%s%s%s%.*s", i ? " " : "",
		    changes[told[i].change], told[i].problem.n ? ": " : "",
		    STR_ARG(told[i].problem));
	return buf_str(&out);
}

static struct str
add(struct pg *db, struct cost_entry e)
{
	ck_assert_ptr_null(cost_judge(suite_arena(), &e));
	return take(db, &(struct cost_batch){ .entry = &e, .entries = 1,
	    .who = STR("ines") });
}

/* What is refused by its campaign's days, and what --anyway is for. */
static void
check_refusals(struct pg *db)
{
	static const struct { const char *campaign, *from, *why; } refused[]
	    = {
		{ "z", "2026-01-01", "there is no campaign z" },
		{ "a", "2025-12-31", "campaign a runs from 2026-01-01 to"
		    " 2026-06-30; --anyway enters it all the same" },
		{ "a", "2026-07-01", "campaign a runs from 2026-01-01 to"
		    " 2026-06-30; --anyway enters it all the same" },
		{ "old", "2025-11-30", "campaign old is archived since"
		    " 2025-12-31; --anyway enters it all the same" },
	};
	struct cost_entry e = costcase_entry();

	for (size_t i = 0; i < COUNT(refused); i++) {
		e.campaign = str_of(refused[i].campaign);
		e.from = str_of(refused[i].from);
		e.to = STR_EMPTY;
		ck_assert_str_same(add(db, e), buf_fmt(suite_arena(), 200,
		    "refused: %s", refused[i].why));
		ck_assert_ptr_null(cost_judge(suite_arena(), &e));
		ck_assert_str_same(take(db, &(struct cost_batch){
		    .entry = &e, .entries = 1, .who = STR("ines"),
		    .is_anyway = true, .is_trial = true }), i ? STR("new") :
		    STR("refused: there is no campaign z"));
	}
}

/* Twice brought, partly known, several alike, a reference with two amounts. */
static void
check_batches(struct pg *db, PGconn *conn)
{
	struct cost_entry e[4];
	struct cost_batch b = { .entry = e, .entries = 3, .is_file = true,
		.who = STR("ines") };

	for (size_t i = 0; i < COUNT(e); i++) {
		e[i] = costcase_entry();
		e[i].line = i + 2;
		e[i].reference = i < 2 ? STR("F-1") : STR_EMPTY;
		ck_assert_ptr_null(cost_judge(suite_arena(), &e[i]));
	}
	b.is_trial = true;
	ck_assert_str_same(take(db, &b), STR("new new new"));
	b.is_trial = false;
	ck_assert_str_same(take(db, &b), STR("new new new"));
	ck_assert_str_same(take(db, &b), STR("known known known"));
	b.entries = 4;
	ck_assert_str_same(take(db, &b), STR("known known known new"));
	ck_assert_str_same(add(db, costcase_entry()), STR("known"));
	e[0] = costcase_entry();
	e[0].is_again = true;
	ck_assert_str_same(add(db, e[0]), STR("new"));
	ck_assert_ptr_null(cost_judge(suite_arena(), &e[0]));
	ck_assert_str_same(take(db, &b), STR("new known known known"));
	e[3].reference = STR("F-1");
	e[3].amount = STR("12.00");
	ck_assert_str_same(take(db, &b), STR("new known known refused: F-1 is"
	    " in the ledger with 10.00 EUR, by entry 2: correct that one;"
	    " --anyway enters another"));
	ck_assert_str_same(sample_text(conn, "SELECT concat_ws(' ', count(*),"
	    " sum(amount), count(DISTINCT hash)) FROM piste.cost"),
	    STR("6 60.00 2"));
}

START_TEST(nothing_is_entered_twice_or_where_it_has_no_business)
{
	struct pg *db;
	struct sample c = costcase_new(&db);

	check_refusals(db);
	check_batches(db, c.conn);
	ck_assert_str_same(leadcase_say(c.conn, "UPDATE piste.cost SET"
	    " amount = 1"), STR("cost is only added to: what was wrong is"
	    " corrected by another entry"));
	ck_assert(leadcase_say(c.conn, "DELETE FROM piste.cost").n);
	ck_assert(leadcase_say(c.conn, "TRUNCATE piste.cost").n);
	/* Nor does a campaign go while it has a history. */
	ck_assert(strstr(leadcase_say(c.conn, "DELETE FROM piste.campaign"
	    " WHERE key = 'a'").p, "foreign key"));
	pg_free(db);
} END_TEST

START_TEST(a_counter_entry_takes_an_entry_back)
{
	char told[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	struct cost_entry e = costcase_entry();
	struct pg *db;
	struct sample c = costcase_new(&db);

	e.to = STR("2026-01-07");
	ck_assert_str_same(add(db, e), STR("new"));
	ck_assert_str_same(costcase_correct(db, "7", "1"),
	    STR("there is no entry 7"));
	ck_assert_str_same(costcase_correct(db, "1", "10.00"),
	    STR("entry 1 says 10.00 already"));
	ck_assert_str_same(costcase_correct(db, "1", "12.50"), STR("2 3"));
	ck_assert_str_same(costcase_correct(db, "1", ""),
	    STR("entry 1 was countered already, by entry 2"));
	ck_assert_str_same(costcase_correct(db, "2", ""),
	    STR("entry 2 is a counter-entry"));
	/* The file it came from is still known, and so is the right one. */
	ck_assert_str_same(add(db, e), STR("known"));
	e.amount = STR("12,5");
	ck_assert_str_same(add(db, e), STR("known"));
	ck_assert_str_same(costcase_correct(db, "3", ""), STR("4 "));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " sum(amount), count(*) FILTER (WHERE amount <> 0))"
	    " FROM piste.cost_day"), STR("0.00 0"));
	ck_assert_int_eq(cost_list(db, &(struct cost_wish){ STR("a"),
	    STR("2026-01-07"), STR_EMPTY, .is_json = false }, out), OK);
	ck_assert_int_eq(cost_list(db, &(struct cost_wish){ STR_EMPTY,
	    STR("2026-01-08"), STR_EMPTY, .is_json = true }, out), OK);
	fclose(out);
	ck_assert_msg(strstr(told, "2 a media -10.00 EUR 2026-01-01 to"
	    " 2026-01-07 by ines ") && strstr(told, " counters 1 because typed"
	    " wrong\n") && !strstr(told, "{"), "%s", told);
	pg_free(db);
} END_TEST

SUITE_APART(cost)
{
	SUITE_LOOP(amounts_are_judged, COUNT(amounts));
	SUITE_LOOP(entries_are_judged, COUNT(entries));
	SUITE_TEST(an_entry_is_put_in_the_ledgers_words);
	SUITE_TEST(nothing_is_entered_twice_or_where_it_has_no_business);
	SUITE_TEST(a_counter_entry_takes_an_entry_back);
}
