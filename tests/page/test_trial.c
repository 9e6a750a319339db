/* Tests src/page/trial.c through define_run, with the schema's own part. */
#include <stdlib.h>
#include <string.h>

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

static struct sitecase_said
apply(const json_t *site)
{
	struct sitecase_said s = run(sitecase_text(site), DEFINE_NEW_PHASE);

	ck_assert_msg(s.err == OK, "%.*s", STR_ARG(s.complaints));
	return s;
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

SQL(trial_now, 0, "SELECT concat_ws(' ', state, phase, bucket_version,"
    " min_bucket_version, (SELECT count(1) FROM epoch), control_key, n_star,"
    " phase_started_at IS NOT NULL, ended_at IS NOT NULL, octet_length(salt))"
    " FROM experiment WHERE key = 'lb-headline'");
SQL(trial_moves, 0, "SELECT string_agg(concat_ws(':', coalesce(from_state,"
    " ''), to_state, phase, what, reason, who), ' ' ORDER BY id)"
    " FROM experiment_move");
SQL(trial_shares, 0, "SELECT concat_ws(' ', weights->>'a', weights->>'b',"
    " coverage) FROM experiment");
SQL(trial_set_state, 1, "UPDATE experiment SET state = $1");
SQL(trial_set_bandit, 0, "UPDATE experiment SET weights ="
    " '{\"a\": 0.1, \"b\": 0.9}', coverage = 0.5");
SQL(trial_set_control, 1, "UPDATE page SET control_key = $1");
SQL(trial_make_synthetic, 0, "UPDATE experiment SET is_synthetic = true");

static json_t *
start(void)
{
	json_t *site = sitecase_example();

	db = pg_new(suite_database(), "piste-test");
	apply(site);
	return site;
}

START_TEST(a_new_one_begins_its_first_phase)
{
	start();
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("running 1 1 1 1 a 20000 t f 32"));
	ck_assert_str_same(ask(&trial_moves, NULL),
	    STR(":running:1:move:apply"));
} END_TEST

START_TEST(a_draft_begins_when_it_runs)
{
	json_t *site = sitecase_example();

	db = pg_new(suite_database(), "piste-test");
	sitecase_edit(site, X "state", "\"draft\"");
	apply(site);
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("draft 1 1 1 0 20000 f f 32"));
	/* Whatever changes before is the first phase's. */
	sitecase_edit(site, X "seed", "\"other\"");
	sitecase_edit(site, HEADLINE, "\"Other\"");
	sitecase_edit(site, X "planned_visitors", "100");
	apply(site);
	sitecase_edit(site, X "state", "\"running\"");
	apply(site);
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("running 1 1 1 1 a 100 t f 32"));
	ck_assert_str_same(ask(&trial_moves, NULL),
	    STR(":draft:1:move:apply draft:running:1:move:apply"));
} END_TEST

static const char *const states[] = { "draft", "running", "paused",
	"stopped", "decided", "archived" };
/* Row: from; column: to; by the order of states. */
static const char allowed[COUNT(states)][COUNT(states) + 1] = {
	"=y....", ".=yyy.", ".y=yy.", ".y.=yy", "...y=y", ".....=",
};

START_TEST(only_some_moves_are_allowed)
{
	size_t from = (size_t)_i / COUNT(states);
	size_t to = (size_t)_i % COUNT(states);
	json_t *site = sitecase_example();
	struct str before;
	struct sitecase_said s;

	db = pg_new(suite_database(), "piste-test");
	json_object_set_new(json_array_get(json_object_get(site,
	    "experiments"), 0), "state", json_string(states[from]));
	apply(site);
	before = ask(&trial_now, NULL);
	json_object_set_new(json_array_get(json_object_get(site,
	    "experiments"), 0), "state", json_string(states[to]));
	sitecase_edit(site, "campaigns/0/name", "\"Other\"");
	s = run(sitecase_text(site), DEFINE_NEW_PHASE);
	ck_assert_int_eq(s.err, allowed[from][to] == '.' ? ERR_INPUT : OK);
	if (!s.err)
		return;
	ck_assert_str_same(s.complaints, buf_fmt(suite_arena(), 200,
	    "$.experiments[0].state: the experiment is %s, which can't become"
	    " %s\n", states[from], states[to]));
	ck_assert_str_same(ask(&trial_now, NULL), before);
	/* And nobody else may. */
	ck_assert_int_eq(pg_run(db, &trial_set_state,
	    (struct str[]){ str_of(states[to]) }, WAIT_MS, NULL), ERR_INPUT);
} END_TEST

