/*
 * Tests src/page/render.c with formview.c, parts.c and plain.c: the demo's
 * pages against golden files, and values that try to be markup.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "form/form.h"
#include "page/frozen.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "support/golden.h"
#include "support/suite.h"

#define TEXT_BYTES_MAX 2000
#define EVIL "\"><script>x('&')</script>"
#define EVIL_SAFE "&quot;&gt;&lt;script&gt;x(&#39;&amp;&#39;)&lt;/script&gt;"

/* The demo's site and templates, as a visitor meets them. */
static struct render
demo(enum lang l, const char *variant)
{
	static struct picture picture;
	static struct form_result blank;
	static struct template_set *templates;
	struct site_error *error;
	size_t errors;
	const struct site_page *pg;

	ck_assert_int_eq(site_parse(suite_arena(),
	    golden_read(STR("templates/demo/site.json")), &picture.site,
	    &error, &errors), OK);
	if (!templates)
		ck_assert_int_eq(template_load(STR("templates"), &templates,
		    stderr), OK);
	picture.templates = templates;
	pg = site_find(picture.site, STR("livre-blanc"));
	ck_assert_ptr_nonnull(pg);
	form_blank(suite_arena(), pg->form, &blank);
	return (struct render){ .picture = &picture, .page = pg,
	    .variant = site_variant(pg, str_of(variant)), .lang = l,
	    .static_url = STR("/static"),
	    .url = STR("https://www.example.org/p/livre-blanc"),
	    .action = STR("/p/livre-blanc"), .token = STR("TOKEN"),
	    .form = &blank, .kept_months = 36 };
}

static const struct str_pair wrong_post[] = {
	{ { "email", 5 }, { "ana@", 4 } },
	{ { "first_name", 10 }, { EVIL, sizeof EVIL - 1 } },
	{ { "phone", 5 }, { "12", 2 } },
	{ { "message", 7 }, { "one\n two & \"three\"", 18 } },
	{ { "consent.news-email", 18 }, { "1", 1 } },
};

static const struct form_result *
posted(const struct form *f, const struct str_pair *post, size_t count)
{
	struct form_result *r = ARENA_NEW(suite_arena(), struct form_result);

	form_check(suite_arena(), f, post, count, r);
	return r;
}

START_TEST(landing_is_golden)
{
	struct render fr = demo(LANG_FR, "a"), en = demo(LANG_EN, "b");

	fr.is_counted = true;
	golden_check("landing-fr", render_page(suite_arena(), &fr));
	golden_check("landing-en", render_page(suite_arena(), &en));
} END_TEST

/* Kept pages are served only where nothing has been typed or said. */
START_TEST(kept_page_is_the_same_page)
{
	struct render r = demo(LANG_FR, "a");
	struct picture keeping = *r.picture;
	const struct form_result *wrong = posted(r.page->form, wrong_post,
	    COUNT(wrong_post));
	struct render again = r;

	keeping.frozen = frozen_new(keeping.site, FROZEN_BYTES_MAX);
	again.picture = &keeping;
	for (int round = 0; round < 2; round++)
		ck_assert_str_same(render_page(suite_arena(), &again),
		    render_page(suite_arena(), &r));
	again.notice = r.notice = STR("A notice.");
	ck_assert_str_same(render_page(suite_arena(), &again),
	    render_page(suite_arena(), &r));
	again.form = r.form = wrong;
	again.notice = r.notice = STR_EMPTY;
	ck_assert_str_same(render_page(suite_arena(), &again),
	    render_page(suite_arena(), &r));
	frozen_free(keeping.frozen);
} END_TEST

START_TEST(errors_are_golden)
{
	struct render r = demo(LANG_FR, "a");

	r.form = posted(r.page->form, wrong_post, COUNT(wrong_post));
	r.notice = STR("Une phrase < 2.");
	golden_check("landing-errors", render_page(suite_arena(), &r));
} END_TEST

static const struct { int64_t months; enum lang lang; const char *said; }
    kept[] = {
	{ 1, LANG_FR, "<dd>1 mois au plus" }, { 18, LANG_FR, "<dd>18 mois au" },
	{ 12, LANG_FR, "<dd>1 an au plus" }, { 36, LANG_FR, "<dd>3 ans au" },
	{ 1, LANG_EN, "<dd>1 month at most" }, { 12, LANG_EN, "<dd>1 year at" },
	{ 13, LANG_EN, "<dd>13 months at" }, { 120, LANG_EN, "<dd>10 years" },
};
START_TEST(a_page_says_how_long)
{
	struct render r = demo(kept[_i].lang, "a");
	struct str page;

	r.kept_months = kept[_i].months;
	page = arena_copy(suite_arena(), render_page(suite_arena(), &r));
	ck_assert_msg(strstr(page.p, kept[_i].said) != NULL, "no %s",
	    kept[_i].said);
} END_TEST

