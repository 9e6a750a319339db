/* Tests src/deliver/outbox.c and the rules of src/sql/0009_mail.sql. */
#include <pthread.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/log.h"
#include "deliver/outbox.h"
#include "store/lease.h"
#include "store/pg.h"
#include "support/mailcase.h"

#define MANY 60
#define KINDS "SELECT coalesce(string_agg(kind, ' ' ORDER BY kind), '')" \
	" FROM piste.outbox WHERE kind LIKE 'mail.%'"
#define MAILS "SELECT string_agg(concat_ws(' ', m.state, m.reason, o.state)," \
	" ', ' ORDER BY m.outbox_id, m.round) FROM piste.mail AS m" \
	" JOIN piste.outbox AS o ON o.id = m.outbox_id"

static const struct {
	const char *delivery;
	const char *before;	/* SQL */
	bool agrees;		/* with a consent to be confirmed */
	const char *email;
	const char *kinds;
} policies[] = {
	{ "thanks", "SELECT 1", false, "ana@c.fr", "" },
	{ "thanks", "SELECT 1", true, "ana@c.fr", "mail.confirm" },
	{ "mail", "SELECT 1", false, "ana@c.fr", "mail.asset" },
	{ "mail", "SELECT 1", true, "ana@c.fr", "mail.asset mail.confirm" },
	{ "confirmed", "SELECT 1", false, "ana@c.fr", "mail.confirm" },
	{ "confirmed", "SELECT 1", true, "ana@c.fr", "mail.confirm" },
	{ "mail", "UPDATE piste.page SET definition = '{}'", false,
	    "ana@c.fr", "" },
	{ "confirmed", "UPDATE piste.page SET definition = '{}'", false,
	    "ana@c.fr", "mail.confirm" },
	{ "mail", "UPDATE piste.form SET definition = '{}'", false,
	    "ana@c.fr", "" },
	/* Known to work: no second question, but for what is agreed to. */
	{ "confirmed", "INSERT INTO piste.mail_address (address, confirmed_at)"
	    " VALUES ('ana@c.fr', now())", false, "Ana@c.fr", "mail.asset" },
	{ "confirmed", "INSERT INTO piste.mail_address (address, confirmed_at)"
	    " VALUES ('ana@c.fr', now())", true, "ana@c.fr", "mail.confirm" },
};

START_TEST(policy_decides_what_is_mailed)
{
	struct mailcase c = mailcase_new(policies[_i].delivery);

	sample_run(c.sample.conn, policies[_i].before);
	if (policies[_i].agrees)
		mailcase_agree(&c, 1, policies[_i].email);
	else
		mailcase_submit(&c, 1, policies[_i].email);
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, KINDS),
	    str_of(policies[_i].kinds));
	ck_assert_str_same(mailcase_text(&c, "SELECT count(*) FROM"
	    " piste.outbox WHERE state <> 'done'"), STR("0"));
	/* Nothing comes of running again, or of the same post again. */
	mailcase_submit(&c, 1, policies[_i].email);
	ck_assert_int_eq(mailcase_run(&c), 0);
	ck_assert_str_same(mailcase_text(&c, KINDS),
	    str_of(policies[_i].kinds));
} END_TEST

START_TEST(nobody_is_written_to_unasked)
{
	struct mailcase c = mailcase_new("mail");

	sample_take(c.sample.conn, sample_batch((struct sample_row[]){
	    { 1, .phone = "+33612345678" },
	    { 2, .email = "ana@c.fr", .suspect = "trapped" } }, 2));
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, KINDS), STR_EMPTY);
	ck_assert_int_eq(mailcase_caught(&c), 0);
} END_TEST

