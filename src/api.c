/*
 * Implements api.h.  Translates only: what a submission is, is form's to say;
 * what becomes of it, the same group's as of a form that is posted.
 */
#include <assert.h>

#include "apikey.h"
#include "app.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/phrase.h"
#include "cameby.h"
#include "form/form.h"
#include "form/jsonpost.h"
#include "form/schema.h"
#include "form/ticket.h"
#include "handin.h"
#include "http/mime.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "lead/flood.h"
#include "lead/submit.h"
#include "page/site.h"
#include "page/siteorigin.h"
#include "page/snapshot.h"
#include "problem.h"
#include "store/group.h"

#include "api.h"

#define ROOT "/api/"
#define JSON_TYPE "application/json"
#define ANSWER_BYTES_MAX 200
#define PREFLIGHT_AGE_S "7200"

static_assert(FORM_ANSWERS_MAX <= JSONPOST_VALUES_MAX,
    "whatever a form asks can be sent");

/* One request on its way; lives in the request's arena. */
struct call {
	struct request *rq;
	const struct picture *picture;	/* held until end */
	const struct site_page *page;
	const struct site_variant *variant;
	const struct site_origin *origin;
	enum submit_suspect suspect;
	enum lang lang;
	struct jsonpost post;
	struct form_result form;
	struct ticket ticket;
	struct group_item item;
	struct problem_error *error;
	size_t errors;
};

bool
api_is(const struct request *rq)
{
	return str_has_prefix(rq->path, STR(ROOT));
}

void
api_refuse(struct request *rq, int status)
{
	problem_answer(rq, &(struct problem){ .status = status });
}

static enum turn
end(struct call *c)
{
	if (c->picture)
		snapshot_release(c->rq->app->snapshot, c->picture);
	c->picture = NULL;
	return TURN_ANSWERED;
}

static enum turn
refuse(struct call *c, const struct problem *p)
{
	log_event(LOG_INFO, "api.refused", LOG_INT("status", p->status),
	    LOG_STR("page", c->page ? c->page->key : STR_EMPTY),
	    LOG_STR("origin", c->origin ? c->origin->key : STR_EMPTY),
	    LOG_INT("wrong", (int64_t)p->errors));
	/* Else there are the status's words alone, which are nobody's. */
	if (p->title.n || p->detail.n)
		response_header(c->rq, "Content-Language", lang_code(c->lang));
	problem_answer(c->rq, p);
	return end(c);
}

static enum turn
refuse_bare(struct call *c, int status)
{
	return refuse(c, &(struct problem){ .status = status });
}

static enum turn
refuse_with(struct call *c, int status, enum phrase detail)
{
	return refuse(c, &(struct problem){ .status = status,
		.detail = phrase_in(detail, c->lang) });
}

/*
 * Find the page and tell browsers whose scripts may read the answer, whatever
 * it will be.  0, or the status to refuse with.
 */
static int
begin(struct call *c, struct request *rq)
{
	static const enum lang ours[] = { LANG_FR, LANG_EN };
	const struct site_page *pg;

	*c = (struct call){ .rq = rq,
		.picture = snapshot_hold(rq->app->snapshot) };
	if (!c->picture)
		return 503;
	pg = c->page = site_find(c->picture->site, rq->param[0]);
	c->lang = lang_choose(url_query(rq->arena, rq->query, STR("lang")),
	    rq->accept_language, pg ? pg->lang : ours,
	    pg ? pg->langs : LANG_COUNT);
	response_header(rq, "Vary", STR("Origin"));
	if (rq->origin.n && siteorigin_allows(c->picture->site, NULL,
	    rq->origin)) {
		response_header(rq, "Access-Control-Allow-Origin", rq->origin);
		response_header(rq, "Access-Control-Expose-Headers",
		    STR("Retry-After"));
	}
	if (!pg || pg->is_archived)
		return pg ? 410 : 404;
	c->variant = &pg->variant[pg->control];
	return 0;
}

/* Whoever needs a key and has none is not told which pages there are. */
static enum turn
refuse_key(struct call *c, enum apikey_fault fault)
{
	static const struct {
		int status;
		enum phrase detail;
	} answers[] = {
		[APIKEY_ABSENT] = { 401, PHRASE_API_KEY_ABSENT },
		[APIKEY_UNKNOWN] = { 401, PHRASE_API_KEY_UNKNOWN },
		[APIKEY_ELSEWHERE] = { 403, PHRASE_API_KEY_ELSEWHERE },
		[APIKEY_NO_ORIGIN] = { 403, PHRASE_API_KEY_NO_ORIGIN },
	};

	return refuse_with(c, answers[fault].status, answers[fault].detail);
}