/* What one edit of the running example comes to. */
static const struct { const char *pointer, *value, *now, *told; } effects[] = {
	{ HEADLINE, "\"Other\"", "running 2 2 1 2",
	    "\"phase\":2,\"because\":\"content\"" },
	{ "pages/0/thanks/headline/en", "\"Other\"", "running 1 1 1 1", "" },
	{ X "seed", "\"s\"", "running 2 2 1 2", "\"because\":\"seed\"" },
	{ X "filters", "[]", "running 1 1 1 1", "" },
	{ X "filters", "[{\"seed\":\"s\",\"ranges\":[[0,1]]}]",
	    "running 2 2 1 2", "\"because\":\"filters\"" },
	{ X "layer", "{\"name\":\"l\",\"ranges\":[[0,1]]}",
	    "running 2 2 1 2", "\"because\":\"filters\"" },
	{ X "holdout", "{\"name\":\"l\",\"share\":0.1}", "running 2 2 1 2",
	    "\"because\":\"filters\"" },
	{ X "targeting", "{\"countries\":[\"FR\"]}", "running 2 2 1 2",
	    "\"because\":\"targeting\"" },
	{ X "targeting", "{}", "running 1 1 1 1", "" },
	{ X "weights", "{\"a\":0.2,\"b\":0.8}", "running 1 1 1 2", "" },
	{ X "coverage", "0.5", "running 1 1 1 2", "" },
	{ X "equivalence", "0.1", "running 1 1 1 1", "" },
	{ X "goal", "\"mql\"", "running 2 2 1 2", "\"because\":\"goal\"" },
	{ X "starts", "\"2026-01-01T00:00:00Z\"", "running 1 1 1 1", "" },
	{ X "window", "\"48h\"", "running 2 2 1 2",
	    "\"because\":\"window\"" },
	{ X "windows", "{\"sql\":\"45d\"}", "running 2 2 1 2",
	    "\"because\":\"window\"" },
	{ X "windows", "{\"mql\":\"14d\"}", "running 1 1 1 1", "" },
	{ X "state", "\"paused\"", "paused 1 1 1 1", "" },
};

START_TEST(a_change_while_running_has_its_effect)
{
	json_t *site = start();
	struct sitecase_said s;

	sitecase_edit(site, effects[_i].pointer, effects[_i].value);
	s = apply(site);
	ck_assert_msg(str_has_prefix(ask(&trial_now, NULL),
	    str_of(effects[_i].now)), "%.*s", STR_ARG(ask(&trial_now, NULL)));
	ck_assert_msg(!effects[_i].told[0] || str_has_fold(s.changes,
	    str_of(effects[_i].told)), "%.*s", STR_ARG(s.changes));
	ck_assert_int_eq(str_has_fold(s.changes, STR("because")),
	    strstr(effects[_i].told, "because") != NULL);
	/* Said again it is no change. */
	s = apply(site);
	ck_assert(!str_has_fold(s.changes, STR("because")) &&
	    !str_has_fold(s.changes, STR("\"changed\"")));
} END_TEST

