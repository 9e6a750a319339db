/* Knows which handler answers which method and path, and where it may run. */
#ifndef PISTE_HTTP_ROUTE_H
#define PISTE_HTTP_ROUTE_H

#include "base/str.h"

struct request;

/* What a handler leaves behind. */
enum turn {
	TURN_ANSWERED,	/* rq->response is complete */
	TURN_PARKED,	/* rq->resume will complete it, see gateway_resume */
};
typedef enum turn route_fn(struct request *rq);

enum route_place {
	ROUTE_LOOP,	/* memory only: never waits */
	ROUTE_CREW,	/* may wait for the database: a blocking thread */
	/* The same, and its body may hold files: REQUEST_BODY_BYTES_MAX. */
	ROUTE_FILES,
};

#define ROUTE_BODY_BYTES_MAX (128 << 10)	/* nginx has the same */

/*
 * A pattern's :name matches one path segment, kept in rq->param by order; one
 * that ends in ?name wants a parameter of that name in the query, undecoded;
 * one that begins with /:name is for paths no other row fits, wherever it is.
 */
struct route {
	unsigned methods;		/* METHOD_GET | METHOD_HEAD … */
	const char *pattern;
	route_fn *handler;
	enum route_place place;
};

/*
 * Find rq's route among count and fill rq->param.  ERR_ABSENT: no such path;
 * ERR_DENIED: there is, but not for this method, and *allow names those it
 * has ("GET, HEAD").
 */
MUST_USE enum err route_find(const struct route *routes, size_t count,
    struct request *rq, const struct route **found, struct str *allow);

#endif
