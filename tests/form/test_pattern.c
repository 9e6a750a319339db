/* Tests form/pattern. */
#include "base/buf.h"
#include "base/clock.h"
#include "form/field.h"
#include "form/pattern.h"
#include "support/suite.h"

#define SLOWEST_MS 2000	/* sanitizers and a busy machine included */

static const struct { const char *pattern; struct str text; bool fits; }
matches[] = {
	{ "[0-9]{14}", STR("12345678901234"), true },
	{ "[0-9]{14}", STR("1234567890123"), false },
	{ "[0-9]{14}", STR("123456789012345"), false },
	{ "[0-9]{14}", STR(" 12345678901234"), false },
	{ "^[0-9]{2}$", STR("12"), true },
	/* Alternatives are anchored as a whole. */
	{ "ab|cd", STR("ab"), true },
	{ "ab|cd", STR("cd"), true },
	{ "ab|cd", STR("abx"), false },
	{ "ab|cd", STR("xcd"), false },
	{ "a", STR("a\nb"), false },
	{ "a", STR("a\n"), false },
	{ "a", STR("a\0b"), false },
	{ "[]a]+", STR("a]"), true },
	{ "[^]a]+", STR("a]"), false },
	{ "[[:alpha:]' -]{2,}", STR("Élodie d'Été"), true },
	{ "[[:digit:][:space:]]+", STR("1 2"), true },
	{ "..", STR("éà"), true },
	{ ".", STR("👩"), true },
	{ "[éè]", STR("é"), true },
	{ "\\(a\\)", STR("(a)"), true },
	{ "(a{2}){3}", STR("aaaaaa"), true },
	{ "", STR(""), true },
	{ "", STR("a"), false },
	{ "a*", STR(""), true },
	{ "a{0,256}", STR("a"), true },
};

START_TEST(a_pattern_matches_the_whole)
{
	struct str pattern = str_of(matches[_i].pattern);

	ck_assert(pattern_is_ok(pattern));
	ck_assert_int_eq(pattern_matches(pattern, matches[_i].text),
	    matches[_i].fits);
} END_TEST

static const struct str bad[] = {
	STR("(a)\\1"), STR("(a)(b)\\2"), STR("\\d+"), STR("\\w"),
	STR("[\\w.]"), STR("a\\"), STR("("), STR(")"), STR("a)|(b"),
	STR("a)(b"), STR("((a)"), STR("["), STR("[a"), STR("[[:alpha:"),
	STR("[[:nothing:]]"), STR("a{"), STR("a{x}"), STR("a{2,1}"),
	STR("a{257}"), STR("a{1,257}"), STR("a{257,}"),
	STR("(a{17}){16}"), STR("((a{16}){16}){2}"), STR("a{16}b{17}"),
	STR("a{99999999999}"), STR("(?:a)"), STR("[b-a]"), STR("*a"),
	STR("a\0b"), STR("\xff"), STR("[à-ÿ]"),
};

START_TEST(wild_patterns_are_refused)
{
	ck_assert(!pattern_is_ok(bad[_i]));
	ck_assert(!pattern_matches(bad[_i], STR("a")));
} END_TEST

static struct str
run_of(char c, size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), n);
	while (n--)
		buf_byte(&b, c);
	return buf_str(&b);
}

START_TEST(a_pattern_has_200_bytes)
{
	struct str most = run_of('a', FIELD_PATTERN_BYTES_MAX);
	struct str over = run_of('a', FIELD_PATTERN_BYTES_MAX + 1);

	ck_assert(pattern_is_ok(most));
	ck_assert(pattern_matches(most, most));
	ck_assert(!pattern_is_ok(over));
	ck_assert(!pattern_matches(over, over));
} END_TEST

START_TEST(a_pattern_makes_256_copies)
{
	ck_assert(pattern_is_ok(STR("(a{16}){16}")));
	ck_assert(pattern_is_ok(STR("a{256}")));
	ck_assert(!pattern_is_ok(STR("(a{16}){17}")));
} END_TEST

/* Each of these takes exponential time in an engine that backtracks. */
static const struct { const char *pattern; bool fits; } costly[] = {
	{ "(a*)*b", false }, { "(a|a)*b", false }, { "(a|aa|aaa)*b", false },
	{ "(.*a){16}b", false }, { "((((.*)*)*)*)b", false },
	{ "(a?){128}(a){2}b", false }, { "(.?){256}b", false },
	{ "(a|b|c|d){256}", false }, { "((a{1,16}){1,16})", false },
	{ "(.*.*.*.*.*.*.*.*=.*)*", false }, { "[ab]*a[ab]{255}", true },
};

START_TEST(no_pattern_takes_long)
{
	struct str text = run_of('a', FIELD_CHARS_MAX);
	int64_t start = clock_mono_ms();

	ck_assert_int_eq(pattern_matches(str_of(costly[_i].pattern), text),
	    costly[_i].fits);
	ck_assert_int_lt(clock_mono_ms() - start, SLOWEST_MS);
} END_TEST

/* The deepest nesting 200 bytes can hold. */
START_TEST(nesting_is_bounded_by_length)
{
	struct str open = run_of('(', 98), close = run_of(')', 98);
	struct str pattern = buf_fmt(suite_arena(), 300, "%.*sa*%.*s",
	    STR_ARG(open), STR_ARG(close));

	ck_assert(pattern_matches(pattern, run_of('a', FIELD_CHARS_MAX)));
} END_TEST

SUITE(pattern)
{
	SUITE_LOOP(a_pattern_matches_the_whole, COUNT(matches));
	SUITE_LOOP(wild_patterns_are_refused, COUNT(bad));
	SUITE_TEST(a_pattern_has_200_bytes);
	SUITE_TEST(a_pattern_makes_256_copies);
	SUITE_LOOP(no_pattern_takes_long, COUNT(costly));
	SUITE_TEST(nesting_is_bounded_by_length);
}
