/* Implements alarmturn.h; the rule is in report/alarm. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/phrase.h"
#include "report/alarm.h"
#include "report/bulletinword.h"
#include "report/quantity.h"
#include "store/pg.h"

#include "report/alarmturn.h"

#define WAIT_MS 60000
#define COUNT_WAIT_MS 1000
#define WEEK 7
#define FOUND_BYTES_MAX (96 << 10)
#define TEXT_BYTES_MAX (30 << 10)
#define KEY_BYTES_MAX 40
#define ADDRESS_BYTES_MAX 254	/* of piste.letter */
#define SUBJECT_BYTES_MAX 400	/* of piste.alarm */
#define CENTS 100.0

SQL(alarmturn_due, 2,
    "SELECT piste.alarm_due($2, to_timestamp($1::float8 / 1000))");
/* Budgets whose days are over are history. */
SQL(alarmturn_budgets, 1,
    "SELECT b.campaign_key || ' ' || b.from_day || '/' || b.to_day || ' '"
    " || b.currency, b.currency, (b.spent * 100)::bigint,"
    " (b.amount * 100)::bigint FROM piste.budget_use AS b"
    " WHERE b.spent > b.amount AND $1::date BETWEEN b.from_day"
    " AND b.to_day + 31 ORDER BY b.campaign_key, b.from_day");
SQL(alarmturn_judge, 3,
    "SELECT j FROM piste.alarm_judge($1::date, $2::int, $3::jsonb) AS j");
SQL(alarmturn_append, 5,
    "SELECT piste.letter_append($1, $2, NULL, NULL, NULL, NULL, NULL, $3,"
    " NULL, $3, $4, NULL, $5)");
#define COLUMNS "a.id, a.kind, a.subject, a.side, a.days, a.value, a.low," \
    " a.high, a.raised_on, a.last_on, a.ended_on"
SQL(alarmturn_rows, 1,
    "SELECT concat_ws(E'\\t', a.raised_on, a.kind, CASE a.subject WHEN ''"
    " THEN '-' ELSE a.subject END, a.side, CASE a.days WHEN 0 THEN 'sum'"
    " ELSE a.days || 'd' END, coalesce(round(a.value::numeric, 4)::text, '-'),"
    " concat(coalesce(round(a.low::numeric, 4)::text, ''), '..',"
    " coalesce(round(a.high::numeric, 4)::text, '')),"
    " coalesce('ended ' || a.ended_on, 'stands')), to_jsonb(a)"
    " FROM (SELECT " COLUMNS " FROM piste.alarm AS a) AS a"
    " WHERE $1::boolean OR a.ended_on IS NULL ORDER BY a.id");
SQL(alarmturn_standing, 0,
    "SELECT a.kind, count(*) FROM piste.alarm AS a WHERE a.ended_on IS NULL"
    " GROUP BY a.kind ORDER BY a.kind");

enum kind { BUDGET, CONVERSION, COST, SILENT, ROBOTS, KINDS };
static const char *const kinds[] = {
	[BUDGET] = "budget", [CONVERSION] = "conversion", [COST] = "cost",
	[SILENT] = "silent", [ROBOTS] = "robots",
};
static const char *const sides[] = {
	[ALARM_LOW] = "low", [ALARM_HIGH] = "high",
};

/* What is out of its band; value, low and high may be endless. */
struct found {
	enum kind kind;
	struct str subject;
	struct str currency;	/* of a budget */
	enum alarm_side side;
	size_t span;		/* 0: a sum */
	double value;
	double low;
	double high;
};

/* What a day's judging is about. */
struct day {
	struct pg *db;
	struct arena *a;
	const struct alarmturn *t;
	struct str day;
	double alpha;
	int64_t judged;
	struct found found[ALARMTURN_FOUND_MAX];
	size_t count;
};

static void
keep(struct day *d, const struct found *f)
{
	if (d->count < ALARMTURN_FOUND_MAX &&
	    f->subject.n <= SUBJECT_BYTES_MAX)
		d->found[d->count++] = *f;
}

/* Of cost the verdict is on leads for money: turned round, in units. */
static struct found
describe(enum kind kind, struct str subject, const struct alarm_verdict *v,
    size_t span)
{
	struct found f = { .kind = kind, .subject = subject, .side = v->side,
		.span = span, .value = v->count / v->of, .low = v->low,
		.high = v->high };

	if (kind == SILENT)
		f.value = v->of;
	if (kind != COST)
		return f;
	f.side = v->side == ALARM_LOW ? ALARM_HIGH : ALARM_LOW;
	f.value = v->of / v->count / CENTS;
	f.low = 1 / v->high / CENTS;
	f.high = 1 / v->low / CENTS;
	return f;
}

