/*
 * Implements promise.h.  What is promised in working time is reckoned here,
 * by the sellers' hours as lead/seller knows them; the rest is SQL.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "lead/seller.h"
#include "store/pg.h"

#include "lead/promise.h"

#define WAIT_MS 30000
#define COUNT_WAIT_MS 2000
#define DAY_MS INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)
#define REMIND_PARTS 4		/* a seller is reminded in the last quarter */
#define LIST_BYTES_MAX (1 << 16)
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(promise_note, 0,
    "SELECT piste.promise_note(" TEXT_OF(PROMISE_BATCH_MAX) ")");
SQL(promise_unreckoned, 0,
    "SELECT u.id, u.step, u.seller, u.since_ms, u.ended_ms, u.minutes"
    " FROM piste.promise_unreckoned(" TEXT_OF(PROMISE_BATCH_MAX) ") AS u");
SQL(promise_reckon, 3,
    "SELECT piste.promise_reckon($1::bigint[], $2::bigint[], $3::bigint[])");
SQL(promise_figures, 2,
    "SELECT concat_ws(E'\\t', f.step, f.grade, 'promised ' || f.minutes"
    " || ' min', f.waited || ' waited', f.waiting || ' wait', f.kept"
    " || ' kept', f.broken || ' broken', 'median ' || f.median_s || ' s',"
    " 'nine of ten ' || f.p90_s || ' s', 'longest ' || f.longest_s"
    " || ' s', 'oldest ' || f.oldest_s || ' s'),"
    " json_build_object('step', f.step, 'grade', f.grade,"
    " 'promised_minutes', f.minutes, 'waited', f.waited, 'waiting',"
    " f.waiting, 'kept', f.kept, 'broken', f.broken, 'median_s',"
    " f.median_s, 'p90_s', f.p90_s, 'longest_s', f.longest_s, 'oldest_s',"
    " f.oldest_s)"
    " FROM piste.promise_figures($1::timestamptz, $2::timestamptz) AS f");
SQL(promise_broken, 2,
    "SELECT concat_ws(E'\\t', " STAMP("b.at") ", 'lead ' || b.lead_id,"
    " b.step, b.grade, s.key, 'promised until ' || " STAMP("b.due_at") ","
    " coalesce('waited until ' || " STAMP("b.ended_at") ", 'waits')),"
    " json_build_object('at', " STAMP("b.at") ", 'lead', b.lead_id, 'step',"
    " b.step, 'grade', b.grade, 'seller', s.key, 'since', "
    STAMP("b.since") ", 'due_at', " STAMP("b.due_at") ", 'ended_at', "
    STAMP("b.ended_at") ")"
    " FROM piste.breach AS b"
    " LEFT JOIN piste.allocation AS a ON a.id = b.allocation_id"
    " LEFT JOIN piste.seller AS s ON s.id = a.seller_id"
    " WHERE b.at >= $1::timestamptz AND b.at < $2::timestamptz"
    " ORDER BY b.at, b.id");
SQL(promise_totals, 0,
    "SELECT b.step, coalesce(b.grade, 'hot'), count(*),"
    " count(*) FILTER (WHERE b.ended_at IS NULL) FROM piste.breach AS b"
    " GROUP BY 1, 2 ORDER BY 1, 2");
SQL(promise_told, 4,
    "SELECT piste.lead_contact($1::bigint, $2, $3::boolean, $4)");

SQL(promise_known, 1, "SELECT id FROM piste.seller WHERE key = $1");
SQL(promise_morning, 2,
    "SELECT concat_ws(E'\\t', d.part, 'lead ' || d.lead_id, d.grade, d.by),"
    " json_build_object('what', d.part, 'lead', d.lead_id, 'grade', d.grade,"
    " 'by', d.by) FROM piste.seller_digest($1::bigint, $2,"
    " " TEXT_OF(PROMISE_DAY_MAX) ") AS d");
SQL(promise_notes, 1,
    "SELECT concat_ws(E'\\t', " STAMP("f.at") ", CASE WHEN f.is_contact"
    " THEN 'contact' ELSE 'note' END, f.author,"
    " regexp_replace(f.note, '[[:cntrl:]]+', ' ', 'g')),"
    " json_build_object('at', " STAMP("f.at") ", 'contact', f.is_contact,"
    " 'author', f.author, 'note', f.note)"
    " FROM piste.follow_up AS f WHERE f.lead_id = $1::bigint"
    " ORDER BY f.id");

