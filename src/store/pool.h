/*
 * Knows the few connections that requests share which must ask PostgreSQL
 * before they can be answered: one each for as many threads as ask at once.
 */
#ifndef PISTE_STORE_POOL_H
#define PISTE_STORE_POOL_H

#include <stddef.h>

#include "base/str.h"

struct pg;
struct pool;

/*
 * At most size connections, made when first needed.  conninfo and application
 * are borrowed.  Release with pool_free when all have been given back.
 */
struct pool *pool_new(struct str conninfo, const char *application,
    size_t size);
void pool_free(struct pool *p);		/* NULL is accepted */
/* As pg_session, for each connection; before any is taken. */
void pool_session(struct pool *p, const char *script);

/*
 * A connection for this thread alone, until pool_give.  Waits while all are
 * taken: size is to be the number of threads.
 */
struct pg *pool_take(struct pool *p);
void pool_give(struct pool *p, struct pg *db);

#endif
