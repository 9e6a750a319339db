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
#include "base/localday.h"
#include "base/log.h"
#include "base/token.h"
#include "consent/workerrole.h"
#include "deliver/outbox.h"
#include "experiment/watch.h"
#include "lead/allot.h"
#include "lead/flood.h"
#include "lead/importfile.h"
#include "lead/draft.h"
#include "lead/mailcheck.h"
#include "lead/nurtureturn.h"
#include "lead/orphan.h"
#include "lead/promise.h"
#include "lead/queue.h"
#include "lead/recycle.h"
#include "lead/retention.h"
#include "lead/scorepass.h"
#include "lead/sellermail.h"
#include "lead/submit.h"
#include "postman.h"
#include "reportwork.h"
#include "store/pg.h"
#include "track/kpi.h"

#include "worker.h"

#define NAME_BYTES 128

/*
 * Plans are made anew each time: kept from when the queue was empty, a join
 * would read a whole index for each row.
 */
#define SESSION PG_WRITER_SESSION "; SET plan_cache_mode = force_custom_plan"
static const char session[] = WORKERROLE_SESSION "; " SESSION
    "; LISTEN " QUEUE_CHANNEL "; LISTEN " OUTBOX_CHANNEL;

struct worker {
	const struct conf *conf;
	struct pg *db;
	/* For the spool: taking submissions in is not the role's to do. */
	struct pg *intake;
	char intake_session[sizeof SESSION + FLOOD_SESSION_BYTES];
	struct postman *postman;
	char name[NAME_BYTES];
	int stop_fd;		/* readable once we shall stop */
	int64_t backoff_ms;
	int64_t watch_at_ms;	/* by clock_mono_ms: not before */
	struct mailcheck mailcheck;
	int64_t sweep_at_ms;	/* the same */
	struct promise promise;
	struct sellermail sellermail;
	int64_t tell_at_ms;	/* the same */
	int64_t rescore_at_ms;	/* the same */
	int64_t pass_at_ms;	/* the same */
	struct recycle recycle;
	int64_t recycle_at_ms;	/* the same */
	struct retention retention;
	int64_t retain_at_ms;	/* the same */
	int64_t figures_at_ms;	/* the same */
	int64_t upkeep_at_ms;	/* the same */
	struct reportwork report;
};

