/* Implements door.h. */
#include "account/session.h"
#include "account/throttle.h"
#include "app.h"
#include "base/addr.h"
#include "base/arena.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "store/pg.h"
#include "store/pool.h"
#include "visitor.h"

#include "console/desk.h"
#include "console/door.h"

#define SESSION_COOKIE "piste-desk"
#define DEVICE_COOKIE "piste-known"
#define HOST_ONLY "__Host-"

/*
 * SameSite is Lax, not Strict: links in mails to colleagues open the console.
 * What changes something is guarded by three other walls.
 */
static struct str
name_of(const struct request *rq, bool is_device)
{
	if (is_device)
		return rq->is_https ? STR(HOST_ONLY DEVICE_COOKIE) :
		    STR(DEVICE_COOKIE);
	return rq->is_https ? STR(HOST_ONLY SESSION_COOKIE) :
	    STR(SESSION_COOKIE);
}

struct str
door_session(const struct request *rq)
{
	return cookie_find(rq->cookie, name_of(rq, false));
}

void
door_set_session(struct request *rq, struct str session)
{
	cookie_set(rq, name_of(rq, false), session, STR_EMPTY,
	    SESSION_WHOLE_S);
}

void
door_clear_session(struct request *rq)
{
	cookie_set(rq, name_of(rq, false), STR_EMPTY, STR_EMPTY, 0);
}

struct str
door_device(const struct request *rq)
{
	return cookie_find(rq->cookie, name_of(rq, true));
}

void
door_set_device(struct request *rq, struct str token)
{
	cookie_set(rq, name_of(rq, true), token, STR_EMPTY,
	    THROTTLE_DEVICE_S);
}

bool
door_is_ours(const struct request *rq)
{
	struct str scheme, host;

	if (rq->fetch_site.n && !str_eq(rq->fetch_site, STR("same-origin")))
		return false;
	if (!rq->origin.n)
		return true;
	return str_cut(rq->origin, ':', &scheme, &host) &&
	    str_eq(scheme, rq->is_https ? STR("https") : STR("http")) &&
	    str_has_prefix(host, STR("//")) && rq->host.n &&
	    str_eq_fold(str_slice(host, 2, host.n), rq->host);
}

struct str
door_next(struct str next)
{
	struct str rest = str_slice(next, sizeof DESK_HOME - 1, next.n);

	return response_is_local(next) &&
	    str_has_prefix(next, STR(DESK_HOME)) &&
	    (!rest.n || rest.p[0] == '/' || rest.p[0] == '?') &&
	    !str_has_prefix(next, STR(DESK_LOGIN)) ? next : STR(DESK_HOME);
}

enum lang
door_lang(const struct request *rq)
{
	static const enum lang ours[] = { LANG_FR, LANG_EN };

	return lang_choose(url_query(rq->arena, rq->query, STR("lang")),
	    rq->accept_language, ours, LANG_COUNT);
}

struct str
door_field(const struct body *b, struct str name)
{
	const struct str *value = body_find(b, name);

	return value ? *value : STR_EMPTY;
}

bool
door_take_post(struct request *rq, struct body *out)
{
	if (!door_is_ours(rq)) {
		visitor_refuse(rq, 403);
		return false;
	}
	if (body_parse(rq->arena, rq->content_type, rq->body, out)) {
		visitor_refuse(rq, body_fault_status(out->fault));
		return false;
	}
	if (session_proof_is(&rq->app->key, door_session(rq),
	    door_field(out, STR(DESK_CSRF))))
		return true;
	/* A page that stood open overnight: its form comes back, fresh. */
	response_redirect(rq, 303, rq->path);
	return false;
}

struct str
door_proof(struct request *rq)
{
	char *proof = arena_take(rq->arena, SESSION_TEXT);
	char *made = arena_take(rq->arena, SESSION_TEXT);
	struct str session = door_session(rq);

	if (!session_is(session)) {
		session = session_make(made);
		door_set_session(rq, session);
	}
	return session_proof(&rq->app->key, session, proof);
}

struct pg *
door_open(struct request *rq)
{
	return pool_take(rq->app->desks);
}

void
door_close(struct request *rq, struct pg *db)
{
	pg_rollback(db);
	pool_give(rq->app->desks, db);
}

struct str
door_network(const struct request *rq)
{
	return addr_prefix(rq->arena, rq->remote_addr, false);
}
