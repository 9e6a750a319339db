/*
 * Knows how an experiment's figures are told to programs, and stored with a
 * verdict: as JSON.
 */
#ifndef PISTE_EXPERIMENT_REPORT_H
#define PISTE_EXPERIMENT_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "experiment/figures.h"
#include "experiment/grid.h"
#include "experiment/results.h"
#include "experiment/slices.h"

/* All that is known; owns nothing. */
struct report {
	const struct results *results;
	const struct figures *figures;	/* NULL: nothing to compare */
	const struct grid *grid;	/* NULL: no factors, or no figures */
	const struct slices *slices;	/* of each dimension; NULL: not read */
	bool has_looks;			/* tell of every look */
};

/* A new reference, never NULL; a figure that can't be is null. */
json_t *report_json(const struct report *rep);

/* The verdict's word, "not_started" without figures. */
const char *report_verdict(const struct report *rep);
/* "spam"…, as a definition names it. */
const char *report_metric(enum results_metric metric);
/* Everybody who was seen, whether counted or not, and what they sent. */
struct report_raw {
	int64_t views;
	int64_t visitors;
	int64_t conversions;
};
struct report_raw report_raw(const struct results *r);

#endif
