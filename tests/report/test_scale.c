/* Tests src/report/scale.c: round numbers, and texts that are no markup. */
#include <math.h>

#include "base/buf.h"
#include "report/scale.h"
#include "support/suite.h"

#define NEAR 1e-9
#define TEXT_MAX 100

static const struct {
	double low, high;
	double first, last, step;
} axes[] = {
	{ 0, 1, 0, 1, .2 },
	{ 0, .052, 0, .06, .02 },
	{ -.12, .3, -.2, .3, .1 },
	{ .3, .3, .1, .5, .1 },
	{ 0, 0, -.006, .006, .002 },
	{ -1e6, 1e6, -1e6, 1e6, 5e5 },
	{ 1e-9, 2e-9, 1e-9, 2e-9, 2e-10 },
};

START_TEST(ticks_are_round_and_few)
{
	struct scale s = scale_of(axes[_i].low, axes[_i].high);
	size_t ticks = scale_ticks(&s);

	ck_assert_double_eq_tol(s.step, axes[_i].step, axes[_i].step * NEAR);
	ck_assert_double_eq_tol(s.low, axes[_i].first, s.step * NEAR);
	ck_assert_double_eq_tol(s.high, axes[_i].last, s.step * NEAR);
	ck_assert_uint_le(ticks, SCALE_TICKS_MAX + 2);
	ck_assert_double_eq_tol(scale_tick(&s, ticks - 1), s.high,
	    s.step * NEAR);
	ck_assert(s.low <= axes[_i].low + s.step * NEAR);
	ck_assert(s.high >= axes[_i].high - s.step * NEAR);
} END_TEST

START_TEST(what_is_beyond_is_at_the_end)
{
	struct scale s = scale_of(0, 10);

	ck_assert_double_eq(scale_at(&s, -1), 0);
	ck_assert_double_eq(scale_at(&s, 5), .5);
	ck_assert_double_eq(scale_at(&s, INFINITY), 1);
} END_TEST

static const struct {
	struct scale_style style;
	double high, v;
	const char *text;
} texts[] = {
	{ { LANG_EN, false, false }, .05, .02, "2%" },
	{ { LANG_FR, false, false }, .05, .02, "2\u00a0%" },
	{ { LANG_EN, true, false }, 1, .2, "+20%" },
	{ { LANG_EN, true, false }, 1, -.2, "-20%" },
	{ { LANG_EN, true, false }, 1, 0, "0%" },
	{ { LANG_FR, false, false }, .01, .005, "0,5\u00a0%" },
	{ { LANG_FR, false, true }, 1, .5, "0,5" },
	{ { LANG_EN, false, true }, 100, 50, "50" },
};

START_TEST(a_tick_is_written_in_its_language)
{
	struct scale s = scale_of(0, texts[_i].high);
	struct str got = scale_text(suite_arena(), &s, &texts[_i].style,
	    texts[_i].v);

	ck_assert_msg(str_eq(got, str_of(texts[_i].text)), "%.*s",
	    STR_ARG(got));
} END_TEST

static const struct { struct str in; const char *out; } escapes[] = {
	{ { "a<b>&c", 6 }, "a&lt;b&gt;&amp;c" },
	{ { "\x01\xff\x7f", 3 }, "\ufffd\ufffd\ufffd" },
	{ { "", 0 }, "" },
	{ { "\u00e9\"'", 4 }, "\u00e9\"'" },
};

START_TEST(text_is_no_markup)
{
	struct buf b;

	buf_init(&b, suite_arena(), TEXT_MAX);
	scale_escape(&b, escapes[_i].in);
	ck_assert(str_eq(buf_str(&b), str_of(escapes[_i].out)));
} END_TEST

SUITE(scale)
{
	SUITE_LOOP(ticks_are_round_and_few, COUNT(axes));
	SUITE_TEST(what_is_beyond_is_at_the_end);
	SUITE_LOOP(a_tick_is_written_in_its_language, COUNT(texts));
	SUITE_LOOP(text_is_no_markup, COUNT(escapes));
}
