/* Implements token.h over libsodium, which does all the cryptography. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/token.h"

#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define PURPOSE_BYTES_MAX 32
#define STORE_BYTES 4096
#define ULID_TIME_CHARS 10

static pthread_mutex_t seed_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char seed_bytes[randombytes_SEEDBYTES];
static uint64_t seed_step;
static atomic_bool is_seeded;	/* else it is the kernel's source */

/* Bytes from the kernel that a thread has not used yet, at the end. */
struct store {
	unsigned char bytes[STORE_BYTES];
	size_t left;
	unsigned forks;
};
static _Thread_local struct store store;
static atomic_uint forks;	/* between the first process and this one */

static void
note_fork(void)
{
	forks++;
}

static void
watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, note_fork))
		abort();
}

void
token_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (sodium_init() < 0) {
		log_event(LOG_ERROR, "token.no-sodium");
		abort();
	}
	pthread_once(&once, watch_forks);
}

void
token_seed(uint64_t seed)
{
	pthread_mutex_lock(&seed_lock);
	memset(seed_bytes, 0, sizeof seed_bytes);
	memcpy(seed_bytes, &seed, sizeof seed);
	seed_step = 1;
	is_seeded = seed != 0;
	pthread_mutex_unlock(&seed_lock);
}

static void
seeded_random(void *dst, size_t n)
{
	pthread_mutex_lock(&seed_lock);
	memcpy(seed_bytes + sizeof seed_step, &seed_step, sizeof seed_step);
	seed_step++;
	randombytes_buf_deterministic(dst, n, seed_bytes);
	pthread_mutex_unlock(&seed_lock);
}

/*
 * Asking the kernel for each identifier costs a visit two system calls.  What
 * has been given out is wiped, and a process never gives out what it has in
 * common with the one it was forked from.
 */
static void
stored_random(unsigned char *dst, size_t n)
{
	if (store.forks != forks) {
		store.forks = forks;
		store.left = 0;
	}
	while (n) {
		unsigned char *next;
		size_t take;

		if (!store.left) {
			randombytes_buf(store.bytes, sizeof store.bytes);
			store.left = sizeof store.bytes;
		}
		next = store.bytes + sizeof store.bytes - store.left;
		take = n < store.left ? n : store.left;
		memcpy(dst, next, take);
		sodium_memzero(next, take);
		store.left -= take;
		dst += take;
		n -= take;
	}
}

void
token_random(void *dst, size_t n)
{
	if (is_seeded)
		seeded_random(dst, n);
	else
		stored_random(dst, n);
}

int64_t
token_jitter(int64_t ms)
{
	uint64_t chance;

	token_random(&chance, sizeof chance);
	return ms / 2 + (int64_t)(chance % (uint64_t)(ms / 2 + 1));
}

struct uuid
token_uuid7(int64_t now_ms)
{
	struct uuid u;

	token_random(u.bytes, sizeof u.bytes);
	for (int i = 0; i < 6; i++)
		u.bytes[i] = (unsigned char)(now_ms >> (40 - 8 * i));
	u.bytes[6] = (u.bytes[6] & 0x0f) | 0x70;
	u.bytes[8] = (u.bytes[8] & 0x3f) | 0x80;
	return u;
}

