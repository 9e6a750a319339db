/* Tests letters: the rules of src/sql/0028_letters.sql, sent by the outbox. */
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "deliver/bounce.h"
#include "deliver/letter.h"
#include "deliver/mail.h"
#include "deliver/optin.h"
#include "deliver/outbox.h"
#include "lead/erase.h"
#include "store/pg.h"
#include "support/mailcase.h"

#define TO_ANA "SELECT piste.letter_append(NULL, 'en', (SELECT min(id)" \
	" FROM piste.person), NULL, NULL, 'newsletter', 'email', 'News'," \
	" 'Brand', 'Hello', E'One.\\n\\nTwo.', '[{\"label\": \"Look\"," \
	" \"link\": {\"kind\": \"page\", \"page\": \"p1\"}}]', 'k1')"
#define TO_DESK "SELECT piste.letter_append('desk@us.fr', 'fr', NULL, NULL," \
	" (SELECT min(id) FROM piste.lead), NULL, NULL, 'Ana wants'," \
	" NULL, NULL, 'Ana wants 12 boilers.', NULL, 'desk 1')"
#define MAILS "SELECT string_agg(concat_ws(' ', m.state, m.reason)," \
	" ', ' ORDER BY m.outbox_id, m.round) FROM piste.mail AS m"

/* Ana, who agreed to the newsletter, known by a first submission. */
static struct mailcase
with_ana(void)
{
	struct mailcase c = mailcase_new("thanks");

	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, "UPDATE piste.outbox SET state = 'done'");
	return c;
}

static struct str
caught(const struct mailcase *c)
{
	struct str path = buf_fmt(suite_arena(), 300, "%.*s/new/%.*s.1.eml%c",
	    STR_ARG(c->conf.mail_caught), STR_ARG(mailcase_text(c,
	    "SELECT max(id) FROM piste.outbox WHERE kind = 'mail.letter'")),
	    0);
	struct buf b;
	FILE *f = fopen(path.p, "r");
	int byte;

	ck_assert_msg(f != NULL, "no %s", path.p);
	buf_init(&b, suite_arena(), MAIL_BYTES_MAX);
	while ((byte = fgetc(f)) != EOF)
		buf_byte(&b, (char)byte);
	fclose(f);
	return buf_str(&b);
}

static bool
has(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

START_TEST(a_letter_is_sent_once)
{
	struct mailcase c = with_ana();
	struct str mail;

	for (int i = 0; i < 3; i++)
		ck_assert_str_same(mailcase_text(&c, TO_ANA),
		    mailcase_text(&c, "SELECT outbox_id FROM piste.letter"));
	ck_assert_int_eq(mailcase_run(&c), 1);
	ck_assert_int_eq(mailcase_caught(&c), 1);
	ck_assert_str_same(mailcase_text(&c, TO_ANA),
	    mailcase_text(&c, "SELECT outbox_id FROM piste.letter"));
	ck_assert_int_eq(mailcase_run(&c), 0);
	ck_assert_str_same(mailcase_text(&c, MAILS), STR("sent caught"));
	mail = caught(&c);
	ck_assert(has(mail, "Subject: News\r\n"));
	ck_assert(has(mail, "One.\r\n\r\nTwo.\r\n"));
	ck_assert(has(mail, "/p/p1?k=3D"));
	ck_assert(has(mail, "List-Unsubscribe-Post:"));
	ck_assert(has(mail, "/preferences/"));
} END_TEST

static const struct {
	const char *before;	/* between the letter and its sending */
	const char *mails;
} objections[] = {
	{ "SELECT 1", "sent caught" },
	{ "SELECT piste.consent_withdraw(min(id), 'newsletter', NULL, NULL,"
	    " 'letter') FROM piste.person", "dropped not-allowed" },
	{ "SELECT piste.mail_mark('ana@c.fr', '5.1.1')", "dropped bounced" },
	{ "UPDATE piste.person SET email = NULL", "dropped no-address" },
	{ "UPDATE piste.letter SET purpose = 'calls'", "dropped not-allowed" },
	{ "UPDATE piste.letter SET channel = 'phone'", "dropped not-allowed" },
};

START_TEST(consent_is_asked_when_it_is_sent)
{
	struct mailcase c = with_ana();

	sample_run(c.sample.conn, TO_ANA);
	sample_run(c.sample.conn, objections[_i].before);
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS),
	    str_of(objections[_i].mails));
	ck_assert_int_eq(mailcase_caught(&c), _i == 0);
} END_TEST

