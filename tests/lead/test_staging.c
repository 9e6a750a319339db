/* Tests of lead/staging.c and of what it calls in src/sql. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/token.h"
#include "lead/import.h"
#include "lead/staging.h"
#include "store/pg.h"
#include "support/sample.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOLD_BYTES_MAX 200

struct told {
	char lines[TOLD_BYTES_MAX];
};

/* "2 " was refused, "3- " taken without its number. */
static void
note_objected(void *context, uint64_t line, bool is_refused)
{
	struct told *t = context;
	size_t n = strlen(t->lines);

	snprintf(t->lines + n, sizeof t->lines - n, "%llu%s ",
	    (unsigned long long)line, is_refused ? "" : "-");
}

static const struct staging_file usual = {
	.sha256 = STR(HASH), .name = STR("x.csv"), .campaign = STR("c1"),
	.source = STR("fair"), .page = STR("p1"), .form = STR("f1"),
	.legal_basis = STR("contract"), .cost = STR("1200.5"),
	.currency = STR("EUR"), .objected = note_objected,
};

/* What import_judge makes of a person's row. */
static struct import_row
make_row(uint64_t line, int id, const char *email, const char *more)
{
	struct import_row row = { .line = line, .last_line = line };

	row.id = buf_fmt(suite_arena(), UUID_TEXT,
	    "00000000-0000-8000-8000-%012d", id);
	row.json = buf_fmt(suite_arena(), 2000, "{\"id\":\"%.*s\","
	    "\"page_key\":\"p1\",\"form_key\":\"f1\",\"offer_key\":\"o1\","
	    "\"duplicates\":\"email\",\"lang\":\"fr\",\"email\":\"%s\","
	    "\"fields\":{\"email\":\"%s\",\"text\":\"a\\\\b\\tc\\n\"},"
	    "\"source\":\"fair\",\"via\":\"import\"%s}", STR_ARG(row.id),
	    email, email, more);
	return row;
}

/* A whole import over a connection of its own. */
static enum err
import_rows(const struct sample *c, const struct staging_file *file,
    const struct import_row *row, size_t rows, struct staging_counts *counts)
{
	struct pg *db = pg_new(c->conninfo, "piste-test");
	struct staging *st = NULL;
	struct str secret, import = STR_EMPTY;
	enum err e;

	*counts = (struct staging_counts){ 0 };
	ck_assert_int_eq((int)staging_new(db, suite_arena(), &secret, &st),
	    OK);
	ck_assert_uint_eq(secret.n, UUID_TEXT - 1);
	for (size_t i = 0; i < rows; i++)
		ck_assert_int_eq((int)staging_put(st, &row[i]), OK);
	e = staging_take(st, suite_arena(), file, &import, counts);
	if (!e)
		ck_assert_int_eq((int)staging_close(st, import, rows, 0), OK);
	staging_free(st);
	pg_free(db);
	return e;
}

static void
check_counts(const struct staging_counts *got, struct staging_counts want)
{
	ck_assert_int_eq(got->added, want.added);
	ck_assert_int_eq(got->updated, want.updated);
	ck_assert_int_eq(got->repeated, want.repeated);
	ck_assert_int_eq(got->quarantined, want.quarantined);
	ck_assert_int_eq(got->known, want.known);
}

static struct str
text(const struct sample *c, const char *sql)
{
	return sample_text(c->conn, sql);
}

