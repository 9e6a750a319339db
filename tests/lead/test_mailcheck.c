/* Tests of lead/mailcheck.c, and of what qualification makes of it. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lead/mailcheck.h"
#include "lead/queue.h"
#include "store/pg.h"
#include "support/dns.h"
#include "support/sample.h"

#define LEASE_MS 60000

static const struct {
	const char *email;
	const char *quality;	/* as kept */
	const char *parts;	/* of the score, those that are about it */
} addresses[] = {
	{ "ana@mx.test", "mx.test company f exchanger",
	    "company-domain 25 mx.test,takes-mail 0 exchanger" },
	{ "Info@four.test", "four.test company t address",
	    "company-domain 25 four.test,role-address -5 four.test,"
	    "takes-mail 0 address" },
	{ "ana@null.test", "null.test company f refused",
	    "company-domain 25 null.test,takes-no-mail -40 refused" },
	{ "ana@nobody.test", "nobody.test company f absent",
	    "company-domain 25 nobody.test,takes-no-mail -40 absent" },
};

/* Domains are asked about before their leads are qualified, once. */
START_TEST(address_is_judged)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct mailcheck m = { .server = dns_server() };
	int64_t done;

	sample_take(c.conn, sample_batch(&(struct sample_row){ .id = 1,
	    .email = addresses[_i].email }, 1));
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_int_eq(m.resume_ms, 0);
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', domain,"
	    " kind, is_role, mail) FROM piste.email_quality"),
	    str_of(addresses[_i].quality));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', part.rule, part.points, part.reason), ',') FROM piste.lead"
	    " CROSS JOIN jsonb_to_recordset(score_parts) AS part (rule text,"
	    " points int, reason text) WHERE rule ~ 'mail|role|domain'"
	    " AND rule <> 'email'"), str_of(addresses[_i].parts));
	/* Known by now: a server that is gone is not missed. */
	m.server = STR("127.0.0.1:1");
	sample_run(c.conn, "UPDATE piste.qualification_queue SET"
	    " state = 'ready', finished_at = NULL");
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_int_eq(m.resume_ms, 0);
	pg_free(db);
} END_TEST

static const struct { const char *mail, *age; bool is_due; } ages[] = {
	{ "exchanger", "6 days 23 hours", false },
	{ "exchanger", "7 days 1 hour", true },
	{ "refused", "23 hours", false }, { "refused", "25 hours", true },
	{ "unknown", "9 minutes", false }, { "unknown", "11 minutes", true },
};

/* After its lead was qualified without: how long ago, asked how long ago. */
static const struct { const char *judged, *asked; bool is_due; } silences[] = {
	{ "1 minute", NULL, true },
	{ "9 minutes", "9 minutes", false },
	{ "11 minutes", "11 minutes", true },
	{ "58 minutes", "28 minutes", false },
	{ "59 minutes", "31 minutes", true },
	{ "71 hours", "36 hours", true },
	{ "73 hours", "60 hours", false },
};

START_TEST(answer_is_good_for_so_long)
{
	struct sample c = sample_new();

	sample_take(c.conn, sample_batch(&(struct sample_row){ .id = 1,
	    .email = "ana@firm.fr" }, 1));
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT piste.mail_domains_due(20)"), STR("firm.fr"));
	sample_run(c.conn, buf_fmt(suite_arena(), 200, "INSERT INTO"
	    " piste.mail_domain VALUES ('firm.fr', '%s', now() - interval"
	    " '%s')%c", ages[_i].mail, ages[_i].age, 0).p);
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT piste.mail_domains_due(20)"), ages[_i].is_due ?
	    STR("firm.fr") : STR_EMPTY);
} END_TEST

