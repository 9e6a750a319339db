/* Tests of page/define.c: the reasons leads are moved for. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "page/define.h"
#include "page/site.h"
#include "store/pg.h"
#include "support/sample.h"

#define TOLD_BYTES_MAX 4096
#define REASONS(...) "{\"reasons\": [" __VA_ARGS__ "]}"
#define REASON(key, stages, more) "{ \"key\": \"" key "\", \"stages\": [" \
    stages "], \"name\": { \"fr\": \"Crédit\" }" more " }"
#define ALL8 "\"lead\", \"mql\", \"sql\", \"opportunity\", \"customer\"," \
    " \"nurturing\", \"disqualified\", \"lost\""

static struct pg *db;

/* The changes, then the complaints. */
static struct str
apply(struct str json, enum err want)
{
	char *told = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *out = fmemopen(told, TOLD_BYTES_MAX, "w");
	enum err e = define_apply(db, suite_arena(), json, out, out);

	fclose(out);
	ck_assert_msg(e == want, "%d: %s", (int)e, told);
	return str_of(told);
}

static struct str
exported(void)
{
	struct str json;

	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	return json;
}

static struct str
reason(PGconn *conn, const char *key)
{
	return sample_text(conn, buf_fmt(suite_arena(), 200, "SELECT"
	    " concat_ws(' ', stages, name->>'fr', is_archived, definition IS"
	    " NULL) FROM piste.lead_reason WHERE key = '%s'", key).p);
}

/* Ours to begin with, in both languages, and in no export. */
START_TEST(ours_are_there)
{
	PGconn *conn;

	db = pg_new(suite_database(), "piste-test");
	conn = PQconnectdb(suite_database().p);
	ck_assert_str_same(sample_text(conn, "SELECT bool_and(name->>'fr' <>"
	    " '' AND name->>'en' <> '') AND count(*) > 9"
	    " FROM piste.lead_reason"), STR("t"));
	/* A move that needs a reason can have one. */
	ck_assert_str_same(sample_text(conn, "SELECT string_agg(m.to_stage,"
	    " ' ') FROM piste.stage_move AS m WHERE NOT EXISTS (SELECT FROM"
	    " piste.lead_reason AS r WHERE m.to_stage = ANY (r.stages))"),
	    STR_EMPTY);
	ck_assert_str_same(exported(), STR("{}\n"));
	PQfinish(conn);
	pg_free(db);
} END_TEST

START_TEST(sites_own_are_applied_and_exported)
{
	static const char both[] = REASONS(REASON("credit", "\"lost\","
	    " \"sql\"", "") ", " REASON("price", "\"nurturing\"",
	    ", \"archived\": true"));
	struct str conninfo = suite_database(), text;
	PGconn *conn = PQconnectdb(conninfo.p);

	db = pg_new(conninfo, "piste-test");
	ck_assert_str_same(apply(str_of(both), OK), STR(
	    "{\"what\":\"reason\",\"key\":\"credit\",\"change\":\"created\"}\n"
	    "{\"what\":\"reason\",\"key\":\"price\",\"change\":\"changed\"}\n"
	    ));
	ck_assert_str_same(reason(conn, "credit"),
	    STR("{lost,sql} Crédit f f"));
	ck_assert_str_same(reason(conn, "price"),
	    STR("{nurturing} Crédit t f"));
	ck_assert_str_same(reason(conn, "spam"),
	    STR("{disqualified} Indésirable f t"));
	text = exported();
	ck_assert_ptr_nonnull(strstr(text.p, "\"credit\""));
	ck_assert_ptr_null(strstr(text.p, "\"spam\""));
	ck_assert_ptr_null(strstr(apply(text, OK).p, "\"changed\""));
	ck_assert_str_same(exported(), text);
	/* What servers load. */
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &text), OK);
	ck_assert_ptr_nonnull(strstr(text.p, "\"reasons\""));
	ck_assert_ptr_nonnull(strstr(apply(STR(REASONS(REASON("price",
	    "\"lost\"", ""))), OK).p, "\"changed\""));
	ck_assert_str_same(reason(conn, "price"), STR("{lost} Crédit f f"));
	PQfinish(conn);
	pg_free(db);
} END_TEST

