/* Implements reportpage.h over report/reportturn and report/bulletinword. */
#include <string.h>
#include <time.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/phrase.h"
#include "deliver/link.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "page/view.h"
#include "report/bulletin.h"
#include "report/bulletinword.h"
#include "report/reportturn.h"
#include "store/pool.h"
#include "visitor.h"

#include "reportpage.h"

#define PAGE_BYTES_MAX (512 << 10)
#define DAY_BYTES_MAX 40
#define PATH_BYTES_MAX (TOKEN_TEXT_BYTES_MAX + 64)
#define CSV_TYPE "text/csv; charset=utf-8"

static const char *const languages[LANG_COUNT] = {
	[LANG_FR] = "Français", [LANG_EN] = "English",
};

/* The report its link names, else it is answered: 403, 410 or 503. */
static bool
open_link(struct request *rq, struct link *l, struct reportturn_kept *out)
{
	struct pg *db;
	int64_t id;
	enum err e;

	if (link_open(rq->arena, &rq->app->key, LINK_REPORT, rq->param[0],
	    l) || !str_i64(l->page, 1, INT64_MAX, &id)) {
		visitor_refuse(rq, 403);
		return false;
	}
	if (l->until_ms <= clock_now_ms()) {
		visitor_refuse(rq, 410);
		return false;
	}
	db = pool_take(rq->app->pool);
	e = reportturn_find(db, rq->arena, id, out);
	pool_give(rq->app->pool, db);
	if (e)
		visitor_refuse(rq, e == ERR_ABSENT ? 410 : 503);
	return !e;
}

static void
set_words(struct arena *a, struct view *v, const struct reportpage *p)
{
	static const struct {
		const char *marker;
		enum phrase phrase;
	} words[] = {
		{ "WORD_SKIP", PHRASE_PAGE_SKIP },
		{ "WORD_LANGUAGES", PHRASE_PAGE_LANGUAGES },
		{ "WORD_FIGURES", PHRASE_REPORT_FIGURES },
		{ "WORD_CHARTS", PHRASE_REPORT_CHARTS },
		{ "WORD_FIGURE", PHRASE_REPORT_FIGURE },
		{ "WORD_CHANGE", PHRASE_REPORT_CHANGE },
		{ "WORD_ALL", PHRASE_REPORT_ALL },
		{ "WORD_CAMPAIGNS", PHRASE_REPORT_CAMPAIGNS },
		{ "WORD_CAMPAIGN", PHRASE_REPORT_CAMPAIGN },
		{ "WORD_CSV", PHRASE_REPORT_CSV },
		{ "WORD_COLON", PHRASE_PAGE_COLON },
		{ "NOTE", PHRASE_REPORT_NOTE },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		view_set(v, words[i].marker, phrase_in(words[i].phrase,
		    p->lang));
	view_set(v, "WORD_NOW", bulletinword_now(p->bulletin, p->lang));
	view_set(v, "WORD_BEFORE", bulletinword_before(p->bulletin, p->lang));
	view_set(v, "ASIDE", bulletinword_aside(a, p->bulletin, p->lang));
	view_set(v, "YOUNG_NOTE", bulletinword_young(a, p->bulletin,
	    p->lang));
	view_set(v, "UNTIL", phrase_fill(a, PHRASE_REPORT_UNTIL, p->lang,
	    p->until));
}

static void
add_figure(struct arena *a, struct view *v, const struct reportpage *p,
    enum kpi_figure figure)
{
	struct bulletinword_figure f = bulletinword_figure(a, p->bulletin,
	    figure, p->lang);

	view_set(v, "NAME", f.name);
	view_set(v, "TEXT", f.text);
	view_set(v, "NOW", f.now);
	view_set(v, "BETWEEN", f.between);
	view_set(v, "BEFORE", f.before);
	view_set(v, "CHANGE", f.change);
	view_set(v, "YOUNG", f.is_young ? phrase_in(PHRASE_REPORT_YOUNG,
	    p->lang) : STR_EMPTY);
}

static void
add_campaigns(struct arena *a, struct view *v, const struct reportpage *p)
{
	const struct bulletin *b = p->bulletin;
	struct view *list = b->cells ? view_add(v, "CAMPAIGNS") : NULL;

	for (size_t k = 0; list && bulletin_column(k) != KPI_FIGURES; k++)
		view_set(view_add(list, "COLUMN"), "NAME", str_of(
		    kpi_definition(bulletin_column(k))->name[p->lang]));
	for (size_t i = 0; i < b->cells; i++) {
		struct view *row = view_add(list, "CAMPAIGN");

		view_set(row, "NAME", bulletinword_name(a, &b->cell[i],
		    p->lang));
		for (size_t k = 0; bulletin_column(k) != KPI_FIGURES; k++)
			view_set(view_add(row, "CELL"), "VALUE",
			    bulletinword_value(a, b, &b->cell[i],
			    bulletin_column(k), p->lang));
	}
}

static void
add_languages(struct arena *a, struct view *v, const struct reportpage *p)
{
	view_set(v, "LANGUAGE_LIST", STR("1"));
	for (size_t l = 0; l < LANG_COUNT; l++) {
		struct view *one = view_add(v, "LANGUAGE");
		struct str code = lang_code((enum lang)l);

		view_set(one, "LANGUAGE_CODE", code);
		view_set(one, "LANGUAGE_NAME", str_of(languages[l]));
		view_set(one, l == p->lang ? "LANGUAGE_CURRENT" :
		    "LANGUAGE_OTHER", buf_fmt(a, PATH_BYTES_MAX,
		    "%.*s?lang=%.*s", STR_ARG(p->path), STR_ARG(code)));
	}
}

/*
 * Charts take the place of comments: markup of ours, which a template can't
 * be given, as it escapes all values.  No value can be such a comment.
 */
static struct str
with_charts(struct arena *a, struct str html, const struct reportpage *p)
{
	static const char *const places[] = {
		[BULLETINWORD_DAYS] = "<!--chart-days-->",
		[BULLETINWORD_TREND] = "<!--chart-trend-->",
	};
	struct buf out;

	buf_init(&out, a, PAGE_BYTES_MAX);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct str place = str_of(places[i]);
		const char *at = memmem(html.p, html.n, place.p, place.n);

		if (!at)
			continue;
		buf_add(&out, str_slice(html, 0, (size_t)(at - html.p)));
		buf_add(&out, bulletinword_chart(a, p->bulletin,
		    (enum bulletinword_chart)i, p->lang, false));
		html = str_slice(html, (size_t)(at - html.p) + place.n,
		    html.n);
	}
	buf_add(&out, html);
	return buf_str(&out);
}

