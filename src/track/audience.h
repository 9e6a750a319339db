/*
 * Knows how many looked at what, by whence they came: views, visitors and
 * engaged ones by the dimensions of piste.audience, added up in memory.  Not
 * safe in threads: its owner locks.
 *
 * Where they came from is what visitors say themselves, so nothing bounds how
 * many sources, keywords and campaigns there are: beyond AUDIENCE_CELLS_MAX
 * cells apart they are added to one AUDIENCE_OTHER.
 */
#ifndef PISTE_TRACK_AUDIENCE_H
#define PISTE_TRACK_AUDIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define AUDIENCE_CELLS_MAX 4096		/* in one flush */
#define AUDIENCE_APART_MAX 3072		/* of them by whence they came */
#define AUDIENCE_BYTES_MAX (1 << 20)	/* their texts; three quarters apart */
#define AUDIENCE_TEXT_BYTES_MAX 200	/* of each */
#define AUDIENCE_OTHER "*"

/* Texts in the order of the table's key; empty: not known. */
enum audience_text {
	AUDIENCE_PAGE, AUDIENCE_VARIANT, AUDIENCE_CAMPAIGN, AUDIENCE_CHANNEL,
	AUDIENCE_SOURCE, AUDIENCE_MEDIUM, AUDIENCE_KEYWORD, AUDIENCE_COUNTRY,
	AUDIENCE_REGION, AUDIENCE_TEXTS
};
struct audience_key {
	int64_t hour_ms;	/* its beginning */
	bool is_robot;
	struct str text[AUDIENCE_TEXTS];
};
struct audience_sum {
	uint64_t views;
	uint64_t visitors;
	uint64_t engaged;
};

struct audience;

/* seed is a random number; release with audience_free. */
struct audience *audience_new(uint64_t seed);
void audience_free(struct audience *t);	/* NULL is accepted */

/* A key as one run of bytes: made before the owner's lock is taken. */
struct audience_packed {
	size_t n;
	uint64_t hash;
	char bytes[sizeof(int64_t) + 1 + AUDIENCE_TEXTS *
	    (1 + AUDIENCE_TEXT_BYTES_MAX)];
};
/* For tables of that seed.  ERR_LIMIT when a text is too long. */
MUST_USE enum err audience_pack(uint64_t seed,
    const struct audience_key *key, struct audience_packed *out);
/* False, and nothing is added, when there is no room at all. */
bool audience_add(struct audience *t, const struct audience_packed *key,
    const struct audience_sum *sum);

/* The cell at; false behind the last.  Valid until the next call. */
bool audience_at(const struct audience *t, size_t at,
    struct audience_key *key, struct audience_sum *sum);
size_t audience_count(const struct audience *t);
void audience_empty(struct audience *t);

#endif
