/*
 * Knows what a scenario would do to somebody who entered at a moment and then
 * did nothing: decided by lead/nurture, as everything that is done.
 */
#ifndef PISTE_LEAD_NURTUREDRY_H
#define PISTE_LEAD_NURTUREDRY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/lang.h"
#include "base/str.h"

struct conf;
struct pg;

#define NURTUREDRY_DAYS_MAX 730
#define NURTUREDRY_ACTIONS_MAX 10000

struct nurturedry {
	struct str scenario;
	struct str from;	/* "2026-12-01", UTC, or with a time */
	int64_t days;
	struct str lead;	/* whose it is told of; empty: of anybody */
	struct str country;	/* for anybody, as what follows */
	struct str offer;
	struct str stage;
	enum lang lang;
	bool is_json;
};

/*
 * Tell each action and its moment; of a mail all that it says, with addresses
 * in place of links that are signed when it is sent.  Writes nothing.
 * ERR_ABSENT: no such scenario or lead; ERR_INPUT: from is no moment; else as
 * pg_run.
 */
MUST_USE enum err nurturedry_run(struct pg *db, const struct conf *c,
    const struct nurturedry *d, FILE *out);

#endif
