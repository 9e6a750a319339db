/*
 * Tests src/page/sitefill.c: what the example's page may fill in, and what it
 * may not.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define L "{\"fr\": \"d\", \"en\": \"d\"}"
#define AT(rest) "$.pages[0]" rest
#define RULE(rest) "[{\"part\": \"headline\", \"text\": " L rest "}]"

static const struct {
	const char *pointer;
	const char *json;
	const char *path;	/* of the first mistake; NULL: none */
} cases[] = {
	{ "personal", "{\"first_name\": " L "}", NULL },
	{ "personal", "{}", NULL },
	{ "personal", "[]", AT(".personal") },
	{ "personal", "{\"First\": " L "}", AT(".personal.First") },
	{ "personal", "{\"first_name\": \"you\"}", AT(".personal.first_name") },
	{ "personal", "{\"first_name\": {\"fr\": \"d\"}}",
	    AT(".personal.first_name.en") },
	{ "personal", "{\"lang\": " L "}", AT(".personal.lang") },
	{ "parameters", "{\"city\": {\"max\": 40, \"default\": " L "}}", NULL },
	{ "parameters", "{\"city\": {\"max\": 1, \"default\": " L ","
	    " \"from\": \"campaign\"}}", NULL },
	{ "parameters", "{\"city\": {\"max\": 80, \"default\": " L "}}", NULL },
	{ "parameters", "{\"city\": {\"max\": 81, \"default\": " L "}}",
	    AT(".parameters.city.max") },
	{ "parameters", "{\"city\": {\"max\": 0, \"default\": " L "}}",
	    AT(".parameters.city.max") },
	{ "parameters", "{\"city\": {\"default\": " L "}}",
	    AT(".parameters.city.max") },
	{ "parameters", "{\"city\": {\"max\": 40}}",
	    AT(".parameters.city.default") },
	{ "parameters", "{\"city\": {\"max\": 40, \"default\": " L ","
	    " \"from\": \"referrer\"}}", AT(".parameters.city.from") },
	{ "parameters", "{\"city\": {\"max\": 40, \"default\": " L ","
	    " \"min\": 1}}", AT(".parameters.city.min") },
	{ "parameters", "{\"k\": {\"max\": 40, \"default\": " L "}}",
	    AT(".parameters.k") },
	{ "parameters", "{\"embed\": {\"max\": 40, \"default\": " L "}}",
	    AT(".parameters.embed") },
	{ "variants/0/rules", RULE(", \"country\": [\"BE\"]"), NULL },
	{ "variants/0/rules", RULE(", \"language\": [\"en\"]"), NULL },
	{ "variants/0/rules", RULE(""), AT(".variants[0].rules[0]") },
	{ "variants/0/rules", RULE(", \"country\": [\"be\"]"),
	    AT(".variants[0].rules[0].country[0]") },
	{ "variants/0/rules", RULE(", \"country\": [\"BE\", \"BE\"]"),
	    AT(".variants[0].rules[0].country[1]") },
	{ "variants/0/rules", RULE(", \"language\": [\"de\"],"
	    " \"country\": [\"DE\"]"),
	    AT(".variants[0].rules[0].language[0]") },
	{ "variants/0/rules", "[{\"part\": \"nothing\", \"text\": " L ","
	    " \"country\": [\"BE\"]}]", AT(".variants[0].rules[0].part") },
	/* A rule speaks the languages it is for. */
	{ "variants/0/rules", "[{\"part\": \"headline\", \"language\":"
	    " [\"en\"], \"text\": {\"en\": \"t\"}}]", NULL },
	{ "variants/0/rules", "[{\"part\": \"headline\", \"country\":"
	    " [\"BE\"], \"text\": {\"en\": \"t\"}}]",
	    AT(".variants[0].rules[0].text.fr") },
	{ "further", "\"livre-blanc\"", NULL },
	{ "further", "\"nowhere\"", AT(".further") },
	/* Else a brace is a brace. */
	{ "variants/0/parts/headline", "{\"fr\": \"{x}\", \"en\": \"{\"}",
	    NULL },
};

static struct str
at(const char *pointer)
{
	return arena_copy(suite_arena(), buf_join(suite_arena(),
	    STR("pages/0/"), str_of(pointer)));
}

START_TEST(each_mistake_has_its_path)
{
	struct sitecase_parsed p = sitecase_parse(sitecase_with(
	    at(cases[_i].pointer).p, cases[_i].json));

	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(cases[_i].path));
	ck_assert_int_eq(p.errors, cases[_i].path ? 1 : 0);
} END_TEST