START_TEST(mail_is_sent_and_noted)
{
	struct mailcase c = mailcase_new(_i ? "mail" : "confirmed");

	mailcase_submit(&c, 1, "ana@c.fr");
	ck_assert_int_eq(mailcase_run(&c), 2);
	ck_assert_int_eq(mailcase_caught(&c), 1);
	ck_assert_str_same(mailcase_text(&c, MAILS),
	    STR("sent caught done"));
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ',"
	    " confirm_sent_at IS NOT NULL, asset_sent_at IS NOT NULL,"
	    " needs_confirm) FROM piste.delivery"),
	    _i ? STR("f t f") : STR("t f t"));
} END_TEST

/* Killed after the server had it and before that was written down. */
START_TEST(killed_between_sends_that_one_again)
{
	struct mailcase c = mailcase_new("mail");

	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	sample_run(c.sample.conn, "UPDATE piste.mail SET state = 'sending',"
	    " ended_at = NULL; UPDATE piste.outbox SET state = 'claimed',"
	    " locked_by = 'killed', finished_at = NULL, locked_until = now()"
	    " + interval '1 minute' WHERE kind = 'mail.asset'");
	ck_assert_int_eq(mailcase_run(&c), 0);
	sample_run(c.sample.conn, "UPDATE piste.outbox SET locked_until ="
	    " now() - interval '1 second' WHERE state = 'claimed'");
	ck_assert_int_eq(mailcase_run(&c), 1);
	/* The same mail: the same name, and one in every count. */
	ck_assert_int_eq(mailcase_caught(&c), 1);
	ck_assert_str_same(mailcase_text(&c, MAILS),
	    STR("sent caught done"));
} END_TEST

START_TEST(mailbox_has_a_cap)
{
	struct mailcase c = mailcase_new("mail");

	c.conf.mail_address_max = 3;
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_submit(&c, 2, "ana+x@c.fr");
	mailcase_submit(&c, 3, "ANA+y@c.fr");
	mailcase_submit(&c, 4, "ana@c.fr");
	mailcase_submit(&c, 5, "bob@c.fr");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS), STR("sent caught done,"
	    " sent caught done, sent caught done, dropped address-cap done,"
	    " sent caught done"));
	/* The submission stays; a day later there is room again. */
	ck_assert_str_same(mailcase_text(&c, "SELECT count(*) FROM"
	    " piste.submission"), STR("5"));
	sample_run(c.sample.conn, "UPDATE piste.mail SET begun_at ="
	    " begun_at - interval '1 day' WHERE outbox_id = (SELECT"
	    " min(outbox_id) FROM piste.mail)");
	mailcase_submit(&c, 6, "ana@c.fr");
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), 5);
} END_TEST

/* Begun before others that have filled the caps meanwhile. */
START_TEST(what_was_put_off_is_not_capped)
{
	struct mailcase c = mailcase_new("mail");

	c.conf.mail_address_max = c.conf.mail_network_max = 2;
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_submit(&c, 2, "ana@c.fr");
	mailcase_run(&c);
	sample_run(c.sample.conn, "UPDATE piste.mail SET state = 'sending',"
	    " ended_at = NULL WHERE outbox_id = (SELECT min(outbox_id) FROM"
	    " piste.mail); UPDATE piste.outbox SET state = 'ready' WHERE id ="
	    " (SELECT min(outbox_id) FROM piste.mail)");
	sample_run(c.sample.conn, "INSERT INTO piste.mail (outbox_id, round,"
	    " submission_id, state, mailbox, network) SELECT outbox_id, 2,"
	    " submission_id, 'sent', mailbox, network FROM piste.mail");
	ck_assert_int_eq(mailcase_run(&c), 1);
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(state, ' '"
	    " ORDER BY outbox_id) FROM piste.mail WHERE round = 1"),
	    STR("sent sent"));
	mailcase_submit(&c, 3, "ana@c.fr");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, "SELECT reason FROM piste.mail"
	    " WHERE state = 'dropped'"), STR("address-cap"));
} END_TEST

