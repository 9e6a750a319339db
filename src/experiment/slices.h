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

/* Visitors of whom we know the value, by results' arms. */
struct slices_value {
	struct str name;	/* empty: not known; '*': all others */
	struct stats_arm arm[RESULTS_ARMS_MAX];
};

/* Of one treatment: strata's figures of each value. */
struct slices_treatment {
	struct strata_pool pool;
	struct strata_figure figure[SLICES_VALUES_MAX + 1];
};

struct slices {
	const char *dimension;
	struct slices_value value[SLICES_VALUES_MAX + 1];
	size_t values;
	/* Index 0 is arm 1. */
	struct slices_treatment treatment[RESULTS_ARMS_MAX - 1];
};

/*
 * Read the dimensions as of r's moment, all epochs together, for r's goal; a
 * value counts as having become a customer.  Names are in r's arena.  Errors
 * as pg_run.
 */
MUST_USE enum err slices_read(struct pg *db, const struct results *r,
    struct slices out[SLICES_DIMENSIONS]);

#endif
