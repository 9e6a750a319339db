/*
 * Implements behaviour.h: two tables that change places.  Requests fill one
 * under a lock held for a copy; the thread writes the other, and while
 * PostgreSQL is away keeps it.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/pg.h"

#include "track/behaviour.h"

#define WRITE_MS 1000		/* a batch; also the end's last words */
#define RETRY_MS 1000
#define IMPORT_MS 60000
#define COLUMNS 7
#define MINUTE_MS 60000
/* An element in quotes, each of its bytes perhaps two, and a comma. */
#define COLUMN_BYTES_MAX \
	((size_t)BEHAVIOUR_BATCH_MAX * (2 * BEHAVIOUR_TELLING_BYTES_MAX + 3))
#define ARENA_BYTES_MAX (COLUMNS * 4 * COLUMN_BYTES_MAX)

SQL(behaviour_take, 7,
    "SELECT piste.event_take($1::text[], $2::text[], $3::bigint[],"
    " $4::text[], $5::text[], $6::text[], $7::text[])");

SQL(behaviour_attended, 3,
    "SELECT piste.event_webinar($1::bigint, $2, nullif($3, '')::date)");

static const char *const kind_names[] = {
	[BEHAVIOUR_PAGE_VIEW] = "page_view",
	[BEHAVIOUR_PAGE_MEANINGFUL] = "page_meaningful",
	[BEHAVIOUR_DOCUMENT] = "document",
	[BEHAVIOUR_MAIL_LINK] = "mail_link",
};
static const char *const via_names[] = {
	[BEHAVIOUR_BEACON] = "beacon",
	[BEHAVIOUR_LINK] = "link",
};
static const char *const whose_names[] = {
	[BEHAVIOUR_NOBODYS] = "",
	[BEHAVIOUR_SUBMISSIONS] = "submission",
	[BEHAVIOUR_LINKS] = "link",
	[BEHAVIOUR_PERSONS] = "person",
};

/* One that waits; its texts are its own. */
struct row {
	int64_t at_ms;
	enum behaviour_kind kind;
	enum behaviour_via via;
	enum behaviour_whose whose;
	uint8_t name_n, who_n, telling_n;
	char name[BEHAVIOUR_NAME_BYTES_MAX];
	char who[BEHAVIOUR_WHO_BYTES_MAX];
	char telling[BEHAVIOUR_TELLING_BYTES_MAX];
};

/* Views of an origin that name nobody, within one minute of the clock. */
struct minute {
	int64_t at;		/* since 1970 */
	int64_t views;
};

struct behaviour_log {
	struct pg *db;
	struct arena *arena;
	int64_t flush_ms;
	pthread_t thread;
	struct row *taken;		/* the thread's own, as what follows */
	size_t at;			/* of them written */
	pthread_mutex_t lock;		/* for all below */
	pthread_cond_t wake;
	struct row *fresh;
	size_t count;			/* of the fresh ones */
	size_t taken_count;
	uint64_t written;
	uint64_t lost;
	struct minute nameless[BEHAVIOUR_ORIGINS_MAX];
	int64_t stop_ms;		/* when to be gone; 0: stay */
};

/* An element of a PostgreSQL array literal, whatever the text holds. */
static void
add(struct buf *b, const char *p, size_t n)
{
	buf_add(b, b->n > 1 ? STR(",\"") : STR("\""));
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"' || p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, p[i]);
	}
	buf_byte(b, '"');
}

static void
add_row(struct buf column[COLUMNS], const struct row *r)
{
	const char *kind = kind_names[r->kind], *via = via_names[r->via],
	    *whose = whose_names[r->whose];
	char at[STR_I64_BYTES];
	struct str ms = str_from_i64(at, r->at_ms);

	add(&column[0], kind, strlen(kind));
	add(&column[1], r->name, r->name_n);
	add(&column[2], ms.p, ms.n);
	add(&column[3], via, strlen(via));
	add(&column[4], whose, strlen(whose));
	add(&column[5], r->who, r->who_n);
	add(&column[6], r->telling, r->telling_n);
}

static enum err
write_rows(struct behaviour_log *log, const struct row *row, size_t count)
{
	struct buf column[COLUMNS];
	struct str params[COLUMNS];

	arena_reset(log->arena);
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_init(&column[i], log->arena, COLUMN_BYTES_MAX + 2);
		buf_byte(&column[i], '{');
	}
	for (size_t i = 0; i < count; i++)
		add_row(column, &row[i]);
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_byte(&column[i], '}');
		params[i] = buf_str(&column[i]);
	}
	return pg_run(log->db, &behaviour_take, params, WRITE_MS, NULL);
}

/* Halve what is refused until the bad one is alone, and drop that one. */
static enum err
write_good(struct behaviour_log *log, const struct row *row, size_t n,
    uint64_t *lost)
{
	enum err e = write_rows(log, row, n);

	if (!e || e == ERR_AWAY)
		return e;
	if (n == 1) {
		log_event(LOG_ERROR, "behaviour.refused",
		    LOG_Z("state", pg_state(log->db)));
		++*lost;
		return OK;
	}
	e = write_good(log, row, n / 2, lost);
	return e ? e : write_good(log, row + n / 2, n - n / 2, lost);
}

/* Under the lock, which is let go while writing. */
static enum err
write_round(struct behaviour_log *log)
{
	enum err e = OK;

	if (log->at == log->taken_count) {
		struct row *written = log->taken;

		log->taken = log->fresh;
		log->taken_count = log->count;
		log->fresh = written;
		log->count = 0;
		log->at = 0;
	}
	while (!e && log->at < log->taken_count) {
		size_t n = log->taken_count - log->at;
		uint64_t lost = 0;

		n = n < BEHAVIOUR_BATCH_MAX ? n : BEHAVIOUR_BATCH_MAX;
		pthread_mutex_unlock(&log->lock);
		e = write_good(log, log->taken + log->at, n, &lost);
		pthread_mutex_lock(&log->lock);
		/* A batch that is written in part comes again: taken once. */
		if (e)
			break;
		log->at += n;
		log->written += n - lost;
		log->lost += lost;
		if (log->stop_ms && clock_mono_ms() >= log->stop_ms)
			break;
	}
	return e;
}

