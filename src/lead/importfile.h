/*
 * Knows the files that somebody is importing at the console: each waits a day
 * for its columns to be checked, and its report stays.
 */
#ifndef PISTE_LEAD_IMPORTFILE_H
#define PISTE_LEAD_IMPORTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define IMPORTFILE_NAME_BYTES_MAX 400
#define IMPORTFILE_WORDS_MAX 64
#define IMPORTFILE_REPORT_BYTES_MAX ((size_t)8 << 20)
#define IMPORTFILE_LIST_MAX 20
#define IMPORTFILE_LINES_MAX 200	/* of a report, at once */

struct importfile {
	struct str id;
	struct str name;
	struct str sha256;
	struct str content;	/* empty once it is done */
	struct str *word;	/* of piste import */
	size_t words;
	struct str map;
	struct str totals;	/* as piste import prints; empty: not done */
	struct str report;	/* a JSON list of its first lines */
	int64_t reported;	/* how many it has */
	struct str at;		/* 2026-12-31 08:30, in UTC */
};

/*
 * Forget files left alone for a day, and reports of 90 days; *done is how
 * many.  As pg_run.
 */
MUST_USE enum err importfile_forget(struct pg *db, int64_t *done);
/* Keep name, content and words of f as user's: its id is in f then. */
MUST_USE enum err importfile_add(struct pg *db, struct arena *a, int64_t user,
    struct importfile *f);
/*
 * In a.  ERR_ABSENT: there is none of that id, it is somebody else's and not
 * done, or it has been forgotten.
 */
MUST_USE enum err importfile_read(struct pg *db, struct arena *a,
    struct str id, int64_t user, struct importfile *out);
/* Likewise, of its report, the lines from the one with that number, from 0. */
MUST_USE enum err importfile_lines(struct pg *db, struct arena *a,
    struct str id, int64_t from, struct str *out);
MUST_USE enum err importfile_set_map(struct pg *db, struct str id,
    struct str map);
/*
 * Import it by db's session alone, until that ends.  ERR_DENIED: another
 * does, it is in, or gone.
 */
MUST_USE enum err importfile_hold(struct pg *db, struct str id);
/* *rows: how many of that file's are in while a session holds it, else -1. */
MUST_USE enum err importfile_under_way(struct pg *db, struct str id,
    int64_t *rows);
/* It was imported: the content goes. */
MUST_USE enum err importfile_done(struct pg *db, struct str id,
    struct str totals, struct str report);
MUST_USE enum err importfile_drop(struct pg *db, struct str id);

/* User's that wait and everybody's that are done, the latest first. */
MUST_USE enum err importfile_list(struct pg *db, struct arena *a,
    int64_t user, struct importfile **out, size_t *count);

/* When and as what that very file was imported before, "2026-12-31, fair". */
MUST_USE enum err importfile_known(struct pg *db, struct arena *a,
    struct str sha256, struct str *out);

#endif
