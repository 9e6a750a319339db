/*
 * Two threads share one connection, and the state says whose it is: the
 * writer's while PostgreSQL answers, the prober's while it has to be found
 * again.  The writer takes whatever gathered while the last commit ran (no
 * timer: a lone visitor never waits for company) and alone owns the spool.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "store/pg.h"
#include "store/spool.h"

#include "store/group.h"

#define GROUP_SPOOL_MAX 512	/* that share one fsync */
#define GROUP_PROBE_MS 1000	/* of the server; between two of the spool */

SQL(group_probe, 0, "SELECT 1");

enum group_state {
	GROUP_FIRST,		/* the first connection is being made */
	GROUP_READY,
	GROUP_AWAY,
};

struct group {
	struct pg *db;
	struct spool *spool;
	const struct sql *statement;
	int64_t wait_ms;
	pthread_t writer;
	pthread_t prober;
	pthread_mutex_t lock;		/* for all below */
	pthread_cond_t work;		/* for the writer */
	pthread_cond_t search;		/* for the prober */
	enum group_state state;
	bool is_stopping;
	struct group_item *head;
	struct group_item **tail;
	size_t waiting;
	int64_t tend_ms;		/* when the spool is due; 0: never */
	int64_t retry_ms;
	struct group_count counts;
};

/* What the writer has in hand. */
struct batch {
	struct group_item *item[GROUP_SPOOL_MAX];
	size_t count;
	bool is_for_spool;
};

static void
wait_until(struct group *g, pthread_cond_t *cond, int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	pthread_cond_timedwait(cond, &g->lock, &t);
}

/* A signal is for the threads that were made to take it. */
static void
block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static bool
is_late(const struct group *g, const struct group_item *item)
{
	return clock_mono_ms() >= item->put_ms + g->wait_ms / 2;
}

static void
set_state(struct group *g, enum group_state state)
{
	if (g->state == state)
		return;
	log_event(state == GROUP_AWAY ? LOG_WARN : LOG_INFO,
	    state == GROUP_AWAY ? "group.away" : "group.ready");
	g->state = state;
	if (state == GROUP_READY && g->tend_ms)
		g->tend_ms = clock_mono_ms();
	pthread_cond_signal(&g->work);
	pthread_cond_signal(&g->search);
}

/* *item may be freed in here. */
static void
answer(struct group_item *item, enum err e)
{
	item->err = e;
	item->done(item);
}

static void
count_done(struct group *g, size_t n, uint64_t *counter)
{
	pthread_mutex_lock(&g->lock);
	*counter += n;
	g->waiting -= n;
	pthread_mutex_unlock(&g->lock);
}

static void
spool_items(struct group *g, struct group_item *const *item, size_t n)
{
	struct str row[GROUP_SPOOL_MAX];
	enum err e;

	for (size_t i = 0; i < n; i++)
		row[i] = item[i]->row;
	e = spool_append(g->spool, row, n);
	pthread_mutex_lock(&g->lock);
	g->counts.can_spool = !e;
	if (!g->tend_ms)
		g->tend_ms = clock_mono_ms() + SPOOL_SEGMENT_AGE_MS;
	pthread_mutex_unlock(&g->lock);
	count_done(g, n, e ? &g->counts.refused : &g->counts.spooled);
	for (size_t i = 0; i < n; i++) {
		item[i]->is_spooled = !e;
		answer(item[i], e ? ERR_AWAY : OK);
	}
}

/* [row,row,…] with a NUL behind it; to be freed. */
static struct str
rows_text(struct group_item *const *item, size_t n)
{
	size_t bytes = n + 1;
	char *text, *at;

	for (size_t i = 0; i < n; i++)
		bytes += item[i]->row.n;
	text = at = malloc(bytes);
	if (!text)
		abort();
	for (size_t i = 0; i < n; i++) {
		*at++ = i ? ',' : '[';
		memcpy(at, item[i]->row.p, item[i]->row.n);
		at += item[i]->row.n;
	}
	*at = ']';
	return (struct str){ text, bytes };
}

static void
read_verdicts(const struct pg_rows *r, struct group_item *const *item,
    size_t n)
{
	for (size_t i = 0; i < pg_count(r); i++) {
		struct str word = pg_value(r, i, 1);
		uint32_t ord;

		if (str_u32(pg_value(r, i, 0), 1, (uint32_t)n, &ord)
		    && str_z(word, item[ord - 1]->verdict,
		    GROUP_VERDICT_BYTES))
			log_event(LOG_ERROR, "group.verdict",
			    LOG_INT("bytes", (int64_t)word.n));
	}
}

