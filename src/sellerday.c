/* Implements sellerday.h over lead/sellerdesk.  Translates only. */
#include "app.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/phrase.h"
#include "deliver/link.h"
#include "http/body.h"
#include "http/request.h"
#include "http/response.h"
#include "lead/sellerdesk.h"
#include "lead/sellermail.h"
#include "page/render.h"
#include "page/snapshot.h"
#include "store/pool.h"
#include "visitor.h"

#include "sellerday.h"

/* What is posted, and what it needs. */
static const struct {
	enum sellerdesk_deed deed;
	enum phrase title;
	enum phrase button;
	enum phrase label;
	enum phrase done;
	bool has_words;
	bool needs_words;
} deeds[] = {
	{ SELLERDESK_ACCEPT, PHRASE_SELLER_ACCEPT,
	    PHRASE_DESK_ACCEPT_BUTTON, PHRASE_DESK_WORDS,
	    PHRASE_DESK_DONE_ACCEPT, false, false },
	{ SELLERDESK_CONTACT, PHRASE_SELLER_CONTACT,
	    PHRASE_DESK_SAVE_BUTTON, PHRASE_DESK_WORDS,
	    PHRASE_DESK_DONE_CONTACT, true, false },
	{ SELLERDESK_REFUSE, PHRASE_SELLER_REFUSE,
	    PHRASE_DESK_REFUSE_BUTTON, PHRASE_DESK_REASON,
	    PHRASE_DESK_DONE_REFUSE, true, true },
	{ SELLERDESK_NOTE, PHRASE_SELLER_NOTE,
	    PHRASE_DESK_SAVE_BUTTON, PHRASE_DESK_NOTE,
	    PHRASE_DESK_DONE_NOTE, true, true },
};
#define DEEDS (sizeof deeds / sizeof *deeds)

/* What a post says. */
struct said {
	size_t deed;		/* in deeds; DEEDS: none */
	struct str words;
	enum phrase wrong;	/* with the words, if is_wrong */
	bool is_wrong;
};

static bool
open_link(struct request *rq, struct link *out)
{
	if (!link_open(rq->arena, &rq->app->key, LINK_SELLER, rq->param[0],
	    out))
		return true;
	visitor_refuse(rq, 403);
	return false;
}

/* How it stands, in words; only what is the seller's can be acted upon. */
static enum phrase
phrase_of(enum sellerdesk_state state)
{
	static const enum phrase phrases[] = {
		[SELLERDESK_OPEN] = PHRASE_DESK_OPEN,
		[SELLERDESK_ACCEPTED] = PHRASE_DESK_ACCEPTED,
		[SELLERDESK_CONTACTED] = PHRASE_DESK_CONTACTED,
		[SELLERDESK_EXPIRED] = PHRASE_DESK_EXPIRED,
		[SELLERDESK_REFUSED] = PHRASE_DESK_REFUSED,
		[SELLERDESK_REASSIGNED] = PHRASE_DESK_REASSIGNED,
		[SELLERDESK_LEFT] = PHRASE_DESK_LEFT,
		[SELLERDESK_ERASED] = PHRASE_DESK_ERASED,
	};

	return phrases[state];
}

static bool
is_offered(enum sellerdesk_deed deed, enum sellerdesk_state state)
{
	return state <= SELLERDESK_CONTACTED &&
	    (deed != SELLERDESK_ACCEPT || state == SELLERDESK_OPEN) &&
	    (deed != SELLERDESK_CONTACT || state != SELLERDESK_CONTACTED);
}

