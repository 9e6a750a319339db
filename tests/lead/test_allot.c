/* Tests of lead/allot.c. */
#include <stdlib.h>
#include <string.h>

#include "lead/allotcase.h"
#include "lead/rehearse.h"

START_TEST(without_rules_nothing_happens)
{
	struct scene s = scene(1, NULL);

	ck_assert_int_eq(turn(s.db), 0);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
	    " FROM piste.overflow"), STR("0"));
} END_TEST

START_TEST(leads_are_given_in_turns_with_all_it_rests_on)
{
	struct scene s = scene(4, SELLERS);

	ck_assert_int_eq(turn(s.db), 4);
	ck_assert_int_eq(turn(s.db), 0);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS),
	    STR("1 ana,2 bob,3 ana,4 bob"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " decision#>>'{candidates,1,seller}',"
	    " decision#>>'{candidates,1,deficit}',"
	    " decision#>>'{lead,need}', rules_version, accept_by > now())"
	    " FROM piste.allocation WHERE lead_id = 2"),
	    STR("bob 1.000000 o1 1 t"));
} END_TEST

START_TEST(stages_nobody_takes_wait_for_nobody)
{
	struct scene s = scene(2, SELLERS);

	sample_run(s.c.conn, "SELECT piste.lead_move(1, 'nurturing', 't',"
	    " 'system', 'too-early', NULL); SELECT piste.lead_move(2, 'lead',"
	    " 't', 'operator', 'mistake', NULL)");
	ck_assert_int_eq(turn(s.db), 0);
} END_TEST

START_TEST(who_does_not_accept_is_passed_over)
{
	struct scene s = scene(1, SELLERS);
	struct str whose;

	ck_assert_int_eq(turn(s.db), 1);
	sample_run(s.c.conn, "UPDATE piste.allocation SET accept_by = now()");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS), STR("1 bob"));
	ck_assert_int_eq(allot_refuse(s.db, STR("1"), STR("not mine")), OK);
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " o.tries, o.decision#>>'{excluded,0,reasons,0}', (SELECT"
	    " string_agg(a.outcome, ' ' ORDER BY a.id) FROM piste.allocation"
	    " AS a)) FROM piste.overflow AS o"),
	    STR("1 tried expired refused"));
	ck_assert_int_eq(allot_hand(s.db, STR("1"), STR("ana"), STR("boss"),
	    STR("she knows them")), OK);
	ck_assert_int_eq(allot_hand(s.db, STR("1"), STR("ana"), STR("boss"),
	    STR("again")), ERR_INPUT);
	ck_assert_int_eq(allot_accept(s.db, STR("1"), &whose), OK);
	ck_assert_str_same(whose, STR("ana"));
	ck_assert_str_same(sample_text(s.c.conn, OWNERS), STR("1 ana"));
	ck_assert_str_same(sample_text(s.c.conn,
	    "SELECT count(*) FROM piste.overflow"), STR("0"));
	ck_assert_int_eq(allot_refuse(s.db, STR("9"), STR("x")), ERR_INPUT);
} END_TEST

START_TEST(accepted_ones_stay)
{
	struct scene s = scene(1, SELLERS);
	struct str whose;

	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_int_eq(allot_accept(s.db, STR("1"), &whose), OK);
	sample_run(s.c.conn, "UPDATE piste.allocation SET accept_by = now()");
	ck_assert_int_eq(turn(s.db), 0);
} END_TEST

#define WHOSE "SELECT concat_ws(' ', s.key, a.reason, a.accepted_at IS NOT" \
	" NULL) FROM piste.lead AS l LEFT JOIN piste.seller AS s ON s.id =" \
	" l.owner_id LEFT JOIN piste.allocation AS a ON a.lead_id = l.id" \
	" AND a.ended_at IS NULL WHERE l.id = 1"
#define MOVE(to, reason) "SELECT piste.lead_move(1, '" to "', 't'," \
	" 'operator', " reason ", NULL);"

/* A lead has an owner when it has an open allocation, or is closed. */
static const struct {
	const char *moves, *want;
	int64_t done;
} reopened[] = {
	{ MOVE("sql", "NULL") MOVE("lost", "'price'"), "ana f", 0 },
	{ MOVE("sql", "NULL") MOVE("lost", "'price'")
	    MOVE("sql", "'mistake'"), "ana reopened t", 0 },
	{ MOVE("sql", "NULL") MOVE("lost", "'price'")
	    MOVE("opportunity", "'mistake'"), "ana reopened t", 0 },
	{ MOVE("sql", "NULL") MOVE("lost", "'price'") "UPDATE piste.seller"
	    " SET is_active = false;" MOVE("sql", "'mistake'"), "f", 1 },
	{ MOVE("disqualified", "'mistake'") MOVE("lead", "'mistake'"), "f",
	    0 },
	{ MOVE("disqualified", "'mistake'") MOVE("lead", "'mistake'")
	    MOVE("mql", "NULL"), "f", 1 },
	{ MOVE("sql", "NULL") MOVE("opportunity", "NULL")
	    MOVE("customer", "NULL") MOVE("opportunity", "'cancelled'"),
	    "ana f", 0 },
};

