/* Tests of lead/sellerrule.c. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "lead/sellerrule.h"
#include "support/suite.h"

#define EMPTY " must not be empty: leave it out instead\n"
#define NONE "{\"sellers\":[],"
#define SELLER "{\"key\":\"ana\",\"general\":true"

/* What is wrong, by the line it makes. */
static struct str
complaints(struct str json, enum err *err)
{
	char *said = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&said, &bytes);
	struct sellerrule r;
	struct str out;

	*err = sellerrule_read(suite_arena(), json, f, &r);
	fclose(f);
	out = arena_copy(suite_arena(), (struct str){ said, bytes });
	free(said);
	return out;
}

static const struct {
	const char *json;
	const char *said;
} wrong[] = {
	{ NONE "\"seller\":[]}", "$.seller: there is no such member\n" },
	{ "[]", "$: must be an object\n" },
	{ NONE "\"confidence_km\":-1}",
	    "$.confidence_km: must be a whole number from 0 to 20000\n" },
	{ NONE "\"accept_minutes\":14401}",
	    "$.accept_minutes: must be a whole number from 1 to 14400\n" },
	{ NONE "\"bands\":[{\"key\":\"a\",\"to\":10},"
	    "{\"key\":\"b\",\"from\":9}]}",
	    "$.bands[1]: overlaps $.bands[0]\n" },
	{ NONE "\"bands\":[{\"key\":\"a\",\"from\":10,\"to\":10}]}",
	    "$.bands[0].to: must be more than from\n" },
	{ NONE "\"bands\":[{\"key\":\"a\",\"to\":1},"
	    "{\"key\":\"a\",\"from\":1}]}",
	    "$.bands[1].key: is there twice\n" },
	{ NONE "\"teams\":[{\"key\":\"a\",\"parent\":\"b\"},"
	    "{\"key\":\"b\",\"parent\":\"a\"}]}",
	    "$.teams[0].parent: the team would be part of itself\n"
	    "$.teams[1].parent: the team would be part of itself\n" },
	{ NONE "\"teams\":[{\"key\":\"a\",\"parent\":\"c\"}]}",
	    "$.teams[0].parent: there is no such team\n" },
	{ "{\"sellers\":[{\"key\":\"ana\"}]}",
	    "$.sellers[0]: has no territory, and is not of the general"
	    " pool\n" },
	{ "{\"sellers\":[{\"general\":true}]}",
	    "$.sellers[0].key: is needed\n" },
	{ "{\"sellers\":[" SELLER "},{\"key\":\"ana\",\"general\":true}]}",
	    "$.sellers[1].key: is there twice\n" },
	{ "{\"sellers\":[" SELLER ",\"weight\":0}]}",
	    "$.sellers[0].weight: must be a whole number from 1 to 100\n" },
	{ "{\"sellers\":[" SELLER ",\"weight\":101}]}",
	    "$.sellers[0].weight: must be a whole number from 1 to 100\n" },
	{ "{\"sellers\":[" SELLER ",\"open_max\":2,\"hot_reserved\":3}]}",
	    "$.sellers[0]: reserves more places than there are\n" },
	{ "{\"sellers\":[" SELLER ",\"bands\":[\"x\"]}]}",
	    "$.sellers[0].bands[0]: there is no band x\n" },
	{ "{\"sellers\":[" SELLER ",\"stages\":[\"nurturing\"]}]}",
	    "$.sellers[0].stages[0]: must be one of lead, mql, sql,"
	    " opportunity\n" },
	{ "{\"sellers\":[" SELLER ",\"hours\":[{\"days\":[\"mon\"],\"from\":"
	    "\"18:00\",\"to\":\"09:00\"}]}]}",
	    "$.sellers[0].hours[0].to: must be after from; a night is two"
	    " rows\n" },
	{ "{\"sellers\":[" SELLER ",\"hours\":[{\"days\":[\"mon\"],\"from\":"
	    "\"9:00\",\"to\":\"24:00\"}]}]}",
	    "$.sellers[0].hours[0].from: must be a time like 09:30\n" },
	{ "{\"sellers\":[{\"key\":\"a\",\"territories\":[{\"country\":\"FR\","
	    "\"departments\":[\"96\"]}]}]}",
	    "$.sellers[0].territories[0].departments[0]: is no département of"
	    " France\n" },
	{ "{\"sellers\":[{\"key\":\"a\",\"territories\":[{\"country\":\"FR\","
	    "\"regions\":[\"Texas\"]}]}]}",
	    "$.sellers[0].territories[0].regions[0]: is no region of FR\n" },
	{ NONE "\"bant\":[{\"offer\":\"o\",\"good_min\":5}]}",
	    "$.bant[0].good_min: must be a whole number from 1 to 4\n" },
	{ NONE "\"bant\":[{\"offer\":\"o\"},{\"offer\":\"o\"}]}",
	    "$.bant[1].offer: is there twice\n" },
	{ "{}", "$.sellers: is needed; [] takes everybody out\n" },
	{ "{\"sellers\":[{\"key\":\"a b\",\"general\":true}]}",
	    "$.sellers[0].key: must be of a-z, 0-9 and . _ -, and begin with"
	    " a letter or digit\n" },
	{ "{\"sellers\":[" SELLER ",\"email\":\"ana\"}]}",
	    "$.sellers[0].email: must be an e-mail address\n" },
	{ "{\"sellers\":[{\"key\":\"a\",\"territories\":[{\"country\":"
	    "\"UK\"}]}]}", "$.sellers[0].territories[0].country: must be a"
	    " country of ISO 3166 like FR or GB\n" },
	{ "{\"sellers\":[" SELLER ",\"hours\":[]}]}", "$.sellers[0].hours:"
	    EMPTY },
	{ "{\"sellers\":[" SELLER ",\"bands\":[]}]}", "$.sellers[0].bands:"
	    EMPTY },
	{ "{\"sellers\":[" SELLER ",\"needs\":[]}]}", "$.sellers[0].needs:"
	    EMPTY },
	{ "{\"sellers\":[" SELLER ",\"stages\":[]}]}",
	    "$.sellers[0].stages:" EMPTY },
	{ "{\"sellers\":[{\"key\":\"a\",\"general\":true,\"territories\":["
	    "{\"country\":\"FR\",\"regions\":[]}]}]}",
	    "$.sellers[0].territories[0].regions:" EMPTY },
};

