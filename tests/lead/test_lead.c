/* Tests of lead/lead.c and of what it calls in src/sql, but for races. */
#include <string.h>

#include "lead/lead.h"
#include "lead/leadcase.h"
#include "store/migrate_table.h"
#include "store/pg.h"

#define TOLD_BYTES_MAX 8192
#define X200 "repeat('x', 200)"

static const char *const stages[] = { "lead", "mql", "sql", "opportunity",
	"customer", "nurturing", "disqualified", "lost" };

/*
 * Who may: the s(y)stem, seller, marketer, operator; in capitals only with a
 * reason; = for where it stands already.
 */
static const char *const pairs[COUNT(stages)][COUNT(stages)] = {
	/* lead   mql    sql    opp.  cust. nurt.  disq.   lost */
	{ "====", "ysmo", "so", "",   "",   "YSMO", "YSMO", "" },
	{ "MO",   "====", "so", "",   "",   "YSMO", "YSMO", "" },
	{ "",     "SMO",  "====", "so", "", "YSMO", "YSMO", "SO" },
	{ "",     "",     "SO", "====", "so", "SO", "SO",   "SO" },
	{ "",     "",     "",   "SO", "====", "",   "",     "" },
	{ "MO",   "ysmo", "so", "",   "",   "====", "YSMO", "" },
	{ "MO",   "",     "",   "",   "",   "YMO",  "====", "" },
	{ "",     "",     "SO", "SO", "",   "YSMO", "",     "====" },
};

/* Fresh leads at a stage, asked to another by each role in both ways. */
static const char try_it[] =
    "CREATE FUNCTION pg_temp.who(old text, new text) RETURNS text"
    " LANGUAGE plpgsql AS $$ DECLARE r record; l bigint; h bigint;"
    " got text; want text; letters text := '';"
    " BEGIN FOR r IN SELECT role, letter, reason FROM (VALUES"
    " (1, 'system', 'y'), (2, 'seller', 's'), (3, 'marketer', 'm'),"
    " (4, 'operator', 'o')) AS o (n, role, letter), (VALUES (1, NULL),"
    " (2, 'mistake')) AS w (n, reason) ORDER BY o.n, w.n LOOP"
    " WITH p AS (INSERT INTO piste.person (email) VALUES (NULL)"
    " RETURNING id) INSERT INTO piste.lead (person_id, offer_key, stage)"
    " SELECT id, 'o1', old FROM p RETURNING id INTO l;"
    " want := concat(old, ' >', old);"
    " BEGIN h := piste.lead_move(l, new, 'ines', r.role, r.reason, 'so');"
    " IF h IS NULL THEN letters := letters || '=';"
    " ELSE letters := letters || CASE WHEN r.reason IS NULL THEN r.letter"
    " WHEN strpos(letters, r.letter) > 0 THEN '' ELSE upper(r.letter) END;"
    " want := concat(new, r.reason, ' >', old, ' ', old, '>', new, r.role,"
    " r.reason, 'inesso'); END IF;"
    " EXCEPTION WHEN check_violation THEN IF SQLERRM NOT LIKE format("
    "CASE WHEN old = new THEN 'lead %s is at %s already, for no reason'"
    " WHEN r.reason IS NULL AND EXISTS (SELECT FROM piste.stage_move AS"
    " m WHERE m.from_stage = old AND m.to_stage = new AND r.role ="
    " ANY (m.roles)) THEN 'lead %s needs a reason to go from %s to %s: %%'"
    " ELSE 'lead %s can''t go from %s to %s%%' END, l, old, new)"
    " THEN RAISE; END IF; END;"
    " got := (SELECT concat(o.stage, o.stage_reason, ' ', (SELECT"
    " string_agg(concat(p.from_stage, '>', p.to_stage, CASE WHEN"
    " p.from_stage IS NOT NULL THEN concat(p.role, p.reason, p.actor,"
    " p.note) END), ' ' ORDER BY p.id) FROM piste.lead_history AS p"
    " WHERE p.lead_id = l)) FROM piste.lead AS o WHERE o.id = l);"
    " IF got <> want THEN RAISE '% is not %', got, want; END IF;"
    " END LOOP; RETURN letters; END $$";

