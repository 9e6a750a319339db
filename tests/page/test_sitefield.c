/*
 * Tests src/page/sitefield.c and siterule.c: fields 7 and up of the example's
 * form, each kind with what it may say and what it may not.
 */
#include "base/buf.h"
#include "form/attachment.h"
#include "form/country.h"
#include "form/media.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define L "\"label\": {\"fr\": \"l\", \"en\": \"l\"}"
#define OPTION(value) "{\"value\": \"" value "\", " L "}"
#define FIELD(name, kind, rest) \
	"{\"name\": \"" name "\", \"kind\": \"" kind "\", " L rest "}"
#define SIZE FIELD("size", "choice", \
	", \"options\": [" OPTION("small") ", " OPTION("large") "]")
#define THEMES(rest) FIELD("themes", "choices", ", \"options\": [" \
	OPTION("a") ", " OPTION("b") ", " OPTION("c") "]" rest)
#define AT(rest) "$.forms[0].fields[7]" rest
#define NEXT(rest) "$.forms[0].fields[8]" rest
#define IF_SIZE(member, in) \
	", \"" member "\": {\"field\": \"size\", \"in\": [" in "]}"

static const struct {
	const char *field[2];	/* 7 and 8, when there is one */
	const char *path;	/* of the first mistake; NULL: none */
} cases[] = {
	{ { FIELD("n", "long_text", "") }, NULL },
	{ { FIELD("n", "siret", ", \"required\": true") }, NULL },
	{ { FIELD("n", "vat", "") }, NULL },
	{ { FIELD("n", "url", "") }, AT(".kind") },
	/* Numbers. */
	{ { FIELD("n", "number", ", \"min\": 0, \"max\": 9.5,"
	    " \"decimals\": 1, \"step\": 0.5") }, NULL },
	{ { FIELD("n", "number", ", \"min\": -999999999999,"
	    " \"max\": 999999999999, \"decimals\": 6") }, NULL },
	{ { FIELD("n", "number", ", \"max\": 1000000000000") }, AT(".max") },
	{ { FIELD("n", "number", ", \"min\": 1, \"max\": 0") }, AT(".min") },
	{ { FIELD("n", "number", ", \"min\": \"1\"") }, AT(".min") },
	{ { FIELD("n", "number", ", \"max\": 1.5") }, AT(".max") },
	{ { FIELD("n", "number", ", \"max\": 0.125, \"decimals\": 2") },
	    AT(".max") },
	{ { FIELD("n", "number", ", \"max\": 0.1, \"decimals\": 6") }, NULL },
	{ { FIELD("n", "number", ", \"step\": 0") }, AT(".step") },
	{ { FIELD("n", "number", ", \"step\": -1") }, AT(".step") },
	{ { FIELD("n", "number", ", \"decimals\": 6") }, NULL },
	{ { FIELD("n", "number", ", \"decimals\": 7") }, AT(".decimals") },
	{ { FIELD("n", "text", ", \"decimals\": 1") }, AT(".decimals") },
	{ { FIELD("n", "date", ", \"step\": 1") }, AT(".step") },
	/* Dates. */
	{ { FIELD("n", "date", ", \"min\": \"2026-01-01\","
	    " \"max\": \"31/12/2026\"") }, NULL },
	{ { FIELD("n", "date", ", \"min\": \"2026-02-29\"") }, AT(".min") },
	{ { FIELD("n", "date", ", \"max\": 2026") }, AT(".max") },
	{ { FIELD("n", "date", ", \"min\": \"2026-01-02\","
	    " \"max\": \"2026-01-01\"") }, AT(".min") },
	/* Choices. */
	{ { THEMES("") }, NULL },
	{ { THEMES(", \"min\": 2, \"max\": 3") }, NULL },
	{ { THEMES(", \"max\": 4") }, AT(".max") },
	{ { THEMES(", \"min\": 0") }, AT(".min") },
	{ { THEMES(", \"min\": 3, \"max\": 2") }, AT(".min") },
	{ { THEMES(", \"pattern\": \"a\"") }, AT(".pattern") },
	{ { FIELD("n", "choices", "") }, AT(".options") },
	{ { FIELD("n", "number", ", \"options\": [" OPTION("a") "]") },
	    AT(".options") },
	/* Files. */
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\", \"docx\"],"
	    " \"bytes_max\": 5242880") }, NULL },
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\"],"
	    " \"bytes_max\": 5242881") }, AT(".bytes_max") },
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\"],"
	    " \"bytes_max\": 0") }, AT(".bytes_max") },
	{ { FIELD("n", "file", "") }, AT(".accept") },
	{ { FIELD("n", "file", ", \"accept\": []") }, AT(".accept") },
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\", \"exe\"]") },
	    AT(".accept[1]") },
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\", \"pdf\"]") },
	    AT(".accept[1]") },
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\"], \"max\": 3") },
	    AT(".max") },
	{ { FIELD("n", "text", ", \"accept\": [\"pdf\"]") }, AT(".accept") },
	{ { FIELD("n", "file", ", \"accept\": [\"pdf\"],"
	    " \"bytes_max\": 5242880"), FIELD("m", "file",
	    ", \"accept\": [\"pdf\"], \"bytes_max\": 1") },
	    "$.forms[0].fields" },
	/* Hidden, from the touch. */
	{ { FIELD("n", "hidden", ", \"from\": \"click_id\"") }, NULL },
	{ { FIELD("n", "hidden", ", \"from\": \"cookie\"") }, AT(".from") },
	{ { FIELD("n", "hidden", ", \"from\": \"\"") }, AT(".from") },
	{ { FIELD("n", "hidden", ", \"from\": \"source\","
	    " \"required\": true") }, AT(".from") },
	{ { FIELD("n", "text", ", \"from\": \"source\"") }, AT(".from") },
	/* Conditions. */
	{ { SIZE, FIELD("n", "text", IF_SIZE("show_if", "\"large\"")) },
	    NULL },
	{ { SIZE, FIELD("n", "text", ", \"required\": true"
	    IF_SIZE("show_if", "\"large\", \"small\"")) }, NULL },
	{ { SIZE, FIELD("n", "text", IF_SIZE("required_if", "\"large\"")) },
	    NULL },
	{ { SIZE, FIELD("n", "text", ", \"required\": true"
	    IF_SIZE("required_if", "\"large\"")) }, NEXT(".required_if") },
	{ { SIZE, FIELD("n", "text", IF_SIZE("show_if", "\"huge\"")) },
	    NEXT(".show_if.in[0]") },
	{ { SIZE, FIELD("n", "text", IF_SIZE("show_if",
	    "\"small\", \"small\"")) }, NEXT(".show_if.in[1]") },
	{ { SIZE, FIELD("n", "text", IF_SIZE("show_if", "")) },
	    NEXT(".show_if.in") },
	{ { SIZE, FIELD("n", "text", ", \"show_if\": {\"field\": \"size\"}")
	    }, NEXT(".show_if.in") },
	{ { SIZE, FIELD("n", "text", ", \"show_if\": {\"field\": \"size\","
	    " \"in\": [\"small\"], \"not\": []}") }, NEXT(".show_if.not") },
	{ { SIZE, FIELD("n", "text", ", \"show_if\": \"size\"") },
	    NEXT(".show_if") },
	/* Unknown, itself, later: so no two wait for each other. */
	{ { SIZE, FIELD("n", "text", ", \"show_if\": {\"field\": \"colour\","
	    " \"in\": [\"red\"]}") }, NEXT(".show_if.field") },
	{ { THEMES(", \"show_if\": {\"field\": \"themes\","
	    " \"in\": [\"a\"]}") }, AT(".show_if.field") },
	{ { THEMES(IF_SIZE("show_if", "\"small\"")), SIZE },
	    AT(".show_if.field") },
	{ { FIELD("n", "text", ", \"show_if\": {\"field\": \"email\","
	    " \"in\": [\"a@b.fr\"]}") }, AT(".show_if.field") },
	{ { FIELD("c", "country", ""), FIELD("n", "text", ", \"show_if\":"
	    " {\"field\": \"c\", \"in\": [\"FR\", \"BE\"]}") }, NULL },
	{ { FIELD("c", "country", ""), FIELD("n", "text", ", \"show_if\":"
	    " {\"field\": \"c\", \"in\": [\"fr\"]}") },
	    NEXT(".show_if.in[0]") },
	{ { FIELD("c", "consent", ""), FIELD("n", "text", ", \"show_if\":"
	    " {\"field\": \"c\", \"in\": [\"1\"]}") }, NULL },
	{ { FIELD("c", "consent", ""), FIELD("n", "text", ", \"show_if\":"
	    " {\"field\": \"c\", \"in\": [\"0\"]}") },
	    NEXT(".show_if.in[0]") },
	{ { THEMES(""), FIELD("n", "text", ", \"show_if\": {\"field\":"
	    " \"themes\", \"in\": [\"c\"]}") }, NULL },
	{ { SIZE, FIELD("n", "hidden", ", \"from\": \"source\""
	    IF_SIZE("required_if", "\"large\"")) }, NEXT(".required_if") },
};

