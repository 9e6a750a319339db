/* Tests of form/work.c. */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/token.h"
#include "form/ticket.h"
#include "form/work.h"
#include "support/suite.h"

#define ISSUED_MS INT64_C(1700000000000)
#define TEXT_BYTES_MAX 4096

static const struct token_key key = { "0123456789abcdef0123456789abcde" };
static const struct token_key other_key = { "x" };

static struct ticket
ticket_of(int id)
{
	struct ticket t = { .issued_ms = ISSUED_MS };

	t.id.bytes[15] = (unsigned char)id;
	return t;
}

/* As a browser does: by what the challenge says, and nothing else. */
static json_t *
solve(struct str challenge)
{
	json_t *c = json_loadb(challenge.p, challenge.n, 0, NULL), *p;
	unsigned char text[36], hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1];
	uint32_t n = 0;

	ck_assert_ptr_nonnull(c);
	p = json_object_get(c, "parameters");
	ck_assert_str_eq(json_string_value(json_object_get(p, "algorithm")),
	    "SHA-256");
	ck_assert_int_eq(sodium_hex2bin(text, 16, json_string_value(
	    json_object_get(p, "salt")), 32, NULL, NULL, NULL), 0);
	ck_assert_int_eq(sodium_hex2bin(text + 16, 16, json_string_value(
	    json_object_get(p, "nonce")), 32, NULL, NULL, NULL), 0);
	do {
		for (int i = 0; i < 4; i++)
			text[32 + i] = (unsigned char)(n >> (24 - 8 * i));
		crypto_hash_sha256(hash, text, sizeof text);
		sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
		n++;
	} while (strncmp(hex, json_string_value(json_object_get(p,
	    "keyPrefix")), strlen(WORK_PREFIX)));
	return json_pack("{s:o, s:{s:I, s:s, s:f}}", "challenge", c,
	    "solution", "counter", (json_int_t)n - 1, "derivedKey", hex,
	    "time", 12.5);
}

static struct str
post(const char *text, size_t n)
{
	char *base64 = arena_take(suite_arena(), TEXT_BYTES_MAX);

	sodium_bin2base64(base64, TEXT_BYTES_MAX, (const unsigned char *)text,
	    n, sodium_base64_VARIANT_ORIGINAL);
	return str_of(base64);
}

static struct str
posted(const json_t *payload)
{
	char *text = json_dumps(payload, JSON_COMPACT);

	return post(text, strlen(text));
}

static struct str
solved(const struct ticket *t)
{
	return posted(solve(work_challenge(suite_arena(), &key, t)));
}

START_TEST(challenge_is_what_the_widget_reads)
{
	struct ticket t = ticket_of(1);
	json_t *c = json_loads(arena_copy(suite_arena(), work_challenge(
	    suite_arena(), &key, &t)).p, 0, NULL);
	json_t *p = json_object_get(c, "parameters");

	ck_assert_int_eq(json_integer_value(json_object_get(p, "cost")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(p, "keyLength")),
	    32);
	ck_assert_int_eq(json_integer_value(json_object_get(p, "expiresAt")),
	    (ISSUED_MS + WORK_AGE_MS_MAX) / 1000);
	ck_assert_uint_eq(json_string_length(json_object_get(c, "signature")),
	    64);
} END_TEST

START_TEST(solution_is_taken)
{
	struct ticket t = ticket_of(1);

	ck_assert(work_is_solved(suite_arena(), &key, &t, solved(&t),
	    ISSUED_MS));
} END_TEST

/* A solution serves the form it was asked with, under the key that asked. */
START_TEST(solution_serves_one_submission)
{
	struct ticket one = ticket_of(1), other = ticket_of(2), later = one;
	struct str payload = solved(&one);

	later.issued_ms += 1000;
	ck_assert(!work_is_solved(suite_arena(), &key, &other, payload,
	    ISSUED_MS));
	ck_assert(!work_is_solved(suite_arena(), &key, &later, payload,
	    ISSUED_MS));
	ck_assert(!work_is_solved(suite_arena(), &other_key, &one, payload,
	    ISSUED_MS));
} END_TEST

START_TEST(solution_expires)
{
	struct ticket t = ticket_of(1);
	struct str payload = solved(&t);

	ck_assert(work_is_solved(suite_arena(), &key, &t, payload,
	    ISSUED_MS + WORK_AGE_MS_MAX));
	ck_assert(!work_is_solved(suite_arena(), &key, &t, payload,
	    ISSUED_MS + WORK_AGE_MS_MAX + 1000));
} END_TEST

