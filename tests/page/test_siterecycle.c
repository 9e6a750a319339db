/* Tests of page/siterecycle.c and of piste.recycle_apply. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "page/define.h"
#include "page/siterecycle.h"
#include "store/pg.h"
#include "support/sample.h"

#define TOLD_BYTES_MAX 4096
#define RULES(...) "{\"recycling\": [" __VA_ARGS__ "]}"
#define RULE(key, more) "{ \"key\": \"" key "\", \"stages\": [\"lost\"]," \
    " \"wake\": { \"download\": true }" more " }"

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
rule(PGconn *conn, const char *key)
{
	return sample_text(conn, buf_fmt(suite_arena(), 400, "SELECT"
	    " concat_ws(' ', stages, reasons, rest_days, wake_days,"
	    " on_download, score_rise, times_max, mail_cost, wake_cost,"
	    " is_archived, definition IS NULL) FROM piste.recycle_rule"
	    " WHERE key = '%s'", key).p);
}

/* Ours to begin with, whose reasons there are, and in no export. */
START_TEST(ours_are_there)
{
	struct str conninfo = suite_database();
	PGconn *conn = PQconnectdb(conninfo.p);

	db = pg_new(conninfo, "piste-test");
	ck_assert_str_same(sample_text(conn, "SELECT string_agg(key, ' '"
	    " ORDER BY position) FROM piste.recycle_rule"),
	    STR("too-early refused lost"));
	ck_assert_str_same(sample_text(conn, "SELECT count(*)"
	    " FROM piste.recycle_rule AS r CROSS JOIN unnest(r.reasons) AS k"
	    " LEFT JOIN piste.lead_reason AS l ON l.key = k"
	    " AND l.stages && r.stages WHERE l.key IS NULL"), STR("0"));
	ck_assert_str_same(exported(), STR("{}\n"));
	PQfinish(conn);
	pg_free(db);
} END_TEST

START_TEST(sites_own_are_applied_and_exported)
{
	static const char both[] = RULES(
	    "{ \"key\": \"cold\", \"stages\": [\"nurturing\","
	    " \"disqualified\"], \"reasons\": [\"no-budget\"],"
	    " \"rest_days\": 3, \"wake\": { \"days\": 0,"
	    " \"score_rise\": 5 }, \"times\": 4, \"cost\": { \"mail\":"
	    " \"0.0125\", \"wake\": \"12\" } }, "
	    RULE("lost", ", \"archived\": true"));
	struct str conninfo = suite_database(), text;
	PGconn *conn = PQconnectdb(conninfo.p);

	db = pg_new(conninfo, "piste-test");
	ck_assert_str_same(apply(str_of(both), OK), STR("{\"what\":"
	    "\"recycling\",\"key\":\"cold\",\"change\":\"created\"}\n"
	    "{\"what\":\"recycling\",\"key\":\"lost\",\"change\":\"changed\"}"
	    "\n"));
	ck_assert_str_same(rule(conn, "cold"), STR("{nurturing,disqualified}"
	    " {no-budget} 3 0 f 5 4 0.0125 12.0000 f f"));
	ck_assert_str_same(rule(conn, "lost"),
	    STR("{lost} {} 0 t 1 0.0000 0.0000 t f"));
	text = exported();
	ck_assert(strstr(text.p, "\"cold\"") && !strstr(text.p, "too-early"));
	ck_assert_ptr_null(strstr(apply(text, OK).p, "\"changed\""));
	ck_assert_str_same(exported(), text);
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &text), OK);
	PQfinish(conn);
	pg_free(db);
} END_TEST

#define WAKE(wake) RULES("{ \"key\": \"a\", \"stages\": [\"lost\"]," \
    " \"wake\": " wake " }")