static struct sitecase_parsed
parse(const char *const *field)
{
	json_t *site = sitecase_example();

	sitecase_edit(site, "forms/0/fields/7", field[0]);
	if (field[1])
		sitecase_edit(site, "forms/0/fields/8", field[1]);
	return sitecase_parse(sitecase_text(site));
}

START_TEST(each_mistake_has_its_path)
{
	struct sitecase_parsed p = parse(cases[_i].field);

	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(cases[_i].path));
	ck_assert_int_eq(p.errors, cases[_i].path ? 1 : 0);
} END_TEST

START_TEST(what_was_written_is_read)
{
	static const char *const themes[] = { SIZE, THEMES(", \"min\": 2"
	    ", \"required\": true" IF_SIZE("show_if", "\"large\"")) };
	static const char *const others[] = { FIELD("n", "number",
	    ", \"min\": -1.5, \"max\": 99.95, \"decimals\": 2,"
	    " \"step\": 0.05"), FIELD("cv", "file",
	    ", \"accept\": [\"odt\", \"pdf\"]") };
	struct sitecase_parsed p = parse(themes);
	const struct field *f =
	    &site_form(p.site, STR("livre-blanc"))->field[8];

	ck_assert_int_eq(f->kind, FIELD_CHOICES);
	ck_assert(f->is_required && f->bounds.has_min && !f->bounds.has_max);
	ck_assert_int_eq(f->bounds.min, 2);
	ck_assert_uint_eq(f->options, 3);
	ck_assert_uint_eq(f->show_if.field, 7);
	ck_assert_uint_eq(f->show_if.values, 1);
	ck_assert_str_same(f->show_if.value[0], STR("large"));
	ck_assert_uint_eq(f->required_if.values, 0);
	p = parse(others);
	f = &site_form(p.site, STR("livre-blanc"))->field[7];
	ck_assert_int_eq(f->bounds.min, -150);
	ck_assert_int_eq(f->bounds.max, 9995);
	ck_assert_int_eq(f->bounds.step, 5);
	ck_assert_uint_eq(f->bounds.decimals, 2);
	ck_assert_uint_eq(f[1].media, 1u << MEDIA_ODT | 1u << MEDIA_PDF);
	ck_assert_uint_eq(f[1].bytes_max, ATTACHMENT_BYTES_DEFAULT);
} END_TEST

