/* Tests of lead/import.c. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "form/ticket.h"
#include "lead/columns.h"
#include "lead/import.h"
#include "lead/importcase.h"
#include "support/suite.h"

#define CELLS_MAX 16
#define NOW_MS INT64_C(1790000000000)	/* 2026-09-21T14:13:20Z */

static const struct {
	const char *typed;
	const char *basis;	/* NULL: none */
} bases[] = {
	{ "consent", "consent" },
	{ "contract", "contract" },
	{ "legal_obligation", "legal_obligation" },
	{ "vital-interests", "vital_interests" },
	{ "public_task", "public_task" },
	{ "legitimate_interest", "legitimate_interest" },
	{ "legitimate-interest", "legitimate_interest" },
	{ "", NULL },
	{ "Consent", NULL },
	{ "legitimate", NULL },
	{ "consent ", NULL },
	{ "none", NULL },
};

START_TEST(a_legal_basis_is_one_of_six)
{
	struct str got = STR_EMPTY;
	enum err e = import_basis(str_of(bases[_i].typed), &got);

	ck_assert_int_eq((int)e, bases[_i].basis ? OK : ERR_INPUT);
	ck_assert_str_same(got, str_of(bases[_i].basis));
	ck_assert(!e == str_has_fold(import_bases(suite_arena()),
	    bases[_i].basis ? str_of(bases[_i].basis) : STR("xxx")));
} END_TEST

static struct csv_record
make_record(const char *cells)
{
	struct csv_record r = { .line = 7, .last_line = 7 };
	struct str rest = str_of(cells);

	r.cell = arena_array(suite_arena(), CELLS_MAX, sizeof *r.cell);
	while (str_cut(rest, ';', &r.cell[r.cells++], &rest))
		continue;
	return r;
}

static struct import_plan
make_plan(const char *headers, bool has_consent)
{
	struct csv_record header = make_record(headers);
	struct columns *c = ARENA_NEW(suite_arena(), struct columns);
	const struct form *f = import_form(suite_arena(), &importcase_form,
	    &importcase_consent, has_consent);

	ck_assert_int_eq((int)columns_match(suite_arena(), f, &header,
	    STR_EMPTY, stderr, c), OK);
	return (struct import_plan){
		.form = import_relaxed(suite_arena(), f, c),
		.columns = c,
		.page = STR("p1"),
		.revision = 3,
		.lang = LANG_FR,
		.offer = STR("o1"),
		.touch = { .source = STR("fair"), .medium = STR("fair"),
		    .campaign = STR("c1") },
		.secret = STR("s"),
		.now_ms = NOW_MS,
		.needs_date = has_consent,
	};
}