static enum err
commit_once(struct group *g, struct group_item *const *item, size_t n)
{
	int64_t left = item[0]->put_ms + g->wait_ms - clock_mono_ms();
	struct str rows = rows_text(item, n);
	const struct pg_rows *r;
	enum err e;

	for (size_t i = 0; i < n; i++)
		item[i]->verdict[0] = '\0';
	e = pg_run(g->db, g->statement, &rows, left, &r);
	if (!e)
		read_verdicts(r, item, n);
	free((char *)rows.p);
	return e;
}

/* Who lost a deadlock against the drain only has to try again. */
static enum err
commit(struct group *g, struct group_item *const *item, size_t n)
{
	enum err e;

	do
		e = commit_once(g, item, n);
	while (e == ERR_AWAY && str_has_prefix(str_of(pg_state(g->db)),
	    STR("40")) && !is_late(g, item[0]));
	pthread_mutex_lock(&g->lock);
	if (e == ERR_AWAY)
		set_state(g, GROUP_AWAY);
	if (!e) {
		g->counts.commits++;
		g->retry_ms = GROUP_RETRY_MS_MIN;
	}
	pthread_mutex_unlock(&g->lock);
	return e;
}

/*
 * A row the statement said nothing about is not known to be there: the spool
 * has it too, and its id decides.
 */
static void
answer_committed(struct group *g, struct group_item *const *item, size_t n)
{
	size_t said = 0;

	for (size_t i = 0; i < n; i++)
		said += item[i]->verdict[0] != '\0';
	count_done(g, said, &g->counts.committed);
	for (size_t i = 0; i < n; i++)
		if (item[i]->verdict[0])
			answer(item[i], OK);
		else
			spool_items(g, &item[i], 1);
}

/* A row of a batch that was refused; false if it is the spool's after all. */
static bool
serve_alone(struct group *g, struct group_item *item)
{
	enum err e = is_late(g, item) ? ERR_AWAY : commit(g, &item, 1);

	if (e == ERR_AWAY)
		return false;
	if (!e) {
		answer_committed(g, &item, 1);
		return true;
	}
	log_event(LOG_ERROR, "group.refused", LOG_Z("state", pg_state(g->db)),
	    LOG_INT("bytes", (int64_t)item->row.n));
	count_done(g, 1, &g->counts.refused);
	answer(item, ERR_INPUT);
	return true;
}

static void
serve(struct group *g, const struct batch *b)
{
	enum err e = b->is_for_spool ? ERR_AWAY : commit(g, b->item, b->count);
	size_t i = 0;

	if (!e) {
		answer_committed(g, b->item, b->count);
		return;
	}
	while (e != ERR_AWAY && i < b->count && serve_alone(g, b->item[i]))
		i++;
	if (i < b->count)
		spool_items(g, &b->item[i], b->count - i);
}

/* Must this one go to the spool now, whatever PostgreSQL does? */
static bool
is_for_spool(const struct group *g, const struct group_item *item)
{
	return g->state == GROUP_AWAY || is_late(g, item);
}

/* Under the lock, with something waiting. */
static void
take_batch(struct group *g, struct batch *b)
{
	size_t bytes = 0, max;

	b->count = 0;
	b->is_for_spool = is_for_spool(g, g->head);
	max = b->is_for_spool ? GROUP_SPOOL_MAX : GROUP_BATCH_MAX;
	while (g->head && b->count < max
	    && (!b->is_for_spool || is_for_spool(g, g->head))
	    && (!b->count || bytes + g->head->row.n <= GROUP_BATCH_BYTES_MAX)) {
		bytes += g->head->row.n;
		b->item[b->count++] = g->head;
		g->head = g->head->next;
	}
	if (!g->head)
		g->tail = &g->head;
}

/* Under the lock: sleep until there may be something to do. */
static void
idle(struct group *g)
{
	if (g->head)
		wait_until(g, &g->work, g->head->put_ms + g->wait_ms / 2);
	else if (g->tend_ms)
		wait_until(g, &g->work, g->tend_ms);
	else
		pthread_cond_wait(&g->work, &g->lock);
}

/*
 * Under the lock: seal, so that the drain may have what is there.  Whether a
 * spool that refused has room again no visitor may come to find out.
 */
static void
tend_spool(struct group *g)
{
	bool has_room;

	g->tend_ms = 0;
	spool_seal(g->spool);
	if (g->counts.can_spool)
		return;
	pthread_mutex_unlock(&g->lock);
	has_room = !spool_probe(g->spool);
	pthread_mutex_lock(&g->lock);
	g->counts.can_spool = has_room;
	g->tend_ms = has_room ? 0 : clock_mono_ms() + GROUP_PROBE_MS;
}

