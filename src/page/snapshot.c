/*
 * Implements snapshot.h: a thread that listens to PostgreSQL, watches the
 * templates, and puts a new picture in place of the old one only when all of
 * it is sound.  keep.c has the copy on disk.
 */
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "page/define.h"
#include "page/frozen.h"
#include "page/keep.h"
#include "page/site.h"
#include "page/template.h"
#include "store/pg.h"
#include "page/snapshot.h"

#define FIRST_MS 200		/* to reach it, with a picture from the disk */
#define FIRST_LOOK_MS 25000	/* for all of the first look, once reached */
#define RECHECK_MS 30000	/* a notification can be lost on the way */
#define RETRY_MS_MIN 250
#define RETRY_MS_MAX 2000
#define COMPLAINTS_MAX 10	/* lines of a log for one broken load */

/* A picture and what it is made of; one holder is the snapshot itself. */
struct held {
	struct picture picture;	/* first: callers hold its address */
	struct arena *arena;
	struct template_set *templates;
	size_t holders;		/* under the snapshot's lock */
};

/* The document that was last read, good or bad. */
struct document {
	struct arena *arena;
	struct str json;
};

struct snapshot {
	struct snapshot_plan plan;
	pthread_t thread;
	int stop_fd;
	int64_t first_ms;	/* how long the first look may take */
	pthread_mutex_t lock;
	pthread_cond_t tried;	/* told when has_tried or has_reached */
	struct held *now;	/* under lock, as what follows */
	size_t holds;		/* of this picture and of those before */
	int64_t looked_ms;	/* by the monotonic clock; -1 for never */
	bool has_reached;	/* the database is there, and being read */
	bool has_tried;		/* the first look is over, good or bad */
	/* The rest is the thread's alone. */
	struct pg *db;
	bool is_listening;
	bool is_told;		/* plan.renewed knows the present picture */
	bool is_failing;	/* the database can be reached, yet says no */
	int64_t look_ms;	/* when to look at the database again */
	int64_t retry_ms;
	int64_t tick_ms;
	struct document document;
	uint64_t stamp;		/* of the templates last tried */
};

static void
held_free(struct held *h)
{
	if (!h)
		return;
	frozen_free(h->picture.frozen);
	template_free(h->templates);
	arena_free(h->arena);
	free(h);
}

static void
drop(struct snapshot *sn, struct held *h)
{
	size_t left = 1;

	pthread_mutex_lock(&sn->lock);
	if (h)
		left = --h->holders;
	pthread_mutex_unlock(&sn->lock);
	if (!left)
		held_free(h);
}

const struct picture *
snapshot_hold(struct snapshot *sn)
{
	struct held *h;

	pthread_mutex_lock(&sn->lock);
	h = sn->now;
	if (h) {
		h->holders++;
		sn->holds++;
	}
	pthread_mutex_unlock(&sn->lock);
	return h ? &h->picture : NULL;
}

void
snapshot_release(struct snapshot *sn, const struct picture *p)
{
	pthread_mutex_lock(&sn->lock);
	sn->holds--;
	pthread_mutex_unlock(&sn->lock);
	drop(sn, (struct held *)(uintptr_t)p);
}

int64_t
snapshot_age_ms(struct snapshot *sn)
{
	int64_t looked;

	pthread_mutex_lock(&sn->lock);
	looked = sn->looked_ms;
	pthread_mutex_unlock(&sn->lock);
	return looked < 0 ? -1 : clock_mono_ms() - looked;
}

static void
tell_waiter(struct snapshot *sn, bool *what)
{
	pthread_mutex_lock(&sn->lock);
	*what = true;
	pthread_cond_signal(&sn->tried);
	pthread_mutex_unlock(&sn->lock);
}

static void
note_look(struct snapshot *sn)
{
	pthread_mutex_lock(&sn->lock);
	sn->looked_ms = clock_mono_ms();
	pthread_mutex_unlock(&sn->lock);
}

/* One event for each line of what template_load complained of. */
static void
log_complaints(struct str text)
{
	struct str line;

	for (int i = 0; i < COMPLAINTS_MAX && text.n; i++) {
		str_cut(text, '\n', &line, &text);
		log_event(LOG_ERROR, "snapshot.template",
		    LOG_STR("refused", line));
	}
}

static enum err
load_templates(struct snapshot *sn, struct held *h)
{
	char *text = NULL;
	size_t n = 0;
	FILE *complaints = open_memstream(&text, &n);
	enum err e;

	if (!complaints)
		return ERR_AWAY;
	e = template_load(sn->plan.templates, &h->templates, complaints);
	fclose(complaints);
	if (e)
		log_complaints((struct str){ text, n });
	free(text);
	return e;
}

