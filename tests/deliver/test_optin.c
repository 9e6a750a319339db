/* Tests src/deliver/optin.c. */
#include "base/buf.h"
#include "deliver/bounce.h"
#include "deliver/mail.h"
#include "deliver/optin.h"
#include "store/pg.h"
#include "support/mailcase.h"

#define SAID "SELECT coalesce(string_agg(what, ' ' ORDER BY seq), '')" \
	" FROM piste.consent"
#define STEPS "SELECT concat_ws(' ', submitted, to_confirm, confirm_sent," \
	" opened, confirmed, asset_sent, fetched, dropped, refused)" \
	" FROM piste.delivery_steps('p1', NULL, NULL)"

static struct uuid
submission(int id)
{
	struct uuid u;

	ck_assert_int_eq(token_uuid_parse(buf_fmt(suite_arena(), 40,
	    "00000000-0000-7000-8000-%012d", id), &u), OK);
	return u;
}

static enum optin
confirm(struct mailcase *c, int id)
{
	struct uuid u = submission(id);
	enum optin what;

	ck_assert_int_eq(optin_confirm(c->db, &u, &what), OK);
	return what;
}

static enum optin
again(struct mailcase *c, int id)
{
	struct uuid u = submission(id);
	enum optin what;

	ck_assert_int_eq(optin_again(c->db, &u, &what), OK);
	return what;
}

START_TEST(consent_counts_once_confirmed)
{
	static const char ask[] = "SELECT piste.may_contact(person_id,"
	    " 'newsletter', 'email', 'us') FROM piste.submission";
	struct mailcase c = mailcase_new("confirmed");

	mailcase_agree(&c, 1, "ana@c.fr");
	ck_assert_int_eq(confirm(&c, 1), OPTIN_ABSENT);	/* not planned yet */
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, ask), STR("f"));
	ck_assert_int_eq(confirm(&c, 1), OPTIN_CONFIRMED);
	ck_assert_str_same(mailcase_text(&c, ask), STR("t"));
	ck_assert_int_eq(confirm(&c, 1), OPTIN_ALREADY);
	ck_assert_str_same(mailcase_text(&c, SAID), STR("given confirmed"));
	ck_assert_int_eq(confirm(&c, 2), OPTIN_ABSENT);
} END_TEST

START_TEST(confirming_clears_a_bounce)
{
	struct mailcase c = mailcase_new("confirmed");

	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	sample_run(c.sample.conn, "SELECT piste.mail_mark('ana@c.fr', '550')");
	ck_assert_int_eq(confirm(&c, 1), OPTIN_CONFIRMED);
	ck_assert_str_same(mailcase_text(&c, "SELECT"
	    " piste.mail_is_refused('ana@c.fr')"), STR("f"));
} END_TEST

START_TEST(fresh_links_have_a_cap)
{
	struct mailcase c = mailcase_new("confirmed");

	ck_assert_int_eq(again(&c, 1), OPTIN_ABSENT);
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	for (int round = 2; round <= OPTIN_ROUNDS_MAX; round++) {
		ck_assert_int_eq(again(&c, 1), OPTIN_QUEUED);
		ck_assert_int_eq(again(&c, 1), OPTIN_QUEUED);
		ck_assert_int_eq(mailcase_run(&c), 1);
		ck_assert_int_eq(mailcase_caught(&c), round);
	}
	ck_assert_int_eq(again(&c, 1), OPTIN_CAPPED);
	ck_assert_int_eq(mailcase_run(&c), 0);
	ck_assert_int_eq(confirm(&c, 1), OPTIN_CONFIRMED);
	ck_assert_int_eq(again(&c, 1), OPTIN_ALREADY);
} END_TEST

/* Confirmed while its mail waits: nothing more to ask. */
START_TEST(what_is_confirmed_is_not_asked_again)
{
	struct mailcase c = mailcase_new("confirmed");

	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	ck_assert_int_eq(again(&c, 1), OPTIN_QUEUED);
	ck_assert_int_eq(confirm(&c, 1), OPTIN_CONFIRMED);
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), 1);
	ck_assert_str_same(mailcase_text(&c, "SELECT reason FROM piste.mail"
	    " WHERE round = 2"), STR("confirmed"));
} END_TEST

START_TEST(withdrawal_is_effective_at_once)
{
	struct mailcase c = mailcase_new("mail");
	struct uuid u = submission(1), other = submission(2);

	mailcase_submit(&c, 1, "ana@c.fr");
	ck_assert_int_eq(optin_withdraw(c.db, &u, _i), OK);
	ck_assert_str_same(mailcase_text(&c, SAID), STR("given withdrawn"));
	ck_assert_int_eq(optin_withdraw(c.db, &u, _i), OK);
	ck_assert_int_eq(optin_withdraw(c.db, &other, _i), OK);
	ck_assert_str_same(mailcase_text(&c, SAID), STR("given withdrawn"));
} END_TEST

