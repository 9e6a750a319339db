/* Tests src/experiment/reportcell.c and reportword.c. */
#include <math.h>

#include "experiment/reportcell.h"
#include "experiment/reportword.h"
#include "support/suite.h"

static const struct { double p; const char *fr, *en; } ps[] = {
	{ 1, "p\u00a0=\u00a01,0000", "p\u00a0=\u00a01.0000" },
	{ .0001, "p\u00a0=\u00a00,0001", "p\u00a0=\u00a00.0001" },
	{ .00009999, "p\u00a0<\u00a00,0001", "p\u00a0<\u00a00.0001" },
	{ 0, "p\u00a0<\u00a00,0001", "p\u00a0<\u00a00.0001" },
};
START_TEST(no_p_is_nothing)
{
	const struct reportcell fr = { suite_arena(), LANG_FR };
	const struct reportcell en = { suite_arena(), LANG_EN };

	ck_assert_str_same(reportcell_p(&fr, ps[_i].p), str_of(ps[_i].fr));
	ck_assert_str_same(reportcell_p(&en, ps[_i].p), str_of(ps[_i].en));
} END_TEST

START_TEST(figures_are_written_as_people_do)
{
	const struct reportcell c = { suite_arena(), LANG_FR };
	const struct stats_interval i = { -.214, 1.373, true }, none = { 0 };

	ck_assert_str_same(reportcell_percent(&c, .052, 2),
	    STR("5,20\u00a0%"));
	ck_assert_str_same(reportcell_lift(&c, .365), STR("+36,5\u00a0%"));
	ck_assert_str_same(reportcell_lift(&c, NAN), STR("-"));
	ck_assert_str_same(reportcell_percents(&c, i, true),
	    STR("-21,4 … +137,3\u00a0%"));
	ck_assert_str_same(reportcell_percents(&c, none, true), STR("-"));
	ck_assert_str_same(reportcell_numbers(&c, i, 1), STR("-0,2 … 1,4"));
	ck_assert_str_same(reportcell_moment(&c, 0),
	    STR("1970-01-01\u00a000:00\u00a0UTC"));
} END_TEST

static const struct { int64_t n; const char *fr, *en; } counts[] = {
	{ 0, "visiteur", "visitors" }, { 1, "visiteur", "visitor" },
	{ 2, "visiteurs", "visitors" },
};
START_TEST(one_is_not_many)
{
	ck_assert_str_same(reportword_unit(REPORTWORD_VISITOR, counts[_i].n,
	    LANG_FR), str_of(counts[_i].fr));
	ck_assert_str_same(reportword_unit(REPORTWORD_VISITOR, counts[_i].n,
	    LANG_EN), str_of(counts[_i].en));
} END_TEST

START_TEST(every_word_is_there)
{
	for (size_t i = 0; i < REPORTWORD_COUNT; i++)
		for (size_t l = 0; l < LANG_COUNT; l++)
			ck_assert_uint_gt(reportword_in((enum reportword)i,
			    (enum lang)l).n, 0);
	ck_assert_str_same(reportword_of(STR("spam_conversions"), LANG_FR),
	    STR("envois indésirables"));
	ck_assert_str_same(reportword_of(STR("something new"), LANG_FR),
	    STR("something new"));
} END_TEST

SUITE(reportcell)
{
	SUITE_LOOP(no_p_is_nothing, COUNT(ps));
	SUITE_TEST(figures_are_written_as_people_do);
	SUITE_LOOP(one_is_not_many, COUNT(counts));
	SUITE_TEST(every_word_is_there);
}
