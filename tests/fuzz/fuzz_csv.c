/*
 * Fuzzes base/csv: whatever the pieces it comes in, the same records; cells
 * lie in order, within the limits, and a text that is quoted anew is the same.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"

#define COPY_BYTES_MAX ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_record(const struct csv_record *r, uint64_t line)
{
	size_t bytes = 0;

	assert(r->line > line && r->last_line >= r->line);
	assert(r->fault || (r->cells && r->cells <= CSV_COLUMNS_MAX));
	assert(!r->fault || !r->cells);
	for (size_t i = 0; i < r->cells; i++) {
		assert(r->cell[i].n <= CSV_CELL_BYTES_MAX);
		assert(!memchr(r->cell[i].p, '\0', r->cell[i].n));
		bytes += r->cell[i].n;
	}
	assert(bytes <= CSV_RECORD_BYTES_MAX);
}

static void
write_record(struct buf *b, const struct csv_record *r, char separator)
{
	if (r->fault)
		buf_addf(b, "\"%s\"", csv_fault_code(r->fault));
	for (size_t i = 0; i < r->cells; i++) {
		if (i)
			buf_byte(b, separator);
		buf_byte(b, '"');
		for (size_t k = 0; k < r->cell[i].n; k++) {
			if (r->cell[i].p[k] == '"')
				buf_byte(b, '"');
			buf_byte(b, r->cell[i].p[k]);
		}
		buf_byte(b, '"');
	}
	buf_byte(b, '\n');
}

/* All records, each cell in quotes. */
static struct str
read_all(struct arena *a, struct str text, size_t piece, char separator)
{
	struct csv *c = csv_new(separator);
	struct csv_record r;
	uint64_t line = 0;
	struct buf b;

	buf_init(&b, a, COPY_BYTES_MAX);
	while (text.n) {
		size_t used;

		if (csv_feed(c, str_slice(text, 0, piece), &used, &r)) {
			check_record(&r, line);
			line = r.last_line;
			write_record(&b, &r, separator);
		}
		text = str_slice(text, used, text.n);
	}
	if (csv_end(c, &r)) {
		check_record(&r, line);
		write_record(&b, &r, separator);
	}
	csv_free(c);
	return buf_str(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	struct csv_head head = csv_head(text);
	struct str whole = str_slice(text, head.mark, size);
	struct arena *a = arena_new(16 * COPY_BYTES_MAX);
	struct str once = read_all(a, whole, SIZE_MAX, head.separator);

	assert(str_eq(read_all(a, whole, 1, head.separator), once));
	assert(str_eq(read_all(a, whole, 7, head.separator), once));
	assert(str_eq(read_all(a, once, SIZE_MAX, head.separator), once));
	arena_free(a);
	return 0;
}
