/*
 * Knows how requests reach the handlers: FastCGI connections owned by event
 * loops and lent, once a whole request has arrived, to libfcgi; or one plain
 * CGI request.  Measured reasons for this shape are in src/STYLE.md.
 */
#ifndef PISTE_HTTP_GATEWAY_H
#define PISTE_HTTP_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "http/route.h"

struct app;
struct conf;
struct gateway;
struct request;

#define GATEWAY_CONNECTIONS_MAX 2048	/* a loop; more wait in the backlog */
#define GATEWAY_CREW_QUEUE_MAX 256	/* then 503 */
#define GATEWAY_BACKLOG 1024
#define GATEWAY_PARTIAL_MS 5000		/* a request must arrive within */

struct gateway_plan {
	const struct route *routes;
	size_t count;
	struct app *app;
	/*
	 * Answers when no route does, or request_fill refused: status is 400,
	 * 404, 405, 413, 414, 431 or 503.  Runs on the loop.
	 */
	void (*refuse)(struct request *rq, int status);
	int loops;
	int crew;
	/*
	 * The last so many routes have a crew of their own, as large: what
	 * holds that one up holds up none of the others.
	 */
	size_t apart;
	int64_t stop_ms;
};

/*
 * Open the socket that spec names: an absolute path, or address:port.  A path
 * left by a dead process is replaced, one in use is not (ERR_INPUT).  With
 * LISTEN_FDS (systemd) or a socket on descriptor 0 (spawn-fcgi) that one is
 * taken instead.  mode applies to a path.  Logged on failure.
 */
MUST_USE enum err gateway_listen(struct str spec, unsigned mode, int *fd);

/*
 * Serve on fd until gateway_stop or SIGTERM/SIGINT, then finish what has
 * begun, for stop_ms at most.  Starts its own threads; returns when they have
 * ended.  ERR_AWAY if threads or descriptors can't be had.
 */
MUST_USE enum err gateway_serve(const struct gateway_plan *plan, int fd);

/* Have gateway_serve return; from any thread or signal handler. */
void gateway_stop(void);

/* From any thread: rq, parked before, can be answered now. */
void gateway_resume(struct request *rq);

/* Is the environment one of a CGI request (RFC 3875)? */
bool gateway_is_cgi(char *const *environment);
/* Answer that one request from standard input to standard output. */
MUST_USE enum err gateway_cgi(const struct gateway_plan *plan,
    char *const *environment);

/* Counters since start, for /metrics. */
struct gateway_count {
	uint64_t requests;
	uint64_t by_class[6];		/* [2]: 2xx, and so on */
	uint64_t connections;		/* open now */
	uint64_t parked;		/* now */
	uint64_t refused;		/* cut short, malformed, over a limit */
};
void gateway_counts(struct gateway_count *out);

#endif
