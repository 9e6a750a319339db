/* Knows how an experiment's figures are told to people: as a table. */
#ifndef PISTE_EXPERIMENT_REPORTTEXT_H
#define PISTE_EXPERIMENT_REPORTTEXT_H

#include <stdio.h>

#include "base/lang.h"

struct report;

/*
 * What it is, the verdict's sentence, the arms in columns, then what else has
 * to be known.
 */
void reporttext_write(const struct report *rep, enum lang lang, FILE *out);

#endif
