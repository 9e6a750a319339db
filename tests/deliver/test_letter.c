/* Tests src/deliver/letter.c. */
#include <string.h>

#include "deliver/letter.h"
#include "support/suite.h"

static struct letter_facts
usual(void)
{
	return (struct letter_facts){ .kind = LETTER_CONFIRM, .lang = LANG_EN,
		.brand = STR("Brand"), .title = STR("Save energy"),
		.url = STR("https://b.fr/c/x") };
}

static bool
has(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

START_TEST(text_has_all_of_a_letter)
{
	struct letter_facts f = usual();
	struct letter l;
	struct str text;

	f.kind = _i ? LETTER_ASSET : LETTER_CONFIRM;
	f.unsubscribe_url = _i ? STR("https://b.fr/u/y") : STR_EMPTY;
	letter_write(suite_arena(), &f, &l);
	text = letter_text(suite_arena(), &l);
	ck_assert(has(text, "“Save energy”"));
	ck_assert(has(text, "\nhttps://b.fr/c/x\n\n"));
	ck_assert(has(text, "\n-- \nBrand"));
	ck_assert_int_eq(has(text, "\nhttps://b.fr/u/y\n"), _i);
	ck_assert_int_eq(l.unsubscribe.url.n > 0, _i);
	ck_assert_uint_gt(l.subject.n, 0);
} END_TEST

START_TEST(what_is_missing_is_left_out)
{
	struct letter_facts f = usual();
	char title[301];
	struct letter l;

	memset(title, 'x', sizeof title);
	f.brand = STR_EMPTY;
	f.title = _i ? (struct str){ title, 301 } : STR_EMPTY;
	letter_write(suite_arena(), &f, &l);
	ck_assert(!has(l.paragraph[0], "“"));
	ck_assert(!has(letter_text(suite_arena(), &l), "-- "));
	f.title = (struct str){ title, 300 };
	letter_write(suite_arena(), &f, &l);
	ck_assert(has(l.paragraph[0], "“"));
} END_TEST

START_TEST(letters_speak_french)
{
	struct letter_facts f = usual();
	struct letter l;

	f.lang = LANG_FR;
	letter_write(suite_arena(), &f, &l);
	ck_assert_str_same(l.subject, STR("Confirmez votre demande"));
	ck_assert_int_eq(l.lang, LANG_FR);
} END_TEST

SUITE(letter)
{
	SUITE_LOOP(text_has_all_of_a_letter, 2);
	SUITE_LOOP(what_is_missing_is_left_out, 2);
	SUITE_TEST(letters_speak_french);
}
