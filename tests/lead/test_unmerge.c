/* Tests of undoing a merge: lead/person.c, and what it calls in src/sql. */
#include <stdio.h>
#include <string.h>

#include "lead/leadcase.h"
#include "lead/mergecase.h"

static const struct scenario scenarios[] = {
	{ "two offers", { R(1, A), R(2, B, .offer = "o2") }, "",
	    "1 o1,2 o2" },
	{ "one offer", { R(1, A), R(2, B), R(3, B, .text = "more") }, "",
	    "1 o1" },
	{ "one offer, who goes is further on", { R(1, A), R(2, B) },
	    STAGED("2", "sql", "NULL"), "2 o1" },
	{ "one offer, who stays is further on", { R(1, A), R(2, B) },
	    STAGED("1", "mql", "NULL") ";" STAGED("2", "nurturing",
	    "'too-early'"), "1 o1" },
	{ "one of them closed", { R(1, A), R(2, B) },
	    STAGED("1", "disqualified", "'no-need'"),
	    "2 o1" },
	{ "particulars", { R(1, A), R(2, B, .phone = P, .company = "F") },
	    "", "1 o1" },
	{ "no keys", { R(1, A), R(2, "") }, "", "1 o1" },
	{ "several of each", { R(1, A, .phone = Q), R(2, B, .phone = P),
	    R(3, A, .offer = "o2"), R(4, B, .offer = "o2"),
	    R(5, B, .offer = "o2", .text = "more") }, "", "1 o1,3 o2" },
};

static struct str
open_leads(struct scene *k)
{
	return sample_text(k->c.conn, "SELECT string_agg(id || ' ' ||"
	    " offer_key, ',' ORDER BY id) FROM piste.lead WHERE is_open"
	    " AND person_id = 1 AND merged_into IS NULL");
}

