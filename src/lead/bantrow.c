/* Implements bantrow.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/date.h"
#include "lead/bantsheet.h"
#include "lead/sellerrule.h"
#include "store/pg.h"

#include "lead/bantrow.h"

#define WAIT_MS 30000
#define LINE_BYTES_MAX 4096
#define DAY_BYTES 24

/*
 * Two who answer at once are judged one after the other, and a merge, which
 * takes the person first, is not met crosswise if the lead is closed.
 */
SQL(bantrow_lock, 1,
    "SELECT piste.lead_hold($1::bigint, 'disqualified')");
/* Asked behind the lock: an erasure may have been what was waited for. */
SQL(bantrow_lead, 1,
    "SELECT l.offer_key FROM piste.lead AS l"
    " JOIN piste.person AS p ON p.id = l.person_id"
    " WHERE l.id = $1::bigint AND l.merged_into IS NULL"
    " AND p.erased_at IS NULL");
SQL(bantrow_today, 0, "SELECT to_char(current_date, 'YYYYMMDD')");
SQL(bantrow_stage, 1, "SELECT stage FROM piste.lead WHERE id = $1::bigint");
SQL(bantrow_add, 5,
    "INSERT INTO piste.bant (lead_id, topic, value, note, author)"
    " VALUES ($1::bigint, $2, $3, nullif($4, ''), $5)");
SQL(bantrow_move, 5,
    "SELECT piste.lead_move($1::bigint, $2, $3, piste.bant_role($3), $4,"
    " nullif($5, ''))");
SQL(bantrow_follow, 5,
    "SELECT piste.bant_move($1::bigint, $2, $3, $4, nullif($5, ''))");
SQL(bantrow_sleep, 1,
    "DELETE FROM piste.lead_wake WHERE lead_id = $1::bigint");
SQL(bantrow_wake, 2,
    "INSERT INTO piste.lead_wake (lead_id, wake_on)"
    " VALUES ($1::bigint, $2::date) ON CONFLICT (lead_id)"
    " DO UPDATE SET wake_on = excluded.wake_on, since = now()");
SQL(bantrow_act, 4,
    "INSERT INTO piste.next_action (lead_id, action, due_on, author)"
    " VALUES ($1::bigint, $2, $3::date, $4) ON CONFLICT (lead_id)"
    " DO UPDATE SET action = excluded.action, due_on = excluded.due_on,"
    " author = excluded.author, at = now()");
SQL(bantrow_taken, 2, "SELECT piste.bant_take($1::bigint, $2)");
SQL(bantrow_action, 1,
    "SELECT n.action, n.due_on, n.author, w.wake_on"
    " FROM piste.lead AS l LEFT JOIN piste.next_action AS n"
    " ON n.lead_id = l.id LEFT JOIN piste.lead_wake AS w"
    " ON w.lead_id = l.id AND l.stage = 'nurturing'"
    " WHERE l.id = $1::bigint");
SQL(bantrow_overdue, 0,
    "SELECT concat_ws(E'\\t', l.id, l.stage, coalesce(s.key, '-'),"
    " coalesce(n.due_on::text, '-'), coalesce(n.action, 'no next action')),"
    " json_build_object('lead', l.id, 'stage', l.stage, 'seller', s.key,"
    " 'due_on', n.due_on, 'action', n.action) FROM piste.lead AS l"
    " JOIN piste.person AS p ON p.id = l.person_id"
    " LEFT JOIN piste.next_action AS n ON n.lead_id = l.id"
    " LEFT JOIN piste.seller AS s ON s.id = l.owner_id"
    " WHERE l.stage IN ('sql', 'opportunity') AND l.merged_into IS NULL"
    " AND p.erased_at IS NULL AND NOT piste.offer_is_invented(l.offer_key)"
    " AND (n.due_on IS NULL OR n.due_on < current_date)"
    " ORDER BY n.due_on NULLS FIRST, l.id");

