/* Tests of lead/inbox.c and what it asks of src/sql/0042. */
#include "../account/desks.h"
#include "base/buf.h"
#include "lead/inbox.h"

#define IDS_BYTES_MAX 4096
#define PEOPLE 3
#define MANY "20000"

static const char told[] =
    "UPDATE piste.person SET first_name = 'Zoé', last_name = 'Lévêque',"
    " company = 'Acme_100%' WHERE id = 1;"
    "UPDATE piste.person SET first_name = 'Ana', last_name = 'Martin'"
    " WHERE id = 2;"
    "UPDATE piste.lead SET grade = 'hot' WHERE id = 2;"
    "UPDATE piste.lead SET created_at = '2025-03-31 23:59:59 UTC'"
    " WHERE id = 1;"
    "UPDATE piste.lead SET created_at = '2025-04-01 00:00 UTC'"
    " WHERE id = 2;"
    "INSERT INTO piste.allocation_rules (definition, stages, applied_by)"
    " VALUES ('{\"sellers\": [{\"key\": \"sam\", \"email\":"
    " \"Seller@desk.example\"}, {\"key\": \"bob\"}]}', '{mql}', 'test');"
    "INSERT INTO piste.seller (key, name) VALUES ('sam', 'Sam'),"
    " ('bob', 'Bob');"
    "UPDATE piste.lead SET owner_id = 1 WHERE id = 3;"
    "UPDATE piste.lead SET owner_id = 2 WHERE id = 2;"
    "SELECT piste.lead_move(2, 'mql', 'test', 'system', NULL, NULL)";

static struct desks
with_leads(void)
{
	struct desks d = desks_new();
	const struct sample_row rows[PEOPLE] = {
		{ 1, .email = "zoe@x.fr" },
		{ 2, .email = "ana@x.fr", .page = "p2", .offer = "o2" },
		{ 3, .email = "cid@y.fr" } };

	/* One by one: ids in this order. */
	for (size_t i = 0; i < PEOPLE; i++)
		sample_take(d.sample.conn, sample_batch(&rows[i], 1));
	sample_run(d.sample.conn, told);
	ck_assert_str_same(sample_text(d.sample.conn,
	    "SELECT piste.console_roles()"), STR("ready"));
	return d;
}

/* Ids of what is read, the latest first; "+" when there are more. */
static struct str
ids_of(struct pg *db, const struct inbox_wish *w, size_t max)
{
	struct inbox_rows rows;
	struct buf b;

	ck_assert_int_eq(inbox_read(db, suite_arena(), w, max, &rows), OK);
	buf_init(&b, suite_arena(), IDS_BYTES_MAX);
	for (size_t i = 0; i < rows.count; i++)
		buf_addf(&b, "%s%.*s", i ? " " : "",
		    STR_ARG(rows.row[i].id));
	buf_add(&b, rows.is_more ? STR(" +") : STR_EMPTY);
	return buf_str(&b);
}

START_TEST(filters_let_pass)
{
	static const struct {
		enum inbox_filter f;
		const char *value, *ids;
	} cases[] = {
		{ INBOX_TEXT, "", "3 2 1" },
		{ INBOX_TEXT, "leveque", "1" },
		{ INBOX_TEXT, "VÊQ zoe", "1" },
		{ INBOX_TEXT, "zoe martin", "" },
		{ INBOX_TEXT, "@x.fr", "2 1" },
		{ INBOX_TEXT, "_100%", "1" },
		{ INBOX_TEXT, "me_", "1" },
		{ INBOX_TEXT, "%@x", "" },
		{ INBOX_TEXT, "a\\b", "" },
		{ INBOX_TEXT, "zoe %", "1" },
		{ INBOX_TEXT, "' OR true --", "" },
		{ INBOX_STAGE, "mql", "2" },
		{ INBOX_STAGE, "lost", "" },
		{ INBOX_GRADE, "hot", "2" },
		{ INBOX_GRADE, "none", "3 1" },
		{ INBOX_OWNER, "bob", "2" },
		{ INBOX_OWNER, "none", "1" },
		{ INBOX_OWNER, "nobody", "" },
		{ INBOX_OFFER, "o2", "2" },
		{ INBOX_PAGE, "p1", "3 1" },
		{ INBOX_VARIANT, "none", "" },
		{ INBOX_CAMPAIGN, "none", "" },
		{ INBOX_COUNTRY, "fr", "3 2 1" },
		{ INBOX_COUNTRY, "be", "" },
		{ INBOX_OUTCOME, "new", "3 2 1" },
		{ INBOX_OUTCOME, "repeat", "" },
		{ INBOX_TO, "2025-03-31", "1" },
		{ INBOX_TO, "2025-04-01", "2 1" },
		{ INBOX_FROM, "2025-04-01", "3 2" },
		{ INBOX_FROM, "31/03/2025", "3 2 1" },
	};
	struct desks d = with_leads();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbox_wish w = { .session = PG_NULL };
		struct str ids;

		w.value[cases[i].f] = str_of(cases[i].value);
		ck_assert_int_eq(inbox_judge(suite_arena(), &w),
		    INBOX_FILTERS);
		ids = ids_of(d.db, &w, 10);
		ck_assert_msg(str_eq(ids, str_of(cases[i].ids)),
		    "%s=%s: %.*s", inbox_filter_name(cases[i].f),
		    cases[i].value, STR_ARG(ids));
	}
	/* All at once, and of one submission. */
	ck_assert_str_same(ids_of(d.db, &(struct inbox_wish){ .session =
	    PG_NULL, .value = { [INBOX_TEXT] = STR("ana"), [INBOX_STAGE] =
	    STR("mql"), [INBOX_GRADE] = STR("hot"), [INBOX_OWNER] =
	    STR("bob"), [INBOX_OFFER] = STR("o2"), [INBOX_PAGE] = STR("p2"),
	    [INBOX_OUTCOME] = STR("new"), [INBOX_FROM] = STR("2025-01-01"),
	    [INBOX_TO] = STR("2025-12-31") } }, 10), STR("2"));
	/* Erased and merged ones are nobody's to see. */
	sample_run(d.sample.conn, "SELECT piste.erase('{3}', NULL, NULL,"
	    " 'request', NULL); SELECT piste.person_merge(2, 1, 'test', 'x')");
	ck_assert_str_same(ids_of(d.db, &(struct inbox_wish){ .session =
	    PG_NULL }, 10), STR("2 1"));
	pg_free(d.db);
} END_TEST