/* A list of count objects, told apart by a number behind head. */
static struct str
list_of(const char *head, struct str tail, size_t count)
{
	struct buf b;

	buf_init(&b, suite_arena(), (size_t)1 << 20);
	for (size_t i = 0; i < count; i++)
		buf_addf(&b, "%c%s%zu%.*s", i ? ',' : '[', head, i,
		    STR_ARG(tail));
	buf_byte(&b, ']');
	return buf_str(&b);
}

static struct str
options_of(size_t count)
{
	return list_of("{\"value\": \"v", STR("\", " L "}"), count);
}

/* What stands behind the name of choices among count options. */
static struct str
choices_of(size_t count)
{
	return buf_fmt(suite_arena(), 65536, "\", \"kind\": \"choices\","
	    " \"options\": %.*s, " L "}", STR_ARG(options_of(count)));
}

static size_t
mistakes(const char *pointer, struct str value)
{
	struct sitecase_parsed p = sitecase_parse(sitecase_with(pointer,
	    arena_copy(suite_arena(), value).p));

	return p.errors;
}

/* n and n + 1 of everything that is counted. */
START_TEST(what_a_post_can_hold_is_limited)
{
	static const char name[] = "{\"name\": \"f";
	static const struct str file = STR("\", \"kind\": \"file\","
	    " \"accept\": [\"pdf\"], \"bytes_max\": 10, " L "}");

	for (size_t more = 0; more <= 1; more++) {
		ck_assert_uint_eq(mistakes("forms/0/fields", list_of(name,
		    choices_of(FIELD_CHOICES_MAX + more), 1)), more);
		ck_assert_uint_eq(mistakes("forms/0/fields", list_of(name,
		    file, FORM_FILES_MAX + more)), more);
		/* Beside the form's two consents. */
		ck_assert_uint_eq(mistakes("forms/0/fields", list_of(name,
		    choices_of((FORM_ANSWERS_MAX - 2) / 3 + more), 3)), more);
	}
} END_TEST

START_TEST(a_condition_has_so_many_values)
{
	for (size_t more = 0; more <= 1; more++) {
		json_t *site = sitecase_example();
		struct sitecase_parsed p;
		struct buf b;

		buf_init(&b, suite_arena(), 4096);
		buf_add(&b, STR("{\"field\": \"c\", \"in\": ["));
		for (size_t i = 0; i < FIELD_CONDITION_VALUES_MAX + more; i++)
			buf_addf(&b, "%s\"%s\"", i ? ", " : "",
			    country_at(LANG_FR, i)->code);
		buf_add(&b, STR("]}"));
		sitecase_edit(site, "forms/0/fields/7",
		    FIELD("c", "country", ""));
		sitecase_edit(site, "forms/0/fields/8",
		    FIELD("n", "text", ""));
		sitecase_edit(site, "forms/0/fields/8/show_if",
		    arena_copy(suite_arena(), buf_str(&b)).p);
		p = sitecase_parse(sitecase_text(site));
		ck_assert_uint_eq(p.errors, more);
		ck_assert_str_same(sitecase_path(&p), more ?
		    STR("$.forms[0].fields[8].show_if.in") : STR_EMPTY);
	}
} END_TEST

SUITE(sitefield)
{
	SUITE_TEST(a_condition_has_so_many_values);
	SUITE_LOOP(each_mistake_has_its_path, COUNT(cases));
	SUITE_TEST(what_was_written_is_read);
	SUITE_TEST(what_a_post_can_hold_is_limited);
}
