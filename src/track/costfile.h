/* Knows a file of costs: which columns it has, and an entry for each row. */
#ifndef PISTE_TRACK_COSTFILE_H
#define PISTE_TRACK_COSTFILE_H

#include <stdio.h>

#include "track/cost.h"

struct arena;

/*
 * What a row has no column for, or an empty cell, is as said here.  currency
 * is that of the whole file: a row in another one is refused.
 */
struct costfile_wish {
	const char *path;
	struct cost_entry usual;
};

struct costfile {
	struct cost_entry *entry;	/* judged; of rows that are sound */
	size_t entries;
	uint64_t rows;
	uint64_t faults;		/* rows that are not */
};
/*
 * Read a file in a: a header that names its columns (campaign, kind, from, to,
 * amount, currency, supplier, reference, shared_by; from and amount at least),
 * and a row an entry.  complaints has a line for each row that can't be one.
 * ERR_INPUT: no such header, no CSV, or too many rows; ERR_AWAY: it can't be
 * read; complaints says why.
 */
MUST_USE enum err costfile_read(struct arena *a, const struct costfile_wish *w,
    FILE *complaints, struct costfile *out);

#endif
