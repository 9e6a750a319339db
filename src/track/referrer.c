/* Implements referrer.h. */
#include <stdbool.h>

#include "track/referrer.h"

#define SEO STR("seo")
#define SOCIAL STR("social")
#define EMAIL STR("email")
#define VIDEO STR("video")

/*
 * A domain with all below it; NAME.* is NAME in any country, and the name
 * alone.  The first that fits counts.
 */
static const struct {
	struct str site;
	struct str channel;
} sites[] = {
	{ STR("com.google.android.gm"), EMAIL },
	{ STR("com.microsoft.office.outlook"), EMAIL },
	{ STR("zimbra.free.fr"), EMAIL },
	{ STR("gmx.*"), EMAIL },
	{ STR("newsletter"), EMAIL },
	{ STR("groups.google.com"), STR_EMPTY },
	{ STR("sites.google.com"), STR_EMPTY },
	{ STR("docs.google.com"), STR_EMPTY },
	{ STR("meet.google.com"), STR_EMPTY },
	{ STR("com.google.android.googlequicksearchbox"), SEO },
	{ STR("google.*"), SEO },
	{ STR("bing.*"), SEO },
	{ STR("search.yahoo.*"), SEO },
	{ STR("yahoo.*"), SEO },
	{ STR("duckduckgo.*"), SEO },
	{ STR("qwant.*"), SEO },
	{ STR("ecosia.*"), SEO },
	{ STR("lilo.org"), SEO },
	{ STR("startpage.*"), SEO },
	{ STR("search.brave.com"), SEO },
	{ STR("yandex.*"), SEO },
	{ STR("ya.ru"), SEO },
	{ STR("baidu.*"), SEO },
	{ STR("naver.*"), SEO },
	{ STR("seznam.cz"), SEO },
	{ STR("sogou.com"), SEO },
	{ STR("search.aol.*"), SEO },
	{ STR("ask.com"), SEO },
	{ STR("swisscows.com"), SEO },
	{ STR("mojeek.com"), SEO },
	{ STR("kagi.com"), SEO },
	{ STR("recherche.orange.fr"), SEO },
	{ STR("lemoteur.orange.fr"), SEO },
	{ STR("youtube.*"), VIDEO },
	{ STR("youtu.be"), VIDEO },
	{ STR("com.google.android.youtube"), VIDEO },
	{ STR("dailymotion.*"), VIDEO },
	{ STR("vimeo.*"), VIDEO },
	{ STR("twitch.tv"), VIDEO },
	{ STR("facebook.*"), SOCIAL },
	{ STR("com.facebook.katana"), SOCIAL },
	{ STR("com.facebook.orca"), SOCIAL },
	{ STR("fb"), SOCIAL },
	{ STR("fb.me"), SOCIAL },
	{ STR("messenger.*"), SOCIAL },
	{ STR("meta"), SOCIAL },
	{ STR("instagram.*"), SOCIAL },
	{ STR("com.instagram.android"), SOCIAL },
	{ STR("ig"), SOCIAL },
	{ STR("threads.*"), SOCIAL },
	{ STR("linkedin.*"), SOCIAL },
	{ STR("com.linkedin.android"), SOCIAL },
	{ STR("lnkd.in"), SOCIAL },
	{ STR("twitter.*"), SOCIAL },
	{ STR("t.co"), SOCIAL },
	{ STR("x.com"), SOCIAL },
	{ STR("com.twitter.android"), SOCIAL },
	{ STR("pinterest.*"), SOCIAL },
	{ STR("pin.it"), SOCIAL },
	{ STR("tiktok.*"), SOCIAL },
	{ STR("snapchat.*"), SOCIAL },
	{ STR("reddit.*"), SOCIAL },
	{ STR("com.reddit.frontpage"), SOCIAL },
	{ STR("whatsapp.*"), SOCIAL },
	{ STR("wa.me"), SOCIAL },
	{ STR("com.whatsapp"), SOCIAL },
	{ STR("telegram.*"), SOCIAL },
	{ STR("t.me"), SOCIAL },
	{ STR("org.telegram.messenger"), SOCIAL },
	{ STR("viadeo.*"), SOCIAL },
	{ STR("xing.*"), SOCIAL },
	{ STR("vk.com"), SOCIAL },
	{ STR("bsky.app"), SOCIAL },
	{ STR("mastodon.*"), SOCIAL },
	{ STR("tumblr.*"), SOCIAL },
	{ STR("quora.*"), SOCIAL },
};

/* How people's mail is named wherever it is: outlook.live.com. */
static const struct str mails[] = { STR("mail."), STR("webmail."),
	STR("messagerie."), STR("outlook.") };

/* Is the name at from in host a whole label, or several? */
static bool
begins_label(struct str host, size_t from)
{
	return from == 0 || host.p[from - 1] == '.';
}

/* A country's ending: .fr, .co.uk, .com.br; also nothing. */
static bool
is_ending(struct str rest)
{
	struct str label, more;

	if (!rest.n)
		return true;
	if (rest.p[0] != '.')
		return false;
	str_cut(str_slice(rest, 1, rest.n), '.', &label, &more);
	return label.n && str_find(more, '.') < 0 &&
	    (!more.n || (label.n <= 3 && more.n == 2));
}

static bool
fits_anywhere(struct str host, struct str name)
{
	for (size_t at = 0; at + name.n <= host.n; at++)
		if (begins_label(host, at) &&
		    str_eq_fold(str_slice(host, at, name.n), name) &&
		    is_ending(str_slice(host, at + name.n, host.n)))
			return true;
	return false;
}

static bool
fits(struct str host, struct str site)
{
	if (str_has_suffix(site, STR(".*")))
		return fits_anywhere(host, str_slice(site, 0, site.n - 2));
	return host.n >= site.n && begins_label(host, host.n - site.n) &&
	    str_eq_fold(str_slice(host, host.n - site.n, site.n), site);
}

struct str
referrer_channel(struct str name)
{
	struct str host, port;

	str_cut(name, ':', &host, &port);
	for (size_t i = 0; i < sizeof mails / sizeof *mails; i++)
		if (str_eq_fold(str_slice(host, 0, mails[i].n), mails[i]))
			return EMAIL;
	for (size_t i = 0; i < sizeof sites / sizeof *sites; i++)
		if (fits(host, sites[i].site))
			return sites[i].channel;
	return STR_EMPTY;
}
