/*
 * Tests src/page/formview.c where the golden pages of test_render.c have no
 * example: what is wrong where the visitor sees no field, and boxes.
 */
#include "base/buf.h"
#include "form/form.h"
#include "page/formview.h"
#include "page/plain.h"
#include "page/view.h"
#include "support/suite.h"

#define OUT_BYTES_MAX ((size_t)1 << 20)
#define BOTH(text) { { STR(text), STR(text) } }

static const struct field fields[] = {
	{ .name = STR("ref"), .kind = FIELD_HIDDEN, .label = BOTH("Ref"),
	    .chars_max = 5 },
	{ .name = STR("terms"), .kind = FIELD_CONSENT },
	{ .name = STR("name"), .kind = FIELD_NAME },
	{ .name = STR("why"), .kind = FIELD_NAME, .label = BOTH("Why?") },
};
static const struct form form = {
	.country = STR("FR"), .field = fields, .fields = COUNT(fields),
};

static const char text[] = "{{%AUTOESCAPE context=\"HTML\"}}\n"
    "{{#ERROR}}[{{ERROR_ID}}={{ERROR_LABEL}}{{ERROR_BETWEEN}}{{ERROR_TEXT}}]"
    "{{/ERROR}}"
    "{{#HIDDEN}}({{HIDDEN_NAME}}={{HIDDEN_VALUE}})"
    "{{#HIDDEN_ERROR}}!{{/HIDDEN_ERROR}}{{/HIDDEN}}"
    "{{#FIELD}}({{FIELD_NAME}}={{FIELD_VALUE}}){{/FIELD}}";

static struct str
expanded(const struct view_template *t, struct str_pair post,
    enum field_error blamed)
{
	struct view *v = view_new(suite_arena(), NULL);
	struct form_result r;
	struct buf out;

	form_check(suite_arena(), &form, &post, 1, &r);
	if (blamed)
		form_blame(suite_arena(), &form, post.name, blamed, &r);
	formview_fill(suite_arena(), v, &form, &r, LANG_EN);
	buf_init(&out, suite_arena(), OUT_BYTES_MAX);
	view_expand(t, v, &out);
	return buf_str(&out);
}

static const struct {
	struct str_pair post;
	enum field_error blamed;
	const char *shown;
} views[] = {
	{ { STR("ref"), STR("fine") }, FIELD_FINE,
	    "(ref=fine)(terms=)(name=)(why=)" },
	/* It comes back empty: nobody could correct it. */
	{ { STR("ref"), STR("too long") }, FIELD_FINE,
	    "[form=Ref: Something this page adds to your answers was not"
	    " valid. It has been removed: please send again.](ref=)!(terms=)"
	    "(name=)(why=)" },
	{ { STR("ref"), STR("fine") }, FIELD_DAMAGED,
	    "[form=Ref: Something this page adds to your answers was not"
	    " valid. It has been removed: please send again.](ref=)!(terms=)"
	    "(name=)(why=)" },
	/* A box is ticked by the one value that ticks it. */
	{ { STR("terms"), STR("1") }, FIELD_FINE,
	    "(ref=)(terms=1)(name=)(why=)" },
	{ { STR("terms"), STR("0") }, FIELD_FINE,
	    "[f-terms=: Choose one of the answers offered.](ref=)(terms=)"
	    "(name=)(why=)" },
	{ { STR("name"), STR("100%zz") }, FIELD_DAMAGED,
	    "[f-name=: Check this answer, it reached us damaged.](ref=)"
	    "(terms=)(name=100%zz)(why=)" },
	/* A question has a sign of its own. */
	{ { STR("why"), STR("100%zz") }, FIELD_DAMAGED,
	    "[f-why=Why? Check this answer, it reached us damaged.](ref=)"
	    "(terms=)(name=)(why=100%zz)" },
	{ { STR("name"), STR_EMPTY }, FIELD_IS_FILE,
	    "[f-name=: Write your answer here, this field does not take a"
	    " file.](ref=)(terms=)(name=)(why=)" },
};

START_TEST(what_is_wrong_is_said)
{
	struct view_template *t;
	struct buf why;

	buf_init(&why, suite_arena(), OUT_BYTES_MAX);
	t = view_compile(str_of(text), &why);
	ck_assert_ptr_nonnull(t);
	ck_assert_str_same(str_trim(expanded(t, views[_i].post,
	    views[_i].blamed)), str_of(views[_i].shown));
	view_close(t);
} END_TEST

