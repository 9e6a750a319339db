/* Knows which field somebody chose for each column of a file. */
#ifndef PISTE_CONSOLE_BRINGMAP_H
#define PISTE_CONSOLE_BRINGMAP_H

#include <stdbool.h>

#include "base/err.h"

struct columns;
struct desk;
struct str;

#define BRINGMAP_COLUMNS_MAX 80		/* a post has so many fields */

/* Was another field posted for any of them, as map-0, map-1…? */
bool bringmap_differs(const struct desk *d, const struct columns *c);
/* Keep those posted with the file of that id.  As pg_run, or ERR_LIMIT. */
MUST_USE enum err bringmap_keep(struct desk *d, struct str id);

#endif
