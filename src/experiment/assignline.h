/* Knows `piste assign --jsonl`: the arithmetic for whoever checks it. */
#ifndef PISTE_EXPERIMENT_ASSIGNLINE_H
#define PISTE_EXPERIMENT_ASSIGNLINE_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"

struct jsonline;

#define ASSIGNLINE_COUNT_MAX 10000000	/* units of one line */

/*
 * The answer to one question, a new reference; what is asked follows from the
 * inputs' members:
 *
 *	unit_id, seed, weights, coverage, filters	one unit
 *	unit_id, seed, weights, coverage_steps		its variation at each
 *	id_printf, from_, count, seed, weights		how many by variation
 *	id_printf, from_, count, seeds (two), weights	by pair of variations
 *	configs, visits					stickyline.h
 *	a list of {seed, unit}				hash, bucket, and the
 *			variation at 50/50, at 50/50 of a fifth, in thirds
 *
 * Arms, units and filters are as assignread.h says; id_printf holds one %d or
 * %0Nd.  Sets q->error where there is no answer.
 */
json_t *assignline_answer(struct jsonline *q);

/* That for every line: jsonline_run. */
MUST_USE enum err assignline_run(FILE *in, FILE *out);

#endif
