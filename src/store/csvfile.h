/*
 * Knows a CSV file, on the disk or in memory, record by record, and what
 * identifies it.
 */
#ifndef PISTE_STORE_CSVFILE_H
#define PISTE_STORE_CSVFILE_H

#include <stdio.h>

#include "base/str.h"
#include "base/token.h"

struct csv_record;
struct csvfile;

/*
 * Open it; release with csvfile_close.  ERR_INPUT: it is UTF-16; ERR_AWAY: it
 * can't be read.  Here and below, complaints is told why, with the line.
 */
MUST_USE enum err csvfile_open(const char *path, FILE *complaints,
    struct csvfile **out);
/* The same of bytes in memory, borrowed; name is for complaints. */
MUST_USE enum err csvfile_of(struct str bytes, const char *name,
    FILE *complaints, struct csvfile **out);
void csvfile_close(struct csvfile *f);	/* NULL is accepted */
char csvfile_separator(const struct csvfile *f);

/*
 * The next record that holds anything, valid until the next call.  ERR_ABSENT
 * at the end.  ERR_INPUT: from here on the file can't be read, being no UTF-8
 * or ending within quotes; ERR_AWAY: the disk fails.
 */
MUST_USE enum err csvfile_next(struct csvfile *f, struct csv_record *out);

/* SHA-256 of all its bytes, hex, once csvfile_next has come to the end. */
struct str csvfile_hash(struct csvfile *f, char dst[TOKEN_HASH_TEXT]);

#endif
