/*
 * Knows how leads come to sellers: decided by lead/allocate, written with all
 * it rests on, taken back when nobody accepts, and told.
 */
#ifndef PISTE_LEAD_ALLOT_H
#define PISTE_LEAD_ALLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct allocate_lead;
struct allocate_plan;
struct allocate_verdict;
struct arena;
struct pg;

/* Leads a turn, in one transaction: new ones, hot and others tried again. */
#define ALLOT_BATCH_MAX 50
#define ALLOT_EXPIRE_MAX 50	/* taken back in one turn */
#define ALLOT_REASON_BYTES_MAX 2000
#define ALLOT_DECISION_BYTES_MAX ((size_t)1 << 20)

/*
 * Take back what was not accepted in time, wake those whose day has come,
 * then decide on leads that are nobody's: not while there are no rules, or
 * another worker is at it.
 * *done is how many were decided on.
 */
MUST_USE enum err allot_turn(struct pg *db, int64_t *done);

/* A decision as piste.allocation has it. */
struct str allot_json(struct arena *a, const struct allocate_plan *p,
    const struct allocate_lead *l, const struct allocate_verdict *v);

/*
 * Whose the lead was and is, and why: each decision's candidates and those
 * left out; is_json: a line for each.  Never anybody's: a line that says so,
 * none for is_json.  ERR_ABSENT: there is no such lead.
 */
MUST_USE enum err allot_explain(struct pg *db, struct str lead, bool is_json,
    FILE *out);

/* By hand; reason is needed.  ERR_INPUT: pg_message says why not. */
MUST_USE enum err allot_hand(struct pg *db, struct str lead,
    struct str seller, struct str who, struct str reason);
/* Its seller takes it; *whose is borrowed until the next call on db. */
MUST_USE enum err allot_accept(struct pg *db, struct str lead,
    struct str *whose);
/* Its seller does not: the next one gets it. */
MUST_USE enum err allot_refuse(struct pg *db, struct str lead,
    struct str reason);

/*
 * Those nobody could take, and those at stages of selling that no seller
 * takes leads at.
 */
MUST_USE enum err allot_overflow(struct pg *db, bool is_json, FILE *out);
struct allot_depth {
	int64_t overflow;
	int64_t oldest_ms;
};
MUST_USE enum err allot_depth(struct pg *db, struct allot_depth *out);

#endif
