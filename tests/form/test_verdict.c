/* Tests form/verdict. */
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

static const struct field fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL, .is_required = true },
	{ .name = STR("name"), .kind = FIELD_NAME },
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
	    "\"email\":\"missing\",\"name\":\"not-text\","
	    "\"consent.call\":\"missing\"}}" },
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

SUITE(verdict)
{
	SUITE_LOOP(a_value_gets_a_line, COUNT(values));
	SUITE_LOOP(a_post_gets_a_line, COUNT(posts));
}
