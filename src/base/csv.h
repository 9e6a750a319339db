/*
 * Knows comma-separated values (RFC 4180) as they come, piece by piece: also
 * with semicolons or tabs, with LF alone, and with a byte order mark.  Pure.
 */
#ifndef PISTE_BASE_CSV_H
#define PISTE_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define CSV_COLUMNS_MAX 256
#define CSV_CELL_BYTES_MAX (16 << 10)	/* without its quotes */
#define CSV_RECORD_BYTES_MAX (128 << 10)	/* all cells of one */

/* What is wrong with a record.  Those after it are read all the same. */
enum csv_fault {
	CSV_FINE,
	CSV_QUOTE,	/* a quote within a cell, or text behind one */
	CSV_CR,		/* CR without LF, outside quotes */
	CSV_NUL,
	CSV_LONG_CELL,
	CSV_LONG_RECORD,
	CSV_MANY_COLUMNS,
	CSV_UNCLOSED,	/* the text ends within quotes */
};
/* "quote", "long-cell" and the like. */
const char *csv_fault_code(enum csv_fault f);

struct csv_record {
	uint64_t line;		/* where it begins, from 1 */
	uint64_t last_line;	/* where it ends: quoted cells have lines */
	enum csv_fault fault;	/* the first one; there are no cells then */
	struct str *cell;
	size_t cells;		/* of an empty line: 1 */
};

struct csv;

/* A reader that stands at a text's first byte; release with csv_free. */
struct csv *csv_new(char separator);
void csv_free(struct csv *c);	/* NULL is accepted */

/*
 * Read on.  True: *out is a whole record, valid until the next call, and
 * *used of bytes are read; false: all are, and the record goes on.
 */
bool csv_feed(struct csv *c, struct str bytes, size_t *used,
    struct csv_record *out);
/* The text ends here: was there a last record without a line end? */
bool csv_end(struct csv *c, struct csv_record *out);

/*
 * What a text begins with: how many bytes its byte order mark has, and which
 * of ; , and tab its first record that is no empty line has most of, outside
 * quotes; a comma when it has none.
 */
struct csv_head {
	size_t mark;
	char separator;
	bool is_utf16;		/* by its mark: nothing we read */
};
struct csv_head csv_head(struct str beginning);

#endif
