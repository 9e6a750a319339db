/* Implements lead.h: questions to the database, answers written as lines. */
#include "base/arena.h"
#include "store/pg.h"

#include "lead/lead.h"

#define WAIT_MS 30000
#define ARENA_BYTES_MAX 4096
#define DIGITS(n) #n
#define LIMIT(n) " LIMIT " DIGITS(n)
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
/* On one line of a terminal. */
#define LINE(column) "regexp_replace(" column ", '[[:cntrl:]]+', ' ', 'g')"
/* A reason r as people read it, in language $2. */
#define REASON "concat(h.reason, ' (' || coalesce(r.name->>$2," \
    " r.name->>'en', r.name->>'fr') || ')')"
/* Whose a lead l is, who has it, and what is to come. */
#define AROUND " JOIN piste.person AS p ON p.id = l.person_id" \
    " LEFT JOIN piste.seller AS o ON o.id = l.owner_id" \
    " LEFT JOIN piste.next_action AS n ON n.lead_id = l.id" \
    " LEFT JOIN piste.lead_wake AS w ON w.lead_id = l.id" \
    " AND l.stage = 'nurturing'"
/* Where an operator may move it, if anywhere. */
#define MOVES " FROM piste.stage_move AS m WHERE m.from_stage = l.stage" \
    " AND 'operator' = ANY (m.roles) AND l.merged_into IS NULL" \
    " AND p.erased_at IS NULL"

SQL(lead_facts, 2,
    "SELECT f.what, f.detail FROM piste.lead AS l" AROUND
    " CROSS JOIN LATERAL (SELECT o.at, o.reason FROM piste.lead_history AS o"
    " WHERE o.lead_id = l.id ORDER BY o.id DESC LIMIT 1) AS h"
    " LEFT JOIN piste.lead_reason AS r ON r.key = h.reason"
    " CROSS JOIN LATERAL ("
    "SELECT v.n, '' AS m, v.what, v.detail FROM (VALUES"
    " (1, 'lead', l.id::text), (2, 'gave way to', l.merged_into::text),"
    " (3, 'person', l.person_id::text),"
    " (4, 'erased', " STAMP("p.erased_at") "),"
    " (5, 'name', nullif(" LINE("concat_ws(' ', p.first_name, p.last_name)")
    ", '')), (6, 'email', p.email), (7, 'company', " LINE("p.company") "),"
    " (8, 'offer', l.offer_key),"
    " (9, 'stage', l.stage), (10, 'since', " STAMP("h.at") "),"
    " (11, 'until', w.wake_on::text),"
    " (12, 'reason', nullif(" REASON ", '')),"
    " (13, 'score', l.score::text), (14, 'grade', l.grade),"
    " (15, 'owner', concat(o.key, ' (' || " LINE("o.name") " || ')')),"
    " (16, 'next', concat(n.due_on || ' ', " LINE("n.action") ")),"
    " (17, 'value', l.value::text),"
    " (18, 'created', " STAMP("l.created_at") "),"
    " (19, 'submissions', (SELECT count(*)::text FROM piste.submission AS s"
    " WHERE s.lead_id = l.id)))"
    " AS v (n, what, detail)"
    " UNION ALL SELECT 20, m.to_stage, 'may go to', m.to_stage ||"
    " CASE WHEN m.needs_reason THEN ', for a reason: ' ||"
    " piste.lead_reasons(m.to_stage) ELSE '' END" MOVES
    ") AS f (n, m, what, detail)"
    " WHERE l.id = $1::bigint AND f.detail <> '' ORDER BY f.n, f.m");

SQL(lead_facts_json, 1,
    "SELECT jsonb_build_object('lead', l.id, 'merged_into', l.merged_into,"
    " 'person', l.person_id, 'erased', " STAMP("p.erased_at") ","
    " 'first_name', p.first_name, 'last_name', p.last_name,"
    " 'email', p.email, 'company', p.company,"
    " 'offer', l.offer_key, 'stage', l.stage,"
    " 'since', " STAMP("h.at") ", 'until', w.wake_on,"
    " 'reason', l.stage_reason,"
    " 'open', l.is_open AND l.merged_into IS NULL, 'score', l.score,"
    " 'grade', l.grade, 'owner', o.key, 'owner_name', o.name,"
    " 'next_action', n.action, 'due_on', n.due_on, 'value', l.value,"
    " 'created', " STAMP("l.created_at") ", 'submissions',"
    " (SELECT count(*) FROM piste.submission AS s WHERE s.lead_id = l.id),"
    " 'moves', coalesce((SELECT jsonb_agg(jsonb_build_object('to',"
    " m.to_stage, 'needs_reason', m.needs_reason) ORDER BY m.to_stage)"
    MOVES "), '[]')) FROM piste.lead AS l" AROUND
    " CROSS JOIN LATERAL (SELECT o.at"
    " FROM piste.lead_history AS o WHERE o.lead_id = l.id"
    " ORDER BY o.id DESC LIMIT 1) AS h WHERE l.id = $1::bigint");