START_TEST(a_file_is_imported_once)
{
	struct sample c = sample_new();
	struct import_row row[] = { make_row(2, 1, "a@x.fr", ""),
	    make_row(3, 2, "b@x.fr", ""), make_row(4, 1, "a@x.fr", ""),
	    make_row(5, 3, "a@x.fr", ",\"phone\":\"+33612345678\"") };
	static const char *const all = "SELECT concat("
	    "(SELECT string_agg(t::text, ';' ORDER BY t::text) FROM"
	    " piste.import AS t), (SELECT string_agg(t::text, ';' ORDER BY"
	    " t::text) FROM piste.submission AS t), (SELECT"
	    " string_agg(t::text, ';' ORDER BY t::text) FROM"
	    " piste.qualification_queue AS t), (SELECT count(*) FROM"
	    " piste.import_submission), (SELECT count(*) FROM piste.outbox))";
	struct staging_counts counts;
	struct str first;

	ck_assert_int_eq((int)import_rows(&c, &usual, row, COUNT(row),
	    &counts), OK);
	check_counts(&counts, (struct staging_counts){ .added = 2,
	    .repeated = 1, .known = 1 });
	ck_assert_str_same(text(&c, "SELECT concat_ws(' ', file_name, cost,"
	    " currency, row_count, refused, added, updated, repeated,"
	    " quarantined, finished_at IS NOT NULL) FROM piste.import"),
	    STR("x.csv 1200.5000 EUR 4 0 2 0 1 0 t"));
	ck_assert_str_same(text(&c, "SELECT fields->>'text' FROM"
	    " piste.submission WHERE email = 'b@x.fr'"), STR("a\\b\tc\n"));
	first = text(&c, all);
	ck_assert_int_eq((int)import_rows(&c, &usual, row, COUNT(row),
	    &counts), OK);
	check_counts(&counts, (struct staging_counts){ .known = 4 });
	ck_assert_str_same(text(&c, all), first);
} END_TEST

/* More than a batch, and what a killed import had taken before. */
START_TEST(an_import_goes_on_where_another_ended)
{
	enum { ROWS = STAGING_BATCH_MAX * 2 + 3, BEFORE = 100 };
	struct sample c = sample_new();
	struct import_row *row = arena_array(suite_arena(), ROWS, sizeof *row);
	struct staging_counts counts;

	for (int i = 0; i < ROWS; i++)
		row[i] = make_row((uint64_t)i + 2, i + 1, buf_fmt(suite_arena(),
		    20, "p%d@x.fr", i).p, "");
	ck_assert_int_eq((int)import_rows(&c, &usual, row, BEFORE, &counts),
	    OK);
	ck_assert_int_eq((int)import_rows(&c, &usual, row, ROWS, &counts), OK);
	check_counts(&counts, (struct staging_counts){ .added = ROWS - BEFORE,
	    .known = BEFORE });
	ck_assert_str_same(text(&c, "SELECT concat_ws(' ', added, (SELECT"
	    " count(*) = added FROM piste.submission), (SELECT count(*) ="
	    " added FROM piste.import_submission)) FROM piste.import"),
	    buf_fmt(suite_arena(), 20, "%d t t", ROWS));
} END_TEST

/* The row is the same in two files: one submission of both. */
START_TEST(a_row_may_stand_in_two_files)
{
	struct sample c = sample_new();
	struct import_row row = make_row(2, 1, "a@x.fr", "");
	struct staging_file later = usual;
	struct staging_counts counts;

	later.sha256 = buf_fmt(suite_arena(), 64, "f%.63s", HASH);
	ck_assert_int_eq((int)import_rows(&c, &usual, &row, 1, &counts), OK);
	ck_assert_int_eq((int)import_rows(&c, &later, &row, 1, &counts), OK);
	check_counts(&counts, (struct staging_counts){ .known = 1 });
	ck_assert_str_same(text(&c, "SELECT concat_ws(' ', (SELECT count(*)"
	    " FROM piste.submission), (SELECT count(*) FROM piste.import),"
	    " (SELECT count(*) FROM piste.import_submission))"), STR("1 2 2"));
} END_TEST

static const struct {
	struct staging_file file;	/* what differs */
	const char *on;
} differing[] = {
	{ { .supplier = STR("S") }, "on: supplier" },
	{ { .legal_basis = STR("consent") }, "on: legal basis" },
	{ { .cost = STR("1200.51") }, "on: cost" },
	{ { .currency = STR("CHF") }, "on: cost" },
	{ { .valid_until = STR("2030-01-01") }, "on: validity" },
};

