/*
 * Answering one CGI request with the handlers FastCGI uses.  There is no loop
 * and no crew here: this process has nothing else to do, so it waits.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "http/dispatch.h"
#include "http/response.h"

#include "http/cgi.h"

struct call {
	struct carrier carrier;		/* first: rq.carrier points here */
	struct request rq;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_ready;
};

/* The value of a variable, empty if it is not there. */
static struct str
variable(char *const *environment, struct str name)
{
	for (; *environment; environment++) {
		struct str key, value;

		if (str_cut(str_of(*environment), '=', &key, &value) &&
		    str_eq(key, name))
			return value;
	}
	return STR_EMPTY;
}

bool
cgi_is(char *const *environment)
{
	return variable(environment, STR("REQUEST_METHOD")).n > 0;
}

static void
wake(struct request *rq)
{
	struct call *call = (struct call *)rq->carrier;

	pthread_mutex_lock(&call->lock);
	call->is_ready = true;
	pthread_cond_signal(&call->changed);
	pthread_mutex_unlock(&call->lock);
}

static void
wait_ready(struct call *call)
{
	pthread_mutex_lock(&call->lock);
	while (!call->is_ready)
		pthread_cond_wait(&call->changed, &call->lock);
	pthread_mutex_unlock(&call->lock);
}

/*
 * As much of the body as CONTENT_LENGTH states, and no byte more: what may
 * follow is not ours (RFC 3875, 4.2).  A length that is unfit or too large
 * reads nothing; request_fill refuses it.
 */
static struct str
read_body(struct arena *a, char *const *environment)
{
	struct str stated = variable(environment, STR("CONTENT_LENGTH"));
	uint32_t want;
	char *p;

	if (!str_u32(stated, 0, REQUEST_BODY_BYTES_MAX, &want))
		return STR_EMPTY;
	p = arena_take(a, want + 1);
	return (struct str){ p, file_read(STDIN_FILENO, p, want) };
}

enum err
cgi_answer(const struct gateway_plan *plan, char *const *environment)
{
	struct arena *a = arena_new(ARENA_REQUEST_BYTES_MAX);
	struct call call = {
		.carrier = { wake },
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	const struct route *route;
	enum err e;

	dispatch_init(&call.rq, plan, a, &call.carrier);
	route = dispatch_fill(plan, &call.rq, environment,
	    read_body(a, environment), 0);
	if (route && dispatch_run(route, &call.rq) == TURN_PARKED) {
		wait_ready(&call);
		dispatch_resume(&call.rq);
	}
	e = file_write(STDOUT_FILENO, response_text(&call.rq));
	if (e)
		log_event(LOG_ERROR, "cgi.write", LOG_INT("errno", errno));
	dispatch_done(&call.rq);
	arena_free(a);
	return e;
}
