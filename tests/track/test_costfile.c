/* Tests of track/costfile.c. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/suite.h"
#include "track/costfile.h"

#define SAID_BYTES_MAX 4096
#define HEAD "campaign,kind,from,to,amount,currency,supplier,reference," \
    "shared_by\n"

#define TEN(s) s s s s s s s s s s

/* A file of that content. */
static const char *
file_of(struct str content)
{
	struct str dir = suite_directory();
	const char *path = buf_fmt(suite_arena(), 400, "%.*s/costs.csv",
	    STR_ARG(dir)).p;
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	fwrite(content.p, 1, content.n, out);
	fclose(out);
	return path;
}

static enum err
read_file(struct str content, struct costfile *out, char *said)
{
	struct costfile_wish w = { .path = file_of(content), .usual = {
		.campaign = STR("c"), .kind = STR("media"),
		.currency = STR("EUR") } };
	FILE *complaints = fmemopen(said, SAID_BYTES_MAX, "w");
	enum err e = costfile_read(suite_arena(), &w, complaints, out);

	fclose(complaints);
	return e;
}

static const struct {
	const char *content;
	enum err err;
	size_t entries;
	uint64_t faults;
	const char *said;	/* among the complaints; NULL: there is none */
} files[] = {
	{ "from,amount\n2026-01-01,5\n", OK, 1, 0, NULL },
	/* As spreadsheets write it in French; a mark, other words' case. */
	{ "\xef\xbb\xbf" "From;To;Amount\r\n1/2/2026;28/2/2026;\"12,50\"\r\n",
	    OK, 1, 0, NULL },
	{ HEAD "x,staff,2026-01-01,2026-01-31,5,EUR,S,R,spend\n", OK, 1, 0,
	    NULL },
	{ HEAD ",,2026-01-01,,5,,,,\n", OK, 1, 0, NULL },
	{ HEAD ",,2026-01-01,,5,USD,,,\n", OK, 0, 1,
	    "line 2: it is in another currency than the file" },
	{ HEAD ",,2026-01-01,,-5,,,,\n,,2026-01-01,,5,,,,\n,,x,,5,,,,\n",
	    OK, 1, 2, "line 4: a day is like" },
	{ "from,amount,note\n2026-01-01,5,hello\n", OK, 1, 0,
	    "the column note is none of ours" },
	{ "from,amount\n2026-01-01\n", OK, 0, 1, "line 2: it has other" },
	/* Cells of 200 bytes and of 201; none of ours may be as long. */
	{ "from,amount,supplier,note\n2026-01-01,5," TEN(TEN("xx")) ","
	    TEN(TEN("xxx")) "\n", OK, 1, 0, "the column note" },
	{ "from,amount,supplier\n2026-01-01,5,x" TEN(TEN("xx")) "\n", OK, 0,
	    1, "line 2: a cell has more" },
	{ "from;amount\n2026-01-01;1\u202f234,56\n2026-01-01;1\u00a0000\n",
	    OK, 2, 0, NULL },
	{ "from,amount\n2026-01-01,\"5\"x\n", OK, 0, 1, "line 2: quote" },
	{ "from,kind\n2026-01-01,media\n", ERR_INPUT, 0, 0,
	    "columns from and amount" },
	{ "from,amount,AMOUNT\n2026-01-01,5,5\n", ERR_INPUT, 0, 0,
	    "a column is there twice" },
	{ "", ERR_INPUT, 0, 0, "the file is empty" },
	{ "from,amount\n", OK, 0, 0, NULL },
	{ "from,amount\n2026-01-01,\xff\n", ERR_INPUT, 0, 0, "" },
};

START_TEST(files_are_read)
{
	char said[SAID_BYTES_MAX] = "";
	struct costfile f = { 0 };

	ck_assert_int_eq(read_file(str_of(files[_i].content), &f, said),
	    files[_i].err);
	ck_assert_msg(files[_i].said ? strstr(said, files[_i].said) != NULL :
	    !said[0], "%s", said);
	if (files[_i].err)
		return;
	ck_assert_uint_eq(f.entries, files[_i].entries);
	ck_assert_uint_eq(f.faults, files[_i].faults);
} END_TEST

