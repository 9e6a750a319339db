/* Implements nurturefacts.h over piste.nurture_facts() and zone_offsets(). */
#include "base/arena.h"
#include "base/conf.h"
#include "lead/nurture.h"
#include "store/pg.h"

#include "lead/nurturefacts.h"

#define WAIT_MS 10000
#define DAY_MS INT64_C(86400000)
#define MAILS_MAX 1000
#define EVENTS_MAX 500		/* as piste.nurture_facts gives */
#define AT(n) "to_timestamp($" #n "::bigint / 1000.0)"

SQL(nurturefacts_one, 7,
    "SELECT lang, offer, stage, grade, score, is_gone, is_closed, consent,"
    " answered_ms, converted_ms, submitted_ms, mailed, events, country"
    " FROM piste.nurture_facts($1::bigint, $2::bigint, $3, $4, " AT(5) ", "
    AT(6) ", $7::bigint * interval '1 millisecond')");
SQL(nurturefacts_clocks, 4,
    "SELECT o.zone, o.at_ms, o.minutes FROM (SELECT coalesce((SELECT z.zones"
    " FROM piste.country_zone AS z WHERE z.country = upper($1)), ARRAY[$2])"
    " AS zones) AS w CROSS JOIN LATERAL piste.zone_offsets(w.zones,"
    " $3::bigint, $4::bigint) AS o"
    " ORDER BY array_position(w.zones, o.zone), o.at_ms");

void
nurturefacts_limits(const struct conf *c, struct nurture_limits *out)
{
	*out = (struct nurture_limits){
		.mails_max = c->nurture_mails_max,
		.window_ms = c->nurture_mails_days * DAY_MS,
		.hours = { .days = 0x7f,
		    .from = (uint16_t)(c->nurture_from * 60),
		    .to = (uint16_t)(c->nurture_to * 60) },
	};
}

static size_t
count_words(struct str s)
{
	size_t count = s.n > 0;

	for (size_t i = 0; i < s.n; i++)
		count += s.p[i] == ' ';
	return count;
}

static bool
read_mailed(struct arena *a, struct str list, struct nurture_facts *out)
{
	size_t count = count_words(list);
	struct str one;

	if (count > MAILS_MAX)
		return false;
	out->mailed = arena_array(a, count, sizeof *out->mailed);
	while (list.n) {
		(void)str_cut(list, ' ', &one, &list);
		if (!str_i64(one, 0, INT64_MAX, &out->mailed[out->mails++]))
			return false;
	}
	return true;
}

static bool
read_events(struct arena *a, struct str list, struct nurture_facts *out)
{
	size_t count = count_words(list);
	struct str one, at;

	if (count > EVENTS_MAX)
		return false;
	out->event = arena_array(a, count, sizeof *out->event);
	while (list.n) {
		struct nurture_event *e = &out->event[out->events++];

		(void)str_cut(list, ' ', &one, &list);
		if (!str_cut(one, ':', &e->kind, &at) ||
		    !str_i64(at, 0, INT64_MAX, &e->at_ms))
			return false;
		e->kind = arena_copy(a, e->kind);
	}
	return true;
}

static bool
read_consent(struct str word, enum nurture_consent *out)
{
	static const char *const words[] = {
		[NURTURE_NEVER] = "never", [NURTURE_PENDING] = "pending",
		[NURTURE_WITHDRAWN] = "withdrawn", [NURTURE_LIVE] = "live",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(word, str_of(words[i]))) {
			*out = (enum nurture_consent)i;
			return true;
		}
	return false;
}

/* A moment that may be NULL. */
static int64_t
moment(const struct pg_rows *rows, size_t column)
{
	int64_t ms = 0;

	(void)!str_i64(pg_value(rows, 0, column), 0, INT64_MAX, &ms);
	return ms;
}

static enum err
read_row(struct arena *a, const struct pg_rows *rows,
    struct nurture_facts *out)
{
	*out = (struct nurture_facts){
		.offer = arena_copy(a, pg_value(rows, 0, 1)),
		.stage = arena_copy(a, pg_value(rows, 0, 2)),
		.grade = arena_copy(a, pg_value(rows, 0, 3)),
		.is_gone = str_eq(pg_value(rows, 0, 5), STR("t")),
		.is_closed = str_eq(pg_value(rows, 0, 6), STR("t")),
		.answered_ms = moment(rows, 8),
		.converted_ms = moment(rows, 9),
		.submitted_ms = moment(rows, 10),
		.country = arena_copy(a, pg_value(rows, 0, 13)),
	};
	return !lang_parse(pg_value(rows, 0, 0), &out->lang) &&
	    str_i64(pg_value(rows, 0, 4), 0, 100, &out->score) &&
	    read_consent(pg_value(rows, 0, 7), &out->consent) &&
	    read_mailed(a, pg_value(rows, 0, 11), out) &&
	    read_events(a, pg_value(rows, 0, 12), out) ? OK : ERR_INPUT;
}

enum err
nurturefacts_zones(struct pg *db, struct arena *a, const struct conf *c,
    int64_t from_ms, int64_t to_ms, struct nurture_facts *out)
{
	char from[STR_I64_BYTES], to[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct shift_change *change;
	struct shift_zone *zone;
	enum err e = pg_run(db, &nurturefacts_clocks, (struct str[]){
	    out->country, c->nurture_zone, str_from_i64(from, from_ms),
	    str_from_i64(to, to_ms) }, WAIT_MS, &rows);

	if (e)
		return e;
	zone = arena_array(a, pg_count(rows), sizeof *zone);
	change = arena_array(a, pg_count(rows), sizeof *change);
	out->zone = zone;
	out->zones = 0;
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct str name = pg_value(rows, i, 0);
		int64_t minutes;

		if (!out->zones || !str_eq(zone[out->zones - 1].name, name))
			zone[out->zones++] = (struct shift_zone){
			    arena_copy(a, name), &change[i], 0 };
		zone[out->zones - 1].changes++;
		if (!str_i64(pg_value(rows, i, 1), 0, INT64_MAX,
		    &change[i].from_ms) ||
		    !str_i64(pg_value(rows, i, 2), -1440, 1440, &minutes))
			return ERR_INPUT;
		change[i].minutes = (int32_t)minutes;
	}
	return OK;
}

enum err
nurturefacts_read(struct pg *db, struct arena *a, const struct conf *c,
    const struct nurturefacts_ask *ask, struct nurture_facts *out)
{
	char person[STR_I64_BYTES], lead[STR_I64_BYTES], since[STR_I64_BYTES];
	char now[STR_I64_BYTES], window[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &nurturefacts_one, (struct str[]){
	    str_from_i64(person, ask->person), str_from_i64(lead, ask->lead),
	    ask->scenario->purpose, ask->scenario->channel,
	    /* What brought them in is not among what came since. */
	    str_from_i64(since, ask->since_ms + 1),
	    str_from_i64(now, ask->now_ms),
	    str_from_i64(window, c->nurture_mails_days * DAY_MS) }, WAIT_MS,
	    &rows);

	if (e || !pg_count(rows))
		return e ? e : ERR_ABSENT;
	e = read_row(a, rows, out);
	return e ? e : nurturefacts_zones(db, a, c, ask->now_ms - DAY_MS,
	    ask->now_ms + ask->ahead_ms, out);
}