/* Is there a hyphen before this byte of a UUID's text? */
static bool
has_hyphen(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

struct str
token_uuid_text(const struct uuid *u, char dst[UUID_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < sizeof u->bytes; i++) {
		if (has_hyphen(i))
			dst[n++] = '-';
		dst[n++] = hex[u->bytes[i] >> 4];
		dst[n++] = hex[u->bytes[i] & 15];
	}
	dst[n] = '\0';
	return (struct str){ dst, n };
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err
token_uuid_parse(struct str s, struct uuid *out)
{
	struct uuid u;
	size_t at = 0;

	if (s.n != UUID_TEXT - 1)
		return ERR_INPUT;
	for (size_t i = 0; i < sizeof u.bytes; i++) {
		int high, low;

		if (has_hyphen(i) && s.p[at++] != '-')
			return ERR_INPUT;
		high = hex_value(s.p[at++]);
		low = hex_value(s.p[at++]);
		if (high < 0 || low < 0)
			return ERR_INPUT;
		u.bytes[i] = (unsigned char)(high << 4 | low);
	}
	*out = u;
	return OK;
}

/* In order of ASCII. */
static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct str
token_id(char dst[TOKEN_ID_CHARS + 1])
{
	unsigned char chance[TOKEN_ID_CHARS];

	token_random(chance, sizeof chance);
	for (size_t i = 0; i < TOKEN_ID_CHARS; i++)
		dst[i] = base32[chance[i] & 31];
	dst[TOKEN_ID_CHARS] = '\0';
	return (struct str){ dst, TOKEN_ID_CHARS };
}

struct str
token_ulid(char dst[TOKEN_ID_CHARS + 1], int64_t now_ms)
{
	struct str id = token_id(dst);

	for (size_t i = ULID_TIME_CHARS; i-- > 0; now_ms >>= 5)
		dst[i] = base32[now_ms & 31];
	return id;
}

bool
token_id_is(struct str s)
{
	static const bool is_digit[UCHAR_MAX + 1] = {
		['0' ... '9'] = true, ['a' ... 'h'] = true, ['j'] = true,
		['k'] = true, ['m'] = true, ['n'] = true, ['p' ... 't'] = true,
		['v' ... 'z'] = true,
	};
	size_t i = 0;

	while (i < s.n && is_digit[(unsigned char)s.p[i]])
		i++;
	return s.n == TOKEN_ID_CHARS && i == s.n;
}

/* What comes of a key, in each thread of the one it used last. */
static _Thread_local struct made {
	bool is_there;
	struct token_key key;
	crypto_generichash_state mac;	/* the key is a block of its own */
	unsigned char tag_key[crypto_shorthash_KEYBYTES];
} made;

/* Nothing an outsider sends is compared: in practice there is one key. */
static void
use_key(const struct token_key *k)
{
	static const unsigned char tag[] = "tag";

	if (made.is_there &&
	    !memcmp(made.key.bytes, k->bytes, sizeof k->bytes))
		return;
	crypto_generichash_init(&made.mac, k->bytes, sizeof k->bytes,
	    TOKEN_MAC_BYTES);
	crypto_generichash(made.tag_key, sizeof made.tag_key, tag,
	    sizeof tag, k->bytes, sizeof k->bytes);
	made.key = *k;
	made.is_there = true;
}

/*
 * Keyed BLAKE2b-256 over purpose, a NUL, and payload: a page has its token
 * sealed by it in a tenth of the time of HMAC-SHA-256.
 */
static void
mac_of(const struct token_key *k, const char *purpose, struct str payload,
    unsigned char mac[TOKEN_MAC_BYTES])
{
	crypto_generichash_state st;

	use_key(k);
	st = made.mac;
	crypto_generichash_update(&st, (const unsigned char *)purpose,
	    strlen(purpose) + 1);
	crypto_generichash_update(&st, (const unsigned char *)payload.p,
	    payload.n);
	crypto_generichash_final(&st, mac, TOKEN_MAC_BYTES);
}

/* The seal of earlier releases, which visitors still hold: HMAC-SHA-256. */
static void
old_mac_of(const struct token_key *k, const char *purpose,
    struct str payload, unsigned char mac[TOKEN_MAC_BYTES])
{
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, k->bytes, sizeof k->bytes);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)purpose,
	    strlen(purpose) + 1);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)payload.p,
	    payload.n);
	crypto_auth_hmacsha256_final(&st, mac);
}

/*
 * As sodium_bin2base64, which takes ten times as long to hide what it encodes
 * from a clock; a token is shown to whoever asks for a page.
 */
static struct str
encode(struct arena *a, const unsigned char *raw, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char *text = arena_take(a, (n + 2) / 3 * 4), *at = text;
	uint32_t bits;

	for (; n >= 3; raw += 3, n -= 3) {
		bits = (uint32_t)raw[0] << 16 | (uint32_t)raw[1] << 8 | raw[2];
		*at++ = digits[bits >> 18];
		*at++ = digits[bits >> 12 & 63];
		*at++ = digits[bits >> 6 & 63];
		*at++ = digits[bits & 63];
	}
	if (n) {
		bits = (uint32_t)raw[0] << 16 |
		    (n > 1 ? (uint32_t)raw[1] << 8 : 0);
		*at++ = digits[bits >> 18];
		*at++ = digits[bits >> 12 & 63];
		if (n > 1)
			*at++ = digits[bits >> 6 & 63];
	}
	return (struct str){ text, (size_t)(at - text) };
}

struct str
token_seal(struct arena *a, const struct token_key *k, const char *purpose,
    struct str payload)
{
	unsigned char raw[TOKEN_PAYLOAD_BYTES_MAX + TOKEN_MAC_BYTES];

	assert(payload.n && payload.n <= TOKEN_PAYLOAD_BYTES_MAX);
	memcpy(raw, payload.p, payload.n);
	mac_of(k, purpose, payload, raw + payload.n);
	return encode(a, raw, payload.n + TOKEN_MAC_BYTES);
}

enum err
token_open(struct arena *a, const struct token_key *k, const char *purpose,
    struct str text, struct str *payload)
{
	unsigned char *raw, mac[TOKEN_MAC_BYTES];
	struct str found;
	size_t n;
	const char *end;

