/* Knows how questions about tests name their inputs, and what these may be. */
#ifndef PISTE_EXPERIMENT_TESTREAD_H
#define PISTE_EXPERIMENT_TESTREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/bayes.h"
#include "experiment/jsonline.h"

/* alpha, between 0 and 1; .05 when there is none. */
double testread_alpha(struct jsonline *q);
/* The planned total of a pair, from 1; STATS_N_STAR when there is none. */
double testread_n_star(struct jsonline *q, const char *name);
/* threshold of p, from 0 to 1; STATS_SRM_P when there is none. */
double testread_threshold(struct jsonline *q);
/* How strongly the weights are believed, Dirichlet: above 0. */
double testread_concentration(struct jsonline *q, const char *name,
    double fallback);
/* prior, [a, b] of a Beta, each from .5; [1, 1] when there is none. */
struct bayes_beta testread_prior(struct jsonline *q);
/*
 * weights, as many as arms, none negative, of any sum above 0; equal ones when
 * there are none.  False with an error otherwise.
 */
bool testread_weights(struct jsonline *q, size_t arms, double *out);
/* Counts of 2 to STATS_ARMS_MAX arms; 0 and an error otherwise. */
size_t testread_counts(struct jsonline *q, const json_t *list,
    const char *error, int64_t *out);

#endif
