/* Tests src/report/quantity.c. */
#include <math.h>

#include "report/quantity.h"
#include "support/suite.h"

#define NARROW "\u202f"
#define WIDE "\u00a0"

static const struct {
	enum kpi_unit unit;
	double value;
	const char *fr;
	const char *en;
	const char *tick;	/* in French */
} cases[] = {
	{ KPI_COUNT, 0, "0", "0", "0" },
	{ KPI_COUNT, -.2, "0", "0", "\u22120,2" },
	{ KPI_COUNT, 999, "999", "999", "999" },
	{ KPI_COUNT, 1234567, "1" NARROW "234" NARROW "567", "1,234,567",
	    "1" NARROW "234" NARROW "567" },
	{ KPI_COUNT, -1234, "\u22121" NARROW "234", "\u22121,234",
	    "\u22121" NARROW "234" },
	{ KPI_COUNT, NAN, "n/a", "n/a", "n/a" },
	{ KPI_COUNT, INFINITY, "n/a", "n/a", "n/a" },
	{ KPI_COUNT, QUANTITY_MAX, "1" NARROW "000" NARROW "000" NARROW "000"
	    NARROW "000" NARROW "000", "1,000,000,000,000,000", "1" NARROW
	    "000" NARROW "000" NARROW "000" NARROW "000" NARROW "000" },
	{ KPI_COUNT, QUANTITY_MAX + 1, "n/a", "n/a", "n/a" },
	{ KPI_SHARE, .0345, "3,5" WIDE "%", "3.5%", "3,45" WIDE "%" },
	{ KPI_SHARE, 1, "100,0" WIDE "%", "100.0%", "100" WIDE "%" },
	{ KPI_MONEY, 5, "5,00" WIDE "€", "€5.00", "5" WIDE "€" },
	{ KPI_MONEY, 1234.5, "1" NARROW "234,50" WIDE "€", "€1,234.50",
	    "1" NARROW "234,5" WIDE "€" },
	{ KPI_MONEY, -12.345, "\u221212,35" WIDE "€", "\u2212€12.35",
	    "\u221212,35" WIDE "€" },
	{ KPI_DAYS, 1, "1" WIDE "jour", "1" WIDE "day", "1" },
	{ KPI_DAYS, 1.5, "1,5" WIDE "jour", "1.5" WIDE "days", "1,5" },
	{ KPI_DAYS, 2, "2" WIDE "jours", "2" WIDE "days", "2" },
	{ KPI_MINUTES, 59, "59" WIDE "min", "59" WIDE "min", "59" },
	{ KPI_MINUTES, 60, "1,0" WIDE "h", "1.0" WIDE "h", "60" },
	{ KPI_MINUTES, 144, "2,4" WIDE "h", "2.4" WIDE "h", "144" },
};

static const struct quantity_style french = { LANG_FR, { "EUR", 3 } };
static const struct quantity_style english = { LANG_EN, { "EUR", 3 } };

START_TEST(figures_are_written_for_people)
{
	struct arena *a = suite_arena();

	ck_assert_str_same(quantity_text(a, &french, cases[_i].unit,
	    cases[_i].value), str_of(cases[_i].fr));
	ck_assert_str_same(quantity_text(a, &english, cases[_i].unit,
	    cases[_i].value), str_of(cases[_i].en));
	ck_assert_str_same(quantity_tick(a, &french, cases[_i].unit,
	    cases[_i].value), str_of(cases[_i].tick));
} END_TEST

static const struct {
	const char *currency;
	const char *fr;
	const char *en;
} moneys[] = {
	{ "GBP", "9,00" WIDE "£", "£9.00" },
	{ "USD", "9,00" WIDE "$", "$9.00" },
	{ "CHF", "9,00" WIDE "CHF", "CHF" WIDE "9.00" },
	{ "", "9,00", "9.00" },
};

START_TEST(money_has_its_sign_where_it_belongs)
{
	struct str currency = str_of(moneys[_i].currency);

	ck_assert_str_same(quantity_text(suite_arena(),
	    &(struct quantity_style){ LANG_FR, currency }, KPI_MONEY, 9),
	    str_of(moneys[_i].fr));
	ck_assert_str_same(quantity_text(suite_arena(),
	    &(struct quantity_style){ LANG_EN, currency }, KPI_MONEY, 9),
	    str_of(moneys[_i].en));
} END_TEST

static const struct {
	enum kpi_unit unit;
	double now;
	double before;
	const char *fr;
} changes[] = {
	{ KPI_COUNT, 12, 10, "+20" WIDE "%" },
	{ KPI_COUNT, 10, 10, "0" WIDE "%" },
	{ KPI_COUNT, 8, 10, "\u221220" WIDE "%" },
	{ KPI_COUNT, 0, 10, "\u2212100" WIDE "%" },
	{ KPI_COUNT, 10, 0, "n/a" }, { KPI_COUNT, 0, 0, "n/a" },
	{ KPI_MONEY, 5, -5, "n/a" }, { KPI_MONEY, NAN, 5, "n/a" },
	{ KPI_MONEY, 5, NAN, "n/a" },
	{ KPI_SHARE, .034, .031, "+0,3" WIDE "pt" },
	{ KPI_SHARE, .03, 0, "+3,0" WIDE "pt" },
	{ KPI_SHARE, .02, .031, "\u22121,1" WIDE "pt" },
};

START_TEST(changes_are_of_what_was_before)
{
	ck_assert_str_same(quantity_change(suite_arena(), &french,
	    changes[_i].unit, changes[_i].now, changes[_i].before),
	    str_of(changes[_i].fr));
} END_TEST

SUITE(quantity)
{
	SUITE_LOOP(figures_are_written_for_people, COUNT(cases));
	SUITE_LOOP(money_has_its_sign_where_it_belongs, COUNT(moneys));
	SUITE_LOOP(changes_are_of_what_was_before, COUNT(changes));
}
