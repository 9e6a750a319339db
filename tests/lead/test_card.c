/* Tests of lead/card.c and what it asks of src/sql/0038. */
#include "base/buf.h"
#include "lead/card.h"
#include "store/pg.h"
#include "support/sample.h"

#define NAMES_BYTES_MAX 400
/* Beyond what the index has of a surname. */
#define TEN "abcdefghij"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const char named[] =
    "UPDATE piste.person SET first_name = 'Ana', last_name = 'de la Cruz',"
    " phone = '+33612345678' WHERE id = 1;"
    "UPDATE piste.person SET first_name = 'Zoé', last_name = 'Cruz'"
    " WHERE id = 2;"
    "UPDATE piste.person SET last_name = 'CRUZ' WHERE id = 3;"
    "UPDATE piste.person SET last_name = upper('" LONG "') WHERE id = 5;"
    /* What no index takes whole. */
    "UPDATE piste.person SET last_name = (SELECT string_agg(md5(g::text), '')"
    " FROM generate_series(1, 125) AS g) WHERE id = 6";

static struct sample
with_people(void)
{
	struct sample c = sample_new();
	const struct sample_row rows[] = { { 1, .email = "ana@x.fr" },
		{ 2, .email = "bea@x.fr" }, { 3, .email = "cid@x.fr" },
		{ 4, .email = "dan@x.fr" }, { 5, .email = "eva@x.fr" },
		{ 6, .email = "fay@x.fr" } };

	sample_take(c.conn, sample_batch(rows, 6));
	sample_run(c.conn, named);
	return c;
}

/* Ids, the latest first. */
static struct str
found(struct pg *db, const char *typed)
{
	struct card *card;
	struct buf b;
	size_t count;

	ck_assert_int_eq(card_search(db, suite_arena(), str_of(typed), false,
	    &card, &count), OK);
	buf_init(&b, suite_arena(), NAMES_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		buf_add(&b, i ? STR(" ") : STR_EMPTY);
		buf_add(&b, card[i].id);
	}
	return buf_str(&b);
}

START_TEST(people_are_found_exactly)
{
	static const struct { const char *typed, *ids; } cases[] = {
		{ "ana@x.fr", "1" },
		{ "ANA@X.FR", "1" },
		{ "ana@x", "" },
		{ "@x.fr", "" },
		{ "cruz", "3 2" },
		{ "  Cruz ", "3 2" },
		{ "Zoé Cruz", "2" },
		{ "zoé  cruz", "2" },
		{ "ana de la cruz", "1" },
		{ "de la Cruz", "1" },
		{ "la Cruz", "" },
		{ "Zoé", "" },
		{ "cru", "" },
		{ "%", "" },
		{ "' OR true --", "" },
		{ "a b c d e f g h i cruz", "" },
		{ "dan@x.fr", "2" },	/* merged */
		{ LONG, "5" },
		{ LONG "x", "" },
	};
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");

	sample_run(c.conn, "SELECT piste.person_merge(4, 2, 'test', 'x')");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(str_eq(found(db, cases[i].typed),
		    str_of(cases[i].ids)), "%s: %.*s", cases[i].typed,
		    STR_ARG(found(db, cases[i].typed)));
	sample_run(c.conn,
	    "SELECT piste.erase('{3}', NULL, NULL, 'request', NULL)");
	ck_assert_str_same(found(db, "cruz"), STR("2"));
	pg_free(db);
} END_TEST

static const struct { const char *what, *subject; } happened[] = {
	{ "submission", "p1" },
	{ "given", "newsletter · email · us" },
	{ "stage", "lead" },
};

START_TEST(a_card_is_read)
{
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct card_event *event;
	struct card_lead *lead;
	struct card card;
	size_t count;

	ck_assert_int_eq(card_read(db, suite_arena(), STR("1"), false, &card),
	    OK);
	ck_assert_str_same(card.email, STR("ana@x.fr"));
	ck_assert_str_same(card.last_name, STR("de la Cruz"));
	ck_assert_str_same(card.merged_into, STR_EMPTY);
	ck_assert_int_eq(card_read(db, suite_arena(), STR("99"), false,
	    &card), ERR_ABSENT);
	ck_assert_int_eq(card_leads(db, suite_arena(), STR("1"), &lead,
	    &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_same(lead[0].offer, STR("o1"));
	ck_assert_str_same(lead[0].stage, STR("lead"));
	ck_assert_int_eq(card_story(db, suite_arena(), STR("1"), &event,
	    &count), OK);
	ck_assert_uint_eq(count, sizeof happened / sizeof *happened);
	for (size_t i = 0; i < count; i++) {
		bool is_known = false;

		for (size_t k = 0; k < count; k++)
			is_known = is_known || (str_eq(event[i].what,
			    str_of(happened[k].what)) &&
			    str_eq(event[i].subject,
			    str_of(happened[k].subject)));
		ck_assert_msg(is_known, "%s", event[i].what.p);
	}
	pg_free(db);
} END_TEST

/* The database holds a reader to it, not the screen. */
START_TEST(a_reader_has_no_address)
{
	struct sample c = with_people();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct card *cards;
	struct card card;
	size_t count;

	ck_assert_str_same(sample_text(c.conn,
	    "SELECT piste.console_roles()"), STR("ready"));
	ck_assert_int_eq(pg_script(db, "SET ROLE piste_reader", 1000), OK);
	/* Nor can try out whose it is. */
	ck_assert_int_eq(card_search(db, suite_arena(), STR("ana@x.fr"), true,
	    &cards, &count), OK);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(card_search(db, suite_arena(), STR("de la cruz"),
	    true, &cards, &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_same(cards[0].email, STR("a…@x.fr"));
	ck_assert_str_same(cards[0].phone, STR("+33…78"));
	ck_assert_str_same(cards[0].last_name, STR("de la Cruz"));
	ck_assert_int_ne(card_search(db, suite_arena(), STR("ana@x.fr"),
	    false, &cards, &count), OK);
	ck_assert_int_ne(card_read(db, suite_arena(), STR("1"), false, &card),
	    OK);
	ck_assert_int_eq(card_read(db, suite_arena(), STR("1"), true, &card),
	    OK);
	ck_assert_int_ne(pg_script(db, "SELECT email FROM piste.person",
	    1000), OK);
	ck_assert_int_eq(pg_script(db, "SET ROLE piste_seller", 1000), OK);
	ck_assert_int_eq(card_read(db, suite_arena(), STR("1"), false, &card),
	    OK);
	pg_free(db);
} END_TEST

SUITE_APART(card)
{
	SUITE_TEST(people_are_found_exactly);
	SUITE_TEST(a_card_is_read);
	SUITE_TEST(a_reader_has_no_address);
}
