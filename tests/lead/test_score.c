/* Tests of lead/score.c. */
#include <string.h>

#include "base/buf.h"
#include "lead/score.h"
#include "lead/scorerule.h"
#include "support/suite.h"

#define Z(text) { text, sizeof (text) - 1 }
#define NOW INT64_C(1790000000000)
#define DAY SCORE_DAY_MS
#define EVENTS 40

static const struct score_rules *
rules_of(const char *json)
{
	const struct score_rules *r;

	ck_assert_int_eq(scorerule_read(suite_arena(), str_of(json), stderr,
	    &r), OK);
	return r;
}

static void
score_at(const struct score_rules *r, const struct score_input *in,
    int64_t at_ms, struct score *out)
{
	score_lead(suite_arena(), r, in, at_ms, out);
}

/* What the shares give is what the parts are, and the score follows. */
static void
check_sum(const struct score *s)
{
	int64_t sum = 0, clamped;

	for (size_t i = 0; i < s->shares; i++)
		sum += s->share[i].thousandths;
	ck_assert_int_eq(sum, s->fit + s->engagement);
	clamped = sum < 0 ? 0 : (sum + 500) / 1000;
	ck_assert_int_eq(s->points, clamped > 100 ? 100 : clamped);
}

static const struct {
	struct str said[SCORE_FACTS];
	int32_t points;
	const char *rule;	/* one share that must be there */
	int32_t share;
	struct str reason;
} firsts[] = {
	{ { [SCORE_GEO_COUNTRY] = Z("") }, 0, "email", 0, Z("missing") },
	{ { [SCORE_EMAIL] = Z("@firm.fr") }, 45, "company-domain", 25,
	    Z("firm.fr") },
	{ { [SCORE_EMAIL] = Z("@gmail.com") }, 25, "free-mail", 5,
	    Z("gmail.com") },
	{ { [SCORE_EMAIL] = Z("@Orange.FR") }, 25, "free-mail", 5,
	    Z("Orange.FR") },
	{ { [SCORE_EMAIL] = Z("@yopmail.com") }, 0, "disposable-domain", -40,
	    Z("yopmail.com") },
	{ { [SCORE_PHONE] = Z("given") }, 15, "phone", 15, Z("given") },
	{ { [SCORE_FIRST_NAME] = Z("given") }, 0, "name", 0, Z("missing") },
	{ { [SCORE_FIRST_NAME] = Z("given"), [SCORE_LAST_NAME] = Z("given") },
	    10, "name", 10, Z("given") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_COUNTRY] = Z("FR"),
	    [SCORE_GEO_COUNTRY] = Z("FR") }, 60, "country-match", 15,
	    Z("FR") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_COUNTRY] = Z("FR"),
	    [SCORE_GEO_COUNTRY] = Z("BE") }, 35, "country-differs", -10,
	    Z("BE") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_COUNTRY] = Z("FR") }, 45,
	    "country-unknown", 0, Z("") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_ROLE] = Z("yes") }, 40,
	    "role-address", -5, Z("firm.fr") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_MAIL] = Z("exchanger") }, 45,
	    "takes-mail", 0, Z("exchanger") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_MAIL] = Z("address") }, 45,
	    "takes-mail", 0, Z("address") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_MAIL] = Z("refused") }, 5,
	    "takes-no-mail", -40, Z("refused") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_MAIL] = Z("absent") }, 5,
	    "takes-no-mail", -40, Z("absent") },
	/* Never below 0 nor above 100. */
	{ { [SCORE_EMAIL] = Z("@yopmail.com"), [SCORE_COUNTRY] = Z("FR"),
	    [SCORE_GEO_COUNTRY] = Z("US") }, 0, "country-differs", -10,
	    Z("US") },
	{ { [SCORE_EMAIL] = Z("@firm.fr"), [SCORE_PHONE] = Z("given"),
	    [SCORE_FIRST_NAME] = Z("given"), [SCORE_LAST_NAME] = Z("given"),
	    [SCORE_COMPANY] = Z("given"), [SCORE_POSTCODE] = Z("given"),
	    [SCORE_COUNTRY] = Z("FR"), [SCORE_GEO_COUNTRY] = Z("FR") }, 100,
	    "postcode", 5, Z("given") },
};

static void
check_share(const struct score *s, const char *rule, int64_t thousandths,
    struct str reason)
{
	for (size_t i = 0; i < s->shares; i++)
		if (str_eq(s->share[i].rule, str_of(rule))) {
			ck_assert_int_eq(s->share[i].thousandths, thousandths);
			ck_assert_str_same(s->share[i].reason, reason);
			return;
		}
	ck_abort_msg("no share %s", rule);
}

