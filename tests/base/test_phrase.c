/* Tests src/base/phrase.c. */
#include "base/phrase.h"
#include "support/suite.h"

START_TEST(every_phrase_is_there_in_every_language)
{
	for (int p = 0; p < PHRASE_COUNT; p++)
		for (int l = 0; l < LANG_COUNT; l++)
			ck_assert_msg(phrase_in((enum phrase)p,
			    (enum lang)l).n > 0, "phrase %d", p);
} END_TEST

START_TEST(a_value_takes_the_braces_place)
{
	ck_assert_str_same(phrase_fill(suite_arena(), PHRASE_FIELD_TOO_SHORT,
	    LANG_EN, STR("<7>")), STR("Write at least <7> characters."));
	ck_assert_str_same(phrase_fill(suite_arena(), PHRASE_FIELD_MISSING,
	    LANG_EN, STR("7")), STR("Fill in this field."));
} END_TEST

SUITE(phrase)
{
	SUITE_TEST(every_phrase_is_there_in_every_language);
	SUITE_TEST(a_value_takes_the_braces_place);
}