START_TEST(pairs_are_as_tabled)
{
	struct sample c = sample_new();
	size_t from = (size_t)_i;

	sample_run(c.conn, try_it);
	for (size_t to = 0; to < COUNT(stages); to++) {
		struct str got = leadcase_say(c.conn, buf_fmt(suite_arena(),
		    200, "SELECT pg_temp.who('%s', '%s')", stages[from],
		    stages[to]).p);

		ck_assert_msg(str_eq(got, str_of(pairs[from][to])),
		    "%s to %s: \"%.*s\", wanted \"%s\"", stages[from],
		    stages[to], STR_ARG(got), pairs[from][to]);
	}
} END_TEST

#define REASONS(stage, keys) "there is no reason " stage ": " keys
#define LOST_TOO "BEGIN; INSERT INTO piste.lead (person_id, offer_key, stage," \
    " stage_reason) VALUES (1, 'o2', 'lost', 'price');"
#define FORGED(to, role, reason) "BEGIN; INSERT INTO piste.lead_history" \
    " (lead_id, actor, role, from_stage, to_stage, reason) VALUES (1, 'me'," \
    " '" role "', 'sql', '" to "', " reason "); UPDATE piste.lead" \
    " SET stage = '" to "', stage_reason = " reason " WHERE id = 1"
#define OF_LOST "postponed, no-answer, no-budget, no-need, no-authority," \
    " competitor, price, mistake"

/* Lead 1 is an SQL, 2 gave way to it, 3's person was erased. */
static const struct {
	const char *asked;
	const char *why;	/* or the id of the row */
} refusals[] = {
	{ STAGED("9", "mql", "NULL"), "there is no lead 9" },
	{ STAGED("1", "won", "NULL"), "there is no stage won" },
	{ STAGED("1", "", "NULL"), "there is no stage " },
	{ STAGED("1", "customer", "NULL"),
	    "lead 1 can't go from sql to customer" },
	{ STAGED("1", "lost", "NULL"),
	    "lead 1 needs a reason to go from sql to lost: " OF_LOST },
	{ STAGED("1", "lost", "''"),
	    "lead 1 needs a reason to go from sql to lost: " OF_LOST },
	{ STAGED("1", "lost", "'rain'"),
	    REASONS("rain to be lost", OF_LOST) },
	{ STAGED("1", "lost", "'spam'"),
	    REASONS("spam to be lost", OF_LOST) },
	/* Archived by the site; what rules say is not the site's. */
	{ STAGED("1", "disqualified", "'duplicate'"),
	    REASONS("duplicate to be disqualified", "no-answer, no-budget,"
	    " no-need, no-authority, out-of-scope, wrong-details, spam,"
	    " mistake") },
	{ MOVE("1", "disqualified", "system", "'duplicate'", "NULL"), "6" },
	{ MOVE("1", "disqualified", "system", "'too-early'", "NULL"), "6" },
	{ MOVE("1", "disqualified", "system", "'rain'", "NULL"),
	    REASONS("rain to be disqualified", "no-answer, no-budget,"
	    " no-need, no-authority, out-of-scope, wrong-details, spam,"
	    " mistake") },
	/* A reason where none is needed is one all the same. */
	{ STAGED("1", "opportunity", "'spam'"), REASONS("spam to be"
	    " opportunity", "cancelled, interested-again, mistake") },
	{ STAGED("1", "opportunity", "''"), "6" },
	{ MOVE("1", "lost", "boss", "'price'", "NULL"),
	    "there is no role boss" },
	{ STAGED("2", "mql", "NULL"), "lead 2 gave way to lead 1" },
	{ STAGED("3", "mql", "NULL"), "the person of lead 3 was erased" },
	{ MOVE("1", "opportunity", "operator", "NULL", "repeat('é', 1000)"),
	    "6" },
	{ MOVE("1", "opportunity", "operator", "NULL",
	    "repeat('é', 1000) || 'x'"),
	    "a note has 2001 bytes, at most 2000 are allowed" },
	{ "SELECT piste.lead_move(1, 'opportunity', " X200 ", 'operator',"
	    " NULL, NULL)", "6" },
	{ "SELECT piste.lead_move(1, 'opportunity', " X200 " || 'x',"
	    " 'operator', NULL, NULL)",
	    "who moves a lead has a name of 1 to 200 bytes" },
	{ "SELECT piste.lead_move(1, 'opportunity', '', 'operator', NULL,"
	    " NULL)", "who moves a lead has a name of 1 to 200 bytes" },
	{ STAGED("1", "sql", "NULL"), "" },
	{ STAGED("1", "sql", "''"), "" },
	{ STAGED("1", "sql", "'rain'"),
	    "lead 1 is at sql already, for no reason" },
	{ LOST_TOO STAGED("4", "lost", "NULL"), "" },
	{ LOST_TOO STAGED("4", "lost", "'price'"), "" },
	{ LOST_TOO STAGED("4", "lost", "'competitor'"),
	    "lead 4 is at lost already, for the reason price" },
	/* Not of another open lead. */
	{ "CREATE UNIQUE INDEX one_note ON piste.lead_history (note);"
	    MOVE("1", "opportunity", "operator", "NULL", "E'Called\nback'"),
	    "duplicate key value violates unique constraint \"one_note\"" },
	/* Whoever types SQL. */
	{ "UPDATE piste.lead SET stage = 'mql' WHERE id = 1",
	    "lead 1 changes its stage by piste.lead_move() only" },
	{ "UPDATE piste.lead SET stage_reason = 'spam' WHERE id = 1",
	    "lead 1 changes its stage by piste.lead_move() only" },
	{ "BEGIN; " STAGED("1", "opportunity", "NULL") "; UPDATE piste.lead"
	    " SET stage = 'customer' WHERE id = 1",
	    "lead 1 changes its stage by piste.lead_move() only" },
	{ "BEGIN; " STAGED("1", "opportunity", "NULL") "; UPDATE piste.lead"
	    " SET stage_reason = 'won' WHERE id = 1",
	    "lead 1 changes its stage by piste.lead_move() only" },
	/* Nor by a row of one's own that no move allows. */
	{ FORGED("customer", "operator", "NULL"),
	    "lead 1 changes its stage by piste.lead_move() only" },
	{ FORGED("opportunity", "marketer", "NULL"),
	    "lead 1 changes its stage by piste.lead_move() only" },
	{ FORGED("lost", "operator", "NULL"),
	    "lead 1 changes its stage by piste.lead_move() only" },
	{ "UPDATE piste.lead_history SET note = NULL",
	    "history of lead 1 is kept as it is" },
	{ "UPDATE piste.lead_history SET to_stage = 'lost'",
	    "history of lead 1 is kept as it is" },
	{ "DELETE FROM piste.lead_history",
	    "lead_history is never changed: proof rests on it" },
	{ "TRUNCATE piste.lead_history",
	    "lead_history is never changed: proof rests on it" },
};