START_TEST(built_in_rules_score_a_form)
{
	const struct score_happening h = { NOW, STR("submission"), STR("p"),
		firsts[_i].said };
	struct score s;

	score_at(scorerule_builtin(suite_arena()), &(struct score_input){ &h,
	    1, 0 }, NOW, &s);
	ck_assert_int_eq(s.points, firsts[_i].points);
	check_share(&s, firsts[_i].rule, firsts[_i].share * 1000,
	    firsts[_i].reason);
	check_sum(&s);
	ck_assert(!s.is_mql);
} END_TEST

#define HEAD "{\"mql\":{\"score\":20,\"engagement\":5},\"grades\":{\"hot\":" \
	"30,\"warm\":20,\"recent_days\":7,\"timing_days\":60},\"groups\":[" \
	"{\"key\":\"f\",\"part\":\"fit\",\"cap\":50,\"floor\":-20}," \
	"{\"key\":\"e\",\"part\":\"engagement\",\"cap\":30}," \
	"{\"key\":\"v\",\"part\":\"engagement\",\"cap\":9,\"within\":" \
	"\"e\"}],\"rules\":["
#define EVENT(key, group, kind, points, days) "{\"key\":\"" key \
	"\",\"group\":\"" group "\",\"event\":\"" kind "\",\"points\":" \
	#points ",\"half_life_days\":" #days "}"
static const char behaviour[] = HEAD
    EVENT("doc", "e", "document", 10, 10) ","
    EVENT("view", "v", "page_view", 4, 7) ","
    EVENT("job", "e", "mail_link", -6, 20) ","
    "{\"key\":\"boss\",\"group\":\"f\",\"fact\":\"job\",\"words\":["
    "\"Directeur\",\"chef de projet\"],\"points\":30},"
    "{\"key\":\"size\",\"group\":\"f\",\"fact\":\"staff\",\"bands\":["
    "{\"from\":1,\"below\":50,\"points\":5},"
    "{\"from\":50,\"points\":25}]},"
    "{\"key\":\"far\",\"group\":\"f\",\"fact\":\"country\",\"in\":"
    "[\"US\"],\"points\":-50}]}";

static const struct {
	struct str job, staff, country;
	int32_t fit;
} fits[] = {
	{ Z("DIRECTRICE"), Z(""), Z(""), 0 },
	{ Z("directeur g\xc3\xa9n\xc3\xa9ral"), Z(""), Z(""), 30 },
	{ Z("Sous-Directeur"), Z(""), Z(""), 30 },
	{ Z("Chef  de projet, senior"), Z(""), Z(""), 30 },
	{ Z("chef"), Z(""), Z(""), 0 },
	{ Z("chefs de projets"), Z(""), Z(""), 0 },
	{ Z(""), Z("0"), Z(""), 0 },
	{ Z(""), Z("1"), Z(""), 5 },
	{ Z(""), Z("49"), Z(""), 5 },
	{ Z(""), Z("50"), Z(""), 25 },
	{ Z(""), Z("many"), Z(""), 0 },
	{ Z("directeur"), Z("50"), Z(""), 50 },		/* of 55 */
	{ Z(""), Z(""), Z("us"), -20 },			/* of -50 */
	{ Z(""), Z("50"), Z("US"), -20 },
};

START_TEST(fit_is_judged)
{
	struct str said[SCORE_FACTS_MAX] = { [SCORE_COUNTRY] =
	    fits[_i].country };
	const struct score_happening h = { NOW, STR("submission"), STR("p"),
		said };
	const struct score_rules *r = rules_of(behaviour);
	struct score s;

	for (size_t i = 0; i < r->owns; i++)
		said[SCORE_FACTS + i] = str_eq(r->own[i], STR("job")) ?
		    fits[_i].job : fits[_i].staff;
	score_at(r, &(struct score_input){ &h, 1, 0 }, NOW, &s);
	ck_assert_int_eq(s.fit, fits[_i].fit * 1000);
	ck_assert_int_eq(s.engagement, 0);
	check_sum(&s);
} END_TEST

