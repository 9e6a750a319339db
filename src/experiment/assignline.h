/* Knows `piste assign --jsonl`: the arithmetic for whoever checks it. */
#ifndef PISTE_EXPERIMENT_ASSIGNLINE_H
#define PISTE_EXPERIMENT_ASSIGNLINE_H

#include <stdio.h>

#include "base/err.h"

#define ASSIGNLINE_BYTES_MAX (4 << 20)	/* a longer line is refused */
#define ASSIGNLINE_COUNT_MAX 10000000	/* units of one line */

/*
 * Each line of in is {"id": …, "inputs": …}, answered on out by a line
 * {"id": …, "got": …}; what is asked follows from the inputs' members:
 *
 *	unit_id, seed, weights, coverage, filters	one unit
 *	unit_id, seed, weights, coverage_steps		its variation at each
 *	id_printf, from_, count, seed, weights		how many by variation
 *	id_printf, from_, count, seeds (two), weights	by pair of variations
 *	a list of {seed, unit}				hash, bucket, and the
 *			variation at 50/50, at 50/50 of a fifth, in thirds
 *
 * id_printf holds one %d or %0Nd.  A line that can't be answered gets
 * {"id": …, "error": …} and the next is read.  ERR_AWAY when in can't be read
 * or out not written.
 */
MUST_USE enum err assignline_run(FILE *in, FILE *out);

#endif
