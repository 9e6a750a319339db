/* Implements password.h. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <zxcvbn.h>

#include "base/log.h"
#include "base/token.h"

#include "account/password.h"

_Static_assert(PASSWORD_HASH_TEXT == crypto_pwhash_STRBYTES, "its text");

/* zxcvbn's time grows with the square of it. */
#define JUDGED_BYTES_MAX 100
#define WORD_BYTES_MAX 256
#define WORDS_MAX 4
#define MS_PER_S 1000
#define NS_PER_MS 1000000L
#define NS_PER_S 1000000000L

static sem_t turns;
static atomic_int strangers;		/* that wait for theirs */

static void
open_turns(void)
{
	sem_init(&turns, 0, PASSWORD_HASHES_MAX);
}

static bool
await(void)
{
	struct timespec until;
	int failed;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PASSWORD_WAIT_MS / MS_PER_S;
	until.tv_nsec += PASSWORD_WAIT_MS % MS_PER_S * NS_PER_MS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_sec++;
		until.tv_nsec -= NS_PER_S;
	}
	while ((failed = sem_timedwait(&turns, &until)) && errno == EINTR)
		;
	return !failed;
}

/* What a hash takes is bounded, or logins would be a way to fill memory. */
static enum err
wait_turn(enum password_asker asker)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	bool is_mine;

	pthread_once(&once, open_turns);
	is_mine = !sem_trywait(&turns);
	if (!is_mine && asker == PASSWORD_COLLEAGUE) {
		is_mine = await();
	} else if (!is_mine) {
		is_mine = atomic_fetch_add(&strangers, 1) <
		    PASSWORD_STRANGERS_MAX && await();
		atomic_fetch_sub(&strangers, 1);
	}
	if (!is_mine)
		log_event(LOG_WARN, "password.no_turn");
	return is_mine ? OK : ERR_AWAY;
}

static enum err
hash(struct str password, enum password_asker asker,
    char dst[PASSWORD_HASH_TEXT])
{
	enum err e = wait_turn(asker);

	if (e)
		return e;
	if (crypto_pwhash_str(dst, password.p, password.n,
	    PASSWORD_HASH_PASSES, (size_t)PASSWORD_HASH_KIB << 10)) {
		log_event(LOG_ERROR, "password.no_memory");
		e = ERR_AWAY;
	}
	sem_post(&turns);
	return e;
}

enum err
password_hash(struct str password, char dst[PASSWORD_HASH_TEXT])
{
	return hash(password, PASSWORD_COLLEAGUE, dst);
}

enum err
password_check(struct str password, struct str kept,
    enum password_asker asker)
{
	char text[PASSWORD_HASH_TEXT] = "";
	enum err e;

	/* A password that nobody can have is hashed as well. */
	password = str_slice(password, 0, PASSWORD_BYTES_MAX + 1);
	if (!kept.n || kept.n >= sizeof text) {
		e = hash(password, asker, text);
		return e ? e : ERR_DENIED;
	}
	e = wait_turn(asker);
	if (e)
		return e;
	memcpy(text, kept.p, kept.n);
	e = crypto_pwhash_str_verify(text, password.p, password.n) ?
	    ERR_DENIED : OK;
	sem_post(&turns);
	return e;
}

bool
password_is_dated(struct str hash)
{
	char text[PASSWORD_HASH_TEXT];

	return str_z(hash, text, sizeof text) ||
	    crypto_pwhash_str_needs_rehash(text, PASSWORD_HASH_PASSES,
	    (size_t)PASSWORD_HASH_KIB << 10);
}

/* Each counts as one of the first words that are tried. */
static double
bits_of(const char *password, struct str login, struct str name)
{
	char word[WORDS_MAX][WORD_BYTES_MAX] = { "piste" };
	const char *words[WORDS_MAX + 1] = { NULL };
	struct str local, domain;
	const struct str parts[] = { STR("piste"), name, login, STR_EMPTY };
	size_t count = 0;

	str_cut(login, '@', &local, &domain);
	for (size_t i = 0; i < WORDS_MAX; i++) {
		struct str part = i == WORDS_MAX - 1 ? local : parts[i];

		if (part.n && !str_z(part, word[count], WORD_BYTES_MAX)) {
			words[count] = word[count];
			count++;
		}
	}
	return ZxcvbnMatch(password, words, NULL);
}

enum password_fault
password_judge(struct str password, struct str login, struct str name)
{
	char text[JUDGED_BYTES_MAX + 1];
	enum password_fault fault = PASSWORD_FINE;

	if (password.n > PASSWORD_BYTES_MAX)
		return PASSWORD_LONG;
	if (!str_is_utf8(password) || memchr(password.p, '\0', password.n))
		return PASSWORD_NOT_TEXT;
	if (str_chars(password) < PASSWORD_CHARS_MIN)
		return PASSWORD_SHORT;
	if (!str_z(str_slice(password, 0, JUDGED_BYTES_MAX), text,
	    sizeof text) && bits_of(text, login, name) < PASSWORD_BITS_MIN)
		fault = PASSWORD_WEAK;
	sodium_memzero(text, sizeof text);
	return fault;
}

struct str
password_make(char dst[PASSWORD_MADE_TEXT])
{
	char id[TOKEN_ID_CHARS + 1];

	token_id(id);
	memcpy(dst, id, PASSWORD_MADE_TEXT - 1);
	dst[PASSWORD_MADE_TEXT - 1] = '\0';
	return (struct str){ dst, PASSWORD_MADE_TEXT - 1 };
}
