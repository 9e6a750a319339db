/*
 * Tests of what src/page/trial.c and define.c keep: a phase its plan and arms,
 * a decision its state, a page its control, a bandit its parts.
 */
#include "base/buf.h"
#include "page/define.h"
#include "store/pg.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define WAIT_MS 5000
#define X "experiments/0/"
#define HEADLINE "pages/0/variants/0/parts/headline/en"

static struct pg *db;

static struct sitecase_said
run(struct str json, enum define_text text)
{
	return sitecase_run(db, json, text);
}

static void
apply(const json_t *site)
{
	struct sitecase_said s = run(sitecase_text(site), DEFINE_NEW_PHASE);

	ck_assert_msg(s.err == OK, "%.*s", STR_ARG(s.complaints));
}

static json_t *
start(void)
{
	json_t *site = sitecase_example();

	db = pg_new(suite_database(), "piste-test");
	apply(site);
	return site;
}

static json_t *
exported(void)
{
	struct str json;

	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	return json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
}

static struct str
ask(const struct sql *s, const struct str *parameters)
{
	const struct pg_rows *rows;

	ck_assert_msg(pg_run(db, s, parameters, WAIT_MS, &rows) == OK, "%s",
	    pg_message(db));
	return pg_count(rows) ? arena_copy(suite_arena(),
	    pg_value(rows, 0, 0)) : STR_EMPTY;
}

SQL(kept_now, 0, "SELECT concat_ws(' ', state, phase, bucket_version,"
    " min_bucket_version, (SELECT count(1) FROM epoch), control_key, n_star)"
    " FROM experiment");
SQL(kept_state, 1, "UPDATE experiment SET state = $1");
SQL(kept_old_equivalence, 0, "SELECT coalesce(definition->>'equivalence', '')"
    " FROM experiment_phase WHERE phase = 2");

/* The example's arms are a and b. */
#define ARM_OF(key) "{\"key\":\"" key "\",\"template\":\"hero\"," \
    "\"parts\":{}}"
static const struct { const char *variants, *weights; } other_arms[] = {
	{ "[" ARM_OF("a") "]", "{\"a\":1}" },
	{ "[" ARM_OF("b") "," ARM_OF("a") "]", "{\"a\":0.5,\"b\":0.5}" },
	{ "[" ARM_OF("a") "," ARM_OF("b") "," ARM_OF("c") "]",
	    "{\"a\":0.5,\"b\":0.5,\"c\":0}" },
	{ "[" ARM_OF("a") "," ARM_OF("c") "]", "{\"a\":0.5,\"c\":0.5}" },
};

START_TEST(another_arm_is_no_correction)
{
	json_t *site = start();
	struct sitecase_said s;

	sitecase_edit(site, "pages/0/variants", other_arms[_i].variants);
	sitecase_edit(site, X "weights", other_arms[_i].weights);
	s = run(sitecase_text(site), DEFINE_CORRECTION);
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_str_same(s.complaints, STR("$.pages[0].variants: are the arms"
	    " of experiment lb-headline: one that comes, goes or moves is no"
	    " correction; weight 0 archives an arm\n"));
	ck_assert_str_same(ask(&kept_now, NULL),
	    STR("running 1 1 1 1 a 20000"));
	/* It is what another phase compares. */
	apply(site);
	ck_assert(str_has_prefix(ask(&kept_now, NULL), STR("running 2 2")));
} END_TEST

/* What was looked at is judged by what was said before. */
static const struct { const char *member, *value, *was; } plans[] = {
	{ "alpha", "0.1", "0.05" },
	{ "planned_visitors", "100", "20000" },
	{ "planned_visitors", "null", "20000" },
};

