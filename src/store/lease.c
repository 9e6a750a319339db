/* Implements lease.h; what work on a row is, is its table's owner's to say. */
#include <assert.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "store/pg.h"

#include "store/lease.h"

#define LEASE_ARENA_BYTES_MAX ((size_t)8 << 20)

/* One worker's turn. */
struct turn {
	const struct lease_table *table;
	struct pg *db;
	struct arena *arena;
	struct str worker;
	int64_t lease_ms;
	int64_t renewed_ms;	/* when the lease was last begun */
	struct lease_row row[LEASE_CLAIM_MAX];
	size_t rows;
};

static struct str
number_text(struct arena *a, int64_t n)
{
	return str_from_i64(arena_take(a, STR_I64_BYTES), n);
}

static enum err
reclaim(struct turn *t)
{
	struct str max = number_text(t->arena, t->table->attempts_max);
	const struct pg_rows *rows;
	enum err e = pg_run(t->db, t->table->reclaim, &max, LEASE_WAIT_MS,
	    &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		log_event(LOG_WARN, "lease.lapsed",
		    LOG_Z("table", t->table->name),
		    LOG_STR("row", pg_value(rows, i, 0)),
		    LOG_STR("state", pg_value(rows, i, 1)));
	return e;
}

static enum err
claim(struct turn *t)
{
	struct str params[] = { t->worker, number_text(t->arena, t->lease_ms),
	    number_text(t->arena, t->table->claim_max) };
	const struct pg_rows *rows;
	enum err e;

	t->renewed_ms = clock_mono_ms();
	e = pg_run(t->db, t->table->claim, params, LEASE_WAIT_MS, &rows);
	if (e)
		return e;
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct lease_row *row = &t->row[t->rows++];

		row->db = t->db;
		row->arena = t->arena;
		row->worker = t->worker;
		if (str_z(pg_value(rows, i, 0), row->id, sizeof row->id) ||
		    !str_u32(pg_value(rows, i, 1), 1, UINT32_MAX,
		    &row->attempts))
			return ERR_INPUT;
	}
	return OK;
}

/* The lease of all that is still claimed starts anew. */
static enum err
renew(struct turn *t)
{
	struct str params[] = { t->worker, number_text(t->arena, t->lease_ms) };
	int64_t now_ms = clock_mono_ms();
	enum err e;

	if (now_ms - t->renewed_ms < t->lease_ms / 3)
		return OK;
	e = pg_run(t->db, t->table->renew, params, LEASE_WAIT_MS, NULL);
	if (!e)
		t->renewed_ms = now_ms;
	return e;
}

enum err
lease_lost(const struct lease_table *t, const struct lease_row *row)
{
	log_event(LOG_WARN, "lease.lost", LOG_Z("table", t->name),
	    LOG_Z("row", row->id));
	return OK;
}

static int64_t
backoff_ms(const struct lease_table *t, uint32_t attempts)
{
	int64_t ms = t->backoff_ms_min;

	while (attempts-- > 1 && ms < t->backoff_ms_max)
		ms *= 2;
	if (ms > t->backoff_ms_max)
		ms = t->backoff_ms_max;
	return token_jitter(ms);
}

static enum err
fail(struct turn *t, const struct lease_row *row)
{
	struct str why = row->why.n ? row->why : str_of(pg_message(t->db));
	const struct pg_rows *rows;
	enum err e;

	if (!str_is_utf8(why))
		why = str_of(pg_state(t->db));
	why = arena_copy(t->arena, str_slice(why, 0, LEASE_ERROR_BYTES_MAX));
	while (!str_is_utf8(why))	/* cut within a character */
		why.n--;
	e = pg_run(t->db, t->table->fail, (struct str[]){ str_of(row->id),
	    t->worker, number_text(t->arena, t->table->attempts_max),
	    number_text(t->arena, backoff_ms(t->table, row->attempts)), why },
	    LEASE_WAIT_MS, &rows);
	if (e)
		return e;
	log_event(LOG_WARN, "lease.failed", LOG_Z("table", t->table->name),
	    LOG_Z("row", row->id), LOG_INT("attempts", row->attempts),
	    LOG_STR("state", pg_count(rows) ? pg_value(rows, 0, 0) :
	    STR("lost")));
	return OK;
}

static enum err
work(struct turn *t, void *context)
{
	for (size_t i = 0; i < t->rows; i++) {
		enum err e = renew(t);

		if (!e)
			e = t->table->work(context, &t->row[i]);
		if (e && e != ERR_AWAY)
			e = fail(t, &t->row[i]);
		if (e)
			return e;
	}
	return OK;
}

enum err
lease_turn(struct pg *db, const struct lease_table *table, struct str worker,
    int64_t lease_ms, void *context, int64_t *done)
{
	struct turn t = { .table = table, .db = db, .worker = worker,
	    .lease_ms = lease_ms };
	enum err e;

	assert(table->claim_max > 0 && table->claim_max <= LEASE_CLAIM_MAX);
	*done = 0;
	t.arena = arena_new(LEASE_ARENA_BYTES_MAX);
	e = reclaim(&t);
	if (!e)
		e = claim(&t);
	if (!e)
		e = work(&t, context);
	*done = (int64_t)t.rows;
	arena_free(t.arena);
	return e;
}

enum err
lease_depth(struct pg *db, const struct sql *count, struct lease_depth *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, count, NULL, LEASE_WAIT_MS, &rows);

	if (e)
		return e;
	if (pg_count(rows) == 1 &&
	    str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &out->ready) &&
	    str_i64(pg_value(rows, 0, 1), 0, INT64_MAX, &out->claimed) &&
	    str_i64(pg_value(rows, 0, 2), 0, INT64_MAX, &out->dead) &&
	    str_i64(pg_value(rows, 0, 3), INT64_MIN, INT64_MAX,
	    &out->oldest_ms))
		return OK;
	return ERR_INPUT;
}
