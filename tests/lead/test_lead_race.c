/* Two move one lead, or open two, at one moment: one of them is refused. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lead/leadcase.h"

#define SUBMIT "SELECT verdict FROM piste.submit_group('[{\"id\":" \
    "\"00000000-0000-7000-8000-000000000001\",\"page_key\":\"p1\"," \
    "\"offer_key\":\"o1\",\"form_key\":\"f1\",\"via\":\"form\"," \
    "\"duplicates\":\"email\",\"email_key\":\"ana@firm.fr\"," \
    "\"email\":\"ana@firm.fr\",\"lang\":\"fr\",\"fields\":{}}]')"
#define KNOWN "INSERT INTO piste.person_key (kind, value, person_id)" \
    " VALUES ('email', 'ana@firm.fr', 1);"

/* The second begins before the first commits. */
static const struct {
	const char *leads;
	const char *first, *second;
	const char *said;	/* to the second */
	const char *left;	/* leads and their history */
} races[] = {
	{ LEAD("1", "o1", "mql"), STAGED("1", "disqualified", "'no-need'"),
	    STAGED("1", "sql", "NULL"),
	    "lead 1 can't go from disqualified to sql",
	    "1 disqualified no-need mql mql>disqualified" },
	{ LEAD("1", "o1", "mql"), STAGED("1", "sql", "NULL"),
	    STAGED("1", "sql", "NULL"), "", "1 sql mql mql>sql" },
	/* By where the first led, not by where it stood. */
	{ LEAD("1", "o1", "mql"), STAGED("1", "sql", "NULL"),
	    STAGED("1", "opportunity", "NULL"), "3",
	    "1 opportunity mql mql>sql sql>opportunity" },
	{ LEAD("1", "o1", "lost") LEAD("1", "o1", "lost"),
	    STAGED("1", "sql", "'mistake'"), STAGED("2", "sql", "'mistake'"),
	    "lead 2 can't be opened again: lead 1 of the same person and offer"
	    " is open", "1 sql mistake lost lost>sql, 2 lost lost" },
	{ KNOWN LEAD("1", "o1", "lost"), SUBMIT,
	    STAGED("1", "sql", "'mistake'"),
	    "lead 1 can't be opened again: lead 2 of the same person and offer"
	    " is open", "1 lost lost, 2 lead lead" },
	{ KNOWN LEAD("1", "o1", "lost"), STAGED("1", "sql", "'mistake'"),
	    SUBMIT, "update", "1 sql mistake lost lost>sql" },
	/* It lands on a lead that is open. */
	{ KNOWN LEAD("1", "o1", "mql"), STAGED("1", "disqualified", "'spam'"),
	    SUBMIT, "update", "1 disqualified spam mql mql>disqualified,"
	    " 2 lead lead" },
	{ KNOWN LEAD("1", "o1", "mql"), SUBMIT,
	    STAGED("1", "disqualified", "'spam'"), "2",
	    "1 disqualified spam mql mql>disqualified" },
	{ LEAD("1", "o1", "mql") LEAD("2", "o1", "lead"),
	    "SELECT piste.person_merge(2, 1, 'ines', NULL)",
	    STAGED("2", "mql", "NULL"), "lead 2 gave way to lead 1",
	    "1 mql mql, 2 lead lead" },
	{ LEAD("1", "o1", "lead"),
	    "SELECT piste.erase('{1}', NULL, NULL, 'request', NULL)",
	    MOVE("1", "mql", "seller", "NULL", "'Ana says'"),
	    "the person of lead 1 was erased", "1 lead lead" },
};

