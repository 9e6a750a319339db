/* Implements labmove.h over trialmove. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/labplan.h"
#include "console/shell.h"
#include "experiment/report.h"
#include "experiment/reportcell.h"
#include "experiment/reportword.h"
#include "experiment/roster.h"
#include "experiment/sentence.h"
#include "http/request.h"
#include "http/url.h"
#include "page/view.h"
#include "store/pg.h"
#include "trialmove.h"

#include "console/labmove.h"

#define HOME "/console/experiments"
#define PATH_BYTES_MAX 800
#define JSON_BYTES_MAX 16384
#define TEXT_BYTES_MAX 8000

static const struct {
	enum word name, text;
	bool is_danger;
} deeds[TRIALMOVE_DEEDS] = {
	[TRIALMOVE_START] = { WORD_DEED_START, WORD_DEED_START_TEXT, false },
	[TRIALMOVE_PAUSE] = { WORD_DEED_PAUSE, WORD_DEED_PAUSE_TEXT, false },
	[TRIALMOVE_STOP] = { WORD_DEED_STOP, WORD_DEED_STOP_TEXT, true },
	[TRIALMOVE_DECIDE] = { WORD_DEED_DECIDE, WORD_DEED_DECIDE_TEXT,
	    false },
	[TRIALMOVE_UNDO] = { WORD_DEED_UNDO, WORD_DEED_UNDO_TEXT, true },
	[TRIALMOVE_ARCHIVE] = { WORD_DEED_ARCHIVE, WORD_DEED_ARCHIVE_TEXT,
	    true },
};

/* Something being asked for, or done. */
struct order {
	struct desk *d;
	struct arena *a;	/* holds what is known of the experiment */
	struct str key;
	enum trialmove_deed deed;
	struct str arm;
	struct roster_state now;
	struct str notice;	/* why it was not done; or empty */
};

static struct str
name_of(struct desk *d, enum trialmove_deed deed, struct str arm)
{
	return word_fill(d->rq->arena, deeds[deed].name, d->lang, &arm, 1);
}

static struct str
path_of(struct arena *a, struct str key, enum trialmove_deed deed,
    struct str arm)
{
	struct buf b;

	buf_init(&b, a, PATH_BYTES_MAX);
	buf_addf(&b, HOME "/%.*s/%s", STR_ARG(key), trialmove_word(deed));
	if (arm.n) {
		buf_add(&b, STR("?arm="));
		url_encode(&b, arm);
	}
	return buf_str(&b);
}

static void
offer(struct desk *d, struct view *v, struct str key,
    enum trialmove_deed deed, struct str arm)
{
	struct view *way = view_add(v, "DEED");

	view_set(way, "DEED_URL", path_of(d->rq->arena, key, deed, arm));
	view_set(way, "DEED_NAME", name_of(d, deed, arm));
}

void
labmove_offer(struct desk *d, struct view *v, const struct roster_row *row,
    const struct report *rep)
{
	struct str word, rest = row->next;
	enum trialmove_deed deed;

	if (d->role < ACCOUNT_MARKETER)
		return;
	while (str_cut(rest, ',', &word, &rest) || word.n) {
		if (trialmove_parse(str_trim(word), &deed))
			continue;
		view_set(v, "DEEDS", STR("1"));
		if (deed != TRIALMOVE_DECIDE) {
			offer(d, v, row->key, deed, STR_EMPTY);
			continue;
		}
		for (size_t k = 0; k < rep->results->arms; k++)
			offer(d, v, row->key, deed, rep->results->arm[k].key);
	}
}

static void
check(struct view *v, bool is_good, struct str text)
{
	struct view *one = view_add(v, "CHECK");

	view_set(one, "CHECK_TEXT", text);
	view_set(one, is_good ? "CHECK_GOOD" : "CHECK_BAD", STR("1"));
}

