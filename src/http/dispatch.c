/*
 * One request's way: variables, route, handler, the count at the end.
 * Which thread walks it is decided by the loop, or by being a CGI.
 */
#include "base/clock.h"
#include "base/log.h"
#include "http/response.h"
#include "http/tally.h"

#include "http/dispatch.h"

void
dispatch_init(struct request *rq, const struct gateway_plan *plan,
    struct arena *a, struct carrier *carrier)
{
	*rq = (struct request){
		.arena = a,
		.app = plan->app,
		.carrier = carrier,
	};
}

void
dispatch_refuse(const struct gateway_plan *plan, struct request *rq,
    int status)
{
	log_request_set(rq->id);
	if (status != 404 && status != 405) {
		tally_add(TALLY_REFUSED, 1);
		log_event(LOG_INFO, "http.refused",
		    LOG_INT("status", status));
	}
	plan->refuse(rq, status);
	log_request_set(STR_EMPTY);
}

const struct route *
dispatch_fill(const struct gateway_plan *plan, struct request *rq,
    char *const *vars, struct str body, int refuse_with)
{
	const struct route *found = NULL;
	struct str allow = STR_EMPTY;
	enum err e;

	tally_add(TALLY_REQUESTS, 1);
	e = request_fill(rq, vars, body);
	if (refuse_with || e) {
		dispatch_refuse(plan, rq,
		    refuse_with ? refuse_with : rq->response.status);
		return NULL;
	}
	e = route_find(plan->routes, plan->count, rq, &found, &allow);
	if (!e && found->place != ROUTE_FILES &&
	    rq->body.n > ROUTE_BODY_BYTES_MAX) {
		dispatch_refuse(plan, rq, 413);
		return NULL;
	}
	if (!e)
		return found;
	if (e == ERR_DENIED)
		response_header(rq, "Allow", allow);
	dispatch_refuse(plan, rq, e == ERR_DENIED ? 405 : 404);
	return NULL;
}

enum turn
dispatch_run(const struct route *route, struct request *rq)
{
	enum turn t;

	log_request_set(rq->id);
	t = route->handler(rq);
	/* A parked rq may be answered and gone by now. */
	log_request_set(STR_EMPTY);
	return t;
}

void
dispatch_resume(struct request *rq)
{
	log_request_set(rq->id);
	rq->resume(rq);
	log_request_set(STR_EMPTY);
}

void
dispatch_done(struct request *rq)
{
	int status = rq->response.status;
	int class = status / 100;

	tally_add(TALLY_CLASS + (class < TALLY_CLASSES ? class : 0), 1);
	log_request_set(rq->id);
	log_event(class == 5 ? LOG_WARN : LOG_DEBUG, "http.answered",
	    LOG_INT("status", status),
	    LOG_INT("bytes", (int64_t)rq->response.body.n),
	    LOG_INT("ms", clock_mono_ms() - rq->received_mono_ms));
	log_request_set(STR_EMPTY);
}
