/* Tests of lead/attention.c and what it asks of src/sql/0038. */
#include "lead/attention.h"
#include "store/pg.h"
#include "support/sample.h"

static const char waiting[] =
    "INSERT INTO piste.overflow (lead_id, since, next_at, decision)"
    " SELECT id, now(), now(), '{}'"
    " FROM piste.lead";

/* The most urgent kinds first; nothing of what is not there. */
START_TEST(what_waits_is_told)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct sample_row rows[] = { { 1, .email = "a@x.fr" },
		{ 2, .email = "b@x.fr", .suspect = "trapped" },
		{ 3, .email = "c@x.fr", .suspect = "trapped" } };
	struct attention *found;
	size_t count;

	ck_assert_int_eq(attention_read(db, suite_arena(), &found, &count),
	    OK);
	ck_assert_uint_eq(count, 0);
	sample_take(c.conn, sample_batch(rows, 3));
	sample_run(c.conn, waiting);
	ck_assert_int_eq(attention_read(db, suite_arena(), &found, &count),
	    OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(found[0].kind, ATTENTION_OVERFLOW);
	ck_assert_int_eq(found[0].n, 1);
	ck_assert_int_eq(found[1].kind, ATTENTION_QUARANTINE);
	ck_assert_int_eq(found[1].n, 2);
	pg_free(db);
} END_TEST

/* Days without anything are there too, the last is today. */
START_TEST(days_are_counted)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct sample_row rows[] = { { 1, .email = "a@x.fr" },
		{ 2, .email = "b@x.fr" } };
	struct attention_day *day;

	sample_take(c.conn, sample_batch(rows, 2));
	sample_run(c.conn, "UPDATE piste.lead SET created_at = now()"
	    " - interval '3 days' WHERE id = 1;"
	    "INSERT INTO piste.audience (hour, page_key, variant, class,"
	    " campaign_key, channel, source, medium, keyword, country, region,"
	    " views, visitors, engaged) SELECT date_trunc('hour', now()),"
	    " 'p1', 'a', k.class, 'c1', '', '', '', '', '', '', k.views, 0, 0"
	    " FROM (VALUES ('human', 7), ('robot', 9)) AS k (class, views)");
	ck_assert_int_eq(attention_daily(db, suite_arena(), 4, &day), OK);
	ck_assert_int_eq(day[0].leads, 1);
	ck_assert_int_eq(day[1].leads + day[1].views, 0);
	ck_assert_int_eq(day[3].leads, 1);
	ck_assert_int_eq(day[3].views, 7);
	ck_assert_str_same(day[3].day, sample_text(c.conn,
	    "SELECT (now() AT TIME ZONE 'UTC')::date"));
	/* What is invented is not counted. */
	sample_run(c.conn, "UPDATE piste.offer SET is_synthetic = true");
	ck_assert_int_eq(attention_daily(db, suite_arena(), 1, &day), OK);
	ck_assert_int_eq(day[0].leads + day[0].views, 0);
	ck_assert_int_eq(attention_daily(db, suite_arena(),
	    ATTENTION_DAYS_MAX, &day), OK);
	ck_assert_uint_ne(day[ATTENTION_DAYS_MAX - 1].day.n, 0);
	pg_free(db);
} END_TEST

SUITE_APART(attention)
{
	SUITE_TEST(what_waits_is_told);
	SUITE_TEST(days_are_counted);
}
