/*
 * Knows one request and the answer being made for it, whoever carried it
 * here: FastCGI or plain CGI.
 */
#ifndef PISTE_HTTP_REQUEST_H
#define PISTE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct app;
struct arena;

#define REQUEST_PARAMS_MAX 4		/* :name parts of a route */
#define REQUEST_VARS_MAX 128		/* variables the carrier sends */
#define REQUEST_HEADER_BYTES_MAX (32 << 10)	/* names and values, all */
#define REQUEST_PATH_BYTES_MAX 1024
#define REQUEST_QUERY_BYTES_MAX 8192
/*
 * Files of five megabytes, and what stands around them; where no files are
 * taken a route allows less.  nginx has both numbers.
 */
#define REQUEST_BODY_BYTES_MAX (5376 << 10)
#define RESPONSE_HEADERS_MAX 16

enum method {
	METHOD_GET = 1,
	METHOD_HEAD = 2,
	METHOD_POST = 4,
	METHOD_OPTIONS = 8,
	METHOD_OTHER = 16,
};

/* What is sent back; built through response.h. */
struct response {
	int status;			/* 0 until answered */
	struct str_pair header[RESPONSE_HEADERS_MAX];
	size_t headers;
	struct str body;
};

/*
 * A request borrows everything from its arena and its carrier; all of it is
 * valid until the answer has been sent.  Texts are empty when absent.
 */
struct request {
	struct arena *arena;
	struct app *app;		/* the gateway's owner's, opaque here */
	enum method method;
	struct str path;		/* decoded, begins with / */
	struct str query;		/* as sent */
	struct str body;		/* at most REQUEST_BODY_BYTES_MAX */
	struct str content_type;
	struct str id;			/* nginx's $request_id, else our own */
	struct str remote_addr;		/* what nginx vouches for */
	struct str host;
	struct str user_agent;
	struct str accept_language;
	struct str cookie;
	struct str origin;
	struct str referer;
	struct str fetch_site;		/* Sec-Fetch-Site */
	struct str idempotency_key;
	struct str authorization;
	bool is_https;
	bool is_prefetch;	/* Sec-Purpose, Purpose, X-Moz, X-Purpose */
	int64_t received_ms;
	int64_t received_mono_ms;
	struct str param[REQUEST_PARAMS_MAX];	/* by the route's order */
	struct response response;

	/*
	 * For a handler that parks: what makes the answer once the waited-for
	 * thing has happened, on the request's own loop, and its state.
	 */
	void (*resume)(struct request *rq);
	void *waiting_for;

	void *carrier;			/* the gateway's own */
};

/*
 * Fill rq from CGI variables (RFC 3875), each "NAME=value", and a body.
 * ERR_INPUT for a request that makes no sense (method or path absent, broken
 * percent-coding, NUL), ERR_LIMIT for one over a limit; rq->response.status
 * then says which answer fits.  rq->arena and rq->app must be set.
 */
MUST_USE enum err request_fill(struct request *rq, char *const *vars,
    struct str body);

#endif
