/* Knows `piste stats analyze` and `piste stats adjust`. */
#ifndef PISTE_EXPERIMENT_TESTLINE_H
#define PISTE_EXPERIMENT_TESTLINE_H

#include <jansson.h>

struct jsonline;

#define TESTLINE_ONLY_AV "av"

/*
 * n and x by arm; alpha, weights, prior, n_star or n_star_pair, bandit_floor or
 * floor.  Two arms are answered by everything there is on a pair; more, by the
 * treatments' comparisons corrected for each other.  Only "av": what is always
 * valid, without quadrature.  gb_delta_av_* is the same confidence sequence on
 * the relative delta estimate, as GrowthBook shows it.
 */
json_t *testline_answer(struct jsonline *q);

/* p, alpha: adjusted by Holm and by Benjamini and Hochberg. */
json_t *testline_adjust(struct jsonline *q);

#endif
