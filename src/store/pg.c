/*
 * One session with PostgreSQL by libpq's non-blocking calls.  Every wait is a
 * poll with a deadline of ours: PQexec has none, and tcp_user_timeout means
 * nothing on a unix socket.  dial.c makes the connection.
 */
#include <assert.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/bind.h"
#include "store/dial.h"
#include "store/sqlstate.h"

#include "store/pg.h"

#define PG_MESSAGE_BYTES 512
#define PG_NAME_BYTES 64	/* PostgreSQL cuts at 63 */

/*
 * The server's own limits are a second wall: a client that has given up is
 * noticed after a second, and its statement is ended.  Compiling pays for
 * statements of many seconds; rows that functions return are so overrated that
 * it would be done for milliseconds.
 */
static const char session_start[] =
    "SET search_path = piste;"
    "SET timezone = 'UTC';"
    "SET statement_timeout = '60s';"
    "SET lock_timeout = '3s';"
    "SET idle_in_transaction_session_timeout = '60s';"
    "SET jit = off;"
    "SET client_connection_check_interval = '1s'";

struct pg_rows {
	PGresult *result;
};

struct pg {
	char *conninfo;
	char *application;
	const char *session;
	PGconn *conn;
	bool *is_prepared;	/* by a statement's place in piste_sql */
	struct pg_rows rows;
	struct bind bind;
	struct str copy;	/* what a COPY is given */
	bool in_transaction;
	bool is_away;		/* and the log has been told */
	enum log_level refusals;
	char state[6];
	char message[PG_MESSAGE_BYTES];
};

extern const struct sql *const __start_piste_sql[] __attribute__((weak));
extern const struct sql *const __stop_piste_sql[] __attribute__((weak));

size_t
pg_statements(const struct sql *const **first)
{
	*first = __start_piste_sql;
	return (size_t)(__stop_piste_sql - __start_piste_sql);
}

static size_t
index_of(const struct sql *s)
{
	const struct sql *const *first;
	size_t count = pg_statements(&first), i = 0;

	while (i < count && first[i] != s)
		i++;
	assert(i < count);
	return i;
}

static void *
need(void *p)
{
	if (!p)
		abort();
	return p;
}

struct pg *
pg_new(struct str conninfo, const char *application)
{
	struct pg *db = need(calloc(1, sizeof *db));
	const struct sql *const *first;

	db->conninfo = need(strndup(conninfo.p, conninfo.n));
	db->application = need(strdup(application));
	db->refusals = LOG_WARN;
	db->is_prepared = need(calloc(pg_statements(&first) + 1, sizeof(bool)));
	return db;
}

void
pg_session(struct pg *db, const char *script)
{
	db->session = script;
}

void
pg_tells(struct pg *db)
{
	db->refusals = LOG_DEBUG;
}

static void
forget_rows(struct pg *db)
{
	PQclear(db->rows.result);
	db->rows.result = NULL;
}

static void
hang_up(struct pg *db)
{
	const struct sql *const *first;

	PQfinish(db->conn);
	db->conn = NULL;
	memset(db->is_prepared, 0, pg_statements(&first) * sizeof(bool));
}

void
pg_drop(struct pg *db)
{
	forget_rows(db);
	hang_up(db);
	db->in_transaction = false;
}

void
pg_free(struct pg *db)
{
	if (!db)
		return;
	pg_drop(db);
	free(db->conninfo);
	free(db->application);
	free(db->is_prepared);
	bind_clear(&db->bind);
	free(db);
}

static void
fail_state(struct pg *db, const char *state, const char *message)
{
	snprintf(db->state, sizeof db->state, "%s", state ? state : "");
	snprintf(db->message, sizeof db->message, "%s", message ? message : "");
}

/* The session is over, and what was under way may or may not have happened. */
static enum err
lost(struct pg *db, const char *what, const char *why)
{
	struct str line;

	if (!why)
		why = PQerrorMessage(db->conn);
	fail_state(db, "", why);
	str_cut(str_of(db->message), '\n', &line, &(struct str){ 0 });
	log_event(LOG_WARN, "pg.lost", LOG_Z("sql", what),
	    LOG_STR("text", line));
	hang_up(db);
	return ERR_AWAY;
}

static struct str
field_of(const PGresult *r, int field)
{
	return str_of(PQresultErrorField(r, field));
}

/*
 * Only names and the code go to the log: the message of a class 22 error
 * quotes the value, DETAIL whole rows.
 */
