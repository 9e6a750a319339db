/* Implements visit.h.  Which variant is shown is choice's to say. */
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "cameby.h"
#include "footfall.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "lead/flood.h"
#include "page/site.h"
#include "page/siteorigin.h"
#include "page/snapshot.h"
#include "track/attribution.h"
#include "track/device.h"
#include "track/event.h"
#include "visitor.h"

#include "visit.h"

#define PATH_BYTES_MAX 400
#define QUERY_BYTES_MAX 1000

/* The host of another site that linked here, or empty. */
static struct str
referring_host(const struct request *rq)
{
	struct str scheme, host, rest;

	if (!str_cut(rq->referer, '/', &scheme, &rest) ||
	    !str_has_prefix(rest, STR("/")))
		return STR_EMPTY;
	str_cut(str_slice(rest, 1, rest.n), '/', &host, &rest);
	str_cut(host, '?', &host, &rest);
	return str_eq_fold(host, rq->host) ? STR_EMPTY : host;
}

static void
touch_of(struct request *rq, const struct site *site, struct touch *out)
{
	const struct str_pair *parameter = NULL;
	size_t count = url_pairs(rq->arena, rq->query, &parameter);

	attribution_read(rq->arena, parameter, count, referring_host(rq), out);
	for (size_t i = 0; i < count && !out->code.n; i++)
		if (str_eq(parameter[i].name, STR(VISIT_CODE)))
			out->code = parameter[i].value;
	cameby_complete(site, out);
}

bool
visit_begin(struct request *rq, struct visit *out)
{
	const struct site_page *pg;
	enum lang asked;

	*out = (struct visit){ .picture = snapshot_hold(rq->app->snapshot) };
	if (!out->picture) {
		visitor_refuse(rq, 503);
		return false;
	}
	pg = site_find(out->picture->site, rq->param[0]);
	out->is_embedded = str_eq(url_query(rq->arena, rq->query,
	    STR("embed")), STR("1"));
	out->page = pg;
	/* Also what is said of a page that is gone belongs into the frame. */
	if (pg)
		response_frame(rq, visit_origins(rq, out));
	if (!pg || pg->is_archived) {
		visit_end(rq, out);
		visitor_refuse(rq, pg ? 410 : 404);
		return false;
	}
	out->lang_asked = url_query(rq->arena, rq->query, STR("lang"));
	out->lang = lang_choose(out->lang_asked, rq->accept_language, pg->lang,
	    pg->langs);
	if (lang_parse(out->lang_asked, &asked) || asked != out->lang)
		out->lang_asked = STR_EMPTY;
	touch_of(rq, out->picture->site, &out->touch);
	choice_make(rq, &(struct choice_visit){ .page = pg, .lang = out->lang,
		.source = out->touch.source,
		.is_embedded = out->is_embedded }, &out->choice);
	out->variant = out->choice.variant;
	return true;
}

void
visit_end(struct request *rq, struct visit *v)
{
	if (v->picture)
		snapshot_release(rq->app->snapshot, v->picture);
	v->picture = NULL;
}

/* Who was shown what in which experiment. */
static struct event_exposure
exposure_of(const struct request *rq, const struct visit *v)
{
	const struct choice *c = &v->choice;
	const struct site_experiment *x = c->experiment;

	return (struct event_exposure){
		.experiment = c->counted_as,
		.visitor = c->visitor,
		.variant = c->arm ? c->arm->key : v->variant->key,
		.bucket_version = x->bucket_version,
		.epoch = c->epoch,
		.at_ms = rq->received_ms,
		.is_new = c->is_new,
		.source = v->touch.source,
		.lang = lang_code(v->lang),
	};
}

/* What segments ask for is looked up for the first view alone. */
static void
expose(struct request *rq, struct visit *v)
{
	struct event_exposure x = exposure_of(rq, v);

	if (event_is_seen(rq->app->events, &x))
		return;
	x.country = choice_place(rq, &v->choice)->country;
	x.device = device_name(device_of(rq->user_agent));
	event_exposure(rq->app->events, &x);
}

/* Its cookie counts nowhere from now on. */
static void
count_robot(struct request *rq, const struct visit *v)
{
	struct choice each[SITE_RUNNING_MAX];
	size_t count = 0;

	if (v->choice.visitor.n && !v->choice.is_new)
		count = choice_each(rq, v->page, v->choice.visitor, each);
	for (size_t i = 0; i < count; i++)
		event_robot(rq->app->events, &(struct event_exposure){
			.experiment = each[i].counted_as,
			.visitor = each[i].visitor,
			.variant = each[i].arm->key,
			.bucket_version = each[i].experiment->bucket_version,
			.epoch = each[i].epoch,
			.at_ms = rq->received_ms,
		});
}

void
visit_count(struct request *rq, struct visit *v)
{
	const struct choice *c = &v->choice;

	/* What is fetched ahead may be shown, and is a visitor's then. */
	if (c->is_new && rq->method != METHOD_HEAD)
		cookie_set(rq, STR(VISITOR_COOKIE), c->visitor,
		    rq->app->conf->cookie_domain, VISITOR_COOKIE_AGE_S);
	if (!c->is_synthetic)
		footfall_view(rq, v, &(struct traffic_key){
			.page = v->page->key,
			.experiment = c->experiment ? c->experiment->key :
			    STR_EMPTY,
			.variant = v->variant->key,
			.class = c->class,
			.hour_ms = rq->received_ms -
			    rq->received_ms % TRAFFIC_HOUR_MS,
		});
	if (c->class == TRAFFIC_ROBOT)
		count_robot(rq, v);
	/* Of an arm that is gone nothing is left to show: its row is there. */
	if (c->class == TRAFFIC_HUMAN && c->arm)
		expose(rq, v);
}

