/* Knows how bytes get to a file and from it whole, and names to the disk. */
#ifndef PISTE_BASE_FILE_H
#define PISTE_BASE_FILE_H

#include <stddef.h>

#include "base/str.h"

/* For all of these errno says why, and nothing is logged. */

/*
 * Write all of bytes where fd stands.  ERR_AWAY: some of them may be there.
 */
MUST_USE enum err file_write(int fd, struct str bytes);

/*
 * Read from where fd stands until size bytes are in dst.  Returns how many
 * there are: fewer at an error or, with ENODATA, at the end.
 */
size_t file_read(int fd, void *dst, size_t size);

/* Sync the directory that path is in, so that a new name there stays. */
MUST_USE enum err file_sync_name(struct str path);

/*
 * Write path anew for its owner alone; who could read it before can't any
 * more.  ERR_AWAY.
 */
MUST_USE enum err file_write_private(const char *path, struct str bytes);

#endif