/* A row, and the line that tells what it is. */
static const struct {
	const char *headers;
	const char *cells;
	bool has_consent;
	const char *line;	/* from the value or the mistake on */
} rows[] = {
	{ "email", "Ana@X.fr", false,
	    "true,\"value\":{\"email\":\"Ana@x.fr\"" },
	{ "email;phone", " a@x.fr ;06 12 34 56 78", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"phone\":\"+33612345678\"" },
	{ "email;fax", "a@x.fr;12", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"terms\":false}}" },
	{ "email;phone", "a@x.fr", false, "false,\"error\":\"columns\"" },
	{ "email", "a@x.fr;b", false, "false,\"error\":\"columns\"" },
	{ "email;phone", "nobody;12", false, "false,\"errors\":[{\"field\":"
	    "\"email\",\"column\":\"email\",\"code\":\"not-email\"},{\"field\":"
	    "\"phone\",\"column\":\"phone\",\"code\":\"not-phone\"}]" },
	{ "phone", "0612345678", false, "false,\"errors\":[{\"field\":"
	    "\"email\",\"code\":\"missing\"}]" },
	/* The stock's question is not asked of all, but judged. */
	{ "email;Message", "a@x.fr;", false, "false,\"errors\":[{\"field\":"
	    "\"project\",\"column\":\"Message\",\"code\":\"missing\"}]" },
	/* Countries and options by their names. */
	{ "email;Pays", "a@x.fr;be", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"country\":\"BE\"" },
	{ "email;Pays", "a@x.fr;Belgique", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"country\":\"BE\"" },
	{ "email;Pays", "a@x.fr;GERMANY", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"country\":\"DE\"" },
	{ "email;Pays", "a@x.fr;Etats Unis", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"country\":\"US\"" },
	{ "email;Pays", "a@x.fr;Nowhere", false, "false,\"errors\":[{\"field\":"
	    "\"country\",\"column\":\"Pays\",\"code\":\"not-country\"}]" },
	{ "email;size", "a@x.fr;big", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"size\":\"big\"" },
	{ "email;size", "a@x.fr;TRES GRANDE", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"size\":\"big\"" },
	{ "email;size", "a@x.fr;huge", false, "false,\"errors\":[{\"field\":"
	    "\"size\",\"column\":\"size\",\"code\":\"not-choice\"}]" },
	{ "email;wants", "a@x.fr;Small| big", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"wants\":"
	    "[\"small\",\"big\"]" },
	{ "email;wants", "a@x.fr;", false,
	    "true,\"value\":{\"email\":\"a@x.fr\"" },
	/* Boxes. */
	{ "email;terms", "a@x.fr;Oui", false,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"terms\":true" },
	{ "email;terms", "a@x.fr;non", false, "false,\"errors\":[{\"field\":"
	    "\"terms\",\"column\":\"terms\",\"code\":\"missing\"}]" },
	{ "email;terms", "a@x.fr;perhaps", false, "false,\"errors\":[{"
	    "\"field\":\"terms\",\"column\":\"terms\"," },
	/* Consent: by the row, or by all of them. */
	{ "email;date", "a@x.fr;2026-03-12", true, "true,\"value\":{\"email\":"
	    "\"a@x.fr\",\"terms\":false,\"consent.news\":true}" },
	{ "email;date;consent.news", "a@x.fr;12/03/2026 10:30;x", true,
	    "true,\"value\":{\"email\":\"a@x.fr\",\"terms\":false,"
	    "\"consent.news\":true}" },
	{ "email;date;consent.news", "a@x.fr;12/03/2026;no", true,
	    "false,\"errors\":[{\"field\":\"consent.news\",\"column\":"
	    "\"consent.news\",\"code\":\"missing\"}]" },
	{ "email;date;consent.news", "a@x.fr;12/03/2026;sure", true,
	    "false,\"errors\":[{\"field\":\"consent.news\",\"column\":"
	    "\"consent.news\",\"code\":\"not-choice\"}]" },
	{ "email;date", "a@x.fr;", true, "false,\"errors\":[{\"field\":"
	    "\"import.date\",\"column\":\"date\",\"code\":\"missing\"}]" },
	{ "email;date", "a@x.fr;", false,
	    "true,\"value\":{\"email\":\"a@x.fr\"" },
	{ "email;date", "a@x.fr;31/02/2026", false, "false,\"errors\":[{"
	    "\"field\":\"import.date\",\"column\":\"date\",\"code\":"
	    "\"not-date\"}]" },
	/* In UTC+14 it is the 22nd. */
	{ "email;date", "a@x.fr;2026-09-22", false,
	    "true,\"value\":{\"email\":\"a@x.fr\"" },
	{ "email;date", "a@x.fr;2026-09-23", false, "false,\"errors\":[{"
	    "\"field\":\"import.date\",\"column\":\"date\",\"code\":"
	    "\"too-late\"}]" },
};

START_TEST(rows_are_judged)
{
	struct import_plan p = make_plan(rows[_i].headers,
	    rows[_i].has_consent);
	struct csv_record r = make_record(rows[_i].cells);
	struct str want = buf_join(suite_arena(), STR("{\"line\":7,\"ok\":"),
	    str_of(rows[_i].line));
	struct import_row row;
	struct str line;

	import_judge(suite_arena(), &p, &r, &row);
	line = import_line(suite_arena(), &row);
	ck_assert_msg(str_has_prefix(line, want), "%.*s", STR_ARG(line));
	ck_assert(import_is_refused(&row) == !row.json.n);
} END_TEST

START_TEST(a_fault_is_told_with_its_lines)
{
	struct import_plan p = make_plan("email", false);
	struct csv_record r = { .line = 7, .last_line = 9,
	    .fault = CSV_LONG_CELL };
	struct import_row row;

	import_judge(suite_arena(), &p, &r, &row);
	ck_assert_str_same(import_line(suite_arena(), &row), STR(
	    "{\"line\":7,\"last_line\":9,\"ok\":false,"
	    "\"error\":\"long-cell\"}"));
} END_TEST

