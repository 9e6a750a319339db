/*
 * Implements recall.h.  Only rows that differ from the hash are kept: after
 * a change from 50/50 to 20/80 that is a third, after none it is nothing; where
 * weights go by context, whom another one would give another arm is kept.  A
 * row is a keyed hash of who and where, so that it has one size.  Who came a
 * moment before a change may not be in PostgreSQL yet when it is read: those
 * are remembered here, as many as come in that moment, whatever the hash says.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "draw.h"
#include "experiment/assign.h"
#include "page/site.h"
#include "store/pg.h"
#include "track/exposed.h"

#include "recall.h"

#define SLOTS_MIN 1024
#define WHO_BYTES_MAX 160
#define WAYS 16		/* places that one visitor may be remembered in */

struct slot {
	uint64_t who;		/* 0: free */
	uint32_t arm;
	uint32_t bucket_version;
};

struct table {
	struct slot *slot;
	size_t slots;		/* a power of two, at most half full */
	size_t count;
	bool is_full;
	bool is_known;		/* read, be it empty */
};

/* How far a load has come: the experiment, and where in its rows. */
struct progress {
	size_t experiment;
	struct exposed_place place;
};

struct recall {
	struct pg *db;
	unsigned char key[crypto_shorthash_KEYBYTES];
	struct progress progress;
	int64_t began_ms;	/* the load, by the wall clock */
	int64_t loaded_ms;	/* the last that came to its end; 0: none */
	int64_t again_until_ms;	/* by the monotonic one */
	bool is_behind;		/* the last load is not at its end */
	int64_t retry_ms;	/* when to go on with it */
	int64_t fresh_ms;	/* as loaded_ms: who is new is read since */
	int64_t fresh_at_ms;	/* when next, by the monotonic clock */
	pthread_rwlock_t lock;	/* for both below */
	struct table table;
	struct slot recent[RECALL_RECENT_MAX / WAYS][WAYS];
};

/* One experiment being read into a table. */
struct reading {
	struct recall *recall;
	const struct site_experiment *experiment;
	struct table *table;
};

struct recall *
recall_new(struct str database)
{
	struct recall *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->db = pg_new(database, "piste-recall");
	token_random(r->key, sizeof r->key);
	pthread_rwlock_init(&r->lock, NULL);
	return r;
}

void
recall_free(struct recall *r)
{
	if (!r)
		return;
	pg_free(r->db);
	pthread_rwlock_destroy(&r->lock);
	free(r->table.slot);
	free(r);
}

/* Never 0; keys of experiments and visitors hold no NUL. */
static uint64_t
identify(const struct recall *r, struct str experiment, struct str visitor)
{
	unsigned char who[WHO_BYTES_MAX];
	union {
		unsigned char bytes[crypto_shorthash_BYTES];
		uint64_t number;
	} hash;

	if (experiment.n + 1 + visitor.n > sizeof who)
		return 0;
	memcpy(who, experiment.p, experiment.n);
	who[experiment.n] = '\0';
	memcpy(who + experiment.n + 1, visitor.p, visitor.n);
	crypto_shorthash(hash.bytes, who, experiment.n + 1 + visitor.n,
	    r->key);
	return hash.number ? hash.number : 1;
}

/* The slot that holds who, or the free one where it would go. */
static struct slot *
slot_of(const struct table *t, uint64_t who)
{
	size_t at = (size_t)who & (t->slots - 1);

	while (t->slot[at].who && t->slot[at].who != who)
		at = (at + 1) & (t->slots - 1);
	return &t->slot[at];
}

static void
grow(struct table *t)
{
	struct table larger = *t;

	larger.slots = t->slots ? 2 * t->slots : SLOTS_MIN;
	larger.slot = calloc(larger.slots, sizeof *larger.slot);
	if (!larger.slot)
		abort();
	for (size_t i = 0; i < t->slots; i++)
		if (t->slot[i].who)
			*slot_of(&larger, t->slot[i].who) = t->slot[i];
	free(t->slot);
	*t = larger;
}

static void
put(struct table *t, const struct slot *row)
{
	struct slot *s;

	if (2 * (t->count + 1) > t->slots)
		grow(t);
	s = slot_of(t, row->who);
	if (!s->who && t->count >= RECALL_ROWS_MAX) {
		t->is_full = true;
		return;
	}
	t->count += !s->who;
	*s = *row;
}