START_TEST(steps_are_counted_once)
{
	struct mailcase c = mailcase_new("confirmed");
	struct uuid u = submission(1);
	struct optin_steps *steps;
	size_t pages;

	for (int i = 1; i <= 3; i++)
		mailcase_submit(&c, i, buf_fmt(suite_arena(), 40,
		    "p%d@c.fr%c", i, 0).p);
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, STEPS),
	    STR("3 3 3 0 0 0 0 0 0"));
	optin_note(c.db, &u, false);
	optin_note(c.db, &u, false);
	ck_assert_str_same(mailcase_text(&c, STEPS),
	    STR("3 3 3 1 0 0 0 0 0"));
	ck_assert_int_eq(confirm(&c, 1), OPTIN_CONFIRMED);
	/* Who confirms has opened the page, whether that was noted or not. */
	ck_assert_int_eq(confirm(&c, 2), OPTIN_CONFIRMED);
	optin_note(c.db, &u, true);
	optin_note(c.db, &u, true);
	ck_assert_str_same(mailcase_text(&c, STEPS),
	    STR("3 3 3 2 2 0 1 0 0"));
	ck_assert_int_eq(optin_count(c.db, suite_arena(), STR_EMPTY, &steps,
	    &pages), OK);
	ck_assert_uint_eq(pages, 1);
	ck_assert_str_same(steps[0].page, STR("p1"));
	ck_assert_int_eq(steps[0].count[4], 2);
	ck_assert_str_eq(optin_step_name(4), "confirmed");
	ck_assert_ptr_null(optin_step_name(OPTIN_STEPS));
	ck_assert_int_eq(optin_count(c.db, suite_arena(), STR("p2"), &steps,
	    &pages), OK);
	ck_assert_uint_eq(pages, 0);
} END_TEST

START_TEST(only_a_mail_of_ours_can_bounce)
{
	struct mailcase c = mailcase_new("mail");
	struct mail_id id = { .round = 1 };
	struct bounce_failure f = { STR("Ana@c.fr"), STR("5.1.1") };
	struct str row;

	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	id.submission = STR("00000000-0000-7000-8000-000000000001");
	row = mailcase_text(&c, "SELECT outbox_id FROM piste.mail");
	ck_assert(str_i64(row, 1, INT64_MAX, &id.row));
	f.address = STR("bob@c.fr");
	ck_assert_int_eq(optin_bounce(c.db, &id, &f), ERR_ABSENT);
	f.address = STR("Ana@c.fr");
	id.round = 2;
	ck_assert_int_eq(optin_bounce(c.db, &id, &f), ERR_ABSENT);
	id.round = 1;
	id.submission = STR("00000000-0000-7000-8000-000000000002");
	ck_assert_int_eq(optin_bounce(c.db, &id, &f), ERR_ABSENT);
	ck_assert_int_eq(optin_allow(c.db, STR("ana@c.fr")), ERR_ABSENT);
	id.submission = STR("00000000-0000-7000-8000-000000000001");
	ck_assert_int_eq(optin_bounce(c.db, &id, &f), OK);
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ', address,"
	    " status) FROM piste.mail_address"), STR("ana@c.fr 5.1.1"));
	ck_assert_int_eq(optin_allow(c.db, STR("ANA@c.fr")), OK);
	ck_assert_str_same(mailcase_text(&c, "SELECT"
	    " piste.mail_is_refused('ana@c.fr')"), STR("f"));
} END_TEST

START_TEST(away_is_told)
{
	struct pg *db = pg_new(STR("host=/nonexistent dbname=no"),
	    "piste-test");
	struct uuid u = submission(1);
	struct optin_steps *steps;
	size_t pages;
	enum optin what;

	ck_assert_int_eq(optin_confirm(db, &u, &what), ERR_AWAY);
	ck_assert_int_eq(optin_again(db, &u, &what), ERR_AWAY);
	ck_assert_int_eq(optin_withdraw(db, &u, true), ERR_AWAY);
	ck_assert_int_eq(optin_allow(db, STR("a@b.fr")), ERR_AWAY);
	ck_assert_int_eq(optin_count(db, suite_arena(), STR_EMPTY, &steps,
	    &pages), ERR_AWAY);
	optin_note(db, &u, true);
	pg_free(db);
} END_TEST

SUITE_APART(optin)
{
	SUITE_TEST(consent_counts_once_confirmed);
	SUITE_TEST(confirming_clears_a_bounce);
	SUITE_TEST(fresh_links_have_a_cap);
	SUITE_TEST(what_is_confirmed_is_not_asked_again);
	SUITE_LOOP(withdrawal_is_effective_at_once, 2);
	SUITE_TEST(steps_are_counted_once);
	SUITE_TEST(only_a_mail_of_ours_can_bounce);
	SUITE_TEST(away_is_told);
}
