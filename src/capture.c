/*
 * Implements capture.h.  Whatever is wrong with a post, the form comes back
 * with all that was typed; a success is told only once the group says that
 * the submission is durable.
 */
#include <assert.h>

#include "app.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/phrase.h"
#include "form/form.h"
#include "form/ticket.h"
#include "geo/geo.h"
#include "http/body.h"
#include "http/gateway.h"
#include "http/request.h"
#include "http/response.h"
#include "lead/submit.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "store/group.h"
#include "visit.h"
#include "visitor.h"

#include "capture.h"

#define CLOCK_SKEW_MS 300000	/* a ticket may be this young: several nodes */
#define RETRY_AFTER_S "5"

static_assert(REQUEST_BODY_BYTES_MAX <= RENDER_TYPED_BYTES_MAX,
    "whatever was posted can be given back");

/* A post on its way; lives in the request's arena. */
struct capture {
	struct request *rq;
	struct visit visit;
	struct form_result form;
	struct ticket ticket;
	struct group_item item;
};

void
capture_answer(struct request *rq, const struct visit *v,
    const struct capture_view *view)
{
	response_set(rq, view->status, RESPONSE_HTML, render_page(rq->arena,
	    &(struct render){
		.picture = v->picture,
		.page = v->page,
		.variant = v->variant,
		.lang = v->lang,
		.static_url = rq->app->conf->static_url,
		.url = visit_url(rq, v),
		.action = visit_path(rq, v, ""),
		.token = view->token,
		.form = view->form,
		.notice = view->notice,
	    }));
}

/*
 * A ticket for the form that comes back.  What the posted one told, if it was
 * ours, goes on: where the visitor came from, and what they were shown.
 */
static struct str
fresh_token(struct capture *c)
{
	const struct ticket old = c->ticket;

	visit_ticket(c->rq, &c->visit, &c->ticket);
	c->ticket.is_again = true;
	if (old.page.n) {
		bool is_shown = str_eq(old.variant, c->ticket.variant);

		c->ticket.touch = old.touch;
		c->ticket.experiment = is_shown ? old.experiment : STR_EMPTY;
		c->ticket.bucket_version = old.bucket_version;
		c->ticket.is_synthetic = old.is_synthetic;
	}
	return ticket_seal(c->rq->arena, &c->rq->app->key, &c->ticket);
}

/* Show the form again, filled in; with a fresh ticket, or with the posted. */
static enum turn
give_back(struct capture *c, int status, bool is_fresh, enum phrase notice)
{
	struct request *rq = c->rq;

	log_event(LOG_INFO, "capture.back", LOG_STR("page", c->visit.page->key),
	    LOG_INT("status", status),
	    LOG_INT("wrong", (int64_t)c->form.errors));
	if (status == 503)
		response_header(rq, "Retry-After", STR(RETRY_AFTER_S));
	capture_answer(rq, &c->visit, &(struct capture_view){
		.status = status,
		.form = &c->form,
		.token = is_fresh ? fresh_token(c) : c->form.token,
		.notice = phrase_in(notice, c->visit.lang),
	});
	visit_end(rq, &c->visit);
	return TURN_ANSWERED;
}

/* What a body that can't be taken is answered with. */
static enum phrase
fault_notice(enum body_fault fault)
{
	if (fault == BODY_HAS_FILE)
		return PHRASE_NOTICE_FILE;
	return body_fault_status(fault) == 413 ? PHRASE_NOTICE_TOO_LARGE :
	    PHRASE_NOTICE_BROKEN;
}

/* What stands beside a field whose value did not arrive as it was sent. */
static const enum field_error errors_of_damage[BODY_FAULTS] = {
	[BODY_VALUE_TOO_LONG] = FIELD_TOO_LONG,
	[BODY_BROKEN_ESCAPE] = FIELD_DAMAGED,
	[BODY_NOT_UTF8] = FIELD_DAMAGED,
	[BODY_HAS_NUL] = FIELD_DAMAGED,
	[BODY_BROKEN_MULTIPART] = FIELD_DAMAGED,
	[BODY_HAS_FILE] = FIELD_IS_FILE,
};

/* Judge what was posted, and what became of it on its way. */
static void
judge(struct capture *c, const struct body *body)
{
	struct arena *a = c->rq->arena;
	const struct form *f = c->visit.variant->form;

	form_check(a, f, body->field, body->count, &c->form);
	for (size_t i = 0; i < body->count; i++)
		if (body->damage[i])
			form_blame(a, f, body->field[i].name,
			    errors_of_damage[body->damage[i]], &c->form);
}

/*
 * Is the ticket ours and for this page?  Then variant and language are those
 * of the form that was shown, whatever cookie and headers say now.
 */
static bool
open_ticket(struct capture *c)
{
	struct visit *v = &c->visit;
	const struct site_variant *shown;

	if (ticket_open(c->rq->arena, &c->rq->app->key, c->form.token,
	    &c->ticket) || !str_eq(c->ticket.page, v->page->key)) {
		c->ticket = (struct ticket){ 0 };
		return false;
	}
	shown = site_variant(v->page, c->ticket.variant);
	if (shown)
		v->variant = shown;
	for (size_t i = 0; i < v->page->langs; i++)
		if (v->page->lang[i] == c->ticket.lang)
			v->lang = c->ticket.lang;
	return true;
}

