/*
 * Knows how page events reach PostgreSQL without a page view ever waiting:
 * gathered in memory, written in batches by a thread of its own.
 */
#ifndef PISTE_TRACK_EVENT_H
#define PISTE_TRACK_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "track/traffic.h"

struct event_log;

#define EVENT_QUEUE_MAX 200000		/* exposures; more are lost */
#define EVENT_BATCH_MAX 5000
#define EVENT_SEEN_MAX (1 << 16)	/* recent exposures not written again */
#define EVENT_KEY_BYTES_MAX 64		/* of each text; longer ones are lost */

/*
 * flush_ms bounds how long an exposure stays in memory while all is well.
 * ERR_AWAY when the thread can't be had.
 */
MUST_USE enum err event_new(struct str database, int64_t flush_ms,
    struct event_log **out);
/* Write what waits (for 1 s at most), then stop; NULL is accepted. */
void event_free(struct event_log *ev);

/* A human visitor was shown a variant of an experiment. */
struct event_exposure {
	struct str experiment;
	struct str visitor;
	struct str variant;
	uint32_t bucket_version;
	uint32_t epoch;
	int64_t at_ms;
	/* For segments; cut to EVENT_KEY_BYTES_MAX bytes. */
	struct str country;
	struct str device;
	struct str source;
	struct str lang;
};

/*
 * Count a view.  Copies everything; never waits for PostgreSQL.
 */
void event_view(struct event_log *ev, const struct traffic_key *view);

/* Was this visitor's exposure in the experiment taken a moment ago? */
bool event_is_seen(struct event_log *ev, struct str experiment,
    struct str visitor, uint32_t bucket_version);
/*
 * Take an exposure.  Copies everything; never waits.  The first exposure of a
 * visitor in an experiment's phase is kept, later ones are not.
 */
void event_exposure(struct event_log *ev, const struct event_exposure *x);
/*
 * A visitor sent a form at posted_ms, that was given back or not; x->at_ms is
 * when the form was shown.
 */
void event_post(struct event_log *ev, const struct event_exposure *x,
    int64_t posted_ms, bool is_refused);

struct event_count {
	uint64_t written;	/* exposures and posts */
	uint64_t lost;
	uint64_t waiting;
};
void event_counts(struct event_log *ev, struct event_count *out);

#endif
