/* Implements roster.h.  Which moves are allowed is the schema's to say. */
#include "base/arena.h"
#include "store/pg.h"

#include "experiment/roster.h"

#define WAIT_MS 30000

/* Words of `piste experiment`, and the state each leads to. */
#define NEXT(state, separate) \
    "(SELECT " separate " FROM (VALUES (1, 'start', 'running')," \
    " (2, 'pause', 'paused'), (3, 'stop', 'stopped')," \
    " (4, 'decide', 'decided'), (5, 'undo', 'stopped')," \
    " (6, 'archive', 'archived')) AS m (n, word, to_state)" \
    " WHERE piste.experiment_can_move(" state ", m.to_state)" \
    " AND (m.word = 'undo') = (" state " = 'decided'" \
    " AND m.to_state = 'stopped'))"
#define VERDICT(column) \
    "(SELECT v." column " FROM piste.verdict AS v" \
    " WHERE v.experiment_key = e.key AND v.phase = e.phase" \
    " ORDER BY v.as_of DESC LIMIT 1)"

SQL(roster_all, 0,
    "SELECT json_build_object('key', e.key, 'page', e.page_key,"
    " 'state', e.state, 'phase', e.phase, 'goal', e.goal,"
    " 'weights', e.weights, 'coverage', e.coverage,"
    " 'planned_visitors', e.planned_visitors,"
    " 'started_at', e.phase_started_at, 'ended_at', e.ended_at,"
    " 'shipped', e.shipped_key, 'verdict', " VERDICT("verdict") ","
    " 'arm', " VERDICT("arm") ", 'next', "
    NEXT("e.state", "coalesce(json_agg(m.word ORDER BY m.n), '[]')") ")"
    " FROM piste.experiment AS e WHERE NOT e.is_synthetic"
    " ORDER BY e.position, e.key");
SQL(roster_one, 1,
    "SELECT t.label, t.value FROM piste.experiment AS e"
    " CROSS JOIN LATERAL (VALUES (1, 'experiment', e.key),"
    " (2, 'page', e.page_key), (3, 'state', e.state),"
    " (4, 'phase', e.phase::text), (5, 'goal', e.goal),"
    " (6, 'weights', (SELECT string_agg(w.key || ' ' || w.value, ', '"
    " ORDER BY w.key) FROM jsonb_each_text(e.weights) AS w)),"
    " (7, 'coverage', e.coverage::text),"
    " (8, 'planned visitors', nullif(e.planned_visitors, 0)::text),"
    " (9, 'started', to_char(e.phase_started_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')),"
    " (10, 'ended', to_char(e.ended_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')),"
    " (11, 'shipped', e.shipped_key), (12, 'last verdict', "
    VERDICT("verdict") " || coalesce(' ' || " VERDICT("arm") ", '')),"
    " (13, 'next', " NEXT("e.state", "coalesce(string_agg(m.word, ', '"
    " ORDER BY m.n), 'nothing')") "))"
    " AS t (n, label, value) WHERE e.key = $1 AND NOT e.is_synthetic"
    " AND t.value IS NOT NULL ORDER BY t.n");
SQL(roster_moves, 1,
    "SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
    " what, concat_ws(' to ', from_state, nullif(to_state, from_state)),"
    " who, coalesce(reason, '') FROM piste.experiment_move"
    " WHERE experiment_key = $1 ORDER BY id");
SQL(roster_where, 1,
    "SELECT e.state, e.definition ? 'state', e.page_key, coalesce(("
    "SELECT v.key FROM piste.page AS p JOIN piste.variant AS v"
    " ON v.page_key = p.key AND v.removed_at IS NULL"
    " WHERE p.key = e.page_key ORDER BY v.key = p.control_key"
    " DESC NULLS LAST, v.position LIMIT 1), '') FROM piste.experiment AS e"
    " WHERE e.key = $1 AND NOT e.is_synthetic");

enum err
roster_list(struct pg *db, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_all, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, 0)));
	return e;
}

static enum err
show_moves(struct pg *db, struct str key, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_moves, &key, WAIT_MS, &rows);

	if (!e && pg_count(rows))
		putc('\n', out);
	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s  %-12.*s  %-20.*s  %.*s%s%.*s\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)),
		    STR_ARG(pg_value(rows, i, 2)),
		    STR_ARG(pg_value(rows, i, 3)),
		    pg_value(rows, i, 4).n ? ": " : "",
		    STR_ARG(pg_value(rows, i, 4)));
	return e;
}

enum err
roster_show(struct pg *db, struct str key, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_one, &key, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	for (size_t i = 0; i < pg_count(rows); i++)
		fprintf(out, "%-18.*s%.*s\n", STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)));
	return show_moves(db, key, out);
}

enum err
roster_state(struct pg *db, struct arena *a, struct str key,
    struct roster_state *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_where, &key, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	out->state = arena_copy(a, pg_value(rows, 0, 0));
	out->is_named = str_eq(pg_value(rows, 0, 1), STR("t"));
	out->page = arena_copy(a, pg_value(rows, 0, 2));
	out->control = arena_copy(a, pg_value(rows, 0, 3));
	return OK;
}
