/* Tests who enters a scenario: src/sql/0029. */
#include "lead/nurturecase.h"

static const struct {
	const char *enters, *enter;
	const char *happens;	/* SQL */
	bool comes;
} ways[] = {
	{ "submission", "{\"when\": \"submission\", \"pages\": [\"p1\"]}",
	    "SELECT 1", true },
	{ "submission", "{\"when\": \"submission\", \"pages\": [\"p2\"]}",
	    "SELECT 1", false },
	{ "submission", "{\"when\": \"submission\", \"offers\": [\"o2\"]}",
	    "SELECT 1", false },
	{ "stage", "{\"when\": \"stage\", \"stages\": [\"nurturing\"]}",
	    "SELECT piste.lead_move(1, 'nurturing', 'x', 'operator',"
	    " 'too-early', NULL)", true },
	{ "stage", "{\"when\": \"stage\", \"stages\": [\"nurturing\"]}",
	    "SELECT piste.lead_move(1, 'mql', 'x', 'operator', NULL, NULL)",
	    false },
	{ "event", "{\"when\": \"event\", \"event\": \"webinar\"}",
	    "SELECT piste.event_partition(current_date); INSERT INTO"
	    " piste.event (at, kind, name, person_id, via) VALUES (now(),"
	    " 'webinar', 'w1', 1, 'import')", true },
	{ "stage", "{\"when\": \"stage\", \"stages\": [\"customer\"]}",
	    "SELECT piste.lead_move(1, s, 'x', 'operator', NULL, NULL)"
	    " FROM unnest('{mql,sql,opportunity,customer}'::text[]) AS s",
	    true },
	{ "event", "{\"when\": \"event\", \"event\": \"webinar\","
	    " \"names\": [\"w2\"]}", "SELECT piste.event_partition("
	    "current_date); INSERT INTO piste.event (at, kind, name,"
	    " person_id, via) VALUES (now(), 'webinar', 'w1', 1, 'import')",
	    false },
};

START_TEST(people_enter_by_what_they_did)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", ways[_i].enters,
	    buf_fmt(suite_arena(), 4096, "\"enter\": %s,"
	    " \"steps\": [" MAIL("m1") "]%c", ways[_i].enter, 0).p);
	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, ways[_i].happens);
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS),
	    ways[_i].comes ? STR("m1") : STR_EMPTY);
} END_TEST

/* What is invented is nobody's to write to, whatever it did. */
START_TEST(invented_leads_enter_nothing)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", ways[_i].enters,
	    buf_fmt(suite_arena(), 4096, "\"enter\": %s,"
	    " \"steps\": [" MAIL("m1") "]%c", ways[_i].enter, 0).p);
	sample_run(c.sample.conn, "UPDATE piste.offer SET is_synthetic ="
	    " true");
	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, ways[_i].happens);
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR_EMPTY);
	ck_assert_str_same(mailcase_text(&c, JOURNEYS), STR_EMPTY);
} END_TEST

/* A list of old contacts is no form that was sent just now. */
START_TEST(imports_are_no_submissions)
{
	struct mailcase c = nurturecase_new();

	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_scenario(&c, "s", "submission", TWO);
	sample_run(c.sample.conn, buf_fmt(suite_arena(), 400, "DELETE FROM"
	    " piste.outbox; ALTER TABLE piste.submission DISABLE TRIGGER USER;"
	    " UPDATE piste.submission SET via = '%s';"
	    " INSERT INTO piste.outbox (kind, submission_id, payload)"
	    " SELECT 'submission.accepted', id, '{}' FROM piste.submission%c",
	    _i ? "import" : "form", 0).p);
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS),
	    _i ? STR_EMPTY : STR("m1"));
} END_TEST

/* Nobody is written to who has not agreed to it, or not yet. */
START_TEST(without_consent_nobody_is_written_to)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", "submission", TWO);
	sample_run(c.sample.conn, "UPDATE piste.scenario SET definition ="
	    " jsonb_set(definition, '{purpose}', '\"calls\"')");
	mailcase_submit(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, JOURNEYS), STR_EMPTY);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR_EMPTY);
	/* Who agrees later is let in by what they do then. */
	sample_run(c.sample.conn, "UPDATE piste.scenario SET definition ="
	    " jsonb_set(definition, '{purpose}', '\"newsletter\"')");
	mailcase_submit(&c, 2, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1"));
} END_TEST

START_TEST(never_confirmed_may_come_again)
{
	struct mailcase c = nurturecase_new();

	nurturecase_scenario(&c, "s", "submission", TWO);
	mailcase_agree(&c, 1, "ana@c.fr");
	nurturecase_run(&c, 0);
	nurturecase_run(&c, 31 * DAY);
	ck_assert_str_same(mailcase_text(&c, JOURNEYS),
	    STR("s ended no-consent"));
	mailcase_submit(&c, 2, "ana@c.fr");
	nurturecase_run(&c, 0);
	ck_assert_str_same(mailcase_text(&c, SUBJECTS), STR("m1"));
} END_TEST

SUITE_APART(nurtureturn_enter)
{
	SUITE_LOOP(people_enter_by_what_they_did, COUNT(ways));
	SUITE_LOOP(invented_leads_enter_nothing, COUNT(ways));
	SUITE_LOOP(imports_are_no_submissions, 2);
	SUITE_TEST(without_consent_nobody_is_written_to);
	SUITE_TEST(never_confirmed_may_come_again);
}
