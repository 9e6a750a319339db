/* Who may be contacted: the rules of src/sql/0008_consent.sql. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/token.h"
#include "consent/ledger.h"
#include "consent/said.h"
#include "lead/queue.h"
#include "store/pg.h"

#define MAY "SELECT piste.may_contact(max(id), 'newsletter', 'email', 'us')" \
	" FROM piste.person"
#define WITHDRAW "SELECT piste.consent_withdraw(max(id), NULL, NULL, NULL," \
	" 'link') FROM piste.person"

/*
 * Words: gN submission N gives; pN it gives what needs confirming; cN it is
 * confirmed; w all is withdrawn; fN gives, at a moment to come.  What
 * functions answer, in order, and the last word.
 */
static const struct {
	const char *words;
	const char *answers;
	bool may;
	const char *ledger;
} histories[] = {
	{ "", "", false, "" },
	{ "g1", "", true, "given1" },
	{ "g1 w", "1", false, "given1 withdrawn1" },
	{ "g1 w w", "1 0", false, "given1 withdrawn1" },
	{ "w", "0", false, "" },
	{ "g1 w g2", "1", true, "given1 withdrawn1 given2" },
	{ "g1 w g2 w", "1 1", false,
	    "given1 withdrawn1 given2 withdrawn2" },
	{ "g1 g2 w", "1", false, "given1 given2 withdrawn1 withdrawn2" },
	{ "p1", "", false, "given1" },
	{ "p1 c1", "confirmed", true, "given1 confirmed1" },
	{ "p1 c1 c1", "confirmed already", true, "given1 confirmed1" },
	{ "p1 w", "0", false, "given1 withdrawn1" },
	/* An old link revives nothing. */
	{ "p1 w c1", "0 absent", false, "given1 withdrawn1" },
	{ "p1 c1 w c1", "confirmed 1 absent", false,
	    "given1 confirmed1 withdrawn1" },
	{ "p1 c1 w p2 c1", "confirmed 1 absent", false,
	    "given1 confirmed1 withdrawn1 given2" },
	{ "p1 c1 w p2 c2", "confirmed 1 confirmed", true,
	    "given1 confirmed1 withdrawn1 given2 confirmed2" },
	/* Somebody who types another's address takes nothing back. */
	{ "g1 p2", "", true, "given1 given2" },
	{ "g1 w p2", "1", false, "given1 withdrawn1 given2" },
	{ "g1 p2 w c2", "1 absent", false,
	    "given1 given2 withdrawn1 withdrawn2" },
	{ "g1 c1", "confirmed", true, "given1 confirmed1" },
	{ "c1", "absent", false, "" },
	/* The place in the chain decides, not the clock. */
	{ "f1 w", "1", false, "given1 withdrawn1" },
	{ "f1 w g2", "1", true, "given1 withdrawn1 given2" },
};

static struct str
say(PGconn *conn, const char *word)
{
	int id = word[1] - '0';

	switch (word[0]) {
	case 'g':
		SAID_GIVE(conn, id);
		return STR_EMPTY;
	case 'p':
		SAID_ASK(conn, id);
		return STR_EMPTY;
	case 'f':
		said_submit(conn, id, "",
		    ",\"received_at\":\"2100-01-01T00:00:00Z\"");
		return STR_EMPTY;
	case 'c':
		return said_confirm(conn, id);
	default:
		return sample_text(conn, WITHDRAW);
	}
}

/* The answers of what is said, in order. */
static struct str
say_all(PGconn *conn, struct str words)
{
	struct buf answers;

	buf_init(&answers, suite_arena(), 200);
	while (words.n) {
		struct str word, answer;

		str_cut(words, ' ', &word, &words);
		answer = say(conn, arena_copy(suite_arena(), word).p);
		if (answer.n && answers.n)
			buf_byte(&answers, ' ');
		buf_add(&answers, answer);
	}
	return buf_str(&answers);
}

static const char forget[] =
    "SET session_replication_role = replica;"
    "TRUNCATE piste.consent, piste.person, piste.submission, piste.outbox"
    " CASCADE;"
    "UPDATE piste.consent_head SET seq = 0, hash = repeat('0', 64);"
    "RESET session_replication_role";