START_TEST(thanks_is_golden)
{
	struct render fr = demo(LANG_FR, "a"), en = demo(LANG_EN, "b");

	golden_check("thanks-fr", render_thanks(suite_arena(), &fr,
	    STR("/a/livre-blanc?t=TOKEN&x=1"), STR_EMPTY));
	golden_check("thanks-en", render_thanks(suite_arena(), &en,
	    STR_EMPTY, STR("Mailed < 1.")));
} END_TEST

/* In a frame: the form and no more, and never kept in the page's place. */
START_TEST(embedded_is_golden)
{
	struct render fr = demo(LANG_FR, "a"), plain = fr;
	struct picture keeping = *fr.picture;

	keeping.frozen = frozen_new(keeping.site, FROZEN_BYTES_MAX);
	fr.picture = plain.picture = &keeping;
	fr.is_embedded = true;
	fr.origins = STR("https://a.example https://b.example");
	fr.action = STR("/p/livre-blanc?embed=1&lang=fr");
	golden_check("embed-fr", render_page(suite_arena(), &fr));
	plain.is_counted = true;
	golden_check("landing-fr", render_page(suite_arena(), &plain));
	golden_check("embed-fr", render_page(suite_arena(), &fr));
	golden_check("embed-thanks-fr", render_thanks(suite_arena(), &fr,
	    STR("/a/livre-blanc?t=TOKEN&x=1"), STR_EMPTY));
	frozen_free(keeping.frozen);
} END_TEST

static const int statuses[] = {
	400, 403, 404, 405, 410, 413, 414, 415, 429, 431, 500, 503,
};

START_TEST(status_is_golden)
{
	struct render r = demo(LANG_FR, "a");

	for (enum lang l = 0; l < LANG_COUNT; l++)
		golden_check(arena_copy(suite_arena(), buf_fmt(suite_arena(),
		    40, "status-%d-%.*s", statuses[_i],
		    STR_ARG(lang_code(l)))).p, render_status(suite_arena(),
		    r.picture, r.static_url, statuses[_i], l));
} END_TEST

START_TEST(plain_page_is_golden)
{
	struct render r = demo(LANG_FR, "a");

	golden_check("plain-status", render_status(suite_arena(), NULL,
	    r.static_url, 503, LANG_EN));
	r.picture = NULL;
	r.form = posted(r.page->form, wrong_post, COUNT(wrong_post));
	golden_check("plain-errors", render_page(suite_arena(), &r));
	golden_check("plain-thanks", render_thanks(suite_arena(), &r,
	    STR("/a/livre-blanc?t=TOKEN"), STR("Mailed < 1.")));
} END_TEST

START_TEST(unknown_status_is_its_kind)
{
	struct str odd = render_status(suite_arena(), NULL, STR("/static"),
	    418, LANG_EN);
	struct str worse = render_status(suite_arena(), NULL, STR("/static"),
	    599, LANG_EN);

	ck_assert_ptr_nonnull(memmem(odd.p, odd.n, "makes no sense", 14));
	ck_assert_ptr_nonnull(memmem(worse.p, worse.n, "on our side", 11));
} END_TEST

static size_t
occurrences(struct str s, const char *needle)
{
	size_t n = 0, length = strlen(needle);
	const char *p;

	while ((p = memmem(s.p, s.n, needle, length)) != NULL) {
		n++;
		s = str_slice(s, (size_t)(p - s.p) + length, s.n);
	}
	return n;
}

static const struct field_option sizes[] = {
	{ { "s", 1 }, { { { "Petit", 5 }, { "Small", 5 } } } },
	{ { "l\"", 2 }, { { { "Grand", 5 }, { "<Large>", 7 } } } },
};
#define NAMED(n, k) { .name = { n, sizeof n - 1 }, .kind = k, \
	.chars_max = 200, .is_required = true, \
	.label = { { { n, sizeof n - 1 }, { n, sizeof n - 1 } } } }
