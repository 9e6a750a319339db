/* Tests page/siteobserve. */
#include <string.h>

#include "base/buf.h"
#include "page/siteobserve.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define JSON_BYTES_MAX 32768
#define ORIGIN(key, more) "{\"key\":\"" key "\",\"origin\":" \
	"\"https://" key ".example\"" more "}"
#define OBSERVE(purpose, pages) ",\"observe\":{\"purpose\":\"" purpose "\"" \
	pages "}"
#define PAGES(list) ",\"pages\":[" list "]"
#define PRICES "{\"name\":\"prices\",\"path\":\"/prices*\"}"

static struct sitecase_parsed
parse(const char *origins)
{
	return sitecase_parse(sitecase_with("origins", origins));
}

START_TEST(an_origin_observes)
{
	struct sitecase_parsed p = parse("[" ORIGIN("www", OBSERVE(
	    "newsletter", PAGES(PRICES ",{\"name\":\"all\",\"path\":\"/*\"}")))
	    "," ORIGIN("gone", OBSERVE("newsletter", "") ",\"revoked\":true")
	    "," ORIGIN("shop", PAGES("\"livre-blanc\"")) "]");
	const struct site_origin *o;

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	o = siteobserve_at(p.site, STR("https://www.example"));
	ck_assert_ptr_nonnull(o);
	ck_assert_str_same(siteobserve_purpose(p.site), STR("newsletter"));
	/* The first that matches. */
	ck_assert_str_same(siteobserve_name(o->observe, STR("/prices/b2b")),
	    STR("prices"));
	ck_assert_str_same(siteobserve_name(o->observe, STR("/price")),
	    STR("all"));
	ck_assert_ptr_null(siteobserve_at(p.site, STR("https://gone.example")));
	ck_assert_ptr_null(siteobserve_at(p.site, STR("https://shop.example")));
	ck_assert_ptr_null(siteobserve_at(p.site, STR_EMPTY));
} END_TEST

START_TEST(nobody_is_observed_unasked)
{
	struct sitecase_parsed p = parse("[" ORIGIN("gone", OBSERVE(
	    "newsletter", "") ",\"revoked\":true") "]");

	ck_assert_int_eq(p.err, OK);
	ck_assert_str_same(siteobserve_purpose(p.site), STR_EMPTY);
} END_TEST

static const struct { const char *json, *path; } mistakes[] = {
	{ "[" ORIGIN("a", ",\"observe\":1") "]", "$.origins[0].observe" },
	{ "[" ORIGIN("a", ",\"observe\":{}") "]",
	    "$.origins[0].observe.purpose" },
	{ "[" ORIGIN("a", OBSERVE("nobody-asks-this", "")) "]",
	    "$.origins[0].observe.purpose" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", "") ) "," ORIGIN("b",
	    OBSERVE("prospecting", "")) "]", "$.origins[1]" },
	{ "[{\"key\":\"a\",\"server\":true" OBSERVE("newsletter", "") "}]",
	    "$.origins[0].origin" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", PAGES("{\"name\":\"p\"}")))
	    "]", "$.origins[0].observe.pages[0].path" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", PAGES("{\"path\":\"/p\"}")))
	    "]", "$.origins[0].observe.pages[0].name" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", PAGES("{\"name\":\"p\","
	    "\"path\":\"p\"}"))) "]", "$.origins[0].observe.pages[0].path" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", PAGES("{\"name\":\"p\","
	    "\"path\":\"/p?x\"}"))) "]",
	    "$.origins[0].observe.pages[0].path" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", PAGES("{\"name\":\"p\","
	    "\"path\":\"/*a*b*c*d*e\"}"))) "]",
	    "$.origins[0].observe.pages[0].path" },
	{ "[" ORIGIN("a", OBSERVE("newsletter", PAGES("{\"name\":\"p\","
	    "\"path\":\"/p\",\"x\":1}"))) "]",
	    "$.origins[0].observe.pages[0].x" },
};
START_TEST(mistakes_have_paths)
{
	struct sitecase_parsed p = parse(mistakes[_i].json);

	ck_assert_int_eq(p.err, ERR_INPUT);
	ck_assert_str_same(sitecase_path(&p), str_of(mistakes[_i].path));
} END_TEST

static const struct { int pages, bytes; bool ok; } sizes[] = {
	{ SITE_MEANINGFUL_MAX, 1, true },
	{ SITE_MEANINGFUL_MAX + 1, 1, false },
	{ 1, SITE_PATTERN_BYTES_MAX, true },
	{ 1, SITE_PATTERN_BYTES_MAX + 1, false },
};
START_TEST(there_are_limits)
{
	struct sitecase_parsed p;
	struct buf b;

	buf_init(&b, suite_arena(), JSON_BYTES_MAX);
	buf_add(&b, STR("[{\"key\":\"a\",\"origin\":\"https://a.example\","
	    "\"observe\":{\"purpose\":\"newsletter\",\"pages\":["));
	for (int i = 0; i < sizes[_i].pages; i++) {
		buf_addf(&b, "%s{\"name\":\"p\",\"path\":\"/", i ? "," : "");
		for (int k = 1; k < sizes[_i].bytes; k++)
			buf_byte(&b, 'p');
		buf_add(&b, STR("\"}"));
	}
	buf_add(&b, STR("]}}]"));
	p = parse(arena_copy(suite_arena(), buf_str(&b)).p);
	ck_assert_int_eq(p.err, sizes[_i].ok ? OK : ERR_INPUT);
} END_TEST

static const struct { const char *pattern, *path; bool ok; } paths[] = {
	{ "/", "/", true }, { "/", "/a", false },
	{ "/prices", "/prices", true }, { "/prices", "/prices/", true },
	{ "/prices", "/prices/b2b", false }, { "/prices", "/price", false },
	{ "/prices*", "/prices", true }, { "/prices*", "/prices/b2b", true },
	{ "/prices*", "/fr/prices", false },
	{ "/*/prices", "/fr/prices", true }, { "/*/prices", "/prices", false },
	{ "/*/demo/*", "/fr/demo/a", true },
	{ "/*/demo/*", "/fr/x/demo/a/b", true },
	{ "/*/demo/*", "/fr/demo", false },
	{ "/a*a*b", "/aaab", true }, { "/a*a*b", "/aaabc", false },
	{ "/**", "/", true }, { "/Prices", "/prices", false },
};
START_TEST(a_pattern_means_paths)
{
	ck_assert_msg(siteobserve_matches(str_of(paths[_i].pattern),
	    str_of(paths[_i].path)) == paths[_i].ok, "%s %s",
	    paths[_i].pattern, paths[_i].path);
} END_TEST

SUITE(siteobserve)
{
	SUITE_TEST(an_origin_observes);
	SUITE_TEST(nobody_is_observed_unasked);
	SUITE_LOOP(mistakes_have_paths, COUNT(mistakes));
	SUITE_LOOP(there_are_limits, COUNT(sizes));
	SUITE_LOOP(a_pattern_means_paths, COUNT(paths));
}
