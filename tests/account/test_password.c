/* Weak passwords are refused by name; a hash takes its password alone. */
#include <pthread.h>
#include <string.h>

#include "account/password.h"
#include "support/suite.h"

#define LOGIN STR("ana.lopes@firm.fr")
#define NAME STR("Ana Lopes")
#define CROWD 40

static const struct {
	const char *password;
	enum password_fault fault;
} judged[] = {
	{ "", PASSWORD_SHORT },
	{ "kz8#Vq1!mTw", PASSWORD_SHORT },	/* eleven */
	{ "kz8#Vq1!mTwp", PASSWORD_FINE },	/* twelve */
	{ "éééàùçÉÀ", PASSWORD_SHORT },	/* eight, of sixteen bytes */
	{ "password1234", PASSWORD_WEAK },
	{ "aaaaaaaaaaaaaaaa", PASSWORD_WEAK },
	{ "123456789012", PASSWORD_WEAK },
	{ "ana.lopes@firm.fr", PASSWORD_WEAK },
	{ "Ana Lopes123", PASSWORD_WEAK },
	{ "ana.lopes2026", PASSWORD_WEAK },
	{ "correct horse battery staple", PASSWORD_FINE },
	{ "le vélo rouge du voisin", PASSWORD_FINE },
	{ "kz8#Vq1!mT\xff\xfe", PASSWORD_NOT_TEXT },
};
START_TEST(passwords_are_judged)
{
	ck_assert_int_eq(password_judge(str_of(judged[_i].password), LOGIN,
	    NAME), judged[_i].fault);
} END_TEST

static const struct { size_t bytes; enum password_fault fault; } lengths[] = {
	{ PASSWORD_BYTES_MAX, PASSWORD_FINE },
	{ PASSWORD_BYTES_MAX + 1, PASSWORD_LONG },
};
START_TEST(a_password_may_be_long)
{
	char text[PASSWORD_BYTES_MAX + 1];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('!' + i * i * 31 % 90);
	ck_assert_int_eq(password_judge((struct str){ text,
	    lengths[_i].bytes }, LOGIN, NAME), lengths[_i].fault);
} END_TEST

START_TEST(a_nul_is_no_text)
{
	ck_assert_int_eq(password_judge(STR("kz8#Vq1!\0mTwp"), LOGIN, NAME),
	    PASSWORD_NOT_TEXT);
} END_TEST

START_TEST(a_hash_takes_its_password_alone)
{
	static const struct str other[] = { STR("Correct"), STR("correc"),
		STR("correct "), STR("correct\0"), STR("") };
	char hash[PASSWORD_HASH_TEXT];

	ck_assert_int_eq(password_hash(STR("correct"), hash), OK);
	ck_assert(str_has_prefix(str_of(hash), STR("$argon2id$")));
	ck_assert_int_eq(password_check(STR("correct"), str_of(hash),
	    PASSWORD_STRANGER), OK);
	for (size_t i = 0; i < COUNT(other); i++)
		ck_assert_int_eq(password_check(other[i], str_of(hash),
		    PASSWORD_STRANGER), ERR_DENIED);
	ck_assert(!password_is_dated(str_of(hash)));
	ck_assert_int_eq(password_check(STR("correct"), STR_EMPTY,
	    PASSWORD_STRANGER), ERR_DENIED);
} END_TEST

/* As by libsodium's smallest cost. */
START_TEST(another_cost_is_dated)
{
	ck_assert(password_is_dated(STR("$argon2id$v=19$m=8192,t=1,p=1$"
	    "c29tZXNhbHRzb21lc2FsdA$"
	    "XRtj9RMb3b7b9bC3gmRZLbq4IOcSY0Y8s0ZzrTk9cVE")));
	ck_assert(password_is_dated(STR("x")));
} END_TEST

static void *
hash_one(void *result)
{
	char hash[PASSWORD_HASH_TEXT];

	*(enum err *)result = password_hash(STR("x"), hash);
	return NULL;
}

/* More at once than have a turn: each gets one. */
START_TEST(hashes_wait_for_their_turn)
{
	enum err results[PASSWORD_HASHES_MAX + 1];
	pthread_t threads[PASSWORD_HASHES_MAX + 1];

	for (size_t i = 0; i < COUNT(threads); i++)
		ck_assert(!pthread_create(&threads[i], NULL, hash_one,
		    &results[i]));
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(results[i], OK);
	}
} END_TEST

static void *
check_one(void *result)
{
	*(enum err *)result = password_check(STR("x"), STR_EMPTY,
	    PASSWORD_STRANGER);
	return NULL;
}

/* A crowd of strangers is sent away at once; who works here waits. */
START_TEST(strangers_hold_up_few)
{
	enum err results[CROWD], mine;
	pthread_t threads[CROWD], colleague;
	int judged_count = 0;

	for (size_t i = 0; i < CROWD; i++)
		ck_assert(!pthread_create(&threads[i], NULL, check_one,
		    &results[i]));
	ck_assert(!pthread_create(&colleague, NULL, hash_one, &mine));
	for (size_t i = 0; i < CROWD; i++) {
		pthread_join(threads[i], NULL);
		ck_assert(results[i] == ERR_DENIED || results[i] == ERR_AWAY);
		judged_count += results[i] == ERR_DENIED;
	}
	pthread_join(colleague, NULL);
	ck_assert_int_eq(mine, OK);
	ck_assert_int_ge(judged_count, PASSWORD_HASHES_MAX);
	ck_assert_int_lt(judged_count, CROWD / 2);
} END_TEST

START_TEST(one_that_is_made_is_good)
{
	char one[PASSWORD_MADE_TEXT], other[PASSWORD_MADE_TEXT];

	password_make(one);
	ck_assert(!str_eq(str_of(one), password_make(other)));
	ck_assert_uint_eq(strlen(one), PASSWORD_MADE_TEXT - 1);
	ck_assert_int_eq(password_judge(str_of(one), LOGIN, NAME),
	    PASSWORD_FINE);
} END_TEST

SUITE(password)
{
	SUITE_LOOP(passwords_are_judged, COUNT(judged));
	SUITE_LOOP(a_password_may_be_long, COUNT(lengths));
	SUITE_TEST(a_nul_is_no_text);
	SUITE_TEST(a_hash_takes_its_password_alone);
	SUITE_TEST(another_cost_is_dated);
	SUITE_TEST(hashes_wait_for_their_turn);
	SUITE_TEST(strangers_hold_up_few);
	SUITE_TEST(one_that_is_made_is_good);
}
