/* Tests of base/csv.c. */
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "support/suite.h"

#define TOLD_BYTES_MAX (1 << 20)

/* A text's records as "LINE[-LAST]:cell|cell" or "LINE[-LAST]!fault". */
static const struct {
	const char *text;
	const char *told;
} texts[] = {
	{ "", "" },
	{ "a", "1:a" },
	{ "a\n", "1:a" },
	{ "a,b\r\nc,d\r\n", "1:a|b 2:c|d" },
	{ "a,b\nc,d", "1:a|b 2:c|d" },
	{ ",\n", "1:|" },
	{ "a,,b,\n", "1:a||b|" },
	{ "\n\nx\n", "1: 2: 3:x" },
	{ "\r\n", "1:" },
	{ " a , b \n", "1: a | b " },
	/* RFC 4180, section 2, rules 5 to 7. */
	{ "\"aaa\",\"bbb\"\n", "1:aaa|bbb" },
	{ "\"a\r\nb\",c\nd,e\n", "1-2:a\r\nb|c 3:d|e" },
	{ "\"a\"\"b\"\n", "1:a\"b" },
	{ "\"\",\"\"\"\"\n", "1:|\"" },
	{ "\"a,b\",c\n", "1:a,b|c" },
	{ "\"a\"\r\n\"b\"", "1:a 2:b" },
	{ "\"\n\n\"\nx\n", "1-3:\n\n 4:x" },
	{ "'a,b'\n", "1:'a|b'" },
	/* What is wrong stays where it is. */
	{ "a\"b,c\nd\n", "1!quote 2:d" },
	{ "\"a\"b,c\nd\n", "1!quote 2:d" },
	{ "\"a\" ,c\nd\n", "1!quote 2:d" },
	{ " \"a\"\nd\n", "1!quote 2:d" },
	{ "a\rb\nd\n", "1!line-end 2:d" },
	{ "a\r", "1!line-end" },
	{ "a\r\rb\n", "1!line-end" },
	{ "\"a\"\rb\n", "1!line-end" },
	{ "a\nb,\"c\nd\ne", "1:a 2-4!unclosed-quote" },
	{ "\"", "1!unclosed-quote" },
	{ "\"a\"\"", "1!unclosed-quote" },
	{ "a\"\nb\"\n\"c", "1!quote 2!quote 3!unclosed-quote" },
};

static void
tell(struct buf *b, const struct csv_record *r)
{
	if (b->n)
		buf_byte(b, ' ');
	buf_u64(b, r->line);
	if (r->last_line != r->line)
		buf_addf(b, "-%llu", (unsigned long long)r->last_line);
	if (r->fault) {
		ck_assert_uint_eq(r->cells, 0);
		buf_addf(b, "!%s", csv_fault_code(r->fault));
		return;
	}
	for (size_t i = 0; i < r->cells; i++) {
		buf_byte(b, i ? '|' : ':');
		buf_add(b, r->cell[i]);
	}
}

/* Read text by pieces of that many bytes. */
static struct str
read_text(struct str text, size_t piece)
{
	struct csv *c = csv_new(',');
	struct csv_record r;
	struct buf b;

	buf_init(&b, suite_arena(), TOLD_BYTES_MAX);
	while (text.n) {
		struct str part = str_slice(text, 0, piece);
		size_t used;

		if (csv_feed(c, part, &used, &r))
			tell(&b, &r);
		else
			ck_assert_uint_eq(used, part.n);
		text = str_slice(text, used, text.n);
	}
	if (csv_end(c, &r))
		tell(&b, &r);
	ck_assert(!csv_end(c, &r));
	csv_free(c);
	return buf_str(&b);
}

START_TEST(records_are_read)
{
	struct str text = str_of(texts[_i].text);

	for (size_t piece = 1; piece <= 3; piece++)
		ck_assert_str_same(read_text(text, piece),
		    str_of(texts[_i].told));
	ck_assert_str_same(read_text(text, SIZE_MAX), str_of(texts[_i].told));
} END_TEST

