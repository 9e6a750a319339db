/* Tests of lead/bantrow.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lead/bantrow.h"
#include "store/pg.h"
#include "support/sample.h"

#define WHERE_IT_IS "SELECT concat_ws(' ', stage, stage_reason, (SELECT" \
	" role FROM piste.lead_history ORDER BY id DESC LIMIT 1))" \
	" FROM piste.lead"

static struct sample c;
static struct pg *db;

static void
setup(void)
{
	c = sample_new();
	db = pg_new(c.conninfo, "piste-test");
	sample_take(c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	sample_run(c.conn, "SELECT piste.lead_move(1, 'mql', 't', 'system',"
	    " NULL, NULL)");
}

static struct str
set(enum bant_topic topic, const char *value, enum err *e)
{
	struct bantrow row = { STR("1"), topic, str_of(value), STR("said so"),
		STR("ana") };
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	struct str out;

	*e = bantrow_set(db, &row, f, f);
	fclose(f);
	out = arena_copy(suite_arena(), (struct str){ text, bytes });
	free(text);
	return out;
}

START_TEST(four_good_answers_make_an_sql)
{
	struct bantrow_next n = { STR("1"), STR("call"), 21000102,
		STR("ana") };
	FILE *null = fopen("/dev/null", "we");
	enum err e;

	setup();
	ck_assert_str_same(set(BANT_BUDGET, "9000", &e),
	    STR("incomplete: authority, need, timing; lead 1 is at"
	    " mql\n"));
	(void)set(BANT_AUTHORITY, "yes", &e);
	(void)set(BANT_NEED, "yes", &e);
	ck_assert_int_eq(bantrow_accept(db, &n, null, null), ERR_LIMIT);
	ck_assert_str_same(sample_text(c.conn, WHERE_IT_IS),
	    STR("mql system"));
	ck_assert_str_same(set(BANT_TIMING, "now", &e), STR("ready; lead 1"
	    " is at mql\n"));
	ck_assert_int_eq(bantrow_accept(db, &n, null, null), OK);
	ck_assert_str_same(sample_text(c.conn, WHERE_IT_IS),
	    STR("sql operator"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', action,"
	    " due_on, author) FROM piste.next_action"),
	    STR("call 2100-01-02 ana"));
	fclose(null);
} END_TEST

START_TEST(later_is_nurtured_until_then)
{
	enum err e;

	setup();
	ck_assert_str_same(set(BANT_TIMING, "2100-03-01", &e),
	    STR("later, until 2100-03-01; lead 1 is at nurturing\n"));
	ck_assert_int_eq(e, OK);
	ck_assert_str_same(sample_text(c.conn, WHERE_IT_IS),
	    STR("nurturing too-early operator"));
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT wake_on FROM piste.lead_wake"), STR("2100-03-01"));
} END_TEST

static const struct {
	enum bant_topic topic;
	const char *reason;
} refusals[] = {
	{ BANT_BUDGET, "no-budget" }, { BANT_NEED, "no-need" },
};

START_TEST(no_is_disqualified_with_its_reason)
{
	struct str want;
	enum err e;

	setup();
	(void)set(refusals[_i].topic, "no", &e);
	ck_assert_int_eq(e, OK);
	want = sample_text(c.conn, WHERE_IT_IS);
	ck_assert(str_has_prefix(want, STR("disqualified")));
	ck_assert(str_has_fold(want, str_of(refusals[_i].reason)));
} END_TEST

START_TEST(a_move_that_is_refused_keeps_the_answer)
{
	enum err e;

	setup();
	sample_run(c.conn, "SELECT piste.lead_move(1, 'sql', 't', 'seller',"
	    " NULL, NULL), piste.lead_move(1, 'opportunity', 't', 'seller',"
	    " NULL, NULL), piste.lead_move(1, 'customer', 't', 'seller', NULL,"
	    " NULL)");
	ck_assert_str_same(set(BANT_NEED, "no", &e), STR("disqualified:"
	    " no-need, but lead 1 can't go from customer to disqualified\n"));
	ck_assert_int_eq(e, OK);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', topic,"
	    " value, note) FROM piste.bant"), STR("need no said so"));
	ck_assert_str_same(sample_text(c.conn, WHERE_IT_IS),
	    STR("customer seller"));
} END_TEST

#define WAKES "SELECT concat_ws(' ', l.stage, w.wake_on) FROM piste.lead" \
	" AS l LEFT JOIN piste.lead_wake AS w ON w.lead_id = l.id"

/* What it is nurtured for, and until when by the last word on it. */
START_TEST(a_day_is_forgotten_when_it_is_none)
{
	static const struct {
		const char *timing, *then, *want;
	} rows[] = {
		{ "2100-04-01", "SELECT 1", "nurturing 2100-04-01" },
		{ "no", "SELECT 1", "nurturing" },
		{ "now", "SELECT 1", "nurturing" },
		{ "unknown", "SELECT 1", "nurturing" },
		{ "2100-03-01", "SELECT piste.lead_move(1, 'mql', 't',"
		    " 'system', NULL, NULL)", "mql" },
		{ "2100-03-01", "SELECT piste.lead_move(1, 'mql', 't',"
		    " 'system', NULL, NULL), piste.lead_move(1, 'nurturing',"
		    " 't', 'seller', 'refused', NULL)", "nurturing" },
	};
	enum err e;

	setup();
	(void)set(BANT_TIMING, "2100-03-01", &e);
	(void)set(BANT_TIMING, rows[_i].timing, &e);
	sample_run(c.conn, rows[_i].then);
	ck_assert_str_same(sample_text(c.conn, WAKES), str_of(rows[_i].want));
	/* Who is nurtured for something else is so until that day. */
	if (_i == 5) {
		ck_assert_str_same(set(BANT_TIMING, "2100-05-01", &e),
		    STR("later, until 2100-05-01; lead 1 is at"
		    " nurturing\n"));
		ck_assert_str_same(sample_text(c.conn, WAKES),
		    STR("nurturing 2100-05-01"));
	}
} END_TEST

