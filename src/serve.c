/*
 * Implements serve.h.  The socket is opened before the first fork and stays
 * open, so that visitors wait in its backlog while a worker is replaced.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "http/gateway.h"
#include "store/spool.h"

#include "serve.h"

#define KILL_AFTER_MS 1000	/* beyond stop_ms */

struct worker {
	pid_t pid;		/* 0: not running */
	int64_t started_ms;
	int64_t due_ms;		/* when to start it, while not running */
	int64_t pause_ms;
};

struct master {
	const struct conf *conf;
	int fd;
	sigset_t signals;
	struct worker worker[SERVE_PROCESSES_MAX];
	size_t workers;
};

/* The life of a worker process; never returns. */
static _Noreturn void
work(const struct master *m, pid_t parent)
{
	struct gateway_plan plan;
	struct app app;
	enum err e;

	/* A master that was killed can't stop us any more. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	/* Meant for a terminal's programs: it must not cost a request. */
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &m->signals, NULL);
	e = app_start(m->conf, &app);
	if (e)
		_exit(EXIT_FAILURE);
	app_plan(&app, &plan);
	e = gateway_serve(&plan, m->fd);
	app_stop(&app);
	exit(e ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void
start(struct master *m, struct worker *w)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		work(m, parent);
	w->started_ms = clock_mono_ms();
	if (pid < 0) {
		log_event(LOG_ERROR, "serve.fork",
		    LOG_Z("reason", strerror(errno)));
		w->due_ms = w->started_ms + SERVE_PAUSE_MS_MAX;
		return;
	}
	w->pid = pid;
	log_event(LOG_INFO, "serve.worker", LOG_INT("pid", pid));
}

/* Note the dead; one that lived long is due at once, others after a pause. */
static void
reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct worker *w = m->worker;
		int64_t now = clock_mono_ms();

		while (w < m->worker + m->workers && w->pid != pid)
			w++;
		if (w == m->worker + m->workers)
			continue;
		if (now - w->started_ms > SERVE_SHORT_LIFE_MS)
			w->pause_ms = 0;
		w->pid = 0;
		w->due_ms = now + w->pause_ms;
		w->pause_ms = w->pause_ms ? w->pause_ms * 2 :
		    SERVE_PAUSE_MS_MIN;
		if (w->pause_ms > SERVE_PAUSE_MS_MAX)
			w->pause_ms = SERVE_PAUSE_MS_MAX;
		log_event(LOG_WARN, "serve.worker-ended", LOG_INT("pid", pid),
		    LOG_INT("signal", WIFSIGNALED(status) ?
		    WTERMSIG(status) : 0),
		    LOG_INT("status", WIFEXITED(status) ?
		    WEXITSTATUS(status) : 0));
	}
}

/* Start what is due; how long until the next one is, or a minute. */
static int64_t
start_due(struct master *m)
{
	int64_t now = clock_mono_ms(), wait_ms = 60000;

	for (struct worker *w = m->worker; w < m->worker + m->workers; w++) {
		if (w->pid)
			continue;
		if (w->due_ms <= now)
			start(m, w);
		else if (w->due_ms - now < wait_ms)
			wait_ms = w->due_ms - now;
	}
	return wait_ms;
}

/* The next of our signals, or 0 when wait_ms has passed. */
static int
next_signal(const struct master *m, int64_t wait_ms)
{
	const struct timespec t = {
		.tv_sec = wait_ms / 1000,
		.tv_nsec = wait_ms % 1000 * 1000000,
	};
	int got = sigtimedwait(&m->signals, NULL, &t);

	return got > 0 ? got : 0;
}

static void
tell_all(const struct master *m, int sig)
{
	for (size_t i = 0; i < m->workers; i++)
		if (m->worker[i].pid)
			kill(m->worker[i].pid, sig);
}

static bool
has_workers(const struct master *m)
{
	for (size_t i = 0; i < m->workers; i++)
		if (m->worker[i].pid)
			return true;
	return false;
}

static void
stop_all(struct master *m)
{
	int64_t until = clock_mono_ms() + m->conf->stop_ms + KILL_AFTER_MS;
	int64_t left;

	tell_all(m, SIGTERM);
	while (has_workers(m)) {
		left = until - clock_mono_ms();
		if (left <= 0) {
			tell_all(m, SIGKILL);
			left = KILL_AFTER_MS;
		}
		next_signal(m, left);
		reap(m);
	}
}

/* What doesn't heal by itself is told once, not by every worker anew. */
static enum err
try_places(const struct conf *c)
{
	struct token_key key;
	struct spool *sp;
	enum err e = token_key_load(c->state, &key);

	explicit_bzero(&key, sizeof key);
	if (!e)
		e = spool_open(c->spool, c->spool_bytes_max, &sp);
	if (!e)
		spool_close(sp);
	return e;
}

enum err
serve_run(const struct conf *c)
{
	struct master m = { .conf = c, .workers = (size_t)c->processes };
	enum err e;
	int got;

	e = try_places(c);
	if (!e)
		e = gateway_listen(c->listen, (unsigned)c->listen_mode, &m.fd);
	if (e)
		return e;
	sigemptyset(&m.signals);
	sigaddset(&m.signals, SIGTERM);
	sigaddset(&m.signals, SIGINT);
	sigaddset(&m.signals, SIGHUP);
	sigaddset(&m.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &m.signals, NULL);
	do {
		got = next_signal(&m, start_due(&m));
		reap(&m);
	} while (got != SIGTERM && got != SIGINT);
	log_event(LOG_INFO, "serve.stopping");
	stop_all(&m);
	return OK;
}
