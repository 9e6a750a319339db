/* Tests src/lead/scenario.c and scenariostep.c. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lead/scenario.h"
#include "support/suite.h"

#define SITE_BYTES_MAX ((size_t)1 << 20)
#define WORDS "{\"fr\": \"a\", \"en\": \"b\"}"
#define MAIL "{\"key\": \"m\", \"do\": \"mail\", \"content\": [{\"subject\": " \
	WORDS ", \"text\": " WORDS "}]}"
#define ENTER "{\"when\": \"submission\", \"pages\": [\"p1\"]}"

/* A site with one scenario of such members beside its key and name. */
static struct str
site_of(const char *members)
{
	return buf_fmt(suite_arena(), SITE_BYTES_MAX, "{\"offers\": [{\"key\":"
	    " \"o1\"}], \"pages\": [{\"key\": \"p1\"}], \"consents\": [{"
	    "\"key\": \"c\", \"purpose\": \"news\", \"channel\": \"email\","
	    " \"recipient\": \"us\"}, {\"key\": \"d\", \"purpose\": \"calls\","
	    " \"channel\": \"phone\", \"recipient\": \"us\"}], \"scenarios\":"
	    " [{\"key\": \"s\", \"name\": " WORDS "%s}]}", members);
}

static struct str
complaints_of(struct str site)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	enum err e = scenario_check(suite_arena(), site, out);

	fclose(out);
	ck_assert_int_eq(e, n ? ERR_INPUT : OK);
	return arena_copy(suite_arena(), (struct str){ text, n });
}

/* With one step in place of the mail. */
#define STEP(step) ", \"purpose\": \"news\", \"enter\": " ENTER \
	", \"steps\": [" step "]"

