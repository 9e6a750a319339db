/* The chain: what is hashed, what is refused, and what a break is called. */
#include <string.h>

#include "base/log.h"
#include "base/token.h"
#include "consent/ledger.h"
#include "consent/said.h"
#include "store/pg.h"

#define WITHDRAW "SELECT piste.consent_withdraw((SELECT max(person_id)" \
	" FROM piste.consent), NULL, NULL, NULL, 'letter')"

SQL(test_ledger_rows, 0, "SELECT " LEDGER_COLUMNS ", piste.consent_line(c)"
    " FROM piste.consent AS c ORDER BY c.seq");

/* given1 confirmed1 given2 withdrawn1 withdrawn2 given3 */
static struct sample
with_history(void)
{
	struct sample c = said_new();

	SAID_ASK(c.conn, 1);
	ck_assert_str_same(said_confirm(c.conn, 1), STR("confirmed"));
	SAID_GIVE(c.conn, 2);
	sample_run(c.conn, WITHDRAW);
	SAID_GIVE(c.conn, 3);
	ck_assert_str_same(said_ledger(c.conn), STR("given1 confirmed1 given2"
	    " withdrawn1 withdrawn2 given3"));
	return c;
}

static struct ledger_report
verified(struct sample *c, struct str held)
{
	struct pg *db = pg_new(c->conninfo, "piste-test");
	struct ledger_report r;

	ck_assert_int_eq(ledger_verify(db, suite_arena(), held, &r), OK);
	pg_free(db);
	return r;
}

START_TEST(line_is_the_databases_and_its_hash_the_rows)
{
	struct sample c = with_history();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct pg_rows *rows;
	char hash[TOKEN_HASH_TEXT];

	ck_assert_int_eq(pg_run(db, &test_ledger_rows, NULL, 3000, &rows), OK);
	ck_assert_uint_eq(pg_count(rows), 6);
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct ledger_row r;
		struct str line;

		ledger_row_of(rows, i, &r);
		line = ledger_line(suite_arena(), &r);
		ck_assert_str_same(line, pg_value(rows, i,
		    LEDGER_COLUMN_COUNT));
		ck_assert_str_same(token_hash(line, hash), r.hash);
		ck_assert_int_eq(line.n < LEDGER_LINE_BYTES_MAX / 2, 1);
	}
	pg_free(db);
} END_TEST

START_TEST(a_line_is_this_one)
{
	const struct ledger_row r = { .field = { STR("7"), STR("00"),
		STR("given"), STR("id"), STR("news"), STR("newsletter"),
		STR("email"), STR("us"), STR("2"), STR("aa"), STR("-"),
		STR("fr"), STR("confirm"), STR("form"), STR("T") } };

	ck_assert_str_same(ledger_line(suite_arena(), &r),
	    STR("piste-consent-1|7|00|given|id|news|newsletter|email|us|2|aa|-"
	    "|fr|confirm|form|T"));
} END_TEST

/* The longest that a field may be leaves no room, or it all fits. */
START_TEST(a_line_has_an_end)
{
	struct ledger_row r = { .hash = STR_EMPTY };
	char *p = arena_take(suite_arena(), LEDGER_LINE_BYTES_MAX);
	const size_t room = LEDGER_LINE_BYTES_MAX -
	    (sizeof LEDGER_FORMAT - 1) - LEDGER_FIELDS;

	log_level_set((enum log_level)(LOG_ERROR + 1));
	memset(p, 'x', LEDGER_LINE_BYTES_MAX);
	r.field[LEDGER_VIA] = (struct str){ p, room };
	ck_assert_uint_eq(ledger_line(suite_arena(), &r).n,
	    LEDGER_LINE_BYTES_MAX);
	r.field[LEDGER_VIA].n++;
	ck_assert_uint_eq(ledger_line(suite_arena(), &r).n, 0);
} END_TEST

START_TEST(a_chain_that_holds_is_told_so)
{
	struct sample c = with_history();
	struct str head = sample_text(c.conn,
	    "SELECT hash FROM piste.consent_head");
	struct ledger_report r = verified(&c, head);

	ck_assert_str_same(r.fault, STR_EMPTY);
	ck_assert_int_eq(r.rows, 6);
	ck_assert_str_same(r.head, head);
	ck_assert(r.has_held);
	ck_assert(!verified(&c, STR("00")).has_held);
	/* What was the head once is held for ever. */
	SAID_GIVE(c.conn, 4);
	ck_assert(verified(&c, head).has_held);
} END_TEST

START_TEST(an_empty_chain_holds)
{
	struct sample c = sample_new();
	struct ledger_report r = verified(&c, STR_EMPTY);

	ck_assert_str_same(r.fault, STR_EMPTY);
	ck_assert_int_eq(r.rows, 0);
	ck_assert_uint_eq(r.head.n, 64);
} END_TEST

