#include "support/sitecase.h"
#include "support/suite.h"

#define LEVELS(h, b) "\"levels\":{\"headline\":\"" h "\",\"button\":\"" b "\"}"
#define ARM(key, levels) "{\"key\":\"" key "\",\"template\":\"hero\"," levels \
    "}"
#define FACTORS "[{\"key\":\"headline\",\"levels\":[\"h1\",\"h2\"]," \
    "\"weights\":[0.75,0.25]},{\"key\":\"button\",\"levels\":[\"b1\",\"b2\"]}]"

/* Two factors of two levels; the variants in no special order. */
static json_t *
factorial(void)
{
	json_t *site = sitecase_example();

	sitecase_edit(site, "pages/0/variants", "["
	    ARM("a", LEVELS("h1", "b1")) "," ARM("b", LEVELS("h2", "b2")) ","
	    ARM("c", LEVELS("h1", "b2")) "," ARM("d", LEVELS("h2", "b1"))
	    "]");
	sitecase_edit(site, "experiments/0/weights", NULL);
	sitecase_edit(site, "experiments/0/factors", FACTORS);
	return site;
}

/* Three factors in four runs: the third level is the product of two. */
static json_t *
fraction(void)
{
	json_t *site = sitecase_example();

#define RUN(key, x, y, z) "{\"key\":\"" key "\",\"template\":\"hero\"," \
    "\"levels\":{\"x\":\"" x "\",\"y\":\"" y "\",\"z\":\"" z "\"}}"
#define PAIR(key) "{\"key\":\"" key "\",\"levels\":[\"l\",\"m\"]}"
	sitecase_edit(site, "pages/0/variants", "[" RUN("a", "l", "l", "m")
	    "," RUN("b", "m", "l", "l") "," RUN("c", "l", "m", "l") ","
	    RUN("d", "m", "m", "m") "]");
	sitecase_edit(site, "experiments/0/weights", NULL);
	sitecase_edit(site, "experiments/0/design", "\"2^(3-1)\"");
	sitecase_edit(site, "experiments/0/factors",
	    "[" PAIR("x") "," PAIR("y") "," PAIR("z") "]");
	return site;
}

static const struct site_experiment *
first(const struct sitecase_parsed *p)
{
	sitecase_list(p);
	ck_assert_int_eq(p->err, OK);
	return &p->site->experiment[0];
}

START_TEST(cells_weigh_what_levels_do)
{
	struct sitecase_parsed p = sitecase_parse(sitecase_text(factorial()));
	const struct site_experiment *e = first(&p);
	static const uint32_t cells[] = { 0, 2, 3, 1 };
	static const double weights[] = { .375, .125, .375, .125 };

	ck_assert_uint_eq(e->cells, COUNT(cells));
	for (size_t i = 0; i < COUNT(cells); i++) {
		ck_assert_uint_eq(e->cell[i], cells[i]);
		ck_assert_double_eq(e->weight[i], weights[i]);
	}
	ck_assert_str_same(e->design, STR("full"));
	ck_assert_str_same(e->factor[1].seed, STR("lb-headline:button"));
} END_TEST

START_TEST(a_later_phase_sows_its_factors_anew)
{
	json_t *site = factorial();
	struct sitecase_parsed p;

	sitecase_edit(site, "state", "{\"experiments\":{\"lb-headline\":"
	    "{\"phase\":2,\"running\":true}}}");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(first(&p)->factor[0].seed,
	    STR("lb-headline:p2:headline"));
} END_TEST

START_TEST(runs_weigh_the_same)
{
	struct sitecase_parsed p = sitecase_parse(sitecase_text(fraction()));
	const struct site_experiment *e = first(&p);

	ck_assert_uint_eq(e->cells, 0);
	for (size_t i = 0; i < 4; i++)
		ck_assert_double_eq(e->weight[i], .25);
	ck_assert_str_same(e->design, STR("2^(3-1)"));
} END_TEST

#define X "experiments/0/"
#define AT "$.experiments[0]."

