/* Tests src/page/view.cc: escaping by place, levels, and many threads. */
#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "page/view.h"
#include "support/suite.h"

#define PRAGMA "{{%AUTOESCAPE context=\"HTML\"}}\n"
#define OUT_BYTES_MAX ((size_t)1 << 20)
#define EVIL "<b>\"'&"
#define EVIL_SAFE "&lt;b&gt;&quot;&#39;&amp;"

static struct view_template *
compiled(const char *text)
{
	struct buf whole, why;
	struct view_template *t;

	buf_init(&whole, suite_arena(), OUT_BYTES_MAX);
	buf_add(&whole, STR(PRAGMA));
	buf_add(&whole, str_of(text));
	buf_init(&why, suite_arena(), OUT_BYTES_MAX);
	t = view_compile(buf_str(&whole), &why);
	ck_assert_msg(t != NULL, "%.*s", STR_ARG(buf_str(&why)));
	return t;
}

static struct str
expanded(const char *text, const struct view *v)
{
	struct view_template *t = compiled(text);
	struct buf out;

	buf_init(&out, suite_arena(), OUT_BYTES_MAX);
	view_expand(t, v, &out);
	view_close(t);
	return buf_str(&out);
}

static const struct {
	const char *text;
	const char *value;
	const char *want;
} places[] = {
	{ "<p>{{A}}</p>", EVIL, "<p>" EVIL_SAFE "</p>" },
	{ "<p>{{A}}</p>", "</p><script>x()</script>",
	    "<p>&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</p>" },
	{ "<title>{{A}}</title>", "</title>",
	    "<title>&lt;/title&gt;</title>" },
	{ "<i title=\"{{A}}\"></i>", EVIL, "<i title=\"" EVIL_SAFE "\"></i>" },
	{ "<i title='{{A}}'></i>", EVIL, "<i title='" EVIL_SAFE "'></i>" },
	{ "<input value=\"{{A:p}}\">", "\" onfocus=x() a=\"",
	    "<input value=\"&quot; onfocus=x() a=&quot;\">" },
	{ "<textarea>\n{{A:p}}</textarea>", "one\n</textarea>\ttwo",
	    "<textarea>\none\n&lt;/textarea&gt;\ttwo</textarea>" },
	{ "<p>{{A}}</p>", "one\ntwo", "<p>one two</p>" },
	{ "<a href=\"{{A}}\">", "javascript:x()", "<a href=\"#\">" },
	{ "<a href=\"{{A}}\">", "JavaScript:x()", "<a href=\"#\">" },
	{ "<a href=\"{{A}}\">", "\tjavascript:x()", "<a href=\"#\">" },
	{ "<a href=\"{{A:p}}\">", "javascript:x()", "<a href=\"#\">" },
	{ "<a href=\"{{A}}\">", "data:text/html,x", "<a href=\"#\">" },
	{ "<a href=\"{{A}}\">", "https://example.org/?a=1&b=\"",
	    "<a href=\"https://example.org/?a=1&amp;b=&quot;\">" },
	{ "<a href=\"{{A}}\">", "?lang=fr", "<a href=\"?lang=fr\">" },
	{ "<form action=\"{{A}}\">", "javascript:x()", "<form action=\"#\">" },
	{ "<img src=\"{{A}}\">", "javascript:x()", "<img src=\"#\">" },
	{ "<a href=\"/x#{{A}}\">", EVIL, "<a href=\"/x#" EVIL_SAFE "\">" },
};

START_TEST(value_is_escaped_for_its_place)
{
	struct view *v = view_new(suite_arena(), NULL);

	view_set(v, "A", str_of(places[_i].value));
	ck_assert_str_same(expanded(places[_i].text, v),
	    str_of(places[_i].want));
} END_TEST

START_TEST(nul_and_odd_bytes_pass_through)
{
	struct view *v = view_new(suite_arena(), NULL);

	view_set(v, "A", STR("a\0<\xff"));
	ck_assert_str_same(expanded("{{A}}", v), STR("a\0&lt;\xff"));
} END_TEST

START_TEST(unknown_marker_is_empty)
{
	struct view *v = view_new(suite_arena(), NULL);

	ck_assert_str_same(expanded("[{{A}}{{#B}}x{{/B}}]", v), STR("[]"));
} END_TEST

START_TEST(last_value_counts)
{
	struct view *v = view_new(suite_arena(), NULL);

	view_set(v, "A", STR("first"));
	view_set(v, "A", STR("second"));
	ck_assert_str_same(expanded("{{A}}", v), STR("second"));
} END_TEST

START_TEST(section_repeats_in_order)
{
	struct view *v = view_new(suite_arena(), NULL);

	view_set(view_add(v, "ROW"), "A", STR("1"));
	view_set(view_add(v, "ROW"), "A", STR("2"));
	view_set(view_add(v, "ROW"), "A", STR("3"));
	ck_assert_str_same(expanded("{{#ROW}}{{A}},{{/ROW}}", v),
	    STR("1,2,3,"));
} END_TEST

START_TEST(level_looks_around_it)
{
	struct view *shared = view_new(suite_arena(), NULL);
	struct view *v = view_new(suite_arena(), shared), *row, *cell;

	view_set(shared, "A", STR("far"));
	view_set(shared, "B", STR("far"));
	view_set(shared, "C", STR("far"));
	view_set(v, "B", STR("near"));
	view_set(v, "C", STR("near"));
	row = view_add(v, "ROW");
	view_set(row, "C", STR("here"));
	cell = view_add(row, "CELL");
	view_set(cell, "D", STR("d"));
	ck_assert_str_same(expanded(
	    "{{#ROW}}{{#CELL}}{{A}} {{B}} {{C}} {{D}}{{/CELL}} [{{D}}]"
	    "{{/ROW}}", v), STR("far near here d []"));
} END_TEST

