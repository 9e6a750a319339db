/* Implements people.h over lead/card and consent/standing. */
#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/shell.h"
#include "console/term.h"
#include "consent/standing.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "lead/card.h"
#include "lead/person.h"
#include "page/view.h"
#include "store/pg.h"

#include "console/people.h"

#define HOME "/console/people"
#define PATH_BYTES_MAX 100
#define NAME_BYTES_MAX 33000	/* both names, each 4000 characters */
#define JSON_BYTES_MAX 4096

/* Readers see no whole address. */
static bool
is_masked(const struct desk *d)
{
	return d->role < ACCOUNT_SELLER;
}

static struct str
path_of(struct arena *a, struct str id)
{
	return buf_fmt(a, PATH_BYTES_MAX, HOME "/%.*s", STR_ARG(id));
}

static struct str
name_of(struct desk *d, const struct card *c)
{
	struct arena *a = d->rq->arena;
	struct str name = str_trim(buf_fmt(a, NAME_BYTES_MAX, "%.*s %.*s",
	    STR_ARG(c->first_name), STR_ARG(c->last_name)));

	return name.n ? name : word_fill(a, WORD_PERSON_NAMELESS, d->lang,
	    &c->id, 1);
}

static void
fill_card(struct desk *d, struct view *v, const struct card *c)
{
	view_set(v, "PERSON_URL", path_of(d->rq->arena, c->id));
	view_set(v, "PERSON_NAME", name_of(d, c));
	view_set(v, "PERSON_EMAIL", c->email);
	view_set(v, "PERSON_PHONE", c->phone);
	view_set(v, "PERSON_COMPANY", c->company);
	view_set(v, "PERSON_SINCE", c->since);
}

static void
fill_found(struct desk *d, struct view *v, const struct card *card,
    size_t cards)
{
	struct arena *a = d->rq->arena;

	if (!cards) {
		view_set(v, "NOBODY", STR("1"));
		return;
	}
	view_set(v, "FOUND", word_number(a, WORD_PEOPLE_FOUND, d->lang,
	    (int64_t)cards));
	if (cards == CARD_FOUND_MAX)
		view_set(v, "MOST", word_number(a, WORD_PEOPLE_MOST, d->lang,
		    CARD_FOUND_MAX));
	for (size_t i = 0; i < cards; i++)
		fill_card(d, view_add(v, "PERSON"), &card[i]);
}

static enum turn
search(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct str typed = str_trim(url_query(a, d->rq->query, STR("q")));
	struct view *v = shell_begin(d, SHELL_PEOPLE,
	    word_in(WORD_PEOPLE_TITLE, d->lang));
	struct card *card;
	size_t cards;
	enum err e;

	view_set(v, is_masked(d) ? "MASKED" : "WHOLE", STR("1"));
	if (!typed.n || typed.n > CARD_TYPED_BYTES_MAX) {
		view_set(v, typed.n ? "NOBODY" : "START", STR("1"));
		return shell_answer(d->rq, v, 200, "people");
	}
	e = card_search(d->db, a, typed, is_masked(d), &card, &cards);
	if (e)
		return desk_refuse(d, e);
	view_set(v, "TYPED", typed);
	fill_found(d, v, card, cards);
	return shell_answer(d->rq, v, 200, "people");
}

enum turn
people_search(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, search);
}

static enum err
fill_leads(struct desk *d, struct view *v, struct str id)
{
	struct card_lead *lead;
	size_t leads;
	enum err e = card_leads(d->db, d->rq->arena, id, &lead, &leads);

	view_set(v, leads ? "LEADS" : "NO_LEADS", STR("1"));
	for (size_t i = 0; i < leads; i++) {
		struct view *row = view_add(v, "LEAD");

		view_set(row, "LEAD_ID", lead[i].id);
		view_set(row, "LEAD_OFFER", lead[i].offer);
		view_set(row, "LEAD_STAGE", term_in(lead[i].stage, d->lang));
		view_set(row, "LEAD_GRADE", term_in(lead[i].grade, d->lang));
		view_set(row, "LEAD_SCORE", lead[i].score);
		view_set(row, "LEAD_SINCE", lead[i].since);
	}
	return e;
}

/* May be taken back by whoever is no mere reader, while there is something. */
static void
offer_withdrawal(struct desk *d, struct view *v,
    const struct standing_word *w)
{
	struct view *act;

	if (is_masked(d) || !w->is_live)
		return;
	act = view_add(v, "WITHDRAW");
	view_set(act, "WITHDRAW_PURPOSE", w->purpose);
	view_set(act, "WITHDRAW_CHANNEL", w->channel);
	view_set(act, "WITHDRAW_RECIPIENT", w->recipient);
	view_set(act, "WITHDRAW_TEXT", word_fill(d->rq->arena,
	    WORD_WITHDRAW_ONE_TEXT, d->lang, (struct str[]){ w->purpose,
	    term_in(w->channel, d->lang), w->recipient }, 3));
	view_set(act, "WITHDRAW_CHANNEL_NAME", term_in(w->channel, d->lang));
}

void
people_consent(struct desk *d, struct view *v, const struct standing_word *said)
{
	struct view *row = view_add(v, "CONSENT");

	view_set(row, "CONSENT_PURPOSE", said->purpose);
	view_set(row, "CONSENT_CHANNEL", term_in(said->channel, d->lang));
	view_set(row, "CONSENT_RECIPIENT", said->recipient);
	view_set(row, "CONSENT_SAID", term_in(said->said, d->lang));
	view_set(row, "CONSENT_AT", said->at);
	view_set(row, said->may ? "CONSENT_YES" : "CONSENT_NO", STR("1"));
}

