/* Tests src/base/conf.c, src/base/log.c and src/base/clock.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/lang.h"
#include "base/log.h"
#include "support/suite.h"

/* Load a file of that text; *said gets the complaints. */
static enum err
load(const char *text, struct conf *c, char **said)
{
	const char *path = buf_fmt(suite_arena(), 400, "%s/piste.conf",
	    suite_directory().p).p;
	FILE *f, *complaints;
	size_t n;
	enum err e;

	path = arena_copy(suite_arena(), str_of(path)).p;
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	complaints = open_memstream(said, &n);
	e = conf_load(path, c, complaints);
	fclose(complaints);
	return e;
}

START_TEST(defaults_file_and_environment_win_in_turn)
{
	struct conf c;
	char *said;

	setenv("PISTE_CREW", "9", 1);
	ck_assert_int_eq(load("# a comment\n\n min_fill_ms = 0 \ncrew=2\n"
	    "url = https://example.org\nstaff_lang = en\n", &c, &said), OK);
	ck_assert_str_eq(said, "");
	ck_assert(c.staff_lang == LANG_EN);
	ck_assert(c.min_fill_ms == 0);
	ck_assert(c.crew == 9);
	ck_assert_str_same(c.url, STR("https://example.org"));
	ck_assert_str_same(c.static_url, STR("/static"));
	ck_assert(c.listen_mode == 0660);
	ck_assert(!c.keep_full_address);
} END_TEST

static const struct {
	const char *text, *reason;
} mistakes[] = {
	{ "x = 1\n", ":1: x: no such setting" },
	{ "\ncrew\n", ":2: crew: not of the form" },
	{ "crew = 0\n", ":1: crew: not a whole number in its range" },
	{ "crew = 65\n", ":1: crew: not a whole number in its range" },
	{ "crew = 4x\n", ":1: crew: not a whole number in its range" },
	{ "keep_full_address = 1\n", "neither yes nor no" },
	{ "staff_lang = de\n", ":1: staff_lang: neither fr nor en" },
	{ "listen_mode = 0668\n", "not an octal number" },
	{ "listen_mode = 10000\n", "not an octal number" },
	{ "metrics_from = localhost\n", "not a list of addresses" },
	{ "url = a\x01b\n", "control character" },
	{ "url =\n", ":1: url: not http:// or https://" },
	{ "url = www.example.org\n", "not http:// or https://" },
	{ "url = ftp://example.org\n", "not http:// or https://" },
	{ "url = https://\n", "not http:// or https://" },
	{ "url = https:///x\n", "not http:// or https://" },
	{ "url = https://example.org/\n", "without a slash at the end" },
	{ "smtp_url = mail.example.org\n", "not smtp:// or smtps://" },
	{ "smtp_url = http://example.org\n", "not smtp:// or smtps://" },
	{ "smtp_url = smtp://\n", "not smtp:// or smtps://" },
	{ "listen = run/piste.sock\n", ":1: listen: neither an absolute" },
	{ "listen = localhost:9000\n", "neither an absolute path" },
	{ "listen = 127.0.0.1:0\n", "neither an absolute path" },
	{ "listen =\n", "neither an absolute path" },
	{ "state =\n", ":1: state: not an absolute path" },
	{ "spool =\n", "not an absolute path" },
	{ "assets = assets\n", "not an absolute path" },
	{ "templates = ./templates\n", "not an absolute path" },
	{ "geo = city.mmdb\n", "not an absolute path" },
	{ "nurture_from = 20\nnurture_to = 8\n", "no hour is left" },
	{ "nurture_from = 8\nnurture_to = 8\n", "no hour is left" },
};

/* What is close to a mistake, and none. */
static const char *const no_mistakes[] = {
	"geo =\ngeo6 =\n", "geo = /x\n", "state = /\n",
	"listen = 127.0.0.1:9000\n", "listen = [::1]:9000\n",
	"url = http://127.0.0.1:8080\n", "url = https://example.org/site\n",
	"nurture_from = 8\nnurture_to = 9\n",
};

START_TEST(what_is_right_is_taken)
{
	struct conf c;
	char *said;

	ck_assert_msg(!load(no_mistakes[_i], &c, &said), "%s", said);
} END_TEST

START_TEST(a_mistake_is_named_with_its_line)
{
	struct conf c;
	char *said;

	ck_assert_int_eq(load(mistakes[_i].text, &c, &said), ERR_INPUT);
	ck_assert_msg(strstr(said, mistakes[_i].reason) != NULL, "%s", said);
} END_TEST

