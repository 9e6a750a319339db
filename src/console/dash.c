/* Implements dash.h over track/kpi: what is asked for, and who is answered. */
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "console/dashfill.h"
#include "console/desk.h"
#include "console/shell.h"
#include "dayword.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "kpiwish.h"
#include "page/view.h"
#include "store/pg.h"
#include "track/kpitext.h"

#include "console/dash.h"

#define HOME "/console/figures"
#define ARENA_BYTES ((size_t)128 << 20)
#define URL_BYTES_MAX 2048
#define CSV "text/csv; charset=utf-8"
#define DAYS_SHOWN 89		/* before the last one, unless said */
#define TURNS_MAX 2		/* of counting anew before a page is shown */

struct ask {
	struct desk *d;
	struct arena *a;	/* holds the figures */
	struct kpi_wish w;
	enum kpiwish_fault fault;
};

static struct str
asked(const struct ask *q, const char *name)
{
	return str_trim(url_query(q->d->rq->arena, q->d->rq->query,
	    str_of(name)));
}

static void
choose(const struct ask *q, const char *name, struct str *into)
{
	struct str typed = asked(q, name);

	if (typed.n)
		*into = typed;
}

/* Figures of an empty split are of all together: "all". */
static void
read_ask(struct ask *q)
{
	struct kpi_wish *w = &q->w;

	kpiwish_usual(q->d->rq->app->conf, q->a, w);
	w->from = dayword_ago(q->a, DAYS_SHOWN);
	choose(q, "by", &w->split);
	choose(q, "from", &w->from);
	choose(q, "to", &w->to);
	choose(q, "currency", &w->currency);
	w->is_synthetic = str_eq(asked(q, "of"), STR("synthetic"));
	w->has_before = !str_eq(asked(q, "compare"), STR("0"));
	if (str_eq(w->split, STR("all")))
		w->split = STR_EMPTY;
	q->fault = kpiwish_judge(q->a, w);
}

/* The choice as an address, of path. */
static struct str
link_of(const struct ask *q, const char *path, struct str by)
{
	const struct kpi_wish *w = &q->w;
	struct buf b;

	buf_init(&b, q->d->rq->arena, URL_BYTES_MAX);
	buf_addf(&b, "%s?from=%.*s&to=%.*s&by=%.*s&of=%s&compare=%d"
	    "&currency=%.*s", path, STR_ARG(w->from), STR_ARG(w->to),
	    STR_ARG(by.n ? by : STR("all")), w->is_synthetic ? "synthetic" :
	    "real", w->has_before, STR_ARG(w->currency));
	return b.full ? str_of(path) : buf_str(&b);
}

static enum err
read_figures(struct ask *q, const struct kpi_wish *w, struct kpi *out)
{
	return kpi_read(q->d->db, q->a, w, out);
}

/* What has changed since somebody last looked is counted first. */
static enum err
catch_up(struct ask *q)
{
	int64_t left;

	return kpi_catch_up(q->d->db, q->w.zone, TURNS_MAX, &left);
}

static void
fill_choice(const struct ask *q, struct view *v)
{
	const struct kpi_wish *w = &q->w;
	struct str by = w->split.n ? w->split : STR("all");

	view_set(v, "FROM", w->from);
	view_set(v, "TO", w->to);
	view_set(v, "CURRENCY", w->currency);
	view_set(v, w->is_synthetic ? "OF_SYNTHETIC" : "OF_REAL", STR("1"));
	view_set(v, w->has_before ? "COMPARE" : "NO_COMPARE", STR("1"));
	for (size_t i = 0;; i++) {
		const char *split = kpi_split(i);
		struct str key = split ? str_of(split) : STR("all");
		struct view *one = view_add(v, "SPLIT");

		view_set(one, "SPLIT_KEY", key);
		view_set(one, "SPLIT_NAME", dashfill_split(key,
		    q->d->lang));
		if (str_eq(key, by))
			view_set(one, "SPLIT_CHOSEN", STR("1"));
		if (!split)
			break;
	}
}