static const struct {
	int documents, views, links;
	int age_days;
	int64_t engagement;
} decays[] = {
	{ 1, 0, 0, 0, 10000 },
	{ 1, 0, 0, 10, 5000 },
	{ 1, 0, 0, 20, 2500 },
	{ 1, 0, 0, 365, 0 },
	{ 1, 0, 0, 70, 78 },	/* 7 half-lives, and no more */
	{ 1, 0, 0, 71, 0 },
	{ 0, 1, 0, 7, 2000 },
	{ 0, 2, 0, 0, 8000 },
	{ 0, 3, 0, 0, 9000 },	/* its own group's cap */
	{ 3, 0, 0, 0, 30000 },
	{ 4, 3, 0, 0, 30000 },	/* the outer's */
	{ 2, 3, 0, 0, 29000 },
	{ 0, 0, 1, 0, -6000 },
	{ 0, 0, 1, 20, -3000 },
	{ 1, 0, 1, 20, -500 },
};

static struct score_input
events(int documents, int views, int links)
{
	struct score_happening *h = arena_array(suite_arena(), EVENTS,
	    sizeof *h);
	size_t n = 0;

	for (int i = 0; i < documents + views + links; i++)
		h[n++] = (struct score_happening){ NOW, i < documents ?
		    STR("document") : i < documents + views ?
		    STR("page_view") : STR("mail_link"), STR("x"), NULL };
	return (struct score_input){ h, n, 0 };
}

START_TEST(events_fade_and_are_capped)
{
	struct score_input in = events(decays[_i].documents, decays[_i].views,
	    decays[_i].links);
	struct score s;

	score_at(rules_of(behaviour), &in, NOW + decays[_i].age_days * DAY,
	    &s);
	ck_assert_int_eq(s.engagement, decays[_i].engagement);
	check_sum(&s);
} END_TEST

START_TEST(what_is_not_yet_does_not_count)
{
	struct score_input in = events(1, 0, 0);
	struct score s;

	score_at(rules_of(behaviour), &in, NOW - 1, &s);
	ck_assert_int_eq(s.engagement, 0);
	score_at(rules_of(behaviour), &in, NOW, &s);
	ck_assert_int_eq(s.engagement, 10000);
} END_TEST

/* Some hundred leads by chance, always the same ones. */
static struct score_input
by_chance(uint64_t *seed, struct score_happening *h)
{
	static const char *const kinds[] = { "document", "page_view",
		"mail_link" };
	size_t n = 0;

	while (n < EVENTS) {
		*seed = *seed * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		h[n++] = (struct score_happening){ NOW - (int64_t)(*seed >> 40)
		    % 90 * DAY - (int64_t)(*seed >> 33) % 86400000,
		    str_of(kinds[(*seed >> 50) % 3]), STR("x"), NULL };
		if ((*seed >> 58) == 0)
			break;
	}
	return (struct score_input){ h, n, 0 };
}

START_TEST(order_does_not_matter)
{
	struct score_happening h[EVENTS], back[EVENTS];
	const struct score_rules *r = rules_of(behaviour);
	uint64_t seed = (uint64_t)_i;
	struct score_input in = by_chance(&seed, h);
	struct score one, other;

	for (size_t i = 0; i < in.count; i++)
		back[i] = h[in.count - 1 - i];
	score_at(r, &in, NOW, &one);
	score_at(r, &(struct score_input){ back, in.count, 0 }, NOW, &other);
	ck_assert_int_eq(one.engagement, other.engagement);
	ck_assert_int_eq(one.points, other.points);
	check_sum(&one);
} END_TEST

/* Without negative points nothing rises by waiting; caps hold. */
START_TEST(waiting_never_helps)
{
	const struct score_rules *r = rules_of(HEAD
	    EVENT("doc", "e", "document", 10, 10) ","
	    EVENT("view", "v", "page_view", 4, 7) ","
	    EVENT("link", "e", "mail_link", 6, 20) "]}");
	struct score_happening h[EVENTS];
	uint64_t seed = (uint64_t)_i;
	struct score_input in = by_chance(&seed, h);
	int64_t before = INT64_MAX;

	for (int day = 0; day < 60; day++) {
		struct score s;

		score_at(r, &in, NOW + day * DAY / 2, &s);
		ck_assert_int_le(s.engagement, before);
		ck_assert_int_le(s.engagement, 30000);
		check_sum(&s);
		before = s.engagement;
	}
} END_TEST

