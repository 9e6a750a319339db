/* A lead that is moved, and what is said of that, for tests of its life. */
#ifndef PISTE_TESTS_LEAD_LEADCASE_H
#define PISTE_TESTS_LEAD_LEADCASE_H

#include <stdio.h>

#include "base/buf.h"
#include "support/sample.h"

/* piste.lead_move by its parts, each SQL. */
#define MOVE(lead, to, role, reason, note) "SELECT piste.lead_move(" lead \
    ", '" to "', 'ines', '" role "', " reason ", " note ")"
#define STAGED(lead, to, reason) MOVE(lead, to, "operator", reason, "NULL")
/* A lead of a person's own at stage. */
#define LEAD(person, offer, stage) "INSERT INTO piste.lead (person_id," \
    " offer_key, stage) VALUES (" person ", '" offer "', '" stage "');"
#define PEOPLE "INSERT INTO piste.person (email) VALUES ('ana@firm.fr')," \
    " ('bob@firm.fr');"

/* The first value, "" for NULL, or why it is refused. */
static inline struct str
leadcase_say(PGconn *conn, const char *sql)
{
	PGresult *r = PQexec(conn, sql);
	struct str said = arena_copy(suite_arena(), str_of(
	    PQresultStatus(r) == PGRES_TUPLES_OK ? PQgetvalue(r, 0, 0) :
	    PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY)));

	PQclear(r);
	return said;
}

/* Where leads stand, and how they came there, as one text. */
static inline struct str
leadcase_state(PGconn *conn)
{
	return sample_text(conn, "SELECT string_agg(concat_ws(' ', l.id,"
	    " l.stage, l.stage_reason, (SELECT string_agg(concat_ws('>',"
	    " h.from_stage, h.to_stage), ' ' ORDER BY h.id)"
	    " FROM piste.lead_history AS h WHERE h.lead_id = l.id)), ', '"
	    " ORDER BY l.id) FROM piste.lead AS l");
}

#endif
