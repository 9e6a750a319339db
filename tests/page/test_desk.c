/* Tests the page of src/page/render.c on which a seller answers. */
#include <stdio.h>
#include <string.h>

#include "page/render.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "support/suite.h"

#define EVIL "</textarea>\"><script>x('&')</script>"

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

static struct str
desk(const struct render_deed *deed, size_t deeds)
{
	struct render_answer r = { .picture = picture(),
		.static_url = STR("/static"), .lang = LANG_EN,
		.headline = STR("Lead 1"), .text = STR("Yours."),
		.action = STR("/s/TOKEN") };

	return render_desk(suite_arena(), &r, deed, deeds);
}

static bool
has(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

/* A form each; what is typed has a label, a mistake is told at its place. */
START_TEST(each_deed_has_a_form)
{
	const struct render_deed deed[] = {
		{ "accept", STR("I take it"), STR("Accept"), STR_EMPTY,
		    STR_EMPTY, STR_EMPTY },
		{ "note", STR("A note"), STR("Save"), STR("The note"),
		    STR(EVIL), STR("Too long.") },
	};
	struct str page = desk(deed, 2);
	static const char *const parts[] = { "<html lang=\"en\">",
		"<section class=\"panel\" id=\"accept\""
		" aria-labelledby=\"accept-title\">", "name=\"deed\""
		" value=\"note\"", "<label for=\"note-words\">The note",
		"id=\"note-error\" role=\"alert\">Too long.",
		"aria-invalid=\"true\" aria-describedby=\"note-error\"",
		"&lt;/textarea&gt;&quot;&gt;&lt;script&gt;" };

	for (size_t i = 0; i < COUNT(parts); i++)
		ck_assert_msg(has(page, parts[i]), "no %s in %.*s", parts[i],
		    STR_ARG(page));
	ck_assert(!has(page, "accept-words"));
	ck_assert(!has(page, "<script"));
	ck_assert(!has(page, "class=\"short\""));
} END_TEST

START_TEST(what_is_over_has_none)
{
	struct str page = desk(NULL, 0);

	ck_assert(has(page, "<body class=\"short\">"));
	ck_assert(has(page, "Yours."));
	ck_assert(!has(page, "<form"));
	ck_assert(!has(page, "desk"));
} END_TEST

SUITE(desk)
{
	SUITE_TEST(each_deed_has_a_form);
	SUITE_TEST(what_is_over_has_none);
}
