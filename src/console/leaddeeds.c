/*
 * Implements leaddeeds.h over the same functions as the commands: each deed
 * behind leaddesk_hold, in one transaction with its row of the journal.  The
 * journal is kept for ever, so nobody's own words go there.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/leadlist.h"
#include "console/shell.h"
#include "form/date.h"
#include "http/request.h"
#include "http/url.h"
#include "lead/allot.h"
#include "lead/bantrow.h"
#include "lead/bantsheet.h"
#include "lead/lead.h"
#include "lead/leaddesk.h"
#include "lead/person.h"
#include "lead/promise.h"
#include "lead/sellerdesk.h"
#include "lead/sellerrule.h"
#include "page/view.h"
#include "store/pg.h"

#include "console/leaddeeds.h"

#define PATH_BYTES_MAX 400
#define JSON_BYTES_MAX 4096
#define WORDS_BYTES_MAX SELLERDESK_WORDS_BYTES_MAX

/* What a request says, of which lead, and where what is told goes to. */
struct deed {
	struct desk *desk;
	struct leaddesk lead;
	struct buf became;	/* for the journal: JSON without its end */
	const char *wrong;	/* told instead; NULL: it went well */
	FILE *null;		/* what a command prints */
};

static struct str
words_of(struct deed *t)
{
	return str_trim(desk_field(t->desk, STR("words")));
}

/* Told: nothing was done, as what was typed will not do. */
static enum err
blame(struct deed *t, const char *wrong)
{
	t->wrong = wrong;
	return ERR_INPUT;
}

static enum err
act_as_seller(struct deed *t, enum sellerdesk_deed what)
{
	struct str words = words_of(t);
	bool is_done;
	enum err e;

	if (words.n > WORDS_BYTES_MAX || (what != SELLERDESK_ACCEPT &&
	    what != SELLERDESK_CONTACT && !words.n))
		return blame(t, "words");
	e = sellerdesk_do(t->desk->db, t->lead.allocation, what, words,
	    &is_done);
	return e ? e : is_done ? OK : blame(t, "stale");
}

static enum err
do_accept(struct deed *t)
{
	return t->lead.is_mine ? act_as_seller(t, SELLERDESK_ACCEPT) :
	    ERR_DENIED;
}

static enum err
do_refuse(struct deed *t)
{
	return t->lead.is_mine ? act_as_seller(t, SELLERDESK_REFUSE) :
	    ERR_DENIED;
}

/* Its seller by their allocation, another under their own name. */
static enum err
note(struct deed *t, bool is_contact)
{
	const struct promise_word w = { .lead = t->lead.id,
		.who = t->lead.who, .is_contact = is_contact,
		.note = words_of(t) };
	bool is_new;

	if (t->lead.is_mine && t->lead.allocation.n)
		return act_as_seller(t, is_contact ? SELLERDESK_CONTACT :
		    SELLERDESK_NOTE);
	if (w.note.n > WORDS_BYTES_MAX || (!is_contact && !w.note.n))
		return blame(t, "words");
	return promise_tell(t->desk->db, &w, &is_new);
}

static enum err
do_note(struct deed *t)
{
	return note(t, false);
}

static enum err
do_contact(struct deed *t)
{
	return note(t, true);
}

/* May it go there at all, and for that reason? */
static enum err
judge_move(struct deed *t, struct str to, struct str reason)
{
	struct arena *a = t->desk->rq->arena;
	struct leaddesk_move *move;
	size_t count;
	enum err e = leaddesk_moves(t->desk->db, a, t->lead.stage,
	    t->lead.role, &move, &count);

	for (size_t i = 0; !e && i < count; i++)
		if (str_eq(move[i].stage, to))
			return move[i].needs_reason && !reason.n ?
			    blame(t, "reason") : OK;
	return e ? e : blame(t, "refused");
}

static enum err
do_move(struct deed *t)
{
	struct desk *d = t->desk;
	const struct lead_wish w = { .id = t->lead.id,
		.stage = desk_field(d, STR("to")), .who = t->lead.who,
		.role = t->lead.role,
		.reason = desk_field(d, STR("reason")),
		.note = words_of(t) };
	const struct lead_voice voice = { .out = t->null, .lang = d->lang };
	enum err e;

	if (w.note.n > WORDS_BYTES_MAX)
		return blame(t, "words");
	e = judge_move(t, w.stage, w.reason);
	if (!e)
		e = lead_move(d->db, &w, &voice);
	if (e == ERR_INPUT && !t->wrong)
		return blame(t, w.reason.n ? "reason" : "refused");
	buf_json_pair(&t->became, "stage", w.stage);
	buf_json_pair(&t->became, "reason", w.reason);
	return e;
}

