/*
 * Knows what of the marketer's own site is observed: which of its pages mean
 * something, and for which consent.
 */
#ifndef PISTE_PAGE_SITEOBSERVE_H
#define PISTE_PAGE_SITEOBSERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct reader_node;
struct site;
struct site_observe;
struct site_origin;

/*
 * Read an origin's "observe" into the arena, whose consents are root's; NULL
 * when there is none.
 */
const struct site_observe *siteobserve_read(const struct reader_node *root,
    const struct reader_node *n);
/* All origins that observe name one purpose. */
void siteobserve_check(const struct reader_node *list,
    const struct site_origin *all, size_t count);

/* The one that observes at that address; NULL: nobody there may send. */
const struct site_origin *siteobserve_at(const struct site *s,
    struct str address);
/* * is any bytes; a slash at the path's end makes no difference. */
bool siteobserve_matches(struct str pattern, struct str path);
/* What the site calls that page of its own; empty: nothing in particular. */
struct str siteobserve_name(const struct site_observe *o, struct str path);
/* The purpose people are asked to agree to; empty: nobody is observed. */
struct str siteobserve_purpose(const struct site *s);

#endif
