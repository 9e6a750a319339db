/*
 * Knows what an experiment with factors says of each of them: main effects and
 * pairs, or for a fractional design the effects that can be told apart
 * (statistics of the experiments' method, 2.10).  Pure.
 */
#ifndef PISTE_EXPERIMENT_GRID_H
#define PISTE_EXPERIMENT_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/factorial.h"
#include "experiment/figures.h"
#include "experiment/fraction.h"
#include "experiment/results.h"

#define GRID_EFFECTS_MAX FACTORIAL_EFFECTS_MAX

enum grid_kind {
	GRID_NONE,	/* no factors, or not the design's combinations */
	GRID_FULL,
	GRID_FRACTION,
};

/* An effect of a fractional design: half the difference it makes, doubled. */
struct grid_effect {
	unsigned effect;	/* fraction.h's sets of factors */
	double estimate;	/* mean rate at level 1 less that at level 0 */
	double se;
	double z;
	double p;
	double p_holm;
	bool is_known;		/* false: a run has no visitors */
};

struct grid {
	enum grid_kind kind;
	size_t arm[FACTORIAL_CELLS_MAX];	/* of each cell or run */
	struct stats_arm cell[FACTORIAL_CELLS_MAX];
	enum factorial_fit fit;		/* of the least filled cell */
	int best;			/* arm, or -1 before anybody came */
	bool has_interaction;		/* then best says more than effects */
	/* GRID_FULL: */
	struct factorial full;
	struct factorial_result result;
	/* GRID_FRACTION: */
	struct fraction fraction;
	struct grid_effect effect[GRID_EFFECTS_MAX];
	size_t effects;
};

/*
 * Are r's arms the combinations of its factors' levels, each once, or the runs
 * of its design?  Fills arm, and full or fraction; kind is GRID_NONE if not.
 */
void grid_place(const struct results *r, struct grid *out);
/* The same with what f's cells say. */
void grid_make(const struct results *r, const struct figures *f,
    struct grid *out);

#endif