START_TEST(what_is_no_filter_is_named)
{
	static char long_one[INBOX_TEXT_BYTES_MAX + 1];
	static const struct { enum inbox_filter f; const char *value; }
	cases[] = {
		{ INBOX_STAGE, "mqll" }, { INBOX_STAGE, "MQL" },
		{ INBOX_GRADE, "boiling" }, { INBOX_OUTCOME, "quarantined" },
		{ INBOX_COUNTRY, "F" }, { INBOX_COUNTRY, "FRA" },
		{ INBOX_COUNTRY, "F1" }, { INBOX_FROM, "2025-02-29" },
		{ INBOX_TO, "yesterday" }, { INBOX_TEXT, "zo" },
		{ INBOX_TEXT, "zo ew" }, { INBOX_TEXT, "é é" },
		{ INBOX_TEXT, "..." }, { INBOX_TEXT, "%%% a" },
		{ INBOX_TEXT, "a @@@" },
	};
	struct inbox_wish w = { .session = PG_NULL };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		w = (struct inbox_wish){ .session = PG_NULL };
		w.value[cases[i].f] = str_of(cases[i].value);
		ck_assert_msg(inbox_judge(suite_arena(), &w) == cases[i].f,
		    "%s", cases[i].value);
	}
	memset(long_one, 'x', sizeof long_one);
	w = (struct inbox_wish){ .session = PG_NULL };
	w.value[INBOX_PAGE] = (struct str){ long_one, INBOX_TEXT_BYTES_MAX };
	ck_assert_int_eq(inbox_judge(suite_arena(), &w), INBOX_FILTERS);
	w.value[INBOX_PAGE].n++;
	ck_assert_int_eq(inbox_judge(suite_arena(), &w), INBOX_PAGE);
} END_TEST

START_TEST(pages_meet_at_their_edges)
{
	static const struct {
		const char *edge;
		bool is_back;
		size_t max;
		const char *ids;
	} cases[] = {
		{ "", false, 3, "3 2 1" },	/* n */
		{ "", false, 2, "3 2 +" },	/* n and one more */
		{ "2", false, 2, "1" },
		{ "1", false, 2, "" },
		{ "1", true, 2, "3 2" },
		{ "1", true, 1, "2 +" },
		{ "2", true, 1, "3" },
		{ "3", true, 2, "" },
		{ "9223372036854775807", false, 1, "3 +" },
	};
	struct desks d = with_leads();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct inbox_wish w = { .session = PG_NULL,
			.edge = str_of(cases[i].edge),
			.is_back = cases[i].is_back };
		struct str ids = ids_of(d.db, &w, cases[i].max);

		ck_assert_msg(str_eq(ids, str_of(cases[i].ids)),
		    "%zu: %.*s", i, STR_ARG(ids));
	}
	pg_free(d.db);
} END_TEST

