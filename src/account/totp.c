/* Implements totp.h. */
#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#include "account/totp.h"

#define PURPOSE "console second"
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define SEALED_BYTES (NONCE_BYTES + TOTP_SECRET_BYTES + TAG_BYTES)
#define URI_BYTES_MAX 2048
#define MS_PER_S INT64_C(1000)
#define RECOVERY_CHARS 16
#define RECOVERY_GROUP 4

static void
start(void)
{
	oath_init();
}

void
totp_make(struct totp_secret *out)
{
	token_random(out->bytes, sizeof out->bytes);
}

struct str
totp_code(const struct totp_secret *s, int64_t step,
    char dst[TOTP_DIGITS + 1])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
	if (oath_totp_generate((const char *)s->bytes, sizeof s->bytes,
	    (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0, TOTP_DIGITS, dst))
		return STR_EMPTY;
	return (struct str){ dst, TOTP_DIGITS };
}

/* False: something else than that many digits, and blanks. */
static bool
read_digits(struct str code, char out[TOTP_DIGITS])
{
	size_t n = 0;

	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] == ' ')
			continue;
		if (n == TOTP_DIGITS || code.p[i] < '0' || code.p[i] > '9')
			return false;
		out[n++] = code.p[i];
	}
	return n == TOTP_DIGITS;
}

enum err
totp_check(const struct totp_secret *s, struct str code, int64_t now_ms,
    int64_t after, int64_t *step)
{
	int64_t now = now_ms / MS_PER_S / TOTP_STEP_S;
	char digits[TOTP_DIGITS], want[TOTP_DIGITS + 1];
	enum err e = ERR_DENIED;

	if (!read_digits(code, digits))
		return ERR_DENIED;
	for (int64_t i = now - TOTP_STEPS_OFF; i <= now + TOTP_STEPS_OFF; i++)
		if (i > after && totp_code(s, i, want).n &&
		    !sodium_memcmp(digits, want, TOTP_DIGITS)) {
			*step = i;
			e = OK;
		}
	return e;
}

/* RFC 4648 6; twenty bytes need no padding. */
struct str
totp_base32(struct arena *a, const struct totp_secret *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct buf b;

	buf_init(&b, a, TOTP_SECRET_BYTES * 2);
	for (size_t i = 0; i < TOTP_SECRET_BYTES; i += 5) {
		uint64_t five = 0;

		for (size_t k = 0; k < 5; k++)
			five = five << 8 | s->bytes[i + k];
		for (int shift = 35; shift >= 0; shift -= 5)
			buf_byte(&b, digits[five >> shift & 31]);
	}
	return buf_str(&b);
}

/* All but letters and digits percent-coded: more than need be, and valid. */
static void
add_coded(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 && strchr("0123456789abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", c) && c)
			buf_byte(b, (char)c);
		else
			buf_addf(b, "%%%02X", c);
	}
}

/* github.com/google/google-authenticator/wiki/Key-Uri-Format */
struct str
totp_uri(struct arena *a, const struct totp_secret *s, struct str login,
    struct str brand)
{
	struct buf b;

	buf_init(&b, a, URI_BYTES_MAX);
	buf_add(&b, STR("otpauth://totp/"));
	add_coded(&b, brand);
	buf_byte(&b, ':');
	add_coded(&b, login);
	buf_add(&b, STR("?secret="));
	buf_add(&b, totp_base32(a, s));
	buf_add(&b, STR("&issuer="));
	add_coded(&b, brand);
	return buf_str(&b);
}

static void
key_of(const struct token_key *k,
    unsigned char out[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
	crypto_generichash(out, crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	    (const unsigned char *)PURPOSE, sizeof PURPOSE, k->bytes,
	    sizeof k->bytes);
}

struct str
totp_seal(struct arena *a, const struct token_key *k, int64_t user,
    const struct totp_secret *s)
{
	unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	unsigned char bytes[SEALED_BYTES];
	char *text = arena_take(a, SEALED_BYTES * 2 + 1);

	key_of(k, key);
	token_random(bytes, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + NONCE_BYTES, NULL,
	    s->bytes, sizeof s->bytes, (const unsigned char *)&user,
	    sizeof user, NULL, bytes, key);
	sodium_memzero(key, sizeof key);
	sodium_bin2hex(text, SEALED_BYTES * 2 + 1, bytes, sizeof bytes);
	return (struct str){ text, SEALED_BYTES * 2 };
}

enum err
totp_open(const struct token_key *k, int64_t user, struct str sealed,
    struct totp_secret *out)
{
	unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	unsigned char bytes[SEALED_BYTES];
	size_t n;
	int failed;

	if (sodium_hex2bin(bytes, sizeof bytes, sealed.p, sealed.n, NULL, &n,
	    NULL) || n != sizeof bytes)
		return ERR_DENIED;
	key_of(k, key);
	failed = crypto_aead_xchacha20poly1305_ietf_decrypt(out->bytes, NULL,
	    NULL, bytes + NONCE_BYTES, sizeof bytes - NONCE_BYTES,
	    (const unsigned char *)&user, sizeof user, bytes, key);
	sodium_memzero(key, sizeof key);
	return failed ? ERR_DENIED : OK;
}

struct str
totp_recovery(char dst[TOTP_RECOVERY_TEXT])
{
	char id[TOKEN_ID_CHARS + 1];
	size_t n = 0;

	token_id(id);
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		if (i && i % RECOVERY_GROUP == 0)
			dst[n++] = '-';
		dst[n++] = id[i];
	}
	dst[n] = '\0';
	return (struct str){ dst, n };
}

struct str
totp_recovery_hash(struct str typed, char dst[TOKEN_HASH_TEXT])
{
	char plain[RECOVERY_CHARS + 1];
	size_t n = 0;

	for (size_t i = 0; i < typed.n && n <= RECOVERY_CHARS; i++) {
		char c = typed.p[i];

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		plain[n++] = c;
	}
	return token_hash((struct str){ plain, n }, dst);
}
