/*
 * Knows the disk as the place for facts that PostgreSQL can't take now:
 * segments of checksummed records, written by one process, drained by
 * another, each record exactly as it was.  Format: spool.c's head.
 */
#ifndef PISTE_STORE_SPOOL_H
#define PISTE_STORE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct spool;

#define SPOOL_RECORD_BYTES_MAX (512 << 10)
#define SPOOL_SEGMENT_BYTES_MAX (8 << 20)
#define SPOOL_SEGMENT_AGE_MS 2000	/* then another is started */
#define SPOOL_ASIDE "aside"		/* directory in it, see spool_drain */
#define SPOOL_UNREAD_TOLD_MAX 64	/* each once; more are only counted */

/*
 * A writer in dir (made 0700 if missing).  bytes_max bounds all segments
 * together.  ERR_AWAY when dir can't be written; logged.
 */
MUST_USE enum err spool_open(struct str dir, int64_t bytes_max,
    struct spool **out);
void spool_close(struct spool *sp);	/* NULL is accepted */

/*
 * Append count records and fsync once (and the directory for a new segment).
 * OK means all of them survive a power cut; otherwise ERR_AWAY (disk) or
 * ERR_LIMIT (bytes_max) and none of them is there.  Not thread-safe.
 */
MUST_USE enum err spool_append(struct spool *sp, const struct str *record,
    size_t count);
/*
 * Would the disk take what the last append was refused?  OK, or ERR_AWAY or
 * ERR_LIMIT as spool_append; nothing is logged.
 */
MUST_USE enum err spool_probe(struct spool *sp);
/* Close the segment so that a drainer may have it; cheap when there is none. */
void spool_seal(struct spool *sp);

/* What waits in dir. */
struct spool_depth {
	int64_t records;
	int64_t bytes;
	int64_t oldest_ms;	/* since 1970, 0 when empty */
	int64_t bad;		/* pieces kept aside */
	int64_t unread;		/* segments that can't be opened */
};
MUST_USE enum err spool_depth(struct str dir, struct spool_depth *out);

/*
 * Hand every record of every sealed or orphaned segment, oldest first, to
 * take, in groups of at most group_max; a segment is removed once take has
 * said OK for all of it.  Bytes that are no record are kept aside in
 * dir/aside and reported; so is a record for which take says ERR_INPUT (a
 * group refused is offered again one by one).  Any other answer stops the
 * drain and is returned; nothing is lost and take may see a record again.
 * ERR_AWAY also when the disk refuses a segment, or a place aside: it stays,
 * the others are drained.
 */
typedef enum err spool_take(void *context, const struct str *record,
    size_t count);
MUST_USE enum err spool_drain(struct str dir, size_t group_max,
    spool_take *take, void *context, int64_t *drained);

#endif
