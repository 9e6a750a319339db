/*
 * Implements render.h: sets our words, then a variant's parts, then what
 * belongs to this very page.  The last value of a marker counts, so no part
 * can stand in for the token or the form's address.
 */
#include <pthread.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "form/form.h"
#include "form/work.h"
#include "page/fill.h"
#include "page/formview.h"
#include "page/frozen.h"
#include "page/parts.h"
#include "page/plain.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "page/view.h"

#define USUAL_BYTES (16 << 10)	/* taken at once: most pages need no more */
#define WORDS_BYTES_MAX ((size_t)1 << 20)
#define STATUS_DIGITS 3
#define CHOICE_ID_BYTES_MAX 32

static const struct {
	const char *marker;
	enum phrase phrase;
} words[] = {
	{ "BUTTON", PHRASE_PAGE_SEND },
	{ "WORD_SKIP", PHRASE_PAGE_SKIP },
	{ "WORD_LANGUAGES", PHRASE_PAGE_LANGUAGES },
	{ "WORD_REQUIRED", PHRASE_PAGE_REQUIRED },
	{ "WORD_OPTIONAL", PHRASE_PAGE_OPTIONAL },
	{ "WORD_DEPENDS", PHRASE_PAGE_DEPENDS },
	{ "WORD_WORK", PHRASE_PAGE_WORK },
	{ "WORD_CHOOSE", PHRASE_PAGE_CHOOSE },
	{ "WORD_TRAP", PHRASE_PAGE_TRAP },
	{ "WORD_CONSENTS", PHRASE_PAGE_CONSENTS },
	{ "WORD_ERRORS", PHRASE_PAGE_ERRORS },
	{ "WORD_ERROR_PREFIX", PHRASE_PAGE_ERROR_PREFIX },
	{ "WORD_BACK", PHRASE_PAGE_BACK },
	{ "WORD_DOWNLOAD", PHRASE_PAGE_DOWNLOAD },
	{ "WORD_LINK_EXPIRES", PHRASE_PAGE_LINK_EXPIRES },
	{ "WORD_PRIVACY", PHRASE_PAGE_PRIVACY },
	{ "WORD_MEASURE", PHRASE_PAGE_MEASURE },
	{ "WORD_FURTHER", PHRASE_PAGE_FURTHER },
	{ "WORD_COLON", PHRASE_PAGE_COLON },
	{ "FORM_TITLE", PHRASE_PAGE_FORM_TITLE },
	{ "FORM_NOTE", PHRASE_PAGE_FORM_NOTE },
	{ "BENEFITS_TITLE", PHRASE_PAGE_BENEFITS_TITLE },
	{ "INSIDE_TITLE", PHRASE_PAGE_INSIDE_TITLE },
	{ "FACTS_TITLE", PHRASE_PAGE_FACTS_TITLE },
	{ "NEXT_TITLE", PHRASE_PAGE_NEXT_TITLE },
	{ "PRIVACY_WHO_TITLE", PHRASE_PRIVACY_WHO_TITLE },
	{ "PRIVACY_WHO", PHRASE_PRIVACY_WHO },
	{ "PRIVACY_WHY_TITLE", PHRASE_PRIVACY_WHY_TITLE },
	{ "PRIVACY_WHY", PHRASE_PRIVACY_WHY },
	{ "PRIVACY_BASIS_TITLE", PHRASE_PRIVACY_BASIS_TITLE },
	{ "PRIVACY_BASIS", PHRASE_PRIVACY_BASIS },
	{ "PRIVACY_RECIPIENTS_TITLE", PHRASE_PRIVACY_RECIPIENTS_TITLE },
	{ "PRIVACY_RECIPIENTS", PHRASE_PRIVACY_RECIPIENTS },
	{ "PRIVACY_KEEP_TITLE", PHRASE_PRIVACY_KEEP_TITLE },
	{ "PRIVACY_RIGHTS_TITLE", PHRASE_PRIVACY_RIGHTS_TITLE },
	{ "PRIVACY_RIGHTS", PHRASE_PRIVACY_RIGHTS },
	{ "PRIVACY_COOKIE_TITLE", PHRASE_PRIVACY_COOKIE_TITLE },
	{ "PRIVACY_COOKIE", PHRASE_PRIVACY_COOKIE },
};