static void
answer_all(void)
{
	enum err e;

	for (size_t i = 0; i < BANT_TOPICS; i++)
		(void)set((enum bant_topic)i, "yes", &e);
	sample_run(c.conn, "INSERT INTO piste.seller (key, name)"
	    " VALUES ('ana', 'Ana'), ('bob', 'Bob')");
}

/* No SQL is nobody's, where there are sellers. */
START_TEST(what_is_nobodys_is_accepted_by_a_seller_only)
{
	struct bantrow_next n = { STR("1"), STR("call"), 21000102,
		STR("command") };
	FILE *null = fopen("/dev/null", "we");

	setup();
	answer_all();
	ck_assert_int_eq(bantrow_accept(db, &n, null, null), ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(pg_message(db), "lead 1 is nobody's"));
	ck_assert_str_same(sample_text(c.conn, WHERE_IT_IS),
	    STR("mql system"));
	n.who = STR("bob");
	ck_assert_int_eq(bantrow_accept(db, &n, null, null), OK);
	/* Whose it is stays so, whoever types. */
	n.who = STR("ana");
	ck_assert_int_eq(bantrow_accept(db, &n, null, null), OK);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " l.stage, l.owner_id, a.seller_id, a.accepted_at IS NOT NULL)"
	    " FROM piste.lead AS l JOIN piste.allocation AS a"
	    " ON a.lead_id = l.id AND a.ended_at IS NULL"), STR("sql 2 2 t"));
	fclose(null);
} END_TEST

START_TEST(nothing_is_answered_about_who_was_erased)
{
	struct bantrow_next n = { STR("1"), STR("call"), 21000102,
		STR("ana") };
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	enum err e;

	setup();
	answer_all();
	ck_assert_int_eq(bantrow_accept(db, &n, f, f), OK);
	fflush(f);
	ck_assert_str_same(str_of(text), STR("lead 1 is at sql; next until"
	    " 2100-01-02: call\n"));
	rewind(f);
	sample_run(c.conn, "SELECT piste.erase((SELECT array_agg(id)"
	    " FROM piste.person), NULL, NULL, 'request', NULL)");
	(void)set(BANT_NEED, "yes", &e);
	ck_assert_int_eq(e, ERR_ABSENT);
	ck_assert_int_eq(bantrow_late(db, false, f), OK);
	fclose(f);
	ck_assert_str_same(str_of(text), STR_EMPTY);
	free(text);
} END_TEST