/* In transactions of their own, and all at one moment in one. */
START_TEST(the_last_word_counts)
{
	struct sample c = said_new();

	for (size_t i = 0; i < COUNT(histories); i++) {
		bool may = histories[i].may;

		if (_i)
			sample_run(c.conn, "BEGIN");
		ck_assert_str_same(say_all(c.conn, str_of(histories[i].words)),
		    str_of(histories[i].answers));
		ck_assert_str_same(said_ledger(c.conn),
		    str_of(histories[i].ledger));
		ck_assert_str_same(sample_text(c.conn, MAY),
		    may ? STR("t") : STR("f"));
		ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
		    "concat_ws(' ', person_id = (SELECT max(id) FROM"
		    " piste.person), purpose, channel, recipient, email, phone,"
		    " lang), ',') FROM piste.contactable"), may ?
		    STR("t newsletter email us " ANA " fr") : STR_EMPTY);
		sample_run(c.conn, _i ? "ROLLBACK" : forget);
	}
} END_TEST

/* Seven consents of one submission, and what parts of them a scope takes. */
#define SEVEN "\"consents\":[" \
	"{\"key\":\"a\",\"purpose\":\"p\",\"channel\":\"email\"," \
	"\"recipient\":\"us\"," TAIL "},{\"key\":\"b\",\"purpose\":\"p\"," \
	"\"channel\":\"phone\",\"recipient\":\"us\"," TAIL "}," \
	"{\"key\":\"c\",\"purpose\":\"p\",\"channel\":\"email\"," \
	"\"recipient\":\"them\"," TAIL "},{\"key\":\"d\",\"purpose\":\"q\"," \
	"\"channel\":\"email\",\"recipient\":\"us\"," TAIL "}," \
	"{\"key\":\"e\",\"purpose\":\"q\",\"channel\":\"sms\"," \
	"\"recipient\":\"us\"," TAIL "},{\"key\":\"f\",\"purpose\":\"q\"," \
	"\"channel\":\"post\",\"recipient\":\"us\"," TAIL "},{\"key\":" \
	"\"g\",\"purpose\":\"r\",\"channel\":\"mail\"," \
	"\"recipient\":\"us\"," TAIL "}]"
#define TAIL "\"version\":1,\"text_hash\":\"" ZEROS "\""
#define ZEROS \
	"0000000000000000000000000000000000000000000000000000000000000000"
static const char seven[] = "SELECT piste.submit_group('[{"
    "\"id\":\"00000000-0000-7000-8000-000000000001\",\"page_key\":\"p1\","
    "\"form_key\":\"f1\",\"offer_key\":\"o1\",\"lang\":\"fr\","
    "\"duplicates\":\"email\",\"email\":\"" ANA "\",\"email_key\":\"" ANA
    "\",\"phone\":\"+33612345678\",\"via\":\"form\",\"fields\":{}," SEVEN
    "}]')";

static const struct {
	const char *scope;	/* SQL: purpose, channel, recipient */
	const char *taken;	/* how many were live */
	const char *left;	/* keys still in force */
} scopes[] = {
	{ "NULL, NULL, NULL", "7", "" },
	{ "'p', NULL, NULL", "3", "qemailus qpostus qsmsus rmailus" },
	{ "NULL, 'email', NULL", "3", "pphoneus qpostus qsmsus rmailus" },
	{ "NULL, NULL, 'them'", "1",
	    "pemailus pphoneus qemailus qpostus qsmsus rmailus" },
	{ "'p', 'email', 'us'", "1",
	    "pemailthem pphoneus qemailus qpostus qsmsus rmailus" },
	{ "'p', 'email', NULL", "2",
	    "pphoneus qemailus qpostus qsmsus rmailus" },
	{ "'none', NULL, NULL", "0",
	    "pemailthem pemailus pphoneus qemailus qpostus qsmsus rmailus" },
};

START_TEST(a_withdrawal_takes_what_it_names)
{
	struct sample c = sample_new();

	sample_run(c.conn, seven);
	for (size_t i = 0; i < COUNT(scopes); i++) {
		const char *ask = arena_copy(suite_arena(), buf_fmt(
		    suite_arena(), 200, "SELECT piste.consent_withdraw(id, %s,"
		    " 'link') FROM piste.person", scopes[i].scope)).p;

		sample_run(c.conn, "BEGIN");
		ck_assert_str_same(sample_text(c.conn, ask),
		    str_of(scopes[i].taken));
		ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
		    "concat(purpose, channel, recipient), ' ' ORDER BY purpose,"
		    " channel, recipient) FROM piste.contactable"),
		    str_of(scopes[i].left));
		ck_assert_str_same(sample_text(c.conn, ask), STR("0"));
		sample_run(c.conn, "ROLLBACK");
	}
} END_TEST

