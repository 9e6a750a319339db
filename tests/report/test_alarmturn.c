/* Tests src/report/alarmturn.c: each alarm is told once, while it stands. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/alarmturn.h"
#include "report/reportcase.h"

static int64_t
run(struct reportcase *c)
{
	struct alarmturn t = { .wish = c->wish, .to = STR("boss@x.fr"),
		.lang = LANG_EN };
	int64_t done;

	do
		ck_assert_int_eq(alarmturn_run(c->db, &t, &done), OK);
	while (!t.look_at_ms);
	return done;
}

static struct str
text(struct reportcase *c, const char *sql)
{
	return sample_text(c->sample.conn, sql);
}

#define STANDING "SELECT string_agg(concat_ws(' ', kind, subject, days," \
	" raised_on, last_on, ended_on), ', ' ORDER BY kind, id)" \
	" FROM piste.alarm"

/* Nine weeks in which robots were a tenth of all views, but for the last. */
static struct reportcase
with_robots(void)
{
	struct reportcase c = reportcase_new();

	reportcase_seen(&c, "p1", "human", 100, "'2026-09-14', '2026-11-22'");
	reportcase_seen(&c, "p1", "robot", 10, "'2026-09-14', '2026-11-15'");
	reportcase_seen(&c, "p1", "robot", 40, "'2026-11-16', '2026-11-22'");
	return c;
}

START_TEST(an_alarm_is_told_once)
{
	struct reportcase c = with_robots();

	reportcase_at(&c, "2026-11-23 05:59");
	(void)run(&c);
	reportcase_at(&c, "2026-11-23 06:00");
	(void)run(&c);
	(void)run(&c);
	ck_assert_str_same(text(&c, "SELECT string_agg(day || ' ' || judged,"
	    " ', ' ORDER BY day) FROM piste.alarm_day"),
	    STR("2026-11-21 7, 2026-11-22 7"));
	ck_assert_str_same(text(&c, STANDING), STR("robots  7 2026-11-21"
	    " 2026-11-22, silent p1 7 2026-11-21 2026-11-22"));
	ck_assert_str_same(text(&c, "SELECT string_agg(concat_ws(' ',"
	    " recipient, once_key, subject), ', ') FROM piste.letter"),
	    STR("boss@x.fr alarm.day 2026-11-21 Figures of 21 November 2026:"
	    " alarms, 2"));
	ck_assert_str_same(text(&c, "SELECT (string_to_array(text, E'\\n\\n'))"
	    "[1] FROM piste.letter"), STR("Page without leads, p1, the last"
	    " seven days: 700 visitors and no lead."));
} END_TEST

/* It ends when it does not hold, and is the same one within a week. */
START_TEST(an_alarm_ends_and_comes_back)
{
	struct reportcase c = with_robots();

	reportcase_at(&c, "2026-11-23 07:00");
	ck_assert_int_eq(run(&c), 2);
	sample_run(c.sample.conn, "DELETE FROM piste.audience"
	    " WHERE class = 'robot' AND hour > '2026-11-16'; SELECT"
	    " piste.figure_all()");
	reportcase_at(&c, "2026-11-24 07:00");
	ck_assert_int_eq(run(&c), 0);
	ck_assert_str_same(text(&c, STANDING " WHERE kind = 'robots'"),
	    STR("robots  7 2026-11-22 2026-11-22 2026-11-23"));
	reportcase_seen(&c, "p1", "robot", 900, "'2026-11-24', '2026-11-24'");
	reportcase_seen(&c, "p1", "human", 100, "'2026-11-24', '2026-11-24'");
	reportcase_at(&c, "2026-11-25 07:00");
	ck_assert_int_eq(run(&c), 0);
	ck_assert_str_same(text(&c, STANDING " WHERE kind = 'robots'"),
	    STR("robots  7 2026-11-22 2026-11-24"));
	ck_assert_str_same(text(&c, "SELECT count(*) FROM piste.letter"),
	    STR("1"));
} END_TEST

#define PAID(until_and_amount, digit) "INSERT INTO piste.cost" \
	" (campaign_key, kind, from_day, to_day, amount, currency, source," \
	" actor, hash, copy) VALUES ('c9', 'media', '2026-11-01', " \
	until_and_amount ", 'EUR', 'command', 'test', repeat('" digit \
	"', 64), 1);"

