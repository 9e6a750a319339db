/* Tests of store/csvfile.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "store/csvfile.h"
#include "support/suite.h"

#define LONG_BYTES (200 << 10)	/* several pieces */
#define TOLD_BYTES_MAX 4096

/* A file, what is read of it, and what is complained of. */
static const struct {
	struct str text;
	const char *read;	/* records' first cells */
	enum err err;		/* the last answer */
	const char *complaint;	/* a part of it, NULL for none */
} files[] = {
	{ STR("a;b\n1;2\n"), "a 1", ERR_ABSENT, NULL },
	{ STR(""), "", ERR_ABSENT, NULL },
	{ STR("\xef\xbb\xbf" "a\n"), "a", ERR_ABSENT, NULL },
	{ STR("\n\r\na;x\n;;\n \n\t\nb;\n\n"), "a b", ERR_ABSENT, NULL },
	{ STR("a\n\"b\"c\nd\n"), "a !quote d", ERR_ABSENT, NULL },
	{ STR("a\nb\n\xe9t\xe9\nc\n"), "a b", ERR_INPUT,
	    "line 3: this is not UTF-8 but, likely, Windows-1252" },
	{ STR("a\n\"x\n\xc3(\n\"\n"), "a", ERR_INPUT, "line 2: " },
	{ STR("a\n\"b\nc\n"), "a", ERR_INPUT,
	    "line 2: a quote that opens in this row never closes" },
	{ STR("\xff\xfe" "a\0"), "", ERR_INPUT, "line 1: this is UTF-16" },
};

static const char *
make_file(struct str text)
{
	struct str dir = suite_directory();
	struct str path = buf_fmt(suite_arena(), 1000, "%.*s/x.csv",
	    STR_ARG(dir));
	FILE *f = fopen(path.p, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text.p, 1, text.n, f), text.n);
	ck_assert_int_eq(fclose(f), 0);
	return path.p;
}

/* The first cells of all records; *e is the last answer. */
static struct str
read_all(const char *path, FILE *complaints, enum err *e)
{
	struct csvfile *f = NULL;
	struct csv_record r;
	struct buf b;

	buf_init(&b, suite_arena(), TOLD_BYTES_MAX);
	*e = csvfile_open(path, complaints, &f);
	while (!*e) {
		*e = csvfile_next(f, &r);
		if (*e)
			break;
		if (b.n)
			buf_byte(&b, ' ');
		if (r.fault)
			buf_addf(&b, "!%s", csv_fault_code(r.fault));
		else
			buf_add(&b, r.cell[0]);
	}
	csvfile_close(f);
	return buf_str(&b);
}

/* Also where a record goes across pieces of the file. */
START_TEST(memory_reads_as_the_disk_does)
{
	struct str text = STR("\xef\xbb\xbf" "a;b\n\n1;\"x\ny\"\n");
	char *bytes = arena_take(suite_arena(), LONG_BYTES);
	char hash[2][TOKEN_HASH_TEXT];
	struct csvfile *f[2];
	struct csv_record r;

	memset(bytes, '\n', LONG_BYTES);
	memcpy(bytes, text.p, text.n);
	memcpy(bytes + LONG_BYTES - 4, "2;z\n", 4);
	text = (struct str){ bytes, LONG_BYTES };
	ck_assert_int_eq(csvfile_open(make_file(text), stderr, &f[0]), OK);
	ck_assert_int_eq(csvfile_of(text, "memory", stderr, &f[1]), OK);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(csvfile_separator(f[i]), ';');
		ck_assert_int_eq(csvfile_next(f[i], &r), OK);
		ck_assert_str_same(r.cell[0], STR("a"));
		ck_assert_int_eq(csvfile_next(f[i], &r), OK);
		ck_assert_str_same(r.cell[1], STR("x\ny"));
		ck_assert_int_eq(csvfile_next(f[i], &r), OK);
		ck_assert_str_same(r.cell[1], STR("z"));
		ck_assert_int_eq(csvfile_next(f[i], &r), ERR_ABSENT);
		csvfile_hash(f[i], hash[i]);
		csvfile_close(f[i]);
	}
	ck_assert_str_eq(hash[0], hash[1]);
	ck_assert_int_eq(csvfile_of(STR_EMPTY, "empty", stderr, &f[0]), OK);
	ck_assert_int_eq(csvfile_next(f[0], &r), ERR_ABSENT);
	csvfile_close(f[0]);
} END_TEST

START_TEST(files_are_read)
{
	char told[TOLD_BYTES_MAX] = "";
	FILE *complaints = fmemopen(told, sizeof told, "w");
	enum err e;

	ck_assert_str_same(read_all(make_file(files[_i].text), complaints, &e),
	    str_of(files[_i].read));
	fclose(complaints);
	ck_assert_int_eq((int)e, (int)files[_i].err);
	if (files[_i].complaint)
		ck_assert_msg(strstr(told, files[_i].complaint) != NULL,
		    "\"%s\" without \"%s\"", told, files[_i].complaint);
	else
		ck_assert_str_eq(told, "");
} END_TEST

static const char *const no_files[] = { "/nowhere/x.csv", "/" };

START_TEST(what_is_no_file_is_told)
{
	char told[TOLD_BYTES_MAX] = "";
	FILE *complaints = fmemopen(told, sizeof told, "w");
	enum err e;

	read_all(no_files[_i], complaints, &e);
	fclose(complaints);
	ck_assert_int_eq((int)e, ERR_AWAY);
	ck_assert_ptr_nonnull(strstr(told, no_files[_i]));
} END_TEST

/* Of several pieces, cut anywhere. */
START_TEST(a_long_file_is_read_by_pieces)
{
	struct buf b;
	struct csvfile *f;
	struct csv_record r;
	char got[TOKEN_HASH_TEXT], want[TOKEN_HASH_TEXT];
	size_t rows = 0;

	buf_init(&b, suite_arena(), 1 << 20);
	for (int i = 0; i < 30000; i++)
		buf_addf(&b, "%d,\"é %d\"\n", i, i);
	ck_assert_int_eq((int)csvfile_open(make_file(buf_str(&b)), stderr,
	    &f), OK);
	while (!csvfile_next(f, &r)) {
		uint64_t n;

		ck_assert(str_u64(r.cell[0], rows, rows, &n));
		ck_assert_uint_eq(r.cells, 2);
		ck_assert_uint_eq(r.line, ++rows);
	}
	ck_assert_uint_eq(rows, 30000);
	ck_assert_int_eq(csvfile_separator(f), ',');
	ck_assert_str_same(csvfile_hash(f, got),
	    token_hash(buf_str(&b), want));
	csvfile_close(f);
} END_TEST

SUITE(csvfile)
{
	SUITE_TEST(memory_reads_as_the_disk_does);
	SUITE_LOOP(files_are_read, COUNT(files));
	SUITE_LOOP(what_is_no_file_is_told, COUNT(no_files));
	SUITE_TEST(a_long_file_is_read_by_pieces);
}