static const struct field every_field[] = {
	NAMED("email", FIELD_EMAIL), NAMED("phone", FIELD_PHONE),
	NAMED("name", FIELD_NAME), NAMED("company", FIELD_COMPANY),
	NAMED("job", FIELD_JOB_TITLE), NAMED("text", FIELD_TEXT),
	NAMED("postcode", FIELD_POSTCODE), NAMED("hidden", FIELD_HIDDEN),
	{ .name = { "size", 4 }, .kind = FIELD_CHOICE, .option = sizes,
	    .options = COUNT(sizes), .hint = { { { EVIL, sizeof EVIL - 1 },
	    { EVIL, sizeof EVIL - 1 } } } },
	NAMED("country", FIELD_COUNTRY), NAMED("terms", FIELD_CONSENT),
};
static const struct form_consent every_consent[] = {
	{ .key = { "must", 4 }, .is_required = true,
	    .text = { { { "must \"<b>\"", 10 }, { "must \"<b>\"", 10 } } } },
	{ .key = { "may", 3 },
	    .text = { { { "may", 3 }, { "may", 3 } } } },
};
static const struct form every_kind = {
	.key = { "every", 5 }, .country = { "FR", 2 },
	.field = every_field, .fields = COUNT(every_field),
	.consent = every_consent, .consents = COUNT(every_consent),
};

/* A page of every kind of field; typed in all of them, or nothing. */
static struct str
every_page(struct str typed, struct str choice, struct str country)
{
	struct render r = demo(LANG_EN, "a");
	struct site_variant variant = *r.variant;
	struct form_result *result = ARENA_NEW(suite_arena(),
	    struct form_result);

	variant.form = &every_kind;
	form_blank(suite_arena(), &every_kind, result);
	for (size_t i = 0; i < every_kind.fields; i++) {
		const struct field *f = &every_kind.field[i];

		result->value[i].typed = f->kind == FIELD_CHOICE ? choice :
		    f->kind == FIELD_COUNTRY ? country : typed;
		if (typed.n && f->kind != FIELD_HIDDEN)
			result->value[i].error = FIELD_NO_MATCH;
		result->errors += typed.n != 0;
	}
	result->granted[1] = typed.n != 0;
	result->consent_error[0] = typed.n ? FIELD_MISSING : FIELD_FINE;
	r.variant = &variant;
	r.form = result;
	r.token = typed;
	r.notice = typed;
	return render_page(suite_arena(), &r);
}

START_TEST(visitors_values_stay_values)
{
	struct str page = every_page(STR(EVIL), STR(EVIL), STR(EVIL));

	/*
	 * Text kinds, the hidden one, token and notice show it; a choice
	 * shows none of ours chosen.  The hint has it once more.
	 */
	ck_assert_uint_eq(occurrences(page, EVIL_SAFE), 7 + 1 + 1 + 1 + 1);
	ck_assert_uint_eq(occurrences(page, "<script"), 0);
	ck_assert_uint_eq(occurrences(page, " selected"), 0);
} END_TEST

START_TEST(what_was_chosen_is_kept)
{
	struct str page = every_page(STR("1"), STR("l\""), STR("fr"));

	ck_assert_uint_eq(occurrences(page,
	    "<option value=\"l&quot;\" selected>&lt;Large&gt;</option>"), 1);
	ck_assert_uint_eq(occurrences(page,
	    "<option value=\"FR\" selected>France</option>"), 1);
	ck_assert_uint_eq(occurrences(page, " selected"), 2);
	ck_assert_uint_eq(occurrences(page, "id=\"f-terms\" name=\"terms\""
	    " type=\"checkbox\" value=\"1\" checked"), 1);
	ck_assert_uint_eq(occurrences(page, "name=\"consent.may\""
	    " type=\"checkbox\" value=\"1\" checked"), 1);
	ck_assert_uint_eq(occurrences(page, " checked"), 2);
} END_TEST

START_TEST(nothing_is_ticked_at_first)
{
	struct str page = every_page(STR_EMPTY, STR_EMPTY, STR_EMPTY);

	ck_assert_uint_eq(occurrences(page, " checked"), 0);
	ck_assert_uint_eq(occurrences(page, " selected"), 0);
	ck_assert_uint_eq(occurrences(page, "aria-invalid"), 0);
	ck_assert_uint_eq(occurrences(page, "role=\"alert\""), 0);
	/* The hint alone describes. */
	ck_assert_uint_eq(occurrences(page, "aria-describedby"), 1);
} END_TEST

