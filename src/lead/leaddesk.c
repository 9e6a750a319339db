/* Implements leaddesk.h over the functions of src/sql/0042. */
#include "base/arena.h"
#include "store/pg.h"

#include "lead/leaddesk.h"

#define WAIT_MS 10000
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define MINUTE(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD HH24:MI')"

SQL(leaddesk_one, 2,
    "SELECT d.id, d.merged_into, d.person_id, d.first_name, d.last_name,"
    " d.company, d.email, d.phone, d.offer, d.stage, " MINUTE("d.since")
    ", d.reason, d.score, d.grade, d.owner, d.owner_name, "
    MINUTE("d.created_at") ", d.allocation_id, d.allocation_state, "
    MINUTE("d.accept_by") ", d.action, d.due_on, d.action_by, d.wake_on,"
    " d.stamp, d.who, d.role, d.is_synthetic, d.is_late, d.is_mine"
    " FROM piste.lead_desk($1, $2::bigint) AS d");
SQL(leaddesk_keep, 3, "SELECT piste.lead_desk_hold($1, $2::bigint, $3)");
SQL(leaddesk_may, 2,
    "SELECT m.to_stage, m.needs_reason FROM piste.stage_move AS m"
    " WHERE m.from_stage = $1 AND $2 = ANY (m.roles)"
    " ORDER BY m.needs_reason, array_position('{lead,mql,sql,opportunity,"
    "customer,nurturing,lost,disqualified}'::text[], m.to_stage)");
SQL(leaddesk_because, 2,
    "SELECT r.key, coalesce(r.name->>$2, r.name->>'en', r.name->>'fr',"
    " r.key), array_to_string(r.stages, ' ')"
    " FROM piste.lead_reason AS r WHERE NOT r.is_archived AND r.stages &&"
    " ARRAY(SELECT m.to_stage FROM piste.stage_move AS m"
    " WHERE m.from_stage = $1) ORDER BY r.position, r.key");
SQL(leaddesk_said, 2,
    "SELECT coalesce(d.label->>$2, d.label->>'en', d.label->>'fr', f.key),"
    " f.value FROM (SELECT s.fields, s.form_key FROM piste.submission AS s"
    " WHERE s.lead_id = $1::bigint ORDER BY s.seq DESC LIMIT 1) AS s"
    " CROSS JOIN LATERAL jsonb_each_text(s.fields) AS f"
    " LEFT JOIN LATERAL (SELECT o.label, o.ord FROM piste.form AS g"
    " CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset("
    "g.definition->'fields') AS (name text, label jsonb))"
    " WITH ORDINALITY AS o (name, label, ord)"
    " WHERE g.key = s.form_key AND o.name = f.key"
    " AND jsonb_typeof(g.definition->'fields') = 'array') AS d ON true"
    " WHERE f.value <> '' AND f.key NOT LIKE 'consent.%'"
    " ORDER BY d.ord NULLS LAST, f.key LIMIT "
    TEXT_OF(LEADDESK_ANSWERS_MAX));
SQL(leaddesk_past, 3,
    "SELECT " MINUTE("s.at") ", s.what, s.subject, s.detail,"
    " coalesce(r.name->>$3, r.name->>'en', r.name->>'fr', s.reason),"
    " s.words FROM piste.lead_story($1, $2::bigint, "
    TEXT_OF(LEADDESK_STORY_MAX) ") AS s LEFT JOIN piste.lead_reason AS r"
    " ON r.key = s.reason AND s.what = 'stage' ORDER BY s.at DESC");
SQL(leaddesk_waited, 1,
    "SELECT w.step, " MINUTE("w.since") ", " MINUTE("w.due_at") ", "
    MINUTE("w.ended_at") ", w.broken_at IS NOT NULL"
    " OR coalesce(w.ended_at, now()) > w.due_at"
    " FROM piste.waiting AS w WHERE w.lead_id = $1::bigint"
    " AND NOT w.is_void ORDER BY w.id DESC LIMIT 10");
/* Of the last allocation that rules made, unless nobody could take it. */
SQL(leaddesk_explain, 1,
    "WITH last AS (SELECT q.decision, q.chosen FROM ("
    "SELECT o.decision, NULL AS chosen, 0 AS n, 0 AS id"
    " FROM piste.overflow AS o WHERE o.lead_id = $1::bigint"
    " UNION ALL SELECT a.decision, s.key, 1, a.id"
    " FROM piste.allocation AS a JOIN piste.seller AS s"
    " ON s.id = a.seller_id WHERE a.lead_id = $1::bigint"
    " AND a.decision IS NOT NULL) AS q ORDER BY q.n, q.id DESC LIMIT 1)"
    " SELECT c.seller, c.weight, round(c.deficit, 2), c.open, NULL,"
    " c.seller = l.chosen FROM last AS l CROSS JOIN LATERAL"
    " jsonb_to_recordset(l.decision->'candidates') AS c (seller text,"
    " weight text, deficit numeric, open text)"
    " UNION ALL SELECT e.seller, NULL, NULL, NULL, (SELECT string_agg(r,"
    " ' ') FROM jsonb_array_elements_text(e.reasons) AS r), false"
    " FROM last AS l CROSS JOIN LATERAL jsonb_to_recordset("
    "l.decision->'excluded') AS e (seller text, reasons jsonb) LIMIT 100");
SQL(leaddesk_cards, 2,
    "SELECT b.id, b.stage, b.first_name, b.last_name, b.company, b.offer,"
    " b.grade, b.score, b.action, b.due_on, b.allocation_state, "
    MINUTE("b.accept_by") ", " MINUTE("b.contact_by") ", b.stamp,"
    " b.is_late FROM piste.board($1, $2, " TEXT_OF(LEADDESK_COLUMN_MAX)
    ") AS b");
SQL(leaddesk_me, 1, "SELECT piste.own_seller($1)");

static struct str
text(struct arena *a, const struct pg_rows *rows, size_t row, size_t column)
{
	return arena_copy(a, pg_value(rows, row, column));
}

static bool
truth(const struct pg_rows *rows, size_t row, size_t column)
{
	return str_eq(pg_value(rows, row, column), STR("t"));
}

enum err
leaddesk_read(struct pg *db, struct arena *a, struct str session,
    struct str lead, struct leaddesk *out)
{
	struct str *const into[] = { &out->id, &out->merged_into,
		&out->person, &out->first_name, &out->last_name,
		&out->company, &out->email, &out->phone, &out->offer,
		&out->stage, &out->since, &out->reason, &out->score,
		&out->grade, &out->owner, &out->owner_name, &out->created,
		&out->allocation, &out->state, &out->accept_by, &out->action,
		&out->due, &out->action_by, &out->wake, &out->stamp,
		&out->who, &out->role };
	const struct pg_rows *rows;
	size_t n = sizeof into / sizeof *into;
	enum err e = pg_run(db, &leaddesk_one, (struct str[]){ session,
	    lead }, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	for (size_t i = 0; i < n; i++)
		*into[i] = text(a, rows, 0, i);
	out->is_synthetic = truth(rows, 0, n);
	out->is_late = truth(rows, 0, n + 1);
	out->is_mine = truth(rows, 0, n + 2);
	return OK;
}

enum err
leaddesk_hold(struct pg *db, struct str session, struct str lead,
    struct str stamp)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_keep, (struct str[]){ session, lead,
	    stamp }, WAIT_MS, &rows);

	if (e)
		return e;
	return str_eq(pg_value(rows, 0, 0), STR("held")) ? OK :
	    str_eq(pg_value(rows, 0, 0), STR("stale")) ? ERR_LIMIT :
	    ERR_ABSENT;
}

