/*
 * Implements footfall.h.  Who has refused to be measured leaves a view and no
 * number of their browser.
 */
#include "app.h"
#include "choice.h"
#include "form/ticket.h"
#include "geo/geo.h"
#include "http/request.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "track/audience.h"
#include "track/event.h"
#include "track/reach.h"
#include "visit.h"

#include "footfall.h"

/* What a page was shown as, and what its visitor came by. */
struct step {
	struct str page;
	struct str variant;
	struct str campaign;	/* the page's */
	const struct touch *touch;
	bool is_robot;
	const struct traffic_key *view;	/* counted with it; NULL for none */
};

/* Is it the first such sign of them today? */
static bool
is_first(struct request *rq, struct str page, enum reach_sign sign)
{
	return reach_claim(rq->app->reach, &(struct reach_who){
		rq->remote_addr, rq->user_agent, page }, sign,
	    rq->received_ms) == REACH_NEW;
}

/* Who has a visitor's cookie of ours has not the one that refuses. */
static bool
is_measured(const struct request *rq, const struct visit *v)
{
	return v->choice.visitor.n || !choice_is_refused(rq);
}

/* A robot's own words are no source: any number of them would be told apart. */
static struct str
told(const struct step *s, struct str said)
{
	return s->is_robot ? STR_EMPTY : said;
}

/* place is empty for whom it was not looked up. */
static void
add(struct request *rq, const struct step *s, const struct audience_sum *sum,
    const struct place *place)
{
	const struct touch *t = s->touch;

	event_view(rq->app->events, s->view, &(struct audience_key){
		.hour_ms = reach_hour(rq->app->reach, rq->received_ms),
		.is_robot = s->is_robot,
		.text = {
			[AUDIENCE_PAGE] = s->page,
			[AUDIENCE_VARIANT] = s->variant,
			[AUDIENCE_CAMPAIGN] = told(s, t->campaign).n ?
			    t->campaign : s->campaign,
			[AUDIENCE_CHANNEL] = t->channel,
			[AUDIENCE_SOURCE] = told(s, t->source),
			[AUDIENCE_MEDIUM] = told(s, t->medium),
			[AUDIENCE_KEYWORD] = told(s, t->keyword),
			[AUDIENCE_COUNTRY] = place->country,
			[AUDIENCE_REGION] = place->region,
		},
	}, sum);
}

static struct step
step_of(const struct visit *v, const struct touch *t)
{
	return (struct step){ .page = v->page->key, .variant = v->variant->key,
		.campaign = v->page->campaign->key, .touch = t,
		.is_robot = v->choice.class == TRAFFIC_ROBOT };
}

/* People are looked up once a day: it costs a tenth of a page. */
static const struct place *
place_of(struct request *rq, struct visit *v, const struct audience_sum *sum)
{
	static const struct place nowhere;

	return sum->visitors || sum->engaged ? choice_place(rq, &v->choice) :
	    &nowhere;
}

void
footfall_view(struct request *rq, struct visit *v,
    const struct traffic_key *view)
{
	struct step s = step_of(v, &v->touch);
	struct audience_sum sum = { .views = 1 };

	if (!s.is_robot && v->choice.class != TRAFFIC_HUMAN &&
	    v->choice.class != TRAFFIC_OUTSIDE) {
		event_view(rq->app->events, view, NULL, NULL);
		return;
	}
	sum.visitors = !s.is_robot && is_measured(rq, v) &&
	    is_first(rq, s.page, REACH_SEEN);
	s.view = view;
	add(rq, &s, &sum, place_of(rq, v, &sum));
}

void
footfall_activation(struct request *rq, const struct ticket *t,
    const struct place *place, const struct traffic_key *view)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_page *pg = p ? site_find(p->site, t->page) : NULL;
	struct step s = { .page = t->page, .variant = t->variant,
		.touch = &t->touch, .view = view };
	struct audience_sum sum = { .views = 1 };

	if (pg) {
		s.campaign = pg->campaign->key;
		sum.visitors = is_first(rq, t->page, REACH_SEEN);
		add(rq, &s, &sum, place);
	} else {
		event_view(rq->app->events, view, NULL, NULL);
	}
	if (p)
		snapshot_release(rq->app->snapshot, p);
}

void
footfall_post(struct request *rq, struct visit *v, const struct ticket *t)
{
	struct step s = step_of(v, &t->touch);
	struct audience_sum sum = { 0 };

	if (t->is_synthetic || t->is_preview || v->choice.is_synthetic ||
	    (v->choice.class != TRAFFIC_HUMAN &&
	    v->choice.class != TRAFFIC_OUTSIDE) || !is_measured(rq, v))
		return;
	/* In this order: without a visitor nobody is engaged. */
	sum.visitors = is_first(rq, s.page, REACH_SEEN);
	sum.engaged = is_first(rq, s.page, REACH_ENGAGED);
	if (sum.visitors || sum.engaged)
		add(rq, &s, &sum, place_of(rq, v, &sum));
}
