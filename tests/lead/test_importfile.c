/* Tests of lead/importfile.c. */
#include "account/desks.h"
#include "base/buf.h"
#include "lead/importfile.h"

/* Every byte there is, as it came. */
static struct str
bytes(void)
{
	char *p = arena_take(suite_arena(), 256);

	for (int i = 0; i < 256; i++)
		p[i] = (char)i;
	return (struct str){ p, 256 };
}

START_TEST(a_file_waits_and_is_done)
{
	struct desks d = desks_new();
	struct str words[] = { STR("--source"), STR("a \"b\", {c}\\"),
		STR("") };
	struct importfile f = { .name = STR("été.csv"), .content = bytes(),
		.word = words, .words = 3 }, got;
	struct importfile *list;
	size_t count;
	struct arena *a = suite_arena();

	ck_assert_int_eq(importfile_add(d.db, a, 3, &f), OK);
	ck_assert_int_eq(importfile_read(d.db, a, f.id, 3, &got), OK);
	ck_assert_str_same(got.content, f.content);
	ck_assert_str_same(got.name, f.name);
	ck_assert_uint_eq(got.words, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_same(got.word[i], words[i]);
	/* It is nobody else's until it is done. */
	ck_assert_int_eq(importfile_read(d.db, a, f.id, 4, &got), ERR_ABSENT);
	ck_assert_int_eq(importfile_read(d.db, a, STR("x"), 3, &got),
	    ERR_ABSENT);
	ck_assert_int_eq(importfile_list(d.db, a, 4, &list, &count), OK);
	ck_assert_uint_eq(count, 0);

	ck_assert_int_eq(importfile_set_map(d.db, f.id, STR("#1=email")), OK);
	ck_assert_int_eq(importfile_done(d.db, f.id, STR("{\"rows\": 1}"),
	    STR("[]")), OK);
	ck_assert_int_eq(importfile_read(d.db, a, f.id, 4, &got), OK);
	ck_assert_str_same(got.content, STR_EMPTY);
	ck_assert_str_same(got.map, STR("#1=email"));
	ck_assert_str_same(got.totals, STR("{\"rows\": 1}"));
	/* What is done stays. */
	ck_assert_int_eq(importfile_done(d.db, f.id, STR("{}"), STR("[1]")),
	    OK);
	ck_assert_int_eq(importfile_read(d.db, a, f.id, 4, &got), OK);
	ck_assert_str_same(got.totals, STR("{\"rows\": 1}"));
	ck_assert_int_eq(importfile_drop(d.db, f.id), OK);
	ck_assert_int_eq(importfile_list(d.db, a, 4, &list, &count), OK);
	ck_assert_uint_eq(count, 1);
	pg_free(d.db);
} END_TEST

START_TEST(a_file_is_taken_by_one_at_a_time)
{
	struct desks d = desks_new();
	struct arena *a = suite_arena();
	struct pg *taker = pg_new(d.sample.conninfo, "taker");
	struct importfile f = { .name = STR("f"), .content = STR("x") };
	int64_t rows;

	ck_assert_int_eq(importfile_add(d.db, a, 3, &f), OK);
	ck_assert_int_eq(importfile_under_way(d.db, f.id, &rows), OK);
	ck_assert_int_eq(rows, -1);
	ck_assert_int_eq(importfile_hold(taker, f.id), OK);
	ck_assert_int_eq(importfile_hold(d.db, f.id), ERR_DENIED);
	ck_assert_int_eq(importfile_under_way(d.db, f.id, &rows), OK);
	ck_assert_int_eq(rows, 0);
	/* Whoever is killed holds it no more. */
	pg_free(taker);
	ck_assert(sample_await(d.sample.conn, "SELECT NOT EXISTS (SELECT FROM"
	    " pg_locks WHERE locktype = 'advisory')"));
	ck_assert_int_eq(importfile_hold(d.db, f.id), OK);
	ck_assert_int_eq(importfile_done(d.db, f.id, STR("{}"), STR("[]")),
	    OK);
	ck_assert_int_eq(importfile_hold(d.db, f.id), ERR_DENIED);
	ck_assert_int_eq(importfile_under_way(d.db, f.id, &rows), OK);
	ck_assert_int_eq(rows, -1);
	pg_free(d.db);
} END_TEST

/* A report of as many lines, and which of them are read. */
START_TEST(a_report_is_read_in_pieces)
{
	static const struct { int lines; const char *from, *first; } cases[] = {
		{ 0, "0", "0 -" },
		{ 1, "0", "1 1" },
		{ IMPORTFILE_LINES_MAX, "0", "200 1" },
		{ IMPORTFILE_LINES_MAX + 1, "0", "200 1" },
		{ IMPORTFILE_LINES_MAX + 1, "200", "1 201" },
		{ IMPORTFILE_LINES_MAX + 1, "400", "0 -" },
	};
	struct desks d = desks_new();
	struct arena *a = suite_arena();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct importfile f = { .name = STR("f"),
			.content = STR("x") }, got;
		struct str some;
		int64_t from;

		ck_assert(str_i64(str_of(cases[i].from), 0, 1000, &from));
		ck_assert_int_eq(importfile_add(d.db, a, 3, &f), OK);
		ck_assert_int_eq(importfile_lines(d.db, a, f.id, 0, &some),
		    ERR_ABSENT);
		sample_run(d.sample.conn, buf_fmt(a, 400,
		    "UPDATE piste.import_upload SET totals = '{}', report ="
		    " (SELECT coalesce(jsonb_agg(g), '[]')"
		    " FROM generate_series(1, %d) AS g) WHERE id = '%.*s'",
		    cases[i].lines, STR_ARG(f.id)).p);
		ck_assert_int_eq(importfile_read(d.db, a, f.id, 3, &got), OK);
		ck_assert_int_eq(got.reported, cases[i].lines);
		ck_assert_int_eq(importfile_lines(d.db, a, f.id, from, &some),
		    OK);
		if (!from)
			ck_assert_str_same(got.report, some);
		ck_assert_str_same(sample_text(d.sample.conn, buf_fmt(a, 4000,
		    "SELECT jsonb_array_length(j) || ' ' ||"
		    " coalesce(j->>0, '-') FROM (SELECT '%.*s'::jsonb AS j)"
		    " AS f", STR_ARG(some)).p), str_of(cases[i].first));
	}
	pg_free(d.db);
} END_TEST

