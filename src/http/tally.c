/* Counters without an order among them: relaxed atomics. */
#include <stdatomic.h>

#include "http/tally.h"

static _Atomic int64_t counters[TALLY_COUNT];

void
tally_add(enum tally which, int64_t n)
{
	atomic_fetch_add_explicit(&counters[which], n, memory_order_relaxed);
}

uint64_t
tally_get(enum tally which)
{
	int64_t n = atomic_load_explicit(&counters[which],
	    memory_order_relaxed);

	return n > 0 ? (uint64_t)n : 0;
}
