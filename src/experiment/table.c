/* Implements table.h. */
#include <assert.h>

#include "experiment/table.h"

#define GAP 2
#define HEAD_CHARS (TABLE_CELL_CHARS_MAX / 2)
#define TAIL_CHARS (TABLE_CELL_CHARS_MAX - HEAD_CHARS - 1)

static_assert(2 * TABLE_CELL_CHARS_MAX + GAP <= TABLE_CHARS_MAX,
    "any column fits beside the first");

void
table_add(struct table *t, struct str s)
{
	if (t->rows == TABLE_ROWS_MAX)
		return;
	t->cell[t->rows][t->cells++] = s;
	if (t->cells == t->columns) {
		t->cells = 0;
		t->rows++;
	}
}

static void
blanks(size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++)
		putc(' ', out);
}

static size_t
chars_of(struct str s)
{
	size_t n = str_chars(s);

	return n < TABLE_CELL_CHARS_MAX ? n : TABLE_CELL_CHARS_MAX;
}

/* Where so many characters end. */
static size_t
bytes_of(struct str s, size_t chars)
{
	size_t n = 0;

	while (n < s.n && str_chars(str_slice(s, 0, n + 1)) <= chars)
		n++;
	return n;
}

static void
write_cell(struct str s, FILE *out)
{
	size_t chars = str_chars(s), head, tail;

	if (chars <= TABLE_CELL_CHARS_MAX) {
		fprintf(out, "%.*s", STR_ARG(s));
		return;
	}
	head = bytes_of(s, HEAD_CHARS);
	tail = bytes_of(s, chars - TAIL_CHARS);
	fprintf(out, "%.*s\u2026%.*s", STR_ARG(str_slice(s, 0, head)),
	    STR_ARG(str_slice(s, tail, s.n)));
}

/* Columns first to last - 1, behind the one they are all about. */
static void
write_block(const struct table *t, const size_t *width, size_t first,
    size_t last, FILE *out)
{
	for (size_t i = 0; i < t->rows; i++) {
		write_cell(t->cell[i][0], out);
		if (last > first)
			blanks(width[0] - chars_of(t->cell[i][0]), out);
		for (size_t c = first; c < last; c++) {
			struct str s = t->cell[i][c];

			blanks(GAP + width[c] - chars_of(s), out);
			write_cell(s, out);
		}
		putc('\n', out);
	}
}

void
table_write(const struct table *t, FILE *out)
{
	size_t width[TABLE_COLUMNS_MAX] = { 0 };
	size_t first = 1, last;

	for (size_t i = 0; i < t->rows; i++)
		for (size_t c = 0; c < t->columns; c++)
			if (chars_of(t->cell[i][c]) > width[c])
				width[c] = chars_of(t->cell[i][c]);
	do {
		size_t used = width[0];

		for (last = first; last < t->columns &&
		    used + GAP + width[last] <= TABLE_CHARS_MAX; last++)
			used += GAP + width[last];
		if (first > 1)
			putc('\n', out);
		write_block(t, width, first, last, out);
		first = last;
	} while (last < t->columns);
}
