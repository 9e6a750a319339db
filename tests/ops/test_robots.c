/* Tests src/ops/embed-robots/robots.c on packages of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ops/embed-robots/robots.h"
#include "support/suite.h"

#define OWN "# of ours\n\nbrowser mozilla/\nbrowser opera/\nrobot spider\n"
#define VERSION "{\"version\":\"1.60.0\"}"

static void
put(struct str dir, const char *name, const char *text)
{
	FILE *f = fopen(buf_fmt(suite_arena(), 400, "%.*s/%s", STR_ARG(dir),
	    name).p, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert(fputs(text, f) >= 0);
	ck_assert(!fclose(f));
}

/* Read own and the package list; *said is what was complained of. */
static enum err
make(struct robots *r, const char *own, const char *list, char **said)
{
	struct str dir = suite_directory();
	size_t n;
	FILE *say = open_memstream(said, &n);
	enum err e;

	put(dir, ROBOTS_PACKAGE ".json", list);
	put(dir, "package.json", VERSION);
	e = robots_init(r, suite_arena(), str_of(own), dir.p, say);
	ck_assert(!fclose(say));
	return e;
}

static const struct { const char *text; bool is; } texts[] = {
	{ "", true }, { "M", true }, { "Mozilla", true }, { "curl/8", true },
	{ "Mozilla/", false }, { "MOZILLA/5.0 (X11)", false },
	{ "Opera/9", false }, { "Operb/9", true },
	{ "xMozilla/5.0", true }, { "Mozilla/5.0 (X11) SPIDER", true },
	{ "Mozilla/5.0 (X11) Yeti", true },
	{ "Mozilla/5.0 (X11) yeti", false },	/* not as the package means */
};

START_TEST(our_lines_and_the_package_are_one_list)
{
	struct robots r;
	char *said;

	ck_assert(!make(&r, OWN, "[{\"pattern\":\"Yeti\",\"instances\":"
	    "[\"Mozilla/5.0 Yeti/1\"]},{\"pattern\":\"Nix\"}]", &said));
	ck_assert_str_eq(said, "");
	ck_assert_str_same(r.list,
	    STR("crawler-user-agents 1.60.0, 2 patterns"));
	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_msg(automaton_accepts(&r.dfa.automaton,
		    str_of(texts[i].text)) == texts[i].is, "%s",
		    texts[i].text);
	robots_clear(&r);
	free(said);
} END_TEST

/* So it is while the registry can't be reached: our lines about it rest. */
START_TEST(without_the_package_our_lines_are_all)
{
	struct robots r;
	char *said;

	ck_assert(!make(&r, OWN "skip Sogou\n", "[]", &said));
	ck_assert_str_eq(said, "");
	ck_assert_str_same(r.list, STR("own list only"));
	ck_assert(automaton_accepts(&r.dfa.automaton, STR("curl/8")));
	ck_assert(!automaton_accepts(&r.dfa.automaton,
	    STR("Mozilla/5.0 Yeti")));
	robots_clear(&r);
	free(said);
} END_TEST

START_TEST(skipped_and_excepted_are_left_out)
{
	struct robots r;
	char *said;

	ck_assert(!make(&r, OWN "skip Fl(u|x)id\nexcept Mozilla/5.0 Fluid\n",
	    "[{\"pattern\":\"Fl(u|x)id\",\"instances\":"
	    "[\"Mozilla/5.0 Fluid\"]},{\"pattern\":\"Yeti\"}]", &said));
	ck_assert_str_eq(said, "");
	ck_assert_str_same(r.list,
	    STR("crawler-user-agents 1.60.0, 1 patterns"));
	robots_clear(&r);
	free(said);
} END_TEST

/* What is wrong is named, so that who updates the package finds it. */
static const struct {
	const char *own, *list, *named;
} wrong[] = {
	{ OWN, "[{\"pattern\":\"a(?=b)\"}]",
	    "crawler-user-agents pattern \"a(?=b)\": a group of a kind" },
	{ OWN, "[{\"pattern\":\"Yeti\"},{\"pattern\":\"x{2}\"}]",
	    "crawler-user-agents pattern \"x{2}\"" },
	{ OWN, "[{\"pattern\":\"\"}]", "matches every text" },
	{ OWN, "[{\"pattern\":\"Yeti\",\"instances\":[\"Mozilla/ Yet\"]}]",
	    "example \"Mozilla/ Yet\": not recognised" },
	{ OWN "skip Sogou\n", "[{\"pattern\":\"Yeti\"}]",
	    "skip \"Sogou\": the package needs no such line" },
	{ OWN "except Mozilla/5.0 Yeti\n", "[{\"pattern\":\"Yeti\","
	    "\"instances\":[\"Mozilla/5.0 Yeti\"]}]",
	    "except \"Mozilla/5.0 Yeti\": the package needs no such line" },
	{ OWN "robot x**\n", "[]", "robot \"x**\"" },
	{ OWN "robots x\n", "[]", "line \"robots x\": not understood" },
	{ OWN "robot\n", "[]", "line \"robot\": not understood" },
	{ OWN, "{}", "not a list" },
	{ OWN, "[{\"url\":\"x\"}]", "an entry without pattern" },
	{ OWN, "[3]", "an entry without pattern" },
	{ OWN, "[", ROBOTS_PACKAGE ".json:1: " },
};

START_TEST(what_is_wrong_is_named)
{
	struct robots r;
	char *said;

	ck_assert(make(&r, wrong[_i].own, wrong[_i].list, &said));
	ck_assert_msg(strstr(said, wrong[_i].named), "%s, not %s", said,
	    wrong[_i].named);
	free(said);
} END_TEST

START_TEST(lines_of_a_kind_are_counted)
{
	struct arena *a = suite_arena();
	struct robots r;
	struct buf b;
	char *said;

	buf_init(&b, a, 100000);
	for (int i = 0; i < ROBOTS_LINES_MAX; i++)
		buf_add(&b, STR("robot spider\n"));
	buf_byte(&b, '\0');
	ck_assert(!make(&r, b.p, "[]", &said));
	robots_clear(&r);
	free(said);
	b.n--;
	buf_add(&b, STR("robot spider\n"));
	buf_byte(&b, '\0');
	ck_assert_int_eq(make(&r, b.p, "[]", &said), ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(said, "one too many"));
	free(said);
} END_TEST

START_TEST(it_is_printed_as_c)
{
	struct robots r;
	char *said, *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	ck_assert(!make(&r, OWN, "[]", &said));
	robots_print(&r, out);
	ck_assert(!fclose(out));
	ck_assert_ptr_nonnull(strstr(text,
	    "const char bot_list_text[] = \"own list only\";\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "const struct automaton bot_automaton = { {"));
	robots_clear(&r);
	free(text);
	free(said);
} END_TEST

SUITE(robots)
{
	SUITE_TEST(our_lines_and_the_package_are_one_list);
	SUITE_TEST(without_the_package_our_lines_are_all);
	SUITE_TEST(skipped_and_excepted_are_left_out);
	SUITE_LOOP(what_is_wrong_is_named, COUNT(wrong));
	SUITE_TEST(lines_of_a_kind_are_counted);
	SUITE_TEST(it_is_printed_as_c);
}