static const struct {
	json_t *(*site)(void);
	const char *pointer, *value, *path;	/* of the mistake; NULL: none */
} edits[] = {
	/* What the levels say may be said again, and nothing else. */
	{ factorial, X "weights",
	    "{\"a\":0.375,\"b\":0.125,\"c\":0.375,\"d\":0.125}", NULL },
	{ factorial, X "weights", "{\"a\":0.25,\"b\":0.25,\"c\":0.25,"
	    "\"d\":0.25}", AT "weights.a" },
	{ factorial, X "design", "\"full\"", NULL },
	{ factorial, X "design", "\"2^(2-1)\"", AT "design" },
	{ factorial, X "design", "\"2^(3-1)\"", AT "factors[0].weights" },
	{ factorial, "pages/0/variants/1/levels", NULL, AT "factors" },
	{ factorial, "pages/0/variants/1/levels/button", NULL, AT "factors" },
	{ factorial, "pages/0/variants/1/levels/colour", "\"red\"",
	    AT "factors" },
	{ factorial, "pages/0/variants/1/levels/button", "\"b1\"",
	    AT "factors" },
	{ factorial, "pages/0/variants/1/levels/button", "\"b3\"",
	    AT "factors" },
	{ factorial, "pages/0/variants/4", ARM("e", LEVELS("h1", "b1")),
	    AT "factors" },
	{ factorial, X "factors/1/levels/2", "\"b3\"", AT "factors" },
	{ factorial, X "factors/1/key", "\"headline\"", AT "factors[1].key" },
	{ factorial, X "bandit", "{}", AT "bandit" },
	{ factorial, X "bandit", "{\"context\":\"device\"}", AT "bandit" },
	{ fraction, X "weights", "{\"a\":0.4,\"b\":0.2,\"c\":0.2,\"d\":0.2}",
	    NULL },
	{ fraction, X "weights", "{\"a\":0.4,\"b\":0.2,\"c\":0.2}",
	    AT "weights.d" },
	{ fraction, X "bandit", "{}", AT "bandit" },
	{ fraction, X "design", "\"2^(4-1)\"", AT "design" },
	{ fraction, X "factors/0/levels/2", "\"n\"", AT "design" },
	{ fraction, "pages/0/variants/4", RUN("e", "l", "l", "l"),
	    AT "design" },
	{ fraction, "pages/0/variants/3/levels/z", "\"l\"", NULL },
	{ fraction, "pages/0/variants/3/levels",
	    "{\"x\":\"l\",\"y\":\"l\",\"z\":\"m\"}", AT "factors" },
};

START_TEST(levels_make_one_arm_each)
{
	json_t *site = edits[_i].site();
	struct sitecase_parsed p;

	sitecase_edit(site, edits[_i].pointer, edits[_i].value);
	p = sitecase_parse(sitecase_text(site));
	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(edits[_i].path));
} END_TEST

/* A page with a variant for each combination of n factors of m levels. */
static struct str
full_of(size_t n, size_t m)
{
	json_t *site = sitecase_example(), *factors = json_array();
	json_t *variants = json_array(), *level;
	size_t combinations = 1;
	char name[32];

	for (size_t i = 0; i < n; i++) {
		json_t *levels = json_array();

		combinations *= m;
		for (size_t k = 0; k < m; k++) {
			snprintf(name, sizeof name, "l%zu", k);
			json_array_append_new(levels, json_string(name));
		}
		snprintf(name, sizeof name, "f%zu", i);
		json_array_append_new(factors, json_pack("{s:s,s:o}", "key",
		    name, "levels", levels));
	}
	for (size_t c = 0; c < combinations && c < SITE_VARIANTS_MAX; c++) {
		size_t rest = c;

		level = json_object();
		for (size_t i = 0; i < n; i++, rest /= m) {
			char value[32];

			snprintf(name, sizeof name, "f%zu", i);
			snprintf(value, sizeof value, "l%zu", rest % m);
			json_object_set_new(level, name, json_string(value));
		}
		snprintf(name, sizeof name, "v%zu", c);
		json_array_append_new(variants, json_pack("{s:s,s:s,s:o}",
		    "key", name, "template", "hero", "levels", level));
	}
	json_object_set_new(json_array_get(json_object_get(site, "pages"), 0),
	    "variants", variants);
	json_object_set_new(json_array_get(json_object_get(site,
	    "experiments"), 0), "factors", factors);
	sitecase_edit(site, "experiments/0/weights", NULL);
	return sitecase_text(site);
}

static const struct { size_t factors, levels; const char *path; } sizes[] = {
	{ 1, SITE_LEVELS_MAX, "" },
	{ 1, SITE_LEVELS_MAX + 1, AT "factors[0].levels" },
	{ 4, 2, "" },		/* 16 cells */
	{ 2, 4, "" },
	{ 5, 2, AT "factors" },	/* 32 */
	{ 2, 5, AT "factors" },
	{ 6, 2, "$.pages[0].variants[0].levels" },
};

START_TEST(factors_have_limits)
{
	struct sitecase_parsed p = sitecase_parse(full_of(sizes[_i].factors,
	    sizes[_i].levels));

	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(sizes[_i].path));
} END_TEST

START_TEST(five_factors_are_a_fraction)
{
	json_t *site = json_loadb(full_of(5, 2).p, full_of(5, 2).n, 0, NULL);
	struct sitecase_parsed p;

	/* The sixteen runs that full_of keeps differ in four factors. */
	sitecase_edit(site, "experiments/0/design", "\"2^(5-1)\"");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_uint_eq(first(&p)->factors, SITE_FACTORS_MAX);
} END_TEST

SUITE(sitearms)
{
	SUITE_TEST(cells_weigh_what_levels_do);
	SUITE_TEST(a_later_phase_sows_its_factors_anew);
	SUITE_TEST(runs_weigh_the_same);
	SUITE_LOOP(levels_make_one_arm_each, COUNT(edits));
	SUITE_LOOP(factors_have_limits, COUNT(sizes));
	SUITE_TEST(five_factors_are_a_fraction);
}
