/*
 * Implements eventrow.h: columns as PostgreSQL array literals; new visitors in
 * COPY's binary format.
 */
#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "store/pg.h"
#include "track/eventrow.h"

#define TRAFFIC_ARRAYS 6
#define AUDIENCE_ARRAYS (AUDIENCE_TEXTS + 5)
#define TURN_BYTES_MAX 24
#define FIRST_FIELDS 10
#define FIRST_ROW_BYTES_MAX \
	(64 + FIRST_FIELDS * sizeof(uint32_t) + \
	PILE_TEXTS * PILE_TEXT_BYTES_MAX)
#define PG_EPOCH_MS INT64_C(946684800000)	/* 2000-01-01, UTC */

static_assert(TRAFFIC_CELLS_MAX <= EVENTROW_ROWS_MAX,
    "sums fit where exposures do");
static_assert(AUDIENCE_ARRAYS < EVENTROW_ARRAYS &&
    4 * (EVENTROW_CELLS_BYTES_MAX + AUDIENCE_ARRAYS * AUDIENCE_CELLS_MAX *
    STR_I64_BYTES) <= EVENTROW_ARENA_BYTES_MAX,
    "and so does the audience, one of whose columns may be long");

/*
 * Visitors who were named just now: nothing is known of them that
 * exposure_take would have to look up and merge, and their names rise with
 * time, so that they need no sorting.  COPY puts them in with half of what an
 * INSERT from arrays takes.
 */
static const char copy_first[] =
    "COPY piste.exposure (experiment_key, visitor, variant, bucket_version,"
    " epoch, first_seen_at, country, device, source, lang)"
    " FROM STDIN (FORMAT binary)";
SQL(eventrow_take, 15,
    "SELECT piste.exposure_take($1::text[], $2::text[], $3::text[],"
    " $4::bigint[], $5::integer[], $6::bigint[], $7::text[], $8::text[],"
    " $9::text[], $10::text[], $11::bigint[], $12::bigint[],"
    " $13::boolean[], $14::bigint[], $15::boolean[])");
SQL(eventrow_traffic, 8,
    "SELECT piste.traffic_add($1::uuid, $2::bigint, $3::text[], $4::text[],"
    " $5::text[], $6::text[], $7::bigint[], $8::bigint[])");

SQL(eventrow_audience, 16,
    "SELECT piste.audience_add($1::uuid, $2::bigint, $3::bigint[],"
    " $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[],"
    " $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],"
    " $14::bigint[], $15::bigint[], $16::bigint[])");

/* Columns under construction. */
struct columns {
	struct buf list[EVENTROW_ARRAYS];
	size_t count;
};

static void
open_columns(struct columns *c, struct arena *a, size_t count, size_t bytes_max)
{
	c->count = count;
	for (size_t i = 0; i < count; i++) {
		buf_init(&c->list[i], a, bytes_max);
		buf_byte(&c->list[i], '{');
	}
}

static void
next_row(struct columns *c, size_t row)
{
	for (size_t i = 0; row && i < c->count; i++)
		buf_byte(&c->list[i], ',');
}

static void
close_columns(struct columns *c, struct str *params)
{
	for (size_t i = 0; i < c->count; i++) {
		buf_byte(&c->list[i], '}');
		params[i] = buf_str(&c->list[i]);
	}
}

/* An element of a PostgreSQL array literal. */
static void
add_text(struct buf *b, struct str text)
{
	buf_byte(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, text.p[i]);
	}
	buf_byte(b, '"');
}

