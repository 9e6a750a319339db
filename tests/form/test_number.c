/* Tests form/number. */
#include "form/number.h"
#include "support/suite.h"

static const struct {
	const char *typed;
	uint32_t decimals;
	enum err err;
	const char *normal;
	int64_t scaled;
} numbers[] = {
	{ "0", 0, OK, "0", 0 },
	{ "12", 0, OK, "12", 12 },
	{ "+12", 0, OK, "12", 12 },
	{ "-12", 0, OK, "-12", -12 },
	{ "\u221212", 0, OK, "-12", -12 },
	{ "-0", 0, OK, "0", 0 },
	{ "-0,0", 1, OK, "0.0", 0 },
	{ "007", 0, OK, "7", 7 },
	{ "00", 0, OK, "0", 0 },
	{ "12,5", 1, OK, "12.5", 125 },
	{ "12.5", 1, OK, "12.5", 125 },
	/* What was typed stays, to the digit. */
	{ "12,50", 2, OK, "12.50", 1250 },
	{ "0,10", 6, OK, "0.10", 100000 },
	{ "0.1", 1, OK, "0.1", 1 },
	{ ",5", 1, OK, "0.5", 5 },
	{ "5,", 1, OK, "5", 50 },
	{ "1 234", 0, OK, "1234", 1234 },
	{ "1 234 567,5", 1, OK, "1234567.5", 12345675 },
	{ "999999999999.999999", 6, OK, "999999999999.999999",
	    INT64_C(999999999999999999) },
	{ "1000000000000", 0, OK, "1000000000000", INT64_MAX },
	{ "-1000000000000", 6, OK, "-1000000000000", INT64_MIN },
	{ "12,5", 0, ERR_LIMIT, "", 0 },
	{ "1,234", 0, ERR_LIMIT, "", 0 },
	{ "1,234", 2, ERR_LIMIT, "", 0 },
	{ "1.0000000", 6, ERR_LIMIT, "", 0 },
	{ "", 0, ERR_INPUT, "", 0 },
	{ ",", 1, ERR_INPUT, "", 0 },
	{ "-", 0, ERR_INPUT, "", 0 },
	{ "--1", 0, ERR_INPUT, "", 0 },
	{ "1-", 0, ERR_INPUT, "", 0 },
	{ "1.234,5", 2, ERR_INPUT, "", 0 },
	{ "1,2,3", 2, ERR_INPUT, "", 0 },
	{ "1 23", 0, ERR_INPUT, "", 0 },
	{ "1  234", 0, ERR_INPUT, "", 0 },
	{ "1234 567", 0, ERR_INPUT, "", 0 },
	{ " 123", 0, ERR_INPUT, "", 0 },
	{ "1 2345", 0, ERR_INPUT, "", 0 },
	{ "0x10", 0, ERR_INPUT, "", 0 },
	{ "1e3", 0, ERR_INPUT, "", 0 },
	{ "NaN", 0, ERR_INPUT, "", 0 },
	{ "12 €", 0, ERR_INPUT, "", 0 },
	{ "١٢", 0, ERR_INPUT, "", 0 },
};

START_TEST(numbers_are_read_exactly)
{
	struct str normal = STR_EMPTY;
	int64_t scaled = 0;

	ck_assert_int_eq(number_parse(suite_arena(),
	    str_of(numbers[_i].typed), numbers[_i].decimals, &normal,
	    &scaled), numbers[_i].err);
	ck_assert_str_same(normal, str_of(numbers[_i].normal));
	ck_assert(scaled == numbers[_i].scaled);
} END_TEST

static const struct {
	int64_t scaled;
	uint32_t decimals;
	const char *text[LANG_COUNT];
} texts[] = {
	{ 0, 0, { "0", "0" } },
	{ 0, 6, { "0", "0" } },
	{ 1250, 2, { "12,5", "12.5" } },
	{ -5, 1, { "-0,5", "-0.5" } },
	{ 1000001, 6, { "1,000001", "1.000001" } },
	{ -12, 0, { "-12", "-12" } },
};

START_TEST(numbers_are_written_for_people)
{
	for (int l = 0; l < LANG_COUNT; l++)
		ck_assert_str_same(number_text(suite_arena(),
		    texts[_i].scaled, texts[_i].decimals, (enum lang)l),
		    str_of(texts[_i].text[l]));
} END_TEST

SUITE(number)
{
	SUITE_LOOP(numbers_are_read_exactly, COUNT(numbers));
	SUITE_LOOP(numbers_are_written_for_people, COUNT(texts));
}
