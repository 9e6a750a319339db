/* Implements home.h over lead/attention.  Translates only. */
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "console/desk.h"
#include "console/shell.h"
#include "http/request.h"
#include "lead/attention.h"
#include "page/view.h"
#include "store/spool.h"

#include "console/home.h"

#define WEEK 7
#define DAYS (2 * WEEK)
#define BAR_WIDTH 20		/* in the drawing's own unit, with the gap */
#define BAR_HEIGHT 100
#define FACT_BYTES_MAX 64

static const enum word words[ATTENTION_KINDS] = {
	[ATTENTION_INVALID] = WORD_HOME_INVALID,
	[ATTENTION_LATE] = WORD_HOME_LATE,
	[ATTENTION_OVERFLOW] = WORD_HOME_OVERFLOW,
	[ATTENTION_QUARANTINE] = WORD_HOME_QUARANTINE,
	[ATTENTION_DECIDED] = WORD_HOME_DECIDED,
	[ATTENTION_UNDELIVERED] = WORD_HOME_UNDELIVERED,
};

static struct view *
add_matter(struct view *v, struct str text)
{
	struct view *matter = view_add(v, "MATTER");

	view_set(v, "MATTER_LIST", STR("1"));
	view_set(matter, "MATTER_TEXT", text);
	return matter;
}

static void
fill_matters(struct desk *d, struct view *v, const struct attention *matter,
    size_t matters)
{
	struct arena *a = d->rq->arena;
	struct spool_depth spool = { 0 };
	bool is_spooled = !spool_depth(d->rq->app->conf->spool, &spool) &&
	    spool.records;

	if (!matters && !is_spooled)
		view_set(v, "CALM", STR("1"));
	for (size_t i = 0; i < matters; i++) {
		enum word w = words[matter[i].kind];
		struct view *m = add_matter(v, matter[i].subject.n ?
		    word_fill(a, w, d->lang, &matter[i].subject, 1) :
		    word_number(a, w, d->lang, matter[i].n));

		if (matter[i].kind == ATTENTION_INVALID ||
		    matter[i].kind == ATTENTION_DECIDED) {
			view_set(m, "MATTER_URL", buf_join(a,
			    STR("/console/experiments/"), matter[i].subject));
			view_set(m, "MATTER_LINK", word_in(
			    WORD_HOME_RESULTS, d->lang));
		}
		if (matter[i].kind != ATTENTION_QUARANTINE)
			continue;
		view_set(m, "MATTER_URL", STR("/console/quarantine"));
		view_set(m, "MATTER_LINK", word_in(WORD_HOME_OPEN, d->lang));
	}
	if (is_spooled)
		add_matter(v, word_number(a, WORD_HOME_SPOOL, d->lang,
		    spool.records));
}

/* A figure of each day. */
typedef int64_t figure_fn(const struct attention_day *day);

static int64_t
views_of(const struct attention_day *day)
{
	return day->views;
}

static int64_t
leads_of(const struct attention_day *day)
{
	return day->leads;
}

static struct str
digits_of(struct arena *a, int64_t n)
{
	char digits[STR_I64_BYTES];

	return arena_copy(a, str_from_i64(digits, n));
}

/* The week's sum, the week's before, and a bar for each day. */
static void
fill_figure(struct desk *d, struct view *f, const struct attention_day *day,
    figure_fn *figure)
{
	struct arena *a = d->rq->arena;
	int64_t sum[2] = { 0, 0 }, most = 1;

	for (size_t i = 0; i < DAYS; i++) {
		sum[i / WEEK] += figure(&day[i]);
		if (figure(&day[i]) > most)
			most = figure(&day[i]);
	}
	view_set(f, "FIGURE", digits_of(a, sum[1]));
	view_set(f, "FIGURE_BEFORE", word_number(a, WORD_HOME_BEFORE, d->lang,
	    sum[0]));
	for (size_t i = 0; i < DAYS; i++) {
		struct view *bar = view_add(f, "BAR");
		int64_t high = figure(&day[i]) * BAR_HEIGHT / most;

		view_set(bar, "BAR_X", digits_of(a, (int64_t)i * BAR_WIDTH));
		view_set(bar, "BAR_Y", digits_of(a, BAR_HEIGHT - high));
		view_set(bar, "BAR_HIGH", digits_of(a, high));
		view_set(bar, "BAR_CLASS", i < WEEK ? STR("past") :
		    STR("now"));
	}
}

static void
fill_figures(struct desk *d, struct view *v, const struct attention_day *day)
{
	static const struct {
		enum word name;
		enum word trend;
		figure_fn *figure;
	} figures[] = {
		{ WORD_HOME_VIEWS, WORD_HOME_TREND_VIEWS, views_of },
		{ WORD_HOME_LEADS, WORD_HOME_TREND_LEADS, leads_of },
	};
	bool is_empty = true;

	for (size_t i = 0; i < DAYS; i++)
		is_empty = is_empty && !day[i].views && !day[i].leads;
	if (is_empty) {
		view_set(v, "NO_FIGURES", STR("1"));
		return;
	}
	view_set(v, "FIGURES", STR("1"));
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		struct view *f = view_add(v, "FIGURE_CARD");

		view_set(f, "FIGURE_NAME", word_in(figures[i].name, d->lang));
		view_set(f, "TREND_TEXT", word_in(figures[i].trend, d->lang));
		fill_figure(d, f, day, figures[i].figure);
	}
	for (size_t i = DAYS; i-- > 0;) {
		struct view *row = view_add(v, "DAY_ROW");

		view_set(row, "DAY", day[i].day);
		view_set(row, "DAY_VIEWS", digits_of(d->rq->arena,
		    day[i].views));
		view_set(row, "DAY_LEADS", digits_of(d->rq->arena,
		    day[i].leads));
	}
}

static enum turn
show(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct attention_day *day;
	struct attention *matter;
	struct view *v;
	size_t matters;
	enum err e = attention_read(d->db, a, &matter, &matters);

	if (!e)
		e = attention_daily(d->db, a, DAYS, &day);
	if (e)
		return desk_refuse(d, e);
	v = shell_begin(d, SHELL_HOME, word_in(WORD_HOME_TITLE, d->lang));
	fill_matters(d, v, matter, matters);
	fill_figures(d, v, day);
	return shell_answer(d->rq, v, 200, "home");
}

enum turn
home_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}

static enum turn
show_design(struct desk *d)
{
	struct view *v = shell_begin(d, SHELL_NOWHERE,
	    word_in(WORD_DESIGN_TITLE, d->lang));

	shell_trail(v, STR(DESK_HOME), word_in(WORD_NAV_HOME, d->lang));
	shell_notice(v, SHELL_PLAIN, word_in(WORD_DESIGN_NOTICE, d->lang));
	shell_notice(v, SHELL_GOOD, word_in(WORD_DESIGN_NOTICE, d->lang));
	shell_notice(v, SHELL_BAD, word_in(WORD_DESIGN_NOTICE, d->lang));
	return shell_answer(d->rq, v, 200, "design");
}

enum turn
home_design(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show_design);
}
