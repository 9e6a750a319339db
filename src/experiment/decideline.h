/* Knows `piste stats decide`. */
#ifndef PISTE_EXPERIMENT_DECIDELINE_H
#define PISTE_EXPERIMENT_DECIDELINE_H

#include <jansson.h>

struct jsonline;

/*
 * n, x, weights, days, srm_seq_p, multi_exposed_share, planned_n (one for all
 * arms, or by arm, or null), prior_running_p by treatment, settings (what is
 * left out is decide_default).  Figures by treatment begin with arm 1.
 */
json_t *decideline_answer(struct jsonline *q);

#endif
