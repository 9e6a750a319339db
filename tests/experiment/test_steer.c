/* Tests src/experiment/steer.c. */
#include "base/buf.h"
#include "experiment/steer.h"
#include "page/define.h"
#include "support/sitecase.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct pg *db;
static const struct steer_note note = { STR("command"), STR("parce que") };

/* In a transaction of its own, as every caller has one. */
#define DO(call) end(pg_begin(db) ? ERR_AWAY : (call))

static enum err
end(enum err e)
{
	if (e) {
		pg_rollback(db);
		return e;
	}
	return pg_commit(db);
}

#define STAND "SELECT concat_ws(' ', e.state, coalesce(e.shipped_key, '-')," \
    " coalesce(e.control_before, '-'), coalesce(p.control_key, '-'))" \
    " FROM piste.experiment e JOIN piste.page p ON p.key = e.page_key"

/* Where the next visitor outside experiments is sent. */
static struct str
control(void)
{
	struct sitecase_parsed p;
	struct str json;

	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	p = sitecase_parse(json);
	ck_assert_int_eq(p.err, OK);
	return p.site->page[0].variant[p.site->page[0].control].key;
}

START_TEST(what_is_shipped_is_the_page_until_undone)
{
	db = trialcase_db(NULL);
	ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR("b"), &note)),
	    OK);
	ck_assert_str_same(trialcase_ask(db, STAND), STR("decided b - b"));
	ck_assert_str_same(control(), STR("b"));
	ck_assert_str_same(trialcase_ask(db, "SELECT concat_ws(' ', what,"
	    " from_state, to_state, who, reason) FROM piste.experiment_move"
	    " ORDER BY id DESC LIMIT 1"),
	    STR("ship b running decided command parce que"));
	ck_assert_int_eq(DO(steer_undo(db, TRIALCASE_KEY, &note)), OK);
	ck_assert_str_same(trialcase_ask(db, STAND), STR("stopped - - -"));
	ck_assert_str_same(control(), STR("a"));
} END_TEST

/* What is refused changes nothing. */
static const struct { const char *from; enum err ship, stop, undo; }
states[] = {
	{ "draft", ERR_DENIED, ERR_DENIED, ERR_DENIED },
	{ "running", OK, OK, ERR_DENIED },
	{ "paused", OK, OK, ERR_DENIED },
	{ "stopped", OK, ERR_DENIED, ERR_DENIED },
	{ "archived", ERR_DENIED, ERR_DENIED, ERR_DENIED },
};
START_TEST(the_state_decides_what_is_allowed)
{
	struct str before;

	db = trialcase_db("{'state': 'draft'}");
	trialcase_say(db, "ALTER TABLE piste.experiment DISABLE TRIGGER USER");
	trialcase_say(db, buf_fmt(suite_arena(), 100, "UPDATE piste.experiment"
	    " SET state = '%s'", states[_i].from).p);
	trialcase_say(db, "ALTER TABLE piste.experiment ENABLE TRIGGER USER");
	before = trialcase_ask(db, STAND);
	ck_assert_int_eq(DO(steer_undo(db, TRIALCASE_KEY, &note)),
	    states[_i].undo);
	if (states[_i].ship)
		ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR("b"),
		    &note)), states[_i].ship);
	if (states[_i].stop)
		ck_assert_int_eq(DO(steer_stop(db, TRIALCASE_KEY, &note)),
		    states[_i].stop);
	ck_assert_str_same(trialcase_ask(db, STAND), before);
	if (!states[_i].stop)
		ck_assert_int_eq(DO(steer_stop(db, TRIALCASE_KEY, &note)),
		    OK);
	if (!states[_i].ship)
		ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR("b"),
		    &note)), OK);
} END_TEST

START_TEST(what_is_not_there_is_absent)
{
	db = trialcase_db(NULL);
	ck_assert_int_eq(DO(steer_ship(db, STR("nope"), STR("b"), &note)),
	    ERR_ABSENT);
	ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR("z"), &note)),
	    ERR_ABSENT);
	ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR(""), &note)),
	    ERR_ABSENT);
	ck_assert_int_eq(DO(steer_undo(db, STR("nope"), &note)), ERR_ABSENT);
} END_TEST

