/*
 * Implements visit.h.  The order of evaluation is that of the statistics
 * rules: preview, robots, filters, hash.
 */
#include "app.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "experiment/assign.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/url.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "visitor.h"
#include "track/bot.h"
#include "track/event.h"
#include "visit.h"

#define PREVIEW_PURPOSE "preview"
#define PATH_BYTES_MAX 400
#define CONTROL 0

/* A variant's page and key and the link's end, as sealed in a preview. */
static struct str
preview_payload(struct arena *a, struct str page, struct str variant,
    int64_t until_ms)
{
	return buf_fmt(a, PATH_BYTES_MAX, "%lld %.*s %.*s",
	    (long long)until_ms, STR_ARG(page), STR_ARG(variant));
}

struct str
visit_preview(struct arena *a, const struct token_key *k, struct str page,
    struct str variant)
{
	struct str sealed = token_seal(a, k, PREVIEW_PURPOSE,
	    preview_payload(a, page, variant,
	    clock_now_ms() + VISITOR_PREVIEW_MS));

	return buf_fmt(a, TOKEN_TEXT_BYTES_MAX + PATH_BYTES_MAX,
	    "?variant=%.*s&preview=%.*s", STR_ARG(variant), STR_ARG(sealed));
}

/* The variant a signed preview asks for, or NULL. */
static const struct site_variant *
previewed(struct request *rq, const struct site_page *pg)
{
	struct str key = url_query(rq->arena, rq->query, STR("variant"));
	struct str sealed, payload, until, rest;
	int64_t until_ms;

	if (!key.n)
		return NULL;
	sealed = url_query(rq->arena, rq->query, STR(PREVIEW_PURPOSE));
	if (token_open(rq->arena, &rq->app->key, PREVIEW_PURPOSE, sealed,
	    &payload))
		return NULL;
	str_cut(payload, ' ', &until, &rest);
	if (!str_i64(until, 0, INT64_MAX, &until_ms) ||
	    until_ms < rq->received_ms ||
	    !str_eq(payload, preview_payload(rq->arena, pg->key, key,
	    until_ms)))
		return NULL;
	return site_variant(pg, key);
}

static bool
passes(const struct site_experiment *x, struct str unit)
{
	for (size_t i = 0; i < x->filters; i++) {
		const struct site_filter *f = &x->filter[i];
		double bucket = assign_bucket(f->seed, unit);
		bool is_in = false;

		for (size_t r = 0; r < f->ranges && !is_in; r++)
			is_in = bucket >= f->range[r][0] &&
			    bucket < f->range[r][1];
		if (!is_in)
			return false;
	}
	return true;
}

/* The arm the visitor's identifier hashes to, or -1: not in the experiment. */
static int
arm_of(const struct site_experiment *x, struct str unit)
{
	struct assign_range range[SITE_VARIANTS_MAX];
	size_t arms = x->page->variants;

	if (!passes(x, unit))
		return -1;
	assign_ranges(x->weight, arms, x->coverage, range);
	return assign_pick(range, arms, assign_bucket(x->seed, unit));
}

static void
choose_variant(struct request *rq, struct visit *v)
{
	const struct site_page *pg = v->page;
	struct str cookie;
	int arm;

	v->variant = previewed(rq, pg);
	if (v->variant)
		return;
	v->variant = &pg->variant[CONTROL];
	if (!pg->experiment || bot_is(rq->user_agent))
		return;
	cookie = cookie_find(rq->cookie, STR(VISITOR_COOKIE));
	v->is_new = !token_id_is(cookie);
	v->visitor = v->is_new ? token_id(arena_take(rq->arena,
	    TOKEN_ID_CHARS + 1)) : cookie;
	arm = arm_of(pg->experiment, v->visitor);
	if (arm >= 0)
		v->variant = &pg->variant[arm];
	v->is_counted = arm >= 0 && rq->method != METHOD_HEAD &&
	    !rq->is_prefetch &&
	    !addr_in(rq->remote_addr, rq->app->conf->internal_from);
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
	if (!pg || pg->is_archived) {
		visit_end(rq, out);
		visitor_refuse(rq, pg ? 410 : 404);
		return false;
	}
	out->page = pg;
	out->lang_asked = url_query(rq->arena, rq->query, STR("lang"));
	out->lang = lang_choose(out->lang_asked, rq->accept_language, pg->lang,
	    pg->langs);
	if (lang_parse(out->lang_asked, &asked) || asked != out->lang)
		out->lang_asked = STR_EMPTY;
	choose_variant(rq, out);
	return true;
}

void
visit_end(struct request *rq, struct visit *v)
{
	if (v->picture)
		snapshot_release(rq->app->snapshot, v->picture);
	v->picture = NULL;
}

void
visit_count(struct request *rq, const struct visit *v)
{
	const struct site_experiment *x = v->page->experiment;

	if (v->is_new && rq->method != METHOD_HEAD && !rq->is_prefetch)
		cookie_set(rq, STR(VISITOR_COOKIE), v->visitor,
		    VISITOR_COOKIE_AGE_S);
	if (v->is_counted)
		event_exposure(rq->app->events, x->key, v->visitor,
		    v->variant->key, x->bucket_version, rq->received_ms);
}

/* The click identifiers of the advertising networks, first one wins. */
static struct str
click_id(struct request *rq)
{
	static const char *const names[] = {
		"gclid", "wbraid", "gbraid", "msclkid", "fbclid", "li_fat_id",
		"click_id",
	};
	struct str found = STR_EMPTY;

	for (size_t i = 0; i < sizeof names / sizeof *names && !found.n; i++)
		found = url_query(rq->arena, rq->query, str_of(names[i]));
	return found;
}

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
touch_of(struct request *rq, struct touch *out)
{
	struct arena *a = rq->arena;

	out->source = url_query(a, rq->query, STR("utm_source"));
	if (!out->source.n)
		out->source = referring_host(rq);
	out->medium = url_query(a, rq->query, STR("utm_medium"));
	out->campaign = url_query(a, rq->query, STR("utm_campaign"));
	out->click_id = click_id(rq);
}

void
visit_ticket(struct request *rq, const struct visit *v, struct ticket *out)
{
	*out = (struct ticket){
		.id = token_uuid7(rq->received_ms),
		.page = v->page->key,
		.revision = v->page->revision,
		.variant = v->variant->key,
		.lang = v->lang,
		.consent_hash = v->page->consent_hash[v->lang],
		.issued_ms = rq->received_ms,
	};
	if (v->is_counted) {
		out->experiment = v->page->experiment->key;
		out->bucket_version = v->page->experiment->bucket_version;
	}
	touch_of(rq, &out->touch);
}

struct str
visit_path(struct request *rq, const struct visit *v, const char *suffix)
{
	return buf_fmt(rq->arena, PATH_BYTES_MAX, "/p/%.*s%s%s%.*s",
	    STR_ARG(v->page->key), suffix, v->lang_asked.n ? "?lang=" : "",
	    STR_ARG(v->lang_asked));
}

struct str
visit_url(struct request *rq, const struct visit *v)
{
	return buf_fmt(rq->arena, CONF_VALUE_BYTES_MAX + PATH_BYTES_MAX,
	    "%.*s/p/%.*s", STR_ARG(rq->app->conf->url), STR_ARG(v->page->key));
}
