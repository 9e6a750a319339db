/* Tests of lead/scorerule.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lead/score.h"
#include "lead/scoreread.h"
#include "lead/scorerule.h"
#include "support/suite.h"

#define JSON_BYTES_MAX (1 << 20)
#define TOLD_BYTES_MAX 8192

#define MQL "\"mql\":{\"score\":20}"
#define GRADES "\"grades\":{\"hot\":30,\"warm\":20,\"recent_days\":7}"
#define GROUPS "\"groups\":[{\"key\":\"f\",\"part\":\"fit\",\"cap\":40}]"
#define RULE "{\"key\":\"a\",\"group\":\"f\",\"points\":30,\"fact\":" \
	"\"phone\",\"given\":true}"
#define RULES "\"rules\":[" RULE "]"
#define SET(mql, grades, groups, rules) "{" mql "," grades "," groups "," \
	rules "}"
#define WITH(rule) SET(MQL, GRADES, GROUPS, "\"rules\":[" RULE "," rule "]")
#define ASKED(test) WITH("{\"key\":\"b\",\"group\":\"f\",\"points\":1," \
	"\"fact\":\"job\"," test "}")
#define FACT(fact, test) WITH("{\"key\":\"b\",\"group\":\"f\",\"points\":1," \
	"\"fact\":\"" fact "\"," test "}")
#define BANDS(bands) WITH("{\"key\":\"b\",\"group\":\"f\",\"fact\":\"n\"," \
	"\"bands\":[" bands "]}")
#define NESTED(a, b) SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":" \
	"\"fit\",\"cap\":40" a "},{\"key\":\"g\",\"part\":\"fit\",\"cap\":9" \
	b "}]", RULES)
#define EVENT(rest) SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":" \
	"\"fit\",\"cap\":40},{\"key\":\"e\",\"part\":\"engagement\",\"cap\":" \
	"9}]", "\"rules\":[" RULE ",{\"key\":\"b\"" rest "}]")

/* NULL: nothing is wrong. */
static const struct { const char *json; const char *told; } cases[] = {
	{ SET(MQL, GRADES, GROUPS, RULES), NULL },
	{ "[]", "$: must be an object\n" },
	{ "{", "$: line 1: " },
	{ "{\"mql\":{\"score\":1,\"score\":2}}", "$: line 1: duplicate" },
	{ "{" MQL "," GRADES "," GROUPS "," RULES ",\"x\":1}",
	    "$: unknown member \"x\"\n" },
	{ SET("\"mql\":{\"score\":0}", GRADES, GROUPS, RULES),
	    "$.mql.score: must be a whole number from 1 to 100\n" },
	{ SET("\"mql\":{\"score\":101}", GRADES, GROUPS, RULES),
	    "$.mql.score: must be a whole number from 1 to 100\n" },
	{ SET("\"mql\":{\"score\":20.5}", GRADES, GROUPS, RULES),
	    "$.mql.score: must be a whole number" },
	{ SET("\"mql\":{}", GRADES, GROUPS, RULES), "$.mql.score: must be" },
	{ SET("\"mql\":{\"score\":20,\"fits\":1}", GRADES, GROUPS, RULES),
	    "$.mql: unknown member \"fits\"\n" },
	{ SET(MQL, "\"grades\":{\"hot\":20,\"warm\":20,\"recent_days\":7}",
	    GROUPS, RULES), "$.grades.hot: must be above warm (20)\n" },
	{ SET(MQL, "\"grades\":{\"hot\":30,\"warm\":20,\"recent_days\":3651}",
	    GROUPS, RULES), "$.grades.recent_days: must be" },
	/* What the rules can't give. */
	{ SET("\"mql\":{\"score\":30}", GRADES, GROUPS, RULES), NULL },
	{ SET("\"mql\":{\"score\":31}", GRADES, GROUPS, RULES),
	    "$.mql.score: 31 can't be reached: the rules give 30 at most\n" },
	{ SET("\"mql\":{\"score\":9,\"engagement\":1}", GRADES, GROUPS, RULES),
	    "$.mql.engagement: 1 can't be reached: the rules give 0 at most" },
	{ SET(MQL, "\"grades\":{\"hot\":31,\"warm\":20,\"recent_days\":7}",
	    GROUPS, RULES), "$.grades.hot: 31 can't be reached" },
	{ SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":\"fit\","
	    "\"cap\":29}]", RULES), "$.grades.hot: 30 can't be reached: the"
	    " rules give 29 at most\n" },
	/* Groups. */
	{ SET(MQL, GRADES, "\"groups\":[]", RULES),
	    "$.groups: must be a list of 1 to 20\n" },
	{ SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":\"fit\"}]",
	    RULES), "$.groups[0].cap: must be" },
	{ SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":\"fat\","
	    "\"cap\":40}]", RULES), "$.groups[0].part: must be fit or" },
	{ NESTED("", ",\"within\":\"f\""), NULL },
	{ NESTED("", ",\"within\":\"h\""),
	    "$.groups[1].within: there is no group h\n" },
	{ NESTED("", ",\"within\":\"g\""),
	    "$.groups[1].within: a cycle: g is within g\n" },
	{ NESTED(",\"within\":\"g\"", ",\"within\":\"f\""),
	    "$.groups[1].within: a cycle: f is within g\n" },
	{ NESTED("", ",\"floor\":1"), "$.groups[1].floor: must be a whole" },
	{ SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":\"fit\",\"cap"
	    "\":40},{\"key\":\"f\",\"part\":\"fit\",\"cap\":4}]", RULES),
	    "$.groups[1].key: is there twice\n" },
	{ SET(MQL, GRADES, "\"groups\":[{\"key\":\"f\",\"part\":\"fit\",\"cap"
	    "\":40},{\"key\":\"e\",\"part\":\"engagement\",\"cap\":4,"
	    "\"within\":\"f\"}]", RULES),
	    "$.groups[1].within: f is of the other part\n" },
	/* Rules. */
	{ SET(MQL, GRADES, GROUPS, "\"rules\":[1]"),
	    "$.rules[0]: must be an object\n" },
	{ WITH(RULE), "$.rules[1].key: is there twice\n" },
	{ ASKED("\"given\":true"), NULL },
	{ ASKED("\"given\":false"), "$.rules[1].given: must be true\n" },
	{ ASKED("\"in\":[\"x\"]"), NULL },
	{ ASKED("\"in\":[]"), "$.rules[1].in: must be a list of 1 to 100\n" },
	{ ASKED("\"in\":[3]"), "$.rules[1].in[0]: must be a text of 1 to 64" },
	{ ASKED("\"words\":[\"x\",\"--\"]"),
	    "$.rules[1].words[1]: has neither letter nor digit\n" },
	{ ASKED("\"in\":[\"x\"],\"given\":true"),
	    "$.rules[1]: asks its fact by one of" },
	{ ASKED("\"like\":\"x\""), "$.rules[1]: unknown member \"like\"\n" },
	{ ASKED("\"bands\":[{\"points\":1}]"),
	    "$.rules[1].points: its bands have points of their own\n" },
	{ WITH("{\"key\":\"b\",\"group\":\"z\",\"points\":1,\"fact\":"
	    "\"job\",\"given\":true}"),
	    "$.rules[1].group: there is no group z\n" },
	{ WITH("{\"key\":\"b\",\"group\":\"f\",\"points\":101,\"fact\":"
	    "\"job\",\"given\":true}"), "$.rules[1].points: must be a whole"
	    " number from -100 to 100\n" },
	/* Words that a fact can be. */
	{ FACT("domain", "\"in\":[\"company\",\"Free\",\"disposable\"]"),
	    NULL },
	{ FACT("domain", "\"in\":[\"free\",\"compnay\"]"),
	    "$.rules[1].in[1]: domain is never \"compnay\", only: company,"
	    " free, disposable\n" },
	{ FACT("domain", "\"words\":[\"compnay\"]"),
	    "$.rules[1].words[0]: domain is never" },
	{ FACT("role", "\"in\":[\"yes\"]"), NULL },
	{ FACT("role", "\"in\":[\"no\"]"), "$.rules[1].in[0]: role is never" },
	{ FACT("mail", "\"in\":[\"exchanger\",\"address\",\"refused\","
	    "\"absent\",\"unknown\"]"), NULL },
	{ FACT("mail", "\"in\":[\"found\"]"), "$.rules[1].in[0]: mail is" },
	{ FACT("place", "\"in\":[\"match\",\"differs\",\"unknown\"]"), NULL },
	{ FACT("place", "\"in\":[\"Lyon\"]"), "$.rules[1].in[0]: place is" },
	{ FACT("phone", "\"in\":[\"given\"]"), NULL },
	{ FACT("phone", "\"in\":[\"+33\"]"), "$.rules[1].in[0]: phone is" },
	{ FACT("country", "\"in\":[\"FR\",\"be\"]"), NULL },
	{ FACT("country", "\"in\":[\"UK\"]"),
	    "$.rules[1].in[0]: there is no country UK\n" },
	{ FACT("geo_country", "\"in\":[\"XK\"]"), NULL },
	{ FACT("geo_country", "\"in\":[\"France\"]"),
	    "$.rules[1].in[0]: there is no country France\n" },
	{ FACT("email", "\"in\":[\"@firm.fr\"]"), NULL },
	{ FACT("email", "\"words\":[\"firm\"]"), NULL },
	{ FACT("email", "\"in\":[\"firm.fr\"]"), "$.rules[1].in[0]: of an"
	    " address only what follows is known: \"@firm.fr\"?\n" },
	{ WITH("{\"key\":\"b\",\"group\":\"f\",\"fact\":\"postcode\","
	    "\"bands\":[{\"from\":75000,\"points\":1}]}"),
	    "$.rules[1].bands: postcode is no number\n" },
	{ BANDS("{\"from\":1,\"below\":9,\"points\":1},{\"from\":9,\"points\":"
	    "2}"), NULL },
	{ BANDS("{\"from\":1,\"below\":9,\"points\":1},{\"from\":8,\"points\":"
	    "2}"), "$.rules[1].bands[1]: overlaps the band before it" },
	{ BANDS("{\"from\":9,\"points\":1},{\"from\":20,\"points\":2}"),
	    "$.rules[1].bands[1]: overlaps the band before it" },
	{ BANDS("{\"from\":9,\"below\":9,\"points\":1}"),
	    "$.rules[1].bands[0]: from must be less than below\n" },
	{ EVENT(",\"group\":\"e\",\"points\":1,\"event\":\"document\","
	    "\"half_life_days\":3"), NULL },
	{ EVENT(",\"group\":\"e\",\"points\":1,\"event\":\"document\""),
	    "$.rules[1].half_life_days: must be a whole number from 1" },
	{ EVENT(",\"group\":\"e\",\"points\":1,\"event\":\"tea\","
	    "\"half_life_days\":3"),
	    "$.rules[1].event: there is no event tea\n" },
	{ EVENT(",\"group\":\"f\",\"points\":1,\"event\":\"document\","
	    "\"half_life_days\":3"),
	    "$.rules[1].group: events are engagement, and this group is" },
	{ EVENT(",\"group\":\"e\",\"points\":1,\"fact\":\"phone\","
	    "\"given\":true"),
	    "$.rules[1].group: facts are fit, and this group is" },
};