static enum err
load(struct pg *db, struct arena *a, struct str lead, struct bantsheet *s)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &bantrow_lock, &lead, WAIT_MS, NULL);

	*s = (struct bantsheet){ 0 };
	if (!e)
		e = pg_run(db, &bantrow_lead, &lead, WAIT_MS, &rows);
	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	s->offer = arena_copy(a, pg_value(rows, 0, 0));
	return OK;
}

static void
name_missing(struct buf *b, const struct bant_verdict *v)
{
	for (size_t i = 0, n = 0; i < BANT_TOPICS; i++)
		if (v->is_missing[i])
			buf_addf(b, "%s%s", n++ ? ", " : "",
			    bant_topic_name(i));
}

/* "ready", "incomplete: need, timing", "later, until 2027-03-01"… */
static struct str
tell(struct arena *a, const struct bant_verdict *v)
{
	struct buf b;

	buf_init(&b, a, LINE_BYTES_MAX);
	switch (v->outcome) {
	case BANT_READY:
		buf_add(&b, STR("ready"));
		break;
	case BANT_INCOMPLETE:
		buf_add(&b, STR("incomplete: "));
		name_missing(&b, v);
		break;
	case BANT_LATER:
		buf_add(&b, STR("later"));
		if (v->until) {
			buf_add(&b, STR(", until "));
			buf_add(&b, date_iso(a, v->until));
		}
		break;
	case BANT_DISQUALIFIED:
		buf_addf(&b, "disqualified: %s", v->reason);
		break;
	}
	return buf_str(&b);
}

/* *why_not is empty, or why the lead stays where it is. */
static enum err
move(struct pg *db, struct arena *a, const struct bantrow *row,
    const struct bant_verdict *v, struct str *why_not)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &bantrow_follow, (struct str[]){ row->lead,
	    v->outcome == BANT_LATER ? STR("nurturing") :
	    STR("disqualified"), row->who, str_of(v->reason), row->note },
	    WAIT_MS, &rows);

	if (!e)
		*why_not = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

static enum err
follow(struct pg *db, struct arena *a, const struct bantrow *row,
    const struct bant_verdict *v, struct str *why_not)
{
	bool is_later = v->outcome == BANT_LATER;
	enum err e = OK;

	if (is_later || v->outcome == BANT_DISQUALIFIED)
		e = move(db, a, row, v, why_not);
	if (e)
		return e;
	if (!is_later || !v->until || why_not->n)
		return pg_run(db, &bantrow_sleep, &row->lead, WAIT_MS, NULL);
	return pg_run(db, &bantrow_wake, (struct str[]){ row->lead,
	    date_iso(a, v->until) }, WAIT_MS, NULL);
}

/* What follows from answers is about days to come. */
static enum err
refuse_past(struct pg *db, struct arena *a, int64_t day, FILE *complaints)
{
	const struct pg_rows *rows;
	int64_t today = 0;
	enum err e = pg_run(db, &bantrow_today, NULL, WAIT_MS, &rows);

	if (e)
		return e;
	(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &today);
	if (day >= today)
		return OK;
	fprintf(complaints, "%.*s is over\n", STR_ARG(date_iso(a, day)));
	return ERR_LIMIT;
}

static enum err
keep(struct pg *db, struct arena *a, const struct bantrow *row,
    FILE *complaints)
{
	struct bant_answer answer;
	enum err e = bant_parse(a, row->topic, row->value, &answer);

	if (!e && row->topic == BANT_TIMING && answer.word == BANT_NUMBER)
		e = refuse_past(db, a, answer.number, complaints);
	return e ? e : pg_run(db, &bantrow_add, (struct str[]){ row->lead,
	    str_of(bant_topic_name(row->topic)), bant_text(a, row->topic,
	    row->value, &answer), row->note, row->who }, WAIT_MS, NULL);
}