enum err
leaddesk_moves(struct pg *db, struct arena *a, struct str stage,
    struct str role, struct leaddesk_move **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_may, (struct str[]){ stage, role },
	    WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct leaddesk_move){ text(a, rows, i, 0),
			truth(rows, i, 1) };
	return e;
}

enum err
leaddesk_reasons(struct pg *db, struct arena *a, struct str stage,
    struct str lang, struct leaddesk_reason **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_because, (struct str[]){ stage,
	    lang }, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct leaddesk_reason){ text(a, rows, i, 0),
			text(a, rows, i, 1), text(a, rows, i, 2) };
	return e;
}

enum err
leaddesk_answers(struct pg *db, struct arena *a, struct str lead,
    struct str lang, struct leaddesk_answer **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_said, (struct str[]){ lead, lang },
	    WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct leaddesk_answer){ text(a, rows, i, 0),
			text(a, rows, i, 1) };
	return e;
}

enum err
leaddesk_story(struct pg *db, struct arena *a,
    const struct leaddesk_view *view, struct leaddesk_event **out,
    size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_past, (struct str[]){ view->session,
	    view->lead, view->lang }, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct leaddesk_event){ text(a, rows, i, 0),
			text(a, rows, i, 1), text(a, rows, i, 2),
			text(a, rows, i, 3), text(a, rows, i, 4),
			text(a, rows, i, 5) };
	return e;
}

enum err
leaddesk_waits(struct pg *db, struct arena *a, struct str lead,
    struct leaddesk_wait **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_waited, &lead, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct leaddesk_wait){ text(a, rows, i, 0),
			text(a, rows, i, 1), text(a, rows, i, 2),
			text(a, rows, i, 3), truth(rows, i, 4) };
	return e;
}

enum err
leaddesk_why(struct pg *db, struct arena *a, struct str lead,
    struct leaddesk_why **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_explain, &lead, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct leaddesk_why){ text(a, rows, i, 0),
			text(a, rows, i, 1), text(a, rows, i, 2),
			text(a, rows, i, 3), text(a, rows, i, 4),
			truth(rows, i, 5) };
	return e;
}

static struct leaddesk_card
card_at(struct arena *a, const struct pg_rows *rows, size_t i)
{
	return (struct leaddesk_card){ .id = text(a, rows, i, 0),
		.stage = text(a, rows, i, 1),
		.first_name = text(a, rows, i, 2),
		.last_name = text(a, rows, i, 3),
		.company = text(a, rows, i, 4), .offer = text(a, rows, i, 5),
		.grade = text(a, rows, i, 6), .score = text(a, rows, i, 7),
		.action = text(a, rows, i, 8), .due = text(a, rows, i, 9),
		.state = text(a, rows, i, 10),
		.accept_by = text(a, rows, i, 11),
		.contact_by = text(a, rows, i, 12),
		.stamp = text(a, rows, i, 13), .is_late = truth(rows, i, 14) };
}

enum err
leaddesk_board(struct pg *db, struct arena *a, struct str session,
    struct str seller, struct leaddesk_card **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_cards, (struct str[]){ session,
	    seller }, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = card_at(a, rows, i);
	return e;
}

enum err
leaddesk_self(struct pg *db, struct arena *a, struct str session,
    struct str *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &leaddesk_me, &session, WAIT_MS, &rows);

	*out = e ? STR_EMPTY : text(a, rows, 0, 0);
	return e;
}