START_TEST(a_file_keeps_its_particulars)
{
	struct sample c = sample_new();
	struct import_row row = make_row(2, 1, "a@x.fr", "");
	struct staging_file other = usual;
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct str secret, import;
	struct staging_counts counts;
	struct staging *st;

	if (differing[_i].file.supplier.n)
		other.supplier = differing[_i].file.supplier;
	if (differing[_i].file.legal_basis.n)
		other.legal_basis = differing[_i].file.legal_basis;
	if (differing[_i].file.cost.n)
		other.cost = differing[_i].file.cost;
	if (differing[_i].file.currency.n)
		other.currency = differing[_i].file.currency;
	if (differing[_i].file.valid_until.n)
		other.valid_until = differing[_i].file.valid_until;
	ck_assert_int_eq((int)import_rows(&c, &usual, &row, 1, &counts), OK);
	ck_assert_int_eq((int)staging_new(db, suite_arena(), &secret, &st),
	    OK);
	ck_assert_int_eq((int)staging_take(st, suite_arena(), &other, &import,
	    &counts), ERR_INPUT);
	ck_assert_msg(strstr(pg_message(db), differing[_i].on) != NULL, "%s",
	    pg_message(db));
	staging_free(st);
	pg_free(db);
} END_TEST

/* Who sends a form goes first, whenever their file came. */
START_TEST(a_file_waits_behind_forms)
{
	static const char order[] = "SELECT string_agg(concat(p.email, ' ',"
	    " q.priority), ', ' ORDER BY p.email)"
	    " FROM piste.qualification_queue AS q"
	    " JOIN piste.lead AS l ON l.id = q.lead_id"
	    " JOIN piste.person AS p ON p.id = l.person_id";
	struct sample c = sample_new();
	struct import_row row[] = { make_row(2, 1, "a@x.fr", ""),
	    make_row(3, 2, "b@x.fr", "") };
	struct sample_row form[] = { { .id = 9, .email = "b@x.fr" } };
	struct staging_counts counts;

	sample_take(c.conn, sample_batch(form, 1));
	ck_assert_int_eq((int)import_rows(&c, &usual, row, 2, &counts), OK);
	ck_assert_str_same(text(&c, order), STR("a@x.fr -1, b@x.fr 0"));
	form[0] = (struct sample_row){ .id = 10, .email = "a@x.fr" };
	sample_take(c.conn, sample_batch(form, 1));
	ck_assert_str_same(text(&c, order), STR("a@x.fr 0, b@x.fr 0"));
} END_TEST

#define NEWS ",\"consents\":[{\"key\":\"news\",\"purpose\":\"n\"," \
    "\"channel\":\"email\",\"recipient\":\"us\",\"version\":1," \
    "\"text_hash\":\"" HASH "\"}]"

/* A consent told by a file, and what else is said of it. */
static const struct {
	const char *received;	/* the day in the file */
	const char *valid_until;
	const char *meanwhile;
	bool may;
} told[] = {
	{ "2026-01-10", "", "", true },
	{ "2026-01-10", "2999-12-31", "", true },
	{ "2026-01-10", "2026-01-11", "", false },
	{ "2026-01-10", "today", "", true },
	{ "2026-01-10", "yesterday", "", false },
	/* Taken back on that day or later, though the file came last. */
	{ "2026-01-10", "", "2026-01-10", false },
	{ "2026-01-10", "", "2026-03-01", false },
	{ "2026-01-10", "", "2026-01-09", true },
};

