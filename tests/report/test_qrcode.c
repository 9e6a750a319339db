/* Tests report/qrcode; that a reader finds the address, tests/e2e. */
#include <string.h>

#include "base/buf.h"
#include "report/qrcode.h"
#include "support/suite.h"

/* Version 1 has 21 modules in a row, each further one four more. */
static const struct { size_t bytes; unsigned side; enum err e; } lengths[] = {
	{ 0, 0, ERR_INPUT },
	{ 1, 21 + 8, OK }, { 11, 21 + 8, OK }, { 12, 25 + 8, OK },
	{ 32, 29 + 8, OK }, { 33, 33 + 8, OK },
	{ QRCODE_TEXT_BYTES_MAX, 101 + 8, OK },
	{ QRCODE_TEXT_BYTES_MAX + 1, 0, ERR_LIMIT },
};

static struct str
run_of(size_t n)
{
	char *p = arena_take(suite_arena(), n + 1);

	memset(p, 'a', n);
	return (struct str){ p, n };
}

START_TEST(a_text_becomes_a_drawing)
{
	struct str svg, text = run_of(lengths[_i].bytes);
	unsigned side = 0;

	ck_assert_int_eq(qrcode_svg(suite_arena(), text, &side, &svg),
	    lengths[_i].e);
	if (lengths[_i].e)
		return;
	ck_assert_uint_eq(side, lengths[_i].side);
	ck_assert(str_has_prefix(svg, buf_fmt(suite_arena(), 200,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\"", side)));
	/* The finder pattern in the corner, behind the light border. */
	ck_assert_ptr_nonnull(strstr(arena_copy(suite_arena(), svg).p,
	    "d=\"M4 4h7v1h-7z"));
	ck_assert(str_has_suffix(svg, STR("z\"/></svg>\n")));
} END_TEST

SUITE(qrcode)
{
	SUITE_LOOP(a_text_becomes_a_drawing, COUNT(lengths));
}