/* Two who said it in one moment, in either order. */
START_TEST(the_last_word_counts)
{
	static const struct str fr[SCORE_FACTS] = { [SCORE_EMAIL] =
	    Z("@gmail.com"), [SCORE_ROLE] = Z("yes") };
	static const struct str us[SCORE_FACTS] = { [SCORE_EMAIL] =
	    Z("@firm.fr") };
	static const struct str none[SCORE_FACTS] = { [SCORE_PHONE] =
	    Z("given") };
	static const struct { int64_t first, second; int32_t points; }
	cases[] = {
		{ 0, 1, 60 }, { 1, 0, 35 },
		/* The one later by its bytes. */
		{ 0, 0, 35 },
	};
	const struct score_happening h[] = {
		{ NOW + cases[_i].first, STR("submission"), STR("p"), fr },
		{ NOW + cases[_i].second, STR("submission"), STR("p"), us },
		{ NOW + 2, STR("submission"), STR("p"), none } };
	const struct score_happening back[] = { h[2], h[1], h[0] };
	const struct score_rules *r = scorerule_builtin(suite_arena());
	struct score s;

	score_at(r, &(struct score_input){ h, 3, 0 }, NOW + 2, &s);
	ck_assert_int_eq(s.points, cases[_i].points);
	score_at(r, &(struct score_input){ back, 3, 0 }, NOW + 2, &s);
	ck_assert_int_eq(s.points, cases[_i].points);
} END_TEST

static const struct {
	int documents;
	int64_t age_ms;
	int64_t timing_ms;
	enum score_grade grade;
	bool is_mql;
} grades[] = {
	{ 0, 0, 0, SCORE_COLD, false },
	{ 1, 0, 0, SCORE_COLD, false },
	{ 2, 0, 0, SCORE_WARM, true },
	{ 3, 0, 0, SCORE_HOT, true },
	{ 9, 7 * DAY, 0, SCORE_HOT, true },
	{ 9, 7 * DAY + 1, 0, SCORE_WARM, true },
	/* What they told a seller decides. */
	{ 9, 8 * DAY, NOW + 68 * DAY, SCORE_HOT, true },
	{ 9, 8 * DAY, NOW + 68 * DAY + 1, SCORE_WARM, true },
	{ 2, 0, NOW, SCORE_WARM, true },
	/* Until that is long past; then it is when they last came. */
	{ 9, 8 * DAY, NOW - 52 * DAY, SCORE_HOT, true },
	{ 9, 8 * DAY, NOW - 52 * DAY - 1, SCORE_WARM, true },
	{ 9, 7 * DAY, NOW - 53 * DAY - 1, SCORE_HOT, true },
};

START_TEST(grade_is_given)
{
	struct score_input in = events(grades[_i].documents, 0, 0);
	struct score s;

	in.timing_ms = grades[_i].timing_ms;
	score_at(rules_of(behaviour), &in, NOW + grades[_i].age_ms, &s);
	ck_assert_int_eq(s.grade, grades[_i].grade);
	ck_assert_int_eq(s.is_mql, grades[_i].is_mql);
} END_TEST

/* Fit alone is no MQL where engagement is asked. */
START_TEST(every_threshold_counts)
{
	struct str said[SCORE_FACTS_MAX] = { 0 };
	const struct score_rules *r = rules_of(behaviour);
	struct score_happening h[] = { { NOW, STR("submission"), STR("p"),
	    said }, { NOW, STR("document"), STR("x"), NULL } };
	struct score s;

	for (size_t i = 0; i < r->owns; i++)
		said[SCORE_FACTS + i] = STR("directeur");
	score_at(r, &(struct score_input){ h, 1, 0 }, NOW, &s);
	ck_assert_int_eq(s.points, 30);
	ck_assert(!s.is_mql);
	score_at(r, &(struct score_input){ h, 2, 0 }, NOW, &s);
	ck_assert_int_eq(s.points, 40);
	ck_assert(s.is_mql);
	/* Half a life is 5; then it is less. */
	score_at(r, &(struct score_input){ h, 2, 0 }, NOW + 10 * DAY, &s);
	ck_assert(s.is_mql);
	score_at(r, &(struct score_input){ h, 2, 0 }, NOW + 10 * DAY + DAY / 9,
	    &s);
	ck_assert(!s.is_mql);
} END_TEST

