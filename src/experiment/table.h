/* Knows how cells stand under each other: by characters, not bytes. */
#ifndef PISTE_EXPERIMENT_TABLE_H
#define PISTE_EXPERIMENT_TABLE_H

#include <stdio.h>

#include "base/str.h"

#define TABLE_COLUMNS_MAX 12
#define TABLE_ROWS_MAX 400
#define TABLE_CHARS_MAX 100	/* of a line */
#define TABLE_CELL_CHARS_MAX 40	/* a longer one is cut in its middle */

/* Filled row by row; begin with zeroes and columns. */
struct table {
	size_t columns;
	size_t rows;
	size_t cells;		/* of the row under way */
	struct str cell[TABLE_ROWS_MAX][TABLE_COLUMNS_MAX];
};

/* Borrow s as the next cell, of the next row when this one is full. */
void table_add(struct table *t, struct str s);
/*
 * The first column stands left, the others right; two blanks between.  Columns
 * that don't fit a line follow below, behind the first one again.
 */
void table_write(const struct table *t, FILE *out);

#endif