static const struct { const char *given, *complaint; } wrong[] = {
	{ "{\"recycling\": {}}", "$.recycling: " },
	{ RULES("7"), "$.recycling[0]: " },
	{ RULES(RULE("A b", "")), "$.recycling[0].key: " },
	{ RULES(RULE("a", "") "," RULE("a", "")), "$.recycling[1].key: " },
	{ RULES(RULE("a", ", \"color\": 1")), "$.recycling[0].color: " },
	{ RULES("{ \"key\": \"a\", \"wake\": { \"days\": 1 } }"),
	    "$.recycling[0].stages: " },
	{ RULES("{ \"key\": \"a\", \"stages\": [], \"wake\": { \"days\": 1 }"
	    " }"), "$.recycling[0].stages: a rule needs a stage\n" },
	{ RULES("{ \"key\": \"a\", \"stages\": [\"mql\"], \"wake\":"
	    " { \"days\": 1 } }"), "$.recycling[0].stages[0]: " },
	{ RULES("{ \"key\": \"a\", \"stages\": [\"lost\"] }"),
	    "$.recycling[0].wake: " },
	{ WAKE("{}"), "$.recycling[0].wake: nothing wakes what this rule lays"
	    " aside\n" },
	{ WAKE("{ \"download\": false }"), "$.recycling[0].wake: nothing" },
	{ WAKE("{ \"days\": -1 }"), "$.recycling[0].wake.days: " },
	{ WAKE("{ \"days\": 3651 }"), "$.recycling[0].wake.days: " },
	{ WAKE("{ \"score_rise\": 0 }"), "$.recycling[0].wake.score_rise: " },
	{ WAKE("{ \"score_rise\": 101 }"),
	    "$.recycling[0].wake.score_rise: " },
	{ RULES(RULE("a", ", \"times\": 0")), "$.recycling[0].times: " },
	{ RULES(RULE("a", ", \"times\": 21")), "$.recycling[0].times: " },
	{ RULES(RULE("a", ", \"rest_days\": 3651")),
	    "$.recycling[0].rest_days: " },
	{ RULES(RULE("a", ", \"reasons\": [\"x\", \"x\"]")),
	    "$.recycling[0].reasons[1]: " },
	{ RULES(RULE("a", ", \"cost\": { \"mail\": 1.5 }")),
	    "$.recycling[0].cost.mail: " },
	{ RULES(RULE("a", ", \"cost\": { \"mail\": \"-1\" }")),
	    "$.recycling[0].cost.mail: a cost is a text like" },
	{ RULES(RULE("a", ", \"cost\": { \"mail\": \"\" }")),
	    "$.recycling[0].cost.mail: a cost is a text like" },
	{ RULES(RULE("a", ", \"cost\": { \"wake\": \"1.\" }")),
	    "$.recycling[0].cost.wake: a cost is a text like" },
	{ RULES(RULE("a", ", \"cost\": { \"wake\": \"1000000\" }")),
	    "$.recycling[0].cost.wake: a cost is a text like" },
	{ RULES(RULE("a", ", \"cost\": { \"wake\": \"1.00001\" }")),
	    "$.recycling[0].cost.wake: a cost is a text like" },
	{ RULES(RULE("a", ", \"cost\": { \"call\": \"1\" }")),
	    "$.recycling[0].cost.call: " },
	{ RULES(RULE("a", ", \"reasons\": [\"price\", \"prise\"]")),
	    "$: the database says: recycling rule a: no lead is lost for prise"
	    },
	{ RULES(RULE("a", ", \"reasons\": [\"too-early\"]")),
	    "$: the database says: recycling rule a: no lead is lost for"
	    " too-early" },
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

/* What is as much as may be. */
START_TEST(the_most_is_taken)
{
	db = pg_new(suite_database(), "piste-test");
	apply(STR(RULES("{ \"key\": \"a\", \"stages\": [\"lost\","
	    " \"nurturing\", \"disqualified\"], \"rest_days\": 3650,"
	    " \"wake\": { \"days\": 3650, \"score_rise\": 100 },"
	    " \"times\": 20, \"cost\": { \"mail\": \"999999.9999\" } }")), OK);
	pg_free(db);
} END_TEST

/* SITERECYCLE_RULES_MAX, and one more; then reasons. */
START_TEST(lists_are_limited)
{
	bool is_reasons = _i > 1;
	int count = (is_reasons ? SITERECYCLE_REASONS_MAX :
	    SITERECYCLE_RULES_MAX) + _i % 2;
	FILE *out = fopen("/dev/null", "w");
	struct str conninfo;
	PGconn *conn;
	struct buf b;

	buf_init(&b, suite_arena(), (size_t)1 << 20);
	buf_add(&b, STR("{\"recycling\": ["));
	if (is_reasons)
		buf_add(&b, STR("{\"key\": \"a\", \"stages\": [\"lost\"],"
		    " \"wake\": {\"days\": 1}, \"reasons\": ["));
	for (int i = 0; i < count; i++)
		buf_addf(&b, is_reasons ? "%s\"r%d\"" : "%s{\"key\": \"r%d\","
		    " \"stages\": [\"lost\"], \"wake\": {\"days\": 1}}",
		    i ? "," : "", i);
	buf_add(&b, is_reasons ? STR("]}]}") : STR("]}"));
	conninfo = suite_database();
	conn = PQconnectdb(conninfo.p);
	sample_run(conn, "INSERT INTO piste.lead_reason (key, stages, name,"
	    " position) SELECT 'r' || n, '{lost}', '{}', 99"
	    " FROM generate_series(0, 200) AS n");
	PQfinish(conn);
	db = pg_new(conninfo, "piste-test");
	ck_assert_int_eq(define_apply(db, suite_arena(), buf_str(&b), out,
	    out), _i % 2 ? ERR_INPUT : OK);
	fclose(out);
	pg_free(db);
} END_TEST

SUITE_APART(siterecycle)
{
	SUITE_TEST(ours_are_there);
	SUITE_TEST(sites_own_are_applied_and_exported);
	SUITE_LOOP(wrong_ones_are_refused_by_path, COUNT(wrong));
	SUITE_TEST(the_most_is_taken);
	SUITE_LOOP(lists_are_limited, 4);
}