/* A day, and 90 days for what became of it. */
START_TEST(files_are_forgotten)
{
	struct desks d = desks_new();
	struct importfile f[4];
	int64_t gone;
	static const char *const ages[] = { "1 day 1 minute", "23:59",
		"90 days 1 minute", "89 days" };

	for (size_t i = 0; i < 4; i++) {
		f[i] = (struct importfile){ .name = STR("f"),
			.content = STR("x") };
		ck_assert_int_eq(importfile_add(d.db, suite_arena(), 3,
		    &f[i]), OK);
		if (i >= 2)
			ck_assert_int_eq(importfile_done(d.db, f[i].id,
			    STR("{}"), STR("[]")), OK);
		sample_run(d.sample.conn, buf_fmt(suite_arena(), 400,
		    "UPDATE piste.import_upload SET created_at = now()"
		    " - interval '%s' WHERE id = '%.*s'", ages[i],
		    STR_ARG(f[i].id)).p);
	}
	ck_assert_int_eq(importfile_forget(d.db, &gone), OK);
	ck_assert_int_eq(gone, 2);
	for (size_t i = 0; i < 4; i++) {
		struct importfile got;

		ck_assert_int_eq(importfile_read(d.db, suite_arena(), f[i].id,
		    3, &got), i % 2 ? OK : ERR_ABSENT);
	}
	pg_free(d.db);
} END_TEST

/* The whole file goes with somebody in it who is erased. */
START_TEST(an_erasure_finds_the_file)
{
	struct desks d = desks_new();
	struct importfile f = { .name = STR("f"),
		.content = STR("E-mail\nANA@Firm.fr\nb@firm.de\n") };

	sample_take(d.sample.conn, sample_batch((const struct sample_row[]){
	    { 1, .email = "ana@firm.fr" }, { 2, .email = "b@firm.fr" } }, 2));
	ck_assert_int_eq(importfile_add(d.db, suite_arena(), 3, &f), OK);
	sample_text(d.sample.conn,
	    "SELECT piste.erase('{2}', NULL, NULL, 'request', NULL)");
	ck_assert_str_same(sample_text(d.sample.conn,
	    "SELECT count(*) FROM piste.import_upload"), STR("1"));
	/* They are told of it, and not who else is in it. */
	ck_assert_str_same(sample_text(d.sample.conn,
	    "SELECT (j->0->>'name') || ' ' || (j->0 ? 'content') FROM (SELECT"
	    " piste.held_export(piste.subject_of('{1}', NULL, NULL))"
	    "->'import_upload' AS j) AS f"), STR("f false"));
	sample_text(d.sample.conn,
	    "SELECT piste.erase('{1}', NULL, NULL, 'request', NULL)");
	ck_assert_str_same(sample_text(d.sample.conn,
	    "SELECT count(*) FROM piste.import_upload"), STR("0"));
	pg_free(d.db);
} END_TEST

SUITE_APART(importfile)
{
	SUITE_TEST(a_file_waits_and_is_done);
	SUITE_TEST(a_file_is_taken_by_one_at_a_time);
	SUITE_TEST(a_report_is_read_in_pieces);
	SUITE_TEST(files_are_forgotten);
	SUITE_TEST(an_erasure_finds_the_file);
}
