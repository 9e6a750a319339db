/*
 * Knows a lead's BANT answers as the database keeps them, what follows from
 * them, and how a seller accepts or refuses an SQL.
 */
#ifndef PISTE_LEAD_BANTROW_H
#define PISTE_LEAD_BANTROW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "lead/bant.h"

struct pg;

#define BANTROW_NOTE_BYTES_MAX 2000
#define BANTROW_WHO_BYTES_MAX 200

/* One answer, value as bant_parse takes it; note may be empty. */
struct bantrow {
	struct str lead;
	enum bant_topic topic;
	struct str value;
	struct str note;
	struct str who;
};
/*
 * Keep it and do what all answers together decide: disqualify, nurture until
 * a day, or nothing.  A line to out says which, where the lead is, and why it
 * can't be moved so if it can't: it stays where it is then, and the answer is
 * kept.  ERR_ABSENT: there is no such lead, or its person was erased;
 * ERR_LIMIT: its day is over, and complaints says so.
 */
MUST_USE enum err bantrow_set(struct pg *db, const struct bantrow *row,
    FILE *complaints, FILE *out);

/* The same within the caller's transaction, which a failure spoils. */
MUST_USE enum err bantrow_put(struct pg *db, const struct bantrow *row,
    FILE *complaints, FILE *out);

/* The four answers, what they decide, and the next action.  ERR_ABSENT. */
MUST_USE enum err bantrow_show(struct pg *db, struct str lead, bool is_json,
    FILE *out);

/* What is done next, until due at the latest: 20261231, by date_parse. */
struct bantrow_next {
	struct str lead;
	struct str action;
	int64_t due;
	struct str who;
};
/*
 * The seller takes it as an SQL, or says what is next of one that is.
 * ERR_LIMIT: the answers do not suffice, or due is over, and complaints says
 * what is missing; a line to out says what holds now.
 * ERR_INPUT: pg_message says why not.  One that is nobody's is the seller's
 * whose key who is, and refused when there are sellers but who is none.
 */
MUST_USE enum err bantrow_accept(struct pg *db, const struct bantrow_next *n,
    FILE *complaints, FILE *out);
/* Likewise within the caller's transaction; nothing is told of success. */
MUST_USE enum err bantrow_take(struct pg *db, const struct bantrow_next *n,
    FILE *complaints);
/*
 * Say what is next of a lead, wherever it stands.  ERR_ABSENT as
 * bantrow_set; ERR_LIMIT: due is over, and complaints says so.
 */
MUST_USE enum err bantrow_next(struct pg *db, const struct bantrow_next *n,
    FILE *complaints, FILE *out);
MUST_USE enum err bantrow_plan(struct pg *db, const struct bantrow_next *n,
    FILE *complaints);
/* The seller does not: it goes to nurturing.  reason is piste.lead_reason's. */
MUST_USE enum err bantrow_refuse(struct pg *db, struct str lead,
    struct str who, struct str reason, struct str note, FILE *out);

/* SQL and opportunities whose next action is late, or that have none. */
MUST_USE enum err bantrow_late(struct pg *db, bool is_json, FILE *out);

#endif
