/* Implements clock.h over the kernel's clocks. */
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

#define NOT_PINNED (-1)

static _Atomic int64_t pinned_ms = NOT_PINNED;

static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	int64_t ms = atomic_load_explicit(&pinned_ms, memory_order_relaxed);

	return ms < 0 ? read_ms(CLOCK_REALTIME) : ms;
}

int64_t
clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

void
clock_pin(int64_t now_ms)
{
	atomic_store(&pinned_ms, now_ms < 0 ? NOT_PINNED : now_ms);
}

struct str
clock_text(int64_t ms, char dst[CLOCK_TEXT_BYTES])
{
	time_t s = (time_t)(ms / 1000);
	struct tm t;
	size_t n;

	gmtime_r(&s, &t);
	n = strftime(dst, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &t);
	n += (size_t)snprintf(dst + n, CLOCK_TEXT_BYTES - n, ".%03dZ",
	    (int)(ms % 1000));
	return (struct str){ dst, n };
}
