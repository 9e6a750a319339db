/*
 * Exposures are packed side by side into memory under a lock held for a copy.
 * A thread takes the whole of it away, puts an empty one in its place, and
 * writes it in batches; while PostgreSQL is away it keeps what it has taken.
 *
 * Most views are by visitors who were counted a moment ago: a table of hashes
 * remembers them, so that they cost no row.  It may forget, since the
 * database keeps the first of twins; it must not invent, so the hash is long
 * and keyed.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "store/pg.h"

#include "track/event.h"

#define EVENT_WRITE_MS 1000		/* a batch; also the end's last words */
#define EVENT_RETRY_MS 1000
#define EVENT_TEXTS 3
#define EVENT_PACKED_BYTES_MAX \
	(sizeof(struct packed) + EVENT_TEXTS * EVENT_KEY_BYTES_MAX)
#define EVENT_KEPT_BYTES_MAX ((size_t)2 << 20)	/* more goes back when empty */
/* Quoted, each byte may be two; a buffer that grows leaves its halves. */
#define EVENT_ARRAY_BYTES_MAX \
	((size_t)EVENT_BATCH_MAX * (2 * EVENT_KEY_BYTES_MAX + 3) + 2)
#define EVENT_ARENA_BYTES_MAX (5 * 4 * EVENT_ARRAY_BYTES_MAX)

enum event_text { EVENT_EXPERIMENT, EVENT_VISITOR, EVENT_VARIANT };

SQL(event_insert, 5,
    "INSERT INTO exposure (experiment_key, visitor, variant, bucket_version,"
    " first_seen_at)"
    " SELECT e, v, a, b, to_timestamp(t / 1000.0)"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[],"
    " $5::bigint[]) AS x (e, v, a, b, t)"
    /* One order for everybody, so that writers can't deadlock. */
    " ORDER BY e, v, t"
    " ON CONFLICT (experiment_key, visitor) DO NOTHING");

/* An exposure in memory; its texts follow without a gap. */
struct packed {
	int64_t at_ms;
	uint32_t bucket_version;
	uint8_t n[EVENT_TEXTS];
};

/* One ready to be written. */
struct row {
	struct packed head;
	struct str text[EVENT_TEXTS];
};

struct pile {
	char *p;
	size_t n;
	size_t capacity;
	size_t count;
};

struct event_log {
	struct pg *db;
	struct arena *arena;
	int64_t flush_ms;
	pthread_t thread;
	struct pile taken;		/* the thread's own */
	struct row row[EVENT_BATCH_MAX];
	unsigned char key[crypto_shorthash_KEYBYTES];
	pthread_mutex_t lock;		/* for all below */
	pthread_cond_t wake;
	struct pile fresh;
	size_t taken_waiting;
	uint64_t seen[EVENT_SEEN_MAX];
	uint64_t written;
	uint64_t lost;
	int64_t stop_ms;		/* when to be gone; 0: stay */
};

static void
reserve(struct pile *p, size_t n)
{
	size_t capacity = p->capacity ? p->capacity : 1 << 16;

	if (p->n + n <= p->capacity)
		return;
	while (capacity < p->n + n)
		capacity *= 2;
	p->p = realloc(p->p, capacity);
	if (!p->p)
		abort();
	p->capacity = capacity;
}

static void
push(struct pile *p, const void *bytes, size_t n)
{
	memcpy(p->p + p->n, bytes, n);
	p->n += n;
}

static void
empty(struct pile *p)
{
	p->n = 0;
	p->count = 0;
	if (p->capacity > EVENT_KEPT_BYTES_MAX) {
		free(p->p);
		*p = (struct pile){ 0 };
	}
}

/* Unpack up to EVENT_BATCH_MAX of p from *at on. */
static size_t
unpack(const struct pile *p, size_t *at, struct row *row)
{
	size_t count = 0;

	for (; *at < p->n && count < EVENT_BATCH_MAX; count++, row++) {
		memcpy(&row->head, p->p + *at, sizeof row->head);
		*at += sizeof row->head;
		for (int i = 0; i < EVENT_TEXTS; i++) {
			row->text[i] = (struct str){ p->p + *at,
			    row->head.n[i] };
			*at += row->head.n[i];
		}
	}
	return count;
}