/* The page without templates has no summary, and says it all the same. */
START_TEST(the_plain_page_says_it_too)
{
	static const struct { const char *value; bool is_wrong; } refs[] = {
		{ "fine", false }, { "too long", true },
	};

	for (size_t i = 0; i < COUNT(refs); i++)
		ck_assert_int_eq(str_has_fold(expanded(plain_page(),
		    (struct str_pair){ STR("ref"), str_of(refs[i].value) },
		    FIELD_FINE), STR("It has been removed")),
		    refs[i].is_wrong);
} END_TEST

static const char ticks[] = "{{%AUTOESCAPE context=\"HTML\"}}\n"
    "{{#FIELD}}{{#OPTION}}{{OPTION_VALUE}}"
    "{{#OPTION_CHOSEN}}!{{/OPTION_CHOSEN}}{{/OPTION}}{{/FIELD}}"
    "{{#CONSENT}}{{CONSENT_NAME}}"
    "{{#CONSENT_GRANTED}}!{{/CONSENT_GRANTED}}{{/CONSENT}}";

/* However a marketer's parts are called. */
START_TEST(only_the_visitor_ticks_and_chooses)
{
	static const struct field_option options[] = {
		{ .value = STR("a") }, { .value = STR("b") },
	};
	static const struct field choice = { .name = STR("size"),
	    .kind = FIELD_CHOICE, .option = options,
	    .options = COUNT(options) };
	static const struct form_consent consents[] = {
		{ .key = STR("x") }, { .key = STR("y") },
	};
	static const struct form asking = { .field = &choice, .fields = 1,
	    .consent = consents, .consents = COUNT(consents) };
	static const struct str_pair post[] = {
		{ STR("size"), STR("b") }, { STR("consent.y"), FIELD_TICKED },
	};
	static const char *const want[] = { "abconsent.xconsent.y",
	    "ab!consent.xconsent.y", "ab!consent.xconsent.y!" };
	struct view_template *t;
	struct buf why, out;

	buf_init(&why, suite_arena(), OUT_BYTES_MAX);
	t = view_compile(str_of(ticks), &why);
	ck_assert_ptr_nonnull(t);
	for (size_t posted = 0; posted <= COUNT(post); posted++) {
		struct view *v = view_new(suite_arena(), NULL);
		struct form_result r;

		view_set(v, "OPTION_CHOSEN", STR("a part"));
		view_set(v, "CONSENT_GRANTED", STR("a part"));
		form_check(suite_arena(), &asking, post, posted, &r);
		formview_fill(suite_arena(), v, &asking, &r, LANG_EN);
		buf_init(&out, suite_arena(), OUT_BYTES_MAX);
		view_expand(t, v, &out);
		ck_assert_str_same(str_trim(buf_str(&out)),
		    str_of(want[posted]));
	}
	view_close(t);
} END_TEST

/* Kinds that show more than a line of text. */
static const struct field_option themes[] = {
	{ .value = STR("a"), .label = BOTH("Heat") },
	{ .value = STR("b"), .label = BOTH("Light") },
};
static const struct str of_light[] = { STR("b") };
static const struct str of_two[] = { STR("FR"), STR("BE") };
static const struct field kinds[] = {
	{ .name = STR("t"), .kind = FIELD_CHOICES, .label = BOTH("Themes"),
	    .option = themes, .options = COUNT(themes),
	    .bounds = { .has_max = true, .max = 1 } },
	{ .name = STR("c"), .kind = FIELD_COUNTRY, .label = BOTH("Where") },
	{ .name = STR("n"), .kind = FIELD_NUMBER, .is_required = true,
	    .show_if = { 0, of_light, 1 }, .required_if = { 1, of_two, 2 } },
	{ .name = STR("d"), .kind = FIELD_DATE, .bounds = { .has_min = true,
	    .min = 20260101, .has_max = true, .max = 20261231 } },
	{ .name = STR("l"), .kind = FIELD_LONG_TEXT, .chars_max = 4000 },
	{ .name = STR("f"), .kind = FIELD_FILE, .media = 1,
	    .bytes_max = 1 << 20 },
	{ .name = STR("s"), .kind = FIELD_HIDDEN, .from = FIELD_FROM_SOURCE },
};
static const struct form whole = {
	.country = STR("FR"), .field = kinds, .fields = COUNT(kinds),
};