static const struct {
	const char *members;
	const char *complaint;	/* without "$.scenarios[0]"; "": none */
} cases[] = {
	{ STEP(MAIL), "" },
	{ STEP("{\"key\": \"w\", \"do\": \"wait\", \"days\": 730}"), "" },
	{ STEP("{\"key\": \"w\", \"do\": \"wait\", \"days\": 731}"),
	    ".steps[0].days: must be a whole number from 0 to 730" },
	{ STEP("{\"key\": \"w\", \"do\": \"wait\", \"days\": 730,"
	    " \"minutes\": 1}"), ".steps[0]: waits for more than 730 days" },
	{ STEP("{\"key\": \"w\", \"do\": \"wait\"}"),
	    ".steps[0]: waits for no time: days, hours, minutes" },
	{ STEP("{\"key\": \"w\", \"do\": \"dance\"}"), ".steps[0].do: must be"
	    " one of wait, mail, condition, notify, stage, stop" },
	{ STEP("{\"key\": \"w\"}"), ".steps[0].do: is needed" },
	{ STEP("{\"do\": \"stop\"}"), ".steps[0].key: is needed" },
	{ STEP("{\"key\": \"w\", \"do\": \"stop\"}, {\"key\": \"w\","
	    " \"do\": \"stop\"}"), ".steps[1].key: is there twice" },
	{ STEP("{\"key\": \"w\", \"do\": \"stop\", \"days\": 1}"),
	    ".steps[0].days: there is no such member" },
	{ STEP("7"), ".steps[0]: must be an object" },
	{ STEP(""), ".steps: has no step" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\"}"),
	    ".steps[0].content: is needed" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": []}"),
	    ".steps[0].content: has nothing to send" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": [{"
	    "\"offers\": [\"o1\"], \"subject\": " WORDS ", \"text\": " WORDS
	    "}]}"), ".steps[0].content: the last one must be for anybody:"
	    " without offers and stages" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": [{"
	    "\"offers\": [\"o2\"], \"subject\": " WORDS ", \"text\": " WORDS
	    "}, {\"subject\": " WORDS ", \"text\": " WORDS "}]}"),
	    ".steps[0].content[0].offers[0]: there is no such one among the"
	    " site's offers" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": [{"
	    "\"subject\": {\"fr\": \"a\\nb\"}, \"text\": " WORDS "}]}"),
	    ".steps[0].content[0].subject.fr: must be without control"
	    " characters" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": [{"
	    "\"subject\": " WORDS ", \"text\": " WORDS ", \"buttons\": [{"
	    "\"label\": " WORDS ", \"page\": \"p2\"}]}]}"),
	    ".steps[0].content[0].buttons[0].page: there is no such page" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": [{"
	    "\"subject\": " WORDS ", \"text\": " WORDS ", \"buttons\": [{"
	    "\"label\": " WORDS ", \"url\": \"javascript:x\"}]}]}"),
	    ".steps[0].content[0].buttons[0].url: is no address: https://…" },
	{ STEP("{\"key\": \"m\", \"do\": \"mail\", \"content\": [{"
	    "\"subject\": " WORDS ", \"text\": " WORDS ", \"buttons\": [{"
	    "\"label\": " WORDS "}]}]}"), ".steps[0].content[0].buttons[0]:"
	    " leads nowhere: page, asset, site or url" },
	{ STEP("{\"key\": \"c\", \"do\": \"condition\", \"if\": {\"score\":"
	    " 40}, \"then\": \"m\"}, {\"key\": \"x\", \"do\": \"stop\"}, "
	    MAIL), "" },
	{ STEP(MAIL ", {\"key\": \"c\", \"do\": \"condition\", \"if\": {"
	    "\"score\": 40}, \"then\": \"m\"}"), ".steps[1].then: leads back:"
	    " people would go in a circle" },
	{ STEP("{\"key\": \"c\", \"do\": \"condition\", \"if\": {\"score\":"
	    " 40}, \"then\": \"c\"}"), ".steps[0].then: leads back: people"
	    " would go in a circle" },
	{ STEP("{\"key\": \"c\", \"do\": \"condition\", \"if\": {\"score\":"
	    " 40}, \"then\": \"z\"}"), ".steps[0].then: there is no such"
	    " step" },
	{ STEP("{\"key\": \"c\", \"do\": \"condition\", \"if\": {\"score\":"
	    " 40}, \"then\": \"m\"}, " MAIL), ".steps[0]: leads to the same"
	    " step either way" },
	{ STEP("{\"key\": \"c\", \"do\": \"condition\", \"if\": {\"score\":"
	    " 101}, \"then\": \"x\"}, " MAIL ", {\"key\": \"x\", \"do\":"
	    " \"stop\"}"), ".steps[0].if.score: must be a whole number from 1"
	    " to 100" },
	{ STEP("{\"key\": \"c\", \"do\": \"condition\", \"if\": {},"
	    " \"then\": \"x\"}, " MAIL ", {\"key\": \"x\", \"do\":"
	    " \"stop\"}"), ".steps[0].if: asks nothing" },
	{ STEP("{\"key\": \"s\", \"do\": \"stage\", \"to\": \"mql\"}"), "" },
	{ STEP("{\"key\": \"s\", \"do\": \"stage\", \"to\":"
	    " \"nurturing\"}"), ".steps[0].reason: is needed" },
	{ STEP("{\"key\": \"s\", \"do\": \"stage\", \"to\":"
	    " \"customer\"}"), ".steps[0].to: must be one of mql, nurturing,"
	    " disqualified" },
	{ STEP("{\"key\": \"n\", \"do\": \"notify\", \"to\": \"us@b.fr\","
	    " \"subject\": \"a\", \"text\": \"b\"}"), "" },
	{ STEP("{\"key\": \"n\", \"do\": \"notify\", \"to\": \"us\","
	    " \"subject\": \"a\", \"text\": \"b\"}"),
	    ".steps[0].to: is no e-mail address" },
	{ STEP(MAIL) ", \"stop\": [\"answered\", \"converted\","
	    " \"submission\"]", "" },
	{ STEP(MAIL) ", \"stop\": [\"rain\"]", ".stop[0]: must be one of"
	    " answered, converted, submission" },
	{ STEP(MAIL) ", \"again_days\": 3651", ".again_days: must be a whole"
	    " number from 0 to 3650" },
	{ STEP(MAIL) ", \"state\": \"on\"", ".state: must be one of running,"
	    " paused, archived" },
	{ STEP(MAIL) ", \"colour\": 1", ".colour: there is no such member" },
	{ ", \"purpose\": \"calls\", \"enter\": " ENTER ", \"steps\": [" MAIL
	    "]", ".purpose: no consent asks for it, by email, for us" },
	{ ", \"enter\": " ENTER ", \"steps\": [" MAIL "]",
	    ".purpose: is needed" },
	{ ", \"purpose\": \"news\", \"steps\": [" MAIL "]",
	    ".enter: is needed" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"stage\"},"
	    " \"steps\": [" MAIL "]", ".enter.stages: is needed" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"stage\","
	    " \"stages\": [\"nurturing\"], \"offers\": [\"o1\"]}, \"steps\": ["
	    MAIL "]", "" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"event\","
	    " \"event\": \"webinar\", \"names\": [\"w1\"]}, \"steps\": [" MAIL
	    "]", "" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"stage\","
	    " \"stages\": [\"mql\", \"lost\"]}, \"steps\": [" MAIL "]",
	    ".enter.stages[1]: must be one of lead, mql, sql, opportunity,"
	    " customer, nurturing" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"event\"},"
	    " \"steps\": [" MAIL "]", ".enter.event: is needed" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"event\","
	    " \"event\": \"rain\"}, \"steps\": [" MAIL "]", ".enter.event:"
	    " must be one of page_view, page_meaningful, document, mail_link,"
	    " form_started, webinar" },
	{ ", \"purpose\": \"news\", \"enter\": {\"when\": \"submission\","
	    " \"stages\": [\"lead\"]}, \"steps\": [" MAIL "]",
	    ".enter.stages: there is no such member" },
};

