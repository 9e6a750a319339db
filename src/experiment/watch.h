/*
 * Knows what is to be done about running experiments without being asked: a
 * look each midnight (UTC) whose verdict is stored with its inputs, the end of
 * a schedule, a bandit's weights, and the actions an experiment has opted
 * into, for which it is looked at by day as well: what such a look has done is
 * stored as a verdict too.  Safe to repeat, and to do from several workers.
 */
#ifndef PISTE_EXPERIMENT_WATCH_H
#define PISTE_EXPERIMENT_WATCH_H

#include <stdint.h>

#include "base/err.h"

struct pg;

#define WATCH_WHO "worker"
#define WATCH_EVERY "5 minutes"	/* between looks by day; an SQL interval */

/*
 * Do what is due for one experiment, if any; *done tells how many were seen
 * to: 0 or 1.  Errors as pg_run; what was done before stays.
 */
MUST_USE enum err watch_turn(struct pg *db, int64_t *done);

#endif