START_TEST(a_phase_keeps_its_plan)
{
	json_t *site = start();
	struct str place = buf_fmt(suite_arena(), 100, X "%s",
	    plans[_i].member), refusal = buf_fmt(suite_arena(), 300,
	    "$.experiments[0].%s: phase 1 began with %s and keeps it: stop the"
	    " experiment, then start it again with another, which begins a"
	    " phase\n", plans[_i].member, plans[_i].was);
	static const enum define_text texts[] = { DEFINE_NEW_PHASE,
		DEFINE_CORRECTION, DEFINE_ASK };
	struct sitecase_said s;

	sitecase_edit(site, place.p, plans[_i].value);
	for (size_t i = 0; i < COUNT(texts); i++) {
		s = run(sitecase_text(site), texts[i]);
		ck_assert_int_eq(s.err, ERR_INPUT);
		ck_assert_str_same(s.complaints, refusal);
		ck_assert_uint_eq(s.changes.n, 0);
	}
	ck_assert_str_same(ask(&kept_now, NULL),
	    STR("running 1 1 1 1 a 20000"));
	/* With what begins a phase all the same it is that phase's. */
	sitecase_edit(site, HEADLINE, "\"Other\"");
	apply(site);
	ck_assert(str_has_prefix(ask(&kept_now, NULL), STR("running 2 2")));
} END_TEST

static const struct { const char *member, *value, *was; } ended[] = {
	{ "goal", "\"mql\"", "lead" },
	{ "window", "\"48h\"", "24h" },
	{ "windows", "{\"sql\":\"45d\"}", "the default" },
	{ "alpha", "0.1", "0.05" },
};

START_TEST(one_that_has_ended_keeps_what_it_was_held_to)
{
	json_t *site = start();
	struct str place = buf_fmt(suite_arena(), 100, X "%s",
	    ended[_i].member);
	struct sitecase_said s;

	sitecase_edit(site, X "state", "\"stopped\"");
	apply(site);
	sitecase_edit(site, place.p, ended[_i].value);
	s = run(sitecase_text(site), DEFINE_NEW_PHASE);
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert(str_has_prefix(s.complaints, buf_fmt(suite_arena(), 200,
	    "$.experiments[0].%s: phase 1 began with %s and keeps it: ",
	    ended[_i].member, ended[_i].was)));
	/* Started again with it. */
	sitecase_edit(site, X "state", "\"running\"");
	apply(site);
	ck_assert(str_has_prefix(ask(&kept_now, NULL), STR("running 2 2")));
} END_TEST

/* What a refusal advises can be done. */
static const struct { const char *state, *advice; } moves[] = {
	{ "running", "stop the experiment, then start it again with another,"
	    " which begins a phase\n" },
	{ "paused", "stop the experiment, then start it again with another,"
	    " which begins a phase\n" },
	{ "stopped", "start it again with another, which begins a phase\n" },
	{ "decided", "undo the decision, then start it again with another,"
	    " which begins a phase\n" },
	{ "archived", "the experiment is archived for good, so make another"
	    " one\n" },
};

SQL(kept_move, 1, "UPDATE experiment SET state = $1, shipped_key ="
    " CASE $1 WHEN 'decided' THEN 'b' END");

START_TEST(a_refusal_advises_what_can_be_done)
{
	json_t *site = start();
	struct str state = str_of(moves[_i].state);
	struct sitecase_said s;

	if (str_eq(state, STR("archived")))
		ask(&kept_move, &STR("stopped"));
	ask(&kept_move, &state);
	sitecase_edit(site, X "state", buf_fmt(suite_arena(), 40, "\"%s\"",
	    moves[_i].state).p);
	sitecase_edit(site, X "alpha", "0.1");
	s = run(sitecase_text(site), DEFINE_NEW_PHASE);
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_str_same(s.complaints, buf_fmt(suite_arena(), 300,
	    "$.experiments[0].alpha: phase 1 began with 0.05 and keeps it: %s",
	    moves[_i].advice));
} END_TEST

SQL(kept_phases, 0, "SELECT string_agg(concat_ws(' ', phase,"
    " bucket_version, seed, goal, window_s, alpha, planned_visitors, n_star,"
    " control_key, variants->0->'parts'->'headline'->>'en',"
    " definition->>'goal', started_at IS NOT NULL, ended_at IS NOT NULL),"
    " '; ' ORDER BY phase) FROM experiment_phase");