static bool
is_expired(const struct capture *c)
{
	int64_t age = c->rq->received_ms - c->ticket.issued_ms;

	return age > c->rq->app->conf->form_max_age_ms || age < -CLOCK_SKEW_MS;
}

/* Boxes stand for the texts they stood beside: other texts, empty boxes. */
static bool
is_outworded(struct capture *c)
{
	struct form_result *r = &c->form;

	if (str_eq(c->ticket.consent_hash,
	    c->visit.variant->consent_hash[c->ticket.lang]))
		return false;
	for (size_t i = 0; i < c->visit.variant->form->consents; i++)
		r->granted[i] = false;
	return true;
}

static enum submit_suspect
suspect_of(const struct capture *c)
{
	int64_t age = c->rq->received_ms - c->ticket.issued_ms;

	if (c->form.is_trapped)
		return SUBMIT_TRAPPED;
	/*
	 * A form that came back is sent again at once, also by who had no
	 * ticket of ours: a person is worth a robot's second try.  Of several
	 * nodes' clocks one may be ahead.
	 */
	return !c->ticket.is_again && age >= 0 &&
	    age < c->rq->app->conf->min_fill_ms ? SUBMIT_TOO_FAST :
	    SUBMIT_CLEAN;
}

static void
thank(struct capture *c)
{
	visit_count_post(c->rq, &c->visit, &c->ticket, false);
	response_redirect(c->rq, 303, visit_path(c->rq, &c->visit, "/thanks"));
	visit_end(c->rq, &c->visit);
}

/* On the request's loop, once the group has answered. */
static void
finish(struct request *rq)
{
	struct capture *c = rq->waiting_for;
	enum submit_verdict verdict;

	if (c->item.err) {
		give_back(c, 503, false, PHRASE_NOTICE_TRY_AGAIN);
		return;
	}
	verdict = c->item.is_spooled ? SUBMIT_NEW :
	    submit_verdict(str_of(c->item.verdict));
	if (verdict == SUBMIT_CONFLICT) {
		give_back(c, 422, true, PHRASE_NOTICE_SENT_BEFORE);
		return;
	}
	log_event(LOG_INFO, "capture.taken",
	    LOG_STR("page", c->visit.page->key),
	    LOG_Z("outcome", c->item.is_spooled ? "spooled" : c->item.verdict));
	thank(c);
}

static void
wake(struct group_item *item)
{
	gateway_resume(item->context);
}

static struct str
campaign_of(const struct site_page *pg)
{
	return pg->campaign ? pg->campaign->key : STR_EMPTY;
}

static struct str
offer_of(const struct site_page *pg)
{
	return pg->campaign && pg->campaign->offer ?
	    pg->campaign->offer->key : STR_EMPTY;
}

static enum turn
hand_in(struct capture *c)
{
	struct request *rq = c->rq;
	const struct conf *conf = rq->app->conf;
	struct place place;

	geo_find(rq->app->geo, rq->arena, rq->remote_addr, &place);
	c->item = (struct group_item){
		.row = submit_row(rq->arena, &(struct submit){
			.ticket = &c->ticket,
			.form = c->visit.variant->form,
			.result = &c->form,
			.place = &place,
			.offer = offer_of(c->visit.page),
			.campaign = campaign_of(c->visit.page),
			.ip_prefix = addr_prefix(rq->arena, rq->remote_addr,
			    conf->keep_full_address != 0),
			.request_id = rq->id,
			.visitor = c->visit.choice.is_new ? STR_EMPTY :
			    c->visit.choice.visitor,
			.suspect = suspect_of(c),
			.via = STR("form"),
			.received_ms = rq->received_ms,
		}),
		.done = wake,
		.context = rq,
	};
	rq->resume = finish;
	rq->waiting_for = c;
	if (group_put(rq->app->group, &c->item))
		return give_back(c, 503, false, PHRASE_NOTICE_TRY_AGAIN);
	return TURN_PARKED;
}

enum turn
capture_take(struct request *rq)
{
	struct capture *c = ARENA_NEW(rq->arena, struct capture);
	struct body body;
	const struct form *asked;
	bool is_ours, is_other;
	enum err e;

	c->rq = rq;
	if (!visit_begin(rq, &c->visit))
		return TURN_ANSWERED;
	e = body_parse(rq->arena, rq->content_type, rq->body, &body);
	asked = c->visit.variant->form;
	judge(c, &body);
	is_ours = open_ticket(c);
	/* The token was in the post, and may tell that another was shown. */
	if (c->visit.variant->form != asked)
		judge(c, &body);
	is_other = is_outworded(c);	/* whyever the form comes back */
	if (e) {
		log_event(LOG_INFO, "capture.body",
		    LOG_Z("fault", body_fault_name(body.fault)));
		return give_back(c, body_fault_status(body.fault), true,
		    fault_notice(body.fault));
	}
	if (!is_ours)
		return give_back(c, 400, true, PHRASE_NOTICE_NO_TOKEN);
	if (is_expired(c))
		return give_back(c, 400, true, PHRASE_NOTICE_EXPIRED);
	if (is_other)
		return give_back(c, 400, true, PHRASE_NOTICE_OUTWORDED);
	if (c->form.errors) {
		visit_count_post(rq, &c->visit, &c->ticket, true);
		return give_back(c, 422, false, PHRASE_NOTICE_WRONG);
	}
	if (c->ticket.is_synthetic) {
		thank(c);
		return TURN_ANSWERED;
	}
	return hand_in(c);
}
