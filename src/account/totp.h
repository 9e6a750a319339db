/*
 * Knows one-time codes as a second factor (TOTP, RFC 6238: SHA-1, six digits,
 * thirty seconds, by liboath), and recovery codes for who has lost theirs.
 */
#ifndef PISTE_ACCOUNT_TOTP_H
#define PISTE_ACCOUNT_TOTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/token.h"

struct arena;

#define TOTP_SECRET_BYTES 20		/* RFC 4226 4, R6 */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define TOTP_STEPS_OFF 1		/* a clock may be wrong by, each way */
#define TOTP_RECOVERY_CODES 10
#define TOTP_RECOVERY_TEXT 20		/* xxxx-xxxx-xxxx-xxxx, and a NUL */

struct totp_secret {
	unsigned char bytes[TOTP_SECRET_BYTES];
};
void totp_make(struct totp_secret *out);

/* The code of that step, in dst. */
struct str totp_code(const struct totp_secret *s, int64_t step,
    char dst[TOTP_DIGITS + 1]);
/*
 * Whose code is it?  Blanks in it don't count.  ERR_DENIED: of no step around
 * now_ms that is later than after.
 */
MUST_USE enum err totp_check(const struct totp_secret *s, struct str code,
    int64_t now_ms, int64_t after, int64_t *step);

/* To be typed into an application, and to be opened by one. */
struct str totp_base32(struct arena *a, const struct totp_secret *s);
struct str totp_uri(struct arena *a, const struct totp_secret *s,
    struct str login, struct str brand);

/*
 * How it is stored, in hexadecimal: sealed for that user (XChaCha20-Poly1305),
 * by a key that is not in the database.  ERR_DENIED: not ours, or another's.
 */
struct str totp_seal(struct arena *a, const struct token_key *k,
    int64_t user, const struct totp_secret *s);
MUST_USE enum err totp_open(const struct token_key *k, int64_t user,
    struct str sealed, struct totp_secret *out);

/* One by chance, 80 bits. */
struct str totp_recovery(char dst[TOTP_RECOVERY_TEXT]);
/* The hash of one as typed: case, blanks and hyphens don't count. */
struct str totp_recovery_hash(struct str typed, char dst[TOKEN_HASH_TEXT]);

#endif
