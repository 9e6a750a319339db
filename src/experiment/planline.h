/* Knows `piste stats power --jsonl`: what a plan needs, finds, or reaches. */
#ifndef PISTE_EXPERIMENT_PLANLINE_H
#define PISTE_EXPERIMENT_PLANLINE_H

#include <jansson.h>

struct jsonline;

/*
 * kind "sample_size", "mde" or "power", each with baseline, alpha, ratio,
 * sides and variants:
 *
 *	sample_size	mde_relative, power; daily_visitors, coverage
 *	mde		n_control, power
 *	power		n_control, mde_relative
 *
 * n_av_per_arm is told for two sides only, days and weeks when daily_visitors
 * is given; what can't be reached is null.
 */
json_t *planline_answer(struct jsonline *q);

#endif
