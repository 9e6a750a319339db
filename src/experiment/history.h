/*
 * Knows what an experiment's looks say one after the other: the least p so
 * far, whether visitors were ever split otherwise than the weights say.  An
 * epoch is worked out anew only at looks that changed it, so that a year of
 * hourly epochs is told at once.  Pure.
 */
#ifndef PISTE_EXPERIMENT_HISTORY_H
#define PISTE_EXPERIMENT_HISTORY_H

#include <stdint.h>

#include "experiment/results.h"
#include "experiment/stats.h"

/* What was known of a treatment at a look; lift NAN when it can't be. */
struct history_look {
	struct stats_arm control;
	struct stats_arm treatment;
	double lift;
	struct stats_interval av;	/* alpha / (k-1) */
	double running_p;
};

struct history {
	struct history_look *look;	/* [look][treatment], in r's arena */
	int64_t *visitors;		/* by look, of all arms; likewise */
	/*
	 * By treatment, index 0 is arm 1: least p of the ready looks, on the
	 * side of the control where it is now: that it once did worse is no
	 * proof that it does better.
	 */
	double now[RESULTS_ARMS_MAX];
	double before[RESULTS_ARMS_MAX];	/* without the last look */
	/* Least over the looks, of all visitors and of activated ones. */
	double srm_seq_p;
	double activated_srm_seq_p;
	int first_significant;		/* look, or -1 */
};

/* r has at least one epoch and two arms. */
void history_take(const struct results *r, struct history *out);

#endif
