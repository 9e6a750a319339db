/*
 * Implements me.h.  What would help whoever finds a desk unlocked asks for
 * the password once more.
 */
#include "account/own.h"
#include "account/password.h"
#include "account/session.h"
#include "account/throttle.h"
#include "account/totp.h"
#include "app.h"
#include "base/arena.h"
#include "base/clock.h"
#include "console/desk.h"
#include "console/door.h"
#include "console/newpassword.h"
#include "console/shell.h"
#include "http/request.h"
#include "page/view.h"
#include "report/qrcode.h"
#include "store/pg.h"

#include "console/me.h"

#define ME "/console/me"
#define BRAND STR("Piste")

/* What is said above the page, or beside a field. */
struct said {
	enum password_fault fault;
	bool is_wrong;		/* the password now is not that */
	bool is_limited;
	bool is_done;
};

static void
fill_sessions(struct desk *d, struct view *v, const struct session_row *row,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct view *one = view_add(v, "SESSION");
		char *id = arena_take(d->rq->arena, STR_I64_BYTES);

		view_set(one, "SESSION_ID", str_from_i64(id, row[i].id));
		view_set(one, "SESSION_SEEN", row[i].seen_at);
		view_set(one, "SESSION_BEGUN", row[i].begun_at);
		view_set(one, "SESSION_PLACE", row[i].place);
		view_set(one, "SESSION_AGENT", row[i].agent);
		view_set(one, row[i].is_this ? "SESSION_THIS" :
		    "SESSION_OTHER", STR("1"));
	}
	if (count > 1)
		view_set(v, "SESSION_OTHERS", STR("1"));
}

static enum turn
show(struct desk *d, const struct said *said)
{
	struct view *v = shell_begin(d, SHELL_OWN, word_in(WORD_ME_TITLE,
	    d->lang));
	struct session_row *row;
	struct own_second second;
	size_t count;
	enum err e = session_list(d->db, d->rq->arena, d->session, &row,
	    &count);

	if (!e)
		e = own_look_second(d->db, d->rq->arena, d->session, &second);
	if (e)
		return desk_refuse(d, e);
	fill_sessions(d, v, row, count);
	view_set(v, "LOGIN", d->login);
	view_set(v, second.sealed.n ? "SECOND_ON" : "SECOND_OFF", STR("1"));
	view_set(v, "NEW_HINT", newpassword_hint(d->rq->arena, d->lang));
	view_set(v, "NEW_ERROR", newpassword_error(d->rq->arena, said->fault,
	    d->lang));
	if (said->is_wrong || said->is_limited)
		shell_notice(v, SHELL_BAD, word_in(said->is_wrong ?
		    WORD_ME_WRONG : WORD_LOGIN_TOO_MANY, d->lang));
	if (said->is_done)
		shell_notice(v, SHELL_GOOD, word_in(WORD_ME_CHANGED,
		    d->lang));
	return shell_answer(d->rq, v, said->is_limited ? 429 :
	    said->is_wrong || said->fault ? 422 : 200, "me");
}

static enum turn
look(struct desk *d)
{
	return show(d, &(struct said){ .is_done = false });
}

enum turn
me_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, look);
}

/* Is it they who sit there?  Guesses count as those at the door do. */
static enum err
prove(struct desk *d)
{
	struct throttle_try t = { .key = &d->rq->app->key,
		.deed = THROTTLE_CODE, .login = d->login,
		.network = door_network(d->rq),
		.device = door_device(d->rq), .now_ms = clock_now_ms() };
	struct own_login found;
	enum err e = throttle_take(d->db, d->rq->arena, &t);

	if (!e)
		e = own_find(d->db, d->rq->arena, d->login, &found);
	if (!e)
		e = password_check(desk_field(d, STR("password")),
		    found.password, PASSWORD_COLLEAGUE);
	return e ? e : throttle_give_back(d->db, d->rq->arena, &t);
}

/* Of prove: the page once more, or a refusal. */
static enum turn
deny(struct desk *d, enum err e)
{
	if (e != ERR_DENIED && e != ERR_LIMIT)
		return desk_refuse(d, e);
	return show(d, &(struct said){ .is_wrong = e == ERR_DENIED,
		.is_limited = e == ERR_LIMIT });
}

static enum turn
change(struct desk *d)
{
	struct str wanted = desk_field(d, STR("new"));
	struct said said = { .fault = password_judge(wanted, d->login,
	    d->name) };
	char hash[PASSWORD_HASH_TEXT];
	enum err e = prove(d);

	if (e)
		return deny(d, e);
	if (said.fault)
		return show(d, &said);
	e = password_hash(wanted, hash);
	if (!e)
		e = own_set_password(d->db, d->session, str_of(hash));
	said.is_done = true;
	return e ? desk_refuse(d, e) : show(d, &said);
}

