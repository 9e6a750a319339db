/*
 * Knows how scenarios are gone through: who enters, whose turn it is, and
 * that each step is done once.  A step and the note that it was done are one
 * transaction; a mail is a letter of the outbox, under a key of its own.
 */
#ifndef PISTE_LEAD_NURTURETURN_H
#define PISTE_LEAD_NURTURETURN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct conf;
struct pg;

#define NURTURETURN_CAUSES_MAX 500	/* taken a turn */
#define NURTURETURN_STEPS_MAX 50	/* decided a turn, each by itself */
#define NURTURETURN_PUT_OFF_MS INT64_C(3600000)	/* what can't be decided */
#define NURTURETURN_AWAY_MS INT64_C(60000)	/* or may be, in a minute */
#define NURTURETURN_LOOK_MS INT64_C(86400000)	/* waits are asked again then */

/*
 * Let in whom something has brought, then decide what is due at now_ms.
 * *done is how much that was; 0: nothing is due.  As pg_run.
 */
MUST_USE enum err nurtureturn_run(struct pg *db, const struct conf *c,
    int64_t now_ms, int64_t *done);

/* A line for each scenario: who is in it and what became of the others. */
MUST_USE enum err nurtureturn_list(struct pg *db, bool is_json, FILE *out);
/* One for each person in a scenario; ERR_ABSENT: there is none of that key. */
MUST_USE enum err nurtureturn_show(struct pg *db, struct str scenario,
    bool is_json, FILE *out);
/* Let a person go, from one scenario or, when it is empty, all. */
MUST_USE enum err nurtureturn_stop(struct pg *db, struct str person,
    struct str scenario, int64_t *ended);

#endif
