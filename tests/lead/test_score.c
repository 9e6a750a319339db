/* Tests of lead/score.c. */
#include "lead/score.h"
#include "support/suite.h"

#define Z(text) { text, sizeof (text) - 1 }

static const struct {
	struct score_input in;
	int32_t points;
	const char *rule;	/* one part that must be there */
	int32_t part;
	struct str reason;
} cases[] = {
	{ { .geo_country = Z("") }, 0, "email", 0, Z("missing") },
	{ { .email = Z("ana@firm.fr") }, 45, "company-domain", 25,
	    Z("firm.fr") },
	{ { .email = Z("ana@gmail.com") }, 25, "free-mail", 5,
	    Z("gmail.com") },
	{ { .email = Z("ana@Orange.FR") }, 25, "free-mail", 5,
	    Z("Orange.FR") },
	{ { .email = Z("ana@yopmail.com") }, 0, "disposable-domain", -40,
	    Z("yopmail.com") },
	{ { .phone = Z("+33612345678") }, 15, "phone", 15, Z("given") },
	{ { .first_name = Z("Ana") }, 0, "name", 0, Z("missing") },
	{ { .first_name = Z("Ana"), .last_name = Z("Roy") }, 10, "name", 10,
	    Z("given") },
	{ { .email = Z("ana@firm.fr"), .form_country = Z("FR"),
	    .geo_country = Z("FR") }, 60, "country-match", 15, Z("FR") },
	{ { .email = Z("ana@firm.fr"), .form_country = Z("FR"),
	    .geo_country = Z("BE") }, 35, "country-differs", -10, Z("BE") },
	{ { .email = Z("ana@firm.fr"), .form_country = Z("FR") }, 45,
	    "country-unknown", 0, Z("") },
	{ { .email = Z("info@firm.fr"), .is_role = true }, 40,
	    "role-address", -5, Z("firm.fr") },
	{ { .email = Z("ana@firm.fr"), .mail = EXCHANGER_FOUND }, 45,
	    "takes-mail", 0, Z("exchanger") },
	{ { .email = Z("ana@firm.fr"), .mail = EXCHANGER_ADDRESS }, 45,
	    "takes-mail", 0, Z("address") },
	{ { .email = Z("ana@firm.fr"), .mail = EXCHANGER_REFUSED }, 5,
	    "takes-no-mail", -40, Z("refused") },
	{ { .email = Z("ana@firm.fr"), .mail = EXCHANGER_ABSENT }, 5,
	    "takes-no-mail", -40, Z("absent") },
	/* Never below 0 nor above 100. */
	{ { .email = Z("a@yopmail.com"), .form_country = Z("FR"),
	    .geo_country = Z("US") }, 0, "country-differs", -10, Z("US") },
	{ { .email = Z("ana@firm.fr"), .phone = Z("+33612345678"),
	    .first_name = Z("Ana"), .last_name = Z("Roy"),
	    .company = Z("Firm"), .postcode = Z("75001"),
	    .form_country = Z("FR"), .geo_country = Z("FR") }, 100,
	    "postcode", 5, Z("given") },
};

START_TEST(leads_are_scored)
{
	struct score s;
	bool is_there = false;

	score_lead(&cases[_i].in, &s);
	ck_assert_int_eq(s.points, cases[_i].points);
	for (size_t i = 0; i < s.parts; i++)
		if (str_eq(str_of(s.part[i].rule), str_of(cases[_i].rule))) {
			is_there = true;
			ck_assert_int_eq(s.part[i].points, cases[_i].part);
			ck_assert_str_same(s.part[i].reason,
			    cases[_i].reason);
		}
	ck_assert_msg(is_there, "no part %s", cases[_i].rule);
} END_TEST

SUITE(score)
{
	SUITE_LOOP(leads_are_scored, COUNT(cases));
}