/* Under the lock: for ms, or until it is time to stop. */
static void
rest(struct behaviour_log *log, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;
	struct timespec t = { until / 1000, until % 1000 * 1000000 };

	while (!log->stop_ms && clock_mono_ms() < until)
		pthread_cond_timedwait(&log->wake, &log->lock, &t);
}

static size_t
waiting(const struct behaviour_log *log)
{
	return log->count + log->taken_count - log->at;
}

static void *
write_all(void *context)
{
	struct behaviour_log *log = context;
	sigset_t all;
	bool is_over = false;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_setname_np(pthread_self(), "behaviour");
	pthread_mutex_lock(&log->lock);
	while (!is_over) {
		while (!log->stop_ms && !waiting(log))
			pthread_cond_wait(&log->wake, &log->lock);
		rest(log, log->flush_ms / 2);
		is_over = log->stop_ms && !waiting(log);
		/* At the end what is taken and what is fresh are two rounds. */
		if (!is_over && write_round(log)) {
			is_over = log->stop_ms;
			rest(log, RETRY_MS);
		}
		is_over |= log->stop_ms && clock_mono_ms() >= log->stop_ms;
	}
	pthread_mutex_unlock(&log->lock);
	return NULL;
}

static void
release(struct behaviour_log *log)
{
	pthread_cond_destroy(&log->wake);
	pthread_mutex_destroy(&log->lock);
	arena_free(log->arena);
	pg_free(log->db);
	free(log->fresh);
	free(log->taken);
	free(log);
}

/* Untouched pages of it cost nothing. */
static struct row *
new_rows(void)
{
	struct row *row = calloc(BEHAVIOUR_QUEUE_MAX, sizeof *row);

	if (!row)
		abort();
	return row;
}

enum err
behaviour_new(struct str database, int64_t flush_ms,
    struct behaviour_log **out)
{
	struct behaviour_log *log = calloc(1, sizeof *log);
	pthread_condattr_t monotonic;

	if (!log)
		abort();
	log->db = pg_new(database, "piste-behaviour");
	log->arena = arena_new(ARENA_BYTES_MAX);
	log->flush_ms = flush_ms;
	log->fresh = new_rows();
	log->taken = new_rows();
	pthread_mutex_init(&log->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&log->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&log->thread, NULL, write_all, log)) {
		release(log);
		return ERR_AWAY;
	}
	*out = log;
	return OK;
}

void
behaviour_free(struct behaviour_log *log)
{
	if (!log)
		return;
	pthread_mutex_lock(&log->lock);
	log->stop_ms = clock_mono_ms() + WRITE_MS;
	pthread_cond_signal(&log->wake);
	pthread_mutex_unlock(&log->lock);
	pthread_join(log->thread, NULL);
	if (waiting(log))
		log_event(LOG_ERROR, "behaviour.unwritten",
		    LOG_INT("events", (int64_t)waiting(log)));
	release(log);
}

static uint8_t
copy(char *dst, struct str s)
{
	if (s.n)
		memcpy(dst, s.p, s.n);
	return (uint8_t)s.n;
}

void
behaviour_tell(struct behaviour_log *log, const struct behaviour *b)
{
	bool is_good = b->name.n && b->name.n <= BEHAVIOUR_NAME_BYTES_MAX &&
	    b->who.n <= BEHAVIOUR_WHO_BYTES_MAX &&
	    b->telling.n <= BEHAVIOUR_TELLING_BYTES_MAX;
	struct row *r;

	pthread_mutex_lock(&log->lock);
	if (!is_good || waiting(log) >= BEHAVIOUR_QUEUE_MAX) {
		log->lost++;
	} else {
		r = &log->fresh[log->count];
		r->at_ms = b->at_ms;
		r->kind = b->kind;
		r->via = b->via;
		r->whose = b->whose;
		r->name_n = copy(r->name, b->name);
		r->who_n = copy(r->who, b->who);
		r->telling_n = copy(r->telling, b->telling);
		if (!log->count++)
			pthread_cond_signal(&log->wake);
	}
	pthread_mutex_unlock(&log->lock);
}

bool
behaviour_has_room(struct behaviour_log *log, size_t origin, int64_t now_ms)
{
	int64_t at = now_ms / MINUTE_MS;
	struct minute *m;
	bool has_room;

	assert(origin < BEHAVIOUR_ORIGINS_MAX);
	m = &log->nameless[origin];
	pthread_mutex_lock(&log->lock);
	if (m->at != at)
		*m = (struct minute){ .at = at };
	has_room = m->views < BEHAVIOUR_NAMELESS_MAX;
	if (has_room)
		m->views++;
	else
		log->lost++;
	pthread_mutex_unlock(&log->lock);
	return has_room;
}

void
behaviour_counts(struct behaviour_log *log, struct behaviour_count *out)
{
	pthread_mutex_lock(&log->lock);
	out->written = log->written;
	out->lost = log->lost;
	out->waiting = waiting(log);
	pthread_mutex_unlock(&log->lock);
}

enum err
behaviour_webinar(struct pg *db, struct str import, struct str webinar,
    struct str day)
{
	const struct str params[] = { import, webinar, day };

	return pg_run(db, &behaviour_attended, params, IMPORT_MS, NULL);
}