static enum err
refused(struct pg *db, const char *what)
{
	const PGresult *r = db->rows.result;
	struct str text = field_of(r, PG_DIAG_MESSAGE_PRIMARY);
	enum err e;

	fail_state(db, PQresultErrorField(r, PG_DIAG_SQLSTATE), text.p);
	e = sqlstate_err(db->state);
	if (str_has_prefix(str_of(db->state), STR("22")))
		text = STR("a value of the wrong form");
	log_event(db->refusals, "pg.refused", LOG_Z("sql", what),
	    LOG_Z("state", db->state), LOG_STR("text", text),
	    LOG_STR("constraint", field_of(r, PG_DIAG_CONSTRAINT_NAME)),
	    LOG_STR("column", field_of(r, PG_DIAG_COLUMN_NAME)));
	if (!strcmp(db->state, "25006"))
		hang_up(db);
	return e;
}

static bool
has_failed(const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);

	return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK
	    && status != PGRES_EMPTY_QUERY;
}

/* NULL, or why the session must end. */
static const char *
await_result(struct pg *db, int64_t until)
{
	for (;;) {
		int unsent = PQflush(db->conn);
		short events = POLLIN;

		if (unsent < 0)
			return PQerrorMessage(db->conn);
		if (!unsent && !PQisBusy(db->conn))
			return NULL;
		if (unsent)
			events |= POLLOUT;
		events = dial_wait(PQsocket(db->conn), events, until);
		if (!events)
			return "no answer in time";
		if (events != POLLOUT && !PQconsumeInput(db->conn))
			return PQerrorMessage(db->conn);
	}
}

static bool
give_copy(struct pg *db)
{
	return PQputCopyData(db->conn, db->copy.p, (int)db->copy.n) == 1 &&
	    PQputCopyEnd(db->conn, NULL) == 1;
}

/* Take every result of what was sent; only the last one can be a failure. */
static enum err
settle(struct pg *db, const char *what, int64_t until)
{
	for (;;) {
		const char *why = await_result(db, until);
		PGresult *r;

		if (why)
			return lost(db, what, why);
		r = PQgetResult(db->conn);
		if (!r)
			break;
		assert(PQresultStatus(r) != PGRES_COPY_OUT);
		forget_rows(db);
		db->rows.result = r;
		if (PQresultStatus(r) == PGRES_COPY_IN && !give_copy(db))
			return lost(db, what, NULL);
	}
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return lost(db, what, NULL);
	db->in_transaction = PQtransactionStatus(db->conn) != PQTRANS_IDLE;
	return has_failed(db->rows.result) ? refused(db, what) : OK;
}

static enum err
send_script(struct pg *db, const char *text, int64_t until)
{
	forget_rows(db);
	if (!PQsendQuery(db->conn, text))
		return lost(db, "script", NULL);
	return settle(db, "script", until);
}

static void
drop_notice(void *context, const PGresult *r)
{
	(void)context;
	(void)r;
}

static enum err
connect_now(struct pg *db, int64_t until)
{
	char reason[DIAL_REASON_BYTES];
	enum err e = dial_server(db->conninfo, db->application, until,
	    &db->conn, reason);

	if (e) {
		fail_state(db, "", reason);
		log_event(db->is_away ? LOG_DEBUG : LOG_WARN, "pg.away",
		    LOG_Z("text", reason));
		db->is_away = true;
		return ERR_AWAY;
	}
	PQsetnonblocking(db->conn, 1);
	PQsetNoticeReceiver(db->conn, drop_notice, NULL);
	e = send_script(db, session_start, until);
	if (!e && db->session)
		e = send_script(db, db->session, until);
	if (e) {
		hang_up(db);
		return ERR_AWAY;
	}
	if (db->is_away)
		log_event(LOG_INFO, "pg.back");
	db->is_away = false;
	return OK;
}

/* A connection, made now if need be. */
static enum err
ready(struct pg *db, int64_t until)
{
	int64_t connect_until = clock_mono_ms() + PG_CONNECT_MS;

	if (db->conn)
		return OK;
	if (db->in_transaction) {
		fail_state(db, "", "the transaction's connection was lost");
		return ERR_AWAY;
	}
	return connect_now(db, until < connect_until ? until : connect_until);
}

