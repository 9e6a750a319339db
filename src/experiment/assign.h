/*
 * Knows which variant a unit gets: hash, ranges, coverage, filters, as in
 * GrowthBook's hash version 2 and getBucketRanges.  Pure.
 */
#ifndef PISTE_EXPERIMENT_ASSIGN_H
#define PISTE_EXPERIMENT_ASSIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define ASSIGN_BUCKETS 10000
#define ASSIGN_ARMS_MAX 64
#define ASSIGN_UNIT_BYTES_MAX 256	/* ASCII only */

struct assign_range {
	double start;	/* included */
	double end;	/* not included */
};

/* FNV-1a, 32 bits: h = (h ^ byte) * 16777619, from 2166136261. */
uint32_t assign_fnv32a(struct str bytes);
/* (fnv32a(dec(fnv32a(seed unit))) mod 10000) / 10000. */
double assign_bucket(struct str seed, struct str unit);
/*
 * Ranges of arms weights: [cum, cum + coverage * w).  Weights that do not sum
 * to .99..1.01 or are not usable become equal; coverage is clamped to 0..1.
 */
void assign_ranges(const double *weight, size_t arms, double coverage,
    struct assign_range *out);
/* The first range that holds bucket, or -1. */
int assign_pick(const struct assign_range *range, size_t arms, double bucket);

#endif