/* What a rule set does not ask decides nothing. */
START_TEST(only_thresholds_that_are_there_count)
{
	static const struct { const char *mql; bool is_mql; } cases[] = {
		{ "\"score\":5", true },
		{ "\"score\":5,\"fit\":0", false },
		{ "\"score\":5,\"engagement\":11", false },
	};
	static const struct str said[SCORE_FACTS] = { [SCORE_COUNTRY] =
	    Z("US") };
	const struct score_happening h[] = { { NOW, STR("submission"),
	    STR("p"), said }, { NOW, STR("document"), STR("x"), NULL } };
	struct score s;

	score_at(rules_of(buf_fmt(suite_arena(), 1000, "{\"mql\":{%s},"
	    "\"grades\":{\"hot\":6,\"warm\":5,\"recent_days\":7},"
	    "\"groups\":[{\"key\":\"f\",\"part\":\"fit\",\"cap\":9,"
	    "\"floor\":-9},{\"key\":\"e\",\"part\":\"engagement\","
	    "\"cap\":30}],\"rules\":[" EVENT("doc", "e", "document", 10, 10)
	    ",{\"key\":\"far\",\"group\":\"f\",\"fact\":\"country\","
	    "\"in\":[\"US\"],\"points\":-5}]}%c", cases[_i].mql, 0).p),
	    &(struct score_input){ h, 2, 0 }, NOW, &s);
	ck_assert_int_eq(s.points, 5);
	ck_assert_int_eq(s.is_mql, cases[_i].is_mql);
} END_TEST

/* Who is not observed comes up by asking for something else. */
START_TEST(a_second_request_is_engagement)
{
	static const struct str said[SCORE_FACTS] = { [SCORE_EMAIL] =
	    Z("@firm.fr"), [SCORE_PHONE] = Z("given") };
	const struct score_happening h[] = { { NOW, STR("submission"),
	    STR("p"), said }, { NOW, STR("other_submission"), STR("q"),
	    said } };
	const struct score_rules *r = scorerule_builtin(suite_arena());
	struct score s;

	score_at(r, &(struct score_input){ h, 1, 0 }, NOW, &s);
	ck_assert_int_eq(s.points, 60);
	ck_assert(!s.is_mql);
	score_at(r, &(struct score_input){ h, 2, 0 }, NOW, &s);
	ck_assert_int_eq(s.points, 70);
	ck_assert(s.is_mql);
} END_TEST

START_TEST(old_events_are_not_wanted)
{
	struct score_rules r = *rules_of(behaviour);

	/* 7 half-lives of 20 days; then what is recent. */
	ck_assert_int_eq(score_since(&r, NOW), NOW - 140 * DAY);
	r.recent_ms = 141 * DAY;
	ck_assert_int_eq(score_since(&r, NOW), NOW - 141 * DAY);
} END_TEST

static const struct { int64_t thousandths; struct str text; } points[] = {
	{ 0, Z("0") }, { 20000, Z("20") }, { -500, Z("-0.5") },
	{ -4500, Z("-4.5") }, { 125, Z("0.125") }, { 10010, Z("10.01") },
	{ -40000, Z("-40") },
};

START_TEST(points_are_written)
{
	ck_assert_str_same(score_points(suite_arena(), points[_i].thousandths),
	    points[_i].text);
} END_TEST

static void
check_has(struct str json, const char *part)
{
	ck_assert_msg(strstr(arena_copy(suite_arena(), json).p, part) != NULL,
	    "%.*s", STR_ARG(json));
}

START_TEST(contributions_are_written)
{
	struct score_input in = events(4, 0, 0);
	struct score s;
	struct str json;

	score_at(rules_of(behaviour), &in, NOW + 10 * DAY, &s);
	json = score_json(suite_arena(), &s);
	check_has(json, "{\"rule\":\"doc\",\"group\":\"e\",\"points\":20,"
	    "\"reason\":\"4, last on 2026-09-21\",\"decay\":0.5000}");
	score_at(rules_of(behaviour), &in, NOW, &s);
	check_has(score_json(suite_arena(), &s), "{\"rule\":null,\"group\":"
	    "\"e\",\"points\":-10,\"reason\":\"at most 30\"}");
} END_TEST

SUITE(score)
{
	SUITE_LOOP(built_in_rules_score_a_form, COUNT(firsts));
	SUITE_LOOP(fit_is_judged, COUNT(fits));
	SUITE_LOOP(events_fade_and_are_capped, COUNT(decays));
	SUITE_TEST(what_is_not_yet_does_not_count);
	SUITE_LOOP(order_does_not_matter, 50);
	SUITE_LOOP(waiting_never_helps, 50);
	SUITE_LOOP(the_last_word_counts, 3);
	SUITE_LOOP(grade_is_given, COUNT(grades));
	SUITE_TEST(every_threshold_counts);
	SUITE_LOOP(only_thresholds_that_are_there_count, 3);
	SUITE_TEST(a_second_request_is_engagement);
	SUITE_TEST(old_events_are_not_wanted);
	SUITE_LOOP(points_are_written, COUNT(points));
	SUITE_TEST(contributions_are_written);
}
