/* Knows which persons of an existing base may be one, and how likely. */
#ifndef PISTE_LEAD_DEDUPE_H
#define PISTE_LEAD_DEDUPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct pg;

#define DEDUPE_PAIRS_DEFAULT 200
#define DEDUPE_PAIRS_MAX 100000
/*
 * A phone or a company that more people share tells nothing of two of them,
 * and comparing all with all would take for ever.
 */
#define DEDUPE_GROUP_MAX 20

struct dedupe_wish {
	uint32_t pairs_max;	/* 1 to DEDUPE_PAIRS_MAX */
	bool is_json;		/* a line each */
};

/*
 * Write the likeliest pairs to out: as text with a summary, or as JSON Lines
 * {"persons":[1,2],"strength":0.94,"reasons":["same-mailbox",…]} and then
 * {"pairs":…,"shown":…,"crowded":…}.  Nobody is merged.
 */
MUST_USE enum err dedupe_report(struct pg *db, const struct dedupe_wish *w,
    FILE *out);

#endif