static struct str
id_of(const struct import_plan *p, const char *cells)
{
	struct csv_record r = make_record(cells);
	struct import_row row;

	import_judge(suite_arena(), p, &r, &row);
	ck_assert(!import_is_refused(&row));
	ck_assert_uint_eq(row.id.n, UUID_TEXT - 1);
	ck_assert_int_eq(row.id.p[14], '8');
	ck_assert(strchr("89ab", row.id.p[19]) != NULL);
	return row.id;
}

#define HEADERS "email;phone;date"
#define ROW "a@x.fr;0612345678;2026-03-12"

/* What makes another submission of a row, and what doesn't. */
static const struct {
	const char *cells;
	struct import_plan p;	/* what differs; empty: nothing */
	bool is_same;
} others[] = {
	{ ROW, { .page = STR_EMPTY }, true },
	{ " a@X.fr ; 06 12 34 56 78;12.03.2026", { .page = STR_EMPTY }, true },
	{ ROW, { .now_ms = NOW_MS + 1000 }, true },
	{ ROW, { .revision = 4 }, true },
	{ "b@x.fr;0612345678;2026-03-12", { .page = STR_EMPTY }, false },
	{ "a@x.fr;0612345678;2026-03-13", { .page = STR_EMPTY }, false },
	{ "a@x.fr;0612345678;", { .page = STR_EMPTY }, false },
	{ ROW, { .page = STR("p2") }, false },
	{ ROW, { .secret = STR("t") }, false },
	{ ROW, { .touch = { .source = STR("other") } }, false },
	{ ROW, { .touch = { .campaign = STR("c2") } }, false },
};

START_TEST(the_same_row_is_the_same_submission)
{
	struct import_plan p = make_plan(HEADERS, false);
	const struct import_plan *other = &others[_i].p;
	struct str id = id_of(&p, ROW);

	if (other->page.n)
		p.page = other->page;
	if (other->secret.n)
		p.secret = other->secret;
	if (other->touch.source.n)
		p.touch.source = other->touch.source;
	if (other->touch.campaign.n)
		p.touch.campaign = other->touch.campaign;
	if (other->now_ms)
		p.now_ms = other->now_ms;
	if (other->revision)
		p.revision = other->revision;
	ck_assert(str_eq(id_of(&p, others[_i].cells), id) ==
	    others[_i].is_same);
} END_TEST

/* Parts of the row that the database gets. */
static const char *const parts[] = {
	"\"via\":\"import\"", "\"source\":\"fair\"", "\"medium\":\"fair\"",
	"\"campaign_key\":\"c1\"", "\"offer_key\":\"o1\"",
	"\"page_key\":\"p1\"", "\"page_revision\":3", "\"lang\":\"fr\"",
	"\"received_at\":\"2026-03-12T00:00:00.000Z\"",
	("\"consents\":[{\"key\":\"news\",\"purpose\":\"newsletter\","
	"\"channel\":\"email\",\"recipient\":\"us\",\"version\":2,"),
};

START_TEST(a_good_row_is_a_submission)
{
	struct import_plan p = make_plan("email;date", true);
	struct csv_record r = make_record("a@x.fr;2026-03-12");
	struct import_row row;

	import_judge(suite_arena(), &p, &r, &row);
	ck_assert_msg(memmem(row.json.p, row.json.n, parts[_i],
	    strlen(parts[_i])) != NULL, "%.*s", STR_ARG(row.json));
	ck_assert_ptr_null(memmem(row.json.p, row.json.n, "rendered_at", 11));
	ck_assert_ptr_null(memmem(row.json.p, row.json.n, "geo_", 4));
} END_TEST

/* What brought a person is a part of the row, and none of the form's. */
START_TEST(a_row_tells_what_brought_it)
{
	struct import_plan p = make_plan("email;Mot-clé;Affilié;Code promo",
	    false);
	struct csv_record r = make_record("a@x.fr; audit ;p-7;FOIRE-26");
	struct csv_record other = make_record("a@x.fr;devis;p-7;FOIRE-26");
	/* An address is kept nowhere that no erasure reaches. */
	struct csv_record bare = make_record("a@x.fr;bob@x.fr;;");
	struct import_plan plain = make_plan("email", false);
	struct csv_record same = make_record("a@x.fr");
	struct import_row row, again, alone;

	import_judge(suite_arena(), &p, &r, &row);
	ck_assert(str_has_fold(row.json, STR("\"keyword\":\"audit\"")));
	ck_assert(str_has_fold(row.json, STR("\"affiliate\":\"p-7\"")));
	ck_assert(str_has_fold(row.json, STR("\"promo\":\"FOIRE-26\"")));
	ck_assert(str_has_fold(row.json, STR("\"campaign_key\":\"c1\"")));
	ck_assert(!str_has_fold(row.fields, STR("audit")));
	import_judge(suite_arena(), &p, &other, &again);
	ck_assert(!str_eq(row.id, again.id));
	import_judge(suite_arena(), &p, &bare, &again);
	import_judge(suite_arena(), &plain, &same, &alone);
	ck_assert(!str_has_fold(again.json, STR("bob@x.fr")));
	ck_assert_str_same(again.id, alone.id);
} END_TEST

