/* Tests form/postcode. */
#include "form/postcode.h"
#include "support/suite.h"

static const struct { const char *in, *country, *normal; } good[] = {
	{ "75011", "FR", "75011" }, { "75 011", "FR", "75011" },
	{ " 75\u00a0011 ", "FR", "75011" }, { "F-75011", "FR", "75011" },
	{ "01000", "FR", "01000" }, { "20000", "FR", "20000" },
	{ "20200", "FR", "20200" }, { "97110", "FR", "97110" },
	{ "97400", "FR", "97400" }, { "98800", "FR", "98800" },
	{ "95999", "FR", "95999" }, { "00100", "FR", "00100" },
	{ "75011", "fr", "75011" },
	{ "97110", "GP", "97110" }, { "97200", "MQ", "97200" },
	{ "97300", "GF", "97300" }, { "97400", "RE", "97400" },
	{ "97600", "YT", "97600" }, { "97500", "PM", "97500" },
	{ "98000", "MC", "98000" },
	{ "1000", "BE", "1000" }, { "B-1000", "BE", "1000" },
	{ "1200", "CH", "1200" }, { "CH-1200", "CH", "1200" },
	{ "L-1009", "LU", "1009" }, { "10115", "DE", "10115" },
	{ "D-01067", "DE", "01067" }, { "1010", "AT", "1010" },
	{ "28001", "ES", "28001" }, { "00118", "IT", "00118" },
	{ "1000-001", "PT", "1000-001" }, { "1012 ab", "NL", "1012AB" },
	{ "sw1a 1aa", "GB", "SW1A1AA" }, { "M1 1AE", "GB", "M11AE" },
	{ "EC1A 1BB", "GB", "EC1A1BB" }, { "B33 8TH", "GB", "B338TH" },
	{ "D02 AF30", "IE", "D02AF30" }, { "D6W XY00", "IE", "D6WXY00" },
	{ "90210", "US", "90210" }, { "90210-1234", "US", "90210-1234" },
	{ "k1a 0b1", "CA", "K1A0B1" }, { "00-950", "PL", "00-950" },
	{ "114 55", "SE", "11455" }, { "20000", "MA", "20000" },
	/* No rule of ours. */
	{ "ab 12", "ZA", "AB12" }, { "12", "ZA", "12" },
	{ "123456789012", "ZA", "123456789012" }, { "75011", "", "75011" },
};

START_TEST(postcodes_are_brought_into_normal_form)
{
	struct str normal;

	ck_assert_int_eq(postcode_parse(suite_arena(), str_of(good[_i].in),
	    str_of(good[_i].country), &normal), OK);
	ck_assert_str_same(normal, str_of(good[_i].normal));
	ck_assert_int_eq(postcode_parse(suite_arena(), normal,
	    str_of(good[_i].country), &normal), OK);
	ck_assert_str_same(normal, str_of(good[_i].normal));
} END_TEST

static const struct { struct str in; const char *country; } bad[] = {
	{ STR(""), "FR" }, { STR("7501"), "FR" }, { STR("750111"), "FR" },
	{ STR("00000"), "FR" }, { STR("96000"), "FR" },
	{ STR("99000"), "FR" }, { STR("97900"), "FR" },
	{ STR("2A004"), "FR" }, { STR("Paris"), "FR" },
	{ STR("75011 Paris"), "FR" }, { STR("B-75011"), "FR" },
	{ STR("F-"), "FR" }, { STR("٧٥٠١١"), "FR" },
	{ STR("75\n11"), "FR" }, { STR("75011\0"), "FR" },
	{ STR("75\xff" "11"), "FR" }, { STR("75011"), "GP" },
	{ STR("0999"), "BE" }, { STR("10000"), "BE" },
	{ STR("0999"), "CH" }, { STR("00115"), "DE" },
	{ STR("SW1A"), "GB" }, { STR("9021"), "US" },
	{ STR("90210-12"), "US" },
	/* No rule of ours. */
	{ STR("1"), "ZA" }, { STR("1234567890123"), "ZA" },
	{ STR("ab_12"), "ZA" }, { STR("é12"), "ZA" },
};

START_TEST(other_things_are_refused)
{
	struct str normal = STR("before");

	ck_assert_int_eq(postcode_parse(suite_arena(), bad[_i].in,
	    str_of(bad[_i].country), &normal), ERR_INPUT);
	ck_assert_str_same(normal, STR("before"));
} END_TEST

SUITE(postcode)
{
	SUITE_LOOP(postcodes_are_brought_into_normal_form, COUNT(good));
	SUITE_LOOP(other_things_are_refused, COUNT(bad));
}
