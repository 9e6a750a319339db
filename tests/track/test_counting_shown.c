/*
 * Tests of what src/sql/0004_beacon.sql does with activations, with what is
 * sent from pages fetched ahead, and with what is nobody's.
 */
#include <string.h>

#include "base/buf.h"
#include "support/sample.h"

static const char experiment[] =
    "INSERT INTO piste.experiment (key, page_key, seed, weights, coverage,"
    " goal, window_s, mql_window_s, sql_window_s, customer_window_s, alpha,"
    " planned_visitors, state, phase, bucket_version, variants_revision,"
    " position, definition) VALUES ('x', 'p1', 'x', '{}', 1, 'lead', 86400,"
    " 864000, 864000, 864000, .05, 0, 'running', 1, 1, 1, 1, '{}');"
    "INSERT INTO piste.epoch (experiment_key, number, phase, weights,"
    " coverage, started_at) VALUES ('x', 1, 1, '{}', 1, '1970-01-01Z'),"
    " ('x', 2, 2, '{}', 1, '1970-01-03Z')";

static struct sample
start(void)
{
	struct sample c = sample_new();

	sample_run(c.conn, experiment);
	return c;
}

/* Visitor, arm, phase, seen, posted, bot, activated, ahead; times in ms. */
#define TELL(v, a, b, t, p, bot, act, ahead) \
	"SELECT piste.exposure_take('{x}', '{" v "}', '{" a "}', '{" #b "}'," \
	" '{1}', '{" #t "}', '{FR}', '{desktop}', NULL, '{fr}', '{" #p "}'," \
	" NULL, '{" #bot "}', '{" #act "}', '{" #ahead "}');"
#define SEEN(v, a, b, t) TELL(v, a, b, t, 0, f, 0, f)
#define SHOWN(v, a, b, t, act) TELL(v, a, b, t, 0, f, act, f)
#define AHEAD(v, a, b, p) TELL(v, a, b, p, p, f, 0, t)

static const struct {
	const char *what;
	const char *told;
	const char *row;
} merges[] = {
	{ "a view, then shown", SEEN("v", "a", 1, 1000)
	    SHOWN("v", "a", 1, 1000, 1500), "a 1 1.000 shown 1.500" },
	{ "told before its view", SHOWN("v", "a", 1, 1000, 1500)
	    SEEN("v", "a", 1, 1000), "a 1 1.000 shown 1.500" },
	{ "the first is kept", SHOWN("v", "a", 1, 1000, 1500)
	    SHOWN("v", "a", 1, 9000, 9500), "a 1 1.000 shown 1.500" },
	{ "shown later, when coming back", SEEN("v", "a", 1, 1000)
	    SHOWN("v", "a", 1, 9000, 9500), "a 1 1.000 shown 9.500" },
	{ "fetched ahead", SHOWN("v", "a", 1, 5000, 5000),
	    "a 1 5.000 shown 5.000" },
	{ "another arm shown is another arm", SHOWN("v", "a", 1, 1000, 1500)
	    SHOWN("v", "b", 1, 5000, 5000), "a 1 1.000 multi shown 1.500" },
	{ "a later phase begins anew", SHOWN("v", "a", 1, 1000, 1500)
	    SEEN("v", "b", 2, 5000), "b 2 5.000" },
	{ "an earlier one is over", SEEN("v", "b", 2, 5000)
	    SHOWN("v", "a", 1, 1000, 5500), "b 2 5.000" },
	{ "R8 by a robot's beacon", SEEN("v", "a", 1, 1000)
	    TELL("v", "a", 1, 1000, 0, t, 0, f), "a 1 1.000 bot" },
	{ "R8 before anything else", TELL("v", "a", 1, 500, 0, t, 0, f)
	    SHOWN("v", "a", 1, 1000, 1500), "a 1 0.500 bot shown 1.500" },
	{ "a form fetched ahead exposes nobody", AHEAD("v", "a", 1, 2000),
	    "" },
	{ "and is told of who is exposed", SHOWN("v", "a", 1, 1000, 1000)
	    AHEAD("v", "a", 1, 2000), "a 1 1.000 posted 2 shown 1.000" },
	{ "its arm says nothing", SHOWN("v", "a", 1, 1000, 1000)
	    AHEAD("v", "b", 1, 2000), "a 1 1.000 posted 2 shown 1.000" },
	{ "a form of another phase says nothing", SEEN("v", "a", 1, 1000)
	    AHEAD("v", "a", 2, 2000), "a 1 1.000" },
	{ "nor one of an earlier phase", SEEN("v", "a", 2, 1000)
	    AHEAD("v", "a", 1, 2000), "a 2 1.000" },
	/* In one batch, in whatever order. */
	{ "both at once", "SELECT piste.exposure_take('{x,x}', '{v,v}',"
	    " '{b,a}', '{1,1}', '{1,1}', '{900,1000}', NULL, NULL, NULL, NULL,"
	    " '{2000,0}', NULL, NULL, '{0,1000}', '{t,f}')",
	    "a 1 1.000 posted 2 shown 1.000" },
	{ "of two phases at once", "SELECT piste.exposure_take('{x,x}',"
	    " '{v,v}', '{b,a}', '{2,1}', '{1,1}', '{900,1000}', NULL, NULL,"
	    " NULL, NULL, '{2000,0}', NULL, NULL, NULL, '{t,f}')",
	    "a 1 1.000" },
	{ "as an older server tells it", "SELECT piste.exposure_take('{x}',"
	    " '{v}', '{a}', '{1}', '{1}', '{1000}', NULL, NULL, NULL, NULL,"
	    " '{2000}', NULL)", "a 1 1.000 posted 2" },
};

