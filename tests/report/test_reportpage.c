/* Tests src/reportpage.c and src/reportmail.c: pages as they were seen. */
#include <stdio.h>

#include "deliver/letter.h"
#include "deliver/mail.h"
#include "page/template.h"
#include "report/bulletincase.h"
#include "reportmail.h"
#include "reportpage.h"
#include "support/golden.h"

static struct bulletin *
usual(enum bulletin_period period)
{
	struct bulletin *b = ARENA_NEW(suite_arena(), struct bulletin);

	bulletincase_fill(b, period);
	return b;
}

static struct template_set *
templates(void)
{
	struct template_set *set;

	ck_assert_int_eq(template_load(STR("templates"), &set, stderr), OK);
	return set;
}

static const char *const names[] = { "report-week-fr", "report-month-en" };

START_TEST(a_page_is_as_it_was)
{
	struct template_set *set = templates();
	struct str html = reportpage_html(suite_arena(), set,
	    &(struct reportpage){ .bulletin = usual(_i ? BULLETIN_MONTH :
	    BULLETIN_WEEK), .lang = _i ? LANG_EN : LANG_FR,
	    .static_url = STR("/static"), .brand = STR("Nous & Cie"),
	    .path = STR("/r/abc"), .until = STR("22/12/2026") });

	golden_check(names[_i], html);
	ck_assert_ptr_null(memmem(html.p, html.n, "<script", 7));
	ck_assert_ptr_nonnull(memmem(html.p, html.n, "noindex", 7));
	template_free(set);
} END_TEST

START_TEST(a_mail_is_as_it_was)
{
	struct arena *a = suite_arena();
	struct template_set *set = templates();
	struct letter l = { .lang = _i ? LANG_EN : LANG_FR,
		.subject = STR("Subject"), .brand = STR("Nous & Cie"),
		.figures = bulletin_write(a, usual(_i ? BULLETIN_MONTH :
		BULLETIN_WEEK)), .buttons = 1, .button = { { STR("See"),
		STR("https://b.fr/r/abc") } } };
	struct mail m = { .lang = l.lang };

	ck_assert(reportmail_html(a, set, &l, &m));
	golden_check(_i ? "mail-report-en" : "mail-report-fr", m.html);
	ck_assert_uint_eq(m.pictures, 2);
	for (size_t i = 0; i < m.pictures; i++) {
		ck_assert(str_has_prefix(m.picture[i].png, STR("\x89PNG")));
		ck_assert_uint_lt(m.picture[i].png.n, MAIL_PICTURE_BYTES_MAX);
	}
	template_free(set);
} END_TEST

START_TEST(what_is_no_report_is_a_letter)
{
	struct template_set *set = templates();
	struct letter l = { .lang = LANG_FR, .figures = STR("{}") };
	struct mail m = { .lang = LANG_FR };

	ck_assert(!reportmail_html(suite_arena(), set, &l, &m));
	ck_assert_uint_eq(m.pictures, 0);
	template_free(set);
} END_TEST

SUITE(reportpage)
{
	SUITE_LOOP(a_page_is_as_it_was, COUNT(names));
	SUITE_LOOP(a_mail_is_as_it_was, 2);
	SUITE_TEST(what_is_no_report_is_a_letter);
}
