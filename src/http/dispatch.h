/* Knows the way from CGI variables to an answer, whoever carries them. */
#ifndef PISTE_HTTP_DISPATCH_H
#define PISTE_HTTP_DISPATCH_H

#include "http/gateway.h"
#include "http/request.h"

/* What rq->carrier points to: the head of every carrier's own struct. */
struct carrier {
	void (*wake)(struct request *rq);	/* from any thread */
};

/* Make *rq new: all of it unset but what the three say. */
void dispatch_init(struct request *rq, const struct gateway_plan *plan,
    struct arena *a, struct carrier *carrier);

/*
 * Fill rq and find its route.  NULL when it is refused and the answer to that
 * complete: with refuse_with, unless 0, else with what is wrong with it.
 */
const struct route *dispatch_fill(const struct gateway_plan *plan,
    struct request *rq, char *const *vars, struct str body, int refuse_with);

/* Refuse rq with that status. */
void dispatch_refuse(const struct gateway_plan *plan, struct request *rq,
    int status);

/* Run the handler, or what it left to be run. */
enum turn dispatch_run(const struct route *route, struct request *rq);
void dispatch_resume(struct request *rq);

/* Count and log an answer that has been sent. */
void dispatch_done(struct request *rq);

#endif
