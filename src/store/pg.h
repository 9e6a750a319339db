/*
 * Knows one PostgreSQL connection in which no call waits longer than it was
 * told to: libpq's non-blocking calls, poll, and our own clock.
 */
#ifndef PISTE_STORE_PG_H
#define PISTE_STORE_PG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define PG_CONNECT_MS 2000
#define PG_STATEMENT_MS 3000
#define PG_PARAMS_MAX 16

/*
 * A statement is a constant with a name.  SQL() registers it in a section of
 * the program, so that a test can prepare every one there is.
 */
struct sql {
	const char *name;
	int params;
	const char *text;
};
#define SQL(var, count, statement) \
	static const struct sql var = { #var, (count), (statement) }; \
	static const struct sql *const var##_entry \
	    __attribute__((used, section("piste_sql"))) = &var
/* The registered statements, for tests: *first[0..return). */
size_t pg_statements(const struct sql *const **first);

/*
 * A connection that is made at first use and made again after a loss;
 * application is its application_name.  Release with pg_free.
 */
struct pg *pg_new(struct str conninfo, const char *application);
void pg_free(struct pg *db);	/* NULL is accepted */

/*
 * Say script at the start of every session of db from now on (SET, LISTEN);
 * borrowed as long as db lives.
 */
void pg_session(struct pg *db, const char *script);
/*
 * Whoever asks tells in words of their own what is refused, by pg_message:
 * the log has it for debugging only.
 */
void pg_tells(struct pg *db);
/*
 * For who writes submissions.  A foreign key's check is planned once for a
 * session: planned over a table that was still empty it is a sequential scan
 * for ever.  A plan that can't avoid one looks so dear that it would be
 * compiled first.
 */
#define PG_WRITER_SESSION "SET enable_seqscan = off; SET jit = off"

/* Rows of the last statement; valid until the next call on their db. */
struct pg_rows;
size_t pg_count(const struct pg_rows *r);
/* Empty for NULL; borrowed from r. */
struct str pg_value(const struct pg_rows *r, size_t row, size_t column);
bool pg_is_null(const struct pg_rows *r, size_t row, size_t column);

/* A parameter that is SQL NULL. */
#define PG_NULL ((struct str){ NULL, 0 })
#define PG_BOOL(is) ((is) ? STR("t") : STR("f"))

/*
 * Run a statement with its parameters as text (a str whose p is NULL is SQL
 * NULL; no value may hold a NUL), connecting first if need be, prepared once
 * per connection.  Outside pg_begin it is a transaction of its own.
 * OK; ERR_AWAY when the server can't be reached, does not answer in wait_ms,
 * ends the session, or can't do it now (SQLSTATE 08, 25006, 40, 53, 55P03,
 * 57, 58, XX), or has not our schema (42): the outcome may be unknown then;
 * ERR_LIMIT for a unique or exclusion violation (23505, 23P01); ERR_ABSENT
 * for a missing foreign row (23503); ERR_INPUT for everything else the server
 * refuses; pg_state has the code.  rows may be NULL.  A transaction whose
 * connection is lost stays ERR_AWAY until pg_rollback or pg_commit.
 */
MUST_USE enum err pg_run(struct pg *db, const struct sql *s,
    const struct str *params, int64_t wait_ms, const struct pg_rows **rows);

/* Text of several statements without parameters: migrations, BEGIN, LISTEN. */
MUST_USE enum err pg_script(struct pg *db, const char *text, int64_t wait_ms);
/*
 * The same for one COPY … FROM STDIN, which is given rows: at most
 * PG_COPY_BYTES_MAX of them, as that statement's format has them.
 */
#define PG_COPY_BYTES_MAX (64 << 20)
MUST_USE enum err pg_copy(struct pg *db, const char *text, struct str rows,
    int64_t wait_ms);
MUST_USE enum err pg_begin(struct pg *db);
MUST_USE enum err pg_commit(struct pg *db);
void pg_rollback(struct pg *db);

/*
 * SQLSTATE of the last failure ("" if the connection was lost) and message,
 * which may quote a value: not for logs.
 */
const char *pg_state(const struct pg *db);
const char *pg_message(const struct pg *db);

/*
 * Wait for a NOTIFY on any channel listened to, or until wait_ms has passed,
 * or until *wake_fd is readable (-1 for none).  OK with *notified set or not;
 * ERR_AWAY when the connection is lost (LISTEN must be said again).
 */
MUST_USE enum err pg_wait(struct pg *db, int wake_fd, int64_t wait_ms,
    bool *notified);

bool pg_is_connected(const struct pg *db);
void pg_drop(struct pg *db);	/* close at once; the next use reconnects */

#endif
