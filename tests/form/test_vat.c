/* Tests form/vat.  A number a country, and what is near it. */
#include "form/vat.h"
#include "support/suite.h"

static const struct {
	const char *typed;
	const char *country;
	const char *normal;	/* NULL: none */
} numbers[] = {
	{ "FR40303265045", "FR", "FR40303265045" },
	{ " fr 40.303.265-045", "DE", "FR40303265045" },
	{ "40 303 265 045", "FR", "FR40303265045" },
	{ "40 303 265 045", "DE", NULL },
	{ "23 334 175 221", "FR", "FR23334175221" },
	{ "FRK7399859412", "FR", "FRK7399859412" },
	{ "FR4Z123456782", "FR", "FR4Z123456782" },
	{ "FRK6399859412", "FR", NULL },
	{ "FR41303265045", "FR", NULL },
	{ "FR40303265046", "FR", NULL },
	{ "FRO0303265045", "FR", NULL },
	{ "FR4030326504", "FR", NULL },
	{ "FR403032650455", "FR", NULL },
	{ "ATU13585627", "FR", "ATU13585627" },
	{ "AT13585627", "FR", NULL },
	{ "U13585627", "AT", "ATU13585627" },
	{ "BE0428759497", "FR", "BE0428759497" },
	{ "BE2428759497", "FR", NULL },
	{ "BG175074752", "FR", "BG175074752" },
	{ "BG7523169263", "FR", "BG7523169263" },
	{ "BG75231692631", "FR", NULL },
	{ "DE136695977", "FR", NULL },
	{ "136695977", "DE", NULL },
	{ "CY10259033P", "FR", "CY10259033P" },
	{ "CZ25123891", "FR", "CZ25123891" },
	{ "DE136695976", "FR", "DE136695976" },
	{ "136695976", "DE", "DE136695976" },
	{ "DK13585628", "FR", "DK13585628" },
	{ "EE100931558", "FR", "EE100931558" },
	{ "EL094259216", "FR", "EL094259216" },
	{ "GR094259216", "FR", "EL094259216" },
	{ "094259216", "GR", "EL094259216" },
	{ "ESX2482300W", "FR", "ESX2482300W" },
	{ "FI20774740", "FR", "FI20774740" },
	{ "HR33392005961", "FR", "HR33392005961" },
	{ "HU12892312", "FR", "HU12892312" },
	{ "IE6433435F", "FR", "IE6433435F" },
	{ "IE6433435OA", "FR", "IE6433435OA" },
	{ "IE8D79739I", "FR", "IE8D79739I" },
	{ "IT00743110157", "FR", "IT00743110157" },
	{ "LT119511515", "FR", "LT119511515" },
	{ "LT100001919017", "FR", "LT100001919017" },
	{ "LT1000019190", "FR", NULL },
	{ "LU15027442", "FR", "LU15027442" },
	{ "LV40003521600", "FR", "LV40003521600" },
	{ "MT11679112", "FR", "MT11679112" },
	{ "NL004495445B01", "FR", "NL004495445B01" },
	{ "PL8567346215", "FR", "PL8567346215" },
	{ "PT501964843", "FR", "PT501964843" },
	{ "RO18547290", "FR", "RO18547290" },
	{ "RO1", "FR", NULL },
	{ "SE123456789701", "FR", "SE123456789701" },
	{ "SI50223054", "FR", "SI50223054" },
	{ "SK2022749619", "FR", "SK2022749619" },
	{ "XI980780684", "FR", "XI980780684" },
	{ "XIGD499", "FR", "XIGD499" },
	{ "XIGD500", "FR", NULL },
	{ "GB980780684", "FR", NULL },
	{ "CHE123456789", "FR", NULL },
	{ "FR", "FR", NULL },
	{ "F", "FR", NULL },
	{ "", "FR", NULL },
	{ "FR40/303265045", "FR", NULL },
};

START_TEST(vat_numbers_are_checked)
{
	struct str normal = STR_EMPTY;
	const char *want = numbers[_i].normal;

	ck_assert_int_eq(vat_parse(suite_arena(), str_of(numbers[_i].typed),
	    str_of(numbers[_i].country), &normal), want ? OK : ERR_INPUT);
	ck_assert_str_same(normal, str_of(want));
} END_TEST

SUITE(vat)
{
	SUITE_LOOP(vat_numbers_are_checked, COUNT(numbers));
}
