/* Tests of lead/promise.c. */
#include <string.h>
#include <time.h>

#include "lead/promise.h"
#include "lead/queue.h"
#include "lead/sellercase.h"
#include "lead/sellermail.h"

#define TOLD_BYTES_MAX 8192
#define LEASE_MS 60000
#define CPU_SECONDS 4		/* ours alone; once for each lead takes more */
#define EVER ((struct promise_span){ STR("-infinity"), STR("infinity") })

/* Whoever waits is noted, whatever is broken written down. */
static void
turn(struct sellercase *s)
{
	struct promise p = { 0 };
	struct sellermail m = { 0 };
	int64_t done;

	ck_assert_int_eq(promise_turn(s->db, &p, &done), OK);
	ck_assert_int_eq(sellermail_turn(s->db, &m, &done), OK);
}

static struct str
told(struct sellercase *s, bool is_broken, bool is_json)
{
	char *text = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *out = fmemopen(text, TOLD_BYTES_MAX, "w");

	ck_assert_int_eq(is_broken ? promise_breaches(s->db, &EVER, is_json,
	    out) : promise_show(s->db, &EVER, is_json, out), OK);
	fclose(out);
	return str_of(text);
}

static struct sellercase
sent(const char *asked)
{
	struct sellercase s = { .c = sample_new() };

	s.db = pg_new(s.c.conninfo, "piste-test");
	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	sample_run(s.c.conn, buf_fmt(suite_arena(), 300, "UPDATE"
	    " piste.qualification_queue SET created_at = now() - interval"
	    " '%s'%c", asked, 0).p);
	return s;
}

static void
score(struct sellercase *s)
{
	int64_t done;

	ck_assert_int_eq(queue_turn(s->db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_int_eq(done, 1);
}

START_TEST(score_in_time_is_a_promise_kept)
{
	struct sellercase s = sent("1 minute");

	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), STR_EMPTY);
	score(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), STR("1 scored warm ended"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT extract(epoch FROM"
	    " due_at - since) / 60 || ' ' || (ended_at - since BETWEEN"
	    " '1 minute' AND '2 minutes') FROM piste.waiting"),
	    STR("15.0000000000000000 true"));
} END_TEST

/* Who is not judged may be hot: five minutes, not one more. */
static const struct {
	const char *asked;
	const char *waits;
} late[] = {
	{ "4 minutes 55 seconds", "" },
	{ "5 minutes", "1 scored waits broken" },
};
START_TEST(who_is_not_scored_in_time_is_told_once)
{
	struct sellercase s = sent(late[_i].asked);

	turn(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), str_of(late[_i].waits));
	score(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), _i ?
	    STR("1 scored warm ended broken") : STR("1 scored warm ended"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
	    " FROM piste.breach"), _i ? STR("1") : STR("0"));
} END_TEST

START_TEST(what_ended_late_is_broken_too)
{
	struct sellercase s = sent("16 minutes");

	score(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 scored warm ended broken"));
} END_TEST

START_TEST(asked_again_is_waited_for_again)
{
	struct sellercase s = sent("1 minute");

	score(&s);
	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 2,
	    .email = "ana@firm.fr", .text = "more" }, 1));
	score(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 scored warm ended, 1 scored warm ended"));
} END_TEST

/* Given up: it waits, and is late, until it is asked for anew. */
START_TEST(what_was_given_up_waits_until_asked_again)
{
	struct sellercase s = sent("6 minutes");

	sample_run(s.c.conn, "UPDATE piste.qualification_queue SET state ="
	    " 'dead', finished_at = now()");
	turn(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 scored waits broken"));
	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 2,
	    .email = "ana@firm.fr", .text = "more" }, 1));
	turn(&s);
	score(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 scored void broken, 1 scored warm ended"));
} END_TEST