START_TEST(mistakes_are_told_with_their_path)
{
	enum err e;
	struct str said = complaints(str_of(wrong[_i].json), &e);

	ck_assert_int_eq(e, ERR_INPUT);
	ck_assert_str_same(said, str_of(wrong[_i].said));
} END_TEST

START_TEST(no_json_is_told_with_its_line)
{
	enum err e;
	struct str said = complaints(STR("{\n]"), &e);

	ck_assert_int_eq(e, ERR_INPUT);
	ck_assert(str_has_prefix(said, STR("line 2, column 1")));
} END_TEST

START_TEST(what_stands_nearest_counts)
{
	struct sellerrule r;

	ck_assert_int_eq(sellerrule_read(suite_arena(), STR("{\"teams\":["
	    "{\"key\":\"france\",\"timezone\":\"Europe/Paris\",\"open_max\":9,"
	    "\"force\":\"external\",\"territories\":[{\"country\":\"FR\"}]},"
	    "{\"key\":\"north\",\"parent\":\"france\",\"open_max\":8,"
	    "\"needs\":[\"solar\"]}],\"sellers\":[{\"key\":\"ana\",\"team\":"
	    "\"north\",\"open_max\":7},{\"key\":\"bob\",\"team\":\"north\","
	    "\"territories\":[{\"country\":\"FR\",\"regions\":[\"bretagne\"],"
	    "\"postcodes\":[\"44\",\"49\"]}]},{\"key\":\"cy\",\"general\":"
	    "true}],\"bant\":[{\"offer\":\"o1\",\"budget_min\":5}]}"), stderr,
	    &r), OK);
	struct allocate_seller *s = r.plan.seller;
	ck_assert_uint_eq(s[0].open_max, 7);
	ck_assert_uint_eq(s[1].open_max, 8);
	ck_assert(s[0].is_external && !s[2].is_external);
	ck_assert_str_same(s[0].zone_name, STR("Europe/Paris"));
	ck_assert_str_same(s[2].zone_name, STR("UTC"));
	ck_assert_uint_eq(s[0].needs, 1);
	ck_assert_uint_eq(s[0].territories, 1);
	ck_assert_int_eq(s[0].territory[0].level, ALLOCATE_COUNTRY);
	ck_assert_uint_eq(s[1].territories, 3);
	ck_assert_str_same(s[1].territory[0].code, STR("BRE"));
	ck_assert_str_same(s[1].territory[2].code, STR("49"));
	ck_assert_uint_eq(s[2].stages, 2);
	ck_assert_int_eq(sellerrule_bant(&r, STR("o1")).budget_min, 5);
	ck_assert_int_eq(sellerrule_bant(&r, STR("o2")).budget_min, 0);
	ck_assert_uint_eq(sellerrule_bant(&r, STR("o2")).good_min, 4);
} END_TEST

