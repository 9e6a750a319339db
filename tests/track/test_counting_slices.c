/*
 * Tests of what src/sql/0020_slices.sql tells of an experiment's visitors by
 * what they were.
 */
#include "base/buf.h"
#include "support/sample.h"

static const char experiment[] =
    "INSERT INTO piste.experiment (key, page_key, seed, weights, coverage,"
    " goal, window_s, alpha, planned_visitors, state, phase, bucket_version,"
    " variants_revision, position, definition) VALUES ('x', 'p1', 'x', '{}',"
    " 1, 'lead', 86400, .05, 0, 'running', 1, 1, 1, 1, '{}');"
    "INSERT INTO piste.epoch (experiment_key, number, phase, weights,"
    " coverage, started_at) VALUES ('x', 1, 1, '{}', 1, '1970-01-01Z'),"
    " ('x', 2, 1, '{}', 1, '1970-01-03Z')";

/* Of each slice, epoch and arm; the largest first, the others as one. */
static const struct { const char *dimension, *as_of; int most;
	const char *found; } sliced[] = {
	{ "country", "now()", 2, "FR 1 a 1 1, FR 2 b 1 0,  1 b 1 0" },
	{ "country", "now()", 1, "FR 1 a 1 1, FR 2 b 1 0, 1 b 1 0" },
	{ "device", "now()", 9, "mobile 1 a 1 1, mobile 1 b 1 0,  2 b 1 0" },
	/* Without case, as far as servers go without: ASCII. */
	{ "source", "now()", 9,
	    "google 1 a 1 1, google 1 b 1 0, \xc3\x89t\xc3\xa9 2 b 1 0" },
	{ "lang", "now()", 9, " 1 a 1 1,  1 b 1 0,  2 b 1 0" },
	/* The window is a day, and all came at 0. */
	{ "country", "to_timestamp(86400)", 2,
	    "FR 1 a 1 1, FR 2 b 1 0,  1 b 1 0" },
	{ "country", "to_timestamp(86399)", 2, "" },
};
START_TEST(slices_sum_to_the_whole)
{
	struct sample c = sample_new();

	sample_run(c.conn, experiment);
	sample_run(c.conn, "SELECT piste.exposure_take('{x,x,x}', '{u,v,w}',"
	    " '{a,b,b}', '{1,1,1}', '{1,1,2}', '{0,0,0}', '{FR,\"\",FR}',"
	    " '{mobile,mobile,\"\"}', '{Google,gOOGLE,\xc3\x89t\xc3\xa9}',"
	    " NULL, NULL, NULL);"
	    "SELECT piste.conversion_take('{x}', '{u}', '{1}',"
	    " '{00000000-0000-0000-0000-000000000001}', '{1}',"
	    " ARRAY[to_timestamp(5)], '{true}');");
	ck_assert_str_same(sample_text(c.conn, buf_fmt(suite_arena(), 1000,
	    "SELECT coalesce(string_agg(concat_ws(' ', slice, epoch, variant,"
	    " n, x), ', '), '') FROM piste.experiment_slices('x', 1, '%s',"
	    " %s, %d)", sliced[_i].dimension, sliced[_i].as_of,
	    sliced[_i].most).p), str_of(sliced[_i].found));
} END_TEST

SUITE_APART(counting_slices)
{
	SUITE_LOOP(slices_sum_to_the_whole, COUNT(sliced));
}