START_TEST(a_lead_opened_again_is_somebodys_or_tried)
{
	struct scene s = scene(1, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true}]}");

	ck_assert_int_eq(turn(s.db), 1);
	sample_run(s.c.conn, reopened[_i].moves);
	ck_assert_str_same(sample_text(s.c.conn, WHOSE),
	    str_of(reopened[_i].want));
	ck_assert_int_eq(turn(s.db), reopened[_i].done);
	if (reopened[_i].done)
		ck_assert_str_same(sample_text(s.c.conn, WHOSE),
		    STR("ana f"));
} END_TEST

static const struct {
	const char *before, *want;
} merges[] = {
	{ "UPDATE piste.lead SET scored_at = NULL WHERE id = 1",
	    "ana merged t" },
	{ "SELECT 1", "ana f" },
	{ "UPDATE piste.lead SET scored_at = NULL WHERE id = 1;"
	    " UPDATE piste.seller SET is_active = false", "f" },
};

/* Lead 2 gives way to lead 1. */
START_TEST(who_has_one_of_two_has_what_they_become)
{
	struct scene s = scene(2, SELLERS);
	struct str whose;

	sample_run(s.c.conn, merges[_i].before);
	sample_run(s.c.conn, "UPDATE piste.seller SET is_active = true");
	ck_assert_int_eq(turn(s.db), _i == 1 ? 2 : 1);
	ck_assert_int_eq(allot_accept(s.db, STR("2"), &whose), OK);
	sample_run(s.c.conn, merges[_i].before);
	sample_run(s.c.conn, "SELECT piste.person_merge(2, 1, 't', 'one')");
	ck_assert_str_same(sample_text(s.c.conn, WHOSE),
	    str_of(merges[_i].want));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " (SELECT owner_id FROM piste.lead WHERE id = 2),"
	    " (SELECT outcome FROM piste.allocation WHERE lead_id = 2))"),
	    STR("left"));
} END_TEST

#define FACTS "SELECT concat_ws(' ', need, potential)" \
	" FROM piste.allocation_facts('{1}')"

/* Whoever may ask, and that is the worker, learns of no other field. */
START_TEST(facts_are_of_the_fields_that_rules_name)
{
	static const struct {
		const char *json, *want;
	} rules[] = {
		{ "{\"need_field\":\"text\",\"sellers\":[{\"key\":"
		    "\"ana\",\"general\":true}]}", "hello -1" },
		{ "{\"potential_field\":\"text\",\"sellers\":[{\"key\":"
		    "\"ana\",\"general\":true}]}", "o1 -1" },
		{ SELLERS, "o1 -1" },
	};
	struct scene s = scene(1, NULL);

	ck_assert_str_same(sample_text(s.c.conn, FACTS), STR("o1 -1"));
	for (size_t i = 0; i < COUNT(rules); i++) {
		apply(s.db, rules[i].json);
		ck_assert_str_same(sample_text(s.c.conn, FACTS),
		    str_of(rules[i].want));
	}
} END_TEST

START_TEST(an_edit_keeps_whose_turn_it_is)
{
	struct scene s = scene(2, SELLERS);

	sample_run(s.c.conn, "UPDATE piste.lead SET scored_at = NULL"
	    " WHERE id = 2");
	ck_assert_int_eq(turn(s.db), 1);
	apply(s.db, "{\"confidence_km\":9,\"sellers\":[{\"key\":\"ana\","
	    "\"name\":\"Ana\",\"weight\":2,\"general\":true},{\"key\":"
	    "\"bob\",\"weight\":2,\"general\":true}]}");
	sample_run(s.c.conn, "UPDATE piste.lead SET scored_at = now()");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS),
	    STR("1 ana,2 bob"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " decision#>>'{candidates,1,seller}',"
	    " decision#>>'{candidates,1,deficit}', rules_version)"
	    " FROM piste.allocation WHERE lead_id = 2"),
	    STR("bob 0.500000 2"));
} END_TEST

static struct str
rehearsed(struct pg *db, const char *json, enum err *e)
{
	char *text = NULL;
	size_t bytes = 0;
	struct rehearse r = { .json = str_of(json), .days = 30,
		.complaints = stderr };
	struct str out;

	r.out = open_memstream(&text, &bytes);
	*e = rehearse_run(db, &r);
	fclose(r.out);
	out = arena_copy(suite_arena(), (struct str){ text, bytes });
	free(text);
	return out;
}

