/* Tests src/experiment/watch.c. */
#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "experiment/watch.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct pg *db;

static void
begin(const char *members, int leads_a, int leads_b)
{
	const struct trialcase_flow a = { "a", 1500, leads_a, 1, 10, 3 };
	const struct trialcase_flow b = { "b", 1500, leads_b, 1, 10, 3 };

	db = trialcase_db(members);
	trialcase_began(db, 11);
	trialcase_flow(db, &a);
	trialcase_flow(db, &b);
}

/* Until nothing is due; how much was. */
static int
watch_all(void)
{
	int turns = 0;
	int64_t done;

	do {
		ck_assert_int_eq(watch_turn(db, &done), OK);
		turns += (int)done;
		ck_assert_int_lt(turns, 20);
	} while (done);
	return turns;
}

#define STATE "SELECT state FROM piste.experiment"
#define VERDICTS "SELECT string_agg(verdict, ' ') FROM piste.verdict"
#define EPOCHS "SELECT string_agg(concat_ws('/', (weights->>'a')::numeric," \
    " (weights->>'b')::numeric), ' ' ORDER BY number) FROM piste.epoch"
#define LAST_MOVE "SELECT concat_ws(' ', what, from_state, to_state, who)" \
    " FROM piste.experiment_move ORDER BY id DESC LIMIT 1"

#define LATER "UPDATE piste.experiment_look SET made_at = made_at -" \
    " interval '" WATCH_EVERY "'; UPDATE piste.experiment SET updated_at =" \
    " updated_at - interval '1 hour'"

/* Forms of b come back to most who send one. */
static void
break_rail(void)
{
	trialcase_say(db, "UPDATE piste.exposure SET refused_at = posted_at"
	    " WHERE posted_at IS NOT NULL AND (variant = 'b'"
	    " AND visitor ~ '[0-6]$' OR visitor ~ '0$')");
}

/* Two of three forms of b turn out to have come too late. */
static void
lose_leads(void)
{
	trialcase_say(db, "UPDATE piste.conversion AS c SET converted_at ="
	    " c.converted_at + interval '2 days' FROM piste.outcome AS o"
	    " WHERE o.unit = c.unit AND o.variant = 'b'"
	    " AND get_byte(c.unit, 0) % 3 <> 0; SELECT piste.outcome_refresh("
	    "array_agg(experiment_key), array_agg(bucket_version),"
	    " array_agg(unit)) FROM piste.conversion");
}

START_TEST(last_midnight_has_one_verdict)
{
	begin(NULL, 150, 160);
	ck_assert_int_eq(watch_all(), 1);
	ck_assert_int_eq(watch_all(), 0);
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ', verdict,"
	    " phase, as_of AT TIME ZONE 'UTC' = date_trunc('day', (now() -"
	    " interval '15 s') AT TIME ZONE 'UTC'),"
	    " inputs->'verdict'->>'name', inputs->'arms'->1->>'n')"
	    " FROM piste.verdict"), STR("running 1 t running 1500"));
} END_TEST

static void *
watch_beside(void *conninfo)
{
	struct pg *other = pg_new(*(struct str *)conninfo, "piste-test");
	int64_t done;

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(watch_turn(other, &done), OK);
	pg_free(other);
	return NULL;
}

/* What follows from it is done once as well. */
START_TEST(two_workers_store_and_act_once)
{
	struct str conninfo;
	pthread_t beside;

	begin("{'auto': ['stop_keep_control']}", 300, 100);
	conninfo = trialcase_conninfo();
	ck_assert_int_eq(pthread_create(&beside, NULL, watch_beside,
	    &conninfo), 0);
	watch_all();
	pthread_join(beside, NULL);
	ck_assert_str_same(trialcase_ask(db, VERDICTS),
	    STR("stop_keep_control"));
	ck_assert_str_same(trialcase_ask(db, "SELECT count(1) FROM"
	    " piste.experiment_move WHERE to_state = 'stopped'"), STR("1"));
	ck_assert_str_same(trialcase_ask(db, LAST_MOVE),
	    STR("move running stopped worker"));
} END_TEST

