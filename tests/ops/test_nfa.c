/* Tests src/ops/embed-robots/nfa.c and dfa.c, and src/track/automaton.c. */
#include <string.h>

#include "ops/embed-robots/dfa.h"
#include "ops/embed-robots/nfa.h"
#include "support/suite.h"

#define BYTES_MAX 100000

static bool
finds(const char *pattern, bool fold, const char *text)
{
	struct nfa *n = nfa_new();
	struct dfa d;
	const char *why;
	bool is;

	ck_assert_msg(!nfa_add(n, str_of(pattern), fold, &why), "%s", pattern);
	ck_assert(!dfa_init(&d, n, BYTES_MAX));
	is = automaton_accepts(&d.automaton, str_of(text));
	dfa_clear(&d);
	nfa_free(n);
	return is;
}

static const struct {
	const char *pattern, *text;
	bool is_found, is_found_folded;
} cases[] = {
	{ "bot", "bot", true, true },
	{ "bot", "a robot's", true, true },
	{ "bot", "Bot", false, true },
	{ "bot", "bo", false, false },
	{ "bot", "bobot", true, true },
	{ "bot", "", false, false },
	{ "Googlebot\\/", "Googlebot/2", true, true },
	{ "Googlebot\\/", "Googlebot-2", false, false },
	{ "grub\\.org", "grubborg", false, false },
	{ "grub.org", "grubborg", true, true },
	{ "a.c", "a\nc", false, false },
	{ "a.c", "a\xc3" "c", true, true },
	{ "[wW]get", "Wget", true, true },
	{ "[wW]get", "WGET", false, true },
	{ "[a-c]x", "bx", true, true },
	{ "[a-c]x", "dx", false, false },
	{ "[a-c]x", "Bx", false, true },
	{ "[-a]x", "-x", true, true },
	{ "[a-]x", "-x", true, true },
	{ "[\\]a]x", "]x", true, true },
	{ "[^a]x", "ax", false, false },
	{ "[^a]x", "Ax", true, false },
	{ "[^a]x", "x", false, false },
	{ "[\\s\\S]x", "\nx", true, true },
	{ "a[\\s\\S]*b", "a c\nd b", true, true },
	{ "a[\\s\\S]*b", "b a", false, false },
	{ "\\d\\.\\d+ F", "1.234 F", true, true },
	{ "\\d\\.\\d+ F", "1. F", false, false },
	{ "\\D\\w\\W", "a1 ", true, true },
	{ "\\D\\w\\W", "11 ", false, false },
	{ "ab?c", "ac", true, true },
	{ "ab?c", "abbc", false, false },
	{ "ab*c", "abbbc", true, true },
	{ "ab+c", "ac", false, false },
	{ "ab+c", "abbc", true, true },
	{ "(ab)+c", "ababc", true, true },
	{ "x(ab)+c", "xabac", false, false },
	{ "(?:sis|SIS) c", "SIS c", true, true },
	{ "(sis|SIS) c", "sIs c", false, true },
	{ "a|bc", "xbc", true, true },
	{ "a(|b)c", "ac", true, true },
	{ "^bot", "bot", true, true },
	{ "^bot", " bot", false, false },
	{ "(^| )bot", "a bot", true, true },
	{ "(^| )bot", "abot", false, false },
	{ "bot$", "robot", true, true },
	{ "bot$", "bots", false, false },
	{ "bot([^a-z]|$)", "robot", true, true },
	{ "bot([^a-z]|$)", "bot/", true, true },
	{ "bot([^a-z]|$)", "bots", false, false },
	{ "bot([^a-z]|$)", "botS", true, false },
	{ "^$", "", true, true },
	{ "^$", "a", false, false },
	{ "a$$", "ba", true, true },
	{ "a^b", "ab", false, false },
	{ "a$b", "ab", false, false },
	{ "Unshorten\\.It\\!", "Unshorten.It!", true, true },
};

START_TEST(patterns_mean_what_they_mean)
{
	ck_assert_msg(finds(cases[_i].pattern, false, cases[_i].text) ==
	    cases[_i].is_found, "%s in %s", cases[_i].pattern,
	    cases[_i].text);
	ck_assert_msg(finds(cases[_i].pattern, true, cases[_i].text) ==
	    cases[_i].is_found_folded, "%s in %s, folded",
	    cases[_i].pattern, cases[_i].text);
} END_TEST

static const char *const refused[] = {
	"", "a*", "^", "$", "^a*", "(a|)", "a{2}", "{", "}", "]", "a**", "a*?",
	"a+?", "^*", "$?", "*a", "(a", "a)", "(?=a)", "(?!a)", "(?<a>b)",
	"[a", "[]", "[b-a]", "[\\d-z]", "[a-\\d]", "\\", "\\b", "\\1", "\\n",
	"\\x41", "\\p", "caf\xc3\xa9", "[\xc3\xa9]", "a\tb", "[\\",
	"(((((((((((((((((((((a)))))))))))))))))))))",	/* 21 deep */
};