/* What has just been done, or how it stands, and what can be done now. */
static void
answer(struct request *rq, const struct link *l,
    const struct sellerdesk_lead *lead, const struct said *said,
    bool is_done)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	struct render_deed shown[DEEDS];
	struct render_answer r = { .picture = p, .lang = l->lang,
		.static_url = rq->app->conf->static_url,
		.brand = rq->app->conf->mail_name, .action = rq->path,
		.headline = sellermail_headline(rq->arena, lead->id,
		lead->grade, l->lang), .text = phrase_in(is_done ?
		deeds[said->deed].done : phrase_of(lead->state), l->lang) };
	bool is_over = lead->state > SELLERDESK_CONTACTED;
	size_t count = 0;

	for (size_t i = 0; i < DEEDS; i++) {
		bool is_mine = said->is_wrong && said->deed == i;

		if (!is_offered(deeds[i].deed, lead->state))
			continue;
		shown[count++] = (struct render_deed){
			.name = sellerdesk_name(deeds[i].deed),
			.title = phrase_in(deeds[i].title, l->lang),
			.button = phrase_in(deeds[i].button, l->lang),
			.label = deeds[i].has_words ?
			    phrase_in(deeds[i].label, l->lang) : STR_EMPTY,
			.typed = is_mine ? said->words : STR_EMPTY,
			.error = is_mine ? phrase_in(said->wrong, l->lang) :
			    STR_EMPTY };
	}
	response_set(rq, is_over && !is_done ? 410 : said->is_wrong ? 422 :
	    200, RESPONSE_HTML, render_desk(rq->arena, &r, shown, count));
	if (p)
		snapshot_release(rq->app->snapshot, p);
}

static enum turn
show(struct request *rq, const struct link *l, const struct said *said,
    bool is_done)
{
	struct pg *db = pool_take(rq->app->pool);
	struct sellerdesk_lead lead;
	enum err e = sellerdesk_look(db, rq->arena, l->page, &lead);

	pool_give(rq->app->pool, db);
	if (e)
		visitor_refuse(rq, e == ERR_ABSENT ? 410 : 503);
	else
		answer(rq, l, &lead, said, is_done);
	return TURN_ANSWERED;
}

enum turn
sellerday_ask(struct request *rq)
{
	struct link l;

	if (!open_link(rq, &l))
		return TURN_ANSWERED;
	return show(rq, &l, &(struct said){ .deed = DEEDS }, false);
}

static void
judge(struct said *said)
{
	said->is_wrong = true;
	if (said->words.n > SELLERDESK_WORDS_BYTES_MAX)
		said->wrong = PHRASE_DESK_WORDS_LONG;
	else if (deeds[said->deed].needs_words && !said->words.n)
		said->wrong = PHRASE_DESK_WORDS_MISSING;
	else
		said->is_wrong = false;
}

static struct said
read_post(struct request *rq)
{
	struct said said = { .deed = DEEDS };
	struct body body = { .count = 0 };

	/* What can't be read of a body says nothing. */
	(void)!body_parse(rq->arena, rq->content_type, rq->body, &body);
	for (size_t i = 0; i < body.count; i++) {
		struct str value = body.field[i].value;

		if (str_eq(body.field[i].name, STR(RENDER_DEED_WORDS)))
			said.words = str_trim(value);
		if (!str_eq(body.field[i].name, STR(RENDER_DEED)))
			continue;
		for (size_t k = 0; k < DEEDS; k++)
			if (str_eq(value, str_of(sellerdesk_name(
			    deeds[k].deed))))
				said.deed = k;
	}
	if (said.deed < DEEDS)
		judge(&said);
	return said;
}

enum turn
sellerday_take(struct request *rq)
{
	struct said said;
	struct link l;
	struct pg *db;
	bool is_done;
	enum err e;

	if (!open_link(rq, &l))
		return TURN_ANSWERED;
	said = read_post(rq);
	if (said.deed == DEEDS) {
		visitor_refuse(rq, 400);
		return TURN_ANSWERED;
	}
	if (said.is_wrong)
		return show(rq, &l, &said, false);
	db = pool_take(rq->app->pool);
	e = sellerdesk_do(db, l.page, deeds[said.deed].deed, said.words,
	    &is_done);
	pool_give(rq->app->pool, db);
	if (e) {
		visitor_refuse(rq, 503);
		return TURN_ANSWERED;
	}
	return show(rq, &l, &said, is_done);
}