static enum err
read_told(struct str json, char told[TOLD_BYTES_MAX])
{
	FILE *f = fmemopen(told, TOLD_BYTES_MAX, "w");
	const struct score_rules *r;
	enum err e = scorerule_read(suite_arena(), json, f, &r);

	fclose(f);
	return e;
}

START_TEST(sets_are_judged_whole)
{
	char told[TOLD_BYTES_MAX] = "";
	enum err e = read_told(str_of(cases[_i].json), told);

	ck_assert_int_eq(e, cases[_i].told ? ERR_INPUT : OK);
	if (cases[_i].told)
		ck_assert_msg(strstr(told, cases[_i].told) != NULL,
		    "%s told: %s", cases[_i].json, told);
	else
		ck_assert_str_same(str_of(told), STR_EMPTY);
} END_TEST

START_TEST(all_mistakes_are_told_at_once)
{
	char told[TOLD_BYTES_MAX] = "";

	ck_assert_int_eq(read_told(STR(SET("\"mql\":{\"score\":0}", GRADES,
	    "\"groups\":[{\"key\":\"f\",\"part\":\"x\",\"cap\":-1}]",
	    "\"rules\":[3]")), told), ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(told, "$.mql.score: "));
	ck_assert_ptr_nonnull(strstr(told, "$.groups[0].part: "));
	ck_assert_ptr_nonnull(strstr(told, "$.groups[0].cap: "));
	ck_assert_ptr_nonnull(strstr(told, "$.rules[0]: "));
} END_TEST