START_TEST(persons_have_a_cap_and_desks_none)
{
	struct mailcase c = with_ana();

	c.conf.mail_address_max = 1;
	sample_run(c.sample.conn, TO_ANA ", piste.letter_append(NULL, 'en',"
	    " (SELECT min(id) FROM piste.person), NULL, NULL, 'newsletter',"
	    " 'email', 'b', NULL, NULL, 'b', NULL, 'k2')");
	sample_run(c.sample.conn, TO_DESK ", piste.letter_append("
	    "'desk@us.fr', 'fr', NULL, NULL, NULL, NULL, NULL, 'b', NULL,"
	    " NULL, 'b', NULL, 'desk 2')");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, MAILS), STR("sent caught,"
	    " dropped address-cap, sent caught, sent caught"));
} END_TEST

START_TEST(a_desk_takes_nothing_back)
{
	struct mailcase c = with_ana();
	struct str mail;

	sample_run(c.sample.conn, TO_DESK);
	mailcase_run(&c);
	mail = caught(&c);
	ck_assert(has(mail, "12 boilers"));
	ck_assert(!has(mail, "List-Unsubscribe"));
	ck_assert(!has(mail, "/u/"));
} END_TEST

/* Whoever merges or erases has no list of letters in mind. */
START_TEST(letters_follow_their_person)
{
	struct mailcase c = with_ana();
	struct str told;

	mailcase_submit(&c, 2, "bob@c.fr");
	sample_run(c.sample.conn, TO_ANA);
	sample_run(c.sample.conn, TO_DESK);
	sample_run(c.sample.conn, "SELECT piste.person_merge(min(id), max(id),"
	    " 'x', 'y') FROM piste.person");
	told = mailcase_text(&c, "SELECT piste.held_export(piste.subject_of("
	    "ARRAY[max(id)], NULL, NULL))->'letter' FROM piste.person");
	ck_assert(has(told, "12 boilers"));
	ck_assert(has(told, "One."));
	sample_run(c.sample.conn, "SELECT piste.erase(ARRAY[max(id)], NULL,"
	    " NULL, 'request', NULL) FROM piste.person");
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), 0);
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(concat(subject,"
	    " headline, text, buttons), ' ') FROM piste.letter"),
	    STR("[] []"));
} END_TEST

START_TEST(erasing_takes_what_was_caught)
{
	struct mailcase c = with_ana();

	sample_run(c.sample.conn, TO_ANA);
	sample_run(c.sample.conn, TO_DESK);
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, "SELECT cardinality(e.mails)"
	    " FROM piste.erase(ARRAY[(SELECT max(id) FROM piste.person)],"
	    " NULL, NULL, 'request', NULL) AS e"), STR("2"));
	ck_assert_str_same(mailcase_text(&c, "SELECT string_agg(coalesce("
	    "address, '-'), ' ' ORDER BY outbox_id) FROM piste.mail"),
	    STR("- desk@us.fr"));
} END_TEST

START_TEST(a_bounce_of_a_letter_is_believed)
{
	struct mailcase c = with_ana();
	struct mail_id id = { .round = 1 };
	const struct bounce_failure f = { STR("Ana@c.fr"), STR("5.1.1") };

	sample_run(c.sample.conn, TO_ANA);
	mailcase_run(&c);
	ck_assert(str_i64(mailcase_text(&c, "SELECT outbox_id FROM"
	    " piste.letter"), 1, INT64_MAX, &id.row));
	id.submission = _i ? STR("00000000-0000-4000-8000-000000000000") :
	    mailcase_text(&c, "SELECT name FROM piste.letter");
	ck_assert_int_eq(optin_bounce(c.db, &id, &f), _i ? ERR_ABSENT : OK);
} END_TEST

START_TEST(a_letter_that_cant_be_read_is_dead_in_the_end)
{
	struct mailcase c = with_ana();

	log_level_set((enum log_level)(LOG_ERROR + 1));
	sample_run(c.sample.conn, TO_ANA "; UPDATE piste.letter SET buttons ="
	    " '[{\"label\": \"x\", \"link\": {\"kind\": \"fax\"}}]'");
	mailcase_run(&c);
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ', state,"
	    " attempts) FROM piste.outbox WHERE kind = 'mail.letter'"),
	    STR("ready 1"));
} END_TEST