static struct sample
with_leads(void)
{
	struct sample c = sample_new();

	sample_run(c.conn, PEOPLE "INSERT INTO piste.person (email)"
	    " VALUES ('gone@firm.fr');" LEAD("1", "o1", "lead")
	    LEAD("2", "o1", "lead") LEAD("3", "o1", "lead"));
	sample_run(c.conn, "UPDATE piste.lead_reason SET is_archived = true"
	    " WHERE key = 'duplicate'");
	sample_run(c.conn, "SELECT piste.person_merge(2, 1, 'ines', NULL)");
	sample_run(c.conn, "SELECT piste.erase('{3}', NULL, NULL, 'request',"
	    " NULL)");
	sample_run(c.conn, MOVE("1", "mql", "system", "NULL",
	    "E'Called\\nback'"));
	sample_run(c.conn, MOVE("1", "sql", "seller", "NULL", "NULL"));
	return c;
}

START_TEST(refusal_changes_nothing)
{
	struct sample c = with_leads();
	struct str before = leadcase_state(c.conn);
	struct str said = leadcase_say(c.conn, refusals[_i].asked);

	ck_assert_msg(str_eq(said, str_of(refusals[_i].why)),
	    "%s: \"%.*s\", wanted \"%s\"", refusals[_i].asked, STR_ARG(said),
	    refusals[_i].why);
	if (PQtransactionStatus(c.conn) != PQTRANS_IDLE)
		sample_run(c.conn, "ROLLBACK");
	if (strcmp(refusals[_i].why, "6") != 0)
		ck_assert_str_same(leadcase_state(c.conn), before);
} END_TEST

/* One open lead a person and offer, and as many offers as they like. */
static const struct {
	const char *leads;
	const char *asked;
	const char *said;	/* of ids from 1 on, in rows from n on */
} doubles[] = {
	{ LEAD("1", "o1", "lost") LEAD("1", "o1", "mql"),
	    STAGED("1", "sql", "'interested-again'"), "lead 1 can't be opened"
	    " again: lead 2 of the same person and offer is open" },
	{ LEAD("1", "o1", "disqualified") LEAD("1", "o1", "nurturing"),
	    STAGED("1", "lead", "'mistake'"), "lead 1 can't be opened again:"
	    " lead 2 of the same person and offer is open" },
	{ LEAD("1", "o1", "lost") LEAD("1", "o1", "lost"),
	    STAGED("1", "sql", "'interested-again'"), "3" },
	{ LEAD("1", "o1", "lost") LEAD("1", "o2", "mql"),
	    STAGED("1", "sql", "'interested-again'"), "3" },
	{ LEAD("1", "o1", "lost") LEAD("2", "o1", "mql"),
	    STAGED("1", "sql", "'interested-again'"), "3" },
	{ LEAD("1", "o1", "mql") LEAD("1", "o2", "sql"),
	    STAGED("1", "sql", "NULL"), "3" },
};

