/*
 * Knows which variant a unit gets: hash, ranges, coverage, filters, as in
 * GrowthBook's hash version 2 and getBucketRanges; and, over the changes of a
 * running experiment, what a unit's first assignment still says.  Pure.
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

/*
 * Is this 1 to ASSIGN_UNIT_BYTES_MAX bytes of ASCII?  Other units would get
 * other buckets elsewhere: some hash UTF-16, some code points.
 */
bool assign_is_unit(struct str s);

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

/* An experiment as it is now. */
struct assign_config {
	struct str seed;
	const struct assign_range *range;
	size_t arms;
	uint64_t archived;	/* bit i: nobody is served arm i any more */
	uint32_t bucket_version;
	uint32_t bucket_version_min;	/* rows before it are blocked */
};

/* What is stored of a unit's assignment. */
struct assign_row {
	uint32_t arm;
	uint32_t bucket_version;
};

enum assign_reason {
	ASSIGN_ASSIGNED,	/* by the hash, just now */
	ASSIGN_STICKY,		/* by its row */
	ASSIGN_BLOCKED,		/* by a row from before what still counts */
	ASSIGN_ARCHIVED,	/* by its row, whose arm is archived */
	ASSIGN_NOT_INCLUDED,	/* the hash fell outside every range */
};

#define ASSIGN_CONTROL 0
#define ASSIGN_NO_ARM (-1)

struct assign_verdict {
	int served;		/* an arm; ASSIGN_CONTROL for who isn't in */
	int analysed;		/* an arm, or ASSIGN_NO_ARM */
	enum assign_reason reason;
	bool is_new;		/* store row, in place of an older one */
	struct assign_row row;
};

/*
 * What a unit gets, by its row (NULL: none) before the hash.  Previews,
 * robots, targeting and filters come before and are the caller's: who doesn't
 * pass those gets ASSIGN_CONTROL, row or not.
 *
 *	row's version			served		analysed	row
 *	below bucket_version_min	control		not		kept
 *	below bucket_version		by the hash	so		new
 *	otherwise			its arm		so		kept
 *	  its arm archived or gone	control		its arm		kept
 *	no row				by the hash	so		new
 *	the hash has no arm for it	control		not		kept
 *
 * A row above bucket_version was stored by someone who knew of a change
 * before us: it stands.  An archived arm has no range, whatever it says.
 */
struct assign_verdict assign_judge(const struct assign_config *c,
    struct str unit, const struct assign_row *row);

#endif
