/* Knows what other rules would have made of the leads of the last days. */
#ifndef PISTE_LEAD_REHEARSE_H
#define PISTE_LEAD_REHEARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct pg;

#define REHEARSE_DAYS_MAX 366
#define REHEARSE_LEADS_MAX 1000000
#define REHEARSE_ARENA_BYTES_MAX ((size_t)2 << 30)

struct rehearse {
	struct str json;	/* the rules */
	uint32_t days;
	bool is_json;		/* a line for each lead, seller, and in all */
	FILE *complaints;
	FILE *out;
};

/*
 * Play the leads that were decided on in those days again, each from its first
 * decision, and tell what each seller got and would have got, who would have
 * another lead, and how even both are.  Nothing is changed.  ERR_INPUT as
 * seller_suppose; ERR_LIMIT: more leads than REHEARSE_LEADS_MAX.
 */
MUST_USE enum err rehearse_run(struct pg *db, const struct rehearse *r);

#endif