static enum turn
refuse_choice(struct ask *q, struct view *v, struct str why)
{
	static const struct { const char *marker; enum word word; } faults[] = {
		[KPIWISH_SPLIT] = { "SPLIT_BAD", WORD_DASH_BAD_SPLIT },
		[KPIWISH_CURRENCY] = { "CURRENCY_BAD",
		    WORD_DASH_BAD_CURRENCY },
		[KPIWISH_FROM] = { "FROM_BAD", WORD_DASH_BAD_DAY },
		[KPIWISH_TO] = { "TO_BAD", WORD_DASH_BAD_DAY },
	};

	if (q->fault)
		view_set(v, faults[q->fault].marker, STR("1"));
	shell_notice(v, SHELL_BAD, q->fault ? word_in(faults[q->fault].word,
	    q->d->lang) : word_fill(q->d->rq->arena, WORD_DASH_BAD_DAYS,
	    q->d->lang, &why, 1));
	return shell_answer(q->d->rq, v, 422, "figures");
}

/* The same days by day, week or month, whichever gives a few points. */
static enum err
fill_trend(struct ask *q, struct dashfill *f)
{
	struct kpi_wish w = q->w;
	struct kpi k;
	enum err e;

	w.split = dashfill_trend(q->w.from, q->w.to);
	w.has_before = false;
	e = read_figures(q, &w, &k);
	if (!e)
		dashfill_charts(f, &k, w.split);
	return e;
}

static enum turn
answer(struct ask *q)
{
	struct desk *d = q->d;
	struct view *v = shell_begin(d, SHELL_FIGURES,
	    word_in(WORD_DASH_TITLE, d->lang));
	struct kpi *k = ARENA_NEW(q->a, struct kpi);
	struct dashfill f = { .a = q->a, .lang = d->lang, .v = v,
		.wish = &q->w, .kpi = k };
	enum err e;

	fill_choice(q, v);
	if (q->fault)
		return refuse_choice(q, v, STR_EMPTY);
	e = catch_up(q);
	if (!e)
		e = read_figures(q, &q->w, k);
	if (!e)
		e = fill_trend(q, &f);
	if (e == ERR_INPUT)
		return refuse_choice(q, v, arena_copy(d->rq->arena,
		    str_of(pg_message(d->db))));
	if (e)
		return desk_refuse(d, e);
	view_set(v, "CSV_URL", link_of(q, HOME ".csv", q->w.split));
	view_set(v, "COHORTS_URL", link_of(q, HOME, STR("month")));
	dashfill_all(&f);
	return shell_answer_drawn(d->rq, v, "figures", f.picture, f.pictures);
}

static enum turn
show(struct desk *d)
{
	struct ask q = { .d = d, .a = arena_new(ARENA_BYTES) };
	enum turn turn;

	read_ask(&q);
	turn = answer(&q);
	arena_free(q.a);
	return turn;
}

enum turn
dash_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}

static enum turn
write_csv(struct desk *d)
{
	struct ask q = { .d = d, .a = arena_new(ARENA_BYTES) };
	enum err e = OK;
	struct kpi k;
	struct buf b;

	read_ask(&q);
	buf_init(&b, d->rq->arena, KPITEXT_BYTES_MAX);
	e = q.fault ? ERR_INPUT : catch_up(&q);
	if (!e)
		e = read_figures(&q, &q.w, &k);
	if (!e)
		kpitext_csv(&b, &q.w, &k);
	if (!e) {
		response_header(d->rq, "Content-Disposition",
		    STR("attachment; filename=\"figures.csv\""));
		response_set(d->rq, 200, CSV, buf_str(&b));
	}
	arena_free(q.a);
	return e ? desk_refuse(d, e) : TURN_ANSWERED;
}

enum turn
dash_csv(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, write_csv);
}
