/*
 * Knows how a person stands: what they said of each purpose, channel and
 * recipient, what that comes to, and how it is taken back.  The rules are the
 * database's (src/sql/0008_consent.sql).
 */
#ifndef PISTE_CONSENT_STANDING_H
#define PISTE_CONSENT_STANDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct pg;

#define STANDING_VIA_BYTES_MAX 64

/*
 * The ids of the persons whom name, an id or an e-mail address, is about, as
 * "{3,4}" in a: an address may be several people's.  Of those merged, the one
 * that is left.  ERR_ABSENT: nobody; else as pg_run.
 */
MUST_USE enum err standing_find(struct pg *db, struct arena *a,
    struct str name, struct str *ids);

/*
 * A JSON line for each purpose, channel and recipient these persons said
 * anything of: {"person", "purpose", "channel", "recipient", "may_contact",
 * "said": [{"seq", "what", "at", "via", "consent", "version", "lang",
 * "submission"}…]}.  As pg_run.
 */
MUST_USE enum err standing_show(struct pg *db, struct str ids, FILE *out);

/* What a person last said of something, and what it comes to. */
struct standing_word {
	struct str purpose;
	struct str channel;
	struct str recipient;
	struct str said;	/* given, confirmed, withdrawn */
	struct str at;		/* 2026-12-31 08:30, in UTC */
	bool may;		/* be contacted */
	bool is_live;		/* not withdrawn, if not yet confirmed */
};
/* In a, the first 100.  As pg_run. */
MUST_USE enum err standing_read(struct pg *db, struct arena *a,
    struct str person, struct standing_word **out, size_t *count);

/* What is taken back: empty for any. */
struct standing_scope {
	struct str purpose;
	struct str channel;
	struct str recipient;
};
/* Is via a way something can be said by: a word or two, no bar, no control? */
bool standing_via_ok(struct str via);
/*
 * Take it back for all of these persons, or for none; a JSON line for each,
 * {"person", "withdrawn"}: how many were in force; out may be NULL.  As
 * pg_run.
 */
MUST_USE enum err standing_withdraw(struct pg *db, struct str ids,
    const struct standing_scope *scope, struct str via, FILE *out);
/*
 * The same by the console, on the word of a session (its hash) that is a
 * seller's at least; *withdrawn is how many were in force.
 */
MUST_USE enum err standing_withdraw_by(struct pg *db, struct str session,
    struct str ids, const struct standing_scope *scope, int64_t *withdrawn);

#endif
