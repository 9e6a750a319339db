/*
 * Knows what allocation would have made of leads that came: the same
 * decisions, one after the other, by other rules.  Pure.
 */
#ifndef PISTE_LEAD_REPLAY_H
#define PISTE_LEAD_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "lead/allocate.h"

struct arena;

/* Between tries of leads that nobody could take. */
#define REPLAY_RETRY_MS INT64_C(600000)
#define REPLAY_OPEN INT64_MAX	/* free_ms of who still is open */

struct replay_lead {
	struct allocate_lead lead;	/* in the order of lead.at_ms */
	int64_t free_ms;	/* counts no more from then, or REPLAY_OPEN */
	size_t chosen;		/* set: in plan->seller, or ALLOCATE_NOBODY */
	int64_t given_ms;	/* set, unless it is nobody's */
};

struct replay_told {
	double *got;		/* by seller */
	double *share;		/* what a fair share of those leads is */
	size_t waited;		/* nobody could take them when they came */
	size_t nobody;		/* nor later */
	double evenness;
};

/* Play all of them; p is changed as decisions change it. */
void replay_run(struct arena *a, struct allocate_plan *p,
    struct replay_lead *lead, size_t count, struct replay_told *out);

#endif
