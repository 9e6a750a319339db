/*
 * Implements crowd.h by counters in sets of a few, found by a keyed hash
 * (SipHash): without the key nobody can choose addresses that share a counter
 * with somebody else's, nor fill the sets on purpose.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/token.h"
#include "track/crowd.h"

#define SET_COUNTERS 4
#define SETS (CROWD_ADDRESSES_MAX / SET_COUNTERS)

struct counter {
	uint32_t mark;		/* of the address; what the set leaves open */
	uint32_t hour;		/* since 1970, that of now */
	uint32_t now;
	uint32_t before;	/* in the hour before */
};

struct crowd {
	int64_t visits_max;
	unsigned char key[crypto_shorthash_KEYBYTES];
	pthread_mutex_t lock;	/* of the counters */
	struct counter counter[SETS][SET_COUNTERS];
};

struct crowd *
crowd_new(int64_t visits_max)
{
	struct crowd *c = calloc(1, sizeof *c);

	if (!c || pthread_mutex_init(&c->lock, NULL))
		abort();
	c->visits_max = visits_max;
	token_random(c->key, sizeof c->key);
	return c;
}

void
crowd_free(struct crowd *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Let the counter's hour be this one.  A clock put back changes nothing. */
static void
turn(struct counter *k, uint32_t hour)
{
	if (hour <= k->hour)
		return;
	k->before = hour == k->hour + 1 ? k->now : 0;
	k->now = 0;
	k->hour = hour;
}

/* The address's counter, else the one with the fewest visits, emptied. */
static struct counter *
find(struct counter set[SET_COUNTERS], uint32_t mark, uint32_t hour)
{
	struct counter *least = &set[0];

	for (size_t i = 0; i < SET_COUNTERS; i++) {
		struct counter *k = &set[i];

		turn(k, hour);
		if (k->mark == mark && (k->now || k->before))
			return k;
		if ((uint64_t)k->now + k->before <
		    (uint64_t)least->now + least->before)
			least = k;
	}
	*least = (struct counter){ .mark = mark, .hour = least->hour };
	return least;
}

bool
crowd_is_full(struct crowd *c, struct str address, int64_t now_ms)
{
	char room[ADDR_OWNER_BYTES_MAX];
	unsigned char hash[crypto_shorthash_BYTES];
	struct str who = c->visits_max ? addr_owner(address, room) : STR_EMPTY;
	int64_t left_ms = CROWD_WINDOW_MS - now_ms % CROWD_WINDOW_MS;
	struct counter *k;
	uint32_t word[2];
	bool is_full;

	if (!who.n)
		return false;
	crypto_shorthash(hash, (const unsigned char *)who.p, who.n, c->key);
	memcpy(word, hash, sizeof word);
	pthread_mutex_lock(&c->lock);
	k = find(c->counter[word[0] % SETS], word[1],
	    (uint32_t)(now_ms / CROWD_WINDOW_MS));
	if (k->now < UINT32_MAX)
		k->now++;
	is_full = k->now * CROWD_WINDOW_MS + k->before * left_ms >
	    c->visits_max * CROWD_WINDOW_MS;
	pthread_mutex_unlock(&c->lock);
	return is_full;
}