START_TEST(other_rules_are_rehearsed)
{
	struct scene s = scene(4, SELLERS);
	enum err e;

	ck_assert_int_eq(turn(s.db), 4);
	ck_assert_str_same(rehearsed(s.db, SELLERS, &e), STR(
	    "seller ana\t2\t2\nseller bob\t2\t2\n4 leads, 0 would be"
	    " another's, 0 would wait, 0 would be nobody's; evenness 1.0000,"
	    " would be 1.0000\n"));
	ck_assert_int_eq(e, OK);
	/* Of the second lead all was cy's share: ana had no place left. */
	ck_assert_str_same(rehearsed(s.db, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":1},{\"key\":\"cy\",\"general\":"
	    "true,\"open_max\":1}]}", &e), STR("lead 2\tbob\tcy\n"
	    "lead 3\tana\tnobody\nlead 4\tbob\tnobody\n"
	    "seller ana\t2\t1\nseller bob\t2\t0\nseller cy\t0\t1\n"
	    "4 leads, 3 would be another's, 2 would wait, 2 would be"
	    " nobody's; evenness 1.0000, would be 0.8000\n"));
	ck_assert_int_eq(e, OK);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), (SELECT count(*) FROM piste.seller))"
	    " FROM piste.allocation"), STR("4 2"));
} END_TEST

/* Nor does what was given without a decision stand in for what was. */
START_TEST(invented_leads_are_not_rehearsed)
{
	struct scene s = scene(4, SELLERS);
	enum err e;

	ck_assert_int_eq(turn(s.db), 4);
	sample_run(s.c.conn, _i ? "UPDATE piste.offer SET is_synthetic = true"
	    : "UPDATE piste.allocation SET decision = NULL WHERE lead_id < 3");
	ck_assert(strstr(rehearsed(s.db, SELLERS, &e).p, _i ? "\n0 leads, 0"
	    : "\n2 leads, 0 would be another's, "));
	ck_assert_int_eq(e, OK);
} END_TEST

START_TEST(explanation_names_everybody)
{
	struct scene s = scene(1, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true},{\"key\":\"bob\",\"territories\":[{\"country\":"
	    "\"BE\"}]}]}");
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_int_eq(allot_explain(s.db, STR("1"), false, f), OK);
	ck_assert_int_eq(allot_explain(s.db, STR("2"), false, f), ERR_ABSENT);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "\tgiven\tana\t"));
	ck_assert_ptr_nonnull(strstr(text,
	    "  candidate ana weight 1 deficit 0.000000 open 0\n"));
	ck_assert_ptr_nonnull(strstr(text, "  left out bob territory\n"));
	free(text);
} END_TEST

START_TEST(erasing_leaves_what_is_counted)
{
	struct seller_snapshot now = { 0 };
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	struct scene s = scene(2, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":1}]}");

	ck_assert_int_eq(turn(s.db), 2);
	sample_run(s.c.conn, "INSERT INTO piste.bant (lead_id, topic, value,"
	    " note, author) VALUES (1, 'need', 'yes', 'a roof', 'ana');"
	    " INSERT INTO piste.next_action (lead_id, action, due_on, author)"
	    " VALUES (1, 'call her', current_date, 'ana');"
	    " SELECT piste.erase((SELECT array_agg(id) FROM piste.person),"
	    " NULL, NULL, 'request', NULL)");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " a.seller_id, a.decision ? 'lead', a.decision ? 'candidates',"
	    " (SELECT concat_ws(' ', b.topic, b.value, b.note)"
	    " FROM piste.bant AS b), (SELECT count(*) FROM piste.overflow),"
	    " (SELECT count(*) FROM piste.next_action))"
	    " FROM piste.allocation AS a"), STR("1 f t need 0 0"));
	/* Nor is anybody called. */
	ck_assert_int_eq(turn(s.db), 0);
	ck_assert_int_eq(allot_hand(s.db, STR("2"), STR("ana"), STR("boss"),
	    STR("why not")), ERR_INPUT);
	ck_assert_int_eq(seller_list(s.db, false, f), OK);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "ana\t-\t0 open"));
	free(text);
	ck_assert_int_eq(seller_load(s.db, suite_arena(),
	    (struct seller_span){ 0, 1 }, &now), OK);
	ck_assert_uint_eq(now.rule.plan.seller[0].open, 0);
} END_TEST

SUITE_APART(allot)
{
	SUITE_TEST(erasing_leaves_what_is_counted);
	SUITE_TEST(without_rules_nothing_happens);
	SUITE_TEST(leads_are_given_in_turns_with_all_it_rests_on);
	SUITE_TEST(stages_nobody_takes_wait_for_nobody);
	SUITE_TEST(who_does_not_accept_is_passed_over);
	SUITE_TEST(accepted_ones_stay);
	SUITE_LOOP(a_lead_opened_again_is_somebodys_or_tried, COUNT(reopened));
	SUITE_LOOP(who_has_one_of_two_has_what_they_become, COUNT(merges));
	SUITE_TEST(facts_are_of_the_fields_that_rules_name);
	SUITE_TEST(an_edit_keeps_whose_turn_it_is);
	SUITE_TEST(other_rules_are_rehearsed);
	SUITE_LOOP(invented_leads_are_not_rehearsed, 2);
	SUITE_TEST(explanation_names_everybody);
}
