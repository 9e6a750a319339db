#include "base/buf.h"
#include "support/suite.h"
#include "track/bot.h"
#include "agents.h"

#define CHROME WINDOWS

START_TEST(people_are_no_robots)
{
	ck_assert_msg(!bot_is(str_of(agents[_i].text)), "%s",
	    agents[_i].text);
} END_TEST

static const char *const robots[] = {
	"", "   ", "-",
	"Mozilla/5.0 (compatible; Googlebot/2.1;"
	    " +http://www.google.com/bot.html)",
	ANDROID("Nexus 5X") " (compatible; Googlebot/2.1)",
	"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible;"
	    " bingbot/2.0) Chrome/116.0 Safari/537.36",
	"AdsBot-Google (+http://www.google.com/adsbot.html)",
	"Mozilla/5.0 (compatible; Baiduspider/2.0)",
	"DuckDuckBot/1.1",
	CHROME " Applebot/0.1",
	CHROME " GPTBot/1.2",
	CHROME " Robot",
	"facebookexternalhit/1.1",
	"Twitterbot/1.0",
	"LinkedInBot/1.0",
	"Slackbot-LinkExpanding 1.0",
	"TelegramBot (like TwitterBot)",
	"WhatsApp/2.23.20.0",
	"Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
	CHROME " Barracuda Sentinel (EE)",
	CHROME " Proofpoint URL Defense",
	"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)",
	"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; ms-office)",
	"Mozilla/5.0 (compatible; UptimeRobot/2.0)",
	"Pingdom.com_bot_version_1.4",
	CHROME " PingdomPageSpeed/1.0",
	CHROME " StatusCake",
	"check_http/v2.3.3 (monitoring-plugins 2.3.3)",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like"
	    " Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
	CHROME " Chrome-Lighthouse",
	CHROME " Selenium/4.1",
	"curl/7.88.1", "Wget/1.21.3", "python-requests/2.32.3",
	"Python/3.11 aiohttp/3.9.1", "Go-http-client/1.1", "okhttp/4.12.0",
	"Java/17.0.9", "libwww-perl/6.68", "axios/1.7.7", "node-fetch",
	"Apache-HttpClient/4.5.14 (Java/17.0.9)", "GuzzleHttp/7", "Ruby",
	"PostmanRuntime/7.42.0", "Scrapy/2.11.2",
	CHROME " (security-scan@example.org)",
	ANDROID("CUBOT X30") " Googlebot/2.1",
	ANDROID("SogouMobileBrowser") " Sogou web spider/4.0",
	/* Only the whole word is the telephone's. */
	CHROME " Focubot/1.0",
};

START_TEST(robots_are_robots)
{
	ck_assert_msg(bot_is(str_of(robots[_i])), "%s", robots[_i]);
} END_TEST

START_TEST(case_does_not_matter)
{
	ck_assert(bot_is(STR("mozilla/5.0 (X11) gOOGLEBOT")));
	ck_assert(!bot_is(STR("MOZILLA/5.0 (X11; CUBOT)")));
} END_TEST

/* Cut short anywhere, nothing is read beyond the end. */
START_TEST(a_cut_text_is_judged)
{
	struct str s = STR("Mozilla/5.0 (compatible; MSIE 10.0) cubot ://");

	for (size_t n = sizeof "Mozilla/"; n < s.n - 1; n++) {
		struct arena *a = arena_new(1000);
		struct str cut = arena_copy(a, str_slice(s, 0, n));

		/* "compatible;" alone, before MSIE is spelled, is a robot's. */
		ck_assert(bot_is(cut) == (n >= 24 && n < 29));
		arena_free(a);
	}
} END_TEST

START_TEST(a_list_is_named)
{
	struct str list = bot_list();

	ck_assert(str_eq(list, STR("own list only")) ||
	    (str_has_prefix(list, STR("crawler-user-agents ")) &&
	    str_has_suffix(list, STR(" patterns"))));
} END_TEST

SUITE(bot)
{
	SUITE_LOOP(people_are_no_robots, COUNT(agents));
	SUITE_LOOP(robots_are_robots, COUNT(robots));
	SUITE_TEST(case_does_not_matter);
	SUITE_TEST(a_cut_text_is_judged);
	SUITE_TEST(a_list_is_named);
}