#define HEADLINE AT(".variants[0].parts.headline.fr")
static const struct { const char *text; const char *path; } places[] = {
	{ "Bonjour", NULL },
	{ "Bonjour {name}", NULL },
	{ "Bonjour {name|vous}, {city}", NULL },
	{ "Bonjour {nom}", HEADLINE },
	{ "Bonjour {name", HEADLINE },
	{ "Bonjour {}", HEADLINE },
	{ "Bonjour { name }", HEADLINE },
};

START_TEST(places_are_declared)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;
	struct str text = buf_fmt(suite_arena(), 200,
	    "{\"fr\": \"%s\", \"en\": \"t\"}", places[_i].text);

	sitecase_edit(site, "pages/0/personal", "{\"name\": " L "}");
	sitecase_edit(site, "pages/0/parameters",
	    "{\"city\": {\"max\": 40, \"default\": " L "}}");
	sitecase_edit(site, "pages/0/variants/0/parts/headline",
	    arena_copy(suite_arena(), text).p);
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(sitecase_path(&p), str_of(places[_i].path));
} END_TEST

static const struct { const char *pointer; const char *path; } commons[] = {
	{ "variants/0/parts/headline", NULL },
	{ "variants/0/parts/brand", AT(".variants[0].parts.brand.fr") },
	{ "thanks/headline", AT(".thanks.headline.fr") },
};

/* What is read on a page of its own, or in a mail, greets nobody. */
START_TEST(what_everybody_reads_has_no_places)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	sitecase_edit(site, at(commons[_i].pointer).p,
	    "{\"fr\": \"{name}\", \"en\": \"t\"}");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_uint_eq(p.errors, 0);
	sitecase_edit(site, "pages/0/personal", "{\"name\": " L "}");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(sitecase_path(&p), str_of(commons[_i].path));
} END_TEST

START_TEST(a_name_is_declared_once)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	sitecase_edit(site, "pages/0/personal", "{\"city\": " L "}");
	sitecase_edit(site, "pages/0/parameters",
	    "{\"city\": {\"max\": 40, \"default\": " L "}}");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(sitecase_path(&p), STR(AT(".parameters.city")));
} END_TEST

/* [open, item … item], where %zu is its number. */
static const char *
many(const char *item, const char *ends, size_t count)
{
	struct buf b;

	buf_init(&b, suite_arena(), 1 << 16);
	buf_byte(&b, ends[0]);
	for (size_t i = 0; i < count; i++) {
		struct str head, tail;

		str_cut(str_of(item), '#', &head, &tail);
		buf_addf(&b, "%s%.*s%zu%.*s", i ? ", " : "", STR_ARG(head), i,
		    STR_ARG(tail));
	}
	buf_byte(&b, ends[1]);
	return arena_copy(suite_arena(), buf_str(&b)).p;
}

static size_t
mistakes(const char *pointer, const char *json)
{
	return sitecase_parse(sitecase_with(at(pointer).p, json)).errors;
}

START_TEST(how_much_is_limited)
{
	for (size_t more = 0; more <= 1; more++) {
		json_t *site = sitecase_example();

		ck_assert_uint_eq(mistakes("personal", many("\"n#\": " L,
		    "{}", SITE_FILLERS_MAX + more)), more);
		ck_assert_uint_eq(mistakes("variants/0/rules", many(
		    "{\"part\": \"headline\", \"country\": [\"BE\"], \"text\":"
		    " {\"fr\": \"#\", \"en\": \"t\"}}", "[]",
		    SITE_RULES_MAX + more)), more);
		sitecase_edit(site, "pages/0/personal", "{\"name\": " L "}");
		sitecase_edit(site, "pages/0/variants/0/parts/headline",
		    arena_copy(suite_arena(), buf_fmt(suite_arena(), 4096,
		    "{\"fr\": \"%s\", \"en\": \"t\"}", many("{name}#", "  ",
		    SITE_PLACES_MAX + more))).p);
		ck_assert_uint_eq(sitecase_parse(sitecase_text(site)).errors,
		    more);
	}
} END_TEST

SUITE(sitefill)
{
	SUITE_LOOP(each_mistake_has_its_path, COUNT(cases));
	SUITE_LOOP(places_are_declared, COUNT(places));
	SUITE_LOOP(what_everybody_reads_has_no_places, COUNT(commons));
	SUITE_TEST(a_name_is_declared_once);
	SUITE_TEST(how_much_is_limited);
}
