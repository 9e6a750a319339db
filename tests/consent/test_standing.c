/* How a person stands, and who is meant by a name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consent/said.h"
#include "consent/standing.h"
#include "store/pg.h"

/* Persons of ANA's, of b.ob@gmail.com, and of two who typed c@firm.fr. */
static struct sample
with_people(void)
{
	struct sample c = said_new();
	const struct sample_row rows[] = {
		{ 2, .email = "B.ob+x@gmail.com" },
		{ 3, .email = "c@firm.fr" },
		{ 4, .email = "d@firm.fr" },
	};

	SAID_GIVE(c.conn, 1);
	sample_take(c.conn, sample_batch(rows, COUNT(rows)));
	sample_run(c.conn, "UPDATE piste.person SET email = 'C@firm.fr'"
	    " WHERE email = 'd@firm.fr'");
	return c;
}

START_TEST(a_name_is_somebodys)
{
	static const struct { const char *name, *whose; enum err err; }
	    cases[] = {
		{ ANA, "{1}", OK },
		{ " Ana@Firm.FR ", "{1}", OK },
		{ "bob@gmail.com", "{2}", OK },
		{ "b.o.b+y@googlemail.com", "{2}", OK },
		{ "c@firm.fr", "{3,4}", OK },
		{ "d@firm.fr", "{4}", OK },
		{ "nobody@firm.fr", "", ERR_ABSENT },
		{ "1", "{1}", OK },
		{ "0", "", ERR_ABSENT },
		{ "-1", "", ERR_ABSENT },
		{ "99", "", ERR_ABSENT },
		{ "9223372036854775808", "", ERR_ABSENT },
		{ "", "", ERR_ABSENT },
		{ "1 OR true", "", ERR_ABSENT },
		{ "%@firm.fr", "", ERR_ABSENT },
	};
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str id = STR_EMPTY;

		ck_assert_int_eq(standing_find(db, suite_arena(),
		    str_of(cases[i].name), &id), cases[i].err);
		ck_assert_str_same(id, str_of(cases[i].whose));
	}
	pg_free(db);
} END_TEST

START_TEST(somebody_merged_is_who_is_left)
{
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	static const char *const names[] = { "1", ANA, "2", "bob@gmail.com" };
	struct str id;

	sample_run(c.conn, "SELECT piste.person_merge(1, 2, 'test', 'x')");
	for (size_t i = 0; i < COUNT(names); i++) {
		ck_assert_int_eq(standing_find(db, suite_arena(),
		    str_of(names[i]), &id), OK);
		ck_assert_str_same(id, STR("{2}"));
	}
	pg_free(db);
} END_TEST

static struct str
shown(struct pg *db, struct str id)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	ck_assert_int_eq(standing_show(db, id, out), OK);
	fclose(out);
	return (struct str){ text, n };
}

static const struct standing_scope all = { .purpose = STR_EMPTY };

static struct str
withdrawn(struct pg *db, struct str ids, const struct standing_scope *scope,
    const char *via)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	ck_assert_int_eq(standing_withdraw(db, ids, scope, str_of(via), out),
	    OK);
	fclose(out);
	return (struct str){ text, n };
}

/* 1 and 2 have ANA's address, 3 had it. */
static struct sample
with_namesakes(void)
{
	struct sample c = said_new();

	for (int i = 1; i < 4; i++) {
		SAID_GIVE(c.conn, i);
		sample_run(c.conn, "DELETE FROM piste.person_key");
	}
	sample_run(c.conn, "UPDATE piste.person SET email = 'x@firm.fr'"
	    " WHERE id = 3");
	return c;
}

