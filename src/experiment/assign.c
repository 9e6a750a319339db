/*
 * Implements assign.h, operation for operation as GrowthBook does, since a
 * bucket on an edge must fall on the same side here and there.
 */
#include <assert.h>
#include <math.h>

#include "experiment/assign.h"

#define FNV_OFFSET 2166136261u
#define FNV_PRIME 16777619u
#define U32_DIGITS 10

bool
assign_is_unit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	return s.n > 0 && s.n <= ASSIGN_UNIT_BYTES_MAX;
}

static uint32_t
fnv32a_on(uint32_t h, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		h = (h ^ (unsigned char)bytes.p[i]) * FNV_PRIME;
	return h;
}

uint32_t
assign_fnv32a(struct str bytes)
{
	return fnv32a_on(FNV_OFFSET, bytes);
}

static struct str
decimal(uint32_t v, char dst[U32_DIGITS])
{
	size_t at = U32_DIGITS;

	do {
		dst[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return (struct str){ dst + at, U32_DIGITS - at };
}

/*
 * Hashed twice: with one pass, seeds that differ in their last letters give
 * buckets that depend on each other.
 */
double
assign_bucket(struct str seed, struct str unit)
{
	uint32_t inner = fnv32a_on(assign_fnv32a(seed), unit);
	char digits[U32_DIGITS];
	uint32_t outer = assign_fnv32a(decimal(inner, digits));

	return outer % ASSIGN_BUCKETS / (double)ASSIGN_BUCKETS;
}

static bool
is_usable(const double *weight, size_t arms)
{
	double sum = 0;

	for (size_t i = 0; i < arms; i++) {
		if (!isfinite(weight[i]) || weight[i] < 0)
			return false;
		sum += weight[i];
	}
	return sum >= .99 && sum <= 1.01;
}

void
assign_ranges(const double *weight, size_t arms, double coverage,
    struct assign_range *out)
{
	bool by_weight = is_usable(weight, arms);
	double cum = 0;

	assert(arms <= ASSIGN_ARMS_MAX);
	if (!(coverage >= 0))
		coverage = 0;
	if (coverage > 1)
		coverage = 1;
	for (size_t i = 0; i < arms; i++) {
		double w = by_weight ? weight[i] : 1.0 / (double)arms;

		out[i].start = cum;
		out[i].end = cum + coverage * w;
		cum += w;
	}
}

int
assign_pick(const struct assign_range *range, size_t arms, double bucket)
{
	for (size_t i = 0; i < arms; i++)
		if (bucket >= range[i].start && bucket < range[i].end)
			return (int)i;
	return -1;
}

static bool
is_archived(const struct assign_config *c, uint32_t arm)
{
	return arm >= c->arms || c->archived >> arm & 1;
}

static struct assign_verdict
judge_by_hash(const struct assign_config *c, struct str unit)
{
	int arm = assign_pick(c->range, c->arms, assign_bucket(c->seed, unit));

	if (arm < 0 || is_archived(c, (uint32_t)arm))
		return (struct assign_verdict){ .served = ASSIGN_CONTROL,
			.analysed = ASSIGN_NO_ARM,
			.reason = ASSIGN_NOT_INCLUDED };
	return (struct assign_verdict){ .served = arm, .analysed = arm,
		.reason = ASSIGN_ASSIGNED, .is_new = true,
		.row = { (uint32_t)arm, c->bucket_version } };
}

struct assign_verdict
assign_judge(const struct assign_config *c, struct str unit,
    const struct assign_row *row)
{
	assert(c->arms <= ASSIGN_ARMS_MAX);
	if (row && row->bucket_version < c->bucket_version_min)
		return (struct assign_verdict){ .served = ASSIGN_CONTROL,
			.analysed = ASSIGN_NO_ARM, .reason = ASSIGN_BLOCKED };
	if (!row || row->bucket_version < c->bucket_version)
		return judge_by_hash(c, unit);
	if (is_archived(c, row->arm))
		return (struct assign_verdict){ .served = ASSIGN_CONTROL,
			.analysed = (int)row->arm, .reason = ASSIGN_ARCHIVED };
	return (struct assign_verdict){ .served = (int)row->arm,
		.analysed = (int)row->arm, .reason = ASSIGN_STICKY };
}
