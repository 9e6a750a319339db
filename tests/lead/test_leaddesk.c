/* Tests of lead/leaddesk.c and what it asks of src/sql/0042. */
#include "../account/desks.h"
#include "lead/bantrow.h"
#include "lead/leaddesk.h"
#include "lead/rescore.h"
#include "lead/sellerdesk.h"

static const char told[] =
    "INSERT INTO piste.allocation_rules (definition, stages, applied_by)"
    " VALUES ('{\"sellers\": [{\"key\": \"sam\", \"email\":"
    " \"seller@desk.example\", \"general\": true}, {\"key\": \"bob\","
    " \"general\": true}]}', '{mql}', 'test');"
    "INSERT INTO piste.seller (key, name) VALUES ('sam', 'Sam'),"
    " ('bob', 'Bob');"
    "UPDATE piste.person SET first_name = 'Ana' WHERE id = 1;"
    "SELECT piste.lead_move(id, 'mql', 'test', 'system', NULL, 'why')"
    " FROM piste.lead ORDER BY id;"
    "SELECT piste.allocation_give(1, 1, 1, '{\"candidates\": [{\"seller\":"
    " \"sam\", \"weight\": 1, \"deficit\": 0.5, \"open\": 0}], \"excluded\":"
    " [{\"seller\": \"bob\", \"reasons\": [\"hours\", \"full\"]}]}',"
    " (extract(epoch FROM now()) * 1000)::bigint + 3600000, 1, 1);"
    "SELECT piste.allocation_hand(2, 'bob', 'test', 'x')";

static struct desks
with_sellers(void)
{
	struct desks d = desks_new();
	const struct sample_row rows[] = { { 1, .email = "ana@x.fr" },
		{ 2, .email = "bea@x.fr" }, { 3, .email = "cid@x.fr" } };

	sample_take(d.sample.conn, sample_batch(rows, 3));
	sample_run(d.sample.conn, told);
	ck_assert_str_same(sample_text(d.sample.conn,
	    "SELECT piste.console_roles()"), STR("ready"));
	return d;
}

START_TEST(a_lead_is_read_by_role)
{
	static const struct {
		enum account_role role;
		const char *lead;
		enum err e;
		const char *email, *as;
		bool is_mine;
	} cases[] = {
		{ ACCOUNT_READER, "1", OK, "a…@x.fr", "operator", false },
		{ ACCOUNT_SELLER, "1", OK, "ana@x.fr", "seller", true },
		{ ACCOUNT_SELLER, "2", ERR_ABSENT, NULL, NULL, false },
		{ ACCOUNT_SELLER, "3", ERR_ABSENT, NULL, NULL, false },
		{ ACCOUNT_MARKETER, "2", OK, "bea@x.fr", "marketer", false },
		{ ACCOUNT_ADMINISTRATOR, "3", OK, "cid@x.fr", "operator",
		    false },
		{ ACCOUNT_ADMINISTRATOR, "99", ERR_ABSENT, NULL, NULL, false },
	};
	struct desks d = with_sellers();
	struct leaddesk l;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum err e = leaddesk_read(d.db, suite_arena(),
		    d.hash[cases[i].role], str_of(cases[i].lead), &l);

		ck_assert_msg(e == cases[i].e, "%zu: %s", i, err_name(e));
		if (e)
			continue;
		ck_assert_str_same(l.email, str_of(cases[i].email));
		ck_assert_str_same(l.role, str_of(cases[i].as));
		ck_assert_int_eq(l.is_mine, cases[i].is_mine);
	}
	pg_free(d.db);
} END_TEST

