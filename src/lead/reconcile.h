/*
 * Knows whether all that was acknowledged is there: compares the receipts in
 * nginx's access log with submissions, spool, what is kept aside, queue and
 * outbox, and names what is missing.
 *
 * Told apart can't be: a post that nginx has not logged, since it was killed
 * within a second of its answer, from one that was never answered; nor can a
 * row say of an erased person which request it came by.
 */
#ifndef PISTE_LEAD_RECONCILE_H
#define PISTE_LEAD_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct pg;
struct reconcile;

#define RECONCILE_LINE_BYTES_MAX (64 << 10)	/* of the log */
#define RECONCILE_POSTS_MAX 20000000		/* in it, of that time */
/* A request begins on one side of midnight and is logged on the other. */
#define RECONCILE_SLACK_MS 60000
/* What nginx may still keep to itself: its buffer is flushed by the second. */
#define RECONCILE_UNLOGGED_MS 2000

struct reconcile_plan {
	int64_t since_ms;	/* received then or later */
	int64_t until_ms;	/* and before */
	struct str spool;	/* directory */
	bool is_json;		/* what is missing: a JSON object each */
	FILE *out;		/* a line for each of it */
};

struct reconcile_sums {
	int64_t unread;		/* lines of the log that make no sense */
	int64_t posts;		/* POSTs in the log */
	int64_t receipts;	/* those that acknowledged a submission */
	int64_t acknowledged;	/* submissions, each once; the sum of: */
	int64_t stored;
	int64_t spooled;	/* on the disk, not yet in PostgreSQL */
	int64_t aside;		/* on the disk, where nobody will take them */
	int64_t lost;
	int64_t rows;		/* submissions received in that time */
	int64_t quarantined;	/* of them */
	int64_t unqueued;	/* accepted, their lead not in the queue */
	int64_t unsent;		/* accepted, nothing in the outbox */
	int64_t unlogged;	/* their request is not in the log */
	int64_t unanswered;	/* it is, without a receipt */
};

/* p is borrowed.  Release with reconcile_free. */
struct reconcile *reconcile_new(const struct reconcile_plan *p);
void reconcile_free(struct reconcile *r);	/* NULL is accepted */

/* A line of the log, in any order; ERR_LIMIT: there are too many posts. */
MUST_USE enum err reconcile_line(struct reconcile *r, struct str line);
/*
 * After the last line: name what is missing, and keep the sums for the
 * metrics.  Safe beside servers and workers.  As pg_run; ERR_AWAY also when
 * the spool can't be read.
 */
MUST_USE enum err reconcile_end(struct reconcile *r, struct pg *db,
    struct reconcile_sums *out);

/* Is everything where it belongs?  Only then may a sum be called closed. */
bool reconcile_closes(const struct reconcile_sums *s);

/* What the last run found. */
struct reconcile_last {
	int64_t age_ms;
	int64_t missing;	/* lost, aside, unqueued and unsent */
	int64_t unlogged;
};
/* ERR_ABSENT: there was none; else as pg_run. */
MUST_USE enum err reconcile_last(struct pg *db, struct reconcile_last *out);

#endif
