/*
 * Knows from which addresses more first visits come than people make: robots
 * that keep no cookie and call themselves browsers.
 */
#ifndef PISTE_TRACK_CROWD_H
#define PISTE_TRACK_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define CROWD_ADDRESSES_MAX 65536	/* counted at once */
#define CROWD_WINDOW_MS INT64_C(3600000)

struct crowd;

/*
 * An address may make visits_max first visits within an hour; 0 lets any
 * number pass.  Takes 1 MB, once; release with crowd_free.  Each process
 * counts for itself.
 */
struct crowd *crowd_new(int64_t visits_max);
void crowd_free(struct crowd *c);	/* NULL is accepted */

/*
 * Count a first visit, one without our cookie, and tell whether it is beyond
 * what its address may make: an IPv4 address whole, an IPv6 one by its /64,
 * an IPv4-mapped one as IPv4.  What is no address passes and is not counted.
 * Safe from any thread; takes a lock for a few instructions, never waits for
 * anything else.
 *
 * The hour slides: beside the visits of the clock's hour, those of the one
 * before count by the share of it that is less than an hour ago.  When more
 * addresses come than can be counted, those with the fewest visits give way.
 */
bool crowd_is_full(struct crowd *c, struct str address, int64_t now_ms);

#endif
