/*
 * Knows which browsers were seen on which page today, without keeping who:
 * a bounded set of numbers in a file of the state directory, shared by all
 * processes, in force for one day of the site's zone.
 *
 * A number is made of the address (IPv6: its /64), the browser's name for
 * itself and the page, folded and then hashed (SipHash) by a key that is drawn
 * for the day and kept in the same file: who finds numbers without it can't
 * try addresses on them.  When the day ends key and set are thrown away, so
 * that nobody, nor we, can tell yesterday's visitors among today's.  Of two
 * people behind one address with the same browser one is counted, of one with
 * two browsers two.  Each node has a set of its own.
 */
#ifndef PISTE_TRACK_REACH_H
#define PISTE_TRACK_REACH_H

#include <stdint.h>

#include "base/str.h"

#define REACH_FILE "audience.day"	/* in the state directory, 16 MB */
#define REACH_CLAIMS_MAX (1 << 20)	/* a day; more are not told apart */
#define REACH_RETRY_MS 1000		/* until a file that failed is tried */
/* A request that came before midnight may claim in the new day's set. */
#define REACH_LATE_MS 60000

struct reach;

/*
 * The zone must be set (localday.h).  Never fails: what is wrong with the file
 * is logged, and while there is none no browser is told from another.  A file
 * of another day, zone or size, or damaged, is replaced.
 */
struct reach *reach_new(struct str state);
void reach_free(struct reach *r);	/* NULL is accepted */

/* Of a browser on a page. */
enum reach_sign { REACH_SEEN, REACH_ENGAGED, REACH_SIGNS };
struct reach_who {
	struct str address;
	struct str agent;
	struct str page;
};

enum reach_verdict {
	REACH_NEW,	/* the day's first such sign of them */
	REACH_KNOWN,
	REACH_UNTOLD,	/* the set is full, or there is none */
};
/*
 * Claim a sign: of all who claim the same one, in threads and processes, one
 * is told REACH_NEW.  Takes no lock, but for the day's first.
 */
enum reach_verdict reach_claim(struct reach *r, const struct reach_who *who,
    enum reach_sign sign, int64_t now_ms);
/*
 * The beginning of the hour that now_ms is to be counted in, in the day of the
 * set in force (localday_hour); without a set the hour of UTC.
 */
int64_t reach_hour(struct reach *r, int64_t now_ms);

struct reach_count {
	uint64_t claims;	/* in the set, of all processes */
	uint64_t untold;	/* in this process */
};
void reach_counts(struct reach *r, struct reach_count *out);

#endif
