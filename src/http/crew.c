/* A ring of items, a mutex and a condition; nothing here knows requests. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "http/gateway.h"

#include "http/crew.h"

struct crew {
	crew_fn *work;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void *item[GATEWAY_CREW_QUEUE_MAX];
	size_t first;
	size_t count;
	bool stopping;
	int threads;
	int running;		/* of them, not yet at their end */
	pthread_t thread[];
};

/* The next item, or NULL when the crew ends. */
static void *
next_item(struct crew *w)
{
	void *item = NULL;

	pthread_mutex_lock(&w->lock);
	while (!w->count && !w->stopping)
		pthread_cond_wait(&w->changed, &w->lock);
	if (w->count) {
		item = w->item[w->first];
		w->first = (w->first + 1) % GATEWAY_CREW_QUEUE_MAX;
		w->count--;
	}
	pthread_mutex_unlock(&w->lock);
	return item;
}

static void *
run(void *arg)
{
	struct crew *w = arg;
	void *item;

	while ((item = next_item(w)))
		w->work(item);
	pthread_mutex_lock(&w->lock);
	w->running--;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct crew *
crew_new(int threads, crew_fn *work)
{
	struct crew *w = calloc(1,
	    sizeof *w + (size_t)threads * sizeof w->thread[0]);
	pthread_condattr_t attr;

	if (!w)
		return NULL;
	w->work = work;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	/* The threads wait for the lock until they are counted. */
	pthread_mutex_lock(&w->lock);
	for (; w->threads < threads; w->threads++)
		if (pthread_create(&w->thread[w->threads], NULL, run, w))
			break;
	w->running = w->threads;
	pthread_mutex_unlock(&w->lock);
	/* Fewer threads than wanted still serve; none would serve nobody. */
	if (w->threads)
		return w;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

bool
crew_push(struct crew *w, void *item)
{
	bool fits;

	pthread_mutex_lock(&w->lock);
	fits = w->count < GATEWAY_CREW_QUEUE_MAX;
	if (fits) {
		w->item[(w->first + w->count) % GATEWAY_CREW_QUEUE_MAX] = item;
		w->count++;
		pthread_cond_signal(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return fits;
}

/* Wait for the threads' end; false if until_ms comes first. */
static bool
wait_ended(struct crew *w, int64_t until_ms)
{
	struct timespec until = {
		.tv_sec = until_ms / 1000,
		.tv_nsec = until_ms % 1000 * 1000000,
	};
	bool ended;

	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->changed);
	while (w->running && !pthread_cond_timedwait(&w->changed, &w->lock,
	    &until))
		continue;
	ended = !w->running;
	pthread_mutex_unlock(&w->lock);
	return ended;
}

bool
crew_free(struct crew *w, int64_t until_ms)
{
	bool ended = wait_ended(w, until_ms);

	for (int i = 0; i < w->threads; i++) {
		if (ended)
			pthread_join(w->thread[i], NULL);
		else
			pthread_detach(w->thread[i]);
	}
	if (!ended)
		return false;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return true;
}
