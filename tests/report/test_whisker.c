/* Tests src/report/whisker.c: a golden picture, and odd estimates. */
#include <math.h>
#include <string.h>

#include "report/raster.h"
#include "report/whisker.h"
#include "support/golden.h"
#include "support/suite.h"

#define PIXELS 200

static struct whisker
change(const struct whisker_row *row, size_t rows)
{
	return (struct whisker){ .id = STR("change"),
		.title = STR("Change against the control"),
		.text = STR("Two variants."), .lang = LANG_EN, .zero = 0,
		.is_signed = true, .row = row, .rows = rows };
}

static size_t
count(struct str s, const char *part)
{
	size_t n = 0;
	const char *at;

	while ((at = memmem(s.p, s.n, part, strlen(part)))) {
		n++;
		s = str_slice(s, (size_t)(at - s.p) + 1, s.n);
	}
	return n;
}

START_TEST(a_row_is_a_dot_on_a_bar)
{
	const struct whisker_row row[] = {
		{ STR("b"), STR("+46.2 %"), .462, .148, .862, false },
		{ STR("a name that is longer than it has room for"),
		    STR("+2.0 %"), .02, -.2, .3, true },
	};
	const struct whisker w = change(row, 2);
	struct str svg = whisker_svg(suite_arena(), &w);

	golden_check("whisker", svg);
	ck_assert_uint_eq(count(svg, "<circle"), 2);
} END_TEST

START_TEST(rows_beyond_n_are_not_shown)
{
	struct whisker_row row[WHISKER_ROWS_MAX + 1];
	struct whisker w = change(row, WHISKER_ROWS_MAX + (size_t)_i);

	for (size_t i = 0; i <= WHISKER_ROWS_MAX; i++)
		row[i] = (struct whisker_row){ STR("x"), STR("1 %"), .01,
			.005, .02, false };
	ck_assert_uint_eq(count(whisker_svg(suite_arena(), &w), "<circle"),
	    WHISKER_ROWS_MAX);
} END_TEST

/* Whatever they are it is a picture, and librsvg draws it. */
static const struct {
	struct whisker_row row;
	double zero;
	size_t dots, caps;
} odd[] = {
	{ { .at = NAN, .low = NAN, .high = NAN }, 0, 0, 0 },
	{ { .at = NAN, .low = NAN, .high = NAN }, NAN, 0, 0 },
	{ { .at = .1, .low = NAN, .high = NAN }, NAN, 1, 0 },
	{ { .at = .1, .low = .05, .high = INFINITY }, 0, 1, 1 },
	{ { .at = 0, .low = 0, .high = 0 }, 0, 1, 2 },
	{ { .at = 1e15, .low = -1e15, .high = 1e16 }, 0, 1, 2 },
	{ { .name = STR("<b>&\x01"), .value = STR("</svg>"), .at = .1,
	    .low = 0, .high = 1 }, 0, 1, 2 },
};

START_TEST(odd_estimates_are_drawn)
{
	struct whisker w = change(&odd[_i].row, 1);
	struct str svg, png;

	w.zero = odd[_i].zero;
	svg = whisker_svg(suite_arena(), &w);
	ck_assert_uint_eq(count(svg, "<circle"), odd[_i].dots);
	ck_assert_uint_eq(count(svg, "v10.0"), odd[_i].caps);
	ck_assert_uint_eq(count(svg, "</svg>"), 1);
	ck_assert(!memmem(svg.p, svg.n, "nan", 3));
	ck_assert(!memmem(svg.p, svg.n, "inf", 3));
	ck_assert_int_eq(raster_png(suite_arena(), svg, PIXELS, &png), OK);
} END_TEST

SUITE(whisker)
{
	SUITE_TEST(a_row_is_a_dot_on_a_bar);
	SUITE_LOOP(rows_beyond_n_are_not_shown, 2);
	SUITE_LOOP(odd_estimates_are_drawn, COUNT(odd));
}
