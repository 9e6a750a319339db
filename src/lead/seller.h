/*
 * Knows the sellers as the database has them: the rules in force, whose turn
 * it is, who is away.
 */
#ifndef PISTE_LEAD_SELLER_H
#define PISTE_LEAD_SELLER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "lead/sellerrule.h"

struct arena;
struct pg;

#define SELLER_WHO_BYTES_MAX 200

/*
 * Take a file of rules, whole or not at all, and write each change to out, or
 * that there is none.  Open leads of who is in it no more are nobody's.
 * ERR_INPUT: complaints has every mistake with its path.  As pg_run else.
 */
MUST_USE enum err seller_apply(struct pg *db, struct arena *a,
    struct str json, struct str who, FILE *complaints, FILE *out);

/* The rules with all that changes, ready to decide. */
struct seller_snapshot {
	struct sellerrule rule;
	int64_t version;
};
/* The time that is decided about. */
struct seller_span {
	int64_t from_ms;
	int64_t to_ms;
};
/* Those in force, as they were applied.  ERR_ABSENT: there are none. */
MUST_USE enum err seller_rules(struct pg *db, struct arena *a,
    struct seller_snapshot *out);
/*
 * Those in force, for decisions in that time.  ERR_ABSENT: there are none;
 * else as pg_run.
 */
MUST_USE enum err seller_load(struct pg *db, struct arena *a,
    struct seller_span span, struct seller_snapshot *out);
/*
 * The same by other rules, for a replay: nobody has had a lead yet.  ERR_INPUT
 * as seller_apply.
 */
MUST_USE enum err seller_suppose(struct pg *db, struct arena *a,
    struct str json, FILE *complaints, struct seller_span span,
    struct seller_snapshot *out);

/* A line for each: key, team, open leads, last 30 days', away or not. */
MUST_USE enum err seller_list(struct pg *db, bool is_json, FILE *out);

/* From and to as PostgreSQL reads moments, in UTC unless they say otherwise. */
struct seller_away {
	struct str key;
	struct str from;
	struct str to;
	struct str who;
};
/*
 * A line to out says from when to when.  ERR_ABSENT: there is no such seller;
 * ERR_INPUT: no such times.
 */
MUST_USE enum err seller_absent(struct pg *db, const struct seller_away *w,
    FILE *out);
/* Is here from now on; *ended absences were cut short or taken back. */
MUST_USE enum err seller_present(struct pg *db, struct str key,
    int64_t *ended);

#endif