/* What a status is called, and what a visitor can do. */
static const struct status {
	int status;
	enum phrase title;
	enum phrase text;
} statuses[] = {
#define STATUS(n) { n, PHRASE_STATUS_##n, PHRASE_STATUS_##n##_TEXT }
	STATUS(400), STATUS(403), STATUS(404), STATUS(405), STATUS(410),
	STATUS(413), STATUS(414), STATUS(415), STATUS(429), STATUS(431),
	STATUS(500), STATUS(503),
#undef STATUS
};

static const char *const language_names[LANG_COUNT] = {
	[LANG_FR] = "Français", [LANG_EN] = "English",
};

/* The words are the same for every request: set once, read by all. */
static const struct view *words_of[LANG_COUNT];

static void
set_words(void)
{
	struct arena *a = arena_new(WORDS_BYTES_MAX);

	for (size_t l = 0; l < LANG_COUNT; l++) {
		struct view *v = view_new(a, NULL);

		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			view_set(v, words[i].marker,
			    phrase_in(words[i].phrase, (enum lang)l));
		view_set(v, "LANG", lang_code((enum lang)l));
		words_of[l] = v;
	}
}

static struct view *
new_view(struct arena *a, enum lang l)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_words);
	return view_new(a, words_of[l]);
}

static struct str
expand(struct arena *a, const struct picture *picture, struct str name,
    const struct view *v)
{
	const struct view_template *t = NULL;
	struct buf out = { .arena = a, .p = arena_take(a, USUAL_BYTES),
	    .capacity = USUAL_BYTES, .max = RENDER_BYTES_MAX };

	if (picture && picture->templates)
		t = template_find(picture->templates,
		    buf_join(a, STR("landing/"), name));
	if (!t)
		t = plain_page();
	view_expand(t, v, &out);
	return buf_str(&out);
}

static struct str
url_in(struct arena *a, struct str url, enum lang l)
{
	return buf_join(a, buf_join(a, url, STR("?lang=")), lang_code(l));
}

/* What brought somebody here stays theirs when they choose a language. */
static struct str
chosen_in(struct arena *a, enum lang l, struct str query)
{
	struct str url = url_in(a, STR_EMPTY, l);

	return query.n ? buf_join(a, buf_join(a, url, STR("&")), query) : url;
}

/* One page in several languages: each has an address of its own. */
static void
set_languages(struct arena *a, struct view *v, const struct render *r)
{
	if (r->page->langs < 2) {
		view_set(v, "CANONICAL_URL", r->url);
		return;
	}
	view_set(v, "CANONICAL_URL", url_in(a, r->url, r->lang));
	view_set(v, "DEFAULT_URL", r->url);
	for (size_t i = 0; i < r->page->langs; i++) {
		enum lang l = r->page->lang[i];
		struct view *language = view_add(v, "LANGUAGE");

		view_set(language, "LANGUAGE_CODE", lang_code(l));
		view_set(language, "LANGUAGE_NAME",
		    str_of(language_names[l]));
		view_set(language, "LANGUAGE_URL", url_in(a, r->url, l));
		view_set(language, l == r->lang ? "LANGUAGE_CURRENT" :
		    "LANGUAGE_OTHER", chosen_in(a, l, r->query));
	}
	view_set(v, "LANGUAGE_LIST", STR("1"));
}

/* Parts whose absence another part makes good. */
static void
set_heading(struct arena *a, struct view *v, const struct site_part *part,
    const struct render *r)
{
	size_t parts = r->variant->parts;
	struct str headline = site_part(part, parts, STR("headline"), r->lang);
	struct str title = site_part(part, parts, STR("title"), r->lang);

	if (!headline.n) {
		headline = r->page->key;
		view_set(v, "HEADLINE", headline);
	}
	title = title.n ? title : headline;
	if (r->form->stage.has_begun)
		title = buf_join(a, buf_join(a, formview_progress(a,
		    r->variant->form, r->form, r->lang), STR(" – ")), title);
	view_set(v, "PAGE_TITLE", title);
}

