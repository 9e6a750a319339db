/* Codes are RFC 6238's, each of its step alone; secrets are one user's. */
#include "account/totp.h"
#include "support/suite.h"

#define MS_PER_STEP (INT64_C(1000) * TOTP_STEP_S)

/* The key of RFC 6238's appendix B for SHA-1. */
static const struct totp_secret known = { "12345678901234567890" };

/* The last six of the eight digits there. */
static const struct { int64_t at_s; const char *code; } vectors[] = {
	{ 59, "287082" },
	{ 1111111109, "081804" },
	{ 1111111111, "050471" },
	{ 1234567890, "005924" },
	{ 2000000000, "279037" },
	{ 20000000000, "353130" },
};
START_TEST(codes_are_the_standards)
{
	char code[TOTP_DIGITS + 1];

	ck_assert_str_same(totp_code(&known, vectors[_i].at_s / TOTP_STEP_S,
	    code), str_of(vectors[_i].code));
} END_TEST

/* 081804 is that of step 37037036. */
static const struct {
	const char *code;
	int64_t step;
	int64_t after;
	enum err want;
} checks[] = {
	{ "081804", 37037036, 0, OK },
	{ " 081 804 ", 37037036, 0, OK },
	{ "081804", 37037036 + TOTP_STEPS_OFF, 0, OK },
	{ "081804", 37037036 + TOTP_STEPS_OFF + 1, 0, ERR_DENIED },
	{ "081804", 37037036 - TOTP_STEPS_OFF, 0, OK },
	{ "081804", 37037036 - TOTP_STEPS_OFF - 1, 0, ERR_DENIED },
	{ "081804", 37037036, 37037035, OK },
	{ "081804", 37037036, 37037036, ERR_DENIED },
	{ "081805", 37037036, 0, ERR_DENIED },
	{ "81804", 37037036, 0, ERR_DENIED },
	{ "0818040", 37037036, 0, ERR_DENIED },
	{ "08180a", 37037036, 0, ERR_DENIED },
	{ "", 37037036, 0, ERR_DENIED },
};
START_TEST(a_code_is_of_its_step_once)
{
	int64_t step = 0;

	ck_assert_int_eq(totp_check(&known, str_of(checks[_i].code),
	    checks[_i].step * MS_PER_STEP + 999, checks[_i].after, &step),
	    checks[_i].want);
	ck_assert_int_eq(step, checks[_i].want ? 0 : 37037036);
} END_TEST

START_TEST(a_secret_is_told_as_applications_read_it)
{
	ck_assert_str_same(totp_base32(suite_arena(), &known),
	    STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
	ck_assert_str_same(totp_uri(suite_arena(), &known,
	    STR("a&b@x.fr"), STR("Piste")),
	    STR("otpauth://totp/Piste:a%26b%40x%2Efr?secret="
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Piste"));
} END_TEST

START_TEST(a_sealed_secret_is_one_users)
{
	struct arena *a = suite_arena();
	const struct token_key key = { "0123456789" }, other = { "x" };
	struct totp_secret made, opened;
	struct str sealed, bent;

	totp_make(&made);
	sealed = totp_seal(a, &key, 7, &made);
	ck_assert_int_eq(totp_open(&key, 7, sealed, &opened), OK);
	ck_assert_mem_eq(&made, &opened, sizeof made);
	ck_assert_int_eq(totp_open(&key, 8, sealed, &opened), ERR_DENIED);
	ck_assert_int_eq(totp_open(&other, 7, sealed, &opened), ERR_DENIED);
	bent = arena_copy(a, sealed);
	((char *)bent.p)[60] ^= 1;
	ck_assert_int_eq(totp_open(&key, 7, bent, &opened), ERR_DENIED);
	ck_assert_int_eq(totp_open(&key, 7, str_slice(sealed, 0, 60),
	    &opened), ERR_DENIED);
	ck_assert_int_eq(totp_open(&key, 7, STR_EMPTY, &opened), ERR_DENIED);
} END_TEST

static const struct { const char *typed; bool is_same; } spellings[] = {
	{ "0123-4567-89ab-cdef", true },
	{ "0123456789ABCDEF", true },
	{ " 0123 4567 89ab cdef", true },
	{ "0123-4567-89ab-cdee", false },
	{ "0123-4567-89ab-cde", false },
	{ "0123-4567-89ab-cdeff", false },
	{ "", false },
};
START_TEST(a_recovery_code_is_read_as_people_type)
{
	char one[TOKEN_HASH_TEXT], other[TOKEN_HASH_TEXT];

	ck_assert_int_eq(str_eq(totp_recovery_hash(
	    str_of(spellings[_i].typed), one),
	    token_hash(STR("0123456789abcdef"), other)),
	    spellings[_i].is_same);
} END_TEST

SUITE(totp)
{
	SUITE_LOOP(codes_are_the_standards, COUNT(vectors));
	SUITE_LOOP(a_code_is_of_its_step_once, COUNT(checks));
	SUITE_TEST(a_secret_is_told_as_applications_read_it);
	SUITE_TEST(a_sealed_secret_is_one_users);
	SUITE_LOOP(a_recovery_code_is_read_as_people_type, COUNT(spellings));
}
