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

SUITE(mailcheck)
{
	SUITE_LOOP(address_is_judged, COUNT(addresses));
	SUITE_LOOP(answer_is_good_for_so_long, COUNT(ages));
	SUITE_TEST(silence_keeps_nobody);
	SUITE_LOOP(off_asks_nobody, COUNT(offs));
	SUITE_TEST(away_is_told);
}
