/*
 * Knows what parts of an experiment's visitors did: by country, device, source
 * and language, shrunken towards the whole, as most differences between parts
 * are noise (statistics of the experiments' method, 2.8).
 */
#ifndef PISTE_EXPERIMENT_SLICES_H
#define PISTE_EXPERIMENT_SLICES_H

#include "experiment/results.h"
#include "experiment/strata.h"

#define SLICES_VALUES_MAX 20	/* of a dimension; the others are one */
#define SLICES_DIMENSIONS 4

/* Visitors of whom we know the value, by results' arms, epochs pooled. */
struct slices_value {
	struct str name;	/* empty: not known; '*': all others */
	struct stats_arm arm[RESULTS_ARMS_MAX];
};

/*
 * Of one treatment: strata's figures of each value.  When weights changed
 * meanwhile ratios are those that epochs have in common, and p_z is theirs.
 */
struct slices_treatment {
	struct strata_pool pool;
	struct strata_figure figure[SLICES_VALUES_MAX + 1];
};

/* Which slices: by "country", "device", "source" or "lang". */
struct slices_question {
	struct str dimension;
	size_t most;		/* at most INT32_MAX - 1 */
};

struct slices {
	const char *dimension;
	struct slices_value value[SLICES_VALUES_MAX + 1];
	size_t values;
	/* Index 0 is arm 1. */
	struct slices_treatment treatment[RESULTS_ARMS_MAX - 1];
};

/*
 * Tell take of each of the most slices of a dimension that have most visitors,
 * the largest first, then of all others together, whose name is NULL: what
 * they did as of r's moment, for r's goal, mature visitors only, by
 * [epoch][arm] of r.  A value counts as having become a customer.  Both are
 * borrowed for the call, which leaves db alone.  Errors as pg_run.
 */
typedef void (*slices_take)(void *context, const struct str *name,
    const struct stats_arm *count);
MUST_USE enum err slices_each(struct pg *db, const struct results *r,
    const struct slices_question *q, slices_take take, void *context);

/* Read the dimensions.  Names are in r's arena.  Errors as pg_run. */
MUST_USE enum err slices_read(struct pg *db, const struct results *r,
    struct slices out[SLICES_DIMENSIONS]);

#endif
