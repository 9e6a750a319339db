/* Tests src/deliver/recipient.c: links, and what they stand for. */
#include "base/buf.h"
#include "deliver/recipient.h"
#include "store/pg.h"
#include "support/sample.h"
#include "support/suite.h"

#define NOW INT64_C(1800000000000)
#define WAIT_MS 5000

static const struct token_key key = { { 1 } };

static const struct {
	struct recipient r;
	const char *page;
	enum err err;
} links[] = {
	{ { .person = 1, .until_ms = NOW }, "p1", OK },
	{ { .person = INT64_MAX, .until_ms = NOW }, "p1", OK },
	{ { .kind = RECIPIENT_LINK, .id = { { 1 } }, .until_ms = NOW }, "p1",
	    OK },
	{ { .kind = RECIPIENT_SUBMISSION, .id = { { 255, 2 } },
	    .until_ms = NOW }, "p1", OK },
	{ { .person = 1, .until_ms = NOW - 1 }, "p1", ERR_DENIED },
	{ { .person = 1, .until_ms = NOW }, "p2", ERR_DENIED },
	{ { .person = 0, .until_ms = NOW }, "p1", ERR_DENIED },
};

START_TEST(a_link_opens_its_page_in_its_time)
{
	struct recipient r = links[_i].r, got;

	r.page = STR("p1");
	ck_assert_int_eq(recipient_open(suite_arena(), &key,
	    recipient_seal(suite_arena(), &key, &r), str_of(links[_i].page),
	    NOW, &got), links[_i].err);
	if (links[_i].err)
		return;
	ck_assert_int_eq(got.kind, r.kind);
	ck_assert_int_eq(got.person, r.person);
	ck_assert_mem_eq(got.id.bytes, r.id.bytes, sizeof r.id.bytes);
} END_TEST

START_TEST(what_is_no_link_is_denied)
{
	static const char *const texts[] = { "", "AAAA", "p 1" };
	const struct recipient r = { .person = 1, .page = STR("p1"),
		.until_ms = NOW };
	const struct token_key other = { { 2 } };
	struct recipient got;

	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_int_eq(recipient_open(suite_arena(), &key,
		    str_of(texts[i]), r.page, NOW, &got), ERR_DENIED);
	ck_assert_int_eq(recipient_open(suite_arena(), &key, recipient_seal(
	    suite_arena(), &other, &r), r.page, NOW, &got), ERR_DENIED);
	/* Another of our tokens opens nothing here. */
	ck_assert_int_eq(recipient_open(suite_arena(), &key, token_seal(
	    suite_arena(), &key, "asset", STR("9999999999999 p 1 p1")),
	    r.page, NOW, &got), ERR_DENIED);
	ck_assert_str_same(str_slice(recipient_url(suite_arena(), &key,
	    STR("https://a.example"), &r), 0, 26),
	    STR("https://a.example/p/p1?k=M"));
} END_TEST

/* All forms ask these by turns. */
#define STOCK(name) "UPDATE piste.form SET definition =" \
	" '{\"progressive\": {\"ask\": 1, \"stock\": [\"" name "\"]}}'"

static struct str
told(const struct recipient_facts *f)
{
	struct buf b;

	buf_init(&b, suite_arena(), 4096);
	for (size_t i = 0; i < f->values; i++)
		buf_addf(&b, "%.*s=%.*s ", STR_ARG(f->value[i].name),
		    STR_ARG(f->value[i].value));
	for (size_t i = 0; i < f->answers; i++)
		buf_addf(&b, "(%.*s)", STR_ARG(f->answered[i]));
	return buf_str(&b);
}

/* What the database tells of r. */
static struct str
found(struct pg *db, const struct recipient *r)
{
	struct recipient_facts facts;

	ck_assert_int_eq(recipient_find(db, suite_arena(), r, WAIT_MS,
	    &facts), OK);
	return told(&facts);
}

