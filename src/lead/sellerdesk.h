/*
 * Knows what a seller may do about a lead that is theirs by an allocation, and
 * how that stands.
 */
#ifndef PISTE_LEAD_SELLERDESK_H
#define PISTE_LEAD_SELLERDESK_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct pg;

#define SELLERDESK_WORDS_BYTES_MAX 2000

enum sellerdesk_deed {
	SELLERDESK_ACCEPT,
	SELLERDESK_CONTACT,	/* they have spoken with each other */
	SELLERDESK_REFUSE,
	SELLERDESK_NOTE,
};
/* "accept", "contact", "refuse", "note". */
const char *sellerdesk_name(enum sellerdesk_deed deed);

enum sellerdesk_state {
	SELLERDESK_OPEN,
	SELLERDESK_ACCEPTED,
	SELLERDESK_CONTACTED,	/* the last one that is the seller's still */
	SELLERDESK_EXPIRED,
	SELLERDESK_REFUSED,
	SELLERDESK_REASSIGNED,
	SELLERDESK_LEFT,	/* closed, merged, or put aside */
	SELLERDESK_ERASED,
};
struct sellerdesk_lead {
	struct str id;
	struct str grade;	/* or empty */
	enum sellerdesk_state state;
};
/* How it stands, in a.  ERR_ABSENT: there is no such allocation. */
MUST_USE enum err sellerdesk_look(struct pg *db, struct arena *a,
    struct str allocation, struct sellerdesk_lead *out);
/*
 * Do it; *is_done is false, and nothing done, when the lead is not that
 * seller's any more.  A deed done twice is done once.
 */
MUST_USE enum err sellerdesk_do(struct pg *db, struct str allocation,
    enum sellerdesk_deed deed, struct str words, bool *is_done);

/* In which language one is written to.  ERR_ABSENT: no such seller. */
MUST_USE enum err sellerdesk_language(struct pg *db, struct str seller,
    enum lang l);

#endif
