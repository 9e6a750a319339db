/* Knows how a variant's parts become markers and repeated sections. */
#ifndef PISTE_PAGE_PARTS_H
#define PISTE_PAGE_PARTS_H

#include <stddef.h>

#include "base/lang.h"

struct arena;
struct site_part;
struct view;

/*
 * "headline" becomes HEADLINE.  "benefit_2_title" becomes TITLE within the
 * second showing of the section BENEFIT, "point_1" TEXT within POINT, in the
 * order of the numbers; BENEFIT_LIST and POINT_LIST are shown around them.
 */
void parts_fill(struct arena *a, struct view *v,
    const struct site_part *part, size_t parts, enum lang l);

#endif
