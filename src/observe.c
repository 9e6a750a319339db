/*
 * Implements observe.h.  A GET alone never counts: whoever scans mails sends
 * one for each link, with the name of a browser.  What counts is a script's
 * beacon, a button pressed, or a link that the browser says was followed on a
 * page of ours.
 */
#include <assert.h>

#include "app.h"
#include "base/addr.h"
#include "base/buf.h"
#include "base/conf.h"
#include "deliver/link.h"
#include "deliver/recipient.h"
#include "form/form.h"
#include "form/ticket.h"
#include "http/body.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/site.h"
#include "page/siteobserve.h"
#include "page/snapshot.h"
#include "track/behaviour.h"
#include "track/bot.h"
#include "track/pageview.h"
#include "visit.h"

#include "observe.h"

#define QUERY_BYTES 8		/* ?o= */

static_assert(BEHAVIOUR_ORIGINS_MAX == SITE_ORIGINS_MAX,
    "each has a place to be counted in");

static bool
is_human(struct request *rq)
{
	return !rq->is_prefetch && !bot_is(rq->user_agent) &&
	    !addr_in(rq->remote_addr, rq->app->conf->internal_from);
}

static bool
has_agreed(const struct form *f, const struct form_result *r,
    struct str purpose)
{
	for (size_t i = 0; purpose.n && i < f->consents; i++)
		if (r->granted[i] && str_eq(f->consent[i].purpose, purpose))
			return true;
	return false;
}

struct str
observe_along(struct arena *a, struct str way, struct str token)
{
	if (!way.n || !token.n)
		return way;
	return buf_fmt(a, way.n + token.n + QUERY_BYTES,
	    "%.*s%c" OBSERVE_QUERY "=%.*s", STR_ARG(way),
	    str_find(way, '?') < 0 ? '?' : '&', STR_ARG(token));
}

struct str
observe_thanks(struct request *rq, const struct visit *v, struct str way,
    const struct ticket *t, const struct form_result *r)
{
	if (t->is_synthetic || t->is_preview || v->is_embedded ||
	    !has_agreed(v->variant->form, r,
	    siteobserve_purpose(v->picture->site)))
		return way;
	return observe_along(rq->arena, way, recipient_seal(rq->arena,
	    &rq->app->key, &(struct recipient){
		.kind = RECIPIENT_SUBMISSION,
		.id = t->id,
		.page = STR(OBSERVE_PAGE),
		.until_ms = rq->received_ms + OBSERVE_AGE_MS,
	}));
}

struct str
observe_token(struct request *rq, struct uuid *submission)
{
	struct str token = url_query(rq->arena, rq->query,
	    STR(OBSERVE_QUERY));
	struct recipient r;

	if (recipient_open(rq->arena, &rq->app->key, token, STR(OBSERVE_PAGE),
	    rq->received_ms, &r) || r.kind != RECIPIENT_SUBMISSION)
		return STR_EMPTY;
	*submission = r.id;
	return token;
}

struct str
observe_origins(struct request *rq, const struct site *s)
{
	struct buf b;

	buf_init(&b, rq->arena, s->origins * (SITE_ORIGIN_BYTES_MAX + 1) + 1);
	for (size_t i = 0; i < s->origins; i++) {
		if (!s->origin[i].observe || s->origin[i].is_revoked)
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, s->origin[i].address);
	}
	return buf_str(&b);
}

/* Whom a token names; out stays nobody's when it is old or none of ours. */
static bool
find_who(struct request *rq, struct str token, struct behaviour *out)
{
	static const enum behaviour_whose whose[] = {
		[RECIPIENT_PERSON] = BEHAVIOUR_PERSONS,
		[RECIPIENT_LINK] = BEHAVIOUR_LINKS,
		[RECIPIENT_SUBMISSION] = BEHAVIOUR_SUBMISSIONS,
	};
	struct recipient r;
	char text[UUID_TEXT];

	if (!token.n || recipient_open(rq->arena, &rq->app->key, token,
	    STR(OBSERVE_PAGE), rq->received_ms, &r))
		return false;
	out->whose = whose[r.kind];
	out->who = r.kind == RECIPIENT_PERSON ?
	    buf_fmt(rq->arena, UUID_TEXT, "%lld", (long long)r.person) :
	    buf_fmt(rq->arena, UUID_TEXT, "%.*s",
	    STR_ARG(token_uuid_text(&r.id, text)));
	return true;
}

