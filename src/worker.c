/*
 * The background worker: a loop around modules that each make their own
 * work safe to repeat, so that it may be killed anywhere.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/token.h"
#include "experiment/watch.h"
#include "lead/queue.h"
#include "lead/submit.h"
#include "store/pg.h"

#include "worker.h"

#define NAME_BYTES 128

/*
 * Plans are made anew each time: kept from when the queue was empty, a join
 * would read a whole index for each row.
 */
static const char session[] = PG_WRITER_SESSION
    "; SET plan_cache_mode = force_custom_plan; LISTEN " QUEUE_CHANNEL;

struct worker {
	const struct conf *conf;
	struct pg *db;
	char name[NAME_BYTES];
	int stop_fd;		/* readable once we shall stop */
	int64_t backoff_ms;
	int64_t watch_at_ms;	/* by clock_mono_ms: not before */
};

/* How one went: the others' answers, and whether there may be more to do. */
struct turn {
	enum err spool;
	enum err watch;
	bool has_more;
};

/* Host and process for people; chance, because both come again. */
static void
name_worker(struct worker *w)
{
	char host[64] = "", id[TOKEN_ID_CHARS + 1];

	(void)gethostname(host, sizeof host - 1);
	token_id(id);
	snprintf(w->name, sizeof w->name, "%s/%ld/%.8s", host, (long)getpid(),
	    id);
}

static bool
is_stopping(const struct worker *w, int64_t wait_ms)
{
	struct pollfd p = { .fd = w->stop_fd, .events = POLLIN };

	return poll(&p, 1, (int)wait_ms) > 0;
}

static enum err
drain(struct worker *w, int64_t *drained)
{
	enum err e = submit_drain(w->db, w->conf->spool, w->stop_fd, drained);

	if (*drained)
		log_event(LOG_INFO, "worker.drained",
		    LOG_INT("records", *drained));
	return e;
}

/* Experiments, one at a time; when none is due, not for a while. */
static enum err
watch(struct worker *w, int64_t *done)
{
	enum err e;

	*done = 0;
	if (clock_mono_ms() < w->watch_at_ms)
		return OK;
	e = watch_turn(w->db, done);
	if (!*done)
		w->watch_at_ms = clock_mono_ms() + WORKER_WATCH_MS;
	if (e)
		log_event(LOG_WARN, "worker.watch", LOG_Z("why", err_name(e)));
	return e;
}

/*
 * One drain and one claim of the queue, so that neither waits until the other
 * is empty, then one experiment.  What fails of the first or the last must not
 * keep the queue from being worked; when it is PostgreSQL that is away, the
 * queue notices as well.
 */
static enum err
turn(struct worker *w, struct turn *t)
{
	int64_t drained, done = 0, seen = 0;
	enum err e = OK;

	t->spool = drain(w, &drained);
	if (!is_stopping(w, 0))
		e = queue_turn(w->db, str_of(w->name), w->conf->lease_ms,
		    &done);
	t->watch = e || is_stopping(w, 0) ? OK : watch(w, &seen);
	/* What a failed drain has taken may be there again the next time. */
	t->has_more = done || seen || (drained && !t->spool);
	return e;
}

/* Workers that lost the same server must not all come back at once. */
static void
back_off(struct worker *w)
{
	(void)is_stopping(w, token_jitter(w->backoff_ms));
	w->backoff_ms *= 2;
	if (w->backoff_ms > WORKER_BACKOFF_MS_MAX)
		w->backoff_ms = WORKER_BACKOFF_MS_MAX;
}

static void
run(struct worker *w)
{
	struct turn t;
	bool notified;
	enum err e;

	while (!is_stopping(w, 0)) {
		e = turn(w, &t);
		if (!e && !t.has_more)
			e = pg_wait(w->db, w->stop_fd, WORKER_POLL_MS,
			    &notified);
		if (e)
			back_off(w);
		else
			w->backoff_ms = WORKER_BACKOFF_MS_MIN;
	}
}

static enum err
run_once(struct worker *w)
{
	struct turn t;
	enum err e;

	do
		e = turn(w, &t);
	while (!e && t.has_more && !is_stopping(w, 0));
	return e ? e : t.spool ? t.spool : t.watch;
}

enum err
worker_run(const struct conf *c, bool once)
{
	struct worker w = { .conf = c, .backoff_ms = WORKER_BACKOFF_MS_MIN };
	struct signalfd_siginfo taken;
	sigset_t stop, before;
	enum err e = OK;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, &before);
	w.stop_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w.stop_fd < 0) {
		log_event(LOG_ERROR, "worker.signalfd");
		e = ERR_AWAY;
		goto unblock;
	}
	name_worker(&w);
	w.db = pg_new(c->database, "piste-work");
	pg_session(w.db, session);
	log_event(LOG_INFO, "worker.start", LOG_Z("name", w.name));
	if (once)
		e = run_once(&w);
	else
		run(&w);
	/* Taken, or it would strike as soon as it is unblocked. */
	while (read(w.stop_fd, &taken, sizeof taken) > 0)
		;
	log_event(LOG_INFO, "worker.stop", LOG_Z("name", w.name));
	pg_free(w.db);
	close(w.stop_fd);
unblock:
	sigprocmask(SIG_SETMASK, &before, NULL);
	return e;
}
