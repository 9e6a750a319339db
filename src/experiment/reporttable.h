/*
 * Knows what only some experiments have, told to people: effects of factors,
 * and what parts of the visitors did.
 */
#ifndef PISTE_EXPERIMENT_REPORTTABLE_H
#define PISTE_EXPERIMENT_REPORTTABLE_H

#include <stdio.h>

struct grid;
struct reportcell;
struct results;
struct slices;

/* Letters stand for factors, numbers for levels, as the effects name them. */
void reporttable_factors(const struct reportcell *c, const struct results *r,
    const struct grid *g, FILE *out);
/* All dimensions; what can't be claimed is in brackets, and that is said. */
void reporttable_slices(const struct reportcell *c, const struct results *r,
    const struct slices *s, FILE *out);

#endif
