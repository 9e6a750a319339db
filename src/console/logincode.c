/* Implements logincode.h. */
#include "account/own.h"
#include "account/session.h"
#include "account/throttle.h"
#include "account/totp.h"
#include "app.h"
#include "base/clock.h"
#include "console/desk.h"
#include "console/door.h"
#include "console/login.h"
#include "console/shell.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/view.h"
#include "store/pg.h"
#include "visitor.h"

#include "console/logincode.h"

static enum turn
answer(struct request *rq, struct str next, int status, enum word wrong)
{
	enum lang l = door_lang(rq);
	struct view *v = shell_door(rq, l, word_in(WORD_CODE_TITLE, l));

	view_set(v, "CSRF", door_proof(rq));
	view_set(v, "NEXT", door_next(next));
	if (status != 200)
		shell_notice(v, SHELL_BAD, word_in(wrong, l));
	return shell_answer(rq, v, status, "logincode");
}

/* Back to the password: the half session is over, or was none. */
static enum turn
begin_again(struct request *rq)
{
	response_redirect(rq, 303, STR(DESK_LOGIN));
	return TURN_ANSWERED;
}

enum turn
logincode_ask(struct request *rq)
{
	return session_is(door_session(rq)) ? answer(rq, url_query(rq->arena,
	    rq->query, STR(DESK_NEXT)), 200, WORD_CODE_WRONG) :
	    begin_again(rq);
}

/* Either kind of code; a wrong one is counted. */
static enum err
use(struct request *rq, struct pg *db, const struct session *s,
    struct str typed)
{
	char hash[TOKEN_HASH_TEXT];
	struct totp_secret secret;
	struct own_second second;
	int64_t step = 0;
	enum err e = own_look_second(db, rq->arena, s->hash, &second);

	if (!e)
		e = totp_open(&rq->app->key, second.user, second.sealed,
		    &secret);
	if (e)
		return e;
	if (!totp_check(&secret, typed, clock_now_ms(), second.step, &step))
		return own_use_second(db, s->hash, step, PG_NULL);
	return own_use_second(db, s->hash, 0, totp_recovery_hash(typed, hash));
}

static enum turn
judge(struct request *rq, struct pg *db, const struct body *b)
{
	struct str next = door_field(b, STR(DESK_NEXT));
	struct throttle_try t = { .key = &rq->app->key,
		.deed = THROTTLE_CODE, .network = door_network(rq),
		.device = door_device(rq), .now_ms = clock_now_ms() };
	struct session s;
	enum err e = session_find(db, rq->arena, door_session(rq), false, &s);

	if (e == ERR_DENIED || (!e && s.is_whole))
		return begin_again(rq);
	if (!e) {
		t.login = s.login;
		e = throttle_take(db, rq->arena, &t);
	}
	if (!e)
		e = use(rq, db, &s, door_field(b, STR("code")));
	if (e)
		login_note(&t, e);
	else
		e = throttle_give_back(db, rq->arena, &t);
	if (e == ERR_LIMIT)
		return answer(rq, next, 429, WORD_LOGIN_TOO_MANY);
	if (e == ERR_DENIED)
		return answer(rq, next, 422, WORD_CODE_WRONG);
	if (e)
		return answer(rq, next, 503, WORD_LOGIN_AWAY);
	return login_begin(rq, db, &(struct login_who){ s.user, s.login, next,
	    true });
}

enum turn
logincode_take(struct request *rq)
{
	struct body b = { .count = 0 };
	enum turn turn;
	struct pg *db;

	if (!door_take_post(rq, &b))
		return TURN_ANSWERED;
	db = door_open(rq);
	turn = judge(rq, db, &b);
	door_close(rq, db);
	return turn;
}
