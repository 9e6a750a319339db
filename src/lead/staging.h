/*
 * Knows how a file's good rows become submissions: by COPY into a table of the
 * session's own, and from there in batches by the road all submissions take.
 */
#ifndef PISTE_LEAD_STAGING_H
#define PISTE_LEAD_STAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct import_row;
struct pg;
struct staging;

#define STAGING_BATCH_MAX 256	/* rows that share a commit */
#define STAGING_COPY_BYTES (1 << 20)	/* sent at once, or one row */

/*
 * What is known of the file as a whole, empty where nothing was said; and who
 * is told the line of each row with an address or a telephone number that is
 * on the objection list.  An address is one person's, and the row is refused;
 * a number may be a whole office's, and the row is taken without it, unless it
 * has no address or the form needs a number.
 */
struct staging_file {
	struct str sha256;
	struct str name;
	struct str campaign;
	struct str source;
	struct str page;
	struct str form;
	struct str supplier;
	struct str legal_basis;
	struct str cost;	/* a decimal number */
	struct str currency;
	struct str valid_until;	/* 2026-12-31 */
	bool needs_phone;
	void (*objected)(void *context, uint64_t line, bool is_refused);
	void *context;
};

/* What became of the rows. */
struct staging_counts {
	int64_t added;		/* made a person */
	int64_t updated;
	int64_t repeated;	/* the person's last word was the same */
	int64_t quarantined;
	int64_t known;		/* its line, or one like it, was taken before */
};

/*
 * Begin over db, which is borrowed until staging_free and needs a session of
 * its own (see PG_WRITER_SESSION).  *secret is for import_plan, in a.
 */
MUST_USE enum err staging_new(struct pg *db, struct arena *a,
    struct str *secret, struct staging **out);
void staging_free(struct staging *st);	/* NULL is accepted */

/* Stage a good row.  After any failure here or below, start anew. */
MUST_USE enum err staging_put(struct staging *st,
    const struct import_row *row);

/*
 * All rows are staged: take them.  *import is the file's id, as text in a.
 * ERR_INPUT: the file was imported with other particulars.  Whatever fails,
 * what was taken stays, and the same file again takes the rest.
 */
MUST_USE enum err staging_take(struct staging *st, struct arena *a,
    const struct staging_file *file, struct str *import,
    struct staging_counts *counts);
/* Write down that this is the end, and how many rows were read and refused. */
MUST_USE enum err staging_close(struct staging *st, struct str import,
    uint64_t rows, uint64_t refused);

#endif
