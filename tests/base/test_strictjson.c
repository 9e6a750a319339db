/* Tests src/base/strictjson.c. */
#include "base/strictjson.h"
#include "support/suite.h"

static const struct {
	struct str json;
	bool is_taken;
	int line, column;
	enum json_error_code code;
} cases[] = {
	{ STR("{\"a\":1}"), true, 0, 0, 0 },
	{ STR(" [1, 2.5] "), true, 0, 0, 0 },
	{ STR("5"), false, 1, 1, json_error_invalid_syntax },
	{ STR(""), false, 1, 0, json_error_premature_end_of_input },
	{ STR("{\"a\":1,\"a\":2}"), false, 1, 10,
	    json_error_duplicate_key },
	{ STR("[1\0]"), false, 1, 3, json_error_null_character },
	{ STR("[1]\0"), false, 1, 4, json_error_null_character },
	{ STR("\0"), false, 1, 1, json_error_null_character },
	{ STR("[\"\xc3\xa9\",\n\n1,\"\xc3\xa9\",2\0]"), false, 3, 8,
	    json_error_null_character },
};

START_TEST(json_is_taken_or_its_mistake_told)
{
	json_error_t why;
	json_t *got = strictjson_read(cases[_i].json, &why);

	ck_assert_int_eq(got != NULL, cases[_i].is_taken);
	if (!got) {
		ck_assert_int_eq(why.line, cases[_i].line);
		ck_assert_int_eq(why.column, cases[_i].column);
		ck_assert_int_eq(json_error_code(&why), cases[_i].code);
	}
	json_decref(got);
} END_TEST

SUITE(strictjson)
{
	SUITE_LOOP(json_is_taken_or_its_mistake_told, COUNT(cases));
}
