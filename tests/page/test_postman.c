/* Tests src/postman.c: letters laid out by the templates that ship. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "deliver/letter.h"
#include "page/template.h"
#include "postman.h"
#include "support/suite.h"

#define TEMPLATES STR("templates")
#define COPY_BYTES_MAX (64 << 10)

static bool
has(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

/* Templates with the letter laid out by hand alone. */
static struct str
by_hand(void)
{
	struct str dir = suite_directory();
	struct str into = buf_fmt(suite_arena(), 300, "%.*s/mail%c",
	    STR_ARG(dir), 0);
	FILE *in = fopen("templates/mail/letter.tpl", "r"), *out;
	char text[COPY_BYTES_MAX];
	size_t n;

	ck_assert(in && !mkdir(into.p, 0700));
	out = fopen(buf_fmt(suite_arena(), 300, "%s/letter.tpl%c", into.p,
	    0).p, "w");
	ck_assert_ptr_nonnull(out);
	n = fread(text, 1, sizeof text, in);
	ck_assert_uint_eq(fwrite(text, 1, n, out), n);
	fclose(in);
	fclose(out);
	return dir;
}

/* By MJML where that was built, and by hand. */
START_TEST(letters_are_laid_out)
{
	struct letter l = { .lang = LANG_FR, .subject = STR("Objet"),
		.headline = STR("Un <b>titre</b>"), .buttons = 2,
		.button = { { STR("Lire"), STR("https://b.fr/p/a?k=1&l=2") },
		    { STR("Voir"), STR("javascript:alert(1)") } } };
	struct template_set *set;
	struct str html;

	letter_paragraphs(suite_arena(), STR("Un.\n\nDeux & trois."), &l);
	letter_sign_off(&l, STR("https://b.fr/u/x"), STR("https://b.fr/q/y"));
	ck_assert_int_eq(template_load(_i ? by_hand() : TEMPLATES, &set,
	    stderr), OK);
	html = postman_html(suite_arena(), set, &l);
	ck_assert(has(html, "lang=\"fr\""));
	ck_assert(has(html, "Un &lt;b&gt;titre"));
	ck_assert(has(html, ">Un.<") && has(html, "Deux &amp; trois."));
	ck_assert(has(html, "href=\"https://b.fr/p/a?k=1&amp;l=2\""));
	ck_assert(!has(html, "href=\"javascript:"));
	ck_assert(has(html, "https://b.fr/u/x"));
	ck_assert(has(html, "https://b.fr/q/y"));
	/* Nothing is fetched when it is read. */
	ck_assert(!has(html, "<img") && !has(html, "<link"));
	ck_assert(!has(html, "@import") && !has(html, "{{"));
	template_free(set);
} END_TEST

START_TEST(what_is_too_long_is_text_alone)
{
	char *quotes = arena_take(suite_arena(), LETTER_BYTES_MAX);
	struct letter l = { .lang = LANG_FR, .subject = STR("Objet"),
		.paragraph = &(struct str){ quotes, LETTER_BYTES_MAX / 4 },
		.paragraphs = 1 };
	struct template_set *set;

	memset(quotes, '"', LETTER_BYTES_MAX);
	ck_assert_int_eq(template_load(TEMPLATES, &set, stderr), OK);
	ck_assert_uint_eq(postman_html(suite_arena(), set, &l).n, 0);
	template_free(set);
} END_TEST

SUITE(postman)
{
	SUITE_TEST(what_is_too_long_is_text_alone);
	SUITE_LOOP(letters_are_laid_out, 2);
}