START_TEST(another_control_since_is_not_undone)
{
	db = trialcase_db(NULL);
	ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR("b"), &note)),
	    OK);
	trialcase_say(db, "UPDATE piste.page SET control_key = 'a'");
	ck_assert_int_eq(DO(steer_undo(db, TRIALCASE_KEY, &note)),
	    ERR_DENIED);
} END_TEST

/*
 * A worker notes its verdict, then asks for the site; who has the site by then
 * must not wait for the note.
 */
START_TEST(a_note_under_way_is_not_waited_for)
{
	struct pg *worker;

	db = trialcase_db(NULL);
	worker = pg_new(trialcase_conninfo(), "piste-test");
	ck_assert_int_eq(pg_begin(worker), OK);
	trialcase_say(worker, "INSERT INTO piste.bandit_look (experiment_key,"
	    " made_at) SELECT key, now() FROM piste.experiment");
	trialcase_say(db, "SET lock_timeout = '200ms'");
	ck_assert_int_eq(DO(steer_stop(db, TRIALCASE_KEY, &note)), OK);
	ck_assert_int_eq(DO(steer_ship(db, TRIALCASE_KEY, STR("b"), &note)),
	    OK);
	ck_assert_int_eq(DO(steer_undo(db, TRIALCASE_KEY, &note)), OK);
	pg_rollback(worker);
	pg_free(worker);
} END_TEST

/* Of two that saw the same epoch one has its way. */
START_TEST(weights_move_from_the_epoch_that_was_seen)
{
	const struct steer_weight w[] = { { STR("a"), .3 }, { STR("b"), .7 } };
	const struct steer_epoch at = { .key = TRIALCASE_KEY, .phase = 1,
		.epoch = 1, .what = "bandit" };

	db = trialcase_db(NULL);
	ck_assert_int_eq(DO(steer_reweigh(db, suite_arena(), &at, w, 2,
	    &note)), OK);
	ck_assert_int_eq(DO(steer_reweigh(db, suite_arena(), &at, w, 2,
	    &note)), ERR_DENIED);
	ck_assert_str_same(trialcase_ask(db, "SELECT string_agg(number || ' '"
	    " || (weights->>'b'), ', ' ORDER BY number) FROM piste.epoch"),
	    STR("1 0.5, 2 0.7"));
	ck_assert_str_same(trialcase_ask(db, "SELECT weights->>'b' FROM"
	    " piste.experiment"), STR("0.7"));
} END_TEST

/* Stopped by hand, and no document says otherwise. */
START_TEST(an_apply_without_a_state_leaves_it_stopped)
{
	json_t *site = sitecase_example();
	FILE *quiet = fopen("/dev/null", "w");

	db = trialcase_db(NULL);
	ck_assert_int_eq(DO(steer_stop(db, TRIALCASE_KEY, &note)), OK);
	ck_assert_int_eq(define_apply(db, suite_arena(), sitecase_text(site),
	    quiet, stderr), OK);
	ck_assert_str_same(trialcase_ask(db, "SELECT state FROM"
	    " piste.experiment"), STR("stopped"));
	trialcase_say(db, "UPDATE piste.experiment SET definition ="
	    " definition || '{\"state\": \"stopped\"}'");
	ck_assert_int_eq(DO(steer_unname(db, TRIALCASE_KEY)), OK);
	ck_assert_int_eq(DO(steer_sign(db, TRIALCASE_KEY, &note)), OK);
	ck_assert_int_eq(define_apply(db, suite_arena(), sitecase_text(site),
	    quiet, stderr), OK);
	ck_assert_str_same(trialcase_ask(db, "SELECT state FROM"
	    " piste.experiment"), STR("stopped"));
	fclose(quiet);
} END_TEST

SUITE_APART(steer)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_TEST(what_is_shipped_is_the_page_until_undone);
	SUITE_LOOP(the_state_decides_what_is_allowed, COUNT(states));
	SUITE_TEST(what_is_not_there_is_absent);
	SUITE_TEST(another_control_since_is_not_undone);
	SUITE_TEST(a_note_under_way_is_not_waited_for);
	SUITE_TEST(weights_move_from_the_epoch_that_was_seen);
	SUITE_TEST(an_apply_without_a_state_leaves_it_stopped);
}