START_TEST(a_nul_is_a_fault)
{
	ck_assert_str_same(read_text(STR("a\0b,c\nd\n"), 2),
	    STR("1!nul 2:d"));
	ck_assert_str_same(read_text(STR("\"\0\"\nd\n"), 2),
	    STR("1!nul 2:d"));
} END_TEST

/* cells of bytes each, the first with more on top, in quotes or not. */
static struct str
wide(size_t cells, size_t bytes, size_t more, bool is_quoted)
{
	struct buf b;

	buf_init(&b, suite_arena(), cells * (bytes + 3) + more + 2);
	for (size_t i = 0; i < cells; i++) {
		if (i)
			buf_byte(&b, ',');
		if (is_quoted)
			buf_byte(&b, '"');
		for (size_t k = 0; k < bytes + (i ? 0 : more); k++)
			buf_byte(&b, 'x');
		if (is_quoted)
			buf_byte(&b, '"');
	}
	buf_byte(&b, '\n');
	return buf_str(&b);
}

#define CELL CSV_CELL_BYTES_MAX
#define FULL (CSV_RECORD_BYTES_MAX / CSV_CELL_BYTES_MAX)

static const struct {
	size_t cells;
	size_t bytes;
	size_t more;
	enum csv_fault fault;
} sizes[] = {
	{ 2, 0, CELL, CSV_FINE },
	{ 2, 0, CELL + 1, CSV_LONG_CELL },
	{ FULL, CELL, 0, CSV_FINE },
	{ 2 * FULL, CELL / 2, 1, CSV_LONG_RECORD },
	{ CSV_COLUMNS_MAX, 1, 0, CSV_FINE },
	{ CSV_COLUMNS_MAX + 1, 1, 0, CSV_MANY_COLUMNS },
};

START_TEST(limits_hold)
{
	for (int quoted = 0; quoted < 2; quoted++) {
		struct str text = wide(sizes[_i].cells, sizes[_i].bytes,
		    sizes[_i].more, quoted);
		struct csv *c = csv_new(',');
		struct csv_record r;
		size_t used;

		ck_assert(csv_feed(c, text, &used, &r));
		ck_assert_uint_eq(used, text.n);
		ck_assert_int_eq((int)r.fault, (int)sizes[_i].fault);
		ck_assert_uint_eq(r.cells, r.fault ? 0 : sizes[_i].cells);
		ck_assert(csv_feed(c, STR("a,b\n"), &used, &r));
		ck_assert_uint_eq(r.cells, 2);
		ck_assert_uint_eq(r.line, 2);
		csv_free(c);
	}
} END_TEST

static const struct {
	const char *text;
	struct csv_head head;
} heads[] = {
	{ "", { 0, ',', false } },
	{ "a", { 0, ',', false } },
	{ "a,b", { 0, ',', false } },
	{ "a;b", { 0, ';', false } },
	{ "a\tb\tc;d", { 0, '\t', false } },
	{ "a;b\nc,d,e,f", { 0, ';', false } },
	{ "\n\r\n\na;b\n,,", { 0, ';', false } },
	{ "\"x,y,z\";b", { 0, ';', false } },
	{ "\"x\n,,,\";b", { 0, ';', false } },
	{ "\"x\"\"y,,\";b", { 0, ';', false } },
	{ "\xef\xbb\xbf" "a;b", { 3, ';', false } },
	{ "\xff\xfe" "a", { 0, ',', true } },
	{ "\xfe\xff" "a", { 0, ',', true } },
};

START_TEST(a_beginning_tells_how_to_read)
{
	struct csv_head h = csv_head(str_of(heads[_i].text));

	ck_assert_uint_eq(h.mark, heads[_i].head.mark);
	ck_assert_int_eq(h.separator, heads[_i].head.separator);
	ck_assert_int_eq(h.is_utf16, heads[_i].head.is_utf16);
} END_TEST

SUITE(csv)
{
	SUITE_LOOP(records_are_read, COUNT(texts));
	SUITE_TEST(a_nul_is_a_fault);
	SUITE_LOOP(limits_hold, COUNT(sizes));
	SUITE_LOOP(a_beginning_tells_how_to_read, COUNT(heads));
}
