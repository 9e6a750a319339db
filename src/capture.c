/*
 * Implements capture.h.  Whatever is wrong with a post, the form comes back
 * with all that was typed; a success is told only once the group says that
 * the submission is durable.
 */
#include <assert.h>

#include "app.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/phrase.h"
#include "form/form.h"
#include "form/suggest.h"
#include "form/ticket.h"
#include "form/work.h"
#include "handin.h"
#include "http/body.h"
#include "http/multipart.h"
#include "http/request.h"
#include "http/response.h"
#include "intake.h"
#include "known.h"
#include "lead/draft.h"
#include "lead/flood.h"
#include "observe.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "store/group.h"
#include "store/pool.h"
#include "visit.h"
#include "visitor.h"

#include "capture.h"

#define CLOCK_SKEW_MS 300000	/* a ticket may be this young: several nodes */
#define RETRY_AFTER_S "5"

static_assert(BODY_TEXT_BYTES_MAX <= RENDER_TYPED_BYTES_MAX,
    "whatever was typed can be given back");
/* Token, trap, work, stage, draft and a button are more. */
static_assert(FORM_ANSWERS_MAX + 6 <= BODY_FIELDS_MAX,
    "whatever a form asks can be posted");
static_assert(FORM_FILES_MAX <= BODY_FILES_MAX &&
    FORM_FILES_BYTES_MAX + BODY_TEXT_BYTES_MAX + BODY_FIELDS_MAX *
    MULTIPART_HEAD_BYTES_MAX <= REQUEST_BODY_BYTES_MAX, "and so can its files");

/* A post on its way; lives in the request's arena. */
struct capture {
	struct request *rq;
	struct visit visit;
	struct form_post post;
	struct form_result form;
	struct ticket ticket;
	struct group_item item;
	bool may_wait;		/* for the database: not on a loop */
	enum submit_suspect suspect;
};

/* What is taken where: see visitor.c's routes. */
static const char *
action_of(const struct form *f)
{
	if (form_takes_files(f))
		return "/files";
	return f->draft_days ? "/steps" : "";
}

