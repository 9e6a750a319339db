/* Knows `piste stats looks`. */
#ifndef PISTE_EXPERIMENT_LOOKSLINE_H
#define PISTE_EXPERIMENT_LOOKSLINE_H

#include <jansson.h>

struct jsonline;

#define LOOKSLINE_MAX 100000

/*
 * n and x, at each look a list of both arms' counts up to it; alpha, n_star,
 * weights, split_test_concentration.  first_significant_look counts from 0.
 */
json_t *looksline_answer(struct jsonline *q);

#endif
