/* Tests of lead/domain.c. */
#include "lead/domain.h"
#include "support/suite.h"

static const struct {
	const char *domain;
	enum domain_kind kind;
} kinds[] = {
	{ "", DOMAIN_NONE },
	{ "gmail.com", DOMAIN_FREE },
	{ "GMail.Com", DOMAIN_FREE },
	{ "free.fr", DOMAIN_FREE },
	{ "wanadoo.fr", DOMAIN_FREE },
	{ "laposte.net", DOMAIN_FREE },
	{ "yopmail.com", DOMAIN_DISPOSABLE },
	{ "Sub.Mailinator.COM", DOMAIN_DISPOSABLE },
	{ "a.b.yopmail.com", DOMAIN_DISPOSABLE },
	/* The first and the last of the table. */
	{ "10minutemail.com", DOMAIN_DISPOSABLE },
	{ "zoho.com", DOMAIN_FREE },
	{ "firm.fr", DOMAIN_COMPANY },
	{ "sub.free.fr", DOMAIN_COMPANY },
	{ "notyopmail.com", DOMAIN_COMPANY },
	{ "yopmail.com.evil.example", DOMAIN_COMPANY },
	{ "com", DOMAIN_COMPANY },
	{ ".", DOMAIN_COMPANY },
};

START_TEST(kind_is_told)
{
	ck_assert_int_eq(domain_kind(str_of(kinds[_i].domain)),
	    kinds[_i].kind);
} END_TEST

static const struct {
	const char *email, *domain;
} parts[] = {
	{ "ana@firm.fr", "firm.fr" },
	{ "\"a@b\"@firm.fr", "firm.fr" },
	{ "ana@", "" },
	{ "ana", "" },
	{ "", "" },
};

START_TEST(domain_is_cut_off)
{
	ck_assert_str_same(domain_of(str_of(parts[_i].email)),
	    str_of(parts[_i].domain));
} END_TEST

START_TEST(domain_has_a_limit)
{
	char name[255];

	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 8 == 7 ? '.' : 'a';
	ck_assert_int_eq(domain_kind((struct str){ name, 253 }),
	    DOMAIN_COMPANY);
	ck_assert_int_eq(domain_kind((struct str){ name, 254 }), DOMAIN_NONE);
} END_TEST

START_TEST(table_is_sorted)
{
	ck_assert(domain_is_sorted());
} END_TEST

SUITE(domain)
{
	SUITE_LOOP(kind_is_told, COUNT(kinds));
	SUITE_LOOP(domain_is_cut_off, COUNT(parts));
	SUITE_TEST(domain_has_a_limit);
	SUITE_TEST(table_is_sorted);
}