START_TEST(mistakes_are_told_to_readers)
{
	struct str page = every_page(STR("1"), STR("s"), STR("FR"));

	ck_assert_uint_eq(occurrences(page, "aria-invalid=\"true\""), 11);
	ck_assert_uint_eq(occurrences(page,
	    "aria-describedby=\"f-size-hint f-size-error\""), 1);
	ck_assert_uint_eq(occurrences(page,
	    "aria-describedby=\"f-email-error\""), 1);
	ck_assert_uint_eq(occurrences(page, "<a href=\"#f-email\">"), 1);
	ck_assert_uint_eq(occurrences(page, "<a href=\"#c-must\">"), 1);
	ck_assert_uint_eq(occurrences(page, " autofocus"), 1);
	ck_assert_uint_eq(occurrences(page, "<title>Error: "), 1);
} END_TEST

/* What form_consent_block hashes is what the visitor reads. */
START_TEST(consent_is_shown_as_hashed)
{
	struct str page = every_page(STR_EMPTY, STR_EMPTY, STR_EMPTY);

	ck_assert_uint_eq(occurrences(page, "<label for=\"c-must\">"
	    "must &quot;&lt;b&gt;&quot; "), 1);
	ck_assert_uint_eq(occurrences(page, "<label for=\"c-may\">"
	    "may "), 1);
} END_TEST

START_TEST(trap_is_out_of_the_way)
{
	struct str page = every_page(STR_EMPTY, STR_EMPTY, STR_EMPTY);

	ck_assert_uint_eq(occurrences(page, "<div class=\"trap\""
	    " aria-hidden=\"true\">"), 1);
	ck_assert_uint_eq(occurrences(page, "name=\"" FORM_TRAP "\""
	    " type=\"text\" tabindex=\"-1\" autocomplete=\"off\">"), 1);
} END_TEST

/* A post at its limit, of what grows most when it is escaped. */
START_TEST(the_largest_post_comes_back_whole)
{
	struct arena *a = arena_new(ARENA_REQUEST_BYTES_MAX / 8);
	struct render r = demo(LANG_FR, "a");
	struct site_variant variant = *r.variant;
	struct form_result *result = ARENA_NEW(a, struct form_result);
	size_t each = RENDER_TYPED_BYTES_MAX / 8;
	char *quotes = memset(arena_take(a, each), '"', each);

	variant.form = &every_kind;
	form_blank(a, &every_kind, result);
	for (size_t i = 0; i < 8; i++)
		result->value[i].typed = (struct str){ quotes, each };
	result->errors = 1;
	r.variant = &variant;
	r.form = result;
	r.notice = STR("Largest.");
	ck_assert_uint_eq(occurrences(render_page(a, &r), "&quot;"),
	    RENDER_TYPED_BYTES_MAX + 4);
	arena_free(a);
} END_TEST

/* The form of most boxes and options there may be. */
START_TEST(the_largest_form_has_room)
{
	struct arena *a = arena_new(ARENA_REQUEST_BYTES_MAX);
	struct render r = demo(LANG_FR, "a");
	struct site_variant variant = *r.variant;
	static struct field_option option[FIELD_OPTIONS_MAX];
	static struct field field[FORM_FIELDS_MAX];
	const struct form largest = { .key = { "l", 1 }, .country = { "FR", 2 },
		.field = field, .fields = COUNT(field) };
	struct form_result blank;

	for (size_t i = 0; i < COUNT(option); i++)
		option[i] = sizes[0];
	for (size_t i = 0; i < COUNT(field); i++)
		field[i] = (struct field){ .name = STR("f"),
		    .kind = FIELD_CHOICE, .option = option,
		    .options = COUNT(option) };
	form_blank(a, &largest, &blank);
	variant.form = &largest;
	r.variant = &variant;
	r.form = &blank;
	ck_assert_uint_eq(occurrences(render_page(a, &r), ">Petit<"),
	    COUNT(option) * COUNT(field));
	ck_assert_uint_lt(arena_used(a), ARENA_REQUEST_BYTES_MAX / 2);
	arena_free(a);
} END_TEST