/* The database holds them to it, not the screen. */
START_TEST(each_role_sees_its_own)
{
	struct desks d = with_leads();
	struct inbox_wish w = { .session = d.hash[ACCOUNT_READER] };
	struct inbox_rows rows;

	ck_assert_int_eq(pg_script(d.db, "SET ROLE piste_reader", 1000), OK);
	ck_assert_int_eq(inbox_read(d.db, suite_arena(), &w, 10, &rows), OK);
	ck_assert_uint_eq(rows.count, PEOPLE);
	ck_assert_str_same(rows.row[2].email, STR("z…@x.fr"));
	w.value[INBOX_TEXT] = STR("@x.fr");
	ck_assert_str_same(ids_of(d.db, &w, 10), STR_EMPTY);
	w.value[INBOX_TEXT] = STR("veque");
	ck_assert_str_same(ids_of(d.db, &w, 10), STR("1"));
	w = (struct inbox_wish){ .session = PG_NULL };
	ck_assert_int_ne(inbox_read(d.db, suite_arena(), &w, 10, &rows), OK);
	ck_assert_int_eq(pg_script(d.db, "SET ROLE piste_seller", 1000), OK);
	w.session = d.hash[ACCOUNT_SELLER];
	ck_assert_str_same(ids_of(d.db, &w, 10), STR("3"));
	ck_assert_int_eq(pg_script(d.db, "RESET ROLE", 1000), OK);
	/* In no rule any more: nobody's leads; without any sellers: all. */
	sample_run(d.sample.conn, "UPDATE piste.seller SET is_active = false"
	    " WHERE key = 'sam'");
	ck_assert_str_same(ids_of(d.db, &w, 10), STR_EMPTY);
	sample_run(d.sample.conn, "UPDATE piste.seller SET is_active = false");
	ck_assert_str_same(ids_of(d.db, &w, 10), STR("3 2 1"));
	pg_free(d.db);
} END_TEST

START_TEST(a_row_leaves_as_csv)
{
	const struct inbox_row row = { .id = STR("1"), .company =
		STR("=cmd|' /C calc'!A0"), .first_name = STR("a\"b\nc") };
	struct buf b;

	buf_init(&b, suite_arena(), IDS_BYTES_MAX);
	inbox_csv(&b, &row);
	ck_assert_msg(strstr(buf_str(&b).p, "\"'=cmd|' /C calc'!A0\""), "%.*s",
	    STR_ARG(buf_str(&b)));
	ck_assert_msg(strstr(b.p, "\"a\"\"b\nc\""), "%s", b.p);
} END_TEST

/* Rows read by statements on many, whatever is asked. */
START_TEST(many_are_not_gone_through)
{
	static const struct { const char *wish; int64_t max; } cases[] = {
		{ "{}", 2000 },
		{ "{\"stage\": \"lost\"}", 500 },
		{ "{\"owner\": \"sam\"}", 500 },
		{ "{\"page\": \"p2\"}", 500 },
		{ "{\"q\": \"seldom\"}", 500 },
		{ "{\"q\": \"p1999@\", \"stage\": \"lead\"}", 2000 },
		{ "{\"from\": \"2025-01-01\", \"to\": \"2025-12-31\"}", 500 },
	};
	struct desks d = with_leads();
	struct arena *a = suite_arena();

	sample_run(d.sample.conn, "INSERT INTO piste.person (email, last_name)"
	    " SELECT 'p' || n || '@firm.fr', md5(n::text) FROM"
	    " generate_series(1, " MANY ") AS n; UPDATE piste.person SET"
	    " last_name = 'Seldom' WHERE id = 1000; INSERT INTO piste.lead"
	    " (person_id, offer_key) SELECT id, 'o1' FROM piste.person"
	    " WHERE email LIKE '%@firm.fr'; INSERT INTO piste.submission (id,"
	    " page_key, form_key, offer_key, person_id, lead_id, outcome,"
	    " fields, via) SELECT gen_random_uuid(), 'p1', s.form_key, 'o1',"
	    " l.person_id, l.id, 'new', '{}', 'form' FROM piste.lead AS l"
	    " CROSS JOIN (SELECT form_key FROM piste.submission LIMIT 1) AS s"
	    " WHERE l.id > 3; ANALYZE piste.person, piste.lead,"
	    " piste.submission");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t read;

		sample_run(d.sample.conn, "BEGIN");
		sample_run(d.sample.conn, arena_copy(a, buf_fmt(a, 400,
		    "SELECT count(*) FROM piste.inbox(NULL, '%s', NULL,"
		    " false, 51)%c", cases[i].wish, 0)).p);
		ck_assert(str_i64(sample_text(d.sample.conn, "SELECT"
		    " sum(seq_tup_read + idx_tup_fetch) FROM"
		    " pg_stat_xact_user_tables WHERE schemaname = 'piste' AND"
		    " relname IN ('person', 'lead', 'submission')"), 0,
		    INT64_MAX, &read));
		ck_assert_msg(read <= cases[i].max, "%s reads %lld rows",
		    cases[i].wish, (long long)read);
		sample_run(d.sample.conn, "COMMIT");
	}
	pg_free(d.db);
} END_TEST

SUITE(inbox)
{
	SUITE_TEST(filters_let_pass);
	SUITE_TEST(what_is_no_filter_is_named);
	SUITE_TEST(pages_meet_at_their_edges);
	SUITE_TEST(each_role_sees_its_own);
	SUITE_TEST(a_row_leaves_as_csv);
	SUITE_TEST(many_are_not_gone_through);
}
