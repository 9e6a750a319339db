/*
 * Knows whether the factorial experiments of a site definition can be what
 * they say: a fraction's variants are its runs, and the planned visitors fill
 * every cell.  Pure.
 */
#ifndef PISTE_EXPERIMENT_DESIGNCHECK_H
#define PISTE_EXPERIMENT_DESIGNCHECK_H

#include <stdio.h>

#include "base/str.h"

/*
 * Tell complaints of each mistake in the document, by its JSON path; ERR_INPUT
 * if there is one.  A page that the document does not hold is passed over, as
 * is what is no site definition: site_parse judges that.
 */
MUST_USE enum err designcheck_run(struct str json, FILE *complaints);

#endif