/* One change each to a good payload: nothing of it may pass. */
static const struct {
	const char *where;	/* of the payload */
	const char *name;
	const char *value;	/* JSON; NULL: taken away */
} forgeries[] = {
	{ "solution", "counter", "-1" },
	{ "solution", "counter", "4294967296" },
	{ "solution", "counter", "\"1\"" },
	{ "solution", "counter", "0" },
	{ "solution", "counter", "1.0" },
	{ "solution", "counter", NULL },
	{ "solution", "derivedKey", "\"0000\"" },
	{ "solution", "derivedKey", NULL },
	{ "challenge", "signature", "\"\"" },
	{ "challenge", "signature", "\"00000000000000000000000000000000000"
	    "00000000000000000000000000000\"" },
	{ "challenge", "signature", NULL },
	{ "challenge", "parameters", "{}" },
	{ "challenge", "parameters", "[]" },
	{ "challenge", "parameters", NULL },
	{ "challenge.parameters", "keyPrefix", "\"\"" },
	{ "challenge.parameters", "keyPrefix", "\"0\"" },
	{ "challenge.parameters", "cost", "0" },
	{ "challenge.parameters", "algorithm", "\"SHA-1\"" },
	{ "challenge.parameters", "expiresAt", "9999999999" },
	{ "challenge.parameters", "more", "1" },
	{ "challenge.parameters", "salt", "\"00\"" },
	{ "challenge.parameters", "nonce", NULL },
};

START_TEST(forgery_is_refused)
{
	struct ticket t = ticket_of(1);
	json_t *payload = solve(work_challenge(suite_arena(), &key, &t));
	struct str where = str_of(forgeries[_i].where), name;
	json_t *at = payload;

	while (str_cut(where, '.', &name, &where) || name.n)
		at = json_object_get(at, arena_copy(suite_arena(), name).p);
	ck_assert_ptr_nonnull(at);
	if (forgeries[_i].value)
		json_object_set_new(at, forgeries[_i].name, json_loads(
		    forgeries[_i].value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(at, forgeries[_i].name);
	ck_assert(!work_is_solved(suite_arena(), &key, &t, posted(payload),
	    ISSUED_MS));
} END_TEST

static const char *const nonsense[] = {
	"", "{", "[]", "null", "\"x\"", "{\"challenge\":null}",
	"{\"challenge\":null,\"solution\":null,\"test\":true}",
	"{\"solution\":{\"counter\":1}}", "\xff\xfe",
};

START_TEST(nonsense_is_refused)
{
	struct ticket t = ticket_of(1);

	ck_assert(!work_is_solved(suite_arena(), &key, &t, post(nonsense[_i],
	    strlen(nonsense[_i])), ISSUED_MS));
	ck_assert(!work_is_solved(suite_arena(), &key, &t,
	    str_of(nonsense[_i]), ISSUED_MS));
} END_TEST

/* Spaces are JSON, so a good payload can be of any length. */
START_TEST(payload_has_a_limit)
{
	struct ticket t = ticket_of(1);
	char *text = json_dumps(solve(work_challenge(suite_arena(), &key,
	    &t)), JSON_COMPACT);
	size_t max = WORK_PAYLOAD_BYTES_MAX / 4 * 3;
	char *wide = arena_take(suite_arena(), max + 1);

	memset(wide, ' ', max + 1);
	memcpy(wide, text, strlen(text));
	ck_assert_uint_eq(post(wide, max).n, WORK_PAYLOAD_BYTES_MAX);
	ck_assert(work_is_solved(suite_arena(), &key, &t, post(wide, max),
	    ISSUED_MS));
	ck_assert(!work_is_solved(suite_arena(), &key, &t,
	    post(wide, max + 1), ISSUED_MS));
} END_TEST

SUITE(work)
{
	SUITE_TEST(challenge_is_what_the_widget_reads);
	SUITE_TEST(solution_is_taken);
	SUITE_TEST(solution_serves_one_submission);
	SUITE_TEST(solution_expires);
	SUITE_LOOP(forgery_is_refused, COUNT(forgeries));
	SUITE_LOOP(nonsense_is_refused, COUNT(nonsense));
	SUITE_TEST(payload_has_a_limit);
}
