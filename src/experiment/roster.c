/* Implements roster.h.  Which moves are allowed is the schema's to say. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "experiment/paragraph.h"
#include "experiment/reportword.h"
#include "experiment/rosterword.h"
#include "store/pg.h"

#include "experiment/roster.h"

#define WAIT_MS 30000
#define LINE_BYTES_MAX 2000
#define LABEL_CHARS 21		/* columns, with the blanks behind them */
#define MOMENT_CHARS 22
#define WHAT_CHARS 19
#define WAY_CHARS 24

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
/* What one is in a line; '' where there is nothing. */
SQL(roster_lines, 0,
    "SELECT e.key, e.state, e.phase::text, e.page_key, e.goal,"
    " coalesce(" VERDICT("verdict") ", ''), coalesce(" VERDICT("arm") ","
    " ''), " NEXT("e.state", "coalesce(string_agg(m.word, ', '"
    " ORDER BY m.n), '')")
    " FROM piste.experiment AS e WHERE NOT e.is_synthetic"
    " ORDER BY e.position, e.key");
/* $2 stands before decimals. */
#define PERCENT(share) \
    "replace(trim_scale(round(100 * (" share ")::numeric, 2))::text, '.'," \
    " $2) || '\u00a0%'"
#define MOMENT(column) \
    "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
SQL(roster_one, 2,
    "SELECT t.label, t.value, coalesce(t.arm, '')"
    " FROM piste.experiment AS e CROSS JOIN LATERAL (VALUES"
    " (1, 'experiment', e.key, NULL), (2, 'page', e.page_key, NULL),"
    " (3, 'state', e.state, NULL), (4, 'phase', e.phase::text, NULL),"
    " (5, 'goal', e.goal, NULL),"
    " (6, 'weights', (SELECT string_agg(w.key || ' ' || " PERCENT("w.value")
    ", ', ' ORDER BY w.key) FROM jsonb_each_text(e.weights) AS w), NULL),"
    " (7, 'coverage', " PERCENT("e.coverage") ", NULL),"
    " (8, 'planned', nullif(e.planned_visitors, 0)::text, NULL),"
    " (9, 'started', " MOMENT("e.phase_started_at") ", NULL),"
    " (10, 'ended', " MOMENT("e.ended_at") ", NULL),"
    " (11, 'shipped', e.shipped_key, NULL),"
    " (12, 'verdict', " VERDICT("verdict") ", " VERDICT("arm") "),"
    " (13, 'next', " NEXT("e.state", "coalesce(string_agg(m.word, ', '"
    " ORDER BY m.n), 'nothing')") ", NULL))"
    " AS t (n, label, value, arm) WHERE e.key = $1 AND NOT e.is_synthetic"
    " AND t.value IS NOT NULL ORDER BY t.n");
SQL(roster_moves, 1,
    "SELECT " MOMENT("at") ", what, coalesce(from_state, ''),"
    " coalesce(nullif(to_state, from_state), ''), who,"
    " coalesce(reason, '') FROM piste.experiment_move"
    " WHERE experiment_key = $1 ORDER BY id");
#define DIGITS(n) #n
#define MOST(n) " LIMIT " DIGITS(n)
SQL(roster_rows, 1,
    "SELECT e.key, e.page_key, e.state, e.goal, coalesce(" VERDICT("verdict")
    ", ''), coalesce(" VERDICT("arm") ", ''), " NEXT("e.state",
    "coalesce(string_agg(m.word, ', ' ORDER BY m.n), '')") ","
    " coalesce((extract(epoch FROM e.phase_started_at) * 1000)::bigint, 0),"
    " coalesce((SELECT sum(h.n)::bigint FROM piste.experiment_hour AS h"
    " WHERE h.experiment_key = e.key AND h.bucket_version ="
    " e.bucket_version AND h.measure = 'visitor'), 0)"
    " FROM piste.experiment AS e WHERE NOT e.is_synthetic"
    " AND $1 IN ('', e.key) ORDER BY e.position, e.key"
    MOST(ROSTER_ROWS_MAX));
SQL(roster_past, 1,
    "SELECT " MOMENT("at") ", what, coalesce(from_state, ''),"
    " coalesce(nullif(to_state, from_state), ''), who,"
    " coalesce(reason, '') FROM piste.experiment_move"
    " WHERE experiment_key = $1 ORDER BY id DESC" MOST(ROSTER_MOVES_MAX));
SQL(roster_where, 1,
    "SELECT e.state, e.definition ? 'state', e.page_key, coalesce(("
    "SELECT v.key FROM piste.page AS p JOIN piste.variant AS v"
    " ON v.page_key = p.key AND v.removed_at IS NULL"
    " WHERE p.key = e.page_key ORDER BY v.key = p.control_key"
    " DESC NULLS LAST, v.position LIMIT 1), '') FROM piste.experiment AS e"
    " WHERE e.key = $1 AND NOT e.is_synthetic");

enum err
roster_json(struct pg *db, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_all, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, 0)));
	return e;
}

/* "winner, b" */
static struct str
name_verdict(const struct roster *o, struct str verdict, struct str arm)
{
	verdict = reportword_verdict(verdict, o->lang);
	return arm.n ? buf_fmt(o->arena, LINE_BYTES_MAX, "%.*s, %.*s",
	    STR_ARG(verdict), STR_ARG(arm)) : verdict;
}

/* ", label value", on one line where that can be. */
static void
add_part(const struct roster *o, struct buf *b, const char *label,
    struct str value)
{
	struct str name = rosterword_in(o->arena, str_of(label), o->lang);

	buf_addf(b, ", %.*s\u00a0%.*s", STR_ARG(name), STR_ARG(value));
}