static const struct {
	const char *text;	/* of a template, behind its first line */
	struct str_pair post;
	const char *shown;
} looks[] = {
	{ "{{#FILES}}files{{/FILES}}", { STR("x"), STR("") }, "files" },
	{ "{{#FIELD}}{{#CHOICES}}({{#OPTION}}[{{OPTION_ID}} {{OPTION_LABEL}}"
	    "{{#OPTION_CHOSEN}}!{{/OPTION_CHOSEN}}]{{/OPTION}})"
	    "{{/CHOICES}}{{#LABEL}}L{{/LABEL}}{{/FIELD}}",
	    { STR("t"), STR("b") }, "([f-t Heat][f-t-1 Light!])LLLLL" },
	/* Conditions, bounds and files are told in words. */
	{ "{{#FIELD}}{{#FIELD_NOTE}}({{FIELD_NOTE}} {{FIELD_DESCRIBEDBY}})"
	    "{{/FIELD_NOTE}}{{/FIELD}}", { STR("x"), STR("") },
	    "(Boxes to tick: 1 at most. f-t-note)"
	    "(Only to be filled in if “Themes: Light”. Required if “Where:"
	    " France, Belgium”. f-n-note)(PDF, at most 1\u00a0MB. f-f-note)" },
	{ "{{#FIELD}}{{#FIELD_REQUIRED}}R{{/FIELD_REQUIRED}}"
	    "{{#FIELD_OPTIONAL}}O{{/FIELD_OPTIONAL}}"
	    "{{#FIELD_DEPENDS}}D{{/FIELD_DEPENDS}}{{/FIELD}}",
	    { STR("x"), STR("") }, "OODOOO" },
	{ "{{#FIELD}}{{#INPUT}}({{FIELD_TYPE}} {{FIELD_INPUTMODE}}"
	    " {{FIELD_LOWEST}} {{FIELD_HIGHEST}} {{FIELD_MAX}}"
	    " {{FIELD_VALUE}}){{/INPUT}}{{/FIELD}}",
	    { STR("d"), STR("2026-02-03") },
	    "(text numeric   0 )(date  2026-01-01 2026-12-31  2026-02-03)" },
	/* A browser would show nothing of what is no date of its own. */
	{ "{{#FIELD}}{{#INPUT}}{{FIELD_TYPE}}:{{FIELD_VALUE}} {{/INPUT}}"
	    "{{/FIELD}}", { STR("d"), STR("31/12/26") },
	    "text: text:31/12/26" },
	{ "{{#FIELD}}{{#TEXTAREA}}{{FIELD_ROWS}}{{/TEXTAREA}}{{#FILE}}"
	    "{{FIELD_ACCEPT}}{{/FILE}}{{/FIELD}}", { STR("x"), STR("") },
	    "8.pdf" },
	/* What the server fills in stays on the server. */
	{ "{{#HIDDEN}}{{HIDDEN_NAME}}{{/HIDDEN}}.", { STR("s"), STR("x") },
	    "." },
	{ "{{#ERROR}}{{ERROR_ID}}: {{ERROR_TEXT}}{{/ERROR}}",
	    { STR("t"), STR("c") }, "f-t: Choose one of the answers offered."
	},
};

START_TEST(kinds_are_shown_as_they_are)
{
	struct view *v = view_new(suite_arena(), NULL);
	struct view_template *t;
	struct form_result r;
	struct buf why, out;

	buf_init(&why, suite_arena(), OUT_BYTES_MAX);
	t = view_compile(buf_join(suite_arena(),
	    STR("{{%AUTOESCAPE context=\"HTML\"}}\n"),
	    str_of(looks[_i].text)), &why);
	ck_assert_ptr_nonnull(t);
	/* A marketer's parts may be called as they like. */
	view_set(v, "CHOICES", STR("a part"));
	view_set(v, "FIELD_NOTE", STR("a part"));
	view_set(v, "LABEL", STR("a part"));
	form_check(suite_arena(), &whole, &looks[_i].post, 1, &r);
	formview_fill(suite_arena(), v, &whole, &r, LANG_EN);
	buf_init(&out, suite_arena(), OUT_BYTES_MAX);
	view_expand(t, v, &out);
	ck_assert_str_same(str_trim(buf_str(&out)), str_of(looks[_i].shown));
	view_close(t);
} END_TEST

SUITE(formview)
{
	SUITE_LOOP(kinds_are_shown_as_they_are, COUNT(looks));
	SUITE_LOOP(what_is_wrong_is_said, COUNT(views));
	SUITE_TEST(the_plain_page_says_it_too);
	SUITE_TEST(only_the_visitor_ticks_and_chooses);
}
