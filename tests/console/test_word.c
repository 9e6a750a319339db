/* Tests of console/word.c: each word is there in each language. */
#include <string.h>

#include "console/word.h"
#include "support/suite.h"

static size_t
blanks(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < s.n; i++)
		n += s.p[i] == '{' && s.p[i + 1] == '}';
	return n;
}

START_TEST(every_word_is_in_every_language)
{
	for (size_t w = 0; w < WORD_COUNT; w++) {
		struct str fr = word_in((enum word)w, LANG_FR),
		    en = word_in((enum word)w, LANG_EN);

		ck_assert_msg(fr.n && en.n, "word %zu is empty", w);
		ck_assert_msg(str_is_utf8(fr) && str_is_utf8(en), "%s", fr.p);
		ck_assert_msg(blanks(fr) == blanks(en), "%s", fr.p);
	}
} END_TEST

START_TEST(blanks_are_filled)
{
	const struct str values[] = { STR("{}"), STR("b"), STR("c") };

	ck_assert_str_same(word_fill(suite_arena(), WORD_IMPORT_JUDGED,
	    LANG_EN, values, 3), STR("Rows read: {}. Good: b. Refused: c."));
	ck_assert_str_same(word_fill(suite_arena(), WORD_IMPORT_JUDGED,
	    LANG_EN, values, 1), STR("Rows read: {}. Good: . Refused: ."));
	ck_assert_str_same(word_number(suite_arena(), WORD_QUARANTINE_DONE,
	    LANG_FR, 12), STR("Envois libérés\u00a0: 12."));
} END_TEST

SUITE(word)
{
	SUITE_TEST(every_word_is_in_every_language);
	SUITE_TEST(blanks_are_filled);
}