/* "; label: value" where there is one. */
static void
add_told(const struct roster *o, struct buf *b, const char *label,
    struct str value)
{
	struct str name = rosterword_in(o->arena, str_of(label), o->lang);
	struct str colon = phrase_in(PHRASE_PAGE_COLON, o->lang);

	if (value.n)
		buf_addf(b, "%s %.*s%.*s%.*s", o->lang == LANG_FR ?
		    "\u00a0;" : ";", STR_ARG(name), STR_ARG(colon),
		    STR_ARG(value));
}

static void
write_line(const struct roster *o, const struct pg_rows *rows, size_t i)
{
	struct str verdict = pg_value(rows, i, 5), next = pg_value(rows, i, 7);
	struct buf b;

	buf_init(&b, o->arena, LINE_BYTES_MAX);
	buf_add(&b, pg_value(rows, i, 0));
	buf_add(&b, phrase_in(PHRASE_PAGE_COLON, o->lang));
	buf_add(&b, reportword_of(pg_value(rows, i, 1), o->lang));
	add_part(o, &b, "phase", pg_value(rows, i, 2));
	add_part(o, &b, "page", pg_value(rows, i, 3));
	add_part(o, &b, "goal", reportword_of(pg_value(rows, i, 4), o->lang));
	if (verdict.n)
		verdict = name_verdict(o, verdict, pg_value(rows, i, 6));
	add_told(o, &b, "verdict", verdict);
	add_told(o, &b, "next", next);
	paragraph_write(buf_str(&b), "", "  ", o->out);
}

enum err
roster_list(struct pg *db, const struct roster *o)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_lines, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		write_line(o, rows, i);
	return e;
}

/* s, and blanks up to so many characters. */
static void
put(const struct roster *o, struct str s, size_t chars)
{
	size_t n = str_chars(s);

	fprintf(o->out, "%.*s%*s", STR_ARG(s),
	    n < chars ? (int)(chars - n) : 0, "");
}

/* "running → stopped", or where it was when it stayed there. */
static struct str
name_way(const struct roster *o, struct str from, struct str to)
{
	from = reportword_of(from, o->lang);
	to = reportword_of(to, o->lang);
	return from.n && to.n ? buf_fmt(o->arena, LINE_BYTES_MAX,
	    "%.*s \u2192 %.*s", STR_ARG(from), STR_ARG(to)) :
	    from.n ? from : to;
}

static enum err
show_moves(struct pg *db, struct str key, const struct roster *o)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_moves, &key, WAIT_MS, &rows);

	if (!e && pg_count(rows))
		putc('\n', o->out);
	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		struct str why = rosterword_in(o->arena, pg_value(rows, i, 5),
		    o->lang);

		put(o, pg_value(rows, i, 0), MOMENT_CHARS);
		put(o, rosterword_in(o->arena, pg_value(rows, i, 1), o->lang),
		    WHAT_CHARS);
		put(o, name_way(o, pg_value(rows, i, 2), pg_value(rows, i, 3)),
		    WAY_CHARS);
		put(o, rosterword_in(o->arena, pg_value(rows, i, 4), o->lang),
		    0);
		if (why.n)
			put(o, phrase_in(PHRASE_PAGE_COLON, o->lang), 0);
		put(o, why, 0);
		putc('\n', o->out);
	}
	return e;
}

static struct str
name_value(const struct roster *o, struct str label,
    const struct pg_rows *rows, size_t i)
{
	struct str value = pg_value(rows, i, 1);

	if (str_eq(label, STR("state")) || str_eq(label, STR("goal")))
		return reportword_of(value, o->lang);
	if (str_eq(label, STR("verdict")))
		return name_verdict(o, value, pg_value(rows, i, 2));
	if (str_eq(label, STR("next")) && str_eq(value, STR("nothing")))
		return rosterword_in(o->arena, value, o->lang);
	return value;
}

enum err
roster_show(struct pg *db, struct str key, const struct roster *o)
{
	const struct str params[] = { key,
		o->lang == LANG_FR ? STR(",") : STR(".") };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_one, params, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct str label = pg_value(rows, i, 0);

		put(o, rosterword_in(o->arena, label, o->lang), LABEL_CHARS);
		put(o, name_value(o, label, rows, i), 0);
		putc('\n', o->out);
	}
	return show_moves(db, key, o);
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

static int64_t
number_at(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), 0, INT64_MAX, &n);
	return n;
}

enum err
roster_read(struct pg *db, struct arena *a, struct str key,
    struct roster_row **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_rows, &key, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct roster_row){
			.key = arena_copy(a, pg_value(rows, i, 0)),
			.page = arena_copy(a, pg_value(rows, i, 1)),
			.state = arena_copy(a, pg_value(rows, i, 2)),
			.goal = arena_copy(a, pg_value(rows, i, 3)),
			.verdict = arena_copy(a, pg_value(rows, i, 4)),
			.arm = arena_copy(a, pg_value(rows, i, 5)),
			.next = arena_copy(a, pg_value(rows, i, 6)),
			.started_ms = number_at(rows, i, 7),
			.visitors = number_at(rows, i, 8) };
	return e;
}

enum err
roster_history(struct pg *db, struct arena *a, struct str key,
    struct roster_move **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &roster_past, &key, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct roster_move){
			.at = arena_copy(a, pg_value(rows, i, 0)),
			.what = arena_copy(a, pg_value(rows, i, 1)),
			.from = arena_copy(a, pg_value(rows, i, 2)),
			.to = arena_copy(a, pg_value(rows, i, 3)),
			.who = arena_copy(a, pg_value(rows, i, 4)),
			.why = arena_copy(a, pg_value(rows, i, 5)) };
	return e;
}
