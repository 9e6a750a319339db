/*
 * Implements visitor.h: HTTP in, one call to the domain, HTTP out.  Taking a
 * form is capture.c's, questions of operators are health.c's.
 */
#include <stdlib.h>

#include "api.h"
#include "app.h"
#include "asset.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "beacon.h"
#include "capture.h"
#include "confirm.h"
#include "deliver/recipient.h"
#include "form/form.h"
#include "form/ticket.h"
#include "golink.h"
#include "health.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "http/url.h"
#include "known.h"
#include "objection.h"
#include "observe.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "preferences.h"
#include "reportpage.h"
#include "sellerday.h"
#include "visitor.h"
#include "visit.h"
#include "withdrawal.h"

#define PREVIEW_URL_BYTES_MAX (TOKEN_TEXT_BYTES_MAX + 200)
#define RETRY_AFTER_S "5"

void
visitor_refuse(struct request *rq, int status)
{
	static const enum lang ours[] = { LANG_FR, LANG_EN };
	const struct picture *p;
	enum lang l;

	if (api_is(rq)) {
		api_refuse(rq, status);
		return;
	}
	p = snapshot_hold(rq->app->snapshot);
	l = lang_choose(url_query(rq->arena, rq->query, STR("lang")),
	    rq->accept_language, ours, LANG_COUNT);
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

	return buf_fmt(a, PREVIEW_URL_BYTES_MAX, "%.*s/p/%.*s%.*s",
	    STR_ARG(c->url), STR_ARG(page), STR_ARG(query));
}

static enum turn
show_to(struct request *rq, bool is_linked)
{
	struct form_result blank;
	struct ticket ticket;
	struct visit v;

	if (!visit_begin(rq, &v))
		return TURN_ANSWERED;
	if (is_linked)
		v.recipient = known_find(rq, v.page);
	form_blank(rq->arena, v.variant->form, &blank);
	if (v.recipient)
		blank.stage = stage_first(v.variant->form,
		    v.recipient->answered, v.recipient->answers);
	blank.sealed = stage_seal(rq->arena, &rq->app->key, v.variant->form,
	    &blank.stage);
	visit_ticket(rq, &v, &ticket);
	capture_answer(rq, &v, &(struct capture_view){
		.status = 200,
		.form = &blank,
		.token = ticket_seal(rq->arena, &rq->app->key, &ticket),
		.ticket = &ticket,
		.is_counted = ticket.experiment.n > 0,
	});
	visit_count(rq, &v);
	visit_end(rq, &v);
	return TURN_ANSWERED;
}

static enum turn
show(struct request *rq)
{
	return show_to(rq, false);
}

/* By a link that was made for somebody: the database knows for whom. */
static enum turn
show_linked(struct request *rq)
{
	return show_to(rq, true);
}

/* What thanks say of the way the asset takes, when it is another one. */
static struct str
delivery(const struct visit *v)
{
	const struct form *f = v->variant->form;

	if (f->delivery == FORM_CONFIRMED)
		return phrase_in(PHRASE_PAGE_CONFIRM_FIRST, v->lang);
	if (f->delivery == FORM_BY_MAIL && v->page->asset.n)
		return phrase_in(PHRASE_PAGE_MAILED, v->lang);
	for (size_t i = 0; i < f->consents; i++)
		if (f->consent[i].needs_confirm)
			return phrase_in(PHRASE_PAGE_CONFIRM_CONSENT, v->lang);
	return STR_EMPTY;
}

static enum turn
thank(struct request *rq)
{
	struct uuid submission;
	struct str observed = observe_token(rq, &submission);
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
		.further = known_further(rq, &v),
		.observed = observed,
		.observed_at = observed.n ?
		    observe_origins(rq, v.picture->site) : STR_EMPTY,
		.is_embedded = v.is_embedded,
		.origins = visit_origins(rq, &v),
	    }, v.variant->form->delivery == FORM_ON_THANKS ?
	    observe_along(rq->arena, asset_link(rq, v.page, v.lang, NULL),
	    observed) : STR_EMPTY, delivery(&v)));
	visit_end(rq, &v);
	return TURN_ANSWERED;
}

#define READ (METHOD_GET | METHOD_HEAD)

static const struct route routes[] = {
	{ READ,		"/p/:page?" RECIPIENT_QUERY, show_linked, ROUTE_CREW },
	{ READ,		"/p/:page",		show,		ROUTE_LOOP },
	{ METHOD_POST,	"/p/:page",		capture_take,	ROUTE_LOOP },
	{ READ,		"/p/:page/steps",	show,		ROUTE_LOOP },
	{ METHOD_POST,	"/p/:page/steps",	capture_take_steps,
	    ROUTE_CREW },
	{ READ,		"/p/:page/files",	show,		ROUTE_LOOP },
	{ METHOD_POST,	"/p/:page/files",	capture_take_files,
	    ROUTE_FILES },
	{ READ,		"/p/:page/thanks",	thank,		ROUTE_LOOP },
	{ READ,		"/p/:page" RENDER_MEASURE_PATH, objection_ask,
	    ROUTE_LOOP },
	{ METHOD_POST,	"/p/:page" RENDER_MEASURE_PATH, objection_take,
	    ROUTE_LOOP },
	{ METHOD_POST,	"/p/:page" RENDER_MEASURE_PATH "/again",
	    objection_take_back, ROUTE_LOOP },
	{ READ,		"/a/:page",		asset_give,	ROUTE_CREW },
	{ READ,		"/c/:token",		confirm_ask,	ROUTE_CREW },
	{ METHOD_POST,	"/c/:token",		confirm_take,	ROUTE_CREW },
	{ READ,		"/u/:token",		confirm_leave_ask, ROUTE_CREW },
	{ METHOD_POST,	"/u/:token",		confirm_leave,	ROUTE_CREW },
	{ READ,		"/preferences/:token",	preferences_ask, ROUTE_CREW },
	{ METHOD_POST,	"/preferences/:token",	preferences_take, ROUTE_CREW },
	{ READ,		"/s/:token",		sellerday_ask,	ROUTE_CREW },
	{ METHOD_POST,	"/s/:token",		sellerday_take,	ROUTE_CREW },
	{ READ,		"/r/:token",		reportpage_show, ROUTE_CREW },
	{ READ,		"/r/:token/csv",	reportpage_csv,	ROUTE_CREW },
	{ METHOD_POST,	"/api/v1/pages/:page/submissions", api_submit,
	    ROUTE_LOOP },
	{ METHOD_OPTIONS, "/api/v1/pages/:page/submissions", api_preflight,
	    ROUTE_LOOP },
	{ READ,		"/api/v1/pages/:page/schema", api_schema, ROUTE_LOOP },
	{ METHOD_POST,	"/api/v1/withdrawals",	withdrawal_take, ROUTE_CREW },
	{ METHOD_POST,	"/e",			beacon_take,	ROUTE_LOOP },
	{ READ,		"/go/:code",		golink_follow,	ROUTE_LOOP },
	{ READ,		"/healthz",		health_alive,	ROUTE_LOOP },
	{ READ,		"/readyz",		health_ready,	ROUTE_CREW },
	{ READ,		"/metrics",		health_metrics,	ROUTE_CREW },
	{ READ,		"/:code",		golink_vanity,	ROUTE_LOOP },
};

size_t
visitor_routes(const struct route **out)
{
	*out = routes;
	return sizeof routes / sizeof *routes;
}
