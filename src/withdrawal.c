/* Implements withdrawal.h over consent/standing.  Translates only. */
#include <string.h>

#include "apikey.h"
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "base/strictjson.h"
#include "consent/standing.h"
#include "form/email.h"
#include "http/mime.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "problem.h"
#include "store/group.h"
#include "store/pool.h"

#include "withdrawal.h"

#define VIA STR("api")
#define MEMBERS 4
#define POINTER_BYTES_MAX 200

struct withdrawal {
	struct str email;
	struct standing_scope scope;
	struct problem_error error[MEMBERS + 1];
	size_t errors;
};

static enum lang
lang_of(const struct request *rq)
{
	static const enum lang ours[] = { LANG_FR, LANG_EN };

	return lang_choose(STR_EMPTY, rq->accept_language, ours, LANG_COUNT);
}

static enum turn
refuse(struct request *rq, int status, enum phrase detail)
{
	response_header(rq, "Content-Language", lang_code(lang_of(rq)));
	problem_answer(rq, &(struct problem){ .status = status,
		.detail = phrase_in(detail, lang_of(rq)) });
	return TURN_ANSWERED;
}

/* 0, or the status to refuse with: browsers' keys can be read by anybody. */
static int
judge_key(const struct request *rq, enum phrase *why)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct site_origin *o;
	enum apikey_fault fault;
	int status = 0;

	*why = PHRASE_API_NOT_KEPT;
	if (!p)
		return 503;
	fault = apikey_find(rq, p->site, &o);
	if (fault == APIKEY_ABSENT || o == &apikey_nobody) {
		status = 401;
		*why = PHRASE_API_KEY_ABSENT;
	} else if (fault == APIKEY_UNKNOWN) {
		status = 401;
		*why = PHRASE_API_KEY_UNKNOWN;
	} else if (fault || !o->is_server || rq->origin.n) {
		status = 403;
		*why = PHRASE_API_KEY_NO_SERVER;
	}
	snapshot_release(rq->app->snapshot, p);
	return status;
}

static void
blame(struct request *rq, struct withdrawal *w, const char *name,
    const char *code, enum phrase message)
{
	if (w->errors < sizeof w->error / sizeof *w->error)
		w->error[w->errors++] = (struct problem_error){
			buf_fmt(rq->arena, POINTER_BYTES_MAX, "/%s", name),
			str_of(code), phrase_in(message, lang_of(rq)) };
}

static void
read_members(struct request *rq, json_t *given, struct withdrawal *w)
{
	const struct { const char *name; struct str *to; } members[MEMBERS] = {
		{ "email", &w->email }, { "purpose", &w->scope.purpose },
		{ "channel", &w->scope.channel },
		{ "recipient", &w->scope.recipient },
	};
	const char *name;
	json_t *value;

	json_object_foreach(given, name, value) {
		size_t i = 0;

		while (i < MEMBERS && strcmp(members[i].name, name))
			i++;
		/* An empty scope would be all: it was hardly meant. */
		if (i == MEMBERS)
			blame(rq, w, name, "unknown", PHRASE_API_NO_MEMBER);
		else if (!json_is_string(value) || !json_string_length(value))
			blame(rq, w, name, "wrong-kind",
			    PHRASE_API_WRONG_KIND);
		else
			*members[i].to = arena_copy(rq->arena, (struct str){
			    json_string_value(value),
			    json_string_length(value) });
	}
}

static enum err
withdraw(struct request *rq, const struct withdrawal *w)
{
	struct pg *db = pool_take(rq->app->pool);
	struct str ids;
	enum err e = standing_find(db, rq->arena, w->email, &ids);

	if (!e)
		e = standing_withdraw(db, ids, &w->scope, VIA, NULL);
	pool_give(rq->app->pool, db);
	return e == ERR_ABSENT ? OK : e;
}

static enum turn
answer(struct request *rq, json_t *given)
{
	struct withdrawal w = { .errors = 0 };
	struct group_count group;
	struct str address, key;

	read_members(rq, given, &w);
	if (!w.errors && email_parse(rq->arena, w.email, &address, &key))
		blame(rq, &w, "email", "not-email", PHRASE_FIELD_NOT_EMAIL);
	if (w.errors) {
		response_header(rq, "Content-Language",
		    lang_code(lang_of(rq)));
		problem_answer(rq, &(struct problem){ .status = 422,
			.response = "Invalid",
			.title = phrase_in(PHRASE_API_INVALID, lang_of(rq)),
			.error = w.error, .errors = w.errors });
		return TURN_ANSWERED;
	}
	group_counts(rq->app->group, &group);
	if (group.is_away || withdraw(rq, &w))
		return refuse(rq, 503, PHRASE_API_NOT_KEPT);
	response_set(rq, 204, RESPONSE_TEXT, STR_EMPTY);
	return TURN_ANSWERED;
}

enum turn
withdrawal_take(struct request *rq)
{
	struct str kind, rest;
	json_error_t wrong;
	json_t *given;
	enum phrase why;
	enum turn turn;
	int status = judge_key(rq, &why);

	if (status)
		return refuse(rq, status, why);
	mime_cut(rq->content_type, &kind, &rest);
	if (!str_eq_fold(kind, STR("application/json")))
		return refuse(rq, 415, PHRASE_API_NOT_JSON);
	given = strictjson_read(rq->body, &wrong);
	if (!json_is_object(given)) {
		json_decref(given);
		return refuse(rq, 400, PHRASE_API_NOT_OBJECT);
	}
	turn = answer(rq, given);
	json_decref(given);
	return turn;
}