static void
add_row(struct columns *c, const struct pile_row *r)
{
	struct buf *b = c->list;

	add_text(b++, r->text[PILE_EXPERIMENT]);
	add_text(b++, r->text[PILE_VISITOR]);
	add_text(b++, r->text[PILE_VARIANT]);
	buf_u64(b++, r->head.bucket_version);
	buf_u64(b++, r->head.epoch);
	buf_u64(b++, (uint64_t)r->head.at_ms);
	for (int i = PILE_COUNTRY; i < PILE_TEXTS; i++)
		add_text(b++, r->text[i]);
	buf_u64(b++, (uint64_t)r->head.posted_ms);
	buf_u64(b++, (uint64_t)r->head.refused_ms);
	buf_byte(b++, r->head.is_robot ? 't' : 'f');
	buf_u64(b++, (uint64_t)r->head.activated_ms);
	buf_byte(b++, r->head.is_ahead ? 't' : 'f');
}

/* What COPY's binary format is made of: numbers, the high byte first. */
static void
add_number(struct buf *b, uint64_t number, size_t bytes)
{
	uint64_t high_first = htobe64(number << (64 - 8 * bytes));

	buf_add(b, (struct str){ (const char *)&high_first, bytes });
}

static void
add_number_field(struct buf *b, uint64_t number, size_t bytes)
{
	add_number(b, bytes, sizeof(uint32_t));
	add_number(b, number, bytes);
}

/* The empty text is NULL, whose length is -1. */
static void
add_text_field(struct buf *b, struct str text)
{
	add_number(b, text.n ? text.n : UINT32_MAX, sizeof(uint32_t));
	buf_add(b, text);
}

static void
begin_copy(struct buf *b)
{
	buf_add(b, STR("PGCOPY\n\377\r\n\0"));
	add_number(b, 0, sizeof(uint32_t));	/* no flags */
	add_number(b, 0, sizeof(uint32_t));	/* nothing more is said */
}

static void
add_first(struct buf *b, const struct pile_row *r)
{
	int64_t at_us = (r->head.at_ms - PG_EPOCH_MS) * 1000;

	add_number(b, FIRST_FIELDS, sizeof(uint16_t));
	add_text_field(b, r->text[PILE_EXPERIMENT]);
	add_text_field(b, r->text[PILE_VISITOR]);
	add_text_field(b, r->text[PILE_VARIANT]);
	add_number_field(b, r->head.bucket_version, sizeof(uint64_t));
	add_number_field(b, r->head.epoch, sizeof(uint32_t));
	add_number_field(b, (uint64_t)at_us, sizeof at_us);
	for (int i = PILE_COUNTRY; i < PILE_TEXTS; i++)
		add_text_field(b, r->text[i]);
}

static void
end_copy(struct buf *b)
{
	add_number(b, UINT16_MAX, sizeof(uint16_t));
}

/* Does r tell no more than that somebody new was shown an arm? */
static bool
is_first(const struct pile_row *r)
{
	return r->head.is_new && !r->head.posted_ms &&
	    !r->head.activated_ms && !r->head.is_robot && !r->head.is_ahead;
}

/* Rows on their way. */
struct batch {
	const struct pile_row *row;
	size_t count;
	bool has_first;		/* the first views are still to be written */
};

static enum err
write_first(struct pg *db, struct arena *a, struct batch *t, int64_t wait_ms)
{
	size_t count = 0;
	struct buf rows;
	enum err e;

	arena_reset(a);
	buf_init(&rows, a, (t->count + 1) * FIRST_ROW_BYTES_MAX);
	begin_copy(&rows);
	for (size_t i = 0; i < t->count; i++)
		if (is_first(&t->row[i])) {
			add_first(&rows, &t->row[i]);
			count++;
		}
	if (!count)
		return OK;
	end_copy(&rows);
	e = pg_copy(db, copy_first, buf_str(&rows), wait_ms);
	/* A batch whose answer was lost comes again. */
	t->has_first = e == ERR_LIMIT;
	return t->has_first ? OK : e;
}

