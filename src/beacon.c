/*
 * Implements beacon.h.  What a page may tell is a table; whom not to count is
 * asked as it is of views.
 *
 * A token that is refused is told so, although no script looks: it shows in
 * the log's statuses, and who forges learns nothing that a 204 would hide.
 */
#include "app.h"
#include "base/addr.h"
#include "base/log.h"
#include "choice.h"
#include "footfall.h"
#include "form/ticket.h"
#include "geo/geo.h"
#include "http/body.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/response.h"
#include "observe.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "track/bot.h"
#include "track/device.h"
#include "track/event.h"
#include "visitor.h"

#include "beacon.h"

/* Does what was fetched ahead belong to an experiment that still runs? */
static bool
is_running(struct request *rq, const struct ticket *t)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_page *pg = p ? site_find(p->site, t->page) : NULL;
	bool is_found = false;

	for (size_t i = 0; pg && i < pg->experiments; i++) {
		const struct site_experiment *x = pg->experiment[i];

		is_found |= str_eq(x->key, t->experiment) &&
		    x->bucket_version == t->bucket_version &&
		    choice_is_on(x, rq->received_ms);
	}
	if (p)
		snapshot_release(rq->app->snapshot, p);
	return is_found;
}

/* The same questions that choice asks of a view. */
static bool
can_count(struct request *rq, const struct ticket *t)
{
	if (rq->received_ms - t->issued_ms > BEACON_AGE_MS_MAX ||
	    addr_in(rq->remote_addr, rq->app->conf->internal_from))
		return false;
	if (!t->is_prefetched)
		return true;
	return is_running(rq, t) && !(t->is_first && choice_is_crowd(rq));
}

/* R1: what was fetched ahead is exposed now, with what a view would tell. */
static void
tell(struct request *rq, const struct ticket *t, struct event_exposure *x)
{
	struct place place;

	if (!t->is_prefetched) {
		(void)event_activation(rq->app->events, x, rq->received_ms);
		return;
	}
	geo_region(rq->app->geo, rq->arena, rq->remote_addr, &place);
	x->country = place.country;
	x->device = device_name(device_of(rq->user_agent));
	x->source = t->touch.source;
	x->lang = lang_code(t->lang);
	if (!event_activation(rq->app->events, x, rq->received_ms))
		return;
	footfall_activation(rq, t, &place, &(struct traffic_key){
		.page = t->page,
		.experiment = t->experiment,
		.variant = x->variant,
		.class = TRAFFIC_ACTIVATED,
		.hour_ms = rq->received_ms -
		    rq->received_ms % TRAFFIC_HOUR_MS,
	});
}

static struct str
field(const struct body *b, const char *name)
{
	const struct str *value = body_find(b, str_of(name));

	return value ? *value : STR_EMPTY;
}

/* The page is shown, to a person who may look at it. */
static int
activate(struct request *rq, const struct body *b)
{
	struct str visitor = cookie_find(rq->cookie, STR(VISITOR_COOKIE));
	struct str token = field(b, "token");
	struct event_exposure x;
	struct ticket t;

	/* Who keeps no cookie is nobody we could count. */
	if (!token_id_is(visitor))
		return 204;
	if (ticket_open(rq->arena, &rq->app->key, token, &t) ||
	    !t.experiment.n || t.visitor_tag !=
	    token_tag(&rq->app->key, visitor))
		return 403;
	x = (struct event_exposure){
		.experiment = t.experiment,
		.visitor = visitor,
		.variant = t.arm.n ? t.arm : t.variant,
		.bucket_version = t.bucket_version,
		.epoch = t.epoch,
		.at_ms = t.is_prefetched ? rq->received_ms : t.issued_ms,
	};
	if (bot_is(rq->user_agent))
		event_robot(rq->app->events, &x);
	else if (can_count(rq, &t))
		tell(rq, &t, &x);
	return 204;
}

/* What a page may tell: the status to answer it with. */
static const struct kind {
	const char *name;
	int (*take)(struct request *rq, const struct body *b);
} kinds[] = {
	{ "activate", activate },
	{ "view", observe_view },
};

static int
take(struct request *rq)
{
	struct body b;

	if (rq->body.n > BEACON_BODY_BYTES_MAX)
		return 413;
	if (body_parse(rq->arena, rq->content_type, rq->body, &b))
		return body_fault_status(b.fault);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(field(&b, "kind"), str_of(kinds[i].name)))
			return kinds[i].take(rq, &b);
	return 400;
}

enum turn
beacon_take(struct request *rq)
{
	int status = take(rq);

	if (status != 204)
		log_event(LOG_INFO, "beacon.refused",
		    LOG_INT("status", status));
	response_set(rq, status, RESPONSE_TEXT, status == 204 ? STR_EMPTY :
	    str_of(response_reason(status)));
	return TURN_ANSWERED;
}