void
visit_count_sent(struct request *rq, struct visit *v,
    const struct ticket *t, bool is_trapped)
{
	if (v->choice.class == TRAFFIC_ROBOT || is_trapped)
		count_robot(rq, v);
	else
		footfall_post(rq, v, t);
}

/* Pages that count when they are shown: all arms' are the same. */
static bool
is_counted_when_shown(const struct choice *c)
{
	return c->arm && (c->class == TRAFFIC_HUMAN ||
	    c->class == TRAFFIC_PREFETCH);
}

void
visit_count_post(struct request *rq, const struct visit *v,
    const struct ticket *t, bool is_refused)
{
	const struct choice *c = &v->choice;
	bool is_same = c->arm && str_eq(c->counted_as, t->experiment) &&
	    c->experiment->bucket_version == t->bucket_version;
	struct event_exposure x;

	/* Without a cookie of theirs nobody knows whose form it was. */
	if (!t->experiment.n || c->is_new || !c->visitor.n)
		return;
	/* Whose arm is archived was shown the control, and counts elsewhere. */
	if (c->experiment && !c->arm)
		return;
	x = (struct event_exposure){
		.experiment = t->experiment,
		.visitor = c->visitor,
		/*
		 * A form of an earlier phase tells of that phase's arm, and a
		 * form has not the source that its page was found by.
		 */
		.variant = is_same && c->variant != c->arm ? c->arm->key :
		    t->variant,
		.bucket_version = t->bucket_version,
		.epoch = choice_epoch(rq, c, t->touch.source),
		/* What was fetched ahead is known by its activation alone. */
		.is_ahead = t->is_prefetched,
		.at_ms = t->is_prefetched ? rq->received_ms : t->issued_ms,
	};
	event_post(rq->app->events, &x, rq->received_ms, is_refused);
}

void
visit_count_start(struct request *rq, const struct visit *v,
    const struct ticket *t)
{
	enum traffic_class class = v->choice.class;

	if (t->is_synthetic || t->is_preview || v->choice.is_synthetic ||
	    (class != TRAFFIC_HUMAN && class != TRAFFIC_OUTSIDE))
		return;
	event_view(rq->app->events, &(struct traffic_key){
		.page = v->page->key,
		.experiment = t->experiment,
		.variant = v->variant->key,
		.class = TRAFFIC_STARTED,
		.hour_ms = rq->received_ms -
		    rq->received_ms % TRAFFIC_HOUR_MS,
	}, NULL, NULL);
}

void
visit_ticket(struct request *rq, const struct visit *v, struct ticket *out)
{
	const struct choice *c = &v->choice;

	*out = (struct ticket){
		.id = token_uuid7(rq->received_ms),
		.page = v->page->key,
		.revision = v->page->revision,
		.variant = v->variant->key,
		.lang = v->lang,
		.consent_hash = v->variant->consent_hash[v->lang],
		.issued_ms = rq->received_ms,
	};
	if (is_counted_when_shown(c)) {
		out->experiment = c->counted_as;
		out->bucket_version = c->experiment->bucket_version;
		out->epoch = c->epoch;
		out->is_first = c->is_new;
		out->visitor_tag = token_tag(&rq->app->key, c->visitor);
		if (c->arm != c->variant)
			out->arm = c->arm->key;
	}
	out->is_synthetic = c->is_synthetic;
	out->is_prefetched = c->class == TRAFFIC_PREFETCH;
	out->is_preview = c->class == TRAFFIC_PREVIEW;
	out->needs_work = flood_asks_work(rq->app->flood, rq->received_ms);
	out->touch = v->touch;
}

struct str
visit_path(struct request *rq, const struct visit *v, const char *suffix)
{
	struct buf b;

	buf_init(&b, rq->arena, PATH_BYTES_MAX);
	buf_add(&b, STR("/p/"));
	buf_add(&b, v->page->key);
	buf_add(&b, str_of(suffix));
	if (v->is_embedded)
		buf_add(&b, STR("?embed=1"));
	if (v->lang_asked.n)
		buf_add(&b, v->is_embedded ? STR("&lang=") : STR("?lang="));
	buf_add(&b, v->lang_asked);
	return buf_str(&b);
}

struct str
visit_query(struct request *rq)
{
	return rq->query.n > QUERY_BYTES_MAX ? STR_EMPTY :
	    url_without(rq->arena, rq->query, STR("lang"));
}

struct str
visit_url(struct request *rq, const struct visit *v)
{
	struct str pages = buf_join(rq->arena, rq->app->conf->url,
	    STR("/p/"));

	return buf_join(rq->arena, pages, v->page->key);
}

struct str
visit_origins(struct request *rq, const struct visit *v)
{
	return v->is_embedded ? siteorigin_list(rq->arena, v->picture->site,
	    v->page) : STR_EMPTY;
}
