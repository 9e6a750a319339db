/* Where one may be sent, and whose posts are taken. */
#include "console/door.h"
#include "http/request.h"
#include "support/suite.h"

static const struct { const char *next; const char *goes; } nexts[] = {
	{ "/console", "/console" },
	{ "/console?a=b", "/console?a=b" },
	{ "/console/people/12", "/console/people/12" },
	{ "/console/loginX", "/console" },
	{ "/console/login?next=/console/me", "/console" },
	{ "/consolex", "/console" },
	{ "/console.evil.example", "/console" },
	{ "//console", "/console" },
	{ "/\\console", "/console" },
	{ "/console\\evil", "/console" },
	{ "/console/\r\nX: y", "/console" },
	{ "http://x/console", "/console" },
	{ "", "/console" },
};
START_TEST(one_is_sent_to_the_console_alone)
{
	ck_assert_str_same(door_next(str_of(nexts[_i].next)),
	    str_of(nexts[_i].goes));
} END_TEST

static const struct {
	const char *site;
	const char *origin;
	const char *host;
	bool is_https;
	bool is_ours;
} posts[] = {
	{ "same-origin", "http://x.fr", "x.fr", false, true },
	{ "same-origin", "http://X.fr:81", "x.fr:81", false, true },
	{ "", "https://x.fr", "x.fr", true, true },
	{ "same-origin", "", "x.fr", true, true },
	{ "", "", "x.fr", false, true },
	{ "same-site", "http://x.fr", "x.fr", false, false },
	{ "cross-site", "", "x.fr", false, false },
	{ "none", "", "x.fr", false, false },
	{ "same-origin", "http://y.fr", "x.fr", false, false },
	{ "same-origin", "http://x.fr", "x.fr", true, false },
	{ "same-origin", "https://x.fr", "x.fr", false, false },
	{ "", "http://x.fr:80", "x.fr", false, false },
	{ "", "http://x.fr.evil.example", "x.fr", false, false },
	{ "", "null", "x.fr", false, false },
	{ "", "http://", "", false, false },
};
START_TEST(posts_are_of_our_pages)
{
	const struct request rq = {
		.fetch_site = str_of(posts[_i].site),
		.origin = str_of(posts[_i].origin),
		.host = str_of(posts[_i].host),
		.is_https = posts[_i].is_https,
	};

	ck_assert_int_eq(door_is_ours(&rq), posts[_i].is_ours);
} END_TEST

/* By https none but the one that this host alone can have set. */
START_TEST(a_cookie_is_this_hosts)
{
	struct request rq = { .cookie = STR("piste-desk=a;"
	    " __Host-piste-desk=b") };

	ck_assert_str_same(door_session(&rq), STR("a"));
	rq.is_https = true;
	ck_assert_str_same(door_session(&rq), STR("b"));
} END_TEST

SUITE(door)
{
	SUITE_LOOP(one_is_sent_to_the_console_alone, COUNT(nexts));
	SUITE_LOOP(posts_are_of_our_pages, COUNT(posts));
	SUITE_TEST(a_cookie_is_this_hosts);
}
