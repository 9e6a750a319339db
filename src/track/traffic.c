/* Implements traffic.h: open addressing over cells that are never moved. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

#include "track/traffic.h"

#define SLOTS (2 * TRAFFIC_CELLS_MAX)
#define TEXTS 3

struct kept {
	struct traffic_cell cell;	/* its texts lie in bytes */
	char bytes[TEXTS * TRAFFIC_KEY_BYTES_MAX];
};

struct traffic {
	uint16_t slot[SLOTS];		/* of kept, from 1; 0: free */
	size_t count;
	struct kept kept[TRAFFIC_CELLS_MAX];
};

const char *
traffic_name(enum traffic_class class)
{
	static const char *const names[TRAFFIC_CLASSES] = {
		[TRAFFIC_HUMAN] = "human",
		[TRAFFIC_ROBOT] = "robot",
		[TRAFFIC_PREFETCH] = "prefetch",
		[TRAFFIC_PREVIEW] = "preview",
		[TRAFFIC_HEAD] = "head",
		[TRAFFIC_INTERNAL] = "internal",
		[TRAFFIC_CROWD] = "crowd",
		[TRAFFIC_OUTSIDE] = "outside",
		[TRAFFIC_ACTIVATED] = "activated",
		[TRAFFIC_STARTED] = "started",
	};

	return names[class];
}

struct traffic *
traffic_new(void)
{
	struct traffic *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	return t;
}

void
traffic_free(struct traffic *t)
{
	free(t);
}

/* All keys are the marketer's own: nobody can crowd one slot on purpose. */
static size_t
slot_of(const struct traffic_key *k)
{
	uint64_t h = fold_bytes((uint64_t)k->hour_ms + k->class, k->page);

	h = fold_bytes(h, k->experiment);
	return (size_t)(fold_bytes(h, k->variant) % SLOTS);
}

static bool
is_same(const struct traffic_key *a, const struct traffic_key *b)
{
	return a->class == b->class && a->hour_ms == b->hour_ms &&
	    str_eq(a->page, b->page) && str_eq(a->variant, b->variant) &&
	    str_eq(a->experiment, b->experiment);
}

static struct str
keep(char *dst, struct str s)
{
	if (s.n)
		memcpy(dst, s.p, s.n);
	return (struct str){ dst, s.n };
}

static void
open_cell(struct kept *k, const struct traffic_key *key)
{
	k->cell.key = *key;
	k->cell.key.page = keep(k->bytes, key->page);
	k->cell.key.experiment = keep(k->bytes + TRAFFIC_KEY_BYTES_MAX,
	    key->experiment);
	k->cell.key.variant = keep(k->bytes + 2 * TRAFFIC_KEY_BYTES_MAX,
	    key->variant);
	k->cell.views = 0;
}

bool
traffic_add(struct traffic *t, const struct traffic_key *key, uint64_t views)
{
	size_t at = slot_of(key);

	if (key->page.n > TRAFFIC_KEY_BYTES_MAX ||
	    key->experiment.n > TRAFFIC_KEY_BYTES_MAX ||
	    key->variant.n > TRAFFIC_KEY_BYTES_MAX)
		return false;
	while (t->slot[at] && !is_same(&t->kept[t->slot[at] - 1].cell.key, key))
		at = (at + 1) % SLOTS;
	if (!t->slot[at]) {
		if (t->count == TRAFFIC_CELLS_MAX)
			return false;
		open_cell(&t->kept[t->count], key);
		t->slot[at] = (uint16_t)++t->count;
	}
	t->kept[t->slot[at] - 1].cell.views += views;
	return true;
}

const struct traffic_cell *
traffic_at(const struct traffic *t, size_t at)
{
	return at < t->count ? &t->kept[at].cell : NULL;
}

size_t
traffic_count(const struct traffic *t)
{
	return t->count;
}

void
traffic_empty(struct traffic *t)
{
	if (!t->count)
		return;
	memset(t->slot, 0, sizeof t->slot);
	t->count = 0;
}