START_TEST(more_than_the_budget_is_told)
{
	struct reportcase c = reportcase_new();
	struct alarmturn_count of[ALARMTURN_COUNTS_MAX];
	size_t count;
	char *line = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&line, &bytes);

	sample_run(c.sample.conn, "INSERT INTO piste.campaign (key, name,"
	    " strategy, channel, offer_key, position, definition)"
	    " VALUES ('c9', 'c9', 'inbound', 'sea', 'o1', 9, '{}');"
	    " INSERT INTO piste.budget (campaign_key, from_day, to_day, amount,"
	    " currency, actor) VALUES ('c9', '2026-11-01', '2026-11-30', 100,"
	    " 'EUR', 'test');" PAID("'2026-11-10', 100", "a"));
	reportcase_at(&c, "2026-11-20 07:00");
	ck_assert_int_eq(run(&c), 0);
	sample_run(c.sample.conn, PAID("'2026-11-12', 0.01", "b"));
	reportcase_at(&c, "2026-11-21 07:00");
	ck_assert_int_eq(run(&c), 1);
	ck_assert_str_same(text(&c, "SELECT (string_to_array(text, E'\\n\\n'))"
	    "[1] FROM piste.letter"), STR("Over budget, c9"
	    " 2026-11-01/2026-11-30 EUR: €100.01 spent, €100.00 planned."));
	ck_assert_int_eq(alarmturn_counts(c.db, of, &count), OK);
	ck_assert_uint_eq(count, 5);
	ck_assert_str_same(str_of(of[0].kind), STR("budget"));
	ck_assert_int_eq(of[0].alarms, 1);
	ck_assert_int_eq(of[1].alarms, 0);
	ck_assert_int_eq(alarmturn_list(c.db, false, false, out), OK);
	fclose(out);
	ck_assert_str_same(str_of(line), STR("2026-11-20\tbudget\tc9"
	    " 2026-11-01/2026-11-30 EUR\thigh\tsum\t100.0100\t..100.0000"
	    "\tstands\n"));
	free(line);
} END_TEST

/* Counts of a campaign, as the days' sums have them. */
static void
counted(struct reportcase *c, int leads, const char *days)
{
	sample_run(c->sample.conn, buf_fmt(suite_arena(),
	    REPORTCASE_SQL_BYTES, "INSERT INTO piste.figure_day AS f (day,"
	    " is_synthetic, split, cell, part, currency, visitors, leads,"
	    " conversions, cost) SELECT d::date, false, 'campaign', 'c1',"
	    " p.part, p.currency, p.visitors, p.leads, p.leads, p.cost"
	    " FROM generate_series(%s, interval '1 day') AS d, (VALUES"
	    " ('seen', '', 200, NULL::bigint, NULL::numeric),"
	    " ('lead', '', NULL, %d, NULL), ('cost', 'EUR', NULL, NULL, 50))"
	    " AS p (part, currency, visitors, leads, cost)%c", days, leads,
	    0).p);
}

/* A fifth of the leads for the same visitors and money. */
START_TEST(conversion_and_cost_are_judged_by_campaign)
{
	struct reportcase c = reportcase_new();
	int64_t left;

	reportcase_at(&c, "2026-11-23 07:00");
	ck_assert_int_eq(kpi_catch_up(c.db, c.wish.zone, INT_MAX, &left),
	    OK);
	sample_run(c.sample.conn, "SELECT"
	    " piste.figure_partition('2026-11-01')");
	counted(&c, 10, "'2026-09-14', '2026-11-15'");
	counted(&c, 2, "'2026-11-16', '2026-11-22'");
	ck_assert_int_eq(run(&c), 2);
	ck_assert_str_same(text(&c, "SELECT string_agg(concat_ws(' ', kind,"
	    " subject, side, days, round(value::numeric, 4)), ', '"
	    " ORDER BY kind) FROM piste.alarm"), STR("conversion c1 low 7"
	    " 0.0100, cost c1 high 7 25.0000"));
	ck_assert_str_same(text(&c, "SELECT (string_to_array(text, E'\n\n'))"
	    "[2] FROM piste.letter"), STR("Unusual cost per lead, campaign"
	    " c1, the last seven days: €25.00; usually from €3.53 to €7.88."));
	/* Too high is another thing to be told. */
	counted(&c, 200, "'2026-11-23', '2026-11-23'");
	reportcase_at(&c, "2026-11-24 07:00");
	ck_assert_int_eq(run(&c), 2);
	ck_assert_str_same(text(&c, "SELECT string_agg(concat_ws(' ', kind,"
	    " side, ended_on), ', ' ORDER BY kind, id) FROM piste.alarm"),
	    STR("conversion low 2026-11-23, conversion high, cost high"
	    " 2026-11-23, cost low"));
} END_TEST

SUITE_APART(alarmturn)
{
	SUITE_TEST(conversion_and_cost_are_judged_by_campaign);
	SUITE_TEST(an_alarm_is_told_once);
	SUITE_TEST(an_alarm_ends_and_comes_back);
	SUITE_TEST(more_than_the_budget_is_told);
}
