/* A session lives as long as it may, and proves its own forms alone. */
#include "account/desks.h"
#include "base/buf.h"

static const struct token_key other_key = { "another key" };

START_TEST(a_session_is_known_by_its_hash_alone)
{
	struct desks d = desks_new();
	struct session s;

	ck_assert_int_eq(session_find(d.db, suite_arena(),
	    d.session[ACCOUNT_SELLER], false, &s), OK);
	ck_assert_str_same(s.login, STR("seller@desk.example"));
	ck_assert_int_eq(s.role, ACCOUNT_SELLER);
	ck_assert(s.is_whole && !s.has_second);
	ck_assert_int_eq(session_find(d.db, suite_arena(),
	    d.hash[ACCOUNT_SELLER], false, &s), ERR_DENIED);
	ck_assert_str_same(sample_text(d.sample.conn, arena_copy(
	    suite_arena(), buf_fmt(suite_arena(), 300, "SELECT count(*) FROM"
	    " piste.session WHERE hash = '%.*s'",
	    STR_ARG(d.session[ACCOUNT_SELLER]))).p), STR("0"));
	pg_free(d.db);
} END_TEST

/* To the second before it is over, and at it; rows as they are then. */
static const struct { const char *sql; enum err want; } lives[] = {
	{ "seen_at = now() - interval '1790 s'", OK },
	{ "seen_at = now() - interval '1800 s'", ERR_DENIED },
	{ "begun_at = now() - interval '43190 s'", OK },
	{ "begun_at = now() - interval '43200 s'", ERR_DENIED },
	{ "is_whole = false, begun_at = now() - interval '290 s'", OK },
	{ "is_whole = false, begun_at = now() - interval '300 s'",
	    ERR_DENIED },
};
START_TEST(a_session_is_over_in_time)
{
	struct desks d = desks_new();
	struct session s;

	sample_run(d.sample.conn, arena_copy(suite_arena(), buf_fmt(
	    suite_arena(), 200, "UPDATE piste.session SET %s",
	    lives[_i].sql)).p);
	ck_assert_int_eq(session_find(d.db, suite_arena(),
	    d.session[ACCOUNT_READER], false, &s), lives[_i].want);
	ck_assert_int_eq(session_find(d.db, suite_arena(),
	    d.session[ACCOUNT_READER], false, &s), lives[_i].want);
	pg_free(d.db);
} END_TEST

START_TEST(a_login_takes_the_place_of_the_one_before)
{
	struct desks d = desks_new();
	char text[SESSION_TEXT];
	struct session_login l = { .user = 1, .session = session_make(text),
		.was = d.session[ACCOUNT_READER], .is_whole = true,
		.place = STR("n"), .agent = STR("a") };
	struct session s;

	ck_assert_int_eq(session_begin(d.db, &l), OK);
	ck_assert_int_eq(session_find(d.db, suite_arena(), l.session, false,
	    &s), OK);
	ck_assert_int_eq(session_find(d.db, suite_arena(), l.was, false, &s),
	    ERR_DENIED);
	ck_assert_int_eq(session_end(d.db, l.session), OK);
	ck_assert_int_eq(session_end(d.db, l.session), OK);
	ck_assert_int_eq(session_find(d.db, suite_arena(), l.session, false,
	    &s), ERR_DENIED);
	pg_free(d.db);
} END_TEST

START_TEST(who_is_disabled_is_out)
{
	struct desks d = desks_new();
	struct session s;

	ck_assert_int_eq(account_disable(d.db, PG_NULL,
	    STR("seller@desk.example"), true), OK);
	ck_assert_int_eq(session_find(d.db, suite_arena(),
	    d.session[ACCOUNT_SELLER], false, &s), ERR_DENIED);
	ck_assert_int_eq(account_disable(d.db, PG_NULL,
	    STR("administrator@desk.example"), true), ERR_DENIED);
	ck_assert_int_eq(account_set_role(d.db, PG_NULL,
	    STR("administrator@desk.example"), ACCOUNT_READER), ERR_DENIED);
	ck_assert_int_eq(account_disable(d.db, PG_NULL, STR("x@y.fr"), true),
	    ERR_ABSENT);
	pg_free(d.db);
} END_TEST

static const struct { const char *text; bool is; } shapes[] = {
	{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    true },
	{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
	    false },
	{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
	    false },
	{ "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	    false },
	{ "", false },
};
START_TEST(sessions_have_a_shape)
{
	ck_assert_int_eq(session_is(str_of(shapes[_i].text)), shapes[_i].is);
} END_TEST

START_TEST(a_proof_is_of_one_session_and_key)
{
	char one[SESSION_TEXT], other[SESSION_TEXT], proof[SESSION_TEXT];
	struct str session = session_make(one);
	struct str given = session_proof(&desks_key, session, proof);

	ck_assert(session_proof_is(&desks_key, session, given));
	ck_assert(!session_proof_is(&other_key, session, given));
	ck_assert(!session_proof_is(&desks_key, session_make(other), given));
	ck_assert(!session_proof_is(&desks_key, session, session));
	ck_assert(!session_proof_is(&desks_key, session, STR_EMPTY));
	ck_assert(!session_proof_is(&desks_key, session, str_slice(given, 0,
	    given.n - 1)));
	/* Of nobody's session there is a proof, and it is worth nothing. */
	given = session_proof(&desks_key, STR_EMPTY, proof);
	ck_assert(!session_proof_is(&desks_key, STR_EMPTY, given));
} END_TEST

/* Five wrong codes, and the half session is over. */
START_TEST(codes_are_few)
{
	struct desks d = desks_new();
	struct session s;

	sample_run(d.sample.conn, "UPDATE piste.session SET is_whole = false");
	for (int i = 1; i <= 5; i++) {
		ck_assert_int_eq(session_find(d.db, suite_arena(),
		    d.session[ACCOUNT_READER], false, &s), OK);
		ck_assert(!s.is_whole);
		sample_run(d.sample.conn, arena_copy(suite_arena(), buf_fmt(
		    suite_arena(), 200, "SELECT piste.second_take('%.*s',"
		    " NULL, NULL)", STR_ARG(d.hash[ACCOUNT_READER]))).p);
	}
	ck_assert_int_eq(session_find(d.db, suite_arena(),
	    d.session[ACCOUNT_READER], false, &s), ERR_DENIED);
	pg_free(d.db);
} END_TEST

SUITE_APART(session)
{
	SUITE_TEST(a_session_is_known_by_its_hash_alone);
	SUITE_LOOP(a_session_is_over_in_time, COUNT(lives));
	SUITE_TEST(a_login_takes_the_place_of_the_one_before);
	SUITE_TEST(who_is_disabled_is_out);
	SUITE_LOOP(sessions_have_a_shape, COUNT(shapes));
	SUITE_TEST(a_proof_is_of_one_session_and_key);
	SUITE_TEST(codes_are_few);
}