START_TEST(a_seller_and_a_first_contact_are_waited_for)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct promise_word w = { .lead = STR("1"), .who = STR("ana"),
		.is_contact = true };
	bool is_new;

	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), STR("1 allocated hot waits"));
	sellercase_give(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 allocated hot ended, 1 contacted hot waits"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(concat_ws("
	    "' ', step, extract(epoch FROM due_at - since)::int / 60, extract("
	    "epoch FROM remind_at - since)::int / 60), ', ' ORDER BY id)"
	    " FROM piste.waiting"), STR("allocated 15 12, contacted 60 45"));
	ck_assert_int_eq(promise_tell(s.db, &w, &is_new), OK);
	ck_assert(is_new);
	ck_assert_int_eq(promise_tell(s.db, &w, &is_new), OK);
	ck_assert(!is_new);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 allocated hot ended, 1 contacted hot ended"));
	/* Whoever calls has taken it. */
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), (SELECT accepted_at IS NOT NULL"
	    " FROM piste.allocation)) FROM piste.follow_up"), STR("1 t"));
} END_TEST

/* Given before anybody saw it wait: the time is counted all the same. */
START_TEST(quick_ones_are_counted)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	sellercase_give(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 allocated hot ended, 1 contacted hot waits"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT bool_and(due_at IS"
	    " NOT NULL) FROM piste.waiting"), STR("t"));
} END_TEST

/* The next one's hour begins when the lead is theirs. */
START_TEST(each_seller_owes_a_contact_of_their_own)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_TWO);

	sellercase_give(&s);
	ck_assert_int_eq(allot_refuse(s.db, STR("1"), STR("away")), OK);
	sellercase_give(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), STR("1 allocated hot ended,"
	    " 1 contacted hot void, 1 allocated hot ended,"
	    " 1 contacted hot waits"));
	/* By hand nobody waits between the two. */
	ck_assert_int_eq(allot_hand(s.db, STR("1"), STR("ana"), STR("boss"),
	    STR("she knows them")), OK);
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(step"
	    " || CASE WHEN is_void THEN ' void' ELSE '' END, ' ' ORDER BY id)"
	    " FROM piste.waiting WHERE id > (SELECT min(id) + 2"
	    " FROM piste.waiting)"),
	    STR("contacted void contacted"));
} END_TEST

static const struct {
	const char *sql;
	const char *waits;	/* lead 2, nobody's, for one; ana's lead 1 */
} roads[] = {
	{ "SELECT piste.lead_move(id, 'nurturing', 't', 'seller',"
	    " 'too-early', NULL) FROM piste.lead ORDER BY id", "void void" },
	{ "SELECT piste.lead_move(id, 'disqualified', 't', 'seller',"
	    " 'no-need', NULL) FROM piste.lead ORDER BY id", "void void" },
	{ "SELECT piste.lead_move(id, 'sql', 't', 'seller', NULL, NULL)"
	    " FROM piste.lead ORDER BY id", "waits ended" },
	{ "SELECT piste.erase(ARRAY(SELECT id FROM piste.person), NULL,"
	    " NULL, 'request', 'test')", "void void" },
};
START_TEST(who_has_gone_waits_no_more)
{
	struct sellercase s = sellercase_new(2, "{\"sellers\":[{\"key\":"
	    "\"ana\",\"general\":true,\"open_max\":1}]}");

	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, roads[_i].sql);
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(CASE"
	    " WHEN w.is_void THEN 'void' WHEN w.ended_at IS NULL THEN 'waits'"
	    " ELSE 'ended' END, ' ' ORDER BY w.step) FROM piste.waiting AS w"
	    " WHERE w.id > 1"), str_of(roads[_i].waits));
} END_TEST

/* An hour of whoever works at no hour is not over; the clock's would be. */
START_TEST(working_time_is_what_counts)
{
	struct sellercase s = sellercase_new(1, "{\"sellers\":[{\"key\":"
	    "\"ana\",\"general\":true}]}");

	sellercase_give(&s);
	sample_run(s.c.conn, "INSERT INTO piste.seller_absence (seller_id,"
	    " starts_at, ends_at, created_by) SELECT id, now() - interval"
	    " '1 day', now() + interval '2 days', 't' FROM piste.seller;"
	    "UPDATE piste.waiting SET since = since - interval '2 hours'"
	    " WHERE step = 'contacted'");
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " broken_at IS NULL, due_at BETWEEN now() + interval '48 hours'"
	    " AND now() + interval '50 hours') FROM piste.waiting"
	    " WHERE step = 'contacted'"), STR("t t"));
} END_TEST