START_TEST(an_address_is_everybodys_who_has_it)
{
	struct sample c = with_namesakes();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct str ids;

	ck_assert_int_eq(standing_find(db, suite_arena(), STR(ANA), &ids), OK);
	ck_assert_str_same(ids, STR("{1,2}"));
	ck_assert_str_same(withdrawn(db, ids, &all, "letter"),
	    STR("{\"person\" : 1, \"withdrawn\" : 1}\n"
	    "{\"person\" : 2, \"withdrawn\" : 1}\n"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(person_id::"
	    "text, ' ') FROM piste.contactable"), STR("3"));
	pg_free(db);
} END_TEST

/* By a mail's link: mail to the mailbox ends, whoever agreed to it. */
static const struct { const char *all, *left; } links[] = {
	{ "false", "1phone 2phone 3email 3phone" },
	{ "true", "2phone 3email 3phone" },
};
START_TEST(a_link_is_of_the_mailbox)
{
	struct sample c = with_namesakes();

	sample_run(c.conn, "INSERT INTO piste.consent_wording (key, purpose,"
	    " channel, recipient, version, position, definition) VALUES"
	    " ('call', 'newsletter', 'phone', 'us', 1, 2, '{}');"
	    "INSERT INTO piste.consent_text (key, version, lang, purpose,"
	    " channel, recipient, text, hash) SELECT 'call', t.version, t.lang,"
	    " t.purpose, 'phone', t.recipient, t.text, t.hash"
	    " FROM piste.consent_text AS t");
	sample_run(c.conn, "SELECT piste.consent_append(array_agg(ROW("
	    "c.submission_id, 'call', c.person_id, c.purpose, 'phone',"
	    " c.recipient, c.version, c.text_hash, c.lang, c.given_at, 'given',"
	    " false, c.block_hash, c.via)::piste.consent_word ORDER BY c.seq))"
	    " FROM piste.consent AS c");
	ck_assert_str_same(sample_text(c.conn, buf_fmt(suite_arena(), 200,
	    "SELECT piste.mail_withdraw('%s', %s)", said_uuid(1),
	    links[_i].all).p), _i ? STR("3") : STR("2"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(person_id ||"
	    " channel, ' ' ORDER BY person_id, channel) FROM"
	    " piste.contactable"), str_of(links[_i].left));
} END_TEST

START_TEST(all_that_was_said_is_shown)
{
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct standing_scope sms = { .channel = STR("sms") };
	struct str told;

	ck_assert_str_same(shown(db, STR("{99}")), STR_EMPTY);
	told = shown(db, STR("{1}"));
	ck_assert(str_has_prefix(told, STR("{\"person\" : 1, \"purpose\" :"
	    " \"newsletter\", \"channel\" : \"email\", \"recipient\" : \"us\","
	    " \"may_contact\" : true, \"said\" : [{\"seq\" : 1, \"what\" :"
	    " \"given\", \"at\" : \"")));
	ck_assert(str_has_suffix(told, STR("\"via\" : \"form\", \"consent\" :"
	    " \"news\", \"version\" : 1, \"lang\" : \"fr\", \"submission\" :"
	    " \"00000000-0000-7000-8000-000000000001\"}]}\n")));
	ck_assert_str_same(withdrawn(db, STR("{1}"), &sms, "x"),
	    STR("{\"person\" : 1, \"withdrawn\" : 0}\n"));
	ck_assert_str_same(withdrawn(db, STR("{1}"), &all, "letter"),
	    STR("{\"person\" : 1, \"withdrawn\" : 1}\n"));
	told = shown(db, STR("{1}"));
	ck_assert(memmem(told.p, told.n, "\"may_contact\" : false", 21));
	ck_assert(memmem(told.p, told.n, "\"via\" : \"letter\"", 16));
	pg_free(db);
} END_TEST

START_TEST(a_way_is_a_word_or_two)
{
	static const struct { const char *via; bool ok; } cases[] = {
		{ "letter", true }, { "by phone, 3rd of May", true },
		{ "r\xc3\xa9ponse", true }, { "", false }, { "a|b", false },
		{ "a\nb", false }, { "\xff", false },
	};
	char most[STANDING_VIA_BYTES_MAX + 1];

	memset(most, 'a', sizeof most);
	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(standing_via_ok(str_of(cases[i].via)) ==
		    cases[i].ok, "%s", cases[i].via);
	ck_assert(standing_via_ok((struct str){ most, sizeof most - 1 }));
	ck_assert(!standing_via_ok((struct str){ most, sizeof most }));
} END_TEST

SUITE_APART(standing)
{
	SUITE_TEST(a_name_is_somebodys);
	SUITE_TEST(somebody_merged_is_who_is_left);
	SUITE_TEST(an_address_is_everybodys_who_has_it);
	SUITE_LOOP(a_link_is_of_the_mailbox, COUNT(links));
	SUITE_TEST(all_that_was_said_is_shown);
	SUITE_TEST(a_way_is_a_word_or_two);
}
