/* Implements labplan.h over trialmove and experiment/outlook. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "console/desk.h"
#include "console/lab.h"
#include "console/shell.h"
#include "experiment/reportcell.h"
#include "http/request.h"
#include "http/url.h"
#include "page/view.h"
#include "trialmove.h"

#include "console/labplan.h"

#define HOME "/console/experiments"
#define PATH_BYTES_MAX 400
#define SHARE_BYTES_MAX 16
#define DIGITS_MAX 9

struct str
labplan_why(enum outlook_refusal refusal, enum lang l)
{
	static const enum word why[] = {
		[OUTLOOK_NO_BASELINE] = WORD_PLAN_NO_BASELINE,
		[OUTLOOK_NO_RATE] = WORD_PLAN_NO_RATE,
		[OUTLOOK_NO_GRID] = WORD_PLAN_NO_GRID,
		[OUTLOOK_FEW_VISITORS] = WORD_PLAN_FEW_VISITORS,
		[OUTLOOK_FEW_CONVERSIONS] = WORD_PLAN_FEW_CONVERSIONS,
	};

	return refusal ? word_in(why[refusal], l) : STR_EMPTY;
}

/* "4,2", "4.2" or "4.2 %", as .042; false: no share above 0, below max. */
static bool
read_share(struct str typed, double max, double *out)
{
	double v = 0, unit = 1;
	size_t digits = 0;
	bool is_fraction = false;

	if (typed.n && typed.p[typed.n - 1] == '%')
		typed = str_trim(str_slice(typed, 0, typed.n - 1));
	if (!typed.n || typed.n > SHARE_BYTES_MAX)
		return false;
	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];

		if ((c == '.' || c == ',') && !is_fraction) {
			is_fraction = true;
			continue;
		}
		if (c < '0' || c > '9' || ++digits > DIGITS_MAX)
			return false;
		v = v * 10 + (c - '0');
		unit *= is_fraction ? 10 : 1;
	}
	*out = v / unit / 100;
	return *out > 0 && *out < max;
}

/* What was typed, into the form again; false: it makes no sense. */
static bool
read_wish(struct desk *d, struct view *v, struct outlook_wish *w)
{
	static const struct {
		const char *name, *marker, *fault;
		double max;
	} fields[] = {
		{ "baseline", "BASELINE", "BASELINE_BAD", 1 },
		{ "mde", "MDE", "MDE_BAD", OUTLOOK_MDE_MAX },
		{ "power", "POWER", "POWER_BAD", 1 },
	};
	double *const into[] = { &w->baseline, &w->mde, &w->power };
	bool is_good = true;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct str typed = str_trim(url_query(d->rq->arena,
		    d->rq->query, str_of(fields[i].name)));

		view_set(v, fields[i].marker, typed);
		if (!typed.n || read_share(typed, fields[i].max, into[i]))
			continue;
		*into[i] = 0;
		is_good = false;
		view_set(v, fields[i].fault, STR("1"));
	}
	return is_good;
}

static struct str
weeks(const struct reportcell *c, double n)
{
	return isfinite(n) ? reportcell_number(c, n, 0) :
	    word_in(WORD_PLAN_NEVER, c->lang);
}

static void
fill_way(const struct reportcell *c, struct view *v, const double *arm,
    const struct results *r)
{
	double all = 0;
	bool is_even = true;
	struct buf b;

	buf_init(&b, c->arena, PATH_BYTES_MAX * RESULTS_ARMS_MAX);
	for (size_t k = 0; k < r->arms; k++) {
		all += arm[k];
		is_even &= arm[k] == arm[0];
		buf_addf(&b, "%s%.*s\u00a0%.0f", k ? ", " : "",
		    STR_ARG(r->arm[k].key), arm[k]);
	}
	view_set(v, "PLAN_ALL", isfinite(all) ? reportcell_number(c, all, 0) :
	    word_in(WORD_PLAN_TOO_MANY, c->lang));
	view_set(v, "PLAN_ARMS", !isfinite(all) ? word_in(WORD_NONE, c->lang) :
	    is_even ? reportcell_number(c, arm[0], 0) : buf_str(&b));
}

static void
fill_plan(const struct reportcell *c, struct view *v,
    const struct trialmove_plan *p)
{
	const struct outlook *o = &p->outlook;
	struct view *row = view_add(v, "PLAN_ROW");

	view_set(v, "PLAN", STR("1"));
	view_set(v, "ASSUMED", phrase_fill_all(c->arena, PHRASE_PLAN_BASELINE,
	    c->lang, (struct str[]){ reportcell_percent(c, o->baseline, 2),
	    reportcell_lift(c, o->mde), reportcell_percent(c, o->power, 0) },
	    3));
	view_set(v, "DAILY", reportcell_number(c, o->daily, 0));
	view_set(row, "PLAN_HOW", word_in(WORD_PLAN_ONCE, c->lang));
	view_set(row, "PLAN_WEEKS", weeks(c, o->weeks));
	fill_way(c, row, o->arm, p->results);
	row = view_add(v, "PLAN_ROW");
	view_set(row, "PLAN_HOW", word_in(WORD_PLAN_EVERY_DAY, c->lang));
	view_set(row, "PLAN_WEEKS", weeks(c, o->av_weeks));
	fill_way(c, row, o->av_arm, p->results);
	if (isfinite(o->mde_up))
		view_set(v, "CAN_FIND", reportcell_lift(c, o->mde_up));
	if (o->is_long)
		view_set(v, "LONG", phrase_in(PHRASE_PLAN_LONG, c->lang));
}

static void
fill_past(const struct reportcell *c, struct view *v,
    const struct outlook_past *past)
{
	view_set(v, "PAST", word_fill(c->arena, past->is_views ?
	    WORD_PLAN_PAST_VIEWS : WORD_PLAN_PAST_TEXT, c->lang,
	    (struct str[]){ reportcell_number(c, rint(past->days), 0),
	    reportcell_whole(c, past->visitors),
	    reportcell_whole(c, past->conversions) }, 3));
}

static enum turn
show_within(struct desk *d, struct arena *a)
{
	struct str key = d->rq->param[0];
	const struct reportcell c = { a, d->lang };
	struct view *v = shell_begin(d, SHELL_EXPERIMENTS, word_fill(
	    d->rq->arena, WORD_PLAN_TITLE, d->lang, &key, 1));
	struct outlook_wish w = { 0 };
	bool is_good = read_wish(d, v, &w);
	struct trialmove_plan p;
	enum err e = trialmove_plan(d->db, a, key, &w, &p);

	if (e)
		return desk_refuse(d, e);
	shell_trail(v, STR(HOME), word_in(WORD_LAB_TITLE, d->lang));
	shell_trail(v, buf_fmt(d->rq->arena, PATH_BYTES_MAX, HOME "/%.*s",
	    STR_ARG(key)), key);
	fill_past(&c, v, &p.past);
	if (!is_good)
		shell_notice(v, SHELL_BAD, word_in(WORD_PLAN_BAD, d->lang));
	else if (p.outlook.refusal)
		shell_notice(v, SHELL_BAD, labplan_why(p.outlook.refusal,
		    d->lang));
	else
		fill_plan(&c, v, &p);
	return shell_answer(d->rq, v, is_good ? 200 : 422, "plan");
}

static enum turn
show(struct desk *d)
{
	return lab_within(d, show_within);
}

enum turn
labplan_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}