START_TEST(each_phase_is_kept_as_it_was)
{
	json_t *site = start();

	sitecase_edit(site, HEADLINE, "\"One\"");
	ck_assert_int_eq(run(sitecase_text(site), DEFINE_CORRECTION).err, OK);
	ck_assert_str_same(ask(&kept_phases, NULL), STR("1 1 lb-headline lead"
	    " 86400 0.05 20000 20000 a One lead t f"));
	sitecase_edit(site, HEADLINE, "\"Two\"");
	sitecase_edit(site, X "goal", "\"mql\"");
	sitecase_edit(site, X "window", "\"48h\"");
	sitecase_edit(site, X "alpha", "0.1");
	sitecase_edit(site, X "planned_visitors", "100");
	apply(site);
	/* What is written over one that has ended is not what it was. */
	sitecase_edit(site, X "state", "\"stopped\"");
	apply(site);
	sitecase_edit(site, HEADLINE, "\"Three\"");
	sitecase_edit(site, X "equivalence", "0.2");
	apply(site);
	ck_assert_str_same(ask(&kept_phases, NULL), STR("1 1 lb-headline lead"
	    " 86400 0.05 20000 20000 a One lead t t; 2 2 lb-headline:p2 mql"
	    " 172800 0.1 100 100 a Two mql t t"));
	ck_assert_str_same(ask(&kept_old_equivalence, NULL), STR(""));
} END_TEST

SQL(kept_ship, 1, "UPDATE experiment SET state = 'decided', shipped_key = $1");
SQL(kept_undo, 0, "UPDATE experiment SET state = 'stopped', shipped_key ="
    " NULL RETURNING state");

/* Also for who types SQL. */
START_TEST(a_decision_is_left_by_undo_alone)
{
	json_t *site = start();
	struct sitecase_said s;

	ask(&kept_ship, (struct str[]){ STR("b") });
	sitecase_edit(site, X "state", "\"stopped\"");
	s = run(sitecase_text(site), DEFINE_NEW_PHASE);
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_str_same(s.complaints, STR("$.experiments[0].state: the"
	    " experiment is decided for b: \"piste experiment undo lb-headline"
	    "\" leads back\n"));
	ck_assert_int_eq(pg_run(db, &kept_state,
	    (struct str[]){ STR("stopped") }, WAIT_MS, NULL), ERR_INPUT);
	ck_assert(str_has_prefix(ask(&kept_now, NULL), STR("decided")));
	ck_assert_str_same(ask(&kept_undo, NULL), STR("stopped"));
} END_TEST

SQL(ship_b, 0, "WITH shown AS (UPDATE page SET control_key = 'b')"
    " UPDATE experiment SET state = 'decided', shipped_key = 'b'"
    " RETURNING state");
SQL(control_now, 0, "SELECT concat_ws(' ', control_key, (SELECT state"
    " FROM experiment)) FROM page");

/* What is served moves with the document: the shipped arm, and the state. */
START_TEST(an_export_carries_the_control)
{
	struct sitecase_parsed p;
	json_t *site;
	struct str json;

	db = pg_new(suite_database(), "piste-test");
	apply(sitecase_example());
	ck_assert_str_same(ask(&ship_b, NULL), STR("decided"));
	site = exported();
	pg_free(db);
	db = pg_new(suite_database(), "piste-test");
	apply(site);
	ck_assert_str_same(ask(&control_now, NULL), STR("b decided"));
	ck_assert_msg(json_equal(site, exported()), "%.*s",
	    STR_ARG(sitecase_text(exported())));
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	p = sitecase_parse(json);
	sitecase_list(&p);
	ck_assert_uint_eq(p.site->page[0].control, 1);
	ck_assert_uint_eq(p.site->page[0].experiments, 0);
	/* Who does not speak of it leaves it; who does decides. */
	sitecase_edit(site, "pages/0/control", NULL);
	apply(site);
	ck_assert_str_same(ask(&control_now, NULL), STR("b decided"));
	sitecase_edit(site, "pages/0/control", "\"a\"");
	apply(site);
	ck_assert_str_same(ask(&control_now, NULL), STR("a decided"));
} END_TEST