static const struct {
	const char *page, *parts;	/* JSON */
	const char *quoted;		/* brand and title */
} titles[] = {
	{ "{}", "{\"headline\": {\"fr\": \"Guide {1}\"}}", "-/Guide {1}" },
	{ "{\"personal\": {}}", "{\"headline\": {\"fr\": \"A {b}\"}}",
	    "-/A {b}" },
	{ "{\"personal\": {\"name\": {}}}",
	    "{\"headline\": {\"fr\": \"Bonjour {name}\"}}", "-/-" },
	{ "{\"parameters\": {\"city\": {}}}",
	    "{\"headline\": {\"fr\": \"A {city|b}\"},"
	    " \"title\": {\"fr\": \"Guide\"}}", "-/Guide" },
	{ "{\"parameters\": {\"city\": {}}}",
	    "{\"headline\": {\"fr\": \"Guide\"},"
	    " \"title\": {\"fr\": \"A {city}\"}}", "-/-" },
	{ "{\"parameters\": {\"city\": {}}}",
	    "{\"headline\": {\"fr\": \"Guide\"},"
	    " \"brand\": {\"fr\": \"B {city}\"}}", "-/Guide" },
	{ "{\"parameters\": {\"city\": {}}}",
	    "{\"headline\": {\"fr\": \"Guide\"},"
	    " \"brand\": {\"fr\": \"B\"}}", "B/Guide" },
};

/* What a page fills for its reader is nothing to quote to a stranger. */
START_TEST(words_with_places_are_not_quoted)
{
	struct mailcase c = mailcase_new("mail");

	sample_run(c.sample.conn, buf_fmt(suite_arena(), 1000,
	    "UPDATE piste.page SET definition = definition || '%s';"
	    "INSERT INTO piste.variant (page_key, key, position, template,"
	    " definition) VALUES ('p1', 'a', 1, 'hero', '{\"parts\": %s}')%c",
	    titles[_i].page, titles[_i].parts, 0).p);
	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, "SELECT piste.outbox_plan(9); UPDATE"
	    " piste.outbox SET state = 'claimed', locked_by = 'w'"
	    " WHERE kind = 'mail.asset'");
	ck_assert_str_same(mailcase_text(&c, "SELECT concat(coalesce("
	    "m.brand, '-'), '/', coalesce(m.title, '-')) FROM piste.outbox AS o"
	    " CROSS JOIN piste.mail_begin(o.id, 'w', 9, 9) AS m"
	    " WHERE o.kind = 'mail.asset'"), str_of(titles[_i].quoted));
} END_TEST

START_TEST(a_mailbox_has_many_addresses)
{
	struct mailcase c = mailcase_new("mail");

	c.conf.mail_address_max = 1;
	mailcase_submit(&c, 1, "an.a@gmail.com");
	mailcase_submit(&c, 2, "A.na+x@googlemail.com");
	mailcase_submit(&c, 3, "an.a@c.fr");
	mailcase_submit(&c, 4, "ana@c.fr");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS), STR("sent caught done,"
	    " dropped address-cap done, sent caught done,"
	    " sent caught done"));
} END_TEST

START_TEST(network_has_a_cap)
{
	struct mailcase c = mailcase_new("mail");

	c.conf.mail_network_max = 2;
	sample_run(c.sample.conn, "ALTER TABLE piste.submission"
	    " DISABLE TRIGGER submission_guard");
	for (int i = 1; i <= 4; i++)
		mailcase_submit(&c, i, buf_fmt(suite_arena(), 40,
		    "p%d@c.fr%c", i, 0).p);
	sample_run(c.sample.conn, "UPDATE piste.submission SET ip_prefix ="
	    " CASE right(id::text, 1) WHEN '4' THEN '192.0.3.9'"
	    " ELSE '192.0.2.' || right(id::text, 1) END::inet");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS), STR("sent caught done,"
	    " sent caught done, dropped network-cap done,"
	    " sent caught done"));
} END_TEST