START_TEST(a_cell_goes_before_what_is_usual)
{
	char said[SAID_BYTES_MAX] = "";
	struct costfile f;

	ck_assert_int_eq(read_file(STR(HEAD "x,staff,1.2.2026,,5,EUR, S ,R,"
	    "leads\n,,2026-01-01,,\"7,5\",,,,\n"), &f, said), OK);
	ck_assert_uint_eq(f.entries, 2);
	ck_assert_str_same(f.entry[0].campaign, STR("x"));
	ck_assert_str_same(f.entry[0].kind, STR("staff"));
	ck_assert_str_same(f.entry[0].from, STR("2026-02-01"));
	ck_assert_str_same(f.entry[0].supplier, STR("S"));
	ck_assert_str_same(f.entry[0].reference, STR("R"));
	ck_assert_str_same(f.entry[0].shared_by, STR("leads"));
	ck_assert_str_same(f.entry[1].campaign, STR("c"));
	ck_assert_str_same(f.entry[1].kind, STR("media"));
	ck_assert_str_same(f.entry[1].to, STR("2026-01-01"));
	ck_assert_str_same(f.entry[1].amount, STR("7.50"));
	ck_assert_uint_eq(f.entry[1].line, 3);
} END_TEST

/* As many rows as there may be, and one more. */
START_TEST(a_file_has_an_end)
{
	char said[SAID_BYTES_MAX] = "";
	struct costfile f;
	struct buf b;

	buf_init(&b, suite_arena(), (size_t)1 << 20);
	buf_add(&b, STR("from,amount\n"));
	for (size_t i = 0; i < COST_ENTRIES_MAX + (size_t)_i; i++)
		buf_add(&b, STR("2026-01-01,5\n"));
	ck_assert_int_eq(read_file(buf_str(&b), &f, said),
	    _i ? ERR_INPUT : OK);
	ck_assert(!_i || strstr(said, "line 20002: a file has at most"));
} END_TEST

/* What is refused for its size takes no room. */
START_TEST(long_cells_cost_no_memory)
{
	struct arena *a = arena_new((size_t)6 << 20);
	FILE *complaints = fopen("/dev/null", "w");
	struct str cell = { memset(arena_room(suite_arena(), 4096), 'x', 4096),
		4096 };
	struct costfile f;
	struct buf b;

	buf_init(&b, suite_arena(), (size_t)8 << 20);
	buf_add(&b, STR("from,amount,supplier\n"));
	for (int i = 0; i < 1500; i++)
		buf_addf(&b, "2026-01-01,5,%.*s\n", STR_ARG(cell));
	ck_assert_int_eq(costfile_read(a, &(struct costfile_wish){
	    .path = file_of(buf_str(&b)), .usual = { .campaign = STR("c"),
	    .kind = STR("media"), .currency = STR("EUR") } }, complaints,
	    &f), OK);
	ck_assert_uint_eq(f.faults, 1500);
	fclose(complaints);
	arena_free(a);
} END_TEST

START_TEST(a_file_that_is_not_there_is_told)
{
	char said[SAID_BYTES_MAX] = "";
	FILE *complaints = fmemopen(said, sizeof said, "w");
	struct costfile f;

	ck_assert_int_eq(costfile_read(suite_arena(), &(struct costfile_wish){
	    .path = "/nowhere/costs.csv" }, complaints, &f), ERR_AWAY);
	fclose(complaints);
	ck_assert(strstr(said, "/nowhere/costs.csv"));
} END_TEST

SUITE(costfile)
{
	SUITE_LOOP(files_are_read, COUNT(files));
	SUITE_TEST(a_cell_goes_before_what_is_usual);
	SUITE_LOOP(a_file_has_an_end, 2);
	SUITE_TEST(long_cells_cost_no_memory);
	SUITE_TEST(a_file_that_is_not_there_is_told);
}