static const struct { const char *before, *after; bool is_narrower; }
targets[] = {
	{ "{\"countries\":[\"FR\"]}", "{\"countries\":[\"BE\",\"FR\"]}",
	    false },
	{ "{\"countries\":[\"FR\",\"BE\"]}", "{\"countries\":[\"FR\"]}",
	    true },
	{ "{\"countries\":[\"FR\"]}", "{\"countries\":[\"BE\"]}", true },
	{ "{\"countries\":[\"FR\"]}", "{}", false },
	{ "{\"countries\":[\"FR\"]}", "null", false },
	{ "{\"countries\":[\"FR\"]}",
	    "{\"countries\":[\"FR\",\"BE\"],\"devices\":[\"mobile\"]}", true },
	{ "{\"devices\":[\"mobile\"]}",
	    "{\"devices\":[\"mobile\",\"tablet\"]}", false },
	{ "{\"sources\":[\"a\",\"b\"]}", "{\"sources\":[\"b\"]}", true },
	{ "{\"languages\":[\"fr\"]}", "{\"languages\":null}", false },
	{ "{\"languages\":null}", "{\"languages\":[\"fr\"]}", true },
	{ "{\"returning\":true}", "{}", false },
	{ "{\"returning\":true}", "{\"returning\":true}", false },
	{ "{\"returning\":true}", "{\"returning\":false}", true },
	{ "{}", "{\"returning\":false}", true },
};

START_TEST(only_leaving_somebody_out_begins_a_phase)
{
	json_t *site = sitecase_example();

	db = pg_new(suite_database(), "piste-test");
	sitecase_edit(site, X "targeting", targets[_i].before);
	apply(site);
	sitecase_edit(site, X "targeting", targets[_i].after);
	apply(site);
	ck_assert_msg(str_has_prefix(ask(&trial_now, NULL),
	    targets[_i].is_narrower ? STR("running 2 2 1 2") :
	    STR("running 1 1 1 1")), "%.*s", STR_ARG(ask(&trial_now, NULL)));
} END_TEST

START_TEST(a_correction_begins_nothing)
{
	json_t *site = start();
	struct sitecase_said s;

	sitecase_edit(site, HEADLINE, "\"Corrected\"");
	s = run(sitecase_text(site), DEFINE_ASK);
	ck_assert_int_eq(s.err, OK);
	ck_assert_str_same(s.asked, STR("lb-headline"));
	ck_assert_uint_eq(s.changes.n, 0);
	s = run(sitecase_text(site), DEFINE_CORRECTION);
	ck_assert_int_eq(s.err, OK);
	ck_assert(str_has_fold(s.changes,
	    STR("\"phase\":1,\"because\":\"correction\"")));
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("running 1 1 1 1 a 20000 t f 32"));
	ck_assert_str_same(ask(&trial_moves, NULL), STR(":running:1:move:apply"
	    " running:running:1:correction:apply"));
	/* Once corrected, there is nothing left to ask. */
	s = run(sitecase_text(site), DEFINE_ASK);
	ck_assert_uint_eq(s.asked.n, 0);
	ck_assert(s.changes.n > 0);
} END_TEST

START_TEST(nobody_is_asked_about_what_does_not_run)
{
	json_t *site = sitecase_example();
	struct sitecase_said s;

	db = pg_new(suite_database(), "piste-test");
	sitecase_edit(site, X "state", "\"stopped\"");
	apply(site);
	sitecase_edit(site, HEADLINE, "\"Other\"");
	s = run(sitecase_text(site), DEFINE_ASK);
	ck_assert_uint_eq(s.asked.n, 0);
	ck_assert(s.changes.n > 0);
} END_TEST

START_TEST(a_restart_blocks_whom_it_is_told_to)
{
	json_t *site = start();

	sitecase_edit(site, X "state", "\"stopped\"");
	apply(site);
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("stopped 1 1 1 1 a 20000 t t 32"));
	ask(&trial_set_control, (struct str[]){ STR("b") });
	sitecase_edit(site, X "planned_visitors", "100");
	sitecase_edit(site, X "state", "\"running\"");
	sitecase_edit(site, X "previous_visitors", "\"block\"");
	apply(site);
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("running 2 2 2 2 b 100 t f 32"));
	ck_assert_str_same(ask(&trial_moves, NULL), STR(":running:1:move:apply"
	    " running:stopped:1:move:apply stopped:running:2:move:apply"
	    " stopped:running:2:phase:restart:apply"));
} END_TEST