/* Erasing one person reads what is theirs, however much was sent. */
START_TEST(erasing_reads_no_whole_table)
{
	struct mailcase c = with_ana();

	sample_run(c.sample.conn, TO_ANA);
	mailcase_run(&c);
	sample_run(c.sample.conn, "INSERT INTO piste.outbox (kind, payload,"
	    " state) SELECT 'mail.letter', '{}', 'done'"
	    " FROM generate_series(1, 20000); INSERT INTO piste.mail"
	    " (outbox_id, round, state) SELECT id, 1, 'sent'"
	    " FROM piste.outbox WHERE state = 'done' ON CONFLICT DO NOTHING;"
	    " ANALYZE piste.outbox; ANALYZE piste.mail");
	sample_run(c.sample.conn, "SELECT pg_stat_force_next_flush()");
	sample_run(c.sample.conn, "BEGIN; SELECT piste.erase(ARRAY[max(id)],"
	    " NULL, NULL, 'request', NULL) FROM piste.person");
	ck_assert_str_same(mailcase_text(&c, "SELECT bool_and("
	    "pg_stat_get_xact_tuples_returned(t) < 1000) FROM unnest(ARRAY["
	    "'piste.outbox', 'piste.mail']::regclass[]) AS u (t)"),
	    STR("t"));
	sample_run(c.sample.conn, "COMMIT");
	ck_assert_str_same(mailcase_text(&c, "SELECT count(*) FROM piste.mail"
	    " WHERE address IS NOT NULL"), STR("0"));
} END_TEST

/* Whoever could not take it back by a link is not written to. */
START_TEST(without_a_way_out_nothing_is_sent)
{
	struct mailcase c = with_ana();

	log_level_set((enum log_level)(LOG_ERROR + 1));
	sample_run(c.sample.conn, TO_ANA "; INSERT INTO piste.person (email)"
	    " VALUES ('bob@c.fr'); UPDATE piste.lead SET person_id ="
	    " (SELECT max(id) FROM piste.person)");
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), 0);
} END_TEST

static const struct {
	const char *zones, *hours;
	bool is_sent;
} nights[] = {
	{ "{UTC}", "[0,1440)", true },
	{ "{UTC,Asia/Tokyo}", "[0,1440)", true },
	{ "{UTC}", "empty", false },
	/* Half of them is asleep, whenever this is run. */
	{ "{Etc/GMT,Etc/GMT-12}", "[0,720)", false },
};

/* A server that was away for hours must not write at night. */
START_TEST(letters_leave_by_day)
{
	struct mailcase c = with_ana();

	sample_run(c.sample.conn, TO_ANA);
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 300, "UPDATE"
	    " piste.letter SET zones = '%s', hours = '%s'%c",
	    nights[_i].zones, nights[_i].hours, 0).p);
	mailcase_run(&c);
	ck_assert_int_eq(mailcase_caught(&c), nights[_i].is_sent);
	ck_assert_str_same(mailcase_text(&c, "SELECT concat_ws(' ', state,"
	    " attempts, available_at > now() + interval '14 minutes') FROM"
	    " piste.outbox WHERE kind = 'mail.letter'"),
	    nights[_i].is_sent ? STR("done 1 f") : STR("ready 0 t"));
} END_TEST

SUITE_APART(letters)
{
	SUITE_LOOP(letters_leave_by_day, COUNT(nights));
	SUITE_TEST(a_letter_is_sent_once);
	SUITE_LOOP(consent_is_asked_when_it_is_sent, COUNT(objections));
	SUITE_TEST(persons_have_a_cap_and_desks_none);
	SUITE_TEST(a_desk_takes_nothing_back);
	SUITE_TEST(letters_follow_their_person);
	SUITE_TEST(erasing_takes_what_was_caught);
	SUITE_TEST(erasing_reads_no_whole_table);
	SUITE_TEST(without_a_way_out_nothing_is_sent);
	SUITE_LOOP(a_bounce_of_a_letter_is_believed, 2);
	SUITE_TEST(a_letter_that_cant_be_read_is_dead_in_the_end);
}