/* An element of a PostgreSQL array literal. */
static void
add_quoted(struct buf *b, struct str text)
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
add_row(struct buf list[5], const struct row *row)
{
	for (int i = 0; i < EVENT_TEXTS; i++)
		add_quoted(&list[i], row->text[i]);
	buf_u64(&list[3], row->head.bucket_version);
	buf_u64(&list[4], (uint64_t)row->head.at_ms);
}

static enum err
insert(struct event_log *ev, const struct row *row, size_t n, int64_t until)
{
	struct str params[5];
	struct buf list[5];

	arena_reset(ev->arena);
	for (int i = 0; i < 5; i++) {
		buf_init(&list[i], ev->arena, EVENT_ARRAY_BYTES_MAX);
		buf_byte(&list[i], '{');
	}
	for (size_t i = 0; i < n; i++) {
		for (int j = 0; i && j < 5; j++)
			buf_byte(&list[j], ',');
		add_row(list, &row[i]);
	}
	for (int i = 0; i < 5; i++) {
		buf_byte(&list[i], '}');
		params[i] = buf_str(&list[i]);
	}
	return pg_run(ev->db, &event_insert, params, until - clock_mono_ms(),
	    NULL);
}

/* Halve what is refused until the bad one is alone, and drop that one. */
static enum err
insert_good(struct event_log *ev, const struct row *row, size_t n,
    int64_t until, uint64_t *lost)
{
	enum err e = insert(ev, row, n, until);

	if (!e || e == ERR_AWAY)
		return e;
	if (n == 1) {
		++*lost;
		return OK;
	}
	e = insert_good(ev, row, n / 2, until, lost);
	if (!e)
		e = insert_good(ev, row + n / 2, n - n / 2, until, lost);
	return e;
}

/* The lock is not held: only this thread touches what was taken. */
static enum err
write_taken(struct event_log *ev, size_t *at, int64_t stop_ms)
{
	enum err e = OK;

	while (!e && *at < ev->taken.n) {
		int64_t until = clock_mono_ms() + EVENT_WRITE_MS;
		size_t next = *at, count = unpack(&ev->taken, &next, ev->row);
		uint64_t lost = 0;

		if (stop_ms && stop_ms < until)
			until = stop_ms;
		e = insert_good(ev, ev->row, count, until, &lost);
		if (e)
			break;
		*at = next;
		pthread_mutex_lock(&ev->lock);
		ev->taken_waiting -= count;
		ev->written += count - lost;
		ev->lost += lost;
		stop_ms = ev->stop_ms;
		pthread_mutex_unlock(&ev->lock);
	}
	return e;
}

/* Under the lock: rest for ms, or until it is time to stop. */
static void
rest(struct event_log *ev, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;
	struct timespec t = { until / 1000, until % 1000 * 1000000 };

	while (!ev->stop_ms && clock_mono_ms() < until)
		pthread_cond_timedwait(&ev->wake, &ev->lock, &t);
}

static void
take_fresh(struct event_log *ev)
{
	struct pile written = ev->taken;

	empty(&written);
	ev->taken = ev->fresh;
	ev->taken_waiting = ev->taken.count;
	ev->fresh = written;
}

/* Under the lock, which is let go while writing. */
static enum err
write_round(struct event_log *ev, size_t *at)
{
	int64_t stop_ms;
	enum err e;

	if (!ev->taken_waiting) {
		take_fresh(ev);
		*at = 0;
	}
	stop_ms = ev->stop_ms;
	pthread_mutex_unlock(&ev->lock);
	e = write_taken(ev, at, stop_ms);
	pthread_mutex_lock(&ev->lock);
	return e;
}

/* Under the lock: sleep until something waits; false: it is time to go. */
static bool
gather(struct event_log *ev)
{
	while (!ev->stop_ms && !ev->fresh.count && !ev->taken_waiting)
		pthread_cond_wait(&ev->wake, &ev->lock);
	/* The other half of flush_ms is for the writing. */
	rest(ev, ev->flush_ms / 2);
	return ev->fresh.count || ev->taken_waiting;
}

static void *
write_events(void *context)
{
	struct event_log *ev = context;
	int last_tries = 0;
	size_t at = 0;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_setname_np(pthread_self(), "event");
	pthread_mutex_lock(&ev->lock);
	while (gather(ev)) {
		if (write_round(ev, &at)) {
			/* The first may have met a session that was lost. */
			if (ev->stop_ms && ++last_tries == 2)
				break;
			rest(ev, EVENT_RETRY_MS);
		}
		if (ev->stop_ms && clock_mono_ms() >= ev->stop_ms)
			break;
	}
	pthread_mutex_unlock(&ev->lock);
	return NULL;
}