START_TEST(figures_are_told)
{
	struct sellercase s = sellercase_new(2, SELLERCASE_ONE);
	struct promise_count of[PROMISE_COUNTS_MAX];
	size_t count;

	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, "UPDATE piste.waiting SET since = since -"
	    " interval '3 hours', due_at = now() - interval '1 hour'"
	    " WHERE step = 'contacted' AND lead_id = 1");
	turn(&s);
	ck_assert_msg(strstr(told(&s, false, false).p, "contacted\thot\t"
	    "promised 60 min\t0 waited\t2 wait\t0 kept\t1 broken\t"
	    "oldest 10"), "%s", told(&s, false, false).p);
	ck_assert_msg(strstr(told(&s, false, true).p, "\"step\" :"
	    " \"allocated\", \"grade\" : \"hot\", \"promised_minutes\" : 15,"
	    " \"waited\" : 2"), "%s", told(&s, false, true).p);
	ck_assert_msg(strstr(told(&s, true, false).p, "\tlead 1\tcontacted\t"
	    "hot\tana\tpromised until "), "%s", told(&s, true, false).p);
	ck_assert_int_eq(promise_counts(s.db, of, &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(of[0].step, "contacted");
	ck_assert_str_eq(of[0].grade, "hot");
	ck_assert_int_eq(of[0].broken, 1);
	ck_assert_int_eq(of[0].overdue, 1);
	ck_assert_int_eq(promise_show(s.db, &(struct promise_span){
	    STR("soon"), STR("infinity") }, false, stderr), ERR_INPUT);
} END_TEST

START_TEST(nobody_tells_of_who_is_not_there)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct promise_word w = { .lead = STR("9"), .who = STR("ana") };
	bool is_new;

	ck_assert_int_ne(promise_tell(s.db, &w, &is_new), OK);
	ck_assert_str_eq(pg_message(s.db), "there is no lead 9");
} END_TEST

/* From a file there is no hurry: an hour as for cold ones, not five minutes. */
static const struct {
	const char *asked;
	const char *waits;
	const char *scored;
} brought[] = {
	{ "6 minutes", "", "1 scored warm ended" },
	{ "59 minutes", "", "1 scored warm ended" },
	{ "61 minutes", "1 scored cold waits broken",
	    "1 scored warm ended broken" },
};
START_TEST(what_is_brought_waits_as_cold)
{
	struct sellercase s = sent(brought[_i].asked);

	sample_run(s.c.conn, "UPDATE piste.qualification_queue SET priority ="
	    " -1");
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), str_of(brought[_i].waits));
	score(&s);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s), str_of(brought[_i].scored));
} END_TEST

/* Who became an SQL in time was spoken with, though nobody has noted it yet. */
START_TEST(what_is_met_is_neither_broken_nor_asked_for)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct sellermail m = { .morning_at_ms = INT64_MAX };
	int64_t done;

	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, buf_fmt(suite_arena(), 400, "DELETE FROM"
	    " piste.letter; SELECT piste.lead_move(1, 'sql', 't', 'seller',"
	    " NULL, NULL); UPDATE piste.waiting SET remind_at = now(), due_at"
	    " = clock_timestamp() %s WHERE step = 'contacted'%c", _i ? "" :
	    "+ interval '1 hour'", 0).p);
	ck_assert_int_eq(sellermail_turn(s.db, &m, &done), OK);
	ck_assert_int_eq(done, 0);
	turn(&s);
	ck_assert_str_same(sellercase_waits(&s),
	    STR("1 allocated hot ended, 1 contacted hot ended"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
	    " FROM piste.letter"), STR("0"));
} END_TEST

/* Rules that leave its stage out for a while don't end its waiting. */
START_TEST(who_is_taken_again_waits_again)
{
	static const char *const rules[] = { SELLERCASE_ONE, "{\"sellers\":[{"
	    "\"key\":\"ana\",\"general\":true,\"stages\":[\"sql\"]}]}",
	    SELLERCASE_ONE };
	static const char *const waits[] = { "1 allocated hot waits",
		"1 allocated hot void", "1 allocated hot waits" };
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	for (size_t i = 0; i < COUNT(rules); i++) {
		sellercase_apply(s.db, rules[i]);
		turn(&s);
		ck_assert_str_same(sellercase_waits(&s), str_of(waits[i]));
	}
} END_TEST