START_TEST(bounced_address_gets_nothing)
{
	struct mailcase c = mailcase_new("mail");

	sample_run(c.sample.conn, "SELECT piste.mail_mark('Ana@c.fr',"
	    " '5.1.1')");
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS),
	    STR("dropped bounced done"));
	sample_run(c.sample.conn, "UPDATE piste.mail_address SET"
	    " confirmed_at = clock_timestamp()");
	mailcase_submit(&c, 2, "ana@c.fr");
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), 1);
} END_TEST

/* A row somebody wrote into the outbox opens no way to an address. */
START_TEST(outbox_alone_allows_nothing)
{
	static const char *const kinds[] = { "mail.asset", "mail.confirm" };
	struct mailcase c = mailcase_new("thanks");

	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 300,
	    "INSERT INTO piste.outbox (kind, submission_id, payload)"
	    " SELECT '%s', id, '{}' FROM piste.submission%c", kinds[_i], 0).p);
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS),
	    STR("dropped not-allowed done"));
} END_TEST

struct rival {
	struct mailcase *c;
	pthread_barrier_t *start;
	const char *name;
	int64_t done;
};

static void *
work(void *context)
{
	struct rival *r = context;
	struct pg *db = pg_new(r->c->sample.conninfo, "piste-test");
	struct outbox *o = mailcase_outbox(r->c);
	int64_t done = 1;

	pthread_barrier_wait(r->start);
	while (done && !outbox_turn(o, db, str_of(r->name), &done))
		r->done += done;
	outbox_free(o);
	pg_free(db);
	return NULL;
}

START_TEST(two_workers_send_each_mail_once)
{
	struct mailcase c = mailcase_new("mail");
	pthread_barrier_t start;
	pthread_t thread[2];
	struct rival rival[2] = { { &c, &start, "one", 0 },
		{ &c, &start, "two", 0 } };

	for (int i = 1; i <= MANY; i++)
		mailcase_submit(&c, i, buf_fmt(suite_arena(), 40,
		    "p%d@c.fr%c", i, 0).p);
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, work,
		    &rival[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	ck_assert_int_eq(rival[0].done + rival[1].done, 2 * MANY);
	ck_assert_int_eq(mailcase_caught(&c), MANY);
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ', count(*),"
	    " max(attempts)) FROM piste.outbox WHERE kind = 'mail.asset'"
	    " AND state = 'done'"), STR("60 1"));
} END_TEST

START_TEST(without_a_server_mails_wait)
{
	struct mailcase c = mailcase_new("mail");

	log_level_set((enum log_level)(LOG_ERROR + 1));
	c.conf.smtp_url = STR("smtp://127.0.0.1:1");
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_submit(&c, 2, "bob@c.fr");
	mailcase_run(&c);
	/* One was tried, and then it was clear. */
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(concat_ws(' ',"
	    " state, attempts, last_error IS NOT NULL), ', ' ORDER BY id)"
	    " FROM piste.outbox WHERE kind = 'mail.asset'"),
	    STR("ready 1 t, ready 0 f"));
} END_TEST

START_TEST(without_a_key_mails_wait)
{
	struct mailcase c = mailcase_new("mail");

	c.conf.state = suite_directory();
	mailcase_submit(&c, 1, "ana@c.fr");
	ck_assert_int_eq(mailcase_run(&c), 1);
	ck_assert_str_same(mailcase_text(&c, "SELECT attempts FROM"
	    " piste.outbox WHERE kind = 'mail.asset'"), STR("0"));
} END_TEST

