/* Tests the pages of src/page/render.c that have one button, or none. */
#include <stdio.h>
#include <string.h>

#include "page/render.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "support/suite.h"

#define EVIL "\"><script>x('&')</script>"

static const struct picture *
picture(void)
{
	static struct template_set *templates;
	static struct picture p;

	if (!templates)
		ck_assert_int_eq(template_load(STR("templates"), &templates,
		    stderr), OK);
	p.templates = templates;
	return &p;
}

static bool
has(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

static struct render_answer
usual(void)
{
	return (struct render_answer){ .picture = picture(),
		.static_url = STR("/static"), .lang = LANG_EN,
		.brand = STR("Brand"), .headline = STR("Headline"),
		.text = STR("Some text.") };
}

START_TEST(button_is_the_only_thing_that_posts)
{
	struct render_answer r = usual();
	struct str page;

	r.action = STR("/c/TOKEN");
	r.button = STR("Confirm");
	if (_i)
		r.picture = NULL;
	page = render_answer(suite_arena(), &r);
	ck_assert(has(page, "<html lang=\"en\">"));
	ck_assert(has(page, "<h1>Headline</h1>"));
	ck_assert(has(page, "Some text."));
	ck_assert(has(page, "method=\"post\" action=\"/c/TOKEN\""));
	ck_assert(has(page, "<button type=\"submit\">Confirm</button>"));
	ck_assert(!has(page, "name=\"again\""));
	ck_assert(!has(page, "checkbox"));
	ck_assert(!has(page, "/a/"));
	r.hidden = STR("again");
	page = render_answer(suite_arena(), &r);
	ck_assert(has(page, "name=\"again\" value=\"1\""));
} END_TEST

START_TEST(box_is_not_ticked)
{
	struct render_answer r = usual();
	struct str page;

	r.action = STR("/u/TOKEN");
	r.check = STR("all");
	r.check_text = STR("All of it");
	page = render_answer(suite_arena(), &r);
	ck_assert(has(page, "type=\"checkbox\" id=\"also\" name=\"all\""));
	ck_assert(has(page, "<label for=\"also\">All of it</label>"));
	ck_assert(!has(page, "checked"));
} END_TEST

START_TEST(asset_stands_on_the_page)
{
	struct render_answer r = usual();
	struct str page;

	r.asset_url = STR("/a/p?t=TOKEN");
	if (_i)
		r.picture = NULL;
	page = render_answer(suite_arena(), &r);
	ck_assert(has(page, "href=\"/a/p?t=TOKEN\""));
	ck_assert(!has(page, "<form"));
} END_TEST

START_TEST(values_stay_values)
{
	struct render_answer r = usual();
	struct str page;

	r.brand = r.headline = r.text = r.action = r.button = r.hidden =
	    r.check = r.check_text = STR(EVIL);
	page = render_answer(suite_arena(), &r);
	ck_assert(!has(page, "<script"));
	ck_assert(has(page, "&lt;script&gt;"));
} END_TEST

SUITE(answer)
{
	SUITE_LOOP(button_is_the_only_thing_that_posts, 2);
	SUITE_TEST(box_is_not_ticked);
	SUITE_LOOP(asset_stands_on_the_page, 2);
	SUITE_TEST(values_stay_values);
}