START_TEST(empty_value_hides_what_is_around)
{
	struct view *v = view_new(suite_arena(), NULL), *row;

	view_set(v, "A", STR("outer"));
	row = view_add(v, "ROW");
	view_set(row, "A", STR_EMPTY);
	ck_assert_str_same(expanded("{{#ROW}}[{{A}}{{#A}}x{{/A}}]{{/ROW}}", v),
	    STR("[]"));
} END_TEST

START_TEST(value_shows_a_section_of_its_name)
{
	struct view *v = view_new(suite_arena(), NULL);

	view_set(v, "A", STR("a"));
	view_set(v, "B", STR_EMPTY);
	ck_assert_str_same(expanded("{{#A}}<{{A}}>{{/A}}{{#B}}b{{/B}}", v),
	    STR("<a>"));
} END_TEST

START_TEST(section_of_around_is_shown_inside)
{
	struct view *v = view_new(suite_arena(), NULL), *row;

	view_set(view_add(v, "MARK"), "M", STR("m"));
	row = view_add(v, "ROW");
	view_set(row, "A", STR("a"));
	ck_assert_str_same(expanded(
	    "{{#ROW}}{{A}}{{#MARK}}{{M}}{{/MARK}}{{/ROW}}", v), STR("am"));
} END_TEST

/* More names than one chunk of slots, and than there are chains. */
START_TEST(many_markers_are_all_found)
{
	struct view *v = view_new(suite_arena(), NULL);
	struct buf text, want;

	buf_init(&text, suite_arena(), OUT_BYTES_MAX);
	buf_init(&want, suite_arena(), OUT_BYTES_MAX);
	for (unsigned i = 0; i < 500; i++) {
		struct str name = arena_copy(suite_arena(),
		    buf_fmt(suite_arena(), 20, "M%u", i));

		view_set(v, name.p, name);
		buf_addf(&text, "{{M%u}} ", i);
		buf_addf(&want, "M%u ", i);
	}
	buf_byte(&text, '\0');
	ck_assert_str_same(expanded(text.p, v), buf_str(&want));
} END_TEST

START_TEST(refusal_says_why)
{
	struct buf why;

	buf_init(&why, suite_arena(), OUT_BYTES_MAX);
	ck_assert_ptr_null(view_compile(STR(PRAGMA "{{#A}}"), &why));
	ck_assert_uint_gt(why.n, 0);
	ck_assert_ptr_null(view_compile(STR(PRAGMA "<a href={{A}}>"), &why));
} END_TEST

START_TEST(output_stops_at_its_maximum)
{
	struct view *v = view_new(suite_arena(), NULL);
	struct view_template *t = compiled("{{A}}{{A}}");
	struct buf out;

	view_set(v, "A", STR("12345"));
	buf_init(&out, suite_arena(), 10);
	view_expand(t, v, &out);
	ck_assert_str_same(buf_str(&out), STR("1234512345"));
	buf_init(&out, suite_arena(), 9);
	view_expand(t, v, &out);
	ck_assert(out.full);
	view_close(t);
} END_TEST

#define THREADS 4
#define EXPANSIONS 10000

struct worker {
	pthread_t thread;
	const struct view_template *t;
	const struct view *shared;
	size_t wrong;
};

static void *
expand_often(void *context)
{
	struct worker *w = context;
	struct arena *a = arena_new(OUT_BYTES_MAX);

	for (int i = 0; i < EXPANSIONS / THREADS; i++) {
		struct view *v = view_new(a, w->shared);
		struct buf out;

		view_set(view_add(v, "ROW"), "A", STR("<1>"));
		view_set(view_add(v, "ROW"), "A", STR("<2>"));
		buf_init(&out, a, 1000);
		view_expand(w->t, v, &out);
		w->wrong += !str_eq(buf_str(&out),
		    STR("all: &lt;1&gt;&lt;2&gt; <a href=\"#\">"));
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

START_TEST(threads_share_a_template)
{
	struct view *shared = view_new(suite_arena(), NULL);
	struct view_template *t = compiled(
	    "{{WORD}}: {{#ROW}}{{A}}{{/ROW}} <a href=\"{{URL}}\">");
	struct worker worker[THREADS];

	view_set(shared, "WORD", STR("all"));
	view_set(shared, "URL", STR("javascript:x()"));
	for (int i = 0; i < THREADS; i++) {
		worker[i] = (struct worker){ .t = t, .shared = shared };
		ck_assert_int_eq(pthread_create(&worker[i].thread, NULL,
		    expand_often, &worker[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		ck_assert_uint_eq(worker[i].wrong, 0);
	}
	view_close(t);
} END_TEST

SUITE(view)
{
	SUITE_LOOP(value_is_escaped_for_its_place, COUNT(places));
	SUITE_TEST(nul_and_odd_bytes_pass_through);
	SUITE_TEST(unknown_marker_is_empty);
	SUITE_TEST(last_value_counts);
	SUITE_TEST(section_repeats_in_order);
	SUITE_TEST(level_looks_around_it);
	SUITE_TEST(empty_value_hides_what_is_around);
	SUITE_TEST(value_shows_a_section_of_its_name);
	SUITE_TEST(section_of_around_is_shown_inside);
	SUITE_TEST(many_markers_are_all_found);
	SUITE_TEST(refusal_says_why);
	SUITE_TEST(output_stops_at_its_maximum);
	SUITE_TEST(threads_share_a_template);
}
