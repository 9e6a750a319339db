/* Tests src/report/chart.c and raster.c: golden pictures, and odd figures. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "report/chart.h"
#include "report/raster.h"
#include "support/golden.h"
#include "support/suite.h"

#define LABEL_BYTES 16

static const struct str days[] = { { "lun.", 4 }, { "mar.", 4 },
	{ "mer.", 4 }, { "jeu.", 4 }, { "ven.", 4 }, { "sam.", 4 },
	{ "dim.", 4 } };
static const double now[] = { 12, 18, 9, 22, 14, 3, 0 };
static const double before[] = { 10, 11, 13, NAN, 12, 4, 1 };

static struct chart
week(void)
{
	return (struct chart){ .style = { LANG_FR, STR("EUR") },
		.id = STR("days"), .title = STR("Leads par jour"),
		.text = STR("78 leads, 51 la semaine d\u2019avant."),
		.points = 7, .label = days, .now = { STR("Cette semaine"),
		now }, .before = { STR("La semaine d\u2019avant"), before },
		.ripe = 7, .is_alone = true };
}

/* A month of points, with labels like 2026-11-03. */
static struct chart
month(double *value, struct str *label, size_t points)
{
	for (size_t i = 0; i < points; i++) {
		value[i] = 40 + 30 * sin((double)i / 3);
		label[i] = buf_fmt(suite_arena(), LABEL_BYTES, "%zu", i + 1);
	}
	return (struct chart){ .style = { LANG_EN, STR("EUR") },
		.unit = KPI_MONEY, .id = STR("cost"),
		.title = STR("Cost per lead"), .text = STR("By day."),
		.points = points, .label = label, .now = { STR("Now"), value },
		.ripe = points, .unripe = STR("not complete") };
}

START_TEST(bars_stand_beside_those_before)
{
	struct chart c = week();

	struct str svg = chart_svg(suite_arena(), &c);

	golden_check("chart-bars", svg);
	ck_assert(str_has_prefix(svg, STR("<svg ")));
} END_TEST

START_TEST(many_points_are_a_line)
{
	double value[31], earlier[31];
	struct str label[31];
	struct chart c = month(value, label, 31);
	struct str svg;

	value[4] = NAN;
	for (size_t i = 0; i < 31; i++)
		earlier[i] = 45;
	c.before = (struct chart_series){ STR("Before"), earlier };
	c.ripe = 29;
	svg = chart_svg(suite_arena(), &c);
	golden_check("chart-line", svg);
	ck_assert(str_has_prefix(svg, STR("<svg ")));
} END_TEST

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

START_TEST(n_points_are_bars_and_one_more_a_line)
{
	double value[CHART_BARS_MAX + 1];
	struct str label[CHART_BARS_MAX + 1], svg;
	struct chart c = month(value, label, CHART_BARS_MAX + (size_t)_i);

	svg = chart_svg(suite_arena(), &c);
	ck_assert_uint_eq(count(svg, "<circle"), _i ? CHART_BARS_MAX + 1 : 0);
	ck_assert_uint_eq(count(svg, "class=\"chart-now\""), _i ?
	    CHART_BARS_MAX + 2 : CHART_BARS_MAX);
} END_TEST

START_TEST(values_are_written_on_few_bars)
{
	double value[CHART_VALUES_MAX + 1];
	struct str label[CHART_VALUES_MAX + 1];
	struct chart c = month(value, label, CHART_VALUES_MAX + (size_t)_i);

	ck_assert_uint_eq(count(chart_svg(suite_arena(), &c),
	    "font-size=\"11\""), _i ? 0 : CHART_VALUES_MAX);
} END_TEST

START_TEST(what_is_too_many_is_not_shown)
{
	double value[CHART_POINTS_MAX + 1];
	struct str label[CHART_POINTS_MAX + 1];
	struct chart c = month(value, label, CHART_POINTS_MAX + 1);

	ck_assert_uint_eq(count(chart_svg(suite_arena(), &c), "<circle"),
	    CHART_POINTS_MAX);
} END_TEST

/* Whatever the figures, it is a picture, and librsvg draws it. */
static const struct {
	size_t points;
	double value[3];
	enum kpi_unit unit;
} odd[] = {
	{ 0, { 0 }, KPI_COUNT },
	{ 1, { 0 }, KPI_COUNT },
	{ 3, { 0, 0, 0 }, KPI_SHARE },
	{ 3, { NAN, NAN, NAN }, KPI_MONEY },
	{ 3, { -5, INFINITY, 3 }, KPI_COUNT },
	{ 3, { 1e15, 1, 1e-9 }, KPI_MONEY },
	{ 2, { 1e-9, 2e-9 }, KPI_SHARE },
	{ 2, { .3, .1 }, KPI_COUNT },
};

