/* Tests form/phone, with and without libphonenumber. */
#include <pthread.h>

#include "base/buf.h"
#include "form/phone.h"
#include "support/suite.h"

#define THREADS 4
#define ROUNDS 200

static const struct { const char *in, *country, *e164; } good[] = {
	{ "06 12 34 56 78", "FR", "+33612345678" },
	{ "0612345678", "FR", "+33612345678" },
	{ "01.42.68.53.00", "FR", "+33142685300" },
	{ "06-12-34-56-78", "FR", "+33612345678" },
	{ "06/12/34/56/78", "FR", "+33612345678" },
	{ "06\u00a012\u202f34 56 78", "FR", "+33612345678" },
	{ " \u202a+33612345678\u202c ", "FR", "+33612345678" },
	{ "+33 6 12 34 56 78", "FR", "+33612345678" },
	{ "+33 (0)6 12 34 56 78", "FR", "+33612345678" },
	{ "0033612345678", "FR", "+33612345678" },
	{ "+33612345678", "BE", "+33612345678" },
	{ "0033612345678", "BE", "+33612345678" },
	{ "0033612345678", "US", "+33612345678" },
	{ "+33612345678", "", "+33612345678" },
	{ "0033612345678", "", "+33612345678" },
	{ "09 70 12 34 56", "FR", "+33970123456" },
	/* Overseas France, from any French form. */
	{ "0690 12 34 56", "FR", "+590690123456" },
	{ "0692 12 34 56", "FR", "+262692123456" },
	{ "0696 12 34 56", "FR", "+596696123456" },
	{ "0694 12 34 56", "FR", "+594694123456" },
	{ "0639 69 12 34", "FR", "+262639691234" },
	{ "0590 82 12 34", "FR", "+590590821234" },
	{ "0262 20 12 34", "FR", "+262262201234" },
	{ "0596 71 12 34", "FR", "+596596711234" },
	{ "0594 30 12 34", "FR", "+594594301234" },
	{ "0269 61 12 34", "FR", "+262269611234" },
	{ "+33 590 82 12 34", "FR", "+590590821234" },
	{ "0590 82 12 34", "GP", "+590590821234" },
	{ "0800 12 34 56", "FR", "+33800123456" },
	{ "06 12 34 56 78", "RE", "+33612345678" },
	{ "0690 12 34 56", "YT", "+590690123456" },
	{ "0470 12 34 56", "BE", "+32470123456" },
	{ "02 513 89 40", "BE", "+3225138940" },
	{ "+32 470 12 34 56", "FR", "+32470123456" },
	{ "079 123 45 67", "CH", "+41791234567" },
	{ "+41 44 668 18 00", "FR", "+41446681800" },
	{ "+44 20 7946 0018", "FR", "+442079460018" },
	{ "+1 650 253 0000", "FR", "+16502530000" },
#ifdef HAVE_PHONENUMBER
	{ "6 12 34 56 78", "FR", "+33612345678" },
	{ "٠٦١٢٣٤٥٦٧٨", "FR", "+33612345678" },
	{ "+٣٣٦١٢٣٤٥٦٧٨", "FR", "+33612345678" },
	{ "020 7946 0018", "GB", "+442079460018" },
	{ "(650) 253-0000", "US", "+16502530000" },
	{ "01 42 68 53 00 ext. 12", "FR", "+33142685300" },
#endif
};

START_TEST(numbers_become_e164)
{
	struct str e164;

	ck_assert_int_eq(phone_parse(suite_arena(), str_of(good[_i].in),
	    str_of(good[_i].country), &e164), OK);
	ck_assert_str_same(e164, str_of(good[_i].e164));
	ck_assert_int_eq(phone_parse(suite_arena(), e164,
	    str_of(good[_i].country), &e164), OK);
	ck_assert_str_same(e164, str_of(good[_i].e164));
} END_TEST

static const struct { struct str in; const char *country; } bad[] = {
	{ STR(""), "FR" },
	{ STR(" "), "FR" },
	{ STR("0612"), "FR" },
	{ STR("06 12 34 56 7"), "FR" },
	{ STR("06 12 34 56 789"), "FR" },
	{ STR("00 00 00 00 00"), "FR" },
	{ STR("0612345678 poste 12"), "FR" },
	{ STR("appelez-moi"), "FR" },
	{ STR("+"), "FR" },
	{ STR("00"), "FR" },
	{ STR("+33"), "FR" },
	{ STR("+33 6 12"), "FR" },
	{ STR("+0612345678"), "FR" },
	{ STR("+999 123 456 789 012 345"), "FR" },
	{ STR("0612345678"), "" },
	{ STR("0612345678"), "FRA" },
	{ STR("0612345678"), "BE" },
	{ STR("06123\n45678"), "FR" },
	{ STR("06123\00045678"), "FR" },
	{ STR("0612345678\0"), "FR" },
	{ STR("06\xff" "12345678"), "FR" },
	{ STR("0470 12 34 5"), "BE" },
#ifdef HAVE_PHONENUMBER
	/* Nobody in Guiana has it, though it would do for mainland France. */
	{ STR("0594 14 71 56"), "FR" },
#endif
};

START_TEST(other_things_are_refused)
{
	struct str e164 = STR("before");

	ck_assert_int_eq(phone_parse(suite_arena(), bad[_i].in,
	    str_of(bad[_i].country), &e164), ERR_INPUT);
	ck_assert_str_same(e164, STR("before"));
} END_TEST

/* A number spread out to n bytes. */
static enum err
parse_spread(size_t n)
{
	struct str e164;
	struct buf b;

	buf_init(&b, suite_arena(), n);
	buf_add(&b, STR("061234567"));
	while (b.n + 1 < n)
		buf_byte(&b, '-');
	buf_byte(&b, '8');
	return phone_parse(suite_arena(), buf_str(&b), STR("FR"), &e164);
}

START_TEST(a_number_is_typed_in_64_bytes)
{
	ck_assert_int_eq(parse_spread(PHONE_TYPED_BYTES_MAX), OK);
	ck_assert_int_eq(parse_spread(PHONE_TYPED_BYTES_MAX + 1), ERR_INPUT);
} END_TEST

/* How many of the good rows came out right, many times over. */
static void *
parse_often(void *wrong)
{
	struct arena *a = arena_new((size_t)1 << 20);
	struct str e164;

	for (size_t i = 0; i < ROUNDS * COUNT(good); i++) {
		size_t row = i % COUNT(good);

		if (phone_parse(a, str_of(good[row].in),
		    str_of(good[row].country), &e164) ||
		    !str_eq(e164, str_of(good[row].e164)))
			++*(size_t *)wrong;
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

START_TEST(threads_parse_side_by_side)
{
	pthread_t thread[THREADS];
	size_t wrong[THREADS] = { 0 };

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, parse_often,
		    &wrong[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
		ck_assert_uint_eq(wrong[i], 0);
	}
} END_TEST

SUITE(phone)
{
	SUITE_LOOP(numbers_become_e164, COUNT(good));
	SUITE_LOOP(other_things_are_refused, COUNT(bad));
	SUITE_TEST(a_number_is_typed_in_64_bytes);
	SUITE_TEST(threads_parse_side_by_side);
}
