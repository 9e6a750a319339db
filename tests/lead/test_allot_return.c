/* Tests of lead/allot.c: leads that come up again, or are nobody's again. */
#include <stdlib.h>
#include <string.h>

#include "lead/allotcase.h"
#include "lead/rehearse.h"

#define FACTS "SELECT concat_ws(' ', need, potential, nullif(country, '')," \
	" nullif(postcode, '')) FROM piste.allocation_facts('{1}')"
#define SAYS(n, of, says) { n, .email = "ana@firm.fr", .offer = of, \
	.text = says }

/* Of each field what was given last, for this offer or else for another. */
START_TEST(a_shorter_form_takes_nothing_back)
{
	struct scene s = { .c = sample_new() };

	s.db = pg_new(s.c.conninfo, "piste-test");
	apply(s.db, "{\"potential_field\":\"text\",\"need_field\":\"company\","
	    "\"sellers\":[]}");
	sample_take(s.c.conn, sample_batch((struct sample_row[]){
	    { 1, .email = "ana@firm.fr", .company = "Solar", .text = "70" },
	    SAYS(2, "o1", "8000.50"), SAYS(3, "o1", "more"),
	    SAYS(4, "o2", "9000") }, 4));
	ck_assert_str_same(sample_text(s.c.conn, FACTS), STR("Solar 8000"));
	sample_run(s.c.conn, "ALTER TABLE piste.submission DISABLE TRIGGER"
	    " submission_guard; UPDATE piste.submission SET declared_postcode ="
	    " CASE lead_id WHEN 1 THEN '75011' ELSE '1000' END, form_country ="
	    " CASE lead_id WHEN 1 THEN 'FR' ELSE 'BE' END"
	    " WHERE seq = 1 OR lead_id = 2");
	ck_assert_str_same(sample_text(s.c.conn, FACTS),
	    STR("Solar 8000 FR 75011"));
	sample_run(s.c.conn, "UPDATE piste.submission SET declared_postcode ="
	    " NULL, fields = fields - 'text' WHERE lead_id = 1");
	ck_assert_str_same(sample_text(s.c.conn, FACTS),
	    STR("Solar 9000 BE 1000"));
} END_TEST

#define SCORE(points, above) "SELECT piste.score_take(1, clock_timestamp()," \
	" '[{\"lead\":1,\"points\":" points ",\"grade\":\"warm\",\"above\":" \
	above ",\"parts\":[]}]')"
#define SLEEP(day) "SELECT piste.lead_move(1, 'nurturing', 't', 'seller'," \
	" 'too-early', NULL); INSERT INTO piste.lead_wake (lead_id, wake_on)" \
	" VALUES (1, current_date + " day ")"
#define STAGE "SELECT concat_ws(' ', l.stage, s.key, w.wake_on -" \
	" current_date) FROM piste.lead AS l LEFT JOIN piste.seller AS s" \
	" ON s.id = l.owner_id LEFT JOIN piste.lead_wake AS w" \
	" ON w.lead_id = l.id WHERE l.id = 1"

/* Whatever is looked at: who named a day is let alone until then. */
START_TEST(a_day_that_was_named_is_kept)
{
	struct scene s = scene(2, SELLERS);

	ck_assert_int_eq(turn(s.db), 2);
	sample_run(s.c.conn, SLEEP("1"));
	ck_assert_str_same(sample_text(s.c.conn, SCORE("60", "true")),
	    STR("0"));
	ck_assert_int_eq(turn(s.db), 0);
	ck_assert_str_same(sample_text(s.c.conn, STAGE), STR("nurturing 1"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
	    " FROM piste.mql"), STR("0"));
	/* The other seller's turn it would be, but for whose it was. */
	sample_run(s.c.conn, "UPDATE piste.seller SET tag = 9000000000"
	    " WHERE key = 'ana';"
	    " UPDATE piste.lead_wake SET wake_on = current_date");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, STAGE), STR("mql ana"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT decision#>>"
	    "'{excluded,0,reasons,0}' FROM piste.allocation ORDER BY id DESC"
	    " LIMIT 1"), STR("returns"));
	ck_assert_int_eq(turn(s.db), 0);
} END_TEST

/* Whether it was below since, or has stood above all the time. */
START_TEST(a_form_asks_again_before_the_day)
{
	struct scene s = scene(1, SELLERS);

	sample_run(s.c.conn, SCORE("60", "true"));
	ck_assert_int_eq(turn(s.db), 1);
	sample_run(s.c.conn, SLEEP("1"));
	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 9,
	    .email = "p0@firm.fr" }, 1));
	if (_i)
		ck_assert_str_same(sample_text(s.c.conn, SCORE("10",
		    "false")), STR("0"));
	ck_assert_str_same(sample_text(s.c.conn, STAGE), STR("nurturing 1"));
	ck_assert_str_same(sample_text(s.c.conn, SCORE("60", "true")),
	    STR("1"));
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, STAGE), STR("mql ana"));
} END_TEST

