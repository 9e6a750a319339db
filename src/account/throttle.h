/*
 * Knows how often it may be tried to log in: guessing is slowed by account
 * and by network, and by neither is whoever owns the account kept out.
 *
 * A browser that has logged in carries a token of that account.  It is
 * counted by itself, so that strangers who use up an account's tries, or
 * those of an office's network, don't lock it out (OWASP's device cookies).
 * What is counted is what was typed: an address without an account is
 * refused just as soon.
 */
#ifndef PISTE_ACCOUNT_THROTTLE_H
#define PISTE_ACCOUNT_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/token.h"

struct arena;
struct pg;

/* Wrong ones within THROTTLE_SPAN_S of the first; the next is refused. */
#define THROTTLE_SPAN_S 900
#define THROTTLE_PAIR_MAX 5		/* for an account, from a network */
#define THROTTLE_ACCOUNT_MAX 50		/* from all networks */
#define THROTTLE_NETWORK_MAX 40		/* for all accounts */
#define THROTTLE_DEVICE_MAX 10		/* from a browser that is known */
#define THROTTLE_RESET_MAX 3		/* mails asked for an account, */
#define THROTTLE_RESET_NETWORK_MAX 20	/* and from a network */

#define THROTTLE_KEYS_MAX 3
#define THROTTLE_KEY_TEXT 24
#define THROTTLE_DEVICE_S (400 * 86400)	/* such a token is good for */

enum throttle_deed { THROTTLE_LOGIN, THROTTLE_CODE, THROTTLE_RESET };

struct throttle_try {
	const struct token_key *key;
	enum throttle_deed deed;
	struct str login;	/* as it is compared */
	struct str network;	/* as addr_prefix gives it */
	struct str device;	/* what the browser has; or empty */
	int64_t now_ms;
};

/* Does the browser carry a token of that account?  Pure. */
bool throttle_is_known(struct arena *a, const struct throttle_try *t);

/* What is counted, and how far.  Pure; returns how many. */
struct throttle_count {
	char key[THROTTLE_KEY_TEXT];
	int max;
};
size_t throttle_counts(struct arena *a, const struct throttle_try *t,
    struct throttle_count out[THROTTLE_KEYS_MAX]);

/* Count one more.  ERR_LIMIT: too many already; else as pg_run. */
MUST_USE enum err throttle_take(struct pg *db, struct arena *a,
    const struct throttle_try *t);
/* It was right after all. */
MUST_USE enum err throttle_give_back(struct pg *db, struct arena *a,
    const struct throttle_try *t);

/* A token for who has just logged in: with which browser is chance. */
struct str throttle_device(struct arena *a, const struct throttle_try *t);

#endif
