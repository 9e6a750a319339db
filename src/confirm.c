/*
 * Implements confirm.h.  What is shown by GET needs no database: mail scanners
 * may come in crowds, and a button must be there while PostgreSQL is away.
 */
#include "app.h"
#include "asset.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/phrase.h"
#include "deliver/link.h"
#include "deliver/optin.h"
#include "http/body.h"
#include "http/request.h"
#include "http/response.h"
#include "observe.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "store/group.h"
#include "store/pool.h"
#include "track/bot.h"
#include "visitor.h"

#include "confirm.h"

#define AGAIN "again"		/* posted by the button for a fresh link */
#define PATH_BYTES_MAX 100
#define ALL "all"		/* ticked: every channel, not only e-mail */

/* Where a page here leads on to. */
enum onward {
	ONWARD_NOWHERE,
	ONWARD_ASSET,		/* of the link's page, if it has one */
	ONWARD_PAGE,		/* to that page itself */
};

/* What a page here says. */
struct says {
	int status;
	enum phrase headline;
	enum phrase text;
	enum onward onward;
};

/* Our link, or the answer to what is none. */
static bool
open_link(struct request *rq, enum link_kind kind, struct link *out)
{
	if (!link_open(rq->arena, &rq->app->key, kind, rq->param[0], out))
		return true;
	visitor_refuse(rq, 403);
	return false;
}

struct str
confirm_brand(const struct request *rq, const struct site_page *pg,
    enum lang l)
{
	const struct site_variant *v = pg ? &pg->variant[pg->control] : NULL;
	struct str brand = v ? site_part(v->part, v->parts, STR("brand"), l) :
	    STR_EMPTY;

	return brand.n ? brand : rq->app->conf->mail_name;
}

/* Answer with a page; r has the form, if there is one. */
static void
answer(struct request *rq, const struct link *l, const struct says *s,
    struct render_answer *r)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_page *pg = p ? site_find(p->site, l->page) : NULL;

	r->picture = p;
	r->static_url = rq->app->conf->static_url;
	r->lang = l->lang;
	if (pg && s->onward == ONWARD_ASSET)
		r->asset_url = asset_link(rq, pg, l->lang, &l->submission);
	r->headline = phrase_in(s->headline, l->lang);
	r->text = phrase_in(r->asset_url.n ? PHRASE_CONFIRM_ASSET_TEXT :
	    s->text, l->lang);
	if (pg && s->onward == ONWARD_PAGE)
		r->back = buf_fmt(rq->arena, PATH_BYTES_MAX,
		    "/p/%.*s?lang=%.*s", STR_ARG(pg->key),
		    STR_ARG(lang_code(l->lang)));
	r->brand = confirm_brand(rq, pg, l->lang);
	response_set(rq, s->status, RESPONSE_HTML,
	    render_answer(rq->arena, r));
	if (p)
		snapshot_release(rq->app->snapshot, p);
}

static bool
is_expired(const struct request *rq, const struct link *l)
{
	return l->until_ms && l->until_ms < rq->received_ms;
}

static enum turn
tell_expired(struct request *rq, const struct link *l)
{
	answer(rq, l, &(struct says){ 410, PHRASE_CONFIRM_EXPIRED,
	    PHRASE_CONFIRM_EXPIRED_TEXT, ONWARD_NOWHERE },
	    &(struct render_answer){
		.action = rq->path,
		.button = phrase_in(PHRASE_CONFIRM_AGAIN_BUTTON, l->lang),
		.hidden = STR(AGAIN),
	});
	return TURN_ANSWERED;
}

void
confirm_note(struct request *rq, const struct uuid *submission,
    bool is_fetched)
{
	struct group_count group;
	struct pg *db;

	group_counts(rq->app->group, &group);
	if (rq->method != METHOD_GET || rq->is_prefetch || group.is_away ||
	    bot_is(rq->user_agent))
		return;
	db = pool_take(rq->app->pool);
	optin_note(db, submission, is_fetched);
	pool_give(rq->app->pool, db);
}