static enum err
write_left(struct pg *db, struct arena *a, const struct batch *t,
    int64_t wait_ms)
{
	struct str params[EVENTROW_ARRAYS];
	struct columns c;
	size_t count = 0;

	arena_reset(a);
	open_columns(&c, a, EVENTROW_ARRAYS, EVENTROW_ARRAY_BYTES_MAX);
	for (size_t i = 0; i < t->count; i++)
		if (t->has_first || !is_first(&t->row[i])) {
			next_row(&c, count++);
			add_row(&c, &t->row[i]);
		}
	if (!count)
		return OK;
	close_columns(&c, params);
	return pg_run(db, &eventrow_take, params, wait_ms, NULL);
}

/*
 * Two transactions: each locks rows in order of their key and the sums behind
 * them, as all do that write exposures.  In one, the second's rows would be
 * locked behind the first's sums.
 */
enum err
eventrow_write(struct pg *db, struct arena *a, const struct pile_row *row,
    size_t count, int64_t wait_ms)
{
	int64_t until_ms = clock_mono_ms() + wait_ms;
	struct batch t = { .row = row, .count = count };
	enum err e;

	assert(count <= EVENTROW_ROWS_MAX);
	e = write_first(db, a, &t, wait_ms);
	if (e)
		return e;
	return write_left(db, a, &t, until_ms - clock_mono_ms());
}

void
eventrow_writer_init(struct eventrow_writer *w)
{
	w->id = token_uuid7(clock_now_ms());
	w->turn = 1;
}

/* Writer and turn, in front of the columns. */
static void
sign(const struct eventrow_writer *w, struct arena *a, char id[UUID_TEXT],
    struct str *params)
{
	params[0] = token_uuid_text(&w->id, id);
	params[1] = buf_fmt(a, TURN_BYTES_MAX, "%llu",
	    (unsigned long long)w->turn);
}

enum err
eventrow_add(struct pg *db, struct arena *a, struct eventrow_writer *w,
    const struct traffic *t, int64_t wait_ms)
{
	struct str params[2 + TRAFFIC_ARRAYS];
	const struct traffic_cell *cell;
	char id[UUID_TEXT];
	struct columns c;
	enum err e;

	arena_reset(a);
	sign(w, a, id, params);
	open_columns(&c, a, TRAFFIC_ARRAYS, EVENTROW_ARRAY_BYTES_MAX);
	for (size_t i = 0; (cell = traffic_at(t, i)); i++) {
		next_row(&c, i);
		add_text(&c.list[0], cell->key.page);
		add_text(&c.list[1], cell->key.experiment);
		add_text(&c.list[2], cell->key.variant);
		add_text(&c.list[3], str_of(traffic_name(cell->key.class)));
		buf_u64(&c.list[4], (uint64_t)cell->key.hour_ms);
		buf_u64(&c.list[5], cell->views);
	}
	close_columns(&c, params + 2);
	e = pg_run(db, &eventrow_traffic, params, wait_ms, NULL);
	if (!e)
		w->turn++;
	return e;
}

enum err
eventrow_arrive(struct pg *db, struct arena *a, struct eventrow_writer *w,
    const struct audience *t, int64_t wait_ms)
{
	struct str params[2 + AUDIENCE_ARRAYS];
	struct audience_key key;
	struct audience_sum sum;
	char id[UUID_TEXT];
	struct columns c;
	enum err e;

	arena_reset(a);
	sign(w, a, id, params);
	open_columns(&c, a, AUDIENCE_ARRAYS, EVENTROW_CELLS_BYTES_MAX);
	for (size_t i = 0; audience_at(t, i, &key, &sum); i++) {
		struct buf *b = c.list;

		next_row(&c, i);
		buf_u64(b++, (uint64_t)key.hour_ms);
		buf_byte(b++, key.is_robot ? 't' : 'f');
		for (int k = 0; k < AUDIENCE_TEXTS; k++)
			add_text(b++, key.text[k]);
		buf_u64(b++, sum.views);
		buf_u64(b++, sum.visitors);
		buf_u64(b++, sum.engaged);
	}
	close_columns(&c, params + 2);
	e = pg_run(db, &eventrow_audience, params, wait_ms, NULL);
	if (!e)
		w->turn++;
	return e;
}