/* What it would take, before it starts. */
static enum err
fill_checklist(struct order *o, struct view *v)
{
	const struct outlook_wish none = { 0 };
	const struct reportcell cell = { o->a, o->d->lang };
	struct trialmove_plan p;
	struct str value[2];
	size_t arms = 0;
	enum err e = trialmove_plan(o->d->db, o->a, o->key, &none, &p);

	if (e)
		return e;
	view_set(v, "CHECKLIST", STR("1"));
	for (size_t k = 0; k < p.results->arms; k++)
		arms += p.results->arm[k].weight > 0;
	check(v, arms > 1, arms > 1 ? word_number(o->a, WORD_DEED_CHECK_ARMS,
	    o->d->lang, (int64_t)arms) : word_in(WORD_DEED_CHECK_ONE,
	    o->d->lang));
	if (p.outlook.refusal) {
		value[0] = labplan_why(p.outlook.refusal, o->d->lang);
		check(v, false, word_fill(o->a, WORD_DEED_CHECK_NO_PLAN,
		    o->d->lang, value, 1));
		return OK;
	}
	value[0] = reportcell_whole(&cell, p.outlook.total);
	value[1] = isfinite(p.outlook.weeks) ? reportcell_number(&cell,
	    p.outlook.weeks, 0) : STR_EMPTY;
	check(v, isfinite(p.outlook.weeks) && !p.outlook.is_long,
	    word_fill(o->a, isfinite(p.outlook.weeks) ?
	    WORD_DEED_CHECK_PLAN : WORD_DEED_CHECK_FOREVER, o->d->lang, value,
	    2));
	return OK;
}

/* The verdict beside it: an arm that it does not name is warned of. */
static enum err
fill_verdict(struct order *o, struct view *v)
{
	const struct results_wish now = { 0 };
	struct results *r = ARENA_NEW(o->a, struct results);
	struct figures *f = ARENA_NEW(o->a, struct figures);
	struct report rep = { .results = r };
	struct str verdict;
	bool is_asked = false;
	enum err e = results_read(o->d->db, o->a, o->key, &now, r);

	if (e)
		return e;
	if (figures_can(r)) {
		figures_make(r, f);
		rep.figures = f;
		is_asked = f->verdict_arm >= 0 &&
		    str_eq(r->arm[f->verdict_arm].key, o->arm);
	}
	verdict = sentence_verdict(&rep, o->d->lang);
	if (o->deed == TRIALMOVE_DECIDE && !is_asked)
		shell_notice(v, SHELL_BAD, word_fill(o->a, WORD_DEED_AGAINST,
		    o->d->lang, &verdict, 1));
	else
		view_set(v, "VERDICT", word_fill(o->a, WORD_DEED_VERDICT,
		    o->d->lang, &verdict, 1));
	return OK;
}

/* The page that names what will happen. */
static enum turn
ask(struct order *o)
{
	struct desk *d = o->d;
	struct arena *a = d->rq->arena;
	struct str url = buf_fmt(a, PATH_BYTES_MAX, HOME "/%.*s",
	    STR_ARG(o->key));
	struct str name = name_of(d, o->deed, o->arm);
	struct view *v = shell_begin(d, SHELL_EXPERIMENTS, word_fill(a,
	    WORD_DEED_TITLE, d->lang, (struct str[]){ o->key, name }, 2));
	enum err e = o->deed == TRIALMOVE_START ? fill_checklist(o, v) : OK;

	if (!e && (o->deed == TRIALMOVE_DECIDE || o->deed == TRIALMOVE_STOP))
		e = fill_verdict(o, v);
	if (e)
		return desk_refuse(d, e);
	shell_trail(v, STR(HOME), word_in(WORD_LAB_TITLE, d->lang));
	shell_trail(v, url, o->key);
	if (o->notice.n)
		shell_notice(v, SHELL_BAD, o->notice);
	view_set(v, "BACK_URL", url);
	view_set(v, "DEED_URL", path_of(a, o->key, o->deed, STR_EMPTY));
	view_set(v, "DEED_NAME", name);
	view_set(v, "DEED_TEXT", word_fill(a, deeds[o->deed].text, d->lang,
	    (struct str[]){ o->now.page, o->arm }, 2));
	view_set(v, "DEED_ARM", o->arm);
	view_set(v, "DEED_WAS", o->now.state);
	view_set(v, "REASON", desk_field(d, STR("reason")));
	if (deeds[o->deed].is_danger)
		view_set(v, "DANGER", STR("1"));
	return shell_answer(d->rq, v, o->notice.n ? 409 : 200, "deed");
}

