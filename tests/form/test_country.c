/* Tests form/country. */
#include "form/country.h"
#include "form/normal.h"
#include "support/suite.h"

START_TEST(every_code_is_found)
{
	const struct country *c = country_at(LANG_FR, (size_t)_i);
	struct str code = str_of(c->code);

	ck_assert_uint_eq(code.n, 2);
	for (size_t i = 0; i < code.n; i++)
		ck_assert(code.p[i] >= 'A' && code.p[i] <= 'Z');
	/* The very row: a code that came twice would give the first. */
	ck_assert_ptr_eq(country_find(code), c);
	for (size_t l = 0; l < LANG_COUNT; l++) {
		struct str name = str_of(c->name[l]);

		ck_assert(name.n > 0);
		ck_assert_str_same(normal_text(suite_arena(), name, true),
		    name);
	}
} END_TEST

START_TEST(each_language_lists_every_country_once)
{
	bool is_seen[COUNTRY_COUNT] = { false };
	const struct country *first = country_at(LANG_FR, 0);

	for (size_t i = 0; i < COUNTRY_COUNT; i++) {
		size_t row = (size_t)(country_at((enum lang)_i, i) - first);

		ck_assert_uint_lt(row, COUNTRY_COUNT);
		ck_assert(!is_seen[row]);
		is_seen[row] = true;
	}
} END_TEST

/* The first letter, without its accent, never goes back. */
START_TEST(the_lists_are_in_alphabetical_order)
{
	static const struct { const char *letter; char plain; } accents[] = {
		{ "É", 'E' }, { "Î", 'I' }, { "Å", 'A' },
	};
	char before = 'A';

	for (size_t i = 0; i < COUNTRY_COUNT; i++) {
		struct str name = str_of(country_at((enum lang)_i,
		    i)->name[_i]);
		char letter = name.p[0];

		for (size_t k = 0; k < COUNT(accents); k++)
			if (str_has_prefix(name, str_of(accents[k].letter)))
				letter = accents[k].plain;
		ck_assert_int_ge(letter, before);
		before = letter;
	}
	ck_assert_int_eq(before, 'Z');
} END_TEST

static const struct { const char *code, *fr, *en; } names[] = {
	{ "FR", "France", "France" }, { "fr", "France", "France" },
	{ "DE", "Allemagne", "Germany" },
	{ "RE", "Réunion", "Réunion" },
	{ "CI", "Côte d'Ivoire", "Côte d'Ivoire" },
};

START_TEST(countries_have_names)
{
	const struct country *c = country_find(str_of(names[_i].code));

	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(c->name[LANG_FR], names[_i].fr);
	ck_assert_str_eq(c->name[LANG_EN], names[_i].en);
} END_TEST

static const struct str none[] = {
	STR(""), STR("F"), STR("FRA"), STR("XX"), STR("EU"), STR("UK"),
	STR("F\0"), STR("FR "), STR("France"),
};

START_TEST(other_codes_are_none)
{
	ck_assert_ptr_null(country_find(none[_i]));
} END_TEST

SUITE(country)
{
	SUITE_LOOP(every_code_is_found, COUNTRY_COUNT);
	SUITE_LOOP(each_language_lists_every_country_once, LANG_COUNT);
	SUITE_LOOP(the_lists_are_in_alphabetical_order, LANG_COUNT);
	SUITE_LOOP(countries_have_names, COUNT(names));
	SUITE_LOOP(other_codes_are_none, COUNT(none));
}
