/* Implements leadpage.h over lead/leaddesk; what scores say is leadscore's. */
#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/leaddeeds.h"
#include "console/leadlist.h"
#include "console/leadscore.h"
#include "console/people.h"
#include "console/shell.h"
#include "console/term.h"
#include "consent/standing.h"
#include "http/request.h"
#include "http/url.h"
#include "lead/bantsheet.h"
#include "lead/inbox.h"
#include "lead/leaddesk.h"
#include "lead/person.h"
#include "lead/sellerrule.h"
#include "page/view.h"

#include "console/leadpage.h"

#define PATH_BYTES_MAX 400
#define LIST_BYTES_MAX 1000

static void
fill_facts(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct arena *a = d->rq->arena;
	const struct { const char *marker; struct str value; } facts[] = {
		{ "LEAD_URL", buf_fmt(a, PATH_BYTES_MAX, LEADLIST_HOME
		    "/%.*s", STR_ARG(l->id)) },
		{ "PERSON_URL", buf_fmt(a, PATH_BYTES_MAX,
		    "/console/people/%.*s", STR_ARG(l->person)) },
		{ "EMAIL", l->email }, { "PHONE", l->phone },
		{ "COMPANY", l->company }, { "OFFER", l->offer },
		{ "STAGE", term_in(l->stage, d->lang) },
		{ "SINCE", l->since }, { "SCORE", l->score },
		{ "GRADE", term_in(l->grade, d->lang) },
		{ "GRADE_CLASS", l->grade },
		{ "OWNER", l->owner_name }, { "CREATED", l->created },
		{ "STATE", term_in(l->state, d->lang) },
		{ "ACCEPT_BY", str_eq(l->state, STR("open")) ? l->accept_by :
		    STR_EMPTY },
		{ "ACTION", l->action }, { "DUE", l->due },
		{ "ACTION_BY", l->action_by }, { "WAKE", l->wake },
		{ "STAMP", l->stamp },
		{ "SYNTHETIC", l->is_synthetic ? STR("1") : STR_EMPTY },
		{ "LATE", l->is_late ? STR("1") : STR_EMPTY },
		{ "OWNER_NONE", l->owner.n ? STR_EMPTY : STR("1") },
		{ "DUE_NONE", l->due.n ? STR_EMPTY : STR("1") },
	};

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		view_set(v, facts[i].marker, facts[i].value);
}

static enum err
fill_reasons(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct leaddesk_reason *reason;
	size_t count;
	enum err e = leaddesk_reasons(d->db, d->rq->arena, l->stage,
	    lang_code(d->lang), &reason, &count);

	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "REASON");

		view_set(row, "REASON_KEY", reason[i].key);
		view_set(row, "REASON_NAME", reason[i].name);
		/* The one it stands there for, by its name. */
		if (str_eq(reason[i].key, l->reason))
			view_set(v, "WHY_THERE", reason[i].name);
	}
	if (l->reason.n)
		view_set(v, "HAS_REASON", l->reason);
	return e;
}

static enum err
fill_moves(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct arena *a = d->rq->arena;
	struct str asked = url_query(a, d->rq->query, STR("to"));
	struct leaddesk_move *move;
	size_t count;
	enum err e = leaddesk_moves(d->db, a, l->stage, l->role, &move,
	    &count);

	if (count)
		view_set(v, "CAN_MOVE", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "MOVE");
		struct str name = term_brief(move[i].stage, d->lang);

		view_set(row, "MOVE_KEY", move[i].stage);
		view_set(row, "MOVE_NAME", move[i].needs_reason ?
		    word_fill(a, WORD_DESK_MOVE_NEEDS, d->lang, &name, 1) :
		    name);
		if (str_eq(move[i].stage, asked))
			view_set(row, "MOVE_CHOSEN", STR("1"));
	}
	return e ? e : fill_reasons(d, v, l);
}

static enum err
fill_sellers(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct inbox_choice *seller;
	size_t count;
	enum err e = inbox_choices(d->db, d->rq->arena, INBOX_OWNER, &seller,
	    &count);

	for (size_t i = 0; i < count; i++) {
		struct view *row;

		if (str_eq(seller[i].key, l->owner))
			continue;
		view_set(v, "CAN_HAND", STR("1"));
		row = view_add(v, "SELLER");
		view_set(row, "SELLER_KEY", seller[i].key);
		view_set(row, "SELLER_NAME", seller[i].name);
	}
	return e;
}

static bool
is_closed(const struct leaddesk *l)
{
	return str_eq(l->stage, STR("customer")) || str_eq(l->stage,
	    STR("disqualified")) || str_eq(l->stage, STR("lost"));
}

