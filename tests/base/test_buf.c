/* Tests src/base/buf.c and src/base/arena.c. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/suite.h"

START_TEST(a_buffer_holds_max_and_no_more)
{
	struct buf b;

	buf_init(&b, suite_arena(), 5);
	buf_add(&b, STR("12345"));
	ck_assert(!b.full);
	ck_assert_str_same(buf_str(&b), STR("12345"));
	buf_byte(&b, '6');
	ck_assert(b.full);
	ck_assert(str_is_empty(buf_str(&b)));
	buf_init(&b, suite_arena(), 5);
	buf_addf(&b, "%s", "12345");
	ck_assert_str_same(buf_str(&b), STR("12345"));
	buf_init(&b, suite_arena(), 5);
	buf_addf(&b, "%s", "123456");
	ck_assert(b.full);
	buf_byte(&b, 'x');
	ck_assert(str_is_empty(buf_str(&b)));
} END_TEST

START_TEST(a_buffer_grows_and_keeps_what_it_has)
{
	struct buf b;

	buf_init(&b, suite_arena(), 100000);
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "%d", i % 10);
	ck_assert_uint_eq(buf_str(&b).n, 20000);
	for (size_t i = 0; i < 20000; i++)
		ck_assert_int_eq(buf_str(&b).p[i], '0' + (int)(i % 10));
	for (int n = 0; n < 1100; n++)
		ck_assert_uint_eq(buf_fmt(suite_arena(), 1100, "%*s", n,
		    "").n, (size_t)n);
	ck_assert_str_same(buf_fmt(suite_arena(), 3, "%d", 123), STR("123"));
	ck_assert(str_is_empty(buf_fmt(suite_arena(), 3, "%d", 1234)));
} END_TEST

/* What reading b writes to standard error. */
static struct str
log_of_reading(const struct buf *b)
{
	static char text[1000];
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	buf_str(b);
	dup2(saved, STDERR_FILENO);
	n = read(ends[0], text, sizeof text);
	return (struct str){ text, n > 0 ? (size_t)n : 0 };
}

START_TEST(reading_a_full_buffer_is_logged)
{
	struct buf b;

	buf_init(&b, suite_arena(), 3);
	buf_add(&b, STR("123"));
	ck_assert_uint_eq(log_of_reading(&b).n, 0);
	buf_byte(&b, '4');
	ck_assert(str_has_suffix(log_of_reading(&b),
	    STR(" level=error event=buf.full max=3\n")));
} END_TEST

static const struct {
	const char *head, *tail, *both;
} joints[] = {
	{ "", "", "" }, { "a", "", "a" }, { "", "b", "b" },
	{ "ab", "/c", "ab/c" },
};

START_TEST(two_texts_become_one_with_a_nul)
{
	struct str s = buf_join(suite_arena(), str_of(joints[_i].head),
	    str_of(joints[_i].tail));

	ck_assert_str_same(s, str_of(joints[_i].both));
	ck_assert_str_eq(s.p, joints[_i].both);
} END_TEST

static const struct {
	struct str in;
	const char *out;
} json_cases[] = {
	{ { "", 0 }, "\"\"" },
	{ { "a\"b\\c", 5 }, "\"a\\\"b\\\\c\"" },
	{ { "\r\n\t\x01", 4 }, "\"\\r\\n\\t\\u0001\"" },
	{ { "a\0b", 3 }, "\"a\\u0000b\"" },
	{ { "\xc3\xa9", 2 }, "\"\xc3\xa9\"" },
	{ { "x\xff" "y", 3 }, "\"x\xef\xbf\xbdy\"" },
	{ { "\xc3", 1 }, "\"\xef\xbf\xbd\"" },
};

START_TEST(json_text_is_always_valid)
{
	struct buf b;

	buf_init(&b, suite_arena(), 100);
	buf_json(&b, json_cases[_i].in);
	ck_assert_str_same(buf_str(&b), str_of(json_cases[_i].out));
} END_TEST

START_TEST(json_members_are_parted_by_commas)
{
	struct buf b;

	buf_init(&b, suite_arena(), 100);
	buf_byte(&b, '{');
	buf_json_pair(&b, "a", STR("1"));
	buf_json_name(&b, "b");
	buf_u64(&b, UINT64_MAX);
	buf_json_name(&b, "c");
	buf_u64(&b, 0);
	buf_byte(&b, '}');
	ck_assert_str_same(buf_str(&b),
	    STR("{\"a\":\"1\",\"b\":18446744073709551615,\"c\":0}"));
} END_TEST

START_TEST(an_arena_gives_zeroed_memory_again_and_again)
{
	struct arena *a = arena_new(1 << 20);

	for (int round = 0; round < 3; round++) {
		for (size_t n = 1; n < 100000; n = n * 3 + 1) {
			char *p = arena_take(a, n);

			ck_assert_int_eq(p[0] | p[n - 1], 0);
			ck_assert_uint_eq((uintptr_t)p % 16, 0);
			memset(p, 0xaa, n);
		}
		arena_reset(a);
		ck_assert_uint_eq(arena_used(a), 0);
	}
	arena_take(a, 1 << 20);	/* exactly its limit */
	arena_free(a);
	arena_free(NULL);
} END_TEST

START_TEST(an_arena_aborts_beyond_its_limit)
{
	struct arena *a = arena_new(1 << 20);

	arena_take(a, (1 << 20) - 16);
	arena_take(a, 17);
} END_TEST

/* What a spreadsheet would take for a formula it takes for a text. */
static const struct { const char *in, *out; } csv_cases[] = {
	{ "", "\"\"" }, { "plain", "\"plain\"" }, { "a,b", "\"a,b\"" },
	{ "a\"b", "\"a\"\"b\"" }, { "a\nb", "\"a\nb\"" },
	{ "=1+1", "\"'=1+1\"" }, { "+33 1", "\"'+33 1\"" },
	{ "-2+3", "\"'-2+3\"" }, { "@SUM(A1)", "\"'@SUM(A1)\"" },
	{ "\t=1", "\"'\t=1\"" }, { "\r=1", "\"'\r=1\"" },
	{ "\n=1", "\"'\n=1\"" }, { "a=b", "\"a=b\"" },
	{ "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
};

START_TEST(no_cell_is_a_formula)
{
	struct buf b;

	buf_init(&b, suite_arena(), 256);
	buf_csv(&b, str_of(csv_cases[_i].in));
	ck_assert_str_same(buf_str(&b), str_of(csv_cases[_i].out));
} END_TEST

SUITE_APART(buf)
{
	SUITE_LOOP(no_cell_is_a_formula, COUNT(csv_cases));
	SUITE_TEST(a_buffer_holds_max_and_no_more);
	SUITE_TEST(a_buffer_grows_and_keeps_what_it_has);
	SUITE_TEST(reading_a_full_buffer_is_logged);
	SUITE_LOOP(two_texts_become_one_with_a_nul, COUNT(joints));
	SUITE_LOOP(json_text_is_always_valid, COUNT(json_cases));
	SUITE_TEST(json_members_are_parted_by_commas);
	SUITE_TEST(an_arena_gives_zeroed_memory_again_and_again);
	tcase_add_test_raise_signal(suite_case,
	    an_arena_aborts_beyond_its_limit, SIGABRT);
}
