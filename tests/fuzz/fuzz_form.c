/*
 * Fuzzes form/form: the input is a post, "name=value" texts with a byte 0x1e
 * between them, against a form with a field of every kind.
 */
#include <assert.h>
#include <jansson.h>

#include "base/arena.h"
#include "form/form.h"
#include "form/normal.h"

#define PAIRS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct field_option options[] = {
	{ .value = STR("small") }, { .value = STR("énorme") },
};
static const struct str small[] = { STR("small") };
static const struct field fields[] = {
	{ .name = STR("e"), .kind = FIELD_EMAIL },
	{ .name = STR("p"), .kind = FIELD_PHONE },
	{ .name = STR("first_name"), .kind = FIELD_NAME },
	{ .name = STR("n"), .kind = FIELD_NAME, .chars_min = 2,
	    .pattern = STR("[[:alpha:]]([[:alpha:]' -]{0,30})+") },
	{ .name = STR("o"), .kind = FIELD_COMPANY },
	{ .name = STR("j"), .kind = FIELD_JOB_TITLE },
	{ .name = STR("t"), .kind = FIELD_TEXT, .chars_max = FIELD_CHARS_MAX },
	{ .name = STR("c"), .kind = FIELD_CHOICE, .option = options,
	    .options = sizeof options / sizeof *options },
	{ .name = STR("z"), .kind = FIELD_POSTCODE },
	{ .name = STR("y"), .kind = FIELD_COUNTRY },
	{ .name = STR("x"), .kind = FIELD_CONSENT },
	{ .name = STR("h"), .kind = FIELD_HIDDEN },
	{ .name = STR("l"), .kind = FIELD_LONG_TEXT },
	{ .name = STR("d"), .kind = FIELD_NUMBER, .bounds = { .decimals = 2,
	    .has_min = true, .min = -1000, .step = 25 } },
	{ .name = STR("D"), .kind = FIELD_DATE },
	{ .name = STR("s"), .kind = FIELD_SIRET, .show_if = { 7, small, 1 } },
	{ .name = STR("v"), .kind = FIELD_VAT },
	{ .name = STR("m"), .kind = FIELD_CHOICES, .option = options,
	    .options = sizeof options / sizeof *options,
	    .bounds = { .has_max = true, .max = 1 } },
	{ .name = STR("q"), .kind = FIELD_TEXT, .required_if = { 17, small,
	    1 } },
	{ .name = STR("f"), .kind = FIELD_FILE },
};
static const struct form_consent consents[] = {
	{ .key = STR("a") }, { .key = STR("b"), .is_required = true },
};
static const struct form form = {
	.country = STR("FR"),
	.field = fields, .fields = sizeof fields / sizeof *fields,
	.consent = consents, .consents = sizeof consents / sizeof *consents,
};

static void
judge_value(struct arena *a, const struct field *f, struct str country,
    const struct form_value *v)
{
	struct str again;

	assert(!v->error || !v->normal.n);
	assert(str_is_utf8(v->typed) && str_find(v->typed, '\0') < 0);
	assert(str_is_utf8(v->normal));
	assert(!normal_has_control(v->normal, f->kind == FIELD_TEXT ||
	    f->kind == FIELD_LONG_TEXT));
	assert(v->is_shown || (!v->error && !v->normal.n));
	assert(field_message(a, f, v->error, LANG_FR).n || !v->error);
	/* JSON is no answer of one value. */
	if (f->kind == FIELD_CHOICES)
		return;
	/* What is stored is its own normal form. */
	assert(!field_check(a, f, country, v->normal, &again));
	assert(str_eq(again, v->normal));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	struct str rest = { (const char *)data, size }, one;
	struct str_pair post[PAIRS_MAX];
	struct form_result r;
	size_t count = 0;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	while (rest.n && count < PAIRS_MAX) {
		str_cut(rest, 0x1e, &one, &rest);
		str_cut(one, '=', &post[count].name, &post[count].value);
		count++;
	}
	form_check(a, &form, post, count, &r);
	for (size_t i = 0; i < form.fields; i++)
		judge_value(a, &fields[i],
		    r.country.n ? r.country : form.country, &r.value[i]);
	assert(!r.errors == (r.fields.n > 0));
	if (!r.errors) {
		json_t *stored = json_loadb(r.fields.p, r.fields.n,
		    JSON_REJECT_DUPLICATES, NULL);

		assert(json_is_object(stored));
		json_decref(stored);
	}
	return 0;
}