START_TEST(mistakes_are_told_with_their_path)
{
	struct str want = *cases[_i].complaint ? buf_fmt(suite_arena(), 1000,
	    "$.scenarios[0]%s\n", cases[_i].complaint) : STR_EMPTY;

	ck_assert_str_same(complaints_of(site_of(cases[_i].members)), want);
} END_TEST

START_TEST(all_mistakes_are_told)
{
	struct str told = complaints_of(site_of(STEP("{\"key\": \"w\","
	    " \"do\": \"wait\"}, {\"key\": \"v\", \"do\": \"rain\"}")
	    ", \"state\": \"on\""));
	size_t lines = 0;

	for (size_t i = 0; i < told.n; i++)
		lines += told.p[i] == '\n';
	ck_assert_uint_eq(lines, 3);
} END_TEST

START_TEST(limits_are_kept)
{
	struct buf b;
	int count = SCENARIO_STEPS_MAX + _i;

	buf_init(&b, suite_arena(), SITE_BYTES_MAX);
	buf_add(&b, STR(", \"purpose\": \"news\", \"enter\": " ENTER
	    ", \"steps\": ["));
	for (int i = 0; i < count; i++)
		buf_addf(&b, "%s{\"key\": \"k%d\", \"do\": \"stop\"}",
		    i ? "," : "", i);
	buf_byte(&b, ']');
	buf_byte(&b, '\0');
	ck_assert_int_eq(complaints_of(site_of(b.p)).n > 0, _i);
} END_TEST

static const char applied[] = "{\"key\": \"s\", \"name\": " WORDS
    ", \"purpose\": \"news\", \"enter\": " ENTER ", \"stop\": [\"answered\","
    " \"submission\"], \"steps\": [{\"key\": \"w\", \"do\": \"wait\","
    " \"days\": 1, \"hours\": 2, \"minutes\": 3}, {\"key\": \"c\", \"do\":"
    " \"condition\", \"if\": {\"event\": \"document\"}, \"else\": \"x\"},"
    " {\"key\": \"m\", \"do\": \"mail\", \"content\": [{\"subject\": " WORDS
    ", \"text\": " WORDS ", \"buttons\": [{\"label\": " WORDS ", \"page\":"
    " \"p1\"}, {\"label\": " WORDS ", \"url\": \"https://x.fr\"}]}]},"
    " {\"key\": \"x\", \"do\": \"stop\"}]}";

START_TEST(what_was_applied_is_read)
{
	struct scenario s;

	ck_assert_int_eq(scenario_read(suite_arena(), str_of(applied), &s), OK);
	ck_assert_uint_eq(s.steps, 4);
	ck_assert_uint_eq(s.ends, SCENARIO_ANSWERED | SCENARIO_SUBMISSION);
	ck_assert_str_same(s.state, STR("running"));
	ck_assert_int_eq(s.step[0].wait_ms, INT64_C(93780000));
	ck_assert_uint_eq(s.step[1].then, 2);
	ck_assert_uint_eq(s.step[1].otherwise, 3);
	ck_assert_int_eq(s.step[1].condition.within_ms, INT64_C(2592000000));
	ck_assert_uint_eq(scenario_find(&s, STR("m")), 2);
	ck_assert_uint_eq(scenario_find(&s, STR("z")), 4);
	ck_assert_str_same(scenario_buttons(suite_arena(),
	    &s.step[2].content[0], LANG_EN), STR("[{\"label\":\"b\",\"link\":"
	    "{\"kind\":\"page\",\"page\":\"p1\"}},{\"label\":\"b\",\"link\":"
	    "{\"kind\":\"url\",\"url\":\"https://x.fr\"}}]"));
} END_TEST

START_TEST(what_makes_no_sense_is_not_read)
{
	static const char *const wrong[] = { "", "[]", "{}", "{\"key\": \"s\"}",
		"{\"key\": \"s\", \"steps\": [{\"key\": \"a\"}]}" };
	struct scenario s;

	ck_assert_int_eq(scenario_read(suite_arena(), str_of(wrong[_i]), &s),
	    ERR_INPUT);
} END_TEST

SUITE(scenario)
{
	SUITE_LOOP(mistakes_are_told_with_their_path, COUNT(cases));
	SUITE_TEST(all_mistakes_are_told);
	SUITE_LOOP(limits_are_kept, 2);
	SUITE_TEST(what_was_applied_is_read);
	SUITE_LOOP(what_makes_no_sense_is_not_read, 5);
}
