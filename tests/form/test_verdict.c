/* Tests form/verdict. */
#include <string.h>

#include "base/buf.h"
#include "form/verdict.h"
#include "support/suite.h"

static const struct {
	enum field_kind kind;
	struct str input;
	const char *verdict;
} values[] = {
	{ FIELD_EMAIL, STR("Ana@Example.ORG"), "{\"input\":\"Ana@Example.ORG\","
	    "\"ok\":true,\"value\":\"Ana@example.org\"}" },
	{ FIELD_EMAIL, STR("ana"),
	    "{\"input\":\"ana\",\"ok\":false,\"error\":\"not-email\"}" },
	{ FIELD_EMAIL, STR(""),
	    "{\"input\":\"\",\"ok\":false,\"error\":\"missing\"}" },
	{ FIELD_EMAIL, STR("a\xff"),
	    "{\"input\":\"a\ufffd\",\"ok\":false,\"error\":\"not-text\"}" },
	{ FIELD_PHONE, STR("06 12 34 56 78"), "{\"input\":\"06 12 34 56 78\","
	    "\"ok\":true,\"value\":\"+33612345678\"}" },
	{ FIELD_PHONE, STR("06\0"), "{\"input\":\"06\\u0000\",\"ok\":false,"
	    "\"error\":\"not-text\"}" },
};

START_TEST(a_value_gets_a_line)
{
	ck_assert_str_same(verdict_value(suite_arena(), values[_i].kind,
	    STR("FR"), values[_i].input), str_of(values[_i].verdict));
} END_TEST

static const struct field_option themes[] = {
	{ .value = STR("heat") }, { .value = STR("light") },
};
static const struct field fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL, .is_required = true },
	{ .name = STR("name"), .kind = FIELD_NAME },
	{ .name = STR("themes"), .kind = FIELD_CHOICES, .option = themes,
	    .options = COUNT(themes) },
	{ .name = STR("staff"), .kind = FIELD_NUMBER,
	    .show_if = { 2, &themes[1].value, 1 } },
	{ .name = STR("cv"), .kind = FIELD_FILE },
};
static const struct form_consent consents[] = {
	{ .key = STR("call"), .is_required = true },
};
static const struct form form = {
	.country = STR("FR"),
	.field = fields, .fields = COUNT(fields),
	.consent = consents, .consents = COUNT(consents),
};

/* What follows "input" in the verdict. */
static const struct { const char *input, *rest; } posts[] = {
	{ "{\"email\":\"ana@example.org\",\"consent.call\":true}",
	    "\"ok\":true,\"value\":{\"email\":\"ana@example.org\","
	    "\"consent.call\":true}}" },
	{ "{\"name\":\"a\\nb\",\"consent.call\":false}",
	    "\"ok\":false,\"error\":\"invalid\",\"errors\":{"
	    "\"email\":\"missing\",\"name\":\"not-line\","
	    "\"consent.call\":\"missing\"}}" },
	{ "{\"email\":\"a@b.fr\",\"consent.call\":true,"
	    "\"themes\":[\"light\",\"heat\"],\"staff\":\"1 250\"}",
	    "\"ok\":true,\"value\":{\"email\":\"a@b.fr\","
	    "\"themes\":[\"heat\",\"light\"],\"staff\":\"1250\","
	    "\"consent.call\":true}}" },
	{ "{\"email\":\"a@b.fr\",\"consent.call\":true,"
	    "\"themes\":\"heat\",\"staff\":\"none\"}",
	    "\"ok\":true,\"value\":{\"email\":\"a@b.fr\","
	    "\"themes\":[\"heat\"],\"consent.call\":true}}" },
	{ "{\"email\":[\"a@b.fr\",\"c@d.fr\"],\"consent.call\":true,"
	    "\"themes\":[\"cold\",[\"heat\"]],\"cv\":\"cv.pdf\"}",
	    "\"ok\":false,\"error\":\"invalid\",\"errors\":{"
	    "\"email\":\"repeated\",\"themes\":\"not-choice\","
	    "\"cv\":\"not-file\"}}" },
	{ "{", "\"ok\":false,\"error\":\"not-json\"}" },
	{ "[]", "\"ok\":false,\"error\":\"not-json\"}" },
	{ "{\"email\":1,\"email\":2}",
	    "\"ok\":false,\"error\":\"not-json\"}" },
};

