/* Tests of console/term.c: what the database can say has words. */
#include "console/term.h"
#include "lead/allocate.h"
#include "store/pg.h"
#include "support/suite.h"

static const char keys[] =
    "SELECT DISTINCT k.key FROM ("
    "SELECT m.to_stage AS key FROM piste.stage_move AS m"
    " UNION ALL SELECT unnest(m.roles) FROM piste.stage_move AS m"
    " UNION ALL SELECT q.reason FROM piste.quarantine_reason AS q"
    " UNION ALL SELECT c.key FROM piste.consent_channel AS c"
    " UNION ALL SELECT (regexp_matches(pg_get_constraintdef(o.oid),"
    " '''([a-z]+)''', 'g'))[1] FROM pg_constraint AS o"
    " WHERE o.conname IN ('submission_via_check', 'lead_grade_check',"
    " 'consent_what_check', 'submission_outcome_check',"
    " 'allocation_outcome_check', 'bant_topic_check', 'waiting_step_check',"
    " 'mail_state_check')) AS k WHERE k.key <> 'quarantined' ORDER BY 1";
SQL(term_keys, 0, keys);

START_TEST(every_key_has_words)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	const struct pg_rows *rows;

	ck_assert_int_eq(pg_run(db, &term_keys, NULL, 10000, &rows), OK);
	ck_assert_uint_gt(pg_count(rows), 25);
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct str key = pg_value(rows, i, 0);

		ck_assert_msg(term_in(key, LANG_FR).p != key.p &&
		    term_in(key, LANG_EN).p != key.p, "%.*s",
		    STR_ARG(key));
	}
	pg_free(db);
} END_TEST

START_TEST(other_words_stay)
{
	ck_assert_str_same(term_in(STR("newsletter"), LANG_FR),
	    STR("newsletter"));
	ck_assert_str_same(term_in(STR("lost"), LANG_FR), STR("perdu"));
	ck_assert_str_same(term_in(STR("lost"), LANG_EN), STR("lost"));
}
END_TEST

START_TEST(why_nobody_gets_it_has_words)
{
	for (size_t i = 0; i < ALLOCATE_REASONS; i++) {
		struct str key = str_of(allocate_reason(i));

		/* Absent is a word of both languages. */
		ck_assert_msg(i == ALLOCATE_ABSENT ||
		    !str_eq(term_hindrance(key, LANG_FR), key), "%.*s",
		    STR_ARG(key));
	}
	ck_assert_str_same(term_hindrance(STR("need"), LANG_EN),
	    STR("skill"));
	ck_assert_str_same(term_brief(STR("sql"), LANG_FR), STR("SQL"));
	ck_assert_str_same(term_brief(STR("lost"), LANG_FR), STR("perdu"));
} END_TEST

SUITE_APART(term)
{
	SUITE_TEST(why_nobody_gets_it_has_words);
	SUITE_TEST(every_key_has_words);
	SUITE_TEST(other_words_stay);
}
