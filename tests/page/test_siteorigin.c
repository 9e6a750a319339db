/* Tests page/siteorigin. */
#include "base/buf.h"
#include "page/siteorigin.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define PAGES "\"pages\":[\"livre-blanc\"]"
#define SHOP "{\"key\":\"shop\",\"origin\":\"https://shop.example\"," PAGES "}"

static struct sitecase_parsed
parse(const char *origins)
{
	return sitecase_parse(sitecase_with("origins", origins));
}

START_TEST(origins_are_read)
{
	struct sitecase_parsed p = parse("[{\"key\":\"z\",\"server\":true,"
	    "\"serial\":7," PAGES "}," SHOP "]");
	const struct site_page *pg = site_find(p.site, STR("livre-blanc"));
	const struct site_origin *o;

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	ck_assert_uint_eq(p.site->origins, 2);
	o = siteorigin_find(p.site, STR("shop"));
	ck_assert_str_same(o->address, STR("https://shop.example"));
	ck_assert(!o->is_server && !o->is_revoked);
	ck_assert_uint_eq(o->serial, 1);
	ck_assert(siteorigin_has(o, pg));
	o = siteorigin_find(p.site, STR("z"));
	ck_assert_str_same(o->address, STR_EMPTY);
	ck_assert(o->is_server);
	ck_assert_uint_eq(o->serial, 7);
	ck_assert_ptr_null(siteorigin_find(p.site, STR("sho")));
} END_TEST

START_TEST(a_site_needs_none)
{
	struct sitecase_parsed p = parse(NULL);
	const struct site_page *pg = site_find(p.site, STR("livre-blanc"));

	ck_assert_int_eq(p.err, OK);
	ck_assert(!siteorigin_allows(p.site, pg, STR("https://shop.example")));
	ck_assert_str_same(siteorigin_list(suite_arena(), p.site, pg),
	    STR_EMPTY);
} END_TEST

static const struct { const char *address; bool ok; } addresses[] = {
	{ "https://shop.example", true }, { "http://localhost", true },
	{ "http://127.0.0.1:8080", true }, { "https://a-b.x1.example", true },
	{ "https://shop.example:8443", true },
	{ "https://shop.example:80", true },
	/* As no browser writes it. */
	{ "https://shop.example/", false },
	{ "https://shop.example/a", false },
	{ "https://Shop.example", false }, { "HTTPS://shop.example", false },
	{ "https://shop.example:443", false },
	{ "http://shop.example:80", false },
	{ "https://shop.example:", false },
	{ "https://shop.example:0", false },
	{ "https://shop.example:0443", false },
	{ "https://shop.example:65536", false },
	{ "https://shop.example:8443:1", false },
	{ "https://shop.example?x", false },
	{ "https://u@shop.example", false },
	{ "shop.example", false }, { "//shop.example", false },
	{ "ftp://shop.example", false }, { "https://", false },
	{ "https:shop.example", false }, { "https://-x.example", false },
	{ "https://.example", false }, { "null", false }, { "*", false },
	/* What would be more than a source of a policy. */
	{ "https://*.example", false },
	{ "https://shop.example https://b.example", false },
	{ "https://shop.example;script-src *", false },
	{ "https://shop.example\\r\\nX: y", false },
	{ "https://b\\u00fccher.example", false }, { "https://[::1]", false },
	{ "https://shop.example'none'", false },
};

START_TEST(an_address_is_an_origin)
{
	struct str json = buf_fmt(suite_arena(), 1000, "[{\"key\":\"k\","
	    "\"origin\":\"%s\"," PAGES "}]", addresses[_i].address);
	struct sitecase_parsed p = parse(arena_copy(suite_arena(), json).p);

	ck_assert_msg(p.err == (addresses[_i].ok ? OK : ERR_INPUT), "%s",
	    addresses[_i].address);
	if (p.err)
		ck_assert_str_same(sitecase_path(&p),
		    STR("$.origins[0].origin"));
} END_TEST

static const struct { const char *json, *path; } mistakes[] = {
	{ "{}", "$.origins" },
	{ "[\"shop\"]", "$.origins[0]" },
	{ "[{\"origin\":\"https://a.example\"," PAGES "}]",
	    "$.origins[0].key" },
	{ "[{\"key\":\"a\"," PAGES "}]", "$.origins[0].origin" },
	{ "[{\"key\":\"a\",\"server\":true}]", "$.origins[0].pages" },
	{ "[{\"key\":\"a\",\"server\":true,\"pages\":[]}]",
	    "$.origins[0].pages" },
	{ "[{\"key\":\"a\",\"server\":true,\"pages\":[\"no\"]}]",
	    "$.origins[0].pages[0]" },
	{ "[{\"key\":\"a\",\"server\":true,\"pages\":[\"livre-blanc\","
	    "\"livre-blanc\"]}]", "$.origins[0].pages[1]" },
	{ "[{\"key\":\"a\",\"server\":1," PAGES "}]", "$.origins[0].server" },
	{ "[{\"key\":\"a\",\"server\":true,\"serial\":0," PAGES "}]",
	    "$.origins[0].serial" },
	{ "[{\"key\":\"a\",\"server\":true,\"secret\":\"x\"," PAGES "}]",
	    "$.origins[0].secret" },
	{ "[" SHOP "," SHOP "]", "$.origins[1].key" },
};