/* By the roles of the database, in one transaction with a stamp. */
START_TEST(a_seller_acts_upon_their_own)
{
	struct desks d = with_sellers();
	struct str me = d.hash[ACCOUNT_SELLER];
	FILE *null = fopen("/dev/null", "we");
	const struct bantrow row = { .lead = STR("1"), .topic = BANT_BUDGET,
		.value = STR("9000"), .who = STR("sam") };
	const struct bantrow_next n = { .lead = STR("1"), .action =
		STR("call"), .due = 29991231, .who = STR("sam") };
	struct leaddesk l;
	bool is_done;

	ck_assert_int_eq(leaddesk_read(d.db, suite_arena(), me, STR("1"), &l),
	    OK);
	ck_assert_int_eq(pg_script(d.db, "SET ROLE piste_seller", 1000), OK);
	ck_assert_int_eq(pg_begin(d.db), OK);
	ck_assert_int_eq(leaddesk_hold(d.db, me, STR("1"), l.stamp), OK);
	ck_assert_int_eq(leaddesk_hold(d.db, me, STR("2"), PG_NULL),
	    ERR_ABSENT);
	ck_assert_int_eq(bantrow_put(d.db, &row, null, null), OK);
	ck_assert_int_eq(bantrow_plan(d.db, &n, null), OK);
	ck_assert_int_eq(sellerdesk_do(d.db, l.allocation, SELLERDESK_ACCEPT,
	    STR_EMPTY, &is_done), OK);
	ck_assert(is_done);
	ck_assert_int_eq(leaddesk_hold(d.db, me, STR("1"), l.stamp),
	    ERR_LIMIT);
	ck_assert_int_eq(pg_commit(d.db), OK);
	/* Who reads has none of that. */
	ck_assert_int_eq(pg_script(d.db, "SET ROLE piste_reader", 1000), OK);
	ck_assert_int_ne(leaddesk_hold(d.db, me, STR("1"), PG_NULL), OK);
	ck_assert_int_ne(bantrow_next(d.db, &n, null, null), OK);
	ck_assert_int_eq(pg_script(d.db, "RESET ROLE", 1000), OK);
	ck_assert_int_ne(leaddesk_hold(d.db, d.hash[ACCOUNT_READER], STR("1"),
	    PG_NULL), OK);
	ck_assert_str_same(sample_text(d.sample.conn, "SELECT concat_ws(' ',"
	    " n.action, n.author, b.value, a.accepted_at IS NOT NULL) FROM"
	    " piste.next_action AS n JOIN piste.bant AS b USING (lead_id)"
	    " JOIN piste.allocation AS a USING (lead_id)"),
	    STR("call sam 9000 t"));
	fclose(null);
	pg_free(d.db);
} END_TEST

