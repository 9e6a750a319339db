/* Knows how days and moments are written in a site definition.  Pure. */
#ifndef PISTE_PAGE_SITEDATE_H
#define PISTE_PAGE_SITEDATE_H

#include <stdint.h>

#include "base/str.h"

struct reader_node;

/* YYYY-MM-DD as PostgreSQL will read it; empty when absent or wrong. */
struct str sitedate_read(const struct reader_node *n);
/*
 * YYYY-MM-DDThh:mm:ssZ, in milliseconds since 1970; fallback when absent or
 * wrong.
 */
int64_t sitedate_read_ms(const struct reader_node *n, int64_t fallback);

#endif
