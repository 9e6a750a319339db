/*
 * Tests src/page/frozen.c: what is put together is what would be rendered,
 * and whatever does not fit is rendered.
 */
#include <pthread.h>

#include "base/buf.h"
#include "page/frozen.h"
#include "page/render.h"
#include "page/site.h"
#include "support/suite.h"

#define PAGE_BYTES_MAX 1000
#define ROOM ((size_t)1 << 20)

static const struct site_variant variants[] = {
	{ .key = { "a", 1 } }, { .key = { "b", 1 } },
};
static const struct site_page pages[] = {
	{ .key = { "one", 3 }, .variant = variants, .variants = 2 },
	{ .key = { "two", 3 }, .variant = &variants[1], .variants = 1 },
};
static const struct site site = { .page = pages, .pages = COUNT(pages) };

static _Thread_local unsigned renderings;

/* All that a page may depend on. */
static struct str
render_once(struct arena *a, const struct render *r)
{
	struct buf b;

	renderings++;
	buf_init(&b, a, PAGE_BYTES_MAX);
	buf_addf(&b, "%.*s %.*s %.*s %.*s %.*s %.*s [", STR_ARG(r->page->key),
	    STR_ARG(r->variant->key), STR_ARG(lang_code(r->lang)),
	    STR_ARG(r->url), STR_ARG(r->action), STR_ARG(r->static_url));
	buf_addf(&b, "%.*s] end", STR_ARG(r->token));
	return buf_str(&b);
}

/* The script has the token before the form. */
static struct str
render_script(struct arena *a, const struct render *r)
{
	struct str once = render_once(a, r);

	return r->is_counted ? buf_fmt(a, PAGE_BYTES_MAX, "head (%.*s) %.*s",
	    STR_ARG(r->token), STR_ARG(once)) : once;
}

/* As often as a page is cut, and once more. */
static struct str
render_often(struct arena *a, const struct render *r, int times)
{
	struct buf b;

	renderings++;
	buf_init(&b, a, PAGE_BYTES_MAX);
	while (times--)
		buf_addf(&b, "(%.*s) ", STR_ARG(r->token));
	return buf_str(&b);
}

static struct str
render_4_times(struct arena *a, const struct render *r)
{
	return render_often(a, r, 4);
}

static struct str
render_5_times(struct arena *a, const struct render *r)
{
	return render_often(a, r, 5);
}

static struct render
asked(size_t page, size_t variant, enum lang l, const char *token)
{
	return (struct render){ .page = &pages[page],
	    .variant = &pages[page].variant[variant], .lang = l,
	    .url = STR("https://example.org/p"), .action = STR("/p"),
	    .static_url = STR("/static"), .token = str_of(token) };
}

static const struct {
	size_t page;
	size_t variant;
	enum lang lang;
} places[] = {
	{ 0, 0, LANG_FR }, { 0, 0, LANG_EN }, { 0, 1, LANG_FR },
	{ 0, 1, LANG_EN }, { 1, 0, LANG_FR }, { 1, 0, LANG_EN },
};

START_TEST(each_page_is_rendered_once)
{
	struct frozen *f = frozen_new(&site, ROOM);
	struct arena *a = suite_arena();

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(places); i++) {
			struct render r = asked(places[i].page,
			    places[i].variant, places[i].lang,
			    round ? "abc.DEF-09_" : "x");
			struct str got;

			renderings = 0;
			got = frozen_page(f, a, &r, render_once);
			ck_assert_uint_eq(renderings, round ? 0 : 1);
			ck_assert_str_same(got, render_once(a, &r));
		}
	}
	frozen_free(f);
} END_TEST

/* Page, variant or address that isn't the kept one. */
static const struct {
	const char *token;
	const char *action;
	bool has_own_page;
} strangers[] = {
	{ "", "/q", false },
	{ "token", "/p?variant=b", false },
	{ "token", "/p", true },
};

START_TEST(what_differs_is_rendered)
{
	struct frozen *f = frozen_new(&site, ROOM);
	struct render kept = asked(0, 0, LANG_FR, "token"), r = kept;
	struct site_page own = pages[0];

	frozen_page(f, suite_arena(), &kept, render_once);
	r.token = str_of(strangers[_i].token);
	r.action = str_of(strangers[_i].action);
	if (strangers[_i].has_own_page)
		r.page = &own;
	renderings = 0;
	ck_assert_str_same(frozen_page(f, suite_arena(), &r, render_once),
	    render_once(suite_arena(), &r));
	ck_assert_uint_eq(renderings, 2);
	frozen_free(f);
} END_TEST

START_TEST(empty_token_is_fine)
{
	struct frozen *f = frozen_new(&site, ROOM);
	struct render r = asked(0, 0, LANG_FR, "");

	ck_assert_str_same(frozen_page(f, suite_arena(), &r, render_once),
	    render_once(suite_arena(), &r));
	frozen_free(f);
} END_TEST

/* With a script and without, and a token as often as can be, and oftener. */
static const struct {
	frozen_fn *render;
	bool is_counted;
	unsigned renderings;	/* of two */
} scripts[] = {
	{ render_script, true, 1 }, { render_script, false, 1 },
	{ render_4_times, true, 1 }, { render_5_times, true, 3 },
};

