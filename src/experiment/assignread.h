/* Knows how an experiment's arms, units and filters are written in JSON. */
#ifndef PISTE_EXPERIMENT_ASSIGNREAD_H
#define PISTE_EXPERIMENT_ASSIGNREAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "experiment/assign.h"

struct jsonline;

#define ASSIGNREAD_FILTERS_MAX 64
#define ASSIGNREAD_RANGES_MAX 64	/* of one filter */

/* Arms, their weights, and the ranges these give. */
struct assignread {
	double weight[ASSIGN_ARMS_MAX];
	size_t arms;
	double coverage;
	struct assign_range range[ASSIGN_ARMS_MAX];
};

/* Each of these sets q->error and returns false at a mistake. */

/*
 * "weights", "coverage" (1 when there is none) and "variations" of from.  The
 * last may be absent; where it is not as many as there are weights, or there
 * are none, the arms get equal weights.
 */
bool assignread_arms(struct jsonline *q, const json_t *from,
    struct assignread *out);
/* A text; borrowed. */
bool assignread_seed(struct jsonline *q, const json_t *from,
    struct str *out);
/* j as a unit's name, or error; borrowed. */
bool assignread_unit(struct jsonline *q, const json_t *j, const char *error,
    struct str *out);
/*
 * Does every one of "filters" of from, [{seed, ranges}] or nothing, hold the
 * unit?  The unit's buckets are appended to buckets, if that is not NULL.
 * What is returned at a mistake means nothing.
 */
bool assignread_passes(struct jsonline *q, const json_t *from, struct str unit,
    json_t *buckets);

#endif