/* So many sellers, with a list of so many needs. */
static struct str
many(size_t sellers, size_t needs)
{
	struct buf b;

	buf_init(&b, suite_arena(), SELLERRULE_BYTES_MAX);
	buf_add(&b, STR("{\"sellers\":["));
	for (size_t i = 0; i < sellers; i++) {
		buf_addf(&b, "%s{\"key\":\"s%zu\",\"general\":true%s",
		    i ? "," : "", i, needs ? ",\"needs\":[" : "");
		for (size_t k = 0; k < needs; k++)
			buf_addf(&b, "%s\"n\"", k ? "," : "");
		buf_add(&b, needs ? STR("]}") : STR("}"));
	}
	buf_add(&b, STR("]}"));
	return buf_str(&b);
}

/* A row for a country, and so many codes. */
static struct str
wide(size_t codes)
{
	struct buf b;

	buf_init(&b, suite_arena(), SELLERRULE_BYTES_MAX);
	buf_add(&b, STR("{\"sellers\":[{\"key\":\"ana\",\"territories\":["));
	for (size_t i = 0; i < 2; i++) {
		buf_addf(&b, "%s{\"country\":\"BE\",\"postcodes\":[",
		    i ? "," : "");
		for (size_t k = 0; k < codes / 2 + (i && codes % 2); k++)
			buf_addf(&b, "%s\"1\"", k ? "," : "");
		buf_add(&b, STR("]}"));
	}
	buf_add(&b, STR("]}]}"));
	return buf_str(&b);
}

START_TEST(limits_hold)
{
	enum err e;

	(void)complaints(wide(1998), &e);
	ck_assert_int_eq(e, OK);
	ck_assert_str_same(complaints(wide(1999), &e),
	    STR("$.sellers[0].territories: has more than 2000 codes\n"
	    "$.sellers[0]: has no territory, and is not of the general"
	    " pool\n"));

	(void)complaints(many(ALLOCATE_SELLERS_MAX, 0), &e);
	ck_assert_int_eq(e, OK);
	ck_assert_str_same(complaints(many(ALLOCATE_SELLERS_MAX + 1, 0), &e),
	    STR("$.sellers: must be a list of at most 500\n"));
	(void)complaints(many(1, 1000), &e);
	ck_assert_int_eq(e, OK);
	ck_assert_str_same(complaints(many(1, 1001), &e),
	    STR("$.sellers[0].needs: must be a list of at most 1000\n"));
} END_TEST

SUITE(sellerrule)
{
	SUITE_LOOP(mistakes_are_told_with_their_path, COUNT(wrong));
	SUITE_TEST(no_json_is_told_with_its_line);
	SUITE_TEST(what_stands_nearest_counts);
	SUITE_TEST(limits_hold);
}