START_TEST(an_archived_one_can_tell_nobody_apart)
{
	json_t *site = start();

	sitecase_edit(site, X "state", "\"stopped\"");
	apply(site);
	sitecase_edit(site, X "state", "\"archived\"");
	apply(site);
	ck_assert_str_same(ask(&trial_now, NULL),
	    STR("archived 1 1 1 1 a 20000 t t 0"));
} END_TEST

/* A command stopped it, and the marketer's file says nothing of states. */
START_TEST(a_file_without_states_moves_nothing)
{
	json_t *site = start(), *back;
	struct str json;
	struct sitecase_said s;

	ask(&trial_set_state, (struct str[]){ STR("stopped") });
	s = apply(site);
	ck_assert(str_has_fold(s.changes,
	    STR("\"lb-headline\",\"change\":\"unchanged\"")));
	ck_assert(str_has_prefix(ask(&trial_now, NULL), STR("stopped 1")));
	/* The export says where it stands, and changes nothing either. */
	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	back = json_loadb(json.p, json.n, 0, NULL);
	sitecase_edit(site, X "state", "\"stopped\"");
	ck_assert_msg(json_equal(back, site), "%.*s", STR_ARG(json));
	s = apply(back);
	ck_assert(!str_has_fold(s.changes, STR("\"changed\"")));
	sitecase_edit(site, X "state", "\"running\"");
	apply(site);
	ck_assert(str_has_prefix(ask(&trial_now, NULL), STR("running 2 2")));
} END_TEST

START_TEST(what_a_bandit_set_stays)
{
	json_t *site = start();
	struct sitecase_parsed p;
	struct str json;

	ask(&trial_set_bandit, NULL);
	sitecase_edit(site, X "equivalence", "0.1");
	apply(site);
	ck_assert_str_same(ask(&trial_shares, NULL), STR("0.1 0.9 0.5"));
	/* The snapshot serves by them. */
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	p = sitecase_parse(json);
	sitecase_list(&p);
	ck_assert_double_eq(p.site->experiment[0].weight[1], .9);
	ck_assert_double_eq(p.site->experiment[0].coverage, .5);
	/* Until the definition changes its own, or a phase begins. */
	sitecase_edit(site, X "coverage", "0.8");
	apply(site);
	ck_assert_str_same(ask(&trial_shares, NULL), STR("0.1 0.9 0.8"));
	sitecase_edit(site, HEADLINE, "\"Other\"");
	apply(site);
	ck_assert_str_same(ask(&trial_shares, NULL), STR("0.5 0.5 0.8"));
} END_TEST

START_TEST(the_snapshot_says_it_all)
{
	const struct site_experiment *e;
	json_t *site = start();
	struct sitecase_parsed p;
	struct str json;

	ask(&trial_set_control, (struct str[]){ STR("b") });
	sitecase_edit(site, X "previous_visitors", "\"block\"");
	sitecase_edit(site, X "planned_visitors", "100");
	sitecase_edit(site, HEADLINE, "\"Other\"");
	apply(site);
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	p = sitecase_parse(json);
	sitecase_list(&p);
	e = &p.site->experiment[0];
	ck_assert_uint_eq(e->page->control, 1);
	ck_assert_uint_eq(e->control, 1);
	ck_assert_uint_eq(e->phase, 2);
	ck_assert_uint_eq(e->epoch, 2);
	ck_assert_uint_eq(e->bucket_version, 2);
	ck_assert_uint_eq(e->min_bucket_version, 2);
	ck_assert_double_eq(e->n_star, 100);
	ck_assert_str_same(e->seed, STR("lb-headline:p2"));
	ck_assert(e->is_running);
} END_TEST

#define OWN_FORM "{\"key\":\"short\",\"country\":\"FR\",\"fields\":" \
    "[{\"name\":\"email\",\"kind\":\"email\",\"label\":{\"fr\":\"E\"," \
    "\"en\":\"E\"}}],\"consents\":[\"news-email\"]}"

/* What a variant's own form asks is what the variant shows. */
static const struct { const char *pointer, *value, *now; } own_forms[] = {
	{ "forms/1/fields/0/required", "true", "running 2 2" },
	{ "forms/0/fields/0/required", "false", "running 2 2" },
	{ "consents/1/required", "true", "running 2 2" },
	{ "offers/0/name/fr", "\"Autre\"", "running 1 1" },
};