static const struct { const char *given, *complaint; } wrong[] = {
	{ REASONS(REASON("a", "", "")),
	    "$.reasons[0].stages: a reason needs a stage\n" },
	{ REASONS(REASON("a", ALL8 ", \"lead\"", "")),
	    "$.reasons[0].stages: " },
	{ REASONS(REASON("a", "\"won\"", "")), "$.reasons[0].stages[0]: " },
	{ REASONS(REASON("a", "\"lost\", \"lost\"", "")),
	    "$.reasons[0].stages[1]: " },
	{ REASONS(REASON("a", "7", "")), "$.reasons[0].stages[0]: " },
	{ REASONS(REASON("", "\"lost\"", "")), "$.reasons[0].key: " },
	{ REASONS(REASON("A b", "\"lost\"", "")), "$.reasons[0].key: " },
	{ REASONS(REASON("a", "\"lost\"", "") ", " REASON("a", "\"sql\"",
	    "")), "$.reasons[1].key: " },
	{ REASONS(REASON("a", "\"lost\"", ", \"archived\": 1")),
	    "$.reasons[0].archived: " },
	{ REASONS(REASON("a", "\"lost\"", ", \"color\": \"red\"")),
	    "$.reasons[0].color: " },
	{ REASONS("{ \"key\": \"a\", \"stages\": [\"lost\"] }"),
	    "$.reasons[0].name: " },
	{ REASONS("{ \"key\": \"a\", \"name\": { \"en\": \"x\" } }"),
	    "$.reasons[0].stages: " },
	{ REASONS("7"), "$.reasons[0]: " },
	{ "{\"reasons\": {}}", "$.reasons: " },
};

START_TEST(wrong_ones_are_refused_by_path)
{
	struct str told;

	db = pg_new(suite_database(), "piste-test");
	told = apply(str_of(wrong[_i].given), ERR_INPUT);
	ck_assert_msg(str_has_prefix(told, str_of(wrong[_i].complaint)),
	    "%s, wanted %s", told.p, wrong[_i].complaint);
	ck_assert_str_same(exported(), STR("{}\n"));
	pg_free(db);
} END_TEST

START_TEST(all_stages_are_as_many_as_may_be)
{
	db = pg_new(suite_database(), "piste-test");
	apply(STR(REASONS(REASON("a", ALL8, ""))), OK);
	pg_free(db);
} END_TEST

/* SITE_REASONS_MAX, and one more. */
START_TEST(reasons_are_limited)
{
	struct buf b;
	FILE *out;
	int count = SITE_REASONS_MAX + _i;

	buf_init(&b, suite_arena(), (size_t)1 << 20);
	buf_add(&b, STR("{\"reasons\": ["));
	for (int i = 0; i < count; i++)
		buf_addf(&b, "%s{\"key\":\"r%d\",\"stages\":[\"lost\"],"
		    "\"name\":{\"en\":\"x\"}}", i ? "," : "", i);
	buf_add(&b, STR("]}"));
	db = pg_new(suite_database(), "piste-test");
	out = fopen("/dev/null", "w");
	ck_assert_int_eq(define_apply(db, suite_arena(), buf_str(&b), out,
	    out), _i ? ERR_INPUT : OK);
	fclose(out);
	pg_free(db);
} END_TEST

SUITE_APART(define_reason)
{
	SUITE_TEST(ours_are_there);
	SUITE_TEST(sites_own_are_applied_and_exported);
	SUITE_LOOP(wrong_ones_are_refused_by_path, COUNT(wrong));
	SUITE_TEST(all_stages_are_as_many_as_may_be);
	SUITE_LOOP(reasons_are_limited, 2);
}
