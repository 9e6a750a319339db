/* Implements reportturn.h; what is due is decided in 0036_reports.sql. */
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/phrase.h"
#include "report/bulletinword.h"
#include "store/pg.h"

#include "report/reportturn.h"

#define WAIT_MS 60000
#define PERIODS 2
#define LIST_BYTES_MAX (REPORTTURN_RECIPIENTS_MAX * \
	(REPORTTURN_ADDRESS_BYTES_MAX + 1))
#define AT "to_timestamp($1::float8 / 1000)"

SQL(reportturn_due, 3,
    "SELECT d.period, d.from_day, d.report FROM piste.report_due($2, " AT ","
    " string_to_array($3, ' ')) AS d");
SQL(reportturn_make, 5,
    "SELECT piste.report_make($1, $2::date, $3::date, $4::boolean,"
    " $5::jsonb)");
SQL(reportturn_tell, 7,
    "SELECT piste.report_tell($1::bigint, $2, $3, $4, $5, $6, $7)");
SQL(reportturn_row, 1,
    "SELECT r.id, r.content FROM piste.report AS r WHERE r.id = $1::bigint");
SQL(reportturn_kept_row, 2,
    "SELECT r.id, r.content FROM piste.report AS r"
    " WHERE r.period = $1 AND r.from_day = $2::date");
SQL(reportturn_begin, 4,
    "SELECT p.from_day FROM (SELECT p.from_day AS last, CASE WHEN $4 = ''"
    " THEN p.from_day ELSE date_trunc($3, nullif($4, '')::date::timestamp)"
    "::date END AS from_day FROM piste.report_periods($2, " AT ") AS p"
    " WHERE p.period = $3) AS p WHERE p.from_day <= p.last");

/* A period to be told of. */
struct due {
	enum bulletin_period period;
	struct str from;
	int64_t report;		/* 0: none is kept */
};

struct list {
	struct str address[REPORTTURN_RECIPIENTS_MAX];
	size_t count;
};

static struct list
read_list(struct str text)
{
	struct list l = { .count = 0 };
	struct str one;

	while (text.n && l.count < REPORTTURN_RECIPIENTS_MAX) {
		str_cut(text, ' ', &one, &text);
		if (one.n && one.n <= REPORTTURN_ADDRESS_BYTES_MAX)
			l.address[l.count++] = one;
	}
	return l;
}

static struct str
list_text(struct arena *a, const struct list *l)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	for (size_t i = 0; i < l->count; i++) {
		if (i)
			buf_byte(&b, ' ');
		buf_add(&b, l->address[i]);
	}
	return buf_str(&b);
}

static enum err
read_kept(struct arena *a, const struct pg_rows *rows,
    struct reportturn_kept *out)
{
	if (!pg_count(rows) || pg_is_null(rows, 0, 0))
		return ERR_ABSENT;
	if (!str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &out->id))
		return ERR_INPUT;
	out->json = arena_copy(a, pg_value(rows, 0, 1));
	return bulletin_read(a, out->json, &out->bulletin);
}

enum err
reportturn_find(struct pg *db, struct arena *a, int64_t id,
    struct reportturn_kept *out)
{
	char digits[STR_I64_BYTES];
	struct str which = str_from_i64(digits, id);
	const struct pg_rows *rows;
	enum err e = pg_run(db, &reportturn_row, &which, PG_STATEMENT_MS,
	    &rows);

	return e ? e : read_kept(a, rows, out);
}

/* The figures as they are now are that period's for good. */
static enum err
make(struct pg *db, struct arena *a, const struct gather_wish *w,
    const struct due *d, struct reportturn_kept *out)
{
	struct bulletin *b = &out->bulletin;
	const struct pg_rows *rows;
	enum err e = gather_bulletin(db, a, w, d->period, d->from, b);

	if (e)
		return e;
	out->json = bulletin_write(a, b);
	e = pg_run(db, &reportturn_make, (struct str[]){
	    str_of(bulletin_period_name(d->period)), b->from, b->to,
	    PG_BOOL(bulletin_is_quiet(b)), out->json }, WAIT_MS,
	    &rows);
	if (!e && !str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &out->id))
		e = ERR_INPUT;
	/* Another one may have been first: what is kept is what counts. */
	return e ? e : reportturn_find(db, a, out->id, out);
}