/* How long, by the setting, in words; and where to refuse to be measured. */
static void
set_privacy(struct arena *a, struct view *v, const struct render *r)
{
	int64_t years = r->kept_months / 12;
	bool is_whole = r->kept_months % 12 == 0;
	int64_t n = is_whole ? years : r->kept_months;
	enum phrase unit = is_whole ? n == 1 ? PHRASE_PRIVACY_YEAR :
	    PHRASE_PRIVACY_YEARS : n == 1 ? PHRASE_PRIVACY_MONTH :
	    PHRASE_PRIVACY_MONTHS;
	char digits[STR_I64_BYTES];
	struct str way;

	view_set(v, "PRIVACY_KEEP", phrase_fill(a, PHRASE_PRIVACY_KEEP,
	    r->lang, phrase_fill(a, unit, r->lang, str_from_i64(digits, n))));
	/* A frame keeps no cookie, and counts nobody. */
	if (r->is_embedded)
		return;
	way = buf_join(a, buf_join(a, STR("/p/"), r->page->key),
	    STR(RENDER_MEASURE_PATH));
	view_set(v, "MEASURE_URL", r->page->langs < 2 ? way :
	    url_in(a, way, r->lang));
}

static struct str
render_now(struct arena *a, const struct render *r)
{
	struct view *v = new_view(a, r->lang);

	const struct site_part *part = fill_parts(a, r->page, r->variant,
	    r->fill, r->lang);

	set_privacy(a, v, r);
	parts_fill(a, v, part, r->variant->parts, r->lang);
	set_heading(a, v, part, r);
	set_languages(a, v, r);
	view_set(v, "STATIC_URL", r->static_url);
	view_set(v, "ACTION", r->action);
	view_set(v, "TOKEN", r->token);
	view_set(v, "CHALLENGE", r->challenge);
	view_set(v, "WORK_NAME", STR(WORK_FIELD));
	view_set(v, "BEACON", r->is_counted ? r->token : STR_EMPTY);
	view_set(v, r->form->errors ? "NOTICE" : "NOTICE_ALONE", r->notice);
	formview_fill(a, v, r->variant->form, r->form, r->lang);
	view_set(v, "ORIGINS", r->origins);
	return expand(a, r->picture, r->is_embedded ? STR("embed") :
	    r->variant->template, v);
}

/* Is this the page as everybody first meets it, but for the token? */
static bool
is_first_view(const struct render *r)
{
	const struct form *f = r->variant->form;

	if (r->is_embedded || r->challenge.n || r->notice.n ||
	    r->form->errors || r->fill ||
	    r->form->sealed.n)
		return false;
	for (size_t i = 0; i < f->fields; i++)
		if (r->form->value[i].typed.n)
			return false;
	for (size_t i = 0; i < f->consents; i++)
		if (r->form->granted[i])
			return false;
	return true;
}

struct str
render_page(struct arena *a, const struct render *r)
{
	if (r->picture && r->picture->frozen && is_first_view(r))
		return frozen_page(r->picture->frozen, a, r, render_now);
	return render_now(a, r);
}

struct str
render_thanks(struct arena *a, const struct render *r, struct str asset_url,
    struct str delivery)
{
	struct view *v = new_view(a, r->lang);

	if (r->variant)
		view_set(v, "BRAND", site_part(r->variant->part,
		    r->variant->parts, STR("brand"), r->lang));
	view_set(v, "HEADLINE", phrase_in(PHRASE_PAGE_THANKS, r->lang));
	parts_fill(a, v, r->page->thanks, r->page->thanks_parts, r->lang);
	view_set(v, "STATIC_URL", r->static_url);
	view_set(v, "ASSET_URL", asset_url);
	view_set(v, "DELIVERY", delivery);
	view_set(v, "BACK_URL", r->action);
	view_set(v, "FURTHER_URL", r->further);
	view_set(v, "OBSERVED", r->observed);
	view_set(v, "OBSERVED_AT", r->observed_at);
	view_set(v, "ORIGINS", r->origins);
	return expand(a, r->picture, r->is_embedded ? STR("embed-thanks") :
	    STR("thanks"), v);
}