/* What is next, and when, of two deeds. */
static enum err
read_next(struct deed *t, struct bantrow_next *out)
{
	struct desk *d = t->desk;

	*out = (struct bantrow_next){ .lead = t->lead.id,
		.who = t->lead.who, .action = words_of(t) };
	if (!out->action.n || out->action.n > BANTROW_NOTE_BYTES_MAX)
		return blame(t, "words");
	if (date_parse(str_trim(desk_field(d, STR("due"))), &out->due))
		return blame(t, "day");
	buf_json_pair(&t->became, "due", date_iso(d->rq->arena, out->due));
	return OK;
}

static enum err
do_next(struct deed *t)
{
	struct bantrow_next n;
	enum err e = read_next(t, &n);

	if (!e)
		e = bantrow_plan(t->desk->db, &n, t->null);
	return e == ERR_LIMIT ? blame(t, "day") : e;
}

static enum err
do_take(struct deed *t)
{
	struct bantrow_next n;
	enum err e = str_eq(t->lead.role, STR("marketer")) ? ERR_DENIED :
	    read_next(t, &n);

	if (!e)
		e = bantrow_take(t->desk->db, &n, t->null);
	return e == ERR_LIMIT ? blame(t, "not-ready") : e;
}

/* As a colleague types it, in either language. */
static struct str
answer_of(struct str typed)
{
	static const struct { const char *typed, *value; } words[] = {
		{ "oui", "yes" }, { "non", "no" },
		{ "maintenant", "now" }, { "inconnu", "unknown" },
		{ "yes", "yes" }, { "no", "no" }, { "now", "now" },
		{ "unknown", "unknown" },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq_fold(typed, str_of(words[i].typed)))
			return str_of(words[i].value);
	return typed;
}

/* What was changed of the sheet; what is empty now is unknown again. */
static enum err
answer(struct deed *t, enum bant_topic topic, struct str was)
{
	struct arena *a = t->desk->rq->arena;
	const char *name = bant_topic_name(topic);
	struct bantrow row = { .lead = t->lead.id, .topic = topic,
		.who = t->lead.who, .note = words_of(t),
		.value = answer_of(str_trim(desk_field(t->desk,
		str_of(name)))) };
	struct bant_answer read;
	enum err e;

	if (str_eq(row.value, was) || (!was.n && (!row.value.n ||
	    str_eq(row.value, STR("unknown")))))
		return OK;
	if (!row.value.n)
		row.value = STR("unknown");
	if (row.value.n > BANT_VALUE_BYTES_MAX ||
	    bant_parse(a, topic, row.value, &read))
		return blame(t, "value");
	e = bantrow_put(t->desk->db, &row, t->null, t->null);
	if (!e)
		buf_json_pair(&t->became, name, STR("answered"));
	return e == ERR_LIMIT ? blame(t, "day") : e;
}

static enum err
do_bant(struct deed *t)
{
	struct arena *a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	struct bantsheet s = { .offer = t->lead.offer };
	enum err e = str_eq(t->lead.role, STR("marketer")) ? ERR_DENIED :
	    words_of(t).n > WORDS_BYTES_MAX ? blame(t, "words") :
	    bantsheet_judge(t->desk->db, a, t->lead.id, &s);

	for (enum bant_topic i = 0; !e && i < BANT_TOPICS; i++)
		e = answer(t, i, s.value[i]);
	arena_free(a);
	return e;
}

static enum err
do_hand(struct deed *t)
{
	struct desk *d = t->desk;
	struct str seller = desk_field(d, STR("seller"));
	struct str why = words_of(t);
	enum err e;

	if (d->role < ACCOUNT_MARKETER)
		return ERR_DENIED;
	if (!why.n || why.n > ALLOT_REASON_BYTES_MAX)
		return blame(t, "words");
	e = allot_hand(d->db, t->lead.id, seller, t->lead.who, why);
	buf_json_pair(&t->became, "owner", seller);
	return e == ERR_INPUT ? blame(t, "refused") : e;
}

static const struct {
	const char *name;	/* deed=, and told= afterwards */
	enum err (*run)(struct deed *t);
	enum word told;
	const char *journal;
	bool is_of_any_state;	/* adds to a lead, whatever it became */
} deeds[] = {
	{ "accept", do_accept, WORD_TOLD_ACCEPT, "lead.accept", false },
	{ "refuse", do_refuse, WORD_TOLD_REFUSE, "lead.refuse", false },
	{ "note", do_note, WORD_TOLD_NOTE, "lead.note", true },
	{ "contact", do_contact, WORD_TOLD_CONTACT, "lead.contact", true },
	{ "move", do_move, WORD_TOLD_MOVE, "lead.move", false },
	{ "next", do_next, WORD_TOLD_NEXT, "lead.next", false },
	{ "bant", do_bant, WORD_TOLD_BANT, "lead.bant", false },
	{ "take", do_take, WORD_TOLD_TAKE, "lead.take", false },
	{ "hand", do_hand, WORD_TOLD_HAND, "lead.hand", false },
};
#define DEEDS (sizeof deeds / sizeof *deeds)