START_TEST(sellers_refuse_with_a_reason)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	setup();
	sample_run(c.conn, "INSERT INTO piste.seller (key, name)"
	    " VALUES ('ana', 'Ana')");
	ck_assert_int_eq(bantrow_refuse(db, STR("1"), STR("ana"),
	    STR("nonsense"), STR_EMPTY, f), ERR_INPUT);
	ck_assert_int_eq(bantrow_refuse(db, STR("1"), STR("ana"),
	    STR("refused"), STR("no time"), f), OK);
	fclose(f);
	ck_assert_str_same(str_of(text), STR("lead 1 is at nurturing, for"
	    " refused\n"));
	free(text);
	ck_assert_str_same(sample_text(c.conn, WHERE_IT_IS),
	    STR("nurturing refused seller"));
} END_TEST

START_TEST(late_ones_are_listed)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f;

	setup();
	sample_run(c.conn, "SELECT piste.lead_move(1, 'sql', 't', 'seller',"
	    " NULL, NULL)");
	for (int day = -1; day <= 0; day++) {
		sample_run(c.conn, day ? "INSERT INTO piste.next_action"
		    " (lead_id, action, due_on, author) VALUES (1, 'call',"
		    " current_date - 1, 'ana')" :
		    "UPDATE piste.next_action SET due_on = current_date");
		f = open_memstream(&text, &bytes);
		ck_assert_int_eq(bantrow_late(db, false, f), OK);
		fclose(f);
		ck_assert_int_eq(strstr(text, "\tcall\n") != NULL, day != 0);
		free(text);
	}
} END_TEST

/* Amounts and days are kept as numbers and dates are. */
START_TEST(answers_are_kept_as_they_are_read)
{
	enum err e;

	setup();
	(void)set(BANT_BUDGET, "9 000,50", &e);
	(void)set(BANT_TIMING, "1/3/2100", &e);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(value, ' '"
	    " ORDER BY id) FROM piste.bant"), STR("9000 2100-03-01"));
} END_TEST

START_TEST(days_that_are_over_are_refused)
{
	struct bantrow_next n = { STR("1"), STR("call"), 0, STR("ana") };
	FILE *null = fopen("/dev/null", "we");
	struct str today;
	enum err e;

	setup();
	ck_assert_str_same(set(BANT_TIMING, "2020-02-29", &e),
	    STR("2020-02-29 is over\n"));
	ck_assert_int_eq(e, ERR_LIMIT);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.bant"), STR("0"));
	answer_all();
	for (int ago = 1; ago >= 0; ago--) {
		today = sample_text(c.conn, ago ? "SELECT to_char("
		    "current_date - 1, 'YYYYMMDD')" : "SELECT to_char("
		    "current_date, 'YYYYMMDD')");
		ck_assert(str_i64(today, 0, INT64_MAX, &n.due));
		ck_assert_int_eq(bantrow_accept(db, &n, null, null),
		    ago ? ERR_LIMIT : OK);
	}
	fclose(null);
} END_TEST

/* What four good answers lack is told. */
START_TEST(ready_says_where_it_is_and_what_is_needed)
{
	enum err e;

	setup();
	(void)set(BANT_NEED, "no", &e);
	answer_all();
	ck_assert_str_same(set(BANT_NEED, "yes", &e), STR("ready; lead 1 is"
	    " at disqualified: to go on, piste lead move 1 lead --reason"
	    " mistake\n"));
} END_TEST

SUITE_APART(bantrow)
{
	SUITE_TEST(answers_are_kept_as_they_are_read);
	SUITE_TEST(days_that_are_over_are_refused);
	SUITE_TEST(ready_says_where_it_is_and_what_is_needed);
	SUITE_TEST(four_good_answers_make_an_sql);
	SUITE_TEST(later_is_nurtured_until_then);
	SUITE_LOOP(no_is_disqualified_with_its_reason, COUNT(refusals));
	SUITE_TEST(a_move_that_is_refused_keeps_the_answer);
	SUITE_LOOP(a_day_is_forgotten_when_it_is_none, 6);
	SUITE_TEST(what_is_nobodys_is_accepted_by_a_seller_only);
	SUITE_TEST(nothing_is_answered_about_who_was_erased);
	SUITE_TEST(sellers_refuse_with_a_reason);
	SUITE_TEST(late_ones_are_listed);
}