START_TEST(one_is_open_at_a_time)
{
	struct sample c = sample_new();
	struct str before, said;

	sample_run(c.conn, PEOPLE);
	sample_run(c.conn, doubles[_i].leads);
	before = leadcase_state(c.conn);
	said = leadcase_say(c.conn, doubles[_i].asked);
	ck_assert_str_same(said, str_of(doubles[_i].said));
	ck_assert_int_eq(str_eq(leadcase_state(c.conn), before),
	    said.n > 1);
} END_TEST

/* What a lead's goals are counted by stays when it moves back. */
START_TEST(first_times_outlive_going_back)
{
	struct sample c = sample_new();

	sample_run(c.conn, PEOPLE LEAD("1", "o1", "lead"));
	sample_run(c.conn, STAGED("1", "sql", "NULL"));
	sample_run(c.conn, "CREATE TABLE was AS SELECT mql_at, sql_at"
	    " FROM piste.lead");
	sample_run(c.conn, STAGED("1", "mql", "'refused'"));
	sample_run(c.conn, STAGED("1", "disqualified", "'spam'"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " spam_at IS NOT NULL, is_open, l.mql_at = was.mql_at,"
	    " l.sql_at = was.sql_at) FROM piste.lead AS l, was"),
	    STR("t f t t"));
	sample_run(c.conn, STAGED("1", "lead", "'mistake'"));
	sample_run(c.conn, STAGED("1", "mql", "NULL"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " spam_at IS NOT NULL, is_open, l.mql_at = was.mql_at,"
	    " l.sql_at = was.sql_at, stage_reason) FROM piste.lead AS l, was"),
	    STR("f t t t"));
} END_TEST

/* Forms, imports and merges leave history to moves. */
START_TEST(history_begins_with_the_lead)
{
	const struct sample_row row[] = { { 1, .email = "a@b.fr" },
		{ 2, .email = "a@b.fr", .text = "more" },
		{ 3, .email = "c@b.fr" } };
	struct sample c = sample_new();

	sample_take(c.conn, sample_batch(row, COUNT(row)));
	sample_run(c.conn, "SELECT piste.person_merge(2, 1, 'ines', NULL)");
	sample_run(c.conn, "SELECT piste.person_unmerge(1, 'ines')");
	ck_assert_str_same(leadcase_state(c.conn), STR("1 lead lead,"
	    " 2 lead lead"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.lead_history AS h JOIN piste.lead AS l ON l.id = h.lead_id"
	    " WHERE h.at = l.created_at AND h.actor = 'piste'"
	    " AND h.role = 'system' AND h.from_stage IS NULL"), STR("2"));
} END_TEST

#define STAGES_NUMBER 24	/* of the migration */

/* Where they stand is known, and since when at best. */
START_TEST(leads_of_old_have_a_beginning)
{
	struct str conninfo = suite_database();
	PGconn *conn = PQconnectdb(conninfo.p);

	sample_run(conn, "SET client_min_messages = error;"
	    "DROP SCHEMA piste CASCADE; CREATE SCHEMA piste;"
	    "SET search_path = piste");
	for (int i = 0; i < STAGES_NUMBER; i++) {
		if (i == STAGES_NUMBER - 1)
			sample_run(conn, "INSERT INTO piste.offer (key, name,"
			    " position, definition) VALUES ('o1', '{}', 1,"
			    " '{}');" PEOPLE LEAD("1", "o1", "lead")
			    LEAD("2", "o1", "lead") LEAD("2", "o1", "lost")
			    "UPDATE piste.lead SET created_at = '2026-01-01Z',"
			    " updated_at = '2026-01-04Z';"
			    "UPDATE piste.lead SET stage = 'sql', sql_at ="
			    " '2026-01-03Z', stage_reason = 'own words',"
			    " mql_at = '2026-01-02Z' WHERE id = 1");
		ck_assert_int_eq(migration_table[i].number, i + 1);
		sample_run(conn, migration_table[i].text);
	}
	ck_assert_str_same(leadcase_state(conn), STR("1 sql own words lead"
	    " lead>sql, 2 lead lead, 3 lost lead lead>lost"));
	ck_assert_str_same(sample_text(conn, "SELECT string_agg(concat_ws("
	    "' ', extract(day FROM at AT TIME ZONE 'UTC'), via, reason), ', '"
	    " ORDER BY lead_id, id) FROM piste.lead_history"),
	    STR("1 upgrade, 3 upgrade own words, 1 upgrade, 1 upgrade,"
	    " 4 upgrade"));
	sample_run(conn, STAGED("1", "opportunity", "NULL"));
	PQfinish(conn);
} END_TEST

