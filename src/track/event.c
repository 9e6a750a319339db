/*
 * Exposures are packed side by side into memory under a lock held for a copy.
 * A thread takes the whole of it away, puts an empty one in its place, and
 * writes it in batches; while PostgreSQL is away it keeps what it has taken.
 * Views are added up on the way: a flush writes a few sums.
 *
 * Most views are by visitors who were counted a moment ago: a table of hashes
 * remembers them, so that they cost no row.  It may forget, since the
 * database keeps the first of twins; it must not invent, so the hash is long
 * and has a seed that nobody knows.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/log.h"
#include "base/token.h"
#include "store/pg.h"
#include "track/audience.h"
#include "track/eventrow.h"
#include "track/eventsum.h"
#include "track/pile.h"
#include "track/event.h"

#define EVENT_WRITE_MS 1000		/* a batch; also the end's last words */
#define EVENT_RETRY_MS 1000

static_assert(EVENT_KEY_BYTES_MAX == PILE_TEXT_BYTES_MAX &&
    EVENT_KEY_BYTES_MAX == TRAFFIC_KEY_BYTES_MAX, "one limit for every text");

struct event_log {
	struct pg *db;
	struct arena *arena;
	int64_t flush_ms;
	pthread_t thread;
	struct pile taken;		/* the thread's own, as what follows */
	struct pile_row row[EVENT_BATCH_MAX];
	uint64_t seed;			/* of seen */
	pthread_mutex_t lock;		/* for all below */
	pthread_cond_t wake;
	struct pile fresh;
	struct eventsum sums;		/* the thread's own, what is taken */
	size_t taken_waiting;
	uint64_t seen[EVENT_SEEN_MAX];
	uint64_t written;
	uint64_t lost;
	int64_t stop_ms;		/* when to be gone; 0: stay */
};

/* For one statement, which the end of everything may cut short. */
static int64_t
time_left(int64_t stop_ms)
{
	int64_t left = stop_ms ? stop_ms - clock_mono_ms() : EVENT_WRITE_MS;

	return left < EVENT_WRITE_MS ? left : EVENT_WRITE_MS;
}

/* Halve what is refused until the bad one is alone, and drop that one. */
static enum err
insert_good(struct event_log *ev, const struct pile_row *row, size_t n,
    int64_t stop_ms, uint64_t *lost)
{
	/* A time for each attempt: many bad ones would use up a common one. */
	enum err e = eventrow_write(ev->db, ev->arena, row, n,
	    time_left(stop_ms));

	if (!e || e == ERR_AWAY)
		return e;
	if (n == 1) {
		++*lost;
		return OK;
	}
	e = insert_good(ev, row, n / 2, stop_ms, lost);
	if (!e)
		e = insert_good(ev, row + n / 2, n - n / 2, stop_ms, lost);
	return e;
}