START_TEST(what_is_known_is_told)
{
	struct desks d = with_sellers();
	struct arena *a = suite_arena();
	struct leaddesk_move *move;
	struct leaddesk_reason *reason;
	struct leaddesk_answer *answer;
	struct leaddesk_wait *wait;
	struct leaddesk_why *why;
	size_t n;

	ck_assert_int_eq(leaddesk_moves(d.db, a, STR("mql"), STR("marketer"),
	    &move, &n), OK);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_same(move[0].stage, STR("lead"));
	ck_assert(move[0].needs_reason);
	ck_assert_int_eq(leaddesk_reasons(d.db, a, STR("mql"), STR("fr"),
	    &reason, &n), OK);
	ck_assert_uint_gt(n, 5);
	ck_assert_str_same(reason[0].name, STR("Trop tôt"));
	ck_assert_int_eq(leaddesk_answers(d.db, a, STR("1"), STR("en"),
	    &answer, &n), OK);
	ck_assert_uint_gt(n, 0);
	ck_assert_int_eq(leaddesk_waits(d.db, a, STR("1"), &wait, &n), OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_same(wait[0].step, STR("contacted"));
	ck_assert_int_eq(leaddesk_why(d.db, a, STR("1"), &why, &n), OK);
	ck_assert_uint_eq(n, 2);
	ck_assert(why[0].is_chosen);
	ck_assert_str_same(why[0].deficit, STR("0.50"));
	ck_assert_str_same(why[1].reasons, STR("hours full"));
	ck_assert_int_eq(leaddesk_why(d.db, a, STR("3"), &why, &n), OK);
	ck_assert_uint_eq(n, 0);
	pg_free(d.db);
} END_TEST

/* What is told of a mail in that state. */
static struct str
reason_of(const struct leaddesk_event *event, size_t events, const char *state)
{
	for (size_t i = 0; i < events; i++)
		if (str_eq(event[i].what, STR("mail")) &&
		    str_eq(event[i].detail, str_of(state)))
			return event[i].reason;
	return STR("no such mail");
}

/* How often something happened, and somebody's words of it. */
static size_t
count_of(const struct leaddesk_event *event, size_t events, const char *what,
    struct str *words)
{
	size_t n = 0;

	for (size_t i = 0; i < events; i++)
		if (str_eq(event[i].what, str_of(what))) {
			n++;
			*words = event[i].words;
		}
	return n;
}

START_TEST(a_story_has_no_words_for_a_reader)
{
	struct desks d = with_sellers();
	struct arena *a = suite_arena();
	struct leaddesk_view view = { d.hash[ACCOUNT_SELLER], STR("1"),
		STR("en") };
	struct leaddesk_event *event;
	struct str words = STR_EMPTY;
	size_t n;

	sample_run(d.sample.conn, "SELECT piste.lead_contact(1, 'sam', false,"
	    " 'she likes tea'); WITH o AS (INSERT INTO piste.outbox (kind,"
	    " submission_id, payload) SELECT 'mail.confirm', s.id, '{}' FROM"
	    " piste.submission AS s WHERE s.lead_id = 1"
	    " RETURNING id, submission_id) INSERT INTO piste.mail (outbox_id,"
	    " round, submission_id, state, reason)"
	    " SELECT o.id, r.n, o.submission_id, r.state, r.reason FROM o"
	    " CROSS JOIN (VALUES (1, 'refused', '550 <ana@x.fr> unknown'),"
	    " (2, 'dropped', 'bounced')) AS r (n, state, reason)");
	ck_assert_int_eq(leaddesk_story(d.db, a, &view, &event, &n), OK);
	ck_assert_uint_eq(count_of(event, n, "submission", &words), 1);
	ck_assert_uint_eq(count_of(event, n, "stage", &words), 2);
	ck_assert_uint_eq(count_of(event, n, "allotted", &words), 1);
	ck_assert_uint_eq(count_of(event, n, "note", &words), 1);
	ck_assert_str_same(words, STR("she likes tea"));
	ck_assert_str_same(reason_of(event, n, "refused"),
	    STR("550 <ana@x.fr> unknown"));
	view.session = d.hash[ACCOUNT_READER];
	ck_assert_int_eq(leaddesk_story(d.db, a, &view, &event, &n), OK);
	ck_assert_uint_eq(count_of(event, n, "note", &words), 1);
	ck_assert_str_same(words, STR_EMPTY);
	ck_assert_str_same(reason_of(event, n, "refused"), STR_EMPTY);
	ck_assert_str_same(reason_of(event, n, "dropped"), STR("bounced"));
	/* Another's tells nothing. */
	view = (struct leaddesk_view){ d.hash[ACCOUNT_SELLER], STR("2"),
		STR("en") };
	ck_assert_int_eq(leaddesk_story(d.db, a, &view, &event, &n), OK);
	ck_assert_uint_eq(n, 0);
	pg_free(d.db);
} END_TEST

START_TEST(a_board_has_late_ones_first)
{
	struct desks d = with_sellers();
	struct arena *a = suite_arena();
	struct leaddesk_card *card;
	struct str self;
	size_t n;

	sample_run(d.sample.conn, "SELECT piste.allocation_hand(3, 'sam',"
	    " 'test', 'x'); INSERT INTO piste.next_action (lead_id, action,"
	    " due_on, author) VALUES (1, 'call', current_date - 1, 'sam'),"
	    " (3, 'call', current_date, 'sam')");
	ck_assert_int_eq(leaddesk_self(d.db, a, d.hash[ACCOUNT_SELLER],
	    &self), OK);
	ck_assert_str_same(self, STR("sam"));
	ck_assert_int_eq(leaddesk_self(d.db, a, d.hash[ACCOUNT_MARKETER],
	    &self), OK);
	ck_assert_str_same(self, STR_EMPTY);
	/* Whoever is named. */
	ck_assert_int_eq(leaddesk_board(d.db, a, d.hash[ACCOUNT_SELLER],
	    STR("bob"), &card, &n), OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_same(card[0].id, STR("1"));
	ck_assert(card[0].is_late);
	ck_assert(!card[1].is_late);
	ck_assert_int_eq(leaddesk_board(d.db, a, d.hash[ACCOUNT_MARKETER],
	    STR("bob"), &card, &n), OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_ne(leaddesk_board(d.db, a, d.hash[ACCOUNT_READER],
	    STR("bob"), &card, &n), OK);
	pg_free(d.db);
} END_TEST

START_TEST(a_score_is_of_who_sees_the_lead)
{
	struct desks d = with_sellers();
	struct arena *a = arena_new(RESCORE_LEAD_BYTES_MAX);
	struct rescore_view view = { d.hash[ACCOUNT_SELLER], STR("1"), 0 };
	const struct score_rules *r;
	struct rescore_lead lead;

	ck_assert_int_eq(rescore_now(d.db, &view.at_ms), OK);
	ck_assert_int_eq(rescore_rules(d.db, a, view.at_ms, &r), OK);
	ck_assert_int_eq(pg_script(d.db, "SET ROLE piste_seller", 1000), OK);
	ck_assert_int_eq(rescore_desk(d.db, a, r, &view, &lead), OK);
	ck_assert_int_eq(lead.id, 1);
	ck_assert_uint_gt(lead.in.count, 0);
	view.lead = STR("2");
	ck_assert_int_eq(rescore_desk(d.db, a, r, &view, &lead), ERR_ABSENT);
	arena_free(a);
	pg_free(d.db);
} END_TEST

SUITE(leaddesk)
{
	SUITE_TEST(a_lead_is_read_by_role);
	SUITE_TEST(a_seller_acts_upon_their_own);
	SUITE_TEST(what_is_known_is_told);
	SUITE_TEST(a_story_has_no_words_for_a_reader);
	SUITE_TEST(a_board_has_late_ones_first);
	SUITE_TEST(a_score_is_of_who_sees_the_lead);
}
