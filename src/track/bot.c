/*
 * Implements bot.h by what programs tell of themselves.  What hides behind a
 * browser's name is not found here; the form's trap and fill time are for
 * that.
 */
#include <stddef.h>

#include "track/bot.h"

#define LETTERS 26
#define WORDS_MAX 20	/* beginning with one letter */
#define COMPATIBLE "compatible;"

/* How the user agents of browsers begin; what begins otherwise is a program. */
static const char *const openings[] = {
	"mozilla/", "opera/", "opera ", "ucweb", "blackberry", "nokia",
	"samsung", "sonyericsson", "lynx/", "links ", "elinks", "w3m/",
	"dillo/",
};

/* Browsers that call themselves compatible; robots do as well. */
static const char *const compatibles[] = { "msie", "konqueror" };

/*
 * Words of programs that begin as browsers do.  By first letter, so that a
 * place in the text is compared with few of them.  Brands whose browsers
 * people use (Pinterest, DuckDuckGo, Baidu, Yandex, Viber) are left to the
 * other signs.
 */
static const char *const words[LETTERS][WORDS_MAX] = {
	{ "admantx", "ahrefs", "amazon cloudfront", "analyzer", "appinsights",
	  "applebot", "archiver", "audit", "axios" },
	{ "baiduspider", "barracuda", "bingpreview", "blexbot", "bots",
	  "brandverity", "browsershots", "bytespider" },
	{ "capture", "catchpoint", "chatgpt", "checker", "checkly",
	  "cloudflare", "cloudmark", "collector", "crawl", "curl/",
	  "cypress" },
	{ "dareboost", "datadog", "dotcom-monitor", "duckassist" },
	{ "embedly", "expanse" },
	{ "facebookexternal", "facebookcatalog", "favicon", "feedfetcher",
	  "fetcher", "fireeye", "flipboardproxy", "forcepoint" },
	{ "gomez", "google favicon", "google-adwords", "google-extended",
	  "google-inspection", "google-physicalweb", "google-read-aloud",
	  "google-safety", "google-site-verif", "google-structured",
	  "google web preview", "google-youtube", "googleimageproxy",
	  "googleother", "google page speed", "gtmetrix" },
	{ "headless", "heritrix", "hubspot", "http-client", "httpclient",
	  "httrack" },
	{ "ia_archiver", "iframely", "imageproxy", "inspectiontool",
	  "ips-agent" },
	{ "jsdom" },
	{ "keynote" },
	{ "lighthouse", "link-check", "linkcheck", "linkpreview",
	  "link preview" },
	{ "mailproxy", "mediapartners-google", "meta-external",
	  "microsoft office", "microsoftpreview", "mimecast", "monitor",
	  "ms-office", "ms search" },
	{ "nagios", "netcraft", "newrelic", "nikto", "nutch" },
	{ "openai", "outbrain" },
	{ "pagespeed", "page speed", "pagepeeker", "phantomjs", "pingdom",
	  "playwright", "prerender", "preview service", "proofpoint",
	  "ptst/", "puppeteer", "python-" },
	{ "qwantify" },
	{ "rogerbot" },
	{ "safelinks", "scanner", "scrapy", "scraper", "screenshot",
	  "selenium", "semrush", "sitecheck", "siteimprove", "site24x7",
	  "skypeuri", "slurp", "snap url", "speedcurve", "spider",
	  "statuscake", "symantec", "synthetic" },
	{ "thumbnail", "trend micro", "trendmicro" },
	{ "unfurl", "uptime", "urlscan", "urlpreview" },
	{ "validator", "virustotal" },
	{ "webdriver", "webpagetest", "web preview", "whatsapp/",
	  "wappalyzer" },
	{ "xenu" },
	{ "ysearch" },
	{ "zabbix", "zgrab", "zscaler" },
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

/* Does text go on with word at at? */
static bool
is_at(struct str text, size_t at, const char *word)
{
	for (; *word; word++, at++)
		if (at >= text.n || lower(text.p[at]) != *word)
			return false;
	return true;
}

/*
 * A word that ends in bot, as robots have called themselves since the first
 * ones; but Cubot makes telephones.
 */
static bool
ends_in_bot(struct str text, size_t at)
{
	if (!is_at(text, at, "bot") ||
	    (at + 3 < text.n && is_letter(text.p[at + 3])))
		return false;
	return at < 2 || !is_at(text, at - 2, "cubot") ||
	    (at > 2 && is_letter(text.p[at - 3]));
}

static bool
has_word_at(struct str text, size_t at)
{
	char c = lower(text.p[at]);
	const char *const *word;

	if (!is_letter(c))
		return false;
	word = words[c - 'a'];
	for (size_t i = 0; i < WORDS_MAX && word[i]; i++)
		if (is_at(text, at, word[i]))
			return true;
	return c == 'b' && ends_in_bot(text, at);
}

static bool
is_one_at(struct str text, size_t at, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_at(text, at, list[i]))
			return true;
	return false;
}

/* "Mozilla/5.0 (compatible; Something/1.0)" is nearly always a robot. */
static bool
claims_compatible(struct str text, size_t at)
{
	size_t next = at + sizeof COMPATIBLE - 1;

	if (!is_at(text, at, COMPATIBLE))
		return false;
	while (next < text.n && text.p[next] == ' ')
		next++;
	return !is_one_at(text, next, compatibles,
	    sizeof compatibles / sizeof compatibles[0]);
}

bool
bot_is(struct str user_agent)
{
	struct str text = str_trim(user_agent);

	if (!is_one_at(text, 0, openings, sizeof openings / sizeof openings[0]))
		return true;
	for (size_t i = 0; i < text.n; i++)
		/* An address is for whoever finds the robot in a log. */
		if (has_word_at(text, i) || claims_compatible(text, i) ||
		    is_at(text, i, "://") || text.p[i] == '@')
			return true;
	return false;
}
