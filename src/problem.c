/* Implements problem.h. */
#include "app.h"
#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"

#include "problem.h"

#define TYPE_BYTES_MAX 400
#define RETRY_AFTER_S "5"

static struct str
type_of(const struct request *rq, const char *response)
{
	if (!response)
		return STR("about:blank");
	return buf_fmt(rq->arena, TYPE_BYTES_MAX,
	    "%.*s/api/v1/openapi.json#/components/responses/%s",
	    STR_ARG(rq->app->conf->url), response);
}

static void
add_errors(struct buf *b, const struct problem *p)
{
	buf_json_name(b, "errors");
	buf_byte(b, '{');
	for (size_t i = 0; i < p->errors; i++) {
		if (i)
			buf_byte(b, ',');
		buf_json(b, p->error[i].at);
		buf_add(b, STR(":{"));
		buf_json_pair(b, "code", p->error[i].code);
		buf_json_pair(b, "message", p->error[i].message);
		buf_byte(b, '}');
	}
	buf_byte(b, '}');
}

void
problem_answer(struct request *rq, const struct problem *p)
{
	struct buf b;

	buf_init(&b, rq->arena, PROBLEM_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "type", type_of(rq, p->response));
	buf_json_pair(&b, "title", p->title.n ? p->title :
	    str_of(response_reason(p->status)));
	buf_json_name(&b, "status");
	buf_u64(&b, (uint64_t)p->status);
	if (p->detail.n)
		buf_json_pair(&b, "detail", p->detail);
	if (p->errors)
		add_errors(&b, p);
	buf_byte(&b, '}');
	if (p->status == 401)
		response_header(rq, "WWW-Authenticate", STR("Bearer"));
	if (p->status == 429 || p->status == 503)
		response_header(rq, "Retry-After", STR(RETRY_AFTER_S));
	response_set(rq, p->status, RESPONSE_PROBLEM, buf_str(&b));
}