/* How one went: the others' answers, and whether there may be more to do. */
struct turn {
	enum err spool;
	enum err allocate;
	enum err deliver;
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

static void
say_intake(struct worker *w)
{
	char rates[FLOOD_SESSION_BYTES];

	snprintf(w->intake_session, sizeof w->intake_session, SESSION "; %s",
	    flood_session(w->conf, rates));
	pg_session(w->intake, w->intake_session);
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
	enum err e = submit_drain(w->intake, w->conf->spool, w->stop_fd,
	    drained);

	if (*drained)
		log_event(LOG_INFO, "worker.drained",
		    LOG_INT("records", *drained));
	return e;
}

/* Mails; with no server for them the rest goes on. */
static enum err
deliver(struct worker *w, int64_t *done)
{
	enum err e = postman_turn(w->postman, w->db, str_of(w->name), done);

	if (e)
		log_event(LOG_WARN, "worker.deliver",
		    LOG_Z("why", err_name(e)));
	return e;
}

/* Whose leads are; a lead that is qualified does not wait for this. */
static enum err
allocate(struct worker *w, int64_t *done)
{
	enum err e = allot_turn(w->db, done);

	if (e)
		log_event(LOG_WARN, "worker.allocate",
		    LOG_Z("why", err_name(e)));
	return e;
}

/*
 * What leads wait for, which promises are broken, and the mails that tell
 * sellers; at once when leads were given.
 */
static void
tell(struct worker *w, bool is_urgent, int64_t *done)
{
	int64_t told = 0;
	enum err e;

	*done = 0;
	if (!is_urgent && clock_mono_ms() < w->tell_at_ms)
		return;
	e = promise_turn(w->db, &w->promise, done);
	if (!e)
		e = sellermail_turn(w->db, &w->sellermail, &told);
	*done += told;
	w->tell_at_ms = clock_mono_ms() + (e ? WORKER_WATCH_MS :
	    WORKER_TELL_MS);
	if (e)
		log_event(LOG_WARN, "worker.tell", LOG_Z("why", err_name(e)));
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

/* Files that belong to nobody, and what is kept no longer, now and then. */
static void
sweep(struct worker *w)
{
	const struct orphan_place place = { w->conf->uploads, w->conf->spool,
		w->conf->form_max_age_ms };
	struct orphan_told told = { 0 };
	int64_t forgotten, files = 0;
	enum err e;

	if (clock_mono_ms() < w->sweep_at_ms)
		return;
	w->sweep_at_ms = clock_mono_ms() + WORKER_SWEEP_MS;
	e = retention_clock(w->intake);
	if (!e)
		e = orphan_sweep(w->intake, &place, clock_now_ms(), &told);
	if (e || told.removed)
		log_event(e ? LOG_WARN : LOG_INFO, "worker.swept",
		    LOG_INT("files", told.removed), LOG_Z("why", err_name(e)));
	if (told.held_by)
		log_event(LOG_WARN, "worker.unswept",
		    LOG_INT("aside", told.held_by),
		    LOG_STR("spool", w->conf->spool));
	e = draft_expire(w->intake, &forgotten);
	if (!e)
		e = importfile_forget(w->intake, &files);
	forgotten += files;
	if (e || forgotten)
		log_event(e ? LOG_WARN : LOG_INFO, "worker.forgot",
		    LOG_INT("rows", forgotten), LOG_Z("why", err_name(e)));
}

/*
 * What was kept long enough goes: a step of a pass, one pass a day.  By the
 * servers' rights: the worker's role may not erase.
 */
static void
retain(struct worker *w, int64_t *done)
{
	bool is_over = false;
	int64_t erased = 0;
	enum err e;

	*done = 0;
	if (clock_mono_ms() < w->retain_at_ms)
		return;
	e = retention_clock(w->intake);
	if (!e)
		e = retention_turn(w->intake, w->conf, &w->retention,
		    clock_now_ms(), &erased, &is_over);
	if (e || is_over)
		w->retain_at_ms = clock_mono_ms() + (e ? WORKER_SWEEP_MS :
		    WORKER_RETAIN_MS);
	*done = !e && !is_over;
	if (e || erased)
		log_event(e ? LOG_WARN : LOG_INFO, "worker.retained",
		    LOG_INT("erased", erased), LOG_Z("why", err_name(e)));
}

/*
 * Leads of whom there is something new are scored anew, and a step of the
 * day's pass over all of them: scores fade.  By the servers' rights: what a
 * lead is scored from is people's answers.
 */
static void
rescore(struct worker *w, int64_t *done)
{
	struct scorepass_told told = { 0 };
	enum err e;

	*done = 0;
	if (clock_mono_ms() < w->rescore_at_ms)
		return;
	e = scorepass_due(w->intake, done);
	if (!e && clock_mono_ms() >= w->pass_at_ms) {
		e = scorepass_daily(w->intake, &told);
		if (told.has_more)
			*done = 1;
		else
			w->pass_at_ms = clock_mono_ms() + WORKER_PASS_MS;
	}
	if (told.is_over && told.pass.changed)
		log_event(LOG_INFO, "worker.rescored",
		    LOG_INT("leads", told.pass.leads),
		    LOG_INT("changed", told.pass.changed),
		    LOG_INT("mqls", told.pass.mqls));
	if (!e)
		return;
	w->rescore_at_ms = clock_mono_ms() + WORKER_WATCH_MS;
	log_event(LOG_WARN, "worker.rescore", LOG_Z("why", err_name(e)));
}

/* Leads that were laid aside come up again: a step of a pass over them. */
static void
recycle(struct worker *w, int64_t *done)
{
	bool is_over = false;
	enum err e;

	*done = 0;
	if (clock_mono_ms() < w->recycle_at_ms)
		return;
	e = recycle_turn(w->db, &w->recycle, &is_over);
	*done = !e && !is_over;
	if (is_over && w->recycle.moved)
		log_event(LOG_INFO, "worker.recycled",
		    LOG_INT("leads", w->recycle.moved));
	if (e)
		log_event(LOG_WARN, "worker.recycle",
		    LOG_Z("why", err_name(e)));
	if (!e && !is_over)
		return;
	w->recycle = (struct recycle){ 0 };
	w->recycle_at_ms = clock_mono_ms() + WORKER_RECYCLE_MS;
}

/*
 * Scenarios: by the servers' rights, since what is decided rests on what people
 * did.  Mails are letters, whose consent is asked again when they are sent.
 */
static void
nurture(struct worker *w, int64_t *done)
{
	enum err e = nurtureturn_run(w->intake, w->conf, clock_now_ms(),
	    done);

	if (e)
		log_event(LOG_WARN, "worker.nurture",
		    LOG_Z("why", err_name(e)));
}

/* Days in which something has changed are counted anew, a few at a time. */
static void
count_figures(struct worker *w, int64_t *done)
{
	int64_t since = clock_mono_ms(), left = 0;
	enum err e = OK;

	*done = 0;
	if (since < w->figures_at_ms)
		return;
	if (since >= w->upkeep_at_ms) {
		e = kpi_upkeep(w->db, w->conf->retention_figure_months);
		w->upkeep_at_ms = clock_mono_ms() + (e ? WORKER_WATCH_MS :
		    WORKER_RETAIN_MS);
	}
	if (!e)
		e = kpi_turn(w->db, w->conf->time_zone, done, &left);
	*done = *done ? left : 0;	/* 0: another counts */
	if (e || !*done)
		w->figures_at_ms = clock_mono_ms() + WORKER_FIGURES_MS +
		    WORKER_FIGURES_REST * (clock_mono_ms() - since);
	if (e)
		log_event(LOG_WARN, "worker.figures",
		    LOG_Z("why", err_name(e)));
}

/* What the DNS says of the next leads; they are qualified without it too. */
static void
check_mail(struct worker *w)
{
	enum err e = mailcheck_turn(&w->mailcheck, w->db, w->stop_fd);

	if (e)
		log_event(LOG_WARN, "worker.mailcheck",
		    LOG_Z("why", err_name(e)));
}

/*
 * One drain and, after a look at the DNS, one claim of the queue, so that
 * neither waits until the other is empty; then mails, then one experiment.
 * What fails of these must not keep the queue from being worked; when it is
 * PostgreSQL that is away, the queue notices as well.
 */
static enum err
turn(struct worker *w, struct turn *t)
{
	int64_t drained, done = 0, given = 0, mailed = 0, seen = 0;
	int64_t retained = 0, rescored = 0, told = 0, recycled = 0;
	int64_t nurtured = 0, counted = 0, reported = 0;
	enum err e = OK;

	t->spool = drain(w, &drained);
	check_mail(w);
	if (!is_stopping(w, 0))
		e = queue_turn(w->db, str_of(w->name), w->conf->lease_ms,
		    &done);
	t->allocate = e || is_stopping(w, 0) ? OK : allocate(w, &given);
	if (!e && !is_stopping(w, 0))
		tell(w, given, &told);
	t->deliver = e || is_stopping(w, 0) ? OK : deliver(w, &mailed);
	t->watch = e || is_stopping(w, 0) ? OK : watch(w, &seen);
	if (!e && !t->spool && !is_stopping(w, 0))
		rescore(w, &rescored);
	if (!e && !is_stopping(w, 0))
		recycle(w, &recycled);
	if (!e && !t->spool && !is_stopping(w, 0))
		nurture(w, &nurtured);
	if (!e && !is_stopping(w, 0))
		count_figures(w, &counted);
	if (!e && !t->spool && !is_stopping(w, 0))
		reportwork_turn(&w->report, w->intake, &reported);
	if (!e && !t->spool && !is_stopping(w, 0))
		sweep(w);
	if (!e && !t->spool && !is_stopping(w, 0))
		retain(w, &retained);
	/* What a failed drain has taken may be there again the next time. */
	t->has_more = done || given || told || seen || retained || rescored ||
	    nurtured || counted || reported || recycled ||
	    (mailed && !t->deliver) || (drained && !t->spool);
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
	return e ? e : t.spool ? t.spool : t.allocate ? t.allocate :
	    t.deliver ? t.deliver : t.watch;
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
	w.postman = postman_new(c, w.stop_fd);
	if (!w.postman) {
		log_event(LOG_ERROR, "worker.postman");
		e = ERR_AWAY;
		goto close_stop;
	}
	name_worker(&w);
	w.mailcheck.server = c->resolver;
	w.sellermail.alarm_to = c->alarm_mail;
	w.sellermail.alarm_lang = (enum lang)c->staff_lang;
	w.sellermail.zone = localday_zone(c->time_zone) ? STR("UTC") :
	    c->time_zone;
	reportwork_init(&w.report, c);
	w.db = pg_new(c->worker_database.n ? c->worker_database :
	    c->database, "piste-work");
	pg_session(w.db, session);
	w.intake = pg_new(c->database, "piste-work-spool");
	say_intake(&w);
	log_event(LOG_INFO, "worker.start", LOG_Z("name", w.name));
	if (once)
		e = run_once(&w);
	else
		run(&w);
	/* Taken, or it would strike as soon as it is unblocked. */
	while (read(w.stop_fd, &taken, sizeof taken) > 0)
		;
	log_event(LOG_INFO, "worker.stop", LOG_Z("name", w.name));
	pg_free(w.intake);
	pg_free(w.db);
	postman_free(w.postman);
close_stop:
	close(w.stop_fd);
unblock:
	sigprocmask(SIG_SETMASK, &before, NULL);
	return e;
}