START_TEST(odd_figures_are_drawn)
{
	struct chart c = week();
	struct str svg, png;

	c.points = c.ripe = odd[_i].points;
	c.unit = odd[_i].unit;
	c.now.value = odd[_i].value;
	c.before.value = NULL;
	svg = chart_svg(suite_arena(), &c);
	ck_assert_uint_eq(count(svg, "nan") + count(svg, "inf"), 0);
	ck_assert(str_has_suffix(svg, STR("</svg>\n")));
	ck_assert_int_eq(raster_png(suite_arena(), svg, 400, &png), OK);
} END_TEST

START_TEST(words_are_no_markup)
{
	struct chart c = week();
	struct str svg, png;

	c.title = STR("a<script>&\"'\x01\xff>");
	c.now.name = STR("<b>");
	svg = chart_svg(suite_arena(), &c);
	ck_assert_uint_eq(count(svg, "<script") + count(svg, "<b>"), 0);
	ck_assert_uint_eq(count(svg, "a&lt;script&gt;&amp;\"'\ufffd\ufffd"
	    "&gt;"), 2);
	ck_assert_int_eq(raster_png(suite_arena(), svg, 400, &png), OK);
} END_TEST

/* Alone it has a ground and a size; in a page the page gives both. */
START_TEST(a_page_gives_ground_and_size)
{
	struct chart c = week();
	struct str svg;

	c.is_alone = _i;
	svg = chart_svg(suite_arena(), &c);
	ck_assert_uint_eq(count(svg, "#ffffff"), _i);
	ck_assert_uint_eq(count(svg, " width=\"400\" height"), _i);
	ck_assert_uint_eq(count(svg, "aria-labelledby=\"days-title"
	    " days-text\""), 1);
	ck_assert_uint_eq(count(svg, "style"), 0);
} END_TEST

START_TEST(a_picture_is_pixels)
{
	struct chart c = week();
	struct str png, again;

	ck_assert_int_eq(raster_png(suite_arena(), chart_svg(suite_arena(),
	    &c), 800, &png), OK);
	ck_assert(str_has_prefix(png, STR("\x89PNG\r\n\x1a\n")));
	/* IHDR: as wide as was asked for, as high as it is then. */
	ck_assert_str_same(str_slice(png, 16, 8),
	    STR("\0\0\x03\x20\0\0\x01\xcc"));
	ck_assert_int_eq(raster_png(suite_arena(), chart_svg(suite_arena(),
	    &c), 800, &again), OK);
	ck_assert_str_same(again, png);
} END_TEST

static const struct {
	const char *svg;
	unsigned width;
	enum err err;
} pixels[] = {
#define SVG(size) "<svg xmlns=\"http://www.w3.org/2000/svg\" " size "/>"
	{ SVG("width=\"10\" height=\"10\""), 1, OK },
	{ SVG("width=\"10\" height=\"10\""), 0, ERR_LIMIT },
	{ SVG("width=\"10\" height=\"1\""), RASTER_PIXELS_MAX, OK },
	{ SVG("width=\"10\" height=\"1\""), RASTER_PIXELS_MAX + 1,
	    ERR_LIMIT },
	{ SVG("width=\"1\" height=\"4096\""), 1, OK },
	{ SVG("width=\"1\" height=\"4097\""), 1, ERR_LIMIT },
	{ SVG("width=\"0\" height=\"0\""), 100, ERR_INPUT },
	{ "<svg", 100, ERR_INPUT },
	{ "", 100, ERR_INPUT },
#undef SVG
};

START_TEST(pixels_are_bounded)
{
	struct str png;

	ck_assert_int_eq(raster_png(suite_arena(), str_of(pixels[_i].svg),
	    pixels[_i].width, &png), pixels[_i].err);
} END_TEST

SUITE(chart)
{
	SUITE_TEST(bars_stand_beside_those_before);
	SUITE_TEST(many_points_are_a_line);
	SUITE_LOOP(n_points_are_bars_and_one_more_a_line, 2);
	SUITE_LOOP(values_are_written_on_few_bars, 2);
	SUITE_TEST(what_is_too_many_is_not_shown);
	SUITE_LOOP(odd_figures_are_drawn, COUNT(odd));
	SUITE_TEST(words_are_no_markup);
	SUITE_LOOP(a_page_gives_ground_and_size, 2);
	SUITE_TEST(a_picture_is_pixels);
	SUITE_LOOP(pixels_are_bounded, COUNT(pixels));
}