START_TEST(it_tells_what_the_link_stands_for)
{
	static const struct sample_row rows[] = {
		{ .id = 1, .email = "ana@a.example", .company = "Ana & Cie" },
		{ .id = 2, .email = "ana@a.example", .page = "p2",
		    .offer = "o2", .text = "" },
		{ .id = 3, .email = "bot@a.example", .suspect = "trapped" },
	};
	static const struct str_pair words[] = {
		{ STR("company"), STR("\"ACME\"") },
	};
	struct sample s = sample_new();
	struct pg *db = pg_new(s.conninfo, "test");
	struct recipient r = { .page = STR("p1") }, link = r;
	int64_t person;
	struct str id;

	sample_run(s.conn, STOCK("text"));
	sample_take(s.conn, sample_batch(rows, COUNT(rows)));
	id = sample_text(s.conn, "SELECT id FROM piste.person");
	ck_assert(str_i64(id, 1, INT64_MAX, &person));
	r.person = person;
	/* Of what was answered, what is asked by turns. */
	ck_assert_str_same(found(db, &r), STR("company=Ana & Cie (text)"));
	link.until_ms = INT64_C(32503680000000);
	ck_assert_int_eq(recipient_keep(db, suite_arena(),
	    &(struct recipient_words){ words, COUNT(words), 0 }, &link), OK);
	ck_assert_str_same(found(db, &link), STR("company=\"ACME\" "));
	/* Words come before what we know; answers are the person's. */
	ck_assert_int_eq(recipient_keep(db, suite_arena(),
	    &(struct recipient_words){ words, COUNT(words), person }, &link),
	    OK);
	ck_assert_str_same(found(db, &link), STR("company=\"ACME\" (text)"));
	/* Of another page, of nobody, of what is over: nothing. */
	link.page = STR("p2");
	ck_assert_str_same(found(db, &link), STR_EMPTY);
	r.person = person + 1000;
	ck_assert_str_same(found(db, &r), STR_EMPTY);
	link.page = STR("p1");
	sample_run(s.conn, "UPDATE piste.recipient SET expires_at = now()");
	ck_assert_str_same(found(db, &link), STR_EMPTY);
	ck_assert_int_eq(recipient_keep(db, suite_arena(),
	    &(struct recipient_words){ words, COUNT(words), person + 1000 },
	    &link), ERR_ABSENT);
	ck_assert_int_eq(recipient_meet(db, person), OK);
	ck_assert_int_eq(recipient_meet(db, person + 1000), ERR_ABSENT);
	/* Who was erased is not written to, nor kept anew. */
	sample_run(s.conn, "SELECT piste.erase(ARRAY(SELECT id FROM"
	    " piste.person), NULL, NULL, 'request', NULL)");
	ck_assert_int_eq(recipient_meet(db, person), ERR_ABSENT);
	pg_free(db);
} END_TEST

/* Who typed somebody's address learns of their own submission alone. */
START_TEST(a_submission_tells_of_itself)
{
	static const struct sample_row rows[] = {
		{ .id = 1, .email = "ana@a.example", .company = "Ana" },
		{ .id = 2, .email = "ana@a.example", .page = "p2",
		    .offer = "o2", .text = "" },
	};
	struct sample s = sample_new();
	struct pg *db = pg_new(s.conninfo, "test");
	struct recipient r = { .kind = RECIPIENT_SUBMISSION,
		.page = STR("p1") };
	struct recipient_facts facts;

	sample_run(s.conn, STOCK("text"));
	sample_take(s.conn, sample_batch(rows, COUNT(rows)));
	ck_assert_int_eq(token_uuid_parse(sample_text(s.conn, "SELECT id FROM"
	    " piste.submission WHERE page_key = 'p2'"), &r.id), OK);
	ck_assert_int_eq(recipient_find(db, suite_arena(), &r, WAIT_MS,
	    &facts), OK);
	ck_assert_uint_eq(facts.values, 0);
	ck_assert_uint_eq(facts.answers, 0);
	pg_free(db);
} END_TEST

/* All that a page's forms may ask by turns, and the words are not lost. */
START_TEST(who_has_answered_much_is_asked_nothing_again)
{
	static const struct str_pair words[] = {
		{ STR("first_name"), STR("Ana") },
	};
	struct sample s = sample_new();
	struct pg *db = pg_new(s.conninfo, "test");
	struct recipient r = { .page = STR("p1"),
		.until_ms = INT64_C(32503680000000) };
	struct recipient_facts facts;

	sample_run(s.conn, "UPDATE piste.form SET definition = (SELECT"
	    " jsonb_build_object('progressive', jsonb_build_object('ask', 1,"
	    " 'stock', jsonb_agg('a' || n))) FROM generate_series(1, 680)"
	    " AS s (n))");
	sample_take(s.conn, sample_batch(&(struct sample_row){ .id = 1,
	    .email = "ana@a.example" }, 1));
	sample_run(s.conn, "ALTER TABLE piste.submission DISABLE TRIGGER"
	    " submission_guard; UPDATE piste.submission SET fields = (SELECT"
	    " jsonb_object_agg('a' || n, 'x') FROM generate_series(1, 680)"
	    " AS s (n))");
	ck_assert_int_eq(recipient_keep(db, suite_arena(),
	    &(struct recipient_words){ words, COUNT(words), 1 }, &r), OK);
	ck_assert_int_eq(recipient_find(db, suite_arena(), &r, WAIT_MS,
	    &facts), OK);
	ck_assert_uint_eq(facts.answers, 680);
	ck_assert_uint_eq(facts.values, 1);
	ck_assert_str_same(facts.value[0].value, STR("Ana"));
	pg_free(db);
} END_TEST

SUITE_APART(recipient)
{
	token_init();
	SUITE_LOOP(a_link_opens_its_page_in_its_time, COUNT(links));
	SUITE_TEST(what_is_no_link_is_denied);
	SUITE_TEST(it_tells_what_the_link_stands_for);
	SUITE_TEST(a_submission_tells_of_itself);
	SUITE_TEST(who_has_answered_much_is_asked_nothing_again);
}
