/*
 * Knows what a visitor's hash says in an experiment as it is now: which leaf
 * of a bandit by context, which ranges, whether an arm stays.  Filters and
 * earlier assignments are not asked.  Pure.
 */
#ifndef PISTE_DRAW_H
#define PISTE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct assign_range;
struct site_experiment;
struct site_leaf;

/* The leaf of a unit in that context; NULL: none, it has x's own weights. */
const struct site_leaf *draw_leaf(const struct site_experiment *x,
    struct str unit, struct str context);
/* Of the page's variants, SITE_VARIANTS_MAX at most; leaf may be NULL. */
void draw_ranges(const struct site_experiment *x,
    const struct site_leaf *leaf, struct str unit, struct assign_range *out);
/* Would unit get that arm in whatever context it comes? */
bool draw_keeps(const struct site_experiment *x, struct str unit,
    uint32_t arm);

#endif
