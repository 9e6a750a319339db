/* Tests src/base/fold.c: what differs anywhere has another number. */
#include <stdlib.h>

#include "base/fold.h"
#include "support/suite.h"

#define BYTES 24

START_TEST(every_bit_counts)
{
	char text[BYTES] = { 0 };
	struct str s = { text, (size_t)_i };
	uint64_t was = fold_bytes(1, s);
	int ones = 0;

	ck_assert_uint_ne(fold_bytes(2, s), was);
	for (size_t bit = 0; bit < s.n * 8; bit++) {
		text[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert_uint_ne(fold_bytes(1, s), was);
		ones += __builtin_popcountll(fold_bytes(1, s) ^ was);
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
	ck_assert_uint_eq(fold_bytes(1, s), was);
	/* About half of 64 turn with each. */
	if (s.n)
		ck_assert_int_lt(abs(ones / (int)(s.n * 8) - 32), 8);
} END_TEST

START_TEST(lengths_count)
{
	static const char zeros[BYTES];

	for (size_t n = 0; n < BYTES; n++)
		for (size_t m = 0; m < n; m++)
			ck_assert_uint_ne(fold_bytes(1, (struct str){ zeros,
			    n }), fold_bytes(1, (struct str){ zeros, m }));
} END_TEST

SUITE(fold)
{
	SUITE_LOOP(every_bit_counts, BYTES + 1);
	SUITE_TEST(lengths_count);
}