/* A channel shows its own address; one we don't know shows none. */
START_TEST(a_channel_shows_its_address)
{
	struct sample c = sample_new();

	sample_run(c.conn, seven);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(DISTINCT"
	    " concat(channel, ' ', email IS NOT NULL, ' ', phone IS NOT NULL),"
	    " ', ') FROM piste.contactable"),
	    STR("email t f, mail f f, phone f t, post f f, sms f t"));
} END_TEST

/* An unsubscribe link takes e-mail, and what may have meant e-mail. */
START_TEST(an_unsubscribe_takes_what_is_not_known)
{
	struct sample c = sample_new();

	sample_run(c.conn, seven);
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.mail_withdraw(id,"
	    " false) FROM piste.submission"), STR("4"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(DISTINCT"
	    " channel, ' ') FROM piste.contactable"), STR("phone post sms"));
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.mail_withdraw(id,"
	    " true) FROM piste.submission"), STR("3"));
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT count(*) FROM piste.contactable"), STR("0"));
} END_TEST

START_TEST(a_key_twice_in_a_row_is_one_consent)
{
	struct sample c = said_new();

	said_submit(c.conn, 1, ",\"text_hash\":\"" ZEROS "\"},{\"key\":"
	    "\"news\",\"purpose\":\"newsletter\",\"channel\":\"sms\","
	    "\"recipient\":\"us\",\"version\":1", "");
	ck_assert_str_same(said_ledger(c.conn), STR("given1"));
} END_TEST

START_TEST(nobody_and_nothing_are_no)
{
	static const char *const asks[] = {
		"SELECT piste.may_contact(NULL, 'newsletter', 'email', 'us')",
		"SELECT piste.may_contact(99, 'newsletter', 'email', 'us')",
		"SELECT piste.may_contact(max(id), NULL, NULL, NULL)"
		    " FROM piste.person",
		"SELECT piste.may_contact(max(id), 'newsletter', 'email',"
		    " 'them') FROM piste.person",
		"SELECT piste.consent_withdraw(99, NULL, NULL, NULL, 'x') > 0",
		"SELECT piste.consent_withdraw(NULL, NULL, NULL, NULL, 'x')"
		    " > 0",
	};
	struct sample c = said_new();

	SAID_GIVE(c.conn, 1);
	for (size_t i = 0; i < COUNT(asks); i++)
		ck_assert_str_same(sample_text(c.conn, asks[i]), STR("f"));
	ck_assert_str_same(sample_text(c.conn, MAY), STR("t"));
} END_TEST

START_TEST(an_erased_person_is_nobody)
{
	struct sample c = said_new();

	SAID_ASK(c.conn, 1);
	SAID_GIVE(c.conn, 2);
	sample_run(c.conn, "UPDATE piste.consent SET person_id = NULL");
	ck_assert_str_same(sample_text(c.conn, MAY), STR("f"));
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT count(*) FROM piste.contactable"), STR("0"));
	ck_assert_str_same(said_confirm(c.conn, 1), STR("absent"));
} END_TEST

/* By the id a link still holds, and whoever it is after the merge is undone. */
START_TEST(a_merge_keeps_what_was_withdrawn)
{
	struct sample c = said_new();
	const struct sample_row bob = { 2, .email = "bob@firm.fr" };

	SAID_GIVE(c.conn, 1);
	sample_take(c.conn, sample_batch(&bob, 1));
	sample_run(c.conn, "SELECT piste.person_merge(min(id), max(id), 'test',"
	    " 'x') FROM piste.person");
	ck_assert_str_same(sample_text(c.conn, MAY), STR("t"));
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.consent_withdraw("
	    "min(id), NULL, NULL, NULL, 'link') FROM piste.person"),
	    STR("1"));
	ck_assert_str_same(sample_text(c.conn, MAY), STR("f"));
	ck_assert_str_same(said_ledger(c.conn),
	    STR("given1 given2 withdrawn1 withdrawn2"));
	sample_run(c.conn, "SELECT piste.person_unmerge(max(id), 'test')"
	    " FROM piste.person_merge");
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg((SELECT"
	    " count(*) FROM piste.consent AS c WHERE c.person_id = p.id)::text"
	    " || piste.may_contact(p.id, 'newsletter', 'email', 'us'), ' ')"
	    " FROM piste.person AS p"), STR("2false 2false"));
} END_TEST

