/* Tests form/choices. */
#include "form/choices.h"
#include "support/suite.h"

static const struct field_option options[] = {
	{ STR("a"), { { STR("A"), STR("A") } } },
	{ STR("e\u0301"), { { STR("É"), STR("É") } } },
	{ STR("c\"d"), { { STR("C"), STR("C") } } },
};

static const struct {
	const char *value[4];
	bool is_required;
	int64_t min, max;	/* 0: none */
	enum field_error error;
	const char *normal;
} posts[] = {
	{ { NULL }, false, 0, 0, FIELD_FINE, "" },
	{ { NULL }, true, 0, 0, FIELD_MISSING, "" },
	{ { "" }, true, 0, 0, FIELD_MISSING, "" },
	{ { "a" }, true, 0, 0, FIELD_FINE, "[\"a\"]" },
	{ { "c\"d", "a", "" }, false, 0, 0, FIELD_FINE,
	    "[\"a\",\"c\\\"d\"]" },
	{ { "a", "a", "a" }, false, 0, 1, FIELD_FINE, "[\"a\"]" },
	{ { "\u00e9" }, false, 0, 0, FIELD_FINE, "[\"e\u0301\"]" },
	{ { "a", "b" }, false, 0, 0, FIELD_NOT_CHOICE, "" },
	{ { "A" }, false, 0, 0, FIELD_NOT_CHOICE, "" },
	{ { "[\"a\"]" }, false, 0, 0, FIELD_NOT_CHOICE, "" },
	/* Bounds, at n and beyond; nobody who ticks nothing is held to them. */
	{ { "a" }, false, 2, 0, FIELD_TOO_FEW, "" },
	{ { "a", "c\"d" }, false, 2, 2, FIELD_FINE, "[\"a\",\"c\\\"d\"]" },
	{ { "a", "c\"d", "\u00e9" }, false, 0, 2, FIELD_TOO_MANY, "" },
	{ { NULL }, false, 2, 0, FIELD_FINE, "" },
};

START_TEST(what_is_ticked_is_judged)
{
	const struct field f = { .kind = FIELD_CHOICES, .option = options,
	    .options = COUNT(options), .is_required = posts[_i].is_required,
	    .bounds = { .has_min = posts[_i].min, .min = posts[_i].min,
	    .has_max = posts[_i].max, .max = posts[_i].max } };
	bool chosen[COUNT(options)] = { false };
	struct str value[4], normal;
	size_t count = 0;

	for (; count < 4 && posts[_i].value[count]; count++)
		value[count] = str_of(posts[_i].value[count]);
	ck_assert_str_eq(field_error_code(choices_check(suite_arena(), &f,
	    value, count, chosen, &normal)),
	    field_error_code(posts[_i].error));
	ck_assert_str_same(normal, str_of(posts[_i].normal));
	/* What can be shown again is, also when all of it is refused. */
	for (size_t i = 0; i < count; i++) {
		size_t at = choices_find(suite_arena(), &f, value[i]);

		ck_assert(at == COUNT(options) || chosen[at]);
	}
} END_TEST

SUITE(choices)
{
	SUITE_LOOP(what_is_ticked_is_judged, COUNT(posts));
}