static void *
write_batches(void *context)
{
	struct group *g = context;
	struct batch b;

	block_signals();
	pthread_setname_np(pthread_self(), "group");
	pthread_mutex_lock(&g->lock);
	while (g->head || !g->is_stopping) {
		if (g->tend_ms && clock_mono_ms() >= g->tend_ms)
			tend_spool(g);
		if (!g->head || (g->state == GROUP_FIRST
		    && !is_late(g, g->head))) {
			idle(g);
			continue;
		}
		take_batch(g, &b);
		pthread_mutex_unlock(&g->lock);
		serve(g, &b);
		pthread_mutex_lock(&g->lock);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

/* Under the lock: false if it is time to stop instead. */
static bool
rest_before_retry(struct group *g)
{
	int64_t until = clock_mono_ms() + token_jitter(g->retry_ms);

	g->retry_ms *= 2;
	if (g->retry_ms > GROUP_RETRY_MS_MAX)
		g->retry_ms = GROUP_RETRY_MS_MAX;
	while (!g->is_stopping && clock_mono_ms() < until)
		wait_until(g, &g->search, until);
	return !g->is_stopping;
}

/*
 * That PostgreSQL answers does not mean that it commits: only a commit makes
 * the pauses short again.
 */
static void *
search_server(void *context)
{
	struct group *g = context;
	enum err e;

	block_signals();
	pthread_setname_np(pthread_self(), "group-probe");
	pthread_mutex_lock(&g->lock);
	while (!g->is_stopping) {
		if (g->state == GROUP_READY) {
			pthread_cond_wait(&g->search, &g->lock);
			continue;
		}
		if (g->state == GROUP_AWAY && !rest_before_retry(g))
			break;
		pthread_mutex_unlock(&g->lock);
		e = pg_run(g->db, &group_probe, NULL, GROUP_PROBE_MS, NULL);
		pthread_mutex_lock(&g->lock);
		set_state(g, e ? GROUP_AWAY : GROUP_READY);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

static void
init_locks(struct group *g)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&g->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&g->work, &monotonic);
	pthread_cond_init(&g->search, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void
release(struct group *g)
{
	pthread_cond_destroy(&g->work);
	pthread_cond_destroy(&g->search);
	pthread_mutex_destroy(&g->lock);
	spool_close(g->spool);
	pg_free(g->db);
	free(g);
}

static void
stop(struct group *g)
{
	pthread_mutex_lock(&g->lock);
	g->is_stopping = true;
	pthread_cond_signal(&g->work);
	pthread_cond_signal(&g->search);
	pthread_mutex_unlock(&g->lock);
}

enum err
group_new(const struct group_plan *plan, struct group **out)
{
	struct group *g = calloc(1, sizeof *g);

	if (!g)
		abort();
	g->statement = plan->statement;
	g->wait_ms = plan->wait_ms;
	g->tail = &g->head;
	g->retry_ms = GROUP_RETRY_MS_MIN;
	g->counts.can_spool = true;
	init_locks(g);
	g->db = pg_new(plan->database, "piste-group");
	pg_session(g->db, plan->session ? plan->session : PG_WRITER_SESSION);
	if (spool_open(plan->spool_dir, plan->spool_bytes_max, &g->spool))
		goto release;
	if (pthread_create(&g->writer, NULL, write_batches, g))
		goto release;
	if (pthread_create(&g->prober, NULL, search_server, g))
		goto stop;
	*out = g;
	return OK;
stop:
	stop(g);
	pthread_join(g->writer, NULL);
release:
	release(g);
	return ERR_AWAY;
}

void
group_free(struct group *g)
{
	if (!g)
		return;
	stop(g);
	pthread_join(g->writer, NULL);
	pthread_join(g->prober, NULL);
	release(g);
}

enum err
group_put(struct group *g, struct group_item *item)
{
	enum err e = OK;

	if (item->row.n > SPOOL_RECORD_BYTES_MAX)
		return ERR_LIMIT;
	item->next = NULL;
	item->is_spooled = false;
	pthread_mutex_lock(&g->lock);
	if (g->waiting < GROUP_QUEUE_MAX) {
		item->put_ms = clock_mono_ms();
		if (!g->head)
			pthread_cond_signal(&g->work);
		*g->tail = item;
		g->tail = &item->next;
		g->waiting++;
	} else {
		e = ERR_LIMIT;
	}
	pthread_mutex_unlock(&g->lock);
	return e;
}

void
group_counts(struct group *g, struct group_count *out)
{
	pthread_mutex_lock(&g->lock);
	*out = g->counts;
	out->is_away = g->state == GROUP_AWAY;
	pthread_mutex_unlock(&g->lock);
}