START_TEST(script_is_put_in_its_place)
{
	struct frozen *f = frozen_new(&site, ROOM);
	struct arena *a = suite_arena();
	struct render r = asked(0, 0, LANG_FR, "token"), other = r;
	unsigned count;

	/* Pages with and without a script are kept apart. */
	other.is_counted = !scripts[_i].is_counted;
	r.is_counted = scripts[_i].is_counted;
	frozen_page(f, a, &other, scripts[_i].render);
	renderings = 0;
	for (int round = 0; round < 2; round++) {
		struct str got;

		r.token = round ? STR("later") : STR("token");
		got = frozen_page(f, a, &r, scripts[_i].render);
		count = renderings;
		ck_assert_str_same(got, scripts[_i].render(a, &r));
		renderings = count;
	}
	ck_assert_uint_eq(count, scripts[_i].renderings);
	frozen_free(f);
} END_TEST

static struct str
render_link(struct arena *a, const struct render *r, const char *and)
{
	struct str once = render_once(a, r), query = r->query, pair;
	struct buf b;

	buf_init(&b, a, PAGE_BYTES_MAX);
	buf_addf(&b, "%.*s ?lang=en", STR_ARG(once));
	while (query.n) {
		str_cut(query, '&', &pair, &query);
		buf_addf(&b, "%s%.*s", and, STR_ARG(pair));
	}
	buf_add(&b, STR("\" end"));
	return buf_str(&b);
}

static struct str
render_languages(struct arena *a, const struct render *r)
{
	return render_link(a, r, "&amp;");
}

static struct str
render_languages_oddly(struct arena *a, const struct render *r)
{
	return render_link(a, r, "&");
}

static const char *const asked_for[] = { "", "a=1", "a=1&b=%C3%A9&c" };

START_TEST(a_query_goes_on_in_another_language)
{
	struct frozen *f = frozen_new(&site, ROOM);
	struct arena *a = suite_arena();
	frozen_fn *render = _i ? render_languages_oddly : render_languages;
	struct render r = asked(0, 0, LANG_FR, "token");
	unsigned count;

	frozen_page(f, a, &r, render);
	for (size_t i = 0; i < COUNT(asked_for); i++) {
		struct str got;

		r.query = str_of(asked_for[i]);
		renderings = 0;
		got = frozen_page(f, a, &r, render);
		count = renderings;
		ck_assert_str_same(got, render(a, &r));
		ck_assert_int_eq(count > 0, _i);
	}
	frozen_free(f);
} END_TEST

/* Ask for the page of a place; was it rendered for that? */
static bool
is_rendered(struct frozen *f, size_t place)
{
	struct render r = asked(places[place].page, places[place].variant,
	    places[place].lang, "token");
	unsigned before = renderings;
	struct str got = frozen_page(f, suite_arena(), &r, render_once);
	bool is = renderings != before;

	ck_assert_str_same(got, render_once(suite_arena(), &r));
	return is;
}

/* The smallest bytes_max with which the page of a place is kept. */
static size_t
room_for(size_t place)
{
	for (size_t room = 0; room < PAGE_BYTES_MAX; room++) {
		struct frozen *f = frozen_new(&site, room);
		bool is_kept = is_rendered(f, place) && !is_rendered(f, place);

		frozen_free(f);
		if (is_kept)
			return room;
	}
	ck_abort_msg("a page is never kept");
}

START_TEST(room_is_bounded)
{
	size_t one = room_for(0), other = room_for(1);

	for (size_t room = one + other - 1; room <= one + other; room++) {
		struct frozen *f = frozen_new(&site, room);

		ck_assert(is_rendered(f, 0));
		ck_assert(is_rendered(f, 1));
		ck_assert(!is_rendered(f, 0));
		ck_assert_int_eq(is_rendered(f, 1), room < one + other);
		frozen_free(f);
	}
	frozen_free(NULL);
} END_TEST

#define THREADS 4

static void *
ask_often(void *context)
{
	struct arena *a = arena_new(ROOM);
	size_t wrong = 0;

	for (size_t i = 0; i < 5000; i++) {
		struct render r = asked(places[i % COUNT(places)].page,
		    places[i % COUNT(places)].variant,
		    places[i % COUNT(places)].lang, "token");

		wrong += !str_eq(frozen_page(context, a, &r, render_once),
		    render_once(a, &r));
		arena_reset(a);
	}
	arena_free(a);
	return wrong ? context : NULL;
}

START_TEST(threads_share_what_is_kept)
{
	size_t room = 0;
	struct frozen *f;
	pthread_t thread[THREADS];
	void *wrong;

	for (size_t i = 0; i < COUNT(places); i++)
		room += room_for(i);
	f = frozen_new(&site, room);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, ask_often,
		    f), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
	/* Whoever lost a race has given its bytes back: all have room. */
	for (size_t i = 0; i < COUNT(places); i++)
		is_rendered(f, i);
	for (size_t i = 0; i < COUNT(places); i++)
		ck_assert(!is_rendered(f, i));
	frozen_free(f);
} END_TEST

SUITE(frozen)
{
	SUITE_TEST(each_page_is_rendered_once);
	SUITE_LOOP(what_differs_is_rendered, COUNT(strangers));
	SUITE_TEST(empty_token_is_fine);
	SUITE_LOOP(script_is_put_in_its_place, COUNT(scripts));
	SUITE_LOOP(a_query_goes_on_in_another_language, 2);
	SUITE_TEST(room_is_bounded);
	SUITE_TEST(threads_share_what_is_kept);
}