/* The week first: what it tells the day need not tell again. */
static void
judge(struct day *d, enum kind kind, struct str subject,
    const struct alarm_day *day)
{
	static const size_t spans[] = { WEEK, 1 };
	enum alarm_watch watch = kind == ROBOTS ? ALARM_HIGH_ALONE :
	    ALARM_BOTH;

	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		struct alarm_verdict v = alarm_judge(day, spans[i], watch,
		    d->alpha);
		struct found f = describe(kind, subject, &v, spans[i]);

		if (v.side == ALARM_NONE)
			continue;
		keep(d, &f);
		return;
	}
}

static void
judge_silence(struct day *d, struct str subject, const struct alarm_day *day)
{
	struct alarm_verdict v = alarm_silent(day, d->alpha);
	struct found f = describe(SILENT, subject, &v, WEEK);

	if (v.side != ALARM_NONE)
		keep(d, &f);
}

static double
amount(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t cents = 0;

	(void)!str_i64(pg_value(rows, row, column), INT64_MIN, INT64_MAX,
	    &cents);
	return (double)cents / CENTS;
}

static enum err
find_budgets(struct day *d)
{
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &alarmturn_budgets, &d->day, WAIT_MS,
	    &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		keep(d, &(struct found){ .kind = BUDGET,
		    .subject = arena_copy(d->a, pg_value(rows, i, 0)),
		    .currency = arena_copy(d->a, pg_value(rows, i, 1)),
		    .side = ALARM_HIGH, .value = amount(rows, i, 2),
		    .low = INFINITY, .high = amount(rows, i, 3) });
	return e;
}

/*
 * What one day is judged of: campaigns' conversion and cost (a week and a day
 * each), pages' silence, and the site's robots.
 */
static enum err
find_all(struct day *d)
{
	const struct gather_wish *w = &d->t->wish;
	struct gather_found campaigns, pages, site;
	const struct gather_series *s;
	enum err e = gather_days(d->db, d->a, w, "campaign", d->day,
	    &campaigns);

	/* First, as there is an end to what is kept. */
	if (!e)
		e = find_budgets(d);
	if (!e)
		e = gather_days(d->db, d->a, w, "page", d->day, &pages);
	if (!e)
		e = gather_days(d->db, d->a, w, "", d->day, &site);
	if (e)
		return e;
	d->judged = (int64_t)(campaigns.count * 4 + pages.count +
	    site.count * 2);
	d->alpha = ALARM_ALPHA / (double)(d->judged ? d->judged : 1);
	for (s = campaigns.series; s < campaigns.series + campaigns.count;
	    s++) {
		judge(d, CONVERSION, s->name, s->conversion);
		judge(d, COST, s->name, s->cost);
	}
	for (s = pages.series; s < pages.series + pages.count; s++)
		judge_silence(d, s->name, s->conversion);
	for (s = site.series; s < site.series + site.count; s++)
		judge(d, ROBOTS, STR_EMPTY, s->robots);
	return OK;
}

static void
add_number(struct buf *b, const char *name, double v)
{
	buf_json_name(b, name);
	if (isfinite(v))
		buf_addf(b, "%.17g", v);
	else
		buf_add(b, STR("null"));
}

