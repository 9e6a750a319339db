/* Tests src/experiment/paragraph.c. */
#include <stdio.h>
#include <string.h>

#include "experiment/paragraph.h"
#include "support/suite.h"

/* Forty characters, of which some have two bytes. */
#define FORTY "é234567890 234567890 234567890 23456789é"

static const struct { const char *text, *first, *rest, *want; } cases[] = {
	{ "", "", "", "\n" },
	{ "one two", "- ", "  ", "- one two\n" },
	{ "one  two ", "", "", "one two\n" },
	{ FORTY FORTY, "", "", FORTY FORTY "\n" },
	{ FORTY FORTY "1", "", "  ", FORTY "é234567890 234567890"
	    " 234567890\n  23456789é1\n" },
	/* A no-break space binds. */
	{ FORTY FORTY "\u00a01", "", "", FORTY "é234567890 234567890"
	    " 234567890\n23456789é\u00a01\n" },
	{ FORTY FORTY, "- ", "  ", "- " FORTY "é234567890 234567890"
	    " 234567890\n  23456789é\n" },
};
START_TEST(lines_are_broken_at_blanks)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	paragraph_write(str_of(cases[_i].text), cases[_i].first,
	    cases[_i].rest, out);
	fclose(out);
	ck_assert_str_eq(text, cases[_i].want);
} END_TEST

SUITE(paragraph)
{
	SUITE_LOOP(lines_are_broken_at_blanks, COUNT(cases));
}