/* As who owns the table and switches its guards off. */
static const struct {
	const char *sql;
	const char *fault;
} tampers[] = {
	{ "UPDATE piste.consent SET purpose = 'ads' WHERE seq = 3",
	    "row 3: was changed: purpose" },
	{ "UPDATE piste.consent SET recipient = 'them', channel = 'sms'"
	    " WHERE seq = 1", "row 1: was changed: channel, recipient" },
	{ "UPDATE piste.consent SET given_at = given_at + interval '1 us'"
	    " WHERE seq = 6", "row 6: was changed: given_at" },
	{ "UPDATE piste.consent SET text_hash = repeat('b', 64)"
	    " WHERE seq = 3", "row 3: was changed: text_hash" },
	{ "UPDATE piste.consent SET block_hash = NULL WHERE seq = 4",
	    "row 4: was changed: block_hash" },
	{ "UPDATE piste.consent SET lang = 'en' WHERE seq = 2",
	    "row 2: was changed: lang, consent_key, version or lang" },
	{ "UPDATE piste.consent SET version = 2 WHERE seq = 6",
	    "row 6: was changed: consent_key, version or lang" },
	{ "UPDATE piste.consent SET via = 'fair' WHERE seq = 1",
	    "row 1: was changed: via" },
	{ "UPDATE piste.consent SET via = 'fair' WHERE seq = 4",
	    "row 4: was changed: its hash is not that of its columns" },
	{ "UPDATE piste.consent SET needs_confirm = false WHERE seq = 1",
	    "row 1: was changed: its hash is not that of its columns" },
	{ "DELETE FROM piste.consent WHERE what = 'withdrawn'",
	    "row 4: is missing" },
	{ "DELETE FROM piste.consent WHERE seq = 1", "row 1: is missing" },
	{ "DELETE FROM piste.consent WHERE seq = 6", "row 6: is missing" },
	{ "DELETE FROM piste.consent", "row 1: is missing" },
	{ "UPDATE piste.consent SET seq = seq + 10 WHERE seq = 2",
	    "row 2: is missing" },
	{ "UPDATE piste.consent SET previous_hash = repeat('c', 64)"
	    " WHERE seq = 5",
	    "row 5: its previous_hash is not the hash of row 4" },
	/* Hashed anew, but not what follows. */
	{ "UPDATE piste.consent SET version = 1, via = 'fair' WHERE seq = 4;"
	    "UPDATE piste.consent AS c SET hash = encode(sha256(convert_to("
	    "piste.consent_line(c), 'UTF8')), 'hex') WHERE seq = 4",
	    "row 5: its previous_hash is not the hash of row 4" },
	{ "UPDATE piste.consent SET via = 'fair' WHERE seq = 6;"
	    "UPDATE piste.consent AS c SET hash = encode(sha256(convert_to("
	    "piste.consent_line(c), 'UTF8')), 'hex') WHERE seq = 6",
	    "row 6: is not the head the chain was left with" },
	{ "UPDATE piste.consent_head SET seq = 5",
	    "row 5: is not the head the chain was left with" },
	{ "UPDATE piste.consent_head SET seq = h.seq, hash = h.hash FROM"
	    " piste.consent AS h WHERE h.seq = 5",
	    "row 6: is beyond the head of the chain" },
	{ "DELETE FROM piste.consent_head",
	    "the head of the chain is missing" },
	{ "UPDATE piste.consent_text SET text = 'Non'",
	    "text news version 1 fr: was changed: it is not what its hash"
	    " says" },
	{ "UPDATE piste.consent_text SET text = 'Non', hash = encode("
	    "sha256('Non'), 'hex')",
	    "row 1: its text, news version 1, is not kept as it was" },
	{ "DELETE FROM piste.consent_text",
	    "row 1: its text, news version 1, is not kept as it was" },
	{ "UPDATE piste.consent_block SET block = '[1]'",
	    "block 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202"
	    "b945: was changed: it is not what its hash says" },
};

START_TEST(the_first_break_is_named)
{
	struct sample c = with_history();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	pg_session(db, "SET session_replication_role = replica");
	for (size_t i = 0; i < COUNT(tampers); i++) {
		struct ledger_report r;

		ck_assert_int_eq(pg_begin(db), OK);
		ck_assert_int_eq(pg_script(db, tampers[i].sql, 3000), OK);
		ck_assert_int_eq(ledger_verify(db, suite_arena(), STR_EMPTY,
		    &r), OK);
		pg_rollback(db);
		ck_assert_str_same(r.fault, str_of(tampers[i].fault));
	}
	pg_free(db);
	ck_assert_str_same(verified(&c, STR_EMPTY).fault, STR_EMPTY);
} END_TEST

/* By its owner, guards on. */
static const char *const refused[] = {
	"UPDATE piste.consent SET purpose = 'ads'",
	"UPDATE piste.consent SET hash = repeat('a', 64), person_id = 1",
	"DELETE FROM piste.consent",
	"DELETE FROM piste.consent WHERE false",
	"TRUNCATE piste.consent",
	"UPDATE piste.consent_head SET seq = 0",
	"UPDATE piste.consent_head SET seq = seq",
	"DELETE FROM piste.consent_head",
	"TRUNCATE piste.consent_head",
	"UPDATE piste.consent_text SET text = 'Non'",
	"DELETE FROM piste.consent_text",
	"TRUNCATE piste.consent_text",
	"UPDATE piste.consent_block SET block = ''",
	"DELETE FROM piste.consent_block",
	"TRUNCATE piste.consent_block",
};

