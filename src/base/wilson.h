/*
 * Knows how far a share may lie from the one that was counted: the score
 * interval (Wilson 1927, JASA 22, 209).  Pure.
 */
#ifndef PISTE_BASE_WILSON_H
#define PISTE_BASE_WILSON_H

#include <stdint.h>

struct wilson {
	double low;
	double high;
};

/*
 * Of part of so many, 0 <= part <= of, at the two-sided normal quantile z;
 * from 0 to 1 when of is 0.
 */
struct wilson wilson_interval(int64_t part, int64_t of, double z);

#endif
