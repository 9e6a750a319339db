/*
 * Tests src/form/vatkey.c: numbers of each country that are right, and what is
 * left of them when a digit is mistyped.
 */
#include "base/arena.h"
#include "form/vatkey.h"
#include "support/suite.h"

static const struct {
	const char *prefix;
	const char *number;
} rights[] = {
	{ "AT", "U13585627" }, { "AT", "U10223006" },
	{ "BE", "0428759497" }, { "BE", "0776091951" },
	{ "BG", "175074752" }, { "BG", "101004508" },
	{ "CY", "10259033P" }, { "CY", "00532445O" },
	{ "CZ", "25123891" }, { "CZ", "46505334" },
	{ "DE", "136695976" }, { "DE", "111111125" },
	{ "DK", "13585628" }, { "DK", "88146328" },
	{ "EE", "100931558" }, { "EE", "100207415" },
	{ "EL", "094259216" }, { "EL", "023456780" },
	{ "ES", "J99216582" }, { "ES", "A28015865" }, { "ES", "Q2876031B" },
	{ "ES", "54362315K" }, { "ES", "X2482300W" },
	{ "FI", "20774740" }, { "FI", "09853608" },
	{ "FR", "40303265045" }, { "FR", "K7399859412" },
	{ "HR", "33392005961" },
	{ "HU", "12892312" }, { "HU", "21376414" },
	{ "IE", "6433435F" }, { "IE", "6433435OA" }, { "IE", "8D79739I" },
	{ "IT", "00743110157" }, { "IT", "00159560366" },
	{ "LT", "119511515" }, { "LT", "100001919017" },
	{ "LU", "15027442" }, { "LU", "10000356" },
	{ "LV", "40003521600" }, { "LV", "90009253362" },
	{ "MT", "11679112" },
	{ "NL", "004495445B01" }, { "NL", "002455799B11" },
	{ "PL", "8567346215" }, { "PL", "5260001246" },
	{ "PT", "501964843" }, { "PT", "502757191" },
	{ "RO", "18547290" }, { "RO", "11198699" },
	{ "SE", "123456789701" }, { "SE", "556188840401" },
	{ "SI", "50223054" }, { "SI", "15012557" },
	{ "SK", "2022749619" },
	{ "XI", "980780684" }, { "XI", "434031494" },
};

START_TEST(a_number_is_right_and_few_near_it_are)
{
	struct str prefix = str_of(rights[_i].prefix);
	struct str number = str_of(rights[_i].number);
	char *typed = (char *)arena_copy(suite_arena(), number).p;
	int changes = 0, passed = 0;

	ck_assert_msg(vatkey_is_right(prefix, number), "%s%s",
	    rights[_i].prefix, rights[_i].number);
	for (size_t i = 0; i < number.n; i++) {
		if (number.p[i] < '0' || number.p[i] > '9')
			continue;
		for (char c = '0'; c <= '9'; c++) {
			if (c == number.p[i])
				continue;
			typed[i] = c;
			changes++;
			passed += vatkey_is_right(prefix,
			    (struct str){ typed, number.n });
		}
		typed[i] = number.p[i];
	}
	ck_assert_int_gt(changes, 0);
	/* Of three rules of Bulgaria's one may take it; Sweden counts units. */
	ck_assert_msg(passed * 5 <= changes, "%s: %d of %d", typed, passed,
	    changes);
} END_TEST

static const struct {
	const char *prefix;
	const char *number;
	bool is_right;
} others[] = {
	/* Persons' in Bulgaria: by birth, of foreigners, of others. */
	{ "BG", "7523169263", true }, { "BG", "7523169264", false },
	{ "BG", "7111042925", true }, { "BG", "7501010019", true },
	/* Persons' in Czechia, who had nine digits until 1953. */
	{ "CZ", "395601439", true }, { "CZ", "7103192745", true },
	{ "CZ", "7103192746", false },
	{ "ES", "K0867756N", true }, { "ES", "T0867756N", false },
	{ "ES", "A2801586E", true }, { "ES", "A2801586F", false },
	/* The second letter counts in Ireland. */
	{ "IE", "6433435FA", false }, { "IE", "8D79738J", false },
	{ "LT", "119511525", false },
	/* A person's in Latvia tells nothing. */
	{ "LV", "16117519997", true }, { "LV", "32000000000", true },
	/* Since 2020 a Dutch trader's says nothing of who it is. */
	{ "NL", "004495445B02", true }, { "NL", "123456782B90", true },
	{ "NL", "1234567A2B90", false }, { "NL", "000099998B57", true },
	{ "RO", "27", true }, { "RO", "28", false },
	{ "SE", "123456789700", false }, { "SE", "123456789795", false },
	{ "XI", "GD499", true }, { "XI", "980780684001", true },
	{ "XI", "980780683001", false },
	/* Zeros obey many rules. */
	{ "DK", "00000000", false }, { "RO", "00", false },
	{ "FR", "83404833048", true }, { "FR", "84404833048", false },
	/* No country of ours. */
	{ "GB", "980780684", false }, { "", "1", false },
};

START_TEST(odd_ones_are_known)
{
	ck_assert_msg(vatkey_is_right(str_of(others[_i].prefix),
	    str_of(others[_i].number)) == others[_i].is_right, "%s%s",
	    others[_i].prefix, others[_i].number);
} END_TEST

SUITE(vatkey)
{
	SUITE_LOOP(a_number_is_right_and_few_near_it_are, COUNT(rights));
	SUITE_LOOP(odd_ones_are_known, COUNT(others));
}