START_TEST(a_post_gets_a_line)
{
	struct str verdict = verdict_form(suite_arena(), &form,
	    str_of(posts[_i].input));

	ck_assert(str_has_prefix(verdict, STR("{\"input\":\"")));
	ck_assert(str_has_suffix(verdict, str_of(posts[_i].rest)));
} END_TEST

static const struct {
	size_t bytes_max;
	bool is_form;
	const char *within;	/* the error of what just fits */
} longest[] = {
	{ VERDICT_VALUE_BYTES_MAX, false, "\"error\":\"not-text\"}" },
	{ VERDICT_FORM_BYTES_MAX, true, "\"error\":\"not-json\"}" },
};

/* Of characters that grow most in JSON. */
START_TEST(an_input_has_its_length)
{
	size_t max = longest[_i].bytes_max;
	char *text = arena_take(suite_arena(), max + 1);

	memset(text, 1, max + 1);
	for (size_t n = max; n <= max + 1; n++) {
		struct arena *a = arena_new((size_t)16 << 20);
		struct str in = { text, n }, out = longest[_i].is_form ?
		    verdict_form(a, &form, in) :
		    verdict_value(a, FIELD_EMAIL, STR("FR"), in);

		ck_assert_int_eq(out.n > 6 * max, n == max);
		ck_assert(str_has_suffix(out, n == max ?
		    str_of(longest[_i].within) :
		    STR("\"ok\":false,\"error\":\"too-long\"}")));
		arena_free(a);
	}
} END_TEST

START_TEST(a_cut_keeps_characters_whole)
{
	char text[VERDICT_VALUE_BYTES_MAX + 3];
	struct str out;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "\xe2\x82\xac"[i % 3];
	out = verdict_value(suite_arena(), FIELD_EMAIL, STR("FR"),
	    (struct str){ text, sizeof text });
	ck_assert(!memmem(out.p, out.n, "\ufffd", strlen("\ufffd")));
	ck_assert(memmem(out.p, out.n, "\u20ac\",", strlen("\u20ac\",")));
} END_TEST

START_TEST(an_object_has_its_members)
{
	struct buf b;

	for (int n = VERDICT_MEMBERS_MAX; n <= VERDICT_MEMBERS_MAX + 1; n++) {
		struct str out;

		buf_init(&b, suite_arena(), VERDICT_FORM_BYTES_MAX);
		buf_byte(&b, '{');
		for (int i = 0; i < n; i++)
			buf_addf(&b, "%s\"m%d\":\"x\"", i ? "," : "", i);
		buf_byte(&b, '}');
		out = verdict_form(suite_arena(), &form, buf_str(&b));
		ck_assert_int_eq(str_has_suffix(out,
		    STR("\"error\":\"too-many-fields\"}")),
		    n > VERDICT_MEMBERS_MAX);
	}
} END_TEST

/* A list is as many members as it has elements. */
START_TEST(a_list_has_its_members)
{
	for (int n = VERDICT_MEMBERS_MAX; n <= VERDICT_MEMBERS_MAX + 1; n++) {
		struct buf b;

		buf_init(&b, suite_arena(), VERDICT_FORM_BYTES_MAX);
		buf_add(&b, STR("{\"themes\":["));
		for (int i = 0; i < n; i++)
			buf_addf(&b, "%s\"heat\"", i ? "," : "");
		buf_add(&b, STR("]}"));
		ck_assert_int_eq(str_has_suffix(verdict_form(suite_arena(),
		    &form, buf_str(&b)),
		    STR("\"error\":\"too-many-fields\"}")),
		    n > VERDICT_MEMBERS_MAX);
	}
} END_TEST

SUITE(verdict)
{
	SUITE_TEST(a_list_has_its_members);
	SUITE_LOOP(an_input_has_its_length, COUNT(longest));
	SUITE_TEST(a_cut_keeps_characters_whole);
	SUITE_TEST(an_object_has_its_members);
	SUITE_LOOP(a_value_gets_a_line, COUNT(values));
	SUITE_LOOP(a_post_gets_a_line, COUNT(posts));
}
