/* Knows how refused rows of a file, and what became of it, are told. */
#ifndef PISTE_CONSOLE_BRINGLINE_H
#define PISTE_CONSOLE_BRINGLINE_H

#include "base/err.h"

struct buf;
struct desk;
struct form;
struct import_row;
struct importfile;
struct site;
struct view;

#define BRINGLINE_SHOWN_MAX 200		/* rows of a preview */

/* Add a row's reasons to v as LINE; copied where they must be. */
void bringline_add(struct desk *d, struct view *v, const struct form *f,
    const struct import_row *row);
/*
 * Add the whole report as CSV with a head: line, column, reason.  As pg_run,
 * or ERR_LIMIT.
 */
MUST_USE enum err bringline_csv(struct desk *d, const struct site *site,
    const struct importfile *f, struct buf *out);
/* Fill v with numbers and report, its beginning, of a file that is in. */
void bringline_fill_done(struct desk *d, struct view *v,
    const struct site *site, const struct importfile *f);

#endif
