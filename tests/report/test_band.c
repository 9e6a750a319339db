/* Tests src/report/band.c: a golden picture, gaps, and odd looks. */
#include <math.h>
#include <string.h>

#include "report/band.h"
#include "report/raster.h"
#include "support/golden.h"
#include "support/suite.h"

#define PIXELS 200
#define DAYS 20

static struct band
days(const struct band_point *point, size_t points)
{
	return (struct band){ .id = STR("b"), .title = STR("b: change"),
		.text = STR("Today +46 %."), .lang = LANG_FR,
		.first = STR("2026-10-13"), .last = STR("2026-11-01"),
		.point = point, .points = points };
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

/* Early looks are left out of what the picture reaches to. */
START_TEST(a_band_narrows)
{
	struct band_point point[DAYS];
	struct band b = days(point, DAYS);

	for (size_t i = 0; i < DAYS; i++) {
		double half = 8 / (double)(i + 1);

		point[i] = (struct band_point){ .3, .3 - half / 4,
			.3 + half };
	}
	point[0] = point[9] = (struct band_point){ NAN, NAN, NAN };
	golden_check("band", band_svg(suite_arena(), &b));
	ck_assert_uint_eq(count(band_svg(suite_arena(), &b), "chart-area"),
	    2);
} END_TEST

START_TEST(points_beyond_n_are_not_shown)
{
	static struct band_point point[BAND_POINTS_MAX + 1];
	const struct band fewer = days(point, BAND_POINTS_MAX - 1);
	const struct band all = days(point, BAND_POINTS_MAX);
	const struct band more = days(point, BAND_POINTS_MAX + 1);
	struct str svg;

	for (size_t i = 0; i <= BAND_POINTS_MAX; i++)
		point[i] = (struct band_point){ .1, 0, .2 };
	svg = band_svg(suite_arena(), &all);
	ck_assert(str_eq(svg, band_svg(suite_arena(), &more)));
	ck_assert(!str_eq(svg, band_svg(suite_arena(), &fewer)));
} END_TEST

static const struct band_point odd[][2] = {
	{ { NAN, NAN, NAN }, { NAN, NAN, NAN } },
	{ { 0, 0, 0 }, { 0, 0, 0 } },
	{ { 1, -INFINITY, INFINITY }, { 1, 0, 2 } },
	{ { 1, .5, INFINITY }, { NAN, .5, INFINITY } },
	{ { -1, -1, 1e15 }, { 1e15, -1e15, 1e16 } },
};

START_TEST(odd_looks_are_drawn)
{
	struct band b = days(odd[_i / 3], (size_t)_i % 3);
	struct str svg = band_svg(suite_arena(), &b), png;

	ck_assert(!memmem(svg.p, svg.n, "nan", 3));
	ck_assert(!memmem(svg.p, svg.n, "inf", 3));
	ck_assert_int_eq(raster_png(suite_arena(), svg, PIXELS, &png), OK);
} END_TEST

SUITE(band)
{
	SUITE_TEST(a_band_narrows);
	SUITE_TEST(points_beyond_n_are_not_shown);
	SUITE_LOOP(odd_looks_are_drawn, COUNT(odd) * 3);
}
