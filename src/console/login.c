/*
 * Implements login.h.  A wrong password, an unknown address and a disabled
 * account get one answer, after the same work.
 */
#include <stdio.h>

#include "account/own.h"
#include "account/password.h"
#include "account/session.h"
#include "account/throttle.h"
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "console/desk.h"
#include "console/door.h"
#include "console/shell.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/view.h"
#include "visitor.h"

#include "console/login.h"

#define CODE_PATH "/console/login/code"
#define URL_BYTES_MAX 4096
#define RETRY_AFTER_S "900"
#define TAG_TEXT 17

/* What is wrong with what was typed. */
struct wrong {
	int status;
	enum word text;
};

static enum turn
answer(struct request *rq, struct str login, struct str next,
    const struct wrong *w)
{
	enum lang l = door_lang(rq);
	struct view *v = shell_door(rq, l, word_in(WORD_LOGIN_TITLE, l));

	view_set(v, "CSRF", door_proof(rq));
	view_set(v, "LOGIN", login);
	view_set(v, "NEXT", door_next(next));
	if (w)
		shell_notice(v, SHELL_BAD, word_in(w->text, l));
	if (w && w->status == 429)
		response_header(rq, "Retry-After", STR(RETRY_AFTER_S));
	return shell_answer(rq, v, w ? w->status : 200, "login");
}

enum turn
login_ask(struct request *rq)
{
	return answer(rq, STR_EMPTY, url_query(rq->arena, rq->query,
	    STR(DESK_NEXT)), NULL);
}

enum turn
login_begin(struct request *rq, struct pg *db, const struct login_who *who)
{
	char session[SESSION_TEXT];
	struct throttle_try t = { .key = &rq->app->key,
		.login = who->login, .now_ms = clock_now_ms() };
	struct session_login l = { .user = who->user,
		.session = session_make(session), .was = door_session(rq),
		.is_whole = who->is_whole, .place = door_network(rq),
		.agent = rq->user_agent };
	struct buf b;

	if (session_begin(db, &l)) {
		visitor_refuse(rq, 503);
		return TURN_ANSWERED;
	}
	door_set_session(rq, l.session);
	if (who->is_whole) {
		door_set_device(rq, throttle_device(rq->arena, &t));
		response_redirect(rq, 303, door_next(who->next));
		return TURN_ANSWERED;
	}
	buf_init(&b, rq->arena, URL_BYTES_MAX);
	buf_add(&b, STR(CODE_PATH "?" DESK_NEXT "="));
	url_encode(&b, door_next(who->next));
	response_redirect(rq, 303, b.full ? STR(CODE_PATH) : buf_str(&b));
	return TURN_ANSWERED;
}

/* One that was hashed at another cost is hashed anew: now it is known. */
static void
renew(struct pg *db, const struct own_login *found, struct str password)
{
	char hash[PASSWORD_HASH_TEXT];

	if (password_is_dated(found->password) &&
	    !password_hash(password, hash))
		/* Next time, then. */
		(void)!own_rehash(db, found, str_of(hash));
}

/*
 * As many colleagues as there are may wait for their turn; who was never here
 * is told to come back.  What was not judged is not counted.
 */
static enum err
prove(struct request *rq, struct pg *db, const struct throttle_try *t,
    struct str password, const struct own_login *found)
{
	enum err e = password_check(password, found->password,
	    throttle_is_known(rq->arena, t) ? PASSWORD_COLLEAGUE :
	    PASSWORD_STRANGER);

	if (!e)
		renew(db, found, password);
	if (!e || e == ERR_AWAY) {
		enum err back = throttle_give_back(db, rq->arena, t);

		e = e ? e : back;
	}
	return e;
}

void
login_note(const struct throttle_try *t, enum err e)
{
	char tag[TAG_TEXT];

	snprintf(tag, sizeof tag, "%016llx",
	    (unsigned long long)token_tag(t->key, t->login));
	log_event(LOG_WARN, "login.refused", LOG_Z("account", tag),
	    LOG_Z("step", t->deed == THROTTLE_CODE ? "code" : "password"),
	    LOG_Z("why", err_name(e)));
}

static enum turn
judge(struct request *rq, struct pg *db, const struct body *b)
{
	struct str typed = door_field(b, STR("login"));
	struct str password = door_field(b, STR("password"));
	struct str next = door_field(b, STR(DESK_NEXT)), login;
	struct own_login found = { .password = STR_EMPTY };
	struct throttle_try t = { .key = &rq->app->key,
		.deed = THROTTLE_LOGIN, .network = door_network(rq),
		.device = door_device(rq), .now_ms = clock_now_ms() };
	bool is_address = !account_login(rq->arena, typed, &login);
	enum err e;

	/* What is no address is nobody's, and counted as it is. */
	t.login = is_address ? login :
	    str_slice(typed, 0, ACCOUNT_LOGIN_BYTES_MAX);
	e = throttle_take(db, rq->arena, &t);
	if (!e && is_address)
		e = own_find(db, rq->arena, login, &found);
	if (!e)
		e = prove(rq, db, &t, password, &found);
	if (e)
		login_note(&t, e);
	if (e == ERR_LIMIT)
		return answer(rq, typed, next, &(struct wrong){ 429,
		    WORD_LOGIN_TOO_MANY });
	if (e == ERR_DENIED)
		return answer(rq, typed, next, &(struct wrong){ 422,
		    WORD_LOGIN_WRONG });
	if (e)
		return answer(rq, typed, next, &(struct wrong){ 503,
		    WORD_LOGIN_AWAY });
	return login_begin(rq, db, &(struct login_who){ found.id, login, next,
	    !found.has_second });
}

enum turn
login_take(struct request *rq)
{
	enum turn turn = TURN_ANSWERED;
	struct body b = { .count = 0 };
	struct pg *db;

	if (!door_take_post(rq, &b))
		return TURN_ANSWERED;
	db = door_open(rq);
	turn = judge(rq, db, &b);
	door_close(rq, db);
	return turn;
}

static enum turn
leave(struct desk *d)
{
	enum err e = session_end(d->db, door_session(d->rq));

	if (e)
		return desk_refuse(d, e);
	door_clear_session(d->rq);
	return desk_go(d, STR(DESK_LOGIN));
}

enum turn
login_out(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, leave);
}

static enum turn
speak(struct desk *d)
{
	enum lang l;
	enum err e;

	if (lang_parse(desk_field(d, STR("lang")), &l))
		return desk_refuse(d, ERR_INPUT);
	e = own_set_lang(d->db, d->session, l);
	return e ? desk_refuse(d, e) : desk_go(d, door_next(desk_field(d,
	    STR(DESK_NEXT))));
}

enum turn
login_language(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, speak);
}
