/*
 * What names somebody who is no person of ours, or is one no longer: forms
 * half filled in, links with words, a record that comes from the disk again.
 */
#include "consent/said.h"
#include "lead/erase.h"
#include "store/pg.h"

#define PHONE "+33612345678"
#define OTHER "+33687654321"

static const struct erase_place place = { STR("/nonexistent"),
	STR("/nonexistent"), STR("/nonexistent") };

/* ANA with PHONE; eve and max, who share OTHER; a draft and a link each. */
static struct sample
with_loose_ends(void)
{
	struct sample c = said_new();
	const struct sample_row rows[] = {
		{ 2, .email = "eve@firm.fr", .phone = OTHER },
		{ 3, .email = "max@firm.fr", .phone = OTHER },
	};

	said_submit(c.conn, 1, "", ",\"phone\":\"" PHONE "\"");
	sample_take(c.conn, sample_batch(rows, COUNT(rows)));
	sample_run(c.conn, "INSERT INTO piste.draft (id, page_key, form_key,"
	    " lang, fields, email, phone, agreed_text, expires_at) SELECT"
	    " gen_random_uuid(), 'p1', 'f1', 'fr', '{}', d.email, d.phone, 'y',"
	    " now() + interval '1 day' FROM (VALUES (NULL, '" PHONE "'),"
	    " (NULL, '+33611111111'), ('zoe@firm.fr', '" PHONE "'))"
	    " AS d (email, phone)");
	sample_run(c.conn, "INSERT INTO piste.recipient (id, page_key, parts,"
	    " expires_at) SELECT gen_random_uuid(), 'p1', p::jsonb, now() +"
	    " interval '1 day' FROM unnest(ARRAY['{\"to\": \"" ANA "\"}',"
	    " '{\"tel\": \"+33611111111\"}', '{\"name\": \"Ana\"}']) AS p");
	return c;
}

/* Of each name: how many persons, drafts and links; what is left of both. */
static const struct {
	const char *name;
	enum err err;
	int64_t persons, loose;
	const char *left;
} names[] = {
	{ "1", OK, 1, 2, "2 2" },
	{ ANA, OK, 1, 2, "2 2" },
	{ PHONE, OK, 1, 2, "2 2" },
	{ "+33 6 12 34 56 78", OK, 1, 2, "2 2" },
	{ "+33611111111", OK, 0, 2, "2 2" },
	{ "zoe@firm.fr", OK, 0, 1, "2 3" },
	{ OTHER, ERR_LIMIT, 2, 0, "3 3" },
	{ "+33622222222", ERR_ABSENT, 0, 0, "3 3" },
	{ "+3361", ERR_INPUT, 0, 0, "3 3" },
	{ "0612345678", ERR_ABSENT, 0, 0, "3 3" },
};

START_TEST(loose_ends_are_found)
{
	struct sample c = with_loose_ends();
	struct pg *db = pg_new(c.conninfo, "test");
	struct erase_found f;
	struct str told;

	pg_session(db, PG_WRITER_SESSION);
	ck_assert_int_eq(erase_find(db, suite_arena(),
	    str_of(names[_i].name), &f), names[_i].err);
	ck_assert_int_eq(f.person_count, names[_i].persons);
	ck_assert_int_eq(f.draft_count, names[_i].loose);
	if (names[_i].err == ERR_LIMIT)
		ck_assert_str_same(f.persons, STR("{2,3}"));
	if (!names[_i].err) {
		ck_assert_int_eq(erase_export(db, suite_arena(), &place, &f,
		    &told), OK);
		ck_assert(memmem(told.p, told.n, "\"agreed_text\"", 13));
		ck_assert_int_eq(erase_run(db, &place, &f, STR_EMPTY), OK);
	}
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', (SELECT"
	    " count(*) FROM piste.draft), (SELECT count(*) FROM"
	    " piste.recipient))"), str_of(names[_i].left));
	if (!names[_i].err) {
		ck_assert_int_eq(erase_find(db, suite_arena(),
		    str_of(names[_i].name), &f), OK);
		ck_assert(erase_is_done(&f));
		ck_assert_int_eq(f.draft_count, 0);
	}
	pg_free(db);
} END_TEST

START_TEST(what_comes_from_the_disk_again_stays_erased)
{
	static const struct { const char *via, *verdict; } roads[] = {
		{ "spool", "replay" }, { "form", "conflict" } };
	const struct sample_row row = { 1, .email = ANA };
	struct sample c = said_new();
	struct pg *db = pg_new(c.conninfo, "test");
	struct erase_found f;

	sample_take(c.conn, sample_batch(&row, 1));
	ck_assert_int_eq(erase_find(db, suite_arena(), STR(ANA), &f), OK);
	ck_assert_int_eq(erase_run(db, &place, &f, STR_EMPTY), OK);
	for (size_t i = 0; i < COUNT(roads); i++)
		ck_assert_str_same(sample_text(c.conn, arena_copy(
		    suite_arena(), buf_fmt(suite_arena(), SAMPLE_ROW_BYTES_MAX,
		    "SELECT verdict FROM piste.submit_group('%.*s', '%s')",
		    STR_ARG(sample_batch(&row, 1)), roads[i].via)).p),
		    str_of(roads[i].verdict));
	ck_assert_str_same(sample_text(c.conn, "SELECT (SELECT count(*) FROM"
	    " piste.submission) || ' ' || (SELECT count(*) FROM piste.person"
	    " WHERE email IS NOT NULL)"), STR("1 0"));
	pg_free(db);
} END_TEST

/* By indexes, of which nothing else is read, however many people there are. */
static const char *const asks[] = {
	"SELECT piste.subject_find('" ANA "', NULL)",
	"SELECT piste.consent_people('" ANA "')",
};
START_TEST(an_address_is_looked_up)
{
	struct sample c = with_loose_ends();

	sample_run(c.conn, "BEGIN; SET LOCAL enable_seqscan = off");
	ck_assert_str_same(sample_text(c.conn, asks[_i]), STR("{1}"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " pg_stat_get_xact_tuples_returned('piste.person_mailbox'"
	    "::regclass), pg_stat_get_xact_numscans('piste.person'::regclass),"
	    " pg_stat_get_xact_numscans('piste.submission'::regclass))"),
	    STR("1 0 0"));
	sample_run(c.conn, "ROLLBACK");
} END_TEST

SUITE_APART(erase_loose)
{
	SUITE_LOOP(loose_ends_are_found, COUNT(names));
	SUITE_TEST(what_comes_from_the_disk_again_stays_erased);
	SUITE_LOOP(an_address_is_looked_up, COUNT(asks));
}
