/* Tests form/siret.  Numbers that are published, or made for their sum. */
#include "form/siret.h"
#include "support/suite.h"

static const struct {
	const char *typed;
	const char *normal;	/* NULL: none */
} numbers[] = {
	{ "73282932000074", "73282932000074" },
	{ "732 829 320 00074", "73282932000074" },
	{ "732.829.320-00074", "73282932000074" },
	/* La Poste: its seat obeys Luhn, others have a sum of fives. */
	{ "35600000000048", "35600000000048" },
	{ "35600000049837", "35600000049837" },
	{ "35600000009075", "35600000009075" },
	{ "35600000049838", NULL },
	/* Of another company such a sum is not enough. */
	{ "73282932000083", NULL },
	{ "73282932000075", NULL },
	{ "37282932000074", NULL },
	{ "732829320", NULL },
	{ "7328293200007", NULL },
	{ "732829320000740", NULL },
	{ "00000000000000", NULL },
	{ "7328293200007A", NULL },
	{ "FR73282932000074", NULL },
	{ "", NULL },
};

START_TEST(sirets_are_checked)
{
	struct str normal = STR_EMPTY;
	const char *want = numbers[_i].normal;

	ck_assert_int_eq(siret_parse(suite_arena(),
	    str_of(numbers[_i].typed), &normal), want ? OK : ERR_INPUT);
	ck_assert_str_same(normal, str_of(want));
} END_TEST

/* One digit wrong is always found, La Poste apart. */
START_TEST(a_slip_is_found)
{
	char typed[] = "73282932000074";

	for (size_t i = 0; i < SIRET_DIGITS; i++) {
		char right = typed[i];

		for (char c = '0'; c <= '9'; c++) {
			struct str normal;

			typed[i] = c;
			ck_assert_int_eq(siret_parse(suite_arena(),
			    str_of(typed), &normal),
			    c == right ? OK : ERR_INPUT);
		}
		typed[i] = right;
	}
} END_TEST

SUITE(siret)
{
	SUITE_LOOP(sirets_are_checked, COUNT(numbers));
	SUITE_TEST(a_slip_is_found);
}