START_TEST(a_value_has_its_length)
{
	char text[CONF_VALUE_BYTES_MAX + 20], *said;
	struct conf c;

	memset(text, 'x', sizeof text);
	memcpy(text, "geo = /", 7);
	text[6 + CONF_VALUE_BYTES_MAX] = '\0';
	ck_assert_int_eq(load(text, &c, &said), OK);
	ck_assert_uint_eq(c.geo.n, CONF_VALUE_BYTES_MAX);
	text[6 + CONF_VALUE_BYTES_MAX] = 'x';
	text[7 + CONF_VALUE_BYTES_MAX] = '\0';
	ck_assert_int_eq(load(text, &c, &said), ERR_INPUT);
} END_TEST

START_TEST(a_file_that_was_named_must_be_there)
{
	struct conf c;

	ck_assert_int_eq(conf_load("/nowhere/piste.conf", &c, stderr),
	    ERR_INPUT);
} END_TEST

START_TEST(a_directory_is_no_file)
{
	struct conf c;
	char *said;
	size_t n;
	FILE *complaints = open_memstream(&said, &n);

	ck_assert_int_eq(conf_load("/tmp", &c, complaints), ERR_INPUT);
	fclose(complaints);
	ck_assert_str_eq(said, "/tmp: Is a directory\n");
} END_TEST

START_TEST(every_setting_has_help_and_a_good_default)
{
	size_t rows = 0;
	struct conf c;
	char *said;

	for (; conf_row(rows); rows++)
		ck_assert(conf_row(rows)->help[0] != '\0');
	ck_assert_uint_gt(rows, 20);
	ck_assert_ptr_null(conf_row(rows + 1));
	ck_assert_int_eq(load("", &c, &said), OK);
} END_TEST

/* What log_event writes, caught on a pipe in place of standard error. */
static struct str
caught(void (*say)(void))
{
	static char text[2 * LOG_LINE_BYTES_MAX];
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	say();
	dup2(saved, STDERR_FILENO);
	close(ends[1]);
	n = read(ends[0], text, sizeof text);
	close(ends[0]);
	return (struct str){ text, n > 0 ? (size_t)n : 0 };
}

static void
say_fields(void)
{
	log_event(LOG_WARN, "test.event", LOG_Z("plain", "a-b/c"),
	    LOG_Z("odd", "a b\"\\\n\x1b="), LOG_INT("n", -5),
	    LOG_STR("none", STR_EMPTY));
}

static void
say_much(void)
{
	static char long_text[LOG_LINE_BYTES_MAX];

	memset(long_text, 'x', sizeof long_text - 1);
	log_event(LOG_WARN, "test.long", LOG_Z("text", long_text));
}

static void
say_little(void)
{
	log_event(LOG_DEBUG, "test.quiet");
}

START_TEST(a_log_line_is_one_line)
{
	clock_pin(INT64_C(1795256430123));
	log_level_set(LOG_INFO);
	log_request_set(STR("req-1"));
	ck_assert_str_same(caught(say_fields),
	    STR("time=2026-11-21T10:20:30.123Z level=warn event=test.event"
	    " request=req-1 plain=a-b/c odd=\"a b\\\"\\\\\\x0a\\x1b=\" n=-5"
	    " none=\"\"\n"));
	ck_assert_uint_eq(caught(say_much).n, LOG_LINE_BYTES_MAX);
	ck_assert(str_has_suffix(caught(say_much), STR("\xe2\x80\xa6\n")));
	ck_assert_uint_eq(caught(say_little).n, 0);
} END_TEST

START_TEST(the_clock_can_be_pinned)
{
	int64_t before;

	clock_pin(5000);
	ck_assert(clock_now_ms() == 5000);
	clock_pin(-1);
	before = clock_mono_ms();
	ck_assert(clock_now_ms() > INT64_C(1700000000000));
	ck_assert(clock_mono_ms() >= before);
} END_TEST

SUITE(conf)
{
	SUITE_TEST(defaults_file_and_environment_win_in_turn);
	SUITE_LOOP(a_mistake_is_named_with_its_line, COUNT(mistakes));
	SUITE_LOOP(what_is_right_is_taken, COUNT(no_mistakes));
	SUITE_TEST(a_directory_is_no_file);
	SUITE_TEST(a_value_has_its_length);
	SUITE_TEST(a_file_that_was_named_must_be_there);
	SUITE_TEST(every_setting_has_help_and_a_good_default);
	SUITE_TEST(a_log_line_is_one_line);
	SUITE_TEST(the_clock_can_be_pinned);
}
