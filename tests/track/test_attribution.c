/* Tests track/attribution. */
#include <string.h>

#include "base/buf.h"
#include "form/ticket.h"
#include "http/url.h"
#include "support/suite.h"
#include "track/attribution.h"

/* A query, who linked here, and the channel that makes. */
static const struct {
	const char *query, *referrer, *campaign_channel, *channel;
} visits[] = {
	{ "", "", "", "direct" },
	{ "lang=fr", "", "", "direct" },
	{ "", "www.google.fr", "", "seo" },
	{ "", "l.facebook.com", "", "social" },
	{ "", "outlook.live.com", "", "email" },
	{ "", "www.youtube.com", "", "video" },
	{ "", "blog.example.org", "", "referral" },
	{ "gclid=x", "www.google.fr", "", "sea" },
	{ "wbraid=x", "", "", "sea" }, { "gbraid=x", "", "", "sea" },
	{ "msclkid=x", "www.bing.com", "", "sea" },
	{ "gclid=x&product_id=42", "", "", "shopping" },
	{ "gclid=x&utm_medium=display", "", "", "display" },
	{ "gclid=x&utm_medium=cpm", "", "", "display" },
	{ "gclid=x&utm_medium=video", "", "", "video" },
	{ "gclid=x&utm_medium=email", "", "", "sea" },
	{ "fbclid=x", "l.facebook.com", "", "social" },
	{ "fbclid=x&utm_medium=cpc", "", "", "social-ads" },
	{ "fbclid=x&utm_medium=paid-social", "", "", "social-ads" },
	{ "li_fat_id=x", "", "", "social-ads" },
	{ "awc=1_2", "", "", "affiliate" },
	{ "aff=p7", "", "", "affiliate" },
	{ "aff=p7&gclid=x", "", "sea", "affiliate" },
	{ "click_id=x&utm_source=google", "", "", "seo" },
	{ "utm_source=google&utm_medium=cpc", "", "", "sea" },
	{ "utm_source=google&utm_medium=CPC", "", "", "sea" },
	{ "utm_source=google&utm_medium=cpc&product=p", "", "", "shopping" },
	{ "utm_source=facebook&utm_medium=cpc", "", "", "social-ads" },
	{ "utm_source=linkedin&utm_medium=paid", "", "", "social-ads" },
	{ "utm_source=youtube&utm_medium=cpc", "", "", "video" },
	{ "utm_source=lettre&utm_medium=email", "", "", "email" },
	{ "utm_source=lettre&utm_medium=e-mail", "www.google.fr", "",
	    "email" },
	{ "utm_source=salon&utm_medium=fair", "", "sea", "fair" },
	{ "utm_medium=bus", "", "", "poster" },
	{ "utm_medium=phone", "", "", "phone" },
	{ "utm_medium=courrier", "", "", "mailing" },
	/* A campaign says what its own links leave open, and no more. */
	{ "utm_campaign=c&utm_source=x", "", "mailing", "mailing" },
	{ "utm_campaign=c&utm_medium=odd", "", "mailing", "mailing" },
	{ "utm_campaign=c&utm_medium=cpc", "", "mailing", "sea" },
	{ "utm_source=google", "", "", "seo" },
	{ "utm_source=newsletter", "", "", "email" },
	{ "utm_source=site.example", "", "", "referral" },
	{ "utm_source=abc", "", "", "other" },
	{ "utm_source=site.example&utm_medium=odd", "", "", "other" },
	{ "utm_campaign=unknown", "", "", "other" },
	{ "utm_term=heat", "", "", "other" },
	{ "click_id=x", "", "", "other" },
};

static struct touch
read_visit(const char *query, const char *referrer)
{
	const struct str_pair *pair = NULL;
	struct touch t;
	size_t count = url_pairs(suite_arena(), str_of(query), &pair);

	attribution_read(suite_arena(), pair, count, str_of(referrer), &t);
	return t;
}

START_TEST(a_visit_has_a_channel)
{
	struct touch t = read_visit(visits[_i].query, visits[_i].referrer);

	ck_assert_str_same(attribution_channel(&t,
	    str_of(visits[_i].campaign_channel)),
	    str_of(visits[_i].channel));
} END_TEST