static enum err
tell(struct pg *db, struct arena *a, const struct reportturn *t,
    const struct reportturn_kept *k, int64_t *done)
{
	struct str title = bulletinword_title(a, &k->bulletin, t->lang);
	struct str text = bulletinword_text(a, &k->bulletin, t->lang);
	struct list l = read_list(t->to);
	char id[STR_I64_BYTES];
	enum err e = OK;

	for (size_t i = 0; !e && i < l.count; i++)
		e = pg_run(db, &reportturn_tell, (struct str[]){
		    str_from_i64(id, k->id), l.address[i],
		    lang_code(t->lang), title, t->brand.n ? t->brand : PG_NULL,
		    text, phrase_in(PHRASE_REPORT_OPEN, t->lang) }, WAIT_MS,
		    NULL);
	if (!e && !bulletin_is_quiet(&k->bulletin))
		*done += (int64_t)l.count;
	return e;
}

static enum err
report(struct pg *db, struct arena *a, const struct reportturn *t,
    const struct due *d, int64_t *done)
{
	struct reportturn_kept k;
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = d->report ? reportturn_find(db, a, d->report, &k) :
	    make(db, a, &t->wish, d, &k);
	if (!e)
		e = tell(db, a, t, &k, done);
	if (!e)
		return pg_commit(db);
	pg_rollback(db);
	return e;
}

static enum err
find_due(struct pg *db, struct arena *a, const struct reportturn *t,
    struct due out[PERIODS], size_t *count)
{
	struct list l = read_list(t->to);
	char now[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &reportturn_due, (struct str[]){
	    str_from_i64(now, clock_now_ms()), t->wish.zone,
	    list_text(a, &l) }, WAIT_MS, &rows);

	*count = 0;
	for (size_t i = 0; !e && i < pg_count(rows) && i < PERIODS; i++) {
		struct due *d = &out[(*count)++];

		*d = (struct due){ str_eq(pg_value(rows, i, 0),
			STR("month")) ? BULLETIN_MONTH : BULLETIN_WEEK,
			arena_copy(a, pg_value(rows, i, 1)), 0 };
		(void)!str_i64(pg_value(rows, i, 2), 1, INT64_MAX,
		    &d->report);
	}
	return e;
}

enum err
reportturn_run(struct pg *db, struct reportturn *t, int64_t *done)
{
	struct due due[PERIODS];
	struct arena *a;
	size_t count = 0;
	int64_t left = 0;
	enum err e;

	*done = 0;
	if (!t->to.n || clock_mono_ms() < t->look_at_ms)
		return OK;
	a = arena_new(GATHER_ARENA_BYTES_MAX);
	e = find_due(db, a, t, due, &count);
	if (!e && count)
		e = kpi_catch_up(db, t->wish.zone, 1, &left);
	/* A worker has more to do than to count: the next turn goes on. */
	if (e || !left)
		t->look_at_ms = clock_mono_ms() + REPORTTURN_LOOK_MS;
	for (size_t i = 0; !e && !left && i < count; i++)
		e = report(db, a, t, &due[i], done);
	arena_free(a);
	if (*done && !e)
		log_event(LOG_INFO, "report.told", LOG_INT("letters", *done));
	return e;
}

enum err
reportturn_keep(struct pg *db, struct arena *a, const struct gather_wish *w,
    enum bulletin_period period, struct str day, struct reportturn_kept *out)
{
	struct due d = { .period = period };
	char now[STR_I64_BYTES];
	const struct pg_rows *rows;
	int64_t left;
	enum err e = pg_run(db, &reportturn_begin, (struct str[]){
	    str_from_i64(now, clock_now_ms()), w->zone,
	    str_of(bulletin_period_name(period)), day }, WAIT_MS, &rows);

	if (e || !pg_count(rows))
		return e ? e : ERR_INPUT;
	d.from = arena_copy(a, pg_value(rows, 0, 0));
	e = pg_run(db, &reportturn_kept_row, (struct str[]){
	    str_of(bulletin_period_name(period)), d.from }, WAIT_MS, &rows);
	if (!e)
		e = read_kept(a, rows, out);
	if (e != ERR_ABSENT)
		return e;
	e = kpi_catch_up(db, w->zone, INT_MAX, &left);
	/* What is kept is kept for good: not while another still counts. */
	if (!e && left)
		e = ERR_AWAY;
	return e ? e : make(db, a, w, &d, out);
}
