/* Tests src/base/str.c. */
#include "support/suite.h"

static const struct {
	struct str in;
	bool is_utf8;
} utf8_cases[] = {
	{ { "", 0 }, true },
	{ { "abc", 3 }, true },
	{ { "\xc3\xa9", 2 }, true },
	{ { "\xc3", 1 }, false },
	{ { "\xc0\x80", 2 }, false },			/* overlong */
	{ { "\xe0\x9f\xbf", 3 }, false },		/* overlong */
	{ { "\xed\x9f\xbf", 3 }, true },
	{ { "\xed\xa0\x80", 3 }, false },		/* surrogate */
	{ { "\xf0\x9f\x99\x82", 4 }, true },
	{ { "\xf0\x8f\xbf\xbf", 4 }, false },
	{ { "\xf4\x8f\xbf\xbf", 4 }, true },
	{ { "\xf4\x90\x80\x80", 4 }, false },		/* beyond U+10FFFF */
	{ { "\xf0\x9f\x99", 3 }, false },
	{ { "\xff", 1 }, false },
	{ { "a\x80", 2 }, false },
	{ { "\0", 1 }, true },
};

START_TEST(utf8_is_judged)
{
	ck_assert_int_eq(str_is_utf8(utf8_cases[_i].in),
	    utf8_cases[_i].is_utf8);
} END_TEST

static const struct {
	const char *in;
	bool ok;
	uint32_t value;
} number_cases[] = {
	{ "10", true, 10 },		{ "20", true, 20 },
	{ "9", false, 0 },		{ "21", false, 0 },
	{ "", false, 0 },		{ "+10", false, 0 },
	{ " 10", false, 0 },		{ "10a", false, 0 },
	{ "-10", false, 0 },		{ "0000000010", true, 10 },
	{ "99999999999999999999999", false, 0 },
};

START_TEST(numbers_are_parsed_in_their_range)
{
	uint32_t v = 7;
	bool ok = str_u32(str_of(number_cases[_i].in), 10, 20, &v);

	ck_assert_int_eq(ok, number_cases[_i].ok);
	ck_assert_uint_eq(v, ok ? number_cases[_i].value : 7);
} END_TEST

START_TEST(signed_numbers_reach_both_ends)
{
	int64_t v = 0;

	ck_assert(str_i64(STR("-9223372036854775808"), INT64_MIN, INT64_MAX,
	    &v));
	ck_assert(v == INT64_MIN);
	ck_assert(str_i64(STR("9223372036854775807"), INT64_MIN, INT64_MAX,
	    &v));
	ck_assert(v == INT64_MAX);
	ck_assert(!str_i64(STR("9223372036854775808"), INT64_MIN, INT64_MAX,
	    &v));
	ck_assert(!str_i64(STR("-9223372036854775809"), INT64_MIN, INT64_MAX,
	    &v));
	ck_assert(!str_i64(STR("-"), INT64_MIN, INT64_MAX, &v));
	ck_assert(!str_i64(STR("--1"), INT64_MIN, INT64_MAX, &v));
} END_TEST

START_TEST(cut_parts_at_the_first)
{
	struct str head, tail;

	ck_assert(str_cut(STR("a:b:c"), ':', &head, &tail));
	ck_assert_str_same(head, STR("a"));
	ck_assert_str_same(tail, STR("b:c"));
	ck_assert(!str_cut(STR("abc"), ':', &head, &tail));
	ck_assert_str_same(head, STR("abc"));
	ck_assert(str_is_empty(tail));
	ck_assert(!str_cut(STR_EMPTY, ':', &head, &tail));
	tail = STR("x=y");
	ck_assert(str_cut(tail, '=', &head, &tail));
	ck_assert_str_same(tail, STR("y"));
} END_TEST

START_TEST(z_refuses_nul_and_overflow)
{
	char dst[4] = "xxx";

	ck_assert_int_eq(str_z(STR("abc"), dst, sizeof dst), OK);
	ck_assert_str_eq(dst, "abc");
	ck_assert_int_eq(str_z(STR("abcd"), dst, sizeof dst), ERR_LIMIT);
	ck_assert_str_eq(dst, "");
	ck_assert_int_eq(str_z((struct str){ "a\0b", 3 }, dst, sizeof dst),
	    ERR_INPUT);
	ck_assert_int_eq(str_z(STR_EMPTY, dst, sizeof dst), OK);
} END_TEST

START_TEST(comparisons_and_slices_hold_at_the_edges)
{
	struct str s = STR("Piste");

	ck_assert_str_same(str_slice(s, 3, 10), STR("te"));
	ck_assert(str_is_empty(str_slice(s, 9, 1)));
	ck_assert_str_same(str_trim(STR(" \t\r\n a b \n")), STR("a b"));
	ck_assert(str_is_empty(str_trim(STR(" \t "))));
	ck_assert(str_has_prefix(s, STR("Pi")) && str_has_prefix(s, STR("")));
	ck_assert(!str_has_prefix(STR("P"), STR("Pi")));
	ck_assert(str_has_suffix(s, STR("te")) &&
	    !str_has_suffix(STR("e"), STR("te")));
	ck_assert(str_eq_fold(s, STR("pISTE")) && !str_eq(s, STR("piste")));
	ck_assert(str_has_fold(STR("GoogleBot/2"), STR("bot/")));
	ck_assert(!str_has_fold(STR("bo"), STR("bot")));
	ck_assert_uint_eq(str_chars(STR("\xc3\xa9t\xc3\xa9")), 3);
} END_TEST

static const char *
name_of(size_t n)
{
	static const char *const names[] = { "one", "two" };

	return n < COUNT(names) ? names[n] : NULL;
}

START_TEST(names_are_looked_up_whole)
{
	ck_assert(str_is_one_of(STR("one"), name_of));
	ck_assert(str_is_one_of(STR("two"), name_of));
	ck_assert(!str_is_one_of(STR("tw"), name_of));
	ck_assert(!str_is_one_of(STR_EMPTY, name_of));
} END_TEST

START_TEST(controls_are_seen)
{
	ck_assert(str_has_control(STR("a\nb"), false));
	ck_assert(!str_has_control(STR("a\r\n\tb"), true));
	ck_assert(str_has_control((struct str){ "a\0b", 3 }, true));
	ck_assert(str_has_control(STR("\x7f"), true));
	ck_assert(str_has_control(STR("\x1b[31m"), true));
	ck_assert(!str_has_control(STR("\xc3\xa9 \xf0\x9f\x99\x82"), false));
} END_TEST

START_TEST(numbers_become_digits)
{
	static const struct { int64_t v; const char *text; } cases[] = {
		{ 0, "0" }, { -1, "-1" }, { INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	char digits[STR_I64_BYTES];

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_same(str_from_i64(digits, cases[i].v),
		    str_of(cases[i].text));
} END_TEST

SUITE(str)
{
	SUITE_LOOP(utf8_is_judged, COUNT(utf8_cases));
	SUITE_LOOP(numbers_are_parsed_in_their_range, COUNT(number_cases));
	SUITE_TEST(signed_numbers_reach_both_ends);
	SUITE_TEST(cut_parts_at_the_first);
	SUITE_TEST(z_refuses_nul_and_overflow);
	SUITE_TEST(comparisons_and_slices_hold_at_the_edges);
	SUITE_TEST(names_are_looked_up_whole);
	SUITE_TEST(controls_are_seen);
	SUITE_TEST(numbers_become_digits);
}
