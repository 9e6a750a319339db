#include "support/suite.h"
#include "agents.h"

START_TEST(browsers_tell_what_they_run_on)
{
	enum device got = device_of(str_of(agents[_i].text));

	ck_assert_msg(got == agents[_i].device, "%.*s: %s",
	    STR_ARG(device_name(got)), agents[_i].text);
} END_TEST

static const struct {
	const char *text;
	enum device device;
} others[] = {
	{ "", DEVICE_OTHER },
	{ "-", DEVICE_OTHER },
	{ "curl/7.88.1", DEVICE_OTHER },
	{ "Googlebot/2.1 (+http://www.google.com/bot.html)", DEVICE_OTHER },
	{ "Mozilla/5.0 (Linux; Android 11; SM-R860) Watch", DEVICE_OTHER },
	/* Words, not letters within a word. */
	{ "Mozilla/5.0 (Windows NT 10.0) Shaft/1", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (Windows NT 10.0) Swatch/1", DEVICE_DESKTOP },
	{ "mozilla/5.0 (ipad; cpu os 17_6)", DEVICE_TABLET },
	{ "MOZILLA/5.0 (IPHONE)", DEVICE_MOBILE },
	/* The pen is Windows', the tablet's own word stands beside it. */
	{ "Mozilla/5.0 (Tablet PC 2.0) Tablet", DEVICE_TABLET },
	/* Cut short. */
	{ "Mozilla/5.0 (Windows Phon", DEVICE_DESKTOP },
	{ "Mozilla/5.0 (iPhon", DEVICE_OTHER },
};

START_TEST(the_first_word_of_the_table_decides)
{
	enum device got = device_of(str_of(others[_i].text));

	ck_assert_msg(got == others[_i].device, "%.*s: %s",
	    STR_ARG(device_name(got)), others[_i].text);
} END_TEST

START_TEST(names_are_read_back)
{
	static const char *const wrong[] = { "", "Desktop", "phone",
		"mobile " };
	enum device d;

	for (int i = 0; i < DEVICE_COUNT; i++) {
		ck_assert(!device_parse(device_name(i), &d));
		ck_assert_int_eq((int)d, i);
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		ck_assert_int_eq(device_parse(str_of(wrong[i]), &d),
		    ERR_INPUT);
} END_TEST

SUITE(device)
{
	SUITE_LOOP(browsers_tell_what_they_run_on, COUNT(agents));
	SUITE_LOOP(the_first_word_of_the_table_decides, COUNT(others));
	SUITE_TEST(names_are_read_back);
}
