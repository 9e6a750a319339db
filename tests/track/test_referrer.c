/* Tests track/referrer. */
#include "support/suite.h"
#include "track/referrer.h"

static const struct { const char *name, *channel; } names[] = {
	{ "www.google.fr", "seo" }, { "google.com", "seo" },
	{ "www.google.co.uk", "seo" }, { "WWW.Google.COM.br", "seo" },
	{ "google", "seo" }, { "Google", "seo" },
	{ "com.google.android.googlequicksearchbox", "seo" },
	{ "bing.com", "seo" }, { "r.search.yahoo.com", "seo" },
	{ "www.ecosia.org", "seo" }, { "lilo.org", "seo" },
	{ "www.google.fr:443", "seo" },
	{ "mail.google.com", "email" }, { "com.google.android.gm", "email" },
	{ "outlook.live.com", "email" }, { "webmail.example.fr", "email" },
	{ "Mail.laposte.net", "email" }, { "mailbox.example", "" },
	{ "newsletter", "email" },
	{ "sites.google.com", "" }, { "docs.google.com", "" },
	{ "l.facebook.com", "social" }, { "facebook", "social" },
	{ "fb", "social" }, { "t.co", "social" }, { "lnkd.in", "social" },
	{ "fr.linkedin.com", "social" }, { "com.linkedin.android", "social" },
	{ "m.youtube.com", "video" }, { "youtu.be", "video" },
	/* What only looks like one. */
	{ "notgoogle.fr", "" }, { "google.example.org", "" },
	{ "google.fr.evil.example", "" }, { "mygoogle", "" },
	{ "google.", "" }, { ".google.fr", "seo" }, { "at.co", "" },
	{ "xfb", "" }, { "fb.example", "" }, { "example.org", "" },
	{ "", "" }, { ".", "" }, { ":", "" },
};

START_TEST(sites_are_sorted)
{
	ck_assert_str_same(referrer_channel(str_of(names[_i].name)),
	    str_of(names[_i].channel));
} END_TEST

SUITE(referrer)
{
	SUITE_LOOP(sites_are_sorted, COUNT(names));
}
