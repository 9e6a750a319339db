/*
 * Knows how facts that wait at the same time share one commit: a thread takes
 * what has gathered, sends it in one statement over an array, and gives each
 * its answer after the commit; when PostgreSQL is away or slow, after the
 * spool's fsync.
 */
#ifndef PISTE_STORE_GROUP_H
#define PISTE_STORE_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct group;
struct sql;

#define GROUP_BATCH_MAX 64
#define GROUP_BATCH_BYTES_MAX (1 << 20)	/* unless one row alone is more */
#define GROUP_QUEUE_MAX 4096		/* put and not done yet */
#define GROUP_RETRY_MS_MIN 100		/* between attempts to reconnect */
#define GROUP_RETRY_MS_MAX 2000
#define GROUP_VERDICT_BYTES 24

/* One fact; the caller's memory, untouched by the caller until done. */
struct group_item {
	struct str row;		/* a JSON object */
	/* Called once, on the group's thread; may free the item. */
	void (*done)(struct group_item *item);
	void *context;
	enum err err;		/* OK: it is durable */
	bool is_spooled;	/* durable on disk, not yet in PostgreSQL */
	char verdict[GROUP_VERDICT_BYTES];	/* what the statement said */
	struct group_item *next;
	int64_t put_ms;		/* the group's own, as is next */
};

struct group_plan {
	struct str database;
	const struct sql *statement;	/* $1: JSON array of rows; returns
					 * (ord int from 1, verdict text) */
	struct str spool_dir;
	int64_t spool_bytes_max;
	int64_t wait_ms;		/* for a commit; then the spool */
	const char *session;		/* said first, see pg_session; or
					 * NULL: PG_WRITER_SESSION */
};

/*
 * An item is answered after about wait_ms at most: one that has waited for
 * half of it behind others goes to the spool, and so does every one as long as
 * PostgreSQL is known to be away; none of them waits for a connection.
 */

/* ERR_AWAY when the spool's directory or a thread can't be had. */
MUST_USE enum err group_new(const struct group_plan *plan, struct group **out);
/* Finish what waits, then stop the threads; NULL is accepted. */
void group_free(struct group *g);

/*
 * Hand item in, from any thread.  ERR_LIMIT: too many wait, or the row is
 * longer than SPOOL_RECORD_BYTES_MAX; nothing is done.  What done finds in
 * err: OK; ERR_INPUT, the row was refused; ERR_AWAY, nothing can take it now.
 */
MUST_USE enum err group_put(struct group *g, struct group_item *item);

struct group_count {
	uint64_t commits;
	uint64_t committed;
	uint64_t spooled;
	uint64_t refused;
	bool is_away;	/* PostgreSQL, as last seen */
	bool can_spool;	/* false from a refusal until there is room again */
};
void group_counts(struct group *g, struct group_count *out);

#endif