START_TEST(every_part_is_read)
{
	struct touch t = read_visit("utm_source=s&utm_medium=m&utm_campaign=c"
	    "&utm_content=ad%201&utm_term=pompe+%C3%A0+chaleur&product_id=42"
	    "&affiliate=p7&gclid=g1&fbclid=f1&kw=no&utm_source=other&x=y",
	    "blog.example.org");

	ck_assert_str_same(t.source, STR("s"));
	ck_assert_str_same(t.medium, STR("m"));
	ck_assert_str_same(t.campaign, STR("c"));
	ck_assert_str_same(t.content, STR("ad 1"));
	ck_assert_str_same(t.keyword, STR("pompe à chaleur"));
	ck_assert_str_same(t.product, STR("42"));
	ck_assert_str_same(t.affiliate, STR("p7"));
	ck_assert_str_same(t.click_id, STR("g1"));
	ck_assert_str_same(t.click_kind, STR("gclid"));
	t = read_visit("fbclid=f1&msclkid=b1&keyword=k", "blog.example.org");
	ck_assert_str_same(t.source, STR("blog.example.org"));
	ck_assert_str_same(t.click_id, STR("b1"));
	ck_assert_str_same(t.click_kind, STR("msclkid"));
	ck_assert_str_same(t.keyword, STR("k"));
} END_TEST

/* What a parameter's bytes are kept as. */
static const struct { const char *value, *kept; } values[] = {
	{ "Soldes%20d'%e9t%e9", "Soldes d'été" },	/* Windows-1252 */
	{ "%80%93%9f%81", "€“Ÿ" },
	{ "%ff%fe", "ÿþ" },
	{ "%C3%A9", "é" },
	{ "%u00e9", "%u00e9" }, { "%", "%" }, { "a%zzb", "a%zzb" },
	{ "<script>alert(1)</script>", "<script>alert(1)</script>" },
	{ "a%00b", "" }, { "a%0d%0aX:%20y", "" }, { "%1b[2J", "" },
	{ "ana%40firm.fr", "" }, { "%e9ana%40firm.fr", "" },
	{ "", "" },
};

START_TEST(a_value_is_cleaned)
{
	struct touch t = read_visit(buf_fmt(suite_arena(), 200,
	    "utm_source=%s", values[_i].value).p, "");

	ck_assert_str_same(t.source, str_of(values[_i].kept));
} END_TEST

static struct str
run_of(const char *c, size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), 20000);
	while (n--)
		buf_add(&b, str_of(c));
	return buf_str(&b);
}

/* Texts are cut; a click id that were cut would be nobody's. */
static const struct { const char *c; size_t count, text, id; } longs[] = {
	{ "a", TICKET_TOUCH_BYTES_MAX, 200, 200 },
	{ "a", TICKET_TOUCH_BYTES_MAX + 1, 200, 0 },
	{ "a", 4096, 200, 0 },
	{ "\xe9", 100, 200, 200 },
	{ "\xe9", 4096, 200, 0 },
	{ "\x80", 67, 198, 198 },
};

START_TEST(a_long_value_is_cut)
{
	struct str_pair pair[] = {
		{ STR("utm_term"), run_of(longs[_i].c, longs[_i].count) },
		{ STR("gclid"), run_of(longs[_i].c, longs[_i].count) },
	};
	struct touch t;

	attribution_read(suite_arena(), pair, 2, STR_EMPTY, &t);
	ck_assert_uint_eq(t.keyword.n, longs[_i].text);
	ck_assert(str_is_utf8(t.keyword));
	ck_assert_uint_eq(t.click_id.n, longs[_i].id);
	ck_assert_str_same(t.click_kind, STR("gclid"));
} END_TEST

START_TEST(click_kinds_are_known)
{
	ck_assert(attribution_is_click(STR("gclid")));
	ck_assert(attribution_is_click(STR("li_fat_id")));
	ck_assert(!attribution_is_click(STR("GCLID")));
	ck_assert(!attribution_is_click(STR_EMPTY));
} END_TEST

SUITE(attribution)
{
	SUITE_LOOP(a_visit_has_a_channel, COUNT(visits));
	SUITE_TEST(every_part_is_read);
	SUITE_LOOP(a_value_is_cleaned, COUNT(values));
	SUITE_LOOP(a_long_value_is_cut, COUNT(longs));
	SUITE_TEST(click_kinds_are_known);
}
