/* Implements work.h. */
#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "base/token.h"
#include "form/ticket.h"

#include "form/work.h"

#define PURPOSE "piste proof of work"
#define NONCE_BYTES 16
#define SALT_BYTES 16
#define COUNTER_BYTES 4
#define CHALLENGE_BYTES_MAX 512
#define HEX_BYTES(n) (2 * (n) + 1)

static_assert(NONCE_BYTES + SALT_BYTES == crypto_auth_hmacsha256_BYTES,
    "both are cut from one code");

/* What a challenge is made of, told apart from its signature by the label. */
struct secret {
	unsigned char key[crypto_auth_hmacsha256_KEYBYTES];
	unsigned char seed[crypto_auth_hmacsha256_BYTES];
};

static void
derive(const struct token_key *k, const struct ticket *t, struct secret *out)
{
	crypto_auth_hmacsha256(out->key, (const unsigned char *)PURPOSE,
	    sizeof PURPOSE - 1, k->bytes);
	crypto_auth_hmacsha256(out->seed, t->id.bytes, sizeof t->id.bytes,
	    out->key);
}

static struct str
hex(struct arena *a, const unsigned char *bytes, size_t n)
{
	char *text = arena_take(a, HEX_BYTES(n));

	sodium_bin2hex(text, HEX_BYTES(n), bytes, n);
	return (struct str){ text, HEX_BYTES(n) - 1 };
}

static int64_t
expires_s(const struct ticket *t)
{
	return (t->issued_ms + WORK_AGE_MS_MAX) / 1000;
}

/* In the order of their names and without spaces, as they are signed. */
static struct str
parameters(struct arena *a, const struct secret *s, const struct ticket *t)
{
	return buf_fmt(a, CHALLENGE_BYTES_MAX, "{\"algorithm\":\"SHA-256\","
	    "\"cost\":1,\"expiresAt\":%lld,\"keyLength\":32,\"keyPrefix\":\""
	    WORK_PREFIX "\",\"nonce\":\"%.*s\",\"salt\":\"%.*s\"}",
	    (long long)expires_s(t),
	    STR_ARG(hex(a, s->seed, NONCE_BYTES)),
	    STR_ARG(hex(a, s->seed + NONCE_BYTES, SALT_BYTES)));
}

static struct str
sign(struct arena *a, const struct secret *s, struct str text)
{
	unsigned char code[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(code, (const unsigned char *)text.p, text.n,
	    s->key);
	return hex(a, code, sizeof code);
}

struct str
work_challenge(struct arena *a, const struct token_key *k,
    const struct ticket *t)
{
	struct secret s;
	struct str text;

	derive(k, t, &s);
	text = parameters(a, &s, t);
	return buf_fmt(a, 2 * CHALLENGE_BYTES_MAX,
	    "{\"parameters\":%.*s,\"signature\":\"%.*s\"}", STR_ARG(text),
	    STR_ARG(sign(a, &s, text)));
}

/* SHA-256(salt, nonce, counter) in hex: what the prefix is asked of. */
static struct str
solution_hash(struct arena *a, const struct secret *s, uint32_t counter)
{
	unsigned char text[SALT_BYTES + NONCE_BYTES + COUNTER_BYTES];
	unsigned char hash[crypto_hash_sha256_BYTES];

	memcpy(text, s->seed + NONCE_BYTES, SALT_BYTES);
	memcpy(text + SALT_BYTES, s->seed, NONCE_BYTES);
	for (int i = 0; i < COUNTER_BYTES; i++)
		text[SALT_BYTES + NONCE_BYTES + i] =
		    (unsigned char)(counter >> (8 * (COUNTER_BYTES - 1 - i)));
	crypto_hash_sha256(hash, text, sizeof text);
	return hex(a, hash, sizeof hash);
}

static bool
is_same(struct str got, struct str want)
{
	return got.n == want.n && !sodium_memcmp(got.p, want.p, want.n);
}

static struct str
text_of(const json_t *value)
{
	return json_is_string(value) ? (struct str){ json_string_value(value),
	    json_string_length(value) } : STR_EMPTY;
}

/* Are these the very parameters we gave, and did we sign them? */
static bool
is_ours(struct arena *a, const struct secret *s, const struct ticket *t,
    const json_t *challenge)
{
	char given[CHALLENGE_BYTES_MAX];
	struct str want = parameters(a, s, t), text = { given, 0 };
	const json_t *value = json_object_get(challenge, "parameters");

	text.n = json_dumpb(value, given, sizeof given, JSON_COMPACT |
	    JSON_SORT_KEYS);
	return text.n && text.n <= sizeof given && is_same(text, want) &&
	    is_same(text_of(json_object_get(challenge, "signature")),
	    sign(a, s, text));
}

static bool
is_solution(struct arena *a, const struct secret *s, const json_t *solution)
{
	const json_t *counter = json_object_get(solution, "counter");
	json_int_t n = json_integer_value(counter);
	struct str hash;

	if (!json_is_integer(counter) || n < 0 || n > UINT32_MAX)
		return false;
	hash = solution_hash(a, s, (uint32_t)n);
	return str_has_prefix(hash, STR(WORK_PREFIX)) &&
	    str_eq(text_of(json_object_get(solution, "derivedKey")), hash);
}

bool
work_is_solved(struct arena *a, const struct token_key *k,
    const struct ticket *t, struct str payload, int64_t now_ms)
{
	unsigned char *bytes = arena_take(a, WORK_PAYLOAD_BYTES_MAX);
	struct secret s;
	json_error_t why;
	json_t *root;
	size_t n;
	bool is_solved;

	if (payload.n > WORK_PAYLOAD_BYTES_MAX ||
	    now_ms / 1000 > expires_s(t) ||
	    sodium_base642bin(bytes, WORK_PAYLOAD_BYTES_MAX, payload.p,
	    payload.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL))
		return false;
	root = strictjson_read((struct str){ (const char *)bytes, n }, &why);
	if (!root)
		return false;
	derive(k, t, &s);
	is_solved = is_ours(a, &s, t, json_object_get(root, "challenge")) &&
	    is_solution(a, &s, json_object_get(root, "solution"));
	json_decref(root);
	return is_solved;
}