/* JSON, in UTF-8 as it has to be (RFC 8259, 8.1). */
static bool
is_json(struct str content_type)
{
	struct str kind, rest, name, value;

	mime_cut(content_type, &kind, &rest);
	while (str_trim(rest).n)
		if (!mime_cut_parameter(&rest, &name, &value) ||
		    (str_eq_fold(name, STR("charset")) &&
		    !mime_is_utf8(value)))
			return false;
	return str_eq_fold(kind, STR(JSON_TYPE));
}

/* Two names that are cut to one are told as one. */
static void
blame(struct call *c, struct str at, const char *code, struct str message)
{
	for (size_t i = 0; i < c->errors; i++)
		if (str_eq(c->error[i].at, at))
			return;
	c->error[c->errors++] = (struct problem_error){ at, str_of(code),
	    message };
}

/* The language asked for, or the one it is known to be. */
static bool
find_lang(struct call *c)
{
	enum lang asked;

	if (!c->post.lang.n)
		return true;
	for (size_t i = 0; i < c->page->langs; i++) {
		if (lang_parse(c->post.lang, &asked) ||
		    asked != c->page->lang[i])
			continue;
		c->lang = asked;
		return true;
	}
	blame(c, STR("/lang"), "not-language",
	    phrase_in(PHRASE_API_NOT_LANGUAGE, c->lang));
	return false;
}

/*
 * A consent is worth what can be shown of it: that the person saw these very
 * texts is told by their hash, as schema gave it with them.
 */
static void
judge_consents(struct call *c)
{
	struct str now = c->variant->consent_hash[c->lang];
	struct str at = STR("/consent_hash");

	if (c->post.consent_hash.n && !str_eq(c->post.consent_hash, now))
		blame(c, at, "consent-changed",
		    phrase_in(PHRASE_API_CONSENT_CHANGED, c->lang));
	else if (c->post.has_consent && !c->post.consent_hash.n)
		blame(c, at, "consent-unseen",
		    phrase_in(PHRASE_API_CONSENT_UNSEEN, c->lang));
}

static void
judge_form(struct call *c)
{
	struct arena *a = c->rq->arena;
	const struct form *f = c->variant->form;
	const struct form_result *r = &c->form;

	cameby_complete(c->picture->site, &c->post.touch);
	form_check_post(a, f, &(struct form_post){
		.pair = c->post.pair,
		.count = c->post.count,
		.touch = &c->post.touch,
	    }, &c->form);
	for (size_t i = 0; i < f->fields; i++)
		if (r->value[i].error)
			blame(c, f->field[i].name,
			    field_error_code(r->value[i].error),
			    field_message(a, &f->field[i], r->value[i].error,
			    c->lang));
	for (size_t i = 0; i < f->consents; i++)
		if (r->consent_error[i])
			blame(c, buf_join(a, STR("/consents/"),
			    f->consent[i].key),
			    field_error_code(r->consent_error[i]),
			    form_consent_message(a, r->consent_error[i],
			    c->lang));
}

/* All that is wrong, at once. */
static void
judge(struct call *c)
{
	const struct form *f = c->variant->form;

	/* Language and hash are two more. */
	c->error = arena_array(c->rq->arena, JSONPOST_MISTAKES_MAX +
	    f->fields + f->consents + 2, sizeof *c->error);
	if (find_lang(c))
		judge_consents(c);
	for (size_t i = 0; i < c->post.mistakes; i++) {
		const struct jsonpost_mistake *m = &c->post.mistake[i];

		blame(c, m->at, m->is_unknown ? "unknown" : "wrong-kind",
		    phrase_in(m->is_unknown ? PHRASE_API_UNKNOWN :
		    PHRASE_API_WRONG_KIND, c->lang));
	}
	judge_form(c);
}

static enum turn
refuse_errors(struct call *c)
{
	return refuse(c, &(struct problem){
		.status = 422,
		.response = "Invalid",
		.title = phrase_in(PHRASE_API_INVALID, c->lang),
		.error = c->error,
		.errors = c->errors,
	    });
}

static void
finish(struct request *rq)
{
	struct call *c = rq->waiting_for;
	enum submit_verdict verdict;
	char id[UUID_TEXT];
	struct buf b;

	if (c->item.err) {
		refuse_with(c, 503, PHRASE_API_NOT_KEPT);
		return;
	}
	verdict = handin_verdict(&c->item);
	if (verdict == SUBMIT_CONFLICT) {
		refuse(c, &(struct problem){
			.status = 422,
			.response = "KeyReused",
			.title = phrase_in(PHRASE_API_ONCE_REUSED, c->lang),
		    });
		return;
	}
	flood_note(rq->app->flood, c->suspect != SUBMIT_CLEAN ||
	    verdict == SUBMIT_QUARANTINED, rq->received_ms);
	handin_receipt(rq, &c->ticket.id);
	log_event(LOG_INFO, "api.taken", LOG_STR("page", c->page->key),
	    LOG_STR("origin", c->origin->key), LOG_Z("outcome",
	    c->item.is_spooled ? "spooled" : c->item.verdict));
	buf_init(&b, rq->arena, ANSWER_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "id", token_uuid_text(&c->ticket.id, id));
	buf_byte(&b, '}');
	response_set(rq, 201, JSON_TYPE, buf_str(&b));
	end(c);
}