/* Cut to what the database keeps; a form's own code is no other row. */
START_TEST(a_promo_code_has_its_place)
{
	struct import_plan p = make_plan("email;Code promo", false);
	struct import_plan q = make_plan("email;first_name", false);
	struct form form = *q.form;
	struct field *field = arena_array(suite_arena(), form.fields,
	    sizeof *field);
	struct csv_record r = make_record("a@x.fr;FOIRE");
	struct import_row row, again;
	size_t long_n = TICKET_TOUCH_BYTES_MAX + (size_t)_i;
	char *code = arena_take(suite_arena(), long_n + 1);

	memset(code, 'x', long_n);
	r.cell[1] = (struct str){ code, long_n };
	import_judge(suite_arena(), &p, &r, &row);
	r.cell[1].n = TICKET_TOUCH_BYTES_MAX;
	ck_assert(str_has_fold(row.json, buf_join(suite_arena(),
	    buf_join(suite_arena(), STR("\"promo\":\""), r.cell[1]),
	    STR("\""))));
	memcpy(field, form.field, form.fields * sizeof *field);
	field[1] = (struct field){ .name = STR("first_name"),
		.kind = FIELD_TEXT };
	form.field = field;
	q.form = &form;
	r.cell[1] = STR("FOIRE");
	import_judge(suite_arena(), &q, &r, &row);
	field[1].is_promo = true;
	import_judge(suite_arena(), &q, &r, &again);
	ck_assert(str_has_fold(again.json, STR("\"promo\":\"FOIRE\"")));
	ck_assert_str_same(again.id, row.id);
} END_TEST

/* A day for all, and never one that is still to come. */
START_TEST(rows_without_a_day_have_the_files)
{
	struct import_plan p = make_plan("email;date", true);
	struct csv_record r = make_record("a@x.fr;");
	const struct { int64_t day; const char *at; } days[] = {
		{ 20260101, "\"received_at\":\"2026-01-01T00:00:00.000Z\"" },
		{ 20260922, "\"received_at\":\"2026-09-21T14:13:20.000Z\"" },
	};
	struct import_row row;

	for (size_t i = 0; i < COUNT(days); i++) {
		p.day = days[i].day;
		import_judge(suite_arena(), &p, &r, &row);
		ck_assert_msg(!import_is_refused(&row) && memmem(row.json.p,
		    row.json.n, days[i].at, strlen(days[i].at)), "%.*s",
		    STR_ARG(row.json));
	}
} END_TEST

static const struct {
	struct field field;
	bool is_needed;
} numbers[] = {
	{ { .kind = FIELD_PHONE }, false },
	{ { .kind = FIELD_PHONE, .is_required = true }, true },
	{ { .kind = FIELD_PHONE, .required_if = { .values = 1 } }, true },
	{ { .kind = FIELD_TEXT, .is_required = true }, false },
};

START_TEST(a_form_may_need_a_number)
{
	const struct form f = { .field = &numbers[_i].field, .fields = 1 };

	ck_assert_int_eq(import_needs_phone(&f), numbers[_i].is_needed);
} END_TEST

SUITE(import)
{
	SUITE_LOOP(a_form_may_need_a_number, COUNT(numbers));
	SUITE_LOOP(a_legal_basis_is_one_of_six, COUNT(bases));
	SUITE_LOOP(rows_are_judged, COUNT(rows));
	SUITE_TEST(a_fault_is_told_with_its_lines);
	SUITE_LOOP(the_same_row_is_the_same_submission, COUNT(others));
	SUITE_LOOP(a_good_row_is_a_submission, COUNT(parts));
	SUITE_TEST(a_row_tells_what_brought_it);
	SUITE_LOOP(a_promo_code_has_its_place, 2);
	SUITE_TEST(rows_without_a_day_have_the_files);
}
