/* Knows `piste stats value --jsonl`: a mean or a ratio in two arms. */
#ifndef PISTE_EXPERIMENT_VALUELINE_H
#define PISTE_EXPERIMENT_VALUELINE_H

#include <jansson.h>

struct jsonline;

/*
 * kind "mean": n, sum, sum_sq, lists of two; alpha, n_star.  kind "ratio":
 * arms, two of {n, sum_cost, sum_cost_sq, sum_leads, sum_cost_leads};
 * lower_is_better (true when absent: it is a cost), alpha.  Figures that can't
 * be are null, see value.h.
 */
json_t *valueline_answer(struct jsonline *q);

#endif