static struct uuid
make_id(struct call *c, struct str once)
{
	struct request *rq = c->rq;

	if (!once.n)
		return token_uuid7(rq->received_ms);
	return apikey_id(rq->arena, &rq->app->key, c->origin,
	    c->origin == &apikey_nobody ? addr_prefix(rq->arena,
	    rq->remote_addr, false) : STR_EMPTY, once);
}

/* No visitor was seen and no arm shown: it is in no experiment. */
static enum turn
hand_in(struct call *c, struct str once)
{
	struct request *rq = c->rq;

	c->ticket = (struct ticket){
		.id = make_id(c, once),
		.page = c->page->key,
		.revision = c->page->revision,
		.variant = c->variant->key,
		.lang = c->lang,
		.consent_hash = c->post.consent_hash,
		.issued_ms = rq->received_ms,
		.touch = c->post.touch,
	};
	/* Who is known by a key is asked for no proof of work. */
	c->suspect = c->origin == &apikey_nobody &&
	    flood_asks_work(rq->app->flood, rq->received_ms) ?
	    SUBMIT_NO_WORK : SUBMIT_CLEAN;
	rq->resume = finish;
	rq->waiting_for = c;
	if (handin_put(rq, &(struct handin){
		.ticket = &c->ticket,
		.page = c->page,
		.form = c->variant->form,
		.result = &c->form,
		.suspect = c->suspect,
		.via = "api",
		/* From a browser it is the visitor who sends it. */
		.origin = rq->origin.n ? STR_EMPTY : c->origin->key,
	    }, &c->item))
		return refuse_with(c, 503, PHRASE_API_NOT_KEPT);
	return TURN_PARKED;
}

/* Read and judge the body; false when it makes no sense, and is answered. */
static bool
read_body(struct call *c)
{
	switch (jsonpost_parse(c->rq->arena, c->variant->form, c->rq->body,
	    &c->post)) {
	case OK:
		judge(c);
		return true;
	case ERR_LIMIT:
		refuse_with(c, 413, PHRASE_API_TOO_MUCH);
		return false;
	default:
		refuse(c, &(struct problem){
			.status = 400,
			.response = "Malformed",
			.title = phrase_in(PHRASE_API_NOT_OBJECT, c->lang),
			.detail = c->post.why,
		    });
		return false;
	}
}

enum turn
api_submit(struct request *rq)
{
	struct call *c = ARENA_NEW(rq->arena, struct call);
	struct str once = STR_EMPTY;
	enum apikey_fault fault;
	int status = begin(c, rq);

	if (status == 503)
		return refuse_bare(c, status);
	fault = apikey_find(rq, c->picture->site, &c->origin);
	if (fault)
		return refuse_key(c, fault);
	if (status)
		return refuse_bare(c, status);
	if (c->origin != &apikey_nobody &&
	    !siteorigin_has(c->origin, c->page))
		return refuse_with(c, 403, PHRASE_API_KEY_OTHER_PAGES);
	if (rq->idempotency_key.n && !apikey_once(rq->idempotency_key, &once))
		return refuse(c, &(struct problem){
			.status = 400,
			.response = "Malformed",
			.title = phrase_in(PHRASE_API_ONCE_WRONG, c->lang),
			.detail = phrase_in(PHRASE_API_ONCE_IS, c->lang),
		    });
	if (!is_json(rq->content_type))
		return refuse_with(c, 415, PHRASE_API_NOT_JSON);
	if (!read_body(c))
		return TURN_ANSWERED;
	return c->errors ? refuse_errors(c) : hand_in(c, once);
}

enum turn
api_preflight(struct request *rq)
{
	struct call c;
	int status = begin(&c, rq);

	if (status)
		return refuse_bare(&c, status);
	if (!siteorigin_allows(c.picture->site, c.page, rq->origin))
		return refuse_with(&c, 403, PHRASE_API_ORIGIN_MAY_NOT);
	response_header(rq, "Access-Control-Allow-Methods", STR("POST"));
	response_header(rq, "Access-Control-Allow-Headers",
	    STR("Authorization, Content-Type, Idempotency-Key"));
	response_header(rq, "Access-Control-Max-Age", STR(PREFLIGHT_AGE_S));
	response_set(rq, 204, RESPONSE_TEXT, STR_EMPTY);
	return end(&c);
}

enum turn
api_schema(struct request *rq)
{
	struct call c;
	int status = begin(&c, rq);

	if (status)
		return refuse_bare(&c, status);
	response_header(rq, "Content-Language", lang_code(c.lang));
	response_set(rq, 200, "application/schema+json", schema_form(rq->arena,
	    c.variant->form, c.lang, c.variant->consent_hash[c.lang]));
	return end(&c);
}