START_TEST(notes_go_with_their_person)
{
	struct sample c = sample_new();

	sample_run(c.conn, PEOPLE LEAD("1", "o1", "lead")
	    LEAD("2", "o1", "lead"));
	sample_run(c.conn, MOVE("1", "mql", "seller", "NULL", "'Ana says'"));
	sample_run(c.conn, MOVE("2", "mql", "seller", "NULL", "'Bob says'"));
	ck_assert_ptr_nonnull(strstr(sample_text(c.conn, "SELECT"
	    " piste.held_export(piste.subject_of('{1}', NULL, NULL))").p,
	    "Ana says"));
	sample_run(c.conn, "SELECT piste.erase('{1}', NULL, NULL, 'request',"
	    " NULL)");
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat("
	    "lead_id, to_stage, note), ', ' ORDER BY lead_id, id)"
	    " FROM piste.lead_history"),
	    STR("1lead, 1mql, 2lead, 2mqlBob says"));
} END_TEST

static struct str
told(const struct sample *c, const char *id, bool is_json,
    enum err (*ask)(struct pg *, struct str, const struct lead_voice *))
{
	char *text = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *out = fmemopen(text, TOLD_BYTES_MAX, "w");
	struct pg *db = pg_new(c->conninfo, "piste-lead");

	ck_assert_int_eq(ask(db, str_of(id), &(struct lead_voice){ out,
	    LANG_FR, is_json }), OK);
	fclose(out);
	pg_free(db);
	return str_of(text);
}

START_TEST(lead_is_told)
{
	static const char *const lines[] = { "lead         1\n",
		"stage        lost\n", "reason       price (Prix)\n",
		"offer        o1\n", "submissions  0\n",
		"name         Ana B\n", "email        ana@firm.fr\n",
		"owner        lea (Léa M)\n", "next         2026-12-01 Call\n",
		"may go to    nurturing, for a reason: too-early, ",
		"may go to    opportunity, for a reason: ",
		"may go to    sql, for a reason: " };
	static const char *const past[] = {
		" begins as lead by piste (system, ",
		" lead -> mql by ines (system, ", ") note: Called back\n",
		" mql -> sql by ines (seller, ",
		" sql -> lost by ines (operator, ", ") reason price (Prix)\n" };
	struct sample c = with_leads();
	struct str shown, was;

	sample_run(c.conn, STAGED("1", "lost", "'price'"));
	sample_run(c.conn, "UPDATE piste.person SET first_name = 'Ana',"
	    " last_name = 'B' WHERE id = 1;"
	    "INSERT INTO piste.seller (key, name) VALUES ('lea', E'Léa\nM');"
	    "UPDATE piste.lead SET owner_id = 1 WHERE id = 1;"
	    "INSERT INTO piste.next_action (lead_id, action, due_on, author)"
	    " VALUES (1, 'Call', '2026-12-01', 'lea')");
	shown = told(&c, "1", false, lead_show);
	was = told(&c, "1", false, lead_history);
	for (size_t i = 0; i < COUNT(lines); i++)
		ck_assert_msg(strstr(shown.p, lines[i]) != NULL, "%s in %s",
		    lines[i], shown.p);
	for (size_t i = 0; i < COUNT(past); i++)
		ck_assert_msg(strstr(was.p, past[i]) != NULL, "%s in %s",
		    past[i], was.p);
	ck_assert_ptr_null(strstr(shown.p, "erased"));
	/* What gave way goes nowhere, nor does whose person was erased. */
	shown = told(&c, "3", false, lead_show);
	ck_assert_ptr_nonnull(strstr(shown.p, "erased       20"));
	ck_assert_ptr_null(strstr(shown.p, "may go to"));
	shown = told(&c, "2", false, lead_show);
	ck_assert_ptr_nonnull(strstr(shown.p, "gave way to  1\n"));
	ck_assert_ptr_null(strstr(shown.p, "may go to"));
} END_TEST