static struct str
why_not(struct order *o, const struct trialmove_answer *why)
{
	struct arena *a = o->d->rq->arena;
	enum lang l = o->d->lang;
	struct str state = reportword_of(o->now.state, l), text;

	switch (why->refusal) {
	case TRIALMOVE_FINE:
	case TRIALMOVE_STATE:
		break;
	case TRIALMOVE_PLAN:
		return labplan_why(why->outlook, l);
	case TRIALMOVE_DEFINITION:
		text = arena_copy(a, str_trim(why->complaints));
		return word_fill(a, WORD_DEED_NOT_DEFINED, l, &text, 1);
	case TRIALMOVE_NO_ARM:
		return word_in(WORD_DEED_NO_ARM, l);
	case TRIALMOVE_NOT_DECIDED:
		return word_in(WORD_DEED_NOT_DECIDED, l);
	}
	return word_fill(a, WORD_DEED_NOT, l, &state, 1);
}

static enum err
note(void *context)
{
	struct order *o = context;
	struct arena *a = o->d->rq->arena;
	struct str what = buf_fmt(a, PATH_BYTES_MAX, "experiment.%s",
	    trialmove_word(o->deed));
	struct str of = buf_fmt(a, PATH_BYTES_MAX, "experiment %.*s",
	    STR_ARG(o->key));
	struct buf was, is;

	buf_init(&was, a, JSON_BYTES_MAX);
	buf_byte(&was, '{');
	buf_json_pair(&was, "state", o->now.state);
	buf_json_pair(&was, "control", o->now.control);
	buf_byte(&was, '}');
	buf_init(&is, a, JSON_BYTES_MAX);
	buf_byte(&is, '{');
	if (o->arm.n)
		buf_json_pair(&is, "arm", o->arm);
	buf_json_pair(&is, "reason", desk_field(o->d, STR("reason")));
	buf_byte(&is, '}');
	return desk_journal(o->d, what, of, buf_str(&was), buf_str(&is));
}

static enum turn
act(struct order *o)
{
	struct desk *d = o->d;
	struct str reason = str_trim(desk_field(d, STR("reason")));
	const struct trialmove m = { .db = d->db, .arena = o->a,
		.key = o->key, .deed = o->deed, .arm = o->arm,
		.was = o->now.state,
		.note = { desk_who(d), reason }, .within = note, .context = o };
	struct trialmove_answer why = { .refusal = TRIALMOVE_STATE };
	enum err e = ERR_DENIED;

	if (reason.n > STEER_REASON_BYTES_MAX)
		return desk_refuse(d, ERR_LIMIT);
	/* What was confirmed was another state's. */
	if (str_eq(desk_field(d, STR("was")), o->now.state))
		e = trialmove_do(&m, &why);
	if (!e)
		return desk_go(d, buf_fmt(d->rq->arena, PATH_BYTES_MAX, HOME
		    "/%.*s?done=%s", STR_ARG(o->key), trialmove_word(
		    o->deed)));
	if (e != ERR_DENIED)
		return desk_refuse(d, e);
	if (why.state.n)
		o->now.state = why.state;
	o->notice = why_not(o, &why);
	return ask(o);
}

static enum turn
begin(struct desk *d, enum turn (*follow)(struct order *o), struct str arm)
{
	struct order o = { .d = d, .key = d->rq->param[0], .arm = arm };
	enum turn turn;
	enum err e = str_is_utf8(o.key) && str_is_utf8(o.arm) ?
	    trialmove_parse(d->rq->param[1], &o.deed) : ERR_ABSENT;

	if (!e)
		e = roster_state(d->db, d->rq->arena, o.key, &o.now);
	if (e || (o.deed == TRIALMOVE_DECIDE) != (o.arm.n > 0))
		return desk_refuse(d, e == ERR_AWAY ? e : ERR_ABSENT);
	o.a = arena_new(RESULTS_ARENA_BYTES_MAX);
	turn = follow(&o);
	arena_free(o.a);
	return turn;
}

static enum turn
look(struct desk *d)
{
	return begin(d, ask, url_query(d->rq->arena, d->rq->query,
	    STR("arm")));
}

enum turn
labmove_ask(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, look);
}

static enum turn
take(struct desk *d)
{
	return begin(d, act, desk_field(d, STR("arm")));
}

enum turn
labmove_do(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, take);
}
