/* Implements forgot.h over account/reset. */
#include "account/own.h"
#include "account/password.h"
#include "account/reset.h"
#include "account/throttle.h"
#include "app.h"
#include "base/clock.h"
#include "console/desk.h"
#include "console/door.h"
#include "console/newpassword.h"
#include "console/shell.h"
#include "deliver/link.h"
#include "http/request.h"
#include "http/response.h"
#include "page/view.h"
#include "store/pg.h"
#include "visitor.h"

#include "console/forgot.h"

enum turn
forgot_ask(struct request *rq)
{
	enum lang l = door_lang(rq);
	struct view *v = shell_door(rq, l, word_in(WORD_FORGOT_TITLE, l));

	view_set(v, "CSRF", door_proof(rq));
	view_set(v, "ASK", STR("1"));
	return shell_answer(rq, v, 200, "forgot");
}

/*
 * The same for whoever has an account and who has none: the answer, and the
 * time it takes, of which a hash is nearly all.
 */
static enum err
send(struct request *rq, struct pg *db, struct str typed)
{
	struct throttle_try t = { .key = &rq->app->key,
		.deed = THROTTLE_RESET, .network = door_network(rq),
		.now_ms = clock_now_ms() };
	struct str login;
	bool is_address = !account_login(rq->arena, typed, &login);
	enum err e;

	t.login = is_address ? login :
	    str_slice(typed, 0, ACCOUNT_LOGIN_BYTES_MAX);
	e = throttle_take(db, rq->arena, &t);
	if (e)
		return e;
	e = password_check(typed, STR_EMPTY, PASSWORD_STRANGER);
	if (e == ERR_AWAY)
		/* Then it counts as asked. */
		(void)!throttle_give_back(db, rq->arena, &t);
	if (e != ERR_DENIED)
		return e;
	return is_address ? reset_ask(db, PG_NULL, login) : OK;
}

enum turn
forgot_send(struct request *rq)
{
	enum lang l = door_lang(rq);
	struct body b = { .count = 0 };
	struct view *v;
	struct pg *db;
	enum err e;

	if (!door_take_post(rq, &b))
		return TURN_ANSWERED;
	db = door_open(rq);
	e = send(rq, db, door_field(&b, STR("login")));
	door_close(rq, db);
	v = shell_door(rq, l, word_in(WORD_FORGOT_TITLE, l));
	view_set(v, "CSRF", door_proof(rq));
	if (!e)
		shell_notice(v, SHELL_PLAIN, word_in(WORD_FORGOT_SENT, l));
	else
		shell_notice(v, SHELL_BAD, word_in(e == ERR_LIMIT ?
		    WORD_LOGIN_TOO_MANY : WORD_LOGIN_AWAY, l));
	return shell_answer(rq, v, !e ? 200 : e == ERR_LIMIT ? 429 : 503,
	    "forgot");
}

/* What the link names; false, and answered, when it is none of ours. */
static bool
open_link(struct request *rq, struct link *out)
{
	if (!link_open(rq->arena, &rq->app->key, LINK_RESET, rq->param[0],
	    out))
		return true;
	visitor_refuse(rq, 403);
	return false;
}

static enum turn
show(struct request *rq, const struct link *link, struct str login,
    enum password_fault fault)
{
	struct view *v = shell_door(rq, link->lang,
	    word_in(WORD_RESET_TITLE, link->lang));

	view_set(v, "CSRF", door_proof(rq));
	view_set(v, "ACTION", rq->path);
	view_set(v, "LOGIN", login);
	view_set(v, "NEW_HINT", newpassword_hint(rq->arena, link->lang));
	view_set(v, "NEW_ERROR", newpassword_error(rq->arena, fault,
	    link->lang));
	return shell_answer(rq, v, fault ? 422 : 200, "reset");
}

enum turn
forgot_open(struct request *rq)
{
	struct str login;
	struct link link;
	struct pg *db;
	enum err e;

	if (!open_link(rq, &link))
		return TURN_ANSWERED;
	db = door_open(rq);
	e = reset_look(db, rq->arena, link.page, &login);
	door_close(rq, db);
	if (!e)
		return show(rq, &link, login, PASSWORD_FINE);
	visitor_refuse(rq, e == ERR_ABSENT ? 410 : 503);
	return TURN_ANSWERED;
}

static enum turn
take(struct request *rq, struct pg *db, const struct link *link,
    struct str password)
{
	char hash[PASSWORD_HASH_TEXT];
	enum password_fault fault;
	struct str login;
	enum err e = reset_look(db, rq->arena, link->page, &login);

	if (!e) {
		fault = password_judge(password, login, STR_EMPTY);
		if (fault)
			return show(rq, link, login, fault);
		e = password_hash(password, hash);
	}
	if (!e)
		e = reset_take(db, link->page, str_of(hash));
	if (e)
		visitor_refuse(rq, e == ERR_ABSENT ? 410 : 503);
	else
		response_redirect(rq, 303, STR(DESK_LOGIN));
	return TURN_ANSWERED;
}

enum turn
forgot_take(struct request *rq)
{
	struct body b = { .count = 0 };
	struct link link;
	enum turn turn;
	struct pg *db;

	if (!open_link(rq, &link) || !door_take_post(rq, &b))
		return TURN_ANSWERED;
	db = door_open(rq);
	turn = take(rq, db, &link, door_field(&b, STR("new")));
	door_close(rq, db);
	return turn;
}
