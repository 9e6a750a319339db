/* Implements shell.h. */
#include <pthread.h>
#include <string.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "console/desk.h"
#include "http/request.h"
#include "http/response.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "page/view.h"
#include "visitor.h"

#include "console/shell.h"

#define WORDS_BYTES_MAX ((size_t)1 << 20)
#define USUAL_BYTES (32 << 10)
#define BRAND "Piste"
#define PLACE "<!--picture:"

static const struct {
	enum shell_place place;
	const char *url;
	enum word word;
	enum account_role least;
} ways[] = {
	{ SHELL_HOME, "/console", WORD_NAV_HOME, ACCOUNT_READER },
	{ SHELL_LEADS, "/console/leads", WORD_NAV_LEADS, ACCOUNT_READER },
	{ SHELL_BOARD, "/console/board", WORD_NAV_BOARD, ACCOUNT_SELLER },
	{ SHELL_EXPERIMENTS, "/console/experiments", WORD_NAV_EXPERIMENTS,
	    ACCOUNT_READER },
	{ SHELL_FIGURES, "/console/figures", WORD_NAV_FIGURES,
	    ACCOUNT_READER },
	{ SHELL_COSTS, "/console/costs", WORD_NAV_COSTS, ACCOUNT_READER },
	{ SHELL_PEOPLE, "/console/people", WORD_NAV_PEOPLE, ACCOUNT_READER },
	{ SHELL_IMPORT, "/console/import", WORD_NAV_IMPORT, ACCOUNT_MARKETER },
	{ SHELL_QUARANTINE, "/console/quarantine", WORD_NAV_QUARANTINE,
	    ACCOUNT_READER },
	{ SHELL_ACCOUNTS, "/console/accounts", WORD_NAV_ACCOUNTS,
	    ACCOUNT_ADMINISTRATOR },
	{ SHELL_JOURNAL, "/console/journal", WORD_NAV_JOURNAL,
	    ACCOUNT_ADMINISTRATOR },
};

/* The words are the same for every request: set once, read by all. */
static const struct view *words_of[LANG_COUNT];

static void
set_words(void)
{
	struct arena *a = arena_new(WORDS_BYTES_MAX);

	for (size_t l = 0; l < LANG_COUNT; l++) {
		struct view *v = view_new(a, NULL);

		word_set_all(v, (enum lang)l);
		view_set(v, "LANG", lang_code((enum lang)l));
		words_of[l] = v;
	}
}

struct view *
shell_door(struct request *rq, enum lang l, struct str title)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct view *v;

	pthread_once(&once, set_words);
	v = view_new(rq->arena, words_of[l]);
	view_set(v, "STATIC_URL", rq->app->conf->static_url);
	view_set(v, "TITLE", title);
	view_set(v, "BRAND", rq->app->conf->mail_name.n ?
	    rq->app->conf->mail_name : STR(BRAND));
	view_set(v, "CSRF_NAME", STR(DESK_CSRF));
	return v;
}

/* To be back here in the other language. */
static void
offer_language(struct desk *d, struct view *v)
{
	enum lang other = d->lang == LANG_FR ? LANG_EN : LANG_FR;

	view_set(v, "OTHER_LANG", lang_code(other));
	view_set(v, "OTHER_LANG_NAME", word_in(WORD_LANGUAGE_NAME, other));
	view_set(v, "HERE", d->rq->path);
}

struct view *
shell_begin(struct desk *d, enum shell_place place, struct str title)
{
	struct view *v = shell_door(d->rq, d->lang, title);
	struct view *nav = view_add(v, "NAVIGATION");

	view_set(v, "CSRF", d->csrf);
	view_set(nav, "WHO", d->name.n ? d->name : d->login);
	view_set(nav, place == SHELL_OWN ? "OWN_HERE" : "OWN", STR("1"));
	offer_language(d, nav);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct view *way;

		if (d->role < ways[i].least)
			continue;
		way = view_add(nav, "WAY");
		view_set(way, "WAY_URL", str_of(ways[i].url));
		view_set(way, "WAY_NAME", word_in(ways[i].word, d->lang));
		if (ways[i].place == place)
			view_set(way, "WAY_HERE", STR("1"));
	}
	return v;
}

void
shell_trail(struct view *v, struct str url, struct str text)
{
	struct view *step = view_add(v, "TRAIL");

	view_set(v, "TRAIL_LIST", STR("1"));
	view_set(step, "TRAIL_URL", url);
	view_set(step, "TRAIL_NAME", text);
}

void
shell_notice(struct view *v, enum shell_tone tone, struct str text)
{
	static const char *const shown[] = {
		[SHELL_GOOD] = "NOTICE_GOOD",
		[SHELL_BAD] = "NOTICE_BAD",
		[SHELL_PLAIN] = "NOTICE_PLAIN",
	};
	struct view *notice = view_add(v, "NOTICE");

	view_set(notice, shown[tone], STR("1"));
	view_set(notice, "NOTICE_TEXT", text);
}

/* Each picture of ours takes the place of its comment. */
static struct str
draw(struct request *rq, struct str html, const struct shell_picture *picture,
    size_t count)
{
	struct buf out;

	if (!count)
		return html;
	buf_init(&out, rq->arena, SHELL_BYTES_MAX);
	for (;;) {
		const char *at = memmem(html.p, html.n, PLACE, sizeof PLACE -
		    1);
		size_t n = at ? (size_t)(at - html.p) : html.n;
		struct str name, rest;

		buf_add(&out, str_slice(html, 0, n));
		if (!at || !str_cut(str_slice(html, n + sizeof PLACE - 1,
		    html.n), '-', &name, &rest))
			return buf_str(&out);
		for (size_t i = 0; i < count; i++)
			if (str_eq(name, picture[i].name))
				buf_add(&out, picture[i].markup);
		html = str_slice(rest, sizeof "->" - 1, rest.n);
	}
}

static enum turn
answer(struct request *rq, struct view *v, int status, const char *screen,
    const struct shell_picture *picture, size_t count)
{
	const struct picture *p = snapshot_hold(rq->app->snapshot);
	const struct view_template *t = p && p->templates ?
	    template_find(p->templates, buf_join(rq->arena, STR("console/"),
	    str_of(screen))) : NULL;
	struct buf out = { .arena = rq->arena, .max = SHELL_BYTES_MAX,
	    .p = arena_take(rq->arena, USUAL_BYTES), .capacity = USUAL_BYTES };

	if (t)
		view_expand(t, v, &out);
	if (t && !out.full) {
		response_set(rq, status, RESPONSE_HTML, draw(rq,
		    buf_str(&out), picture, count));
	} else {
		visitor_refuse(rq, 503);
	}
	if (p)
		snapshot_release(rq->app->snapshot, p);
	return TURN_ANSWERED;
}

enum turn
shell_answer(struct request *rq, struct view *v, int status,
    const char *screen)
{
	return answer(rq, v, status, screen, NULL, 0);
}

enum turn
shell_answer_drawn(struct request *rq, struct view *v, const char *screen,
    const struct shell_picture *picture, size_t count)
{
	return answer(rq, v, 200, screen, picture, count);
}
