/*
 * Knows which experiments of a site definition may run side by side, and
 * which may run at all.  Pure.
 */
#ifndef PISTE_PAGE_SITECHECK_H
#define PISTE_PAGE_SITECHECK_H

#include <stddef.h>

struct reader_node;
struct site_experiment;

/*
 * Note a mistake in list, the document's experiments, for each of the running
 * ones of all that shares its page with another without sharing a layer by
 * disjoint ranges, or whose arms (with a weight) ask for consents in other
 * words or another order without "consent" under "tested".
 */
void sitecheck_experiments(const struct reader_node *list,
    const struct site_experiment *all, size_t count);

#endif
