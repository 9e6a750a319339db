/* Knows whether the templates a site definition names are there. */
#ifndef PISTE_PAGE_STOCK_H
#define PISTE_PAGE_STOCK_H

#include <stdio.h>

#include "base/str.h"

struct template_set;

/*
 * Tell complaints of each variant in the document whose template the set
 * lacks, by its JSON path; ERR_INPUT if there is one.  What isn't a site
 * definition passes: site_parse judges that.
 */
MUST_USE enum err stock_check(struct str json,
    const struct template_set *set, FILE *complaints);

#endif
