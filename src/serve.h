/*
 * Knows `piste serve`: a master that parses nothing, owns the listening
 * socket and starts a worker process again when one dies.
 */
#ifndef PISTE_SERVE_H
#define PISTE_SERVE_H

#include "base/err.h"

struct conf;

/* A worker that dies sooner than this is started again with a pause… */
#define SERVE_SHORT_LIFE_MS 1000
/* …that doubles from the first of these to the second. */
#define SERVE_PAUSE_MS_MIN 50
#define SERVE_PAUSE_MS_MAX 2000
#define SERVE_PROCESSES_MAX 64

/*
 * Until SIGTERM or SIGINT; then workers finish, for stop_ms and a second.
 * ERR_… at once when socket, key or spool can't be had.
 */
MUST_USE enum err serve_run(const struct conf *c);

#endif