static const struct {
	const char *then;
	const char *want;
} comes[] = {
	{ "SELECT 1", "mql ana" },
	{ "INSERT INTO piste.seller_absence (seller_id, starts_at, ends_at,"
	    " created_by) SELECT id, now() - '1h'::interval, now() +"
	    " '1h'::interval, 't' FROM piste.seller WHERE key = 'ana'",
	    "mql bob" },
	{ "UPDATE piste.lead SET owner_id = 1 WHERE id = 2", "mql bob" },
	/* Who refused it has done with it. */
	{ "SELECT piste.lead_move(1, 'mql', 't', 'system', NULL, NULL),"
	    " piste.allocation_hand(1, 'ana', 't', 'try'),"
	    " piste.lead_move(1, 'nurturing', 't', 'seller', 'refused', NULL);"
	    " INSERT INTO piste.lead_wake (lead_id, wake_on) VALUES (1,"
	    " current_date)", "mql bob" },
};

START_TEST(who_had_it_has_it_if_they_can)
{
	struct scene s = scene(2, NULL);

	sample_run(s.c.conn, "UPDATE piste.lead SET scored_at = NULL"
	    " WHERE id = 2");
	apply(s.db, "{\"sellers\":[{\"key\":\"ana\",\"general\":true,"
	    "\"open_max\":1},{\"key\":\"bob\",\"general\":true}]}");
	ck_assert_int_eq(turn(s.db), 1);
	sample_run(s.c.conn, "UPDATE piste.seller SET tag = 9000000000"
	    " WHERE key = 'ana'");
	sample_run(s.c.conn, SLEEP("0"));
	sample_run(s.c.conn, comes[_i].then);
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_str_same(sample_text(s.c.conn, STAGE),
	    str_of(comes[_i].want));
} END_TEST

static struct str
told(struct pg *db, const char *json)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	struct str out;

	if (json)
		ck_assert_int_eq(seller_apply(db, suite_arena(), str_of(json),
		    STR("test"), f, f), OK);
	else
		ck_assert_int_eq(allot_overflow(db, false, f), OK);
	fclose(f);
	out = arena_copy(suite_arena(), (struct str){ text, bytes });
	free(text);
	return out;
}

START_TEST(leads_of_who_has_gone_are_tried_at_once)
{
	struct scene s = scene(5, SELLERS);

	ck_assert_int_eq(turn(s.db), 5);
	sample_run(s.c.conn, "SELECT piste.lead_move(1, 'disqualified', 't',"
	    " 'seller', 'no-need', NULL), piste.lead_move(3, 'sql', 't',"
	    " 'seller', NULL, NULL), piste.lead_move(3, 'opportunity', 't',"
	    " 'seller', NULL, NULL)");
	ck_assert_str_same(told(s.db, "{\"sellers\":[{\"key\":\"bob\","
	    "\"general\":true}]}"), STR("rules\tversion 2\n"
	    "removed\tseller ana\nfreed\t2 open leads of ana, for others\n"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg("
	    "lead_id::text, ' ' ORDER BY lead_id) FROM piste.allocation"
	    " WHERE outcome = 'removed'"), STR("3 5"));
	ck_assert_int_eq(turn(s.db), 1);
	/* A closed one keeps its owner, for the figures. */
	ck_assert_str_same(sample_text(s.c.conn, OWNERS),
	    STR("1 ana,2 bob,3,4 bob,5 bob"));
	/* Nobody takes what is at that stage: not in silence. */
	ck_assert_ptr_nonnull(strstr(told(s.db, NULL).p,
	    "\topportunity\tno seller takes leads there\n"));
	ck_assert(str_has_prefix(told(s.db, NULL), STR("3\t")));
} END_TEST

START_TEST(what_never_was_anybodys_is_said_to_be_so)
{
	struct scene s = scene(2, SELLERS);
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	sample_run(s.c.conn, "SELECT piste.lead_move(2, 'lead', 't',"
	    " 'operator', 'mistake', NULL)");
	ck_assert_int_eq(allot_explain(s.db, STR("1"), false, f), OK);
	ck_assert_int_eq(allot_explain(s.db, STR("1"), true, f), OK);
	ck_assert_int_eq(allot_explain(s.db, STR("2"), false, f), OK);
	fclose(f);
	ck_assert_str_same(str_of(text), STR("lead 1 was never given to"
	    " anybody: it is at mql, and about to be tried\nlead 2 was never"
	    " given to anybody: it is at lead, which no seller takes\n"));
	free(text);
} END_TEST

START_TEST(evenness_of_nothing_is_none)
{
	struct scene s = scene(0, NULL);
	struct rehearse r = { .json = STR(SELLERS), .days = 30,
		.complaints = stderr };
	char *text = NULL;
	size_t bytes = 0;

	r.out = open_memstream(&text, &bytes);
	ck_assert_int_eq(rehearse_run(s.db, &r), OK);
	r.is_json = true;
	ck_assert_int_eq(rehearse_run(s.db, &r), OK);
	fclose(r.out);
	ck_assert_ptr_nonnull(strstr(text, "evenness n/a, would be n/a\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"evenness_before\":null,"
	    "\"evenness_after\":null}\n"));
	free(text);
} END_TEST

SUITE_APART(allot_return)
{
	SUITE_TEST(a_shorter_form_takes_nothing_back);
	SUITE_TEST(a_day_that_was_named_is_kept);
	SUITE_LOOP(a_form_asks_again_before_the_day, 2);
	SUITE_LOOP(who_had_it_has_it_if_they_can, COUNT(comes));
	SUITE_TEST(leads_of_who_has_gone_are_tried_at_once);
	SUITE_TEST(what_never_was_anybodys_is_said_to_be_so);
	SUITE_TEST(evenness_of_nothing_is_none);
}
