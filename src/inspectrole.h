/*
 * Knows what is to be said of the database's roles: as whom the worker reads
 * addresses, and whether the console has its own.
 */
#ifndef PISTE_INSPECTROLE_H
#define PISTE_INSPECTROLE_H

#include "base/str.h"

struct arena;
struct conf;

/* A line each in told.  As pg_run. */
MUST_USE enum err inspectrole_worker(struct arena *a, const struct conf *c,
    struct str *told);
MUST_USE enum err inspectrole_console(struct arena *a, const struct conf *c,
    struct str *told);

#endif
