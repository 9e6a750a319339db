/* Knows `piste stats bandit --jsonl`: the next weights of a bandit. */
#ifndef PISTE_EXPERIMENT_BANDITLINE_H
#define PISTE_EXPERIMENT_BANDITLINE_H

#include <jansson.h>

struct jsonline;

/*
 * n, x; prior [a, b] of every arm's Beta; floor, min_visitors_per_arm;
 * current_weights (equal ones when absent), which stay while not ready.  With
 * leaves, [{n, x}] of the same arms (at most 1000), their weights too, by
 * bandit_leaf; n and x are then those of all leaves.
 */
json_t *banditline_answer(struct jsonline *q);

#endif
