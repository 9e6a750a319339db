/* Tests src/page/fill.c: places, what fills them, and rules. */
#include "base/buf.h"
#include "page/fill.h"
#include "page/site.h"
#include "support/suite.h"

static const struct site_filler fillers[] = {
	{ .name = STR("city"), .chars_max = 40,
	    .otherwise = { { STR("votre ville"), STR("your town") } } },
	{ .name = STR("first_name"), .from = SITE_FROM_RECIPIENT,
	    .chars_max = 80, .otherwise = { { STR("vous"), STR("you") } } },
};
static const struct site_page page = { .filler = fillers,
    .fillers = COUNT(fillers) };

static const struct {
	const char *text;
	const char *usual;
	const char *filled;	/* city Lyon, first_name {city} */
} texts[] = {
	{ "", "", "" },
	{ "no place", "no place", "no place" },
	{ "{city}", "your town", "Lyon" },
	{ "In {city|Paris}.", "In Paris.", "In Lyon." },
	{ "In {city|}.", "In .", "In Lyon." },
	{ "{city}{city}", "your townyour town", "LyonLyon" },
	/* A value holds no place. */
	{ "Hello {first_name}, {city}", "Hello you, your town",
	    "Hello {city}, Lyon" },
};

static const struct site_part *
parts_of(const struct site_variant *v, const struct fill *who)
{
	return fill_parts(suite_arena(), &page, v, who, LANG_EN);
}

START_TEST(places_are_filled)
{
	struct str_pair value[] = { { STR("city"), STR("Lyon") },
	    { STR("first_name"), STR("{city}") } };
	const struct fill who = { .value = value, .values = COUNT(value) };
	struct site_part part = { .name = STR("lead") };
	const struct site_variant v = { .part = &part, .parts = 1 };

	part.text.in[LANG_EN] = str_of(texts[_i].text);
	ck_assert_str_same(lang_text(&parts_of(&v, NULL)->text, LANG_EN),
	    str_of(texts[_i].usual));
	ck_assert_str_same(lang_text(&parts_of(&v, &who)->text, LANG_EN),
	    str_of(texts[_i].filled));
} END_TEST

START_TEST(a_page_without_places_keeps_its_braces)
{
	const struct site_page plain = { .fillers = 0 };
	const struct site_part part = {
	    .text = { { STR("{a}"), STR("{a}") } } };
	const struct site_variant v = { .part = &part, .parts = 1 };

	ck_assert_ptr_eq(fill_parts(suite_arena(), &plain, &v, NULL, LANG_EN),
	    &part);
} END_TEST

static const struct str neighbours[] = { STR("BE"), STR("CH") };
static const struct str belgium[] = { STR("BE") };
static const struct site_rule rules[] = {
	{ .countries = { belgium, 1 }, .langs = 1u << LANG_EN,
	    .part = STR("lead"), .text = { { STR("x"), STR("be en") } } },
	{ .countries = { neighbours, 2 }, .part = STR("lead"),
	    .text = { { STR("near fr"), STR("near en") } } },
	{ .langs = 1u << LANG_FR, .part = STR("lead"),
	    .text = { { STR("fr"), STR("x") } } },
};

static const struct {
	const char *country;
	enum lang lang;
	const char *text;
	bool is_own;
} visits[] = {
	{ "BE", LANG_EN, "be en", true },
	{ "BE", LANG_FR, "near fr", true },
	{ "CH", LANG_EN, "near en", true },
	{ "FR", LANG_EN, "all en", false },
	{ "", LANG_EN, "all en", false },
	/* Everybody who reads French. */
	{ "FR", LANG_FR, "fr", false },
};

START_TEST(the_first_rule_that_holds_chooses)
{
	static const struct site_part part[] = {
		{ STR("lead"), { { STR("all fr"), STR("all en") } } },
		{ STR("other"), { { STR("o"), STR("o") } } },
	};
	const struct site_variant v = { .part = part, .parts = 2,
	    .rule = rules, .rules = COUNT(rules) };
	const struct fill who = { .country = str_of(visits[_i].country) };
	const struct site_part *got = fill_parts(suite_arena(), &page, &v,
	    &who, visits[_i].lang);

	ck_assert_str_same(lang_text(&got[0].text, visits[_i].lang),
	    str_of(visits[_i].text));
	ck_assert_str_same(lang_text(&got[1].text, visits[_i].lang),
	    STR("o"));
	ck_assert_int_eq(fill_is_own(&page, &v, &who, visits[_i].lang),
	    visits[_i].is_own);
} END_TEST

#define ACUTE "\xc3\xa9"
static const struct {
	struct str value;
	const char *clean;	/* of at most five characters */
} values[] = {
	{ STR("Lyon"), "Lyon" },
	{ STR(" Lyon\t"), "Lyon" },
	{ STR(ACUTE ACUTE ACUTE ACUTE ACUTE), ACUTE ACUTE ACUTE ACUTE ACUTE },
	{ STR(ACUTE ACUTE ACUTE ACUTE ACUTE "x"), "" },
	{ STR("Ly\r\non\x7f\0"), "Lyon" },
	{ STR("Ly\xc2\x85on"), "Lyon" },
	{ STR("\xe2\x80\xaeLy\xe2\x81\xa6on"), "Lyon" },
	{ STR("L\xe2\x80\xa8n\xe2\x80\x8f"), "Ln" },
	{ STR("\xe2\x82\xac" "5"), "\xe2\x82\xac" "5" },
	{ STR("Ly\xffon"), "" },
	{ STR(""), "" },
};

START_TEST(values_are_cleaned)
{
	ck_assert_str_same(fill_clean(suite_arena(), values[_i].value, 5),
	    str_of(values[_i].clean));
} END_TEST

/* The most that a definition may ask for is shown whole. */
START_TEST(the_longest_text_fits)
{
	static char long_text[SITE_TEXT_BYTES_MAX];
	struct str value = { long_text, 4 * SITE_FILLER_CHARS_MAX };
	struct str_pair pair = { STR("city"), value };
	const struct fill who = { .value = &pair, .values = 1 };
	struct site_part part = { .name = STR("lead") };
	const struct site_variant v = { .part = &part, .parts = 1 };
	struct buf b;

	memset(long_text, 'x', sizeof long_text);
	buf_init(&b, suite_arena(), SITE_TEXT_BYTES_MAX);
	for (int i = 0; i < SITE_PLACES_MAX; i++)
		buf_add(&b, STR("{city}"));
	buf_add(&b, (struct str){ long_text, SITE_TEXT_BYTES_MAX - b.n });
	part.text.in[LANG_EN] = buf_str(&b);
	ck_assert_uint_eq(lang_text(&parts_of(&v, &who)->text, LANG_EN).n,
	    SITE_TEXT_BYTES_MAX - SITE_PLACES_MAX * 6 +
	    SITE_PLACES_MAX * value.n);
} END_TEST

SUITE(fill)
{
	SUITE_LOOP(places_are_filled, COUNT(texts));
	SUITE_TEST(a_page_without_places_keeps_its_braces);
	SUITE_LOOP(the_first_rule_that_holds_chooses, COUNT(visits));
	SUITE_LOOP(values_are_cleaned, COUNT(values));
	SUITE_TEST(the_longest_text_fits);
}