/* In two lists: with a box, and without. */
static void
fill_choices(struct arena *a, struct view *v, struct view *form,
    const struct render_answer *r)
{
	struct view *lists[2] = { NULL, NULL };

	for (size_t i = 0; i < r->choices; i++) {
		const struct render_choice *c = &r->choice[i];
		struct view *list, *one;

		if (!lists[c->is_open])
			lists[c->is_open] = c->is_open ?
			    view_add(form, "CHOICES") : view_add(v, "ENDED");
		list = lists[c->is_open];
		view_set(list, "LEGEND", phrase_in(c->is_open ?
		    PHRASE_PREFERENCES_LEGEND : PHRASE_PREFERENCES_ENDED,
		    r->lang));
		view_set(list, "AGAIN", phrase_in(PHRASE_PREFERENCES_AGAIN,
		    r->lang));
		one = view_add(list, "CHOICE");
		view_set(one, "CHOICE_ID", buf_fmt(a, CHOICE_ID_BYTES_MAX,
		    "choice-%zu", i));
		view_set(one, "CHOICE_NAME", c->name);
		view_set(one, "CHOICE_TEXT", c->text);
	}
}

struct str
render_answer(struct arena *a, const struct render_answer *r)
{
	struct view *v = new_view(a, r->lang), *form = v;

	view_set(v, "STATIC_URL", r->static_url);
	view_set(v, "BRAND", r->brand);
	view_set(v, "HEADLINE", r->headline);
	view_set(v, "TEXT", r->text);
	view_set(v, "ASSET_URL", r->asset_url);
	view_set(v, "BACK_URL", r->back);
	if (r->action.n) {
		form = view_add(v, "FORM");
		view_set(form, "ACTION", r->action);
		view_set(form, "BUTTON", r->button);
		view_set(form, "STEP_SEND", r->button);	/* the plain page's */
		view_set(form, "CHECK_NAME", r->check);
		view_set(form, "CHECK_TEXT", r->check_text);
		if (r->hidden.n) {
			struct view *hidden = view_add(form, "HIDDEN");

			view_set(hidden, "HIDDEN_NAME", r->hidden);
			view_set(hidden, "HIDDEN_VALUE", STR("1"));
		}
	}
	fill_choices(a, v, form, r);
	return expand(a, r->picture, STR("confirm"), v);
}

struct str
render_desk(struct arena *a, const struct render_answer *r,
    const struct render_deed *deed, size_t deeds)
{
	struct view *v = new_view(a, r->lang), *list = NULL;

	view_set(v, "STATIC_URL", r->static_url);
	view_set(v, "BRAND", r->brand);
	view_set(v, "HEADLINE", r->headline);
	view_set(v, "TEXT", r->text);
	view_set(v, "ACTION", r->action);
	view_set(v, "DEED_NAME", STR(RENDER_DEED));
	view_set(v, "WORDS_NAME", STR(RENDER_DEED_WORDS));
	if (!deeds)
		view_set(v, "ALONE", STR("1"));
	else
		list = view_add(v, "DEEDS");
	for (size_t i = 0; i < deeds; i++) {
		struct view *d = view_add(list, "DEED");

		view_set(d, "DEED_ID", str_of(deed[i].name));
		view_set(d, "DEED_TITLE", deed[i].title);
		view_set(d, "DEED_BUTTON", deed[i].button);
		view_set(d, "DEED_LABEL", deed[i].label);
		view_set(d, "DEED_TYPED", deed[i].typed);
		view_set(d, "DEED_ERROR", deed[i].error);
	}
	return expand(a, r->picture, STR("desk"), v);
}

static const struct status *
find_status(int status)
{
	int kind = status < 500 ? 400 : 500;

	for (int wanted = status;; wanted = kind)
		for (size_t i = 0; i < sizeof statuses / sizeof statuses[0];
		    i++)
			if (statuses[i].status == wanted)
				return &statuses[i];
}

struct str
render_status(struct arena *a, const struct picture *picture,
    struct str static_url, int status, enum lang lang)
{
	const struct status *s = find_status(status);
	struct view *v = new_view(a, lang);

	view_set(v, "STATIC_URL", static_url);
	view_set(v, "STATUS", buf_fmt(a, STATUS_DIGITS, "%d", status));
	view_set(v, "HEADLINE", phrase_in(s->title, lang));
	view_set(v, "TEXT", phrase_in(s->text, lang));
	return expand(a, picture, STR("status"), v);
}
