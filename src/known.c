/*
 * Implements known.h.  Whatever is wrong with a link, the page is shown as to
 * anybody.
 */
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "deliver/recipient.h"
#include "geo/geo.h"
#include "http/request.h"
#include "http/url.h"
#include "page/fill.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "store/group.h"
#include "store/pool.h"
#include "visit.h"

#include "known.h"

#define WAIT_MS 500
#define QUERY_BYTES 8	/* ?k= */

const struct recipient_facts *
known_find(struct request *rq, const struct site_page *pg)
{
	struct recipient_facts *facts = ARENA_NEW(rq->arena,
	    struct recipient_facts);
	struct group_count group;
	struct recipient r;
	struct pg *db;
	int64_t begun_ms;
	enum err e;

	if (recipient_open(rq->arena, &rq->app->key, url_query(rq->arena,
	    rq->query, STR(RECIPIENT_QUERY)), pg->key, rq->received_ms, &r))
		return NULL;
	group_counts(rq->app->group, &group);
	if (group.is_away)
		return NULL;
	db = pool_take(rq->app->pool);
	begun_ms = clock_mono_ms();
	e = recipient_find(db, rq->arena, &r, WAIT_MS, facts);
	/* That a restart has cut a session is known by its next use alone. */
	if (e == ERR_AWAY && clock_mono_ms() - begun_ms < WAIT_MS / 2)
		e = recipient_find(db, rq->arena, &r, WAIT_MS / 2, facts);
	pool_give(rq->app->pool, db);
	return e ? NULL : facts;
}

static struct str
recipients(const struct recipient_facts *facts, struct str name)
{
	for (size_t i = 0; facts && i < facts->values; i++)
		if (str_eq(facts->value[i].name, name))
			return facts->value[i].value;
	return STR_EMPTY;
}

static struct str
value_of(struct request *rq, const struct visit *v,
    const struct site_filler *f)
{
	switch (f->from) {
	case SITE_FROM_QUERY:
		return url_query(rq->arena, rq->query, f->name);
	case SITE_FROM_SOURCE:
		return v->touch.source;
	case SITE_FROM_MEDIUM:
		return v->touch.medium;
	case SITE_FROM_CAMPAIGN:
		return v->touch.campaign;
	case SITE_FROM_RECIPIENT:
		break;
	}
	return recipients(v->recipient, f->name);
}

static bool
asks_country(const struct site_variant *v)
{
	for (size_t i = 0; i < v->rules; i++)
		if (v->rule[i].countries.count)
			return true;
	return false;
}

const struct fill *
known_fill(struct request *rq, const struct visit *v)
{
	const struct site_page *pg = v->page;
	struct place place = { .country = STR_EMPTY };
	struct fill *who;

	if (!pg->fillers && !v->variant->rules)
		return NULL;
	who = ARENA_NEW(rq->arena, struct fill);
	if (asks_country(v->variant))
		geo_region(rq->app->geo, rq->arena, rq->remote_addr, &place);
	who->country = place.country;
	who->value = arena_array(rq->arena, pg->fillers, sizeof *who->value);
	for (size_t i = 0; i < pg->fillers; i++) {
		const struct site_filler *f = &pg->filler[i];

		who->value[who->values++] = (struct str_pair){ f->name,
			fill_clean(rq->arena, value_of(rq, v, f),
			    f->chars_max) };
	}
	return fill_is_own(pg, v->variant, who, v->lang) ? who : NULL;
}

struct str
known_thanks(struct request *rq, const struct visit *v,
    const struct uuid *submission)
{
	struct str way = visit_path(rq, v, "/thanks"), token;

	if (!v->page->further.n)
		return way;
	token = recipient_seal(rq->arena, &rq->app->key, &(struct recipient){
		.kind = RECIPIENT_SUBMISSION,
		.id = *submission,
		.page = v->page->further,
		.until_ms = rq->received_ms +
		    rq->app->conf->asset_max_age_ms,
	});
	return buf_fmt(rq->arena, way.n + token.n + QUERY_BYTES,
	    "%.*s%c" RECIPIENT_QUERY "=%.*s", STR_ARG(way),
	    str_find(way, '?') < 0 ? '?' : '&', STR_ARG(token));
}

struct str
known_further(struct request *rq, const struct visit *v)
{
	struct str token = url_query(rq->arena, rq->query,
	    STR(RECIPIENT_QUERY));
	const struct site_page *pg = site_find(v->picture->site,
	    v->page->further);
	struct recipient r;

	if (!pg || pg->is_archived)
		return STR_EMPTY;
	if (recipient_open(rq->arena, &rq->app->key, token, pg->key,
	    rq->received_ms, &r))
		return buf_join(rq->arena, STR("/p/"), pg->key);
	return recipient_url(rq->arena, &rq->app->key, STR_EMPTY, &r);
}