/* Parts are a marketer's: they may not stand in for what is ours. */
static const struct site_part bold_parts[] = {
	{ { "token", 5 }, { { { "T1", 2 }, { "T1", 2 } } } },
	{ { "action", 6 }, { { { "https://evil.example/", 21 },
	    { "https://evil.example/", 21 } } } },
	{ { "token_name", 10 }, { { { "T2", 2 }, { "T2", 2 } } } },
	{ { "headline", 8 }, { { { EVIL, sizeof EVIL - 1 },
	    { EVIL, sizeof EVIL - 1 } } } },
	{ { "point_10", 8 }, { { { "ten", 3 }, { "ten", 3 } } } },
	{ { "point_2", 7 }, { { { "two", 3 }, { "two", 3 } } } },
	{ { "benefit_1_title", 15 }, { { { "T", 1 }, { "T", 1 } } } },
	{ { "benefit_1_text", 14 }, { { { "X", 1 }, { "X", 1 } } } },
};

START_TEST(parts_become_markers)
{
	struct render r = demo(LANG_EN, "a");
	struct site_variant variant = { .key = { "z", 1 },
	    .template = { "hero", 4 }, .part = bold_parts,
	    .parts = COUNT(bold_parts), .form = r.page->form };
	struct str page;

	r.variant = &variant;
	page = render_page(suite_arena(), &r);
	ck_assert_uint_eq(occurrences(page, "T1"), 0);
	ck_assert_uint_eq(occurrences(page, "T2"), 0);
	ck_assert_uint_eq(occurrences(page, "evil.example"), 0);
	ck_assert_uint_eq(occurrences(page, "<h1>" EVIL_SAFE "</h1>"), 1);
	ck_assert_uint_eq(occurrences(page,
	    "<li>two</li>\n<li>ten</li>\n</ul>"), 1);
	ck_assert_uint_eq(occurrences(page,
	    "<h3>T</h3>\n<p>X</p>\n</div>\n</div>"), 1);
	ck_assert_uint_eq(occurrences(page, "id=\"inside\""), 0);
	ck_assert_uint_eq(occurrences(page, "<script"), 0);
} END_TEST

START_TEST(one_language_needs_no_links)
{
	struct render r = demo(LANG_FR, "a");
	struct site_page pg = *r.page;
	struct str page;

	pg.langs = 1;
	r.page = &pg;
	page = render_page(suite_arena(), &r);
	ck_assert_uint_eq(occurrences(page, "hreflang"), 0);
	ck_assert_uint_eq(occurrences(page, "<nav"), 0);
	ck_assert_uint_eq(occurrences(page, "<link rel=\"canonical\""
	    " href=\"https://www.example.org/p/livre-blanc\">"), 1);
} END_TEST

/* Nothing is fetched from elsewhere, and page and looks stay small. */
START_TEST(page_is_small_and_alone)
{
	struct render r = demo(LANG_FR, "a");
	struct str page = render_page(suite_arena(), &r);
	struct str css = golden_read(STR("static/piste.css"));

	ck_assert_uint_lt(page.n + css.n, 50000);
	ck_assert_uint_eq(occurrences(page, "<script"), 0);
	ck_assert_uint_eq(occurrences(page, " style="), 0);
	ck_assert_uint_eq(occurrences(page, "https://"),
	    occurrences(page, "https://www.example.org/"));
	ck_assert_uint_eq(occurrences(css, "url(\"http"), 0);
	ck_assert_uint_eq(occurrences(css, "@import"), 0);
} END_TEST

SUITE(render)
{
	SUITE_TEST(landing_is_golden);
	SUITE_TEST(kept_page_is_the_same_page);
	SUITE_TEST(errors_are_golden);
	SUITE_LOOP(a_page_says_how_long, COUNT(kept));
	SUITE_TEST(thanks_is_golden);
	SUITE_TEST(embedded_is_golden);
	SUITE_LOOP(status_is_golden, COUNT(statuses));
	SUITE_TEST(plain_page_is_golden);
	SUITE_TEST(unknown_status_is_its_kind);
	SUITE_TEST(visitors_values_stay_values);
	SUITE_TEST(what_was_chosen_is_kept);
	SUITE_TEST(nothing_is_ticked_at_first);
	SUITE_TEST(mistakes_are_told_to_readers);
	SUITE_TEST(consent_is_shown_as_hashed);
	SUITE_TEST(trap_is_out_of_the_way);
	SUITE_TEST(the_largest_post_comes_back_whole);
	SUITE_TEST(the_largest_form_has_room);
	SUITE_TEST(parts_become_markers);
	SUITE_TEST(one_language_needs_no_links);
	SUITE_TEST(page_is_small_and_alone);
}
