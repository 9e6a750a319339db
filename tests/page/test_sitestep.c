/*
 * Tests src/page/sitestep.c: the example's form, its seven fields asked in
 * steps, by turns, and kept half-way.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define TITLE "\"title\": {\"fr\": \"t\", \"en\": \"t\"}"
#define STEP(key, fields) \
	"{\"key\": \"" key "\", " TITLE ", \"fields\": [" fields "]}"
#define YOU "\"email\", \"first_name\", \"last_name\""
#define REST "\"company\", \"phone\", \"postcode\", \"message\""
#define STEPS "[" STEP("a", YOU) ", " STEP("b", REST) "]"
#define TEXT "\"text\": {\"fr\": \"t\", \"en\": \"t\"}"
#define AT(rest) "$.forms[0]" rest

static const struct {
	const char *member;
	const char *json;
	const char *path;	/* of the first mistake; NULL: none */
} cases[] = {
	{ "steps", STEPS, NULL },
	{ "steps", "[]", AT(".steps") },
	{ "steps", "{}", AT(".steps") },
	{ "steps", "[" STEP("a", YOU ", " REST) "]", AT(".steps") },
	{ "steps", "[" STEP("a", YOU) ", " STEP("a", REST) "]",
	    AT(".steps[1].key") },
	{ "steps", "[" STEP("a", YOU) ", {\"key\": \"b\", \"fields\": ["
	    REST "]}]", AT(".steps[1].title") },
	{ "steps", "[" STEP("a", YOU) ", {\"key\": \"b\", \"title\":"
	    " {\"fr\": \"t\"}, \"fields\": [" REST "]}]",
	    AT(".steps[1].title.en") },
	{ "steps", "[" STEP("a", YOU ", " REST) ", " STEP("b", "") "]",
	    AT(".steps[1].fields") },
	{ "steps", "[" STEP("a", YOU ", \"nobody\"") ", " STEP("b", REST) "]",
	    AT(".steps[0].fields[3]") },
	/* Each once, in order, all of them. */
	{ "steps", "[" STEP("a", YOU ", \"email\"") ", " STEP("b", REST) "]",
	    AT(".steps[0].fields[3]") },
	{ "steps", "[" STEP("a", YOU) ", " STEP("b", "\"company\", \"phone\","
	    " \"postcode\"") "]", AT(".steps") },
	{ "steps", "[" STEP("a", YOU) ", " STEP("b", "\"phone\", \"postcode\","
	    " \"message\"") "]", AT(".steps[1].fields[0]") },
	{ "steps", "[" STEP("a", YOU) ", {\"key\": \"b\", " TITLE
	    ", \"fields\": [" REST "], \"more\": 1}]", AT(".steps[1].more") },
	/* By turns. */
	{ "progressive", "{\"ask\": 2, \"stock\": [\"phone\", \"company\"]}",
	    NULL },
	{ "progressive", "{\"ask\": 0, \"stock\": [\"phone\"]}",
	    AT(".progressive.ask") },
	{ "progressive", "{\"ask\": 2, \"stock\": [\"phone\"]}",
	    AT(".progressive.ask") },
	{ "progressive", "{\"stock\": [\"phone\"]}", AT(".progressive.ask") },
	{ "progressive", "{\"ask\": 1, \"stock\": []}",
	    AT(".progressive.stock") },
	{ "progressive", "{\"ask\": 1}", AT(".progressive.stock") },
	{ "progressive", "{\"ask\": 1, \"stock\": [\"fax\"]}",
	    AT(".progressive.stock[0]") },
	{ "progressive", "{\"ask\": 1, \"stock\": [\"phone\", \"phone\"]}",
	    AT(".progressive.stock[1]") },
	{ "progressive", "{\"ask\": 1, \"stock\": [\"email\"]}",
	    AT(".progressive.stock[0]") },
	/* Half-way. */
	{ "draft", "{" TEXT "}", AT(".draft") },	/* without steps */
};

static struct sitecase_parsed
parse(const char *member, const char *json)
{
	struct str at = buf_join(suite_arena(), STR("forms/0/"),
	    str_of(member));

	return sitecase_parse(sitecase_with(arena_copy(suite_arena(), at).p,
	    json));
}

START_TEST(each_mistake_has_its_path)
{
	struct sitecase_parsed p = parse(cases[_i].member, cases[_i].json);

	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(cases[_i].path));
	ck_assert_int_eq(p.errors, cases[_i].path ? 1 : 0);
} END_TEST

static const struct { const char *draft; const char *path; } drafts[] = {
	{ "{" TEXT "}", NULL },
	{ "{" TEXT ", \"days\": 1}", NULL },
	{ "{" TEXT ", \"days\": 90}", NULL },
	{ "{" TEXT ", \"days\": 0}", AT(".draft.days") },
	{ "{" TEXT ", \"days\": 91}", AT(".draft.days") },
	{ "{\"days\": 30}", AT(".draft.text") },
	{ "{" TEXT ", \"ticked\": true}", AT(".draft.ticked") },
};

