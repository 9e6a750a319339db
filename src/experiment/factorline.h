/* Knows `piste stats factorial --jsonl`: full tests and fractional designs. */
#ifndef PISTE_EXPERIMENT_FACTORLINE_H
#define PISTE_EXPERIMENT_FACTORLINE_H

#include <jansson.h>

struct jsonline;

/*
 * levels; cells, every combination once and in any order; n, x, lists in that
 * order; alpha.  Or design, with factors and generators if they shall be other
 * than the usual: the runs, defining words, resolution, and the aliases of
 * each factor and pair.
 */
json_t *factorline_answer(struct jsonline *q);

#endif