static enum err
load_site(struct str json, struct held *h)
{
	struct site_error *error;
	size_t errors;
	enum err e;

	h->arena = arena_new(SITE_ARENA_BYTES_MAX);
	e = site_parse(h->arena, json, &h->picture.site, &error, &errors);
	for (size_t i = 0; i < errors && i < COMPLAINTS_MAX; i++)
		log_event(LOG_ERROR, "snapshot.definition",
		    LOG_STR("path", error[i].path),
		    LOG_STR("reason", error[i].reason));
	return e;
}

/* A page can wait for its template; the others can't wait for that page. */
static void
warn_of_absent(const struct held *h)
{
	char name[SITE_KEY_BYTES_MAX + sizeof "landing/"];

	for (size_t i = 0; i < h->picture.site->pages; i++) {
		const struct site_page *pg = &h->picture.site->page[i];

		for (size_t k = 0; k < pg->variants && !pg->is_archived; k++) {
			snprintf(name, sizeof name, "landing/%.*s",
			    STR_ARG(pg->variant[k].template));
			if (!template_find(h->templates, str_of(name)))
				log_event(LOG_WARN, "snapshot.absent",
				    LOG_STR("page", pg->key),
				    LOG_Z("template", name));
		}
	}
}

/* A picture from the disk is told of once the database has confirmed it. */
static void
tell(struct snapshot *sn, const struct site *site)
{
	sn->is_told = sn->is_listening;
	if (sn->plan.renewed && sn->is_listening)
		sn->plan.renewed(sn->plan.context, site);
}

/* A new picture of the document and the templates; the old one if broken. */
static enum err
renew(struct snapshot *sn)
{
	struct held *h = calloc(1, sizeof *h), *old;
	enum err e;

	if (!h)
		return ERR_AWAY;
	sn->stamp = template_stamp(sn->plan.templates);
	e = load_site(sn->document.json, h);
	if (!e)
		e = load_templates(sn, h);
	if (e) {
		held_free(h);
		return e;
	}
	warn_of_absent(h);
	tell(sn, h->picture.site);
	h->picture.templates = h->templates;
	h->picture.frozen = frozen_new(h->picture.site, FROZEN_BYTES_MAX);
	h->picture.loaded_ms = clock_now_ms();
	h->holders = 1;
	pthread_mutex_lock(&sn->lock);
	old = sn->now;
	sn->now = h;
	pthread_mutex_unlock(&sn->lock);
	drop(sn, old);
	log_event(LOG_INFO, "snapshot.new",
	    LOG_INT("pages", (int64_t)h->picture.site->pages));
	return OK;
}

static void
take_document(struct snapshot *sn, struct document d)
{
	arena_free(sn->document.arena);
	sn->document = d;
}

/* What the database says is worth keeping once it has made a picture. */
static void
take_news(struct snapshot *sn, struct document d)
{
	bool is_same = sn->document.arena &&
	    str_eq(d.json, sn->document.json);

	if (is_same) {
		if (sn->now && !sn->is_told)
			tell(sn, sn->now->picture.site);
		arena_free(d.arena);
		return;
	}
	take_document(sn, d);
	if (!renew(sn))
		keep_write(sn->plan.state, d.json);
}

/* pg tells when it is away; what it refuses is told here, once. */
static void
fail_look(struct snapshot *sn, enum err e)
{
	if (e != ERR_AWAY && !sn->is_failing)
		log_event(LOG_ERROR, "snapshot.refused",
		    LOG_Z("reason", pg_message(sn->db)));
	sn->is_failing = e != ERR_AWAY;
	sn->is_listening = false;
	pg_drop(sn->db);
	sn->look_ms = clock_mono_ms() + sn->retry_ms;
	sn->retry_ms *= 2;
	if (sn->retry_ms > RETRY_MS_MAX)
		sn->retry_ms = RETRY_MS_MAX;
}

/*
 * LISTEN before reading: a change between the two is notified.  After a loss
 * everything is read again, since nobody kept what was notified meanwhile.
 */
static void
look(struct snapshot *sn, int64_t connect_ms)
{
	struct document d = { .arena = arena_new(SITE_ARENA_BYTES_MAX) };
	enum err e = OK;

	if (!pg_is_connected(sn->db))
		sn->is_listening = false;
	if (!sn->is_listening)
		e = pg_script(sn->db, "LISTEN " SNAPSHOT_CHANNEL,
		    connect_ms);
	if (!e) {
		sn->is_listening = true;
		tell_waiter(sn, &sn->has_reached);
		e = define_snapshot(sn->db, d.arena, &d.json);
	}
	if (e) {
		arena_free(d.arena);
		fail_look(sn, e);
		return;
	}
	sn->is_failing = false;
	sn->retry_ms = RETRY_MS_MIN;
	sn->look_ms = clock_mono_ms() + RECHECK_MS;
	note_look(sn);
	take_news(sn, d);
}

static void
look_at_disk(struct snapshot *sn)
{
	struct document d = { .arena = arena_new(SITE_ARENA_BYTES_MAX) };

	if (keep_read(sn->plan.state, d.arena, &d.json)) {
		arena_free(d.arena);
		return;
	}
	take_document(sn, d);
	/* What is wrong is logged; the database may have a better one. */
	(void)renew(sn);
}