static enum err
fill_deeds(struct desk *d, struct view *v, const struct leaddesk *l)
{
	bool is_sold = !is_closed(l) && !str_eq(l->stage, STR("nurturing"));
	enum err e = fill_moves(d, v, l);

	view_set(v, "CAN_ACT", STR("1"));
	if (l->is_mine && str_eq(l->state, STR("open")))
		view_set(v, "CAN_ACCEPT", STR("1"));
	if (l->is_mine && l->allocation.n)
		view_set(v, "CAN_REFUSE", STR("1"));
	return e || !is_sold || d->role < ACCOUNT_MARKETER ? e :
	    fill_sellers(d, v, l);
}

static struct str
verdict_of(struct desk *d, const struct bant_verdict *b)
{
	struct arena *a = d->rq->arena;
	struct str missing;
	struct buf list;

	if (b->outcome != BANT_INCOMPLETE)
		return word_in(b->outcome == BANT_READY ?
		    WORD_DESK_BANT_READY : b->outcome == BANT_LATER ?
		    WORD_DESK_BANT_LATER : WORD_DESK_BANT_OUT, d->lang);
	buf_init(&list, a, LIST_BYTES_MAX);
	for (size_t i = 0; i < BANT_TOPICS; i++)
		if (b->is_missing[i]) {
			buf_add(&list, list.n ? STR(", ") : STR_EMPTY);
			buf_add(&list, term_in(str_of(bant_topic_name(i)),
			    d->lang));
		}
	missing = buf_str(&list);
	return word_fill(a, WORD_DESK_BANT_MISSING, d->lang, &missing, 1);
}

static void
fill_topic(struct desk *d, struct view *v, const struct bantsheet *s,
    enum bant_topic topic)
{
	struct arena *a = d->rq->arena;
	struct str name = str_of(bant_topic_name(topic));
	struct view *row = view_add(v, "TOPIC");

	view_set(row, "TOPIC_KEY", name);
	view_set(row, "TOPIC_NAME", term_in(name, d->lang));
	view_set(row, "TOPIC_VALUE", arena_copy(a, term_in(s->value[topic],
	    d->lang)));
	view_set(row, "TOPIC_NONE", s->value[topic].n ? STR_EMPTY : STR("1"));
	view_set(row, "TOPIC_AUTHOR", arena_copy(a, s->author[topic]));
	view_set(row, "TOPIC_HINT", word_in(topic == BANT_BUDGET ?
	    WORD_DESK_BUDGET_HINT : topic == BANT_TIMING ?
	    WORD_DESK_TIMING_HINT : WORD_DESK_YESNO_HINT, d->lang));
}

static enum err
fill_bant(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct arena *rules = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	struct bantsheet s = { .offer = l->offer };
	bool is_asked = !str_eq(l->role, STR("marketer")) && !is_closed(l);
	enum err e = bantsheet_judge(d->db, rules, l->id, &s);

	view_set(v, "BANT", STR("1"));
	for (enum bant_topic i = 0; !e && i < BANT_TOPICS; i++)
		fill_topic(d, v, &s, i);
	if (!e)
		view_set(v, "VERDICT", verdict_of(d, &s.verdict));
	view_set(v, is_asked ? "CAN_ASK" : "CANT_ASK", STR("1"));
	if (!e && is_asked && s.verdict.outcome == BANT_READY &&
	    !str_eq(l->stage, STR("opportunity")) &&
	    !str_eq(l->stage, STR("sql")))
		view_set(v, "CAN_TAKE", STR("1"));
	arena_free(rules);
	return e;
}

static enum err
fill_answers(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct leaddesk_answer *answer;
	size_t count;
	enum err e = leaddesk_answers(d->db, d->rq->arena, l->id,
	    lang_code(d->lang), &answer, &count);

	view_set(v, count ? "ANSWERS" : "NO_ANSWERS", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "ANSWER");

		view_set(row, "ANSWER_LABEL", answer[i].label);
		view_set(row, "ANSWER_VALUE", answer[i].value);
	}
	return e;
}

static struct str
hindrances(struct desk *d, struct str reasons)
{
	struct str rest = reasons, one;
	struct buf b;
	bool has_more = reasons.n > 0;

	buf_init(&b, d->rq->arena, LIST_BYTES_MAX);
	while (has_more) {
		has_more = str_cut(rest, ' ', &one, &rest);
		buf_add(&b, b.n ? STR(", ") : STR_EMPTY);
		buf_add(&b, term_hindrance(one, d->lang));
	}
	return buf_str(&b);
}

