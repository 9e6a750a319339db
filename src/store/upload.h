/*
 * Knows the directory of the files visitors sent: each under a name of ours,
 * on the disk before anybody is told of it, and never overwritten.
 */
#ifndef PISTE_STORE_UPLOAD_H
#define PISTE_STORE_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define UPLOAD_ID_CHARS 32	/* hexadecimal digits, small */
#define UPLOAD_BATCH_MAX 256	/* ids told at a time */

bool upload_id_is(struct str s);

/*
 * Keep bytes in dir (made 0700 if missing) under id, for which this is true.
 * OK: they survive a power cut; there may be such a file already, then it is
 * the same.  ERR_AWAY: the disk refuses; logged.
 */
MUST_USE enum err upload_keep(struct str dir, struct str id,
    struct str bytes);

/*
 * Tell take of the files in dir that were written before before_ms (since
 * 1970), some ids at a time; it may remove them.  What was left half-written
 * before then is removed.  OK, also when there is no directory; ERR_AWAY when
 * it can't be read, logged; else what take said, and no more is told.
 */
typedef enum err upload_take(void *context, const struct str *id,
    size_t count);
MUST_USE enum err upload_each(struct str dir, int64_t before_ms,
    upload_take *take, void *context);
/* Remove that file; ERR_ABSENT when there is none, ERR_AWAY; logged. */
MUST_USE enum err upload_remove(struct str dir, struct str id);

/* Is dir there, 0700 or stricter?  ERR_ABSENT, ERR_DENIED, ERR_AWAY. */
MUST_USE enum err upload_look(struct str dir);

#endif