START_TEST(a_file_says_less_than_a_person)
{
	struct sample c = sample_new();
	struct import_row row = make_row(2, 1, "a@x.fr",
	    buf_fmt(suite_arena(), 1000, NEWS ",\"received_at\":\"%s\"",
	    told[_i].received).p);
	struct staging_file file = usual;
	struct staging_counts counts;

	if (*told[_i].meanwhile) {
		struct import_row before = make_row(2, 5, "a@x.fr", NEWS);

		sample_run(c.conn, buf_fmt(suite_arena(), 2000,
		    "SELECT ord FROM piste.submit_group('[%.*s]', 'form');"
		    "SELECT piste.consent_withdraw(1, NULL, NULL, NULL,"
		    " 'link'); ALTER TABLE piste.consent DISABLE TRIGGER USER;"
		    " UPDATE piste.consent SET given_at = '%s' WHERE what ="
		    " 'withdrawn'", STR_ARG(before.json),
		    told[_i].meanwhile).p);
	}
	file.valid_until = str_of(told[_i].valid_until);
	ck_assert_int_eq((int)import_rows(&c, &file, &row, 1, &counts), OK);
	ck_assert_str_same(text(&c, "SELECT concat(piste.may_contact(1, 'n',"
	    " 'email', 'us'), (SELECT count(*) FROM piste.contactable))"),
	    told[_i].may ? STR("t1") : STR("f0"));
	/* The file is rented again. */
	file.sha256 = buf_fmt(suite_arena(), 64, "e%.63s", HASH);
	file.valid_until = STR_EMPTY;
	ck_assert_int_eq((int)import_rows(&c, &file, &row, 1, &counts), OK);
	ck_assert_str_same(text(&c, "SELECT piste.may_contact(1, 'n', 'email',"
	    " 'us')"), told[_i].may || !*told[_i].meanwhile ? STR("t") :
	    STR("f"));
} END_TEST

/*
 * The file's columns are taken for something else, so its rows have other
 * ids: what was taken stays as it is, what was refused is taken.
 */
START_TEST(a_line_is_taken_once)
{
	struct sample c = sample_new();
	struct import_row before[] = { make_row(2, 1, "a@x.fr", ""),
	    make_row(4, 1, "a@x.fr", "") };
	struct import_row after[] = { make_row(2, 11, "a@x.fr", ""),
	    make_row(3, 12, "b@x.fr", ""), make_row(4, 13, "a@x.fr", "") };
	struct staging_file other = usual;
	struct staging_counts counts;

	ck_assert_int_eq((int)import_rows(&c, &usual, before, 2, &counts),
	    OK);
	check_counts(&counts, (struct staging_counts){ .added = 1,
	    .known = 1 });
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq((int)import_rows(&c, &usual, after, 3,
		    &counts), OK);
		check_counts(&counts, (struct staging_counts){ .added = !i,
		    .known = i ? 3 : 2 });
	}
	ck_assert_str_same(text(&c, "SELECT string_agg(concat(l.line, ' ',"
	    " right(s.id::text, 2), ' ', s.email), ', ' ORDER BY l.line) FROM"
	    " piste.import_submission AS l JOIN piste.submission AS s"
	    " ON s.id = l.submission_id"),
	    STR("2 01 a@x.fr, 3 12 b@x.fr, 4 01 a@x.fr"));
	/* Another file has lines of its own. */
	other.sha256 = buf_fmt(suite_arena(), 64, "f%.63s", HASH);
	ck_assert_int_eq((int)import_rows(&c, &other, after, 1, &counts), OK);
	check_counts(&counts, (struct staging_counts){ .repeated = 1 });
} END_TEST

#define PHONE ",\"phone\":\"+33612345678\""
#define KEPT ",\"phone\":\"+33700000000\""

/* Who was erased at their wish is not brought back; an office's number is. */
static const struct {
	const char *email;	/* "": the row has none */
	const char *more;
	bool needs_phone;
	const char *told;
	const char *kept;	/* address, number, fields; NULL: nothing */
} objections[] = {
	{ "A@x.fr", "", false, "2 ", NULL },
	{ "a@x.fr", KEPT, false, "2 ", NULL },
	{ "a@x.fr", PHONE, false, "2 ", NULL },
	{ "b@x.fr", "", true, "", "b@x.fr email text" },
	{ "b@x.fr", KEPT, true, "",
	    "b@x.fr +33700000000 email phone text" },
	{ "b@x.fr", PHONE, false, "2- ", "b@x.fr email text" },
	{ "b@x.fr", PHONE, true, "2 ", NULL },
	{ "", PHONE, false, "2 ", NULL },
};