static enum err
fill_why(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct leaddesk_why *why;
	size_t count;
	enum err e = leaddesk_why(d->db, d->rq->arena, l->id, &why, &count);

	view_set(v, count ? "WHY" : "NO_WHY", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "WHY_ROW");

		view_set(row, "WHY_SELLER", why[i].seller);
		view_set(row, "WHY_WEIGHT", why[i].weight);
		view_set(row, "WHY_DEFICIT", why[i].deficit);
		view_set(row, "WHY_OPEN", why[i].open);
		view_set(row, "WHY_OUT", hindrances(d, why[i].reasons));
		if (why[i].is_chosen)
			view_set(row, "WHY_CHOSEN", STR("1"));
	}
	return e;
}

static enum err
fill_waits(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct leaddesk_wait *wait;
	size_t count;
	enum err e = leaddesk_waits(d->db, d->rq->arena, l->id, &wait,
	    &count);

	view_set(v, count ? "WAITS" : "NO_WAITS", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "WAIT");

		view_set(row, "WAIT_STEP", term_in(wait[i].step, d->lang));
		view_set(row, "WAIT_SINCE", wait[i].since);
		view_set(row, "WAIT_DUE", wait[i].due);
		view_set(row, wait[i].ended.n ? "WAIT_ENDED" : "WAIT_WAITS",
		    wait[i].ended.n ? wait[i].ended : STR("1"));
		if (wait[i].is_broken)
			view_set(row, "WAIT_BROKEN", STR("1"));
	}
	return e;
}

static enum err
fill_consents(struct desk *d, struct view *v, const struct leaddesk *l)
{
	struct standing_word *said;
	size_t count;
	enum err e = standing_read(d->db, d->rq->arena, l->person, &said,
	    &count);

	view_set(v, count ? "CONSENTS" : "NO_CONSENTS", STR("1"));
	for (size_t i = 0; i < count; i++)
		people_consent(d, v, &said[i]);
	return e;
}

static enum err
fill_story(struct desk *d, struct view *v, const struct leaddesk *l)
{
	const struct leaddesk_view view = { d->session, l->id,
		lang_code(d->lang) };
	struct leaddesk_event *event;
	size_t count;
	enum err e = leaddesk_story(d->db, d->rq->arena, &view, &event,
	    &count);

	view_set(v, count ? "STORY" : "NO_STORY", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "EVENT");

		view_set(row, "EVENT_AT", event[i].at);
		view_set(row, "EVENT_WHAT", term_in(event[i].what, d->lang));
		view_set(row, "EVENT_SUBJECT", term_in(event[i].subject,
		    d->lang));
		view_set(row, "EVENT_DETAIL", term_in(event[i].detail,
		    d->lang));
		view_set(row, "EVENT_REASON", event[i].reason);
		view_set(row, "EVENT_WORDS", event[i].words);
	}
	return e;
}

static enum err
fill(struct desk *d, struct view *v, const struct leaddesk *l)
{
	static enum err (*const sellers[])(struct desk *, struct view *,
	    const struct leaddesk *) = { fill_deeds, fill_answers, fill_bant,
		fill_why, leadscore_fill };
	static enum err (*const all[])(struct desk *, struct view *,
	    const struct leaddesk *) = { fill_waits, fill_consents,
		fill_story };
	enum err e = OK;

	fill_facts(d, v, l);
	for (size_t i = 0; !e && d->role >= ACCOUNT_SELLER &&
	    i < sizeof sellers / sizeof *sellers; i++)
		e = sellers[i](d, v, l);
	for (size_t i = 0; !e && i < sizeof all / sizeof *all; i++)
		e = all[i](d, v, l);
	return e;
}

static enum turn
show(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct str id = d->rq->param[0];
	struct leaddesk l;
	struct view *v;
	enum err e = person_is_id(id) ? leaddesk_read(d->db, a, d->session,
	    id, &l) : ERR_ABSENT;

	if (e)
		return desk_refuse(d, e);
	if (l.merged_into.n)
		return desk_go(d, buf_fmt(a, PATH_BYTES_MAX, LEADLIST_HOME
		    "/%.*s", STR_ARG(l.merged_into)));
	v = shell_begin(d, SHELL_LEADS, leadlist_name(d, l.first_name,
	    l.last_name, l.email, l.id));
	shell_trail(v, STR(LEADLIST_HOME), word_in(WORD_NAV_LEADS, d->lang));
	leaddeeds_tell(d, v);
	if (d->role < ACCOUNT_SELLER)
		view_set(v, "MASKED", STR("1"));
	e = fill(d, v, &l);
	return e ? desk_refuse(d, e) : shell_answer(d->rq, v, 200, "lead");
}

enum turn
leadpage_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}