static bool
is_stopping(struct snapshot *sn, int64_t wait_ms)
{
	struct pollfd p = { .fd = sn->stop_fd, .events = POLLIN };

	return poll(&p, 1, (int)wait_ms) > 0;
}

/* Until something happens or the next tick is due. */
static void
await(struct snapshot *sn)
{
	int64_t now = clock_mono_ms();
	int64_t until = sn->tick_ms < sn->look_ms ? sn->tick_ms : sn->look_ms;
	int64_t wait = until > now ? until - now : 0;
	bool is_notified = false;

	if (!sn->is_listening) {
		is_stopping(sn, wait);
		return;
	}
	if (pg_wait(sn->db, sn->stop_fd, wait, &is_notified)) {
		sn->is_listening = false;
		sn->look_ms = now;
		return;
	}
	note_look(sn);
	if (is_notified)
		sn->look_ms = now;
}

static void
tick(struct snapshot *sn)
{
	if (clock_mono_ms() < sn->tick_ms)
		return;
	sn->tick_ms = clock_mono_ms() + SNAPSHOT_POLL_MS;
	if (sn->document.arena &&
	    template_stamp(sn->plan.templates) != sn->stamp &&
	    !renew(sn) && sn->is_listening)
		keep_write(sn->plan.state, sn->document.json);
	if (sn->plan.tick)
		sn->plan.tick(sn->plan.context,
		    sn->now ? sn->now->picture.site : NULL);
}

/* Short when there is a picture already: the next may take its time. */
static void
look_first(struct snapshot *sn)
{
	look(sn, sn->first_ms);
	tell_waiter(sn, &sn->has_tried);
}

static void *
run(void *argument)
{
	struct snapshot *sn = argument;

	look_first(sn);
	while (!is_stopping(sn, 0)) {
		await(sn);
		if (is_stopping(sn, 0))
			break;
		if (clock_mono_ms() >= sn->look_ms)
			look(sn, PG_CONNECT_MS);
		tick(sn);
	}
	return NULL;
}

/* Under the lock, for wait_ms, or until *what or the first look is over. */
static void
await_either(struct snapshot *sn, const bool *what, int64_t wait_ms)
{
	int64_t until = clock_mono_ms() + wait_ms;
	struct timespec t = { until / 1000, until % 1000 * 1000000 };
	int late = 0;

	while (!*what && !sn->has_tried && !late)
		late = pthread_cond_clockwait(&sn->tried, &sn->lock,
		    CLOCK_MONOTONIC, &t);
}

/* From the disk alone nobody could tell who keeps which arm. */
static void
await_first(struct snapshot *sn)
{
	pthread_mutex_lock(&sn->lock);
	await_either(sn, &sn->has_reached, sn->first_ms);
	if (sn->has_reached)
		await_either(sn, &sn->has_tried, FIRST_LOOK_MS);
	if (sn->now && sn->looked_ms < 0)
		log_event(LOG_WARN, "snapshot.from_disk");
	pthread_mutex_unlock(&sn->lock);
}

static void
clear(struct snapshot *sn)
{
	held_free(sn->now);
	arena_free(sn->document.arena);
	pg_free(sn->db);
	if (sn->stop_fd >= 0)
		close(sn->stop_fd);
	pthread_cond_destroy(&sn->tried);
	pthread_mutex_destroy(&sn->lock);
	free(sn);
}

enum err
snapshot_new(const struct snapshot_plan *plan, struct snapshot **out)
{
	struct snapshot *sn = calloc(1, sizeof *sn);

	if (!sn)
		return ERR_AWAY;
	sn->plan = *plan;
	sn->looked_ms = -1;
	sn->retry_ms = RETRY_MS_MIN;
	sn->db = pg_new(plan->database, "piste-snapshot");
	sn->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&sn->lock, NULL);
	pthread_cond_init(&sn->tried, NULL);
	look_at_disk(sn);
	sn->first_ms = sn->now ? FIRST_MS : PG_CONNECT_MS;
	if (sn->stop_fd >= 0 &&
	    !pthread_create(&sn->thread, NULL, run, sn)) {
		await_first(sn);
		*out = sn;
		return OK;
	}
	log_event(LOG_ERROR, "snapshot.thread");
	clear(sn);
	return ERR_AWAY;
}

void
snapshot_free(struct snapshot *sn)
{
	uint64_t one = 1;
	size_t holds;
	ssize_t n;

	if (!sn)
		return;
	n = write(sn->stop_fd, &one, sizeof one);
	assert(n == sizeof one);
	pthread_join(sn->thread, NULL);
	pthread_mutex_lock(&sn->lock);
	holds = sn->holds;
	pthread_mutex_unlock(&sn->lock);
	if (!holds) {
		clear(sn);
		return;
	}
	log_event(LOG_WARN, "snapshot.held", LOG_INT("times", (int64_t)holds));
}
