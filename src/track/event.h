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

struct audience_key;
struct audience_sum;
struct event_log;

#define EVENT_QUEUE_MAX 200000		/* exposures; more are lost */
#define EVENT_BATCH_MAX 5000
#define EVENT_SEEN_MAX (1 << 17)	/* recent ones not written again */
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
	bool is_new;		/* the visitor was named for this view */
	/*
	 * Its page was fetched ahead, and this is no activation: told of those
	 * who are counted in the phase, others are not for that.
	 */
	bool is_ahead;
	/* For segments; cut to EVENT_KEY_BYTES_MAX bytes. */
	struct str country;
	struct str device;
	struct str source;
	struct str lang;
};

/*
 * Count a view, and add sum to the audience under key: NULL for what is not
 * to be counted.  Copies everything; never waits for PostgreSQL.
 */
void event_view(struct event_log *ev, const struct traffic_key *view,
    const struct audience_key *key, const struct audience_sum *sum);

/* Was this visitor's exposure to the arm in the phase taken a moment ago? */
bool event_is_seen(struct event_log *ev, const struct event_exposure *x);
/*
 * Take an exposure.  Copies everything; never waits.  The first exposure of a
 * visitor to an arm in an experiment's phase is kept, later ones are not.
 */
void event_exposure(struct event_log *ev, const struct event_exposure *x);
/*
 * A visitor sent a form at posted_ms, that was given back or not; x->at_ms is
 * when the form was shown.
 */
void event_post(struct event_log *ev, const struct event_exposure *x,
    int64_t posted_ms, bool is_refused);

/*
 * The page told at shown_ms that it is really shown.  Of a page that counted
 * when it was served x->at_ms is when that was, of one fetched ahead shown_ms.
 * Only a visitor's first in a phase is kept; tells whether this is one.
 */
bool event_activation(struct event_log *ev, const struct event_exposure *x,
    int64_t shown_ms);
/* The visitor's cookie came from a robot: counted nowhere, for all times. */
void event_robot(struct event_log *ev, const struct event_exposure *x);

struct event_count {
	uint64_t written;	/* exposures and posts */
	uint64_t lost;		/* with views and cells of the audience */
	uint64_t waiting;
};
void event_counts(struct event_log *ev, struct event_count *out);

#endif
