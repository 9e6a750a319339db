/* Knows how to reach a PostgreSQL server before a moment has passed. */
#ifndef PISTE_STORE_DIAL_H
#define PISTE_STORE_DIAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct pg_conn;

#define DIAL_HOSTS_MAX 16	/* in one conninfo */
#define DIAL_REASON_BYTES 256

/*
 * Connect by conninfo, host after host, until clock_mono_ms() is until_ms; a
 * silent host has only its share of that time.  OK: *out is the caller's, to
 * be released with PQfinish.  ERR_AWAY: reason tells why, on one line.
 */
MUST_USE enum err dial_server(const char *conninfo, const char *application,
    int64_t until_ms, struct pg_conn **out, char reason[DIAL_REASON_BYTES]);

/*
 * Wait for any of events (poll's) on fd.  Returns poll's revents, 0 when the
 * moment has come first.
 */
short dial_wait(int fd, short events, int64_t until_ms);

#endif
