/* Tests page/sitelink. */
#include "page/sitelink.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define PAGE "\"page\":\"livre-blanc\""
#define FAIR "{\"key\":\"foire24\"," PAGE ",\"source\":\"foire\"," \
    "\"medium\":\"qr\",\"content\":\"stand\",\"keyword\":\"k\"," \
    "\"affiliate\":\"p7\",\"channel\":\"fair\",\"vanity\":true," \
    "\"ends\":\"2026-12-31T23:00:00Z\"}"

static struct sitecase_parsed
parse(const char *links)
{
	return sitecase_parse(sitecase_with("links", links));
}

START_TEST(links_are_read)
{
	struct sitecase_parsed p = parse("[{\"key\":\"z\"," PAGE "}," FAIR
	    ",{\"key\":\"old\"," PAGE ",\"archived\":true}]");
	const struct site_link *l;

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	ck_assert_uint_eq(p.site->links, 3);
	l = sitelink_find(p.site, STR("foire24"));
	ck_assert_str_same(l->page->key, STR("livre-blanc"));
	ck_assert_ptr_eq(l->campaign, l->page->campaign);
	ck_assert_str_same(l->source, STR("foire"));
	ck_assert_str_same(l->medium, STR("qr"));
	ck_assert_str_same(l->content, STR("stand"));
	ck_assert_str_same(l->keyword, STR("k"));
	ck_assert_str_same(l->affiliate, STR("p7"));
	ck_assert_str_same(l->channel, STR("fair"));
	ck_assert(l->is_vanity);
	ck_assert(sitelink_leads(l, INT64_C(1798757999999)));
	ck_assert(!sitelink_leads(l, INT64_C(1798758000000)));
	l = sitelink_find(p.site, STR("z"));
	ck_assert_str_same(l->channel, l->campaign->channel);
	ck_assert(!l->is_vanity);
	ck_assert(sitelink_leads(l, INT64_MAX - 1));
} END_TEST

static const struct { struct str typed; bool is_found; } codes[] = {
	{ STR("foire24"), true }, { STR("FOIRE24"), true },
	{ STR(" Foire24 \t"), true },
	{ STR("foire2"), false }, { STR("foire244"), false },
	{ STR("foire 24"), false }, { STR(""), false }, { STR("  "), false },
	{ STR("foire24\0"), false }, { STR("\xff"), false },
	{ STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "a"), false },
};

START_TEST(a_code_is_found_as_it_is_typed)
{
	struct sitecase_parsed p = parse("[" FAIR "]");

	ck_assert_int_eq(sitelink_find(p.site, codes[_i].typed) != NULL,
	    codes[_i].is_found);
} END_TEST

START_TEST(an_archived_link_is_none)
{
	struct sitecase_parsed p = parse("[{\"key\":\"old\"," PAGE
	    ",\"archived\":true}]");

	ck_assert_int_eq(p.err, OK);
	ck_assert_ptr_null(sitelink_find(p.site, STR("old")));
	p = parse(NULL);
	ck_assert_ptr_null(sitelink_find(p.site, STR("old")));
} END_TEST

static const struct { const char *links, *path; } mistakes[] = {
	{ "[{\"key\":\"a b\"," PAGE "}]", "$.links[0].key" },
	{ "[{" PAGE "}]", "$.links[0].key" },
	{ "[{\"key\":\"k\"}]", "$.links[0].page" },
	{ "[{\"key\":\"k\",\"page\":\"none\"}]", "$.links[0].page" },
	{ "[{\"key\":\"k\"," PAGE ",\"campaign\":\"none\"}]",
	    "$.links[0].campaign" },
	{ "[{\"key\":\"k\"," PAGE ",\"channel\":\"No way\"}]",
	    "$.links[0].channel" },
	{ "[{\"key\":\"k\"," PAGE ",\"ends\":\"soon\"}]", "$.links[0].ends" },
	{ "[{\"key\":\"k\"," PAGE ",\"url\":\"https://evil.example\"}]",
	    "$.links[0].url" },
	{ "[{\"key\":\"api\"," PAGE ",\"vanity\":true}]",
	    "$.links[0].vanity" },
	{ "[{\"key\":\"robots\"," PAGE ",\"vanity\":true}]",
	    "$.links[0].vanity" },
	{ "[{\"key\":\"a.txt\"," PAGE ",\"vanity\":true}]",
	    "$.links[0].vanity" },
	{ "[{\"key\":\"k\"," PAGE "},{\"key\":\"k\"," PAGE "}]",
	    "$.links[1].key" },
};

START_TEST(mistakes_are_told)
{
	struct sitecase_parsed p = parse(mistakes[_i].links);

	ck_assert_int_eq(p.err, ERR_INPUT);
	ck_assert_str_same(sitecase_path(&p), str_of(mistakes[_i].path));
} END_TEST

/* Without a path of its own a code may be called anything. */
START_TEST(a_reserved_name_is_a_code)
{
	struct sitecase_parsed p = parse("[{\"key\":\"api\"," PAGE "}]");

	ck_assert_int_eq(p.err, OK);
} END_TEST

SUITE(sitelink)
{
	SUITE_TEST(links_are_read);
	SUITE_LOOP(a_code_is_found_as_it_is_typed, COUNT(codes));
	SUITE_TEST(an_archived_link_is_none);
	SUITE_LOOP(mistakes_are_told, COUNT(mistakes));
	SUITE_TEST(a_reserved_name_is_a_code);
}
