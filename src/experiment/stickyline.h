/* Knows how visits over an experiment's changes are asked for in JSON. */
#ifndef PISTE_EXPERIMENT_STICKYLINE_H
#define PISTE_EXPERIMENT_STICKYLINE_H

#include <jansson.h>

struct jsonline;

#define STICKYLINE_CONFIGS_MAX 1000
#define STICKYLINE_VISITS_MAX 100000

/*
 * Inputs:
 *
 *	configs		[{at, seed, weights, coverage, filters, archived,
 *			bucket_version, min_bucket_version}]
 *	visits		[{t, visitor}], in the order they happen
 *
 * A visit meets the latest config with at <= t (of two at once, the one that
 * stands later), and nothing before the first.  archived lists arms by number.
 * A config says everything anew but for its versions: one that it does not
 * name is that of the config it stands behind, 1 and 0 at first.
 *
 * The answer is {"visits": [{served, analysis, reason}]}, analysis null for
 * who is not analysed, reason "assigned", "sticky", "blocked", "archived" or
 * "not_included", by assign_judge.
 */
json_t *stickyline_answer(struct jsonline *q);

#endif
