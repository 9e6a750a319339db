/* Tests form/schema: what it tells, jsonpost and form take. */
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "form/form.h"
#include "form/jsonpost.h"
#include "form/schema.h"
#include "support/suite.h"

#define LABEL(fr, en) { .in = { [LANG_FR] = STR(fr), [LANG_EN] = STR(en) } }

static const struct field_option themes[] = {
	{ .value = STR("heat") }, { .value = STR("\"light\"") },
};
static const struct field fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL, .is_required = true,
	    .label = LABEL("E-mail", "Work e-mail") },
	{ .name = STR("themes"), .kind = FIELD_CHOICES, .option = themes,
	    .options = COUNT(themes) },
	{ .name = STR("theme"), .kind = FIELD_CHOICE, .option = themes,
	    .options = COUNT(themes), .is_required = true },
	{ .name = STR("staff"), .kind = FIELD_NUMBER, .is_required = true,
	    .show_if = { 2, &themes[1].value, 1 } },
	{ .name = STR("box"), .kind = FIELD_CONSENT },
	{ .name = STR("cv"), .kind = FIELD_FILE, .is_required = true },
	{ .name = STR("from"), .kind = FIELD_HIDDEN,
	    .from = FIELD_FROM_SOURCE },
};
static const struct form_consent consents[] = {
	{ .key = STR("call"), .is_required = true,
	    .text = LABEL("Rappelez-moi.", "Call me \"back\".") },
	{ .key = STR("news"), .text = LABEL("La lettre.", "The letter.") },
};
static const struct form form = {
	.field = fields, .fields = COUNT(fields),
	.consent = consents, .consents = COUNT(consents),
};

static json_t *
schema(const struct form *f)
{
	struct str s = schema_form(suite_arena(), f, LANG_EN, STR("abc"));
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);

	ck_assert_msg(j != NULL, "%.*s", STR_ARG(s));
	return j;
}

/* The value at "properties/fields/required", as compact JSON. */
static struct str
at(const json_t *j, const char *path)
{
	struct str rest = str_of(path), name;
	char key[100];

	while (rest.n) {
		str_cut(rest, '/', &name, &rest);
		ck_assert_int_eq(str_z(name, key, sizeof key), OK);
		j = json_object_get(j, key);
	}
	return str_of(j ? json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY) :
	    "absent");
}

#define FIELDS "properties/fields/"
#define CONSENTS "properties/consents/"
static const struct { const char *path, *value; } told[] = {
	{ "required", "[\"fields\",\"consents\",\"consent_hash\"]" },
	{ FIELDS "required", "[\"email\",\"theme\"]" },
	{ FIELDS "properties/email/title", "\"Work e-mail\"" },
	{ FIELDS "properties/email/type", "\"string\"" },
	{ FIELDS "properties/theme/enum", "[\"heat\",\"\\\"light\\\"\"]" },
	{ FIELDS "properties/themes/items",
	    "{\"enum\":[\"heat\",\"\\\"light\\\"\"]}" },
	{ FIELDS "properties/staff/type", "[\"number\",\"string\"]" },
	{ FIELDS "properties/box/type", "\"boolean\"" },
	{ FIELDS "properties/cv", "absent" },
	{ FIELDS "properties/from", "absent" },
	{ CONSENTS "required", "[\"call\"]" },
	{ CONSENTS "properties/call",
	    "{\"title\":\"Call me \\\"back\\\".\",\"const\":true}" },
	{ CONSENTS "properties/news/type", "\"boolean\"" },
	{ "properties/consent_hash", "{\"const\":\"abc\"}" },
	{ "properties/lang", "{\"const\":\"en\"}" },
};

START_TEST(a_form_is_described)
{
	ck_assert_str_same(at(schema(&form), told[_i].path),
	    str_of(told[_i].value));
} END_TEST

START_TEST(a_form_without_consents_needs_none)
{
	static const struct form bare = { .field = fields, .fields = 1 };
	json_t *j = schema(&bare);

	ck_assert_str_same(at(j, "required"), STR("[\"fields\"]"));
	ck_assert_str_same(at(j, "properties/consents"), STR("absent"));
	ck_assert_str_same(at(j, "properties/consent_hash"), STR("absent"));
} END_TEST

/* Each member that it names is known to whoever reads the body. */
START_TEST(what_it_names_is_known)
{
	json_t *j = json_object_get(schema(&form), "properties"), *v;
	json_t *body = json_object();
	struct jsonpost p;
	const char *name;

	json_object_foreach(j, name, v) {
		json_t *members = json_object_get(v, "properties"), *m;
		json_t *given = members ? json_object() : json_string("x");
		const char *member;

		json_object_foreach(members, member, m)
			json_object_set_new(given, member,
			    strcmp(name, "consents") ? json_string("x") :
			    json_true());
		json_object_set_new(body, name, given);
	}
	ck_assert_int_eq(jsonpost_parse(suite_arena(), &form,
	    str_of(json_dumps(body, 0)), &p), OK);
	ck_assert_uint_eq(p.mistakes, 0);
	ck_assert_uint_eq(p.count, COUNT(fields) - 2 + COUNT(consents));
} END_TEST

SUITE(schema)
{
	SUITE_LOOP(a_form_is_described, COUNT(told));
	SUITE_TEST(a_form_without_consents_needs_none);
	SUITE_TEST(what_it_names_is_known);
}
