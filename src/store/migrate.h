/* Knows the schema's versions: src/sql/NNNN_what.sql, compiled in. */
#ifndef PISTE_STORE_MIGRATE_H
#define PISTE_STORE_MIGRATE_H

#include <stdio.h>

#include "base/err.h"

struct pg;

/*
 * Apply what is missing, each in a transaction, under an advisory lock; tell
 * out a line for each.  Running it again changes nothing.  ERR_INPUT when the
 * database is newer than this program.
 */
MUST_USE enum err migrate_run(struct pg *db, FILE *out);
/*
 * How many of our migrations the database lacks.  ERR_INPUT when it has one
 * that is not ours, so it is newer than this program; ERR_AWAY.
 */
MUST_USE enum err migrate_missing(struct pg *db, int *missing);

#endif