START_TEST(a_variants_form_is_content)
{
	json_t *site = sitecase_example();

	db = pg_new(suite_database(), "piste-test");
	sitecase_edit(site, "forms/1", OWN_FORM);
	sitecase_edit(site, "pages/0/variants/1/form", "\"short\"");
	sitecase_edit(site, X "tested", "[\"consent\"]");
	apply(site);
	sitecase_edit(site, own_forms[_i].pointer, own_forms[_i].value);
	apply(site);
	ck_assert_msg(str_has_prefix(ask(&trial_now, NULL),
	    str_of(own_forms[_i].now)), "%.*s",
	    STR_ARG(ask(&trial_now, NULL)));
} END_TEST

START_TEST(a_self_tests_is_not_there)
{
	json_t *site = start();
	struct sitecase_parsed p;
	struct str json;
	struct sitecase_said s;

	ask(&trial_make_synthetic, NULL);
	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	ck_assert(!str_has_fold(json, STR("experiments")));
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	p = sitecase_parse(json);
	ck_assert_uint_eq(p.site->experiments, 0);
	s = run(sitecase_text(site), DEFINE_NEW_PHASE);
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_str_same(s.complaints,
	    STR("$.experiments[0].key: is a self-test's\n"));
} END_TEST

#define ARM(key, level) "{\"key\":\"" key "\",\"template\":\"hero\"," \
    "\"levels\":{\"f\":\"" level "\"}}"
#define SHARES(w) "[{\"key\":\"f\",\"levels\":[\"x\",\"y\"],\"weights\":" w "}]"

START_TEST(levels_give_the_weights)
{
	json_t *site = sitecase_example();
	struct sitecase_said s;

	db = pg_new(suite_database(), "piste-test");
	sitecase_edit(site, "pages/0/variants",
	    "[" ARM("a", "x") "," ARM("b", "y") "]");
	sitecase_edit(site, X "weights", NULL);
	sitecase_edit(site, X "factors", SHARES("[0.3,0.7]"));
	apply(site);
	ck_assert_str_same(ask(&trial_shares, NULL), STR("0.3 0.7 1"));
	sitecase_edit(site, X "factors", SHARES("[0.6,0.4]"));
	s = apply(site);
	ck_assert(!str_has_fold(s.changes, STR("because")));
	ck_assert_str_same(ask(&trial_shares, NULL), STR("0.6 0.4 1"));
	ck_assert(str_has_prefix(ask(&trial_now, NULL),
	    STR("running 1 1 1 2")));
	sitecase_edit(site, X "factors/0/levels",
	    "[\"y\",\"x\"]");
	s = apply(site);
	ck_assert(str_has_fold(s.changes, STR("\"because\":\"factors\"")));
} END_TEST

SUITE_APART(trial)
{
	SUITE_TEST(a_new_one_begins_its_first_phase);
	SUITE_TEST(a_draft_begins_when_it_runs);
	SUITE_LOOP(only_some_moves_are_allowed,
	    COUNT(states) * COUNT(states));
	SUITE_LOOP(a_change_while_running_has_its_effect, COUNT(effects));
	SUITE_LOOP(only_leaving_somebody_out_begins_a_phase, COUNT(targets));
	SUITE_TEST(a_correction_begins_nothing);
	SUITE_TEST(nobody_is_asked_about_what_does_not_run);
	SUITE_TEST(a_restart_blocks_whom_it_is_told_to);
	SUITE_TEST(an_archived_one_can_tell_nobody_apart);
	SUITE_TEST(a_file_without_states_moves_nothing);
	SUITE_TEST(what_a_bandit_set_stays);
	SUITE_TEST(the_snapshot_says_it_all);
	SUITE_LOOP(a_variants_form_is_content, COUNT(own_forms));
	SUITE_TEST(a_self_tests_is_not_there);
	SUITE_TEST(levels_give_the_weights);
}