static struct str
exposure(struct sample *c)
{
	return sample_text(c->conn, "SELECT concat_ws(' ', variant,"
	    " bucket_version, round(extract(epoch FROM first_seen_at), 3),"
	    " excluded, 'posted ' || extract(epoch FROM posted_at)::int,"
	    " 'shown ' || round(extract(epoch FROM activated_at), 3))"
	    " FROM piste.exposure");
}

START_TEST(activations_merge)
{
	struct sample c = start();
	struct str got;

	sample_run(c.conn, merges[_i].told);
	got = exposure(&c);
	ck_assert_msg(str_eq(got, str_of(merges[_i].row)), "%s: %.*s",
	    merges[_i].what, STR_ARG(got));
	/* Said again, it says nothing new. */
	sample_run(c.conn, merges[_i].told);
	ck_assert_str_same(exposure(&c), got);
} END_TEST

/* What tells of a visitor first has the segments too, whichever it is. */
START_TEST(segments_come_with_the_view)
{
	struct sample c = start();

	sample_run(c.conn, "SELECT piste.exposure_take('{x}', '{v}', '{a}',"
	    " '{1}', '{1}', '{1000}', NULL, NULL, NULL, NULL, NULL, NULL,"
	    " NULL, '{1500}', NULL);"
	    "SELECT piste.exposure_take('{x}', '{v}', '{a}', '{1}', '{1}',"
	    " '{1000}', '{FR}', '{mobile}', '{google}', '{fr}', NULL, NULL)");
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', country,"
	    " device, source, lang) FROM piste.exposure"),
	    STR("FR mobile google fr"));
} END_TEST

/* A form of visitor v, that arrived so many seconds after 1970. */
#define FORM(n, visitor, experiment, more, at) \
	"SELECT piste.submit_group('[{\"id\":\"00000000-0000-7000-8000-" \
	"00000000000" #n "\",\"page_key\":\"p1\",\"offer_key\":\"o1\"," \
	"\"form_key\":\"f1\",\"via\":\"form\",\"duplicates\":\"email\"," \
	"\"email_key\":\"v" #n "@b.fr\",\"email\":\"v" #n "@b.fr\"," \
	"\"fields\":{},\"variant_key\":\"a\",\"bucket_version\":1," \
	"\"experiment_key\":\"" experiment "\",\"visitor\":\"" visitor "\"," \
	"\"rendered_at\":\"1970-01-01T00:00:01Z\"," more \
	"\"received_at\":\"" at "\"}]');"
#define SOON "1970-01-01T00:01:00Z"
#define LATER "1970-01-05T00:00:00Z"
#define PREFETCHED "\"is_prefetched\":true,"
#define PREVIEW "\"is_preview\":true,"
#define TRAPPED "\"suspect\":\"trapped\","
#define TRAFFIC(class, turn, n) \
	"SELECT piste.traffic_add('00000000-0000-7000-8000-000000000001', " \
	#turn ", '{p1}', '{x}', '{a}', '{" class "}', '{0}', '{" #n "}');"