#define WRITERS 4
#define ROUNDS 25

struct writer {
	pthread_t thread;
	struct str conninfo;
	int id;
	char failed[200];
};

static const char *const said_at_once[WRITERS] = {
	"SELECT piste.consent_withdraw(id, NULL, NULL, NULL, 'link')"
	    " FROM (SELECT id FROM piste.person ORDER BY id DESC LIMIT 1) AS p",
	"SELECT piste.consent_confirm(id, 'link') FROM (SELECT id"
	    " FROM piste.submission ORDER BY seq DESC LIMIT 1) AS s",
	"SELECT piste.lead_move(id, CASE stage WHEN 'lead' THEN 'mql' ELSE"
	    " 'lead' END, 'ines', 'operator', 'mistake', NULL)"
	    " FROM piste.lead WHERE id = (SELECT max(id) FROM piste.lead)",
	NULL,	/* submissions */
};

static const char submission[] =
    "SELECT piste.submit_group(('[' || replace('{"
    "\"id\":\"00000000-0000-7000-8000-%012d\",\"page_key\":\"p1\","
    "\"form_key\":\"f1\",\"offer_key\":\"o1\",\"lang\":\"fr\","
    "\"duplicates\":\"email\",\"email_key\":\"a%d@firm.fr\","
    "\"via\":\"form\",\"fields\":{},\"visitor\":\"v%d\","
    "\"experiment_key\":\"x\",\"variant_key\":\"a\","
    "\"bucket_version\":1,\"consents\":[{\"key\":\"news\","
    "\"purpose\":\"newsletter\",\"channel\":\"email\","
    "\"recipient\":\"us\",\"version\":1,\"text_hash\":\"H\"}]}',"
    " 'H', " TEXT_HASH_SQL ") || ']')::json)";

static void *
write_on(void *context)
{
	struct writer *w = context;
	PGconn *conn = PQconnectdb(w->conninfo.p);

	for (int i = 0; i < ROUNDS && !*w->failed; i++) {
		const char *sql = said_at_once[w->id];
		char row[2000];
		PGresult *r;

		snprintf(row, sizeof row, submission, i + 10, i % 3, i);
		r = PQexec(conn, sql ? sql : row);
		if (PQresultStatus(r) != PGRES_TUPLES_OK &&
		    PQresultStatus(r) != PGRES_COMMAND_OK)
			snprintf(w->failed, sizeof w->failed, "%s",
			    PQerrorMessage(conn));
		PQclear(r);
	}
	PQfinish(conn);
	return NULL;
}

START_TEST(writers_neither_deadlock_nor_break_the_chain)
{
	struct sample c = said_new();
	struct writer w[WRITERS];
	struct ledger_report r;
	struct pg *db = pg_new(c.conninfo, "piste-test");

	SAID_GIVE(c.conn, 1);
	for (int i = 0; i < WRITERS; i++) {
		w[i] = (struct writer){ .conninfo = arena_copy(suite_arena(),
		    c.conninfo), .id = i };
		ck_assert_int_eq(pthread_create(&w[i].thread, NULL, write_on,
		    &w[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(w[i].thread, NULL);
	for (int i = 0; i < WRITERS; i++)
		ck_assert_str_eq(w[i].failed, "");
	ck_assert_int_eq(ledger_verify(db, suite_arena(), STR_EMPTY, &r), OK);
	ck_assert_str_same(r.fault, STR_EMPTY);
	ck_assert_int_gt(r.rows, ROUNDS);
	pg_free(db);
} END_TEST

SUITE_APART(contactable)
{
	SUITE_LOOP(the_last_word_counts, 2);
	SUITE_TEST(a_withdrawal_takes_what_it_names);
	SUITE_TEST(a_channel_shows_its_address);
	SUITE_TEST(an_unsubscribe_takes_what_is_not_known);
	SUITE_TEST(a_key_twice_in_a_row_is_one_consent);
	SUITE_TEST(nobody_and_nothing_are_no);
	SUITE_TEST(an_erased_person_is_nobody);
	SUITE_TEST(a_merge_keeps_what_was_withdrawn);
	SUITE_TEST(writers_neither_deadlock_nor_break_the_chain);
}
