/* Tests form/jsonpost. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "form/form.h"
#include "form/jsonpost.h"
#include "support/suite.h"

#define SAID_BYTES_MAX 4000

static const struct field fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL },
	{ .name = STR("themes"), .kind = FIELD_CHOICES },
	{ .name = STR("staff"), .kind = FIELD_NUMBER },
	{ .name = STR("box"), .kind = FIELD_CONSENT },
};
static const struct form_consent consents[] = {
	{ .key = STR("call") }, { .key = STR("news") },
};
static const struct form form = {
	.field = fields, .fields = COUNT(fields),
	.consent = consents, .consents = COUNT(consents),
};

/* "name=value\n", then "at ?\n" (unknown) or "at !\n" (another kind). */
static struct str
said(const struct jsonpost *p)
{
	struct buf b;

	buf_init(&b, suite_arena(), SAID_BYTES_MAX);
	for (size_t i = 0; i < p->count; i++)
		buf_addf(&b, "%.*s=%.*s\n", STR_ARG(p->pair[i].name),
		    STR_ARG(p->pair[i].value));
	for (size_t i = 0; i < p->mistakes; i++)
		buf_addf(&b, "%.*s %c\n", STR_ARG(p->mistake[i].at),
		    p->mistake[i].is_unknown ? '?' : '!');
	return buf_str(&b);
}

#define FIELDS(members) "{\"fields\":{" members "}}"
#define CONSENTS(members) "{\"consents\":{" members "}}"
static const struct { const char *json, *said; } bodies[] = {
	{ "{}", "" },
	{ " \r\n\t{ } ", "" },
	{ "{\"fields\":null,\"consents\":null,\"touch\":null,\"lang\":null,"
	    "\"consent_hash\":null}", "" },
	{ FIELDS("\"email\":\"ana@example.org\""), "email=ana@example.org\n" },
	{ FIELDS("\"email\":\"\\u00e9\\ud83d\\ude00\""),
	    "email=\xc3\xa9\xf0\x9f\x98\x80\n" },
	{ FIELDS("\"email\":\"a\\nb\\u0007\""), "email=a\nb\a\n" },
	{ FIELDS("\"email\":\"\""), "email=\n" },
	{ FIELDS("\"email\":null,\"staff\":false"), "" },
	{ FIELDS("\"box\":true"), "box=1\n" },
	{ FIELDS("\"staff\":1250"), "staff=1250\n" },
	{ FIELDS("\"staff\":-0.05"), "staff=-0.05\n" },
	{ FIELDS("\"staff\":1250.1"), "staff=1250.1\n" },
	{ FIELDS("\"staff\":123456.123456"), "staff=123456.123456\n" },
	{ FIELDS("\"staff\":9223372036854775807"),
	    "staff=9223372036854775807\n" },
	{ FIELDS("\"staff\":1e3"), "staff=1000.0\n" },
	{ FIELDS("\"themes\":[\"heat\",\"light\"]"),
	    "themes=heat\nthemes=light\n" },
	{ FIELDS("\"themes\":[]"), "" },
	{ FIELDS("\"themes\":[\"heat\",null,7]"), "themes=heat\nthemes=7\n" },
	{ FIELDS("\"email\":[\"a\",\"b\"]"), "email=a\nemail=b\n" },
	{ FIELDS("\"email\":{}"), "/fields/email !\n" },
	{ FIELDS("\"themes\":[\"heat\",[]]"),
	    "themes=heat\n/fields/themes !\n" },
	{ FIELDS("\"themes\":[{},\"heat\"]"),
	    "themes=heat\n/fields/themes !\n" },
	/* What nobody asked for is not dropped in silence. */
	{ FIELDS("\"e-mail\":\"x\""), "/fields/e-mail ?\n" },
	{ FIELDS("\"website\":\"x\""), "/fields/website ?\n" },
	{ FIELDS("\"piste_token\":\"x\""), "/fields/piste_token ?\n" },
	{ FIELDS("\"consent.call\":\"1\""), "/fields/consent.call ?\n" },
	{ FIELDS("\"a/b~c\":1"), "/fields/a~1b~0c ?\n" },
	{ FIELDS("\"\":1"), "/fields/ ?\n" },
	{ "{\"fields\":[]}", "/fields !\n" },
	{ "{\"fields\":\"email\"}", "/fields !\n" },
	{ "{\"field\":{}}", "/field ?\n" },
	{ CONSENTS("\"call\":true"), "consent.call=1\n" },
	{ CONSENTS("\"call\":false"), "" },
	/* A consent is never guessed. */
	{ CONSENTS("\"call\":\"true\""), "/consents/call !\n" },
	{ CONSENTS("\"call\":1"), "/consents/call !\n" },
	{ CONSENTS("\"call\":null"), "/consents/call !\n" },
	{ CONSENTS("\"call\":[true]"), "/consents/call !\n" },
	{ CONSENTS("\"sell\":true"), "/consents/sell ?\n" },
	{ "{\"lang\":1}", "/lang !\n" },
	{ "{\"consent_hash\":{}}", "/consent_hash !\n" },
	{ "{\"touch\":{\"source\":1}}", "/touch/source !\n" },
	{ "{\"touch\":{\"utm_source\":\"x\"}}", "/touch/utm_source ?\n" },
};

START_TEST(a_body_says_what_a_form_would)
{
	struct jsonpost p;

	ck_assert_int_eq(jsonpost_parse(suite_arena(), &form,
	    str_of(bodies[_i].json), &p), OK);
	ck_assert_str_same(said(&p), str_of(bodies[_i].said));
	ck_assert(!p.has_consent || !strncmp(bodies[_i].said, "consent.", 8));
} END_TEST