START_TEST(who_was_not_answered_is_asked_again)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t done;

	sample_take(c.conn, sample_batch(&(struct sample_row){ .id = 1,
	    .email = "ana@mail.firm.fr" }, 1));
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	sample_run(c.conn, buf_fmt(suite_arena(), 300, "UPDATE"
	    " piste.email_quality SET judged_at = now() - interval '%s'%c",
	    silences[_i].judged, 0).p);
	if (silences[_i].asked)
		sample_run(c.conn, buf_fmt(suite_arena(), 300, "INSERT INTO"
		    " piste.mail_domain VALUES ('mail.firm.fr', 'unknown',"
		    " now() - interval '%s')%c", silences[_i].asked, 0).p);
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT piste.mail_domains_due(20)"), silences[_i].is_due ?
	    STR("mail.firm.fr") : STR_EMPTY);
	pg_free(db);
} END_TEST

/* Those that wait to be qualified come before those that were. */
START_TEST(the_next_leads_are_asked_about_first)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t done;

	sample_take(c.conn, sample_batch((struct sample_row[]){
	    { .id = 1, .email = "ana@a.fr" }, { .id = 2, .email = "b@b.fr" },
	    }, 2));
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	sample_take(c.conn, sample_batch(&(struct sample_row){ .id = 3,
	    .email = "z@z.fr" }, 1));
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT string_agg(d, ' ') FROM piste.mail_domains_due(2) AS d"),
	    STR("z.fr a.fr"));
	pg_free(db);
} END_TEST

/* Without the DNS leads are qualified all the same, and it is left alone. */
START_TEST(silence_keeps_nobody)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct mailcheck m = { .server = dns_silent_server() };
	int64_t begun = clock_mono_ms(), done;

	sample_take(c.conn, sample_batch(&(struct sample_row){ .id = 1,
	    .email = "ana@mx.test" }, 1));
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_int_lt(clock_mono_ms() - begun, 2 * MAILCHECK_WAIT_MS);
	ck_assert_int_gt(m.resume_ms, clock_mono_ms());
	begun = clock_mono_ms();
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_int_lt(clock_mono_ms() - begun, MAILCHECK_WAIT_MS / 3);
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_int_eq(done, 1);
	ck_assert_str_same(sample_text(c.conn, "SELECT mail"
	    " FROM piste.email_quality"), STR("unknown"));
	/* Once it speaks again the lead is scored with what it says. */
	m = (struct mailcheck){ .server = dns_server() };
	sample_run(c.conn, "UPDATE piste.mail_domain SET checked_at ="
	    " checked_at - interval '11 minutes'");
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_int_eq(done, 1);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', mail,"
	    " score_parts @> '[{\"rule\": \"takes-mail\"}]') FROM"
	    " piste.email_quality, piste.lead"), STR("exchanger t"));
	/* And then it is left alone. */
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_int_eq(queue_turn(db, STR("w"), LEASE_MS, &done), OK);
	ck_assert_int_eq(done, 0);
	pg_free(db);
} END_TEST

static const char *const offs[] = { "", "off" };

START_TEST(off_asks_nobody)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct mailcheck m = { .server = str_of(offs[_i]) };

	sample_take(c.conn, sample_batch(&(struct sample_row){ .id = 1,
	    .email = "ana@mx.test" }, 1));
	ck_assert_int_eq(mailcheck_turn(&m, db, -1), OK);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.mail_domain"), STR("0"));
	pg_free(db);
} END_TEST

START_TEST(away_is_told)
{
	struct pg *db = pg_new(STR("host=/nonexistent dbname=no"),
	    "piste-test");
	struct mailcheck m = { .server = STR("system") };

	ck_assert_int_eq(mailcheck_turn(&m, db, -1), ERR_AWAY);
	pg_free(db);
} END_TEST

SUITE_APART(mailcheck)
{
	SUITE_LOOP(address_is_judged, COUNT(addresses));
	SUITE_LOOP(answer_is_good_for_so_long, COUNT(ages));
	SUITE_LOOP(who_was_not_answered_is_asked_again, COUNT(silences));
	SUITE_TEST(the_next_leads_are_asked_about_first);
	SUITE_TEST(silence_keeps_nobody);
	SUITE_LOOP(off_asks_nobody, COUNT(offs));
	SUITE_TEST(away_is_told);
}