START_TEST(merge_is_undone_exactly)
{
	const struct scenario *s = &scenarios[_i];
	struct scene k = scene_new(s);
	struct str before = sample_text(k.c.conn, everything);

	ck_assert_str_same(sample_text(k.c.conn, "SELECT (SELECT count(*)"
	    " FROM piste.conversion) = count(*) AND count(*) > 1"
	    " FROM piste.submission"), STR("t"));
	merge(&k, true, OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	merge(&k, false, OK);
	ck_assert_msg(str_eq(open_leads(&k), str_of(s->leads)), "%s: %.*s",
	    s->name, STR_ARG(open_leads(&k)));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT (SELECT count(*)"
	    " FROM piste.lead WHERE person_id = 2) + (SELECT count(*) FROM"
	    " piste.person_key WHERE person_id = 2) + (SELECT count(*) FROM"
	    " piste.submission WHERE person_id = 2)"), STR("0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.conversion AS c JOIN piste.submission AS s"
	    " ON s.id = c.submission_id WHERE c.lead_id <> s.lead_id"),
	    STR("0"));
	ck_assert_int_eq(person_unmerge(k.db, STR("2"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT concat_ws(' ', who,"
	    " reason, undone_by) FROM piste.person_merge"),
	    STR("ines one person ines"));
	/* And once more, under another id. */
	merge(&k, false, OK);
	ck_assert_int_eq(person_unmerge(k.db, STR("3"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	pg_free(k.db);
} END_TEST

/*
 * Who has what, whatever a lead's number is: what somebody typed, their keys,
 * submissions by the lead they are on, consents, open leads, and the queue.
 */
static const char shares[] = "SELECT concat_ws(E'\n', (SELECT string_agg("
    "concat_ws(' ', 'person', id, email, phone, first_name, last_name,"
    " company), E'\n' ORDER BY id) FROM piste.person), (SELECT string_agg("
    "concat_ws(' ', 'key', person_id, value), E'\n' ORDER BY value) FROM"
    " piste.person_key), (SELECT string_agg(concat_ws(' ', 'lead',"
    " l.person_id, l.offer_key, l.stage, l.merged_into, s.ids, q.state,"
    " right(q.submission_id::text, 3)), E'\n' ORDER BY l.person_id,"
    " l.offer_key, s.ids) FROM piste.lead AS l LEFT JOIN (SELECT lead_id,"
    " string_agg(right(id::text, 3) || person_id, ' ' ORDER BY seq) AS ids"
    " FROM piste.submission GROUP BY lead_id) AS s ON s.lead_id = l.id"
    " LEFT JOIN piste.qualification_queue AS q ON q.lead_id = l.id"
    " WHERE l.merged_into IS NULL), (SELECT string_agg(concat_ws(' ',"
    " 'consent', right(submission_id::text, 3), person_id), E'\n'"
    " ORDER BY seq) FROM piste.consent))";

/* Person 2 by a key of theirs, person 1 by theirs, and each something new. */
static const struct sample_row since[] = {
	R(101, B, .text = "since"), R(102, A, .text = "since", .offer = "o2"),
	R(103, B, .phone = "+3225551234", .offer = "o2", .text = "again"),
	R(104, "", .phone = "+3225551234", .company = "Theirs"),
	R(105, "bob@home.fr", .phone = "+3225551234",
	    .policy = "email_or_phone"),
	R(106, "Bob@home.fr", .phone = Q, .company = "Home"),
	R(107, A, .phone = "+3225556789", .company = "Own"),
	R(108, "", .phone = "+3225556789", .text = "own", .offer = "o2"),
	R(109, B, .phone = "+3225556789", .text = "last"),
};

/*
 * What came since a merge that was undone is where it would be without that
 * merge, and so is who is known by what.
 */
START_TEST(what_came_since_goes_by_its_key)
{
	const struct scenario *s = &scenarios[_i];
	struct scene k = scene_new(s), never = scene_new(s);
	struct str want;

	merge(&k, false, OK);
	for (size_t i = 0; i < COUNT(since); i++) {
		sample_take(k.c.conn, sample_batch(&since[i], 1));
		sample_take(never.c.conn, sample_batch(&since[i], 1));
	}
	want = sample_text(never.c.conn, shares);
	ck_assert(!str_eq(sample_text(k.c.conn, shares), want));
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_msg(str_eq(sample_text(k.c.conn, shares), want),
	    "%s:\n%.*s\n\n%.*s", s->name, STR_ARG(want),
	    STR_ARG(sample_text(k.c.conn, shares)));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.conversion AS c JOIN piste.submission AS s"
	    " ON s.id = c.submission_id WHERE c.lead_id <> s.lead_id"),
	    STR("0"));
	pg_free(never.db);
	pg_free(k.db);
} END_TEST

/* A lead that only person 2 asked for goes as far as it came. */
START_TEST(lead_opened_since_goes_with_who_asked)
{
	static const struct scenario s = { "", { R(1, A), R(2, B) }, "", "" };
	static const struct sample_row theirs = R(3, B, .offer = "o2");
	struct scene k = scene_new(&s);

	merge(&k, false, OK);
	sample_take(k.c.conn, sample_batch(&theirs, 1));
	sample_run(k.c.conn, "SELECT piste.lead_move(id, 'sql', 'ines',"
	    " 'seller', NULL, NULL) FROM piste.lead WHERE offer_key = 'o2'");
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(concat("
	    "person_id, offer_key, stage), ' ' ORDER BY id) FROM piste.lead"),
	    STR("1o1lead 2o1lead 2o2sql"));
	pg_free(k.db);
} END_TEST

/* What waited in quarantine during the merge came since all the same. */
START_TEST(released_since_goes_by_its_key)
{
	static const struct scenario s = { "", { R(1, A), R(2, B),
	    R(3, B, .suspect = "trapped", .company = "Theirs") }, "", "" };
	struct scene k = scene_new(&s);

	merge(&k, false, OK);
	sample_run(k.c.conn, "SELECT piste.quarantine_release(ARRAY[id])"
	    " FROM piste.quarantine");
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(concat("
	    "s.person_id, s.lead_id, p.company), ' ' ORDER BY s.seq) FROM"
	    " piste.submission AS s JOIN piste.person AS p"
	    " ON p.id = s.person_id"), STR("11 22Theirs 22Theirs"));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	pg_free(k.db);
} END_TEST

/* Person 1 typed less, later, than who was merged into them before. */
START_TEST(own_particulars_come_before_merged_ones)
{
	static const struct scenario s = { "", { R(1, A, .company = "Own"),
	    R(2, B), R(3, "eve@firm.fr", .company = "Other") }, "", "" };
	static const struct sample_row theirs = R(4, B, .company = "Theirs");
	struct scene k = scene_new(&s);

	sample_run(k.c.conn, "SELECT piste.person_merge(3, 1, 'test', NULL)");
	merge(&k, false, OK);
	sample_take(k.c.conn, sample_batch(&theirs, 1));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT company FROM"
	    " piste.person WHERE id = 1"), STR("Theirs"));
	ck_assert_int_eq(person_unmerge(k.db, STR("2"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(concat_ws("
	    "' ', email, company), ', ' ORDER BY id) FROM piste.person"),
	    STR(A " Own, " B " Theirs, eve@firm.fr Other"));
	pg_free(k.db);
} END_TEST

/* Person 1 had no phone and no company, took over 2's, and typed one. */
START_TEST(what_was_typed_since_is_kept)
{
	static const struct scenario s = { "", { R(1, A), R(2, B,
	    .phone = P, .company = "Firm") }, "", "" };
	struct scene k = scene_new(&s);
	const char *has = "SELECT concat_ws(' ', phone, company)"
	    " FROM piste.person WHERE id = 1";

	merge(&k, false, OK);
	ck_assert_str_same(sample_text(k.c.conn, has), STR(P " Firm"));
	sample_take(k.c.conn, sample_batch(&(struct sample_row)R(3, A,
	    .company = "Firm"), 1));
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, has), STR("Firm"));
	pg_free(k.db);
} END_TEST

static void
refuse_unmerge(struct scene *k, const char *merged, const char *why)
{
	ck_assert_int_eq(person_unmerge(k->db, str_of(merged), STR("ines")),
	    ERR_INPUT);
	ck_assert_msg(strstr(pg_message(k->db), why) != NULL, "%s",
	    pg_message(k->db));
}

/* Three merged in a row are parted in the other order, and no other. */
START_TEST(merges_are_undone_last_first)
{
	static const struct scenario s = { "", { R(1, A), R(2, B),
	    R(3, "eve@firm.fr"), R(4, "zoe@firm.fr") }, "", "" };
	static const struct person_pair chain[] = {
		{ STR("2"), STR("1") }, { STR("3"), STR("1") },
		{ STR("1"), STR("4") } };
	struct scene k = scene_new(&s);
	FILE *quiet = fopen("/dev/null", "w");
	struct str before = sample_text(k.c.conn, everything);

	for (size_t i = 0; i < COUNT(chain); i++)
		ck_assert_int_eq(person_merge(k.db, &chain[i], &note, false,
		    quiet), OK);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT concat_ws(' ',"
	    " piste.person_now(2), piste.person_now(4), piste.lead_now(2),"
	    " piste.person_now(99))"), STR("4 4 4"));
	refuse_unmerge(&k, "1", "merge 3 rests on merge 1");
	refuse_unmerge(&k, "2", "merge 3 rests on merge 2");
	ck_assert_int_eq(person_unmerge(k.db, STR("3"), STR("ines")), OK);
	refuse_unmerge(&k, "1", "merge 2 rests on merge 1");
	refuse_unmerge(&k, "3", "merge 3 is undone already");
	refuse_unmerge(&k, "99", "there is no merge 99");
	ck_assert_int_eq(person_unmerge(k.db, STR("2"), STR("ines")), OK);
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	fclose(quiet);
	pg_free(k.db);
} END_TEST

/*
 * The lead that was further on is won, who stayed asks again and gets another;
 * then the one that gave way comes back, and there may be only one.
 */
START_TEST(lead_opened_since_gives_way)
{
	static const struct scenario s = { "", { R(1, A), R(2, B) },
	    STAGED("2", "sql", "NULL"), "" };
	struct scene k = scene_new(&s);

	merge(&k, false, OK);
	sample_run(k.c.conn, STAGED("2", "opportunity", "NULL") ";"
	    STAGED("2", "customer", "NULL"));
	sample_take(k.c.conn, sample_batch(&(struct sample_row)R(3, A,
	    .text = "again"), 1));
	ck_assert_str_same(open_leads(&k), STR("3 o1"));
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(open_leads(&k), STR("1 o1"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(lead_id"
	    "::text, ' ' ORDER BY seq) FROM piste.submission"),
	    STR("1 2 1"));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	pg_free(k.db);
} END_TEST

/* An undone merge and a lead opened again since would be two open ones. */
static const struct {
	const char *leads;	/* of which the first is opened again */
	const char *said;
} undone[] = {
	{ LEAD("1", "o1", "lost") LEAD("1", "o1", "lead")
	    LEAD("2", "o1", "mql"), "merge 1 can't be undone: lead 2 would"
	    " come back beside lead 1 of the same person and offer, which was"
	    " opened again" },
	{ LEAD("2", "o1", "lost") LEAD("2", "o1", "lead")
	    LEAD("1", "o1", "mql"), "merge 1 can't be undone: lead 2 would"
	    " come back beside lead 1 of the same person and offer, which was"
	    " opened again" },
	/* It goes back to the other. */
	{ LEAD("1", "o1", "lost") LEAD("2", "o1", "lead"), "" },
	{ LEAD("1", "o2", "lost") LEAD("1", "o1", "lead")
	    LEAD("2", "o1", "mql"), "" },
};

START_TEST(unmerge_leaves_one_open)
{
	struct sample c = sample_new();

	sample_run(c.conn, PEOPLE);
	sample_run(c.conn, undone[_i].leads);
	sample_run(c.conn, "SELECT piste.person_merge(1, 2, 'ines', NULL)");
	/* What stands in its way is closed. */
	sample_run(c.conn, "SELECT piste.lead_move(id, 'disqualified', 'ines',"
	    " 'operator', 'mistake', NULL) FROM piste.lead WHERE is_open"
	    " AND merged_into IS NULL");
	sample_run(c.conn, "SELECT piste.lead_move(1, CASE stage WHEN 'lost'"
	    " THEN 'sql' ELSE 'lead' END, 'ines', 'operator', 'mistake', NULL)"
	    " FROM piste.lead WHERE id = 1");
	ck_assert_str_same(leadcase_say(c.conn,
	    "SELECT piste.person_unmerge(1, 'ines')"),
	    str_of(undone[_i].said));
	sample_run(c.conn, "SELECT piste.lead_move(1, 'lost', 'ines',"
	    " 'operator', 'mistake', NULL)");
	ck_assert_str_same(leadcase_say(c.conn,
	    "SELECT piste.person_unmerge(1, 'ines')"), undone[_i].said[0] ?
	    STR("") : STR("merge 1 is undone already"));
} END_TEST

SUITE_APART(unmerge)
{
	SUITE_LOOP(merge_is_undone_exactly, COUNT(scenarios));
	SUITE_LOOP(what_came_since_goes_by_its_key, COUNT(scenarios));
	SUITE_TEST(lead_opened_since_goes_with_who_asked);
	SUITE_TEST(released_since_goes_by_its_key);
	SUITE_TEST(own_particulars_come_before_merged_ones);
	SUITE_TEST(what_was_typed_since_is_kept);
	SUITE_TEST(merges_are_undone_last_first);
	SUITE_TEST(lead_opened_since_gives_way);
	SUITE_LOOP(unmerge_leaves_one_open, COUNT(undone));
}
