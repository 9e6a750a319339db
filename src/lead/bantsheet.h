/* Knows what was answered last about a lead, and what it comes to. */
#ifndef PISTE_LEAD_BANTSHEET_H
#define PISTE_LEAD_BANTSHEET_H

#include "base/str.h"
#include "lead/bant.h"

struct arena;
struct pg;

/* By topic; texts are empty where nothing was answered. */
struct bantsheet {
	struct str offer;	/* whose thresholds hold */
	struct bant_rule rule;
	struct bant_answer answer[BANT_TOPICS];
	struct str value[BANT_TOPICS];
	struct str author[BANT_TOPICS];
	struct str at[BANT_TOPICS];	/* 2026-12-31T08:30:00Z */
	struct bant_verdict verdict;
};

/*
 * Fill in all but the offer, which is given, for the answers as they are; in
 * a, which has room for the rules (SELLERRULE_ARENA_BYTES_MAX).  As pg_run.
 */
MUST_USE enum err bantsheet_judge(struct pg *db, struct arena *a,
    struct str lead, struct bantsheet *s);

#endif
