/*
 * Knows what a full factorial test says: every combination of the factors'
 * levels is a cell, and each factor is judged on all visitors (Box, Hunter &
 * Hunter).  Pure, deterministic.
 *
 * Factors are A, B, C…, their levels 0, 1, 2…; level 0 is the control.  Cells
 * are numbered with the last factor's level running fastest.
 */
#ifndef PISTE_EXPERIMENT_FACTORIAL_H
#define PISTE_EXPERIMENT_FACTORIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment/stats.h"

#define FACTORIAL_CELLS_MAX 16
#define FACTORIAL_FACTORS_MAX 4		/* of two levels, they fill 16 cells */
#define FACTORIAL_LEVELS_MAX 8		/* beside a factor of two */
#define FACTORIAL_TERMS_MAX 10		/* 4 factors and their 6 pairs */
#define FACTORIAL_EFFECTS_MAX 15	/* there are fewer than cells */
#define FACTORIAL_NAME_BYTES 6
#define FACTORIAL_VISITORS_MIN 100	/* a cell, else a plan is refused */
#define FACTORIAL_CONVERSIONS_MIN 25	/* likewise, expected */

struct factorial {
	size_t factors;
	size_t levels[FACTORIAL_FACTORS_MAX];	/* 2 or more each */
	size_t cells;
};

/* False, and f is of no use, beyond one of the limits above. */
bool factorial_init(struct factorial *f, const size_t *levels,
    size_t factors);
/* The cell of these levels, and a factor's level in a cell. */
size_t factorial_cell(const struct factorial *f, const size_t *level);
size_t factorial_level(const struct factorial *f, size_t cell, size_t factor);

enum factorial_fit {
	FACTORIAL_FITS,
	FACTORIAL_FEW_VISITORS,
	FACTORIAL_FEW_CONVERSIONS,
};
/*
 * Can a plan be filled that brings its smallest cell so many visitors at that
 * rate?  Its number of cells is factorial_init's affair.
 */
enum factorial_fit factorial_fit(double visitors, double rate);
/* The worst of the cells, by what they have instead of what is expected. */
enum factorial_fit factorial_filled(const struct factorial *f,
    const struct stats_arm *cell);

/* A contrast of cell rates: estimate = sum c_i p_i. */
struct factorial_effect {
	/*
	 * "A2-A0": the difference of marginal means, each of equally weighted
	 * cells.  "A1:B2": the difference of differences to level 0, averaged
	 * over the other factors.
	 */
	char name[FACTORIAL_NAME_BYTES];
	double estimate;
	double se;		/* sqrt(sum c_i^2 p_i (1 - p_i) / n_i) */
	double z;		/* 0 without spread */
	double p;
	double p_holm;		/* among all effects that are known */
	bool is_interaction;
	bool is_known;		/* false: a cell of it has no visitors */
};

/* All effects of a factor or a pair together. */
struct factorial_term {
	char name[FACTORIAL_NAME_BYTES];	/* "A", "A:B" */
	double chi2;	/* Wald: (Cp)' (C V C')^-1 (Cp); 0 without spread */
	size_t df;
	double p;
	bool is_known;
};

/* Factors first, then pairs; orders beyond pairs are not estimated. */
struct factorial_result {
	struct factorial_term term[FACTORIAL_TERMS_MAX];
	size_t terms;
	struct factorial_effect effect[FACTORIAL_EFFECTS_MAX];
	size_t effects;
};
void factorial_analyze(const struct factorial *f,
    const struct stats_arm *cell, struct factorial_result *out);
/* Does a pair's effect show?  Then main effects alone don't name the best. */
bool factorial_interacts(const struct factorial_result *r, double alpha);
/*
 * The mean rate of the cells with that level, equally weighted; NAN when one
 * of them has no visitors.
 */
double factorial_marginal(const struct factorial *f,
    const struct stats_arm *cell, size_t factor, size_t level);

#endif