START_TEST(others_are_refused)
{
	struct nfa *n = nfa_new();
	const char *why = NULL;

	ck_assert_msg(nfa_add(n, str_of(refused[_i]), false, &why) ==
	    ERR_INPUT, "%s", refused[_i]);
	ck_assert(why && *why);
	ck_assert_uint_eq(n->nodes, 0);
	ck_assert_uint_eq(n->starts, 0);
	nfa_free(n);
} END_TEST

START_TEST(a_pattern_is_bounded)
{
	char text[NFA_PATTERN_BYTES_MAX + 1];
	struct nfa *n = nfa_new();
	const char *why;

	memset(text, 'a', sizeof text);
	ck_assert(!nfa_add(n, (struct str){ text, NFA_PATTERN_BYTES_MAX },
	    false, &why));
	ck_assert(nfa_add(n, (struct str){ text, NFA_PATTERN_BYTES_MAX + 1 },
	    false, &why) == ERR_INPUT);
	nfa_free(n);
} END_TEST

START_TEST(groups_nest_as_deep_as_said)
{
	char text[2 * NFA_NESTING_MAX + 1];
	struct nfa *n = nfa_new();
	const char *why;

	memset(text, '(', NFA_NESTING_MAX);
	text[NFA_NESTING_MAX] = 'a';
	memset(text + NFA_NESTING_MAX + 1, ')', NFA_NESTING_MAX);
	ck_assert(!nfa_add(n, (struct str){ text, sizeof text }, false,
	    &why));
	nfa_free(n);
} END_TEST

/* One is found whether or not others begin alike or lie within. */
START_TEST(many_patterns_are_one)
{
	static const char *const all[] = { "abcd", "bc$", "^cde", "abd",
		"x[yz]+w" };
	static const struct { const char *text; bool is; } texts[] = {
		{ "abcd", true }, { "ababcd", true }, { "abc", true },
		{ "abce", false }, { "cde", true }, { "acde", false },
		{ "ababd", true }, { "xyzzyw", true }, { "xw", false },
		{ "", false },
	};
	struct nfa *n = nfa_new();
	struct dfa d;
	const char *why;

	for (size_t i = 0; i < COUNT(all); i++)
		ck_assert(!nfa_add(n, str_of(all[i]), false, &why));
	ck_assert(!dfa_init(&d, n, BYTES_MAX));
	nfa_free(n);
	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_msg(automaton_accepts(&d.automaton,
		    str_of(texts[i].text)) == texts[i].is, "%s",
		    texts[i].text);
	dfa_clear(&d);
} END_TEST

/* Found; a, ab, abc before it, and the start; a, b, c, all else, the end. */
START_TEST(the_automaton_is_the_smallest)
{
	struct nfa *n = nfa_new();
	struct dfa d;
	const char *why;

	ck_assert(!nfa_add(n, STR("abca"), false, &why));
	ck_assert(!nfa_add(n, STR("abca+"), false, &why));
	ck_assert(!nfa_add(n, STR("xabcab"), false, &why));
	ck_assert(!dfa_init(&d, n, BYTES_MAX));
	ck_assert_uint_eq(d.states, 5);
	ck_assert_uint_eq(d.columns, 4);
	dfa_clear(&d);
	nfa_free(n);
} END_TEST

START_TEST(a_table_is_bounded)
{
	struct nfa *n = nfa_new();
	struct dfa d;
	const char *why;

	ck_assert(!nfa_add(n, STR("abca"), false, &why));
	/* Five states, four columns, two bytes each. */
	ck_assert(!dfa_init(&d, n, 40));
	dfa_clear(&d);
	ck_assert_int_eq(dfa_init(&d, n, 39), ERR_LIMIT);
	ck_assert_ptr_null(d.next);
	nfa_free(n);
} END_TEST

/* The n-th byte from behind takes two to the n states. */
START_TEST(the_work_is_bounded)
{
	struct nfa *n = nfa_new();
	struct dfa d;
	const char *why;

	ck_assert(!nfa_add(n, STR("a.................$"), false, &why));
	ck_assert_int_eq(dfa_init(&d, n, SIZE_MAX), ERR_LIMIT);
	nfa_free(n);
} END_TEST

SUITE(nfa)
{
	SUITE_LOOP(patterns_mean_what_they_mean, COUNT(cases));
	SUITE_LOOP(others_are_refused, COUNT(refused));
	SUITE_TEST(a_pattern_is_bounded);
	SUITE_TEST(groups_nest_as_deep_as_said);
	SUITE_TEST(many_patterns_are_one);
	SUITE_TEST(the_automaton_is_the_smallest);
	SUITE_TEST(a_table_is_bounded);
	SUITE_TEST(the_work_is_bounded);
}
