/*
 * Knows how often what was served to whom: views by page, experiment, variant,
 * class and hour, added up in memory.  Not safe in threads: its owner locks.
 */
#ifndef PISTE_TRACK_TRAFFIC_H
#define PISTE_TRACK_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define TRAFFIC_CELLS_MAX 4096		/* apart in one flush; more are lost */
#define TRAFFIC_KEY_BYTES_MAX 64
#define TRAFFIC_HOUR_MS INT64_C(3600000)

/* Human, or why a view counts in no experiment. */
enum traffic_class {
	TRAFFIC_HUMAN, TRAFFIC_ROBOT, TRAFFIC_PREFETCH, TRAFFIC_PREVIEW,
	TRAFFIC_HEAD, TRAFFIC_INTERNAL, TRAFFIC_CROWD, TRAFFIC_OUTSIDE,
	TRAFFIC_ACTIVATED,	/* no view: one of prefetch, shown by now */
	TRAFFIC_STARTED,	/* no view: a form in steps was begun */
	TRAFFIC_CLASSES
};

/* As the table piste.traffic calls it. */
const char *traffic_name(enum traffic_class class);

struct traffic_key {
	struct str page;
	struct str experiment;	/* empty for none */
	struct str variant;
	enum traffic_class class;
	int64_t hour_ms;	/* its beginning */
};

struct traffic_cell {
	struct traffic_key key;
	uint64_t views;
};

struct traffic;

struct traffic *traffic_new(void);	/* release with traffic_free */
void traffic_free(struct traffic *t);	/* NULL is accepted */
/* False, and nothing is added, when a key is too long or the table full. */
bool traffic_add(struct traffic *t, const struct traffic_key *key,
    uint64_t views);
/* The cell at, or NULL behind the last; valid until the next call. */
const struct traffic_cell *traffic_at(const struct traffic *t, size_t at);
size_t traffic_count(const struct traffic *t);
void traffic_empty(struct traffic *t);

#endif
