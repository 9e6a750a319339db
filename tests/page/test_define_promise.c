/* Tests of page/define.c and page/site.c: what leads may expect. */
#include <string.h>

#include "page/define.h"
#include "page/site.h"
#include "store/pg.h"
#include "support/sample.h"
#include "support/sitecase.h"

#define PROMISES(...) "{\"promises\": [" __VA_ARGS__ "]}"
#define PROMISE(key, minutes) "{ \"key\": \"" key "\"," \
    " \"scored_minutes\": 2, \"allocated_minutes\": " minutes "," \
    " \"contacted_minutes\": 43200 }"

static struct str
said(struct pg *db, const char *json)
{
	struct sitecase_said s = sitecase_run(db, str_of(json),
	    DEFINE_ASK);

	return s.complaints.n ? s.complaints : s.changes;
}

START_TEST(sites_own_take_the_place_of_ours)
{
	struct str conninfo = suite_database(), json;
	struct pg *db = pg_new(conninfo, "piste-test");
	PGconn *conn = PQconnectdb(conninfo.p);

	ck_assert_str_same(said(db, PROMISES(PROMISE("cold", "7"))),
	    STR("{\"what\":\"promise\",\"key\":\"cold\",\"change\":"
	    "\"changed\"}\n"));
	ck_assert_str_same(said(db, PROMISES(PROMISE("cold", "7"))),
	    STR("{\"what\":\"promise\",\"key\":\"cold\",\"change\":"
	    "\"unchanged\"}\n"));
	ck_assert_str_same(sample_text(conn, "SELECT string_agg(concat_ws("
	    "' ', key, scored_minutes, allocated_minutes,"
	    " contacted_minutes), ', ' ORDER BY key) FROM piste.promise"),
	    STR("cold 2 7 43200, hot 5 15 60, warm 15 240 480"));
	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	ck_assert_ptr_nonnull(memmem(json.p, json.n, "\"promises\"", 10));
	ck_assert_ptr_null(memmem(json.p, json.n, "\"warm\"", 6));
	PQfinish(conn);
	pg_free(db);
} END_TEST

static const struct {
	const char *json;
	const char *complaint;	/* "" for none */
} cases[] = {
	{ PROMISES(PROMISE("hot", "1")), "" },
	{ PROMISES(PROMISE("hot", "43200")), "" },
	{ PROMISES(PROMISE("hot", "0")), "$.promises[0].allocated_minutes" },
	{ PROMISES(PROMISE("hot", "43201")),
	    "$.promises[0].allocated_minutes" },
	{ PROMISES(PROMISE("hot", "1.5")), "$.promises[0].allocated_minutes" },
	{ PROMISES(PROMISE("tepid", "1")), "$.promises[0].key" },
	{ PROMISES("{\"key\": \"hot\"}"), "$.promises[0].scored_minutes" },
	{ PROMISES(PROMISE("hot", "1") ", " PROMISE("hot", "2")),
	    "$.promises[1].key" },
	{ PROMISES("{\"key\": \"hot\", \"hours\": 1}"),
	    "$.promises[0].hours" },
	{ PROMISES(PROMISE("hot", "1") ", " PROMISE("warm", "1") ", "
	    PROMISE("cold", "1") ", " PROMISE("hot", "1")), "$.promises" },
	{ "{\"promises\": {}}", "$.promises" },
};
START_TEST(mistakes_are_told_with_their_path)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct str told = said(db, cases[_i].json);

	ck_assert_msg(*cases[_i].complaint ? str_has_prefix(told,
	    str_of(cases[_i].complaint)) : str_has_prefix(told, STR("{")),
	    "%.*s", STR_ARG(told));
	pg_free(db);
} END_TEST

SUITE_APART(define_promise)
{
	SUITE_TEST(sites_own_take_the_place_of_ours);
	SUITE_LOOP(mistakes_are_told_with_their_path, COUNT(cases));
}
