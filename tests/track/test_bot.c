#include "base/buf.h"
#include "support/suite.h"
#include "track/bot.h"

#define CHROME "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36" \
    " (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
#define IPHONE "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)" \
    " AppleWebKit/605.1.15 (KHTML, like Gecko)"
#define ANDROID(device) "Mozilla/5.0 (Linux; Android 14; " device ")" \
    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile" \
    " Safari/537.36"

static const char *const people[] = {
	CHROME,
	CHROME " Edg/131.0.0.0",
	CHROME " OPR/116.0.0.0",
	CHROME " Vivaldi/7.0.3495.11",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101"
	    " Firefox/132.0",
	"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:115.0) Gecko/20100101"
	    " Firefox/115.0",
	"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML,"
	    " like Gecko) Chrome/130.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
	    " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
	    " Safari/605.1.15",
	IPHONE " Version/18.1 Mobile/15E148 Safari/604.1",
	IPHONE " CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
	IPHONE " FxiOS/132.0 Mobile/15E148 Safari/605.1.15",
	IPHONE " Mobile/15E148 [FBAN/FBIOS;FBAV/489.0.0.38.109;"
	    "FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/18.1;FBLC/fr_FR]",
	IPHONE " Mobile/15E148 Instagram 358.0.0.31.98 (iPhone14,5; iOS"
	    " 18_1; fr_FR; fr; scale=3.00; 1170x2532; 661093498)",
	IPHONE " Version/18.1 Mobile/15E148 Safari/604.1"
	    " [Pinterest/iOS]",
	IPHONE " Mobile/15E148 LinkedInApp",
	IPHONE " Version/18.1 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
	ANDROID("SM-S918B"),
	ANDROID("Pixel 8") " EdgA/130.0.0.0",
	ANDROID("CUBOT X30"),
	ANDROID("CUBOT_NOTE_S"),
	ANDROID("Cubot KingKong 9"),
	ANDROID("SM-A536B; wv") " Line/14.17.0",
	"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A525F)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0"
	    " Chrome/122.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 12; ELS-NX9) AppleWebKit/537.36 (KHTML,"
	    " like Gecko) Chrome/114.0 HuaweiBrowser/15.0 Mobile"
	    " Safari/537.36",
	CHROME " YaBrowser/24.10.0.0",
	"Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like"
	    " Gecko",
	"Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
	"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
	"Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
	"Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8",
};

START_TEST(people_are_no_robots)
{
	ck_assert_msg(!bot_is(str_of(people[_i])), "%s", people[_i]);
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

SUITE(bot)
{
	SUITE_LOOP(people_are_no_robots, COUNT(people));
	SUITE_LOOP(robots_are_robots, COUNT(robots));
	SUITE_TEST(case_does_not_matter);
	SUITE_TEST(a_cut_text_is_judged);
}