/* Two rooms may call a statement alike, so its place makes the name unique. */
static enum err
prepare(struct pg *db, const struct sql *s, int64_t until,
    char name[PG_NAME_BYTES])
{
	size_t at = index_of(s);
	enum err e;

	snprintf(name, PG_NAME_BYTES, "%.40s.%zu", s->name, at);
	if (db->is_prepared[at])
		return OK;
	if (!PQsendPrepare(db->conn, name, s->text, 0, NULL))
		return lost(db, s->name, NULL);
	e = settle(db, s->name, until);
	db->is_prepared[at] = !e;
	return e;
}

enum err
pg_run(struct pg *db, const struct sql *s, const struct str *params,
    int64_t wait_ms, const struct pg_rows **rows)
{
	int64_t until = clock_mono_ms() + wait_ms;
	const char *values[PG_PARAMS_MAX];
	char name[PG_NAME_BYTES];
	enum err e;

	forget_rows(db);
	assert(s->params <= PG_PARAMS_MAX);
	if (bind_values(&db->bind, params, (size_t)s->params, values)) {
		fail_state(db, "22021", "a value holds a NUL");
		return ERR_INPUT;
	}
	e = ready(db, until);
	if (!e)
		e = prepare(db, s, until, name);
	if (e)
		return e;
	forget_rows(db);
	if (!PQsendQueryPrepared(db->conn, name, s->params, values, NULL,
	    NULL, 0))
		return lost(db, s->name, NULL);
	e = settle(db, s->name, until);
	if (!e && rows)
		*rows = &db->rows;
	return e;
}

enum err
pg_script(struct pg *db, const char *text, int64_t wait_ms)
{
	int64_t until = clock_mono_ms() + wait_ms;
	enum err e = ready(db, until);

	return e ? e : send_script(db, text, until);
}

enum err
pg_copy(struct pg *db, const char *text, struct str rows, int64_t wait_ms)
{
	enum err e;

	db->copy = rows;
	e = pg_script(db, text, wait_ms);
	db->copy = STR_EMPTY;
	return e;
}

enum err
pg_begin(struct pg *db)
{
	return pg_script(db, "BEGIN", PG_STATEMENT_MS);
}

/* COMMIT of a transaction that has failed succeeds, as a ROLLBACK. */
enum err
pg_commit(struct pg *db)
{
	enum err e = pg_script(db, "COMMIT", PG_STATEMENT_MS);

	if (!e && !strcmp(PQcmdStatus(db->rows.result), "ROLLBACK")) {
		fail_state(db, "25P02", "a statement before had failed");
		return ERR_INPUT;
	}
	if (e)
		pg_rollback(db);
	return e;
}

void
pg_rollback(struct pg *db)
{
	if (db->conn && db->in_transaction && send_script(db, "ROLLBACK",
	    clock_mono_ms() + PG_STATEMENT_MS))
		hang_up(db);
	db->in_transaction = false;
}

size_t
pg_count(const struct pg_rows *r)
{
	return (size_t)PQntuples(r->result);
}

struct str
pg_value(const struct pg_rows *r, size_t row, size_t column)
{
	int i = (int)row, j = (int)column;

	return (struct str){ PQgetvalue(r->result, i, j),
	    (size_t)PQgetlength(r->result, i, j) };
}

bool
pg_is_null(const struct pg_rows *r, size_t row, size_t column)
{
	return PQgetisnull(r->result, (int)row, (int)column);
}

const char *
pg_state(const struct pg *db)
{
	return db->state;
}

const char *
pg_message(const struct pg *db)
{
	return db->message;
}

bool
pg_is_connected(const struct pg *db)
{
	return db->conn && PQstatus(db->conn) == CONNECTION_OK;
}

static bool
take_notified(struct pg *db)
{
	bool any = false;

	for (PGnotify *n; (n = PQnotifies(db->conn)); PQfreemem(n))
		any = true;
	return any;
}

enum err
pg_wait(struct pg *db, int wake_fd, int64_t wait_ms, bool *notified)
{
	int64_t until = clock_mono_ms() + wait_ms;

	*notified = false;
	if (!db->conn)
		return ERR_AWAY;
	for (;;) {
		struct pollfd p[] = {
			{ .fd = PQsocket(db->conn), .events = POLLIN },
			{ .fd = wake_fd, .events = POLLIN },
		};
		int64_t left = until - clock_mono_ms();

		if (!PQconsumeInput(db->conn))
			return lost(db, "wait", NULL);
		*notified = take_notified(db);
		if (*notified || left <= 0)
			return OK;
		left = left > INT_MAX ? INT_MAX : left;
		if (poll(p, 2, (int)left) > 0 && p[1].revents)
			return OK;
	}
}
