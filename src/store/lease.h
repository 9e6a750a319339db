/*
 * Knows how a table's rows are shared out among workers: claimed for a while,
 * renewed, tried again after a pause, given up.
 *
 * The table has the columns id, state (ready, claimed, done, dead),
 * available_at, attempts, locked_by, locked_until, last_error, created_at and
 * finished_at.  All times are PostgreSQL's, so that workers on several
 * machines agree on when a lease has ended.  A row counts as an attempt when
 * it is claimed: one that kills its worker ends as dead like one that fails.
 */
#ifndef PISTE_STORE_LEASE_H
#define PISTE_STORE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;
struct sql;

#define LEASE_CLAIM_MAX 20
#define LEASE_ID_BYTES 21		/* a bigint and a NUL */
#define LEASE_ERROR_BYTES_MAX 600	/* of last_error */
#define LEASE_WAIT_MS 1500		/* a stop must not wait for longer */

/* The statements of a table, for SQL(); their parameters in brackets. */

/* [attempts_max]: rows whose lease has ended are ready again, or dead. */
#define LEASE_RECLAIM(table) \
	"WITH lapsed AS MATERIALIZED (" \
	" SELECT id FROM " table \
	" WHERE state = 'claimed' AND locked_until < now()" \
	" ORDER BY id FOR UPDATE SKIP LOCKED)" \
	" UPDATE " table " AS q" \
	" SET state = CASE WHEN q.attempts >= $1::int THEN 'dead'" \
	" ELSE 'ready' END," \
	" finished_at = CASE WHEN q.attempts >= $1::int THEN now() END," \
	" last_error = 'lease ended, held by ' || q.locked_by," \
	" locked_by = NULL, locked_until = NULL" \
	" FROM lapsed WHERE q.id = lapsed.id" \
	" RETURNING q.id, q.state"
/*
 * [worker, lease in ms, rows]: condition narrows what is ready, order is by
 * those of columns ("q.available_at, …") that it names.  The CTE is
 * materialised: joined in a loop it would lock more than asked.
 */
#define LEASE_CLAIM(table, condition, columns, order) \
	"WITH picked AS MATERIALIZED (" \
	" SELECT id FROM " table \
	" WHERE state = 'ready' AND available_at <= now()" condition \
	" ORDER BY " order \
	" LIMIT $3::int FOR UPDATE SKIP LOCKED)," \
	" claimed AS (" \
	" UPDATE " table " AS q" \
	" SET state = 'claimed', attempts = q.attempts + 1, locked_by = $1," \
	" locked_until = now() + $2::bigint * interval '1 millisecond'" \
	" FROM picked WHERE q.id = picked.id" \
	" RETURNING q.id, q.attempts, " columns ")" \
	" SELECT id, attempts FROM claimed ORDER BY " order
/* [worker, lease in ms] */
#define LEASE_RENEW(table) \
	"UPDATE " table \
	" SET locked_until = now() + $2::bigint * interval '1 millisecond'" \
	" WHERE state = 'claimed' AND locked_by = $1"
/* [id, worker, attempts_max, pause in ms, why] */
#define LEASE_FAIL(table) \
	"UPDATE " table " AS q SET" \
	" state = CASE WHEN q.attempts >= $3::int THEN 'dead'" \
	" ELSE 'ready' END," \
	" finished_at = CASE WHEN q.attempts >= $3::int THEN now() END," \
	" available_at = now() + $4::bigint * interval '1 millisecond'," \
	" locked_by = NULL, locked_until = NULL, last_error = $5" \
	" WHERE q.id = $1::bigint AND q.locked_by = $2" \
	" AND q.state = 'claimed'" \
	" RETURNING q.state"
/* [] */
#define LEASE_COUNT(table) \
	"SELECT (SELECT count(*) FROM " table " WHERE state = 'ready')," \
	" (SELECT count(*) FROM " table " WHERE state = 'claimed')," \
	" (SELECT count(*) FROM " table " WHERE state = 'dead')," \
	" (SELECT coalesce(floor(extract(epoch FROM now() -" \
	" min(created_at)) * 1000), 0)::bigint FROM " table \
	" WHERE state = 'ready')"

/* A claimed row, within its turn's arena. */
struct lease_row {
	struct pg *db;
	struct arena *arena;
	struct str worker;
	char id[LEASE_ID_BYTES];
	uint32_t attempts;
	struct str why;		/* for work to set; empty: PostgreSQL's words */
};

struct lease_table {
	const char *name;	/* in logs */
	const struct sql *reclaim;
	const struct sql *claim;
	const struct sql *renew;
	const struct sql *fail;
	uint32_t attempts_max;	/* then the row is dead */
	int64_t backoff_ms_min;	/* doubled with each attempt */
	int64_t backoff_ms_max;
	int64_t claim_max;	/* rows a turn, at most LEASE_CLAIM_MAX */
	/*
	 * One row, finished in a transaction of its own.  OK: done, or
	 * lease_lost said so; ERR_AWAY: PostgreSQL is away, the rest is left
	 * to the lease's end; anything else: the row failed.
	 */
	enum err (*work)(void *context, struct lease_row *row);
};

/*
 * Claim rows for worker (a name unique to the process) and work on each.
 * *done is how many were claimed: 0 when nothing is ready.
 */
MUST_USE enum err lease_turn(struct pg *db, const struct lease_table *t,
    struct str worker, int64_t lease_ms, void *context, int64_t *done);

/* Another worker has it by now: told to the log; OK. */
enum err lease_lost(const struct lease_table *t, const struct lease_row *row);

/* Rows by state, and the age of the oldest ready one, for check and metrics. */
struct lease_depth {
	int64_t ready;
	int64_t claimed;
	int64_t dead;
	int64_t oldest_ms;
};
/* By a LEASE_COUNT statement; ERR_AWAY. */
MUST_USE enum err lease_depth(struct pg *db, const struct sql *count,
    struct lease_depth *out);

#endif
