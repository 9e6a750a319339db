/* So many tries and no more, by whom and from where, and never for others. */
#include "account/throttle.h"
#include "store/pg.h"
#include "support/sample.h"
#include "support/suite.h"

#define NOW_MS INT64_C(1790000000000)

static const struct token_key key = { "a key of these tests" };

static struct throttle_try
try_of(enum throttle_deed deed, const char *login, const char *network)
{
	return (struct throttle_try){ .key = &key, .deed = deed,
		.login = str_of(login), .network = str_of(network),
		.now_ms = NOW_MS };
}

static const struct {
	enum throttle_deed deed;
	int max;
	bool is_by_account;	/* from a network each */
	bool is_by_network;	/* for an account each */
} limits[] = {
	{ THROTTLE_LOGIN, THROTTLE_PAIR_MAX, true, true },
	{ THROTTLE_LOGIN, THROTTLE_ACCOUNT_MAX, true, false },
	{ THROTTLE_LOGIN, THROTTLE_NETWORK_MAX, false, true },
	{ THROTTLE_CODE, THROTTLE_DEVICE_MAX, true, false },
	{ THROTTLE_RESET, THROTTLE_RESET_MAX, true, false },
	{ THROTTLE_RESET, THROTTLE_RESET_NETWORK_MAX, false, true },
};
START_TEST(the_last_is_taken_and_the_next_is_not)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct throttle_try t;
	char login[32], network[32];

	for (int i = 0; i <= limits[_i].max; i++) {
		snprintf(login, sizeof login, "%d@x.fr",
		    limits[_i].is_by_account ? 0 : i);
		snprintf(network, sizeof network, "10.0.%d.0/24",
		    limits[_i].is_by_network ? 0 : i);
		t = try_of(limits[_i].deed, login, network);
		ck_assert_int_eq(throttle_take(db, suite_arena(), &t),
		    i < limits[_i].max ? OK : ERR_LIMIT);
	}
	pg_free(db);
} END_TEST

/* Somebody else, from elsewhere, is not kept out. */
START_TEST(others_are_let_in)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct throttle_try t = try_of(THROTTLE_LOGIN, "a@x.fr", "n1");
	struct throttle_try known;

	for (int i = 0; i <= THROTTLE_PAIR_MAX; i++)
		(void)!throttle_take(db, suite_arena(), &t);
	ck_assert_int_eq(throttle_take(db, suite_arena(), &t), ERR_LIMIT);
	known = t;
	known.device = throttle_device(suite_arena(), &t);
	for (int i = 0; i <= THROTTLE_DEVICE_MAX; i++)
		ck_assert_int_eq(throttle_take(db, suite_arena(), &known),
		    i < THROTTLE_DEVICE_MAX ? OK : ERR_LIMIT);
	t.network = STR("n2");
	ck_assert_int_eq(throttle_take(db, suite_arena(), &t), OK);
	t = try_of(THROTTLE_LOGIN, "b@x.fr", "n1");
	ck_assert_int_eq(throttle_take(db, suite_arena(), &t), OK);
	pg_free(db);
} END_TEST

START_TEST(what_was_right_is_not_counted)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct throttle_try t = try_of(THROTTLE_LOGIN, "a@x.fr", "n1");

	for (int i = 0; i < THROTTLE_PAIR_MAX * 2; i++) {
		ck_assert_int_eq(throttle_take(db, suite_arena(), &t), OK);
		ck_assert_int_eq(throttle_give_back(db, suite_arena(), &t),
		    OK);
	}
	pg_free(db);
} END_TEST

START_TEST(tries_are_forgotten)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct throttle_try t = try_of(THROTTLE_LOGIN, "a@x.fr", "n1");

	for (int i = 0; i <= THROTTLE_PAIR_MAX; i++)
		(void)!throttle_take(db, suite_arena(), &t);
	sample_run(c.conn, "UPDATE piste.attempt SET until = now()");
	ck_assert_int_eq(throttle_take(db, suite_arena(), &t), OK);
	pg_free(db);
} END_TEST

/* A token is one account's, ours, and good for its time. */
static const struct { const char *login; int64_t later_ms; size_t counts; }
tokens[] = {
	{ "a@x.fr", 0, 1 },
	{ "b@x.fr", 0, 3 },
	{ "a@x.fr", THROTTLE_DEVICE_S * INT64_C(1000) - 1, 1 },
	{ "a@x.fr", THROTTLE_DEVICE_S * INT64_C(1000), 3 },
};
START_TEST(a_browser_is_known_by_its_token)
{
	struct throttle_try t = try_of(THROTTLE_LOGIN, "a@x.fr", "n1");
	const struct token_key other = { "another" };
	struct throttle_count out[THROTTLE_KEYS_MAX];

	t.device = throttle_device(suite_arena(), &t);
	t.login = str_of(tokens[_i].login);
	t.now_ms += tokens[_i].later_ms;
	ck_assert_uint_eq(throttle_counts(suite_arena(), &t, out),
	    tokens[_i].counts);
	t.key = &other;
	ck_assert_uint_eq(throttle_counts(suite_arena(), &t, out), 3);
} END_TEST

SUITE_APART(throttle)
{
	SUITE_LOOP(the_last_is_taken_and_the_next_is_not, COUNT(limits));
	SUITE_TEST(others_are_let_in);
	SUITE_TEST(what_was_right_is_not_counted);
	SUITE_TEST(tries_are_forgotten);
	SUITE_LOOP(a_browser_is_known_by_its_token, COUNT(tokens));
}