static uint32_t
arm_of(const struct site_page *pg, struct str variant)
{
	for (uint32_t i = 0; i < pg->variants; i++)
		if (str_eq(pg->variant[i].key, variant))
			return i;
	return ASSIGN_ARMS_MAX;
}

static void
take(void *context, const struct exposed_row *row)
{
	const struct reading *g = context;
	const struct site_experiment *x = g->experiment;
	const struct slot s = {
		.who = identify(g->recall, x->key, row->visitor),
		.arm = arm_of(x->page, row->variant),
		.bucket_version = row->bucket_version,
	};

	if (s.who && (row->bucket_version != x->bucket_version ||
	    !draw_keeps(x, row->visitor, s.arm)))
		put(g->table, &s);
}

/* From *p on, for so long. */
static enum err
read_into(struct recall *r, const struct site *site, int64_t since_ms,
    struct progress *p, int64_t for_ms, struct table *t)
{
	int64_t until = clock_mono_ms() + for_ms;
	enum err e = OK;

	while (!e && p->experiment < site->experiments) {
		const struct site_experiment *x =
		    &site->experiment[p->experiment];
		struct reading g = { r, x, t };

		if (x->is_running)
			e = exposed_read(r->db, &(struct exposed_question){
				.experiment = x->key,
				.phase = x->phase,
				.epoch = x->epoch,
				.bucket_version = x->bucket_version,
				.min_bucket_version = x->min_bucket_version,
				.since_ms = since_ms,
				.is_of_all = x->leaves,
			}, &p->place, until, take, &g);
		if (!e)
			*p = (struct progress){ .experiment =
				p->experiment + 1 };
	}
	return e;
}

/* Of those whose visitors may come back to other weights, what is new. */
static enum err
read_fresh(struct recall *r, const struct site *site, int64_t since_ms,
    struct table *t)
{
	enum err e = OK;

	for (size_t i = 0; i < site->experiments && !e; i++) {
		const struct site_experiment *x = &site->experiment[i];
		struct reading g = { r, x, t };

		if (x->is_running && x->leaves)
			e = exposed_fresh(r->db, &(struct exposed_question){
				.experiment = x->key,
				.bucket_version = x->bucket_version,
				.since_ms = since_ms,
			}, take, &g);
	}
	return e;
}

static void
put_all(struct recall *r, const struct table *t)
{
	pthread_rwlock_wrlock(&r->lock);
	for (size_t i = 0; i < t->slots; i++)
		if (t->slot[i].who)
			put(&r->table, &t->slot[i]);
	r->table.is_known |= t->is_known;
	pthread_rwlock_unlock(&r->lock);
}

static void
keep_up(struct recall *r, const struct site *site)
{
	struct progress whole = { 0 };
	struct table t = { 0 };
	int64_t now = clock_now_ms();
	int64_t since = r->fresh_ms - 2 * RECALL_AGAIN_MS;
	enum err e;

	if (clock_mono_ms() < r->fresh_at_ms)
		return;
	r->fresh_at_ms = clock_mono_ms() + RECALL_AGAIN_MS;
	e = read_fresh(r, site, since, &t);
	/* More than come at once in a moment, page by page. */
	if (e == ERR_LIMIT)
		e = read_into(r, site, since, &whole, RECALL_LOAD_MS, &t);
	if (!e) {
		put_all(r, &t);
		r->fresh_ms = now;
	}
	free(t.slot);
}

static void
put_in_place(struct recall *r, const struct table *t)
{
	struct slot *old;

	pthread_rwlock_wrlock(&r->lock);
	old = r->table.slot;
	r->table = *t;
	pthread_rwlock_unlock(&r->lock);
	free(old);
}

/* What was read is of use even while there is more. */
static void
put_aside(struct recall *r, struct table *t, enum err e)
{
	put_all(r, t);
	free(t->slot);
	if (e != ERR_LIMIT || !r->is_behind)
		log_event(LOG_WARN, "recall.load", LOG_Z("kind", err_name(e)));
	r->is_behind = true;
	r->retry_ms = clock_mono_ms() + (e == ERR_LIMIT ? 0 :
	    RECALL_RETRY_MS);
}