START_TEST(lead_is_told_to_programs)
{
	struct sample c = with_leads();
	struct str shown = told(&c, "1", true, lead_show);
	struct str was = told(&c, "1", true, lead_history);

	ck_assert_str_same(sample_text(c.conn, arena_copy(suite_arena(),
	    buf_fmt(suite_arena(), TOLD_BYTES_MAX, "SELECT concat_ws(' ',"
	    " j->>'lead', j->>'stage', j->>'open', j->>'reason',"
	    " jsonb_array_length(j->'moves')) FROM (SELECT $j$%.*s$j$::jsonb)"
	    " AS t (j)", STR_ARG(shown))).p), STR("1 sql true 5"));
	ck_assert_str_same(sample_text(c.conn, arena_copy(suite_arena(),
	    buf_fmt(suite_arena(), TOLD_BYTES_MAX, "SELECT string_agg("
	    "concat_ws(' ', j->>'from', j->>'to', j->>'role', j->>'note'),"
	    " ', ') FROM (SELECT l::jsonb FROM regexp_split_to_table("
	    "$j$%.*s$j$, E'\\n') AS l WHERE l <> '') AS t (j)",
	    STR_ARG(was))).p), STR("lead system, lead mql system Called\n"
	    "back, mql sql seller"));
} END_TEST

#define WISH(lead, to) { .id = STR(lead), .stage = STR(to), \
    .who = STR("ines"), .role = STR("seller"), .note = STR("So") }
static const struct {
	struct lead_wish wish;
	enum err err;
	const char *text, *json;
} wishes[] = {
	{ WISH("1", "opportunity"), OK, "lead 1 went from sql to opportunity\n",
	    "{\"to\": \"opportunity\", \"from\": \"sql\", \"lead\": 1,"
	    " \"history\": 6}\n" },
	{ WISH("1", "sql"), OK, "lead 1 is at sql already\n",
	    "{\"to\": \"sql\", \"from\": \"sql\", \"lead\": 1,"
	    " \"history\": null}\n" },
	{ WISH("1", "lost"), ERR_INPUT, "", "" },
	{ WISH("9", "lost"), ERR_INPUT, "", "" },
};

START_TEST(wish_is_answered)
{
	for (int is_json = 0; is_json < 2; is_json++) {
		struct sample c = with_leads();
		char text[TOLD_BYTES_MAX] = "";
		FILE *out = fmemopen(text, sizeof text, "w");
		struct pg *db = pg_new(c.conninfo, "piste-lead");

		ck_assert_int_eq(lead_move(db, &wishes[_i].wish,
		    &(struct lead_voice){ out, LANG_EN, is_json }),
		    wishes[_i].err);
		fclose(out);
		pg_free(db);
		ck_assert_str_eq(text, is_json ? wishes[_i].json :
		    wishes[_i].text);
		PQfinish(c.conn);
	}
} END_TEST

START_TEST(nobody_is_absent)
{
	struct sample c = with_leads();
	struct pg *db = pg_new(c.conninfo, "piste-lead");
	const struct lead_voice v = { stdout, LANG_EN, true };
	char text[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(text, sizeof text, "w");

	ck_assert_int_eq(lead_show(db, STR("9"), &v), ERR_ABSENT);
	ck_assert_int_eq(lead_history(db, STR("9"), &v), ERR_ABSENT);
	lead_absent(db, STR("9"), "piste x", out);
	lead_absent(db, STR("3"), "piste x", out);
	fclose(out);
	ck_assert_str_eq(text, "piste x: there is no lead 9\n"
	    "piste x: the person of lead 3 was erased\n");
	pg_free(db);
} END_TEST

SUITE_APART(lead)
{
	SUITE_LOOP(pairs_are_as_tabled, COUNT(stages));
	SUITE_LOOP(refusal_changes_nothing, COUNT(refusals));
	SUITE_LOOP(one_is_open_at_a_time, COUNT(doubles));
	SUITE_TEST(first_times_outlive_going_back);
	SUITE_TEST(history_begins_with_the_lead);
	SUITE_TEST(leads_of_old_have_a_beginning);
	SUITE_TEST(notes_go_with_their_person);
	SUITE_TEST(lead_is_told);
	SUITE_TEST(lead_is_told_to_programs);
	SUITE_LOOP(wish_is_answered, COUNT(wishes));
	SUITE_TEST(nobody_is_absent);
}