	/* libsodium takes 0xdf for an underscore; a token has one text. */
	if (text.n > TOKEN_TEXT_BYTES_MAX || !str_is_utf8(text))
		return ERR_DENIED;
	raw = arena_take(a, text.n + 1);
	if (sodium_base642bin(raw, text.n, text.p, text.n, NULL, &n, &end,
	    BASE64) || end != text.p + text.n || n <= TOKEN_MAC_BYTES)
		return ERR_DENIED;
	n -= TOKEN_MAC_BYTES;
	found = (struct str){ (char *)raw, n };
	mac_of(k, purpose, found, mac);
	if (sodium_memcmp(mac, raw + n, TOKEN_MAC_BYTES)) {
		old_mac_of(k, purpose, found, mac);
		if (sodium_memcmp(mac, raw + n, TOKEN_MAC_BYTES))
			return ERR_DENIED;
	}
	*payload = found;
	return OK;
}

uint64_t
token_tag(const struct token_key *k, struct str s)
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint64_t tag;

	static_assert(sizeof tag == sizeof hash, "a tag is a hash");
	use_key(k);
	crypto_shorthash(hash, (const unsigned char *)s.p, s.n, made.tag_key);
	memcpy(&tag, hash, sizeof tag);
	return tag;
}

struct str
token_hash(struct str s, char dst[TOKEN_HASH_TEXT])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const unsigned char *)s.p, s.n);
	sodium_bin2hex(dst, TOKEN_HASH_TEXT, hash, sizeof hash);
	return (struct str){ dst, TOKEN_HASH_TEXT - 1 };
}

static enum err
key_failed(const char *path, const char *why, enum err e)
{
	log_event(LOG_ERROR, "token.key", LOG_Z("file", path),
	    LOG_Z("reason", why));
	return e;
}

static enum err
key_read(const char *path, int fd, struct token_key *out)
{
	struct stat st;
	unsigned char bytes[TOKEN_KEY_BYTES + 1];

	if (fstat(fd, &st))
		return key_failed(path, strerror(errno), ERR_AWAY);
	if (st.st_mode & 077)
		return key_failed(path, "others may read it", ERR_DENIED);
	if (file_read(fd, bytes, sizeof bytes) != TOKEN_KEY_BYTES)
		return key_failed(path, "not 32 bytes", ERR_INPUT);
	memcpy(out->bytes, bytes, TOKEN_KEY_BYTES);
	sodium_memzero(bytes, sizeof bytes);
	return OK;
}

/*
 * Written under another name first and then linked, so that a process that
 * starts at the same time sees a whole key or none; link() never replaces.
 */
static enum err
key_make(const char *path)
{
	char temp[PATH_MAX];
	unsigned char bytes[TOKEN_KEY_BYTES];
	bool done;
	int fd;

	if (snprintf(temp, sizeof temp, "%s.%d", path, (int)getpid()) >=
	    (int)sizeof temp)
		return key_failed(path, "path too long", ERR_INPUT);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return key_failed(path, strerror(errno), ERR_AWAY);
	randombytes_buf(bytes, sizeof bytes);
	done = !file_write(fd, (struct str){ (char *)bytes, sizeof bytes }) &&
	    !fsync(fd);
	sodium_memzero(bytes, sizeof bytes);
	done = !close(fd) && done;
	if (done && link(temp, path) && errno != EEXIST)
		done = false;
	unlink(temp);
	if (!done || file_sync_name(str_of(path)))
		return key_failed(path, strerror(errno), ERR_AWAY);
	return OK;
}

static enum err
key_path(struct str state, char dst[PATH_MAX])
{
	int n = snprintf(dst, PATH_MAX, "%.*s/" TOKEN_KEY_FILE,
	    STR_ARG(state));

	return n < PATH_MAX ? OK :
	    key_failed(TOKEN_KEY_FILE, "path too long", ERR_INPUT);
}

static enum err
key_open(const char *path, struct token_key *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0 && errno == ENOENT)
		return ERR_ABSENT;
	if (fd < 0)
		return key_failed(path, strerror(errno), ERR_AWAY);
	e = key_read(path, fd, out);
	close(fd);
	return e;
}

enum err
token_key_read(struct str state, struct token_key *out)
{
	char path[PATH_MAX];
	enum err e = key_path(state, path);

	return e ? e : key_open(path, out);
}

enum err
token_key_load(struct str state, struct token_key *out)
{
	char path[PATH_MAX];
	enum err e = key_path(state, path);

	if (!e)
		e = key_open(path, out);
	if (e != ERR_ABSENT)
		return e;
	e = key_make(path);
	return e ? e : key_open(path, out);
}
