/*
 * Knows secrets and chance: random bytes, identifiers, and sealed tokens
 * (base64url of payload and keyed BLAKE2b-256, RFC 7693, RFC 4648 section 5).
 */
#ifndef PISTE_BASE_TOKEN_H
#define PISTE_BASE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

#define TOKEN_KEY_BYTES 32
#define TOKEN_KEY_FILE "secret.key"	/* in the state directory */
#define TOKEN_MAC_BYTES 32
#define TOKEN_PAYLOAD_BYTES_MAX 2304
#define TOKEN_TEXT_BYTES_MAX 3200	/* base64url of payload and MAC */
#define TOKEN_HASH_BYTES 32
#define TOKEN_HASH_TEXT 65		/* 64 hex digits and a NUL */

struct token_key {
	unsigned char bytes[TOKEN_KEY_BYTES];
};

struct uuid {
	unsigned char bytes[16];
};
#define UUID_TEXT 37	/* 36 characters and a NUL */

/* Must be called once before anything else here; aborts if it can't. */
void token_init(void);

/*
 * Read the key of a state directory.  ERR_ABSENT when there is none yet;
 * ERR_DENIED if others may read its file, ERR_INPUT if it is not 32 bytes,
 * ERR_AWAY if it can't be read: these three are logged.
 */
MUST_USE enum err token_key_read(struct str state, struct token_key *out);
/*
 * The same, but when there is none make one: mode 0600, synced, never
 * overwriting what another process has just made.
 */
MUST_USE enum err token_key_load(struct str state, struct token_key *out);

/*
 * n random bytes from the kernel, or from the seeded source in tests.  Safe
 * from many threads and across fork().
 */
void token_random(void *dst, size_t n);
/* For tests: a repeatable source; 0 returns to the kernel's. */
void token_seed(uint64_t seed);
/*
 * Between half of ms and all of it, by chance: what failed at the same time
 * does not come back at the same time.
 */
int64_t token_jitter(int64_t ms);

/* UUIDv7 (RFC 9562): milliseconds since 1970, then chance. */
struct uuid token_uuid7(int64_t now_ms);
struct str token_uuid_text(const struct uuid *u, char dst[UUID_TEXT]);
/* Lower or upper case, with hyphens; ERR_INPUT otherwise. */
MUST_USE enum err token_uuid_parse(struct str s, struct uuid *out);

/* 26 characters of Crockford's base32, lower case: 130 bits of chance. */
#define TOKEN_ID_CHARS 26
struct str token_id(char dst[TOKEN_ID_CHARS + 1]);
/*
 * The same after their time, milliseconds since 1970, in 10 characters: 80 bits
 * of chance, in order of time (a ULID, github.com/ulid/spec), so that what is
 * new stands at an index's end.
 */
struct str token_ulid(char dst[TOKEN_ID_CHARS + 1], int64_t now_ms);
bool token_id_is(struct str s);

/*
 * Seal payload for one purpose ("form", "asset"): a token sealed for one is
 * never accepted for another.  The text is URL-safe.
 */
struct str token_seal(struct arena *a, const struct token_key *k,
    const char *purpose, struct str payload);
/* ERR_DENIED when it is not ours, whole, and for this purpose. */
MUST_USE enum err token_open(struct arena *a, const struct token_key *k,
    const char *purpose, struct str text, struct str *payload);

/*
 * What tells s from others to who has the key, and nothing to who hasn't:
 * SipHash-2-4 (Aumasson and Bernstein 2012) by a key made of k.
 */
uint64_t token_tag(const struct token_key *k, struct str s);

/* SHA-256 as lower-case hex, in dst. */
struct str token_hash(struct str s, char dst[TOKEN_HASH_TEXT]);

#endif
