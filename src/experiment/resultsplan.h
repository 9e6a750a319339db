/* Knows how to read what an experiment's definition says of its analysis. */
#ifndef PISTE_EXPERIMENT_RESULTSPLAN_H
#define PISTE_EXPERIMENT_RESULTSPLAN_H

#include "experiment/results.h"

/*
 * Fill what the definition (JSON, accepted by an apply) says into r.
 * ERR_INPUT when it can't be one.
 */
MUST_USE enum err resultsplan_read(struct str definition, struct arena *a,
    struct results *r);
/* An arm's levels by factor, from {"factor": "level"…}. */
MUST_USE enum err resultsplan_levels(struct str levels,
    const struct results *r, struct results_arm *out);
/* An epoch's weights by arm, from {"arm": weight…}. */
MUST_USE enum err resultsplan_weights(struct str weights,
    const struct results *r, struct results_epoch *out);

/* PostgreSQL's text of a number; 0 for none. */
double resultsplan_real(struct str s);

#endif