enum turn
me_password(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, change);
}

static enum turn
revoke(struct desk *d)
{
	struct str typed = desk_field(d, STR("session"));
	int64_t id = 0;
	enum err e;

	if (!str_eq(typed, STR("others")) &&
	    !str_i64(typed, 1, INT64_MAX, &id))
		return desk_refuse(d, ERR_INPUT);
	e = session_revoke(d->db, d->session, id);
	return e ? desk_refuse(d, e) : desk_go(d, STR(ME));
}

enum turn
me_revoke(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, revoke);
}

/* The secret is in the page's form, sealed, until a code proves it. */
static enum turn
offer(struct desk *d, const struct totp_secret *secret, bool is_wrong)
{
	struct arena *a = d->rq->arena;
	struct view *v = shell_begin(d, SHELL_OWN, word_in(WORD_SECOND_TITLE,
	    d->lang));
	char *side = arena_take(a, STR_I64_BYTES);
	unsigned size = 0;
	struct str path;

	/* Without it the secret is typed by hand. */
	if (qrcode_path(a, totp_uri(a, secret, d->login, BRAND), QRCODE_SHOWN,
	    &size, &path))
		path = STR_EMPTY;
	shell_trail(v, STR(ME), word_in(WORD_ME_TITLE, d->lang));
	view_set(v, "SECRET", totp_base32(a, secret));
	view_set(v, "SEALED", totp_seal(a, &d->rq->app->key, d->user,
	    secret));
	view_set(v, "QR_PATH", path);
	view_set(v, "QR_SIZE", str_from_i64(side, size));
	view_set(v, "OFFER", STR("1"));
	if (is_wrong)
		shell_notice(v, SHELL_BAD, word_in(WORD_CODE_WRONG, d->lang));
	return shell_answer(d->rq, v, is_wrong ? 422 : 200, "second");
}

static enum turn
begin(struct desk *d)
{
	struct totp_secret secret;

	totp_make(&secret);
	return offer(d, &secret, false);
}

enum turn
me_second(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, begin);
}

/* Shown once: only their hashes are kept. */
static enum turn
show_codes(struct desk *d, char code[][TOTP_RECOVERY_TEXT])
{
	struct view *v = shell_begin(d, SHELL_OWN, word_in(WORD_SECOND_TITLE,
	    d->lang));

	shell_trail(v, STR(ME), word_in(WORD_ME_TITLE, d->lang));
	shell_notice(v, SHELL_GOOD, word_in(WORD_SECOND_DONE, d->lang));
	view_set(v, "CODES", STR("1"));
	for (size_t i = 0; i < TOTP_RECOVERY_CODES; i++)
		view_set(view_add(v, "CODE"), "RECOVERY", str_of(code[i]));
	return shell_answer(d->rq, v, 200, "second");
}

static enum turn
turn_on(struct desk *d)
{
	char (*code)[TOTP_RECOVERY_TEXT] = arena_array(d->rq->arena,
	    TOTP_RECOVERY_CODES, TOTP_RECOVERY_TEXT);
	char (*hash)[TOKEN_HASH_TEXT] = arena_array(d->rq->arena,
	    TOTP_RECOVERY_CODES, TOKEN_HASH_TEXT);
	struct str hashes[TOTP_RECOVERY_CODES];
	struct own_second second = { .sealed = desk_field(d,
	    STR("sealed")) };
	struct totp_secret secret;
	enum err e = totp_open(&d->rq->app->key, d->user, second.sealed,
	    &secret);

	if (e)
		return desk_refuse(d, ERR_INPUT);
	e = prove(d);
	if (e)
		return deny(d, e);
	if (totp_check(&secret, desk_field(d, STR("code")), clock_now_ms(), 0,
	    &second.step))
		return offer(d, &secret, true);
	for (size_t i = 0; i < TOTP_RECOVERY_CODES; i++)
		hashes[i] = totp_recovery_hash(totp_recovery(code[i]),
		    hash[i]);
	e = own_set_second(d->db, d->session, &second, hashes,
	    TOTP_RECOVERY_CODES);
	return e ? desk_refuse(d, e) : show_codes(d, code);
}

enum turn
me_second_on(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, turn_on);
}

static enum turn
turn_off(struct desk *d)
{
	const struct own_second none = { .sealed = PG_NULL };
	enum err e = prove(d);

	if (e)
		return deny(d, e);
	e = own_set_second(d->db, d->session, &none, NULL, 0);
	return e ? desk_refuse(d, e) : desk_go(d, STR(ME));
}

enum turn
me_second_off(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, turn_off);
}
