/* Knows the site's last good document on disk, for when PostgreSQL is away. */
#ifndef PISTE_PAGE_KEEP_H
#define PISTE_PAGE_KEEP_H

#include "base/str.h"

struct arena;

#define KEEP_FILE "site.json"	/* in the state directory */

/*
 * Put json in place of what was kept, whole or not at all; what can't be
 * written is logged.  Safe while other processes do the same.
 */
void keep_write(struct str state, struct str json);
/* ERR_ABSENT when nothing is kept; ERR_AWAY when it can't be read, logged. */
MUST_USE enum err keep_read(struct str state, struct arena *a,
    struct str *json);

#endif
