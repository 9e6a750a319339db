/* Knows the JSON interface: a form sent by a program in a page's place. */
#ifndef PISTE_API_H
#define PISTE_API_H

#include "http/route.h"

/* POST /api/v1/pages/:page/submissions. */
enum turn api_submit(struct request *rq);
/* OPTIONS of the same: may a page of that origin send it? (Fetch, CORS) */
enum turn api_preflight(struct request *rq);
/* GET /api/v1/pages/:page/schema: what the page's form asks. */
enum turn api_schema(struct request *rq);

/* What no handler here answers. */
bool api_is(const struct request *rq);
void api_refuse(struct request *rq, int status);

#endif