static void
release(struct event_log *ev)
{
	pthread_cond_destroy(&ev->wake);
	pthread_mutex_destroy(&ev->lock);
	arena_free(ev->arena);
	pg_free(ev->db);
	free(ev->fresh.p);
	free(ev->taken.p);
	free(ev);
}

enum err
event_new(struct str database, int64_t flush_ms, struct event_log **out)
{
	struct event_log *ev = calloc(1, sizeof *ev);
	pthread_condattr_t monotonic;

	if (!ev)
		abort();
	ev->db = pg_new(database, "piste-event");
	ev->arena = arena_new(EVENT_ARENA_BYTES_MAX);
	ev->flush_ms = flush_ms;
	token_random(ev->key, sizeof ev->key);
	pthread_mutex_init(&ev->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&ev->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&ev->thread, NULL, write_events, ev)) {
		release(ev);
		return ERR_AWAY;
	}
	*out = ev;
	return OK;
}

void
event_free(struct event_log *ev)
{
	if (!ev)
		return;
	pthread_mutex_lock(&ev->lock);
	ev->stop_ms = clock_mono_ms() + EVENT_WRITE_MS;
	pthread_cond_signal(&ev->wake);
	pthread_mutex_unlock(&ev->lock);
	pthread_join(ev->thread, NULL);
	if (ev->taken_waiting + ev->fresh.count > 0)
		log_event(LOG_ERROR, "event.unwritten", LOG_INT("exposures",
		    (int64_t)(ev->taken_waiting + ev->fresh.count)));
	release(ev);
}

/* Who saw which experiment, as a number that is never 0. */
static uint64_t
identify(const struct event_log *ev, struct str experiment, struct str visitor)
{
	unsigned char who[2 * EVENT_KEY_BYTES_MAX + 1];
	union {
		unsigned char bytes[crypto_shorthash_BYTES];
		uint64_t number;
	} hash;

	memcpy(who, visitor.p, visitor.n);
	who[visitor.n] = '\0';
	memcpy(who + visitor.n + 1, experiment.p, experiment.n);
	crypto_shorthash(hash.bytes, who, visitor.n + 1 + experiment.n,
	    ev->key);
	return hash.number ? hash.number : 1;
}

/* Under the lock. */
static void
keep(struct event_log *ev, const struct packed *head,
    const struct str text[EVENT_TEXTS])
{
	struct pile *p = &ev->fresh;

	reserve(p, EVENT_PACKED_BYTES_MAX);
	push(p, head, sizeof *head);
	for (int i = 0; i < EVENT_TEXTS; i++)
		push(p, text[i].p, text[i].n);
	if (p->count++ == 0)
		pthread_cond_signal(&ev->wake);
}

static void
count_lost(struct event_log *ev)
{
	pthread_mutex_lock(&ev->lock);
	ev->lost++;
	pthread_mutex_unlock(&ev->lock);
}

void
event_exposure(struct event_log *ev, struct str experiment,
    struct str visitor, struct str variant, uint32_t bucket_version,
    int64_t at_ms)
{
	const struct str text[EVENT_TEXTS] = { experiment, visitor, variant };
	struct packed head = { .at_ms = at_ms,
		.bucket_version = bucket_version };
	uint64_t who, *seen;

	for (int i = 0; i < EVENT_TEXTS; i++) {
		if (text[i].n > EVENT_KEY_BYTES_MAX) {
			count_lost(ev);
			return;
		}
		head.n[i] = (uint8_t)text[i].n;
	}
	who = identify(ev, experiment, visitor);
	seen = &ev->seen[who % EVENT_SEEN_MAX];
	pthread_mutex_lock(&ev->lock);
	if (*seen != who) {
		if (ev->fresh.count + ev->taken_waiting < EVENT_QUEUE_MAX) {
			keep(ev, &head, text);
			*seen = who;
		} else {
			ev->lost++;
		}
	}
	pthread_mutex_unlock(&ev->lock);
}

void
event_counts(struct event_log *ev, struct event_count *out)
{
	pthread_mutex_lock(&ev->lock);
	out->written = ev->written;
	out->lost = ev->lost;
	out->waiting = ev->fresh.count + ev->taken_waiting;
	pthread_mutex_unlock(&ev->lock);
}