static struct str
found_json(const struct day *d)
{
	struct buf b;

	buf_init(&b, d->a, FOUND_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < d->count; i++) {
		const struct found *f = &d->found[i];

		buf_add(&b, i ? STR(",{") : STR("{"));
		buf_json_pair(&b, "kind", str_of(kinds[f->kind]));
		buf_json_pair(&b, "subject", f->subject);
		buf_json_pair(&b, "side", str_of(sides[f->side]));
		buf_json_name(&b, "days");
		buf_addf(&b, "%zu", f->span);
		add_number(&b, "value", f->value);
		add_number(&b, "low", f->low);
		add_number(&b, "high", f->high);
		buf_byte(&b, '}');
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

/* Anybody names a campaign: no line of a letter is theirs. */
static struct str
name_of(struct arena *a, struct str subject)
{
	struct bulletin_row r = { .kind = KPI_CELL, .name = subject };

	return bulletinword_name(a, &r, LANG_FR);
}

static struct str
sentence(const struct day *d, const struct found *f)
{
	enum lang l = d->t->lang;
	const struct quantity_style s = { l, f->currency.n ? f->currency :
		d->t->wish.currency };
	struct str span = phrase_in(f->span == 1 ? PHRASE_BAND_DAY :
	    PHRASE_BAND_WEEK, l), name = name_of(d->a, f->subject);
	enum kpi_unit u = f->kind == BUDGET || f->kind == COST ? KPI_MONEY :
	    f->kind == SILENT ? KPI_COUNT : KPI_SHARE;
	struct str value = quantity_text(d->a, &s, u, f->value);
	struct str low = quantity_text(d->a, &s, u, f->low);
	struct str high = quantity_text(d->a, &s, u, f->high);
	static const enum phrase phrases[] = {
		[BUDGET] = PHRASE_BAND_BUDGET,
		[CONVERSION] = PHRASE_BAND_CONVERSION,
		[COST] = PHRASE_BAND_COST, [SILENT] = PHRASE_BAND_SILENT,
		[ROBOTS] = PHRASE_BAND_ROBOTS,
	};

	if (f->kind == BUDGET)
		return phrase_fill_all(d->a, phrases[f->kind], l,
		    (struct str[]){ name, value, high }, 3);
	return phrase_fill_all(d->a, phrases[f->kind], l, (struct str[]){
	    name, span, value, low, high }, 5);
}

/* Those of piste.alarm_judge that are new, in one letter. */
static enum err
tell(const struct day *d, const size_t *new, size_t count)
{
	const struct alarmturn *t = d->t;
	char digits[STR_I64_BYTES];
	struct buf b;

	if (!count || !t->to.n || t->to.n > ADDRESS_BYTES_MAX)
		return OK;
	buf_init(&b, d->a, TEXT_BYTES_MAX);
	for (size_t i = 0; i < count && i < ALARMTURN_LINES_MAX; i++) {
		buf_add(&b, sentence(d, &d->found[new[i]]));
		buf_add(&b, STR("\n\n"));
	}
	buf_add(&b, phrase_in(PHRASE_BAND_NOTE, t->lang));
	return pg_run(d->db, &alarmturn_append, (struct str[]){ t->to,
	    lang_code(t->lang), phrase_fill_all(d->a, PHRASE_BAND_SUBJECT,
	    t->lang, (struct str[]){ bulletinword_day(d->a, d->day, t->lang),
	    str_from_i64(digits, (int64_t)count) }, 2), buf_str(&b),
	    buf_fmt(d->a, KEY_BYTES_MAX, "alarm.day %.*s", STR_ARG(d->day)) },
	    WAIT_MS, NULL);
}

static enum err
keep_all(struct day *d, int64_t *done)
{
	size_t *new = arena_array(d->a, d->count, sizeof *new);
	char judged[STR_I64_BYTES];
	const struct pg_rows *rows;
	size_t count = 0;
	enum err e = pg_run(d->db, &alarmturn_judge, (struct str[]){ d->day,
	    str_from_i64(judged, d->judged), found_json(d) }, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		uint32_t place;

		if (str_u32(pg_value(rows, i, 0), 0, UINT32_MAX, &place) &&
		    place < d->count)
			new[count++] = place;
	}
	*done = (int64_t)count;
	return e ? e : tell(d, new, count);
}

static enum err
turn(struct day *d, int64_t *done, int64_t *left)
{
	enum err e = kpi_catch_up(d->db, d->t->wish.zone, 1, left);

	if (e || *left)
		return e;
	e = find_all(d);
	if (!e)
		e = pg_begin(d->db);
	if (e)
		return e;
	e = keep_all(d, done);
	if (!e)
		return pg_commit(d->db);
	pg_rollback(d->db);
	return e;
}

enum err
alarmturn_run(struct pg *db, struct alarmturn *t, int64_t *done)
{
	char now[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct day *d;
	struct arena *a;
	int64_t left;
	enum err e;

	*done = 0;
	if (clock_mono_ms() < t->look_at_ms)
		return OK;
	t->look_at_ms = clock_mono_ms() + ALARMTURN_LOOK_MS;
	e = pg_run(db, &alarmturn_due, (struct str[]){ str_from_i64(now,
	    clock_now_ms()), t->wish.zone }, WAIT_MS, &rows);
	if (e || !pg_count(rows) || pg_is_null(rows, 0, 0))
		return e;
	a = arena_new(GATHER_ARENA_BYTES_MAX);
	d = ARENA_NEW(a, struct day);
	*d = (struct day){ .db = db, .a = a, .t = t,
		.day = arena_copy(a, pg_value(rows, 0, 0)) };
	e = turn(d, done, &left);
	/* A worker has more to do than to count: the next turn goes on. */
	if (!e && left)
		t->look_at_ms = 0;
	if (!e && *done)
		log_event(LOG_WARN, "alarm.raised", LOG_INT("alarms", *done));
	arena_free(a);
	if (e)
		*done = 0;
	return e;
}

enum err
alarmturn_list(struct pg *db, bool has_ended, bool is_json, FILE *out)
{
	struct str all = PG_BOOL(has_ended);
	const struct pg_rows *rows;
	enum err e = pg_run(db, &alarmturn_rows, &all, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}

enum err
alarmturn_counts(struct pg *db,
    struct alarmturn_count out[ALARMTURN_COUNTS_MAX], size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &alarmturn_standing, NULL, COUNT_WAIT_MS,
	    &rows);

	for (*count = 0; *count < KINDS; ++*count)
		out[*count] = (struct alarmturn_count){ kinds[*count], 0 };
	for (size_t i = 0; !e && i < pg_count(rows); i++)
		for (size_t k = 0; k < KINDS; k++)
			if (str_eq(pg_value(rows, i, 0), str_of(kinds[k])))
				(void)!str_i64(pg_value(rows, i, 1), 0,
				    INT64_MAX, &out[k].alarms);
	return e;
}