static void
end_load(struct recall *r)
{
	r->is_behind = false;
	r->again_until_ms = clock_mono_ms() + RECALL_AGAIN_MS;
	r->loaded_ms = r->fresh_ms = r->began_ms;
}

void
recall_load(struct recall *r, const struct site *site)
{
	struct table t = { 0 };
	enum err e;

	r->is_behind = false;
	r->began_ms = clock_now_ms();
	r->progress = (struct progress){ 0 };
	e = read_into(r, site, 0, &r->progress, RECALL_LOAD_MS, &t);
	if (e) {
		put_aside(r, &t, e);
		return;
	}
	if (t.is_full)
		log_event(LOG_ERROR, "recall.full",
		    LOG_INT("rows", RECALL_ROWS_MAX));
	end_load(r);
	t.is_known = true;
	put_in_place(r, &t);
}

/* A turn of a load that has more to read than a picture can wait for. */
static void
go_on(struct recall *r, const struct site *site)
{
	struct table t = { 0 };
	enum err e = read_into(r, site, 0, &r->progress, RECALL_TURN_MS, &t);

	if (e) {
		put_aside(r, &t, e);
		return;
	}
	t.is_known = true;
	put_all(r, &t);
	free(t.slot);
	end_load(r);
	log_event(LOG_INFO, "recall.loaded", LOG_INT("ms",
	    clock_now_ms() - r->began_ms));
}

void
recall_again(struct recall *r, const struct site *site)
{
	struct progress whole = { 0 };
	struct table t = { 0 };

	if (r->is_behind) {
		if (clock_mono_ms() >= r->retry_ms)
			go_on(r, site);
		return;
	}
	if (clock_mono_ms() >= r->again_until_ms) {
		keep_up(r, site);
		return;
	}
	if (!read_into(r, site, r->loaded_ms - 2 * RECALL_AGAIN_MS, &whole,
	    RECALL_LOAD_MS, &t))
		put_all(r, &t);
	free(t.slot);
}

bool
recall_is_known(struct recall *r)
{
	bool is_known;

	pthread_rwlock_rdlock(&r->lock);
	is_known = r->table.is_known;
	pthread_rwlock_unlock(&r->lock);
	return is_known;
}

/*
 * Where who is remembered, else a free place, else another's.  With one place
 * each, two of some hundred visitors would already fight for theirs.
 */
static struct slot *
recent_of(struct recall *r, uint64_t who)
{
	struct slot *set = r->recent[who % (RECALL_RECENT_MAX / WAYS)];
	struct slot *free = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].who == who)
			return &set[i];
		if (!set[i].who && !free)
			free = &set[i];
	}
	return free ? free : &set[(who >> 32) % WAYS];
}

void
recall_note(struct recall *r, struct str experiment, struct str visitor,
    const struct assign_row *row)
{
	uint64_t who = identify(r, experiment, visitor);
	const struct slot *s;
	bool is_known;

	/* Most are: they came a moment ago, and readers don't wait. */
	pthread_rwlock_rdlock(&r->lock);
	s = recent_of(r, who);
	is_known = s->who == who && s->bucket_version >= row->bucket_version;
	pthread_rwlock_unlock(&r->lock);
	if (is_known || !who)
		return;
	pthread_rwlock_wrlock(&r->lock);
	*recent_of(r, who) = (struct slot){ who, row->arm,
	    row->bucket_version };
	pthread_rwlock_unlock(&r->lock);
}

/* What PostgreSQL said wins: it knows who came to other processes first. */
bool
recall_find(struct recall *r, struct str experiment, struct str visitor,
    struct assign_row *out)
{
	uint64_t who = identify(r, experiment, visitor);
	const struct slot *s, *kept;
	bool is_found;

	pthread_rwlock_rdlock(&r->lock);
	s = recent_of(r, who);
	kept = r->table.count ? slot_of(&r->table, who) : s;
	if (kept->who == who)
		s = kept;
	is_found = who && s->who == who;
	if (is_found)
		*out = (struct assign_row){ s->arm, s->bucket_version };
	pthread_rwlock_unlock(&r->lock);
	return is_found;
}
