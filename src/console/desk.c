/*
 * Implements desk.h over account/session.  A desk's connection begins as the
 * role that may log in alone, and goes back as that.
 */
#include "account/journal.h"
#include "account/session.h"
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "console/door.h"
#include "console/shell.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "store/pg.h"
#include "store/pool.h"
#include "visitor.h"

#include "console/desk.h"

#define NEXT_BYTES_MAX 4096
#define DOOR_WAIT_MS 1000

static enum turn
refuse(struct request *rq, int status)
{
	visitor_refuse(rq, status);
	return TURN_ANSWERED;
}

/* Of whose form this is the post; the console's home if it doesn't say. */
static struct str
page_of(const struct request *rq)
{
	struct str scheme, host, rest;

	if (!str_cut(rq->referer, '/', &scheme, &rest) ||
	    !str_has_prefix(rest, STR("/")))
		return STR(DESK_HOME);
	str_cut(str_slice(rest, 1, rest.n), '/', &host, &rest);
	return str_eq_fold(host, rq->host) ? door_next(buf_join(rq->arena,
	    STR("/"), rest)) : STR(DESK_HOME);
}

/*
 * To the login and back here; what was posted can't be posted again so, but
 * where it was typed it is kept.
 */
static enum turn
send_to_login(struct request *rq)
{
	bool is_read = rq->method & (METHOD_GET | METHOD_HEAD);
	struct buf b;

	buf_init(&b, rq->arena, NEXT_BYTES_MAX);
	buf_add(&b, STR(DESK_LOGIN "?" DESK_NEXT "="));
	url_encode(&b, is_read ? rq->path : page_of(rq));
	if (is_read && rq->query.n) {
		url_encode(&b, STR("?"));
		url_encode(&b, rq->query);
	}
	response_redirect(rq, 303, b.full ? STR(DESK_LOGIN) : buf_str(&b));
	return TURN_ANSWERED;
}

static int
status_of(enum err e)
{
	static const int statuses[] = { [OK] = 200, [ERR_INPUT] = 400,
		[ERR_LIMIT] = 413, [ERR_ABSENT] = 404, [ERR_DENIED] = 403,
		[ERR_AWAY] = 503 };

	return statuses[e];
}

/* What is posted, by whom: 0, or what it is refused with. */
static int
judge_post(struct desk *d, struct str cookie)
{
	struct request *rq = d->rq;

	if (!door_is_ours(rq))
		return 403;
	if (body_parse_files(rq->arena, rq->content_type, rq->body, &d->body))
		return body_fault_status(d->body.fault);
	return session_proof_is(&rq->app->key, cookie,
	    desk_field(d, STR(DESK_CSRF))) ? 0 : 403;
}

/* In the console's words: a visitor's page speaks of links in mails. */
static void
refuse_role(struct desk *d)
{
	(void)shell_answer(d->rq, shell_begin(d, SHELL_NOWHERE,
	    word_in(WORD_DENIED_TITLE, d->lang)), 403, "denied");
}

/* Whoever is there may do what they ask for; else the answer is made. */
static bool
may(struct desk *d, struct str cookie, enum account_role least)
{
	struct request *rq = d->rq;
	struct session s;
	enum err e = session_find(d->db, rq->arena, cookie, true, &s);
	int status = e ? status_of(e) : 0;
	char *proof;

	if (e == ERR_DENIED || (!e && !s.is_whole)) {
		send_to_login(rq);
		return false;
	}
	if (!e) {
		proof = arena_take(rq->arena, SESSION_TEXT);
		d->user = s.user;
		d->login = s.login;
		d->name = s.name;
		d->role = s.role;
		d->lang = s.lang;
		d->session = s.hash;
		d->csrf = session_proof(&rq->app->key, cookie, proof);
		if (s.role < least) {
			refuse_role(d);
			return false;
		}
		status = rq->method == METHOD_POST ? judge_post(d, cookie) : 0;
	}
	if (status)
		refuse(rq, status);
	return !status;
}

/* As nobody again, or the connection goes. */
static void
leave(struct pg *db)
{
	pg_rollback(db);
	if (pg_is_connected(db) &&
	    pg_script(db, "SET ROLE " ACCOUNT_DOOR, DOOR_WAIT_MS))
		pg_drop(db);
}

enum turn
desk_enter(struct request *rq, enum account_role least, desk_fn *fn)
{
	struct str cookie = door_session(rq);
	struct desk d = { .rq = rq };
	enum turn turn = TURN_ANSWERED;

	if (!session_is(cookie))
		return send_to_login(rq);
	d.db = pool_take(rq->app->desks);
	if (may(&d, cookie, least))
		turn = fn(&d);
	leave(d.db);
	pool_give(rq->app->desks, d.db);
	return turn;
}

struct str
desk_field(const struct desk *d, struct str name)
{
	return door_field(&d->body, name);
}

enum err
desk_journal(struct desk *d, struct str what, struct str of, struct str was,
    struct str is)
{
	const struct journal_entry entry = { what, of, was, is };

	return journal_add(d->db, d->session, &entry);
}

struct str
desk_who(const struct desk *d)
{
	size_t n = d->login.n;

	if (n <= DESK_WHO_BYTES_MAX)
		return d->login;
	n = DESK_WHO_BYTES_MAX;
	/* Not within a character. */
	while (n && ((unsigned char)d->login.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(d->login, 0, n);
}

enum turn
desk_go(struct desk *d, struct str path)
{
	response_redirect(d->rq, 303, path);
	return TURN_ANSWERED;
}

enum turn
desk_refuse(struct desk *d, enum err e)
{
	return refuse(d->rq, status_of(e));
}
