/* Tests form/bounds: each bound at n and beside it. */
#include "form/bounds.h"
#include "support/suite.h"

#define NUMBER(lo, hi, by, places) { .has_min = true, .min = (lo), \
	.has_max = true, .max = (hi), .step = (by), .decimals = (places) }

static const struct {
	struct field_bounds b;
	const char *typed;
	enum field_error error;
} numbers[] = {
	{ NUMBER(10, 20, 0, 0), "10", FIELD_FINE },
	{ NUMBER(10, 20, 0, 0), "9", FIELD_TOO_SMALL },
	{ NUMBER(10, 20, 0, 0), "20", FIELD_FINE },
	{ NUMBER(10, 20, 0, 0), "21", FIELD_TOO_LARGE },
	{ NUMBER(10, 20, 0, 0), "15.0", FIELD_NOT_WHOLE },
	{ NUMBER(-105, 105, 0, 1), "-10,5", FIELD_FINE },
	{ NUMBER(-105, 105, 0, 1), "-10,6", FIELD_TOO_SMALL },
	{ NUMBER(-105, 105, 0, 1), "10,5", FIELD_FINE },
	{ NUMBER(-105, 105, 0, 1), "10.6", FIELD_TOO_LARGE },
	{ NUMBER(-105, 105, 0, 1), "1.05", FIELD_TOO_PRECISE },
	{ NUMBER(-105, 105, 0, 1), "x", FIELD_NOT_NUMBER },
	/* Steps are counted from the least. */
	{ NUMBER(1, 100, 5, 0), "11", FIELD_FINE },
	{ NUMBER(1, 100, 5, 0), "10", FIELD_OFF_STEP },
	{ { .step = 5 }, "-10", FIELD_FINE },
	{ { .step = 5 }, "-11", FIELD_OFF_STEP },
	{ { .step = 25, .decimals = 2 }, "0,75", FIELD_FINE },
	{ { .step = 25, .decimals = 2 }, "0,70", FIELD_OFF_STEP },
	{ { .has_max = false }, "999999999999", FIELD_FINE },
	{ { .has_max = false }, "1000000000000", FIELD_TOO_LARGE },
	{ { .has_max = false }, "-999999999999", FIELD_FINE },
	{ { .has_max = false }, "-1000000000000", FIELD_TOO_SMALL },
};

START_TEST(numbers_lie_within)
{
	struct str normal = STR("before");

	ck_assert_str_eq(field_error_code(bounds_number(suite_arena(),
	    &numbers[_i].b, str_of(numbers[_i].typed), &normal)),
	    field_error_code(numbers[_i].error));
	ck_assert_int_eq(str_eq(normal, STR("before")),
	    numbers[_i].error != FIELD_FINE);
} END_TEST

static const struct {
	const char *typed;
	enum field_error error;
} dates[] = {
	{ "01/03/2026", FIELD_FINE },
	{ "28/02/2026", FIELD_TOO_EARLY },
	{ "2027-02-28", FIELD_FINE },
	{ "2027-03-01", FIELD_TOO_LATE },
	{ "2027-02-29", FIELD_NOT_DATE },
};

START_TEST(dates_lie_within)
{
	const struct field_bounds b = { .has_min = true, .min = 20260301,
	    .has_max = true, .max = 20270228 };
	const struct field_bounds none = { .has_min = false };
	struct str normal = STR("before");

	ck_assert_str_eq(field_error_code(bounds_date(suite_arena(), &b,
	    str_of(dates[_i].typed), &normal)),
	    field_error_code(dates[_i].error));
	ck_assert_int_eq(str_eq(normal, STR("before")),
	    dates[_i].error != FIELD_FINE);
	ck_assert_int_eq(bounds_date(suite_arena(), &none, STR("1/1/0001"),
	    &normal), FIELD_FINE);
	ck_assert_str_same(normal, STR("0001-01-01"));
} END_TEST

SUITE(bounds)
{
	SUITE_LOOP(numbers_lie_within, COUNT(numbers));
	SUITE_LOOP(dates_lie_within, COUNT(dates));
}
