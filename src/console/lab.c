/*
 * Implements lab.h over experiment/roster and experiment/figures.  A year of
 * results is more than a request's arena holds: they have one of their own.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "console/desk.h"
#include "console/labfill.h"
#include "console/labmove.h"
#include "console/shell.h"
#include "experiment/reportword.h"
#include "experiment/roster.h"
#include "experiment/rosterword.h"
#include "experiment/slices.h"
#include "http/request.h"
#include "http/url.h"
#include "page/view.h"
#include "trialmove.h"

#include "console/lab.h"

#define HOME "/console/experiments"
#define PATH_BYTES_MAX 400
#define DAY_CHARS 10

static struct str
day_of(struct arena *a, int64_t ms)
{
	char text[CLOCK_TEXT_BYTES];

	return arena_copy(a, str_slice(clock_text(ms, text), 0, DAY_CHARS));
}

static void
fill_row(struct desk *d, struct view *v, const struct roster_row *r)
{
	struct arena *a = d->rq->arena;
	const struct reportcell cell = { a, d->lang };
	struct str verdict = reportword_verdict(r->verdict, d->lang);

	view_set(v, "ROW_KEY", r->key);
	view_set(v, "ROW_URL", buf_fmt(a, PATH_BYTES_MAX, HOME "/%.*s",
	    STR_ARG(r->key)));
	view_set(v, "ROW_STATE", reportword_of(r->state, d->lang));
	if (str_eq(r->state, STR("running")))
		view_set(v, "ROW_RUNS", STR("1"));
	view_set(v, "ROW_PAGE", r->page);
	view_set(v, "ROW_GOAL", reportword_of(r->goal, d->lang));
	view_set(v, "ROW_SINCE", r->started_ms ? day_of(a, r->started_ms) :
	    word_in(WORD_LAB_NEVER, d->lang));
	view_set(v, "ROW_VISITORS", reportcell_whole(&cell, r->visitors));
	view_set(v, "ROW_VERDICT", !r->verdict.n ? word_in(WORD_NONE,
	    d->lang) : r->arm.n ? buf_fmt(a, PATH_BYTES_MAX, "%.*s, %.*s",
	    STR_ARG(verdict), STR_ARG(r->arm)) : verdict);
}

static enum turn
list(struct desk *d)
{
	struct view *v = shell_begin(d, SHELL_EXPERIMENTS,
	    word_in(WORD_LAB_TITLE, d->lang));
	struct roster_row *row;
	size_t count;
	enum err e = roster_read(d->db, d->rq->arena, STR_EMPTY, &row,
	    &count);

	if (e)
		return desk_refuse(d, e);
	view_set(v, count ? "ROWS" : "EMPTY", STR("1"));
	for (size_t i = 0; i < count; i++)
		fill_row(d, view_add(v, "ROW"), &row[i]);
	return shell_answer(d->rq, v, 200, "experiments");
}

enum turn
lab_list(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, list);
}

/* All that is known of it; too large for a stack. */
static enum err
read_all(struct desk *d, struct arena *a, struct report *rep)
{
	const struct results_wish now = { 0 };
	struct results *r = ARENA_NEW(a, struct results);
	struct figures *f = ARENA_NEW(a, struct figures);
	struct grid *g = ARENA_NEW(a, struct grid);
	struct slices *slices = arena_array(a, SLICES_DIMENSIONS,
	    sizeof *slices);
	enum err e = results_read(d->db, a, d->rq->param[0], &now, r);

	*rep = (struct report){ .results = r };
	if (e || !figures_can(r))
		return e;
	figures_make(r, f);
	rep->figures = f;
	if (r->factors) {
		grid_make(r, f, g);
		rep->grid = g;
	}
	e = slices_read(d->db, r, slices);
	rep->slices = slices;
	return e;
}

/* "running → stopped" */
static struct str
way_of(struct desk *d, const struct roster_move *m)
{
	struct str from = reportword_of(m->from, d->lang);
	struct str to = reportword_of(m->to, d->lang);

	return from.n && to.n ? buf_fmt(d->rq->arena, PATH_BYTES_MAX,
	    "%.*s → %.*s", STR_ARG(from), STR_ARG(to)) : from.n ? from : to;
}

static enum err
fill_history(struct desk *d, struct view *v)
{
	struct arena *a = d->rq->arena;
	struct roster_move *move;
	size_t count;
	enum err e = roster_history(d->db, a, d->rq->param[0], &move, &count);

	if (count)
		view_set(v, "HISTORY", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "MOVE");

		view_set(row, "MOVE_AT", move[i].at);
		view_set(row, "MOVE_WHAT", rosterword_in(a, move[i].what,
		    d->lang));
		view_set(row, "MOVE_WAY", way_of(d, &move[i]));
		view_set(row, "MOVE_WHO", rosterword_in(a, move[i].who,
		    d->lang));
		view_set(row, "MOVE_WHY", rosterword_in(a, move[i].why,
		    d->lang));
	}
	return e;
}

/* What the request before has done: a word in the address, no more. */
static void
tell(struct desk *d, struct view *v, const struct roster_state *now)
{
	struct str word = url_query(d->rq->arena, d->rq->query, STR("done"));
	enum trialmove_deed deed;

	if (!trialmove_parse(word, &deed))
		shell_notice(v, SHELL_GOOD, phrase_fill_all(d->rq->arena,
		    trialmove_done(deed), d->lang, (struct str[]){
		    d->rq->param[0], now->page, now->control,
		    d->rq->param[0] }, 4));
}

static enum turn
show_within(struct desk *d, struct arena *a)
{
	struct str key = d->rq->param[0];
	struct view *v = shell_begin(d, SHELL_EXPERIMENTS, key);
	struct labfill f = { .cell = { a, d->lang }, .v = v };
	struct roster_row *row;
	struct roster_state now;
	struct report rep;
	size_t count;
	enum err e = roster_state(d->db, d->rq->arena, key, &now);

	if (!e)
		e = roster_read(d->db, d->rq->arena, key, &row, &count);
	if (!e && !count)
		e = ERR_ABSENT;
	if (!e)
		e = read_all(d, a, &rep);
	if (e == ERR_LIMIT) {
		shell_notice(v, SHELL_BAD, word_fill(d->rq->arena,
		    WORD_LAB_ABSENT, d->lang, &key, 1));
		return shell_answer(d->rq, v, 200, "experiment");
	}
	if (!e)
		e = fill_history(d, v);
	if (e)
		return desk_refuse(d, e);
	shell_trail(v, STR(HOME), word_in(WORD_LAB_TITLE, d->lang));
	tell(d, v, &now);
	f.report = &rep;
	labfill_all(&f);
	view_set(v, "PLAN_URL", buf_fmt(d->rq->arena, PATH_BYTES_MAX,
	    HOME "/%.*s/plan", STR_ARG(key)));
	labmove_offer(d, v, &row[0], &rep);
	return shell_answer_drawn(d->rq, v, "experiment", f.picture,
	    f.pictures);
}

enum turn
lab_within(struct desk *d, enum turn (*show)(struct desk *d, struct arena *a))
{
	struct arena *a;
	enum turn turn;

	if (!str_is_utf8(d->rq->param[0]))
		return desk_refuse(d, ERR_ABSENT);
	a = arena_new(RESULTS_ARENA_BYTES_MAX);
	turn = show(d, a);
	arena_free(a);
	return turn;
}

static enum turn
show(struct desk *d)
{
	return lab_within(d, show_within);
}

enum turn
lab_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}
