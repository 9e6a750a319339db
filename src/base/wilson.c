/* Implements wilson.h. */
#include <math.h>

#include "base/wilson.h"

struct wilson
wilson_interval(int64_t part, int64_t of, double z)
{
	struct wilson out = { 0, 1 };
	double n = (double)of, p, middle, half;

	if (!of)
		return out;
	p = (double)part / n;
	middle = p + z * z / (2 * n);
	half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	/* At the edges the two cancel to 1e-17, not to 0. */
	if (part)
		out.low = (middle - half) / (1 + z * z / n);
	if (part < of)
		out.high = (middle + half) / (1 + z * z / n);
	return out;
}
