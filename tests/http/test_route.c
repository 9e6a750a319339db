/* Matching paths: http/route.c. */
#include "http/request.h"
#include "http/route.h"

#include "support/suite.h"

static enum turn
never(struct request *rq)
{
	(void)rq;
	ck_abort_msg("a handler ran");
}

#define READ (METHOD_GET | METHOD_HEAD)
static const struct route routes[] = {
	{ READ, "/", never, ROUTE_LOOP },
	{ READ, "/p/:page?k", never, ROUTE_CREW },
	{ READ, "/p/:page", never, ROUTE_LOOP },
	{ METHOD_POST, "/p/:page", never, ROUTE_LOOP },
	{ READ, "/p/:page/thanks", never, ROUTE_LOOP },
	{ READ, "/console/leads", never, ROUTE_CREW },
	{ READ, "/console/:what", never, ROUTE_CREW },
	{ READ, "/:a/:b/:c/:d", never, ROUTE_LOOP },
	{ METHOD_POST | METHOD_OPTIONS, "/api", never, ROUTE_LOOP },
	{ READ, "/:code", never, ROUTE_LOOP },
	{ READ, "/desk", never, ROUTE_CREW },
};

#define NONE (-1)
static const struct {
	enum method method;
	const char *path;	/* with its query */
	enum err e;
	int row;
	const char *detail;	/* params, each behind a comma, or Allow */
} cases[] = {
	{ METHOD_GET, "/", OK, 0, "" },
	{ METHOD_HEAD, "/", OK, 0, "" },
	{ METHOD_GET, "/p/a", OK, 2, ",a" },
	{ METHOD_POST, "/p/a", OK, 3, ",a" },
	{ METHOD_GET, "/p/a/thanks", OK, 4, ",a" },
	{ METHOD_GET, "/console/leads", OK, 5, "" },
	{ METHOD_GET, "/console/leadsx", OK, 6, ",leadsx" },
	{ METHOD_GET, "/1/2/3/4", OK, 7, ",1,2,3,4" },
	{ METHOD_GET, "/p/..", OK, 2, ",.." },
	{ METHOD_GET, "/p/a?k=x", OK, 1, ",a" },
	{ METHOD_GET, "/p/a?k", OK, 1, ",a" },
	{ METHOD_GET, "/p/a?lang=fr&k=", OK, 1, ",a" },
	{ METHOD_GET, "/p/a?kk=x&x=k", OK, 2, ",a" },
	{ METHOD_GET, "/p/a?", OK, 2, ",a" },
	{ METHOD_POST, "/p/a?k=x", OK, 3, ",a" },
	{ METHOD_GET, "/p/", ERR_ABSENT, NONE, "" },
	{ METHOD_GET, "/p", OK, 9, ",p" },
	/* A path that has a name is not a code. */
	{ METHOD_HEAD, "/api", ERR_DENIED, NONE, "POST, OPTIONS" },
	{ METHOD_GET, "/apis", OK, 9, ",apis" },
	{ METHOD_POST, "/apis", ERR_DENIED, NONE, "GET, HEAD" },
	{ METHOD_GET, "/desk", OK, 10, "" },
	{ METHOD_POST, "/desk", ERR_DENIED, NONE, "GET, HEAD" },
	{ METHOD_GET, "/desks", OK, 9, ",desks" },
	{ METHOD_GET, "/p/a/", ERR_ABSENT, NONE, "" },
	{ METHOD_GET, "//p/a", ERR_ABSENT, NONE, "" },
	{ METHOD_GET, "/P/a", ERR_ABSENT, NONE, "" },
	{ METHOD_GET, "/1/2/3/4/5", ERR_ABSENT, NONE, "" },
	{ METHOD_GET, "/1//3/4", ERR_ABSENT, NONE, "" },
	{ METHOD_GET, "", ERR_ABSENT, NONE, "" },
	{ METHOD_POST, "/", ERR_DENIED, NONE, "GET, HEAD" },
	{ METHOD_OTHER, "/p/a", ERR_DENIED, NONE, "GET, HEAD, POST" },
	{ METHOD_OPTIONS, "/p/a", ERR_DENIED, NONE, "GET, HEAD, POST" },
	{ METHOD_GET, "/api", ERR_DENIED, NONE, "POST, OPTIONS" },
	{ METHOD_OTHER, "/none/none", ERR_ABSENT, NONE, "" },
};

START_TEST(paths_are_matched)
{
	struct request rq = {
		.arena = suite_arena(),
		.method = cases[_i].method,
	};
	const struct route *found = NULL;
	struct str allow = STR_EMPTY, want = str_of(cases[_i].detail);
	enum err e;

	str_cut(str_of(cases[_i].path), '?', &rq.path, &rq.query);
	e = route_find(routes, COUNT(routes), &rq, &found, &allow);

	ck_assert_int_eq(e, cases[_i].e);
	if (e == ERR_DENIED)
		ck_assert_str_same(allow, want);
	if (e)
		return;
	ck_assert_ptr_eq(found, &routes[cases[_i].row]);
	str_cut(want, ',', &(struct str){ 0 }, &want);
	for (int i = 0; i < REQUEST_PARAMS_MAX; i++) {
		struct str one;

		str_cut(want, ',', &one, &want);
		ck_assert_str_same(rq.param[i], one);
	}
}
END_TEST

SUITE(route)
{
	SUITE_LOOP(paths_are_matched, COUNT(cases));
}