/* What a lead waits for, and how long it was told that takes. */
struct wait {
	int64_t id;
	struct str step;
	struct str seller;	/* empty: any of them */
	int64_t since_ms;
	int64_t ended_ms;	/* -1: it waits */
	uint32_t minutes;
	int64_t remind_ms;
	int64_t due_ms;
};

static int64_t
number(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), INT64_MIN, INT64_MAX, &n);
	return n;
}

/*
 * When any seller works.  Each minute is looked at once, however many wait
 * through it: of a night or a holiday that all of them do.
 */
struct manned {
	const struct allocate_plan *plan;
	int64_t first;		/* minute, since 1970 */
	size_t minutes;
	enum known { UNKNOWN, MANNED, EMPTY } *known;
};

static enum known
look(const struct allocate_plan *p, int64_t at_ms)
{
	for (size_t i = 0; i < p->sellers; i++)
		if (shift_is_working(&p->seller[i].shift, at_ms) &&
		    !shift_is_absent(&p->seller[i].shift, at_ms))
			return MANNED;
	return EMPTY;
}

/* Over all that wait, and as far as is looked ahead. */
static struct manned
manned_from(struct arena *a, const struct allocate_plan *p,
    const struct wait *w, size_t count)
{
	int64_t first = w->since_ms, last = w->since_ms;
	struct manned m = { .plan = p };

	for (size_t i = 1; i < count; i++) {
		first = w[i].since_ms < first ? w[i].since_ms : first;
		last = w[i].since_ms > last ? w[i].since_ms : last;
	}
	m.first = first / MINUTE_MS;
	m.minutes = (size_t)((last + SHIFT_DEADLINE_DAYS_MAX * DAY_MS) /
	    MINUTE_MS - m.first) + 1;
	m.known = arena_array(a, m.minutes, sizeof *m.known);
	return m;
}

/* shift_deadline of all sellers together. */
static int64_t
deadline_of_all(const struct manned *m, int64_t from_ms, uint32_t minutes)
{
	int64_t at = from_ms, end = from_ms + SHIFT_DEADLINE_DAYS_MAX * DAY_MS;

	for (; minutes && at < end; at += MINUTE_MS) {
		enum known *known = &m->known[at / MINUTE_MS - m->first];

		if (*known == UNKNOWN)
			*known = look(m->plan, at);
		minutes -= *known == MANNED;
	}
	return at;
}

/* Nothing manned: by the clock. */
static int64_t
deadline(const struct manned *m, const struct wait *w, uint32_t minutes)
{
	const struct allocate_plan *p = m ? m->plan : NULL;
	size_t i = 0;

	if (p && !w->seller.n)
		return deadline_of_all(m, w->since_ms, minutes);
	while (p && i < p->sellers && !str_eq(p->seller[i].key, w->seller))
		i++;
	if (p && i < p->sellers)
		return shift_deadline(&p->seller[i].shift, w->since_ms,
		    minutes);
	return w->since_ms + minutes * MINUTE_MS;
}

static void
reckon_one(const struct manned *m, struct wait *w)
{
	bool is_quick = w->ended_ms >= 0 &&
	    w->ended_ms <= w->since_ms + w->minutes * MINUTE_MS;

	/* Kept by the clock, so by any working time. */
	if (is_quick)
		m = NULL;
	w->due_ms = deadline(m, w, w->minutes);
	w->remind_ms = deadline(m, w, w->minutes - w->minutes / REMIND_PARTS);
}

enum part { PART_ID, PART_REMIND, PART_DUE };

static struct str
list_of(struct arena *a, const struct wait *w, size_t count, enum part part)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; i < count; i++)
		buf_addf(&b, "%s%lld", i ? "," : "", (long long)(
		    part == PART_ID ? w[i].id : part == PART_REMIND ?
		    w[i].remind_ms : w[i].due_ms));
	buf_byte(&b, '}');
	return buf_str(&b);
}

static enum err
read_waits(struct pg *db, struct arena *a, struct wait **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &promise_unreckoned, NULL, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct wait){ .id = number(rows, i, 0),
			.step = arena_copy(a, pg_value(rows, i, 1)),
			.seller = arena_copy(a, pg_value(rows, i, 2)),
			.since_ms = number(rows, i, 3),
			.ended_ms = number(rows, i, 4),
			.minutes = (uint32_t)number(rows, i, 5) };
	return e;
}