/* The same figures; only who asked for it is stopped. */
static const struct { const char *members, *state; } wishes[] = {
	{ NULL, "running" },
	{ "{'auto': ['guardrail', 'bandit']}", "running" },
	{ "{'auto': ['stop_keep_control']}", "stopped" },
};
START_TEST(it_acts_only_when_asked_to)
{
	begin(wishes[_i].members, 300, 100);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, VERDICTS),
	    STR("stop_keep_control"));
	ck_assert_str_same(trialcase_ask(db, STATE),
	    str_of(wishes[_i].state));
} END_TEST

static const struct { const char *members, *epochs; } rails[] = {
	{ "{'guardrails': [{'metric': 'error', 'margin': 0.2}]}", "0.5/0.5" },
	{ "{'guardrails': [{'metric': 'error', 'margin': 0.2}],"
	    " 'auto': ['guardrail']}", "0.5/0.5 1.0/0.0" },
};
START_TEST(an_arm_that_breaks_a_guardrail_is_paused)
{
	begin(rails[_i].members, 300, 300);
	break_rail();
	watch_all();
	ck_assert_str_same(trialcase_ask(db, EPOCHS),
	    str_of(rails[_i].epochs));
	ck_assert_str_same(trialcase_ask(db, STATE), STR("running"));
} END_TEST

/* What comes to pass after midnight's look, and what is done about it. */
static const struct { const char *members, *verdicts, *epochs, *state; }
days[] = {
	{ "{'guardrails': [{'metric': 'error', 'margin': 0.2}]}",
	    "running", "0.5/0.5", "running" },
	{ "{'guardrails': [{'metric': 'error', 'margin': 0.2}],"
	    " 'auto': ['guardrail']}", "running running",
	    "0.5/0.5 1.0/0.0", "running" },
	{ "{'auto': ['stop_keep_control']}", "running stop_keep_control",
	    "0.5/0.5", "stopped" },
};
START_TEST(it_acts_by_day_too)
{
	begin(days[_i].members, 300, 300);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, VERDICTS), STR("running"));
	break_rail();
	if (!strcmp(days[_i].state, "stopped"))
		lose_leads();
	/* Not at once, lest every turn counted everything. */
	ck_assert_int_eq(watch_all(), 0);
	trialcase_say(db, LATER);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, VERDICTS),
	    str_of(days[_i].verdicts));
	ck_assert_str_same(trialcase_ask(db, EPOCHS),
	    str_of(days[_i].epochs));
	ck_assert_str_same(trialcase_ask(db, STATE), str_of(days[_i].state));
	/* And what was done is done. */
	trialcase_say(db, LATER);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, VERDICTS),
	    str_of(days[_i].verdicts));
} END_TEST

START_TEST(who_is_told_to_act_acts_at_once)
{
	begin(NULL, 300, 100);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, STATE), STR("running"));
	trialcase_say(db, "UPDATE piste.experiment SET definition = definition"
	    " || '{\"auto\": [\"guardrail\"]}', updated_at = now()");
	ck_assert_int_eq(watch_all(), 1);
	ck_assert_str_same(trialcase_ask(db, STATE), STR("running"));
	trialcase_say(db, "UPDATE piste.experiment SET definition = definition"
	    " || '{\"auto\": [\"stop_keep_control\"]}', updated_at = now()");
	ck_assert_int_eq(watch_all(), 1);
	ck_assert_str_same(trialcase_ask(db, STATE), STR("stopped"));
	/* With what it was said from, and a look among the others. */
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ', count(1),"
	    " count(DISTINCT as_of), bool_and(inputs->'arms'->1->>'n' ="
	    " '1500')) FROM piste.verdict WHERE verdict ="
	    " 'stop_keep_control'"), STR("2 2 t"));
	ck_assert_uint_eq(trialcase_results(db)->looks, 13);
} END_TEST

