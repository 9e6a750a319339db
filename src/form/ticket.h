/*
 * Knows the form token's contents (design: the submission's id, what was
 * shown, when, and the touch that brought the visitor).  The page's script
 * sends it too, once the page is really shown.  Pure.
 */
#ifndef PISTE_FORM_TICKET_H
#define PISTE_FORM_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "base/token.h"

struct arena;

#define TICKET_VERSION 3
#define TICKET_KEY_BYTES_MAX 64		/* page, variant, experiment keys */
#define TICKET_TOUCH_BYTES_MAX 200	/* each part of a touch; cut there */

/*
 * Where a visitor came from, as the page's address and referrer told, see
 * track/attribution.h.  What is not known is empty.
 */
struct touch {
	struct str source;
	struct str medium;
	struct str campaign;
	struct str click_id;
	struct str content;	/* which of several ads */
	struct str keyword;
	struct str product;	/* of a product ad */
	struct str affiliate;
	/* A key each: of piste.channel, of a parameter, of a link. */
	struct str channel;
	struct str click_kind;
	struct str code;
};

struct ticket {
	struct uuid id;			/* the submission's */
	struct str page;
	uint32_t revision;
	struct str variant;
	struct str experiment;		/* empty: not counted */
	uint32_t bucket_version;	/* of the experiment, then */
	uint32_t epoch;			/* in which it counts */
	struct str arm;			/* counted; empty: the variant */
	uint64_t visitor_tag;		/* token_tag of whom it is for */
	bool is_again;			/* for a form that came back */
	bool is_synthetic;		/* a self-test's: goes nowhere */
	bool is_prefetched;		/* fetched ahead: counted when shown */
	bool is_preview;		/* of a marketer: not counted */
	bool needs_work;		/* a proof of it: see work.h */
	bool is_first;			/* the visitor's cookie came with it */
	enum lang lang;
	struct str consent_hash;	/* hex SHA-256 of the block shown */
	int64_t issued_ms;
	struct touch touch;
};

/*
 * A part of a touch as it can be stored: cut at a character; empty when it is
 * no UTF-8, has controls or an e-mail address: it is kept where no erasure of
 * a person reaches.
 */
struct str ticket_clean(struct str s);

/*
 * The token's text.  Keys come from a site definition and must fit; a part of
 * the touch is cleaned as above.
 */
struct str ticket_seal(struct arena *a, const struct token_key *k,
    const struct ticket *t);
/*
 * ERR_DENIED: not ours, or not whole.  Age is the caller's to judge.  What a
 * ticket's version had not is zero: of versions 1 and 2 all of the touch
 * behind click_id, of version 1 also epoch, arm, tag and is_first.
 */
MUST_USE enum err ticket_open(struct arena *a, const struct token_key *k,
    struct str text, struct ticket *out);
/*
 * The payload alone, for the fuzzer: ERR_INPUT when it makes no sense.  What
 * out points to is borrowed from payload.
 */
MUST_USE enum err ticket_parse(struct str payload, struct ticket *out);

#endif
