/*
 * Matching a path against a table of patterns, segment by segment.  The
 * first row that fits path and method wins; one that begins with a parameter
 * takes what no other row has a name for.
 */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "http/request.h"

#include "http/route.h"

#define ALLOW_BYTES_MAX 64

static const struct {
	enum method method;
	struct str name;
} methods[] = {
	{ METHOD_GET, { "GET", 3 } },
	{ METHOD_HEAD, { "HEAD", 4 } },
	{ METHOD_POST, { "POST", 4 } },
	{ METHOD_OPTIONS, { "OPTIONS", 7 } },
};

/* Does query have a parameter of that name, as it is written? */
static bool
asks(struct str query, struct str name)
{
	while (query.n) {
		struct str pair, key, value;

		str_cut(query, '&', &pair, &query);
		str_cut(pair, '=', &key, &value);
		if (str_eq(key, name))
			return true;
	}
	return false;
}

/* Does path fit pattern?  param[0..REQUEST_PARAMS_MAX) is then filled. */
static bool
matches(struct str pattern, struct str path, struct str *param)
{
	size_t params = 0;

	for (;;) {
		struct str want, got;
		bool more_pattern = str_cut(pattern, '/', &want, &pattern);
		bool more_path = str_cut(path, '/', &got, &path);

		if (more_pattern != more_path)
			return false;
		if (str_has_prefix(want, STR(":"))) {
			assert(params < REQUEST_PARAMS_MAX);
			if (!got.n)
				return false;
			param[params++] = got;
		} else if (!str_eq(want, got)) {
			return false;
		}
		if (!more_path)
			return true;
	}
}

static struct str
method_list(struct arena *a, unsigned set)
{
	struct buf b;

	buf_init(&b, a, ALLOW_BYTES_MAX);
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		if (!(set & methods[i].method))
			continue;
		if (b.n)
			buf_add(&b, STR(", "));
		buf_add(&b, methods[i].name);
	}
	return buf_str(&b);
}

static void
take_params(struct request *rq, const struct str *param)
{
	for (size_t i = 0; i < REQUEST_PARAMS_MAX; i++)
		rq->param[i] = param[i].p ? param[i] : STR_EMPTY;
}

enum err
route_find(const struct route *routes, size_t count, struct request *rq,
    const struct route **found, struct str *allow)
{
	struct str rest[REQUEST_PARAMS_MAX];
	unsigned others = 0, others_rest = 0;

	*found = NULL;
	for (size_t i = 0; i < count; i++) {
		struct str param[REQUEST_PARAMS_MAX] = { 0 };
		bool is_ours = routes[i].methods & rq->method;
		struct str pattern, name;

		if (str_cut(str_of(routes[i].pattern), '?', &pattern, &name) &&
		    !asks(rq->query, name))
			continue;
		if (!matches(pattern, rq->path, param))
			continue;
		if (str_has_prefix(pattern, STR("/:"))) {
			if (is_ours && !*found) {
				*found = &routes[i];
				memcpy(rest, param, sizeof rest);
			}
			others_rest |= routes[i].methods;
		} else if (is_ours) {
			take_params(rq, param);
			*found = &routes[i];
			return OK;
		} else {
			others |= routes[i].methods;
		}
	}
	if (*found && !others) {
		take_params(rq, rest);
		return OK;
	}
	*found = NULL;
	if (!others && !others_rest)
		return ERR_ABSENT;
	*allow = method_list(rq->arena, others ? others : others_rest);
	return ERR_DENIED;
}