START_TEST(mistakes_have_paths)
{
	struct sitecase_parsed p = parse(mistakes[_i].json);

	ck_assert_int_eq(p.err, ERR_INPUT);
	ck_assert_str_same(sitecase_path(&p), str_of(mistakes[_i].path));
} END_TEST

START_TEST(who_may_show_a_page_is_told)
{
	struct sitecase_parsed p = parse("[{\"key\":\"a\",\"origin\":"
	    "\"https://a.example\"," PAGES "},{\"key\":\"b\",\"origin\":"
	    "\"https://b.example\",\"revoked\":true," PAGES "},{\"key\":\"c\","
	    "\"server\":true," PAGES "},{\"key\":\"d\",\"origin\":"
	    "\"http://d.example:81\"," PAGES "}]");
	const struct site_page *pg = site_find(p.site, STR("livre-blanc"));
	const struct site_page other = { .key = STR("other") };

	ck_assert_int_eq(p.err, OK);
	ck_assert_str_same(siteorigin_list(suite_arena(), p.site, pg),
	    STR("https://a.example http://d.example:81"));
	ck_assert_str_same(siteorigin_list(suite_arena(), p.site, &other),
	    STR_EMPTY);
	ck_assert(siteorigin_allows(p.site, pg, STR("https://a.example")));
	ck_assert(siteorigin_allows(p.site, NULL, STR("https://a.example")));
	ck_assert(!siteorigin_allows(p.site, &other,
	    STR("https://a.example")));
	ck_assert(!siteorigin_allows(p.site, pg, STR("https://b.example")));
	ck_assert(!siteorigin_allows(p.site, pg, STR("https://A.example")));
	/* A server's has none, and no browser sends none. */
	ck_assert(!siteorigin_allows(p.site, pg, STR_EMPTY));
} END_TEST

/* count origins with the longest address there may be, or a byte more. */
static struct str
many(size_t count, size_t bytes)
{
	struct buf b;

	buf_init(&b, suite_arena(), 1 << 20);
	buf_byte(&b, '[');
	for (size_t i = 0; i < count; i++) {
		size_t begun;

		buf_addf(&b, "%s{\"key\":\"k%zu\"," PAGES ",\"origin\":\"",
		    i ? "," : "", i);
		begun = b.n;
		buf_add(&b, STR("https://"));
		while (b.n - begun < bytes)
			buf_byte(&b, 'a');
		buf_add(&b, STR("\"}"));
	}
	buf_byte(&b, ']');
	return arena_copy(suite_arena(), buf_str(&b));
}

START_TEST(limits_hold)
{
	struct sitecase_parsed p = parse(many(SITE_PAGE_ORIGINS_MAX,
	    SITE_ORIGIN_BYTES_MAX).p);

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	ck_assert_uint_eq(siteorigin_list(suite_arena(), p.site,
	    site_find(p.site, STR("livre-blanc"))).n,
	    SITE_PAGE_ORIGINS_MAX * (SITE_ORIGIN_BYTES_MAX + 1) - 1);
	ck_assert_int_eq(parse(many(1, SITE_ORIGIN_BYTES_MAX + 1).p).err,
	    ERR_INPUT);
	p = parse(many(SITE_PAGE_ORIGINS_MAX + 1, 20).p);
	ck_assert_int_eq(p.err, ERR_INPUT);
	ck_assert_str_same(sitecase_path(&p), STR("$.origins"));
	p = parse(many(SITE_ORIGINS_MAX + 1, 20).p);
	ck_assert_int_eq(p.err, ERR_INPUT);
} END_TEST

SUITE(siteorigin)
{
	SUITE_TEST(origins_are_read);
	SUITE_TEST(a_site_needs_none);
	SUITE_LOOP(an_address_is_an_origin, COUNT(addresses));
	SUITE_LOOP(mistakes_have_paths, COUNT(mistakes));
	SUITE_TEST(who_may_show_a_page_is_told);
	SUITE_TEST(limits_hold);
}