static void
add_groups(struct buf *b, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(b, ",{\"key\":\"g%d\",\"part\":\"fit\",\"cap\":1}", i);
}

static void
add_rules(struct buf *b, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(b, ",{\"key\":\"r%d\",\"group\":\"f\",\"points\":1,"
		    "\"fact\":\"phone\",\"given\":true}", i);
}

static void
add_fields(struct buf *b, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(b, ",{\"key\":\"r%d\",\"group\":\"f\",\"points\":1,"
		    "\"fact\":\"field%d\",\"given\":true}", i, i);
}

static void
add_words(struct buf *b, int n)
{
	buf_add(b, STR(",{\"key\":\"w\",\"group\":\"f\",\"points\":1,"
	    "\"fact\":\"job\",\"in\":[\"x\""));
	for (int i = 1; i < n; i++)
		buf_add(b, STR(",\"x\""));
	buf_add(b, STR("]}"));
}

static void
add_bands(struct buf *b, int n)
{
	buf_add(b, STR(",{\"key\":\"w\",\"group\":\"f\",\"fact\":\"staff\","
	    "\"bands\":[{\"below\":0,\"points\":1}"));
	for (int i = 1; i < n; i++)
		buf_addf(b, ",{\"from\":%d,\"below\":%d,\"points\":1}", i,
		    i + 1);
	buf_add(b, STR("]}"));
}

