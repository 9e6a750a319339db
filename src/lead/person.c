/*
 * Implements person.h.  A preview is the merge itself, described and rolled
 * back: a forecast made by other means would some day say something else.
 */
#include "base/arena.h"
#include "store/pg.h"

#include "lead/person.h"

#define WAIT_MS 30000
#define ARENA_BYTES_MAX 4096
#define DIGITS(n) #n
#define LIMIT(n) " LIMIT " DIGITS(n)
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(person_facts, 1,
    "SELECT f.what, f.detail FROM piste.person AS p"
    " CROSS JOIN LATERAL ("
    "SELECT v.n, 0 AS m, v.what, v.detail FROM (VALUES"
    " (1, 'person', p.id::text), (2, 'merged into', p.merged_into::text),"
    " (3, 'email', p.email), (4, 'phone', p.phone),"
    " (5, 'first name', p.first_name), (6, 'last name', p.last_name),"
    " (7, 'company', p.company), (8, 'since', " STAMP("p.created_at") "))"
    " AS v (n, what, detail)"
    " UNION ALL SELECT 9, k.id, 'key', concat_ws(' ', k.kind, k.value)"
    " FROM piste.person_key AS k WHERE k.person_id = p.id"
    " UNION ALL (SELECT 10, l.id, 'lead', concat_ws(' ', l.id, l.offer_key,"
    " l.stage, 'of', (SELECT count(*) FROM piste.submission AS s"
    " WHERE s.lead_id = l.id), 'submissions', 'gave way to ' ||"
    " l.merged_into) FROM piste.lead AS l WHERE l.person_id = p.id"
    " ORDER BY l.id DESC" LIMIT(PERSON_LEADS_SHOWN_MAX) ")"
    " UNION ALL (SELECT 11, m.id, 'merge', concat_ws(' ', m.id, 'of',"
    " m.from_id, 'into', m.into_id, " STAMP("m.at") ", 'by', m.who,"
    " m.reason, 'undone ' || " STAMP("m.undone_at") " || ' by ' ||"
    " m.undone_by) FROM piste.person_merge AS m"
    " WHERE p.id IN (m.from_id, m.into_id)"
    " ORDER BY m.id DESC" LIMIT(PERSON_LEADS_SHOWN_MAX) ")"
    ") AS f (n, m, what, detail)"
    " WHERE p.id = $1::bigint AND f.detail IS NOT NULL ORDER BY f.n, f.m");

SQL(person_join, 4,
    "SELECT piste.person_merge($1::bigint, $2::bigint, $3, $4)");

/* What a merge changed, row by row as far as somebody may want to know. */
SQL(person_changes, 1,
    "SELECT f.what, f.detail FROM piste.person_merge AS m"
    " JOIN piste.person AS p ON p.id = m.into_id"
    " CROSS JOIN LATERAL ("
    "SELECT 1, 0, 'merge', concat_ws(' ', 'person', m.from_id,"
    " 'into person', m.into_id)"
    " UNION ALL SELECT 2, 0, 'takes over', v.name || ' ' || v.value"
    " FROM (VALUES ('email', p.email), ('phone', p.phone),"
    " ('first_name', p.first_name), ('last_name', p.last_name),"
    " ('company', p.company)) AS v (name, value)"
    " WHERE v.name = ANY (m.filled)"
    " UNION ALL SELECT 3, k.id, 'key', concat_ws(' ', k.kind, k.value,"
    " 'moves') FROM piste.person_key AS k"
    " WHERE k.person_id = m.into_id AND k.id = ANY (m.keys)"
    " UNION ALL SELECT 4, l.id, 'lead', concat_ws(' ', l.id, l.offer_key,"
    " l.stage, CASE WHEN l.id = ANY (m.leads) THEN 'moves'"
    " ELSE 'stays' END, CASE WHEN l.id = ANY (m.absorbed)"
    " THEN 'and gives way to lead ' || l.merged_into END)"
    " FROM piste.lead AS l WHERE l.id = ANY (m.leads || m.absorbed)"
    " UNION ALL SELECT 5, s.seq, 'submission', concat_ws(' ', s.id,"
    " s.page_key, " STAMP("s.received_at") ", CASE WHEN s.id ="
    " ANY (m.submissions) THEN 'moves' ELSE 'stays' END,"
    " CASE WHEN s.id = ANY (m.relinked)"
    " THEN 'now of lead ' || s.lead_id END)"
    " FROM piste.submission AS s"
    " WHERE s.id = ANY (m.submissions || m.relinked)"
    " UNION ALL SELECT 6, 0, 'consents', count(*) || ' move with them'"
    " FROM piste.consent AS c WHERE c.submission_id = ANY (m.submissions)"
    " HAVING count(*) > 0"
    ") AS f (n, m, what, detail)"
    " WHERE m.id = $1::bigint ORDER BY f.n, f.m");

SQL(person_take_back, 2, "SELECT piste.person_unmerge($1::bigint, $2)");

bool
person_is_id(struct str typed)
{
	int64_t id;

	return str_i64(typed, 1, INT64_MAX, &id);
}

/* What a statement gives as a label and a text, a line each. */
static enum err
write_facts(struct pg *db, const struct sql *ask, struct str id, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, ask, &id, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%-12.*s%.*s\n", STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)));
	return e ? e : pg_count(rows) ? OK : ERR_ABSENT;
}

enum err
person_show(struct pg *db, struct str id, FILE *out)
{
	return write_facts(db, &person_facts, id, out);
}

/* Inside a transaction. */
static enum err
merge(struct pg *db, const struct str *params, bool is_preview, FILE *out)
{
	const struct pg_rows *rows;
	struct arena *a;
	struct str id;
	enum err e = pg_run(db, &person_join, params, WAIT_MS, &rows);

	if (e)
		return e;
	a = arena_new(ARENA_BYTES_MAX);
	id = arena_copy(a, pg_value(rows, 0, 0));
	e = write_facts(db, &person_changes, id, out);
	if (!e && !is_preview)
		e = pg_commit(db);
	if (!e && !is_preview)
		fprintf(out, "%-12s%.*s\n", "done as", STR_ARG(id));
	arena_free(a);
	return e;
}

enum err
person_merge(struct pg *db, const struct person_pair *pair,
    const struct person_note *note, bool is_preview, FILE *out)
{
	const struct str params[] = { pair->from, pair->into, note->who,
	    note->reason.n ? note->reason : PG_NULL };
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = merge(db, params, is_preview, out);
	if (e || is_preview)
		pg_rollback(db);
	return e;
}

enum err
person_unmerge(struct pg *db, struct str merge_id, struct str who)
{
	const struct str params[] = { merge_id, who };

	return pg_run(db, &person_take_back, params, WAIT_MS, NULL);
}