static const struct {
	const char *what;
	const char *told;
	const char *figures;	/* as of 1970-01-02 */
} rules[] = {
	{ "fetched ahead, never shown", FORM(1, "v", "x", PREFETCHED, SOON),
	    "conversions_without_exposure 1" },
	{ "fetched ahead, shown and sent", SHOWN("v", "a", 1, 30000, 30000)
	    FORM(1, "v", "x", PREFETCHED, SOON),
	    "activated 1 leads 1 visitors 1" },
	{ "its activation comes late", FORM(1, "v", "x", PREFETCHED, SOON)
	    SHOWN("v", "a", 1, 30000, 30000),
	    "activated 1 leads 1 visitors 1" },
	{ "sent before it is shown", FORM(1, "v", "x", PREFETCHED, SOON)
	    SHOWN("v", "a", 1, 90000, 90000),
	    "activated 1 conversions_before_exposure 1 visitors 1" },
	{ "a view's form is an exposure", FORM(1, "v", "x", "", SOON),
	    "leads 1 visitors 1" },
	{ "a trap excludes, fetched ahead or not",
	    FORM(1, "v", "x", PREFETCHED TRAPPED, SOON)
	    SHOWN("v", "a", 1, 30000, 30000), "bot_visitors 1" },
	{ "a robot is not activated", SHOWN("v", "a", 1, 30000, 30000)
	    TELL("v", "a", 1, 30000, 0, t, 0, f), "bot_visitors 1" },
	{ "a robot was, until it was found", TELL("v", "a", 1, 1, 0, t, 0, f)
	    SHOWN("v", "a", 1, 30000, 30000), "bot_visitors 1" },
	{ "nor is who saw two arms", SHOWN("v", "a", 1, 30000, 30000)
	    SEEN("v", "b", 1, 40000), "multi_exposed_visitors 1" },
	{ "activated after as_of", SHOWN("v", "a", 1, 30000, 90000000),
	    "visitors 1" },
	{ "without a cookie", FORM(1, "", "x", "", SOON),
	    "conversions_without_cookie 1" },
	{ "of a preview", FORM(1, "", "", PREVIEW, SOON),
	    "conversions_from_preview 1" },
	{ "of a preview, with a cookie", FORM(1, "v", "", PREVIEW, SOON),
	    "conversions_from_preview 1" },
	{ "outside", FORM(1, "v", "", "", SOON), "" },
	{ "a robot's without a cookie", FORM(1, "", "x", TRAPPED, SOON), "" },
	{ "told twice", FORM(1, "", "x", "", SOON)
	    FORM(1, "", "x", "", SOON), "conversions_without_cookie 1" },
	{ "after as_of", FORM(1, "", "x", "", LATER)
	    FORM(2, "", "", PREVIEW, LATER), "" },
	{ "in another phase", "UPDATE piste.experiment SET phase = 2,"
	    " bucket_version = 2;" FORM(1, "", "x", "", SOON)
	    FORM(2, "", "", PREVIEW, LATER), "conversions_without_cookie 1" },
	{ "shown afterwards is no prefetch", TRAFFIC("prefetch", 1, 5)
	    TRAFFIC("activated", 2, 3), "prefetch_exposures 2" },
	{ "never less than none", TRAFFIC("prefetch", 1, 2)
	    TRAFFIC("activated", 2, 3), "" },
};

#define AS_OF "timestamptz '1970-01-02T00:00:00Z'"

START_TEST(rules_hold)
{
	struct sample c = start();
	struct str got;

	sample_run(c.conn, rules[_i].told);
	got = sample_text(c.conn, "SELECT string_agg(concat(what, ' ', n), ' '"
	    " ORDER BY what) FROM (SELECT measure AS what, n"
	    " FROM piste.experiment_counts('x', 1, ARRAY[" AS_OF "])"
	    " WHERE measure IN ('visitors', 'activated', 'leads')"
	    " UNION ALL SELECT reason, n FROM piste.experiment_exclusions("
	    "'x', 1, " AS_OF ") WHERE n > 0) AS f");
	ck_assert_msg(str_eq(got, str_of(rules[_i].figures)),
	    "%s: got \"%.*s\", wanted \"%s\"", rules[_i].what, STR_ARG(got),
	    rules[_i].figures);
	/* The rules of one table, written once more in a single statement. */
	ck_assert_str_same(sample_text(c.conn, "WITH exact AS (SELECT variant,"
	    " measure, n FROM piste.experiment_recount('x', 1, " AS_OF ")"
	    " WHERE variant IS NOT NULL), kept AS (SELECT variant, measure, n"
	    " FROM piste.experiment_counts('x', 1, ARRAY[" AS_OF "]))"
	    " SELECT string_agg(other::text, ' ') FROM ((TABLE exact EXCEPT"
	    " TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE exact)) AS other"),
	    STR_EMPTY);
} END_TEST

SUITE_APART(counting_shown)
{
	SUITE_LOOP(activations_merge, COUNT(merges));
	SUITE_TEST(segments_come_with_the_view);
	SUITE_LOOP(rules_hold, COUNT(rules));
}
