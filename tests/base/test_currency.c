/* Tests of base/currency.c. */
#include "base/currency.h"
#include "support/suite.h"

static const struct { const char *typed; bool is_code; } typed[] = {
	{ "EUR", true }, { "CHF", true }, { "AZZ", true }, { "eur", false },
	{ "EU", false }, { "EURO", false }, { "", false }, { "€", false },
	{ "E R", false }, { "EU[", false }, { "EU@", false },
};

START_TEST(codes_are_known)
{
	ck_assert_int_eq(currency_is_code(str_of(typed[_i].typed)),
	    typed[_i].is_code);
} END_TEST

SUITE(currency)
{
	SUITE_LOOP(codes_are_known, COUNT(typed));
}