#define LAST_ROWS \
    " FROM (SELECT o.id, o.lead_id, o.at, o.actor, o.role, o.via," \
    " o.from_stage, o.to_stage, o.reason, o.note" \
    " FROM piste.lead_history AS o WHERE o.lead_id = $1::bigint" \
    " ORDER BY o.id DESC" LIMIT(LEAD_HISTORY_SHOWN_MAX) ") AS h"

SQL(lead_past, 2,
    "SELECT " STAMP("h.at") ", concat_ws(' ', CASE WHEN h.from_stage IS NULL"
    " THEN 'begins as' ELSE h.from_stage || ' ->' END, h.to_stage,"
    " 'by', " LINE("h.actor") ", concat('(', h.role, ', '," LINE("h.via")
    ", ')'), 'reason ' || nullif(" REASON ", ''), 'note: ' || " LINE("h.note")
    ")" LAST_ROWS " LEFT JOIN piste.lead_reason AS r ON r.key = h.reason"
    " ORDER BY h.id");

SQL(lead_past_json, 1,
    "SELECT jsonb_build_object('id', h.id, 'lead', h.lead_id,"
    " 'at', " STAMP("h.at") ", 'actor', h.actor, 'role', h.role,"
    " 'via', h.via, 'from', h.from_stage, 'to', h.to_stage,"
    " 'reason', h.reason, 'note', h.note)" LAST_ROWS " ORDER BY h.id");

SQL(lead_put, 6, "SELECT piste.lead_move($1::bigint, $2, $3, $4, $5, $6)");

SQL(lead_told, 1,
    "SELECT concat('lead ', h.lead_id, ' went from ', h.from_stage, ' to ',"
    " h.to_stage), jsonb_build_object('lead', h.lead_id, 'from',"
    " h.from_stage, 'to', h.to_stage, 'history', h.id)"
    " FROM piste.lead_history AS h WHERE h.id = $1::bigint");

SQL(lead_stands, 2,
    "SELECT concat('lead ', $1::bigint, ' is at ', $2::text, ' already'),"
    " jsonb_build_object('lead', $1::bigint, 'from', $2::text,"
    " 'to', $2::text, 'history', NULL)");

SQL(lead_gone, 1,
    "SELECT concat('the person of lead ', l.id, ' was erased')"
    " FROM piste.lead AS l JOIN piste.person AS p ON p.id = l.person_id"
    " WHERE l.id = $1::bigint AND p.erased_at IS NOT NULL");

/* Each row as JSON, or as a label and a text. */
static enum err
write_rows(struct pg *db, const struct sql *ask, const struct str *params,
    const struct lead_voice *v)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, ask, params, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		if (v->is_json)
			fprintf(v->out, "%.*s\n",
			    STR_ARG(pg_value(rows, i, 0)));
		else
			fprintf(v->out, "%-12.*s %.*s\n",
			    STR_ARG(pg_value(rows, i, 0)),
			    STR_ARG(pg_value(rows, i, 1)));
	return e ? e : pg_count(rows) ? OK : ERR_ABSENT;
}

void
lead_absent(struct pg *db, struct str id, const char *command, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &lead_gone, &id, WAIT_MS, &rows);

	if (!e && pg_count(rows))
		fprintf(out, "%s: %.*s\n", command,
		    STR_ARG(pg_value(rows, 0, 0)));
	else
		fprintf(out, "%s: there is no lead %.*s\n", command,
		    STR_ARG(id));
}

enum err
lead_show(struct pg *db, struct str id, const struct lead_voice *v)
{
	const struct str params[] = { id, lang_code(v->lang) };

	return write_rows(db, v->is_json ? &lead_facts_json : &lead_facts,
	    params, v);
}

enum err
lead_history(struct pg *db, struct str id, const struct lead_voice *v)
{
	const struct str params[] = { id, lang_code(v->lang) };

	return write_rows(db, v->is_json ? &lead_past_json : &lead_past,
	    params, v);
}

/* What became of a wish: a row of history, or none. */
static enum err
tell(struct pg *db, const struct lead_wish *wish, struct str history,
    const struct lead_voice *v)
{
	const struct str stands[] = { wish->id, wish->stage };
	const struct pg_rows *rows;
	enum err e = pg_run(db, history.n ? &lead_told : &lead_stands,
	    history.n ? &history : stands, WAIT_MS, &rows);

	if (!e)
		fprintf(v->out, "%.*s\n",
		    STR_ARG(pg_value(rows, 0, v->is_json)));
	return e;
}

enum err
lead_move(struct pg *db, const struct lead_wish *wish,
    const struct lead_voice *v)
{
	const struct str params[] = { wish->id, wish->stage, wish->who,
	    wish->role, wish->reason.n ? wish->reason : PG_NULL,
	    wish->note.n ? wish->note : PG_NULL };
	const struct pg_rows *rows;
	struct arena *a;
	enum err e = pg_run(db, &lead_put, params, WAIT_MS, &rows);

	if (e)
		return e;
	a = arena_new(ARENA_BYTES_MAX);
	e = tell(db, wish, arena_copy(a, pg_value(rows, 0, 0)), v);
	arena_free(a);
	return e;
}