struct str
reportpage_html(struct arena *a, const struct template_set *set,
    const struct reportpage *p)
{
	const struct view_template *t = template_find(set,
	    STR("landing/report"));
	struct view *v;
	struct buf out;

	if (!t)
		return STR_EMPTY;
	v = view_new(a, NULL);
	view_set(v, "LANG", lang_code(p->lang));
	view_set(v, "STATIC_URL", p->static_url);
	view_set(v, "BRAND", p->brand);
	view_set(v, "HEADLINE", bulletinword_title(a, p->bulletin, p->lang));
	view_set(v, "CSV_URL", buf_join(a, p->path, STR("/csv")));
	set_words(a, v, p);
	add_languages(a, v, p);
	for (size_t i = 0; bulletin_headline(i) != KPI_FIGURES; i++)
		add_figure(a, view_add(v, "CARD"), p, bulletin_headline(i));
	for (size_t i = 0; i < KPI_FIGURES; i++)
		add_figure(a, view_add(v, "ROW"), p, (enum kpi_figure)i);
	add_campaigns(a, v, p);
	buf_init(&out, a, PAGE_BYTES_MAX);
	view_expand(t, v, &out);
	return with_charts(a, buf_str(&out), p);
}

/* The link's own language, unless another one is asked for. */
static enum lang
language(struct request *rq, const struct link *l)
{
	enum lang asked;

	return lang_parse(url_query(rq->arena, rq->query, STR("lang")),
	    &asked) ? l->lang : asked;
}

/* As the site's clock has it: see base/localday. */
static struct str
last_day(struct arena *a, const struct link *l, enum lang lang)
{
	time_t at = (time_t)(l->until_ms / 1000);
	struct tm tm;

	localtime_r(&at, &tm);
	return bulletinword_day(a, buf_fmt(a, DAY_BYTES_MAX,
	    "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday),
	    lang);
}

/* Not for search engines, and its address is for whoever was given it. */
static void
keep_to_itself(struct request *rq)
{
	response_header(rq, "X-Robots-Tag", STR("noindex, nofollow"));
	response_header(rq, "Referrer-Policy", STR("no-referrer"));
}

enum turn
reportpage_show(struct request *rq)
{
	const struct picture *picture;
	struct reportturn_kept k;
	struct str html = STR_EMPTY;
	struct reportpage p;
	struct link l;

	if (!open_link(rq, &l, &k))
		return TURN_ANSWERED;
	picture = snapshot_hold(rq->app->snapshot);
	p = (struct reportpage){ .bulletin = &k.bulletin,
		.lang = language(rq, &l),
		.static_url = rq->app->conf->static_url,
		.brand = rq->app->conf->mail_name,
		.path = buf_fmt(rq->arena, PATH_BYTES_MAX, "/r/%.*s",
		STR_ARG(rq->param[0])) };
	p.until = last_day(rq->arena, &l, p.lang);
	if (picture && picture->templates)
		html = reportpage_html(rq->arena, picture->templates, &p);
	keep_to_itself(rq);
	/* Templates of an older release have no such page. */
	response_set(rq, 200, html.n ? RESPONSE_HTML : RESPONSE_TEXT,
	    html.n ? html : bulletinword_text(rq->arena, &k.bulletin,
	    p.lang));
	if (picture)
		snapshot_release(rq->app->snapshot, picture);
	return TURN_ANSWERED;
}

enum turn
reportpage_csv(struct request *rq)
{
	struct reportturn_kept k;
	struct link l;

	if (!open_link(rq, &l, &k))
		return TURN_ANSWERED;
	keep_to_itself(rq);
	response_header(rq, "Content-Disposition", buf_fmt(rq->arena,
	    RESPONSE_VALUE_BYTES_MAX, "attachment; filename=\"piste-%.*s.csv\"",
	    STR_ARG(k.bulletin.from)));
	response_set(rq, 200, CSV_TYPE, bulletin_csv(rq->arena, &k.bulletin));
	return TURN_ANSWERED;
}