START_TEST(second_is_judged_by_the_first)
{
	struct sample c = sample_new();
	PGconn *other = PQconnectdb(arena_copy(suite_arena(),
	    c.conninfo).p);
	PGconn *looks = PQconnectdb(arena_copy(suite_arena(),
	    c.conninfo).p);
	PGresult *r;

	sample_run(c.conn, PEOPLE);
	sample_run(c.conn, races[_i].leads);
	sample_run(other, "SET application_name = 'second'");
	sample_run(c.conn, "BEGIN");
	sample_run(c.conn, races[_i].first);
	ck_assert_int_eq(PQsendQuery(other, races[_i].second), 1);
	ck_assert_int_eq(PQflush(other), 0);
	ck_assert(sample_await(looks, "SELECT wait_event_type = 'Lock'"
	    " FROM pg_stat_activity WHERE application_name = 'second'"));
	sample_run(c.conn, "COMMIT");
	r = PQgetResult(other);
	ck_assert_str_eq(PQresultStatus(r) == PGRES_TUPLES_OK ?
	    PQgetvalue(r, 0, 0) : PQresultErrorField(r,
	    PG_DIAG_MESSAGE_PRIMARY), races[_i].said);
	ck_assert_str_same(leadcase_state(c.conn), str_of(races[_i].left));
	PQclear(r);
	PQfinish(other);
	PQfinish(looks);
} END_TEST

#define CROWD 4
#define ROUNDS 60
#define LEADS 3

struct mover {
	const char *conninfo;
	pthread_t thread;
	int number;
	int done;
	char *failure;
};

/* To any stage, as it comes; what is refused is refused by name. */
static void *
move_on(void *context)
{
	static const char *const to[] = { "lead", "mql", "sql",
		"opportunity", "customer", "nurturing", "disqualified",
		"lost" };
	struct mover *m = context;
	PGconn *conn = PQconnectdb(m->conninfo);

	for (int i = 0; i < ROUNDS && !m->failure; i++) {
		const char *state;
		char say[200];
		PGresult *r;

		snprintf(say, sizeof say, "SELECT piste.lead_move(%d, '%s',"
		    " 'mover %d', 'operator', 'mistake', NULL)",
		    1 + (i + m->number) % LEADS,
		    to[(size_t)(i * 5 + m->number * 3) % COUNT(to)],
		    m->number);
		r = PQexec(conn, say);
		state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
		m->done += !state && !PQgetisnull(r, 0, 0);
		if (state && strcmp(state, "23514") != 0)
			m->failure = strdup(PQerrorMessage(conn));
		PQclear(r);
	}
	PQfinish(conn);
	return NULL;
}

/* Each row of history begins where the one before ended, in that order. */
START_TEST(crowd_leaves_a_chain)
{
	struct sample c = sample_new();
	struct mover m[CROWD] = { 0 };
	int done = 0;

	sample_run(c.conn, PEOPLE LEAD("1", "o1", "lead")
	    LEAD("1", "o2", "lead") LEAD("2", "o1", "lead"));
	for (int i = 0; i < CROWD; i++) {
		m[i].conninfo = c.conninfo.p;
		m[i].number = i;
		ck_assert_int_eq(pthread_create(&m[i].thread, NULL, move_on,
		    &m[i]), 0);
	}
	for (int i = 0; i < CROWD; i++) {
		pthread_join(m[i].thread, NULL);
		ck_assert_msg(!m[i].failure, "%s", m[i].failure);
		done += m[i].done;
	}
	ck_assert_int_gt(done, 2 * LEADS);
	ck_assert_str_same(sample_text(c.conn, buf_fmt(suite_arena(), 900,
	    "SELECT concat_ws(' ', count(*) = %d, bool_and(h.from_stage IS NOT"
	    " DISTINCT FROM h.before AND h.at >= coalesce(h.at_before, h.at)),"
	    " bool_and(h.next IS NOT NULL OR h.to_stage = l.stage),"
	    " bool_and(h.before IS NULL OR EXISTS (SELECT FROM"
	    " piste.stage_move AS m WHERE (m.from_stage, m.to_stage) ="
	    " (h.from_stage, h.to_stage)))) FROM (SELECT lead_id, from_stage,"
	    " to_stage, at, lag(to_stage) OVER w AS before,"
	    " lag(at) OVER w AS at_before, lead(id) OVER w AS next"
	    " FROM piste.lead_history WINDOW w AS (PARTITION BY lead_id"
	    " ORDER BY id)) AS h JOIN piste.lead AS l ON l.id = h.lead_id",
	    done + LEADS).p), STR("t t t t"));
} END_TEST

SUITE_APART(lead_race)
{
	SUITE_LOOP(second_is_judged_by_the_first, COUNT(races));
	SUITE_TEST(crowd_leaves_a_chain);
}
