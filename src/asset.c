/*
 * Implements asset.h.  The file itself is sent by nginx, from an internal
 * location.
 */
#include "app.h"
#include "base/buf.h"
#include "base/conf.h"
#include "confirm.h"
#include "deliver/link.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "observe.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "visitor.h"

#include "asset.h"

#define INTERNAL "/_asset/"	/* nginx's internal location */
#define HEADER_BYTES_MAX 1000

struct str
asset_link(struct request *rq, const struct site_page *pg, enum lang l,
    const struct uuid *submission)
{
	struct link link = { .kind = LINK_ASSET, .lang = l, .page = pg->key,
		.until_ms = rq->received_ms + rq->app->conf->asset_max_age_ms };

	if (!pg->asset.n)
		return STR_EMPTY;
	if (submission) {
		link.has_submission = true;
		link.submission = *submission;
	}
	return link_url(rq->arena, &rq->app->key, STR_EMPTY, &link);
}

/* 200, or why the link does not open this page's asset: 403, 410. */
static int
judge_link(struct request *rq, struct link *out)
{
	if (link_open(rq->arena, &rq->app->key, LINK_ASSET,
	    url_query(rq->arena, rq->query, STR("t")), out) ||
	    !str_eq(out->page, rq->param[0]))
		return 403;
	return out->until_ms < rq->received_ms ? 410 : 200;
}

/* By a file name's ending: what people offer for download. */
static const char *
media_type(struct str name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".pdf", "application/pdf" },
		{ ".epub", "application/epub+zip" },
		{ ".zip", "application/zip" },
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_has_suffix(name, str_of(types[i].ending)))
			return types[i].type;
	return "application/octet-stream";
}

static void
send(struct request *rq, struct str name)
{
	response_header(rq, "X-Accel-Redirect", buf_fmt(rq->arena,
	    HEADER_BYTES_MAX, INTERNAL "%.*s", STR_ARG(name)));
	response_header(rq, "Content-Disposition", buf_fmt(rq->arena,
	    HEADER_BYTES_MAX, "attachment; filename=\"%.*s\"",
	    STR_ARG(name)));
	response_set(rq, 200, media_type(name), STR_EMPTY);
}

enum turn
asset_give(struct request *rq)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_page *pg;
	struct link link;
	int status;

	pg = p ? site_find(p->site, rq->param[0]) : NULL;
	if (!pg || !pg->asset.n)
		status = p ? 404 : 503;
	else
		status = judge_link(rq, &link);
	if (status != 200) {
		visitor_refuse(rq, status);
	} else {
		if (link.has_submission)
			confirm_note(rq, &link.submission, true);
		observe_fetched(rq, &link);
		send(rq, pg->asset);
	}
	if (p)
		snapshot_release(rq->app->snapshot, p);
	return TURN_ANSWERED;
}