static enum err
fill_consents(struct desk *d, struct view *v, struct str id)
{
	struct standing_word *said;
	size_t count, live = 0;
	enum err e = standing_read(d->db, d->rq->arena, id, &said, &count);

	view_set(v, count ? "CONSENTS" : "NO_CONSENTS", STR("1"));
	for (size_t i = 0; i < count; i++) {
		people_consent(d, v, &said[i]);
		live += said[i].is_live;
		offer_withdrawal(d, v, &said[i]);
	}
	if (live > 1 && !is_masked(d))
		view_set(v, "WITHDRAW_ALL", STR("1"));
	return e;
}

static enum err
fill_story(struct desk *d, struct view *v, struct str id)
{
	struct card_event *event;
	size_t events;
	enum err e = card_story(d->db, d->rq->arena, id, &event, &events);

	view_set(v, events ? "STORY" : "NO_STORY", STR("1"));
	for (size_t i = 0; i < events; i++) {
		struct view *row = view_add(v, "EVENT");

		view_set(row, "EVENT_AT", event[i].at);
		view_set(row, "EVENT_WHAT", term_in(event[i].what, d->lang));
		view_set(row, "EVENT_SUBJECT", str_eq(event[i].what,
		    STR("stage")) ? term_in(event[i].subject, d->lang) :
		    event[i].subject);
		view_set(row, "EVENT_DETAIL", term_in(event[i].detail,
		    d->lang));
	}
	return e;
}

/* What has just been taken back: a number in the address, no more. */
static void
tell_withdrawn(struct desk *d, struct view *v)
{
	uint32_t n;

	if (str_u32(url_query(d->rq->arena, d->rq->query, STR("withdrawn")), 0,
	    INT32_MAX, &n))
		shell_notice(v, SHELL_GOOD, word_number(d->rq->arena,
		    WORD_WITHDRAWN, d->lang, n));
}

/* With what is to be told there. */
static struct str
moved_to(struct desk *d, struct str id)
{
	struct arena *a = d->rq->arena;
	struct str query = d->rq->query.n ?
	    buf_join(a, STR("?"), d->rq->query) : STR_EMPTY;

	return buf_join(a, path_of(a, id), query);
}

static enum turn
show(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct str id = d->rq->param[0];
	struct card card;
	struct view *v;
	enum err e;

	if (!person_is_id(id))
		return desk_refuse(d, ERR_ABSENT);
	e = card_read(d->db, a, id, is_masked(d), &card);
	if (e)
		return desk_refuse(d, e);
	if (card.merged_into.n)
		return desk_go(d, moved_to(d, card.merged_into));
	v = shell_begin(d, SHELL_PEOPLE, name_of(d, &card));
	shell_trail(v, STR(HOME), word_in(WORD_PEOPLE_TITLE, d->lang));
	tell_withdrawn(d, v);
	if (is_masked(d))
		view_set(v, "MASKED", STR("1"));
	fill_card(d, v, &card);
	e = fill_leads(d, v, id);
	if (!e)
		e = fill_consents(d, v, id);
	if (!e)
		e = fill_story(d, v, id);
	return e ? desk_refuse(d, e) : shell_answer(d->rq, v, 200, "person");
}

enum turn
people_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}

/* Together: a withdrawal that nobody is known to have made is none. */
static enum err
withdraw(struct desk *d, const struct standing_scope *scope,
    int64_t *withdrawn)
{
	struct arena *a = d->rq->arena;
	struct str ids;
	struct buf is;
	enum err e = pg_begin(d->db);

	if (!e)
		e = standing_withdraw_by(d->db, d->session, buf_fmt(a,
		    PATH_BYTES_MAX, "{%.*s}", STR_ARG(d->rq->param[0])),
		    scope, withdrawn);
	if (e)
		return e;
	buf_init(&is, a, JSON_BYTES_MAX);
	buf_byte(&is, '{');
	buf_json_pair(&is, "purpose", scope->purpose);
	buf_json_pair(&is, "channel", scope->channel);
	buf_json_pair(&is, "recipient", scope->recipient);
	buf_json_name(&is, "withdrawn");
	buf_u64(&is, (uint64_t)*withdrawn);
	buf_byte(&is, '}');
	ids = buf_fmt(a, PATH_BYTES_MAX, "person %.*s",
	    STR_ARG(d->rq->param[0]));
	e = desk_journal(d, STR("person.withdraw"), ids, PG_NULL,
	    buf_str(&is));
	return e ? e : pg_commit(d->db);
}

static enum turn
take_back(struct desk *d)
{
	struct standing_scope scope = {
		.purpose = desk_field(d, STR("purpose")),
		.channel = desk_field(d, STR("channel")),
		.recipient = desk_field(d, STR("recipient")),
	};
	bool is_all = desk_field(d, STR("all")).n > 0;
	bool is_one = scope.purpose.n && scope.channel.n && scope.recipient.n;
	struct str id = d->rq->param[0];
	int64_t withdrawn;
	enum err e;

	if (!person_is_id(id))
		return desk_refuse(d, ERR_ABSENT);
	/* A form that came cut short must not take back more than it names. */
	if (is_all == is_one)
		return desk_refuse(d, ERR_INPUT);
	e = withdraw(d, &scope, &withdrawn);
	if (e)
		return desk_refuse(d, e);
	return desk_go(d, buf_fmt(d->rq->arena, PATH_BYTES_MAX,
	    HOME "/%.*s?withdrawn=%lld", STR_ARG(id), (long long)withdrawn));
}

enum turn
people_withdraw(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_SELLER, take_back);
}