static enum err
reckon(struct pg *db, struct arena *a, int64_t *done)
{
	struct seller_span span = { clock_now_ms(), clock_now_ms() };
	struct seller_snapshot s;
	struct manned m;
	struct wait *w;
	size_t count;
	enum err e = read_waits(db, a, &w, &count);

	if (e || !count)
		return e;
	for (size_t i = 0; i < count; i++)
		if (w[i].since_ms < span.from_ms)
			span.from_ms = w[i].since_ms;
	span.from_ms -= DAY_MS;
	span.to_ms += (SHIFT_DEADLINE_DAYS_MAX + 1) * DAY_MS;
	e = seller_load(db, a, span, &s);
	if (e && e != ERR_ABSENT)
		return e;
	m = manned_from(a, e ? NULL : &s.rule.plan, w, count);
	for (size_t i = 0; i < count; i++)
		reckon_one(&m, &w[i]);
	*done += (int64_t)count;
	return pg_run(db, &promise_reckon, (struct str[]){
	    list_of(a, w, count, PART_ID), list_of(a, w, count, PART_REMIND),
	    list_of(a, w, count, PART_DUE) }, WAIT_MS, NULL);
}

static enum err
note(struct pg *db, struct promise *p, int64_t *done)
{
	const struct pg_rows *rows;
	enum err e;

	if (clock_mono_ms() < p->note_at_ms)
		return OK;
	e = pg_run(db, &promise_note, NULL, WAIT_MS, &rows);
	if (e)
		return e;
	*done = number(rows, 0, 0);
	/* More of them wait to be noted. */
	if (*done < PROMISE_BATCH_MAX)
		p->note_at_ms = clock_mono_ms() + PROMISE_NOTE_MS;
	return OK;
}

enum err
promise_turn(struct pg *db, struct promise *p, int64_t *done)
{
	struct arena *a;
	enum err e;

	*done = 0;
	e = note(db, p, done);
	if (e)
		return e;
	a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	e = reckon(db, a, done);
	arena_free(a);
	return e;
}

static enum err
write_lines(struct pg *db, const struct sql *ask, const struct str *params,
    bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, ask, params, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}

enum err
promise_show(struct pg *db, const struct promise_span *span, bool is_json,
    FILE *out)
{
	return write_lines(db, &promise_figures, (struct str[]){
	    span->since, span->until }, is_json, out);
}

enum err
promise_breaches(struct pg *db, const struct promise_span *span,
    bool is_json, FILE *out)
{
	return write_lines(db, &promise_broken, (struct str[]){
	    span->since, span->until }, is_json, out);
}

static const char *
word_of(struct str s, const char *const *words)
{
	while (*words && !str_eq(s, str_of(*words)))
		words++;
	return *words ? *words : "";
}

enum err
promise_counts(struct pg *db, struct promise_count out[PROMISE_COUNTS_MAX],
    size_t *count)
{
	static const char *const steps[] = { "scored", "allocated",
		"contacted", NULL };
	static const char *const grades[] = { "hot", "warm", "cold", NULL };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &promise_totals, NULL, COUNT_WAIT_MS, &rows);

	*count = 0;
	for (size_t i = 0; !e && i < pg_count(rows) &&
	    i < PROMISE_COUNTS_MAX; i++)
		out[(*count)++] = (struct promise_count){
			word_of(pg_value(rows, i, 0), steps),
			word_of(pg_value(rows, i, 1), grades),
			number(rows, i, 2), number(rows, i, 3) };
	return e;
}

enum err
promise_tell(struct pg *db, const struct promise_word *w, bool *is_new)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &promise_told, (struct str[]){ w->lead,
	    w->who, w->is_contact ? STR("true") : STR("false"), w->note },
	    WAIT_MS, &rows);

	*is_new = !e && str_eq(pg_value(rows, 0, 0), STR("t"));
	return e;
}

enum err
promise_day(struct pg *db, struct str seller, struct str zone, bool is_json,
    FILE *out)
{
	char id[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &promise_known, &seller, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	return write_lines(db, &promise_morning, (struct str[]){
	    str_from_i64(id, number(rows, 0, 0)), zone }, is_json, out);
}

enum err
promise_words(struct pg *db, struct str lead, bool is_json, FILE *out)
{
	return write_lines(db, &promise_notes, &lead, is_json, out);
}
