/* Tests of lead/backtest.c. */
#include <stdio.h>
#include <string.h>

#include "lead/backtest.h"
#include "lead/rescore.h"
#include "lead/score.h"
#include "lead/scorerule.h"
#include "store/pg.h"
#include "support/sample.h"

#define NOW INT64_C(1790000000000)
#define DAY SCORE_DAY_MS
#define TOLD_BYTES_MAX 4096

#define SET(mql, more) "{\"mql\":{\"score\":" #mql "},\"grades\":{\"hot\":" \
	"30,\"warm\":10,\"recent_days\":7},\"groups\":[{\"key\":\"e\"," \
	"\"part\":\"engagement\",\"cap\":40,\"floor\":-40},{\"key\":\"f\"," \
	"\"part\":\"fit\",\"cap\":100}],\"rules\":[{\"key\":\"doc\"," \
	"\"group\":\"e\",\"event\":\"document\",\"points\":20," \
	"\"half_life_days\":10},{\"key\":\"mail\",\"group\":\"f\",\"fact\":" \
	"\"domain\",\"in\":[\"company\"],\"points\":30}" more "]}"
#define JOBS ",{\"key\":\"job\",\"group\":\"e\",\"event\":\"webinar\"," \
	"\"points\":-20,\"half_life_days\":2}"
#define D(day) { NOW + (day) * DAY, { "document", 8 }, { "x", 1 }, NULL }
#define W(day) { NOW + (day) * DAY, { "webinar", 7 }, { "x", 1 }, NULL }

static const struct score_rules *
rules_of(const char *json)
{
	const struct score_rules *r;

	ck_assert_int_eq(scorerule_read(suite_arena(), str_of(json), stderr,
	    &r), OK);
	return r;
}

static const struct {
	const char *set;
	struct score_happening happening[4];
	size_t count;
	int64_t mqls;
	int64_t first_ms;
	int32_t points;		/* after 60 days */
} ways[] = {
	{ SET(15, ""), { D(0) }, 0, 0, 0, 0 },
	{ SET(15, ""), { D(5) }, 1, 1, NOW + 5 * DAY, 0 },
	/* It stood at the beginning: it did not come up. */
	{ SET(15, ""), { D(-2) }, 1, 0, NOW, 0 },
	{ SET(15, ""), { D(-2), D(20) }, 2, 1, NOW, 2 },
	{ SET(15, ""), { D(-9) }, 1, 0, 0, 0 },
	/* Twice when it fell between. */
	{ SET(15, ""), { D(1), D(20) }, 2, 2, NOW + DAY, 2 },
	{ SET(15, ""), { D(1), D(2) }, 2, 1, NOW + DAY, 1 },
	/* After the end nothing counts. */
	{ SET(15, ""), { D(61) }, 1, 0, 0, 0 },
	/* Rises by waiting: what cost points has faded. */
	{ SET(10, JOBS), { D(1), W(1) }, 2, 1, 0, 0 },
};

START_TEST(a_lead_is_followed)
{
	const struct score_input in = { ways[_i].happening, ways[_i].count,
		0 };
	struct backtest_way way;

	backtest_follow(rules_of(ways[_i].set), &in, NOW, NOW + 60 * DAY,
	    &way);
	ck_assert_int_eq(way.mqls, ways[_i].mqls);
	if (ways[_i].first_ms)
		ck_assert_int_eq(way.first_ms, ways[_i].first_ms);
	ck_assert_int_eq(way.points, ways[_i].points);
} END_TEST

/* Ana's domain makes her an MQL at 30; she became SQL, Bea did not. */
static const struct { const char *set; const char *told[4]; } runs[] = {
	{ SET(30, ""), { "in_force     0 MQL of 0 leads, with 0 of 1 SQL",
	    "proposed     2 MQL of 2 leads, with 1 of 1 SQL",
	    "gained  lead 1 (sql): 30, now 60\n",
	    "moved        2 gained, 0 lost" } },
	{ SET(31, ""), { "proposed     0 MQL of 0 leads, with 0 of 1 SQL",
	    "moved        0 gained, 0 lost" } },
	{ SET(50, ",{\"key\":\"t\",\"group\":\"f\",\"fact\":\"text\","
	    "\"words\":[\"budget\"],\"points\":30}"),
	    { "proposed     1 MQL of 1 leads, with 0 of 1 SQL",
	    "gained  lead 2 (lead): 60, now 60\n" } },
};

START_TEST(sets_are_compared)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct backtest_wish w = { rules_of(runs[_i].set), 0,
		INT64_C(4000000000000), false };
	char told[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(told, sizeof told, "w");

	sample_take(c.conn, sample_batch((struct sample_row[]){ { 1,
	    .email = "ana@firm.fr" }, { 2, .email = "bea@firm.fr",
	    .text = "un budget" } }, 2));
	sample_run(c.conn, "SELECT piste.lead_move(1, m, 'ana', 'operator',"
	    " NULL, NULL) FROM unnest('{mql,sql}'::text[]) AS m");
	ck_assert_int_eq(backtest_run(db, &w, out), OK);
	fclose(out);
	for (size_t i = 0; i < 4 && runs[_i].told[i]; i++)
		ck_assert_msg(strstr(told, runs[_i].told[i]) != NULL, "%s",
		    told);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.mql"), STR("0"));
	pg_free(db);
} END_TEST

SUITE_APART(backtest)
{
	SUITE_LOOP(a_lead_is_followed, COUNT(ways));
	SUITE_LOOP(sets_are_compared, COUNT(runs));
}
