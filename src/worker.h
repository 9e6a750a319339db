/* Knows the background turn: the spool, the queue, experiments. */
#ifndef PISTE_WORKER_H
#define PISTE_WORKER_H

#include <stdbool.h>

#include "base/err.h"

struct conf;

#define WORKER_POLL_MS 1000		/* at most until the spool is seen */
#define WORKER_WATCH_MS 10000		/* between looks for what is due */
#define WORKER_TELL_MS 1000		/* between looks for what to tell */
#define WORKER_SWEEP_MS 3600000		/* between looks for orphaned files */
#define WORKER_PASS_MS 60000		/* between looks whether scores fade */
#define WORKER_FIGURES_MS 10000		/* between counts of what changed */
#define WORKER_FIGURES_REST 9		/* times as long as the last took */
#define WORKER_RECYCLE_MS 600000	/* between passes over leads aside */
#define WORKER_RETAIN_MS 86400000	/* between passes over what is kept */
#define WORKER_BACKOFF_MS_MIN 100	/* while PostgreSQL is away */
#define WORKER_BACKOFF_MS_MAX 5000

/*
 * Work until SIGTERM or SIGINT; PostgreSQL's absence is waited out.  With
 * once, until nothing is ready: ERR_AWAY then when PostgreSQL or the spool
 * can't be reached.
 */
MUST_USE enum err worker_run(const struct conf *c, bool once);

#endif
