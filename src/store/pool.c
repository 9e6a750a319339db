/*
 * Implements pool.h.  The connection given back last is taken first, so that
 * a quiet service keeps one warm.
 */
#include <pthread.h>
#include <stdlib.h>

#include "store/pg.h"
#include "store/pool.h"

struct pool {
	struct str conninfo;
	const char *application;
	const char *session;		/* or NULL */
	pthread_mutex_t lock;		/* for all below */
	pthread_cond_t given;
	struct pg **idle;
	size_t idles;
	size_t unmade;
};

static void *
need(void *p)
{
	if (!p)
		abort();
	return p;
}

struct pool *
pool_new(struct str conninfo, const char *application, size_t size)
{
	struct pool *p = need(calloc(1, sizeof *p));

	p->conninfo = conninfo;
	p->application = application;
	p->idle = need(calloc(size, sizeof(struct pg *)));
	p->unmade = size;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->given, NULL);
	return p;
}

void
pool_free(struct pool *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->idles; i++)
		pg_free(p->idle[i]);
	free(p->idle);
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void
pool_session(struct pool *p, const char *script)
{
	p->session = script;
}

struct pg *
pool_take(struct pool *p)
{
	struct pg *db = NULL;

	pthread_mutex_lock(&p->lock);
	while (!p->idles && !p->unmade)
		pthread_cond_wait(&p->given, &p->lock);
	if (p->idles)
		db = p->idle[--p->idles];
	else
		p->unmade--;
	pthread_mutex_unlock(&p->lock);
	if (db)
		return db;
	db = pg_new(p->conninfo, p->application);
	if (p->session)
		pg_session(db, p->session);
	return db;
}

void
pool_give(struct pool *p, struct pg *db)
{
	pthread_mutex_lock(&p->lock);
	p->idle[p->idles++] = db;
	pthread_cond_signal(&p->given);
	pthread_mutex_unlock(&p->lock);
}
