/* Tests of account/ownview.c and what it asks of src/sql/0042. */
#include "desks.h"

#include "account/ownview.h"

START_TEST(views_are_their_owners)
{
	struct desks d = desks_new();
	struct str mine = d.hash[ACCOUNT_READER];
	struct str others = d.hash[ACCOUNT_MARKETER];
	struct ownview *view;
	size_t count;

	ck_assert_int_eq(ownview_keep(d.db, mine, STR("Hot"),
	    STR("grade=hot")), OK);
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("Hot"),
	    STR("grade=warm")), OK);
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("cold"),
	    STR("grade=cold")), OK);
	ck_assert_int_eq(ownview_list(d.db, suite_arena(), mine, &view,
	    &count), OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_same(view[0].name, STR("cold"));
	ck_assert_str_same(view[1].query, STR("grade=warm"));
	ck_assert_int_eq(ownview_drop(d.db, others, view[0].id), OK);
	ck_assert_int_eq(ownview_drop(d.db, mine, view[1].id), OK);
	ck_assert_int_eq(ownview_list(d.db, suite_arena(), others, &view,
	    &count), OK);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(ownview_list(d.db, suite_arena(), mine, &view,
	    &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_same(sample_text(d.sample.conn, "SELECT"
	    " string_agg(what, ' ' ORDER BY id) FROM piste.audit"
	    " WHERE what LIKE 'view.%'"),
	    STR("view.keep view.keep view.keep view.drop"));
	pg_free(d.db);
} END_TEST

/* Nor is the journal, which is kept, told whom a view is named after. */
START_TEST(who_is_erased_is_in_no_view)
{
	struct desks d = desks_new();
	struct str mine = d.hash[ACCOUNT_READER];
	const struct sample_row rows[] = { { 1, .email = "ana+news@x.fr" },
		{ 2, .email = "o'ana@x.fr" }, { 3, .email = "bea@x.fr" } };
	struct ownview *view;
	size_t count;

	sample_take(d.sample.conn, sample_batch(rows, 3));
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("Ana"),
	    STR("q=Ana%2Bnews%40x.fr")), OK);
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("Ana's other"),
	    STR("q=o%27ana%40x.fr")), OK);
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("Bea"),
	    STR("q=bea%40x.fr")), OK);
	sample_run(d.sample.conn, "SELECT piste.erase(ARRAY(SELECT p.id FROM"
	    " piste.person AS p WHERE p.email <> 'bea@x.fr'), NULL, NULL,"
	    " 'request', NULL)");
	ck_assert_int_eq(ownview_list(d.db, suite_arena(), mine, &view,
	    &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_same(view[0].name, STR("Bea"));
	ck_assert_str_same(sample_text(d.sample.conn, "SELECT count(*) FROM"
	    " piste.audit WHERE concat(was, became) ILIKE '%ana%'"), STR("0"));
	pg_free(d.db);
} END_TEST

START_TEST(there_is_room_for_so_many)
{
	struct desks d = desks_new();
	struct str mine = d.hash[ACCOUNT_READER];

	sample_run(d.sample.conn, "INSERT INTO piste.app_view (user_id, name,"
	    " query) SELECT u.id, n, 'q=x' FROM piste.app_user AS u,"
	    " generate_series(1, 49) AS n WHERE u.role = 'reader'");
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("n"), STR("q=x")), OK);
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("n+1"), STR("q=x")),
	    ERR_LIMIT);
	/* In the place of another there is. */
	ck_assert_int_eq(ownview_keep(d.db, mine, STR("n"), STR("q=y")), OK);
	pg_free(d.db);
} END_TEST

SUITE(ownview)
{
	SUITE_TEST(views_are_their_owners);
	SUITE_TEST(who_is_erased_is_in_no_view);
	SUITE_TEST(there_is_room_for_so_many);
}
