/*
 * Submissions written as JSON: whatever was sent, what is understood is text
 * within its limits under names the form knows, and can be judged.
 */
#include <assert.h>

#include "base/arena.h"
#include "form/form.h"
#include "form/jsonpost.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct field_option options[] = {
	{ .value = STR("heat") }, { .value = STR("light") },
};
static const struct field fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL, .is_required = true },
	{ .name = STR("themes"), .kind = FIELD_CHOICES, .option = options,
	    .options = sizeof options / sizeof *options },
	{ .name = STR("staff"), .kind = FIELD_NUMBER,
	    .bounds = { .decimals = 2 } },
	{ .name = STR("box"), .kind = FIELD_CONSENT },
	{ .name = STR("message"), .kind = FIELD_LONG_TEXT },
};
static const struct form_consent consents[] = { { .key = STR("call") } };
static const struct form form = {
	.country = STR("FR"),
	.field = fields, .fields = sizeof fields / sizeof *fields,
	.consent = consents, .consents = sizeof consents / sizeof *consents,
};

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena *a;
	struct form_result r;
	struct jsonpost p;
	enum err e;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	e = jsonpost_parse(a, &form, (struct str){ (const char *)data, size },
	    &p);
	assert(e != ERR_INPUT || (!p.count && p.why.n));
	assert(p.count <= JSONPOST_VALUES_MAX);
	assert(p.mistakes <= JSONPOST_MISTAKES_MAX);
	for (size_t i = 0; i < p.count; i++) {
		assert(form_field(&form, p.pair[i].name) < form.fields ||
		    str_eq(p.pair[i].name, STR("consent.call")));
		assert(p.pair[i].value.n <= JSONPOST_VALUE_BYTES_MAX);
		assert(str_is_utf8(p.pair[i].value));
		assert(str_find(p.pair[i].value, '\0') < 0);
	}
	for (size_t i = 0; i < p.mistakes; i++)
		assert(p.mistake[i].at.n && str_is_utf8(p.mistake[i].at));
	form_check(a, &form, p.pair, p.count, &r);
	assert(!r.errors == (r.fields.n > 0));
	return 0;
}
