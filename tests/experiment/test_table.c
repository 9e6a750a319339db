/* Tests src/experiment/table.c. */
#include <stdio.h>

#include "experiment/table.h"
#include "support/suite.h"

static struct table t;

static struct str
written(void)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	table_write(&t, out);
	fclose(out);
	return (struct str){ text, n };
}

static void
add(size_t columns, const char *const *cell, size_t count)
{
	t = (struct table){ .columns = columns };
	for (size_t i = 0; i < count; i++)
		table_add(&t, str_of(cell[i]));
}

START_TEST(cells_stand_under_each_other)
{
	static const char *const cell[] = { "é", "12", "abc", "3" };

	add(2, cell, COUNT(cell));
	ck_assert_str_same(written(), STR("é    12\nabc   3\n"));
} END_TEST

#define TEN "1234567890"
#define NARROW TEN TEN TEN TEN

/* 40, and 2 and 40, and 2 and what is left of 100. */
static const struct { const char *last, *want; } wide[] = {
	{ "1234567890123456", NARROW "  " NARROW "  1234567890123456\n" },
	{ "12345678901234567", NARROW "  " NARROW "\n\n" NARROW
	    "  12345678901234567\n" },
};
START_TEST(what_is_too_wide_goes_below)
{
	const char *const cell[] = { NARROW, NARROW, wide[_i].last };

	add(3, cell, COUNT(cell));
	ck_assert_str_same(written(), str_of(wide[_i].want));
} END_TEST

START_TEST(a_long_cell_is_cut_in_its_middle)
{
	static const char *const cell[] = { NARROW "é" };

	add(1, cell, COUNT(cell));
	ck_assert_str_same(written(), STR(TEN TEN "\u2026"
	    "34567890" TEN "é\n"));
} END_TEST

SUITE(table)
{
	SUITE_TEST(cells_stand_under_each_other);
	SUITE_LOOP(what_is_too_wide_goes_below, COUNT(wide));
	SUITE_TEST(a_long_cell_is_cut_in_its_middle);
}
