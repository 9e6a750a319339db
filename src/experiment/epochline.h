/* Knows `piste stats epochs --jsonl`: two arms over changes of weights. */
#ifndef PISTE_EXPERIMENT_EPOCHLINE_H
#define PISTE_EXPERIMENT_EPOCHLINE_H

#include <jansson.h>

struct jsonline;

/*
 * epochs: [{n, x, weights}], 1 to EPOCH_MAX of two arms; alpha, n_star.
 * Figures that can't be are null, see epoch.h.
 */
json_t *epochline_answer(struct jsonline *q);

#endif