/* The verdict, where the lead is, and what hinders it. */
static enum err
tell_stage(struct pg *db, struct arena *a, struct str lead,
    const struct bant_verdict *v, FILE *out)
{
	const struct pg_rows *rows;
	struct str verdict = tell(a, v), stage;
	bool is_out;
	enum err e = pg_run(db, &bantrow_stage, &lead, WAIT_MS, &rows);

	if (e)
		return e;
	stage = pg_value(rows, 0, 0);
	is_out = str_eq(stage, STR("disqualified")) ||
	    str_eq(stage, STR("lost"));
	fprintf(out, "%.*s; lead %.*s is at %.*s", STR_ARG(verdict),
	    STR_ARG(lead), STR_ARG(stage));
	if (v->outcome != BANT_DISQUALIFIED && is_out)
		fprintf(out, ": to go on, piste lead move %.*s %s --reason"
		    " mistake", STR_ARG(lead), str_eq(stage, STR("lost")) ?
		    "sql" : "lead");
	fputc('\n', out);
	return OK;
}

static enum err
set(struct pg *db, struct arena *a, const struct bantrow *row,
    FILE *complaints, FILE *out)
{
	struct str why_not = STR_EMPTY;
	struct bantsheet s;
	enum err e = load(db, a, row->lead, &s);

	if (!e)
		e = keep(db, a, row, complaints);
	if (!e)
		e = bantsheet_judge(db, a, row->lead, &s);
	if (!e)
		e = follow(db, a, row, &s.verdict, &why_not);
	if (!e && why_not.n)
		fprintf(out, "%.*s, but %.*s\n", STR_ARG(tell(a,
		    &s.verdict)), STR_ARG(why_not));
	else if (!e)
		e = tell_stage(db, a, row->lead, &s.verdict, out);
	return e;
}

/* Commit, or take all of it back. */
static enum err
finish(struct pg *db, enum err e)
{
	if (!e)
		return pg_commit(db);
	pg_rollback(db);
	return e;
}

enum err
bantrow_put(struct pg *db, const struct bantrow *row, FILE *complaints,
    FILE *out)
{
	struct arena *a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	enum err e = set(db, a, row, complaints, out);

	arena_free(a);
	return e;
}

enum err
bantrow_set(struct pg *db, const struct bantrow *row, FILE *complaints,
    FILE *out)
{
	enum err e = pg_begin(db);

	return e ? e : finish(db, bantrow_put(db, row, complaints, out));
}

static void
write_answer(struct buf *b, const struct bantsheet *s, size_t i, bool is_json)
{
	if (!is_json) {
		buf_addf(b, "%s\t%.*s", bant_topic_name(i),
		    STR_ARG(s->value[i].n ? s->value[i] : STR("unknown")));
		if (s->at[i].n)
			buf_addf(b, "\t%.*s\t%.*s", STR_ARG(s->at[i]),
			    STR_ARG(s->author[i]));
		buf_byte(b, '\n');
		return;
	}
	buf_json_name(b, bant_topic_name(i));
	buf_byte(b, '{');
	buf_json_pair(b, "value", s->value[i]);
	buf_json_pair(b, "at", s->at[i]);
	buf_json_pair(b, "author", s->author[i]);
	buf_byte(b, '}');
}

static enum err
show(struct pg *db, struct arena *a, struct str lead, bool is_json,
    FILE *out)
{
	static const char *const names[] = { "action", "due_on", "author",
		"wake_on" };
	const struct pg_rows *rows;
	struct bantsheet s;
	struct buf b;
	enum err e = load(db, a, lead, &s);

	if (!e)
		e = bantsheet_judge(db, a, lead, &s);
	if (!e)
		e = pg_run(db, &bantrow_action, &lead, WAIT_MS, &rows);
	if (e)
		return e;
	buf_init(&b, a, 4 * LINE_BYTES_MAX);
	if (is_json)
		buf_byte(&b, '{');
	for (size_t i = 0; i < BANT_TOPICS; i++)
		write_answer(&b, &s, i, is_json);
	if (is_json)
		buf_json_pair(&b, "verdict", tell(a, &s.verdict));
	else
		buf_addf(&b, "verdict\t%.*s\n",
		    STR_ARG(tell(a, &s.verdict)));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str v = pg_value(rows, 0, i);

		if (is_json && v.n)
			buf_json_pair(&b, names[i], v);
		else if (v.n)
			buf_addf(&b, "%s\t%.*s\n", names[i], STR_ARG(v));
	}
	if (is_json)
		buf_add(&b, STR("}\n"));
	fprintf(out, "%.*s", STR_ARG(buf_str(&b)));
	return OK;
}