START_TEST(two_workers_act_once_by_day)
{
	struct str conninfo;
	pthread_t beside;

	begin(NULL, 300, 100);
	watch_all();
	trialcase_say(db, "UPDATE piste.experiment SET definition = definition"
	    " || '{\"auto\": [\"stop_keep_control\"]}', updated_at = now()");
	conninfo = trialcase_conninfo();
	ck_assert_int_eq(pthread_create(&beside, NULL, watch_beside,
	    &conninfo), 0);
	watch_all();
	pthread_join(beside, NULL);
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ', (SELECT"
	    " count(1) FROM piste.verdict), (SELECT count(1) FROM"
	    " piste.experiment_move WHERE to_state = 'stopped'))"),
	    STR("2 1"));
} END_TEST

START_TEST(a_bandits_weights_move_once_in_its_interval)
{
	begin("{'bandit': {'floor': 0.05, 'min_visitors': 100,"
	    " 'every': '24h'}}", 100, 150);
	ck_assert_int_eq(watch_all(), 2);
	ck_assert_str_same(trialcase_ask(db, "SELECT (weights->>'b')::numeric"
	    " > 0.9 FROM piste.epoch WHERE number = 2"), STR("true"));
	ck_assert_str_same(trialcase_ask(db, LAST_MOVE),
	    STR("bandit running running worker"));
	trialcase_say(db, "UPDATE piste.bandit_look SET made_at = now() -"
	    " interval '23 hours'");
	ck_assert_int_eq(watch_all(), 0);
	trialcase_say(db, "UPDATE piste.bandit_look SET made_at = now() -"
	    " interval '25 hours'");
	ck_assert_int_eq(watch_all(), 1);
} END_TEST

START_TEST(a_bandit_holds_until_its_arms_have_visitors)
{
	begin("{'bandit': {'min_visitors': 1501, 'every': '1h'}}", 100, 150);
	ck_assert_int_eq(watch_all(), 2);
	ck_assert_str_same(trialcase_ask(db, EPOCHS), STR("0.5/0.5"));
} END_TEST

/* The look comes first; what it took from b the bandit doesn't give back. */
static const struct trialcase_flow played[] = {
	{ "a", 400, 80, 1, 10, 6 }, { "b", 300, 15, 1, 10, 6 },
	{ "c", 300, 45, 1, 10, 6 }, { "b", 300, 15, 2, 5, 3 },
	{ "c", 300, 45, 2, 5, 3 },
};

START_TEST(a_bandit_revives_nobody)
{
	begin("{'guardrails': [{'metric': 'error', 'margin': 0.2}],"
	    " 'auto': ['guardrail'], 'bandit': {'min_visitors': 100}}", 300,
	    300);
	break_rail();
	/* Midnight's, by day, the bandit's. */
	ck_assert_int_eq(watch_all(), 3);
	ck_assert_str_same(trialcase_ask(db, EPOCHS),
	    STR("0.5/0.5 1.0/0.0"));
} END_TEST

/* Whom somebody closed by hand, be it the control. */
START_TEST(a_bandit_leaves_a_closed_control_closed)
{
	db = trialcase_db("{'bandit': {'min_visitors': 100, 'floor': 0.1}}");
	trialcase_began(db, 11);
	trialcase_say(db, "INSERT INTO piste.variant (page_key, key, position,"
	    " template, definition) SELECT page_key, 'c', 3, template,"
	    " definition || '{\"key\": \"c\"}' FROM piste.variant"
	    " WHERE key = 'b'; UPDATE piste.experiment SET weights ="
	    " '{\"a\": 0, \"b\": 0.5, \"c\": 0.5}'; UPDATE piste.epoch"
	    " SET weights = '{\"a\": 0.4, \"b\": 0.3, \"c\": 0.3}';"
	    " INSERT INTO piste.epoch (experiment_key, number, phase, weights,"
	    " coverage, started_at) SELECT key, 2, phase, weights, coverage,"
	    " now() - interval '5 days' FROM piste.experiment");
	for (size_t i = 0; i < COUNT(played); i++)
		trialcase_flow(db, &played[i]);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ',"
	    " (weights->>'a')::numeric = 0, (weights->>'b')::numeric = 0.1,"
	    " (weights->>'c')::numeric = 0.9) FROM piste.epoch"
	    " WHERE number = 3"), STR("t t t"));
} END_TEST