void
capture_answer(struct request *rq, const struct visit *v,
    const struct capture_view *view)
{
	const struct fill *fill = known_fill(rq, v);

	/* Steps come one after another: who goes back must find the last. */
	if (v->variant->form->steps && !fill && !v->recipient)
		response_header(rq, "Cache-Control", STR("private, no-cache"));
	response_set(rq, view->status, RESPONSE_HTML, render_page(rq->arena,
	    &(struct render){
		.picture = v->picture,
		.page = v->page,
		.variant = v->variant,
		.lang = v->lang,
		.static_url = rq->app->conf->static_url,
		.url = visit_url(rq, v),
		.action = visit_path(rq, v, action_of(v->variant->form)),
		.token = view->token,
		/* Asked for where the form is sent: in its last step. */
		.challenge = view->ticket && view->ticket->needs_work &&
		    stage_is_last(v->variant->form, &view->form->stage) ?
		    work_challenge(rq->arena, &rq->app->key, view->ticket) :
		    STR_EMPTY,
		.is_counted = view->is_counted,
		.query = visit_query(rq),
		.form = view->form,
		.notice = view->notice,
		.fill = fill,
		.kept_months = rq->app->conf->retention_prospect_months,
		.is_embedded = v->is_embedded,
		.origins = visit_origins(rq, v),
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
		c->ticket.is_prefetched = old.is_prefetched;
		c->ticket.is_preview = old.is_preview;
		/* A draft is its form's, and nothing was sent of this one. */
		if (c->visit.variant->form->draft_days &&
		    handin_verdict(&c->item) != SUBMIT_CONFLICT)
			c->ticket.id = old.id;
	}
	return ticket_seal(c->rq->arena, &c->rq->app->key, &c->ticket);
}

/* The step that is due, with what was typed; only view's form is missing. */
static enum turn
show_again(struct capture *c, struct capture_view *view)
{
	const struct form *f = c->visit.variant->form;
	struct request *rq = c->rq;

	form_lose_files(rq->arena, f, &c->form);
	stage_focus(f, &c->form);
	c->form.sealed = stage_seal(rq->arena, &rq->app->key, f,
	    &c->form.stage);
	view->form = &c->form;
	view->ticket = &c->ticket;
	capture_answer(rq, &c->visit, view);
	visit_end(rq, &c->visit);
	return TURN_ANSWERED;
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
	return show_again(c, &(struct capture_view){
		.status = status,
		.token = is_fresh ? fresh_token(c) : c->form.token,
		.notice = phrase_in(notice, c->visit.lang),
	});
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

/* Files where none is asked for: as on the road that takes none. */
static void
refuse_files(struct capture *c, const struct form *f, struct body *body)
{
	for (size_t i = 0; i < body->files; i++) {
		size_t at = form_field(f, body->file[i].field);

		if (at < f->fields && f->field[at].kind == FIELD_FILE)
			continue;
		if (!body->fault)
			body->fault = BODY_HAS_FILE;
		form_blame(c->rq->arena, f, body->file[i].field,
		    FIELD_IS_FILE, &c->form);
	}
}

/* Judge what was posted, and what became of it on its way. */
static void
judge(struct capture *c, struct body *body)
{
	struct arena *a = c->rq->arena;
	const struct form *f = c->visit.variant->form;

	c->post = (struct form_post){ .pair = body->field,
		.count = body->count, .touch = &c->ticket.touch };
	c->post.stage = stage_open(a, &c->rq->app->key, f, &c->post);
	intake_files(c->rq, body, &c->post);
	form_check_post(a, f, &c->post, &c->form);
	refuse_files(c, f, body);
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
open_ticket(struct capture *c, struct str token)
{
	struct visit *v = &c->visit;
	const struct site_variant *shown;

	if (ticket_open(c->rq->arena, &c->rq->app->key, token,
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
	if (!c->ticket.is_again && age >= 0 &&
	    age < c->rq->app->conf->min_fill_ms)
		return SUBMIT_TOO_FAST;
	/* What was shown decides: a calm that ends meanwhile asks nobody. */
	return c->ticket.needs_work && !work_is_solved(c->rq->arena,
	    &c->rq->app->key, &c->ticket, form_work(c->post.pair,
	    c->post.count), c->rq->received_ms) ? SUBMIT_NO_WORK :
	    SUBMIT_CLEAN;
}

static void
thank(struct capture *c)
{
	visit_count_post(c->rq, &c->visit, &c->ticket, false);
	response_redirect(c->rq, 303, observe_thanks(c->rq, &c->visit,
	    known_thanks(c->rq, &c->visit, &c->ticket.id), &c->ticket,
	    &c->form));
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
	verdict = handin_verdict(&c->item);
	if (verdict == SUBMIT_CONFLICT) {
		give_back(c, 422, true, PHRASE_NOTICE_SENT_BEFORE);
		return;
	}
	flood_note(rq->app->flood, c->suspect != SUBMIT_CLEAN ||
	    verdict == SUBMIT_QUARANTINED, rq->received_ms);
	handin_receipt(rq, &c->ticket.id);
	log_event(LOG_INFO, "capture.taken",
	    LOG_STR("page", c->visit.page->key),
	    LOG_Z("outcome", c->item.is_spooled ? "spooled" : c->item.verdict));
	thank(c);
}

static enum turn
hand_in(struct capture *c)
{
	struct request *rq = c->rq;

	rq->resume = finish;
	rq->waiting_for = c;
	c->suspect = suspect_of(c);
	if (handin_put(rq, &(struct handin){
		.ticket = &c->ticket,
		.page = c->visit.page,
		.form = c->visit.variant->form,
		.result = &c->form,
		.visitor = c->visit.choice.is_new ? STR_EMPTY :
		    c->visit.choice.visitor,
		.suspect = c->suspect,
		.via = "form",
	    }, &c->item))
		return give_back(c, 503, false, PHRASE_NOTICE_TRY_AGAIN);
	return TURN_PARKED;
}

/*
 * Is there an address to look at again?  Asked once: whoever sends it a second
 * time means it.
 */
static bool
has_suggestion(struct capture *c)
{
	return !c->ticket.is_again && !c->form.is_trapped &&
	    suggest_form(c->rq->arena, c->visit.variant->form, c->visit.lang,
	    &c->form);
}

/* The form is whole, and nothing is wrong with it. */
static enum turn
send(struct capture *c)
{
	struct request *rq = c->rq;

	if (c->ticket.is_synthetic) {
		thank(c);
		return TURN_ANSWERED;
	}
	if (intake_keep(rq, &c->ticket, c->visit.variant->form, &c->form))
		return give_back(c, 503, false, PHRASE_NOTICE_TRY_AGAIN);
	return hand_in(c);
}

/* What a half-filled form agreed to is kept, what it no longer does goes. */
static void
keep_draft(struct capture *c)
{
	const struct form *f = c->visit.variant->form;
	struct request *rq = c->rq;
	struct group_count group;
	struct pg *db;

	group_counts(rq->app->group, &group);
	if (!c->may_wait || !f->draft_days || group.is_away ||
	    c->form.is_trapped || c->ticket.is_synthetic ||
	    c->ticket.is_preview)
		return;
	db = pool_take(rq->app->pool);
	/* It is a kindness to the visitor: without it the form goes on. */
	if (c->form.keeps_draft)
		(void)!draft_keep(db, &(struct draft){
			.id = &c->ticket.id,
			.page = c->visit.page->key,
			.form = f->key,
			.lang = c->visit.lang,
			.fields = form_fields(rq->arena, f, &c->form),
			.email = c->form.email,
			.phone = c->form.phone,
			.agreed = lang_text(&f->draft, c->visit.lang),
			.days = f->draft_days,
		});
	else
		(void)!draft_drop(db, &c->ticket.id);
	pool_give(rq->app->pool, db);
}

/* An address of another step is looked at again with that one. */
static bool
is_advised(const struct capture *c, const struct stage *from)
{
	const struct form *f = c->visit.variant->form;

	for (size_t i = 0; i < f->fields; i++)
		if (c->form.value[i].advice.n && stage_has(f, from, i))
			return true;
	return false;
}

/* On to the step this post leads to; the last one sends the form. */
static enum turn
move(struct capture *c)
{
	const struct stage from = c->form.stage;
	enum stage_turn turn = stage_move(c->visit.variant->form, &c->post,
	    &c->form);
	bool is_back = c->form.stage.step < from.step;

	/* An agreement ends at once, whatever is wrong with the rest. */
	if (!c->form.keeps_draft)
		keep_draft(c);
	if (turn == STAGE_WRONG) {
		visit_count_post(c->rq, &c->visit, &c->ticket, true);
		return give_back(c, 422, has_suggestion(c),
		    PHRASE_NOTICE_WRONG);
	}
	if (!is_back && has_suggestion(c) && is_advised(c, &from)) {
		c->form.stage = from;
		return give_back(c, 422, true, PHRASE_NOTICE_SUGGESTION);
	}
	if (turn == STAGE_SEND)
		return send(c);
	if (!from.has_begun && !c->form.is_trapped)
		visit_count_start(c->rq, &c->visit, &c->ticket);
	if (c->form.keeps_draft)
		keep_draft(c);
	return show_again(c, &(struct capture_view){ .status = 200,
		.token = c->form.token });
}

static enum turn
take(struct request *rq, bool takes_files, bool may_wait)
{
	struct capture *c = ARENA_NEW(rq->arena, struct capture);
	struct body body;
	bool is_whole, is_ours, is_other;

	c->rq = rq;
	c->may_wait = may_wait;
	if (!visit_begin(rq, &c->visit))
		return TURN_ANSWERED;
	is_whole = !(takes_files ? body_parse_files : body_parse)(rq->arena,
	    rq->content_type, rq->body, &body);
	/* The token tells which form was shown, so it comes first. */
	is_ours = open_ticket(c, form_token(body.field, body.count));
	judge(c, &body);
	is_other = is_outworded(c);	/* whyever the form comes back */
	if (!is_whole || body.fault) {
		log_event(LOG_INFO, "capture.body",
		    LOG_Z("fault", body_fault_name(body.fault)));
		return give_back(c, body_fault_status(body.fault), true,
		    fault_notice(body.fault));
	}
	if (!is_ours)
		return give_back(c, 400, true, PHRASE_NOTICE_NO_TOKEN);
	if (is_expired(c))
		return give_back(c, 400, true, PHRASE_NOTICE_EXPIRED);
	if (is_other && stage_is_last(c->visit.variant->form, &c->form.stage))
		return give_back(c, 400, true, PHRASE_NOTICE_OUTWORDED);
	visit_count_sent(rq, &c->visit, &c->ticket, c->form.is_trapped);
	return move(c);
}

enum turn
capture_take(struct request *rq)
{
	return take(rq, false, false);
}

enum turn
capture_take_steps(struct request *rq)
{
	return take(rq, false, true);
}

enum turn
capture_take_files(struct request *rq)
{
	return take(rq, true, true);
}