/* The lock is not held: only this thread touches what was taken. */
static enum err
write_taken(struct event_log *ev, size_t *at, int64_t stop_ms)
{
	enum err e = OK;

	while (!e && *at < ev->taken.n) {
		size_t next = *at, count = pile_take(&ev->taken, &next,
		    ev->row, EVENT_BATCH_MAX);
		uint64_t lost = 0;

		e = insert_good(ev, ev->row, count, stop_ms, &lost);
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
take_fresh(struct event_log *ev, size_t *at)
{
	struct pile written = ev->taken;

	if (!ev->taken_waiting) {
		pile_empty(&written);
		ev->taken = ev->fresh;
		ev->taken_waiting = ev->taken.count;
		ev->fresh = written;
		*at = 0;
	}
	eventsum_take(&ev->sums);
}

/* Under the lock, which is let go while writing. */
static enum err
write_round(struct event_log *ev, size_t *at)
{
	int64_t stop_ms = ev->stop_ms;
	enum err e;

	take_fresh(ev, at);
	pthread_mutex_unlock(&ev->lock);
	e = write_taken(ev, at, stop_ms);
	if (!e)
		e = eventsum_write(&ev->sums, ev->db, ev->arena,
		    time_left(stop_ms));
	pthread_mutex_lock(&ev->lock);
	return e;
}

static bool
has_work(const struct event_log *ev)
{
	return ev->fresh.count || ev->taken_waiting ||
	    eventsum_is_gathered(&ev->sums) || eventsum_is_taken(&ev->sums);
}

/* Under the lock: sleep until something waits; false: it is time to go. */
static bool
gather(struct event_log *ev)
{
	while (!ev->stop_ms && !has_work(ev))
		pthread_cond_wait(&ev->wake, &ev->lock);
	/* The other half of flush_ms is for the writing. */
	rest(ev, ev->flush_ms / 2);
	return has_work(ev);
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
	pile_clear(&ev->fresh);
	pile_clear(&ev->taken);
	eventsum_clear(&ev->sums);
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
	ev->arena = arena_new(EVENTROW_ARENA_BYTES_MAX);
	ev->flush_ms = flush_ms;
	eventsum_init(&ev->sums);
	token_random(&ev->seed, sizeof ev->seed);
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
	size_t unwritten;

	if (!ev)
		return;
	pthread_mutex_lock(&ev->lock);
	ev->stop_ms = clock_mono_ms() + EVENT_WRITE_MS;
	pthread_cond_signal(&ev->wake);
	pthread_mutex_unlock(&ev->lock);
	pthread_join(ev->thread, NULL);
	unwritten = ev->taken_waiting + ev->fresh.count;
	if (unwritten)
		log_event(LOG_ERROR, "event.unwritten",
		    LOG_INT("exposures", (int64_t)unwritten));
	release(ev);
}

/* Under the lock. */
static void
wake(struct event_log *ev)
{
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
event_view(struct event_log *ev, const struct traffic_key *view,
    const struct audience_key *key, const struct audience_sum *sum)
{
	/* Two kilobytes that the compiler would clear for each view. */
	static _Thread_local struct audience_packed packed;
	bool has_key = key && !audience_pack(ev->sums.seed, key, &packed);
	bool was_idle;

	pthread_mutex_lock(&ev->lock);
	was_idle = !eventsum_is_gathered(&ev->sums);
	if (view && !traffic_add(ev->sums.views, view, 1))
		ev->lost++;
	if (key && !(has_key &&
	    audience_add(ev->sums.arriving, &packed, sum)))
		ev->lost++;
	if (was_idle && eventsum_is_gathered(&ev->sums))
		wake(ev);
	pthread_mutex_unlock(&ev->lock);
}

/* What is told once of a visitor in a phase. */
enum news { NEWS_EXPOSED, NEWS_ACTIVATED, NEWS_ROBOT };

/*
 * What, of whom, in which experiment and phase; a number that is never 0.  A
 * second arm is news: R3 asks for it.
 */
static uint64_t
identify(const struct event_log *ev, enum news what,
    const struct event_exposure *x)
{
	uint64_t who = fold_bytes(ev->seed + what, x->visitor);

	who = fold_bytes(who + x->bucket_version, x->experiment);
	if (what == NEWS_EXPOSED)
		who = fold_bytes(who, x->variant);
	return who ? who : 1;
}

bool
event_is_seen(struct event_log *ev, const struct event_exposure *x)
{
	uint64_t who = identify(ev, NEWS_EXPOSED, x);
	bool is_seen;

	pthread_mutex_lock(&ev->lock);
	is_seen = ev->seen[who % EVENT_SEEN_MAX] == who;
	pthread_mutex_unlock(&ev->lock);
	return is_seen;
}

/* Under the lock; false when there is no room. */
static bool
keep(struct event_log *ev, const struct pile_row *row)
{
	if (ev->fresh.count + ev->taken_waiting >= EVENT_QUEUE_MAX) {
		ev->lost++;
		return false;
	}
	pile_push(&ev->fresh, row);
	if (ev->fresh.count == 1)
		wake(ev);
	return true;
}

/* At a character. */
static struct str
cut(struct str s)
{
	size_t n = s.n;

	if (n > EVENT_KEY_BYTES_MAX)
		for (n = EVENT_KEY_BYTES_MAX; n && (s.p[n] & 0xc0) == 0x80; )
			n--;
	return str_slice(s, 0, n);
}

/* False, and lost, when a key is too long to be one of ours. */
static bool
pack(struct event_log *ev, const struct event_exposure *x,
    struct pile_row *out)
{
	*out = (struct pile_row){
		.head = {
			.at_ms = x->at_ms,
			.bucket_version = x->bucket_version,
			.epoch = x->epoch,
			.is_new = x->is_new,
			.is_ahead = x->is_ahead,
		},
		.text = {
			[PILE_EXPERIMENT] = x->experiment,
			[PILE_VISITOR] = x->visitor,
			[PILE_VARIANT] = x->variant,
			[PILE_COUNTRY] = cut(x->country),
			[PILE_DEVICE] = cut(x->device),
			[PILE_SOURCE] = cut(x->source),
			[PILE_LANG] = cut(x->lang),
		},
	};
	for (int i = 0; i < PILE_COUNTRY; i++)
		if (out->text[i].n > EVENT_KEY_BYTES_MAX) {
			count_lost(ev);
			return false;
		}
	return true;
}

/* Keep a packed row unless the same was told a moment ago; was it kept? */
static bool
keep_once(struct event_log *ev, enum news what, const struct pile_row *row)
{
	uint64_t who = identify(ev, what, &(struct event_exposure){
		.experiment = row->text[PILE_EXPERIMENT],
		.visitor = row->text[PILE_VISITOR],
		.variant = row->text[PILE_VARIANT],
		.bucket_version = row->head.bucket_version,
	});
	uint64_t *seen = &ev->seen[who % EVENT_SEEN_MAX];
	bool is_kept;

	pthread_mutex_lock(&ev->lock);
	is_kept = *seen != who && keep(ev, row);
	if (is_kept)
		*seen = who;
	pthread_mutex_unlock(&ev->lock);
	return is_kept;
}

void
event_exposure(struct event_log *ev, const struct event_exposure *x)
{
	struct pile_row row;

	if (pack(ev, x, &row))
		(void)keep_once(ev, NEWS_EXPOSED, &row);
}

bool
event_activation(struct event_log *ev, const struct event_exposure *x,
    int64_t shown_ms)
{
	struct pile_row row;

	if (!pack(ev, x, &row))
		return false;
	row.head.activated_ms = shown_ms;
	return keep_once(ev, NEWS_ACTIVATED, &row);
}

void
event_robot(struct event_log *ev, const struct event_exposure *x)
{
	struct pile_row row;

	if (!pack(ev, x, &row))
		return;
	row.head.is_robot = true;
	(void)keep_once(ev, NEWS_ROBOT, &row);
}

void
event_post(struct event_log *ev, const struct event_exposure *x,
    int64_t posted_ms, bool is_refused)
{
	struct pile_row row;

	if (!pack(ev, x, &row))
		return;
	row.head.posted_ms = posted_ms;
	row.head.refused_ms = is_refused ? posted_ms : 0;
	pthread_mutex_lock(&ev->lock);
	(void)keep(ev, &row);
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