START_TEST(what_was_said_stays)
{
	struct sample c = with_history();

	for (size_t i = 0; i < COUNT(refused); i++) {
		PGresult *r = PQexec(c.conn, refused[i]);

		ck_assert_msg(PQresultStatus(r) == PGRES_FATAL_ERROR, "%s",
		    refused[i]);
		ck_assert_str_eq(PQresultErrorField(r, PG_DIAG_SQLSTATE),
		    "23001");
		PQclear(r);
	}
	ck_assert_str_same(verified(&c, STR_EMPTY).fault, STR_EMPTY);
} END_TEST

START_TEST(merge_and_erasure_move_whose_it_is)
{
	struct sample c = with_history();

	sample_run(c.conn, "UPDATE piste.consent SET person_id = person_id + 7"
	    " WHERE seq = 1");
	sample_run(c.conn, "UPDATE piste.consent SET person_id = NULL");
	ck_assert_str_same(verified(&c, STR_EMPTY).fault, STR_EMPTY);
} END_TEST

/* A bar in a word could make one row's line another's. */
START_TEST(words_hold_no_bar)
{
	static const char *const via[] = { "a|b", "a\nb", "", "\t" };
	struct sample c = said_new();

	SAID_GIVE(c.conn, 1);
	for (size_t i = 0; i < COUNT(via); i++) {
		PGresult *r = PQexecParams(c.conn, "SELECT"
		    " piste.consent_withdraw((SELECT person_id FROM"
		    " piste.consent), NULL, NULL, NULL, $1)", 1, NULL,
		    &via[i], NULL, NULL, 0);

		ck_assert_str_eq(PQresultErrorField(r, PG_DIAG_SQLSTATE),
		    "23514");
		PQclear(r);
	}
	ck_assert_str_same(said_ledger(c.conn), STR("given1"));
} END_TEST

/* Pages of the walk meet without a gap, and a break in a later one is seen. */
START_TEST(pages_are_walked_to_the_end)
{
	struct sample c = said_new();
	const int rows = LEDGER_PAGE_ROWS + _i;
	const char *count = arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    12, "%d", rows - 1)).p;
	PGresult *r;

	SAID_GIVE(c.conn, 1);
	r = PQexecParams(c.conn, "WITH more AS (INSERT INTO"
	    " piste.consent_wording (key, purpose, channel, recipient,"
	    " version, position, definition) SELECT 'k' || n, 'p', 'c', 'r', 1,"
	    " n, '{}' FROM generate_series(1, $1::int) AS g (n) RETURNING key),"
	    " texts AS (INSERT INTO piste.consent_text (key, version, lang,"
	    " purpose, channel, recipient, text, hash) SELECT key, 1, 'fr',"
	    " 'p', 'c', 'r', key, encode(sha256(key::bytea), 'hex') FROM more"
	    " RETURNING key, hash)"
	    " SELECT piste.consent_append(array_agg(ROW(c.submission_id, t.key,"
	    " c.person_id, 'p', 'c', 'r', 1, t.hash, 'fr', now(), 'given',"
	    " false, NULL, 'form')::piste.consent_word)) FROM texts AS t,"
	    " piste.consent AS c", 1, NULL, &count, NULL, NULL, 0);
	ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK, "%s",
	    PQerrorMessage(c.conn));
	PQclear(r);
	ck_assert_int_eq(verified(&c, STR_EMPTY).rows, rows);
	sample_run(c.conn, "SET session_replication_role = replica");
	sample_run(c.conn, "UPDATE piste.consent SET hash = repeat('d', 64)"
	    " WHERE seq = (SELECT max(seq) FROM piste.consent)");
	ck_assert_int_eq(verified(&c, STR_EMPTY).rows, rows - 1);
} END_TEST

START_TEST(what_is_away_is_told)
{
	struct pg *db = pg_new(STR("host=/nonexistent dbname=no"),
	    "piste-test");
	struct ledger_report r;

	ck_assert_int_eq(ledger_verify(db, suite_arena(), STR_EMPTY, &r),
	    ERR_AWAY);
	pg_free(db);
} END_TEST

SUITE_APART(ledger)
{
	SUITE_TEST(line_is_the_databases_and_its_hash_the_rows);
	SUITE_TEST(a_line_is_this_one);
	SUITE_TEST(a_line_has_an_end);
	SUITE_TEST(a_chain_that_holds_is_told_so);
	SUITE_TEST(an_empty_chain_holds);
	SUITE_TEST(the_first_break_is_named);
	SUITE_TEST(what_was_said_stays);
	SUITE_TEST(merge_and_erasure_move_whose_it_is);
	SUITE_TEST(words_hold_no_bar);
	SUITE_LOOP(pages_are_walked_to_the_end, 2);
	SUITE_TEST(what_is_away_is_told);
}
