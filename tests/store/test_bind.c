/* Tests of store/bind.c. */
#include <string.h>

#include "store/bind.h"
#include "support/suite.h"

START_TEST(values_become_c_strings)
{
	const struct str first[] = { STR("a"), { NULL, 0 }, STR_EMPTY };
	const struct str second[] = { STR("a longer one"), { "xyz", 2 } };
	const char *value[3];
	struct bind b = { 0 };

	ck_assert_int_eq((int)bind_values(&b, first, COUNT(first), value), OK);
	ck_assert_str_eq(value[0], "a");
	ck_assert_ptr_null(value[1]);
	ck_assert_str_eq(value[2], "");
	ck_assert_int_eq((int)bind_values(&b, second, COUNT(second), value),
	    OK);
	ck_assert_str_eq(value[0], "a longer one");
	ck_assert_str_eq(value[1], "xy");
	ck_assert_int_eq((int)bind_values(&b, NULL, 0, value), OK);
	bind_clear(&b);
} END_TEST

START_TEST(a_nul_is_refused)
{
	const struct str param[] = { STR("a"), STR("b\0c") };
	const char *value[2];
	struct bind b = { 0 };

	ck_assert_int_eq((int)bind_values(&b, param, COUNT(param), value),
	    ERR_INPUT);
	bind_clear(&b);
} END_TEST

SUITE(bind)
{
	SUITE_TEST(values_become_c_strings);
	SUITE_TEST(a_nul_is_refused);
}
