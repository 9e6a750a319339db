/*
 * Knows how figures are written for programs: as JSON, a line for each cell,
 * and as CSV (RFC 4180), whose cells no spreadsheet takes for a formula.
 */
#ifndef PISTE_TRACK_KPITEXT_H
#define PISTE_TRACK_KPITEXT_H

#include "base/lang.h"
#include "base/str.h"

struct buf;
struct kpi;
struct kpi_wish;

#define KPITEXT_BYTES_MAX ((size_t)16 << 20)	/* of any answer */

/*
 * What was read for w.  In both a figure that nobody can tell is "n/a", money
 * has two digits, a share is a fraction of four; with has_before each figure
 * has that of before and the change beside it.
 */
void kpitext_json(struct buf *b, const struct kpi_wish *w,
    const struct kpi *k);
void kpitext_csv(struct buf *b, const struct kpi_wish *w,
    const struct kpi *k);

/* "cell", "unknown", "others" or "total": of an enum kpi_kind. */
const char *kpitext_kind(int kind);

#endif
