/* Tests of lead/disposable.c and of the list compiled in. */
#include "lead/disposable.h"
#include "support/suite.h"

START_TEST(list_is_in_order)
{
	ck_assert(disposable_is_sorted());
} END_TEST

/* The first, the last, and some between; what no list should hold. */
static const struct { const char *name; bool is; } names[] = {
	{ "0-180.com", true }, { "mailinator.com", true },
	{ "yopmail.com", true }, { "guerrillamail.com", true },
	{ "gmail.com", false }, { "orange.fr", false }, { "free.fr", false },
	{ "", false }, { "com", false }, { "mailinator", false },
	{ "mailinator.co", false }, { "mailinator.comx", false },
	{ "-", false }, { "\x7f", false }, { "zzzzzzzzzzzzzzz.zzz", false },
};

START_TEST(name_is_looked_up)
{
	/* Without npm the list is empty. */
	bool is = names[_i].is && disposable_count() > 0;

	ck_assert_int_eq(disposable_has(str_of(names[_i].name)), is);
} END_TEST

SUITE(disposable)
{
	SUITE_TEST(list_is_in_order);
	SUITE_LOOP(name_is_looked_up, COUNT(names));
}
