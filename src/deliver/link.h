/*
 * Knows the signed links a delivery is made of: to the asset, to confirm, to
 * unsubscribe, and to what those who work here are told of.  Nothing but ids
 * is in them, and all of it is sealed.
 */
#ifndef PISTE_DELIVER_LINK_H
#define PISTE_DELIVER_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "base/token.h"

struct arena;

#define LINK_BYTES_MAX (TOKEN_TEXT_BYTES_MAX + 1400)	/* with its host */

enum link_kind {
	LINK_ASSET,		/* /a/PAGE?t=… */
	LINK_CONFIRM,		/* /c/… */
	LINK_UNSUBSCRIBE,	/* /u/…, good for ever: so is the right */
	LINK_PREFERENCES,	/* /preferences/…, likewise */
	LINK_SELLER,		/* /s/…, page is the allocation */
	LINK_REPORT,		/* /r/…, page is the report */
	LINK_RESET,		/* /console/reset/…, page is its name */
};

struct link {
	enum link_kind kind;
	int64_t until_ms;	/* good until then; 0: for ever */
	bool has_submission;	/* an asset's may have none */
	struct uuid submission;
	enum lang lang;
	struct str page;	/* its key */
};

/* The link's path and query, on a site whose address is url (or empty). */
struct str link_url(struct arena *a, const struct token_key *k,
    struct str url, const struct link *l);

/*
 * What a link's token says; page is borrowed from the arena.  ERR_DENIED: not
 * ours, or for another kind.  Whether its time is over is the caller's to see.
 */
MUST_USE enum err link_open(struct arena *a, const struct token_key *k,
    enum link_kind kind, struct str token, struct link *out);

#endif
