/*
 * Knows a file of rules: sellers, teams, bands of potential, BANT thresholds;
 * how it is read, and what is wrong with it, each mistake with its path.  Pure.
 */
#ifndef PISTE_LEAD_SELLERRULE_H
#define PISTE_LEAD_SELLERRULE_H

#include <stddef.h>
#include <stdio.h>

#include "base/str.h"
#include "lead/allocate.h"
#include "lead/bant.h"

struct arena;

#define SELLERRULE_BYTES_MAX ((size_t)4 << 20)
#define SELLERRULE_ARENA_BYTES_MAX ((size_t)512 << 20)
#define SELLERRULE_TEAMS_MAX 200
#define SELLERRULE_OFFERS_MAX 200
#define SELLERRULE_CODES_MAX 2000	/* rows and codes of territories */
#define SELLERRULE_CONFIDENCE_KM 50
#define SELLERRULE_ACCEPT_MINUTES 240
#define SELLERRULE_ACCEPT_MINUTES_MAX 14400
#define SELLERRULE_OPEN_MAX 1000000

struct sellerrule {
	struct allocate_plan plan;	/* no ids, zones, absences, state */
	struct str need_field;		/* empty: the offer is the need */
	struct str potential_field;	/* empty: BANT's budget alone */
	struct bant_rule *bant;
	size_t bants;
};

/*
 * Read json into a; what is wrong goes to complaints, a line each, as
 * "$.sellers[3].weight: …".  ERR_INPUT then.
 */
MUST_USE enum err sellerrule_read(struct arena *a, struct str json,
    FILE *complaints, struct sellerrule *out);
/* The stages at which sellers may take leads; NULL beyond the last. */
const char *sellerrule_stage(size_t at);
/* The offer's thresholds, or the default. */
struct bant_rule sellerrule_bant(const struct sellerrule *r,
    struct str offer);

#endif
