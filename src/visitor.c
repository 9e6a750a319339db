/*
 * Implements visitor.h: HTTP in, one call to the domain, HTTP out.  Taking a
 * form is capture.c's, questions of operators are health.c's.
 */
#include <stdlib.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "capture.h"
#include "form/form.h"
#include "form/ticket.h"
#include "health.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "http/url.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "visitor.h"
#include "visit.h"

#define ASSET_PURPOSE "asset"
#define ASSET_URL_BYTES_MAX (TOKEN_TEXT_BYTES_MAX + 200)
#define ASSET_INTERNAL "/_asset/"	/* nginx's internal location */
#define RETRY_AFTER_S "5"

void
visitor_refuse(struct request *rq, int status)
{
	static const enum lang ours[] = { LANG_FR, LANG_EN };
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	enum lang l = lang_choose(url_query(rq->arena, rq->query,
	    STR("lang")), rq->accept_language, ours, LANG_COUNT);

	if (status == 503)
		response_header(rq, "Retry-After", STR(RETRY_AFTER_S));
	response_set(rq, status, RESPONSE_HTML, render_status(rq->arena, p,
	    rq->app->conf->static_url, status, l));
	if (p)
		snapshot_release(rq->app->snapshot, p);
}

struct str
visitor_preview(struct arena *a, const struct conf *c,
    const struct token_key *k, struct str page, struct str variant)
{
	struct str query = choice_preview(a, k, page, variant);

	return buf_fmt(a, ASSET_URL_BYTES_MAX, "%.*s/p/%.*s%.*s",
	    STR_ARG(c->url), STR_ARG(page), STR_ARG(query));
}

static enum turn
show(struct request *rq)
{
	struct form_result blank;
	struct ticket ticket;
	struct visit v;

	if (!visit_begin(rq, &v))
		return TURN_ANSWERED;
	form_blank(rq->arena, v.variant->form, &blank);
	visit_ticket(rq, &v, &ticket);
	capture_answer(rq, &v, &(struct capture_view){
		.status = 200,
		.form = &blank,
		.token = ticket_seal(rq->arena, &rq->app->key, &ticket),
	});
	visit_count(rq, &v);
	visit_end(rq, &v);
	return TURN_ANSWERED;
}

/* "UNTIL PAGE", sealed: a link that works for one page's asset until then. */
static struct str
asset_url(struct request *rq, const struct site_page *pg)
{
	int64_t until = rq->received_ms + rq->app->conf->asset_max_age_ms;
	struct str payload, sealed;

	if (!pg->asset.n)
		return STR_EMPTY;
	payload = buf_fmt(rq->arena, TOKEN_PAYLOAD_BYTES_MAX, "%lld %.*s",
	    (long long)until, STR_ARG(pg->key));
	sealed = token_seal(rq->arena, &rq->app->key, ASSET_PURPOSE, payload);
	return buf_fmt(rq->arena, ASSET_URL_BYTES_MAX, "/a/%.*s?t=%.*s",
	    STR_ARG(pg->key), STR_ARG(sealed));
}

static enum turn
thank(struct request *rq)
{
	struct visit v;

	if (!visit_begin(rq, &v))
		return TURN_ANSWERED;
	response_set(rq, 200, RESPONSE_HTML, render_thanks(rq->arena,
	    &(struct render){
		.picture = v.picture,
		.page = v.page,
		.variant = v.variant,
		.lang = v.lang,
		.static_url = rq->app->conf->static_url,
		.url = visit_url(rq, &v),
		.action = visit_path(rq, &v, ""),
	    }, asset_url(rq, v.page)));
	visit_end(rq, &v);
	return TURN_ANSWERED;
}

/* 200, or why the link does not open this page's asset: 403, 410. */
static int
judge_link(struct request *rq)
{
	struct str payload, until, page;
	int64_t until_ms;

	if (token_open(rq->arena, &rq->app->key, ASSET_PURPOSE,
	    url_query(rq->arena, rq->query, STR("t")), &payload))
		return 403;
	if (!str_cut(payload, ' ', &until, &page) ||
	    !str_i64(until, 0, INT64_MAX, &until_ms) ||
	    !str_eq(page, rq->param[0]))
		return 403;
	return until_ms < rq->received_ms ? 410 : 200;
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

static enum turn
deliver(struct request *rq)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_page *pg;
	struct str name;
	int status;

	pg = p ? site_find(p->site, rq->param[0]) : NULL;
	if (!pg || !pg->asset.n)
		status = p ? 404 : 503;
	else
		status = judge_link(rq);
	if (status != 200) {
		visitor_refuse(rq, status);
	} else {
		name = pg->asset;
		response_header(rq, "X-Accel-Redirect", buf_fmt(rq->arena,
		    ASSET_URL_BYTES_MAX, ASSET_INTERNAL "%.*s", STR_ARG(name)));
		response_header(rq, "Content-Disposition", buf_fmt(rq->arena,
		    ASSET_URL_BYTES_MAX, "attachment; filename=\"%.*s\"",
		    STR_ARG(name)));
		response_set(rq, 200, media_type(name), STR_EMPTY);
	}
	if (p)
		snapshot_release(rq->app->snapshot, p);
	return TURN_ANSWERED;
}

#define READ (METHOD_GET | METHOD_HEAD)

static const struct route routes[] = {
	{ READ,		"/p/:page",		show,		ROUTE_LOOP },
	{ METHOD_POST,	"/p/:page",		capture_take,	ROUTE_LOOP },
	{ READ,		"/p/:page/thanks",	thank,		ROUTE_LOOP },
	{ READ,		"/a/:page",		deliver,	ROUTE_LOOP },
	{ READ,		"/healthz",		health_alive,	ROUTE_LOOP },
	{ READ,		"/readyz",		health_ready,	ROUTE_CREW },
	{ READ,		"/metrics",		health_metrics,	ROUTE_CREW },
};

size_t
visitor_routes(const struct route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
