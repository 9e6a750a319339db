/* Implements table.h. */
#include "experiment/table.h"

#define GAP 2

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

void
table_write(const struct table *t, FILE *out)
{
	size_t width[TABLE_COLUMNS_MAX] = { 0 };

	for (size_t i = 0; i < t->rows; i++)
		for (size_t c = 0; c < t->columns; c++)
			if (str_chars(t->cell[i][c]) > width[c])
				width[c] = str_chars(t->cell[i][c]);
	for (size_t i = 0; i < t->rows; i++) {
		for (size_t c = 0; c < t->columns; c++) {
			struct str s = t->cell[i][c];
			size_t room = width[c] - str_chars(s);

			blanks(c ? GAP + room : 0, out);
			fprintf(out, "%.*s", STR_ARG(s));
			if (!c && t->columns > 1)
				blanks(room, out);
		}
		putc('\n', out);
	}
}
