/* Implements csv.h: a machine of five states over single bytes. */
#include <stdlib.h>

#include "base/csv.h"

enum state {
	AT_CELL,	/* nothing of the cell has come */
	IN_PLAIN,
	IN_QUOTES,
	AFTER_QUOTE,	/* it closes the cell, or is the first of two */
	AFTER_CR,
};

struct csv {
	char separator;
	enum state state;
	enum csv_fault fault;
	bool is_begun;		/* a byte of the record has come */
	uint64_t line;		/* the next byte's */
	uint64_t first_line;
	size_t bytes;
	size_t cell_at;
	size_t cells;		/* whole ones */
	struct str cell[CSV_COLUMNS_MAX];
	char text[CSV_RECORD_BYTES_MAX];
};

const char *
csv_fault_code(enum csv_fault f)
{
	static const char *const codes[] = {
		[CSV_FINE] = "fine",
		[CSV_QUOTE] = "quote",
		[CSV_CR] = "line-end",
		[CSV_NUL] = "nul",
		[CSV_LONG_CELL] = "long-cell",
		[CSV_LONG_RECORD] = "long-row",
		[CSV_MANY_COLUMNS] = "many-columns",
		[CSV_UNCLOSED] = "unclosed-quote",
	};

	return codes[f];
}

struct csv *
csv_new(char separator)
{
	struct csv *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->separator = separator;
	c->line = 1;
	return c;
}

void
csv_free(struct csv *c)
{
	free(c);
}

static void
blame(struct csv *c, enum csv_fault f)
{
	if (!c->fault)
		c->fault = f;
}

/* Once a record is wrong, only its end matters. */
static void
keep(struct csv *c, char byte)
{
	if (c->fault)
		return;
	if (c->bytes - c->cell_at == CSV_CELL_BYTES_MAX)
		blame(c, CSV_LONG_CELL);
	else if (c->bytes == CSV_RECORD_BYTES_MAX)
		blame(c, CSV_LONG_RECORD);
	else
		c->text[c->bytes++] = byte;
}

static void
end_cell(struct csv *c)
{
	c->state = AT_CELL;
	if (c->cells == CSV_COLUMNS_MAX) {
		blame(c, CSV_MANY_COLUMNS);
		return;
	}
	c->cell[c->cells++] = (struct str){ c->text + c->cell_at,
	    c->bytes - c->cell_at };
	c->cell_at = c->bytes;
}

static void
end_record(struct csv *c, uint64_t last_line, struct csv_record *out)
{
	end_cell(c);
	*out = (struct csv_record){
		.line = c->first_line,
		.last_line = last_line,
		.fault = c->fault,
		.cell = c->cell,
		.cells = c->fault ? 0 : c->cells,
	};
	c->fault = CSV_FINE;
	c->is_begun = false;
	c->bytes = c->cell_at = c->cells = 0;
}

/* Within quotes everything is text but a quote. */
static void
take_quoted(struct csv *c, char byte)
{
	if (byte == '"')
		c->state = AFTER_QUOTE;
	else
		keep(c, byte);
}

static void
take_quote(struct csv *c)
{
	switch (c->state) {
	case AT_CELL:
		c->state = IN_QUOTES;
		return;
	case AFTER_QUOTE:
		keep(c, '"');
		c->state = IN_QUOTES;
		return;
	default:
		blame(c, CSV_QUOTE);
		c->state = IN_PLAIN;
	}
}

static void
take_plain(struct csv *c, char byte)
{
	if (c->state == AFTER_QUOTE)
		blame(c, CSV_QUOTE);
	keep(c, byte);
	c->state = IN_PLAIN;
}

/* True at a record's end. */
static bool
take(struct csv *c, char byte)
{
	if (!c->is_begun) {
		c->is_begun = true;
		c->first_line = c->line;
	}
	c->line += byte == '\n';
	if (byte == '\0')
		blame(c, CSV_NUL);
	if (c->state == IN_QUOTES) {
		take_quoted(c, byte);
		return false;
	}
	if (byte == '\n')
		return true;
	if (c->state == AFTER_CR) {
		blame(c, CSV_CR);
		c->state = IN_PLAIN;
	}
	if (byte == '"')
		take_quote(c);
	else if (byte == '\r')
		c->state = AFTER_CR;
	else if (byte == c->separator)
		end_cell(c);
	else
		take_plain(c, byte);
	return false;
}

bool
csv_feed(struct csv *c, struct str bytes, size_t *used,
    struct csv_record *out)
{
	for (size_t i = 0; i < bytes.n; i++) {
		if (!take(c, bytes.p[i]))
			continue;
		*used = i + 1;
		end_record(c, c->line - 1, out);
		return true;
	}
	*used = bytes.n;
	return false;
}

bool
csv_end(struct csv *c, struct csv_record *out)
{
	if (!c->is_begun)
		return false;
	if (c->state == IN_QUOTES)
		blame(c, CSV_UNCLOSED);
	else if (c->state == AFTER_CR)
		blame(c, CSV_CR);
	end_record(c, c->line, out);
	return true;
}

static size_t
mark_bytes(struct str s)
{
	return str_has_prefix(s, STR("\xef\xbb\xbf")) ? 3 : 0;
}

struct csv_head
csv_head(struct str beginning)
{
	static const char separators[] = { ',', ';', '\t' };
	size_t counts[sizeof separators] = { 0 }, best = 0;
	bool is_quoted = false, is_begun = false;
	struct csv_head h = {
		.mark = mark_bytes(beginning),
		.is_utf16 = str_has_prefix(beginning, STR("\xff\xfe")) ||
		    str_has_prefix(beginning, STR("\xfe\xff")),
	};

	for (size_t i = h.mark; i < beginning.n; i++) {
		if (beginning.p[i] == '\n' && is_begun && !is_quoted)
			break;
		is_begun = is_begun || (beginning.p[i] != '\n' &&
		    beginning.p[i] != '\r');
		if (beginning.p[i] == '"')
			is_quoted = !is_quoted;
		if (is_quoted)
			continue;
		for (size_t k = 0; k < sizeof separators; k++)
			counts[k] += beginning.p[i] == separators[k];
	}
	for (size_t k = 1; k < sizeof separators; k++)
		if (counts[k] > counts[best])
			best = k;
	h.separator = separators[best];
	return h;
}
