/*
 * User agents of browsers people use, with what they run on: none is a
 * robot's.
 */
#ifndef PISTE_TESTS_TRACK_AGENTS_H
#define PISTE_TESTS_TRACK_AGENTS_H

#include "track/device.h"

#define WINDOWS "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" \
    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
#define MACINTOSH "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" \
    " AppleWebKit/605.1.15 (KHTML, like Gecko)"
#define IPHONE "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)" \
    " AppleWebKit/605.1.15 (KHTML, like Gecko)"
#define ANDROID(device) "Mozilla/5.0 (Linux; Android 14; " device ")" \
    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile" \
    " Safari/537.36"

static const struct {
	const char *text;
	enum device device;
} agents[] = {
	{ WINDOWS, DEVICE_DESKTOP },
	{ WINDOWS " Edg/131.0.0.0", DEVICE_DESKTOP },
	{ WINDOWS " OPR/116.0.0.0", DEVICE_DESKTOP },
	{ WINDOWS " Vivaldi/7.0.3495.11", DEVICE_DESKTOP },
	{ WINDOWS " YaBrowser/24.10.0.0", DEVICE_DESKTOP },
	{ WINDOWS " Avast/130.0.0.0", DEVICE_DESKTOP },
	{ WINDOWS " Brave/131", DEVICE_DESKTOP },
	{ WINDOWS " Whale/4.29.282.14", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0)"
	    " Gecko/20100101 Firefox/132.0", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:52.0) Gecko/20100101"
	    " Firefox/52.0", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:115.0) Gecko/20100101"
	    " Firefox/115.0", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like"
	    " Gecko) Chrome/131.0.0.0 Safari/537.36", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36"
	    " (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
	    DEVICE_DESKTOP },
	{ "Mozilla/5.0 (X11; FreeBSD amd64; rv:128.0) Gecko/20100101"
	    " Firefox/128.0", DEVICE_DESKTOP },
	{ MACINTOSH " Version/18.1 Safari/605.1.15", DEVICE_DESKTOP },
	{ MACINTOSH " Version/18.1 Safari/605.1.15 Ddg/18.1", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0)"
	    " Gecko/20100101 Firefox/132.0", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
	    " Safari/537.36", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like"
	    " Gecko", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Windows NT 6.3; WOW64; Trident/7.0; Touch;"
	    " .NET4.0E; .NET4.0C; Tablet PC 2.0; rv:11.0) like Gecko",
	    DEVICE_DESKTOP },
	{ "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
	    DEVICE_DESKTOP },
	{ "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
	    DEVICE_DESKTOP },
	{ "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
	    DEVICE_DESKTOP },
	{ "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)",
	    DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
	    " (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36"
	    " Edge/18.17763", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.10"
	    " (like Gecko)", DEVICE_DESKTOP },
	{ "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
	    DEVICE_DESKTOP },
	{ "Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8",
	    DEVICE_DESKTOP },
	{ "w3m/0.5.3+git20230121", DEVICE_DESKTOP },
	{ IPHONE " Version/18.1 Mobile/15E148 Safari/604.1", DEVICE_MOBILE },
	{ IPHONE " CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
	    DEVICE_MOBILE },
	{ IPHONE " FxiOS/132.0 Mobile/15E148 Safari/605.1.15", DEVICE_MOBILE },
	{ IPHONE " EdgiOS/130.0.2849.80 Version/18.0 Mobile/15E148"
	    " Safari/604.1", DEVICE_MOBILE },
	{ IPHONE " OPT/5.2.0 Mobile/15E148", DEVICE_MOBILE },
	{ IPHONE " GSA/342.0.693598186 Mobile/15E148 Safari/604.1",
	    DEVICE_MOBILE },
	{ IPHONE " Version/18.1 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
	    DEVICE_MOBILE },
	{ IPHONE " Version/18.1 Mobile/15E148 Safari/604.1 Ddg/18.1",
	    DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148"
	    " [FBAN/FBIOS;FBAV/489.0.0.38.109;FBDV/iPhone14,5;FBMD/iPhone;"
	    "FBSN/iOS;FBSV/18.1;FBLC/fr_FR]",
	    DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 Instagram 358.0.0.31.98 (iPhone14,5; iOS"
	    " 18_1; fr_FR; fr; scale=3.00; 1170x2532; 661093498)",
	    DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 Safari/604.1 [LinkedInApp]/9.30.1173",
	    DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 LinkedInApp", DEVICE_MOBILE },
	{ IPHONE " Version/18.1 Mobile/15E148 Safari/604.1 [Pinterest/iOS]",
	    DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 Twitter for iPhone/10.68", DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 musical_ly_37.0.0 JsSdk/2.0 NetType/WIFI"
	    " Channel/App Store ByteLocale/fr", DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 MicroMessenger/8.0.53(0x18003531)"
	    " NetType/WIFI Language/fr", DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 Snapchat/13.14.0.40 (like"
	    " Safari/8619.2.8.10.9, panda)", DEVICE_MOBILE },
	{ IPHONE " Mobile/15E148 Line/14.17.1", DEVICE_MOBILE },
	{ "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X)"
	    " AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73"
	    " Mobile/15E148 Safari/604.1", DEVICE_TABLET },
	{ "Mozilla/5.0 (iPad; CPU OS 9_3_5 like Mac OS X)"
	    " AppleWebKit/601.1.46 (KHTML, like Gecko) Version/9.0"
	    " Mobile/13G36 Safari/601.1", DEVICE_TABLET },
	{ ANDROID("K"), DEVICE_MOBILE },
	{ ANDROID("SM-S918B"), DEVICE_MOBILE },
	{ ANDROID("Pixel 8") " EdgA/130.0.0.0", DEVICE_MOBILE },
	{ ANDROID("K") " OPR/85.0.0.0", DEVICE_MOBILE },
	{ ANDROID("CUBOT X30"), DEVICE_MOBILE },
	{ ANDROID("CUBOT_NOTE_S"), DEVICE_MOBILE },
	{ ANDROID("Cubot KingKong 9"), DEVICE_MOBILE },
	{ ANDROID("CPH2557 Build/AP3A.240617.008; wv") " Instagram"
	    " 406.0.0.58.159 Android (35/15; 480dpi; 1080x2400; OPPO;"
	    " CPH2557; OP573DL1; mt6833; en_MY; 822918295; IABMV/1)",
	    DEVICE_MOBILE },
	{ ANDROID("SM-A536B; wv") " Line/14.17.0", DEVICE_MOBILE },
	{ ANDROID("SM-G991B Build/TP1A.220624.014; wv")
	    " [FB_IAB/FB4A;FBAV/489.0.0.66.81;IABMV/1;]", DEVICE_MOBILE },
	{ ANDROID("Pixel 10 Pro XL Build/CP1A.260305.018; wv") " MetaIAB"
	    " Facebook", DEVICE_MOBILE },
	{ ANDROID("2201117TY Build/TKQ1.221114.001; wv")
	    " [LinkedInApp]/4.1.1008", DEVICE_MOBILE },
	{ ANDROID("M2101K6G; wv") " trill_370004 BytedanceWebview/d8a21c6",
	    DEVICE_MOBILE },
	{ ANDROID("SM-A155F; wv") " [Pinterest/Android]", DEVICE_MOBILE },
	{ ANDROID("K") " (Ecosia android@131.0.0.0)", DEVICE_MOBILE },
	{ ANDROID("Redmi Note 8") " SogouMobileBrowser/5.28.12",
	    DEVICE_MOBILE },
	{ ANDROID("SM-A405FN") " Viber/22.0.0", DEVICE_MOBILE },
	{ ANDROID("VOG-L29") " DuckDuckGo/5", DEVICE_MOBILE },
	{ "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0"
	    " Firefox/132.0", DEVICE_MOBILE },
	{ "Mozilla/5.0 (Android 13; Tablet; rv:132.0) Gecko/132.0"
	    " Firefox/132.0", DEVICE_TABLET },
	{ "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A525F)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0"
	    " Chrome/122.0.0.0 Mobile Safari/537.36", DEVICE_MOBILE },
	{ "Mozilla/5.0 (Linux; Android 12; ELS-NX9) AppleWebKit/537.36"
	    " (KHTML, like Gecko) Chrome/114.0 HuaweiBrowser/15.0 Mobile"
	    " Safari/537.36", DEVICE_MOBILE },
	{ "Mozilla/5.0 (Linux; U; Android 11; en-US; RMX2185)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
	    " Chrome/100.0 UCBrowser/13.4.0.1306 Mobile Safari/537.36",
	    DEVICE_MOBILE },
	{ "Mozilla/5.0 (Linux; U; Android 12; fr-fr; M2007J20CG)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
	    " Chrome/112.0 Mobile Safari/537.36"
	    " XiaoMi/MiuiBrowser/14.20.0-gn", DEVICE_MOBILE },
	{ "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36"
	    " (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
	    DEVICE_TABLET },
	{ "Mozilla/5.0 (Linux; Android 11; SAMSUNG SM-T500)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0"
	    " Chrome/122.0.0.0 Safari/537.36", DEVICE_TABLET },
	{ "Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36"
	    " (KHTML, like Gecko) Silk/128.2.3 like Chrome/128.0"
	    " Safari/537.36", DEVICE_TABLET },
	{ "Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us)"
	    " AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0"
	    " Safari/533.2+ Kindle/3.0+", DEVICE_TABLET },
	{ "Mozilla/5.0 (PlayBook; U; RIM Tablet OS 2.1.0; en-US)"
	    " AppleWebKit/536.2+ (KHTML, like Gecko) Version/7.2.1.0"
	    " Safari/536.2+", DEVICE_TABLET },
	{ "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia"
	    " 950) AppleWebKit/537.36 (KHTML, like Gecko)"
	    " Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15254",
	    DEVICE_MOBILE },
	{ "Mozilla/5.0 (compatible; MSIE 9.0; Windows Phone OS 7.5;"
	    " Trident/5.0; IEMobile/9.0; NOKIA; Lumia 800)", DEVICE_MOBILE },
	{ "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ (KHTML, like"
	    " Gecko) Version/10.0.9.2372 Mobile Safari/537.10+",
	    DEVICE_MOBILE },
	{ "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en)"
	    " Presto/2.8.119 Version/11.10", DEVICE_MOBILE },
	{ "UCWEB/2.0 (MIDP-2.0; U; Adr 4.4.2; en-US; SM-G313HZ) U2/1.0.0"
	    " UCBrowser/10.7.0 U2/1.0.0 Mobile", DEVICE_MOBILE },
	{ "Nokia6300/2.0 (05.50) Profile/MIDP-2.0 Configuration/CLDC-1.1",
	    DEVICE_MOBILE },
	{ "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0"
	    " Firefox/48.0 KAIOS/2.5", DEVICE_MOBILE },
	{ "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36"
	    " (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
	    DEVICE_OTHER },
	{ "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML,"
	    " like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
	    DEVICE_OTHER },
	{ "Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 (KHTML,"
	    " like Gecko) Silk/128.2.3 like Chrome/128.0 Safari/537.36",
	    DEVICE_OTHER },
	{ "Mozilla/5.0 (Linux; Android 10; BRAVIA 4K UR2)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0"
	    " Safari/537.36", DEVICE_OTHER },
	{ "Mozilla/5.0 (PlayStation; PlayStation 5/8.20)"
	    " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4"
	    " Safari/605.1.15", DEVICE_OTHER },
	{ "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet)"
	    " AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3"
	    " NintendoBrowser/5.1.0.22474", DEVICE_OTHER },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One)"
	    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140"
	    " Safari/537.36 Edge/18.19041", DEVICE_OTHER },
	{ "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36"
	    " (KHTML, like Gecko) OculusBrowser/35.2.0"
	    " Chrome/128.0.6613.149 Safari/537.36", DEVICE_OTHER },
};

#endif