static void
add_long(struct buf *b, int n)
{
	buf_addf(b, ",{\"key\":\"%0*d\",\"group\":\"f\",\"points\":1,\"fact\":"
	    "\"phone\",\"given\":true}", n, 0);
}

static const struct {
	void (*add)(struct buf *b, int n);
	bool is_group;
	int max;
} limits[] = {
	{ add_groups, true, SCORE_GROUPS_MAX - 1 },
	{ add_rules, false, SCORE_RULES_MAX - 1 },
	{ add_fields, false, SCORE_OWN_FACTS_MAX },
	{ add_words, false, SCORERULE_WORDS_MAX },
	{ add_bands, false, SCORERULE_BANDS_MAX },
	{ add_long, false, SCOREREAD_TEXT_BYTES_MAX },
};

START_TEST(limits_hold)
{
	for (int over = 0; over < 2; over++) {
		char told[TOLD_BYTES_MAX] = "";
		struct buf b;

		buf_init(&b, suite_arena(), JSON_BYTES_MAX);
		buf_add(&b, STR("{" MQL "," GRADES ",\"groups\":[{\"key\":"
		    "\"f\",\"part\":\"fit\",\"cap\":40}"));
		if (limits[_i].is_group)
			limits[_i].add(&b, limits[_i].max + over);
		buf_add(&b, STR("],\"rules\":[" RULE));
		if (!limits[_i].is_group)
			limits[_i].add(&b, limits[_i].max + over);
		buf_add(&b, STR("]}"));
		ck_assert_msg(read_told(buf_str(&b), told) == (over ?
		    ERR_INPUT : OK), "%d over: %s", over, told);
	}
} END_TEST

START_TEST(bytes_have_a_limit)
{
	static const char set[] = SET(MQL, GRADES, GROUPS, RULES);
	char told[TOLD_BYTES_MAX] = "";
	char *text = arena_take(suite_arena(), SCORERULE_BYTES_MAX + 1);

	memset(text, ' ', SCORERULE_BYTES_MAX + 1);
	memcpy(text, set, sizeof set - 1);
	ck_assert_int_eq(read_told((struct str){ text, SCORERULE_BYTES_MAX },
	    told), OK);
	ck_assert_int_eq(read_told((struct str){ text, SCORERULE_BYTES_MAX +
	    1 }, told), ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(told, "$: longer than"));
} END_TEST

START_TEST(built_in_set_can_be_applied)
{
	char told[TOLD_BYTES_MAX] = "";

	ck_assert_int_eq(read_told(scorerule_builtin_text(), told), OK);
	ck_assert_int_eq(scorerule_builtin(suite_arena())->version, 0);
} END_TEST

SUITE(scorerule)
{
	SUITE_LOOP(sets_are_judged_whole, COUNT(cases));
	SUITE_TEST(all_mistakes_are_told_at_once);
	SUITE_LOOP(limits_hold, COUNT(limits));
	SUITE_TEST(bytes_have_a_limit);
	SUITE_TEST(built_in_set_can_be_applied);
}
