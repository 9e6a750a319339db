/*
 * Knows how an experiment's counts come from PostgreSQL: what they were at each
 * look, and of values those that are not out of the way.
 */
#ifndef PISTE_EXPERIMENT_RESULTSCOUNT_H
#define PISTE_EXPERIMENT_RESULTSCOUNT_H

#include <stddef.h>

#include "base/err.h"

struct pg;
struct results;

/*
 * r has its arms, epochs and looks, at least one of each.  Fill cell and
 * change.  ERR_LIMIT: more changes than changes_max; else as pg_run.
 */
MUST_USE enum err resultscount_read(struct pg *db, struct results *r,
    size_t changes_max);
/* Fill cell anew, row by row.  Errors as pg_run. */
MUST_USE enum err resultscount_again(struct pg *db, struct results *r);
/*
 * Cut off what a customer is worth at VALUE_QUANTILE of the values above 0 of
 * all arms as of r's moment, value_cap, also at looks before it: one limit for
 * all that is compared.  Errors as pg_run.
 */
MUST_USE enum err resultscount_cap(struct pg *db, struct results *r);

#endif
