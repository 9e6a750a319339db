/* Knows one FastCGI request under way: what libfcgi holds of it, and ours. */
#ifndef PISTE_HTTP_EXCHANGE_H
#define PISTE_HTTP_EXCHANGE_H

#include <fcgiapp.h>
#include <sys/queue.h>

#include "http/dispatch.h"

struct connection;
struct frame;
struct ready;

#define EXCHANGE_SEND_MS 2000	/* the peer must take an answer within */

struct exchange {
	struct carrier carrier;		/* first: rq.carrier points here */
	struct request rq;
	FCGX_Request fcgi;
	bool keep;			/* the peer keeps its connection */
	const struct route *route;
	struct ready *ready;		/* of its connection's loop */
	struct connection *connection;	/* NULL once the peer hung up */
	bool is_resumed;		/* gateway_resume, not the crew */
	struct exchange *next;		/* spare, or ready to be answered */
	LIST_ENTRY(exchange) outstanding;	/* its loop's thread's alone */
};

/* One with an arena of its own; release with exchange_free. */
struct exchange *exchange_new(void);
void exchange_free(struct exchange *x);

/*
 * Have libfcgi parse the request in bytes that f has scanned; *body is in the
 * arena, the variables are in fcgi.envp.  *feed is a descriptor that stands
 * for the request, -1 at first, one per thread.  ERR_AWAY if it can't be had,
 * or if libfcgi takes as broken what the scan has found sane; nothing need be
 * dropped then.
 */
MUST_USE enum err exchange_read(struct exchange *x, int *feed,
    struct str bytes, const struct frame *f, struct str *body);

/* Send rq's answer to fd.  False if fd is of no use any more. */
bool exchange_send(struct exchange *x, int fd);

/* Give back what libfcgi holds, and with it the texts of rq. */
void exchange_drop(struct exchange *x);

#endif