/* A note of who is being erased would outlive them. */
START_TEST(nothing_is_noted_of_who_is_erased_meanwhile)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	PGconn *other = PQconnectdb(arena_copy(suite_arena(),
	    s.c.conninfo).p);
	PGconn *looks = PQconnectdb(arena_copy(suite_arena(),
	    s.c.conninfo).p);
	PGresult *r;

	sample_run(other, "SET application_name = 'second'");
	sample_run(s.c.conn, "BEGIN; SELECT piste.erase(ARRAY(SELECT id FROM"
	    " piste.person), NULL, NULL, 'request', 'test')");
	ck_assert_int_eq(PQsendQuery(other, "SELECT piste.lead_contact(1,"
	    " 'ana', false, 'Ines is away')"), 1);
	ck_assert_int_eq(PQflush(other), 0);
	ck_assert(sample_await(looks, "SELECT wait_event_type = 'Lock'"
	    " FROM pg_stat_activity WHERE application_name = 'second'"));
	sample_run(s.c.conn, "COMMIT");
	r = PQgetResult(other);
	ck_assert_str_eq(PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY),
	    "there is no lead 1");
	PQclear(r);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
	    " FROM piste.follow_up"), STR("0"));
	PQfinish(looks);
	PQfinish(other);
} END_TEST

/* Hundreds of sellers are all away, and a batch of leads waits meanwhile. */
START_TEST(a_holiday_is_looked_at_once)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct buf rules;
	clock_t begun;

	buf_init(&rules, suite_arena(), 1 << 20);
	buf_add(&rules, STR("{\"sellers\":["));
	for (int i = 0; i < ALLOCATE_SELLERS_MAX; i++)
		buf_addf(&rules, "%s{\"key\":\"s%d\",\"general\":true}",
		    i ? "," : "", i);
	buf_add(&rules, STR("]}"));
	buf_byte(&rules, 0);
	sellercase_apply(s.db, buf_str(&rules).p);
	sample_run(s.c.conn, "INSERT INTO piste.seller_absence (seller_id,"
	    " starts_at, ends_at, created_by) SELECT id, now() - interval"
	    " '1 day', now() + interval '8 days', 't' FROM piste.seller;"
	    "INSERT INTO piste.waiting (lead_id, step, grade, since)"
	    " SELECT 1, 'allocated', 'hot', now() - n * interval '1 minute'"
	    " FROM generate_series(1, 200) AS n");
	begun = clock();
	turn(&s);
	ck_assert_int_lt((clock() - begun) / CLOCKS_PER_SEC, CPU_SECONDS);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), bool_and(due_at BETWEEN a.ends_at + interval"
	    " '14 minutes' AND a.ends_at + interval '16 minutes'"
	    " AND remind_at < due_at)) FROM piste.waiting CROSS JOIN"
	    " (SELECT min(ends_at) AS ends_at FROM piste.seller_absence)"
	    " AS a"), STR("200 t"));
} END_TEST

SUITE_APART(promise)
{
	SUITE_LOOP(what_is_brought_waits_as_cold, COUNT(brought));
	SUITE_LOOP(what_is_met_is_neither_broken_nor_asked_for, 2);
	SUITE_TEST(who_is_taken_again_waits_again);
	SUITE_TEST(nothing_is_noted_of_who_is_erased_meanwhile);
	SUITE_TEST(a_holiday_is_looked_at_once);
	SUITE_TEST(score_in_time_is_a_promise_kept);
	SUITE_LOOP(who_is_not_scored_in_time_is_told_once, COUNT(late));
	SUITE_TEST(what_ended_late_is_broken_too);
	SUITE_TEST(asked_again_is_waited_for_again);
	SUITE_TEST(what_was_given_up_waits_until_asked_again);
	SUITE_TEST(a_seller_and_a_first_contact_are_waited_for);
	SUITE_TEST(quick_ones_are_counted);
	SUITE_TEST(each_seller_owes_a_contact_of_their_own);
	SUITE_LOOP(who_has_gone_waits_no_more, COUNT(roads));
	SUITE_TEST(working_time_is_what_counts);
	SUITE_TEST(figures_are_told);
	SUITE_TEST(nobody_tells_of_who_is_not_there);
}
