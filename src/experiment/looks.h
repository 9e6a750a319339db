/*
 * Knows what a pair of arms says when somebody looks again and again: at each
 * look the always-valid interval and p, and what the looks up to it add up to
 * (statistics of the experiments' method, 2.5).  Pure.
 */
#ifndef PISTE_EXPERIMENT_LOOKS_H
#define PISTE_EXPERIMENT_LOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/stats.h"

#define LOOKS_SPLIT_CONCENTRATION 100
#define LOOKS_NONE (-1)

struct looks_plan {
	double alpha;
	double n_star;			/* planned total of the pair */
	double weight[2];
	double split_concentration;	/* LOOKS_SPLIT_CONCENTRATION */
};

/* The looks so far; the caller holds it, looks_init begins. */
struct looks {
	struct looks_plan plan;
	int count;
	int first_significant;	/* from 0, or LOOKS_NONE; it stays */
	double running_p;
	double split_p;
};

struct looks_row {
	struct stats_interval lift;
	double p;
	bool is_ready;
	double running_p;	/* least p of the ready looks so far, else 1 */
	/*
	 * Least p so far of the exact test: conversions by arm against the
	 * weights (Lindon & Malek, as stats_srm_ln_bf).  It needs no
	 * asymptotics and fixed weights.
	 */
	double split_p;
};

void looks_init(struct looks *l, const struct looks_plan *plan);
/* One look more, with all counts up to it. */
void looks_add(struct looks *l, struct stats_arm control,
    struct stats_arm treatment, struct looks_row *out);

#endif