/* The page's control may have gone with its variant. */
START_TEST(a_control_that_is_gone_is_not_told)
{
	json_t *site = sitecase_example();
	struct sitecase_said s;

	db = pg_new(suite_database(), "piste-test");
	apply(site);
	ck_assert_str_same(ask(&ship_b, NULL), STR("decided"));
	sitecase_edit(site, "pages/0/variants/1/key", "\"c\"");
	sitecase_edit(site, "experiments/0/weights",
	    "{\"a\": 0.5, \"c\": 0.5}");
	sitecase_edit(site, "experiments/0/state", "\"decided\"");
	apply(site);
	ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(
	    exported(), "pages"), 0), "control"));
	sitecase_edit(site, "pages/0/control", "\"z\"");
	s = run(sitecase_text(site), DEFINE_NEW_PHASE);
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_str_same(s.complaints,
	    STR("$.pages[0].control: there is no variant \"z\"\n"));
} END_TEST

SQL(kept_set_parts, 0, "WITH made AS (INSERT INTO epoch (experiment_key,"
    " number, phase, weights, coverage, part_of, context, leaf) SELECT key,"
    " t.number, phase, t.weights::jsonb, coverage, t.part_of, t.context,"
    " t.leaf FROM experiment CROSS JOIN (VALUES"
    " (2, '{\"a\": 0.2, \"b\": 0.8}', 4, 'device', 'mobile'),"
    " (3, '{\"a\": 0.5, \"b\": 0.5}', 4, 'device', NULL),"
    " (4, '{\"a\": 0.3, \"b\": 0.7}', NULL, NULL, NULL)) AS t (number,"
    " weights, part_of, context, leaf) WHERE key = 'lb-headline')"
    " UPDATE experiment SET weights = '{\"a\": 0.3, \"b\": 0.7}'");

static const struct site_experiment *
served(void)
{
	struct sitecase_parsed p;
	struct str json;

	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	p = sitecase_parse(json);
	sitecase_list(&p);
	return &p.site->experiment[0];
}

/* Until other weights, another context, or a pause: then all are alike. */
static const struct { const char *member, *value; } ends[] = {
	{ "weights", "{\"a\":0.4,\"b\":0.6}" },
	{ "bandit", "{\"context\":\"country\"}" },
	{ "bandit", "{}" },
	{ "state", "\"paused\"" },
};
START_TEST(parts_of_the_last_epoch_are_served)
{
	json_t *site = start();
	const struct site_experiment *x;
	char path[60];

	sitecase_edit(site, X "bandit", "{\"context\":\"device\"}");
	apply(site);
	ck_assert_uint_eq(served()->leaves, 0);
	ask(&kept_set_parts, NULL);
	x = served();
	ck_assert_uint_eq(x->epoch, 4);
	ck_assert_uint_eq(x->leaves, 2);
	ck_assert_str_same(x->leaf[0].key, STR("mobile"));
	ck_assert(!x->leaf[0].is_even && x->leaf[1].is_even);
	ck_assert_uint_eq(x->leaf[0].epoch, 2);
	ck_assert_double_eq(x->leaf[0].weight[1], .8);
	ck_assert_double_eq(x->weight[1], .7);
	ck_assert_str_same(x->explore, STR("lb-headline:explore"));
	snprintf(path, sizeof path, X "%s", ends[_i].member);
	sitecase_edit(site, path, ends[_i].value);
	apply(site);
	ck_assert_uint_eq(served()->leaves, 0);
} END_TEST

SUITE_APART(kept)
{
	SUITE_LOOP(another_arm_is_no_correction, COUNT(other_arms));
	SUITE_LOOP(a_phase_keeps_its_plan, COUNT(plans));
	SUITE_LOOP(a_refusal_advises_what_can_be_done, COUNT(moves));
	SUITE_LOOP(one_that_has_ended_keeps_what_it_was_held_to,
	    COUNT(ended));
	SUITE_TEST(each_phase_is_kept_as_it_was);
	SUITE_TEST(a_decision_is_left_by_undo_alone);
	SUITE_TEST(an_export_carries_the_control);
	SUITE_TEST(a_control_that_is_gone_is_not_told);
	SUITE_LOOP(parts_of_the_last_epoch_are_served, COUNT(ends));
}
