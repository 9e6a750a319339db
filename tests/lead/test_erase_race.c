/*
 * Erasing while something else happens to the same people: whichever comes
 * first, nothing of them is left that came before the erasure.
 */
#include "consent/said.h"

#define ERASE(who, key) "SELECT piste.erase(" who ", " key ", NULL," \
	" 'request', NULL)"
#define ERASE_ANA ERASE("'{1}'", "'" ANA "'")
#define FIRST "'00000000-0000-7000-8000-000000000001'"
#define MERGE "SELECT piste.person_merge(2, 1, 'test', NULL)"
#define MAIL_ROW "SELECT m.outbox_id FROM piste.mail AS m"

/* ANA is 1, with a mail and a delivery; bob is 2; a post of old@ is aside. */
static struct sample
scene_new(void)
{
	struct sample c = said_new();
	const struct sample_row rows[] = {
		{ 2, .email = "bob@firm.fr" },
		{ 3, .email = "old@firm.fr", .suspect = "trapped" },
	};

	SAID_ASK(c.conn, 1);
	sample_take(c.conn, sample_batch(rows, COUNT(rows)));
	/* An address she typed once, and nobody is known by. */
	sample_run(c.conn, "UPDATE piste.person SET email = 'old@firm.fr'"
	    " WHERE id = 1");
	sample_run(c.conn, "INSERT INTO piste.delivery (submission_id,"
	    " page_key, policy, needs_confirm, received_at) SELECT id,"
	    " page_key, 'confirmed', true, received_at FROM piste.submission"
	    " WHERE id = " FIRST ";"
	    "INSERT INTO piste.mail (outbox_id, round, submission_id, state,"
	    " address, mailbox) SELECT o.id, 1, o.submission_id, 'sent', '" ANA
	    "', '" ANA "' FROM piste.outbox AS o WHERE o.submission_id = "
	    FIRST ";"
	    "UPDATE piste.outbox SET state = 'claimed', locked_by = 'w',"
	    " kind = 'mail.confirm' WHERE submission_id = " FIRST);
	return c;
}

/* What comes of the two when the second begins before the first commits. */
static const struct {
	const char *first, *second;
	const char *answer;	/* the second's; NULL: any */
	const char *left;	/* how many have ANA, bob, old@, firm.fr */
} races[] = {
	{ "SELECT 1", ERASE_ANA, NULL, "0 3 0" },
	{ ERASE_ANA, "SELECT piste.mail_confirm(" FIRST ")", "absent",
	    "0 3 0" },
	{ "SELECT piste.mail_confirm(" FIRST ")", ERASE_ANA, NULL, "0 3 0" },
	{ ERASE_ANA, "SELECT piste.mail_bounce((" MAIL_ROW "), 1, " FIRST
	    ", '" ANA "', '5.1.1')", "f", "0 3 0" },
	{ "SELECT piste.mail_bounce((" MAIL_ROW "), 1, " FIRST ", '" ANA
	    "', '5.1.1')", ERASE_ANA, NULL, "0 3 0" },
	{ ERASE_ANA, "SELECT piste.mail_begin((" MAIL_ROW "), 'w', 9, 9)", "",
	    "0 3 0" },
	{ "SELECT piste.mail_begin((" MAIL_ROW "), 'w', 9, 9)", ERASE_ANA,
	    NULL, "0 3 0" },
	{ ERASE_ANA, "SELECT piste.email_judge(" FIRST ", 'firm.fr',"
	    " 'firm.fr', 'company')", "", "0 3 0" },
	{ "SELECT piste.email_judge(" FIRST ", 'firm.fr', 'firm.fr',"
	    " 'company')", ERASE_ANA, NULL, "0 3 0" },
	{ ERASE("'{1}'", "NULL"), "SELECT verdict FROM"
	    " piste.quarantine_release('{00000000-0000-7000-8000-000000000003}"
	    "')", "", "0 3 0" },
	/* Of a merge one comes with the other, or is not there any more. */
	{ MERGE, ERASE_ANA, NULL, "0 0 0" },
	{ ERASE_ANA, MERGE, "person 1 was erased", "0 3 0" },
	{ ERASE_ANA, "SELECT piste.consent_withdraw(1, NULL, NULL, NULL,"
	    " 'link')", "0", "0 3 0" },
};