START_TEST(a_draft_needs_its_words)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	sitecase_edit(site, "forms/0/steps", STEPS);
	sitecase_edit(site, "forms/0/draft", drafts[_i].draft);
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(sitecase_path(&p), str_of(drafts[_i].path));
} END_TEST

START_TEST(what_was_written_is_read)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;
	const struct form *f;

	sitecase_edit(site, "forms/0/steps", STEPS);
	sitecase_edit(site, "forms/0/draft", "{" TEXT "}");
	sitecase_edit(site, "forms/0/progressive",
	    "{\"ask\": 1, \"stock\": [\"message\", \"phone\"]}");
	p = sitecase_parse(sitecase_text(site));
	f = site_form(p.site, STR("livre-blanc"));
	ck_assert_uint_eq(f->steps, 2);
	ck_assert_str_same(f->step[1].key, STR("b"));
	ck_assert_uint_eq(f->field[2].step, 0);
	ck_assert_uint_eq(f->field[3].step, 1);
	ck_assert_uint_eq(f->stocked, 2);
	ck_assert_uint_eq(f->stock[0], 6);
	ck_assert_uint_eq(f->ask, 1);
	ck_assert_uint_eq(f->draft_days, 30);
} END_TEST

/* What a condition looks at, and a file before the end. */
START_TEST(some_fields_have_their_place)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	sitecase_edit(site, "forms/0/fields/7", "{\"name\": \"c\", \"kind\":"
	    " \"country\", \"label\": {\"fr\": \"l\", \"en\": \"l\"}}");
	sitecase_edit(site, "forms/0/fields/8", "{\"name\": \"t\", \"kind\":"
	    " \"text\", \"label\": {\"fr\": \"l\", \"en\": \"l\"},"
	    " \"show_if\": {\"field\": \"c\", \"in\": [\"FR\"]}}");
	sitecase_edit(site, "forms/0/progressive",
	    "{\"ask\": 1, \"stock\": [\"t\", \"c\"]}");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_uint_eq(p.errors, 1);
	ck_assert_str_same(sitecase_path(&p), STR(AT(
	    ".progressive.stock[1]")));
	site = sitecase_example();
	sitecase_edit(site, "forms/0/fields/2", "{\"name\": \"last_name\","
	    " \"kind\": \"file\", \"accept\": [\"pdf\"],"
	    " \"label\": {\"fr\": \"l\", \"en\": \"l\"}}");
	sitecase_edit(site, "forms/0/steps", STEPS);
	p = sitecase_parse(sitecase_text(site));
	ck_assert_uint_eq(p.errors, 1);
	ck_assert_str_same(sitecase_path(&p), STR(AT(".steps")));
} END_TEST

START_TEST(there_are_so_many_steps)
{
	for (size_t more = 0; more <= 1; more++) {
		json_t *site = sitecase_example();
		json_t *fields = json_object_get(json_array_get(
		    json_object_get(site, "forms"), 0), "fields");
		struct sitecase_parsed p;
		struct buf b;

		buf_init(&b, suite_arena(), 1 << 16);
		for (size_t i = json_array_size(fields); i < FORM_STEPS_MAX +
		    more; i++) {
			b.n = 0;
			buf_addf(&b, "{\"name\": \"f%zu\", \"kind\": \"text\","
			    " \"label\": {\"fr\": \"l\", \"en\": \"l\"}}", i);
			sitecase_edit(site, arena_copy(suite_arena(), buf_fmt(
			    suite_arena(), 40, "forms/0/fields/%zu", i)).p,
			    arena_copy(suite_arena(), buf_str(&b)).p);
		}
		b.n = 0;
		for (size_t i = 0; i < json_array_size(fields); i++)
			buf_addf(&b, "%s" STEP("k%zu", "\"%s\""), i ? ", " :
			    "[", i, json_string_value(json_object_get(
			    json_array_get(fields, i), "name")));
		buf_add(&b, STR("]"));
		sitecase_edit(site, "forms/0/steps",
		    arena_copy(suite_arena(), buf_str(&b)).p);
		p = sitecase_parse(sitecase_text(site));
		ck_assert_uint_eq(p.errors, more);
	}
} END_TEST

SUITE(sitestep)
{
	SUITE_LOOP(each_mistake_has_its_path, COUNT(cases));
	SUITE_LOOP(a_draft_needs_its_words, COUNT(drafts));
	SUITE_TEST(what_was_written_is_read);
	SUITE_TEST(some_fields_have_their_place);
	SUITE_TEST(there_are_so_many_steps);
}