START_TEST(mail_is_given_up_in_the_end)
{
	struct mailcase c = mailcase_new("mail");

	log_level_set((enum log_level)(LOG_ERROR + 1));
	c.conf.mail_from = STR("nobody");
	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_run(&c);
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 300,
	    "UPDATE piste.outbox SET attempts = %d, available_at = now()"
	    " WHERE state = 'ready'%c", OUTBOX_ATTEMPTS_MAX - 1, 0).p);
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ', state,"
	    " last_error) FROM piste.outbox WHERE kind = 'mail.asset'"),
	    STR("dead no mail can be made of it: see mail_from"));
	ck_assert_str_same(mailcase_text(&c, "SELECT refused FROM"
	    " piste.delivery_steps(NULL, NULL, NULL)"), STR("1"));
} END_TEST

static const struct {
	const char *url;
	const char *from;
	const char *sender;
} senders[] = {
	{ "https://www.example.org", "", "no-reply@www.example.org" },
	{ "https://b.fr:8443", "", "no-reply@b.fr" },
	{ "https://b.fr", "us@c.fr", "us@c.fr" },
	{ "http://127.0.0.1:8080", "", "no-reply@localhost.localdomain" },
	{ "http://localhost:8080", "", "no-reply@localhost.localdomain" },
	{ "http://[::1]:8080", "", "no-reply@localhost.localdomain" },
};

START_TEST(mails_come_from_somewhere)
{
	const struct conf c = { .url = str_of(senders[_i].url),
		.mail_from = str_of(senders[_i].from) };

	ck_assert_str_same(outbox_sender(suite_arena(), &c),
	    str_of(senders[_i].sender));
} END_TEST

START_TEST(erasure_leaves_no_address)
{
	struct mailcase c = mailcase_new("mail");

	mailcase_submit(&c, 1, "Ana+x@c.fr");
	mailcase_submit(&c, 2, "ana@c.fr");
	mailcase_run(&c);
	sample_run(c.sample.conn, "SELECT piste.mail_mark(a, '5.1.1')"
	    " FROM unnest('{ana+x@c.fr,ana@c.fr}'::text[]) AS u (a);"
	    "SELECT piste.mail_forget('ANA+x@c.fr')");
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(concat_ws("
	    "' ', state, address, mailbox), ', ' ORDER BY outbox_id)"
	    " FROM piste.mail"), STR("sent, sent ana@c.fr ana@c.fr"));
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(address, ' ')"
	    " FROM piste.mail_address"), STR("ana@c.fr"));
} END_TEST

START_TEST(depth_is_told)
{
	struct mailcase c = mailcase_new("mail");
	struct lease_depth d;

	mailcase_submit(&c, 1, "ana@c.fr");
	ck_assert_int_eq(outbox_depth(c.db, &d), OK);
	ck_assert_int_eq(d.ready, 1);
	mailcase_run(&c);
	ck_assert_int_eq(outbox_depth(c.db, &d), OK);
	ck_assert_int_eq(d.ready + d.claimed + d.dead, 0);
} END_TEST

SUITE_APART(outbox)
{
	SUITE_LOOP(policy_decides_what_is_mailed, COUNT(policies));
	SUITE_TEST(nobody_is_written_to_unasked);
	SUITE_LOOP(mail_is_sent_and_noted, 2);
	SUITE_TEST(killed_between_sends_that_one_again);
	SUITE_TEST(mailbox_has_a_cap);
	SUITE_TEST(what_was_put_off_is_not_capped);
	SUITE_LOOP(words_with_places_are_not_quoted, COUNT(titles));
	SUITE_TEST(a_mailbox_has_many_addresses);
	SUITE_TEST(network_has_a_cap);
	SUITE_TEST(bounced_address_gets_nothing);
	SUITE_LOOP(outbox_alone_allows_nothing, 2);
	SUITE_TEST(two_workers_send_each_mail_once);
	SUITE_TEST(without_a_server_mails_wait);
	SUITE_TEST(without_a_key_mails_wait);
	SUITE_TEST(mail_is_given_up_in_the_end);
	SUITE_LOOP(mails_come_from_somewhere, COUNT(senders));
	SUITE_TEST(erasure_leaves_no_address);
	SUITE_TEST(depth_is_told);
}
