/*
 * Knows the token that a page's script sends once the page is really shown:
 * what was shown and when, nothing of the visitor.  Pure.
 */
#ifndef PISTE_TRACK_SHOWN_H
#define PISTE_TRACK_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct token_key;

#define SHOWN_KEY_BYTES_MAX 64		/* page, experiment, variant */
#define SHOWN_SOURCE_BYTES_MAX 64	/* cut there, at a character */

struct shown {
	struct str page;
	struct str experiment;
	struct str variant;
	uint32_t bucket_version;
	uint32_t epoch;
	int64_t issued_ms;
	bool is_prefetched;	/* nothing was counted when it was fetched */
	bool is_first;		/* and the visitor's cookie came with it */
	enum lang lang;
	struct str source;	/* of the touch, without controls; or empty */
};

/*
 * The token's text; no escaping changes it.  The visitor is not in it, yet
 * what was sealed for one visitor is not opened for another.  Keys come from a
 * site definition, without blanks, and must fit.
 */
struct str shown_seal(struct arena *a, const struct token_key *k,
    struct str visitor, const struct shown *s);
/* ERR_DENIED: not ours, not whole, not this visitor's.  Age is not judged. */
MUST_USE enum err shown_open(struct arena *a, const struct token_key *k,
    struct str visitor, struct str text, struct shown *out);
/*
 * The payload alone, for the fuzzer: ERR_INPUT when it makes no sense.  What
 * out points to is borrowed from payload.
 */
MUST_USE enum err shown_parse(struct str payload, struct shown *out);

#endif