static const struct { struct str json; const char *why; } broken[] = {
	{ STR(""), "line 1" }, { STR("{"), "line 1" },
	{ STR("{\"a\":1"), "line 1" }, { STR("\n\n{]"), "line 3" },
	{ STR("{\"a\":1,\"a\":2}"), "duplicate" },
	{ STR(FIELDS("\"email\":1,\"email\":2")), "duplicate" },
	{ STR("{} {}"), "line 1" }, { STR("{'a':1}"), "line 1" },
	{ STR("{\"a\":01}"), "line 1" }, { STR("{\"a\":NaN}"), "line 1" },
	{ STR("{\"a\":1e999}"), "overflow" }, { STR("\xef\xbb\xbf{}"), 0 },
	{ STR("{\"a\":\"\\u0000\"}"), 0 }, { STR("{\"a\":\"\0\"}"), 0 },
	{ STR(FIELDS("\"staff\":12\0")), "NUL" },
	{ STR("{\"a\":\"\xe9\"}"), 0 }, { STR("{\"\\ud800\":1}"), 0 },
	{ STR("[]"), "no JSON object" }, { STR("null"), 0 },
	{ STR("\"{}\""), 0 }, { STR("email=ana"), 0 },
};

START_TEST(what_is_no_object_is_told)
{
	struct jsonpost p;

	ck_assert_int_eq(jsonpost_parse(suite_arena(), &form, broken[_i].json,
	    &p), ERR_INPUT);
	ck_assert_uint_eq(p.count, 0);
	ck_assert_uint_gt(p.why.n, 0);
	if (broken[_i].why)
		ck_assert_msg(memmem(p.why.p, p.why.n, broken[_i].why,
		    strlen(broken[_i].why)) != NULL, "%.*s", STR_ARG(p.why));
} END_TEST

START_TEST(members_are_told)
{
	const char *json = "{\"lang\":\"en\",\"consent_hash\":\"ab\","
	    "\"consents\":{\"news\":true,\"call\":false},\"touch\":{"
	    "\"source\":\"news\\u0007\",\"medium\":\"mail\",\"campaign\":"
	    "\"ana@firm.fr\",\"click_id\":null}}";
	struct jsonpost p;

	ck_assert_int_eq(jsonpost_parse(suite_arena(), &form, str_of(json),
	    &p), OK);
	ck_assert_uint_eq(p.mistakes, 0);
	ck_assert(p.has_consent);
	ck_assert_str_same(p.lang, STR("en"));
	ck_assert_str_same(p.consent_hash, STR("ab"));
	/* As of a page's address: no controls, and nobody's address. */
	ck_assert_str_same(p.touch.source, STR_EMPTY);
	ck_assert_str_same(p.touch.medium, STR("mail"));
	ck_assert_str_same(p.touch.campaign, STR_EMPTY);
	ck_assert_str_same(p.touch.click_id, STR_EMPTY);
} END_TEST

/* head, count times piece with commas between, tail. */
static struct str
repeated(const char *head, const char *piece, size_t count, const char *tail)
{
	struct buf b;

	buf_init(&b, suite_arena(), 1 << 20);
	buf_add(&b, str_of(head));
	for (size_t i = 0; i < count; i++)
		buf_add(&b, str_of(piece));
	buf_add(&b, str_of(tail));
	return buf_str(&b);
}

START_TEST(limits_hold)
{
	static const struct {
		const char *head, *piece, *tail;
		size_t most;
	} cases[] = {
		{ "{\"fields\":{\"themes\":[", "\"a\",", "null]}}",
		    JSONPOST_VALUES_MAX },
		{ "{\"fields\":{\"email\":\"", "a", "\"}}",
		    JSONPOST_VALUE_BYTES_MAX },
		{ "{\"lang\":\"", "a", "\"}", JSONPOST_VALUE_BYTES_MAX },
	};
	struct jsonpost p;

	for (size_t n = 0; n < 2; n++)
		ck_assert_int_eq(jsonpost_parse(suite_arena(), &form,
		    repeated(cases[_i].head, cases[_i].piece,
		    cases[_i].most + n, cases[_i].tail), &p),
		    n ? ERR_LIMIT : OK);
} END_TEST

START_TEST(mistakes_are_counted_up_to_a_limit)
{
	struct buf b;
	struct jsonpost p;

	buf_init(&b, suite_arena(), 1 << 20);
	buf_byte(&b, '{');
	for (int i = 0; i <= JSONPOST_MISTAKES_MAX; i++)
		buf_addf(&b, "%s\"m%d\":1", i ? "," : "", i);
	buf_byte(&b, '}');
	ck_assert_int_eq(jsonpost_parse(suite_arena(), &form, buf_str(&b), &p),
	    OK);
	ck_assert_uint_eq(p.mistakes, JSONPOST_MISTAKES_MAX);
} END_TEST

/* A pointer is cut at a character. */
START_TEST(a_long_name_is_cut)
{
	struct jsonpost p;

	ck_assert_int_eq(jsonpost_parse(suite_arena(), &form,
	    repeated("{\"x", "\xc3\xa9", 40, "\":1}"), &p), OK);
	ck_assert_uint_eq(p.mistakes, 1);
	ck_assert_uint_eq(p.mistake[0].at.n, 64);
	ck_assert(str_is_utf8(p.mistake[0].at));
} END_TEST

SUITE(jsonpost)
{
	SUITE_LOOP(a_body_says_what_a_form_would, COUNT(bodies));
	SUITE_LOOP(what_is_no_object_is_told, COUNT(broken));
	SUITE_TEST(members_are_told);
	SUITE_LOOP(limits_hold, 3);
	SUITE_TEST(mistakes_are_counted_up_to_a_limit);
	SUITE_TEST(a_long_name_is_cut);
}
