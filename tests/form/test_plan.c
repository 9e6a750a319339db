/* Tests form/plan: the numbering plans for builds without libphonenumber. */
#include "form/plan.h"
#include "support/suite.h"

#define E164_BYTES 20

static const struct { const char *in, *region, *e164; } good[] = {
	{ "0612345678", "FR", "+33612345678" },
	{ "06.12-34/56 78", "FR", "+33612345678" },
	{ "+33 (0)6 12 34 56 78", "FR", "+33612345678" },
	{ "0033612345678", "BE", "+33612345678" },
	{ "+590 690 12 34 56", "FR", "+590690123456" },
	{ "0470123456", "BE", "+32470123456" },
	{ "025138940", "BE", "+3225138940" },
	{ "+32 2 513 89 40", "FR", "+3225138940" },
	{ "0791234567", "CH", "+41791234567" },
	/* No plan of ours: by length. */
	{ "+1234567", "FR", "+1234567" },
	{ "+442079460018", "ZZ", "+442079460018" },
	{ "+123456789012345", "FR", "+123456789012345" },
};

START_TEST(numbers_become_e164)
{
	char e164[E164_BYTES];

	ck_assert(plan_e164(str_of(good[_i].in), good[_i].region, e164,
	    sizeof e164));
	ck_assert_str_same(str_of(e164), str_of(good[_i].e164));
} END_TEST

static const struct { struct str in; const char *region; } bad[] = {
	{ STR(""), "FR" }, { STR("+"), "FR" }, { STR("0"), "FR" },
	{ STR("00"), "FR" }, { STR("000612345678"), "FR" },
	{ STR("612345678"), "FR" }, { STR("061234567"), "FR" },
	{ STR("06123456789"), "FR" }, { STR("004701"), "BE" },
	{ STR("047012345"), "BE" }, { STR("04701234567"), "BE" },
	{ STR("0251389401"), "BE" }, { STR("079123456"), "CH" },
	{ STR("0612345678"), "ZZ" }, { STR("06123x5678"), "FR" },
	{ STR("06123456(0)78"), "FR" }, { STR("06123\00045678"), "FR" },
	{ STR("06\xff" "12345678"), "FR" }, { STR("+33012345678"), "FR" },
	{ STR("+3361234567"), "FR" }, { STR("+336123456789"), "FR" },
	{ STR("+123456"), "FR" }, { STR("+1234567890123456"), "FR" },
	{ STR("+12345678901234567890123456789"), "FR" },
	{ STR("+0612345678"), "FR" }, { STR("+33"), "FR" },
	{ STR("06++12345678"), "FR" },
};

START_TEST(other_things_are_refused)
{
	char e164[E164_BYTES];

	ck_assert(!plan_e164(bad[_i].in, bad[_i].region, e164, sizeof e164));
} END_TEST

START_TEST(a_number_that_does_not_fit_is_refused)
{
	char e164[E164_BYTES];

	ck_assert(plan_e164(STR("0612345678"), "FR", e164, 13));
	ck_assert(!plan_e164(STR("0612345678"), "FR", e164, 12));
} END_TEST

SUITE(plan)
{
	SUITE_LOOP(numbers_become_e164, COUNT(good));
	SUITE_LOOP(other_things_are_refused, COUNT(bad));
	SUITE_TEST(a_number_that_does_not_fit_is_refused);
}
