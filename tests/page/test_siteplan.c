#include "support/sitecase.h"
#include "support/suite.h"

#define DAY_S 86400

START_TEST(what_is_not_said_is_usual)
{
	struct sitecase_parsed p = sitecase_parse(sitecase_with(
	    "experiments/0/planned_visitors", NULL));
	const struct site_experiment *e = &p.site->experiment[0];

	ck_assert_str_same(e->goal, STR("lead"));
	ck_assert_int_eq(e->mql_window_s, 14 * DAY_S);
	ck_assert_int_eq(e->sql_window_s, 30 * DAY_S);
	ck_assert_int_eq(e->customer_window_s, 90 * DAY_S);
	ck_assert_double_eq(e->baseline, 0);
	ck_assert_double_eq(e->mde, 0);
	ck_assert_double_eq(e->power, .8);
	ck_assert_double_eq(e->equivalence, .05);
	ck_assert_double_eq(e->n_star, 5000);
	ck_assert(!e->bandit.is_on && !e->stops_itself && !e->pauses_arms &&
	    !e->stops_bandit && !e->tests_consent && !e->blocks_previous);
} END_TEST

START_TEST(a_plan_is_read)
{
	json_t *site = sitecase_example(), *more = json_loads("{"
	    "\"goal\":\"customer\",\"window\":\"366d\",\"windows\":"
	    "{\"mql\":\"7d\",\"sql\":\"1h\",\"customer\":\"30m\"},"
	    "\"baseline\":0.04,\"mde\":0.2,\"power\":0.9,"
	    "\"equivalence\":0.1,\"guardrails\":[{\"metric\":\"consent\","
	    "\"margin\":0.1},{\"metric\":\"spam\",\"margin\":0}],"
	    "\"bandit\":{\"floor\":0.1,\"min_visitors\":7,\"every\":\"1h\"},"
	    "\"auto\":[\"bandit\",\"stop_keep_control\"],"
	    "\"tested\":[\"consent\"],\"previous_visitors\":\"block\"}",
	    0, NULL);
	const struct site_experiment *e;
	struct sitecase_parsed p;

	json_object_update(json_array_get(json_object_get(site,
	    "experiments"), 0), more);
	p = sitecase_parse(sitecase_text(site));
	sitecase_list(&p);
	e = &p.site->experiment[0];
	ck_assert_str_same(e->goal, STR("customer"));
	ck_assert_int_eq(e->window_s, 366 * DAY_S);
	ck_assert_int_eq(e->mql_window_s, 7 * DAY_S);
	ck_assert_int_eq(e->sql_window_s, 3600);
	ck_assert_int_eq(e->customer_window_s, 1800);
	ck_assert_double_eq(e->baseline, .04);
	ck_assert_double_eq(e->power, .9);
	ck_assert_uint_eq(e->guardrails, 2);
	ck_assert_int_eq(e->guardrail[0].metric, SITE_METRIC_CONSENT);
	ck_assert_double_eq(e->guardrail[1].margin, 0);
	ck_assert(e->bandit.is_on);
	ck_assert_double_eq(e->bandit.floor, .1);
	ck_assert_int_eq(e->bandit.min_visitors, 7);
	ck_assert_int_eq(e->bandit.every_s, 3600);
	ck_assert(e->stops_itself && !e->pauses_arms && e->stops_bandit);
	ck_assert(e->tests_consent && e->blocks_previous);
	/* 20,000 planned for two arms. */
	ck_assert_double_eq(e->n_star, 20000);
} END_TEST

#define CONTEXT "$.experiments[0].bandit.context"
#define EVERY "$.experiments[0].bandit.every"

/* By what weights may go; an empty path: all is well. */
static const struct {
	const char *bandit, *member, *value, *at;
	enum site_context context;
} contexts[] = {
	{ "{}", NULL, NULL, "", SITE_NO_CONTEXT },
	{ "{'context':null}", NULL, NULL, "", SITE_NO_CONTEXT },
	{ "{'context':'source'}", NULL, NULL, "", SITE_BY_SOURCE },
	{ "{'context':'device'}", NULL, NULL, "", SITE_BY_DEVICE },
	{ "{'context':'country'}", NULL, NULL, "", SITE_BY_COUNTRY },
	{ "{'context':'lang'}", NULL, NULL, CONTEXT, 0 },
	{ "{'context':''}", NULL, NULL, CONTEXT, 0 },
	{ "{'context':3}", NULL, NULL, CONTEXT, 0 },
	{ "{'context':'source','every':'6h'}", NULL, NULL, "",
	    SITE_BY_SOURCE },
	{ "{'context':'source','every':'359m'}", NULL, NULL, EVERY, 0 },
	{ "{'context':'source'}", "goal", "'value'", CONTEXT, 0 },
	{ "{'context':'source'}", "goal", "'customer'", "", SITE_BY_SOURCE },
	{ "{'context':'source'}", "targeting", "{'sources':['x']}", CONTEXT,
	    0 },
	{ "{'context':'source'}", "targeting", "{'sources':['x','y']}", "",
	    SITE_BY_SOURCE },
	{ "{'context':'source'}", "targeting", "{'devices':['mobile']}", "",
	    SITE_BY_SOURCE },
	{ "{'context':'source'}", "auto", "['bandit']",
	    "$.experiments[0].auto", 0 },
	{ "{'context':'source'}", "auto", "['guardrail']", "",
	    SITE_BY_SOURCE },
	{ "{'context':'device'}", "targeting", "{'devices':['mobile']}",
	    CONTEXT, 0 },
	{ "{'context':'country'}", "targeting", "{'countries':['FR']}",
	    CONTEXT, 0 },
};
/* JSON with ' for ". */
static void
edit(json_t *site, const char *member, const char *value)
{
	char path[60], text[200];

	snprintf(path, sizeof path, "experiments/0/%s", member);
	snprintf(text, sizeof text, "%s", value);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	sitecase_edit(site, path, text);
}

START_TEST(a_context_is_one_that_differs)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	edit(site, "bandit", contexts[_i].bandit);
	if (contexts[_i].member)
		edit(site, contexts[_i].member, contexts[_i].value);
	p = sitecase_parse(sitecase_text(site));
	if (!*contexts[_i].at) {
		sitecase_list(&p);
		ck_assert_int_eq(p.site->experiment[0].bandit.context,
		    contexts[_i].context);
		return;
	}
	ck_assert_uint_eq(p.errors, 1);
	ck_assert_str_same(p.error[0].path, str_of(contexts[_i].at));
} END_TEST

SUITE(siteplan)
{
	SUITE_TEST(what_is_not_said_is_usual);
	SUITE_TEST(a_plan_is_read);
	SUITE_LOOP(a_context_is_one_that_differs, COUNT(contexts));
}
