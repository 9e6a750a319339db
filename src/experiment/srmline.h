/* Knows `piste stats srm` and `piste stats seqsrm`. */
#ifndef PISTE_EXPERIMENT_SRMLINE_H
#define PISTE_EXPERIMENT_SRMLINE_H

#include <jansson.h>

struct jsonline;

#define SRMLINE_BATCHES_MAX 100000

/* counts, weights, threshold, min_total: Pearson's chi-square. */
json_t *srmline_answer(struct jsonline *q);
/*
 * batches (lists of new counts by arm), weights, concentration, threshold:
 * after each batch, ln of the Bayes factor of all so far, its least inverse,
 * and p of chi-square for comparison.  first_alert_batch counts from 0.
 */
json_t *srmline_sequential(struct jsonline *q);

#endif