enum err
bantrow_show(struct pg *db, struct str lead, bool is_json, FILE *out)
{
	enum err e = pg_begin(db);
	struct arena *a;

	if (e)
		return e;
	a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	e = finish(db, show(db, a, lead, is_json, out));
	arena_free(a);
	return e;
}

static enum err
accept(struct pg *db, struct arena *a, const struct bantrow_next *n,
    FILE *complaints)
{
	struct bantsheet s;
	enum err e = load(db, a, n->lead, &s);

	if (!e)
		e = refuse_past(db, a, n->due, complaints);
	if (!e)
		e = bantsheet_judge(db, a, n->lead, &s);
	if (e)
		return e;
	if (s.verdict.outcome != BANT_READY) {
		fprintf(complaints, "lead %.*s is no SQL: %.*s\n",
		    STR_ARG(n->lead), STR_ARG(tell(a, &s.verdict)));
		return ERR_LIMIT;
	}
	e = pg_run(db, &bantrow_move, (struct str[]){ n->lead, STR("sql"),
	    n->who, PG_NULL, STR_EMPTY }, WAIT_MS, NULL);
	if (!e)
		e = pg_run(db, &bantrow_taken, (struct str[]){ n->lead,
		    n->who }, WAIT_MS, NULL);
	return e ? e : pg_run(db, &bantrow_act, (struct str[]){ n->lead,
	    n->action, date_iso(a, n->due), n->who }, WAIT_MS, NULL);
}

enum err
bantrow_take(struct pg *db, const struct bantrow_next *n, FILE *complaints)
{
	struct arena *a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	enum err e = accept(db, a, n, complaints);

	arena_free(a);
	return e;
}

/* Where a lead that was taken is, and what is next. */
static void
tell_next(const struct bantrow_next *n, const char *where, FILE *out)
{
	struct arena *a = arena_new(LINE_BYTES_MAX);

	fprintf(out, "lead %.*s%s; next until %.*s: %.*s\n",
	    STR_ARG(n->lead), where, STR_ARG(date_iso(a, n->due)),
	    STR_ARG(n->action));
	arena_free(a);
}

enum err
bantrow_accept(struct pg *db, const struct bantrow_next *n, FILE *complaints,
    FILE *out)
{
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = finish(db, bantrow_take(db, n, complaints));
	if (!e)
		tell_next(n, " is at sql", out);
	return e;
}

enum err
bantrow_plan(struct pg *db, const struct bantrow_next *n, FILE *complaints)
{
	struct arena *a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	struct bantsheet s;
	enum err e = load(db, a, n->lead, &s);

	if (!e)
		e = refuse_past(db, a, n->due, complaints);
	if (!e)
		e = pg_run(db, &bantrow_act, (struct str[]){ n->lead,
		    n->action, date_iso(a, n->due), n->who }, WAIT_MS, NULL);
	arena_free(a);
	return e;
}

enum err
bantrow_next(struct pg *db, const struct bantrow_next *n, FILE *complaints,
    FILE *out)
{
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = finish(db, bantrow_plan(db, n, complaints));
	if (!e)
		tell_next(n, "", out);
	return e;
}

enum err
bantrow_refuse(struct pg *db, struct str lead, struct str who,
    struct str reason, struct str note, FILE *out)
{
	enum err e = pg_run(db, &bantrow_move, (struct str[]){ lead,
	    STR("nurturing"), who, reason, note }, WAIT_MS, NULL);

	if (!e)
		fprintf(out, "lead %.*s is at nurturing, for %.*s\n",
		    STR_ARG(lead), STR_ARG(reason));
	return e;
}

enum err
bantrow_late(struct pg *db, bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &bantrow_overdue, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}
