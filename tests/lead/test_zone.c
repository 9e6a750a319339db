/* Tests of lead/zone.c. */
#include "lead/zone.h"
#include "support/suite.h"

static const struct {
	const char *postcode, *department, *region;
} cases[] = {
	{ "75011", "75", "IDF" }, { "01000", "01", "ARA" },
	{ "20000", "2A", "20R" }, { "20199", "2A", "20R" },
	{ "20200", "2B", "20R" }, { "20620", "2B", "20R" },
	{ "97110", "971", "971" }, { "97600", "976", "976" },
	{ "97500", "", "" }, { "99999", "", "" }, { "00999", "", "" },
	{ "7501", "", "" }, { "750111", "", "" }, { "7501A", "", "" },
	{ "", "", "" },
};

START_TEST(postcodes_are_somewhere)
{
	struct str d = zone_department(str_of(cases[_i].postcode));

	ck_assert_str_same(d, str_of(cases[_i].department));
	ck_assert_str_same(zone_region(d), str_of(cases[_i].region));
} END_TEST

START_TEST(every_department_has_a_region)
{
	char code[6] = "01000";
	int found = 0;

	for (int i = 1; i <= 95; i++) {
		code[0] = (char)('0' + i / 10);
		code[1] = (char)('0' + i % 10);
		found += zone_region(zone_department(str_of(code))).n == 3;
	}
	/* 20 is 2A; there is no other gap. */
	ck_assert_int_eq(found, 95);
} END_TEST

START_TEST(regions_have_two_names)
{
	ck_assert_str_same(zone_region_code(STR("FR"),
	    STR("Île-de-France")), STR("IDF"));
	ck_assert_str_same(zone_region_code(STR("fr"), STR("idf")),
	    STR("IDF"));
	ck_assert_str_same(zone_region_code(STR("FR"), STR("Elsewhere")),
	    STR("Elsewhere"));
	ck_assert_str_same(zone_region_code(STR("BE"), STR("Bretagne")),
	    STR("Bretagne"));
	ck_assert(!zone_has_region(STR("FR"), STR("Elsewhere")));
	ck_assert(zone_has_region(STR("BE"), STR("VLG")));
} END_TEST

SUITE(zone)
{
	SUITE_LOOP(postcodes_are_somewhere, COUNT(cases));
	SUITE_TEST(every_department_has_a_region);
	SUITE_TEST(regions_have_two_names);
}