enum turn
confirm_ask(struct request *rq)
{
	struct link l;

	if (!open_link(rq, LINK_CONFIRM, &l))
		return TURN_ANSWERED;
	confirm_note(rq, &l.submission, false);
	if (is_expired(rq, &l))
		return tell_expired(rq, &l);
	answer(rq, &l, &(struct says){ 200, PHRASE_CONFIRM_ASK,
	    PHRASE_CONFIRM_ASK_TEXT, ONWARD_NOWHERE }, &(struct render_answer){
		.action = rq->path,
		.button = phrase_in(PHRASE_CONFIRM_BUTTON, l.lang),
	});
	return TURN_ANSWERED;
}

/* Was a field of that name posted? */
static bool
has_field(struct request *rq, struct str name)
{
	struct body body = { .count = 0 };

	/* What can't be read of a body says nothing. */
	(void)!body_parse(rq->arena, rq->content_type, rq->body, &body);
	return body_find(&body, name) != NULL;
}

static enum turn
tell(struct request *rq, const struct link *l, enum optin what)
{
	static const struct says says[] = {
		[OPTIN_CONFIRMED] = { 200, PHRASE_CONFIRM_DONE,
		    PHRASE_CONFIRM_DONE_TEXT, ONWARD_ASSET },
		[OPTIN_ALREADY] = { 200, PHRASE_CONFIRM_ALREADY,
		    PHRASE_CONFIRM_DONE_TEXT, ONWARD_ASSET },
		[OPTIN_QUEUED] = { 200, PHRASE_CONFIRM_QUEUED,
		    PHRASE_CONFIRM_QUEUED_TEXT, ONWARD_NOWHERE },
		[OPTIN_CAPPED] = { 429, PHRASE_CONFIRM_CAPPED,
		    PHRASE_CONFIRM_CAPPED_TEXT, ONWARD_PAGE },
	};

	if (what == OPTIN_ABSENT)
		visitor_refuse(rq, 410);
	else
		answer(rq, l, &says[what],
		    &(struct render_answer){ .picture = NULL });
	return TURN_ANSWERED;
}

enum turn
confirm_take(struct request *rq)
{
	enum optin what;
	struct link l;
	struct pg *db;
	bool is_again;
	enum err e;

	if (!open_link(rq, LINK_CONFIRM, &l))
		return TURN_ANSWERED;
	is_again = is_expired(rq, &l);
	if (is_again && !has_field(rq, STR(AGAIN)))
		return tell_expired(rq, &l);
	db = pool_take(rq->app->pool);
	e = is_again ? optin_again(db, &l.submission, &what) :
	    optin_confirm(db, &l.submission, &what);
	pool_give(rq->app->pool, db);
	if (e) {
		visitor_refuse(rq, 503);
		return TURN_ANSWERED;
	}
	if (what == OPTIN_CONFIRMED)
		observe_pressed(rq, &l);
	return tell(rq, &l, what);
}

enum turn
confirm_leave_ask(struct request *rq)
{
	struct link l;

	if (!open_link(rq, LINK_UNSUBSCRIBE, &l))
		return TURN_ANSWERED;
	answer(rq, &l, &(struct says){ 200, PHRASE_UNSUBSCRIBE_ASK,
	    PHRASE_UNSUBSCRIBE_ASK_TEXT, ONWARD_NOWHERE },
	    &(struct render_answer){
		.action = rq->path,
		.button = phrase_in(PHRASE_UNSUBSCRIBE_BUTTON, l.lang),
		.check = STR(ALL),
		.check_text = phrase_in(PHRASE_UNSUBSCRIBE_CHECK, l.lang),
	});
	return TURN_ANSWERED;
}

enum turn
confirm_leave(struct request *rq)
{
	struct link l;
	struct pg *db;
	enum err e;

	if (!open_link(rq, LINK_UNSUBSCRIBE, &l))
		return TURN_ANSWERED;
	db = pool_take(rq->app->pool);
	e = optin_withdraw(db, &l.submission, has_field(rq, STR(ALL)));
	pool_give(rq->app->pool, db);
	if (e)
		visitor_refuse(rq, 503);
	else
		answer(rq, &l, &(struct says){ 200, PHRASE_UNSUBSCRIBE_DONE,
		    PHRASE_UNSUBSCRIBE_DONE_TEXT, ONWARD_NOWHERE },
		    &(struct render_answer){ .picture = NULL });
	return TURN_ANSWERED;
}