START_TEST(who_objected_is_not_taken)
{
	const bool has_phone = *objections[_i].more;
	struct sample c = sample_new();
	struct import_row row = make_row(2, 1, "b@x.fr", "");
	struct staging_file file = usual;
	struct staging_counts counts;
	struct told t = { "" };

	row.json = buf_fmt(suite_arena(), 2000, "{\"id\":\"%.*s\","
	    "\"page_key\":\"p1\",\"form_key\":\"f1\",\"offer_key\":\"o1\","
	    "\"duplicates\":\"email\",\"lang\":\"fr\",\"via\":\"import\"%s"
	    "%s%s%s,\"fields\":{\"email\":\"%s\",\"text\":\"x\"%s}}",
	    STR_ARG(row.id), *objections[_i].email ? ",\"email\":\"" : "",
	    objections[_i].email, *objections[_i].email ? "\"" : "",
	    objections[_i].more, objections[_i].email,
	    has_phone ? objections[_i].more : "");
	file.context = &t;
	file.needs_phone = objections[_i].needs_phone;
	sample_run(c.conn, "INSERT INTO piste.objection (kind, print) VALUES"
	    " ('email', piste.objection_print('email', 'a@x.fr')),"
	    " ('phone', piste.objection_print('phone', '+33612345678'))");
	ck_assert_int_eq((int)import_rows(&c, &file, &row, 1, &counts), OK);
	check_counts(&counts, (struct staging_counts){
	    .added = objections[_i].kept != NULL });
	ck_assert_str_eq(t.lines, objections[_i].told);
	ck_assert_str_same(text(&c, "SELECT concat_ws(' ', s.email, s.phone,"
	    " (SELECT string_agg(k, ' ' ORDER BY k) FROM"
	    " jsonb_object_keys(s.fields) AS k)) FROM piste.submission AS s"
	    " JOIN piste.person AS p ON p.id = s.person_id"
	    " AND p.phone IS NOT DISTINCT FROM s.phone"),
	    str_of(objections[_i].kept));
	/* It is told again, and changes nothing. */
	ck_assert_int_eq((int)import_rows(&c, &file, &row, 1, &counts), OK);
	check_counts(&counts, (struct staging_counts){
	    .known = objections[_i].kept != NULL });
} END_TEST

START_TEST(a_lost_session_ends_an_import)
{
	struct sample c = sample_new();
	struct import_row row = make_row(2, 1, "a@x.fr", "");
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct str secret, import;
	struct staging_counts counts;
	struct staging *st;

	ck_assert_int_eq((int)staging_new(db, suite_arena(), &secret, &st),
	    OK);
	ck_assert_int_eq((int)staging_put(st, &row), OK);
	pg_drop(db);
	ck_assert_int_ne((int)staging_take(st, suite_arena(), &usual, &import,
	    &counts), OK);
	ck_assert_str_same(text(&c, "SELECT count(*) FROM piste.submission"),
	    STR("0"));
	staging_free(st);
	pg_free(db);
} END_TEST

SUITE_APART(staging)
{
	SUITE_TEST(a_file_is_imported_once);
	SUITE_TEST(an_import_goes_on_where_another_ended);
	SUITE_TEST(a_row_may_stand_in_two_files);
	SUITE_LOOP(a_file_keeps_its_particulars, COUNT(differing));
	SUITE_TEST(a_file_waits_behind_forms);
	SUITE_LOOP(a_file_says_less_than_a_person, COUNT(told));
	SUITE_TEST(a_line_is_taken_once);
	SUITE_LOOP(who_objected_is_not_taken, COUNT(objections));
	SUITE_TEST(a_lost_session_ends_an_import);
}
