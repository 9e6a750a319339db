/*
 * Knows whom a signed link to a page was made for, and what the page may make
 * of that.  The link holds an id, sealed; what it stands for is in PostgreSQL.
 */
#ifndef PISTE_DELIVER_RECIPIENT_H
#define PISTE_DELIVER_RECIPIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/token.h"

struct arena;
struct pg;

#define RECIPIENT_QUERY "k"	/* /p/PAGE?k=TOKEN */
#define RECIPIENT_URL_BYTES_MAX (TOKEN_TEXT_BYTES_MAX + 400)
#define RECIPIENT_PARTS_MAX 16
/* Of one visit: parts, particulars, and what a page's forms may stock. */
#define RECIPIENT_FACTS_MAX 700

enum recipient_kind {
	RECIPIENT_PERSON,	/* somebody we know: a mail's link */
	RECIPIENT_LINK,		/* words of its own, and perhaps a person */
	RECIPIENT_SUBMISSION,	/* who has just sent that form */
};

struct recipient {
	enum recipient_kind kind;
	int64_t person;		/* RECIPIENT_PERSON's */
	struct uuid id;		/* of the link or the submission */
	struct str page;	/* its key */
	int64_t until_ms;
};

/* The token alone: opaque, of one page. */
struct str recipient_seal(struct arena *a, const struct token_key *k,
    const struct recipient *r);
/* The address, on a site whose address is url (or empty: a path). */
struct str recipient_url(struct arena *a, const struct token_key *k,
    struct str url, const struct recipient *r);
/*
 * What a token says; ERR_DENIED: not ours, for another page, or its time is
 * over at now_ms.
 */
MUST_USE enum err recipient_open(struct arena *a, const struct token_key *k,
    struct str token, struct str page, int64_t now_ms, struct recipient *out);

/* What a page may make of it: words by name, and fields answered already. */
struct recipient_facts {
	const struct str_pair *value;
	size_t values;
	const struct str *answered;	/* their names */
	size_t answers;
};
/*
 * Look it up, into the arena; wait_ms at most.  Of a link or person that is
 * gone *out is empty.  Fails as pg_run.
 */
MUST_USE enum err recipient_find(struct pg *db, struct arena *a,
    const struct recipient *r, int64_t wait_ms, struct recipient_facts *out);

/* May a link be made for that person?  ERR_ABSENT: nobody, or erased. */
MUST_USE enum err recipient_meet(struct pg *db, int64_t person);

/* Words for a link of its own. */
struct recipient_words {
	const struct str_pair *part;
	size_t parts;
	int64_t person;		/* 0: nobody we know */
};
/*
 * Keep them until r->until_ms, and make r the link to r->page they are for.
 * ERR_ABSENT: no such page or person.
 */
MUST_USE enum err recipient_keep(struct pg *db, struct arena *a,
    const struct recipient_words *w, struct recipient *r);

#endif