static const struct { const char *members, *state; } winners[] = {
	{ "{'bandit': {'every': '1h'}}", "running" },
	{ "{'bandit': {'every': '1h'}, 'auto': ['bandit']}", "stopped" },
};
START_TEST(a_bandit_with_a_winner_stops_when_asked_to)
{
	begin(winners[_i].members, 60, 300);
	watch_all();
	ck_assert_str_same(trialcase_ask(db, STATE),
	    str_of(winners[_i].state));
} END_TEST

START_TEST(a_schedule_ends)
{
	begin(NULL, 100, 100);
	trialcase_say(db, "UPDATE piste.experiment SET definition = definition"
	    " || jsonb_build_object('ends', now() + interval '1 minute')");
	watch_all();
	ck_assert_str_same(trialcase_ask(db, STATE), STR("running"));
	trialcase_say(db, "UPDATE piste.experiment SET definition = definition"
	    " || jsonb_build_object('ends', now())");
	ck_assert_int_eq(watch_all(), 1);
	ck_assert_str_same(trialcase_ask(db, STATE), STR("stopped"));
	ck_assert_str_same(trialcase_ask(db, LAST_MOVE),
	    STR("move running stopped schedule"));
} END_TEST

/* One that has too many looks; the other has its verdict all the same. */
START_TEST(one_that_cant_be_judged_stops_nobody)
{
	begin(NULL, 150, 160);
	trialcase_say(db, "INSERT INTO piste.experiment (key, page_key, seed,"
	    " weights, coverage, goal, window_s, alpha, planned_visitors,"
	    " state, phase, bucket_version, variants_revision, position,"
	    " definition, phase_started_at) SELECT 'aa', page_key, 'aa',"
	    " weights, coverage, goal, window_s, alpha, planned_visitors,"
	    " state, phase, bucket_version, variants_revision, position + 1,"
	    " definition, now() - interval '1200 days' FROM piste.experiment");
	ck_assert_int_eq(watch_all(), 2);
	ck_assert_str_same(trialcase_ask(db, "SELECT string_agg(experiment_key"
	    " || ' ' || verdict, ', ' ORDER BY experiment_key) FROM"
	    " piste.verdict"), STR("aa not_judged, lb-headline running"));
} END_TEST

static const struct { const char *length, *seconds; } lengths[] = {
	{ "30m", "1800" }, { "24h", "86400" }, { "14d", "1209600" },
	{ "14", "" }, { "", "" }, { "1w", "" }, { "-1d", "" },
};
START_TEST(lengths_are_seconds)
{
	db = trialcase_db(NULL);
	for (size_t i = 0; i < COUNT(lengths); i++)
		ck_assert_str_same(trialcase_ask(db, buf_fmt(suite_arena(),
		    100, "SELECT piste.experiment_seconds('%s') AS s",
		    lengths[i].length).p), str_of(lengths[i].seconds));
} END_TEST

SUITE_APART(watch)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(last_midnight_has_one_verdict);
	SUITE_TEST(two_workers_store_and_act_once);
	SUITE_LOOP(it_acts_only_when_asked_to, COUNT(wishes));
	SUITE_LOOP(an_arm_that_breaks_a_guardrail_is_paused, COUNT(rails));
	SUITE_LOOP(it_acts_by_day_too, COUNT(days));
	SUITE_TEST(who_is_told_to_act_acts_at_once);
	SUITE_TEST(two_workers_act_once_by_day);
	SUITE_TEST(a_bandit_leaves_a_closed_control_closed);
	SUITE_TEST(a_bandits_weights_move_once_in_its_interval);
	SUITE_TEST(a_bandit_holds_until_its_arms_have_visitors);
	SUITE_TEST(a_bandit_revives_nobody);
	SUITE_LOOP(a_bandit_with_a_winner_stops_when_asked_to,
	    COUNT(winners));
	SUITE_TEST(a_schedule_ends);
	SUITE_TEST(one_that_cant_be_judged_stops_nobody);
	SUITE_TEST(lengths_are_seconds);
}