/* 0, or 429 when too many tell of views by nobody. */
static int
tell_view(struct request *rq, const struct site *s,
    const struct site_origin *o, const struct pageview *v)
{
	struct str name = siteobserve_name(o->observe, v->path);
	char id[UUID_TEXT];
	struct behaviour b = {
		.kind = name.n ? BEHAVIOUR_PAGE_MEANINGFUL :
		    BEHAVIOUR_PAGE_VIEW,
		.via = BEHAVIOUR_BEACON,
		.name = name.n ? name : o->key,
		.telling = token_uuid_text(&v->id, id),
		.at_ms = rq->received_ms,
	};
	bool is_known = find_who(rq, v->who, &b);

	if (!is_known && !behaviour_has_room(rq->app->behaviour,
	    (size_t)(o - s->origin), rq->received_ms))
		return 429;
	behaviour_tell(rq->app->behaviour, &b);
	/* The script is the second signal that a scanner does not send. */
	if (!is_known || !v->is_linked || b.whose == BEHAVIOUR_SUBMISSIONS)
		return 0;
	b.kind = BEHAVIOUR_MAIL_LINK;
	b.via = BEHAVIOUR_LINK;
	b.name = o->key;
	behaviour_tell(rq->app->behaviour, &b);
	return 0;
}

/* 0 when the origin may tell; *out is what is said of the view then. */
static int
judge_view(struct request *rq, const struct site_origin *o,
    const struct body *b, struct pageview *out)
{
	response_header(rq, "Vary", STR("Origin"));
	if (!o)
		return 403;
	response_header(rq, "Access-Control-Allow-Origin", rq->origin);
	return pageview_read(b->field, b->count, out) ? 400 : 0;
}

int
observe_view(struct request *rq, const struct body *b)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_origin *o = p && rq->origin.n ?
	    siteobserve_at(p->site, rq->origin) : NULL;
	struct pageview v;
	int status = judge_view(rq, o, b, &v);

	if (!status && is_human(rq))
		status = tell_view(rq, p->site, o, &v);
	if (p)
		snapshot_release(rq->app->snapshot, p);
	return status ? status : 204;
}

/* Of a link that a submission is in, or that a token of thanks is along. */
static void
tell_link(struct request *rq, enum behaviour_kind kind, const struct link *l)
{
	struct uuid submission = l->submission;
	char id[UUID_TEXT], chance[TOKEN_ID_CHARS + 1];
	struct behaviour b = {
		.kind = kind,
		.via = BEHAVIOUR_LINK,
		.name = l->page,
		.at_ms = rq->received_ms,
		.telling = token_id(chance),
	};

	if (l->has_submission || observe_token(rq, &submission).n) {
		b.whose = BEHAVIOUR_SUBMISSIONS;
		b.who = token_uuid_text(&submission, id);
		b.telling = buf_join(rq->arena, b.who, l->page);
	}
	behaviour_tell(rq->app->behaviour, &b);
}

void
observe_fetched(struct request *rq, const struct link *l)
{
	if (rq->method == METHOD_GET && is_human(rq) &&
	    str_eq(rq->fetch_site, STR("same-origin")))
		tell_link(rq, BEHAVIOUR_DOCUMENT, l);
}

void
observe_pressed(struct request *rq, const struct link *l)
{
	if (is_human(rq))
		tell_link(rq, BEHAVIOUR_MAIL_LINK, l);
}