/* Rows of any table, but the site's, with a word. */
static struct str
left(PGconn *conn)
{
	static const char *const words[] = { ANA, "bob@firm.fr",
		"old@firm.fr" };
	struct str told = STR_EMPTY;

	sample_run(conn, "CREATE FUNCTION pg_temp.n(word text) RETURNS bigint"
	    " LANGUAGE plpgsql AS $$ DECLARE t record; n bigint; s bigint := 0;"
	    " BEGIN FOR t IN SELECT c.relname FROM pg_class AS c WHERE"
	    " c.relnamespace = 'piste'::regnamespace AND c.relkind = 'r' LOOP"
	    " EXECUTE format('SELECT count(*) FROM piste.%I AS t WHERE"
	    " strpos(to_jsonb(t)::text, $1) > 0', t.relname) INTO n USING word;"
	    " s := s + n; END LOOP; RETURN s; END $$");
	for (size_t i = 0; i < COUNT(words); i++)
		told = buf_join(suite_arena(), buf_join(suite_arena(), told,
		    i ? STR(" ") : STR_EMPTY), sample_text(conn, buf_fmt(
		    suite_arena(), 200, "SELECT pg_temp.n('%s')",
		    words[i]).p));
	return told;
}

/* Begun, and waiting for somebody or through. */
static void
send(const struct sample *c, PGconn *other, const char *sql)
{
	PGconn *looks = PQconnectdb(arena_copy(suite_arena(), c->conninfo).p);

	sample_run(other, "SET application_name = 'second'");
	ck_assert_int_eq(PQsendQuery(other, sql), 1);
	ck_assert_int_eq(PQflush(other), 0);
	ck_assert(sample_await(looks, "SELECT wait_event_type = 'Lock' OR"
	    " state = 'idle' AND query NOT LIKE 'SET %' FROM pg_stat_activity"
	    " WHERE application_name = 'second'"));
	PQfinish(looks);
}

START_TEST(whichever_is_first)
{
	struct sample c = scene_new();
	PGconn *other = PQconnectdb(arena_copy(suite_arena(),
	    c.conninfo).p);
	PGresult *r;
	const char *said;

	sample_run(c.conn, "BEGIN");
	sample_run(c.conn, races[_i].first);
	send(&c, other, races[_i].second);
	sample_run(c.conn, "COMMIT");
	r = PQgetResult(other);
	said = PQresultStatus(r) != PGRES_TUPLES_OK ? PQresultErrorField(r,
	    PG_DIAG_MESSAGE_PRIMARY) : PQntuples(r) ? PQgetvalue(r, 0, 0) : "";
	if (races[_i].answer)
		ck_assert_str_eq(said, races[_i].answer);
	else
		ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK, "%s", said);
	ck_assert_str_same(left(c.conn), str_of(races[_i].left));
	PQclear(r);
	PQfinish(other);
} END_TEST

/* Who sends a form meanwhile is erased with it, or somebody new. */
START_TEST(a_form_is_before_or_after)
{
	const struct sample_row row = { 9, .email = ANA };
	struct sample c = scene_new();
	PGconn *other = PQconnectdb(arena_copy(suite_arena(),
	    c.conninfo).p);
	const char *submit = arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    SAMPLE_ROW_BYTES_MAX, "SELECT verdict FROM piste.submit_group("
	    "'%.*s')", STR_ARG(sample_batch(&row, 1)))).p;
	PGresult *r;

	sample_run(c.conn, "BEGIN");
	sample_run(c.conn, _i ? submit : ERASE_ANA);
	send(&c, other, _i ? ERASE_ANA : submit);
	sample_run(c.conn, "COMMIT");
	r = PQgetResult(other);
	ck_assert_int_eq(PQresultStatus(r), PGRES_TUPLES_OK);
	PQclear(r);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " person_id, outcome, email) FROM piste.submission WHERE id ="
	    " '00000000-0000-7000-8000-000000000009'"), _i ?
	    STR("1 repeat") : STR("3 new " ANA));
	PQfinish(other);
} END_TEST

SUITE_APART(erase_race)
{
	SUITE_LOOP(whichever_is_first, COUNT(races));
	SUITE_LOOP(a_form_is_before_or_after, 2);
}
