/* Tests src/base/lang.c. */
#include "base/lang.h"
#include "support/suite.h"

static const enum lang both[] = { LANG_FR, LANG_EN };

static const struct {
	const char *asked, *accept;
	enum lang lang;
} choices[] = {
	{ "", "", LANG_FR },
	{ "en", "", LANG_EN },
	{ "EN", "fr", LANG_EN },
	{ "de", "en", LANG_EN },
	{ "", "en-GB,en;q=0.9", LANG_EN },
	{ "", "fr-CH, fr;q=0.9, en;q=0.8", LANG_FR },
	{ "", "en;q=0.8, fr;q=0.9", LANG_FR },
	{ "", "en;q=0.801, fr;q=0.80", LANG_EN },
	{ "", "de, en;q=0.1", LANG_EN },
	{ "", "fr;q=0, en;q=0.001", LANG_EN },
	{ "", "*", LANG_FR },
	{ "", "en;q=1.1", LANG_EN },
	{ "", "en;q=2", LANG_FR },
	{ "", "en;q=", LANG_FR },
	{ "", "en;q=0.0000001", LANG_FR },
	{ "", ",,,;;;q=q=,en", LANG_EN },
	{ "", "EN", LANG_EN },
};

START_TEST(the_best_language_is_chosen)
{
	ck_assert_int_eq(lang_choose(str_of(choices[_i].asked),
	    str_of(choices[_i].accept), both, 2), choices[_i].lang);
} END_TEST

START_TEST(only_offered_languages_are_chosen)
{
	static const enum lang english[] = { LANG_EN };

	ck_assert_int_eq(lang_choose(STR("fr"), STR("fr"), english, 1),
	    LANG_EN);
} END_TEST

START_TEST(a_missing_text_falls_back)
{
	const struct text t = { { STR_EMPTY, STR("x") } };
	const struct text none = { 0 };

	ck_assert_str_same(lang_text(&t, LANG_FR), STR("x"));
	ck_assert(str_is_empty(lang_text(&none, LANG_EN)));
} END_TEST

SUITE(lang)
{
	SUITE_LOOP(the_best_language_is_chosen, COUNT(choices));
	SUITE_TEST(only_offered_languages_are_chosen);
	SUITE_TEST(a_missing_text_falls_back);
}
