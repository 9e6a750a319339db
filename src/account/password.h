/*
 * Knows passwords: which are good enough, and how one is kept and held
 * against what is typed (Argon2id, RFC 9106, by libsodium).
 */
#ifndef PISTE_ACCOUNT_PASSWORD_H
#define PISTE_ACCOUNT_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

#define PASSWORD_CHARS_MIN 12
#define PASSWORD_BYTES_MAX 256
/*
 * Guesses that zxcvbn (Wheeler, USENIX Security 2016) thinks it takes, in
 * bits: ten to the power of eight, its third level of four.
 */
#define PASSWORD_BITS_MIN 26.6
#define PASSWORD_HASH_TEXT 128		/* crypto_pwhash_STRBYTES */
#define PASSWORD_HASH_KIB 65536		/* a hash needs so much memory, */
#define PASSWORD_HASH_PASSES 3		/* read so often */
/*
 * At once in a process: others wait in turn, up to PASSWORD_WAIT_MS.  Of
 * strangers few may wait, or a flood of them would hold every thread there is
 * up, and keep those out who work here.
 */
#define PASSWORD_HASHES_MAX 2
#define PASSWORD_STRANGERS_MAX 1
#define PASSWORD_WAIT_MS 5000
#define PASSWORD_MADE_TEXT 25		/* one of ours, and a NUL */

enum password_fault {
	PASSWORD_FINE,
	PASSWORD_SHORT,
	PASSWORD_LONG,
	PASSWORD_WEAK,		/* common, or made of login and name */
	PASSWORD_NOT_TEXT,	/* a NUL, or no UTF-8 */
};
enum password_fault password_judge(struct str password, struct str login,
    struct str name);

/* Who asks: a browser that nobody knows, or one that has been let in. */
enum password_asker { PASSWORD_STRANGER, PASSWORD_COLLEAGUE };

/* Hash into dst, for a colleague.  ERR_AWAY: no memory, or no turn in time. */
MUST_USE enum err password_hash(struct str password,
    char dst[PASSWORD_HASH_TEXT]);
/*
 * Is it that password?  With an empty hash the same work is done for nothing,
 * so that time does not tell.  ERR_DENIED: no; ERR_AWAY as above.
 */
MUST_USE enum err password_check(struct str password, struct str kept,
    enum password_asker asker);
/* Was it hashed at another cost than today's? */
bool password_is_dated(struct str hash);

/* One by chance, 120 bits in 24 characters that are not mistaken. */
struct str password_make(char dst[PASSWORD_MADE_TEXT]);

#endif
