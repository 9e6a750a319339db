/* Rows come out of a pile as they went in, in order, page by page. */
#include <string.h>

#include "support/suite.h"
#include "track/pile.h"

static struct pile_row
row_of(int64_t n, struct str text)
{
	struct pile_row row = { .head = { .at_ms = n, .posted_ms = -n,
		.refused_ms = 2 * n, .bucket_version = (uint32_t)n,
		.epoch = (uint32_t)n + 1 } };

	for (int i = 0; i < PILE_TEXTS; i++)
		row.text[i] = str_slice(text, 0, text.n > (size_t)i ?
		    text.n - (size_t)i : 0);
	return row;
}

START_TEST(rows_come_out_as_they_went_in)
{
	char longest[PILE_TEXT_BYTES_MAX];
	const struct str texts[] = { STR(""), STR("a"), STR("\xff\0b"),
		{ longest, sizeof longest } };
	struct pile_row out[3];
	struct pile p = { 0 };
	size_t at = 0, n, seen = 0;

	memset(longest, 'z', sizeof longest);
	for (int64_t i = 0; i < 5000; i++) {
		struct pile_row row = row_of(i, texts[i % 4]);

		pile_push(&p, &row);
	}
	ck_assert_uint_eq(p.count, 5000);
	while ((n = pile_take(&p, &at, out, 3))) {
		for (size_t i = 0; i < n; i++, seen++) {
			struct pile_row want = row_of((int64_t)seen,
			    texts[seen % 4]);

			ck_assert_int_eq(out[i].head.at_ms, (int64_t)seen);
			ck_assert_int_eq(out[i].head.posted_ms,
			    -(int64_t)seen);
			ck_assert_uint_eq(out[i].head.epoch, seen + 1);
			for (int k = 0; k < PILE_TEXTS; k++)
				ck_assert_str_same(out[i].text[k],
				    want.text[k]);
		}
	}
	ck_assert_uint_eq(seen, 5000);
	pile_empty(&p);
	at = 0;
	ck_assert_uint_eq(pile_take(&p, &at, out, 3), 0);
	pile_clear(&p);
} END_TEST

SUITE(pile)
{
	SUITE_TEST(rows_come_out_as_they_went_in);
}
