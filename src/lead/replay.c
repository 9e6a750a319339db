/*
 * Implements replay.h.  A lead takes a seller's place for as long as it really
 * was open: what another seller would have made of it nobody knows.
 */
#include <stdlib.h>

#include "base/arena.h"

#include "lead/replay.h"

#define PASSING (1u << ALLOCATE_HOURS | 1u << ALLOCATE_ABSENT | \
    1u << ALLOCATE_FULL | 1u << ALLOCATE_RESERVED)

struct play {
	struct allocate_plan *plan;
	struct replay_lead *lead;
	size_t count;
	struct allocate_verdict *verdict;
	struct replay_told *told;
	struct replay_lead **by_end;	/* in the order of free_ms */
	size_t ended;
	size_t *waiting;		/* places in lead */
	size_t waits;
	int64_t retry_ms;
};

static int
ends_before(const void *a, const void *b)
{
	const struct replay_lead *one = *(struct replay_lead *const *)a;
	const struct replay_lead *two = *(struct replay_lead *const *)b;

	return (one->free_ms > two->free_ms) - (one->free_ms < two->free_ms);
}

static void
free_places(struct play *y, int64_t now_ms)
{
	for (; y->ended < y->count; y->ended++) {
		const struct replay_lead *l = y->by_end[y->ended];

		if (l->free_ms > now_ms)
			return;
		if (l->chosen != ALLOCATE_NOBODY)
			y->plan->seller[l->chosen].open--;
	}
}

static void
count_shares(struct play *y)
{
	const struct allocate_plan *p = y->plan;
	double weights = 0;

	for (size_t i = 0; i < p->sellers; i++)
		if (!y->verdict->reasons[i])
			weights += p->seller[i].weight;
	for (size_t i = 0; i < p->sellers; i++)
		if (!y->verdict->reasons[i])
			y->told->share[i] += p->seller[i].weight / weights;
}

/* Is there somebody who could, at another time? */
static bool
has_hope(const struct play *y)
{
	for (size_t i = 0; i < y->plan->sellers; i++)
		if (!(y->verdict->reasons[i] & ~PASSING))
			return true;
	return false;
}

static bool
try_one(struct play *y, struct replay_lead *l, int64_t now_ms)
{
	struct allocate_lead asked = l->lead;

	asked.at_ms = now_ms;
	allocate_decide(y->plan, &asked, y->verdict);
	if (y->verdict->chosen == ALLOCATE_NOBODY)
		return false;
	count_shares(y);
	l->chosen = y->verdict->chosen;
	l->given_ms = now_ms;
	y->told->got[l->chosen]++;
	allocate_take(y->plan, y->verdict);
	return true;
}

/* At night there is nobody, and most of what waits came at night. */
static bool
is_anybody_there(const struct allocate_plan *p, int64_t now_ms)
{
	for (size_t i = 0; i < p->sellers; i++)
		if (shift_is_working(&p->seller[i].shift, now_ms) &&
		    !shift_is_absent(&p->seller[i].shift, now_ms))
			return true;
	return false;
}

/* Whoever was closed while it waited needs nobody any more. */
static void
retry(struct play *y, int64_t now_ms)
{
	size_t left = 0;

	for (size_t i = 0; i < y->waits; i++) {
		struct replay_lead *l = &y->lead[y->waiting[i]];

		if (l->free_ms > now_ms && !try_one(y, l, now_ms))
			y->waiting[left++] = y->waiting[i];
	}
	y->waits = left;
}

static void
play_one(struct play *y, size_t at)
{
	struct replay_lead *l = &y->lead[at];
	int64_t now = l->lead.at_ms;

	while (y->waits && y->retry_ms <= now) {
		free_places(y, y->retry_ms);
		if (is_anybody_there(y->plan, y->retry_ms))
			retry(y, y->retry_ms);
		y->retry_ms += REPLAY_RETRY_MS;
	}
	free_places(y, now);
	if (try_one(y, l, now))
		return;
	y->told->waited++;
	if (!has_hope(y))
		return;
	if (!y->waits)
		y->retry_ms = now + REPLAY_RETRY_MS;
	y->waiting[y->waits++] = at;
}

void
replay_run(struct arena *a, struct allocate_plan *p, struct replay_lead *lead,
    size_t count, struct replay_told *out)
{
	struct play y = { .plan = p, .lead = lead, .count = count,
		.told = out, .verdict = arena_take(a, sizeof *y.verdict),
		.by_end = arena_array(a, count, sizeof(struct replay_lead *)),
		.waiting = arena_array(a, count, sizeof(size_t)) };

	*out = (struct replay_told){
	    .got = arena_array(a, p->sellers, sizeof(double)),
	    .share = arena_array(a, p->sellers, sizeof(double)) };
	for (size_t i = 0; i < count; i++) {
		y.by_end[i] = &lead[i];
		lead[i].chosen = ALLOCATE_NOBODY;
	}
	if (count)
		qsort(y.by_end, count, sizeof(struct replay_lead *),
		    ends_before);
	for (size_t i = 0; i < count; i++)
		play_one(&y, i);
	for (size_t i = 0; i < count; i++)
		out->nobody += lead[i].chosen == ALLOCATE_NOBODY;
	out->evenness = allocate_evenness(out->got, out->share, p->sellers);
}
