/*
 * The gateway's face: starts loops and crew, waits for the signal to stop,
 * ends them in time.  The work is done in loop.c and connection.c.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/cgi.h"
#include "http/connection.h"
#include "http/crew.h"
#include "http/dispatch.h"
#include "http/listen.h"
#include "http/loop.h"
#include "http/request.h"
#include "http/tally.h"

#include "http/gateway.h"

/* What libfcgi takes for itself, and what asks us to stop. */
static const int library_signals[] = { SIGPIPE, SIGTERM, SIGUSR1 };
static const int stop_signals[] = { SIGTERM, SIGINT };
#define SIGNALS(table) (sizeof (table) / sizeof (table)[0])

/* For threads with nothing to do to notice it, when the time is up already. */
#define CREW_END_MS 50

/*
 * A semaphore, not a descriptor: whoever asks late must not write to what
 * has become another's.
 */
static sem_t stop_asked;
static atomic_bool is_serving;

enum err
gateway_listen(struct str spec, unsigned mode, int *fd)
{
	return listen_open(spec, mode, fd);
}

void
gateway_resume(struct request *rq)
{
	((struct carrier *)rq->carrier)->wake(rq);
}

bool
gateway_is_cgi(char *const *environment)
{
	return cgi_is(environment);
}

enum err
gateway_cgi(const struct gateway_plan *plan, char *const *environment)
{
	signal(SIGPIPE, SIG_IGN);
	return cgi_answer(plan, environment);
}

void
gateway_counts(struct gateway_count *out)
{
	out->requests = tally_get(TALLY_REQUESTS);
	for (int i = 0; i < TALLY_CLASSES; i++)
		out->by_class[i] = tally_get(TALLY_CLASS + i);
	out->connections = tally_get(TALLY_CONNECTIONS);
	out->parked = tally_get(TALLY_PARKED);
	out->refused = tally_get(TALLY_REFUSED);
}

void
gateway_stop(void)
{
	if (is_serving)
		sem_post(&stop_asked);
}

static void
on_signal(int number)
{
	int saved = errno;

	(void)number;
	gateway_stop();
	errno = saved;
}

/* libfcgi is a guest: it does not keep the signals it has taken. */
static bool
init_library(void)
{
	struct sigaction before[SIGNALS(library_signals)];
	bool ok;

	for (size_t i = 0; i < SIGNALS(library_signals); i++)
		sigaction(library_signals[i], NULL, &before[i]);
	ok = !FCGX_Init();
	for (size_t i = 0; i < SIGNALS(library_signals); i++)
		sigaction(library_signals[i], &before[i], NULL);
	return ok;
}

struct gateway {
	const struct gateway_plan *plan;
	struct crew *crew[CREW_COUNT];
	struct loop **loop;
	int loops;
};

/* Threads start with signals blocked: one handler, on one thread, is enough. */
static enum err
start(struct gateway *g, int fd)
{
	int want = g->plan->loops > 0 ? g->plan->loops : 1, crews = 0;
	bool has_crew = true;
	sigset_t all, before;

	g->loop = calloc((size_t)want, sizeof *g->loop);
	if (!g->loop)
		return ERR_AWAY;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	while (has_crew && crews < CREW_COUNT) {
		g->crew[crews] = crew_new(g->plan->crew > 0 ? g->plan->crew :
		    1, connection_work);
		has_crew = g->crew[crews++];
	}
	while (has_crew && g->loops < want) {
		g->loop[g->loops] = loop_new(g->plan, g->crew, fd);
		if (!g->loop[g->loops])
			break;
		g->loops++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return g->loops == want ? OK : ERR_AWAY;
}

static void
stop(struct gateway *g)
{
	int64_t until_ms = clock_mono_ms() + g->plan->stop_ms;
	bool ended = true;

	for (int i = 0; i < g->loops; i++)
		loop_stop(g->loop[i], until_ms);
	for (int i = 0; i < g->loops; i++)
		ended = loop_free(g->loop[i]) && ended;
	for (int i = 0; i < CREW_COUNT; i++)
		if (g->crew[i])
			ended = crew_free(g->crew[i], until_ms +
			    CREW_END_MS) && ended;
	free(g->loop);
	if (!ended)
		log_event(LOG_WARN, "gateway.stop_cut_short");
}

enum err
gateway_serve(const struct gateway_plan *plan, int fd)
{
	struct gateway g = { .plan = plan };
	struct sigaction act = { .sa_handler = on_signal };
	struct sigaction before[SIGNALS(stop_signals)];
	enum err e;

	if (!init_library() ||
	    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK)) {
		log_event(LOG_ERROR, "gateway.start", LOG_INT("errno", errno));
		return ERR_AWAY;
	}
	signal(SIGPIPE, SIG_IGN);
	sem_init(&stop_asked, 0, 0);
	is_serving = true;
	for (size_t i = 0; i < SIGNALS(stop_signals); i++)
		sigaction(stop_signals[i], &act, &before[i]);
	e = start(&g, fd);
	if (!e) {
		log_event(LOG_INFO, "gateway.serving",
		    LOG_INT("loops", g.loops));
		while (sem_wait(&stop_asked) && errno == EINTR)
			continue;
	}
	stop(&g);
	for (size_t i = 0; i < SIGNALS(stop_signals); i++)
		sigaction(stop_signals[i], &before[i], NULL);
	is_serving = false;
	return e;
}
