/*
 * Implements golink.h.  What the code says of the visitor is read where the
 * page is shown: a link that was kept or passed on tells the same.
 */
#include "app.h"
#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/site.h"
#include "page/sitelink.h"
#include "page/snapshot.h"
#include "visit.h"
#include "visitor.h"

#include "golink.h"

#define QUERY_BYTES_MAX 4096
#define TARGET_BYTES_MAX (QUERY_BYTES_MAX + 2 * SITE_KEY_BYTES_MAX + 16)

static struct str
target(struct request *rq, const struct site_link *l)
{
	struct str more = rq->query.n > QUERY_BYTES_MAX ? STR_EMPTY :
	    url_without(rq->arena, rq->query, STR(VISIT_CODE));

	return buf_fmt(rq->arena, TARGET_BYTES_MAX, "/p/%.*s?" VISIT_CODE
	    "=%.*s%s%.*s", STR_ARG(l->page->key), STR_ARG(l->key),
	    more.n ? "&" : "", STR_ARG(more));
}

static enum turn
follow(struct request *rq, bool is_path)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_link *l;

	if (!p) {
		visitor_refuse(rq, 503);
		return TURN_ANSWERED;
	}
	l = sitelink_find(p->site, rq->param[0]);
	if (l && sitelink_leads(l, rq->received_ms) &&
	    (l->is_vanity || !is_path))
		response_redirect(rq, 302, target(rq, l));
	else
		visitor_refuse(rq, 404);
	snapshot_release(rq->app->snapshot, p);
	return TURN_ANSWERED;
}

enum turn
golink_follow(struct request *rq)
{
	return follow(rq, false);
}

enum turn
golink_vanity(struct request *rq)
{
	return follow(rq, true);
}
