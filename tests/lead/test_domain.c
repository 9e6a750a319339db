/* Tests of lead/domain.c. */
#include "lead/disposable.h"
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

/* npm's list counts below what is registered, never at a public suffix. */
START_TEST(list_is_asked)
{
	enum domain_kind listed = disposable_count() ? DOMAIN_DISPOSABLE :
	    DOMAIN_COMPANY;

	ck_assert_int_eq(domain_kind(STR("0-180.com")), listed);
	ck_assert_int_eq(domain_kind(STR("x.y.0-180.com")), listed);
	ck_assert_int_eq(domain_kind(STR("0-180.com.fr")), DOMAIN_COMPANY);
} END_TEST

static const struct { const char *domain, *registered; } registered[] = {
	{ "firm.fr", "firm.fr" }, { "mail.Firm.fr", "Firm.fr" },
	{ "a.b.firm.co.uk", "firm.co.uk" }, { "co.uk", "co.uk" },
	{ "fr", "fr" }, { "xn--socit-esab.fr", "xn--socit-esab.fr" },
	{ "a.firm.nosuchtld", "firm.nosuchtld" }, { ".", "." }, { "", "" },
};

START_TEST(registered_part_is_told)
{
	ck_assert_str_same(domain_registrable(str_of(
	    registered[_i].domain)), str_of(registered[_i].registered));
} END_TEST

START_TEST(public_suffixes_are_told)
{
	ck_assert(domain_is_public(STR("fr")));
	ck_assert(domain_is_public(STR("CO.UK")));
	ck_assert(!domain_is_public(STR("firm.co.uk")));
	ck_assert(!domain_is_public(STR("")));
} END_TEST

START_TEST(free_ones_are_listed)
{
	size_t n = 0;

	for (const char *name; (name = domain_free(n)) != NULL; n++)
		ck_assert_int_eq(domain_kind(str_of(name)), DOMAIN_FREE);
	ck_assert_uint_gt(n, 100);
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
	SUITE_TEST(list_is_asked);
	SUITE_LOOP(registered_part_is_told, COUNT(registered));
	SUITE_TEST(public_suffixes_are_told);
	SUITE_TEST(free_ones_are_listed);
	SUITE_TEST(table_is_sorted);
}
