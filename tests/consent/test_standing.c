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
		{ ANA, "1", OK },
		{ " Ana@Firm.FR ", "1", OK },
		{ "bob@gmail.com", "2", OK },
		{ "b.o.b+y@googlemail.com", "2", OK },
		{ "c@firm.fr", "3 4", ERR_LIMIT },
		{ "d@firm.fr", "4", OK },
		{ "nobody@firm.fr", "", ERR_ABSENT },
		{ "1", "1", OK },
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
		ck_assert_str_same(id, STR("2"));
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

START_TEST(all_that_was_said_is_shown)
{
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	const struct standing_scope sms = { .channel = STR("sms") };
	const struct standing_scope all = { .purpose = STR_EMPTY };
	int64_t live;
	struct str told;

	ck_assert_str_same(shown(db, STR("99")), STR_EMPTY);
	told = shown(db, STR("1"));
	ck_assert(str_has_prefix(told, STR("{\"person\" : 1, \"purpose\" :"
	    " \"newsletter\", \"channel\" : \"email\", \"recipient\" : \"us\","
	    " \"may_contact\" : true, \"said\" : [{\"seq\" : 1, \"what\" :"
	    " \"given\", \"at\" : \"")));
	ck_assert(str_has_suffix(told, STR("\"via\" : \"form\", \"consent\" :"
	    " \"news\", \"version\" : 1, \"lang\" : \"fr\", \"submission\" :"
	    " \"00000000-0000-7000-8000-000000000001\"}]}\n")));
	ck_assert_int_eq(standing_withdraw(db, STR("1"), &sms, STR("x"),
	    &live), OK);
	ck_assert_int_eq(live, 0);
	ck_assert_int_eq(standing_withdraw(db, STR("1"), &all, STR("letter"),
	    &live), OK);
	ck_assert_int_eq(live, 1);
	told = shown(db, STR("1"));
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

SUITE(standing)
{
	SUITE_TEST(a_name_is_somebodys);
	SUITE_TEST(somebody_merged_is_who_is_left);
	SUITE_TEST(all_that_was_said_is_shown);
	SUITE_TEST(a_way_is_a_word_or_two);
}
