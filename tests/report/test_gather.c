/* Tests src/report/gather.c: what alarms judge, day by day. */
#include "report/reportcase.h"

/* So many campaigns, the first ones with most visitors, in days up to last. */
static void
counted(struct reportcase *c, int campaigns, const char *last)
{
	sample_run(c->sample.conn, buf_fmt(suite_arena(),
	    REPORTCASE_SQL_BYTES, "DELETE FROM piste.figure_day;"
	    " INSERT INTO piste.figure_day (day, is_synthetic, split, cell,"
	    " part, currency, views, robots, visitors, leads, conversions,"
	    " cost) SELECT d::date, false, 'campaign', k.cell, p.part,"
	    " p.currency, p.views, p.robots, p.visitors - k.place, p.leads,"
	    " p.conversions, p.cost FROM (SELECT n AS place, 'c' || n AS cell"
	    " FROM generate_series(1, %d) AS n UNION ALL"
	    " VALUES (0, ''), (0, '*')) AS k, generate_series("
	    "'2026-09-14'::date, '%s', interval '1 day') AS d, (VALUES"
	    " ('seen', '', 900, 100, 1000, NULL::int, NULL::int,"
	    " NULL::numeric),"
	    " ('lead', '', NULL, NULL, NULL, 9, 7, NULL),"
	    " ('cost', 'EUR', NULL, NULL, NULL, NULL, NULL, 12.34),"
	    " ('cost', 'CHF', NULL, NULL, NULL, NULL, NULL, 99))"
	    " AS p (part, currency, views, robots, visitors, leads,"
	    " conversions, cost)%c", campaigns, last, 0).p);
}

static struct gather_found
found(struct reportcase *c)
{
	struct gather_found f;

	ck_assert_int_eq(gather_days(c->db, suite_arena(), &c->wish,
	    "campaign", STR("2026-11-15"), &f), OK);
	return f;
}

/* All days of each, whichever of them had most leads on one. */
START_TEST(each_campaign_has_all_its_days)
{
	struct reportcase c = reportcase_new();
	struct gather_found f;

	counted(&c, GATHER_SERIES_MAX + _i, "2026-11-15");
	f = found(&c);
	ck_assert_uint_eq(f.count, GATHER_SERIES_MAX);
	for (size_t i = 0; i < f.count; i++) {
		const struct gather_series *s = &f.series[i];

		ck_assert(s->name.n && !str_eq(s->name, STR("*")));
		ck_assert(!str_eq(s->name, STR("c401")));
		for (size_t k = 0; k < ALARM_DAYS; k++) {
			ck_assert_double_eq(s->conversion[k].count, 7);
			ck_assert_double_ge(s->conversion[k].of, 600);
			ck_assert_double_eq(s->cost[k].count, 9);
			ck_assert_double_eq(s->cost[k].of, 1234);
			ck_assert_double_eq(s->robots[k].count, 100);
			ck_assert_double_eq(s->robots[k].of, 1000);
		}
	}
} END_TEST

/* In the last seven days there must be something of it. */
START_TEST(what_is_over_is_not_judged)
{
	struct reportcase c = reportcase_new();

	counted(&c, 3, _i ? "2026-11-09" : "2026-11-08");
	ck_assert_uint_eq(found(&c).count, _i ? 3 : 0);
} END_TEST

SUITE_APART(gather)
{
	SUITE_LOOP(each_campaign_has_all_its_days, 2);
	SUITE_LOOP(what_is_over_is_not_judged, 2);
}
