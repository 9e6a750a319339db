/* Tests of lead/allot.c. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lead/allot.h"
#include "lead/rehearse.h"
#include "lead/seller.h"
#include "store/pg.h"
#include "support/sample.h"

#define MANY 120
#define SELLERS "{\"sellers\":[{\"key\":\"ana\",\"general\":true}," \
	"{\"key\":\"bob\",\"general\":true}]}"
#define OWNERS "SELECT string_agg(concat_ws(' ', l.id, s.key), ','" \
	" ORDER BY l.id) FROM piste.lead AS l" \
	" LEFT JOIN piste.seller AS s ON s.id = l.owner_id"

struct scene {
	struct sample c;
	struct pg *db;
};

static void
apply(struct pg *db, const char *json)
{
	FILE *null = fopen("/dev/null", "we");

	ck_assert_int_eq(seller_apply(db, suite_arena(), str_of(json),
	    STR("test"), stderr, null), OK);
	fclose(null);
}

/* So many leads that are MQL, and rules. */
static struct scene
scene(int leads, const char *json)
{
	struct scene s = { .c = sample_new() };
	struct sample_row *row = arena_array(suite_arena(), (size_t)leads,
	    sizeof *row);

	s.db = pg_new(s.c.conninfo, "piste-test");
	for (int i = 0; i < leads; i++)
		row[i] = (struct sample_row){ i + 1, .email = buf_fmt(
		    suite_arena(), 40, "p%d@firm.fr%c", i, 0).p };
	sample_take(s.c.conn, sample_batch(row, (size_t)leads));
	sample_run(s.c.conn, "UPDATE piste.lead SET score = 50,"
	    " scored_at = now(); SELECT piste.lead_move(id, 'mql', 'test',"
	    " 'system', NULL, NULL) FROM piste.lead ORDER BY id");
	if (json)
		apply(s.db, json);
	return s;
}

static int64_t
turn(struct pg *db)
{
	int64_t done;

	ck_assert_int_eq(allot_turn(db, &done), OK);
	return done;
}

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

START_TEST(nobody_free_is_an_overflow_with_an_alarm)
{
	struct scene s = scene(2, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":1}]}");
	struct allot_depth d;

	ck_assert_int_eq(turn(s.db), 2);
	ck_assert_int_eq(allot_depth(s.db, &d), OK);
	ck_assert_int_eq(d.overflow, 1);
	ck_assert_int_eq(turn(s.db), 0);
	sample_run(s.c.conn, "UPDATE piste.overflow SET next_at = now()");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT tries"
	    " FROM piste.overflow"), STR("2"));
	/* A place gets free. */
	sample_run(s.c.conn, "SELECT piste.lead_move(1, 'nurturing', 't',"
	    " 'seller', 'too-early', NULL);"
	    " UPDATE piste.overflow SET next_at = now()");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " (SELECT outcome FROM piste.allocation), owner_id IS NULL)"
	    " FROM piste.lead WHERE id = 1"), STR("left t"));
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS), STR("1,2 ana"));
} END_TEST

START_TEST(new_rules_try_what_waits_at_once)
{
	struct scene s = scene(2, "{\"sellers\":[{\"key\":\"ana\","
	    "\"general\":true,\"open_max\":0,\"stages\":[\"mql\",\"lead\"]}"
	    "]}");

	ck_assert_int_eq(turn(s.db), 2);
	sample_run(s.c.conn, "SELECT piste.lead_move(2, 'lead', 't',"
	    " 'operator', 'mistake', NULL)");
	ck_assert_str_same(sample_text(s.c.conn,
	    "SELECT count(*) FROM piste.overflow"), STR("2"));
	/* At the stage of lead 2 nobody takes any more. */
	apply(s.db, SELLERS);
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, OWNERS), STR("1 ana,2"));
	ck_assert_str_same(sample_text(s.c.conn,
	    "SELECT count(*) FROM piste.overflow"), STR("0"));
} END_TEST

struct rival {
	struct str conninfo;
	pthread_barrier_t *start;
	enum err err;
};

static void *
give_until_none(void *context)
{
	struct rival *r = context;
	struct pg *db = pg_new(r->conninfo, "piste-test");
	int64_t done = 0, idle = 0;

	pthread_barrier_wait(r->start);
	/* None may also mean that the other one is at it. */
	while (!r->err && idle < 50) {
		r->err = allot_turn(db, &done);
		idle = done ? 0 : idle + 1;
	}
	pg_free(db);
	return NULL;
}

START_TEST(two_workers_never_give_one_lead_twice)
{
	struct scene s = scene(MANY, SELLERS);
	pthread_barrier_t start;
	struct rival rival[2];
	pthread_t thread[2];

	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		rival[i] = (struct rival){ s.c.conninfo, &start, OK };
		ck_assert_int_eq(pthread_create(&thread[i], NULL,
		    give_until_none, &rival[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_int_eq(rival[i].err, OK);
	}
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*), count(DISTINCT lead_id), count(*) FILTER (WHERE"
	    " seller_id = 1)) FROM piste.allocation"), STR("120 120 60"));
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
} END_TEST

SUITE(allot)
{
	SUITE_TEST(erasing_leaves_what_is_counted);
	SUITE_TEST(without_rules_nothing_happens);
	SUITE_TEST(leads_are_given_in_turns_with_all_it_rests_on);
	SUITE_TEST(stages_nobody_takes_wait_for_nobody);
	SUITE_TEST(who_does_not_accept_is_passed_over);
	SUITE_TEST(accepted_ones_stay);
	SUITE_TEST(nobody_free_is_an_overflow_with_an_alarm);
	SUITE_TEST(new_rules_try_what_waits_at_once);
	SUITE_TEST(two_workers_never_give_one_lead_twice);
	SUITE_TEST(other_rules_are_rehearsed);
	SUITE_TEST(explanation_names_everybody);
}
