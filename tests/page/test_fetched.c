#include "page/fetched.h"
#include "base/buf.h"
#include "support/suite.h"

#define OURS STR("https://www.firm.fr:8443")

/* Addresses in their order, a blank between. */
static const struct { const char *in, *out; } pages[] = {
	{ "", "" },
	{ "<img src=/a.png>", "/a.png" },
	{ "<IMG\n SRC = 'a b.png' alt=\"src\">", "a b.png" },
	{ "<img srcset=\"a.png 1x, //x.y/b.png 2x\" src='c.png'>",
	    "a.png //x.y/b.png c.png" },
	{ "<a href=\"https://x.y/\">elsewhere</a>", "" },
	{ "<link rel=stylesheet href=/s.css>", "/s.css" },
	{ "<link rel=\"canonical\" href=\"https://x.y/\">", "" },
	{ "<link rel=\"preconnect\" href=\"https://x.y\">", "https://x.y" },
	{ "<form action=\"https://x.y/post\"><button formaction=/f>",
	    "https://x.y/post /f" },
	{ "<style>@import 'i.css'; p { background: url( \"b.png\" ) }",
	    "i.css b.png" },
	{ "<p style=\"background:url(https://x.y/p.gif)\">",
	    "https://x.y/p.gif" },
	{ "<video poster=p.jpg><object data=o.pdf>", "p.jpg o.pdf" },
	{ "<img data-src=x.png>", "" },
	{ "<img src>", "" }, { "<img src=", "" }, { "<img src=\"a", "a" },
	{ "url(", "" }, { "<", "" },
};
START_TEST(addresses_are_found)
{
	struct fetched f;
	struct str url;
	struct buf b;

	buf_init(&b, suite_arena(), 1024);
	fetched_begin(&f, str_of(pages[_i].in));
	while (fetched_next(&f, &url)) {
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, url);
	}
	ck_assert_str_same(buf_str(&b), str_of(pages[_i].out));
} END_TEST

static const struct { const char *url; bool is; } addresses[] = {
	{ "/a.png", false }, { "a.png", false }, { "", false },
	{ "?a=b:c", false }, { "a/b:c", false }, { "#top", false },
	{ "data:image/png;base64,AA", false },
	{ "https://www.firm.fr:8443", false },
	{ "HTTPS://WWW.firm.fr:8443/a", false },
	{ "//www.firm.fr:8443/a", false },
	{ "https://www.firm.fr:8443?x", false },
	{ "https://www.firm.fr:8443.evil.example/", true },
	{ "https://www.firm.fr:84430/", true },
	{ "https://www.firm.fr/", true }, { "http://www.firm.fr:8443/", true },
	{ "//x.y/", true }, { "https://x.y", true }, { "ftp://x.y", true },
	{ "javascript:void(0)", true }, { "https:", true },
};
START_TEST(others_are_told_apart)
{
	ck_assert_int_eq(fetched_is_foreign(str_of(addresses[_i].url), OURS),
	    addresses[_i].is);
} END_TEST

static const struct { const char *html; bool is; } boxes[] = {
	{ "<input type=\"checkbox\">", false },
	{ "<input type=\"text\" checked>", false },
	{ "<input type=\"checkbox\" name=\"unchecked\">", false },
	{ "<input type=\"checkbox\" value=\"1\" checked>", true },
	{ "<p><INPUT TYPE=RADIO CHECKED=\"\">", true },
	{ "<input type=checkbox\nchecked", true },
};
START_TEST(ticked_boxes_are_found)
{
	struct str tag;

	ck_assert_int_eq(fetched_ticked_box(str_of(boxes[_i].html), &tag),
	    boxes[_i].is);
} END_TEST

SUITE(fetched)
{
	SUITE_LOOP(addresses_are_found, COUNT(pages));
	SUITE_LOOP(others_are_told_apart, COUNT(addresses));
	SUITE_LOOP(ticked_boxes_are_found, COUNT(boxes));
}
