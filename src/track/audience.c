/*
 * Implements audience.h: open addressing over keys that are packed side by
 * side, so that finding one is a hash and a comparison of bytes.  Visitors
 * choose parts of a key: the hash has a seed that they don't know.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

#include "track/audience.h"

#define SLOTS (2 * AUDIENCE_CELLS_MAX)
#define APART_BYTES_MAX (AUDIENCE_BYTES_MAX / 4 * 3)

static_assert(AUDIENCE_TEXT_BYTES_MAX <= UINT8_MAX, "a length is a byte");

struct cell {
	uint64_t hash;
	size_t at;		/* its key's first byte */
	size_t n;
	struct audience_sum sum;
};

struct audience {
	uint64_t seed;
	uint16_t slot[SLOTS];		/* of cell, from 1; 0: free */
	size_t count;
	size_t used;			/* of bytes */
	struct cell cell[AUDIENCE_CELLS_MAX];
	char bytes[AUDIENCE_BYTES_MAX];
};

struct audience *
audience_new(uint64_t seed)
{
	struct audience *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->seed = seed;
	return t;
}

void
audience_free(struct audience *t)
{
	free(t);
}

/* Hour and class, then each text behind its length. */
enum err
audience_pack(uint64_t seed, const struct audience_key *key,
    struct audience_packed *out)
{
	char *at = out->bytes;

	memcpy(at, &key->hour_ms, sizeof key->hour_ms);
	at += sizeof key->hour_ms;
	*at++ = key->is_robot;
	for (int i = 0; i < AUDIENCE_TEXTS; i++) {
		size_t n = key->text[i].n;

		if (n > AUDIENCE_TEXT_BYTES_MAX)
			return ERR_LIMIT;
		*at++ = (char)n;
		if (n)
			memcpy(at, key->text[i].p, n);
		at += n;
	}
	out->n = (size_t)(at - out->bytes);
	out->hash = fold_bytes(seed, (struct str){ out->bytes, out->n });
	return OK;
}

static void
unpack(const char *bytes, struct audience_key *out)
{
	const char *at = bytes + sizeof out->hour_ms;

	memcpy(&out->hour_ms, bytes, sizeof out->hour_ms);
	out->is_robot = *at++;
	for (int i = 0; i < AUDIENCE_TEXTS; i++) {
		out->text[i] = (struct str){ at + 1, (unsigned char)*at };
		at += 1 + out->text[i].n;
	}
}

/* The slot of the key, or the free one where it belongs. */
static uint16_t *
find(struct audience *t, const struct audience_packed *key)
{
	size_t at = key->hash % SLOTS;

	for (; t->slot[at]; at = (at + 1) % SLOTS) {
		const struct cell *c = &t->cell[t->slot[at] - 1];

		if (c->hash == key->hash && c->n == key->n &&
		    !memcmp(t->bytes + c->at, key->bytes, key->n))
			break;
	}
	return &t->slot[at];
}

static bool
has_room(const struct audience *t, size_t n, size_t cells, size_t bytes)
{
	return t->count < cells && t->used + n <= bytes;
}

static void
open_cell(struct audience *t, uint16_t *slot, const struct audience_packed *key)
{
	t->cell[t->count] = (struct cell){ .hash = key->hash, .at = t->used,
		.n = key->n };
	memcpy(t->bytes + t->used, key->bytes, key->n);
	t->used += key->n;
	*slot = (uint16_t)++t->count;
}

/* The same without whence they came, but for the channel, one of a few. */
static void
lump(const struct audience *t, const struct audience_packed *key,
    struct audience_packed *out)
{
	static const enum audience_text said[] = { AUDIENCE_CAMPAIGN,
		AUDIENCE_SOURCE, AUDIENCE_MEDIUM, AUDIENCE_KEYWORD };
	struct audience_key k;

	unpack(key->bytes, &k);
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		k.text[said[i]] = STR(AUDIENCE_OTHER);
	k.text[AUDIENCE_COUNTRY] = k.text[AUDIENCE_REGION] = STR_EMPTY;
	(void)!audience_pack(t->seed, &k, out);
}

static void
add(struct audience_sum *to, const struct audience_sum *sum)
{
	to->views += sum->views;
	to->visitors += sum->visitors;
	to->engaged += sum->engaged;
}

/* The slot of the cell for all that are not told apart, or a free one. */
static uint16_t *
find_other(struct audience *t, const struct audience_packed *key)
{
	struct audience_packed other;
	uint16_t *slot;

	lump(t, key, &other);
	slot = find(t, &other);
	if (!*slot && has_room(t, other.n, AUDIENCE_CELLS_MAX,
	    AUDIENCE_BYTES_MAX))
		open_cell(t, slot, &other);
	return slot;
}

bool
audience_add(struct audience *t, const struct audience_packed *key,
    const struct audience_sum *sum)
{
	uint16_t *slot = find(t, key);

	if (!*slot && has_room(t, key->n, AUDIENCE_APART_MAX, APART_BYTES_MAX))
		open_cell(t, slot, key);
	else if (!*slot)
		slot = find_other(t, key);
	if (!*slot)
		return false;
	add(&t->cell[*slot - 1].sum, sum);
	return true;
}

bool
audience_at(const struct audience *t, size_t at, struct audience_key *key,
    struct audience_sum *sum)
{
	if (at >= t->count)
		return false;
	unpack(t->bytes + t->cell[at].at, key);
	*sum = t->cell[at].sum;
	return true;
}

size_t
audience_count(const struct audience *t)
{
	return t->count;
}

void
audience_empty(struct audience *t)
{
	if (!t->count)
		return;
	memset(t->slot, 0, sizeof t->slot);
	t->count = 0;
	t->used = 0;
}