static const struct { const char *name; enum word word; } mistakes[] = {
	{ "stale", WORD_TOLD_STALE }, { "reason", WORD_TOLD_REASON },
	{ "words", WORD_TOLD_WORDS }, { "day", WORD_TOLD_DAY },
	{ "value", WORD_TOLD_VALUE }, { "not-ready", WORD_TOLD_NOT_READY },
	{ "refused", WORD_TOLD_REFUSED },
};

void
leaddeeds_tell(struct desk *d, struct view *v)
{
	struct str told = url_query(d->rq->arena, d->rq->query, STR("told"));

	for (size_t i = 0; i < DEEDS; i++)
		if (str_eq(told, str_of(deeds[i].name))) {
			view_set(v, "TAKEN", STR("1"));
			shell_notice(v, SHELL_GOOD, word_in(deeds[i].told,
			    d->lang));
		}
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
		if (str_eq(told, str_of(mistakes[i].name)))
			shell_notice(v, SHELL_BAD, word_in(mistakes[i].word,
			    d->lang));
}

/* How it stood, for the journal. */
static struct str
was_of(struct deed *t)
{
	struct buf b;

	buf_init(&b, t->desk->rq->arena, JSON_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "stage", t->lead.stage);
	buf_json_pair(&b, "owner", t->lead.owner);
	buf_byte(&b, '}');
	return buf_str(&b);
}

static enum err
run(struct deed *t, size_t deed)
{
	struct desk *d = t->desk;
	struct arena *a = d->rq->arena;
	struct str id = d->rq->param[0];
	enum err e = pg_begin(d->db);

	if (!e)
		e = leaddesk_hold(d->db, d->session, id,
		    deeds[deed].is_of_any_state ? PG_NULL :
		    desk_field(d, STR("stamp")));
	if (e == ERR_LIMIT)
		return blame(t, "stale");
	if (!e)
		e = leaddesk_read(d->db, a, d->session, id, &t->lead);
	if (e)
		return e;
	if (t->lead.who.n > DESK_WHO_BYTES_MAX)
		t->lead.who = desk_who(d);
	buf_init(&t->became, a, JSON_BYTES_MAX);
	buf_byte(&t->became, '{');
	e = deeds[deed].run(t);
	buf_byte(&t->became, '}');
	if (!e)
		e = desk_journal(d, str_of(deeds[deed].journal), buf_fmt(a,
		    PATH_BYTES_MAX, "lead %.*s", STR_ARG(id)), was_of(t),
		    buf_str(&t->became));
	return e ? e : pg_commit(d->db);
}

/* Whoever gave a lead away does not see it any more: back to the board. */
static enum turn
go_on(struct desk *d, const char *told)
{
	struct arena *a = d->rq->arena;
	struct str id = d->rq->param[0];
	/* A reason is asked for where there is room to choose one. */
	bool is_board = desk_field(d, STR("back")).n > 0 &&
	    !str_eq(str_of(told), STR("reason"));
	struct str seller = desk_field(d, STR("board"));
	struct leaddesk lead;
	struct buf b;

	if (!is_board)
		is_board = leaddesk_read(d->db, a, d->session, id, &lead) ==
		    ERR_ABSENT;
	buf_init(&b, a, 4 * PATH_BYTES_MAX);
	if (is_board)
		buf_addf(&b, "/console/board?told=%s&seller=", told);
	else
		buf_addf(&b, LEADLIST_HOME "/%.*s?told=%s&to=", STR_ARG(id),
		    told);
	url_encode(&b, is_board ? seller : desk_field(d, STR("to")));
	return desk_go(d, b.full ? STR("/console/board") : buf_str(&b));
}

static enum turn
do_deed(struct desk *d)
{
	struct deed t = { .desk = d };
	struct str name = desk_field(d, STR("deed"));
	size_t i = 0;
	enum err e;

	if (!person_is_id(d->rq->param[0]))
		return desk_refuse(d, ERR_ABSENT);
	while (i < DEEDS && !str_eq(name, str_of(deeds[i].name)))
		i++;
	t.null = i < DEEDS ? fopen("/dev/null", "we") : NULL;
	if (!t.null)
		return desk_refuse(d, i < DEEDS ? ERR_AWAY : ERR_INPUT);
	e = run(&t, i);
	fclose(t.null);
	if (!e)
		return go_on(d, deeds[i].name);
	pg_rollback(d->db);
	/* What a trigger or a function refuses by name is no fault of ours. */
	if (e == ERR_INPUT && !t.wrong)
		t.wrong = "refused";
	return t.wrong ? go_on(d, t.wrong) : desk_refuse(d, e);
}

enum turn
leaddeeds_do(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_SELLER, do_deed);
}
